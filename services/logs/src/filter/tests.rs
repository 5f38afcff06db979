//! Patterns against messages: the examples of AWS's guide, and random ones against a slow reading of the same rules.

use proptest::prelude::*;

use super::value::wildcard;
use super::*;

fn passes(pattern: &str, message: &str) -> bool {
    Pattern::parse(pattern).unwrap_or_else(|why| panic!("{pattern}: {why:?}")).matches(message)
}

#[test]
fn words_as_the_guide_has_them() {
    for (pattern, message, expected) in [
        ("", "anything", true),
        (" ", "anything", true),
        ("ERROR", "[ERROR 400] BAD REQUEST", true),
        ("ERROR", "[error 400] BAD REQUEST", false),
        ("ERROR ARGUMENTS", "[ERROR 419] MISSING ARGUMENTS", true),
        ("ERROR ARGUMENTS", "[ERROR 401] UNAUTHORIZED REQUEST", false),
        ("?ERROR ?ARGUMENTS", "[ERROR 401] UNAUTHORIZED REQUEST", true),
        ("?ERROR ?ARGUMENTS", "[419] NOTHING", false),
        // Optional terms count for nothing beside others.
        ("?ERROR ?WARN REQUEST", "[INFO] REQUEST FAILED", true),
        ("?ERROR ?WARN REQUEST", "[ERROR] FAILED", false),
        ("\"INTERNAL SERVER ERROR\"", "[ERROR 500] INTERNAL SERVER ERROR", true),
        ("\"INTERNAL SERVER ERROR\"", "[ERROR 500] INTERNAL ERROR", false),
        ("ERROR -ARGUMENTS", "[ERROR 400] BAD REQUEST", true),
        ("ERROR -ARGUMENTS", "[ERROR 419] MISSING ARGUMENTS", false),
        ("\" \"", "two words", true),
        ("\" \"", "one", false),
        ("-\"no such\"", "there is no such thing", false),
        ("\"a \\\"quoted\\\" word\"", "a \"quoted\" word here", true),
        ("%AUTHORIZED%", "UNAUTHORIZED", true),
        ("%4[0-9]{2}% GET", "GET /a 404", true),
        ("%4[0-9]{2}% GET", "GET /a 504", false),
        ("?%^5% ?abc", "500", true),
    ] {
        assert_eq!(passes(pattern, message), expected, "{pattern} on {message}");
    }
}

#[test]
fn objects() {
    let event = r#"{"eventType": "UpdateTrail", "sourceIPAddress": "111.111.111.111", "arrayKey": ["value", "another value"],
        "objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}], "SomeObject": null, "ThisFlag": true, "off": false,
        "n": 4.5, "text": "4", "a-b": {"c d": "e"}, "status": 404}"#;
    for (pattern, expected) in [
        (r#"{ $.eventType = "UpdateTrail" }"#, true),
        (r#"{$.eventType="UpdateTrail"}"#, true),
        (r#"{ $.eventType = UpdateTrail }"#, true),
        (r#"{ $.eventType = "Update*" }"#, true),
        (r#"{ $.eventType != "Update*" }"#, false),
        (r#"{ $.sourceIPAddress != 123.123.* }"#, true),
        (r#"{ $.sourceIPAddress = 111.111.* }"#, true),
        (r#"{ $.arrayKey[0] = "value" }"#, true),
        (r#"{ $.arrayKey[2] = "value" }"#, false),
        (r#"{ $.objectList[1].id = 2 }"#, true),
        (r#"{ $.objectList[*].name = "b" }"#, true),
        (r#"{ $.SomeObject IS NULL }"#, true),
        (r#"{ $.eventType IS NULL }"#, false),
        (r#"{ $.SomeOtherObject NOT EXISTS }"#, true),
        (r#"{ $.SomeObject NOT EXISTS }"#, false),
        (r#"{ $.SomeObject EXISTS }"#, true),
        (r#"{ $.ThisFlag IS TRUE }"#, true),
        (r#"{ $.off IS FALSE }"#, true),
        (r#"{ $.off IS TRUE }"#, false),
        (r#"{ $.n > 4 && $.n < 5 }"#, true),
        (r#"{ $.n >= 4.5 }"#, true),
        (r#"{ $.n = 45e-1 }"#, true),
        (r#"{ $.n > 5 || $.status = 404 }"#, true),
        (r#"{ $.status = 4* }"#, true),
        (r#"{ ($.n > 5 || $.status = 404) && $.off IS TRUE }"#, false),
        (r#"{ $.n > 5 && $.off IS FALSE || $.status = 404 }"#, true),
        (r#"{ $.text > 3 }"#, true),
        (r#"{ $.['a-b']['c d'] = "e" }"#, true),
        (r#"{ $.a-b["c d"] = e }"#, true),
        (r#"{ $.eventType = %^Up.*l$% }"#, true),
        (r#"{ $.eventType != %Trail% }"#, false),
        (r#"{ $.nothing != "x" }"#, false),
        (r#"{ $.objectList = "a" }"#, false),
    ] {
        assert_eq!(passes(pattern, event), expected, "{pattern}");
        assert!(!passes(pattern, "no object"), "{pattern}");
    }
}

#[test]
fn columns() {
    let line = r#"127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534"#;
    for (pattern, expected) in [
        ("[]", true),
        ("[ip, user, username, timestamp, request, status_code, bytes]", true),
        ("[ip, user, username, timestamp, request, status_code]", false),
        ("[ip, user, username, timestamp, request = *.html*, status_code = 4*, bytes]", true),
        ("[ip, user, username, timestamp, request = *.htm, status_code = 4*, bytes]", false),
        ("[..., status_code = 4*, bytes > 1000]", true),
        ("[..., status_code = 4*, bytes > 2000]", false),
        ("[ip = 127.*, ...]", true),
        ("[ip != 127.*, ...]", false),
        ("[..., request, status = 4* || status = 5*, bytes]", true),
        ("[..., status > 400 && status < 404, bytes]", false),
        ("[..., request =\"GET *\", , bytes]", true),
        ("[ip=%127\\.0\\.0\\.[1-9]%, ...]", true),
        ("[a, ..., z]", true),
    ] {
        assert_eq!(passes(pattern, line), expected, "{pattern}");
    }
}

#[test]
fn what_is_extracted() {
    let line = r#"127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /apache_pb.gif HTTP/1.0" 200 1534"#;
    let look = |pattern: &str, text: &str| Pattern::parse(pattern).unwrap().look(text).unwrap();
    let pairs = |found: Extracted| found.into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>();
    assert_eq!(
        pairs(look("[..., size]", line)),
        [
            "$1=127.0.0.1",
            "$2=-",
            "$3=frank",
            "$4=10/Oct/2000:13:25:15 -0700",
            "$5=GET /apache_pb.gif HTTP/1.0",
            "$6=200",
            "$size=1534"
        ]
    );
    let object = r#"{"a": {"b": "x"}, "n": 2}"#;
    assert_eq!(pairs(look("{ $.a.b = x && $.n > 1 }", object)), ["$.a.b=x", "$.n=2"]);
    let pattern = Pattern::parse("[..., size]").unwrap();
    assert_eq!(pattern.value("$size", line).as_deref(), Some("1534"));
    assert_eq!(pattern.value("$6", line).as_deref(), Some("200"));
    assert_eq!(pattern.value("$none", line), None);
    assert_eq!(Pattern::parse("x").unwrap().value("$.n", object).as_deref(), Some("2"));
}

#[test]
fn patterns_that_are_none() {
    for bad in [
        "a=b",
        "foo-bar",
        "\"open",
        "%open",
        "%(%",
        "%a(?=b)%",
        "{",
        "{ }",
        "{ $.a }",
        "{ $.a = }",
        "{ $.a > x }",
        "{ $.a = 1 && }",
        "{ ($.a = 1 }",
        "{ a = 1 }",
        "{ $.a[x] = 1 }",
        "[a",
        "[a =]",
        "[a, ..., ...]",
        "[a = 1 || b = 2]",
        "[a?]",
        "?",
        "-",
    ] {
        assert!(Pattern::parse(bad).is_err(), "{bad}");
    }
    let deep = format!("{{ {}$.a = 1{} }}", "(".repeat(10_000), ")".repeat(10_000));
    assert!(Pattern::parse(&deep).is_err());
}

/// Words as the guide tells, read slowly.
fn slow(words: &[(u8, &'static str)], text: &str) -> bool {
    let of = |role| words.iter().filter(move |(of, _)| *of == role).map(|(_, word)| *word);
    let others = of(0).count() + of(2).count();
    let mut passes = true;
    for word in of(0) {
        passes &= text.contains(word);
    }
    for word in of(2) {
        passes &= !text.contains(word);
    }
    if others == 0 { of(1).any(|word| text.contains(word)) } else { passes }
}

/// Stars by trying every length.
fn slow_wildcard(pattern: &[char], text: &[char]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some(('*', rest)) => (0..=text.len()).any(|skip| slow_wildcard(rest, &text[skip..])),
        Some((c, rest)) => text.first() == Some(c) && slow_wildcard(rest, &text[1..]),
    }
}

proptest! {
    #[test]
    fn words_are_as_a_slow_reading_has_them(
        words in proptest::collection::vec((0u8..3, prop_oneof![Just("a"), Just("b"), Just("ab"), Just("c")]), 1..5),
        text in "[abc ]{0,8}",
    ) {
        let roles = ["", "?", "-"];
        let pattern = words.iter().map(|(role, word)| format!("{}{word}", roles[*role as usize])).collect::<Vec<_>>();
        prop_assert_eq!(passes(&pattern.join(" "), &text), slow(&words, &text));
    }

    #[test]
    fn stars_are_as_trying_all_lengths_has_them(pattern in "[ab*]{0,6}", text in "[ab]{0,8}") {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        prop_assert_eq!(wildcard(&pattern, &text), slow_wildcard(&chars(&pattern), &chars(&text)));
    }

    #[test]
    fn no_pattern_panics(
        pattern in "[{}\\[\\](),.$*%?\"'\\\\=<>!&|a-c1 \u{e9}-]{0,24}",
        message in "[{}\\[\\]\":,a-c1 \u{e9}]{0,24}",
    ) {
        if let Ok(pattern) = Pattern::parse(&pattern) {
            pattern.look(&message);
        }
    }
}
