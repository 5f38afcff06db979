//! AWS's words. Texts are AWS's as recorded by others (LocalStack's recordings); the few that nobody recorded are listed in
//! the README.

use api_events::errors;
use pattern::Invalid;
use service_kit::{Dialect, Error, Fault, Rendered, dialect};
use smithy::ProtocolKind;

use crate::engine::home::BusId;

/// EventBridge's dialect: the usual one of its protocol.
#[derive(Debug)]
pub(crate) struct Words;

impl Dialect for Words {
    fn render(&self, fault: &Fault, protocol: ProtocolKind) -> Rendered {
        match fault {
            Fault::InvalidPageToken => {
                Rendered::sender("ValidationException", 400, "Parameter NextToken is not valid.")
            }
            other => dialect::usual(other, protocol),
        }
    }
}

/// A rule that spans members, or that the model does not hold.
pub(crate) fn invalid(message: impl Into<String>) -> Error {
    Fault::Invalid { message: message.into() }.into()
}

/// "Parameter … is not valid.", with the reason when there is one.
pub(crate) fn parameter(name: &str, reason: &str) -> Error {
    match reason {
        "" => invalid(format!("Parameter {name} is not valid.")),
        reason => invalid(format!("Parameter {name} is not valid. Reason: {reason}")),
    }
}

/// A pattern that is none.
pub(crate) fn pattern(refusal: &Invalid) -> Error {
    errors::invalid_event_pattern_exception(format!("Event pattern is not valid. Reason: {refusal}")).into()
}

/// Something that is not there.
pub(crate) fn absent(text: impl Into<String>) -> Error {
    errors::resource_not_found_exception(text).into()
}

/// A bus that is not there.
pub(crate) fn no_bus(name: &str) -> Error {
    absent(format!("Event bus {name} does not exist."))
}

/// A rule that is not there.
pub(crate) fn no_rule(bus: &BusId, name: &str) -> Error {
    absent(format!("Rule {name} does not exist on EventBus {}.", bus.name))
}

/// Something that is there already.
pub(crate) fn taken(text: impl Into<String>) -> Error {
    errors::resource_already_exists_exception(text).into()
}

/// More than there may be.
pub(crate) fn limit() -> Error {
    errors::limit_exceeded_exception("The requested resource exceeds the maximum number allowed.").into()
}

/// A rule that a service keeps.
pub(crate) fn managed(rule: &str, by: &str) -> Error {
    errors::managed_rule_exception(format!("Rule {rule} is managed by {by} and can only be changed by it.")).into()
}
