//! AWS's words. Those of schedule expressions are AWS's as recorded by others (LocalStack's recordings); the rest nobody
//! recorded, and the README lists them.

use api_scheduler::errors;
use service_kit::Error;

/// An input that breaks a rule.
pub(crate) fn invalid(message: impl Into<String>) -> Error {
    errors::validation_exception(message).into()
}

/// A schedule that is not there.
pub(crate) fn no_schedule(name: &str) -> Error {
    errors::resource_not_found_exception(format!("Schedule {name} does not exist.")).into()
}

/// A group that is not there.
pub(crate) fn no_group(name: &str) -> Error {
    errors::resource_not_found_exception(format!("Schedule group {name} does not exist.")).into()
}

/// Something that is there already, or on its way out.
pub(crate) fn conflict(message: impl Into<String>) -> Error {
    errors::conflict_exception(message).into()
}
