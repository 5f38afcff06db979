//! What a reader collects on the way: issues with their paths. A path is built while the reader returns through the
//! parts around an issue, so a request without issues pays nothing for paths.

use smithy::{Issue, Malformed, Path, PathPart, Presence, ReadResult, Violation};

/// More issues than any error text shows; the rest is dropped, so that a small body cannot grow into a long list.
const MOST: usize = 100;

/// Issues found so far, their paths innermost part first.
#[derive(Default)]
pub(crate) struct Collected(Vec<Issue>);

impl Collected {
    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// Notes an issue whose path starts at the value being read.
    pub(crate) fn add(&mut self, mut issue: Issue) {
        if self.0.len() < MOST {
            issue.path.0.reverse();
            self.0.push(issue);
        }
    }

    /// Notes that the value at `part` is missing.
    pub(crate) fn missing(&mut self, part: PathPart) {
        self.add(Issue { path: Path(vec![part]), violation: Violation::Missing, value: None });
    }

    /// Notes the required members of a structure that were not read.
    pub(crate) fn absent(&mut self, presence: &Presence) {
        presence.missing().for_each(|name| self.missing(PathPart::Member(name)));
    }

    /// Puts `part` around all issues after the first `from`.
    pub(crate) fn within(&mut self, from: usize, part: impl Fn() -> PathPart) {
        if self.0.len() > from {
            self.0[from..].iter_mut().for_each(|issue| issue.path.0.push(part()));
        }
    }

    /// The issues, their paths outermost part first.
    pub(crate) fn finish(mut self) -> Vec<Issue> {
        self.0.iter_mut().for_each(|issue| issue.path.0.reverse());
        self.0
    }
}

/// How deep a reader is.
#[derive(Default)]
pub(crate) struct Depth(usize);

impl Depth {
    /// One level down; refuses the level after the last.
    pub(crate) fn enter(&mut self) -> ReadResult<()> {
        self.0 += 1;
        if self.0 > smithy::MAX_DEPTH { Err(Malformed::new("the input is nested too deeply")) } else { Ok(()) }
    }

    /// One level up.
    pub(crate) fn leave(&mut self) {
        self.0 -= 1;
    }
}
