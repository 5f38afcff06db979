//! AWS Lambda. None of its operations is built yet; all answer `NotImplemented`.
//!
//! | file | noun |
//! |---|---|
//! | `ops/mod.rs` | the operation table |

mod environment;
mod ops;

use service_kit::{CloudParts, Service};

/// The service, on the parts of a cloud.
pub fn service(_parts: &CloudParts) -> Service {
    Service::new(&api_lambda::SERVICE, ops::table())
}
