//! Creating, changing, listing and deleting tables.

use std::sync::Arc;

use store::{KeyRange, Order, Span};

use super::Engine;
use super::global::in_order;
use super::refusal::Refusal;
use super::sealing::NewKey;
use super::table::{Home, Lock, Table};
use crate::store::{
    COLLECTIONS, EXPIRIES, HISTORY, ITEMS, IndexNo, KEYS, OUTGOING, SENT, STAMPS, SWEEPS, Sweep, TABLES, TableRecord,
    USAGES,
};

impl Engine {
    /// Creates a table. `draft` is given its number and identity.
    pub(crate) async fn create(&self, home: &Home, draft: TableRecord, key: NewKey) -> Result<Arc<Table>, Refusal> {
        let _one = self.directory().changing().await;
        if self.directory().load(self.store(), home).await?.is_some() {
            return Err(Refusal::Exists(home.name.clone()));
        }
        let mut record = TableRecord { no: self.number().await?, id: self.random().uuid(), ..draft };
        let batch = store::Batch::new();
        self.follow_stream(home, None, &mut record, &batch).await?;
        TABLES.put(&batch, &home.scope(), &home.name.as_str(), &record)?;
        KEYS.put(&batch, &home.scope(), &record.no, &key.record)?;
        self.store().write(batch).await?;
        self.keys().keep(record.no, key.sealing.clone());
        Ok(self.directory().add(Table::new(home.clone(), record, Lock::Open(key.sealing))))
    }

    /// Changes what a table is, once nobody writes to it. Returns it as it is from then on.
    pub(crate) async fn change(
        &self,
        table: &Table,
        change: impl FnOnce(&mut TableRecord) -> Result<(), Refusal>,
    ) -> Result<TableRecord, Refusal> {
        let mut records = self.change_all(&[table], |records| change(&mut records[0])).await?;
        Ok(records.remove(0))
    }

    /// Changes what several tables are, at one moment, once nobody writes to them. They come in the order of their numbers,
    /// as all who want several gates take them.
    pub(crate) async fn change_all(
        &self,
        tables: &[&Table],
        change: impl FnOnce(&mut [TableRecord]) -> Result<(), Refusal>,
    ) -> Result<Vec<TableRecord>, Refusal> {
        let mut alone = Vec::with_capacity(tables.len());
        for table in tables {
            alone.push(table.changing().await);
        }
        let mut records = self.records(tables)?;
        change(&mut records)?;
        self.commit_changed(tables, &mut records, store::Batch::new()).await?;
        Ok(records)
    }

    /// What tables are, none of which was deleted.
    pub(crate) fn records(&self, tables: &[&Table]) -> Result<Vec<TableRecord>, Refusal> {
        let record = |table: &&Table| {
            let state = table.state();
            if state.gone { Err(Refusal::NoTable(table.home.name.clone())) } else { Ok(state.record.clone()) }
        };
        tables.iter().map(record).collect()
    }

    /// Makes tables what they are changed to, with what a batch holds besides. Their gates are held by the caller.
    pub(crate) async fn commit_changed(
        &self,
        tables: &[&Table],
        records: &mut [TableRecord],
        batch: store::Batch,
    ) -> Result<(), Refusal> {
        let before: Vec<_> = tables.iter().map(|table| table.state_kept()).collect();
        for ((table, before), after) in tables.iter().zip(&before).zip(records.iter_mut()) {
            self.put_changed(table, &before.record, after, &batch).await?;
        }
        self.store().write(batch).await?;
        for ((table, before), after) in tables.iter().zip(&before).zip(records) {
            if before.record != *after {
                table.become_this(after.clone());
            }
        }
        Ok(())
    }

    /// Writes what a table is changed to.
    pub(crate) async fn put_changed(
        &self,
        table: &Table,
        before: &TableRecord,
        after: &mut TableRecord,
        batch: &store::Batch,
    ) -> Result<(), Refusal> {
        if before == after {
            return Ok(());
        }
        self.follow_stream(&table.home, Some(before), after, batch).await?;
        TABLES.put(batch, &table.scope, &table.home.name.as_str(), after)?;
        for index in dropped(before, after) {
            SWEEPS.put(batch, &table.scope, &(table.no, index), &Sweep::default())?;
        }
        Ok(())
    }

    /// Deletes a table; its content goes in the background. Replicas elsewhere stay, and know of it.
    pub(crate) async fn delete_table(&self, table: &Table) -> Result<(), Refusal> {
        let _one = self.directory().changing().await;
        let others = self.load_peers(table).await?;
        let mut alone = Vec::new();
        for each in in_order(table, &others) {
            alone.push(each.changing().await);
        }
        let state = table.state_kept();
        if state.gone {
            return Err(Refusal::NoTable(table.home.name.clone()));
        }
        if state.record.protected {
            return Err(Refusal::Protected);
        }
        self.check_source(&state)?;
        for other in &others {
            self.send_all(table, other).await?;
        }
        let batch = store::Batch::new();
        TABLES.delete(&batch, &table.scope, &table.home.name.as_str());
        SWEEPS.put(&batch, &table.scope, &(table.no, 0), &Sweep::default())?;
        self.end_stream(table, &state.record, &batch).await?;
        let left = self.leave(table, &others, &batch).await?;
        self.store().write(batch).await?;
        others.iter().zip(left).for_each(|(other, record)| other.become_this(record));
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
                self.store().delete_range(COLLECTIONS.range(&scope, &of_table)).await?;
                self.store().delete_range(USAGES.range(&scope, &of_table)).await?;
                self.store().delete_range(STAMPS.range(&scope, &of_table)).await?;
                self.store().delete_range(OUTGOING.range(&scope, &of_table)).await?;
                self.store().delete_range(SENT.range(&scope, &of_table)).await?;
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
