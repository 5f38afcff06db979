//! What is refused: AWS's codes and statuses, in words like AWS's, which nobody recorded.

use api_glacier::{self as api, errors};
use service_kit::{Dialect, Error, Fault, Rendered, dialect};
use smithy::{ApiError, ProtocolKind, Shape};

use crate::engine::Refusal;
use crate::engine::home::VaultId;

/// Glacier's dialect: what the model does not allow is a parameter that is not valid.
#[derive(Debug)]
pub(crate) struct Words;

impl Dialect for Words {
    fn render(&self, fault: &Fault, protocol: ProtocolKind) -> Rendered {
        let usual = dialect::usual(fault, protocol);
        match fault {
            Fault::Validation(_) | Fault::Invalid { .. } | Fault::Malformed { .. } | Fault::InvalidPageToken => {
                Rendered::sender("InvalidParameterValueException", 400, usual.message.unwrap_or_default())
            }
            _ => usual,
        }
    }
}

/// Each exception tells its code and whose fault it is beside its text.
macro_rules! worded {
    ($($(#[$meta:meta])* $name:ident => $new:ident, $shape:ident;)*) => {$(
        $(#[$meta])*
        pub(crate) fn $name(message: impl Into<String>) -> Error {
            let error: ApiError = errors::$new(message);
            let (code, kind) = (Some(error.schema.code.to_owned()), Some("Client".to_owned()));
            let details = api::$shape { code, message: None, r#type: kind };
            ApiError { details: Some(Box::new(details) as Box<dyn Shape>), ..error }.into()
        }
    )*};
}

worded! {
    /// A parameter that is not valid.
    invalid => invalid_parameter_value_exception, InvalidParameterValueException;
    /// A parameter that is not there.
    missing => missing_parameter_value_exception, MissingParameterValueException;
    /// Something that is not there.
    absent => resource_not_found_exception, ResourceNotFoundException;
    /// More than there may be.
    limit => limit_exceeded_exception, LimitExceededException;
    /// More than the data retrieval policy allows.
    enforced => policy_enforced_exception, PolicyEnforcedException;
    /// What AWS has given up.
    given_up => no_longer_supported_exception, NoLongerSupportedException;
}

/// Refusals about a vault, or something in it.
pub(crate) fn told(vault: &VaultId, id: &str, refusal: Refusal) -> Error {
    let arn = vault.arn();
    match refusal {
        Refusal::Store(error) => error.into(),
        Refusal::Body(error) => Error::from_body(error),
        Refusal::NoVault => absent(format!("Vault not found for ARN: {arn}")),
        Refusal::NoArchive => absent(format!("The archive ID was not found: {id}")),
        Refusal::NoUpload => absent(format!("The upload ID was not found: {id}")),
        Refusal::NoJob => absent(format!("The job ID was not found: {id}")),
        Refusal::NotReady => invalid(format!("The job is not currently available for download: {id}")),
        Refusal::InUse => invalid(format!("Vault not empty or recently written to: {arn}")),
        Refusal::TooLarge => invalid("Invalid Content-Length: the body is larger than allowed."),
        Refusal::Hash(expected, found) => {
            invalid(format!("Checksum mismatch: expected {expected} server computed {found}"))
        }
        Refusal::Parts(why) => invalid(why),
        Refusal::Locked => invalid(format!("There is a vault lock on the vault already: {arn}")),
        Refusal::NoLock => absent(format!("The lock ID was not found or has expired: {id}")),
        Refusal::Policy => enforced("InitiateJob request denied by current data retrieval policy."),
        Refusal::Limit => limit("The request exceeds the limit."),
    }
}
