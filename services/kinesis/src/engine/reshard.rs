//! More shards, or fewer: one is split, two are merged, all are shared out anew. What is done is a list of steps, made
//! without the store; `lifecycle.rs` commits it.

use std::collections::BTreeMap;

use names::Timestamp;

use super::hash::{Range, uniform};
use super::refusal::Refusal;
use super::sequence::{first_at, second_of};
use super::stream::Known;
use crate::limits;
use crate::store::{Position, ShardNo, ShardRecord};

/// One step. Each new shard has the next number; of a split the lower half comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// A shard becomes two; the second begins at the hash.
    Split(ShardNo, u128),
    /// Two shards become one.
    Merge(ShardNo, ShardNo),
}

/// Shards while steps are taken.
#[derive(Debug)]
pub(crate) struct Lineage<'a> {
    /// All shards.
    pub shards: BTreeMap<ShardNo, ShardRecord>,
    /// The number of the next one.
    pub next: ShardNo,
    /// The last positions of the shards that were open.
    pub lasts: &'a BTreeMap<ShardNo, Position>,
    /// Now.
    pub now: Timestamp,
}

/// The shards of a new stream.
pub(crate) fn fresh(count: u32, now: Timestamp) -> BTreeMap<ShardNo, ShardRecord> {
    let shard = |hashes| ShardRecord {
        hashes,
        parent: None,
        adjacent: None,
        second: second_of(now),
        opened: first_at(now),
        closed: None,
    };
    (0..).zip(uniform(count).into_iter().map(shard)).collect()
}

/// The steps that split a shard.
pub(crate) fn split(known: &Known, shard: ShardNo, at: u128) -> Result<Vec<Step>, Refusal> {
    let record = known.shard(shard)?;
    if record.closed.is_some() {
        return Err(Refusal::ShardClosed(shard));
    }
    let (first, last) = record.hashes;
    if at <= first.saturating_add(1) || at >= last {
        return Err(Refusal::BadSplit { shard, first, last });
    }
    Ok(vec![Step::Split(shard, at)])
}

/// The steps that merge two shards.
pub(crate) fn merge(known: &Known, one: ShardNo, other: ShardNo) -> Result<Vec<Step>, Refusal> {
    let (left, right) = (known.shard(one)?, known.shard(other)?);
    for (no, shard) in [(one, left), (other, right)] {
        if shard.closed.is_some() {
            return Err(Refusal::ShardClosed(no));
        }
    }
    let follows = |left: &ShardRecord, right: &ShardRecord| left.hashes.1.checked_add(1) == Some(right.hashes.0);
    if !follows(left, right) && !follows(right, left) {
        return Err(Refusal::NotAdjacent(one, other));
    }
    Ok(vec![Step::Merge(one, other)])
}

/// The steps after which so many shards share the hashes evenly.
pub(crate) fn rescale(open: &[(ShardNo, Range)], target: u32, next: ShardNo) -> Vec<Step> {
    let wanted = uniform(target);
    let (mut steps, mut pieces, mut next) = (Vec::new(), Vec::new(), next);
    for (shard, (first, last)) in open {
        let mut rest = (*shard, *first);
        let from = wanted.partition_point(|range| range.0 <= *first);
        for (cut, _) in wanted[from..].iter().take_while(|range| range.0 <= *last) {
            steps.push(Step::Split(rest.0, *cut));
            pieces.push((next, rest.1));
            rest = (next + 1, *cut);
            next += 2;
        }
        pieces.push(rest);
    }
    let mut pieces = pieces.into_iter().peekable();
    for (_, last) in wanted {
        let Some((mut shard, _)) = pieces.next() else { break };
        while let Some((other, _)) = pieces.next_if(|(_, first)| *first <= last) {
            steps.push(Step::Merge(shard, other));
            shard = next;
            next += 1;
        }
    }
    steps
}

/// Whether a provisioned stream may be scaled from so many shards to so many.
pub(crate) fn check_target(open: u32, target: u32) -> Result<(), Refusal> {
    let too_far = target > open.saturating_mul(2) || target < open.div_ceil(2) || target > limits::RESCALE_MOST;
    if too_far { Err(Refusal::ScaledTooFar { open }) } else { Ok(()) }
}

impl Lineage<'_> {
    /// Takes a step.
    pub(crate) fn take(&mut self, step: Step) -> Result<(), Refusal> {
        match step {
            Step::Split(shard, at) => {
                let (first, last) = self.close(shard)?;
                self.open((first, at - 1), shard, None);
                self.open((at, last), shard, None);
            }
            Step::Merge(one, other) => {
                let (left, right) = (self.close(one)?, self.close(other)?);
                self.open((left.0.min(right.0), left.1.max(right.1)), one, Some(other));
            }
        }
        Ok(())
    }

    fn close(&mut self, no: ShardNo) -> Result<Range, Refusal> {
        let shard = self.shards.get_mut(&no).ok_or(Refusal::NoSuchShard(no))?;
        if shard.closed.is_some() {
            return Err(Refusal::ShardClosed(no));
        }
        let last = self.lasts.get(&no).copied().unwrap_or(shard.opened);
        shard.closed = Some(first_at(self.now).max(last + 1));
        Ok(shard.hashes)
    }

    fn open(&mut self, hashes: Range, parent: ShardNo, adjacent: Option<ShardNo>) {
        let parents = || [Some(parent), adjacent].into_iter().flatten().filter_map(|no| self.shards.get(&no));
        let second = parents().map(|parent| parent.second + 1).max().unwrap_or(0).max(second_of(self.now));
        let opened = parents().filter_map(|parent| parent.closed).max().unwrap_or(0).max(first_at(self.now));
        let shard = ShardRecord { hashes, parent: Some(parent), adjacent, second, opened, closed: None };
        self.shards.insert(self.next, shard);
        self.next += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp::from_secs(1_000_000);

    fn after(shards: BTreeMap<ShardNo, ShardRecord>, steps: &[Step]) -> BTreeMap<ShardNo, ShardRecord> {
        let lasts = BTreeMap::new();
        let next = shards.len() as u32;
        let mut lineage = Lineage { shards, next, lasts: &lasts, now: NOW };
        steps.iter().for_each(|step| lineage.take(*step).unwrap());
        lineage.shards
    }

    fn open(shards: &BTreeMap<ShardNo, ShardRecord>) -> Vec<(ShardNo, Range)> {
        let open = shards.iter().filter(|(_, shard)| shard.closed.is_none());
        let mut open: Vec<_> = open.map(|(no, shard)| (*no, shard.hashes)).collect();
        open.sort_by_key(|(_, range)| *range);
        open
    }

    #[test]
    fn doubling_splits_each_and_halving_merges_pairs() {
        let two = fresh(2, NOW);
        let steps = rescale(&open(&two), 4, 2);
        assert_eq!(steps, [Step::Split(0, 1 << 126), Step::Split(1, 3 << 126)]);
        let four = after(two, &steps);
        assert_eq!(rescale(&open(&four), 2, 6), [Step::Merge(2, 3), Step::Merge(4, 5)]);
        assert!(rescale(&open(&four), 4, 6).is_empty());
    }

    #[test]
    fn how_far_a_stream_is_scaled() {
        for (open, target, fine) in [
            (1, 2, true),
            (1, 3, false),
            (4, 2, true),
            (4, 1, false),
            (5, 3, true),
            (5, 2, false),
            (9_000, 10_001, false),
        ] {
            assert_eq!(check_target(open, target).is_ok(), fine, "{open} to {target}");
        }
    }

    proptest! {
        #[test]
        fn shards_end_up_even_and_their_lineage_holds(
            start in 1u32..20,
            cuts in proptest::collection::vec((any::<prop::sample::Index>(), any::<u128>()), 0..6),
            target in 1u32..40,
        ) {
            let mut shards = fresh(start, NOW);
            for (index, at) in cuts {
                let open = open(&shards);
                let (no, (first, last)) = open[index.index(open.len())];
                if first < at && at <= last {
                    shards = after(shards, &[Step::Split(no, at)]);
                }
            }
            let steps = rescale(&open(&shards), target, shards.len() as u32);
            let shards = after(shards, &steps);
            prop_assert_eq!(open(&shards).into_iter().map(|(_, range)| range).collect::<Vec<_>>(), uniform(target));
            for shard in shards.values() {
                for parent in [shard.parent, shard.adjacent].into_iter().flatten() {
                    let parent = &shards[&parent];
                    prop_assert!(parent.closed.is_some_and(|closed| closed <= shard.opened));
                    prop_assert!(parent.second < shard.second);
                }
                prop_assert!(shard.closed.is_none_or(|closed| closed > shard.opened));
            }
        }
    }
}
