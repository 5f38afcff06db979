//! AWS's words. Engine refusals become modelled errors here, and faults of the road get CloudWatch Logs' own texts.
//!
//! Texts are AWS's as recorded by others (LocalStack's recordings, issue reports); those that nobody recorded are listed in
//! the README.

use api_logs::errors;
use service_kit::{Dialect, Error, Fault, Rendered, dialect};
use smithy::{Issue, PathPart, ProtocolKind, Violation};

use crate::engine::accept::Whole;
use crate::engine::refusal::Refusal;
use crate::limits;

/// A parameter that is not as it should be.
pub(crate) fn invalid(message: impl Into<String>) -> Error {
    errors::invalid_parameter_exception(message).into()
}

/// The same of the newer operations.
pub(crate) fn invalid_newer(message: impl Into<String>) -> Error {
    errors::validation_exception(message).into()
}

/// What is not there.
pub(crate) fn missing(message: impl Into<String>) -> Error {
    errors::resource_not_found_exception(message).into()
}

/// There are as many as there may be.
pub(crate) fn too_many() -> Error {
    errors::limit_exceeded_exception("Resource limit exceeded.").into()
}

/// What the class of a group, or its protection, forbids.
pub(crate) fn forbidden(message: impl Into<String>) -> Error {
    errors::invalid_operation_exception(message).into()
}

/// A filter pattern that is none.
pub(crate) fn bad_pattern(why: crate::filter::Invalid) -> Error {
    invalid(why.0)
}

/// What the engine refused.
pub(crate) fn told(refusal: Refusal) -> Error {
    match refusal {
        Refusal::NoSuchGroup => missing("The specified log group does not exist."),
        Refusal::NoSuchStream => missing("The specified log stream does not exist."),
        Refusal::GroupTaken => {
            errors::resource_already_exists_exception("The specified log group already exists").into()
        }
        Refusal::StreamTaken => {
            errors::resource_already_exists_exception("The specified log stream already exists").into()
        }
        Refusal::Protected => {
            errors::validation_exception("The specified log group has deletion protection enabled.").into()
        }
        Refusal::TooMany => too_many(),
        Refusal::Store(error) => error.into(),
    }
}

/// Why a batch is not taken.
pub(crate) fn batch_refused(why: Whole) -> Error {
    invalid(match why {
        Whole::Unordered => "Log events in a single PutLogEvents request must be in chronological order.".to_owned(),
        Whole::TooLong => {
            "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.".to_owned()
        }
        Whole::TooLarge(bytes) => {
            format!("Upload too large: {bytes} bytes exceeds limit of {}", limits::BATCH_BYTES)
        }
        Whole::EventTooLarge(bytes) => {
            format!("Log event too large: {bytes} bytes exceeds limit of {}", limits::EVENT_BYTES)
        }
    })
}

/// A key of KMS that cannot be used for a group.
pub(crate) fn kms_refused(group_arn: &str) -> Error {
    invalid(format!("The specified KMS key does not exist or is not allowed to be used with LogGroup '{group_arn}'"))
}

/// CloudWatch Logs' words for what goes wrong before a handler.
#[derive(Debug)]
pub(crate) struct Words;

/// Members of operations that came later and say `ValidationException`. Source: LocalStack's recordings of PutDeliveryDestination.
const NEWER: [&str; 12] = [
    "outputFormat",
    "deliveryDestinationConfiguration",
    "deliveryDestinationType",
    "deliveryDestinationName",
    "deliveryDestinationPolicy",
    "deliveryDestinationArn",
    "deliverySourceName",
    "deliverySourceConfiguration",
    "logType",
    "recordFields",
    "s3DeliveryConfiguration",
    "fieldDelimiter",
];

impl Dialect for Words {
    /// AWS takes namespaces of metrics that its model's pattern does not. Source: LocalStack's test, validated against AWS,
    /// `test_put_metric_filter_with_special_namespace`.
    fn holds_to(&self, issue: &Issue) -> bool {
        let namespace = issue.path.0.last() == Some(&PathPart::Member("metricNamespace"));
        !(namespace && matches!(issue.violation, Violation::Pattern(_)))
    }

    fn render(&self, fault: &Fault, protocol: ProtocolKind) -> Rendered {
        match fault {
            Fault::Validation(issues) => {
                if issues.iter().any(is_long_name) {
                    return sender("Invalid LogGroup or LogStream, both must have length less than or equal to 512.");
                }
                let usual = dialect::usual(fault, protocol);
                if issues.iter().any(is_newer) {
                    return usual;
                }
                sender(usual.message.unwrap_or_default())
            }
            Fault::Invalid { message } => sender(message.clone()),
            Fault::InvalidPageToken => sender("The specified nextToken is invalid."),
            _ => dialect::usual(fault, protocol),
        }
    }
}

fn sender(message: impl Into<String>) -> Rendered {
    Rendered::sender("InvalidParameterException", 400, message)
}

fn first_member(issue: &Issue) -> &str {
    match issue.path.0.first() {
        Some(PathPart::Member(name)) => name,
        _ => "",
    }
}

fn is_newer(issue: &Issue) -> bool {
    NEWER.contains(&first_member(issue))
}

fn is_long_name(issue: &Issue) -> bool {
    issue.path.0.len() == 1
        && matches!(first_member(issue), "logGroupName" | "logStreamName")
        && matches!(issue.violation, Violation::TooLong(_))
}
