//! How Python writes values: `str` of Python 2 for what is hashed, `json.dumps` for what is hashed or put into a template, and
//! the form in which values stand in messages.

use serde_json::Number;

use crate::node::{Map, Node, Text};

/// How `json.dumps` is asked to write.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Json {
    /// Python's default: `{"a": 1, "b": 2}`.
    Spaced,
    /// Sorted and without spaces: what logical ids are made of.
    Compact,
    /// Sorted, and four spaces a level.
    Indented,
}

/// What `json.dumps` makes of a value.
pub(crate) fn json(node: &Node, style: Json) -> String {
    let mut out = String::new();
    write_json(node, style, 0, &mut out);
    out
}

fn write_json(node: &Node, style: Json, depth: usize, out: &mut String) {
    match node {
        Node::Null => out.push_str("null"),
        Node::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Node::Number(value) => out.push_str(&number(value)),
        Node::Text(text) => write_json_text(text, out),
        Node::List(items) if items.is_empty() => out.push_str("[]"),
        Node::List(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                separate(style, at, depth + 1, out);
                write_json(item, style, depth + 1, out);
            }
            close(style, depth, ']', out);
        }
        Node::Map(map) if map.is_empty() => out.push_str("{}"),
        Node::Map(map) => {
            out.push('{');
            let mut keys = map.keys();
            if !matches!(style, Json::Spaced) {
                keys.sort_by_key(|key| key.to_string());
            }
            for (at, key) in keys.iter().enumerate() {
                separate(style, at, depth + 1, out);
                write_json_text(key, out);
                out.push_str(if matches!(style, Json::Compact) { ":" } else { ": " });
                write_json(&map.node(key), style, depth + 1, out);
            }
            close(style, depth, '}', out);
        }
    }
}

fn separate(style: Json, at: usize, depth: usize, out: &mut String) {
    if at > 0 {
        out.push_str(if matches!(style, Json::Spaced) { ", " } else { "," });
    }
    new_line(style, depth, out);
}

fn close(style: Json, depth: usize, mark: char, out: &mut String) {
    new_line(style, depth, out);
    out.push(mark);
}

fn new_line(style: Json, depth: usize, out: &mut String) {
    if matches!(style, Json::Indented) {
        out.push('\n');
        (0..depth).for_each(|_| out.push_str("    "));
    }
}

fn write_json_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' => out.push(c),
            _ => c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}"))),
        }
    }
    out.push('"');
}

/// A number as Python writes it.
fn number(value: &Number) -> String {
    match value.as_f64() {
        Some(float) if value.is_f64() => real(float),
        _ => value.to_string(),
    }
}

/// A floating point number: the shortest digits that tell it, with an exponent from 1e16 on and below 1e-4.
fn real(value: f64) -> String {
    let size = value.abs();
    if value.fract() == 0.0 && size < 1e16 {
        return format!("{value:.1}");
    }
    if (1e-4..1e16).contains(&size) {
        return format!("{value}");
    }
    let text = format!("{value:e}");
    let Some((digits, exponent)) = text.split_once('e') else { return text };
    let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |exponent| ('-', exponent));
    format!("{digits}e{sign}{exponent:0>2}")
}

/// A value as it stands in a message: a text as it is, anything else as Python prints it.
pub(crate) fn show(node: &Node) -> String {
    match node {
        Node::Text(text) => text.to_string(),
        _ => print(node),
    }
}

/// What Python's `repr` makes of a value, texts of the author's being `unicode`.
pub(crate) fn print(node: &Node) -> String {
    match node {
        Node::Null => "None".to_owned(),
        Node::Bool(true) => "True".to_owned(),
        Node::Bool(false) => "False".to_owned(),
        Node::Number(value) if value.as_i64().is_none() && value.is_u64() => format!("{value}L"),
        Node::Number(value) => number(value),
        Node::Text(text) => print_text(text),
        Node::List(items) => format!("[{}]", items.iter().map(print).collect::<Vec<_>>().join(", ")),
        Node::Map(map) => print_map(map),
    }
}

fn print_map(map: &Map) -> String {
    let entry = |(key, value): (Text, &Node)| format!("{}: {}", print_text(&key), print(value));
    format!("{{{}}}", map.iter().map(entry).collect::<Vec<_>>().join(", "))
}

fn print_text(text: &Text) -> String {
    if !text.is_written() {
        return quote(text, |c| !c.is_control());
    }
    // Python 2 escaped what is not ASCII; a backslash that is so written does not count for another.
    let escaped: String = text.chars().map(escape).collect();
    format!("u{}", quote(&escaped, |_| true).replace("\\\\", "\\"))
}

/// What Python's codec `unicode_escape` makes of a character.
fn escape(c: char) -> String {
    match c {
        '\\' => "\\\\".to_owned(),
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        ' '..='~' => c.to_string(),
        '\0'..='\u{ff}' => format!("\\x{:02x}", u32::from(c)),
        '\u{100}'..='\u{ffff}' => format!("\\u{:04x}", u32::from(c)),
        _ => format!("\\U{:08x}", u32::from(c)),
    }
}

/// A text in quotes: single ones, unless there are single ones in it and no double ones.
fn quote(text: &str, is_printable: impl Fn(char) -> bool) -> String {
    let mark = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut quoted = String::from(mark);
    for c in text.chars() {
        match c {
            '\\' => quoted.push_str("\\\\"),
            _ if c == mark => quoted.extend(['\\', c]),
            _ if is_printable(c) => quoted.push(c),
            _ => quoted.push_str(&escape(c)),
        }
    }
    quoted.push(mark);
    quoted
}

/// A list of texts as Python prints it: `['a', 'b']`.
pub(crate) fn names(names: &[&str]) -> String {
    print(&Node::List(names.iter().map(|name| Node::from(*name)).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::{hashed, list, map};

    #[test]
    fn json_is_pythons() {
        let value = Node::Map(map! { "b" => list![1, true, Node::Null], "a" => "é\"\n😀", "c" => Map::default() });
        assert_eq!(json(&value, Json::Compact), r#"{"a":"\u00e9\"\n\ud83d\ude00","b":[1,true,null],"c":{}}"#);
        assert_eq!(json(&value, Json::Spaced), r#"{"b": [1, true, null], "a": "\u00e9\"\n\ud83d\ude00", "c": {}}"#);
        let value = Node::Map(map! { "a" => list![1], "b" => list![] });
        assert_eq!(json(&value, Json::Indented), "{\n    \"a\": [\n        1\n    ],\n    \"b\": []\n}");
    }

    #[test]
    fn numbers_are_pythons() {
        for (value, text) in
            [(1.0, "1.0"), (0.1, "0.1"), (1e16, "1e+16"), (1.5e-7, "1.5e-07"), (-2.5, "-2.5"), (1e22, "1e+22")]
        {
            assert_eq!(real(value), text);
        }
    }

    #[test]
    fn what_the_author_wrote_is_unicode() {
        let written = |text: &str| print(&Node::Text(Text::written(text)));
        assert_eq!(written("a"), "u'a'");
        assert_eq!(written("it's"), "u\"it's\"");
        assert_eq!(written("é\n\\"), r"u'\xe9\n\\'");
        assert_eq!(print(&Node::from("it's \"x\"")), r#"'it\'s "x"'"#);
        let value = hashed! { Text::written("k") => list![Node::Null, true, "x"] };
        assert_eq!(print(&Node::Map(value)), "{u'k': [None, True, 'x']}");
    }
}
