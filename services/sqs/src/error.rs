//! AWS's words. Engine refusals become modelled errors here, and faults of the road get SQS's own texts.
//!
//! Texts are AWS's as recorded by others (LocalStack's and moto's recordings, issue reports); the few that nobody recorded
//! are listed in the README.

use api_sqs::errors;
use service_kit::{Ctx, Dialect, Error, Fault, Rendered, dialect};
use smithy::{Issue, PathPart, ProtocolKind, Violation};

use crate::engine::refusal::{BadTarget, MoveRefusal, Refusal};

/// "Value … for parameter … is invalid. Reason: …"
pub(crate) fn invalid(value: impl std::fmt::Display, parameter: &str, reason: &str) -> Error {
    invalid_text(format!("Value {value} for parameter {parameter} is invalid. Reason: {reason}"))
}

/// An invalid parameter in words of its own.
pub(crate) fn invalid_text(message: impl Into<String>) -> Error {
    errors::invalid_parameter_value_exception(message).into()
}

/// A parameter that must be there.
pub(crate) fn missing(parameter: &str) -> Error {
    errors::missing_required_parameter_exception(missing_text(parameter)).into()
}

fn missing_text(parameter: &str) -> String {
    format!("The request must contain the parameter {parameter}.")
}

/// An attribute that no queue, or no queue of this kind, has.
pub(crate) fn unknown_attribute(name: &str) -> Error {
    errors::invalid_attribute_name(format!("Unknown Attribute {name}.")).into()
}

/// An attribute's value that is out of range or not of its form.
pub(crate) fn bad_attribute(name: &str) -> Error {
    errors::invalid_attribute_value(format!("Invalid value for the parameter {name}.")).into()
}

/// An attribute's value that cannot be had, with the reason.
pub(crate) fn bad_attribute_because(name: &str, reason: &str) -> Error {
    errors::invalid_attribute_value(format!("Invalid value for the parameter {name}. Reason: {reason}")).into()
}

/// A queue that is not there.
pub(crate) fn no_such_queue(ctx: &Ctx) -> Error {
    let query = matches!(ctx.request.protocol, Some(ProtocolKind::Query));
    let version = if query { " for this wsdl version" } else { "" };
    errors::queue_does_not_exist(format!("The specified queue does not exist{version}.")).into()
}

/// A handle that this cloud never gave.
pub(crate) fn bad_handle(handle: &str) -> Error {
    errors::receipt_handle_is_invalid(format!("The input receipt handle \"{handle}\" is not a valid receipt handle."))
        .into()
}

/// What KMS refused, in SQS's words: those of KMS, with whose they are.
pub(crate) fn kms_refused(ctx: &Ctx, error: Error) -> Error {
    let whose = |text: &str, code: &str| {
        let request = ctx.request.id;
        format!("{text} (Service: AWSKMS; Status Code: 400; Error Code: {code}; Request ID: {request}; Proxy: null)")
    };
    match error {
        Error::Modeled(error) => {
            let (code, text) = (error.schema.code, error.message.as_str());
            match code {
                "DisabledException" => errors::kms_disabled(whose(text, code)).into(),
                "NotFoundException" => errors::kms_not_found(whose(text, code)).into(),
                "KMSInvalidStateException" => errors::kms_invalid_state(whose(text, code)).into(),
                "InvalidKeyUsageException" => errors::kms_invalid_key_usage(whose(text, code)).into(),
                "AccessDeniedException" => errors::kms_access_denied(whose(text, code)).into(),
                _ => Fault::internal(format!("KMS: {error}")).into(),
            }
        }
        Error::Fault(Fault::AccessDenied { principal, action, resource, reason }) => {
            let text = dialect::denial(&principal, &action, resource.as_deref(), &reason);
            errors::kms_access_denied(whose(&text, "AccessDeniedException")).into()
        }
        Error::Fault(Fault::Throttled { message }) => {
            errors::kms_throttled(whose(&message, "ThrottlingException")).into()
        }
        fault @ Error::Fault(_) => fault,
    }
}

/// A resource named by ARN that is not there.
pub(crate) fn no_resource(parameter: &str) -> Error {
    let text = format!("The resource that you specified for the {parameter} parameter doesn't exist.");
    errors::resource_not_found_exception(text).into()
}

/// What the engine refused, told to whoever asked.
pub(crate) fn told(ctx: &Ctx, refusal: Refusal) -> Error {
    match refusal {
        Refusal::NoSuchQueue => no_such_queue(ctx),
        Refusal::Different(name) => errors::queue_name_exists(format!(
            "A queue already exists with the same name and a different value for attribute {name}"
        ))
        .into(),
        Refusal::DeletedRecently => errors::queue_deleted_recently(
            "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
        )
        .into(),
        Refusal::PurgedRecently => errors::purge_queue_in_progress("").into(),
        Refusal::TooManyInFlight => errors::over_limit("Too many messages in flight.").into(),
        Refusal::TooManyCalls => errors::request_throttled("Rate exceeded").into(),
        Refusal::DeadLetterTarget(why) => invalid_text(target_text(why)),
        Refusal::Move(refusal) => move_refused(refusal),
        Refusal::Store(error) => error.into(),
        Refusal::ForeignHandle | Refusal::HandleExpired | Refusal::NotThere | Refusal::HiddenTooLong => {
            Fault::internal(format!("{refusal:?} was not told with its handle")).into()
        }
    }
}

/// What the engine refused about a receipt handle.
pub(crate) fn handle_refused(ctx: &Ctx, refusal: Refusal, handle: &str, seconds: u32) -> Error {
    let about = |reason| invalid(handle, "ReceiptHandle", reason);
    match refusal {
        Refusal::ForeignHandle => {
            let text = format!("The receipt handle \"{handle}\" is not valid for this queue.");
            errors::receipt_handle_is_invalid(text).into()
        }
        Refusal::HandleExpired => about("The receipt handle has expired."),
        Refusal::NotThere => about("Message does not exist or is not available for visibility timeout change."),
        Refusal::HiddenTooLong => {
            let reason = "Total VisibilityTimeout for the message is beyond the limit [43200 seconds]";
            invalid(seconds, "VisibilityTimeout", reason)
        }
        other => told(ctx, other),
    }
}

fn target_text(why: BadTarget) -> &'static str {
    match why {
        BadTarget::Missing => "Dead letter target does not exist.",
        BadTarget::Elsewhere => "Dead letter target owner should be same as the source.",
        BadTarget::OtherKind => "Dead-letter queue must be same type of queue as the source.",
        BadTarget::NotPermitted => "Dead letter target does not permit this queue as its source.",
    }
}

fn move_refused(refusal: MoveRefusal) -> Error {
    match refusal {
        MoveRefusal::NoSource => no_resource("SourceArn"),
        MoveRefusal::NoDestination => no_resource("DestinationArn"),
        MoveRefusal::NotDeadLetters => invalid_text("Source queue must be configured as a Dead Letter Queue."),
        MoveRefusal::OtherKind => invalid_text("Source queue and destination queue must be of the same type."),
        MoveRefusal::AlreadyRunning => invalid_text(
            "There is already a task running. Only one active task is allowed for a source queue arn at a given time.",
        ),
        MoveRefusal::NoSuchTask => errors::resource_not_found_exception("Task does not exist.").into(),
        MoveRefusal::NotRunning => invalid_text("Only active tasks can be cancelled."),
    }
}

/// SQS's words for what goes wrong before a handler.
#[derive(Debug)]
pub(crate) struct Words;

impl Dialect for Words {
    fn holds_to(&self, issue: &Issue) -> bool {
        Self::checks(&issue.violation)
    }

    fn render(&self, fault: &Fault, protocol: ProtocolKind) -> Rendered {
        match fault {
            Fault::Validation(issues) => match issues.iter().find(|issue| issue.violation == Violation::Missing) {
                Some(issue) => {
                    Rendered::sender("MissingRequiredParameterException", 400, missing_text(&parameter(issue)))
                        .query_code("MissingParameter")
                        .namespace("com.amazon.coral.service")
                }
                None => dialect::usual(fault, protocol),
            },
            Fault::UnknownOperation { name, .. } if protocol == ProtocolKind::Query && name.is_empty() => {
                Rendered::sender("UnknownOperationException", 404, "").silent()
            }
            Fault::UnknownOperation { name, .. } if protocol == ProtocolKind::Query => {
                Rendered::sender("InvalidAction", 400, format!("The action {name} is not valid for this endpoint."))
            }
            // Unlike other JSON services, SQS kept the statuses of its query days.
            Fault::AccessDenied { .. } | Fault::Authentication(_) => {
                let usual = dialect::usual(&in_small_letters(fault), protocol);
                let incomplete = usual.query_code == "IncompleteSignature";
                let status = if incomplete { 400 } else { 403 };
                Rendered { status, query_status: status, ..usual }
            }
            Fault::InvalidPageToken => {
                Rendered::sender("InvalidParameterValueException", 400, "Invalid or expired next token.")
                    .query_code("InvalidParameterValue")
                    .namespace("com.amazon.coral.service")
            }
            _ => dialect::usual(fault, protocol),
        }
    }
}

impl Words {
    /// Of the model SQS checks only what must be there. It names unknown attributes itself, and takes some that the model
    /// does not list where it says so.
    fn checks(violation: &Violation) -> bool {
        matches!(violation, Violation::Missing)
    }
}

/// SQS names the denied action in small letters: "not authorized to perform: sqs:sendmessage".
/// Source: answers quoted in github.com/aws/serverless-application-model/issues/3633 and microsoft/aspire/pull/3333.
fn in_small_letters(fault: &Fault) -> Fault {
    let Fault::AccessDenied { principal, action, resource, reason } = fault else { return fault.clone() };
    let small = action.to_ascii_lowercase();
    let (principal, resource, reason) = (principal.clone(), resource.clone(), reason.replace(action.as_str(), &small));
    Fault::AccessDenied { principal, action: small, resource, reason }
}

/// A member as SQS names it: `QueueUrl`, `Entries.1.Id`.
fn parameter(issue: &Issue) -> String {
    let parts = issue.path.0.iter().map(|part| match part {
        PathPart::Member(name) => (*name).to_owned(),
        PathPart::Index(index) => (index + 1).to_string(),
        PathPart::Key(key) => key.clone(),
    });
    parts.collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn denials_name_the_action_in_small_letters() {
        let fault = Fault::AccessDenied {
            principal: "arn:aws:iam::000000000000:user/U".to_owned(),
            action: "sqs:SendMessage".to_owned(),
            resource: None,
            reason: "because no identity-based policy allows the sqs:SendMessage action".to_owned(),
        };
        let told = Words.render(&fault, ProtocolKind::Json10);
        let text = "User: arn:aws:iam::000000000000:user/U is not authorized to perform: sqs:sendmessage because no \
                    identity-based policy allows the sqs:sendmessage action";
        assert_eq!((told.message.as_deref(), told.status, &*told.query_code), (Some(text), 403, "AccessDenied"));
    }

    #[test]
    fn unknown_operations_over_query() {
        for (name, code, status, message) in [
            ("", "UnknownOperationException", 404, None),
            ("Foo", "InvalidAction", 400, Some("The action Foo is not valid for this endpoint.")),
        ] {
            let fault = Fault::UnknownOperation { name: name.to_owned(), version: String::new() };
            let told = Words.render(&fault, ProtocolKind::Query);
            assert_eq!((&*told.query_code, told.query_status, told.message.as_deref()), (code, status, message));
        }
    }
}
