//! Queries over events: what each command does, and that no text does any harm.

use proptest::prelude::*;

use super::fields::discover;
use super::pipeline::{Pipeline, Row};
use super::value::Value;
use super::*;

const NOW: i64 = 1_767_225_600_000;

/// Events, newest first, a second apart.
fn run(query: &str, messages: &[&str]) -> Vec<String> {
    let parsed = parse(query).unwrap_or_else(|wrong| panic!("{query}: {wrong:?}"));
    let mut pipeline = Pipeline::new(&parsed, 1_000, NOW);
    for (place, message) in messages.iter().enumerate().rev() {
        let mut fields = discover(message, true);
        fields.insert("@message".to_owned(), Value::Text((*message).to_owned()));
        fields.insert("@timestamp".to_owned(), Value::Time(NOW + place as i64 * 1_000));
        pipeline.add(Row::of(fields, NOW));
    }
    let row = |row: Vec<(String, String)>| {
        row.into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
    };
    pipeline.finish().into_iter().map(row).collect()
}

const JSON: [&str; 4] = [
    r#"{"level": "ERROR", "ms": 120, "user": {"id": "u1"}, "ip": "10.0.0.1"}"#,
    r#"{"level": "INFO", "ms": 20, "user": {"id": "u2"}, "ip": "10.1.0.1"}"#,
    r#"{"level": "ERROR", "ms": 80, "user": {"id": "u1"}, "tags": ["a", "b"]}"#,
    r#"{"level": "INFO", "ms": 60}"#,
];

#[test]
fn commands_do_what_the_guide_says() {
    for (query, expected) in [
        ("fields ms", vec!["ms=60", "ms=80", "ms=20", "ms=120"]),
        ("fields ms | sort @timestamp asc | limit 2", vec!["ms=120", "ms=20"]),
        ("fields ms, level as l | filter level = 'ERROR'", vec!["ms=80 l=ERROR", "ms=120 l=ERROR"]),
        ("fields ms | filter level = \"ERROR\" and ms > 100", vec!["ms=120"]),
        ("fields ms | filter ms >= 60 and not (level like /^ERR/)", vec!["ms=60"]),
        ("fields ms | filter level not like 'ERR'", vec!["ms=60", "ms=20"]),
        ("fields ms | filter level in ['INFO', 'WARN'] | sort ms desc", vec!["ms=60", "ms=20"]),
        ("fields ms | filter level not in ['INFO']", vec!["ms=80", "ms=120"]),
        (
            "fields user.id | filter ispresent(user.id) | sort user.id, ms",
            vec!["user.id=u1", "user.id=u1", "user.id=u2"],
        ),
        ("fields tags.0, tags[1] | filter ispresent(tags.0)", vec!["tags.0=a tags[1]=b"]),
        ("stats count(*) by level | sort level", vec!["level=ERROR count(*)=2", "level=INFO count(*)=2"]),
        ("stats sum(ms) as total, avg(ms), max(ms), min(ms)", vec!["total=280 avg(ms)=70 max(ms)=120 min(ms)=20"]),
        ("stats count_distinct(user.id) as users, count(user.id) as n", vec!["users=2 n=3"]),
        ("stats pct(ms, 50) as p, stddev(ms) as s", vec!["p=70 s=36.0555"]),
        ("stats earliest(ms) as e, latest(ms) as l", vec!["e=120 l=60"]),
        ("stats sortsFirst(level) as a, sortsLast(level) as b", vec!["a=ERROR b=INFO"]),
        (
            "stats sum(ms) / count(*) as mean by level | sort mean desc",
            vec!["level=ERROR mean=100", "level=INFO mean=40"],
        ),
        ("filter level = 'NONE' | stats count(*) as n", vec!["n=0"]),
        ("stats count(*) as n by bin(2s) as b | sort b | limit 1", vec!["b=2026-01-01 00:00:00.000 n=2"]),
        ("stats count(*) as n by level | stats max(n) as most", vec!["most=2"]),
        ("stats count(*) as n by level | filter n > 5", vec![]),
        ("dedup level | fields ms", vec!["ms=60", "ms=80"]),
        ("fields ms * 2 + 1 as x, -ms as y | limit 1", vec!["x=121 y=-60"]),
        ("fields 2 ^ 3 as a, 7 % 4 as b, (1 + 2) * 3 as c | limit 1", vec!["a=8 b=3 c=9"]),
        (
            "parse @message '\"level\": \"*\", \"ms\": *,' as lvl, time | fields lvl, time | filter ispresent(lvl) | limit 1",
            vec!["lvl=ERROR time=80"],
        ),
        ("parse @message /\"ms\": (?<time>\\d+)/ | stats max(time) as t", vec!["t=120"]),
        ("parse user.id 'u*' as n | stats sum(n) as total", vec!["total=4"]),
        ("fields ip | filter isIpv4InSubnet(ip, '10.0.0.0/16')", vec!["ip=10.0.0.1"]),
        ("fields coalesce(user.id, 'none') as u | limit 2", vec!["u=none", "u=u1"]),
        ("display level | limit 1", vec!["level=INFO"]),
        ("fields ms | display level, ms | limit 1", vec!["level=INFO ms=60"]),
        ("# a comment\nfields ms # another\n| limit 1", vec!["ms=60"]),
        ("fields `user`.id as i | filter i = 'u2'", vec!["i=u2"]),
        ("filter level != 'INFO' | stats count() as n", vec!["n=2"]),
        ("fields @timestamp | limit 1", vec!["@timestamp=2026-01-01 00:00:03.000"]),
    ] {
        assert_eq!(run(query, &JSON), expected, "{query}");
    }
}

#[test]
fn functions() {
    for (expression, expected) in [
        ("strlen('abc')", "3"),
        ("toupper('abc')", "ABC"),
        ("concat('a', 1, 'b')", "a1b"),
        ("substr('abcdef', 2)", "cdef"),
        ("substr('abcdef', 2, 3)", "cde"),
        ("replace('aXbX', 'X', '-')", "a-b-"),
        ("strcontains('hello', 'ell')", "1"),
        ("trim('  a ')", "a"),
        ("ltrim('xxa', 'x')", "a"),
        ("rtrim('axx', 'x')", "a"),
        ("abs(-2)", "2"),
        ("ceil(1.2)", "2"),
        ("floor(-1.2)", "-2"),
        ("sqrt(16)", "4"),
        ("greatest(1, 3, 2)", "3"),
        ("least(1, 3, 2)", "1"),
        ("isempty('')", "1"),
        ("isblank(' ')", "1"),
        ("isValidIp('::1')", "1"),
        ("isValidIpv4('::1')", "0"),
        ("isIpInSubnet('fe80::1', 'fe80::/10')", "1"),
        ("fromMillis(0)", "1970-01-01 00:00:00.000"),
        ("toMillis(@timestamp)", "1767225600000"),
        ("datefloor(@timestamp, 1mo)", "2026-01-01 00:00:00.000"),
        ("dateceil(fromMillis(1767225600001), 1y)", "2027-01-01 00:00:00.000"),
        ("datefloor(fromMillis(1767225600000), 1w)", "2025-12-29 00:00:00.000"),
        ("now()", "1767225600"),
        ("if(1 = 1, 'a', 'b')", "a"),
        ("'10' > 9", "1"),
        ("1e3 + 0.5", "1000.5"),
        ("true and not false", "1"),
    ] {
        assert_eq!(run(&format!("fields {expression} as x"), &["m"]), [format!("x={expected}")], "{expression}");
    }
}

#[test]
fn what_lambda_writes() {
    let report = "REPORT RequestId: 11111111-2222-3333-4444-555555555555\tDuration: 12.5 ms\tBilled Duration: 13 ms\tMemory \
                  Size: 128 MB\tMax Memory Used: 64 MB\tInit Duration: 100.25 ms\t";
    let query = "fields @type, @requestId, @duration, @billedDuration, @memorySize, @maxMemoryUsed, @initDuration";
    let expected = "@type=REPORT @requestId=11111111-2222-3333-4444-555555555555 @duration=12.5 @billedDuration=13 \
                    @memorySize=128000000 @maxMemoryUsed=64000000 @initDuration=100.25";
    assert_eq!(run(query, &[report]), [expected]);
    let line = "2026-01-01T00:00:00Z\t11111111-2222-3333-4444-555555555555\tINFO\t{\"a\": {\"b\": 1}} tail";
    assert_eq!(run("fields a.b, @requestId", &[line]), ["a.b=1 @requestId=11111111-2222-3333-4444-555555555555"]);
}

#[test]
fn forms_are_brought_together() {
    let messages = ["ERROR user 17 failed", "ERROR user 9 failed", "started in 3 ms"];
    let rows = run("pattern @message | display @pattern, @sampleCount, @severityLabel", &messages);
    assert_eq!(
        rows,
        [
            "@pattern=ERROR user <Number-1> failed @sampleCount=2 @severityLabel=ERROR",
            "@pattern=started in <Number-1> ms @sampleCount=1 @severityLabel=NONE"
        ]
    );
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    for (query, start, message) in [
        ("fieldss @message", 0, "unexpected symbol found fieldss at line 1 and position 1"),
        ("fields @message |\n sort", 23, "unexpected symbol found <EOF> at line 2 and position 6"),
        ("filter a = ", 11, "unexpected symbol found <EOF> at line 1 and position 12"),
        ("fields nothing(1)", 7, "unexpected symbol found nothing at line 1 and position 8"),
        ("filter count(*) > 1", 7, "unexpected symbol found count at line 1 and position 8"),
        ("", 0, "unexpected symbol found <EOF> at line 1 and position 1"),
        ("parse @message 'a*b*' as x", 15, "parse has 2 wildcards and 1 names"),
        ("stats count(*) | stats count(*) | stats count(*)", 34, "Only two stats commands are allowed in a query"),
    ] {
        let wrong = parse(query).unwrap_err();
        assert_eq!((wrong.start, wrong.message.as_str()), (start, message), "{query}");
    }
    for query in [
        "filter a = 'open",
        "filter a like /open",
        "filter a like /(/",
        "fields a b",
        "limit x",
        "stats",
        "sort",
        "filter (a",
        "fields `a",
    ] {
        assert!(parse(query).is_err(), "{query}");
    }
    assert!(parse(&format!("filter {}1{}", "(".repeat(5_000), ")".repeat(5_000))).is_err());
    assert!(parse(&format!("filter {}1", "-".repeat(50_000))).is_ok());
}

proptest! {
    #[test]
    fn no_text_panics(words in proptest::collection::vec(prop_oneof![
        Just("fields"), Just("filter"), Just("stats"), Just("parse"), Just("sort"), Just("by"), Just("as"), Just("|"),
        Just("@message"), Just("count(*)"), Just("ms"), Just("("), Just(")"), Just(","), Just("'a*'"), Just("/m(?<x>.)/"),
        Just("="), Just("<"), Just("+"), Just("-"), Just("*"), Just("like"), Just("in"), Just("["), Just("]"), Just("1"),
        Just("5m"), Just("bin(5m)"), Just("not"), Just("and"), Just("`é`"), Just("\"é"), Just("#"), Just("\n"), Just("limit"),
        Just("dedup"), Just("pattern"), Just("unmask("), Just("pct(ms, 5)"), Just("é"),
    ], 0..14)) {
        let text = words.join(" ");
        if parse(&text).is_ok() {
            run(&text, &JSON);
        }
    }

    #[test]
    fn nor_do_characters(text in "[a-c@|'\"/\\\\()\\[\\]=<>!,.*+#`\u{e9} \n0-9-]{0,30}", tail in ".{0,10}") {
        let _ = parse(&text);
        let _ = parse(&format!("filter {text}{tail}"));
        let _ = parse(&format!("stats {text} by {tail}"));
    }

    /// Sums over groups are as adding them up one by one has them.
    #[test]
    fn stats_are_as_a_slow_reading_has_them(values in proptest::collection::vec((0u8..3, -50i32..50), 1..30)) {
        let messages: Vec<_> = values.iter().map(|(key, n)| format!(r#"{{"k": "k{key}", "n": {n}}}"#)).collect();
        let texts: Vec<_> = messages.iter().map(String::as_str).collect();
        let rows = run("stats count(*) as c, sum(n) as s, max(n) as m by k | sort k", &texts);
        let mut expected = Vec::new();
        for key in 0..3 {
            let of: Vec<_> = values.iter().filter(|(known, _)| *known == key).map(|(_, n)| *n).collect();
            if let Some(most) = of.iter().max() {
                expected.push(format!("k=k{key} c={} s={} m={most}", of.len(), of.iter().sum::<i32>()));
            }
        }
        prop_assert_eq!(rows, expected);
    }
}
