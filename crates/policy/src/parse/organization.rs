//! The rules of Organizations' policies. Organizations has one message for whatever is wrong.
//!
//! Source: AWS Organizations User Guide, "SCP syntax" (since September 2025 the whole language, principals excepted)
//! and "RCP syntax".

use super::action_form;
use super::draft::{Draft, Part};
use crate::kind::Kind;
use crate::malformed::Malformed;

pub(crate) fn refusal() -> Malformed {
    Malformed::new("The provided policy document does not meet the requirements of the specified policy type.")
}

pub(crate) fn check(draft: &Draft, kind: Kind) -> Result<(), Malformed> {
    let fits = |part: &Part| is_complete(part) && (kind == Kind::ServiceControl) == part.principal.is_none();
    let bounded = |part: &Part| kind != Kind::ResourceControl || bounds_resources(part);
    let everyone = |part: &Part| kind == Kind::ServiceControl || names_everyone(part);
    let right = draft.statements.iter().all(|part| fits(part) && bounded(part) && everyone(part));
    if right { Ok(()) } else { Err(refusal()) }
}

fn is_complete(part: &Part) -> bool {
    let exact = matches!(part.effect.as_deref(), Some("Allow" | "Deny"));
    let actions = part.action.as_ref().is_some_and(|actions| {
        !actions.texts.is_empty() && actions.texts.iter().all(|action| action_form::one(action).is_ok())
    });
    exact && actions && part.resource.as_ref().is_some_and(|resources| !resources.texts.is_empty())
}

/// A resource control policy of one's own only denies, and names the services it is about.
fn bounds_resources(part: &Part) -> bool {
    let named = part.action.as_ref().is_some_and(|actions| !actions.negated && !actions.texts.iter().any(|a| a == "*"));
    part.effect.as_deref() == Some("Deny") && named
}

fn names_everyone(part: &Part) -> bool {
    part.principal.as_ref().is_some_and(|principal| !principal.negated && principal.bare.as_deref() == Some("*"))
}
