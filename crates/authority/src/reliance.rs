//! What a decision turned on: nothing but who asked for what, facts of the caller, or the circumstances of one request.
//! Told by the evaluation itself, which asks for a condition key only when a statement that otherwise fits turns on it.

use std::cell::Cell;

use policy::{Context, Values};

use crate::case::Case;

/// How far a decision goes for others of the same caller, action, resource and policies. Later ones go less far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reliance {
    /// No condition and no variable took part.
    Nothing,
    /// Those that did ask for what a caller always has.
    Caller,
    /// Time, address, tags of the resource, what the service told.
    Circumstances,
}

/// The condition keys of a case, with an eye on which are asked for.
pub(crate) struct Watched<'a> {
    case: &'a Case,
    reliance: Cell<Reliance>,
}

impl<'a> Watched<'a> {
    /// Nothing was asked for yet.
    pub(crate) fn new(case: &'a Case) -> Self {
        Self { case, reliance: Cell::new(Reliance::Nothing) }
    }

    /// What was asked for so far.
    pub(crate) fn reliance(&self) -> Reliance {
        self.reliance.get()
    }
}

impl Context for Watched<'_> {
    fn values(&self, key: &str) -> Option<Values<'_>> {
        self.reliance.set(self.reliance.get().max(of(key)));
        self.case.values(key)
    }
}

/// Which sort a key is of. What is not known to be the caller's own may be anything.
fn of(key: &str) -> Reliance {
    match key {
        "aws:multifactorauthpresent"
        | "aws:principalaccount"
        | "aws:principalarn"
        | "aws:principalisawsservice"
        | "aws:principalorgid"
        | "aws:principalorgmasteraccountid"
        | "aws:principalorgpaths"
        | "aws:principalservicename"
        | "aws:principalservicenameslist"
        | "aws:principaltype"
        | "aws:sourceidentity"
        | "aws:tokenissuetime"
        | "aws:userid"
        | "aws:username" => Reliance::Caller,
        _ if key.starts_with("aws:principaltag/") => Reliance::Caller,
        _ => Reliance::Circumstances,
    }
}
