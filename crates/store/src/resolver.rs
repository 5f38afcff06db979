//! Decides whether a commit may happen: has anything it read been written after its read version? Pure.
//!
//! The recent writes are kept as a log for ranges and as a hash of each key for points, as FoundationDB's resolver does.
//! The window is bounded: who read before it must read again.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};

use bytes::Bytes;

use crate::kv::{Commit, KeyRange, Version, Write};

/// Writes remembered. At 100 bytes a key this is 7 MB when full; a range is checked against all that came after its
/// snapshot, 1 ms in the worst case.
const WINDOW: usize = 1 << 16;

/// The writes that a transaction still running may not have seen.
#[derive(Debug, Default)]
pub(crate) struct Resolver {
    /// Transactions that read an older version cannot be judged.
    floor: Version,
    log: VecDeque<(Version, Bytes)>,
    /// The newest version that wrote a key with this hash. Two keys of one hash cost a retry in 2⁶⁴ cases, no error.
    points: HashMap<u64, Version, BuildHasherDefault<AlreadyHashed>>,
}

impl Resolver {
    /// Whether nothing that the commit read was written after its read version.
    pub(crate) fn admits(&self, commit: &Commit) -> bool {
        if commit.read_keys.is_empty() && commit.read_ranges.is_empty() {
            return true;
        }
        let since = commit.read_version;
        since >= self.floor
            && commit.read_keys.iter().all(|key| self.points.get(&hash(key)).is_none_or(|at| *at <= since))
            && !self.wrote_into(&commit.read_ranges, since)
    }

    /// Remembers what the commit wrote at `version`.
    pub(crate) fn admit(&mut self, writes: &[Write], version: Version) {
        for write in writes {
            self.points.insert(hash(write.key()), version);
            self.log.push_back((version, write.key().clone()));
        }
        while self.log.len() > WINDOW {
            self.forget_oldest();
        }
    }

    fn wrote_into(&self, ranges: &[KeyRange], since: Version) -> bool {
        if ranges.is_empty() {
            return false;
        }
        let newer = self.log.iter().rev().take_while(|(version, _)| *version > since);
        newer.into_iter().any(|(_, key)| ranges.iter().any(|range| range.contains(key)))
    }

    fn forget_oldest(&mut self) {
        let Some((version, key)) = self.log.pop_front() else { return };
        self.floor = version;
        let hash = hash(&key);
        if self.points.get(&hash) == Some(&version) {
            self.points.remove(&hash);
        }
    }
}

fn hash(key: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

/// The map's keys are hashes: hashing them again would be waste.
#[derive(Default)]
struct AlreadyHashed(u64);

impl Hasher for AlreadyHashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("only u64 keys are hashed")
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
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
    fn a_read_older_than_the_window_must_be_repeated() {
        let mut resolver = Resolver::default();
        for i in 1..=(WINDOW as u64 + 10) {
            resolver.admit(&put(format!("k{i}")), Version(i));
        }
        assert!(!resolver.admits(&reads(3, &["never written"], &[])));
        assert!(resolver.admits(&reads(10, &["never written"], &[])));
        assert!(resolver.admits(&reads(3, &[], &[])), "blind writes cannot conflict");
        assert_eq!(resolver.points.len(), WINDOW);
    }
}
