//! Expressions as tokens. Total: every text has some.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name, a keyword or a function.
    Word,
    /// `#name`.
    Name,
    /// `:value`.
    Value,
    /// Digits.
    Digits,
    /// Anything else: a mark of one or two characters.
    Mark,
    /// There is no more.
    End,
}

/// A token, and where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub kind: Kind,
    pub text: &'a str,
    pub start: usize,
}

impl Token<'_> {
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

/// The tokens of a text, the end being the last.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let (mut tokens, mut at) = (Vec::new(), 0);
    while let Some(first) = text[at..].chars().next() {
        if first.is_ascii_whitespace() {
            at += 1;
            continue;
        }
        let rest = &text[at..];
        let word = |from: usize| {
            from + rest[from..].find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len() - from)
        };
        let (kind, length) = match first {
            '#' if word(1) > 1 => (Kind::Name, word(1)),
            ':' if word(1) > 1 => (Kind::Value, word(1)),
            'a'..='z' | 'A'..='Z' => (Kind::Word, word(0)),
            '0'..='9' => (Kind::Digits, rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())),
            '<' if rest.starts_with("<>") || rest.starts_with("<=") => (Kind::Mark, 2),
            '>' if rest.starts_with(">=") => (Kind::Mark, 2),
            other => (Kind::Mark, other.len_utf8()),
        };
        tokens.push(Token { kind, text: &rest[..length], start: at });
        at += length;
    }
    tokens.push(Token { kind: Kind::End, text: "", start: text.len() });
    tokens
}
