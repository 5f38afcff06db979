//! How many items tables hold. AWS counts about every six hours; here a table of a few thousand items is counted when it is
//! described, and a larger one in the background.

use bytes::Bytes;
use store::{KeyRange, Order, Reader, StoreError, after_key};

use super::Engine;
use super::refusal::Refusal;
use super::row;
use super::table::{State, Table};
use super::value::Item;
use crate::store::IndexNo;

/// Rows counted when a table is described.
const AT_ONCE: usize = 2_000;
/// Rows read at once while counting in the background.
const PAGE: usize = 1_000;

/// Items and bytes.
pub(crate) type Count = (u64, u64);

impl Engine {
    /// Items and bytes of a table and its indexes, by number.
    pub(crate) async fn count(&self, table: &Table) -> Result<Vec<(IndexNo, u64, u64)>, Refusal> {
        let (state, view) = (table.state_kept(), self.store().read().await?);
        let mut counts = Vec::new();
        for index in &state.schema.indexes {
            let rows = view.scan(KeyRange::prefix(index.prefix.clone()), Order::Ascending, AT_ONCE + 1).await?;
            let (items, bytes) = match (rows.len() > AT_ONCE, table.counted(index.no)) {
                (true, Some(counted)) => counted,
                (large, _) => {
                    if large {
                        self.chores().count.signal();
                    }
                    tally(rows.iter().map(|(_, stored)| stored))
                }
            };
            counts.push((index.no, items, bytes));
        }
        Ok(counts)
    }

    /// Counts the tables in use that are too large to be counted when they are described.
    pub(crate) async fn count_large(&self) -> Result<(), Refusal> {
        for table in self.directory().in_use() {
            let state = table.state_kept();
            for index in &state.schema.indexes {
                let counted = self.count_all(KeyRange::prefix(index.prefix.clone())).await?;
                table.set_counted(index.no, counted);
            }
        }
        Ok(())
    }

    async fn count_all(&self, mut range: KeyRange) -> Result<Count, StoreError> {
        let mut total = (0, 0);
        loop {
            let rows = self.store().read().await?.scan(range.clone(), Order::Ascending, PAGE).await?;
            let (items, bytes) = tally(rows.iter().map(|(_, stored)| stored));
            total = (total.0 + items, total.1 + bytes);
            match rows.last() {
                Some((last, _)) if rows.len() == PAGE => range.start = after_key(last),
                _ => return Ok(total),
            }
        }
    }
}

fn tally<'a>(rows: impl Iterator<Item = &'a Bytes>) -> Count {
    rows.fold((0, 0), |(items, bytes), stored| (items + 1, bytes + row::size(stored) as u64))
}

impl Engine {
    /// Bytes of all items of one partition key, in the table and its local indexes, read through.
    pub(crate) async fn count_collection(&self, state: &State, key: &Item) -> Result<u64, StoreError> {
        let mut bytes = 0;
        for index in state.schema.indexes.iter().filter(|index| !index.global) {
            let Some(hash) = key.get(&index.hash.name) else { continue };
            bytes += self.count_all(super::key::range(index, hash, &super::key::Span::All)).await?.1;
        }
        Ok(bytes)
    }
}
