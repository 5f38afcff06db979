//! Which objects a rule speaks of: a prefix, tags, sizes. Lifecycle, replication, analytics, metrics, Intelligent-Tiering and
//! inventory all select this way.

use api_s3::{
    AnalyticsFilter, IntelligentTieringFilter, LifecycleRule, LifecycleRuleFilter, MetricsFilter, ReplicationRule, Tag,
};
use names::Tags;

use super::refusal::{Checked, Refusal, well_formed};

/// What a rule asks of an object. Everything named must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Selection {
    /// The key begins so.
    pub(crate) prefix: String,
    /// It has these tags, among others perhaps.
    pub(crate) tags: Vec<(String, String)>,
    /// It is larger than this many bytes.
    pub(crate) larger_than: Option<u64>,
    /// It is smaller than this many bytes.
    pub(crate) smaller_than: Option<u64>,
    /// It is reached through this access point.
    pub(crate) access_point: Option<String>,
}

impl Selection {
    /// Whether an object is meant.
    pub(crate) fn holds(&self, key: &str, tags: &Tags, size: u64) -> bool {
        key.starts_with(&self.prefix)
            && self.tags.iter().all(|(name, value)| tags.get(name) == Some(value))
            && self.larger_than.is_none_or(|least| size > least)
            && self.smaller_than.is_none_or(|most| size < most)
    }

    /// Whether sizes are named: then they decide alone which objects are too small to move.
    pub(crate) fn names_sizes(&self) -> bool {
        self.larger_than.is_some() || self.smaller_than.is_some()
    }

    /// As AWS's messages about lifecycle rules name it: `(prefix=logs/)`.
    pub(crate) fn described(&self) -> String {
        format!("(prefix={})", self.prefix)
    }

    fn of_parts(prefix: Option<&String>, tags: impl IntoIterator<Item = Tag>) -> Self {
        let tags = tags.into_iter().map(|tag| (tag.key, tag.value)).collect();
        Self { prefix: prefix.cloned().unwrap_or_default(), tags, ..Self::default() }
    }
}

/// Checks what every filter must hold to: one predicate, or several inside `And`; tags that a tag can be, each once.
fn check(alone: usize, inside: Option<usize>, prefix: Option<&String>, tags: &[Tag]) -> Checked {
    well_formed(alone + usize::from(inside.is_some()) <= 1 && inside != Some(0))?;
    if prefix.is_some_and(|prefix| prefix.len() > super::bounds::KEY_BYTES) {
        return Err(Refusal::request("The maximum size of a prefix is 1024."));
    }
    for (at, tag) in tags.iter().enumerate() {
        if tags[..at].iter().any(|other| other.key == tag.key) {
            return Err(Refusal::request("Duplicate Tag Keys are not allowed."));
        }
        if tag.key.is_empty() || tag.key.chars().count() > super::bounds::TAG_KEY {
            return Err(Refusal::request("A tag key must be between 1 and 128 characters long."));
        }
        if tag.value.chars().count() > super::bounds::TAG_VALUE {
            return Err(Refusal::request("A tag value must not be longer than 256 characters."));
        }
    }
    Ok(())
}

fn present<T>(value: &Option<T>) -> usize {
    usize::from(value.is_some())
}

/// What a lifecycle rule selects. A rule has either a filter, which may be empty, or the older prefix.
pub(crate) fn of_lifecycle(rule: &LifecycleRule) -> Checked<Selection> {
    let Some(filter) = &rule.filter else {
        let prefix = rule.prefix.as_ref().ok_or_else(Refusal::malformed)?;
        check(1, None, Some(prefix), &[])?;
        return Ok(Selection::of_parts(Some(prefix), None));
    };
    well_formed(rule.prefix.is_none())?;
    of_lifecycle_filter(filter)
}

fn of_lifecycle_filter(filter: &LifecycleRuleFilter) -> Checked<Selection> {
    let sizes = present(&filter.object_size_greater_than) + present(&filter.object_size_less_than);
    let alone = present(&filter.prefix) + present(&filter.tag) + sizes;
    let and = filter.and.as_ref();
    let inside = and.map(|and| {
        let tags = and.tags.as_ref().map_or(0, Vec::len);
        present(&and.prefix) + tags + present(&and.object_size_greater_than) + present(&and.object_size_less_than)
    });
    let prefix = filter.prefix.as_ref().or(and.and_then(|and| and.prefix.as_ref()));
    let tags: Vec<Tag> = match and {
        Some(and) => and.tags.clone().unwrap_or_default(),
        None => filter.tag.iter().cloned().collect(),
    };
    check(alone, inside, prefix, &tags)?;
    let larger = filter.object_size_greater_than.or(and.and_then(|and| and.object_size_greater_than));
    let smaller = filter.object_size_less_than.or(and.and_then(|and| and.object_size_less_than));
    sized(Selection::of_parts(prefix, tags), larger, smaller)
}

fn sized(selection: Selection, larger: Option<i64>, smaller: Option<i64>) -> Checked<Selection> {
    let bytes = |size: Option<i64>| size.map(u64::try_from).transpose().map_err(|_| Refusal::malformed());
    let (larger_than, smaller_than) = (bytes(larger)?, bytes(smaller)?);
    if matches!((larger_than, smaller_than), (Some(larger), Some(smaller)) if larger >= smaller) {
        let text = "'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'";
        return Err(Refusal::request(text));
    }
    Ok(Selection { larger_than, smaller_than, ..selection })
}

/// What a replication rule selects.
pub(crate) fn of_replication(rule: &ReplicationRule) -> Checked<Selection> {
    let Some(filter) = &rule.filter else {
        check(present(&rule.prefix), None, rule.prefix.as_ref(), &[])?;
        return Ok(Selection::of_parts(rule.prefix.as_ref(), None));
    };
    well_formed(rule.prefix.is_none())?;
    let and = filter.and.as_ref();
    let inside = and.map(|and| present(&and.prefix) + and.tags.as_ref().map_or(0, Vec::len));
    predicates(&filter.prefix, &filter.tag, and.map(|and| (&and.prefix, &and.tags)), inside)
}

/// What an analytics configuration observes; everything when it has no filter.
pub(crate) fn of_analytics(filter: Option<&AnalyticsFilter>) -> Checked<Selection> {
    let Some(filter) = filter else { return Ok(Selection::default()) };
    let and = filter.and.as_ref();
    let inside = and.map(|and| present(&and.prefix) + and.tags.as_ref().map_or(0, Vec::len));
    predicates(&filter.prefix, &filter.tag, and.map(|and| (&and.prefix, &and.tags)), inside)
}

/// What an Intelligent-Tiering configuration archives.
pub(crate) fn of_tiering(filter: Option<&IntelligentTieringFilter>) -> Checked<Selection> {
    let Some(filter) = filter else { return Ok(Selection::default()) };
    let and = filter.and.as_ref();
    let inside = and.map(|and| present(&and.prefix) + and.tags.as_ref().map_or(0, Vec::len));
    predicates(&filter.prefix, &filter.tag, and.map(|and| (&and.prefix, &and.tags)), inside)
}

/// What a metrics configuration counts.
pub(crate) fn of_metrics(filter: Option<&MetricsFilter>) -> Checked<Selection> {
    let Some(filter) = filter else { return Ok(Selection::default()) };
    let and = filter.and.as_ref();
    let points = |and: &api_s3::MetricsAndOperator| present(&and.access_point_arn);
    let inside = and.map(|and| present(&and.prefix) + and.tags.as_ref().map_or(0, Vec::len) + points(and));
    well_formed(present(&filter.access_point_arn) == 0 || present(&filter.prefix) + present(&filter.tag) == 0)?;
    let named = predicates(&filter.prefix, &filter.tag, and.map(|and| (&and.prefix, &and.tags)), inside)?;
    let access_point = filter.access_point_arn.clone().or_else(|| and.and_then(|and| and.access_point_arn.clone()));
    Ok(Selection { access_point, ..named })
}

type Inside<'a> = (&'a Option<String>, &'a Option<Vec<Tag>>);

/// Of a filter that knows prefixes and tags.
fn predicates(
    prefix: &Option<String>,
    tag: &Option<Tag>,
    and: Option<Inside<'_>>,
    inside: Option<usize>,
) -> Checked<Selection> {
    let alone = present(prefix) + present(tag);
    let (prefix, tags) = match and {
        Some((prefix, tags)) if alone == 0 => (prefix, tags.clone().unwrap_or_default()),
        _ => (prefix, tag.iter().cloned().collect()),
    };
    check(alone, inside, prefix.as_ref(), &tags)?;
    Ok(Selection::of_parts(prefix.as_ref(), tags))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(pairs: &[(&str, &str)]) -> Tags {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn everything_named_must_hold() {
        let selection = Selection {
            prefix: "logs/".to_owned(),
            tags: vec![("team".to_owned(), "a".to_owned())],
            larger_than: Some(10),
            smaller_than: Some(20),
            access_point: None,
        };
        for (key, has, size, expected) in [
            ("logs/1", &[("team", "a"), ("x", "y")][..], 11, true),
            ("log", &[("team", "a")], 11, false),
            ("logs/1", &[("team", "b")], 11, false),
            ("logs/1", &[], 11, false),
            ("logs/1", &[("team", "a")], 10, false),
            ("logs/1", &[("team", "a")], 20, false),
        ] {
            assert_eq!(selection.holds(key, &tags(has), size), expected, "{key} {has:?} {size}");
        }
    }

    #[test]
    fn a_filter_has_one_predicate_or_an_and() {
        let prefix = || Some("p".to_owned());
        let tag = || Some(Tag { key: "k".to_owned(), value: "v".to_owned() });
        let good = [
            LifecycleRuleFilter::default(),
            LifecycleRuleFilter { prefix: prefix(), ..Default::default() },
            LifecycleRuleFilter { tag: tag(), ..Default::default() },
            LifecycleRuleFilter { object_size_less_than: Some(5), ..Default::default() },
        ];
        for filter in good {
            assert!(of_lifecycle_filter(&filter).is_ok(), "{filter:?}");
        }
        let and = || Some(api_s3::LifecycleRuleAndOperator { prefix: prefix(), ..Default::default() });
        let bad = [
            LifecycleRuleFilter { prefix: prefix(), tag: tag(), ..Default::default() },
            LifecycleRuleFilter { prefix: prefix(), object_size_greater_than: Some(1), ..Default::default() },
            LifecycleRuleFilter { prefix: prefix(), and: and(), ..Default::default() },
            LifecycleRuleFilter { and: Some(api_s3::LifecycleRuleAndOperator::default()), ..Default::default() },
        ];
        for filter in bad {
            assert_eq!(of_lifecycle_filter(&filter), Err(Refusal::malformed()), "{filter:?}");
        }
    }

    #[test]
    fn sizes_must_leave_room_between_them() {
        let filter = |larger, smaller| LifecycleRuleFilter {
            and: Some(api_s3::LifecycleRuleAndOperator {
                object_size_greater_than: Some(larger),
                object_size_less_than: Some(smaller),
                ..Default::default()
            }),
            ..Default::default()
        };
        assert!(of_lifecycle_filter(&filter(1, 9)).is_ok());
        assert!(of_lifecycle_filter(&filter(9, 9)).is_err());
    }
}
