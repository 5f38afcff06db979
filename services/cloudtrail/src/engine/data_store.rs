//! Event data stores: made, changed, deleted and, while they can be, restored. What they take in is kept for their own
//! retention.

use std::time::Duration;

use names::{AccountId, Arn, Region, Timestamp};
use store::{Scope, Span, StoreError};

use super::Engine;
use super::trail::Refusal;
use crate::limits::{DATA_STORES as MOST, RESTORABLE};
use crate::store::{DATA_STORES, DataStoreRecord, STORED, SinkId};

const DAY: Duration = Duration::from_secs(24 * 3_600);

impl DataStoreRecord {
    /// Its ARN.
    pub(crate) fn arn(&self) -> String {
        let resource = format!("eventdatastore/{}", self.uuid);
        Arn::regional("cloudtrail", &self.home, self.account, resource).to_string()
    }

    /// Whether it is gone for good.
    fn is_over(&self, now: Timestamp) -> bool {
        self.deleted.is_some_and(|at| at.plus(RESTORABLE) <= now)
    }
}

impl Engine {
    /// All event data stores of an account and region, those pending deletion too.
    pub(crate) async fn data_stores(
        &self,
        account: AccountId,
        region: &Region,
    ) -> Result<Vec<DataStoreRecord>, StoreError> {
        let view = self.store().read().await?;
        let span = Span::prefix::<(Region,)>(&(region.clone(),));
        let stores = DATA_STORES.scan_all(&view, &Scope::Account(account), &span).await?;
        let now = self.runtime().clock.now();
        Ok(stores.into_iter().map(|(_, store)| store).filter(|store| !store.is_over(now)).collect())
    }

    /// Makes an event data store.
    pub(crate) async fn create_data_store(&self, record: &DataStoreRecord) -> Result<(), Refusal> {
        let scope = Scope::Account(record.account);
        let made = self.store().transact(|tx| {
            let scope = scope.clone();
            async move {
                let span = Span::prefix::<(Region,)>(&(record.home.clone(),));
                let all = DATA_STORES.scan_all(&tx, &scope, &span).await?;
                let here: Vec<_> = all.iter().filter(|(_, other)| !other.is_over(record.created)).collect();
                if here.iter().any(|(_, other)| other.name == record.name) {
                    return Err(Refusal::Exists);
                }
                if here.len() >= MOST {
                    return Err(Refusal::TooMany);
                }
                DATA_STORES.put(&tx, &scope, &(record.home.clone(), record.uuid.as_str()), record)?;
                Ok(self.mark(&tx, record.account)?)
            }
        });
        made.await?;
        Ok(self.sinks().reload().await.map(|_| ())?)
    }

    /// Changes an event data store.
    pub(crate) async fn change_data_store<E: From<Refusal> + From<StoreError>>(
        &self,
        record: &DataStoreRecord,
        change: impl Fn(&mut DataStoreRecord) -> Result<(), E>,
    ) -> Result<DataStoreRecord, E> {
        let (scope, change) = (Scope::Account(record.account), &change);
        let changed = self.store().transact(|tx| {
            let (scope, key) = (scope.clone(), (record.home.clone(), record.uuid.as_str()));
            async move {
                let mut record = DATA_STORES.get(&tx, &scope, &key).await?.ok_or(Refusal::NoSuch)?;
                change(&mut record)?;
                DATA_STORES.put(&tx, &scope, &key, &record)?;
                self.mark(&tx, record.account)?;
                Ok::<_, E>(record)
            }
        });
        let record = changed.await?;
        self.sinks().reload().await?;
        Ok(record)
    }

    /// Removes events that outlived their retention, and stores that can no longer be restored.
    pub(crate) async fn expire_data_stores(&self, now: Timestamp) -> Result<(), StoreError> {
        for (scope, key, record) in DATA_STORES.scan_everywhere(&self.store().read().await?).await? {
            let all = Span::prefix::<(SinkId,)>(&(record.id,));
            if record.is_over(now) {
                self.store().delete_range(STORED.range(&scope, &all)).await?;
                self.remove_data_store(&scope, &key).await?;
            } else {
                let oldest = now.minus(DAY * record.retention.unsigned_abs());
                let old = all.until::<(SinkId, Timestamp)>(&(record.id, oldest));
                self.store().delete_range(STORED.range(&scope, &old)).await?;
            }
        }
        Ok(())
    }

    async fn remove_data_store(&self, scope: &Scope, key: &(Region, String)) -> Result<(), StoreError> {
        let removed = self.store().transact(|tx| async move {
            DATA_STORES.delete(&tx, scope, key);
            Ok::<_, StoreError>(())
        });
        removed.await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api_cloudtrail::{CreateEventDataStore, CreateEventDataStoreInput, StopEventDataStoreIngestion};
    use testkit::TestCloud;

    async fn stored(cloud: &TestCloud) -> usize {
        let view = cloud.cloud().store().read().await.unwrap();
        STORED.scan_all(&view, &Scope::Account(cloud.account()), &Span::all()).await.unwrap().len()
    }

    #[tokio::test]
    async fn a_store_takes_events_in_until_told_otherwise_and_keeps_them_for_its_retention() {
        let cloud = TestCloud::new(|parts| vec![crate::service(parts), svc_sqs::service(parts)]);
        let queue = |name: &str| api_sqs::CreateQueueInput { queue_name: name.to_owned(), ..Default::default() };
        let input = CreateEventDataStoreInput { name: "lake".into(), retention_period: Some(7), ..Default::default() };
        let made = cloud.call::<CreateEventDataStore>(input).await.unwrap();
        cloud.call::<api_sqs::CreateQueue>(queue("a")).await.unwrap();
        // The call that made it, and the queue.
        assert_eq!(stored(&cloud).await, 2);
        let event_data_store = made.event_data_store_arn.unwrap();
        let stop = api_cloudtrail::StopEventDataStoreIngestionInput { event_data_store };
        cloud.call::<StopEventDataStoreIngestion>(stop).await.unwrap();
        cloud.call::<api_sqs::CreateQueue>(queue("b")).await.unwrap();
        assert_eq!(stored(&cloud).await, 2);
        let engine = Engine::new(cloud.cloud().store().clone(), cloud.runtime().clone(), cloud.cloud().vault());
        let now = cloud.runtime().clock.now();
        engine.expire_data_stores(now.plus(DAY * 7)).await.unwrap();
        assert_eq!(stored(&cloud).await, 2);
        engine.expire_data_stores(now.plus(DAY * 8)).await.unwrap();
        assert_eq!(stored(&cloud).await, 0);
    }
}
