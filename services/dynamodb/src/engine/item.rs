//! Reading and writing single items.

use bytes::Bytes;
use names::Timestamp;
use parking_lot::Mutex;
use store::{Batch, Reader, Tx, Writer};

use super::Engine;
use super::capacity::{Consumed, read_units, write_units};
use super::expression::condition::Condition;
use super::expression::update::Update;
use super::refusal::Refusal;
use super::schema::{Index, Schema};
use super::stream::{Sequencer, UnderWay};
use super::table::{State, Table};
use super::throttle::Way;
use super::value::{Item, item_size};
use super::{key, replica, row};
use crate::limits;
use crate::store::Billing;

/// A write of one item.
#[derive(Debug, Clone)]
pub(crate) struct Write {
    /// The item's key, or the whole of an item that is put.
    pub item: Item,
    /// What is done.
    pub deed: Deed,
    /// What must hold of the item as it is.
    pub condition: Option<Condition>,
    /// Whether a condition that does not hold is told with the item.
    pub tells_item: bool,
    /// Whether the caller wants to know the item as it was, or what was consumed.
    pub asks: bool,
}

/// What is done to an item.
#[derive(Debug, Clone)]
pub(crate) enum Deed {
    /// It is this from now on.
    Put,
    /// It is changed.
    Update(Update),
    /// It is gone.
    Delete,
    /// Nothing: only the condition counts.
    Check,
}

/// What a write did.
#[derive(Debug, Clone, Default)]
pub(crate) struct Written {
    /// The item as it was, when that was looked at.
    pub old: Option<Item>,
    /// The item as it is.
    pub new: Option<Item>,
    /// What it consumed.
    pub consumed: Consumed,
    /// Where the item's row is.
    pub place: Bytes,
}

/// What lives as long as a transaction: sequence numbers that readers of streams must not pass.
pub(crate) struct Course<'a> {
    sequencer: &'a Sequencer,
    under_way: Mutex<Vec<UnderWay<'a>>>,
    /// The instant at which it began.
    pub now: Timestamp,
    /// Whether items expire, and nobody deletes them.
    pub expires: bool,
    /// Whether streams are told nothing: a new replica is being filled.
    pub quiet: bool,
    departing: Departing,
}

/// What was put on its way: it departs once the transaction is over, and whoever finds nothing there was woken for nothing.
#[derive(Default)]
struct Departing(Mutex<Vec<delivery::Enqueued>>);

impl Drop for Departing {
    fn drop(&mut self) {
        self.0.get_mut().drain(..).for_each(delivery::Enqueued::depart);
    }
}

/// A row on its way from one state to another.
pub(crate) struct Turn<'a> {
    /// The row.
    pub place: &'a Bytes,
    /// The item before.
    pub old: Option<&'a Item>,
    /// The item after.
    pub new: Option<&'a Item>,
    /// Their sizes.
    pub sizes: (usize, usize),
}

impl Course<'_> {
    /// Of items that expire.
    pub(crate) fn expiring(self) -> Self {
        Self { expires: true, ..self }
    }

    /// Of items of which streams are told nothing.
    pub(crate) fn quiet(self) -> Self {
        Self { quiet: true, ..self }
    }

    /// Lets something depart once the transaction is over.
    pub(crate) fn depart(&self, enqueued: delivery::Enqueued) {
        self.departing.0.lock().push(enqueued);
    }

    /// The next sequence number.
    pub(crate) fn number(&self) -> u64 {
        let given = self.sequencer.next(self.now);
        let no = given.no;
        self.under_way.lock().push(given);
        no
    }
}

impl Engine {
    /// An item by its key, and what reading it consumed.
    pub(crate) async fn get(
        &self,
        table: &Table,
        given: &Item,
        consistent: bool,
    ) -> Result<(Option<Item>, Consumed), Refusal> {
        let state = table.state_kept();
        key::check_key(state.schema.primary(), given)?;
        self.check_capacity(table, &state, state.schema.primary(), Way::Read)?;
        let place = key::row(state.schema.primary(), given).ok_or_else(key::mismatch)?;
        self.check_range(table, &state, &place, Way::Read)?;
        let stored = self.store().read().await?.get(place.clone()).await?;
        let units = read_units(stored.as_ref().map_or(0, row::size), consistent);
        self.spend(table, &state, state.schema.primary(), Way::Read, units);
        self.spend_range(table, &state, &place, Way::Read, units);
        let item = stored.map(|stored| table.open(state.schema.primary(), &place, &stored)).transpose()?;
        Ok((item, Consumed { table: units, ..Consumed::default() }))
    }

    /// Writes an item.
    pub(crate) async fn write(&self, table: &Table, write: &Write) -> Result<Written, Refusal> {
        let kept = table.writing().await;
        let state = table.state_kept();
        if state.gone {
            return Err(Refusal::NoTableForItems);
        }
        if state.is_strong() {
            drop(kept);
            return self.write_everywhere(table, write).await;
        }
        self.check_writable(table, &state)?;
        let written = if is_blind(&state, write) && matches!(write.deed, Deed::Put) {
            self.put_blindly(table, &state, write).await?
        } else {
            let (state, course) = (&state, &self.course().await?);
            self.store().transact(|tx| async move { self.write_in(&tx, table, state, write, course).await }).await?
        };
        self.spend_written(table, &state, &written);
        Ok(written)
    }

    /// A transaction's course.
    pub(crate) async fn course(&self) -> Result<Course<'_>, Refusal> {
        let sequencer = self.sequencer().await?;
        let (under_way, departing) = (Mutex::default(), Departing::default());
        Ok(Course { sequencer, under_way, departing, now: self.now(), expires: false, quiet: false })
    }

    /// A put that depends on nothing: the row alone is written.
    async fn put_blindly(&self, table: &Table, state: &State, write: &Write) -> Result<Written, Refusal> {
        let schema = &state.schema;
        key::check_item(schema, &write.item)?;
        let size = check_size(&write.item)?;
        let place = key::row(schema.primary(), &write.item).ok_or_else(key::mismatch)?;
        self.check_range(table, state, &place, Way::Write)?;
        let batch = Batch::new();
        batch.put(place.clone(), table.close(schema.primary(), &place, &write.item, size)?);
        self.store().write(batch).await?;
        let consumed = Consumed { table: write_units(size), ..Consumed::default() };
        Ok(Written { consumed, place, ..Written::default() })
    }

    /// Writes an item in a transaction, with its rows in indexes and what streams tell of it.
    pub(crate) async fn write_in(
        &self,
        tx: &Tx,
        table: &Table,
        state: &State,
        write: &Write,
        course: &Course<'_>,
    ) -> Result<Written, Refusal> {
        let schema = &state.schema;
        match &write.deed {
            Deed::Put => key::check_item(schema, &write.item)?,
            _ => key::check_key(schema.primary(), &write.item)?,
        }
        let place = key::row(schema.primary(), &write.item).ok_or_else(key::mismatch)?;
        self.check_range(table, state, &place, Way::Write)?;
        let stored = tx.get(place.clone()).await?;
        let old = stored.as_ref().map(|stored| table.open(schema.primary(), &place, stored)).transpose()?;
        check_condition(write, old.as_ref())?;
        let new = replica::marked(table, state, course, outcome(schema, write, old.as_ref())?);
        let sizes = (stored.as_ref().map_or(0, row::size), new.as_ref().map_or(0, item_size));
        if matches!(write.deed, Deed::Check) {
            let consumed = Consumed { table: write_units(sizes.0.max(sizes.1)), ..Consumed::default() };
            return Ok(Written { new: old.clone(), old, consumed, place });
        }
        let turn = Turn { place: &place, old: old.as_ref(), new: new.as_ref(), sizes };
        let consumed = self.settle(tx, table, state, course, &turn).await?;
        if state.tells_others() {
            let keys = key::key_of(schema.primary().key(), &write.item);
            replica::tell(tx, table, course, state, &place, &keys, new.as_ref())?;
        }
        Ok(Written { old, new, consumed, place })
    }
}

/// Whether a write needs to know nothing of the item as it was.
pub(crate) fn is_blind(state: &State, write: &Write) -> bool {
    matches!(write.deed, Deed::Put | Deed::Delete)
        && write.condition.is_none()
        && !write.asks
        && matches!(state.record.billing, Billing::OnDemand(_))
        && state.schema.secondary().is_empty()
        && state.record.expiry.is_none()
        && state.record.recovery.is_none()
        && state.record.replication.is_none()
        && !state.record.destinations.iter().any(|destination| destination.on)
        && !state.record.stream.as_ref().is_some_and(|stream| stream.on)
}

fn check_condition(write: &Write, old: Option<&Item>) -> Result<(), Refusal> {
    let empty = Item::new();
    match &write.condition {
        Some(condition) if !condition.holds(old.unwrap_or(&empty)) => {
            Err(Refusal::Condition(old.filter(|_| write.tells_item).cloned()))
        }
        _ => Ok(()),
    }
}

/// The item as it is to be.
fn outcome(schema: &Schema, write: &Write, old: Option<&Item>) -> Result<Option<Item>, Refusal> {
    match &write.deed {
        Deed::Put => check_size(&write.item).map(|_| Some(write.item.clone())),
        Deed::Delete => Ok(None),
        Deed::Check => Ok(old.cloned()),
        Deed::Update(update) => {
            let mut item = old.unwrap_or(&write.item).clone();
            update.apply(&mut item).map_err(Refusal::Invalid)?;
            key::check_updated(schema, &item)?;
            if item_size(&item) > limits::ITEM_BYTES {
                return Err(Refusal::invalid("Item size to update has exceeded the maximum allowed size"));
            }
            Ok(Some(item))
        }
    }
}

/// The size of an item that is not too large.
pub(crate) fn check_size(item: &Item) -> Result<usize, Refusal> {
    let size = item_size(item);
    if size > limits::ITEM_BYTES {
        return Err(Refusal::invalid("Item size has exceeded the maximum allowed size"));
    }
    Ok(size)
}

/// Moves an item's row in an index, and tells the units that took.
pub(crate) fn move_row(
    tx: &impl Writer,
    table: &Table,
    schema: &Schema,
    index: &Index,
    primary: &Bytes,
    old: Option<&Item>,
    new: Option<&Item>,
) -> Result<f64, Refusal> {
    let row_of = |item: Option<&Item>| {
        let place = key::secondary_row(schema, index, item?, primary)?;
        Some((place, row::projected(schema, index, item?)))
    };
    let units = |item: &Item| write_units(item_size(item));
    Ok(match (row_of(old), row_of(new)) {
        (None, None) => 0.0,
        (Some((place, before)), None) => {
            tx.delete(place);
            units(&before)
        }
        (Some((place, before)), Some((same, after))) if place == same => {
            if before == after {
                return Ok(0.0);
            }
            let size = item_size(&after);
            let stored = table.close(index, &place, &after, size)?;
            tx.put(place, stored);
            units(&before).max(write_units(size))
        }
        (before, Some((place, after))) => {
            let size = item_size(&after);
            let stored = table.close(index, &place, &after, size)?;
            tx.put(place, stored);
            let removed = before.map_or(0.0, |(place, before)| {
                tx.delete(place);
                units(&before)
            });
            removed + write_units(size)
        }
    })
}
