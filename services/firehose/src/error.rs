//! AWS's words. Engine refusals become modelled errors here.
//!
//! Texts are AWS's as moto and LocalStack show them; the others are listed in the README.

use api_firehose::errors;
use service_kit::{Dialect, Error, Fault, Rendered, dialect};
use smithy::{Issue, PathPart, ProtocolKind, Violation};

use crate::engine::Refusal;
use crate::engine::stream::Home;
use crate::limits;

/// An argument that cannot be had.
pub(crate) fn invalid(message: impl Into<String>) -> Error {
    errors::invalid_argument_exception(message).into()
}

/// Something of AWS's that is not here.
pub(crate) fn not_here(what: &str) -> Error {
    Fault::NotImplemented { service: "firehose".to_owned(), operation: what.to_owned() }.into()
}

/// What the engine refused about a delivery stream.
pub(crate) fn told(home: &Home, refusal: Refusal) -> Error {
    let (name, account) = (&home.name, home.account);
    match refusal {
        Refusal::NoSuchStream => {
            errors::resource_not_found_exception(format!("Firehose {name} under account {account} not found.")).into()
        }
        Refusal::Taken => {
            errors::resource_in_use_exception(format!("Firehose {name} under accountId {account} already exists")).into()
        }
        Refusal::TooMany => errors::limit_exceeded_exception(format!(
            "You have already consumed your firehose quota of {} hoses.",
            limits::STREAMS
        ))
        .into(),
        Refusal::OtherVersion(current) => errors::concurrent_modification_exception(format!(
            "Cannot update firehose: {name} since the current version id: {current} and specified version id do not match"
        ))
        .into(),
        Refusal::TooManyTags => errors::limit_exceeded_exception(format!(
            "A delivery stream cannot have more than {} tags.",
            limits::TAGS
        ))
        .into(),
        Refusal::Store(error) => error.into(),
    }
}

/// Firehose's words for what goes wrong before a handler: the usual ones.
#[derive(Debug)]
pub(crate) struct Words;

impl Dialect for Words {
    /// AWS takes endpoints over TLS alone. Those on one's own machine most often have none, and are taken here.
    fn holds_to(&self, issue: &Issue) -> bool {
        let endpoint = matches!(issue.path.0.last(), Some(PathPart::Member("Url" | "HECEndpoint")));
        !(endpoint && matches!(issue.violation, Violation::Pattern(_)))
    }

    fn render(&self, fault: &Fault, protocol: ProtocolKind) -> Rendered {
        dialect::usual(fault, protocol)
    }
}
