//! Creating, changing, listing and deleting tables.

use std::sync::Arc;

use store::{KeyRange, Order, Span};

use super::Engine;
use super::refusal::Refusal;
use super::table::{Home, Table};
use crate::store::{EXPIRIES, HISTORY, ITEMS, IndexNo, SWEEPS, Sweep, TABLES, TableRecord};

impl Engine {
    /// Creates a table. `draft` is given its number and identity.
    pub(crate) async fn create(&self, home: &Home, draft: TableRecord) -> Result<Arc<Table>, Refusal> {
        let _one = self.directory().changing().await;
        if self.directory().load(self.store(), home).await?.is_some() {
            return Err(Refusal::Exists(home.name.clone()));
        }
        let mut record = TableRecord { no: self.number().await?, id: self.random().uuid(), ..draft };
        let batch = store::Batch::new();
        self.follow_stream(home, None, &mut record, &batch).await?;
        TABLES.put(&batch, &home.scope(), &home.name.as_str(), &record)?;
        self.store().write(batch).await?;
        Ok(self.directory().add(Table::new(home.clone(), record)))
    }

    /// Changes what a table is, once nobody writes to it. Returns it as it is from then on.
    pub(crate) async fn change(
        &self,
        table: &Table,
        change: impl FnOnce(&mut TableRecord) -> Result<(), Refusal>,
    ) -> Result<TableRecord, Refusal> {
        let _alone = table.changing().await;
        let state = table.state_kept();
        if state.gone {
            return Err(Refusal::NoTable(table.home.name.clone()));
        }
        let mut record = state.record.clone();
        change(&mut record)?;
        if record != state.record {
            let batch = store::Batch::new();
            self.follow_stream(&table.home, Some(&state.record), &mut record, &batch).await?;
            TABLES.put(&batch, &table.scope, &table.home.name.as_str(), &record)?;
            for index in dropped(&state.record, &record) {
                SWEEPS.put(&batch, &table.scope, &(table.no, index), &Sweep::default())?;
            }
            self.store().write(batch).await?;
            table.become_this(record.clone());
        }
        Ok(record)
    }

    /// Deletes a table; its content goes in the background.
    pub(crate) async fn delete_table(&self, table: &Table) -> Result<(), Refusal> {
        let _one = self.directory().changing().await;
        let _alone = table.changing().await;
        let state = table.state_kept();
        if state.gone {
            return Err(Refusal::NoTable(table.home.name.clone()));
        }
        if state.record.protected {
            return Err(Refusal::Protected);
        }
        let batch = store::Batch::new();
        TABLES.delete(&batch, &table.scope, &table.home.name.as_str());
        SWEEPS.put(&batch, &table.scope, &(table.no, 0), &Sweep::default())?;
        self.end_stream(table, &state.record, &batch).await?;
        self.store().write(batch).await?;
        self.directory().remove(&table.home);
        self.chores().sweep.signal();
        Ok(())
    }

    /// Names of tables in order, from after one on.
    pub(crate) async fn list(&self, home: &Home, after: Option<&str>, limit: usize) -> Result<Vec<String>, Refusal> {
        let view = self.store().read().await?;
        let span = after.map_or(Span::all(), |after| Span::all().after(&after));
        let rows = TABLES.scan(&view, &home.scope(), &span, Order::Ascending, limit).await?;
        Ok(rows.into_iter().map(|(name, _)| name).collect())
    }

    /// Removes the content of deleted tables and indexes.
    pub(crate) async fn sweep(&self) -> Result<(), Refusal> {
        let view = self.store().read().await?;
        for (scope, (no, index), _) in SWEEPS.scan_everywhere(&view).await? {
            let span = if index == 0 { Span::prefix(&(no,)) } else { Span::prefix(&(no, index)) };
            let range: KeyRange = ITEMS.range(&scope, &span);
            self.store().delete_range(range).await?;
            if index == 0 {
                let of_table = Span::prefix(&(no,));
                self.store().delete_range(EXPIRIES.range(&scope, &of_table)).await?;
                self.store().delete_range(HISTORY.range(&scope, &of_table)).await?;
            }
            let batch = store::Batch::new();
            SWEEPS.delete(&batch, &scope, &(no, index));
            self.store().write(batch).await?;
        }
        Ok(())
    }
}

/// Numbers of indexes that are no longer there.
fn dropped(before: &TableRecord, after: &TableRecord) -> Vec<IndexNo> {
    let kept = |no: IndexNo| after.global.iter().any(|index| index.no == no);
    before.global.iter().map(|index| index.no).filter(|no| !kept(*no)).collect()
}
