//! Items in Amazon Ion's text, as exports have them: numbers as decimals, sets as annotated lists. Pure.
//! Source: "DynamoDB table export output format", Amazon Ion.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::engine::number::Number;
use crate::engine::value::{Item, Value};

/// An item as a struct.
pub(super) fn item(item: &Item) -> String {
    let mut out = String::new();
    write_item(item, &mut out);
    out
}

fn write_item(item: &Item, out: &mut String) {
    out.push('{');
    for (at, (name, value)) in item.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        symbol(name, out);
        out.push(':');
        write(value, out);
    }
    out.push('}');
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::S(text) => string(text, out),
        Value::N(number) => out.push_str(&decimal(number)),
        Value::B(bytes) => blob(bytes, out),
        Value::Ss(texts) => set("$dynamodb_SS", texts, |text, out| string(text, out), out),
        Value::Ns(numbers) => set("$dynamodb_NS", numbers, |number, out| out.push_str(&decimal(number)), out),
        Value::Bs(all) => set("$dynamodb_BS", all, |bytes, out| blob(bytes, out), out),
        Value::M(values) => write_item(values, out),
        Value::L(values) => set("", values, write, out),
        Value::Null => out.push_str("null"),
        Value::Bool(yes) => out.push_str(if *yes { "true" } else { "false" }),
    }
}

fn set<'a, T: 'a>(
    annotation: &str,
    values: impl IntoIterator<Item = &'a T>,
    one: impl Fn(&'a T, &mut String),
    out: &mut String,
) {
    if !annotation.is_empty() {
        out.push_str(annotation);
        out.push_str("::");
    }
    out.push('[');
    for (at, value) in values.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        one(value, out);
    }
    out.push(']');
}

fn string(text: &str, out: &mut String) {
    quoted(text, '"', out);
}

/// A name: bare where it can be.
fn symbol(name: &str, out: &mut String) {
    const WORDS: [&str; 4] = ["null", "true", "false", "nan"];
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
    let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if starts && name.chars().all(bare) && !WORDS.contains(&name) {
        out.push_str(name);
    } else {
        quoted(name, '\'', out);
    }
}

fn quoted(text: &str, mark: char, out: &mut String) {
    out.push(mark);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == mark => {
                out.push('\\');
                out.push(c);
            }
            c if (c as u32) < 0x20 || c as u32 == 0x7f => {
                let _ = write!(out, "\\x{:02x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push(mark);
}

fn blob(bytes: &[u8], out: &mut String) {
    out.push_str("{{");
    out.push_str(&STANDARD.encode(bytes));
    out.push_str("}}");
}

/// A decimal: with a point, or with an exponent after `d`.
fn decimal(number: &Number) -> String {
    let text = number.to_string();
    match text.split_once(['E', 'e']) {
        Some((digits, exponent)) => format!("{digits}d{exponent}"),
        None if text.contains('.') => text,
        None => format!("{text}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_exports_have_them() {
        let made = Item::from([
            ("Authors".to_owned(), Value::Ss(["Author1".to_owned()].into())),
            ("Id".to_owned(), Value::N("103".parse().unwrap())),
            ("In stock".to_owned(), Value::Bool(false)),
            ("L".to_owned(), Value::L(vec![Value::Null, Value::B(vec![1].into()), Value::S("a\"b\n".into())])),
            ("N".to_owned(), Value::N("-0.5".parse().unwrap())),
        ]);
        let expected =
            "{Authors:$dynamodb_SS::[\"Author1\"],Id:103.,'In stock':false,L:[null,{{AQ==}},\"a\\\"b\\n\"],N:-0.5}";
        assert_eq!(item(&made), expected);
    }
}
