//! Bringing writes to the other replicas: each replica tells every other one of its own writes, in their order, some time
//! after they were made. A region that is out is told later; so is a new replica of everything that was there before it.

use std::time::Duration;

use names::{AccountId, Region};
use service_kit::BoxFuture;
use store::{Batch, KeyRange, Order, Reader, Span};

use super::Engine;
use super::item::Written;
use super::key;
use super::refusal::Refusal;
use super::replica::{Arrival, stamp, stamp_key};
use super::stream::{first_at, instant_of};
use super::table::Table;
use crate::limits::REPLICATION_LAG;
use crate::store::{OUTGOING, SENT, STAMPS, SentRecord, SequenceNo, StampRecord};
use store::Value as _;

/// Writes brought elsewhere by one transaction.
const AT_ONCE: usize = 100;
/// How long the stamps of deleted items are kept at least: a write that was made before the deletion may still be under way.
const GRAVES: Duration = Duration::from_secs(3_600);

/// Tells which regions can be reached.
pub(crate) trait Regions: Send + Sync {
    /// Whether a region can be reached, as the tables of an account see it.
    fn reachable<'a>(&'a self, account: AccountId, region: &'a Region) -> BoxFuture<'a, bool>;
}

impl Engine {
    /// Brings all writes that are due to where they are wanted. Tells how long the next one has to wait, when one waits.
    pub(crate) async fn replicate(&self, regions: &dyn Regions) -> Result<Option<Duration>, Refusal> {
        let mut wait = None;
        for table in self.replicated().await? {
            if !table.is_open() || !regions.reachable(table.home.account, &table.home.region).await {
                continue;
            }
            for peer in self.peers(&table).await? {
                if !peer.is_open() || !regions.reachable(peer.home.account, &peer.home.region).await {
                    continue;
                }
                self.fill_replica(&table, &peer).await?;
                let due = first_at(self.now().minus(REPLICATION_LAG)).saturating_add(1);
                if let Some(next) = self.send(&table, &peer, due).await? {
                    let left = instant_of(next).plus(REPLICATION_LAG).since(self.now()).max(Duration::from_millis(1));
                    wait = Some(wait.map_or(left, |wait: Duration| wait.min(left)));
                }
            }
            self.trim_outgoing(&table).await?;
        }
        Ok(wait)
    }

    /// Tells another replica of all writes, however lately they were made. The gates of both are held by the caller.
    pub(crate) async fn send_all(&self, table: &Table, peer: &Table) -> Result<(), Refusal> {
        while self.send_some(table, peer, SequenceNo::MAX).await?.1 {}
        Ok(())
    }

    /// Tells another replica of the writes before `due`. Tells the first one after them.
    async fn send(&self, table: &Table, peer: &Table, due: SequenceNo) -> Result<Option<SequenceNo>, Refusal> {
        loop {
            let kept = peer.writing().await;
            if peer.state().gone {
                return Ok(None);
            }
            let (_, more) = self.send_some(table, peer, due).await?;
            drop(kept);
            if !more {
                break;
            }
        }
        let view = self.store().read().await?;
        let span = Span::prefix(&(table.no,)).from(&(table.no, self.sent(table, &peer.home.region).await?));
        let next = OUTGOING.scan(&view, &table.scope, &span, Order::Ascending, 1).await?;
        Ok(next.first().map(|((_, no), _)| *no))
    }

    /// Brings some writes elsewhere; tells how many, and whether there may be more.
    async fn send_some(&self, table: &Table, peer: &Table, due: SequenceNo) -> Result<(usize, bool), Refusal> {
        let settled = self.sequencer().await?.settled(self.now()).saturating_add(1);
        let from = self.sent(table, &peer.home.region).await?;
        let span = Span::prefix(&(table.no,)).from(&(table.no, from)).until(&(table.no, due.min(settled)));
        let view = self.store().read().await?;
        let rows = OUTGOING.scan(&view, &table.scope, &span, Order::Ascending, AT_ONCE).await?;
        let Some(((_, last), _)) = rows.last() else { return Ok((0, false)) };
        let arrivals = rows.iter().map(|((_, no), record)| Arrival::of(table, *no, record));
        let arrivals = arrivals.collect::<Result<Vec<_>, _>>()?;
        let sent = SentRecord { next: last + 1 };
        let (state, course) = (&peer.state_kept(), &self.course().await?);
        let (arrivals, sent) = (&arrivals, &sent);
        let landed = self.store().transact(|tx| async move {
            let mut consumed = super::capacity::Consumed::default();
            for arrival in arrivals {
                consumed.add(&self.land(&tx, peer, state, course, arrival).await?);
            }
            SENT.put(&tx, &table.scope, &(table.no, peer.home.region.clone()), sent)?;
            Ok::<_, Refusal>(consumed)
        });
        let consumed = landed.await?;
        self.spend_written(peer, state, &Written { consumed, ..Written::default() });
        Ok((rows.len(), rows.len() == AT_ONCE))
    }

    /// The first write that a replica elsewhere was not told of.
    async fn sent(&self, table: &Table, region: &Region) -> Result<SequenceNo, Refusal> {
        let sent = SENT.get(&self.store().read().await?, &table.scope, &(table.no, region.clone())).await?;
        Ok(sent.unwrap_or_default().next)
    }

    /// Forgets writes that all others were told of.
    async fn trim_outgoing(&self, table: &Table) -> Result<(), Refusal> {
        let state = table.state_kept();
        let mut told = SequenceNo::MAX;
        for region in state.replication().iter().flat_map(|replication| &replication.peers) {
            told = told.min(self.sent(table, region).await?);
        }
        if told == 0 {
            return Ok(());
        }
        let span = Span::prefix(&(table.no,)).until(&(table.no, told));
        let view = self.store().read().await?;
        if !OUTGOING.scan(&view, &table.scope, &span, Order::Ascending, 1).await?.is_empty() {
            self.store().delete_range(OUTGOING.range(&table.scope, &span)).await?;
        }
        Ok(())
    }

    /// Copies to a new replica what its source held before it.
    async fn fill_replica(&self, source: &Table, replica: &Table) -> Result<(), Refusal> {
        let is_source = |state: &super::table::State| {
            state.replication().is_some_and(|replication| replication.filling.as_ref() == Some(&source.home.region))
        };
        if !is_source(&replica.state()) {
            return Ok(());
        }
        let state = source.state_kept();
        let mut range = KeyRange::prefix(state.schema.primary().prefix.clone());
        loop {
            let view = self.store().read().await?;
            let rows = view.scan(range.clone(), Order::Ascending, AT_ONCE).await?;
            let mut arrivals = Vec::with_capacity(rows.len());
            for (place, stored) in &rows {
                let item = source.open(state.schema.primary(), place, stored)?;
                let before = StampRecord { no: 0, region: source.home.region.clone(), gone: false };
                let stamp = stamp(&view, source, &state, place).await?.unwrap_or(before);
                let keys = key::key_of(state.schema.primary().key(), &item);
                arrivals.push(Arrival { keys, item: Some(item), stamp });
            }
            self.land_copies(replica, &arrivals).await?;
            match rows.last() {
                Some((last, _)) if rows.len() == AT_ONCE => range = key::after(range, last, true),
                _ => break,
            }
        }
        self.copy_graves(source, replica).await?;
        self.change(replica, |record| {
            record.replication.iter_mut().for_each(|replication| replication.filling = None);
            Ok(())
        })
        .await?;
        Ok(())
    }

    async fn land_copies(&self, replica: &Table, arrivals: &[Arrival]) -> Result<(), Refusal> {
        let _kept = replica.writing().await;
        let (state, course) = (&replica.state_kept(), &self.course().await?.quiet());
        self.store()
            .transact(|tx| async move {
                for arrival in arrivals {
                    self.land(&tx, replica, state, course, arrival).await?;
                }
                Ok::<_, Refusal>(())
            })
            .await
    }

    /// Copies what tells of deleted items, so that an older write of a third replica does not bring them back.
    async fn copy_graves(&self, source: &Table, replica: &Table) -> Result<(), Refusal> {
        let head = STAMPS.key(&source.scope, &source.no);
        let to = replica.state_kept();
        let mut range = KeyRange::prefix(head.clone());
        loop {
            let rows = self.store().read().await?.scan(range.clone(), Order::Ascending, AT_ONCE).await?;
            let (last, full) = (rows.last().map(|(last, _)| last.clone()), rows.len() == AT_ONCE);
            let (rows, head, to, prefix) = (&rows, &head, &to, &to.schema.primary().prefix);
            let copied = self.store().transact(|tx| async move {
                for (found, stored) in rows {
                    let stamp = StampRecord::from_stored(|| "dynamodb/stamp".to_owned(), stored.clone())?;
                    let place = [&prefix[..], &found[head.len()..]].concat().into();
                    let here = super::replica::stamp(&tx, replica, to, &place).await?;
                    if stamp.gone && here.is_none_or(|here| here.no < stamp.no) {
                        store::Writer::put(&tx, stamp_key(replica, to, &place), stored.clone());
                    }
                }
                Ok::<_, Refusal>(())
            });
            copied.await?;
            match last {
                Some(last) if full => range.start = store::after_key(&last),
                _ => return Ok(()),
            }
        }
    }

    /// Removes stamps of deleted items that no write under way can be older than.
    pub(crate) async fn trim_graves(&self) -> Result<(), Refusal> {
        for table in self.replicated().await? {
            let mut oldest = first_at(self.now().minus(GRAVES));
            for each in self.peers(&table).await?.iter().chain([&table]) {
                let view = self.store().read().await?;
                let span = Span::prefix(&(each.no,));
                let first = OUTGOING.scan(&view, &each.scope, &span, Order::Ascending, 1).await?;
                oldest = first.first().map_or(oldest, |((_, no), _)| oldest.min(*no));
            }
            self.trim_graves_of(&table, oldest).await?;
        }
        Ok(())
    }

    async fn trim_graves_of(&self, table: &Table, oldest: SequenceNo) -> Result<(), Refusal> {
        let mut range = KeyRange::prefix(STAMPS.key(&table.scope, &table.no));
        loop {
            let rows = self.store().read().await?.scan(range.clone(), Order::Ascending, AT_ONCE).await?;
            let batch = Batch::new();
            let full = rows.len() == AT_ONCE;
            for (found, stored) in &rows {
                let stamp = StampRecord::from_stored(|| "dynamodb/stamp".to_owned(), stored.clone())?;
                if stamp.gone && stamp.no < oldest {
                    store::Writer::delete(&batch, found.clone());
                }
            }
            self.store().write(batch).await?;
            match rows.last() {
                Some((last, _)) if full => range.start = store::after_key(last),
                _ => return Ok(()),
            }
        }
    }
}
