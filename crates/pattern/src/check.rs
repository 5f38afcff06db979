//! One condition on one value of an event: what a pattern asks of a field.

use std::net::IpAddr;

use crate::address::{Block, address};
use crate::wildcard::Wildcard;

/// A value of an event that is neither object nor array.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Scalar {
    /// A string, and the address that it spells.
    Text(Box<str>, Option<IpAddr>),
    /// A number as written, and its value when it compares.
    Number(Box<str>, Option<f64>),
    /// `true`, `false`, `null`.
    Word(&'static str),
}

/// A condition on a value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Check {
    /// This string.
    Text(Box<str>),
    /// A string that spells this address.
    Address(IpAddr),
    /// This number.
    Number(Box<str>, Option<f64>),
    /// `true`, `false`, `null`.
    Word(&'static str),
    /// This string, whatever the case of its letters.
    Folded(Box<str>),
    /// A string that begins so.
    Prefix(Box<str>),
    /// The same, whatever the case.
    PrefixFolded(Box<str>),
    /// A string that ends so.
    Suffix(Box<str>),
    /// The same, whatever the case.
    SuffixFolded(Box<str>),
    /// A string that the wildcard stands for.
    Wildcard(Wildcard),
    /// A number between bounds.
    Range(Bound, Bound),
    /// A string that spells an address of the block.
    Block(Block),
    /// Any value.
    Exists,
    /// No value at all.
    Absent,
    /// A value that fulfils none of these.
    Not(Vec<Check>),
}

/// One end of a range of numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Bound {
    /// None.
    Open,
    /// Up to it, itself included.
    At(f64),
    /// Up to it, itself not included.
    Beyond(f64),
}

impl Scalar {
    pub(crate) fn text(text: &str) -> Self {
        Self::Text(text.into(), address(text))
    }
}

/// A text without the case of its letters.
pub(crate) fn fold(text: &str) -> Box<str> {
    text.chars().flat_map(char::to_lowercase).collect::<String>().into()
}

impl Check {
    /// The check for a value that a pattern names as it is.
    pub(crate) fn exact_text(text: &str) -> Self {
        // AWS compares what looks like an address as an address: two ways to write one are equal.
        address(text).map_or_else(|| Self::Text(text.into()), Self::Address)
    }

    /// Whether a value fulfils it. What is absent has no value: [`Check::Absent`] holds for none.
    pub(crate) fn holds(&self, value: &Scalar) -> bool {
        match (self, value) {
            (Self::Exists, _) => true,
            (Self::Absent, _) => false,
            (Self::Not(these), value) => !these.iter().any(|check| check.holds(value)),
            (Self::Word(word), Scalar::Word(value)) => word == value,
            (check, Scalar::Text(text, address)) => check.holds_for_text(text, *address),
            (check, Scalar::Number(text, value)) => check.holds_for_number(text, *value),
            _ => false,
        }
    }

    fn holds_for_text(&self, text: &str, address: Option<IpAddr>) -> bool {
        match self {
            Self::Text(this) => **this == *text,
            Self::Address(this) => address == Some(*this),
            Self::Block(block) => address.is_some_and(|address| block.contains(address)),
            Self::Prefix(prefix) => text.starts_with(&**prefix),
            Self::Suffix(suffix) => text.ends_with(&**suffix),
            Self::Wildcard(wildcard) => wildcard.matches(text),
            Self::Folded(this) => fold(text) == *this,
            Self::PrefixFolded(prefix) => fold(text).starts_with(&**prefix),
            Self::SuffixFolded(suffix) => fold(text).ends_with(&**suffix),
            _ => false,
        }
    }

    fn holds_for_number(&self, text: &str, value: Option<f64>) -> bool {
        match self {
            Self::Number(this, Some(number)) => value == Some(*number) || **this == *text,
            Self::Number(this, None) => **this == *text,
            Self::Range(low, high) => value.is_some_and(|value| low.is_below(value) && high.is_above(value)),
            _ => false,
        }
    }
}

impl Bound {
    fn is_below(self, value: f64) -> bool {
        match self {
            Self::Open => true,
            Self::At(bound) => bound <= value,
            Self::Beyond(bound) => bound < value,
        }
    }

    fn is_above(self, value: f64) -> bool {
        match self {
            Self::Open => true,
            Self::At(bound) => bound >= value,
            Self::Beyond(bound) => bound > value,
        }
    }

    /// The number it is at.
    pub(crate) fn number(self) -> Option<f64> {
        match self {
            Self::Open => None,
            Self::At(bound) | Self::Beyond(bound) => Some(bound),
        }
    }
}
