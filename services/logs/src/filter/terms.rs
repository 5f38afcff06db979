//! Words in a text. All that are required must stand in it, none that is excluded; of optional ones (`?`) one, unless others
//! are beside them: then optional ones count for nothing, as AWS documents.

use super::value::Expression;
use super::{Invalid, invalid};

/// What a text is to hold.
#[derive(Debug, Default)]
pub(crate) struct Terms {
    required: Vec<Term>,
    optional: Vec<Term>,
    excluded: Vec<Term>,
}

/// A word, a phrase or a regular expression. Words are found inside of words too: `Error` passes `IOError`.
#[derive(Debug)]
enum Term {
    Text(String),
    Regex(Expression),
}

/// How a term stands in a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Required,
    Optional,
    Excluded,
}

impl Terms {
    /// Compiles a pattern.
    pub(crate) fn parse(text: &str) -> Result<Self, Invalid> {
        let (mut terms, mut rest) = (Self::default(), text.trim_start());
        while !rest.is_empty() {
            let (role, behind) = match rest.strip_prefix('?') {
                Some(behind) => (Role::Optional, behind),
                None => match rest.strip_prefix('-') {
                    Some(behind) => (Role::Excluded, behind),
                    None => (Role::Required, rest),
                },
            };
            let (term, behind) = term(behind)?;
            match role {
                Role::Required => terms.required.push(term),
                Role::Optional => terms.optional.push(term),
                Role::Excluded => terms.excluded.push(term),
            }
            rest = behind.trim_start();
        }
        Ok(terms)
    }

    /// Whether a text passes.
    pub(crate) fn matches(&self, text: &str) -> bool {
        if self.excluded.iter().any(|term| term.stands_in(text)) {
            return false;
        }
        if self.required.is_empty() && self.excluded.is_empty() {
            return self.optional.iter().any(|term| term.stands_in(text));
        }
        self.required.iter().all(|term| term.stands_in(text))
    }
}

impl Term {
    fn stands_in(&self, text: &str) -> bool {
        match self {
            Self::Text(term) => text.contains(term.as_str()),
            Self::Regex(expression) => expression.matches(text),
        }
    }
}

/// The first term of a text, and what follows it.
fn term(text: &str) -> Result<(Term, &str), Invalid> {
    if let Some(behind) = text.strip_prefix('"') {
        let (phrase, rest) = quoted(behind)?;
        return Ok((Term::Text(phrase), rest));
    }
    if let Some(behind) = text.strip_prefix('%') {
        let (expression, rest) = Expression::parse_until_percent(behind)?;
        return Ok((Term::Regex(expression), rest));
    }
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let word = &text[..end];
    // What else stands in a term must be quoted. Source: "Matching terms in log events" of the user guide.
    if word.is_empty() || !word.chars().all(|c| c.is_alphanumeric() || c == '_') {
        return invalid(format!("Invalid character(s) in term '{word}'"));
    }
    Ok((Term::Text(word.to_owned()), &text[end..]))
}

/// A phrase behind its first quote, and what follows its last. A backslash takes the next quote or backslash as it is.
pub(super) fn quoted(text: &str) -> Result<(String, &str), Invalid> {
    let (mut phrase, mut chars) = (String::new(), text.char_indices());
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok((phrase, &text[at + 1..])),
            '\\' => match chars.next() {
                Some((_, c @ ('"' | '\\'))) => phrase.push(c),
                Some((_, c)) => phrase.extend(['\\', c]),
                None => break,
            },
            c => phrase.push(c),
        }
    }
    invalid("Invalid filter pattern: a quotation mark is not closed")
}
