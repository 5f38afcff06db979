//! Keys of tables: at hand, changed, out of reach, and forgotten with the last thing that they open.

use std::collections::HashSet;

use names::Timestamp;
use store::{Batch, Scope};

use super::Engine;
use super::refusal::Refusal;
use super::sealing::Sealing;
use super::table::{Lock, Table};
use crate::store::{BACKUPS, Encryption, KEYS, KeyRecord, STREAMS, TABLES, TableNo};

impl Engine {
    /// How a table's key is kept; none of a table from before tables had keys.
    pub(crate) async fn key(&self, scope: &Scope, table: TableNo) -> Result<Option<KeyRecord>, Refusal> {
        Ok(KEYS.get(&self.store().read().await?, scope, &table).await?)
    }

    /// What everything of a table is sealed with, whether the table is still there or not.
    pub(crate) async fn sealing(&self, scope: &Scope, table: TableNo) -> Result<Option<Sealing>, Refusal> {
        if let Some(known) = self.keys().get(table) {
            return Ok(Some(known));
        }
        match self.key(scope, table).await? {
            None => Ok(None),
            Some(record) => self.keys().unlock(table, &record)?.map(Some).ok_or(Refusal::Shut),
        }
    }

    /// A table's key is at hand.
    pub(crate) fn unlock(&self, table: &Table, sealing: Sealing) {
        self.keys().keep(table.no, sealing.clone());
        table.set_lock(Lock::Open(sealing));
    }

    /// Keeps a table's key otherwise from now on. What it sealed stays as it is.
    pub(crate) async fn rekey(
        &self,
        table: &Table,
        key: &KeyRecord,
        sealing: Sealing,
        encryption: Option<Encryption>,
    ) -> Result<(), Refusal> {
        let _alone = table.changing().await;
        let mut records = self.records(&[table])?;
        records[0].encryption = encryption;
        let batch = Batch::new();
        KEYS.put(&batch, &table.scope, &table.no, key)?;
        self.commit_changed(&[table], &mut records, batch).await?;
        self.keys().drop(table.no);
        self.unlock(table, sealing);
        Ok(())
    }

    /// Notes since when the key of KMS that a table's is sealed under cannot be used; that it can, when there is no instant.
    /// A table whose key cannot be used is shut for everyone.
    pub(crate) async fn note_access(&self, table: &Table, inaccessible: Option<Timestamp>) -> Result<(), Refusal> {
        if inaccessible.is_some() {
            self.keys().drop(table.no);
            table.set_lock(Lock::Shut);
        }
        let noted = table.state().record.encryption.as_ref().and_then(|encryption| encryption.inaccessible);
        if noted.is_some() == inaccessible.is_some() {
            return Ok(());
        }
        let note = |encryption: &mut Encryption| encryption.inaccessible = inaccessible;
        self.change(table, |record| {
            record.encryption.iter_mut().for_each(note);
            Ok(())
        })
        .await?;
        Ok(())
    }

    /// Removes keys that open nothing any more: the table is gone, and its streams and backups are.
    pub(crate) async fn trim_keys(&self) -> Result<(), Refusal> {
        let view = self.store().read().await?;
        let mut used: HashSet<TableNo> = HashSet::new();
        used.extend(TABLES.scan_everywhere(&view).await?.into_iter().map(|(.., table)| table.no));
        used.extend(STREAMS.scan_everywhere(&view).await?.into_iter().map(|(.., stream)| stream.table));
        used.extend(BACKUPS.scan_everywhere(&view).await?.into_iter().map(|(.., backup)| backup.table.no));
        let batch = Batch::new();
        for (scope, no, _) in KEYS.scan_everywhere(&view).await? {
            if !used.contains(&no) {
                KEYS.delete(&batch, &scope, &no);
                self.keys().drop(no);
            }
        }
        self.store().write(batch).await?;
        Ok(())
    }
}
