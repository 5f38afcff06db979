//! Identifiers: names of any text as each language takes them, none of them twice, and texts as literals. Pure.

use std::collections::HashSet;

/// Names that are taken.
#[derive(Debug, Default)]
pub(super) struct Unique {
    taken: HashSet<String>,
    ignores_case: bool,
}

impl Unique {
    /// For names of files, which some disks tell apart by more than case alone.
    pub(super) fn ignoring_case() -> Self {
        Self { ignores_case: true, ..Self::default() }
    }

    /// With names that nobody may have.
    pub(super) fn without(reserved: &[&str]) -> Self {
        let mut unique = Self::default();
        reserved.iter().for_each(|name| unique.reserve(name));
        unique
    }

    /// Takes a name that nobody may have.
    pub(super) fn reserve(&mut self, name: &str) {
        self.taken.insert(self.key(name));
    }

    /// Takes a name, or with a number what is free of it.
    pub(super) fn take(&mut self, wanted: &str) -> String {
        self.take_with(wanted, |_| Vec::new())
    }

    /// As [`Unique::take`], with all that goes with the name: getters, setters.
    pub(super) fn take_with(&mut self, wanted: &str, company: impl Fn(&str) -> Vec<String>) -> String {
        let mut name = wanted.to_owned();
        for count in 1.. {
            let mut all = company(&name);
            all.push(name.clone());
            let keys: Vec<_> = all.iter().map(|name| self.key(name)).collect();
            if keys.iter().all(|key| !self.taken.contains(key)) {
                self.taken.extend(keys);
                break;
            }
            name = format!("{wanted}_{count}");
        }
        name
    }

    fn key(&self, name: &str) -> String {
        if self.ignores_case { name.to_ascii_lowercase() } else { name.to_owned() }
    }
}

/// `instance-id` as `instanceId`.
pub(super) fn camel(name: &str) -> String {
    let pascal = pascal(name);
    let mut letters = pascal.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_lowercase().to_string() + letters.as_str())
}

/// `instance-id` as `InstanceId`; never empty, never with a digit first.
pub(super) fn pascal(name: &str) -> String {
    let title = crate::engine::document::words::title(name);
    match title.chars().next() {
        None => "Field".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("Field{title}"),
        Some(_) => title,
    }
}

/// `sourceIPAddress` as `source_ip_address`; never empty, never with a digit first.
pub(super) fn snake(name: &str) -> String {
    let pascal: Vec<char> = pascal(name).chars().collect();
    let mut snake = String::new();
    for (place, letter) in pascal.iter().enumerate() {
        let before = place.checked_sub(1).map(|before| pascal[before]);
        let after_small = before.is_some_and(|before| !before.is_ascii_uppercase());
        let ends_capitals = before.is_some() && pascal.get(place + 1).is_some_and(char::is_ascii_lowercase);
        if letter.is_ascii_uppercase() && (after_small || ends_capitals) {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

/// The package of the code for a schema. Source: how AWS's SAM CLI builds the names of the packages it downloads.
pub(super) fn package(schema_name: &str) -> Vec<String> {
    let clean = |name: &str| name.replace(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '@', "_");
    let path = match (schema_name.strip_prefix("aws.partner-"), schema_name.starts_with("aws.")) {
        (Some(tail), _) => format!("aws.partner.{}", clean(tail)),
        (None, true) => schema_name.split('.').map(clean).collect::<Vec<_>>().join("."),
        (None, false) => clean(schema_name),
    };
    let path = path.replace('@', ".").to_ascii_lowercase();
    let parts = path.split('.').filter(|part| !part.is_empty()).map(|part| {
        let digit = part.starts_with(|c: char| c.is_ascii_digit());
        match part {
            "_" => "schema_".to_owned(),
            part if digit => format!("_{part}"),
            part if KEYWORDS.contains(&part) => format!("{part}_"),
            part => part.to_owned(),
        }
    });
    std::iter::once("schema".to_owned()).chain(parts).collect()
}

/// Words that cannot be part of a package's name in one of the languages.
const KEYWORDS: [&str; 84] = [
    "abstract",
    "and",
    "as",
    "assert",
    "async",
    "await",
    "boolean",
    "break",
    "byte",
    "case",
    "catch",
    "chan",
    "char",
    "class",
    "const",
    "continue",
    "def",
    "default",
    "defer",
    "del",
    "do",
    "double",
    "elif",
    "else",
    "enum",
    "except",
    "extends",
    "fallthrough",
    "false",
    "final",
    "finally",
    "float",
    "for",
    "from",
    "func",
    "global",
    "go",
    "goto",
    "if",
    "implements",
    "import",
    "in",
    "instanceof",
    "int",
    "interface",
    "internal",
    "is",
    "lambda",
    "long",
    "map",
    "native",
    "new",
    "nonlocal",
    "not",
    "null",
    "or",
    "package",
    "pass",
    "private",
    "protected",
    "public",
    "raise",
    "range",
    "return",
    "select",
    "short",
    "static",
    "strictfp",
    "struct",
    "super",
    "switch",
    "synchronized",
    "this",
    "throw",
    "throws",
    "transient",
    "true",
    "try",
    "type",
    "var",
    "void",
    "volatile",
    "while",
    "with",
];

/// How a language writes characters beyond ASCII.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Escapes {
    /// `\uXXXX`, two of them where one does not suffice: Java, TypeScript.
    Utf16,
    /// `\uXXXX` and `\UXXXXXXXX`: Python, Go.
    Utf32,
}

/// A text as a literal in double quotes, in ASCII.
pub(super) fn quoted(text: &str, escapes: Escapes) -> String {
    let mut literal = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => literal.push_str("\\\""),
            '\\' => literal.push_str("\\\\"),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            // Java reads `\u000c` and its like before it reads the literal, which these must not end.
            '\0'..='\x1f' | '\x7f' => literal.push_str(&control(letter)),
            ' '..='~' => literal.push(letter),
            letter if escapes == Escapes::Utf16 => {
                letter.encode_utf16(&mut [0; 2]).iter().for_each(|unit| literal.push_str(&format!("\\u{unit:04x}")));
            }
            letter if u32::from(letter) < 0x1_0000 => literal.push_str(&format!("\\u{:04x}", u32::from(letter))),
            letter => literal.push_str(&format!("\\U{:08x}", u32::from(letter))),
        }
    }
    literal.push('"');
    literal
}

/// Neither `\n` nor `\r` comes here, so that reading early does no harm.
fn control(letter: char) -> String {
    format!("\\u{:04x}", u32::from(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers() {
        for (name, in_camel, in_snake) in [
            ("instance-id", "instanceId", "instance_id"),
            ("sourceIPAddress", "sourceIPAddress", "source_ip_address"),
            ("eventID", "eventID", "event_id"),
            ("x-amz-id-2", "xAmzId2", "x_amz_id2"),
            ("2nd", "field2nd", "field2nd"),
            ("日本", "field", "field"),
            ("", "field", "field"),
        ] {
            assert_eq!((camel(name).as_str(), snake(name).as_str()), (in_camel, in_snake), "{name}");
        }
    }

    #[test]
    fn packages() {
        for (name, package) in [
            ("aws.ssm@ParameterStoreChange", "schema.aws.ssm.parameterstorechange"),
            ("order@NewOrder", "schema.order.neworder"),
            ("my.shop@Order", "schema.my_shop.order"),
            ("aws.partner-a.b-1@X", "schema.aws.partner.a_b_1.x"),
            ("shop@Class", "schema.shop.class_"),
            ("1@2", "schema._1._2"),
        ] {
            assert_eq!(super::package(name).join("."), package);
        }
    }

    #[test]
    fn names_once() {
        let mut unique = Unique::without(&["class"]);
        let getter = |name: &str| vec![format!("get_{name}")];
        assert_eq!(unique.take_with("class", getter), "class_1");
        assert_eq!(unique.take_with("a", getter), "a");
        assert_eq!(unique.take_with("get_a", getter), "get_a_1");
        assert_eq!(unique.take_with("a", getter), "a_2");
    }

    #[test]
    fn literals() {
        assert_eq!(quoted("a\"\\\n\u{1}é😀", Escapes::Utf16), r#""a\"\\\n\u0001\u00e9\ud83d\ude00""#);
        assert_eq!(quoted("😀", Escapes::Utf32), r#""\U0001f600""#);
    }
}
