//! Lifecycle rules: what becomes of an object as it ages.
//!
//! | file | what |
//! |---|---|
//! | `check.rs` | a configuration as it was sent → rules, with AWS's refusals |
//! | `plan.rs` | an object and its rules → what happens to it next, and when |
//!
//! Everything here is pure: the instant is handed in, and what is to be done is told, not done.

mod check;
mod plan;

use names::Timestamp;

pub(crate) use check::{check, minimum_size};
pub(crate) use plan::{Action, Aged, Upload, abort, expiry_header, next};

use super::selection::Selection;

/// One rule, ready to be applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rule {
    /// Its id.
    pub(crate) id: String,
    /// Whether it is applied.
    pub(crate) enabled: bool,
    /// The objects it speaks of.
    pub(crate) selection: Selection,
    /// When current versions expire.
    pub(crate) expiration: Option<When>,
    /// Whether delete markers with nothing behind them are removed.
    pub(crate) lone_markers: bool,
    /// Where current versions move, in the order of the document.
    pub(crate) transitions: Vec<Transition>,
    /// When versions that are no longer current are removed.
    pub(crate) noncurrent_expiration: Option<Noncurrent>,
    /// Where such versions move.
    pub(crate) noncurrent_transitions: Vec<(Noncurrent, String)>,
    /// Days after which an upload that nobody completed is given up.
    pub(crate) abort_after: Option<u32>,
}

/// A move to another storage class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Transition {
    /// When.
    pub(crate) when: When,
    /// Where to, as in `STANDARD_IA`.
    pub(crate) class: String,
}

/// When an action on a current version is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// So many days after the object was made.
    Days(u32),
    /// From that midnight on, for every object there is and that comes later.
    Date(Timestamp),
}

/// When an action on versions that are no longer current is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Noncurrent {
    /// So many days after they stopped being current.
    pub(crate) days: u32,
    /// The newest of them, so many, are left alone.
    pub(crate) keep: u32,
}

/// How small an object may be to be moved, when a rule does not name sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum MinimumSize {
    /// 128 KB, whatever the class.
    #[default]
    Everywhere,
    /// 128 KB, but anything goes to the two archives.
    ByClass,
}

/// The smallest object that is moved where no rule names sizes.
/// Source: S3 user guide, "Transitioning objects using Amazon S3 Lifecycle", constraints.
const WORTH_MOVING: u64 = 128 * 1_024;

impl MinimumSize {
    /// Whether an object of this size is worth moving to a class.
    fn allows(self, size: u64, class: &str) -> bool {
        size >= WORTH_MOVING || self == Self::ByClass && matches!(class, "GLACIER" | "DEEP_ARCHIVE")
    }
}

impl Rule {
    /// Whether an object of this size may be moved to a class by this rule.
    fn may_move(&self, size: u64, class: &str, minimum: MinimumSize) -> bool {
        self.selection.names_sizes() || minimum.allows(size, class)
    }
}

/// How cold a class is. Objects move to colder ones only.
/// Source: S3 user guide, "Supported transitions and related constraints".
pub(crate) fn coldness(class: &str) -> u8 {
    match class {
        "STANDARD_IA" => 1,
        "INTELLIGENT_TIERING" => 2,
        "ONEZONE_IA" => 3,
        "GLACIER_IR" => 4,
        "GLACIER" => 5,
        "DEEP_ARCHIVE" => 6,
        _ => 0,
    }
}

/// Whether AWS moves objects from one class to another.
fn moves(from: &str, to: &str) -> bool {
    let skips = from == "ONEZONE_IA" && to == "GLACIER_IR";
    coldness(to) > coldness(from) && !skips
}
