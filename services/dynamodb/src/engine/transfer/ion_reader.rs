//! Amazon Ion's text read back: what exports and their like hold. Total, and bounded in depth. Pure.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::engine::value::{Item, NESTING, Value};

/// Reads one top-level value: a struct with an `Item`. None for what is something else.
pub(super) fn record(text: &str) -> Option<Item> {
    let mut reader = Reader { rest: text };
    reader.skip();
    while reader.rest.starts_with("$ion_1_0") {
        reader.rest = &reader.rest["$ion_1_0".len()..];
        reader.skip();
    }
    let Value::M(mut record) = reader.value(0)? else { return None };
    reader.skip();
    match record.remove("Item") {
        Some(Value::M(item)) if reader.rest.is_empty() => Some(item),
        _ => None,
    }
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn skip(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn eat(&mut self, token: &str) -> bool {
        self.skip();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        if depth > NESTING {
            return None;
        }
        self.skip();
        let annotation = self.annotation();
        self.skip();
        if self.eat("{{") {
            let (encoded, rest) = self.rest.split_once("}}")?;
            self.rest = rest;
            return Some(Value::B(STANDARD.decode(encoded.trim()).ok()?.into()));
        }
        match self.rest.chars().next()? {
            '{' => self.structure(depth).map(Value::M),
            '[' => {
                let values = self.list(depth)?;
                of_annotation(annotation.as_deref(), values)
            }
            '"' => self.quoted('"').map(Value::S),
            '\'' => self.quoted('\'').map(Value::S),
            _ => self.word(),
        }
    }

    /// `name::` before a value.
    fn annotation(&mut self) -> Option<String> {
        let (name, rest) = self.rest.split_once("::")?;
        let is_name =
            |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '$');
        if !is_name(name) {
            return None;
        }
        self.rest = rest;
        Some(name.to_owned())
    }

    fn structure(&mut self, depth: usize) -> Option<Item> {
        self.eat("{");
        let mut item = Item::new();
        while !self.eat("}") {
            let name = self.name()?;
            self.eat(":").then_some(())?;
            item.insert(name, self.value(depth + 1)?);
            if !self.eat(",") {
                return self.eat("}").then_some(item);
            }
        }
        Some(item)
    }

    fn list(&mut self, depth: usize) -> Option<Vec<Value>> {
        self.eat("[");
        let mut values = Vec::new();
        while !self.eat("]") {
            values.push(self.value(depth + 1)?);
            if !self.eat(",") {
                return self.eat("]").then_some(values);
            }
        }
        Some(values)
    }

    fn name(&mut self) -> Option<String> {
        self.skip();
        match self.rest.chars().next()? {
            mark @ ('"' | '\'') => self.quoted(mark),
            _ => {
                let end = self.rest.find(|c: char| c == ':' || c.is_whitespace())?;
                let (name, rest) = self.rest.split_at(end);
                self.rest = rest;
                Some(name.to_owned())
            }
        }
    }

    fn quoted(&mut self, mark: char) -> Option<String> {
        let mut out = String::new();
        let mut chars = self.rest.char_indices();
        chars.next();
        while let Some((at, c)) = chars.next() {
            match c {
                c if c == mark => {
                    self.rest = &self.rest[at + 1..];
                    return Some(out);
                }
                '\\' => {
                    let (_, escaped) = chars.next()?;
                    let digits = match escaped {
                        'x' => 2,
                        'u' => 4,
                        'U' => 8,
                        _ => 0,
                    };
                    if digits > 0 {
                        let code: String = chars.by_ref().take(digits).map(|(_, c)| c).collect();
                        out.push(char::from_u32(u32::from_str_radix(&code, 16).ok()?)?);
                    } else {
                        out.push(unescaped(escaped)?);
                    }
                }
                c => out.push(c),
            }
        }
        None
    }

    /// A number, a truth, or nothing.
    fn word(&mut self) -> Option<Value> {
        let end =
            self.rest.find(|c: char| matches!(c, ',' | '}' | ']') || c.is_whitespace()).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        match word {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            word if word == "null" || word.starts_with("null.") => Some(Value::Null),
            number => {
                let number = number.replace(['d', 'D'], "E").replace('_', "");
                let number = number.strip_suffix('.').unwrap_or(&number).replace(".E", "E");
                number.parse().ok().map(Value::N)
            }
        }
    }
}

fn unescaped(c: char) -> Option<char> {
    Some(match c {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        '0' => '\0',
        'a' => '\x07',
        'b' => '\x08',
        'f' => '\x0c',
        'v' => '\x0b',
        '\\' | '"' | '\'' | '/' | '?' => c,
        _ => return None,
    })
}

/// A set, when a list is annotated as one.
fn of_annotation(annotation: Option<&str>, values: Vec<Value>) -> Option<Value> {
    macro_rules! set {
        ($kind:ident, $of:ident) => {
            values
                .into_iter()
                .map(|value| if let Value::$of(value) = value { Some(value) } else { None })
                .collect::<Option<_>>()
                .map(Value::$kind)
        };
    }
    match annotation {
        Some("$dynamodb_SS") => set!(Ss, S),
        Some("$dynamodb_NS") => set!(Ns, N),
        Some("$dynamodb_BS") => set!(Bs, B),
        _ => Some(Value::L(values)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let made = Item::from([
            ("k".to_owned(), Value::S("a 'quoted' \"text\"\\\n\u{1}é".into())),
            ("n".to_owned(), Value::N("1.5E+30".parse().unwrap())),
            ("m".to_owned(), Value::M(Item::from([("odd name".to_owned(), Value::Bool(true))]))),
            (
                "l".to_owned(),
                Value::L(vec![Value::Null, Value::N("-3".parse().unwrap()), Value::B(vec![0, 255].into())]),
            ),
            ("s".to_owned(), Value::Ns(["1".parse().unwrap(), "2.5".parse().unwrap()].into())),
        ]);
        let text = format!("$ion_1_0 {{Item:{}}}", super::super::ion::item(&made));
        assert_eq!(record(&text), Some(made));
    }

    #[test]
    fn numbers_have_many_forms() {
        let read = record("{Item:{a:103., b:6d2, c:2.5d-1, d:12}}").unwrap();
        let texts: Vec<_> =
            read.values().map(|value| if let Value::N(n) = value { n.to_string() } else { String::new() }).collect();
        assert_eq!(texts, ["103", "600", "0.25", "12"]);
    }

    #[test]
    fn what_is_none_is_refused() {
        for text in ["", "{", "{Item:1}", "{Item:{a:}}", "{Item:{a:\"x}}", "{Other:{}}", "{Item:{a:[1}}", "{Item:{}} x"]
        {
            assert_eq!(record(text), None, "{text}");
        }
        assert_eq!(record(&format!("{{Item:{{a:{}", "[".repeat(100))), None);
    }
}
