//! Amazon Simple Storage Service. None of its operations is built yet; all answer `NotImplemented`.
//!
//! | file | noun |
//! |---|---|
//! | `ops/mod.rs` | the operation table |

mod ops;

use service_kit::{CloudParts, Service};

/// The service, on the parts of a cloud.
pub fn service(_parts: &CloudParts) -> Service {
    Service::new(&api_s3::SERVICE, ops::table())
}

/// The control API of the same buckets.
pub fn control(_parts: &CloudParts) -> Service {
    Service::new(&api_s3control::SERVICE, service_kit::Operations::new())
}
