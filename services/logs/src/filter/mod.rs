//! The filter pattern language: what metric filters, subscription filters, FilterLogEvents and live tails let pass. Source:
//! CloudWatch Logs user guide, "Filter pattern syntax for metric filters, subscription filters, filter log events, and Live
//! Tail".
//!
//! | file | patterns |
//! |---|---|
//! | `terms.rs` | words, phrases, `?one ?of ?these`, `-without`, `%regex%` |
//! | `json.rs`, `json_parse.rs` | `{ $.a.b[0] = "x*" && $.n > 3 }` |
//! | `columns.rs` | `[ip, user, ..., status=4*, bytes>100]` |
//! | `value.rs` | what a value is compared with, in all of them |
//!
//! Invariants: no pattern panics, whatever it holds; matching takes no longer than the product of pattern and text.

mod columns;
mod json;
mod json_parse;
mod terms;
#[cfg(test)]
mod tests;
mod value;

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::RwLock;

/// A compiled pattern.
#[derive(Debug)]
pub(crate) enum Pattern {
    /// Everything passes.
    All,
    /// Words in a text.
    Terms(terms::Terms),
    /// Conditions on an object.
    Json(json::Condition),
    /// Conditions on what stands between spaces.
    Columns(columns::Columns),
}

/// A pattern that is none, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Invalid(pub String);

/// Values by the names that the pattern gives them.
pub(crate) type Extracted = Vec<(String, String)>;

/// Patterns that were compiled.
#[derive(Debug, Default)]
pub(crate) struct Patterns(RwLock<HashMap<String, Arc<Pattern>>>);

/// Patterns kept. Beyond it all are dropped: those in use are compiled again.
const KEPT: usize = 10_000;

impl Pattern {
    /// Compiles a pattern.
    pub(crate) fn parse(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Self::All);
        }
        match (text.starts_with('{'), text.starts_with('[')) {
            (true, _) => json_parse::parse(text).map(Self::Json),
            (_, true) => columns::Columns::parse(text).map(Self::Columns),
            _ => terms::Terms::parse(text).map(Self::Terms),
        }
    }

    /// What a message holds, when it passes.
    pub(crate) fn look(&self, message: &str) -> Option<Extracted> {
        match self {
            Self::All => Some(Extracted::new()),
            Self::Terms(terms) => terms.matches(message).then(Extracted::new),
            Self::Json(condition) => json::look(condition, message),
            Self::Columns(columns) => columns.look(message),
        }
    }

    /// Whether a message passes.
    pub(crate) fn matches(&self, message: &str) -> bool {
        match self {
            Self::All => true,
            Self::Terms(terms) => terms.matches(message),
            _ => self.look(message).is_some(),
        }
    }

    /// The value that a selector (`$.a.b`, `$column`) has in a message.
    pub(crate) fn value(&self, selector: &str, message: &str) -> Option<String> {
        match self {
            Self::Columns(columns) => columns.value(selector, message),
            _ => json::value(selector, message),
        }
    }

    /// Whether it gives names to what stands between spaces.
    pub(crate) fn names_columns(&self) -> bool {
        matches!(self, Self::Columns(_))
    }
}

impl Patterns {
    /// The pattern of a text, compiled once.
    pub(crate) fn get(&self, text: &str) -> Result<Arc<Pattern>, Invalid> {
        if let Some(pattern) = self.0.read().get(text) {
            return Ok(pattern.clone());
        }
        let pattern = Arc::new(Pattern::parse(text)?);
        let mut known = self.0.write();
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(text.to_owned(), pattern.clone());
        Ok(pattern)
    }
}

/// A pattern that is none.
pub(crate) fn invalid<T>(why: impl Into<String>) -> Result<T, Invalid> {
    Err(Invalid(why.into()))
}
