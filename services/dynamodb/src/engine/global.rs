//! Which tables are replicas of each other: tables of one account and one name in several regions, each of which knows the
//! regions of the others. What a group is made of changes in one commit.

use std::sync::Arc;
use std::time::Duration;

use names::{Region, Timestamp};
use store::{Batch, KeyRange, Order, Reader, Scope, StoreError};

use super::Engine;
use super::item::{Write, Written};
use super::refusal::Refusal;
use super::sealing::NewKey;
use super::table::{Home, Lock, State, Table};
use crate::store::{
    Billing, Encryption, GlobalVersion, KEYS, Overrides, Replication, SENT, StreamSetting, TABLES, TableNo,
    TableRecord, Throughput, View,
};

/// How long a table that was the source of a new replica cannot be deleted (`DeleteTable`).
const SOURCE: Duration = Duration::from_secs(86_400);

/// How replicas of a new group are kept alike.
#[derive(Debug, Clone, Default)]
pub(crate) struct Consistency {
    /// Whether a write is in all replicas or in none.
    pub strong: bool,
    /// The region that bears witness.
    pub witness: Option<Region>,
}

impl Engine {
    /// The other replicas of a table.
    pub(crate) async fn peers(&self, table: &Table) -> Result<Vec<Arc<Table>>, Refusal> {
        if table.state().record.replication.is_none() {
            return Ok(Vec::new());
        }
        let _one = self.directory().changing().await;
        self.load_peers(table).await
    }

    /// The same, for whoever keeps tables from coming and going.
    pub(crate) async fn load_peers(&self, table: &Table) -> Result<Vec<Arc<Table>>, Refusal> {
        let state = table.state_kept();
        let regions = state.replication().map(|replication| replication.peers.clone()).unwrap_or_default();
        let mut peers = Vec::with_capacity(regions.len());
        for region in &regions {
            peers.extend(self.directory().load(self.store(), &table.home.in_region(region)).await?);
        }
        Ok(peers)
    }

    /// The tables of a name that are replicas of version 2017, in all regions of an account.
    pub(crate) async fn global_table(&self, home: &Home) -> Result<Vec<Arc<Table>>, Refusal> {
        let _one = self.directory().changing().await;
        let mut found = Vec::new();
        for scope in Scope::all(&self.store().read().await?).await? {
            let Scope::Regional(account, region) = scope else { continue };
            if account != home.account {
                continue;
            }
            let table = self.directory().load(self.store(), &home.in_region(&region)).await?;
            let is_global = |table: &Arc<Table>| {
                table.state().replication().is_some_and(|replication| replication.version == GlobalVersion::V2017)
            };
            found.extend(table.filter(is_global));
        }
        Ok(found)
    }

    /// Makes a replica of a table in another region. Its items come in the background.
    pub(crate) async fn add_replica(
        &self,
        table: &Table,
        region: &Region,
        overrides: Overrides,
        key: (Option<Encryption>, NewKey),
        consistency: &Consistency,
    ) -> Result<(), Refusal> {
        let _one = self.directory().changing().await;
        let home = table.home.in_region(region);
        if self.directory().load(self.store(), &home).await?.is_some() {
            return Err(Refusal::ReplicaIsTable(home.name));
        }
        let others = self.load_peers(table).await?;
        let tables = in_order(table, &others);
        let mut alone = Vec::with_capacity(tables.len());
        for each in &tables {
            alone.push(each.changing().await);
        }
        let mut records = self.records(&tables)?;
        let made = Made { no: self.number().await?, id: self.random().uuid(), now: self.now() };
        let at = tables.iter().position(|each| each.no == table.no).unwrap_or_default();
        let mut record = join(&mut records, at, &tables, region, &made, overrides, consistency)?;
        let (encryption, key) = key;
        record.encryption = encryption;
        let batch = Batch::new();
        self.follow_stream(&home, None, &mut record, &batch).await?;
        TABLES.put(&batch, &home.scope(), &home.name.as_str(), &record)?;
        KEYS.put(&batch, &home.scope(), &record.no, &key.record)?;
        for table in &tables {
            SENT.delete(&batch, &table.scope, &(table.no, region.clone()));
        }
        self.commit_changed(&tables, &mut records, batch).await?;
        self.keys().keep(record.no, key.sealing.clone());
        self.directory().add(Table::new(home, record, Lock::Open(key.sealing)));
        self.chores().replicate.signal();
        Ok(())
    }

    /// Makes tables that are there replicas of each other, as version 2017 has them; further ones of a group that is there.
    pub(crate) async fn unite(&self, tables: &[Arc<Table>]) -> Result<(), Refusal> {
        let now = self.now();
        let mut sorted: Vec<&Table> = tables.iter().map(|table| &**table).collect();
        sorted.sort_by_key(|table| table.no);
        self.change_all(&sorted, |records| {
            let regions: Vec<_> = sorted.iter().map(|table| table.home.region.clone()).collect();
            let created = records.iter().filter_map(|record| record.replication.as_ref()).map(|r| r.created).min();
            for (record, region) in records.iter_mut().zip(&regions) {
                let created = created.unwrap_or(now);
                let replication = record.replication.get_or_insert_with(|| Replication {
                    version: GlobalVersion::V2017,
                    ..fresh(created, &Consistency::default())
                });
                replication.peers = regions.iter().filter(|other| *other != region).cloned().collect();
            }
            Ok(())
        })
        .await?;
        Ok(())
    }

    /// Takes a table out of its group, as version 2017 does: it stays as it is.
    pub(crate) async fn part(&self, table: &Table) -> Result<(), Refusal> {
        let others = self.peers(table).await?;
        let tables = in_order(table, &others);
        let region = &table.home.region;
        self.change_all(&tables, |records| {
            for (each, record) in tables.iter().zip(records.iter_mut()) {
                if each.no == table.no {
                    record.replication = None;
                } else if let Some(replication) = &mut record.replication {
                    replication.peers.retain(|peer| peer != region);
                }
            }
            Ok(())
        })
        .await?;
        Ok(())
    }

    /// Changes a table, and with it the other replicas, which share its capacity for writes, its indexes and what expires.
    pub(crate) async fn change_everywhere(
        &self,
        table: &Table,
        change: impl FnOnce(&mut TableRecord) -> Result<(), Refusal>,
    ) -> Result<TableRecord, Refusal> {
        let is_replica = |state: &State| state.replication().is_some_and(|r| r.version == GlobalVersion::V2019);
        if !is_replica(&table.state()) {
            return self.change(table, change).await;
        }
        let _one = self.directory().changing().await;
        let others = self.load_peers(table).await?;
        let tables = in_order(table, &others);
        let at = tables.iter().position(|each| each.no == table.no).unwrap_or_default();
        let mut records = self
            .change_all(&tables, |records| {
                change(&mut records[at])?;
                let changed = records[at].clone();
                let rest = records.iter_mut().enumerate().filter(|(other, _)| *other != at);
                rest.for_each(|(_, record)| follow(record, &changed));
                Ok(())
            })
            .await?;
        Ok(records.swap_remove(at))
    }

    /// Writes an item in all replicas at once.
    pub(crate) async fn write_everywhere(&self, table: &Table, write: &Write) -> Result<Written, Refusal> {
        loop {
            let others = self.peers(table).await?;
            let mut kept = Vec::with_capacity(others.len() + 1);
            for each in in_order(table, &others) {
                kept.push(each.writing().await);
            }
            let state = table.state_kept();
            if state.gone {
                return Err(Refusal::NoTableForItems);
            }
            if state.replication().is_some_and(|replication| replication.peers.len() != others.len()) {
                continue;
            }
            self.check_writable(table, &state)?;
            let states: Vec<_> = others.iter().map(|other| other.state_kept()).collect();
            let (state, states, others, course) = (&state, &states, &others, &self.course().await?);
            let written = self.store().transact(|tx| async move {
                let written = self.write_in(&tx, table, state, write, course).await?;
                for (other, there) in others.iter().zip(states) {
                    let place = super::key::row(there.schema.primary(), &write.item);
                    let place = place.ok_or_else(super::key::mismatch)?;
                    self.land_always(&tx, other, there, course, &place, written.new.as_ref()).await?;
                }
                Ok::<_, Refusal>(written)
            });
            let written = written.await?;
            for (each, state) in others.iter().map(|o| &**o).zip(states.iter()).chain([(table, state)]) {
                self.spend_written(each, state, &written);
            }
            return Ok(written);
        }
    }

    /// Whether a table holds no item.
    pub(crate) async fn is_empty(&self, table: &Table) -> Result<bool, Refusal> {
        let range = KeyRange::prefix(table.state().schema.primary().prefix.clone());
        Ok(self.store().read().await?.scan(range, Order::Ascending, 1).await?.is_empty())
    }

    /// A table that others were lately made of stays.
    pub(crate) fn check_source(&self, state: &State) -> Result<(), Refusal> {
        let lately = |at: Timestamp| at.plus(SOURCE) > self.now();
        let replication = state.replication().filter(|replication| !replication.peers.is_empty());
        if replication.and_then(|replication| replication.sourced).is_some_and(lately) {
            return Err(Refusal::Source);
        }
        Ok(())
    }

    /// Writes of the other replicas that this one is no longer there; what they are from then on.
    pub(crate) async fn leave(
        &self,
        table: &Table,
        others: &[Arc<Table>],
        batch: &Batch,
    ) -> Result<Vec<TableRecord>, Refusal> {
        let mut left = Vec::with_capacity(others.len());
        for other in others {
            let before = other.state_kept();
            let mut record = before.record.clone();
            if let Some(replication) = &mut record.replication {
                replication.peers.retain(|peer| *peer != table.home.region);
                if replication.filling.as_ref() == Some(&table.home.region) {
                    replication.filling = None;
                }
                let alone = replication.peers.is_empty() && replication.version == GlobalVersion::V2019;
                record.replication = record.replication.filter(|_| !alone);
            }
            self.put_changed(other, &before.record, &mut record, batch).await?;
            SENT.delete(batch, &other.scope, &(other.no, table.home.region.clone()));
            left.push(record);
        }
        Ok(left)
    }

    /// Tables in use that others are to be told of. At the first call those of the store are looked through.
    pub(crate) async fn replicated(&self) -> Result<Vec<Arc<Table>>, StoreError> {
        use std::sync::atomic::Ordering;
        if !self.0.replicas_found.load(Ordering::Acquire) {
            let view = self.store().read().await?;
            for (scope, name, record) in TABLES.scan_everywhere(&view).await? {
                let (Scope::Regional(account, region), true) = (scope, record.replication.is_some()) else { continue };
                self.lookup(&Home { account, region, name }).await?;
            }
            self.0.replicas_found.store(true, Ordering::Release);
        }
        let tells = |table: &Arc<Table>| {
            let state = table.state();
            state.tells_others() || state.replication().is_some_and(|replication| replication.filling.is_some())
        };
        Ok(self.directory().in_use().into_iter().filter(tells).collect())
    }
}

/// A table and others in the order in which their gates are taken.
pub(crate) fn in_order<'a>(table: &'a Table, others: &'a [Arc<Table>]) -> Vec<&'a Table> {
    let mut all: Vec<_> = others.iter().map(|other| &**other).chain([table]).collect();
    all.sort_by_key(|table| table.no);
    all
}

/// What is new of a new replica.
struct Made {
    no: TableNo,
    id: String,
    now: Timestamp,
}

/// Makes all replicas know of a new one, which is made of the one at `at`; answers what the new one is.
fn join(
    records: &mut [TableRecord],
    at: usize,
    tables: &[&Table],
    region: &Region,
    made: &Made,
    overrides: Overrides,
    consistency: &Consistency,
) -> Result<TableRecord, Refusal> {
    for record in records.iter_mut() {
        record.replication.get_or_insert_with(|| fresh(made.now, consistency));
    }
    switch_stream_on(&mut records[at])?;
    let regions: Vec<_> = tables.iter().map(|table| table.home.region.clone()).collect();
    let mut new = replica_of(&records[at], regions[at].clone(), regions, overrides);
    (new.no, new.id, new.created) = (made.no, made.id.clone(), made.now);
    for (other, record) in records.iter_mut().enumerate() {
        if let Some(replication) = &mut record.replication {
            replication.peers.push(region.clone());
            replication.sourced = if other == at { Some(made.now) } else { replication.sourced };
        }
    }
    Ok(new)
}

/// The membership of a group that begins.
fn fresh(now: Timestamp, consistency: &Consistency) -> Replication {
    Replication {
        version: GlobalVersion::V2019,
        created: now,
        peers: Vec::new(),
        strong: consistency.strong,
        witness: consistency.witness.clone(),
        filling: None,
        sourced: None,
        overrides: Overrides::default(),
    }
}

/// Replicas tell of changes with both images: a stream that is not there yet is switched on. Those that are written together
/// need none.
fn switch_stream_on(record: &mut TableRecord) -> Result<(), Refusal> {
    let strong = record.replication.as_ref().is_some_and(|replication| replication.strong);
    match record.stream.as_ref().filter(|stream| stream.on) {
        _ if strong => {}
        Some(stream) if stream.view != View::Both => return Err(Refusal::invalid(VIEW)),
        Some(_) => {}
        None => record.stream = Some(both()),
    }
    Ok(())
}

fn both() -> StreamSetting {
    StreamSetting { no: 0, label: String::new(), view: View::Both, on: true }
}

/// Nobody recorded AWS's text.
const VIEW: &str = "One or more parameter values were invalid: Table must have DynamoDB Streams enabled with StreamViewType \
                    NEW_AND_OLD_IMAGES to add a replica";

/// A new replica's record, made of that of a table; its number, identity and instant are still to come.
fn replica_of(record: &TableRecord, source: Region, peers: Vec<Region>, overrides: Overrides) -> TableRecord {
    let strong = record.replication.as_ref().is_some_and(|replication| replication.strong);
    let replication = record.replication.as_ref().map(|replication| Replication {
        peers,
        filling: (!strong).then_some(source),
        sourced: None,
        overrides: overrides.clone(),
        ..replication.clone()
    });
    let mut made = TableRecord {
        stream: record.stream.as_ref().filter(|stream| stream.on).map(|_| both()),
        tags: names::Tags::new(),
        protected: false,
        policy: None,
        recovery: None,
        restored: None,
        destinations: Vec::new(),
        insights: Vec::new(),
        stream_policies: Vec::new(),
        replication,
        ..record.clone()
    };
    override_reads(&mut made, &overrides);
    made
}

/// What a replica shares with one that was changed.
fn follow(record: &mut TableRecord, changed: &TableRecord) {
    record.billing = changed.billing;
    record.attributes.clone_from(&changed.attributes);
    record.next_index = changed.next_index;
    record.expiry.clone_from(&changed.expiry);
    let own = changed.replication.as_ref().is_some_and(|replication| replication.overrides.read.is_some());
    let read = if own { record.throughput.read } else { changed.throughput.read };
    record.throughput = Throughput { read, ..changed.throughput.clone() };
    let before = std::mem::take(&mut record.global);
    record.global = changed.global.clone();
    for index in &mut record.global {
        if let Some(was) = before.iter().find(|was| was.no == index.no) {
            index.filling = was.filling;
        }
    }
    let overrides = record.replication.as_ref().map(|replication| replication.overrides.clone()).unwrap_or_default();
    override_reads(record, &overrides);
}

/// Lays what a replica has otherwise over what it shares.
pub(crate) fn override_reads(record: &mut TableRecord, overrides: &Overrides) {
    let lay = |throughput: &mut Throughput, read: Option<u64>, most: Option<u64>| {
        throughput.read = read.unwrap_or(throughput.read);
        throughput.most_read = most.or(throughput.most_read);
    };
    let provisioned = matches!(record.billing, Billing::Provisioned { .. });
    lay(&mut record.throughput, overrides.read.filter(|_| provisioned), overrides.most_read);
    for (name, read, most) in &overrides.indexes {
        if let Some(index) = record.global.iter_mut().find(|index| index.name == *name) {
            lay(&mut index.throughput, read.filter(|_| provisioned), *most);
        }
    }
}
