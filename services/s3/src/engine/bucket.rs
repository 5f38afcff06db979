//! Buckets: created, found, changed, listed, deleted.

use std::sync::Arc;

use names::AccountId;
use store::{Order, Raw, Span, StoreError, Tx};

use super::Engine;
use super::notices::Asker;
use super::refusal::Refusal;
use crate::limits;
use crate::store::{BUCKETS, BucketNo, BucketRecord, CONFIGS, OBJECTS, OWNED, SCOPE, SWEEPS, UPLOADS, VERSIONS};

/// A bucket that was found.
#[derive(Debug, Clone)]
pub(crate) struct Bucket {
    /// Its name.
    pub name: String,
    /// What it is.
    pub record: BucketRecord,
    /// Who asks; none for the cloud itself.
    pub asker: Option<Arc<Asker>>,
}

impl Bucket {
    /// Its number.
    pub(crate) fn no(&self) -> BucketNo {
        self.record.no
    }

    /// Who asks.
    pub(crate) fn asker(&self) -> Option<&Asker> {
        self.asker.as_deref()
    }
}

/// A bucket as its listing tells it.
pub(crate) type Named = (String, BucketRecord);

impl Engine {
    /// Creates a bucket with its first configurations. `draft` is given its number.
    pub(crate) async fn create_bucket(
        &self,
        name: &str,
        draft: BucketRecord,
        configure: impl Fn(&Tx, BucketNo) -> Result<(), StoreError> + Sync,
    ) -> Result<Bucket, Refusal> {
        let record = BucketRecord { no: self.number().await?, ..draft };
        let (record, configure) = (&record, &configure);
        self.store()
            .transact(|tx| async move {
                if let Some(other) = BUCKETS.get(&tx, &SCOPE, &name).await? {
                    let own = other.account == record.account;
                    return Err(Refusal::BucketExists { own, region: other.region });
                }
                let owned = Span::prefix::<(AccountId,)>(&(record.account,));
                if OWNED.scan(&tx, &SCOPE, &owned, Order::Ascending, limits::BUCKETS).await?.len() >= limits::BUCKETS {
                    return Err(Refusal::TooManyBuckets);
                }
                BUCKETS.put(&tx, &SCOPE, &name, record)?;
                OWNED.put(&tx, &SCOPE, &(record.account, name), &Raw(bytes::Bytes::new()))?;
                Ok(configure(&tx, record.no)?)
            })
            .await?;
        Ok(Bucket { name: name.to_owned(), record: record.clone(), asker: None })
    }

    /// The bucket of this name, when there is one.
    pub(crate) async fn lookup_bucket(&self, name: &str) -> Result<Option<Bucket>, StoreError> {
        let view = self.store().read().await?;
        let record = BUCKETS.get(&view, &SCOPE, &name).await?;
        Ok(record.map(|record| Bucket { name: name.to_owned(), record, asker: None }))
    }

    /// Changes what a bucket is. `change` may run several times.
    pub(crate) async fn change_bucket(
        &self,
        name: &str,
        change: impl Fn(&mut BucketRecord) -> Result<(), Refusal> + Sync,
    ) -> Result<BucketRecord, Refusal> {
        let change = &change;
        self.store()
            .transact(|tx| async move {
                let mut record = here(&tx, name, None).await?;
                change(&mut record)?;
                BUCKETS.put(&tx, &SCOPE, &name, &record)?;
                Ok(record)
            })
            .await
    }

    /// Buckets of an account after a name, in order.
    pub(crate) async fn buckets(
        &self,
        account: AccountId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Named>, StoreError> {
        let view = self.store().read().await?;
        let mut span = Span::prefix::<(AccountId,)>(&(account,));
        if let Some(name) = after {
            span = span.after::<(AccountId, String)>(&(account, name));
        }
        let mut found = Vec::new();
        for ((_, name), _) in OWNED.scan(&view, &SCOPE, &span, Order::Ascending, limit).await? {
            let record = BUCKETS.get(&view, &SCOPE, &name).await?;
            found.extend(record.map(|record| (name, record)));
        }
        Ok(found)
    }

    /// Deletes a bucket in which nothing is. Uploads in progress end with it.
    pub(crate) async fn delete_bucket(&self, name: &str) -> Result<BucketRecord, Refusal> {
        let deleted = self
            .store()
            .transact(|tx| async move {
                let record = here(&tx, name, None).await?;
                let all = Span::prefix::<(BucketNo,)>(&(record.no,));
                if !OBJECTS.scan(&tx, &SCOPE, &all, Order::Ascending, 1).await?.is_empty() {
                    return Err(Refusal::BucketNotEmpty { versions: false });
                }
                if !VERSIONS.scan(&tx, &SCOPE, &all, Order::Ascending, 1).await?.is_empty() {
                    return Err(Refusal::BucketNotEmpty { versions: true });
                }
                BUCKETS.delete(&tx, &SCOPE, &name);
                OWNED.delete(&tx, &SCOPE, &(record.account, name));
                SWEEPS.put(&tx, &SCOPE, &record.no, &Raw(bytes::Bytes::new()))?;
                Ok(record)
            })
            .await?;
        self.chores().sweep.signal();
        Ok(deleted)
    }

    /// Removes what deleted buckets left: configurations and uploads.
    pub(crate) async fn sweep(&self) -> Result<(), Refusal> {
        let view = self.store().read().await?;
        for (no, _) in SWEEPS.scan_all(&view, &SCOPE, &Span::all()).await? {
            let all = Span::prefix::<(BucketNo,)>(&(no,));
            for ((_, key, upload), _) in UPLOADS.scan_all(&view, &SCOPE, &all).await? {
                self.forget_upload(no, &key, upload).await?;
            }
            self.store().delete_range(CONFIGS.range(&SCOPE, &all)).await?;
            self.forget_reads(no).await?;
            let batch = store::Batch::new();
            SWEEPS.delete(&batch, &SCOPE, &no);
            self.store().write(batch).await?;
        }
        Ok(())
    }
}

/// The bucket of this name in a transaction, which then depends on it; `no` tells which one of the name is meant.
pub(crate) async fn here(tx: &Tx, name: &str, no: Option<BucketNo>) -> Result<BucketRecord, Refusal> {
    let found = BUCKETS.get(tx, &SCOPE, &name).await?.filter(|record| no.is_none_or(|no| no == record.no));
    found.ok_or_else(|| Refusal::NoSuchBucket(name.to_owned()))
}
