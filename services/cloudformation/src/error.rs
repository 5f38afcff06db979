//! AWS's words, as recorded by others (LocalStack's recordings); those that nobody recorded are listed in the README.

use api_cloudformation::errors;
use service_kit::{Error, Fault};

use crate::engine::refusal::Refusal;

/// A `ValidationError`.
pub(crate) fn invalid(message: impl Into<String>) -> Error {
    Fault::Invalid { message: message.into() }.into()
}

/// A stack that is not there, as reading it tells.
pub(crate) fn no_stack_with_id(name: &str) -> Error {
    invalid(format!("Stack with id {name} does not exist"))
}

/// The same, as changing it tells.
pub(crate) fn no_stack(name: &str) -> Error {
    invalid(format!("Stack [{name}] does not exist"))
}

/// A stack that is there already.
pub(crate) fn stack_exists(name: &str) -> Error {
    errors::already_exists_exception(format!("Stack [{name}] already exists")).into()
}

/// A change set that is not there.
pub(crate) fn no_change_set(name: &str) -> Error {
    errors::change_set_not_found_exception(format!("ChangeSet [{name}] does not exist")).into()
}

/// A stack that an operation finds at another one.
pub(crate) fn busy(arn: &str, status: &str) -> Error {
    invalid(format!("Stack:{arn} is in {status} state and can not be updated."))
}

/// Capabilities that were not acknowledged.
pub(crate) fn capabilities(needed: &[&str]) -> Error {
    errors::insufficient_capabilities_exception(format!("Requires capabilities : [{}]", needed.join(", "))).into()
}

/// A change set that cannot be executed.
pub(crate) fn not_executable(arn: &str, status: &str) -> Error {
    let text = format!("ChangeSet [{arn}] cannot be executed in its current status of [{status}]");
    errors::invalid_change_set_status_exception(text).into()
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        invalid(refusal.0)
    }
}
