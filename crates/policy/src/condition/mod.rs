//! Conditions: an operator, a key, and the values one of which must fit.
//!
//! | file | topic |
//! |---|---|
//! | `operator.rs` | the names of the operators, their qualifiers and suffix |
//! | `test.rs` | one value of the request against those of the policy |
//! | `number.rs`, `date.rs`, `address.rs` | the values that are no texts |

pub(crate) mod address;
pub(crate) mod date;
pub(crate) mod number;
pub(crate) mod operator;
pub(crate) mod test;

use crate::context::{Context, Values};
use crate::pattern::Key;
use operator::{Operator, Set};
use test::Test;

/// One line of a `Condition` element.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Condition {
    pub(crate) operator: Operator,
    /// The operator as written, qualifier and suffix included.
    pub(crate) written: Box<str>,
    pub(crate) key: Key,
    /// The values as written.
    pub(crate) wants: Vec<Box<str>>,
    test: Test,
}

impl Condition {
    pub(crate) fn new(written: &str, operator: Operator, key: &str, wants: &[String], variables: bool) -> Self {
        let test = Test::new(operator.base, wants, variables);
        let wants = wants.iter().map(|want| want.as_str().into()).collect();
        Self { operator, written: written.into(), key: Key::new(key), wants, test }
    }

    /// Whether the request fulfils it.
    ///
    /// An absent key: false, but true for a negated operator, with `IfExists` and with `ForAllValues`; with
    /// `ForAnyValue` false unless `IfExists`. Several values of the policy are alternatives (for a negated operator:
    /// none of them may fit). Source: IAM User Guide, "Condition operators", "Multivalued context keys".
    pub(crate) fn holds(&self, context: &dyn Context) -> bool {
        let have = context.values(&self.key.lower).filter(|values| !values.is_empty());
        if let Test::Null(absent) = &self.test {
            return absent.contains(&have.is_none());
        }
        match have {
            None => self.holds_without(),
            Some(values) => self.holds_for(&values, context),
        }
    }

    fn holds_without(&self) -> bool {
        match self.operator.set {
            Set::All => true,
            Set::Any => self.operator.if_exists,
            Set::None => self.operator.if_exists || self.operator.negated,
        }
    }

    fn holds_for(&self, values: &Values<'_>, context: &dyn Context) -> bool {
        let negated = self.operator.negated;
        let mut fits = values.iter().map(|value| self.test.fits(value, context));
        match self.operator.set {
            Set::None => fits.any(|fits| fits) != negated,
            Set::All => fits.all(|fits| fits != negated),
            Set::Any => fits.any(|fits| fits != negated),
        }
    }

    /// The keys it reads: its own and those of variables.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&self.key).chain(self.test.keys())
    }
}
