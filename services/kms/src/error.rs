//! AWS's words. Engine refusals become modelled errors here, and faults of the road get KMS's own texts.
//!
//! Texts are AWS's as recorded by others (LocalStack's recordings) and as its documentation has them; the few that nobody
//! recorded are listed in the README.

use api_kms::errors;
use service_kit::{Ctx, Dialect, Error, Fault, Rendered, dialect};
use smithy::ProtocolKind;

use crate::engine::refusal::Refusal;
use crate::engine::state::State;

/// A rule that spans members, or that the model does not hold.
pub(crate) fn invalid(message: impl Into<String>) -> Error {
    Fault::Invalid { message: message.into() }.into()
}

/// An operation that the key's kind does not have.
pub(crate) fn unsupported(message: impl Into<String>) -> Error {
    errors::unsupported_operation_exception(message).into()
}

/// A part of an operation that is not here yet.
pub(crate) fn not_here(operation: &str) -> Error {
    Fault::NotImplemented { service: "kms".to_owned(), operation: operation.to_owned() }.into()
}

/// Tags that cannot be.
pub(crate) fn tags(text: &str) -> Error {
    errors::tag_exception(text).into()
}

/// The request would have succeeded.
pub(crate) fn dry_run() -> Error {
    let text = "The request would have succeeded, but the DryRun option is set.";
    errors::dry_run_operation_exception(text).into()
}

/// The caller may not, because the key is another account's and the operation stays within one.
pub(crate) fn foreign(ctx: &Ctx, arn: String) -> Error {
    let action = ctx.operation.action.to_owned();
    let reason = format!("because no resource-based policy allows the {action} action");
    Fault::AccessDenied { principal: ctx.caller.arn(ctx.partition()), action, resource: Some(arn), reason }.into()
}

/// What was encrypted under a key that is not there.
pub(crate) fn foreign_ciphertext(ctx: &Ctx) -> Error {
    let (who, action) = (ctx.caller.arn(ctx.partition()), ctx.operation.action);
    errors::access_denied_exception(format!(
        "User: {who} is not authorized to perform: {action} on the resource associated with this ciphertext because the \
         resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy \
         explicitly denies access"
    ))
    .into()
}

/// What the engine refused, told to whoever asked.
pub(crate) fn told(refusal: Refusal) -> Error {
    let error = match refusal {
        Refusal::Store(error) => return error.into(),
        Refusal::NoSuchKey(arn) => errors::not_found_exception(format!("Key '{arn}' does not exist")),
        Refusal::BadKeyId(text) => errors::not_found_exception(format!("Invalid keyId '{text}'")),
        Refusal::NoSuchAlias(arn) => errors::not_found_exception(format!("Alias {arn} is not found.")),
        Refusal::BadArn(text) => errors::not_found_exception(format!("Invalid arn {text}")),
        Refusal::NoSuchGrant(id) => errors::not_found_exception(format!("Grant ID {id} not found")),
        Refusal::NoReplica(arn) => errors::not_found_exception(format!("Key '{arn}' does not exist")),
        Refusal::Disabled(arn) => errors::disabled_exception(format!("{arn} is disabled.")),
        Refusal::State(arn, state) => errors::kms_invalid_state_exception(format!("{arn} is {}.", state_text(state))),
        Refusal::NotPendingDeletion(arn) => {
            errors::kms_invalid_state_exception(format!("{arn} is not pending deletion."))
        }
        Refusal::NothingToRotate(arn) => errors::kms_invalid_state_exception(format!(
            "No available key material pending rotation for the key: {arn}."
        )),
        Refusal::RotationPending { arn, new, pending } => errors::kms_invalid_state_exception(format!(
            "New key material (id: {new}) cannot be imported into KMS key {arn}, because another key material (id: \
             {pending}) is pending rotation."
        )),
        Refusal::Usage { arn, usage, operation } => errors::invalid_key_usage_exception(format!(
            "{arn} key usage is {} which is not valid for {operation}.",
            usage.name()
        )),
        Refusal::Algorithm { algorithm, spec } => errors::invalid_key_usage_exception(format!(
            "Algorithm {algorithm} is incompatible with key spec {}.",
            spec.name()
        )),
        Refusal::Ciphertext | Refusal::Wrapping => errors::invalid_ciphertext_exception(""),
        Refusal::IncorrectKey => errors::incorrect_key_exception(
            "The key ID in the request does not identify a CMK that can perform this operation.",
        ),
        Refusal::Signature => errors::kms_invalid_signature_exception(""),
        Refusal::Mac => errors::kms_invalid_mac_exception(""),
        Refusal::Origin { arn, external } => {
            let origin = if external { "EXTERNAL" } else { "AWS_KMS" };
            errors::unsupported_operation_exception(format!(
                "{arn} origin is {origin} which is not valid for this operation."
            ))
        }
        Refusal::NotSymmetric => errors::unsupported_operation_exception(""),
        Refusal::NotPrimary(arn) => {
            errors::unsupported_operation_exception(format!("{arn} is not a multi-region primary key."))
        }
        Refusal::ReplicaExists(arn) => errors::already_exists_exception(format!("Key {arn} already exists.")),
        Refusal::AliasExists(arn) => {
            errors::already_exists_exception(format!("An alias with the name {arn} already exists"))
        }
        Refusal::TooManyAliases(arn) => {
            errors::limit_exceeded_exception(format!("The alias limit has been reached for the key: {arn}"))
        }
        Refusal::TooManyGrants(arn) => {
            errors::limit_exceeded_exception(format!("The grant limit has been reached for the key: {arn}"))
        }
        Refusal::TooManyRotations(arn) => errors::limit_exceeded_exception(format!(
            "The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be \
             performed for this key: {arn}"
        )),
        Refusal::OtherMaterial | Refusal::UnfitMaterial => errors::incorrect_key_material_exception(""),
        Refusal::ImportToken => errors::invalid_import_token_exception(""),
        Refusal::ImportTokenExpired => errors::expired_import_token_exception(""),
        Refusal::Tags(text) => errors::tag_exception(text),
        other => return validation(other),
    };
    error.into()
}

/// Refusals that AWS words as failed validations.
fn validation(refusal: Refusal) -> Error {
    match refusal {
        Refusal::TooLong { algorithm, spec, most } => invalid(format!(
            "Algorithm {algorithm} and key spec {} cannot encrypt data larger than {most} bytes.",
            spec.name()
        )),
        Refusal::DigestLength(algorithm) => invalid(format!("Digest is invalid length for algorithm {algorithm}.")),
        Refusal::MessageType { algorithm, kind } => {
            invalid(format!("Message type {kind} is not valid for algorithm {algorithm}."))
        }
        Refusal::PublicKey => invalid(""),
        Refusal::AliasKind => {
            invalid("The source and target keys of an alias must be of the same type and have the same key usage.")
        }
        Refusal::Managed(arn) => {
            invalid(format!("{arn} is an AWS managed key: this operation is not permitted on it."))
        }
        other => Fault::internal(format!("{other:?} has no words")).into(),
    }
}

fn state_text(state: State) -> &'static str {
    match state {
        State::Enabled => "enabled",
        State::Disabled => "disabled",
        State::PendingDeletion => "pending deletion",
        State::PendingReplicaDeletion => "pending multi-region replica deletion",
        State::PendingImport => "pending import",
    }
}

/// KMS's words for what goes wrong before a handler.
#[derive(Debug)]
pub(crate) struct Words;

impl Dialect for Words {
    fn render(&self, fault: &Fault, protocol: ProtocolKind) -> Rendered {
        match fault {
            Fault::InvalidPageToken => Rendered::sender("InvalidMarkerException", 400, "Invalid marker."),
            _ => dialect::usual(fault, protocol),
        }
    }
}
