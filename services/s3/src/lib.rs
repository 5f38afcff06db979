//! Amazon Simple Storage Service: durable buckets of encrypted objects.
//!
//! | file | what |
//! |---|---|
//! | `ops/` | the AWS edge of S3; `ops/mod.rs` is the operation table |
//! | `control/` | the AWS edge of S3 Control: access points, account-wide settings, batch jobs |

mod control;
mod ops;

use service_kit::{CloudParts, Service};

/// The service, on the parts of a cloud.
pub fn service(_parts: &CloudParts) -> Service {
    Service::new(&api_s3::SERVICE, ops::table())
}

/// Its control plane, on the same parts.
pub fn control(_parts: &CloudParts) -> Service {
    Service::new(&api_s3control::SERVICE, control::table())
}
