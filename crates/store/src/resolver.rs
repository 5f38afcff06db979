//! Decides whether a commit may happen: has anything it read been written after its read version? Pure.
//!
//! For points, a table of slots holds the newest version that wrote any key of that slot: one memory access a key, nothing
//! to take out again. Two keys in one slot cost a needless retry: with 100 writes since a transaction began, one in a
//! thousand. For ranges, the recent writes are kept as a log, as FoundationDB's resolver does; who read a range before the
//! log begins must read again.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};

use bytes::Bytes;

use crate::kv::{Commit, KeyRange, Version, Write};

/// Writes in the log. At 100 bytes a key this is 3 MB when full; a range is checked against all that came after its
/// snapshot, half a millisecond in the worst case.
const WINDOW: usize = 1 << 15;

/// Slots for points: 1 MB, touched only as far as it is used.
const SLOTS: usize = 1 << 17;

/// The writes that a transaction still running may not have seen.
#[derive(Debug)]
pub(crate) struct Resolver {
    /// Whoever read a range at an older version cannot be judged.
    floor: Version,
    log: VecDeque<(Version, Bytes)>,
    newest: Box<[u64]>,
}

impl Default for Resolver {
    fn default() -> Self {
        Self { floor: Version(0), log: VecDeque::new(), newest: vec![0; SLOTS].into() }
    }
}

impl Resolver {
    /// Whether nothing that the commit read was written after its read version.
    pub(crate) fn admits(&self, commit: &Commit) -> bool {
        let since = commit.read_version;
        commit.read_keys.iter().all(|key| self.newest[slot(key)] <= since.0)
            && (commit.read_ranges.is_empty() || self.left_alone(&commit.read_ranges, since))
    }

    /// Remembers what the commit wrote at `version`.
    pub(crate) fn admit(&mut self, writes: &[Write], version: Version) {
        for write in writes {
            self.newest[slot(write.key())] = version.0;
            self.log.push_back((version, write.key().clone()));
        }
        while self.log.len() > WINDOW {
            self.floor = self.log.pop_front().map_or(self.floor, |(version, _)| version);
        }
    }

    fn left_alone(&self, ranges: &[KeyRange], since: Version) -> bool {
        let mut newer = self.log.iter().rev().take_while(|(version, _)| *version > since);
        since >= self.floor && !newer.any(|(_, key)| ranges.iter().any(|range| range.contains(key)))
    }
}

fn slot(key: &[u8]) -> usize {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish() as usize % SLOTS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(key: impl Into<Bytes>) -> Vec<Write> {
        vec![Write::Put { key: key.into(), value: Bytes::new() }]
    }

    fn reads(version: u64, keys: &[&'static str], ranges: &[&'static str]) -> Commit {
        Commit {
            read_version: Version(version),
            read_keys: keys.iter().map(|key| Bytes::from(*key)).collect(),
            read_ranges: ranges.iter().map(|prefix| KeyRange::prefix(*prefix)).collect(),
            writes: put("x"),
        }
    }

    #[test]
    fn judges_points_and_ranges_by_version() {
        let mut resolver = Resolver::default();
        resolver.admit(&put("a1"), Version(1));
        resolver.admit(&put("b1"), Version(2));
        resolver.admit(&put("a2"), Version(3));
        for (commit, admitted) in [
            (reads(0, &[], &[]), true),
            (reads(0, &["a1"], &[]), false),
            (reads(1, &["a1"], &[]), true),
            (reads(1, &["a1", "b1"], &[]), false),
            (reads(2, &["b1"], &[]), true),
            (reads(2, &[], &["a"]), false),
            (reads(2, &[], &["b"]), true),
            (reads(3, &["a1", "a2"], &["a", "b"]), true),
            (reads(0, &["c"], &["c"]), true),
        ] {
            assert_eq!(resolver.admits(&commit), admitted, "{commit:?}");
        }
    }

    #[test]
    fn a_range_read_before_the_log_begins_must_be_read_again() {
        let mut resolver = Resolver::default();
        for i in 1..=(WINDOW as u64 + 10) {
            resolver.admit(&put("the same"), Version(i));
        }
        assert!(!resolver.admits(&reads(3, &[], &["never written"])));
        assert!(resolver.admits(&reads(10, &[], &["never written"])));
        assert!(resolver.admits(&reads(3, &["never written"], &[])), "points are remembered for ever");
        assert!(!resolver.admits(&reads(3, &["the same"], &[])));
        assert!(resolver.admits(&reads(3, &[], &[])), "blind writes cannot conflict");
        assert_eq!(resolver.log.len(), WINDOW);
    }
}
