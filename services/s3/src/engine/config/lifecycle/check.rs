//! A lifecycle configuration as it was sent, checked in AWS's words and made into rules.

use api_s3 as api;
use names::Timestamp;

use super::{MinimumSize, Noncurrent, Rule, Transition, When};
use crate::engine::config::refusal::{Checked, Refusal, well_formed};
use crate::engine::config::selection::{self, Selection};

/// Most rules a bucket can have.
/// Source: S3 user guide, "Lifecycle configuration elements".
const RULES: usize = 1_000;
/// Most characters of a rule's id.
const ID: usize = 255;
/// Days before which nothing moves to the classes for infrequent access.
const BEFORE_INFREQUENT: u32 = 30;
const DAY_MICROS: i64 = 86_400_000_000;

/// Checks a configuration and makes rules of it.
pub(crate) fn check(rules: &[api::LifecycleRule]) -> Checked<Vec<Rule>> {
    well_formed((1..=RULES).contains(&rules.len()))?;
    let checked: Vec<_> = rules.iter().map(rule).collect::<Checked<_>>()?;
    for (at, rule) in checked.iter().enumerate() {
        if !rule.id.is_empty() && checked[..at].iter().any(|other| other.id == rule.id) {
            let text = "Rule ID must be unique. Found same ID for more than one rule";
            return Err(Refusal::argument(text).about("ID", rule.id.clone()));
        }
    }
    Ok(checked)
}

/// What `x-amz-transition-default-minimum-object-size` asks for.
pub(crate) fn minimum_size(asked: Option<&api::TransitionDefaultMinimumObjectSize>) -> Checked<MinimumSize> {
    match asked {
        None | Some(api::TransitionDefaultMinimumObjectSize::AllStorageClasses128K) => Ok(MinimumSize::Everywhere),
        Some(api::TransitionDefaultMinimumObjectSize::VariesByStorageClass) => Ok(MinimumSize::ByClass),
        Some(other) => Err(Refusal::request(format!("Invalid TransitionDefaultMinimumObjectSize found: {other}"))),
    }
}

fn rule(sent: &api::LifecycleRule) -> Checked<Rule> {
    let enabled = match sent.status {
        api::ExpirationStatus::Enabled => true,
        api::ExpirationStatus::Disabled => false,
        api::ExpirationStatus::Unknown(_) => return Err(Refusal::malformed()),
    };
    let id = sent.id.clone().unwrap_or_default();
    if id.chars().count() > ID {
        return Err(Refusal::argument("ID length should not exceed allowed limit of 255").about("ID", id));
    }
    let selection = selection::of_lifecycle(sent)?;
    let (expiration, lone_markers) = expiration(sent.expiration.as_ref())?;
    let rule = Rule {
        id,
        enabled,
        expiration,
        lone_markers,
        transitions: transitions(sent.transitions.as_deref().unwrap_or_default(), &selection)?,
        noncurrent_expiration: noncurrent_expiration(sent.noncurrent_version_expiration.as_ref())?,
        noncurrent_transitions: noncurrent_transitions(sent)?,
        abort_after: abort_after(sent.abort_incomplete_multipart_upload.as_ref())?,
        selection,
    };
    has_an_action(sent)?;
    fits_its_filter(&rule)?;
    in_order(&rule)?;
    Ok(rule)
}

fn has_an_action(sent: &api::LifecycleRule) -> Checked {
    let moves = sent.transitions.as_ref().is_some_and(|all| !all.is_empty())
        || sent.noncurrent_version_transitions.as_ref().is_some_and(|all| !all.is_empty());
    let ends = sent.expiration.is_some()
        || sent.noncurrent_version_expiration.is_some()
        || sent.abort_incomplete_multipart_upload.is_some();
    if moves || ends { Ok(()) } else { Err(Refusal::request("At least one action needs to be specified in a rule.")) }
}

/// Uploads and delete markers have neither tags nor sizes.
fn fits_its_filter(rule: &Rule) -> Checked {
    let tagged = !rule.selection.tags.is_empty();
    for (present, action) in [
        (rule.abort_after.is_some(), "AbortIncompleteMultipartUpload"),
        (rule.lone_markers, "ExpiredObjectDeleteMarker"),
    ] {
        if present && tagged {
            return Err(Refusal::request(format!("{action} cannot be specified with Tags.")));
        }
        if present && rule.selection.names_sizes() {
            return Err(Refusal::request(format!("{action} cannot be specified with Object Size.")));
        }
    }
    Ok(())
}

/// Exactly one of the three ways to expire.
fn expiration(sent: Option<&api::LifecycleExpiration>) -> Checked<(Option<When>, bool)> {
    let Some(sent) = sent else { return Ok((None, false)) };
    match (sent.days, sent.date, sent.expired_object_delete_marker) {
        (Some(days), None, None) => Ok((Some(When::Days(positive(days, "Days", "Expiration")?)), false)),
        (None, Some(date), None) => Ok((Some(When::Date(midnight(date)?)), false)),
        (None, None, Some(removed)) => Ok((None, removed)),
        _ => Err(Refusal::malformed()),
    }
}

fn transitions(sent: &[api::Transition], selection: &Selection) -> Checked<Vec<Transition>> {
    let all: Vec<_> = sent.iter().map(transition).collect::<Checked<_>>()?;
    for (at, one) in all.iter().enumerate() {
        if all[..at].iter().any(|other| other.class == one.class) {
            let filter = selection.described();
            return Err(Refusal::request(format!(
                "'StorageClass' must be different for 'Transition' actions in same 'Rule' with filter '{filter}'"
            )));
        }
    }
    Ok(all)
}

fn transition(sent: &api::Transition) -> Checked<Transition> {
    let class = class(sent.storage_class.as_ref())?;
    let when = match (sent.days, sent.date) {
        (Some(days), None) => When::Days(nonnegative(days, "Days", "Transition")?),
        (None, Some(date)) => When::Date(midnight(date)?),
        _ => return Err(Refusal::malformed()),
    };
    if let When::Days(days) = when {
        infrequent(days, &class, "'Days' in Transition action")?;
    }
    Ok(Transition { when, class })
}

fn class(sent: Option<&api::TransitionStorageClass>) -> Checked<String> {
    match sent {
        None | Some(api::TransitionStorageClass::Unknown(_)) => Err(Refusal::malformed()),
        Some(class) => Ok(class.as_str().to_owned()),
    }
}

fn infrequent(days: u32, class: &str, what: &str) -> Checked {
    if days >= BEFORE_INFREQUENT || !matches!(class, "STANDARD_IA" | "ONEZONE_IA") {
        return Ok(());
    }
    Err(Refusal::argument(format!("{what} must be greater than or equal to 30 for storageClass '{class}'")))
}

fn noncurrent_expiration(sent: Option<&api::NoncurrentVersionExpiration>) -> Checked<Option<Noncurrent>> {
    let Some(sent) = sent else { return Ok(None) };
    let days = sent.noncurrent_days.ok_or_else(Refusal::malformed)?;
    let days = positive(days, "NoncurrentDays", "NoncurrentVersionExpiration")?;
    Ok(Some(Noncurrent { days, keep: kept(sent.newer_noncurrent_versions)? }))
}

fn noncurrent_transitions(sent: &api::LifecycleRule) -> Checked<Vec<(Noncurrent, String)>> {
    let all = sent.noncurrent_version_transitions.as_deref().unwrap_or_default();
    all.iter().map(noncurrent_transition).collect()
}

fn noncurrent_transition(sent: &api::NoncurrentVersionTransition) -> Checked<(Noncurrent, String)> {
    let class = class(sent.storage_class.as_ref())?;
    let days = sent.noncurrent_days.ok_or_else(Refusal::malformed)?;
    let days = nonnegative(days, "NoncurrentDays", "NoncurrentVersionTransition")?;
    infrequent(days, &class, "'NoncurrentDays' in NoncurrentVersionTransition action")?;
    Ok((Noncurrent { days, keep: kept(sent.newer_noncurrent_versions)? }, class))
}

/// 1 to 100 newer versions can be kept.
fn kept(sent: Option<i32>) -> Checked<u32> {
    match sent {
        None => Ok(0),
        Some(keep @ 1..=100) => Ok(keep.unsigned_abs()),
        Some(_) => Err(Refusal::argument("'NewerNoncurrentVersions' must be a positive integer not greater than 100")),
    }
}

fn abort_after(sent: Option<&api::AbortIncompleteMultipartUpload>) -> Checked<Option<u32>> {
    let Some(sent) = sent else { return Ok(None) };
    let days = sent.days_after_initiation.ok_or_else(Refusal::malformed)?;
    positive(days, "DaysAfterInitiation", "AbortIncompleteMultipartUpload").map(Some)
}

/// What expires must have had time to move before.
fn in_order(rule: &Rule) -> Checked {
    let filter = rule.selection.described();
    for transition in &rule.transitions {
        match (rule.expiration, transition.when) {
            (Some(When::Days(end)), When::Days(days)) if end <= days => {
                return Err(Refusal::argument(format!(
                    "'Days' in the Expiration action for filter '{filter}' must be greater than 'Days' in the \
                     Transition action"
                )));
            }
            (Some(When::Date(end)), When::Date(date)) if end <= date => {
                return Err(Refusal::argument(format!(
                    "'Date' in the Expiration action for filter '{filter}' must be later than 'Date' in the \
                     Transition action"
                )));
            }
            (Some(When::Days(_)), When::Date(_)) | (Some(When::Date(_)), When::Days(_)) => {
                return Err(Refusal::request(format!(
                    "Found mixed 'Date' and 'Days' based Expiration and Transition actions in lifecycle rule for \
                     filter '{filter}'"
                )));
            }
            _ => {}
        }
    }
    colder_later(rule, &filter)?;
    let end = rule.noncurrent_expiration.map(|end| end.days);
    if end.is_some_and(|end| rule.noncurrent_transitions.iter().any(|(at, _)| end <= at.days)) {
        return Err(Refusal::argument(format!(
            "'NoncurrentDays' in the NoncurrentVersionExpiration action for filter '{filter}' must be greater than \
             'NoncurrentDays' in the NoncurrentVersionTransition action"
        )));
    }
    Ok(())
}

/// Each class is reached after all warmer ones; those for infrequent access keep an object for thirty days.
fn colder_later(rule: &Rule, filter: &str) -> Checked {
    for warmer in &rule.transitions {
        for colder in rule.transitions.iter().filter(|other| super::moves(&warmer.class, &other.class)) {
            let (When::Days(first), When::Days(then)) = (warmer.when, colder.when) else { continue };
            let least =
                if matches!(warmer.class.as_str(), "STANDARD_IA" | "ONEZONE_IA") { BEFORE_INFREQUENT } else { 1 };
            if then >= first.saturating_add(least) {
                continue;
            }
            let (from, to) = (&warmer.class, &colder.class);
            let gap = if least == 1 { "be greater than" } else { "be 30 days more than" };
            return Err(Refusal::argument(format!(
                "'Days' in the 'Transition' action for StorageClass '{to}' for filter '{filter}' must {gap} 'Days' in \
                 the 'Transition' action for StorageClass '{from}'"
            )));
        }
    }
    Ok(())
}

fn positive(days: i32, name: &str, action: &str) -> Checked<u32> {
    let text = || Refusal::argument(format!("'{name}' for {action} action must be a positive integer"));
    u32::try_from(days).ok().filter(|days| *days > 0).ok_or_else(text)
}

fn nonnegative(days: i32, name: &str, action: &str) -> Checked<u32> {
    u32::try_from(days).map_err(|_| Refusal::argument(format!("'{name}' in {action} action must be nonnegative")))
}

fn midnight(date: Timestamp) -> Checked<Timestamp> {
    if date.micros().rem_euclid(DAY_MICROS) == 0 {
        return Ok(date);
    }
    Err(Refusal::argument("'Date' must be at midnight GMT").about("Date", date.iso8601()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent() -> api::LifecycleRule {
        api::LifecycleRule {
            id: Some("one".to_owned()),
            filter: Some(api::LifecycleRuleFilter::default()),
            status: api::ExpirationStatus::Enabled,
            expiration: Some(api::LifecycleExpiration { days: Some(365), ..Default::default() }),
            ..Default::default()
        }
    }

    fn transition(days: i32, class: &str) -> api::Transition {
        api::Transition { days: Some(days), storage_class: Some(class.into()), date: None }
    }

    fn refused(rule: api::LifecycleRule) -> (String, String) {
        let refusal = check(&[rule]).unwrap_err();
        (refusal.code.to_owned(), refusal.message.into_owned())
    }

    #[test]
    fn a_whole_waterfall_is_taken() {
        let classes = [("STANDARD_IA", 30), ("GLACIER_IR", 60), ("GLACIER", 90), ("DEEP_ARCHIVE", 180)];
        let transitions = classes.iter().map(|(class, days)| transition(*days, class)).collect();
        let rules = check(&[api::LifecycleRule { transitions: Some(transitions), ..sent() }]).unwrap();
        assert_eq!(rules[0].expiration, Some(When::Days(365)));
        assert_eq!(rules[0].transitions.len(), 4);
    }

    #[test]
    fn documents_that_are_not_of_the_schema() {
        let both = api::LifecycleExpiration { days: Some(1), expired_object_delete_marker: Some(true), date: None };
        let noncurrent = api::NoncurrentVersionExpiration::default();
        for (what, rule) in [
            ("no filter", api::LifecycleRule { filter: None, ..sent() }),
            ("filter and prefix", api::LifecycleRule { prefix: Some(String::new()), ..sent() }),
            ("status", api::LifecycleRule { status: "enabled".into(), ..sent() }),
            ("two ways to expire", api::LifecycleRule { expiration: Some(both), ..sent() }),
            ("nothing to expire by", api::LifecycleRule { expiration: Some(Default::default()), ..sent() }),
            ("no days", api::LifecycleRule { noncurrent_version_expiration: Some(noncurrent), ..sent() }),
            ("class", api::LifecycleRule { transitions: Some(vec![transition(30, "STANDARD")]), ..sent() }),
        ] {
            assert_eq!(check(&[rule]), Err(Refusal::malformed()), "{what}");
        }
        assert_eq!(check(&[]), Err(Refusal::malformed()));
    }

    #[test]
    fn rules_that_make_no_sense() {
        let at = |days| Some(api::LifecycleExpiration { days: Some(days), ..Default::default() });
        let moved = |moves: &[(i32, &str)]| Some(moves.iter().map(|(days, class)| transition(*days, class)).collect());
        let tag = api::Tag { key: "k".to_owned(), value: "v".to_owned() };
        let tagged = Some(api::LifecycleRuleFilter { tag: Some(tag), ..Default::default() });
        let abort = Some(api::AbortIncompleteMultipartUpload { days_after_initiation: Some(1) });
        for (rule, code, text) in [
            (
                api::LifecycleRule { expiration: None, ..sent() },
                "InvalidRequest",
                "At least one action needs to be specified in a rule.",
            ),
            (
                api::LifecycleRule { expiration: at(0), ..sent() },
                "InvalidArgument",
                "'Days' for Expiration action must be a positive integer",
            ),
            (
                api::LifecycleRule { expiration: at(30), transitions: moved(&[(30, "GLACIER")]), ..sent() },
                "InvalidArgument",
                "'Days' in the Expiration action for filter '(prefix=)' must be greater than 'Days' in the Transition \
                 action",
            ),
            (
                api::LifecycleRule { transitions: moved(&[(29, "STANDARD_IA")]), ..sent() },
                "InvalidArgument",
                "'Days' in Transition action must be greater than or equal to 30 for storageClass 'STANDARD_IA'",
            ),
            (
                api::LifecycleRule { transitions: moved(&[(-1, "GLACIER")]), ..sent() },
                "InvalidArgument",
                "'Days' in Transition action must be nonnegative",
            ),
            (
                api::LifecycleRule { filter: tagged, abort_incomplete_multipart_upload: abort, ..sent() },
                "InvalidRequest",
                "AbortIncompleteMultipartUpload cannot be specified with Tags.",
            ),
        ] {
            assert_eq!(refused(rule), (code.to_owned(), text.to_owned()));
        }
        let soon = moved(&[(40, "GLACIER"), (30, "STANDARD_IA")]);
        assert!(refused(api::LifecycleRule { transitions: soon, ..sent() }).1.contains("must be 30 days more than"));
    }

    #[test]
    fn ids_are_unique_and_dates_are_midnights() {
        assert_eq!(check(&[sent(), sent()]).unwrap_err().code, "InvalidArgument");
        let date = Timestamp::from_secs(1_672_538_520);
        let expiration = Some(api::LifecycleExpiration { date: Some(date), ..Default::default() });
        assert_eq!(refused(api::LifecycleRule { expiration, ..sent() }).1, "'Date' must be at midnight GMT");
    }
}
