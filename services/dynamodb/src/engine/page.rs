//! Pages of queries and scans: rows in order, as many as fit into one answer.

use bytes::Bytes;
use store::{KeyRange, Order, Reader};

use super::Engine;
use super::capacity::{Consumed, read_units};
use super::expression::condition::Condition;
use super::refusal::Refusal;
use super::schema::Index;
use super::table::{State, Table};
use super::throttle::Way;
use super::value::Item;
use super::{key, row};
use crate::limits;

/// Rows read at once, so that a page of small items takes few reads and one of large items little memory.
const AT_ONCE: usize = 256;

/// What a page is to be of.
pub(crate) struct Wanted<'a> {
    /// The index that is read; the table itself is one.
    pub index: &'a Index,
    /// The rows.
    pub range: KeyRange,
    /// In which order.
    pub forward: bool,
    /// How many rows are looked at, at most.
    pub limit: usize,
    /// Which of them are wanted.
    pub filter: Option<&'a Condition>,
    /// Whether the newest state is wanted.
    pub consistent: bool,
    /// Whether items are read from the table, as the index does not hold all of them.
    pub whole: bool,
    /// What the keys of the rows begin with, when they are all of one partition key.
    pub partition: Option<Bytes>,
}

/// A page.
#[derive(Debug, Default)]
pub(crate) struct Page {
    /// Items that passed.
    pub items: Vec<Item>,
    /// Rows that were looked at.
    pub scanned: usize,
    /// Where the next page begins: the keys of the last row; none after the last page.
    pub last: Option<Item>,
    /// What it consumed.
    pub consumed: Consumed,
}

impl Engine {
    /// Reads a page.
    pub(crate) async fn page(&self, table: &Table, state: &State, wanted: Wanted<'_>) -> Result<Page, Refusal> {
        let Wanted { index, mut range, forward, limit, filter, consistent, whole, partition } = wanted;
        self.check_capacity(table, state, index, Way::Read)?;
        let partition = partition.filter(|_| index.name.is_none());
        if let Some(partition) = &partition {
            self.check_range(table, state, partition, Way::Read)?;
        }
        let (view, order) = (self.store().read().await?, if forward { Order::Ascending } else { Order::Descending });
        let (mut page, mut bytes, mut fetched) = (Page::default(), 0, 0.0);
        'reading: loop {
            let count = AT_ONCE.min(limit - page.scanned);
            let rows = view.scan(range.clone(), order, count).await?;
            let full = rows.len() == count;
            for (place, stored) in rows {
                bytes += row::size(&stored);
                page.scanned += 1;
                let mut item = table.open(index, &place, &stored)?;
                let stop = page.scanned >= limit || bytes >= limits::PAGE_BYTES;
                if stop {
                    page.last = Some(self.position(state, index, &item));
                }
                if whole {
                    let found = key::row(state.schema.primary(), &item);
                    let Some(found) = found else { continue };
                    let Some(stored) = view.get(found.clone()).await? else { continue };
                    fetched += read_units(row::size(&stored), consistent);
                    item = table.open(state.schema.primary(), &found, &stored)?;
                }
                if filter.is_none_or(|filter| filter.holds(&item)) {
                    page.items.push(item);
                }
                if stop {
                    break 'reading;
                }
                range = key::after(range, &place, forward);
            }
            if !full {
                break;
            }
        }
        let units = read_units(bytes, consistent);
        self.spend(table, state, index, Way::Read, units);
        if let Some(partition) = &partition {
            self.spend_range(table, state, partition, Way::Read, units);
        }
        match &index.name {
            None => page.consumed.table = units,
            Some(name) => page.consumed.add_index(name, index.global, units),
        }
        page.consumed.table += fetched;
        Ok(page)
    }

    /// The keys, of table and index, by which a row is found again.
    fn position(&self, state: &State, index: &Index, item: &Item) -> Item {
        key::key_of(state.schema.primary().key().chain(index.key()), item)
    }
}
