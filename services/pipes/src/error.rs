//! AWS's words. A rule that spans members is told as AWS was seen to tell it: a message that is JSON and names the members.
//! The other texts nobody recorded; the README lists them.

use api_pipes::{ConflictException, ValidationException, ValidationExceptionField, errors};
use serde_json::json;
use service_kit::{Error, Fault};

use crate::engine::Refusal;

/// A member that breaks a rule.
pub(crate) fn invalid(member: &str, message: impl Into<String>) -> Error {
    let message = message.into();
    let text = json!({"ValidationErrorFields": [{"Name": member, "Message": message}]}).to_string();
    let field = ValidationExceptionField { name: member.to_owned(), message };
    let mut error = errors::validation_exception(text);
    error.details = Some(Box::new(ValidationException { field_list: Some(vec![field]), ..Default::default() }));
    error.into()
}

/// A member that must be there.
pub(crate) fn missing(member: &str) -> Error {
    invalid(member, "Missing required parameter.")
}

/// A service of AWS's that is not here, or that nothing can be moved from or to yet.
pub(crate) fn not_here(service: &str, role: &str) -> Error {
    Fault::NotImplemented { service: service.to_owned(), operation: role.to_owned() }.into()
}

/// A pipe that is not there.
pub(crate) fn absent(name: &str) -> Error {
    errors::not_found_exception(format!("Pipe {name} does not exist.")).into()
}

/// What the engine refuses.
pub(crate) fn told(name: &str, refusal: Refusal) -> Error {
    match refusal {
        Refusal::Store(error) => error.into(),
        Refusal::Absent => absent(name),
        Refusal::Taken => conflict(name, format!("Pipe {name} already exists.")),
        Refusal::Busy(state) => {
            conflict(name, format!("Pipe {name} is in state {} and cannot be changed now.", state.name()))
        }
        Refusal::Refused(error) => error,
    }
}

fn conflict(name: &str, message: String) -> Error {
    let mut error = errors::conflict_exception(message);
    let (resource_id, resource_type) = (Some(name.to_owned()), Some("pipe".to_owned()));
    error.details = Some(Box::new(ConflictException { resource_id, resource_type, ..Default::default() }));
    error.into()
}
