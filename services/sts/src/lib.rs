//! AWS Security Token Service. What is here answers who calls; the operations that issue credentials come with IAM and
//! answer `NotImplemented` until then.
//!
//! | file | noun |
//! |---|---|
//! | `ops/mod.rs` | the operation table |
//! | `ops/caller_identity.rs` | who calls |
//!
//! Invariant: STS keeps nothing; everything it says is in the caller that the road established.

mod ops;

use service_kit::{CloudParts, Service};

/// The service, on the parts of a cloud.
pub fn service(_parts: &CloudParts) -> Service {
    Service::new(&api_sts::SERVICE, ops::table())
}
