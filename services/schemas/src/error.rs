//! What is refused, in words like AWS's. That a schema is there already was seen in a report of a user of Terraform; the other
//! texts nobody recorded, and the README says so.

use std::borrow::Cow;

use api_schemas::{self as api, errors};
use service_kit::{Dialect, Error, Fault, Rendered, dialect};
use smithy::{ApiError, ProtocolKind, Shape};

use crate::engine::Refusal;
use crate::engine::home::{DiscovererId, RegistryId, SchemaId};

/// The registry's dialect: what the model does not allow is a bad request, as everything that is.
#[derive(Debug)]
pub(crate) struct Words;

impl Dialect for Words {
    fn render(&self, fault: &Fault, protocol: ProtocolKind) -> Rendered {
        let usual = dialect::usual(fault, protocol);
        match fault {
            Fault::Validation(_) | Fault::Invalid { .. } | Fault::Malformed { .. } => {
                coded(usual, "BadRequestException")
            }
            Fault::InvalidPageToken => Rendered::sender("BadRequestException", 400, "The NextToken is not valid."),
            _ => usual,
        }
    }
}

fn coded(rendered: Rendered, code: &'static str) -> Rendered {
    Rendered { code: Cow::Borrowed(code), query_code: Cow::Borrowed(code), status: 400, ..rendered }
}

/// Each exception tells its code beside its text.
macro_rules! worded {
    ($($(#[$meta:meta])* $name:ident => $new:ident, $shape:ident;)*) => {$(
        $(#[$meta])*
        pub(crate) fn $name(message: impl Into<String>) -> Error {
            let error: ApiError = errors::$new(message);
            let details = api::$shape { code: Some(error.schema.code.to_owned()), message: None };
            ApiError { details: Some(Box::new(details) as Box<dyn Shape>), ..error }.into()
        }
    )*};
}

worded! {
    /// An input that breaks a rule.
    invalid => bad_request_exception, BadRequestException;
    /// Something that is not there.
    absent => not_found_exception, NotFoundException;
    /// Something that is there already.
    conflict => conflict_exception, ConflictException;
    /// What only AWS may do.
    forbidden => forbidden_exception, ForbiddenException;
    /// Something that changed in between.
    stale => precondition_failed_exception, PreconditionFailedException;
}

/// Refusals about a registry.
pub(crate) fn of_registry(id: &RegistryId, refusal: Refusal) -> Error {
    let name = &id.name;
    match refusal {
        Refusal::Store(error) => error.into(),
        Refusal::Taken => conflict(format!("Registry with name {name} already exists.")),
        Refusal::InUse => invalid(format!("Registry with name {name} is not empty.")),
        Refusal::Foreign => forbidden(format!("Registry with name {name} cannot be changed.")),
        Refusal::Stale => stale("The revision ID does not match the current policy."),
        Refusal::NoPolicy => absent(format!("Registry with name {name} does not have a policy.")),
        _ => absent(format!("Registry with name {name} does not exist.")),
    }
}

/// Refusals about a schema.
pub(crate) fn of_schema(id: &SchemaId, refusal: Refusal) -> Error {
    let name = &id.name;
    match refusal {
        Refusal::NoSchema => absent(format!("Schema with name {name} does not exist.")),
        Refusal::NoVersion => absent(format!("Schema version of schema {name} does not exist.")),
        Refusal::NoCode => absent(format!("Code binding of schema {name} does not exist.")),
        Refusal::Taken => conflict(format!("Schema with name {name} already exists.")),
        Refusal::Last => invalid(format!("Schema with name {name} has only one version. Delete the schema instead.")),
        other => of_registry(&id.registry, other),
    }
}

/// Refusals about a discoverer.
pub(crate) fn of_discoverer(id: &DiscovererId, refusal: Refusal) -> Error {
    match refusal {
        Refusal::Store(error) => error.into(),
        Refusal::Taken => conflict(format!("Discoverer with ID {} already exists.", id.id)),
        _ => absent(format!("Discoverer with ID {} does not exist.", id.id)),
    }
}
