//! Filling indexes that a table was given later, and finding what expires in a table that was told how later.

use store::{KeyRange, Order, Reader};

use super::Engine;
use super::item::move_row;
use super::key;
use super::refusal::Refusal;
use super::table::{Home, Table};
use crate::store::{IndexNo, TABLES};

/// Items put into an index by one transaction.
const AT_ONCE: usize = 200;

impl Engine {
    /// Fills what is to be filled, in all tables.
    pub(crate) async fn fill(&self) -> Result<(), Refusal> {
        let view = self.store().read().await?;
        for (scope, name, record) in TABLES.scan_everywhere(&view).await? {
            let store::Scope::Regional(account, region) = scope else { continue };
            let home = Home { account, region, name };
            let Some(index) = record.global.iter().find(|index| index.filling) else { continue };
            if let Some(table) = self.lookup(&home).await?.filter(|table| table.is_open()) {
                self.fill_index(&table, index.no).await?;
            }
        }
        Ok(())
    }

    /// Fills an index. Items that are written meanwhile are put into it by their writers.
    async fn fill_index(&self, table: &Table, no: IndexNo) -> Result<(), Refusal> {
        let state = table.state_kept();
        let schema = &state.schema;
        let Some(index) = schema.indexes.iter().find(|index| index.no == no) else { return Ok(()) };
        let mut range = KeyRange::prefix(schema.primary().prefix.clone());
        loop {
            let kept = table.writing().await;
            let from = &range;
            let filled = self.store().transact(|tx| async move {
                let rows = tx.scan(from.clone(), Order::Ascending, AT_ONCE).await?;
                for (place, stored) in &rows {
                    let item = table.open(schema.primary(), place, stored)?;
                    // An item whose attributes are not of the key's types stays out of the index.
                    move_row(&tx, table, schema, index, place, None, Some(&item))?;
                }
                Ok::<_, Refusal>((rows.len(), rows.last().map(|(place, _)| place.clone())))
            });
            let (count, last) = filled.await?;
            drop(kept);
            match last {
                Some(last) if count == AT_ONCE => range = key::after(range, &last, true),
                _ => break,
            }
        }
        self.change(table, |record| {
            record.global.iter_mut().filter(|index| index.no == no).for_each(|index| index.filling = false);
            Ok(())
        })
        .await?;
        Ok(())
    }
}
