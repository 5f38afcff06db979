//! Refusals as EventBridge was recorded to word them, place included.

use pattern::Pattern;

fn refusal(text: &str) -> String {
    Pattern::parse(text).expect_err(text).to_string()
}

/// The words, and the place in line 1; 0 where AWS tells none.
#[test]
fn words_and_places() {
    let not_a_set = "Value of anything-but must be an array or single string/number value.";
    for (text, words, column) in [
        (r#"{"int": 42}"#, r#""int" must be an object or an array"#, 11),
        (r#"{"string": "my-value"}"#, r#""string" must be an object or an array"#, 13),
        (r#"{"resources": []}"#, "Empty arrays are not allowed", 17),
        (r#"{"my_key": [{"EXISTS": true}]}"#, "Unrecognized match type EXISTS", 28),
        (r#"{"detail": {"equal": [{"NUMERIC": ["=", 5]}]}}"#, "Unrecognized match type NUMERIC", 36),
        (r#"{"detail": {"c-count": [{"numeric": [">", 0, ">", 0]}]}}"#, "Bad numeric range operator: >", 49),
        (r#"{"detail": {"c-count": [{"numeric": [">", 0, "<"]}]}}"#, "Value of < must be numeric", 50),
        (r#"{"detail": {"c-count": [{"numeric": 10}]}}"#, "Value of numeric must be an array.", 39),
        (r#"{"time": [{"prefix": 123}]}"#, "prefix match pattern must be a string", 25),
        (r#"{"time": [{"prefix": ["2022-07-13"]}]}"#, "prefix match pattern must be a string", 23),
        (r#"{"FileName": [{"suffix": 123}]}"#, "suffix match pattern must be a string", 29),
        (
            r#"{"detail-type": [{"equals-ignore-case": ["ec2"]}]}"#,
            "equals-ignore-case match pattern must be a string",
            42,
        ),
        (r#"{"EventBusArn": [{"wildcard": 123}]}"#, "wildcard match pattern must be a string", 34),
        (r#"{"EventBusArn": [{"wildcard": "arn:**:event-bus/*"}]}"#, "Consecutive wildcard characters at pos 5", 51),
        (r#"{"detail": {"sourceIPAddress": [{"cidr": ["bad-type"]}]}}"#, "prefix match pattern must be a string", 43),
        (r#"{"detail": {"state": [{"anything-but": null}]}}"#, not_a_set, 44),
        (r#"{"detail": {"FileName": [{"anything-but": {"prefix": {"equals-ignore-case": "file"}}}]}}"#, not_a_set, 55),
        (r#"{"detail": {"FileName": [{"anything-but": {"prefix": ""}}]}}"#, "Null prefix/suffix not allowed", 56),
        (
            r#"{"detail": {"state": [{"anything-but": {"equals-ignore-case": 123}}]}}"#,
            "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.",
            66,
        ),
        (r#"["not", "a", "dict", "but valid json"]"#, "Filter is not an object", 2),
        (r#"{"key":[["value"]]}"#, "Match value must be String, number, true, false, or null", 10),
        (r#"{"key":[{"suffix":"value","prefix":"value2"}]}"#, "Only one key allowed in match expression", 37),
        (r#"{"key":[{"numeric":["operator"]}]}"#, "Unrecognized numeric range operator: operator", 32),
        (r#"{"key":[{"numeric":[1,"<="]}]}"#, "Invalid member in numeric match: 1", 22),
        (r#"{"key":[{"numeric":["=","000"]}]}"#, "Value of equals must be numeric", 26),
        (r#"{"key":[{"numeric":["<",100,">",10]}]}"#, "Too many elements in numeric expression", 30),
        (r#"{"key":[{"numeric":[">",3,"<",1]}]}"#, "Bottom must be less than top", 33),
        (r#"{"key":[{"numeric":[">",20,30]}]}"#, "Bad value in numeric range: 30", 30),
        (r#"{"key":[{"numeric":[">",20,"<",30,"<",50]}]}"#, "Too many terms in numeric range expression", 36),
        (r#"{"key":[{"exists":"no"}]}"#, "exists match pattern must be either true or false.", 20),
        (r#"{"key":[{"anything-but":{"exists":false}}]}"#, "Unsupported anything-but pattern: exists", 40),
    ] {
        let place = format!("\n at [Source: (String)\"{text}\"; line: 1, column: {column}]");
        assert_eq!(refusal(text), format!("{words}{place}"));
    }
}

#[test]
fn what_is_wrong_in_a_list_is_told_twice() {
    for (text, words, column) in [
        (
            r#"{"detail": {"state": [{"anything-but": ["stopped", null]}]}}"#,
            "Inside anything but list, start|null|boolean is not supported.",
            56,
        ),
        (
            r#"{"detail": {"FileName": [{"anything-but": {"suffix": [null, ".txt"]}}]}}"#,
            "prefix/suffix match pattern must be a string",
            59,
        ),
        (
            r#"{"detail": {"state": [{"anything-but": {"wildcard": [123, "*/dir/*"]}}]}}"#,
            "wildcard match pattern must be a string",
            57,
        ),
    ] {
        let place = format!("\n at [Source: (String)\"{text}\"; line: 1, column: {column}]");
        assert_eq!(refusal(text), format!("{words}{place}{place}"));
    }
}

#[test]
fn no_place() {
    let cidr = |block: &str| format!("{{\"ip\": [{{\"cidr\": \"{block}\"}}]}}");
    assert_eq!(refusal(&cidr("bad-filter")), "Malformed CIDR, one '/' required");
    assert_eq!(refusal(&cidr("xx.11.xx/8")), "Nonstandard IP address: xx.11.xx");
    assert_eq!(
        refusal(r#"{"bus": [{"wildcard": "*:*:*:*:*:event-bus/*"}]}"#),
        "Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a \
         wildcard character"
    );
}

#[test]
fn or() {
    for (text, words) in [
        (r#"{"$or": [{"a": [1]}]}"#, "There must have at least 2 Objects in $or relationship."),
        (r#"{"$or": {"a": [1]}}"#, "It must be an Array followed with $or."),
        (r#"{"$or": [1, 2]}"#, "Only JSON object is allowed in array of $or relationship."),
        (
            r#"{"$or": [{"a": [1]}, {"prefix": [1]}]}"#,
            "prefix is Ruler reserved fieldName which cannot be used inside $or.",
        ),
        (r#"{"a": {}}"#, "Empty objects are not allowed"),
        ("{}", "Empty objects are not allowed"),
    ] {
        assert_eq!(refusal(text).lines().next(), Some(words), "{text}");
    }
}

#[test]
fn more_than_a_thousand_alternatives() {
    let or =
        |n: usize| format!("\"$or\": [{}]", (0..n).map(|i| format!("{{\"f{i}\": [1]}}")).collect::<Vec<_>>().join(","));
    let product = |n| format!("{{{}, \"x\": {{{}}}}}", or(n), or(10));
    assert!(Pattern::parse(&product(100)).is_ok());
    assert!(refusal(&product(101)).starts_with("Rule is too complex"));
}
