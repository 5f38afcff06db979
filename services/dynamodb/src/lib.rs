//! Amazon DynamoDB. None of its operations is built yet; all answer `NotImplemented`.
//!
//! | file | noun |
//! |---|---|
//! | `ops/mod.rs` | the operation table |

mod engine;
mod ops;

use service_kit::{CloudParts, Service};

/// The service, on the parts of a cloud.
pub fn service(_parts: &CloudParts) -> Service {
    Service::new(&api_dynamodb::SERVICE, ops::table())
}

/// The service that reads tables' streams.
pub fn streams(_parts: &CloudParts) -> Service {
    Service::new(&api_dynamodbstreams::SERVICE, service_kit::Operations::new())
}
