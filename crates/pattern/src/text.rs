//! A pattern's text, token by token, with the place that AWS's answers give for a mistake.
//!
//! AWS reads patterns with Jackson, and its refusals end with where that reader stood: behind a number, behind the opening
//! quote of a string nobody has looked at yet, behind the first character of a field's value when it is the field that is
//! wrong. A general JSON parser does not tell these places, so this one stands where Jackson stands.

use std::iter::Peekable;
use std::str::Chars;

/// Source text shown in a refusal at most, in characters, as Jackson does.
const SHOWN: usize = 500;
/// Objects and arrays inside each other at most: a pattern comes from the network.
const DEPTH: usize = 100;

/// Why a text is no pattern, in AWS's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    message: String,
}

impl Invalid {
    /// A refusal in these words.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }

    /// The words, with the place of the mistake where AWS gives one.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl std::fmt::Display for Invalid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Invalid {}

/// A piece of JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    ObjectStart,
    ObjectEnd,
    ArrayStart,
    ArrayEnd,
    Field(String),
    Text(String),
    Number(String),
    Word(&'static str),
    End,
}

impl Token {
    /// The token as AWS's refusals quote it.
    pub(crate) fn shown(&self) -> &str {
        match self {
            Self::ObjectStart => "{",
            Self::ObjectEnd => "}",
            Self::ArrayStart => "[",
            Self::ArrayEnd => "]",
            Self::Field(text) | Self::Text(text) | Self::Number(text) => text,
            Self::Word(word) => word,
            Self::End => "",
        }
    }
}

/// What the reader is inside of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    Object { begun: bool },
    Array { begun: bool },
}

/// Reads tokens; remembers where it stands.
pub(crate) struct Reader<'a> {
    source: &'a str,
    rest: Peekable<Chars<'a>>,
    line: usize,
    column: usize,
    inside: Vec<Inside>,
    /// The value of the field that was read last: its beginning has been looked at already.
    value: Option<Token>,
    /// Where the reader stood behind the opening quote of the string it gave last, as long as nobody looked at it.
    unseen: Option<(usize, usize)>,
}

type Read<T> = Result<T, Invalid>;

impl<'a> Reader<'a> {
    pub(crate) fn new(source: &'a str) -> Self {
        let rest = source.chars().peekable();
        Self { source, rest, line: 1, column: 1, inside: Vec::new(), value: None, unseen: None }
    }

    /// The next token.
    pub(crate) fn next(&mut self) -> Read<Token> {
        if let Some(value) = self.value.take() {
            return self.opened(value);
        }
        self.unseen = None;
        self.blanks();
        match self.inside.last().copied() {
            None => self.value().and_then(|token| self.opened(token)),
            Some(Inside::Object { begun }) => self.member(begun),
            Some(Inside::Array { begun }) => self.element(begun),
        }
    }

    /// Says that the text of the string given last was looked at: mistakes are now behind its closing quote.
    pub(crate) fn look(&mut self) {
        self.unseen = None;
    }

    /// A refusal, with where the reader stands.
    pub(crate) fn refuse<T>(&self, message: impl Into<String>) -> Read<T> {
        let (line, column) = self.unseen.unwrap_or((self.line, self.column));
        self.refuse_at(message, line, column)
    }

    fn refuse_at<T>(&self, message: impl Into<String>, line: usize, column: usize) -> Read<T> {
        let (message, shown) = (message.into(), self.shown());
        Err(Invalid::new(format!("{message}\n at [Source: {shown}; line: {line}, column: {column}]")))
    }

    fn shown(&self) -> String {
        let length = self.source.chars().count();
        if length <= SHOWN {
            return format!("(String)\"{}\"", self.source);
        }
        let start: String = self.source.chars().take(SHOWN).collect();
        format!("(String)\"{start}\"[truncated {} chars]", length - SHOWN)
    }

    fn member(&mut self, begun: bool) -> Read<Token> {
        if self.rest.peek() == Some(&'}') {
            return Ok(self.closed(Token::ObjectEnd));
        }
        if begun {
            self.comma("Object")?;
        }
        self.inside_begun();
        let name = match self.rest.peek() {
            Some('"') => {
                self.step();
                self.string("field name")?
            }
            Some(_) => return self.unexpected("was expecting double-quote to start field name"),
            None => return self.cut_short("Object"),
        };
        self.blanks();
        match self.rest.peek() {
            Some(':') => drop(self.step()),
            Some(_) => return self.unexpected("was expecting a colon to separate field name and value"),
            None => return self.refuse(" in field name"),
        }
        self.blanks();
        let value = self.value()?;
        self.value = Some(value);
        Ok(Token::Field(name))
    }

    fn element(&mut self, begun: bool) -> Read<Token> {
        if self.rest.peek() == Some(&']') {
            return Ok(self.closed(Token::ArrayEnd));
        }
        if begun {
            self.comma("Array")?;
        }
        self.inside_begun();
        self.value().and_then(|token| self.opened(token))
    }

    fn comma(&mut self, kind: &str) -> Read<()> {
        match self.rest.peek() {
            Some(',') => drop(self.step()),
            Some(_) => return self.unexpected(&format!("was expecting comma to separate {kind} entries")),
            None => return self.cut_short(kind),
        }
        self.blanks();
        Ok(())
    }

    /// The beginning of a value: the whole of it, but for objects and arrays.
    fn value(&mut self) -> Read<Token> {
        match self.rest.peek() {
            None if self.inside.is_empty() => Ok(Token::End),
            None => self.cut_short("Object"),
            Some('{') => Ok(self.stepped(Token::ObjectStart)),
            Some('[') => Ok(self.stepped(Token::ArrayStart)),
            Some('"') => self.text(),
            Some('-' | '0'..='9') => self.number(),
            Some(c) if c.is_alphabetic() => self.word(),
            Some(_) => self.unexpected(
                "expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
            ),
        }
    }

    fn opened(&mut self, token: Token) -> Read<Token> {
        match token {
            Token::ObjectStart => self.inside.push(Inside::Object { begun: false }),
            Token::ArrayStart => self.inside.push(Inside::Array { begun: false }),
            _ => {}
        }
        if self.inside.len() > DEPTH {
            return self.refuse("Event pattern is nested too deeply");
        }
        Ok(token)
    }

    fn closed(&mut self, token: Token) -> Token {
        self.inside.pop();
        self.stepped(token)
    }

    fn inside_begun(&mut self) {
        match self.inside.last_mut() {
            Some(Inside::Object { begun } | Inside::Array { begun }) => *begun = true,
            None => {}
        }
    }

    fn text(&mut self) -> Read<Token> {
        self.step();
        let open = (self.line, self.column);
        let text = self.string("string value")?;
        self.unseen = Some(open);
        Ok(Token::Text(text))
    }

    /// The rest of a string, its closing quote included.
    fn string(&mut self, what: &str) -> Read<String> {
        let mut text = String::new();
        loop {
            match self.step() {
                None => {
                    return self.refuse(format!("Unexpected end-of-input: was expecting closing quote for a {what}"));
                }
                Some('"') => return Ok(text),
                Some('\\') => text.push(self.escaped()?),
                Some(c) if c < ' ' => {
                    return self.refuse(format!(
                        "Illegal unquoted character ((CTRL-CHAR, code {})): has to be escaped using backslash to be \
                         included in {what}",
                        u32::from(c)
                    ));
                }
                Some(c) => text.push(c),
            }
        }
    }

    fn escaped(&mut self) -> Read<char> {
        match self.step() {
            Some('b') => Ok('\u{8}'),
            Some('f') => Ok('\u{c}'),
            Some('n') => Ok('\n'),
            Some('r') => Ok('\r'),
            Some('t') => Ok('\t'),
            Some(c @ ('"' | '\\' | '/')) => Ok(c),
            Some('u') => self.unicode(),
            Some(c) => self.refuse(format!("Unrecognized character escape {}", code(c))),
            None => self.refuse("Unexpected end-of-input in character escape sequence"),
        }
    }

    fn unicode(&mut self) -> Read<char> {
        let high = self.hex()?;
        if !(0xd800..0xdc00).contains(&high) {
            return Ok(char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        // One half of a pair: the other must follow. What stands alone is no character, and matches none.
        if self.step() != Some('\\') || self.step() != Some('u') {
            return self.refuse("Incomplete surrogate pair");
        }
        let low = self.hex()?;
        let joined = 0x10000 + ((high - 0xd800) << 10) + (low.wrapping_sub(0xdc00) & 0x3ff);
        Ok(char::from_u32(joined).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex(&mut self) -> Read<u32> {
        let mut value = 0;
        for _ in 0..4 {
            let c = self.step();
            let Some(digit) = c.and_then(|c| c.to_digit(16)) else {
                return match c {
                    Some(c) => self.refuse(format!(
                        "Unexpected character ({}): expected a hex-digit for character escape sequence",
                        code(c)
                    )),
                    None => self.refuse("Unexpected end-of-input in character escape sequence"),
                };
            };
            value = value * 16 + digit;
        }
        Ok(value)
    }

    fn number(&mut self) -> Read<Token> {
        let mut text = String::new();
        while let Some(c) = self.rest.next_if(|c| matches!(c, '0'..='9' | '-' | '+' | '.' | 'e' | 'E')) {
            self.column += 1;
            text.push(c);
        }
        // Jackson's texts for each way to write a number wrongly are many; that it is none is what matters.
        if serde_json::from_str::<serde_json::Number>(&text).is_err() {
            return self.refuse(format!("Invalid numeric value: {text}"));
        }
        Ok(Token::Number(text))
    }

    fn word(&mut self) -> Read<Token> {
        let mut word = String::new();
        while let Some(c) = self.rest.next_if(|c| c.is_alphanumeric() || *c == '_' || *c == '$') {
            self.column += 1;
            word.push(c);
        }
        match ["true", "false", "null"].into_iter().find(|known| *known == word) {
            Some(known) => Ok(Token::Word(known)),
            None => self.refuse(format!(
                "Unrecognized token '{word}': was expecting (JSON String, Number, Array, Object or token 'null', 'true' \
                 or 'false')"
            )),
        }
    }

    fn unexpected<T>(&mut self, expected: &str) -> Read<T> {
        let c = self.rest.peek().copied().unwrap_or('\0');
        self.refuse(format!("Unexpected character ({}): {expected}", code(c)))
    }

    fn cut_short<T>(&mut self, kind: &str) -> Read<T> {
        let shown = self.shown();
        self.refuse(format!(
            "Unexpected end-of-input: expected close marker for {kind} (start marker at [Source: {shown}; line: 1, \
             column: 1])"
        ))
    }

    fn blanks(&mut self) {
        while matches!(self.rest.peek(), Some(' ' | '\t' | '\n' | '\r')) {
            self.step();
        }
    }

    fn stepped(&mut self, token: Token) -> Token {
        self.step();
        token
    }

    fn step(&mut self) -> Option<char> {
        let c = self.rest.next()?;
        if c == '\n' {
            self.line += 1;
            self.column = 1;
        } else {
            self.column += 1;
        }
        Some(c)
    }
}

fn code(c: char) -> String {
    format!("'{c}' (code {})", u32::from(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(source: &str) -> Read<Vec<Token>> {
        let mut reader = Reader::new(source);
        let mut tokens = Vec::new();
        loop {
            match reader.next()? {
                Token::End => return Ok(tokens),
                token => tokens.push(token),
            }
        }
    }

    fn value(tokens: &mut std::vec::IntoIter<Token>) -> serde_json::Value {
        match tokens.next().unwrap() {
            Token::ObjectStart => {
                let mut members = serde_json::Map::new();
                while let Some(Token::Field(name)) = tokens.next() {
                    members.insert(name, value(tokens));
                }
                members.into()
            }
            Token::ArrayStart => {
                let mut items = Vec::new();
                while tokens.as_slice()[0] != Token::ArrayEnd {
                    items.push(value(tokens));
                }
                tokens.next();
                items.into()
            }
            Token::Text(text) => text.into(),
            Token::Number(text) | Token::Field(text) => serde_json::from_str(&text).unwrap(),
            Token::Word(word) => serde_json::from_str(word).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            any::<String>().prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
                proptest::collection::btree_map(any::<String>(), inner, 0..4)
                    .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn reads_what_serde_writes(expected in json()) {
            let text = expected.to_string();
            let read = value(&mut all(&text).unwrap().into_iter());
            prop_assert_eq!(read, expected);
        }

        #[test]
        fn any_text_ends(text in any::<String>()) {
            let _ = all(&text);
        }
    }

    #[test]
    fn tells_where_it_stands() {
        for (source, line, column) in [
            ("{'bad': 1}", 1, 2),
            ("this is no json", 1, 5),
            ("{\"not\": closed mark\"", 1, 15),
            ("{\n \"a\" 1}", 2, 6),
        ] {
            let place = format!("line: {line}, column: {column}]");
            let refusal = all(source).unwrap_err();
            assert!(refusal.message().ends_with(&place), "{refusal}");
        }
    }

    #[test]
    fn a_string_is_refused_behind_its_first_quote_until_looked_at() {
        let mut reader = Reader::new("[\"text\"]");
        reader.next().unwrap();
        reader.next().unwrap();
        assert!(reader.refuse::<()>("x").unwrap_err().message().ends_with("column: 3]"));
        reader.look();
        assert!(reader.refuse::<()>("x").unwrap_err().message().ends_with("column: 8]"));
    }

    #[test]
    fn long_sources_are_shown_in_part() {
        let source = format!("{{{}", "x".repeat(600));
        let refusal = all(&source).unwrap_err();
        assert!(refusal.message().contains("\"[truncated 101 chars]; line: 1"), "{refusal}");
    }
}
