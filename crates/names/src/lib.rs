//! The vocabulary every layer shares. Nothing here does I/O or knows a service.
//!
//! | file | noun |
//! |---|---|
//! | `account.rs` | the 12-digit account id |
//! | `region.rs` | region and partition |
//! | `arn.rs` | Amazon Resource Names |
//! | `timestamp.rs` | an instant, and the three ways AWS writes one |
//! | `tags.rs` | resource tags and their limits |
//! | `page_token.rs` | opaque, tamper-evident continuation tokens |
//! | `key_id.rs` | access key ids and unique ids of IAM |
//! | `request_id.rs` | the id of one request |

mod account;
mod arn;
pub mod key_id;
mod page_token;
mod region;
mod request_id;
mod tags;
mod timestamp;

pub use account::{AccountId, InvalidAccountId};
pub use arn::{Arn, ArnRef, InvalidArn};
pub use page_token::{InvalidPageToken, PageTokenKey};
pub use region::{Partition, Region};
pub use request_id::RequestId;
pub use tags::{TagViolation, Tags};
pub use timestamp::{InvalidTimestamp, Timestamp};
