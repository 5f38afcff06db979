//! The rules of policies that name principals: those of resources, of VPC endpoints, and roles' trust policies.
//!
//! The texts are those of S3 and of IAM's `CreateRole`, which share a parser in AWS.

use std::collections::HashSet;

use super::action_form;
use super::compile;
use super::draft::{Draft, Part, Wrong};
use crate::kind::Kind;
use crate::malformed::Malformed;

/// The words for an element that is not of its type.
pub(crate) fn wrong(wrong: Wrong) -> Malformed {
    match wrong {
        Wrong::Type => Malformed::syntax(),
        Wrong::Unknown(name) => Malformed::new(format!("Unknown field {name}")),
        Wrong::Version => Malformed::new("The policy must contain a valid version string"),
        Wrong::NoStatement => Malformed::new("Could not parse the policy: Statement is empty!"),
        Wrong::Effect(effect) => Malformed::new(format!("Invalid effect: {effect}")),
        Wrong::Operator(name) => Malformed::new(format!("Invalid Condition type : {name}")),
        Wrong::Principal => Malformed::new("Invalid principal in policy"),
    }
}

pub(crate) fn check(draft: &Draft, kind: Kind) -> Result<(), Malformed> {
    draft.statements.iter().try_for_each(|part| statement(part, kind))?;
    let mut seen = HashSet::new();
    let mut sids = draft.statements.iter().filter_map(|part| part.sid.as_deref()).filter(|sid| !sid.is_empty());
    if sids.all(|sid| seen.insert(sid)) {
        return Ok(());
    }
    Err(Malformed::new("The Statement Ids in the policy are not unique"))
}

fn statement(part: &Part, kind: Kind) -> Result<(), Malformed> {
    let refuse = |message: &str| Err(Malformed::new(message));
    match part.effect.as_deref() {
        None => return refuse("Missing required field Effect"),
        Some("Allow" | "Deny") => {}
        Some(other) => return Err(Malformed::new(format!("Invalid effect: {other}"))),
    }
    principal(part, kind)?;
    let Some(actions) = part.action.as_ref().filter(|actions| !actions.texts.is_empty()) else {
        return refuse("Missing required field Action");
    };
    if kind != Kind::Trust {
        return actions.texts.iter().try_for_each(|action| action_form::one(action));
    }
    match &part.resource {
        Some(_) => refuse("Has prohibited field Resource"),
        None if !actions.texts.iter().all(|action| is_of_sts(action)) => {
            refuse("AssumeRole policy may only specify STS AssumeRole actions.")
        }
        None => Ok(()),
    }
}

fn is_of_sts(action: &str) -> bool {
    action.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("sts:")) && action_form::one(action).is_ok()
}

fn principal(part: &Part, kind: Kind) -> Result<(), Malformed> {
    let Some(principal) = &part.principal else {
        return Err(Malformed::new("Missing required field Principal"));
    };
    if principal.negated && part.effect.as_deref() == Some("Allow") {
        return Err(Malformed::new("Allow with NotPrincipal is not allowed."));
    }
    match principal.bare.as_deref() {
        Some("*") if kind == Kind::Trust => {
            return Err(Malformed::new("AssumeRolepolicy contained an invalid principal: \"STAR\":\"*\"."));
        }
        Some("*") => return Ok(()),
        Some(_) => return Err(Malformed::new("Invalid principal in policy")),
        None if principal.named.is_empty() => {
            return Err(Malformed::new("Missing required field Principal cannot be empty!"));
        }
        None => {}
    }
    principal.named.iter().try_for_each(|(sort, name)| compile::principal(sort, name).map(drop))
}
