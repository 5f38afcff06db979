//! A row on its way from one state to another: the item's row, its rows in indexes, the size of its collection, and what
//! streams, history and destinations are told, in one transaction.

use store::{Reader, StoreError, Tx, Writer};

use super::Engine;
use super::capacity::{Consumed, write_units};
use super::item::{Course, Turn, move_row};
use super::refusal::Refusal;
use super::schema::Schema;
use super::table::{State, Table};
use super::value::{Item, item_size};
use super::{change, expiry, key, row};
use crate::limits;
use crate::store::COLLECTIONS;

impl Engine {
    /// Turns a row from one state to another; tells what that consumed.
    pub(crate) async fn settle(
        &self,
        tx: &Tx,
        table: &Table,
        state: &State,
        course: &Course<'_>,
        turn: &Turn<'_>,
    ) -> Result<Consumed, Refusal> {
        let Turn { place, old, new, sizes } = *turn;
        let schema = &state.schema;
        if schema.has_local() {
            self.grow_collection(tx, table, state, turn).await?;
        }
        let mut consumed = Consumed { table: write_units(sizes.0.max(sizes.1)), ..Consumed::default() };
        match new {
            Some(item) => tx.put(place.clone(), table.close(schema.primary(), place, item, sizes.1)?),
            None if old.is_some() => tx.delete(place.clone()),
            None => {}
        }
        for index in schema.secondary() {
            let units = move_row(tx, table, schema, index, place, old, new)?;
            if units > 0.0 {
                consumed.add_index(index.name.as_deref().unwrap_or_default(), index.global, units);
            }
        }
        expiry::follow(tx, table, state, place, old, new)?;
        change::tell(tx, table, state, course, old, new)?;
        if !course.quiet {
            self.tell_destinations(tx, table, state, course, turn).await?;
        }
        Ok(consumed)
    }

    /// Keeps the size of an item's collection, which has a bound.
    async fn grow_collection(&self, tx: &Tx, table: &Table, state: &State, turn: &Turn<'_>) -> Result<(), Refusal> {
        let schema = &state.schema;
        let size = |item: Option<&Item>| item.map_or(0, |item| collected(schema, item));
        let (before, after) = (size(turn.old), size(turn.new));
        let Some(item) = turn.new.or(turn.old).filter(|_| before != after) else { return Ok(()) };
        let total = self.collection_bytes(tx, table, state, item).await?;
        let total = total.saturating_sub(before).saturating_add(after);
        if after > before && total > limits::COLLECTION_BYTES {
            return Err(Refusal::CollectionFull);
        }
        let Some(place) = collection_key(table, state, item) else { return Ok(()) };
        tx.put(place, total.to_be_bytes().to_vec().into());
        Ok(())
    }

    /// Bytes of all items of one partition key, in the table and its local indexes. What is kept is read; of a collection
    /// from before anything was kept, everything.
    pub(crate) async fn collection_bytes(
        &self,
        reader: &impl Reader,
        table: &Table,
        state: &State,
        key: &Item,
    ) -> Result<u64, StoreError> {
        let Some(place) = collection_key(table, state, key) else { return Ok(0) };
        let kept = reader.get(place).await?.and_then(|kept| <[u8; 8]>::try_from(&kept[..]).ok());
        match kept {
            Some(kept) => Ok(u64::from_be_bytes(kept)),
            None => self.count_collection(state, key).await,
        }
    }
}

/// What an item adds to its collection: itself, and what local indexes hold of it ("Item collections in local secondary
/// indexes").
fn collected(schema: &Schema, item: &Item) -> u64 {
    let local = schema.secondary().iter().filter(|index| !index.global && key::row(index, item).is_some());
    let projected = local.map(|index| item_size(&row::projected(schema, index, item)));
    (item_size(item) + projected.sum::<usize>()) as u64
}

fn collection_key(table: &Table, state: &State, item: &Item) -> Option<bytes::Bytes> {
    let primary = state.schema.primary();
    let partition = key::partition_of(primary, item)?;
    let mut out = COLLECTIONS.key(&table.scope, &table.no).to_vec();
    out.extend_from_slice(&partition[primary.prefix.len()..]);
    Some(out.into())
}
