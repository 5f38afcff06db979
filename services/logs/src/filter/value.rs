//! What a value is compared with: a text with wildcards, a number, a regular expression.

use fancy_regex::{Regex, RegexBuilder};

use super::{Invalid, invalid};

/// Steps that a regular expression may take back: those that AWS takes need none.
const STEPS: usize = 100_000;

/// A regular expression between percent signs.
#[derive(Debug)]
pub(crate) struct Expression(Regex);

impl Expression {
    /// Compiles one. Groups that look around, and references back, are not taken, as AWS does not.
    pub(crate) fn new(text: &str) -> Result<Self, Invalid> {
        let looks = text.contains("(?") || text.is_empty();
        let built = RegexBuilder::new(text).backtrack_limit(STEPS).build();
        match built {
            Ok(regex) if !looks => Ok(Self(regex)),
            _ => invalid(format!("Invalid regex in filter pattern: {text}")),
        }
    }

    /// One that ends with a percent sign, and what follows it.
    pub(crate) fn parse_until_percent(text: &str) -> Result<(Self, &str), Invalid> {
        let Some(end) = text.find('%') else {
            return invalid("Invalid filter pattern: a regular expression has no end");
        };
        Ok((Self::new(&text[..end])?, &text[end + 1..]))
    }

    /// Whether it is found in a text.
    pub(crate) fn matches(&self, text: &str) -> bool {
        self.0.is_match(text).unwrap_or(false)
    }
}

/// How two values stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    /// `=`
    Equal,
    /// `!=`
    Unequal,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
}

impl Operator {
    /// The operator that a text begins with, and what follows it.
    pub(crate) fn take(text: &str) -> Option<(Self, &str)> {
        let all = [
            ("!=", Self::Unequal),
            ("<=", Self::AtMost),
            (">=", Self::AtLeast),
            ("=", Self::Equal),
            ("<", Self::Less),
            (">", Self::Greater),
        ];
        all.into_iter().find_map(|(sign, operator)| Some((operator, text.strip_prefix(sign)?)))
    }

    /// Whether numbers stand so.
    pub(crate) fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Self::Equal => left == right,
            Self::Unequal => left != right,
            Self::Less => left < right,
            Self::AtMost => left <= right,
            Self::Greater => left > right,
            Self::AtLeast => left >= right,
        }
    }

    /// Whether it needs numbers.
    pub(crate) fn is_order(self) -> bool {
        !matches!(self, Self::Equal | Self::Unequal)
    }
}

/// The right side of a comparison.
#[derive(Debug)]
pub(crate) enum Wanted {
    /// A number, and how it was written.
    Number(f64, String),
    /// A text; a star in it stands for anything.
    Text(String),
    /// A regular expression.
    Regex(Expression),
}

impl Wanted {
    /// What an unquoted word stands for.
    pub(crate) fn word(word: &str) -> Self {
        match word.parse::<f64>() {
            Ok(number) if number.is_finite() => Self::Number(number, word.to_owned()),
            _ => Self::Text(word.to_owned()),
        }
    }

    /// Whether a text, which may stand for a number, compares so.
    pub(crate) fn compares(&self, operator: Operator, text: &str) -> bool {
        let number = || text.trim().parse::<f64>().ok();
        match (self, operator) {
            (Self::Number(wanted, _), operator) if operator.is_order() => {
                number().is_some_and(|number| operator.holds(number, *wanted))
            }
            (Self::Number(wanted, written), operator) => {
                let same = text == written || number().is_some_and(|number| number == *wanted);
                same == (operator == Operator::Equal)
            }
            (Self::Text(wanted), Operator::Equal) => wildcard(wanted, text),
            (Self::Text(wanted), Operator::Unequal) => !wildcard(wanted, text),
            (Self::Regex(expression), Operator::Equal) => expression.matches(text),
            (Self::Regex(expression), Operator::Unequal) => !expression.matches(text),
            _ => false,
        }
    }
}

/// Whether a text is as a pattern with stars says. Takes no longer than the product of both.
pub(crate) fn wildcard(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        match text.find(part) {
            Some(at) => text = &text[at + part.len()..],
            None => return false,
        }
    }
    text.ends_with(last)
}
