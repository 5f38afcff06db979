//! The operation table: what each operation touches, and the handler that does it.

mod caller_identity;

use api_sts as api;
use service_kit::Operations;

/// All operations of the service, sorted.
pub(crate) fn table() -> Operations {
    Operations::new().on::<api::GetCallerIdentity>(caller_identity::access, caller_identity::get_caller_identity)
}
