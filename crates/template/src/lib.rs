//! Templates of stacks: JSON and YAML read as CloudFormation reads them, into one value with every function in its long form.
//!
//! | file | what |
//! |---|---|
//! | `yaml.rs` | documents: collections, short tags, what CloudFormation leaves out of YAML |
//! | `scalar.rs` | which texts are numbers and booleans, and which stay texts |
//! | `malformed.rs` | why a text is no template, in AWS's words |
//!
//! What a template means (parameters, conditions, functions) is not known here; its shape is.

mod malformed;
mod scalar;
mod yaml;

pub use malformed::Malformed;
use serde_json::Value;

/// How deep collections may lie in each other. `serde_json` draws the line there too.
const MAX_DEPTH: usize = 127;

/// Reads a template: JSON when it begins with a brace, YAML otherwise. What comes out is always an object.
///
/// Of two members of the same name in a JSON object the later counts, as with AWS; YAML refuses them.
///
/// # Errors
/// [`Malformed`]: no such text, something other than a mapping, aliases.
pub fn parse(text: &str) -> Result<Value, Malformed> {
    let value = if text.trim_start().starts_with('{') { json(text)? } else { yaml::read(text)? };
    if value.is_object() { Ok(value) } else { Err(Malformed::Structure) }
}

/// Reads a fragment as [`parse`] reads a template, but of any shape: what `AWS::Include` fetches may be a list.
///
/// # Errors
/// [`Malformed`], as for a template.
pub fn parse_fragment(text: &str) -> Result<Value, Malformed> {
    if text.trim_start().starts_with(['{', '[']) { json(text) } else { yaml::read(text) }
}

fn json(text: &str) -> Result<Value, Malformed> {
    // The recorded column is the one after the character that did not fit.
    serde_json::from_str(text).map_err(|error| Malformed::Json { line: error.line(), column: error.column() + 1 })
}

/// Where a template holds the first `null`, as a path with slashes: AWS refuses them all.
pub fn first_null(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::Array(items) => items.iter().enumerate().find_map(|(at, item)| under(&at.to_string(), item)),
        Value::Object(members) => members.iter().find_map(|(name, member)| under(name, member)),
        _ => None,
    }
}

fn under(name: &str, value: &Value) -> Option<String> {
    first_null(value).map(|rest| format!("/{name}{rest}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn json_and_yaml_are_told_apart_and_mistakes_have_places() {
        assert_eq!(parse(" {\"A\": [1, 1.5, true, \"x\"]}"), Ok(json!({"A": [1, 1.5, true, "x"]})));
        assert_eq!(parse("A:\n- 1\n- 1.5\n- true\n- x\n"), Ok(json!({"A": [1, 1.5, true, "x"]})));
        let message = |text| parse(text).expect_err("no template").to_string();
        assert_eq!(
            message("{\"this is invalid JSON\"=\"bobbins\"}"),
            "Template format error: JSON not well-formed. (line 1, column 25)"
        );
        assert_eq!(message("just words"), "Template format error: unsupported structure.");
        assert_eq!(message(""), "Template format error: unsupported structure.");
        assert_eq!(message("[1, 2]"), "Template format error: unsupported structure.");
        assert!(
            message("A:\n  B: 1\n C: 2\n").starts_with("Template format error: YAML not well-formed. (line 3, column ")
        );
    }

    #[test]
    fn fragments_may_be_lists() {
        assert_eq!(parse_fragment("[1, {\"a\": 2}]"), Ok(json!([1, {"a": 2}])));
        assert_eq!(parse_fragment("- !Ref X"), Ok(json!([{"Ref": "X"}])));
    }

    #[test]
    fn nulls_are_found_by_their_path() {
        assert_eq!(first_null(&json!({"Outputs": {"O": {"Value": null}}})).as_deref(), Some("/Outputs/O/Value"));
        assert_eq!(first_null(&json!({"R": {"DependsOn": ["a", null]}})).as_deref(), Some("/R/DependsOn/1"));
        assert_eq!(first_null(&json!({"R": [1, {}]})), None);
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reader(text in "\\PC{0,80}|[-!&*{}\\[\\]:, \n#'\"a<]{0,60}") {
            let _ = parse(&text);
        }

        #[test]
        fn what_is_json_reads_the_same_as_a_mapping_of_yaml(
            keys in proptest::collection::btree_map("[A-Za-z][A-Za-z0-9]{0,8}", "[a-zA-Z0-9 .:/-]{0,12}", 0..6)
        ) {
            let value = json!(keys);
            let text = value.to_string();
            prop_assert_eq!(parse(&text), Ok(value.clone()));
            prop_assert_eq!(parse(&format!("--- # as YAML\n{text}")), Ok(value));
        }
    }
}
