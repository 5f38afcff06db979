//! Who an access key belongs to, and what a caller may do. One authority stands on the road of every call: it gathers the
//! policies that services hold, lets `policy` decide, and remembers why.
//!
//! | file | noun |
//! |---|---|
//! | `root_keys.rs` | the keys that exist without anyone making them |
//! | `keys.rs` | the owner of a key: root, a user, a session |
//! | `judge.rs` | a decision, from the question to the answer |
//! | `facts.rs` | what a decision rests on, as those who keep it tell it now |
//! | `memo.rs` | permissions given lately, good while their facts are the same |
//! | `reliance.rs` | what a decision turned on |
//! | `case.rs` | one question with every policy and fact that bears on it |
//! | `circumstances.rs` | the condition keys of every request |
//! | `restrictions.rs` | what temporary credentials may not call, whatever policies say |
//! | `compiled.rs` | policies compiled once |
//! | `docket.rs` | the decisions of late, for `nephele why` |
//! | `least_privilege.rs` | the smallest policy that allows what was done |
//!
//! Invariants: an explicit refusal is never cached; a decision rests on what was acknowledged before it began; the
//! authority keeps nothing that services would have to tell it to forget.

mod case;
mod circumstances;
mod compiled;
mod docket;
mod facts;
mod judge;
mod keys;
mod least_privilege;
mod memo;
mod reliance;
mod restrictions;
mod root_keys;

pub use docket::{Docket, Ruling};
pub use least_privilege::least_privilege;
pub use root_keys::RootKeys;

use compiled::Compiled;
use memo::Memo;

/// Decides whose keys are good and who may do what. Gathers its facts from the services of the cloud it stands in.
pub struct Authority {
    roots: RootKeys,
    compiled: Compiled,
    docket: Docket,
    memo: Option<Memo>,
}

impl Authority {
    /// With the keys that need no issuing.
    pub fn new(roots: RootKeys) -> Self {
        Self { roots, compiled: Compiled::default(), docket: Docket::default(), memo: Some(Memo::default()) }
    }

    /// Looks at every policy each time, whatever was decided before: what the memo is held against.
    #[must_use]
    pub fn without_memo(self) -> Self {
        Self { memo: None, ..self }
    }

    /// The decisions of late.
    pub fn docket(&self) -> &Docket {
        &self.docket
    }
}
