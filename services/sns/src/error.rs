//! AWS's words, as recorded by others (LocalStack's recordings); the few that nobody recorded are listed in the README.

use std::collections::BTreeMap;

use api_sns::errors;
use service_kit::{Dialect, Error, Fault, Rendered, dialect};
use smithy::{Issue, Path, PathPart, ProtocolKind, Violation};

/// "Invalid parameter: …"
pub(crate) fn invalid(what: impl std::fmt::Display) -> Error {
    errors::invalid_parameter_exception(format!("Invalid parameter: {what}")).into()
}

/// "Invalid parameter: … Reason: …"
pub(crate) fn invalid_because(parameter: &str, reason: impl std::fmt::Display) -> Error {
    invalid(format!("{parameter} Reason: {reason}"))
}

/// An invalid parameter in words of its own.
pub(crate) fn invalid_text(text: impl Into<String>) -> Error {
    errors::invalid_parameter_exception(text).into()
}

/// A value of a message's attribute.
pub(crate) fn invalid_value(text: impl Into<String>) -> Error {
    errors::invalid_parameter_value_exception(text).into()
}

/// A topic that is not there.
pub(crate) fn no_topic() -> Error {
    errors::not_found_exception("Topic does not exist").into()
}

/// A subscription that is not there.
pub(crate) fn no_subscription() -> Error {
    errors::not_found_exception("Subscription does not exist").into()
}

/// Something else that is not there.
pub(crate) fn not_found(what: &str) -> Error {
    errors::not_found_exception(format!("{what} does not exist")).into()
}

/// Something that the caller may not do by the service's own rules.
pub(crate) fn not_authorized(text: impl Into<String>) -> Error {
    errors::authorization_error_exception(text).into()
}

const ATTRIBUTES: &str = "Attributes";

/// Attributes that must be there, and are: an empty list of them is none.
pub(crate) fn present(attributes: &BTreeMap<String, String>) -> Result<(), Error> {
    if !attributes.is_empty() {
        return Ok(());
    }
    let path = Path(vec![PathPart::Member(ATTRIBUTES)]);
    Err(Fault::Validation(vec![Issue { path, violation: Violation::Missing, value: None }]).into())
}

/// What KMS refused, in SNS's words.
pub(crate) fn kms_refused(error: Error) -> Error {
    match error {
        Error::Modeled(error) => {
            let (code, text) = (error.schema.code, error.message.clone());
            match code {
                "DisabledException" => errors::kms_disabled_exception(text).into(),
                "NotFoundException" => errors::kms_not_found_exception(text).into(),
                "KMSInvalidStateException" => errors::kms_invalid_state_exception(text).into(),
                "AccessDeniedException" => errors::kms_access_denied_exception(text).into(),
                _ => Fault::internal(format!("KMS: {error}")).into(),
            }
        }
        Error::Fault(Fault::AccessDenied { principal, action, resource, reason }) => {
            let text = dialect::denial(&principal, &action, resource.as_deref(), &reason);
            errors::kms_access_denied_exception(text).into()
        }
        Error::Fault(Fault::Throttled { message }) => errors::kms_throttling_exception(message).into(),
        fault @ Error::Fault(_) => fault,
    }
}

/// SNS's words for what goes wrong before a handler.
#[derive(Debug)]
pub(crate) struct Words;

impl Dialect for Words {
    /// SNS looks for attributes after it has looked at ARNs, and handlers do too.
    fn holds_to(&self, issue: &Issue) -> bool {
        issue.violation != Violation::Missing || issue.path.0 != [PathPart::Member(ATTRIBUTES)]
    }

    fn render(&self, fault: &Fault, protocol: ProtocolKind) -> Rendered {
        match fault {
            Fault::Validation(issues) if let Some(name) = issues.iter().find_map(missing_arn) => {
                let text = format!("Invalid parameter: {name} Reason: no value for required parameter");
                Rendered::sender("InvalidParameter", 400, text)
            }
            Fault::InvalidPageToken => Rendered::sender("InvalidParameter", 400, "Invalid parameter: NextToken"),
            Fault::AccessDenied { .. } => {
                let usual = dialect::usual(fault, protocol);
                Rendered { code: "AuthorizationError".into(), query_code: "AuthorizationError".into(), ..usual }
            }
            _ => dialect::usual(fault, protocol),
        }
    }
}

/// An ARN that is missing: SNS looks for those itself.
fn missing_arn(issue: &Issue) -> Option<&'static str> {
    match (&issue.violation, issue.path.0.last()) {
        (Violation::Missing, Some(PathPart::Member(name))) if name.ends_with("Arn") => Some(name),
        _ => None,
    }
}
