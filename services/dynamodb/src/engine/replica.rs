//! Writes of replicated tables: which write an item is of, what the other replicas are to be told, and how a write made
//! elsewhere lands. The last writer wins: writes of all regions have one order, that of their sequence numbers, which are made
//! of the clock.

use bytes::Bytes;
use store::{Reader, StoreError, Tx, Value as _, Writer};

use super::Engine;
use super::capacity::Consumed;
use super::item::{Course, Turn};
use super::refusal::Refusal;
use super::table::{State, Table};
use super::value::{Item, Value, item_size};
use super::{key, row};
use crate::store::{GlobalVersion, OUTGOING, OutgoingRecord, Replication, STAMPS, SequenceNo, StampRecord};

/// When an item was written, in tables of version 2017.
const UPDATED: &str = "aws:rep:updatetime";
/// Where.
const REGION: &str = "aws:rep:updateregion";
/// Whether it is being deleted.
const DELETING: &str = "aws:rep:deleting";

impl State {
    /// The other replicas, when there are any.
    pub(crate) fn replication(&self) -> Option<&Replication> {
        self.record.replication.as_ref()
    }

    /// Whether a write is in all replicas or in none.
    pub(crate) fn is_strong(&self) -> bool {
        self.replication().is_some_and(|replication| replication.strong)
    }

    /// Whether others are told of writes after them.
    pub(crate) fn tells_others(&self) -> bool {
        self.replication().is_some_and(|replication| !replication.strong && !replication.peers.is_empty())
    }
}

/// The item with the attributes that version 2017 adds.
pub(crate) fn marked(table: &Table, state: &State, course: &Course<'_>, item: Option<Item>) -> Option<Item> {
    let marks = state.replication().is_some_and(|replication| replication.version == GlobalVersion::V2017);
    let mut item = item?;
    if marks {
        let micros = course.now.micros();
        let updated = format!("{}.{:06}", micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000));
        if let Ok(number) = updated.parse() {
            item.insert(UPDATED.to_owned(), Value::N(number));
        }
        item.insert(REGION.to_owned(), Value::S(table.home.region.to_string()));
        item.insert(DELETING.to_owned(), Value::Bool(false));
    }
    Some(item)
}

/// Notes a write for the other replicas, in its transaction.
pub(crate) fn tell(
    tx: &Tx,
    table: &Table,
    course: &Course<'_>,
    state: &State,
    place: &Bytes,
    keys: &Item,
    new: Option<&Item>,
) -> Result<(), Refusal> {
    let no = course.number();
    put_stamp(tx, table, state, place, &StampRecord { no, region: table.home.region.clone(), gone: new.is_none() })?;
    let close = |item: &Item| table.close_in(&no.to_be_bytes(), item);
    let record = OutgoingRecord { key: close(keys)?, item: new.map(close).transpose()? };
    Ok(OUTGOING.put(tx, &table.scope, &(table.no, no), &record)?)
}

/// Which write the item of a row is of; none when it is from before there were replicas.
pub(crate) async fn stamp(
    reader: &impl Reader,
    table: &Table,
    state: &State,
    place: &Bytes,
) -> Result<Option<StampRecord>, StoreError> {
    let stored = reader.get(stamp_key(table, state, place)).await?;
    stored.map(|stored| StampRecord::from_stored(|| "dynamodb/stamp".to_owned(), stored)).transpose()
}

fn put_stamp(
    writer: &impl Writer,
    table: &Table,
    state: &State,
    place: &Bytes,
    stamp: &StampRecord,
) -> Result<(), StoreError> {
    writer.put(stamp_key(table, state, place), stamp.to_stored()?);
    Ok(())
}

/// A stamp's key ends in what follows the table's number in that of the row.
pub(crate) fn stamp_key(table: &Table, state: &State, place: &Bytes) -> Bytes {
    let mut key = STAMPS.key(&table.scope, &table.no).to_vec();
    key.extend_from_slice(&place[state.schema.primary().prefix.len()..]);
    key.into()
}

/// A write made elsewhere.
#[derive(Debug, Clone)]
pub(crate) struct Arrival {
    /// The item's key.
    pub keys: Item,
    /// The item as it is there; none when it is gone.
    pub item: Option<Item>,
    /// Which write this is.
    pub stamp: StampRecord,
}

impl Arrival {
    /// From a note.
    pub(crate) fn of(table: &Table, no: SequenceNo, record: &OutgoingRecord) -> Result<Self, Refusal> {
        let read = |stored: &Bytes| table.open_in(&no.to_be_bytes(), stored);
        let item = record.item.as_ref().map(read).transpose()?;
        let stamp = StampRecord { no, region: table.home.region.clone(), gone: item.is_none() };
        Ok(Self { keys: read(&record.key)?, item, stamp })
    }
}

impl Engine {
    /// Writes an item here as it was written elsewhere, unless what is here was written later.
    pub(crate) async fn land(
        &self,
        tx: &Tx,
        table: &Table,
        state: &State,
        course: &Course<'_>,
        arrival: &Arrival,
    ) -> Result<Consumed, Refusal> {
        let place = key::row(state.schema.primary(), &arrival.keys).ok_or_else(key::mismatch)?;
        let here = stamp(tx, table, state, &place).await?;
        if here.is_some_and(|here| (here.no, &here.region) >= (arrival.stamp.no, &arrival.stamp.region)) {
            return Ok(Consumed::default());
        }
        put_stamp(tx, table, state, &place, &arrival.stamp)?;
        self.land_always(tx, table, state, course, &place, arrival.item.as_ref()).await
    }

    /// The same, whatever is here: of tables whose replicas are written together.
    pub(crate) async fn land_always(
        &self,
        tx: &Tx,
        table: &Table,
        state: &State,
        course: &Course<'_>,
        place: &Bytes,
        new: Option<&Item>,
    ) -> Result<Consumed, Refusal> {
        let stored = tx.get(place.clone()).await?;
        let primary = state.schema.primary();
        let old = stored.as_ref().map(|stored| table.open(primary, place, stored)).transpose()?;
        let sizes = (stored.as_ref().map_or(0, row::size), new.map_or(0, item_size));
        self.settle(tx, table, state, course, &Turn { place, old: old.as_ref(), new, sizes }).await
    }
}
