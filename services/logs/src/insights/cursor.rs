//! A place in a query's text: what follows, and how to tell what is wrong with it.

use super::Malformed;

/// A place in a text. Offsets are bytes inside and characters outside.
#[derive(Debug, Clone)]
pub(crate) struct Cursor<'a> {
    text: &'a str,
    at: usize,
    /// Behind what was taken last, before the spaces that follow it.
    end: usize,
}

impl<'a> Cursor<'a> {
    /// At the beginning.
    pub(crate) fn new(text: &'a str) -> Self {
        let mut cursor = Self { text, at: 0, end: 0 };
        cursor.skip();
        cursor
    }

    /// What follows.
    pub(crate) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Where it stands.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// What was written since a place.
    pub(crate) fn since(&self, start: usize) -> &'a str {
        &self.text[start..self.end.max(start)]
    }

    /// Goes on by so many bytes, and over spaces and comments.
    pub(crate) fn advance(&mut self, bytes: usize) {
        self.step(bytes);
        self.skip();
    }

    /// Goes on by so many bytes, spaces or not.
    pub(crate) fn step(&mut self, bytes: usize) {
        self.at += bytes;
        self.end = self.at;
    }

    /// Over spaces, and comments from `#` to the end of their lines.
    pub(crate) fn skip(&mut self) {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start();
            self.at += rest.len() - trimmed.len();
            if !trimmed.starts_with('#') {
                return;
            }
            self.at += trimmed.find('\n').unwrap_or(trimmed.len());
        }
    }

    /// Whether this sign follows; then it is taken.
    pub(crate) fn sign(&mut self, sign: &str) -> bool {
        let follows = self.rest().starts_with(sign);
        if follows {
            self.advance(sign.len());
        }
        follows
    }

    /// The word that follows, without taking it: letters, digits and underscores.
    pub(crate) fn word(&self) -> &'a str {
        let rest = self.rest();
        &rest[..rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len())]
    }

    /// Whether this word follows, in small or large letters; then it is taken.
    pub(crate) fn keyword(&mut self, word: &str) -> bool {
        let follows = self.word().eq_ignore_ascii_case(word);
        if follows {
            self.advance(word.len());
        }
        follows
    }

    /// Whether the text is over.
    pub(crate) fn is_over(&self) -> bool {
        self.rest().is_empty()
    }

    /// What follows is wrong.
    pub(crate) fn wrong<T>(&self) -> Result<T, Malformed> {
        let symbol = match (self.word(), self.rest().chars().next()) {
            ("", Some(c)) => c.to_string(),
            ("", None) => "<EOF>".to_owned(),
            (word, _) => word.to_owned(),
        };
        let before = &self.text[..self.at];
        let line = before.matches('\n').count() + 1;
        let position = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let message = format!("unexpected symbol found {symbol} at line {line} and position {position}");
        Err(self.malformed(self.at, self.at + if self.is_over() { 0 } else { symbol.len() }, message))
    }

    /// What was written since a place is wrong, for this reason.
    pub(crate) fn because<T>(&self, start: usize, message: impl Into<String>) -> Result<T, Malformed> {
        Err(self.malformed(start, self.at.max(start), message.into()))
    }

    fn malformed(&self, start: usize, end: usize, message: String) -> Malformed {
        let chars = |at: usize| self.text[..at].chars().count();
        Malformed { start: chars(start), end: chars(end), message }
    }
}
