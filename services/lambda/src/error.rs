//! AWS's words, as recorded by LocalStack's tests against AWS; the few that nobody recorded are listed in the README.
//! Lambda says of most of its errors whose they are: `Type` is `User` beside the text.

use api_lambda as api;
use api_lambda::errors;
use service_kit::{Ctx, Error, Fault};
use smithy::{ApiError, ErrorSchema, Party, Shape};

use crate::engine::Refusal;
use crate::engine::home::Named;
use crate::engine::package::BadPackage;
use crate::engine::pool::Full;
use crate::environment::StartFailure;
use crate::limits;
use crate::run::invoke::NotBegun;

/// A request that is too large before anything of it was looked at.
static REQUEST_ENTITY_TOO_LARGE: ErrorSchema = ErrorSchema {
    shape: errors::REQUEST_TOO_LARGE_EXCEPTION.shape,
    code: "RequestEntityTooLargeException",
    query_code: "RequestEntityTooLargeException",
    status: 413,
    query_status: 413,
    party: Party::Sender,
};

fn with(mut error: ApiError, details: impl Shape + 'static) -> Error {
    error.details = Some(Box::new(details));
    error.into()
}

fn user() -> Option<String> {
    Some("User".to_owned())
}

/// An input that breaks a rule.
pub(crate) fn invalid(message: impl Into<String>) -> Error {
    let details = api::InvalidParameterValueException { r#type: user(), ..Default::default() };
    with(errors::invalid_parameter_value_exception(message), details)
}

/// The same without saying whose it is, as AWS does where the check is of its data plane.
pub(crate) fn invalid_bare(message: impl Into<String>) -> Error {
    errors::invalid_parameter_value_exception(message).into()
}

/// Something that is not there.
pub(crate) fn missing(message: impl Into<String>) -> Error {
    let details = api::ResourceNotFoundException { r#type: user(), ..Default::default() };
    with(errors::resource_not_found_exception(message), details)
}

/// Something that is there already, or under way.
pub(crate) fn conflict(message: impl Into<String>) -> Error {
    let details = api::ResourceConflictException { r#type: user(), ..Default::default() };
    with(errors::resource_conflict_exception(message), details)
}

/// A revision that is not the newest; `what` tells it.
pub(crate) fn stale(what: &str) -> Error {
    let text = format!(
        "The Revision Id provided does not match the latest Revision Id. Call the {what} API to retrieve the latest \
         Revision Id"
    );
    let details = api::PreconditionFailedException { r#type: user(), ..Default::default() };
    with(errors::precondition_failed_exception(text), details)
}

/// A function that is not there, as it was named.
pub(crate) fn no_function(arn: &str) -> Error {
    missing(format!("Function not found: {arn}"))
}

/// An alias that is not there.
pub(crate) fn no_alias(arn: &str) -> Error {
    missing(format!("Cannot find alias arn: {arn}"))
}

/// A package that is refused.
pub(crate) fn bad_package(bad: BadPackage) -> Error {
    match bad {
        BadPackage::Unreadable => {
            invalid("Could not unzip uploaded file. Please check your file, then try to upload again.")
        }
        BadPackage::TooLarge => invalid(format!("Unzipped size must be smaller than {} bytes", limits::UNZIPPED)),
    }
}

/// A request beyond its limit.
pub(crate) fn too_large(text: impl Into<String>) -> Error {
    ApiError::new(&REQUEST_ENTITY_TOO_LARGE, text).into()
}

/// What the engine refused about a function.
pub(crate) fn told(named: &Named, refusal: Refusal) -> Error {
    match refusal {
        Refusal::Store(error) => error.into(),
        Refusal::NoFunction | Refusal::NoAlias | Refusal::Nothing => no_function(&named.arn()),
        Refusal::Taken => conflict(format!("Function already exist: {}", named.name)),
        Refusal::Stale => stale("GetFunction/GetAlias"),
        Refusal::Busy => conflict(format!(
            "The operation cannot be performed at this time. An update is in progress for resource: {}",
            named.home.function(&named.name)
        )),
        Refusal::OtherCode(other) => {
            Fault::internal(format!("other code {other} was not told with what was asked")).into()
        }
        Refusal::NoRoom => errors::code_storage_exceeded_exception("Code storage limit exceeded.").into(),
        Refusal::InUse(aliases) => conflict(format!(
            "Unable to delete version because the following aliases reference it: [{}]",
            aliases.join(", ")
        )),
    }
}

/// Why an invocation did not begin.
pub(crate) fn not_begun(ctx: &Ctx, named: &Named, why: NotBegun) -> Error {
    match why {
        NotBegun::Refused(refusal) => told(named, refusal),
        NotBegun::Full(full) => {
            let reason = match full {
                Full::Function => api::ThrottleReason::ReservedFunctionConcurrentInvocationLimitExceeded,
                Full::Account => api::ThrottleReason::ConcurrentInvocationLimitExceeded,
            };
            let details = api::TooManyRequestsException { r#type: user(), reason: Some(reason), ..Default::default() };
            with(errors::too_many_requests_exception("Rate Exceeded."), details)
        }
        NotBegun::Pending => conflict(
            "The operation cannot be performed at this time. The function is currently in the following state: Pending",
        ),
        NotBegun::Start(StartFailure::NoRuntime(text)) => errors::invalid_runtime_exception(text).into(),
        NotBegun::Start(StartFailure::Role(text)) => {
            let text = format!("The role defined for the function cannot be assumed by Lambda. {text}");
            Fault::AccessDenied {
                principal: ctx.caller.arn(ctx.partition()),
                action: "sts:AssumeRole".to_owned(),
                resource: None,
                reason: text,
            }
            .into()
        }
        NotBegun::Start(StartFailure::Internal(text)) => Fault::internal(text).into(),
    }
}
