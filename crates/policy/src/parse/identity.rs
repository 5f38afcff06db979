//! The rules of policies without principals, in the order in which IAM applies them: it reports only the first.
//!
//! The texts and their order are those that IAM gave to documents with several faults.

use std::collections::HashSet;

use super::draft::{Draft, Part, Texts};
use super::{action_form, date_form, resource_form};
use crate::condition::operator::Base;
use crate::kind::Kind;
use crate::malformed::Malformed;
use crate::policy::Version;

pub(crate) fn check(draft: &Draft, kind: Kind) -> Result<(), Malformed> {
    if draft.statements.iter().any(|part| part.effect.is_none()) {
        return Err(Malformed::syntax());
    }
    if kind == Kind::Identity && draft.version != Some(Version::V2012) {
        return Err(Malformed::new("Policy document must be version 2012-10-17 or greater."));
    }
    if draft.statements.iter().any(|part| part.principal.is_some()) {
        return Err(Malformed::new("Policy document should not specify a principal."));
    }
    let resource_fault = older_parser(draft)?;
    sids(draft)?;
    if draft.statements.iter().any(|part| is_missing(part.action.as_ref())) {
        return Err(Malformed::new("Policy statement must contain actions."));
    }
    resource_fault.map_or(Ok(()), Err)?;
    action_form::check(draft)?;
    if draft.statements.iter().any(|part| is_missing(part.resource.as_ref())) {
        return Err(Malformed::new("Policy statement must contain resources."));
    }
    Ok(())
}

/// What only IAM's older parser refuses. The first resource in a wrong form is not refused yet but handed back, and no
/// resource after it is looked at.
fn older_parser(draft: &Draft) -> Result<Option<Malformed>, Malformed> {
    let parts = &draft.statements;
    if !parts.iter().all(|part| effect_is_exact(part) && dates_are_valid(part)) {
        return Err(Malformed::legacy());
    }
    for negated in [false, true] {
        let resources = parts.iter().filter_map(|part| part.resource.as_ref());
        for resources in resources.filter(|resources| resources.negated == negated) {
            // The least in order is the one IAM names.
            let faults = resources.texts.iter().filter_map(|text| Some((text, resource_form::fault(text)?)));
            if let Some((_, fault)) = faults.min_by_key(|(text, _)| *text) {
                return Ok(Some(fault));
            }
            if !resources.texts.iter().all(|text| resource_form::is_parsed(text)) {
                return Err(Malformed::legacy());
            }
        }
    }
    Ok(None)
}

fn effect_is_exact(part: &Part) -> bool {
    matches!(part.effect.as_deref(), Some("Allow" | "Deny"))
}

fn dates_are_valid(part: &Part) -> bool {
    let dates = part.conditions.iter().filter(|line| matches!(line.operator.base, Base::Date(_)));
    dates.flat_map(|line| &line.values).all(|value| date_form::is_valid(value))
}

fn sids(draft: &Draft) -> Result<(), Malformed> {
    let mut seen = HashSet::new();
    for sid in draft.statements.iter().filter_map(|part| part.sid.as_deref()).filter(|sid| !sid.is_empty()) {
        if !sid.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(Malformed::new(
                "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression \
                 [0-9A-Za-z]*",
            ));
        }
        if !seen.insert(sid) {
            return Err(Malformed::new("Statement IDs (SID) in a single policy must be unique."));
        }
    }
    Ok(())
}

fn is_missing(texts: Option<&Texts>) -> bool {
    texts.is_none_or(|texts| texts.texts.is_empty())
}
