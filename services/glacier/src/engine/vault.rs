//! Vaults: created, changed, locked, counted once a day, deleted when they are empty.

use names::Timestamp;
use serde_json::Value;
use store::{Order, Reader, Span, StoreError, Tx};

use super::home::{Home, VaultId};
use super::{Answer, Engine, Refusal};
use crate::limits;
use crate::store::{ARCHIVES, JOBS, Lock, PARTS, UPLOADS, VAULTS, VaultRecord};

/// The kind of the alarms of inventories.
pub(crate) const INVENTORY: &str = "glacier.inventory";

impl Engine {
    /// Creates a vault; one that is there stays as it is.
    pub(crate) async fn create_vault(&self, id: &VaultId) -> Answer<()> {
        let (scope, now) = (&id.home.scope(), self.now());
        self.store()
            .transact(|tx| async move {
                if VAULTS.get(&tx, scope, &id.name).await?.is_none() {
                    let record = VaultRecord { created: now, ..VaultRecord::default() };
                    VAULTS.put(&tx, scope, &id.name, &record)?;
                }
                Ok(())
            })
            .await
    }

    /// A vault.
    pub(crate) async fn vault(&self, id: &VaultId) -> Answer<VaultRecord> {
        find(&self.store().read().await?, id).await
    }

    /// Vaults after a name; at most `limit`.
    pub(crate) async fn vaults(
        &self,
        home: &Home,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, VaultRecord)>, StoreError> {
        let span = match after {
            Some(after) => Span::all().after::<String>(&after),
            None => Span::all(),
        };
        VAULTS.scan(&self.store().read().await?, &home.scope(), &span, Order::Ascending, limit).await
    }

    /// Changes a vault.
    pub(crate) async fn change_vault(
        &self,
        id: &VaultId,
        change: impl Fn(&mut VaultRecord) -> Answer<()> + Send + Sync,
    ) -> Answer<VaultRecord> {
        let (scope, change) = (&id.home.scope(), &change);
        self.store()
            .transact(|tx| async move {
                let mut record = find(&tx, id).await?;
                change(&mut record)?;
                VAULTS.put(&tx, scope, &id.name, &record)?;
                Ok(record)
            })
            .await
    }

    /// Deletes a vault without archives. One that is not there is deleted.
    pub(crate) async fn delete_vault(&self, id: &VaultId) -> Answer<()> {
        let scope = &id.home.scope();
        self.store()
            .transact(|tx| async move {
                let Some(_) = VAULTS.get(&tx, scope, &id.name).await? else { return Ok(()) };
                let within = Span::prefix::<(String,)>(&(id.name.as_str(),));
                if !ARCHIVES.scan(&tx, scope, &within, Order::Ascending, 1).await?.is_empty() {
                    return Err(Refusal::InUse);
                }
                for ((_, upload, start), part) in PARTS.scan_all(&tx, scope, &within).await? {
                    self.release(&tx, &part.content).await?;
                    PARTS.delete(&tx, scope, &(id.name.as_str(), upload.as_str(), start));
                }
                for ((_, upload), _) in UPLOADS.scan_all(&tx, scope, &within).await? {
                    UPLOADS.delete(&tx, scope, &(id.name.as_str(), upload.as_str()));
                }
                for ((_, job), record) in JOBS.scan_all(&tx, scope, &within).await? {
                    self.forget_job(&tx, id, &job, &record).await?;
                }
                self.timers().cancel(&tx, INVENTORY, &id.arn().to_string()).await?;
                VAULTS.delete(&tx, scope, &id.name);
                Ok(())
            })
            .await
    }

    /// Begins to lock a vault.
    pub(crate) async fn begin_lock(&self, id: &VaultId, policy: &str) -> Answer<String> {
        let (now, fresh) = (self.now(), &self.new_id());
        let begin = |record: &mut VaultRecord| {
            if live(record.lock.as_ref(), now).is_some() {
                return Err(Refusal::Locked);
            }
            record.lock = Some(Lock { policy: policy.to_owned(), id: fresh.clone(), created: now, locked: false });
            Ok(())
        };
        self.change_vault(id, begin).await.map(|_| fresh.clone())
    }

    /// Completes a lock: from now on nobody changes it.
    pub(crate) async fn complete_lock(&self, id: &VaultId, lock_id: &str) -> Answer<()> {
        let now = self.now();
        let complete = |record: &mut VaultRecord| {
            let there = live(record.lock.as_ref(), now).ok_or(Refusal::NoLock)?;
            if there.id != lock_id {
                return Err(Refusal::NoLock);
            }
            record.lock = Some(Lock { locked: true, ..there.clone() });
            Ok(())
        };
        self.change_vault(id, complete).await.map(drop)
    }

    /// Gives up a lock that is not complete.
    pub(crate) async fn abort_lock(&self, id: &VaultId) -> Answer<()> {
        let abort = |record: &mut VaultRecord| match &record.lock {
            Some(lock) if lock.locked => Err(Refusal::Locked),
            _ => {
                record.lock = None;
                Ok(())
            }
        };
        self.change_vault(id, abort).await.map(drop)
    }

    /// Counts what is in a vault.
    pub(crate) async fn take_inventory(&self, id: &VaultId) -> Answer<()> {
        let now = self.now();
        let count = |record: &mut VaultRecord| {
            (record.inventory, record.counted) = (Some(now), (record.archives, record.bytes));
            Ok(())
        };
        match self.change_vault(id, count).await {
            Err(Refusal::NoVault) => Ok(()),
            counted => counted.map(drop),
        }
    }

    /// Takes note of archives that came or went; an inventory follows within a day.
    pub(super) async fn tally(&self, tx: &Tx, id: &VaultId, archives: i64, bytes: i64) -> Answer<()> {
        let mut record = find(tx, id).await?;
        record.archives = record.archives.saturating_add_signed(archives);
        record.bytes = record.bytes.saturating_add_signed(bytes);
        VAULTS.put(tx, &id.home.scope(), &id.name, &record)?;
        let arn = id.arn().to_string();
        let last = record.inventory.unwrap_or(record.created);
        let next = last.plus(limits::INVENTORY).max(self.now());
        Ok(self.timers().schedule(tx, next, INVENTORY, &arn, bytes::Bytes::new()).await?)
    }
}

/// A vault as a transaction or a view sees it.
pub(super) async fn find(reader: &impl Reader, id: &VaultId) -> Answer<VaultRecord> {
    VAULTS.get(reader, &id.home.scope(), &id.name).await?.ok_or(Refusal::NoVault)
}

/// A lock that is complete, or may still be completed.
pub(crate) fn live(lock: Option<&Lock>, now: Timestamp) -> Option<&Lock> {
    lock.filter(|lock| lock.locked || now < lock.created.plus(limits::LOCK))
}

/// The policies of a vault as one document: what either denies is denied. A lock counts from when it is begun.
pub(crate) fn policy(record: &VaultRecord, now: Timestamp) -> Option<String> {
    let lock = live(record.lock.as_ref(), now).map(|lock| lock.policy.as_str());
    let texts: Vec<_> = lock.into_iter().chain(record.access.as_deref()).collect();
    if let [one] = texts[..] {
        return Some(one.to_owned());
    }
    let documents = texts.iter().filter_map(|text| serde_json::from_str::<Value>(text).ok());
    let statements: Vec<Value> = documents
        .flat_map(|mut document| match document["Statement"].take() {
            Value::Array(all) => all,
            one => vec![one],
        })
        .collect();
    (!statements.is_empty()).then(|| serde_json::json!({"Version": "2012-10-17", "Statement": statements}).to_string())
}
