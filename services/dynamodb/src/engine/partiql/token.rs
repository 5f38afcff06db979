//! Statements as tokens, each with its place. Comments and blanks are none.

use super::words;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name, unless it is a keyword.
    Word,
    /// A name in double quotes.
    Quoted,
    /// A text in single quotes.
    Text,
    /// Digits, with or without a fraction and an exponent.
    Digits,
    /// A mark of one or two characters.
    Mark,
    /// There is no more.
    End,
}

/// Where a token is, as AWS tells it: line, column and length, in characters from 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Place {
    line: usize,
    column: usize,
    length: usize,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "at {}:{}:{}", self.line, self.column, self.length)
    }
}

/// A token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub kind: Kind,
    pub text: &'a str,
    pub place: Place,
}

impl Token<'_> {
    /// What a quoted token says: two quotes in a row stand for one.
    pub(super) fn content(&self) -> String {
        let inner = self.text.get(1..self.text.len().saturating_sub(1)).unwrap_or_default();
        match self.kind {
            Kind::Quoted => inner.replace("\"\"", "\""),
            Kind::Text => inner.replace("''", "'"),
            _ => self.text.to_owned(),
        }
    }

    /// Whether it is a word that means something to the language.
    pub(super) fn is_keyword(&self) -> bool {
        self.kind == Kind::Word && words::is_keyword(self.text)
    }
}

const TWO: [&str; 6] = ["<=", ">=", "<>", "!=", "<<", ">>"];
const ONE: &str = "()[]{},.:=<>+-*/?;";

/// The tokens of a statement, the end being the last.
pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, String> {
    let (mut tokens, mut at, mut line, mut column) = (Vec::new(), 0, 1, 1);
    while at < text.len() {
        let rest = &text[at..];
        let (kind, length) = next(rest).ok_or_else(|| super::malformed(""))?;
        let piece = &rest[..length];
        let characters = piece.chars().count();
        if let Some(kind) = kind {
            tokens.push(Token { kind, text: piece, place: Place { line, column, length: characters } });
        }
        match piece.rfind('\n') {
            Some(last) => {
                line += piece.matches('\n').count();
                column = piece[last..].chars().count();
            }
            None => column += characters,
        }
        at += length;
    }
    tokens.push(Token { kind: Kind::End, text: "", place: Place { line, column, length: 0 } });
    Ok(tokens)
}

/// The kind and the bytes of what comes next; no kind for what is no token, nothing for what cannot be read.
fn next(rest: &str) -> Option<(Option<Kind>, usize)> {
    let first = rest.chars().next()?;
    let run =
        |from: usize, more: fn(char) -> bool| from + rest[from..].find(|c: char| !more(c)).unwrap_or(rest.len() - from);
    let quoted = |kind| closing(rest, first).map(|length| (Some(kind), length));
    match first {
        c if c.is_whitespace() => Some((None, c.len_utf8())),
        '-' if rest.starts_with("--") => Some((None, rest.find('\n').unwrap_or(rest.len()))),
        '/' if rest.starts_with("/*") => rest[2..].find("*/").map(|end| (None, end + 4)),
        '\'' => quoted(Kind::Text),
        '"' => quoted(Kind::Quoted),
        c if c.is_ascii_alphabetic() || c == '_' || c == '$' => {
            Some((Some(Kind::Word), run(0, |c| c.is_ascii_alphanumeric() || c == '_' || c == '$')))
        }
        c if c.is_ascii_digit() => Some((Some(Kind::Digits), digits(rest))),
        _ if TWO.iter().any(|mark| rest.starts_with(mark)) => Some((Some(Kind::Mark), 2)),
        c if ONE.contains(c) => Some((Some(Kind::Mark), 1)),
        _ => None,
    }
}

/// The bytes of a quoted piece, quotes included.
fn closing(rest: &str, quote: char) -> Option<usize> {
    let mut at = 1;
    loop {
        at += rest[at..].find(quote)? + 1;
        if !rest[at..].starts_with(quote) {
            return Some(at);
        }
        at += 1;
    }
}

fn digits(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let run = |from: usize| from + bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut end = run(0);
    if bytes.get(end) == Some(&b'.') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit) {
        end = run(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = end + 1 + sign;
        if bytes.get(exponent).is_some_and(u8::is_ascii_digit) {
            end = run(exponent);
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_blanks_are_no_tokens() {
        let texts = |text| tokens(text).map(|all| all.iter().map(|token| token.text).collect::<Vec<_>>());
        let cases: [(&str, &[&str]); 6] = [
            ("a<<'x''y'>>-- b\n\"c\"\"d\"", &["a", "<<", "'x''y'", ">>", "\"c\"\"d\"", ""]),
            ("a/* -- */b--", &["a", "b", ""]),
            ("1.5e-3.x", &["1.5e-3", ".", "x", ""]),
            ("l[10]>=-5;", &["l", "[", "10", "]", ">=", "-", "5", ";", ""]),
            ("n<>1e", &["n", "<>", "1", "e", ""]),
            ("", &[""]),
        ];
        for (text, wanted) in cases {
            assert_eq!(texts(text).as_deref(), Ok(wanted), "{text}");
        }
        for text in ["'a", "\"", "a # b", "/* *", "'a''"] {
            assert!(tokens(text).is_err(), "{text}");
        }
    }

    #[test]
    fn places_count_characters() {
        let all = tokens("é\n  b c").map(|_| ()).map_err(|_| ());
        assert_eq!(all, Err(()), "letters beyond ASCII need quotes");
        let all = tokens("'é' b\n  cc").expect("tokens");
        let places: Vec<_> = all.iter().map(|token| token.place.to_string()).collect();
        assert_eq!(places, ["at 1:1:3", "at 1:5:1", "at 2:3:2", "at 2:5:0"]);
    }
}
