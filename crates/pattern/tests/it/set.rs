//! A set finds what its patterns one by one would.

use pattern::{Event, Pattern, Set};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::twin;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn a_set_is_its_patterns(
        texts in proptest::collection::vec(twin::pattern(), 0..20),
        events in proptest::collection::vec(twin::event(), 1..5),
    ) {
        let patterns: Vec<_> = texts.iter().map(|text| Pattern::parse(&text.to_string()).unwrap()).collect();
        let set = Set::new(patterns.iter().enumerate());
        for event in &events {
            let fields = Event::new(event);
            let expected: Vec<_> = (0..patterns.len()).filter(|at| patterns[*at].matches(&fields)).collect();
            let found: Vec<_> = set.matches(&fields).into_iter().copied().collect();
            prop_assert_eq!(found, expected, "{}", event);
        }
    }
}

fn one_by_one(pattern: &Value, event: &Value) -> (bool, bool) {
    let (pattern, event) = (Pattern::parse(&pattern.to_string()).unwrap(), Event::new(event));
    (Set::new([((), &pattern)]).matches(&event).len() == 1, pattern.matches(&event))
}

/// Every kind of check, since each leads its own way.
#[test]
fn every_check_is_found() {
    for (check, value) in [
        (json!("a"), json!("a")),
        (json!(1), json!(1.0)),
        (json!("10.0.0.1"), json!("::ffff:a00:1")),
        (json!({"cidr": "10.0.0.0/8"}), json!("10.1.1.1")),
        (json!({"prefix": "a"}), json!("abc")),
        (json!({"prefix": {"equals-ignore-case": "A"}}), json!("abc")),
        (json!({"suffix": "c"}), json!("abc")),
        (json!({"suffix": {"equals-ignore-case": "C"}}), json!("abc")),
        (json!({"equals-ignore-case": "ABC"}), json!("abc")),
        (json!({"wildcard": "a*"}), json!("abc")),
        (json!({"wildcard": "*c"}), json!("abc")),
        (json!({"anything-but": "a"}), json!("abc")),
        (json!({"numeric": [">", 1]}), json!(2)),
        (json!({"exists": true}), json!(null)),
        (json!({"exists": false}), json!([])),
        (json!(12345678901234567890_u64), json!(12345678901234567890_u64)),
    ] {
        assert_eq!(one_by_one(&json!({"f": [check]}), &json!({"f": value})), (true, true), "{check}");
        assert_eq!(
            one_by_one(&json!({"f": [check]}), &json!({"f": {"g": "other"}})).0,
            check == json!({"exists": false})
        );
    }
}

#[test]
fn of_ten_thousand_the_right_one() {
    let rule =
        |id: usize| json!({"source": ["app"], "detail": {"id": [format!("id-{id}")], "n": [{"numeric": [">=", 0]}]}});
    let patterns: Vec<_> = (0..10_000).map(|id| Pattern::parse(&rule(id).to_string()).unwrap()).collect();
    let set = Set::new(patterns.iter().enumerate());
    let event = Event::new(&json!({"source": "app", "detail": {"id": "id-7777", "n": 3}}));
    assert_eq!(set.matches(&event), [&7_777]);
    assert_eq!(set.len(), 10_000);
}
