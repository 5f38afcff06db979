//! AWS's words. Engine refusals become S3's errors here, with the elements and headers that S3 adds to them.
//!
//! Texts are AWS's as recorded by others (LocalStack's recordings); the few that nobody recorded are listed in the README.

use api_s3::{ErrorFacts, errors};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use service_kit::{Ctx, Error, Fault, dialect};
use smithy::ApiError;
use store::StoreError;

use crate::engine::refusal::Refusal;
use crate::limits;

/// An error with what it tells beside code and message.
pub(crate) fn with(error: ApiError, facts: ErrorFacts) -> Error {
    ApiError { details: Some(Box::new(facts)), ..error }.into()
}

/// An argument that is not as it must be.
pub(crate) fn invalid_argument(message: impl Into<String>, name: &str, value: impl Into<String>) -> Error {
    let facts = ErrorFacts {
        argument_name: Some(name.to_owned()),
        argument_value: Some(value.into()),
        ..ErrorFacts::default()
    };
    with(errors::invalid_argument(message), facts)
}

/// An argument that is not as it must be, and is not shown.
pub(crate) fn invalid_argument_hidden(message: impl Into<String>, name: &str) -> Error {
    let facts = ErrorFacts { argument_name: Some(name.to_owned()), ..ErrorFacts::default() };
    with(errors::invalid_argument(message), facts)
}

/// A request that makes no sense as a whole.
pub(crate) fn invalid_request(message: impl Into<String>) -> Error {
    errors::invalid_request(message).into()
}

/// Refused, without a reason.
pub(crate) fn access_denied() -> Error {
    errors::access_denied("Access Denied").into()
}

/// Refused, in AWS's words.
pub(crate) fn access_denied_because(text: &str) -> Error {
    errors::access_denied(text).into()
}

/// What KMS refused, as S3 tells it: with the code of KMS after its name.
pub(crate) fn kms_refused(ctx: &Ctx, error: Error) -> Error {
    match error {
        Error::Modeled(error) => {
            let text = error.message.as_str();
            match error.schema.code {
                "DisabledException" => errors::kms_disabled(text).into(),
                "NotFoundException" => errors::kms_not_found(text).into(),
                "KMSInvalidStateException" => errors::kms_invalid_state(text).into(),
                "InvalidKeyUsageException" => errors::kms_invalid_key_usage(text).into(),
                _ => errors::access_denied(text).into(),
            }
        }
        Error::Fault(Fault::AccessDenied { principal, action, resource, reason }) => {
            let text = dialect::denial(&principal, &action, resource.as_deref(), &reason);
            tracing::debug!(request = %ctx.request.id, text, "KMS refused");
            errors::access_denied(text).into()
        }
        Error::Fault(Fault::Throttled { message }) => errors::slow_down(message).into(),
        fault @ Error::Fault(_) => fault,
    }
}

/// A bucket that is not there.
pub(crate) fn no_such_bucket(name: &str) -> Error {
    of_bucket(errors::no_such_bucket("The specified bucket does not exist"), name)
}

/// A document that is not what it must be.
pub(crate) fn malformed_xml() -> Error {
    let text = "The XML you provided was not well-formed or did not validate against our published schema";
    errors::malformed_xml(text).into()
}

/// An error about a bucket.
pub(crate) fn of_bucket(error: ApiError, name: &str) -> Error {
    with(error, ErrorFacts { bucket_name: Some(name.to_owned()), ..ErrorFacts::default() })
}

/// An upload that is not there.
pub(crate) fn no_such_upload(id: &str) -> Error {
    let text = "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or \
                completed.";
    with(errors::no_such_upload(text), ErrorFacts { upload_id: Some(id.to_owned()), ..ErrorFacts::default() })
}

/// A condition that does not hold.
pub(crate) fn precondition_failed(condition: &str) -> Error {
    let text = "At least one of the pre-conditions you specified did not hold";
    with(
        errors::precondition_failed(text),
        ErrorFacts { condition: Some(condition.to_owned()), ..ErrorFacts::default() },
    )
}

/// A header that this operation does not take.
pub(crate) fn not_implemented(header: &str, additional: Option<&str>) -> Error {
    let text = "A header you provided implies functionality that is not implemented";
    with(
        errors::not_implemented(text),
        ErrorFacts {
            header: Some(header.to_owned()),
            additional_message: additional.map(str::to_owned),
            ..ErrorFacts::default()
        },
    )
}

/// A delete marker where a version is wanted, with its id where the answer tells it.
pub(crate) fn is_marker(method: &str, version: Option<String>) -> Error {
    let facts = ErrorFacts {
        method: Some(method.to_owned()),
        resource_type: Some("DeleteMarker".to_owned()),
        head_allow: Some("DELETE".to_owned()),
        head_delete_marker: Some("true".to_owned()),
        head_version_id: version,
        ..ErrorFacts::default()
    };
    with(errors::method_not_allowed("The specified method is not allowed against this resource."), facts)
}

/// What the engine refused.
pub(crate) fn told(refusal: Refusal) -> Error {
    match refusal {
        Refusal::NoSuchBucket(name) => no_such_bucket(&name),
        Refusal::BucketExists { .. }
        | Refusal::BucketNotEmpty { .. }
        | Refusal::NotArchived
        | Refusal::RestoreUnderWay
        | Refusal::RestoreDays
        | Refusal::RestoreTier => Fault::internal(format!("{refusal:?} was not told by the operation it is of")).into(),
        Refusal::TooManyBuckets => {
            errors::too_many_buckets("You have attempted to create more buckets than allowed").into()
        }
        Refusal::NoSuchKey { key, marker } => no_such_key(&key, marker),
        Refusal::NoSuchVersion { key, version } => {
            let facts = ErrorFacts { key: Some(key), version_id: Some(version), ..ErrorFacts::default() };
            with(errors::no_such_version("The specified version does not exist."), facts)
        }
        Refusal::BadVersion(id) => invalid_argument("Invalid version id specified", "versionId", id),
        Refusal::IsMarker { version } => is_marker("GET", Some(version)),
        Refusal::NoSuchUpload(id) => no_such_upload(&id),
        Refusal::Precondition(condition) => precondition_failed(condition),
        Refusal::Conflict { condition, key } => {
            let text = "The conditional request cannot succeed due to a conflicting operation against this resource.";
            let facts = ErrorFacts { condition: Some(condition.to_owned()), key: Some(key), ..ErrorFacts::default() };
            with(errors::conditional_request_conflict(text), facts)
        }
        Refusal::Locked => errors::access_denied("Access Denied because object protected by object lock.").into(),
        Refusal::InvalidPart { number, etag } => invalid_part(number, etag),
        Refusal::PartTooSmall { number, etag, length } => part_too_small(number, etag, length),
        Refusal::BadChecksum(algorithm) => {
            let name = algorithm.as_str();
            errors::bad_digest(format!("The {name} you specified did not match the calculated checksum.")).into()
        }
        Refusal::WholeChecksum(algorithm) => {
            let name = algorithm.as_str().to_lowercase();
            errors::bad_digest(format!("The {name} you specified did not match the calculated checksum.")).into()
        }
        Refusal::OtherLength { expected, found } => invalid_request(format!(
            "The provided 'x-amz-mp-object-size' header value {expected} does not match what was computed: {found}"
        )),
        Refusal::BadMd5 { expected, found } => {
            let facts = ErrorFacts {
                expected_digest: Some(expected),
                calculated_digest: Some(STANDARD.encode(found)),
                ..ErrorFacts::default()
            };
            with(errors::bad_digest("The Content-MD5 you specified did not match what we received."), facts)
        }
        Refusal::TooLarge { length } => {
            let facts = ErrorFacts {
                proposed_size: Some(length.to_string()),
                max_size_allowed: Some(limits::PUT.to_string()),
                ..ErrorFacts::default()
            };
            with(errors::entity_too_large("Your proposed upload exceeds the maximum allowed size"), facts)
        }
        Refusal::Body(error) => Error::from_body(error),
        Refusal::BadTrailer(algorithm) => {
            let name = algorithm.as_str().to_lowercase();
            invalid_request(format!("Value for x-amz-checksum-{name} trailing header is invalid."))
        }
        // Content that cannot be read back as it was written is our failure, and stays one however often it is asked for.
        Refusal::Store(StoreError::Corrupt(what)) => Fault::internal(what.as_ref()).into(),
        Refusal::Store(error) => error.into(),
    }
}

fn no_such_key(key: &str, marker: Option<String>) -> Error {
    with(
        errors::no_such_key("The specified key does not exist."),
        ErrorFacts {
            key: Some(key.to_owned()),
            head_delete_marker: marker.is_some().then(|| "true".to_owned()),
            head_version_id: marker,
            ..ErrorFacts::default()
        },
    )
}

fn invalid_part(number: i32, etag: String) -> Error {
    let text = "One or more of the specified parts could not be found.  The part may not have been uploaded, or the \
                specified entity tag may not match the part's entity tag.";
    with(
        errors::invalid_part(text),
        ErrorFacts { part_number: Some(number.to_string()), e_tag: Some(etag), ..ErrorFacts::default() },
    )
}

fn part_too_small(number: u16, etag: String, length: u64) -> Error {
    with(
        errors::entity_too_small("Your proposed upload is smaller than the minimum allowed size"),
        ErrorFacts {
            part_number: Some(number.to_string()),
            e_tag: Some(etag),
            proposed_size: Some(length.to_string()),
            min_size_allowed: Some(limits::LEAST_PART.to_string()),
            ..ErrorFacts::default()
        },
    )
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        told(refusal)
    }
}
