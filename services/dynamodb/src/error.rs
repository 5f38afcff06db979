//! AWS's words. Engine refusals become modelled errors here, and faults of the road get DynamoDB's own names.
//!
//! Texts are AWS's as recorded by others (LocalStack's snapshots, dynalite's and Alternator's tests, which were run against
//! AWS); the few that nobody recorded are listed in the README.

use api_dynamodb::{
    ConditionalCheckFailedException, ProvisionedThroughputExceededException, ThrottlingException, ThrottlingReason,
    errors,
};
use service_kit::{Ctx, Dialect, Error, Fault, Rendered, dialect};
use smithy::{Issue, PathPart, ProtocolKind, Violation};

use crate::engine::refusal::{Refusal, Throttle, Why};
use crate::engine::throttle::Way;
use crate::ops::attributes;

/// `ValidationException` with AWS's text.
pub(crate) fn invalid(message: impl Into<String>) -> Error {
    Fault::Invalid { message: message.into() }.into()
}

/// "One or more parameter values were invalid: …"
pub(crate) fn invalid_parameter(message: impl std::fmt::Display) -> Error {
    invalid(format!("One or more parameter values were invalid: {message}"))
}

/// A resource of some kind that is not there.
pub(crate) fn not_found(message: impl Into<String>) -> Error {
    errors::resource_not_found_exception(message).into()
}

/// What the engine refused, told to whoever asked.
pub(crate) fn told(refusal: Refusal) -> Error {
    match refusal {
        Refusal::NoTable(name) => not_found(format!("Requested resource not found: Table: {name} not found")),
        Refusal::NoTableForItems => not_found("Requested resource not found"),
        Refusal::Exists(name) => errors::resource_in_use_exception(format!("Table already exists: {name}")).into(),
        Refusal::Protected => invalid(
            "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.",
        ),
        Refusal::Source => invalid(
            "Replica cannot be deleted because it has acted as a source region for new replica(s) being added to the \
             table in the last 24 hours.",
        ),
        Refusal::ReplicaIsTable(name) => invalid(format!(
            "Failed to create a the new replica of table with name: '{name}' because one or more replicas already existed \
             as tables."
        )),
        Refusal::NoReplica => invalid(
            "Update global table operation failed because one or more replicas were not part of the global table.",
        ),
        Refusal::Invalid(text) => invalid(text),
        Refusal::Condition(item) => {
            let text = Some(CONDITION.to_owned());
            Error::Modeled(match item.map(attributes) {
                None => ConditionalCheckFailedException { message: text, item: None, text: None }.into(),
                item => ConditionalCheckFailedException { message: None, item, text }.into(),
            })
        }
        Refusal::Throttled(throttle) => throttled(&throttle),
        Refusal::Shut => no_key(UNREACHABLE),
        Refusal::CollectionFull => {
            errors::item_collection_size_limit_exceeded_exception("Collection size exceeded.").into()
        }
        Refusal::Store(error) => error.into(),
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        told(refusal)
    }
}

/// More was consumed than may be, with what, by what and why.
fn throttled(throttle: &Throttle) -> Error {
    let what = if throttle.index { "Index" } else { "Table" };
    let way = if throttle.way == Way::Read { "Read" } else { "Write" };
    let why = match throttle.why {
        Why::Provisioned => "ProvisionedThroughputExceeded",
        Why::MaxOnDemand => "MaxOnDemandThroughputExceeded",
        Why::KeyRange => "KeyRangeThroughputExceeded",
    };
    let reason =
        ThrottlingReason { reason: Some(format!("{what}{way}{why}")), resource: Some(throttle.resource.clone()) };
    let (reasons, over) = (Some(vec![reason]), if throttle.index { OVER_INDEX } else { OVER_TABLE });
    let text = match throttle.why {
        Why::MaxOnDemand => BOUNDED.to_owned(),
        Why::KeyRange if throttle.on_demand => HOT.to_owned(),
        _ => format!("{over}{RAISE}"),
    };
    let message = Some(text);
    Error::Modeled(if throttle.on_demand {
        ThrottlingException { message, throttling_reasons: reasons }.into()
    } else {
        ProvisionedThroughputExceededException { message, throttling_reasons: reasons }.into()
    })
}

/// What KMS said when a table's key was to be used.
pub(crate) fn kms_refused(ctx: &Ctx, error: Error) -> Error {
    match of_kms(ctx, error) {
        Ok(text) => no_key(&text),
        Err(error) => error,
    }
}

/// What KMS said of a key that a table was to have.
pub(crate) fn kms_unfit(ctx: &Ctx, error: Error) -> Error {
    let denied = matches!(&error, Error::Fault(Fault::AccessDenied { .. }));
    match of_kms(ctx, error) {
        Ok(text) if denied => no_key(&text),
        Ok(text) => invalid(format!("KMS validation error: {text}")),
        Err(error) => error,
    }
}

/// A key that is switched off cannot be a table's.
pub(crate) fn kms_disabled(ctx: &Ctx, arn: &str) -> Error {
    let text = whose(ctx, "DisabledException", &format!("{arn} is disabled."), "DisabledException");
    invalid(format!("KMS validation error: {text}"))
}

/// KMS's own words, as DynamoDB passes them on.
fn of_kms(ctx: &Ctx, error: Error) -> Result<String, Error> {
    match error {
        Error::Modeled(error) => Ok(whose(ctx, error.schema.code, &error.message, error.schema.code)),
        Error::Fault(Fault::AccessDenied { .. }) => {
            Ok(whose(ctx, "AWSKMSException", UNREACHABLE, "AccessDeniedException"))
        }
        fault => Err(fault),
    }
}

fn whose(ctx: &Ctx, exception: &str, text: &str, code: &str) -> String {
    let id = ctx.request.id;
    format!(
        "com.amazonaws.services.kms.model.{exception}: {text} (Service: AWSKMS; Status Code: 400; Error Code: {code}; \
         Request ID: {id}; Proxy: null)"
    )
}

fn no_key(text: &str) -> Error {
    errors::access_denied_exception(format!("KMS key access denied error: {text}")).into()
}

/// KMS's text for a key that somebody may not use.
const UNREACHABLE: &str = "The ciphertext refers to a customer master key that does not exist, does not exist in this \
                           region, or you are not allowed to access.";

/// A condition that did not hold.
pub(crate) const CONDITION: &str = "The conditional request failed";
const OVER_TABLE: &str = "The level of configured provisioned throughput for the table was exceeded. ";
const OVER_INDEX: &str = "The level of configured provisioned throughput for one or more global secondary indexes of the table was exceeded. ";
const RAISE: &str = "Consider increasing your provisioning level with the UpdateTable API.";
const HOT: &str = "Throughput exceeds the current capacity of your table or index. DynamoDB is automatically scaling your table or index so please try again shortly. If exceptions persist, check if you have a hot key: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html";
const BOUNDED: &str = "Throughput exceeds the maximum OnDemandThroughput configured on table or index";

/// DynamoDB's names for what goes wrong before a handler.
#[derive(Debug)]
pub(crate) struct Words;

impl Dialect for Words {
    /// Handlers tell of values without a type themselves: what is wrong with a placeholder's value is told with its name. They
    /// hold names of tables to narrower rules than the model, which leaves room for ARNs.
    fn holds_to(&self, issue: &Issue) -> bool {
        let empty_name = issue.violation == Violation::TooShort(1) && issue.path.0 == [PathPart::Member("TableName")];
        issue.violation != Violation::Union && !empty_name
    }

    fn render(&self, fault: &Fault, protocol: ProtocolKind) -> Rendered {
        let usual = dialect::usual(fault, protocol);
        match fault {
            Fault::Validation(issues) if issues.iter().any(|issue| issue.violation == Violation::SeveralMembers) => {
                let message = SEVERAL_TYPES.to_owned();
                dialect::usual(&Fault::Invalid { message }, protocol).namespace(VALIDATE)
            }
            Fault::Validation(_) | Fault::Invalid { .. } => usual.namespace(VALIDATE),
            Fault::AccessDenied { .. } | Fault::Authentication(_) => usual.namespace(CORAL),
            Fault::Throttled { .. } => usual.namespace(OWN),
            _ => usual,
        }
    }
}

/// A value without a type.
pub(crate) const EMPTY_VALUE: &str =
    "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes";
/// A value of two types.
const SEVERAL_TYPES: &str =
    "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes";
const VALIDATE: &str = "com.amazon.coral.validate";
const CORAL: &str = "com.amazon.coral.service";
const OWN: &str = "com.amazonaws.dynamodb.v20120810";
