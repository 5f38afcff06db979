//! Copies of tables: backups, and tables made of a backup or of what another table was at an instant.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use names::Timestamp;
use store::{Batch, KeyRange, Order, Reader, Span, Writer};

use super::Engine;
use super::item::move_row;
use super::refusal::Refusal;
use super::sealing::{NewKey, Sealing};
use super::stream::first_at;
use super::table::{Home, Table};
use super::value::{Item, item_size};
use super::{key, row};
use crate::store::{BACKUPS, BackupRecord, COPIES, HISTORY, Restored, TABLES, TableRecord};

/// Rows copied by one commit.
const AT_ONCE: usize = 500;

/// Rows that a table is made of.
struct Rows {
    range: KeyRange,
    /// Bytes that their keys begin with and that are not theirs.
    head: usize,
    sealing: Option<Sealing>,
}

impl Engine {
    /// Copies a table as it is at this moment.
    pub(crate) async fn back_up(&self, table: &Table, name: &str) -> Result<(String, BackupRecord), Refusal> {
        let (state, view, now) = (table.state_kept(), self.store().read().await?, self.now());
        let id = format!("{:014}-{}", now.micros() / 1_000, self.random().hex(8));
        let no = self.number().await?;
        let prefix = &state.schema.primary().prefix;
        let head = COPIES.key(&table.scope, &no);
        let (mut range, mut items, mut bytes) = (KeyRange::prefix(prefix.clone()), 0, 0);
        loop {
            let rows = view.scan(range.clone(), Order::Ascending, AT_ONCE).await?;
            let batch = Batch::new();
            for (place, stored) in &rows {
                items += 1;
                bytes += row::size(stored) as u64;
                batch.put([&head[..], &place[prefix.len()..]].concat().into(), stored.clone());
            }
            self.store().write(batch).await?;
            match rows.last() {
                Some((last, _)) if rows.len() == AT_ONCE => range = key::after(range, last, true),
                _ => break,
            }
        }
        let record =
            BackupRecord { no, name: name.to_owned(), created: now, table: state.record.clone(), items, bytes };
        let batch = Batch::new();
        BACKUPS.put(&batch, &table.scope, &(table.home.name.as_str(), id.as_str()), &record)?;
        self.store().write(batch).await?;
        Ok((id, record))
    }

    /// A backup by its table's name and its id.
    pub(crate) async fn backup(&self, home: &Home, id: &str) -> Result<Option<BackupRecord>, Refusal> {
        Ok(BACKUPS.get(&self.store().read().await?, &home.scope(), &(home.name.as_str(), id)).await?)
    }

    /// Backups of a place in order, of one table or of all, from after one on.
    pub(crate) async fn backups(
        &self,
        home: &Home,
        table: Option<&str>,
        after: Option<(&str, &str)>,
    ) -> Result<Vec<(String, String, BackupRecord)>, Refusal> {
        let view = self.store().read().await?;
        let span = table.map_or(Span::all(), |table| Span::prefix(&(table,)));
        let span = after.map_or(span.clone(), |after| span.after(&after));
        let rows = BACKUPS.scan_all(&view, &home.scope(), &span).await?;
        Ok(rows.into_iter().map(|((name, id), record)| (name, id, record)).collect())
    }

    /// Deletes a backup.
    pub(crate) async fn delete_backup(&self, home: &Home, id: &str, record: &BackupRecord) -> Result<(), Refusal> {
        let batch = Batch::new();
        BACKUPS.delete(&batch, &home.scope(), &(home.name.as_str(), id));
        self.store().write(batch).await?;
        let range = KeyRange::prefix(COPIES.key(&home.scope(), &record.no));
        self.store().delete_range(range).await?;
        Ok(())
    }

    /// Makes a table of a backup's items.
    pub(crate) async fn restore_backup(
        &self,
        home: &Home,
        source: &Home,
        draft: TableRecord,
        key: NewKey,
        backup: &BackupRecord,
    ) -> Result<Arc<Table>, Refusal> {
        let head = COPIES.key(&source.scope(), &backup.no);
        let sealing = self.sealing(&source.scope(), backup.table.no).await?;
        let rows = Rows { range: KeyRange::prefix(head.clone()), head: head.len(), sealing };
        self.make_of(home, draft, key, rows, &BTreeMap::new()).await
    }

    /// Makes a table of what another one held at an instant.
    pub(crate) async fn restore_at(
        &self,
        home: &Home,
        source: &Table,
        draft: TableRecord,
        key: NewKey,
        at: Timestamp,
    ) -> Result<Arc<Table>, Refusal> {
        let primary = source.state_kept().schema.primary().clone();
        let since = first_at(at.plus(std::time::Duration::from_micros(1)));
        let span = Span::prefix(&(source.no,)).from(&(source.no, since));
        let changes = HISTORY.scan_all(&self.store().read().await?, &source.scope, &span).await?;
        let mut before: BTreeMap<Bytes, Option<Item>> = BTreeMap::new();
        for ((_, no), record) in changes {
            let read = |stored: &Bytes| source.open_in(&no.to_be_bytes(), stored);
            let corrupt = || Refusal::Store(store::StoreError::corrupt("an item of a history"));
            let keys = read(&record.key)?;
            let place = key::row(&primary, &keys).ok_or_else(corrupt)?.slice(primary.prefix.len()..);
            let item = record.before.as_ref().map(read).transpose()?;
            before.entry(place).or_insert(item);
        }
        let head = primary.prefix.len();
        let rows = Rows { range: KeyRange::prefix(primary.prefix), head, sealing: source.sealing()? };
        self.make_of(home, draft, key, rows, &before).await
    }

    /// Makes a table of rows; some items were otherwise.
    async fn make_of(
        &self,
        home: &Home,
        draft: TableRecord,
        key: NewKey,
        rows: Rows,
        otherwise: &BTreeMap<Bytes, Option<Item>>,
    ) -> Result<Arc<Table>, Refusal> {
        let view = self.store().read().await?;
        let table = self.create(home, draft, key).await?;
        let Rows { mut range, head, sealing } = rows;
        let schema = table.state_kept().schema.clone();
        let put = |batch: &Batch, item: &Item| {
            let Some(place) = key::row(schema.primary(), item) else { return Ok(()) };
            batch.put(place.clone(), table.close(schema.primary(), &place, item, item_size(item))?);
            for index in schema.secondary() {
                move_row(batch, &table, &schema, index, &place, None, Some(item))?;
            }
            Ok::<_, Refusal>(())
        };
        loop {
            let found = view.scan(range.clone(), Order::Ascending, AT_ONCE).await?;
            let batch = Batch::new();
            for (place, stored) in &found {
                if !otherwise.contains_key(&place[head..]) {
                    put(&batch, &row::item(sealing.as_ref(), &place[head..], stored)?)?;
                }
            }
            self.store().write(batch).await?;
            match found.last() {
                Some((last, _)) if found.len() == AT_ONCE => range = key::after(range, last, true),
                _ => break,
            }
        }
        let batch = Batch::new();
        for item in otherwise.values().flatten() {
            put(&batch, item)?;
        }
        self.store().write(batch).await?;
        Ok(table)
    }

    /// Removes what is older than tables can be restored to.
    pub(crate) async fn trim_history(&self) -> Result<(), Refusal> {
        let view = self.store().read().await?;
        for (scope, _, record) in TABLES.scan_everywhere(&view).await? {
            let days = record.recovery.map_or(0, |recovery| recovery.days);
            let oldest = first_at(self.now().minus(std::time::Duration::from_secs(u64::from(days) * 86_400)));
            let old = Span::prefix(&(record.no,)).until(&(record.no, oldest));
            self.store().delete_range(HISTORY.range(&scope, &old)).await?;
        }
        Ok(())
    }
}

/// A table's record for a copy of it: what it is made of, and none of what was set up around it.
pub(crate) fn copied(record: &TableRecord, restored: Restored, now: Timestamp) -> TableRecord {
    TableRecord {
        created: now,
        stream: None,
        expiry: None,
        tags: names::Tags::new(),
        protected: false,
        policy: None,
        recovery: None,
        restored: Some(restored),
        replication: None,
        destinations: Vec::new(),
        insights: Vec::new(),
        stream_policies: Vec::new(),
        ..record.clone()
    }
}
