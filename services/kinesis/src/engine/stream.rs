//! A stream while it is in use: what it is and its shards, as the store has them, and in memory what makes it quick.

use std::collections::BTreeMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use names::{AccountId, Arn, Region, Timestamp};
use parking_lot::Mutex;
use store::Scope;

use super::append::Appender;
use super::hash::Routes;
use super::refusal::Refusal;
use super::scaling::Usage;
use super::sequence::{Sequence, first_at};
use super::throttle::Throttle;
use crate::store::{Position, ShardNo, ShardRecord, StreamNo, StreamRecord, scope};

/// Where a stream is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Home {
    /// Whose it is.
    pub account: AccountId,
    /// Its region.
    pub region: Region,
    /// Its name.
    pub name: String,
}

impl Home {
    /// The stream's ARN.
    pub(crate) fn arn(&self) -> Arn {
        Arn::regional("kinesis", &self.region, self.account, format!("stream/{}", self.name))
    }

    /// The scope its records lie in.
    pub(crate) fn scope(&self) -> Scope {
        scope(self.account, &self.region)
    }

    /// The place an ARN names, and what it names below the stream; none when it is not a stream's.
    pub(crate) fn of_arn(arn: &str) -> Option<(Self, Option<String>)> {
        let arn: Arn = arn.parse().ok().filter(|arn: &Arn| arn.service == "kinesis")?;
        let resource = arn.resource.strip_prefix("stream/")?;
        let (name, below) = resource.split_once('/').map_or((resource, None), |(name, below)| (name, Some(below)));
        let home = Self { account: arn.account_id()?, region: arn.region_code()?, name: name.to_owned() };
        Some((home, below.map(str::to_owned)))
    }
}

/// What is known of a stream: one state, never changed.
#[derive(Debug)]
pub(crate) struct Known {
    /// What it is.
    pub record: StreamRecord,
    /// Its shards, those of which nothing is left excepted.
    pub shards: BTreeMap<ShardNo, ShardRecord>,
    /// Which of them takes a record.
    pub routes: Routes,
}

impl Known {
    /// Of what the store has.
    pub(crate) fn new(record: StreamRecord, shards: BTreeMap<ShardNo, ShardRecord>) -> Self {
        let open = shards.iter().filter(|(_, shard)| shard.closed.is_none());
        let routes = Routes::new(open.map(|(no, shard)| (shard.hashes, *no)));
        Self { record, shards, routes }
    }

    /// A shard.
    pub(crate) fn shard(&self, no: ShardNo) -> Result<&ShardRecord, Refusal> {
        self.shards.get(&no).ok_or(Refusal::NoSuchShard(no))
    }

    /// Shards that take records, by their hashes.
    pub(crate) fn open(&self) -> Vec<(ShardNo, &ShardRecord)> {
        let mut open: Vec<_> = self.shards.iter().filter(|(_, shard)| shard.closed.is_none()).collect();
        open.sort_by_key(|(_, shard)| shard.hashes);
        open.into_iter().map(|(no, shard)| (*no, shard)).collect()
    }

    /// Shards that followed on one.
    pub(crate) fn children(&self, no: ShardNo) -> Vec<(ShardNo, &ShardRecord)> {
        let of = |shard: &&ShardRecord| shard.parent == Some(no) || shard.adjacent == Some(no);
        self.shards.iter().filter(|(_, shard)| of(shard)).map(|(no, shard)| (*no, shard)).collect()
    }

    /// The first position that can still be read.
    pub(crate) fn horizon(&self, now: Timestamp) -> Position {
        first_at(now.minus(hours(self.record.retention_hours))).max(self.record.horizon)
    }

    /// A position of a shard as clients see it.
    pub(crate) fn sequence(&self, shard: ShardNo, position: Position) -> Sequence {
        Sequence { second: self.shards.get(&shard).map_or(0, |shard| shard.second), shard, position }
    }
}

/// A time of so many hours.
pub(crate) fn hours(hours: u32) -> std::time::Duration {
    std::time::Duration::from_secs(u64::from(hours) * 3_600)
}

/// A stream in use. There is one for each stream in a process.
#[derive(Debug)]
pub(crate) struct Stream {
    /// Where it is.
    pub home: Home,
    /// The scope of its records.
    pub scope: Scope,
    /// Its number.
    pub no: StreamNo,
    known: ArcSwap<Known>,
    /// Writes records, those of many callers at once.
    pub(super) appender: Appender,
    /// What its shards may take and give.
    pub(super) throttle: Mutex<Throttle>,
    /// What it is sent.
    pub(super) usage: Mutex<Usage>,
    /// Held while the stream is changed, so that the newest state is the one known.
    pub(super) changing: tokio::sync::Mutex<()>,
}

impl Stream {
    /// A stream as the store has it.
    pub(crate) fn new(home: Home, known: Known) -> Self {
        Self {
            scope: home.scope(),
            home,
            no: known.record.no,
            known: ArcSwap::from_pointee(known),
            appender: Appender::default(),
            throttle: Mutex::default(),
            usage: Mutex::default(),
            changing: tokio::sync::Mutex::default(),
        }
    }

    /// What is known of it.
    pub(crate) fn known(&self) -> Arc<Known> {
        self.known.load_full()
    }

    /// Remembers what was committed.
    pub(super) fn remember(&self, known: Known) {
        self.known.store(Arc::new(known));
    }
}
