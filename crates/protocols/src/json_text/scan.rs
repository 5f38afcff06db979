//! Tokens of JSON. Strict (RFC 8259), total on any bytes, bounded in depth. The texts of its refusals are those that
//! Coral services answer, as recorded from DynamoDB.

use std::borrow::Cow;

use smithy::{Malformed, ReadResult};

use super::plain::plain_prefix;
use crate::collected::Depth;

/// A position in a JSON text.
pub(crate) struct Scanner<'a> {
    text: &'a str,
    at: usize,
    depth: Depth,
}

impl<'a> Scanner<'a> {
    /// At the start of `bytes`, which must be UTF-8.
    pub(crate) fn new(bytes: &'a [u8]) -> ReadResult<Self> {
        let text = std::str::from_utf8(bytes).map_err(|_| Malformed::new("the body is not UTF-8"))?;
        Ok(Self { text, at: 0, depth: Depth::default() })
    }

    /// The first byte of the next token; 0, with which no token begins, at the end.
    pub(crate) fn peek(&mut self) -> u8 {
        let bytes = self.text.as_bytes();
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = bytes.get(self.at) {
            self.at += 1;
        }
        bytes.get(self.at).copied().unwrap_or(0)
    }

    /// Takes the byte if it is next.
    pub(crate) fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == byte;
        self.at += usize::from(found);
        found
    }

    /// Nothing but blanks is left.
    pub(crate) fn is_done(&mut self) -> bool {
        self.peek() == 0 && self.at == self.text.len()
    }

    /// Refuses anything but blanks.
    pub(crate) fn end(&mut self) -> ReadResult<()> {
        if self.is_done() { Ok(()) } else { Err(unexpected()) }
    }

    /// What stands here is no JSON, or the text ends.
    #[cold]
    fn refuse<T>(&mut self) -> ReadResult<T> {
        if self.is_done() { Err(Malformed::new("Unexpected end-of-input")) } else { Err(unexpected()) }
    }

    /// Goes into a list (`[`) or object (`{`).
    pub(crate) fn open(&mut self, bracket: u8) -> ReadResult<()> {
        if !self.take(bracket) {
            return Err(self.misplaced());
        }
        self.depth.enter()
    }

    /// True before each further part of a list or object, false after its last, which leaves it.
    pub(crate) fn more(&mut self, first: &mut bool, bracket: u8) -> ReadResult<bool> {
        if self.take(bracket) {
            self.depth.leave();
            return Ok(false);
        }
        if !std::mem::replace(first, false) && !self.take(b',') {
            return self.refuse();
        }
        Ok(true)
    }

    /// A key of an object and its colon.
    pub(crate) fn key(&mut self) -> ReadResult<Cow<'a, str>> {
        if self.peek() != b'"' {
            return self.refuse();
        }
        let key = self.string()?;
        if self.take(b':') { Ok(key) } else { self.refuse() }
    }

    /// Takes the key `name` and its colon if they are next and written plainly.
    pub(crate) fn expected_key(&mut self, name: &str) -> bool {
        if self.peek() != b'"' {
            return false;
        }
        let end = self.at + 1 + name.len();
        let bytes = self.text.as_bytes();
        let found = bytes.get(self.at + 1..end) == Some(name.as_bytes()) && bytes.get(end..end + 2) == Some(b"\":");
        self.at = if found { end + 2 } else { self.at };
        found
    }

    /// Takes `null` if it is next.
    pub(crate) fn null(&mut self) -> ReadResult<bool> {
        Ok(self.peek() == b'n' && self.literal("null")?)
    }

    /// Takes a word of which the first byte was seen.
    pub(crate) fn literal(&mut self, word: &str) -> ReadResult<bool> {
        if !self.text.as_bytes()[self.at..].starts_with(word.as_bytes()) {
            return Err(unexpected());
        }
        self.at += word.len();
        Ok(true)
    }

    /// A string of which the quote was seen.
    pub(crate) fn string(&mut self) -> ReadResult<Cow<'a, str>> {
        self.at += 1;
        let rest = &self.text[self.at..];
        let plain = plain_prefix(rest.as_bytes());
        if rest.as_bytes().get(plain) == Some(&b'"') {
            self.at += plain + 1;
            return Ok(Cow::Borrowed(&rest[..plain]));
        }
        self.escaped_string().map(Cow::Owned)
    }

    fn escaped_string(&mut self) -> ReadResult<String> {
        let mut out = String::new();
        loop {
            let rest = &self.text[self.at..];
            let plain = plain_prefix(rest.as_bytes());
            out.push_str(&rest[..plain]);
            self.at += plain + 1;
            match rest.as_bytes().get(plain) {
                Some(b'"') => return Ok(out),
                Some(b'\\') => out.push(self.escape()?),
                _ => {
                    self.at -= 1;
                    return self.refuse();
                }
            }
        }
    }

    fn escape(&mut self) -> ReadResult<char> {
        let kind = self.text.as_bytes().get(self.at).copied();
        self.at += 1;
        Ok(match kind {
            Some(b @ (b'"' | b'\\' | b'/')) => char::from(b),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => self.unicode()?,
            _ => {
                self.at -= 1;
                return Err(unexpected());
            }
        })
    }

    fn unicode(&mut self) -> ReadResult<char> {
        let high = self.four_digits()?;
        if !(0xD800..0xDC00).contains(&high) {
            return char::from_u32(high).ok_or_else(unexpected);
        }
        if !self.text.as_bytes()[self.at..].starts_with(b"\\u") {
            return Err(unexpected());
        }
        self.at += 2;
        let low = self.four_digits()?.checked_sub(0xDC00).filter(|low| *low < 0x400).ok_or_else(unexpected)?;
        char::from_u32(0x10000 + ((high - 0xD800) << 10) + low).ok_or_else(unexpected)
    }

    fn four_digits(&mut self) -> ReadResult<u32> {
        let digits = self.text.as_bytes().get(self.at..self.at + 4).ok_or_else(unexpected)?;
        self.at += 4;
        digits.iter().try_fold(0, |sum, b| char::from(*b).to_digit(16).map(|d| sum * 16 + d)).ok_or_else(|| {
            self.at -= 4;
            unexpected()
        })
    }

    /// A number of which the first byte was seen, as it is written.
    pub(crate) fn number(&mut self) -> ReadResult<&'a str> {
        let rest = &self.text.as_bytes()[self.at..];
        let Some(length) = number_length(rest) else { return self.refuse() };
        let start = self.at;
        self.at += length;
        Ok(&self.text[start..self.at])
    }

    /// Passes over a value and gives its text.
    pub(crate) fn skip(&mut self) -> ReadResult<&'a str> {
        let first = self.peek();
        let start = self.at;
        match first {
            b'"' => drop(self.string()?),
            b'{' => self.skip_parts(b'{', b'}')?,
            b'[' => self.skip_parts(b'[', b']')?,
            b't' => drop(self.literal("true")?),
            b'f' => drop(self.literal("false")?),
            b'n' => drop(self.literal("null")?),
            _ => drop(self.number()?),
        }
        Ok(&self.text[start..self.at])
    }

    fn skip_parts(&mut self, open: u8, close: u8) -> ReadResult<()> {
        self.open(open)?;
        let mut first = true;
        while self.more(&mut first, close)? {
            if open == b'{' {
                self.key()?;
            }
            self.skip()?;
        }
        Ok(())
    }

    /// Why the next token is not the scalar that `java` names, in Coral's words.
    pub(crate) fn not_a(&mut self, java: &str) -> Malformed {
        let token = match self.peek() {
            b't' => "TRUE_VALUE",
            b'f' => "FALSE_VALUE",
            b'"' => "STRING_VALUE",
            b'-' | b'0'..=b'9' => self.number_token(),
            b'[' => return Malformed(format!("Unrecognized collection type class java.lang.{java}")),
            _ => return self.misplaced(),
        };
        Malformed(format!("{token} cannot be converted to {java}"))
    }

    fn number_token(&mut self) -> &'static str {
        let whole = self.number().is_ok_and(|n| !n.contains(['.', 'e', 'E']));
        if whole { "NUMBER_VALUE" } else { "DECIMAL_VALUE" }
    }

    /// Why the next token does not begin what was expected.
    #[cold]
    pub(crate) fn misplaced(&mut self) -> Malformed {
        match self.peek() {
            b'{' => Malformed::new("Start of structure or map found where not expected"),
            b'[' => Malformed::new("Unrecognized collection type"),
            b'"' | b't' | b'f' | b'n' | b'-' | b'0'..=b'9' => Malformed::new("Unexpected field type"),
            _ => self.refuse::<()>().expect_err("it always refuses"),
        }
    }
}

/// The length of the number at the start of `bytes`, by JSON's grammar.
fn number_length(bytes: &[u8]) -> Option<usize> {
    let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
    let mut at = usize::from(bytes.first() == Some(&b'-'));
    let whole = digits(at);
    if whole == 0 || (whole > 1 && bytes[at] == b'0') {
        return None;
    }
    at += whole;
    if bytes.get(at) == Some(&b'.') {
        let fraction = digits(at + 1);
        at += Some(fraction + 1).filter(|_| fraction > 0)?;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        at += 1 + usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        at += Some(digits(at)).filter(|d| *d > 0)?;
    }
    Some(at)
}

/// Not JSON here.
pub(crate) fn unexpected() -> Malformed {
    Malformed::new("Unexpected token received from parser")
}

#[cfg(test)]
mod tests {
    use super::Scanner;

    fn skip_all(text: &str) -> bool {
        let mut scan = Scanner::new(text.as_bytes()).unwrap();
        scan.skip().and_then(|_| scan.end()).is_ok()
    }

    #[test]
    fn agrees_with_serde_json_on_what_is_json() {
        let texts = [
            "0",
            "-0",
            "-",
            "01",
            "1.",
            "1.5",
            ".5",
            "1e",
            "1e5",
            "1E+5",
            "1e-",
            "-1.5e-3",
            "true",
            "tru",
            "null",
            "nul",
            "\"\"",
            "\"a",
            "\"\\u00e9\"",
            "\"\\ud83d\\ude00\"",
            "\"\\ud83d\"",
            "\"\\ude00\"",
            "\"\\ud83dx\"",
            "\"\\x\"",
            "\"\t\"",
            "{}",
            "{\"a\":1}",
            "{\"a\":1,}",
            "{,}",
            "{\"a\"}",
            "{a:1}",
            "[]",
            "[1,2]",
            "[1,]",
            "[1 2]",
            "[",
            "{",
            "",
            " ",
            "1 1",
            "\u{feff}1",
            "[[[]]]",
            "\"é\"",
            "\"\\u00g0\"",
            "\"\\u12",
            "\"\\uD83D\\u0041\"",
        ];
        for text in texts {
            assert_eq!(skip_all(text), serde_json::from_str::<serde_json::Value>(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn deep_nesting_is_refused() {
        assert!(skip_all(&format!("{}{}", "[".repeat(128), "]".repeat(128))));
        assert!(!skip_all(&format!("{}{}", "[".repeat(129), "]".repeat(129))));
        assert!(!skip_all(&"[".repeat(100_000)));
    }
}
