//! A slow twin of the matcher. It chooses one element of each array of objects, in every way there is, and then looks at
//! plain values.

use pattern::{Event, Pattern};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// The values of every field, for each way to choose elements.
fn instances(value: &Value) -> Vec<Vec<(String, Value)>> {
    match value {
        Value::Object(members) => members.iter().fold(vec![Vec::new()], |before, (name, value)| {
            let inside = instances(value);
            let named = |(path, value): &(String, Value)| match path.as_str() {
                "" => (name.clone(), value.clone()),
                path => (format!("{name}.{path}"), value.clone()),
            };
            let joined = |one: &Vec<_>, other: &[(String, Value)]| {
                one.iter().cloned().chain(other.iter().map(named)).collect::<Vec<_>>()
            };
            before.iter().flat_map(|one| inside.iter().map(|other| joined(one, other)).collect::<Vec<_>>()).collect()
        }),
        Value::Array(items) => {
            let plain: Vec<_> = items.iter().filter(|item| !nested(item)).map(|v| (String::new(), v.clone())).collect();
            let chosen: Vec<_> = items.iter().filter(|item| nested(item)).flat_map(instances).collect();
            let chosen = if chosen.is_empty() { vec![Vec::new()] } else { chosen };
            chosen.into_iter().map(|one| plain.iter().cloned().chain(one).collect()).collect()
        }
        leaf => vec![vec![(String::new(), leaf.clone())]],
    }
}

fn nested(value: &Value) -> bool {
    value.is_object() || value.is_array()
}

fn fulfils(pattern: &Value, path: &str, fields: &[(String, Value)]) -> bool {
    pattern.as_object().unwrap().iter().all(|(name, below)| {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        match below {
            Value::Array(either) if name == "$or" => {
                let outer = path.strip_suffix("$or").unwrap().trim_end_matches('.');
                either.iter().any(|one| fulfils(one, outer, fields))
            }
            Value::Array(checks) => {
                let values: Vec<_> = fields.iter().filter(|(p, _)| *p == path).map(|(_, value)| value).collect();
                checks.iter().any(|check| holds(check, &values))
            }
            below => fulfils(below, &path, fields),
        }
    })
}

fn holds(check: &Value, values: &[&Value]) -> bool {
    let Value::Object(operator) = check else { return values.contains(&check) };
    let (name, operand) = operator.iter().next().unwrap();
    let any = |test: &dyn Fn(&str) -> bool| values.iter().any(|value| value.as_str().is_some_and(test));
    match (name.as_str(), operand) {
        ("exists", operand) => *operand == json!(!values.is_empty()),
        ("prefix", Value::String(part)) => any(&|text| text.starts_with(part.as_str())),
        ("suffix", Value::String(part)) => any(&|text| text.ends_with(part.as_str())),
        ("equals-ignore-case", Value::String(this)) => any(&|text| text.eq_ignore_ascii_case(this)),
        ("anything-but", Value::Array(these)) => values.iter().any(|value| !these.contains(value)),
        ("anything-but", Value::Object(_)) => values.iter().any(|value| !holds(operand, &[value])),
        ("numeric", Value::Array(bounds)) => values.iter().any(|value| {
            let Some(value) = value.as_i64() else { return false };
            bounds.chunks(2).all(|bound| match (bound[0].as_str().unwrap(), bound[1].as_i64().unwrap()) {
                ("=", bound) => value == bound,
                (">", bound) => value > bound,
                ("<=", bound) => value <= bound,
                (other, _) => panic!("{other}"),
            })
        }),
        other => panic!("{other:?}"),
    }
}

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        "[aAb]{0,2}".prop_map(Value::from),
        (-1..3_i64).prop_map(Value::from),
        Just(Value::Null),
        Just(json!(true))
    ]
}

fn check() -> impl Strategy<Value = Value> {
    prop_oneof![
        3 => leaf(),
        1 => "[ab]{0,2}".prop_map(|part| json!({"prefix": part})),
        1 => "[ab]{0,2}".prop_map(|part| json!({"suffix": part})),
        1 => "[aB]{0,2}".prop_map(|text| json!({"equals-ignore-case": text})),
        1 => "[ab]{1,2}".prop_map(|part| json!({"anything-but": {"prefix": part}})),
        1 => proptest::collection::vec("[ab]{0,2}", 1..3).prop_map(|these| json!({"anything-but": these})),
        1 => (-1..2_i64).prop_map(|low| json!({"numeric": [">", low, "<=", low + 1]})),
        1 => Just(json!({"exists": true})),
    ]
}

fn named<T: std::fmt::Debug>(
    names: &'static [&'static str],
    value: impl Strategy<Value = T>,
) -> impl Strategy<Value = Map<String, Value>>
where
    Value: From<T>,
{
    let names = proptest::sample::subsequence(names, 1..=names.len());
    (names, proptest::collection::vec(value, names_most(3))).prop_map(|(names, values)| {
        names.into_iter().map(String::from).zip(values.into_iter().map(Value::from)).collect()
    })
}

fn names_most(count: usize) -> std::ops::RangeInclusive<usize> {
    count..=count
}

const NAMES: &[&str] = &["x", "y", "z"];

/// Events with arrays of objects two deep; `top` is never inside one.
pub(crate) fn event() -> impl Strategy<Value = Value> {
    let below = leaf().prop_recursive(3, 24, 3, |inner| {
        prop_oneof![
            named(NAMES, inner.clone()).prop_map(Value::Object),
            proptest::collection::vec(inner, 0..3).prop_map(Value::Array),
        ]
    });
    (named(NAMES, below), proptest::option::of(leaf())).prop_map(|(mut members, top)| {
        members.extend(top.map(|value| ("top".to_owned(), value)));
        Value::Object(members)
    })
}

/// Patterns that such events sometimes match. Absence is asked of `top` alone: elsewhere it depends on what was chosen
/// before, which has its own table.
pub(crate) fn pattern() -> impl Strategy<Value = Value> {
    let field = || proptest::collection::vec(check(), 1..3).prop_map(Value::Array);
    let below = field().prop_recursive(2, 8, 3, |inner| named(NAMES, inner).prop_map(Value::Object));
    let or = proptest::option::of((named(NAMES, below.clone()), named(NAMES, below.clone())));
    (named(NAMES, below), or, any::<bool>()).prop_map(|(mut members, or, absent)| {
        members.truncate_to(2);
        if let Some((one, other)) = or {
            // `$or` first: what follows it replaces conditions on the same fields, and the twin knows no replacing.
            members.retain(|name, _| !one.contains_key(name) && !other.contains_key(name));
            members.insert("$or".to_owned(), json!([one, other]));
        }
        if absent {
            members.insert("top".to_owned(), json!([{"exists": false}]));
        }
        Value::Object(members)
    })
}

trait Truncate {
    fn truncate_to(&mut self, count: usize);
}

impl Truncate for Map<String, Value> {
    fn truncate_to(&mut self, count: usize) {
        let kept: Map<_, _> = std::mem::take(self).into_iter().take(count).collect();
        *self = kept;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn agree(pattern in pattern(), event in event()) {
        let fast = Pattern::parse(&pattern.to_string()).unwrap().matches(&Event::new(&event));
        let slow = instances(&event).iter().any(|fields| fulfils(&pattern, "", fields));
        prop_assert_eq!(fast, slow, "{} {}", pattern, event);
    }
}
