//! Streams: created, changed, deleted; and the records that are no longer kept.

use std::collections::BTreeMap;
use std::sync::Arc;

use names::{Tags, Timestamp};
use store::{Batch, Order, Raw, Span, StoreError, Tx};

use super::Engine;
use super::refusal::Refusal;
use super::reshard::{self, Lineage, Step};
use super::sequence::first_at;
use super::stream::{Home, Known, Stream, hours};
use crate::limits;
use crate::store::{CONSUMERS, Mode, SEGMENTS, SHARDS, STREAMS, SWEEPS, ShardNo, StreamRecord, TAILS, Tail};

/// Positions before the horizon at which a segment may begin and still hold a record after it: more than it has records.
const SEGMENT_SPAN: u64 = 1_000_000;

/// What a stream is to be.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// How it is scaled.
    pub mode: Mode,
    /// Its shards.
    pub shards: u32,
    /// Tags.
    pub tags: Tags,
    /// Throughput that is kept ready, in MiB a second.
    pub warm: Option<u32>,
    /// KiB of the largest record.
    pub record_kib: u32,
}

/// How many an account has in a region.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Census {
    /// Shards that take records.
    pub shards: u32,
    /// Streams in on-demand mode.
    pub on_demand: u32,
}

impl Engine {
    /// Creates a stream.
    pub(crate) async fn create(&self, home: &Home, plan: Plan) -> Result<(), Refusal> {
        let no = self.number().await?;
        let now = self.now();
        let shards = reshard::fresh(plan.shards, now);
        let record = StreamRecord {
            no,
            id: format!("{}-{}", self.runtime().random.hex(20), self.runtime().random.hex(3)),
            created: now,
            mode: plan.mode,
            retention_hours: *limits::RETENTION_HOURS.start(),
            horizon: 0,
            key: None,
            metrics: Vec::new(),
            record_kib: plan.record_kib,
            warm: plan.warm,
            tags: plan.tags,
            policy: None,
            open: plan.shards,
            next_shard: plan.shards,
            rescales: Vec::new(),
            mode_changes: Vec::new(),
        };
        let known = Known::new(record, shards);
        self.store().transact(|tx| create(tx, home, &known)).await
    }

    /// How many shards and streams there are where a stream is.
    pub(crate) async fn census(&self, home: &Home) -> Result<Census, Refusal> {
        let view = self.store().read().await?;
        let mut census = Census::default();
        for (_, record) in STREAMS.scan_all(&view, &home.scope(), &Span::all()).await? {
            census.shards += record.open;
            census.on_demand += u32::from(record.mode == Mode::OnDemand);
        }
        Ok(census)
    }

    /// Refuses shards that the account would have too many of.
    pub(crate) async fn room_for(&self, home: &Home, more: u32) -> Result<(), Refusal> {
        let limit = limits::shards(home.region.as_str());
        let present = self.census(home).await?.shards;
        if present.saturating_add(more) > limit {
            return Err(Refusal::TooManyShards { present, more, limit });
        }
        Ok(())
    }

    /// Streams of a place by name, after one.
    pub(crate) async fn list(
        &self,
        home: &Home,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, StreamRecord)>, Refusal> {
        let view = self.store().read().await?;
        let span = after.map_or(Span::all(), |after| Span::all().after(&after));
        Ok(STREAMS.scan(&view, &home.scope(), &span, Order::Ascending, limit).await?)
    }

    /// Deletes a stream with all its records; with its consumers only when they may go.
    pub(crate) async fn delete(&self, stream: &Stream, consumers_too: bool) -> Result<(), Refusal> {
        let _turn = stream.changing.lock().await;
        self.store().transact(|tx| delete(tx, stream, consumers_too)).await?;
        self.directory().remove(&stream.home).await;
        self.chores().sweep.signal();
        Ok(())
    }

    /// Changes what a stream is, shards excepted.
    pub(crate) async fn change(
        &self,
        stream: &Stream,
        change: impl Fn(&mut StreamRecord, Timestamp) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        self.change_with(stream, |known, now| {
            let mut record = known.record.clone();
            change(&mut record, now)?;
            Ok((record, Vec::new()))
        })
        .await
    }

    /// Changes what a stream is and takes steps with its shards, as planned from what it was.
    pub(crate) async fn change_with(
        &self,
        stream: &Stream,
        plan: impl Fn(&Known, Timestamp) -> Result<(StreamRecord, Vec<Step>), Refusal>,
    ) -> Result<(), Refusal> {
        let _turn = stream.changing.lock().await;
        let (before, now) = (stream.known(), self.now());
        let (record, steps) = plan(&before, now)?;
        let changed = |tx| change(tx, stream, &before, record.clone(), &steps, now);
        stream.remember(self.store().transact(changed).await?);
        Ok(())
    }

    /// Removes records that are older than their streams keep, and closed shards of which nothing is left.
    pub(crate) async fn trim(&self) -> Result<(), Refusal> {
        for stream in self.everywhere().await? {
            self.trim_one(&stream).await?;
        }
        Ok(())
    }

    async fn trim_one(&self, stream: &Stream) -> Result<(), Refusal> {
        let _turn = stream.changing.lock().await;
        let known = stream.known();
        let horizon = known.horizon(self.now());
        let whole = horizon.saturating_sub(SEGMENT_SPAN);
        for shard in known.shards.keys() {
            let old = Span::prefix(&(stream.no, *shard)).until(&(stream.no, *shard, whole));
            self.store().delete_range(SEGMENTS.range(&stream.scope, &old)).await?;
        }
        let over: Vec<ShardNo> =
            known.shards.iter().filter(|(_, s)| s.closed.is_some_and(|at| at < whole)).map(|(no, _)| *no).collect();
        if over.is_empty() {
            return Ok(());
        }
        self.store().transact(|tx| drop_shards(tx, stream, &over)).await?;
        let mut shards = known.shards.clone();
        shards.retain(|no, _| !over.contains(no));
        stream.throttle.lock().keep(|no| shards.contains_key(&no));
        stream.remember(Known::new(known.record.clone(), shards));
        Ok(())
    }

    /// Removes what deleted streams held.
    pub(crate) async fn sweep(&self) -> Result<(), StoreError> {
        let view = self.store().read().await?;
        for (scope, no, _) in SWEEPS.scan_everywhere(&view).await? {
            self.store().delete_range(SEGMENTS.range(&scope, &Span::prefix(&(no,)))).await?;
            let batch = Batch::new();
            SWEEPS.delete(&batch, &scope, &no);
            self.store().write(batch).await?;
        }
        Ok(())
    }

    /// All streams of all accounts.
    pub(crate) async fn everywhere(&self) -> Result<Vec<Arc<Stream>>, Refusal> {
        let view = self.store().read().await?;
        let mut streams = Vec::new();
        for (scope, name, _) in STREAMS.scan_everywhere(&view).await? {
            let store::Scope::Regional(account, region) = scope else { continue };
            streams.extend(self.lookup(&Home { account, region, name }).await?);
        }
        Ok(streams)
    }
}

/// Sets how many hours records are kept. What has expired stays expired.
pub(crate) fn retain(record: &mut StreamRecord, hours_kept: u32, now: Timestamp) {
    let kept = record.retention_hours.min(hours_kept);
    record.horizon = record.horizon.max(first_at(now.minus(hours(kept))));
    record.retention_hours = hours_kept;
}

async fn create(tx: Tx, home: &Home, known: &Known) -> Result<(), Refusal> {
    let (scope, no) = (home.scope(), known.record.no);
    if STREAMS.get(&tx, &scope, &home.name.as_str()).await?.is_some() {
        return Err(Refusal::StreamTaken);
    }
    STREAMS.put(&tx, &scope, &home.name.as_str(), &known.record)?;
    for (shard, record) in &known.shards {
        SHARDS.put(&tx, &scope, &(no, *shard), record)?;
        TAILS.put(&tx, &scope, &(no, *shard), &Tail { last: record.opened, open: true })?;
    }
    Ok(())
}

async fn delete(tx: Tx, stream: &Stream, consumers_too: bool) -> Result<(), Refusal> {
    let (scope, no, name) = (&stream.scope, stream.no, stream.home.name.as_str());
    let record = STREAMS.get(&tx, scope, &name).await?.filter(|record| record.no == no).ok_or(Refusal::NoSuchStream)?;
    let consumers = CONSUMERS.scan_all(&tx, scope, &Span::prefix(&(no,))).await?;
    if !consumers.is_empty() && !consumers_too {
        return Err(Refusal::HasConsumers);
    }
    for ((_, consumer), _) in consumers {
        CONSUMERS.delete(&tx, scope, &(no, consumer));
    }
    for shard in stream.known().shards.keys() {
        SHARDS.delete(&tx, scope, &(no, *shard));
        TAILS.delete(&tx, scope, &(no, *shard));
    }
    STREAMS.delete(&tx, scope, &name);
    SWEEPS.put(&tx, scope, &record.no, &Raw(bytes::Bytes::new()))?;
    Ok(())
}

async fn change(
    tx: Tx,
    stream: &Stream,
    before: &Known,
    mut record: StreamRecord,
    steps: &[Step],
    now: Timestamp,
) -> Result<Known, Refusal> {
    let (scope, no, name) = (&stream.scope, stream.no, stream.home.name.as_str());
    STREAMS.get(&tx, scope, &name).await?.filter(|there| there.no == no).ok_or(Refusal::NoSuchStream)?;
    let mut lasts = BTreeMap::new();
    for shard in steps.iter().flat_map(|step| match step {
        Step::Split(shard, _) => [Some(*shard), None],
        Step::Merge(one, other) => [Some(*one), Some(*other)],
    }) {
        let Some(shard) = shard.filter(|shard| before.shards.contains_key(shard)) else { continue };
        let tail = TAILS.get(&tx, scope, &(no, shard)).await?.ok_or(Refusal::NoSuchStream)?;
        lasts.insert(shard, tail.last);
    }
    let mut lineage = Lineage { shards: before.shards.clone(), next: record.next_shard, lasts: &lasts, now };
    steps.iter().try_for_each(|step| lineage.take(*step))?;
    for (shard, after) in &lineage.shards {
        if before.shards.get(shard) != Some(after) {
            SHARDS.put(&tx, scope, &(no, *shard), after)?;
            let last = lasts.get(shard).copied().unwrap_or(after.opened);
            TAILS.put(&tx, scope, &(no, *shard), &Tail { last, open: after.closed.is_none() })?;
        }
    }
    record.next_shard = lineage.next;
    record.open = lineage.shards.values().filter(|shard| shard.closed.is_none()).count() as u32;
    STREAMS.put(&tx, scope, &name, &record)?;
    Ok(Known::new(record, lineage.shards))
}

async fn drop_shards(tx: Tx, stream: &Stream, over: &[ShardNo]) -> Result<(), StoreError> {
    for shard in over {
        SHARDS.delete(&tx, &stream.scope, &(stream.no, *shard));
        TAILS.delete(&tx, &stream.scope, &(stream.no, *shard));
    }
    Ok(())
}
