//! Numbers as conditions compare them: integers exactly, decimals as such.

use std::cmp::Ordering;

use super::operator::Order;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Number {
    Whole(i128),
    Decimal(f64),
}

impl Number {
    /// Digits with a sign, a fraction, an exponent; no `inf`, no `nan`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if !text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E')) {
            return None;
        }
        if let Ok(whole) = text.parse() {
            return Some(Self::Whole(whole));
        }
        text.parse().ok().filter(|number: &f64| number.is_finite()).map(Self::Decimal)
    }

    pub(crate) fn stands(&self, order: Order, other: &Self) -> bool {
        self.compare(other).is_some_and(|ordering| order.holds(ordering))
    }

    fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Whole(a), Self::Whole(b)) => Some(a.cmp(b)),
            (a, b) => a.decimal().partial_cmp(&b.decimal()),
        }
    }

    fn decimal(&self) -> f64 {
        match self {
            Self::Whole(number) => *number as f64,
            Self::Decimal(number) => *number,
        }
    }
}
