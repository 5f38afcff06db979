//! The operation table: what each operation touches, and the handler that does it.

use service_kit::Operations;

/// All operations of the service, sorted.
pub(crate) fn table() -> Operations {
    Operations::new()
}
