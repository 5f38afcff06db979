//! Amazon CloudWatch Logs. None of its operations is built yet; all answer `NotImplemented`.
//!
//! | file | noun |
//! |---|---|
//! | `ops/mod.rs` | the operation table |

mod ops;

use service_kit::{CloudParts, Service};

/// The service, on the parts of a cloud.
pub fn service(_parts: &CloudParts) -> Service {
    Service::new(&api_logs::SERVICE, ops::table())
}
