//! Matches as AWS documents and was recorded to decide them.

use pattern::{Event, Pattern};
use serde_json::{Value, json};

fn matches(pattern: &Value, event: &Value) -> bool {
    Pattern::parse(&pattern.to_string()).unwrap().matches(&Event::new(event))
}

/// A condition on `f`, with values of `f` that fulfil it and values that do not.
#[test]
fn conditions() {
    for (condition, fulfil, fail) in [
        (json!("a"), vec![json!("a"), json!(["b", "a"])], vec![json!("A"), json!(1), json!(null), json!([])]),
        (json!(300), vec![json!(300), json!(300.0), json!(3.0e2)], vec![json!("300"), json!(301)]),
        (json!(null), vec![json!(null), json!([null])], vec![json!([]), json!("null"), json!("")]),
        (json!(false), vec![json!(false)], vec![json!(true), json!("false")]),
        (json!("10.0.0.1"), vec![json!("10.0.0.1"), json!("::ffff:a00:1")], vec![json!("10.0.0.2")]),
        (json!({"prefix": "ab"}), vec![json!("ab"), json!("abc")], vec![json!("a"), json!("Ab"), json!(12)]),
        (json!({"prefix": ""}), vec![json!("x"), json!("")], vec![json!(1), json!(null)]),
        (json!({"prefix": {"equals-ignore-case": "aB"}}), vec![json!("ABc")], vec![json!("cab")]),
        (json!({"suffix": ".png"}), vec![json!("a.png")], vec![json!("a.PNG"), json!("png")]),
        (json!({"suffix": {"equals-ignore-case": ".png"}}), vec![json!("a.PNG")], vec![json!("a.jpg")]),
        (json!({"equals-ignore-case": "Ärger"}), vec![json!("äRGER")], vec![json!("arger"), json!(1)]),
        (json!({"anything-but": "a"}), vec![json!("b"), json!(1), json!(null), json!(["a", "b"])], vec![json!("a")]),
        (json!({"anything-but": [1, 2]}), vec![json!(3), json!("1")], vec![json!(1), json!(2.0)]),
        (json!({"anything-but": 0}), vec![json!(7)], vec![json!(0), json!([])]),
        (json!({"anything-but": {"prefix": "in"}}), vec![json!("xin"), json!(12)], vec![json!("init")]),
        (json!({"anything-but": {"suffix": ["a", "b"]}}), vec![json!("ac")], vec![json!("xa"), json!("xb")]),
        (json!({"anything-but": {"wildcard": "*/a/*"}}), vec![json!("b/c")], vec![json!("x/a/y")]),
        (json!({"anything-but": {"equals-ignore-case": ["a"]}}), vec![json!("b")], vec![json!("A")]),
        (json!({"numeric": [">", 0, "<=", 5]}), vec![json!(5), json!(0.1)], vec![json!(0), json!(5.1), json!("3")]),
        (json!({"numeric": ["=", 3.018e2]}), vec![json!(301.8)], vec![json!(301), json!(null)]),
        (json!({"cidr": "10.0.0.0/24"}), vec![json!("10.0.0.255")], vec![json!("10.0.1.0"), json!("x"), json!(10)]),
        (json!({"exists": true}), vec![json!("x"), json!(null)], vec![json!([]), json!({"g": 1})]),
        (json!({"exists": false}), vec![json!([]), json!({"g": 1})], vec![json!(0), json!(null)]),
        (json!({"wildcard": "a*c"}), vec![json!("ac"), json!("abc")], vec![json!("abcd"), json!(1)]),
        (json!({"wildcard": ""}), vec![json!("")], vec![json!("x")]),
    ] {
        let pattern = json!({"f": [condition]});
        for value in fulfil {
            assert!(matches(&pattern, &json!({"f": value})), "{pattern} {value}");
        }
        for value in fail {
            assert!(!matches(&pattern, &json!({"f": value})), "{pattern} {value}");
        }
    }
}

#[test]
fn names_join_with_dots() {
    let nested = json!({"detail": {"a": {"b": 1}}});
    assert!(matches(&json!({"detail": {"a.b": [1]}}), &nested));
    assert!(matches(&json!({"detail": {"a": {"b": [1]}}}), &json!({"detail": {"a.b": 1}})));
    assert!(!matches(&json!({"Detail": {"a.b": [1]}}), &nested));
}

#[test]
fn a_later_member_of_the_same_name_counts() {
    let pattern = Pattern::parse(r#"{"a": ["x"], "a": ["y"]}"#).unwrap();
    assert!(pattern.matches(&Event::new(&json!({"a": "y"}))));
    assert!(!pattern.matches(&Event::new(&json!({"a": "x"}))));
}

#[test]
fn values_of_different_elements_do_not_go_together() {
    let order = json!({"items": [{"what": "shirt", "color": "red"}, {"what": "hat", "color": "blue"}]});
    let asks = |what: &str, color: Value| json!({"items": {"what": [what], "color": [color]}});
    assert!(matches(&asks("hat", json!("blue")), &order));
    assert!(!matches(&asks("hat", json!("red")), &order));
    assert!(matches(&asks("hat", json!({"anything-but": "red"})), &order));
    let no_size = json!({"items": {"what": ["hat"], "zsize": [{"exists": false}]}});
    assert!(matches(&no_size, &json!({"items": [{"what": "hat"}, {"what": "shirt", "zsize": 1}]})));
    assert!(!matches(&no_size, &json!({"items": [{"what": "hat", "zsize": 2}, {"what": "shirt"}]})));
}

#[test]
fn or() {
    let pattern = json!({"source": ["s"], "$or": [{"a": [1]}, {"b": [2]}]});
    for (event, expected) in [
        (json!({"source": "s", "a": 1}), true),
        (json!({"source": "s", "b": 2}), true),
        (json!({"source": "s", "a": 2, "b": 1}), false),
        (json!({"a": 1, "b": 2}), false),
    ] {
        assert_eq!(matches(&pattern, &event), expected, "{event}");
    }
}

#[test]
fn what_is_no_object_has_no_fields() {
    for event in [json!("text"), json!(["a"]), json!(null)] {
        assert!(!matches(&json!({"a": ["a"]}), &event));
        assert!(matches(&json!({"a": [{"exists": false}]}), &event));
    }
}
