//! What a model says that values must satisfy: lengths, ranges, patterns, enums, unions. One walk collects all failures
//! with their paths, as AWS's framework does; the values that were missing were noted while reading.

mod pattern;
mod rules;
mod show;
mod walk;

use smithy::{Issue, OperationSchema, Path, PathPart, Schema, Shape};

/// More failures than any error text shows.
const MOST: usize = 100;

/// All failures of an input: those in `missing`, which [`Protocol::decode`](crate::Protocol::decode) gave, and those of
/// the values that are there, in the order of the operation's members. What a missing member was filled with is not
/// looked at.
pub fn validate(op: &'static OperationSchema, input: &dyn Shape, missing: Vec<Issue>) -> Vec<Issue> {
    let mut issues = walk::failures(input);
    if !missing.is_empty() {
        issues.retain(|issue| !missing.iter().any(|hole| issue.path.0.starts_with(&hole.path.0)));
        issues.extend(missing);
    }
    issues.sort_by_key(|issue| position(op.input, &issue.path));
    issues.truncate(MOST);
    issues
}

/// The position of the top-level member that a path goes through.
fn position(input: &'static Schema, path: &Path) -> Option<usize> {
    match path.0.first() {
        Some(PathPart::Member(name)) => input.position(name),
        _ => None,
    }
}
