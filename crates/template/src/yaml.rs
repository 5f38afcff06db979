//! One YAML document as a value: short tags become functions by their long names, and what CloudFormation leaves out of YAML is
//! refused.

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span, StrInput, Tag};
use serde_json::{Map, Value, json};

use crate::{MAX_DEPTH, Malformed, scalar};

/// Functions that have a short tag, without its exclamation mark. `Ref` and `Condition` are the only ones whose long form has no
/// `Fn::` before it.
const FUNCTIONS: [&str; 25] = [
    "And",
    "Base64",
    "Cidr",
    "Contains",
    "EachMemberEquals",
    "EachMemberIn",
    "Equals",
    "FindInMap",
    "GetAZs",
    "GetAtt",
    "GetStackOutput",
    "If",
    "ImportValue",
    "Join",
    "Length",
    "Not",
    "Or",
    "RefAll",
    "Select",
    "Split",
    "Sub",
    "ToJsonString",
    "Transform",
    "ValueOf",
    "ValueOfAll",
];

/// Reads a text that holds one document; none is an empty value.
pub(crate) fn read(text: &str) -> Result<Value, Malformed> {
    let mut reader = Reader { events: Parser::new_from_str(text) };
    loop {
        match reader.next()? {
            (Event::DocumentStart(_), _) => break,
            (Event::StreamEnd, _) => return Ok(Value::Null),
            _ => {}
        }
    }
    let first = reader.next()?;
    let value = reader.node(first, 0)?;
    match reader.after_document()? {
        None => Ok(value),
        Some(second) => Err(at(second)),
    }
}

struct Reader<'a> {
    events: Parser<'a, StrInput<'a>>,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Marker), Malformed> {
        match self.events.next_event() {
            Some(Ok((event, Span { start, .. }))) => Ok((event, start)),
            Some(Err(error)) => Err(scan(&error)),
            None => Ok((Event::StreamEnd, Marker::new(0, 1, 0))),
        }
    }

    /// Where a second document begins, if there is one.
    fn after_document(&mut self) -> Result<Option<Marker>, Malformed> {
        loop {
            match self.next()? {
                (Event::DocumentStart(_), marker) => return Ok(Some(marker)),
                (Event::StreamEnd, _) => return Ok(None),
                _ => {}
            }
        }
    }

    fn node(&mut self, (event, marker): (Event<'a>, Marker), depth: usize) -> Result<Value, Malformed> {
        if depth > MAX_DEPTH {
            return Err(at(marker));
        }
        match event {
            Event::Scalar(text, style, _, tag) => scalar_of(&text, style, tag.as_deref(), marker),
            Event::SequenceStart(_, tag) => {
                let items = self.sequence(depth)?;
                tagged(tag.as_deref(), items, marker)
            }
            Event::MappingStart(_, tag) => {
                let members = self.mapping(depth)?;
                tagged(tag.as_deref(), members, marker)
            }
            Event::Alias(_) => Err(Malformed::Aliases),
            _ => Err(at(marker)),
        }
    }

    fn sequence(&mut self, depth: usize) -> Result<Value, Malformed> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(Value::Array(items)),
                event => items.push(self.node(event, depth + 1)?),
            }
        }
    }

    fn mapping(&mut self, depth: usize) -> Result<Value, Malformed> {
        let mut members = Map::new();
        loop {
            let name = match self.next()? {
                (Event::MappingEnd, _) => return Ok(Value::Object(members)),
                (Event::Scalar(text, ..), marker) if !members.contains_key(&*text) => (text, marker),
                (Event::Alias(_), _) => return Err(Malformed::Aliases),
                (_, marker) => return Err(at(marker)),
            };
            let event = self.next()?;
            let value = self.node(event, depth + 1)?;
            members.insert(name.0.into_owned(), value);
        }
    }
}

fn scalar_of(text: &str, style: ScalarStyle, tag: Option<&Tag>, marker: Marker) -> Result<Value, Malformed> {
    match tag {
        None if style == ScalarStyle::Plain => Ok(scalar::plain(text)),
        Some(tag) if tag.is_yaml_core_schema() && ["bool", "float", "int", "null"].contains(&tag.suffix.as_str()) => {
            Ok(scalar::plain(text))
        }
        // `!GetAtt Name.Attribute`: the first dot parts them, others belong to the attribute.
        Some(tag) if tag.handle == "!" && tag.suffix == "GetAtt" => Ok(json!({"Fn::GetAtt": attribute(text)})),
        tag => tagged(tag, Value::from(text), marker),
    }
}

fn attribute(text: &str) -> Value {
    text.split_once('.').map_or_else(|| Value::from(text), |(resource, attribute)| json!([resource, attribute]))
}

/// A value under its tag: a function's argument, or itself where the tag is one of YAML's own.
fn tagged(tag: Option<&Tag>, value: Value, marker: Marker) -> Result<Value, Malformed> {
    let Some(tag) = tag else { return Ok(value) };
    let own = ["str", "map", "seq"].contains(&tag.suffix.as_str());
    match (tag.handle.as_str(), tag.suffix.as_str()) {
        _ if tag.is_yaml_core_schema() && own => Ok(value),
        // A lone mark says that the value is what it looks like.
        ("" | "!", "" | "!") => Ok(value),
        ("!", name @ ("Ref" | "Condition")) => Ok(json!({name: value})),
        ("!", name) if FUNCTIONS.contains(&name) || name.starts_with("ForEach::") => {
            Ok(json!({format!("Fn::{name}"): value}))
        }
        _ => Err(at(marker)),
    }
}

fn at(marker: Marker) -> Malformed {
    Malformed::Yaml { line: marker.line(), column: marker.col() + 1 }
}

fn scan(error: &ScanError) -> Malformed {
    at(*error.marker())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_tags_are_functions() {
        let cases = [
            ("!Ref A", json!({"Ref": "A"})),
            ("!Condition A", json!({"Condition": "A"})),
            ("!GetAtt A.B.C", json!({"Fn::GetAtt": ["A", "B.C"]})),
            ("!GetAtt [A, B]", json!({"Fn::GetAtt": ["A", "B"]})),
            ("!Sub 'x-${A}'", json!({"Fn::Sub": "x-${A}"})),
            ("!Sub 5", json!({"Fn::Sub": "5"})),
            ("!Join ['-', [a, !Ref B]]", json!({"Fn::Join": ["-", ["a", {"Ref": "B"}]]})),
            ("!Base64\n  Fn::Sub: x", json!({"Fn::Base64": {"Fn::Sub": "x"}})),
            ("!If [C, !Ref A, !Ref 'AWS::NoValue']", json!({"Fn::If": ["C", {"Ref": "A"}, {"Ref": "AWS::NoValue"}]})),
            ("!GetAZs ''", json!({"Fn::GetAZs": ""})),
            ("!Transform {Name: N}", json!({"Fn::Transform": {"Name": "N"}})),
            ("!!str 1", json!("1")),
            ("'1'", json!("1")),
            ("\"yes\"", json!("yes")),
            ("|\n  a\n  b\n", json!("a\nb\n")),
            ("&anchored 1", json!(1)),
        ];
        for (text, value) in cases {
            assert_eq!(read(text), Ok(value), "{text}");
        }
    }

    #[test]
    fn what_cloudformation_leaves_out_is_refused() {
        assert_eq!(read("a: &x 1\nb: *x\n"), Err(Malformed::Aliases));
        assert_eq!(read("a: 1\na: 2\n"), Err(Malformed::Yaml { line: 2, column: 1 }));
        for text in ["a: !Unknown 1", "a: !!binary aGk=", "? [a]\n: 1\n", "a: 1\n---\nb: 2\n", "a: [1", "a: 'x"] {
            assert!(matches!(read(text), Err(Malformed::Yaml { .. })), "{text}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(read(&nested(100)).is_ok());
        assert!(matches!(read(&nested(100_000)), Err(Malformed::Yaml { .. })));
    }
}
