//! What becomes of an object next, by the rules of its bucket, and when.
//!
//! Days are counted from the instant an object was made, or stopped being current, and rounded up to the next midnight
//! UTC. Where several rules are due at once, AWS removes rather than moves, moves rather than covers with a delete marker,
//! and moves to the coldest class named.
//! Source: S3 user guide, "Understanding object expiration", "Lifecycle rules: conflicts".

use names::{Tags, Timestamp};

use super::{MinimumSize, Rule, When, coldness, moves};

const DAY_MICROS: i64 = 86_400_000_000;

/// A version of an object, as far as its age matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Aged<'a> {
    /// Its key.
    pub(crate) key: &'a str,
    /// Its tags.
    pub(crate) tags: &'a Tags,
    /// Its size in bytes.
    pub(crate) size: u64,
    /// Its storage class.
    pub(crate) class: &'a str,
    /// When it was made.
    pub(crate) made: Timestamp,
    /// Whether it is a delete marker.
    pub(crate) marker: bool,
    /// For a version that is no longer current: since when, and how many newer ones are not current either.
    pub(crate) superseded: Option<(Timestamp, u32)>,
    /// Whether other versions of the key stand behind it.
    pub(crate) has_older: bool,
}

/// What happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    /// The current version expires: it is removed, or a delete marker covers it where versions are kept.
    Expire,
    /// A version that is no longer current is removed.
    Remove,
    /// A delete marker with nothing behind it is removed.
    RemoveMarker,
    /// It moves to a class.
    Move(String),
}

/// What happens next, when, and by which rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Planned {
    /// From when on.
    pub(crate) at: Timestamp,
    /// What.
    pub(crate) action: Action,
    /// The rule's id.
    pub(crate) rule: String,
}

/// An upload that nobody completed yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Upload<'a> {
    /// The key it is for.
    pub(crate) key: &'a str,
    /// When it began.
    pub(crate) begun: Timestamp,
}

/// The midnight UTC after `days` days.
pub(crate) fn due(since: Timestamp, days: u32) -> Timestamp {
    let later = since.micros().saturating_add(i64::from(days).saturating_mul(DAY_MICROS));
    Timestamp::from_micros((later.div_euclid(DAY_MICROS) + 1).saturating_mul(DAY_MICROS)).min(Timestamp::MAX)
}

/// What happens to an object next. What is due by `now` counts as due together: then the order of precedence decides, not
/// the order of the instants.
pub(crate) fn next(rules: &[Rule], object: &Aged<'_>, minimum: MinimumSize, now: Timestamp) -> Option<Planned> {
    let planned = rules.iter().filter(|rule| applies(rule, object)).flat_map(|rule| actions(rule, object, minimum));
    planned.min_by(|a, b| rank(a, now).cmp(&rank(b, now)))
}

/// What has come due stands before all else, the weightiest first; the rest by its instants.
fn rank(planned: &Planned, now: Timestamp) -> (Timestamp, u8) {
    let weight = match &planned.action {
        Action::Remove | Action::RemoveMarker => 0,
        Action::Move(class) => 10 - coldness(class),
        Action::Expire => 11,
    };
    (planned.at.max(now), weight)
}

fn applies(rule: &Rule, object: &Aged<'_>) -> bool {
    rule.enabled && rule.selection.holds(object.key, object.tags, object.size)
}

fn actions(rule: &Rule, object: &Aged<'_>, minimum: MinimumSize) -> Vec<Planned> {
    let planned = |at, action| Planned { at, action, rule: rule.id.clone() };
    match object.superseded {
        Some((since, newer)) => superseded(rule, object, minimum, since, newer, planned),
        None if object.marker => marker(rule, object).map(|at| planned(at, Action::RemoveMarker)).into_iter().collect(),
        None => current(rule, object, minimum, planned),
    }
}

fn current(
    rule: &Rule,
    object: &Aged<'_>,
    minimum: MinimumSize,
    planned: impl Fn(Timestamp, Action) -> Planned,
) -> Vec<Planned> {
    let expires = rule.expiration.map(|when| planned(at(when, object.made), Action::Expire));
    let moved = rule
        .transitions
        .iter()
        .filter(|to| moves(object.class, &to.class) && rule.may_move(object.size, &to.class, minimum));
    let moved = moved.map(|to| planned(at(to.when, object.made), Action::Move(to.class.clone())));
    expires.into_iter().chain(moved).collect()
}

/// A delete marker with nothing behind it goes at once when a rule says so, or when it is as old as objects may be.
fn marker(rule: &Rule, object: &Aged<'_>) -> Option<Timestamp> {
    if object.has_older {
        return None;
    }
    if rule.lone_markers {
        return Some(due(object.made, 0));
    }
    rule.expiration.map(|when| at(when, object.made))
}

fn superseded(
    rule: &Rule,
    object: &Aged<'_>,
    minimum: MinimumSize,
    since: Timestamp,
    newer: u32,
    planned: impl Fn(Timestamp, Action) -> Planned,
) -> Vec<Planned> {
    let removed = rule.noncurrent_expiration.filter(|end| newer >= end.keep);
    let removed = removed.map(|end| planned(due(since, end.days), Action::Remove));
    let moved = rule.noncurrent_transitions.iter().filter(|(when, class)| {
        !object.marker && newer >= when.keep && moves(object.class, class) && rule.may_move(object.size, class, minimum)
    });
    let moved = moved.map(|(when, class)| planned(due(since, when.days), Action::Move(class.clone())));
    removed.into_iter().chain(moved).collect()
}

fn at(when: When, made: Timestamp) -> Timestamp {
    match when {
        When::Days(days) => due(made, days),
        When::Date(date) => date.max(made),
    }
}

/// When an upload is given up, and by which rule: the earliest that speaks of its key.
pub(crate) fn abort<'r>(rules: &'r [Rule], upload: Upload<'_>) -> Option<(Timestamp, &'r str)> {
    let speaking = rules.iter().filter(|rule| rule.enabled && upload.key.starts_with(&rule.selection.prefix));
    let dates = speaking.filter_map(|rule| Some((due(upload.begun, rule.abort_after?), rule.id.as_str())));
    dates.min_by_key(|(at, _)| *at)
}

/// `x-amz-expiration`: when the current version of an object expires, and by which rule.
pub(crate) fn expiry_header(rules: &[Rule], object: &Aged<'_>) -> Option<String> {
    let ends = rules.iter().filter(|rule| applies(rule, object) && !object.marker);
    let ends = ends.filter_map(|rule| Some((at(rule.expiration?, object.made), &rule.id)));
    let (at, rule) = ends.min_by_key(|(at, _)| *at)?;
    Some(format!("expiry-date=\"{}\", rule-id=\"{}\"", at.http_date(), encoded(rule)))
}

/// The rule's id as AWS writes it into a header.
fn encoded(id: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    id.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Noncurrent, Transition};
    use super::*;

    const MADE: Timestamp = Timestamp::from_secs(1_389_781_800); // 2014-01-15T10:30:00Z
    const BIG: u64 = 1 << 20;

    fn rule(id: &str) -> Rule {
        Rule {
            id: id.to_owned(),
            enabled: true,
            selection: Default::default(),
            expiration: None,
            lone_markers: false,
            transitions: Vec::new(),
            noncurrent_expiration: None,
            noncurrent_transitions: Vec::new(),
            abort_after: None,
        }
    }

    fn object(tags: &Tags) -> Aged<'_> {
        Aged {
            key: "k",
            tags,
            size: BIG,
            class: "STANDARD",
            made: MADE,
            marker: false,
            superseded: None,
            has_older: false,
        }
    }

    fn to(days: u32, class: &str) -> Transition {
        Transition { when: When::Days(days), class: class.to_owned() }
    }

    #[test]
    fn days_round_up_to_the_next_midnight() {
        // The user guide's own example: made 2014-01-15 10:30 UTC, three days, 2014-01-19 00:00 UTC.
        assert_eq!(due(MADE, 3).iso8601(), "2014-01-19T00:00:00Z");
        assert_eq!(due(MADE, 0).iso8601(), "2014-01-16T00:00:00Z");
    }

    #[test]
    fn a_waterfall_goes_step_by_step() {
        let tags = Tags::new();
        let transitions = vec![to(30, "STANDARD_IA"), to(90, "GLACIER")];
        let rules = [Rule { transitions, expiration: Some(When::Days(365)), ..rule("r") }];
        let (mut class, mut now, mut seen) = ("STANDARD".to_owned(), MADE, Vec::new());
        loop {
            let aged = Aged { class: &class, ..object(&tags) };
            let planned = next(&rules, &aged, MinimumSize::Everywhere, now).unwrap();
            now = planned.at;
            seen.push((planned.at.iso8601()[..10].to_owned(), planned.action.clone()));
            match planned.action {
                Action::Move(to) => class = to,
                _ => break,
            }
        }
        let expected = [
            ("2014-02-15", Action::Move("STANDARD_IA".to_owned())),
            ("2014-04-16", Action::Move("GLACIER".to_owned())),
            ("2015-01-16", Action::Expire),
        ];
        assert_eq!(seen, expected.map(|(day, action)| (day.to_owned(), action)));
    }

    #[test]
    fn of_what_is_due_together_the_weightiest_comes_first() {
        let tags = Tags::new();
        let transitions = vec![to(30, "STANDARD_IA"), to(60, "GLACIER")];
        let rules = [Rule { transitions, ..rule("moves") }, Rule { expiration: Some(When::Days(40)), ..rule("ends") }];
        let late = MADE.plus(std::time::Duration::from_secs(400 * 86_400));
        let planned = next(&rules, &object(&tags), MinimumSize::Everywhere, late).unwrap();
        assert_eq!(planned.action, Action::Move("GLACIER".to_owned()));
    }

    #[test]
    fn small_objects_stay_unless_a_rule_names_sizes() {
        let tags = Tags::new();
        let small = Aged { size: 10, ..object(&tags) };
        let moved = Rule { transitions: vec![to(0, "GLACIER")], ..rule("r") };
        let sized = super::super::Selection { smaller_than: Some(100), ..Default::default() };
        let named = Rule { selection: sized, ..moved.clone() };
        for (rule, minimum, expected) in [
            (&moved, MinimumSize::Everywhere, false),
            (&moved, MinimumSize::ByClass, true),
            (&named, MinimumSize::Everywhere, true),
        ] {
            assert_eq!(next(std::slice::from_ref(rule), &small, minimum, MADE).is_some(), expected, "{minimum:?}");
        }
    }

    #[test]
    fn superseded_versions_are_kept_as_long_and_as_many_as_told() {
        let tags = Tags::new();
        let rules = [Rule { noncurrent_expiration: Some(Noncurrent { days: 5, keep: 2 }), ..rule("r") }];
        let old = |newer| Aged { superseded: Some((MADE, newer)), ..object(&tags) };
        assert_eq!(next(&rules, &old(1), MinimumSize::Everywhere, MADE), None);
        let planned = next(&rules, &old(2), MinimumSize::Everywhere, MADE).unwrap();
        assert_eq!((planned.action, planned.at), (Action::Remove, due(MADE, 5)));
    }

    #[test]
    fn markers_go_when_nothing_is_behind_them() {
        let tags = Tags::new();
        let rules = [Rule { lone_markers: true, ..rule("r") }];
        let marker = Aged { marker: true, ..object(&tags) };
        let covering = Aged { has_older: true, ..marker.clone() };
        assert_eq!(next(&rules, &covering, MinimumSize::Everywhere, MADE), None);
        let planned = next(&rules, &marker, MinimumSize::Everywhere, MADE).unwrap();
        assert_eq!(planned.action, Action::RemoveMarker);
    }

    #[test]
    fn the_header_names_the_earliest_rule() {
        let tags = Tags::new();
        let ends = |id: &str, days| Rule { expiration: Some(When::Days(days)), ..rule(id) };
        let rules = [ends("late", 9), ends("early rule", 7), ends("tie", 7)];
        let told = expiry_header(&rules, &object(&tags)).unwrap();
        assert_eq!(told, "expiry-date=\"Thu, 23 Jan 2014 00:00:00 GMT\", rule-id=\"early%20rule\"");
    }

    #[test]
    fn uploads_are_given_up() {
        let rules = [Rule { abort_after: Some(7), ..rule("r") }];
        let (at, id) = abort(&rules, Upload { key: "k", begun: MADE }).unwrap();
        assert_eq!((at, id), (due(MADE, 7), "r"));
    }
}
