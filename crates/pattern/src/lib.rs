//! What an event must look like: the patterns of EventBridge rules and the filter policies of SNS subscriptions, which are
//! one language, compiled once and matched one by one or ten thousand at a time.
//!
//! | file | noun |
//! |---|---|
//! | `text.rs` | the tokens of a pattern, and the place of each mistake as AWS's reader tells it |
//! | `compile.rs`, `operator.rs` | a pattern's text → alternatives of field conditions; AWS's refusals |
//! | `check.rs` | one condition on one value |
//! | `number.rs`, `address.rs`, `wildcard.rs` | numbers that compare, blocks of IP addresses, wildcards and how costly they are |
//! | `event.rs` | an event as a list of fields, and which elements of which arrays they stand in |
//! | `matching.rs` | one pattern against one event |
//! | `set.rs` | many patterns, found by the values that they ask for |
//! | `filter.rs` | SNS's use of all that: attributes or body, its own limits |
//! | `template.rs` | what a target is sent in an event's stead: templates and their placeholders |
//!
//! The language and the texts of refusals are those of AWS's published matcher (`aws/event-ruler`, which EventBridge runs)
//! and of recorded answers of EventBridge and SNS. Invariant: a pattern that compiled never fails to match, whatever the
//! event is.

mod address;
mod check;
mod compile;
mod event;
pub mod filter;
mod matching;
mod number;
mod operator;
mod set;
pub mod template;
mod text;
mod wildcard;

pub use compile::{Dialect, Pattern};
pub use event::Event;
pub use set::Set;
pub use text::Invalid;
