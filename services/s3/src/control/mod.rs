//! The operation table of S3 Control.

use service_kit::Operations;

/// All operations of the API, sorted.
pub(crate) fn table() -> Operations {
    Operations::new()
}
