//! One value of the request against all values of the policy, compiled ahead.
//!
//! A value of the policy that is not of the operator's type (a `NumericEquals` with letters) fits nothing; a request's
//! neither. Variables stand only in values of string and ARN operators.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::address::Block;
use super::date;
use super::number::Number;
use super::operator::{Base, Order};
use crate::arn::ArnPattern;
use crate::context::Context;
use crate::pattern::{Key, Pattern, Syntax};

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Test {
    /// Equal, or alike where the patterns have wildcards.
    Text(Vec<Pattern>),
    TextAnyCase(Vec<Pattern>),
    Number(Order, Vec<Number>),
    Date(Order, Vec<i64>),
    Truth(Vec<bool>),
    Binary(Vec<Vec<u8>>),
    Address(Vec<Block>),
    Arn(Vec<ArnPattern>),
    /// Whether the key is to be absent.
    Null(Vec<bool>),
}

impl Test {
    pub(crate) fn new(base: Base, wants: &[String], variables: bool) -> Self {
        let patterns = |wildcards| wants.iter().map(|w| Pattern::new(w, Syntax { wildcards, variables })).collect();
        match base {
            Base::StringEquals => Self::Text(patterns(false)),
            Base::StringLike => Self::Text(patterns(true)),
            Base::StringEqualsIgnoreCase => Self::TextAnyCase(patterns(false)),
            Base::Numeric(order) => Self::Number(order, every(wants, Number::parse)),
            Base::Date(order) => Self::Date(order, every(wants, date::parse)),
            Base::Bool => Self::Truth(every(wants, truth)),
            Base::Binary => Self::Binary(every(wants, binary)),
            Base::IpAddress => Self::Address(every(wants, Block::parse)),
            Base::Arn => Self::Arn(wants.iter().map(|want| ArnPattern::new(want, variables)).collect()),
            Base::Null => Self::Null(every(wants, truth)),
        }
    }

    /// Whether the request's value fits one of the policy's.
    pub(crate) fn fits(&self, have: &str, context: &dyn Context) -> bool {
        match self {
            Self::Text(wants) => wants.iter().any(|want| want.matches(have, context)),
            Self::TextAnyCase(wants) => wants.iter().any(|want| equal_in_any_case(want, have, context)),
            Self::Number(order, wants) => {
                Number::parse(have).is_some_and(|have| wants.iter().any(|want| have.stands(*order, want)))
            }
            Self::Date(order, wants) => {
                date::parse(have).is_some_and(|have| wants.iter().any(|want| order.holds(have.cmp(want))))
            }
            Self::Truth(wants) => truth(have).is_some_and(|have| wants.contains(&have)),
            Self::Binary(wants) => binary(have).is_some_and(|have| wants.contains(&have)),
            Self::Address(wants) => {
                Block::parse(have).is_some_and(|have| wants.iter().any(|want| want.contains(&have)))
            }
            Self::Arn(wants) => wants.iter().any(|want| want.matches(have, context)),
            // Decided by the key's presence, before any value is looked at.
            Self::Null(_) => false,
        }
    }

    /// The keys of its variables.
    pub(crate) fn keys(&self) -> Box<dyn Iterator<Item = &Key> + '_> {
        match self {
            Self::Text(wants) | Self::TextAnyCase(wants) => Box::new(wants.iter().flat_map(Pattern::keys)),
            Self::Arn(wants) => Box::new(wants.iter().flat_map(ArnPattern::keys)),
            _ => Box::new(std::iter::empty()),
        }
    }
}

fn every<T>(wants: &[String], read: impl Fn(&str) -> Option<T>) -> Vec<T> {
    wants.iter().filter_map(|want| read(want)).collect()
}

fn equal_in_any_case(want: &Pattern, have: &str, context: &dyn Context) -> bool {
    if have.is_ascii() {
        return want.matches_any_case(have, context);
    }
    want.whole(context).is_some_and(|want| want.to_lowercase() == have.to_lowercase())
}

fn truth(text: &str) -> Option<bool> {
    match text {
        _ if text.eq_ignore_ascii_case("true") => Some(true),
        _ if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// Binary values are base64 in policies, and so in requests.
fn binary(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}
