//! Trails: made, found, changed, removed. Each change is one transaction, and known in memory before it is answered.

use names::{AccountId, Arn, Region, Timestamp};
use store::{Scope, Span, StoreError, Tx};

use super::Engine;
use crate::limits::TRAILS as MOST;
use crate::store::{Changed, DELIVERIES, DIGESTS, DeliveryRecord, PENDING, SINKS, SinkId, TRAILS, TrailRecord};

/// What stands against a change.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// It is not there.
    NoSuch,
    /// Something of this name is there already.
    Exists,
    /// There are as many as there may be.
    TooMany,
    /// The store failed.
    Store(StoreError),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl TrailRecord {
    /// Its ARN.
    pub(crate) fn arn(&self) -> String {
        Arn::regional("cloudtrail", &self.home, self.account, format!("trail/{}", self.name)).to_string()
    }

    /// The ARN of its topic, which was given by name or ARN.
    pub(crate) fn topic_arn(&self) -> Option<String> {
        let topic = self.topic.as_ref()?;
        if topic.starts_with("arn:") {
            return Some(topic.clone());
        }
        Some(Arn::regional("sns", &self.home, self.account, topic.as_str()).to_string())
    }

    /// Whether it is seen in a region: its own, or any when it is of all regions.
    pub(crate) fn is_in(&self, region: &Region) -> bool {
        self.home == *region || self.multi_region
    }

    /// It records from now on.
    pub(crate) fn starts(&mut self, now: Timestamp) {
        if !self.logging {
            (self.logging, self.started) = (true, Some(now));
        }
    }

    /// It records no more.
    pub(crate) fn stops(&mut self, now: Timestamp) {
        if self.logging {
            (self.logging, self.stopped) = (false, Some(now));
        }
    }
}

impl Engine {
    /// A number for a new trail or event data store.
    pub(crate) fn fresh_id(&self) -> SinkId {
        self.runtime().random.u64()
    }

    /// All trails of an account, by region and name.
    pub(crate) async fn trails(&self, account: AccountId) -> Result<Vec<TrailRecord>, StoreError> {
        let view = self.store().read().await?;
        let trails = TRAILS.scan_all(&view, &Scope::Account(account), &Span::all()).await?;
        Ok(trails.into_iter().map(|(_, trail)| trail).collect())
    }

    /// Makes a trail.
    pub(crate) async fn create_trail(&self, trail: &TrailRecord) -> Result<(), Refusal> {
        let scope = Scope::Account(trail.account);
        let made = self.store().transact(|tx| {
            let scope = scope.clone();
            async move {
                let all = TRAILS.scan_all(&tx, &scope, &Span::all()).await?;
                let seen =
                    |other: &TrailRecord| other.is_in(&trail.home) || (trail.multi_region && other.name == trail.name);
                let here: Vec<_> = all.iter().map(|(_, other)| other).filter(|other| seen(other)).collect();
                if here.iter().any(|other| other.name == trail.name) {
                    return Err(Refusal::Exists);
                }
                if here.len() >= MOST {
                    return Err(Refusal::TooMany);
                }
                TRAILS.put(&tx, &scope, &(trail.home.clone(), trail.name.as_str()), trail)?;
                self.begin_chain(&tx, trail).await?;
                Ok(self.mark(&tx, trail.account)?)
            }
        });
        made.await?;
        Ok(self.sinks().reload().await.map(|_| ())?)
    }

    /// Changes a trail in its home region.
    pub(crate) async fn change_trail<E: From<Refusal> + From<StoreError>>(
        &self,
        account: AccountId,
        home: &Region,
        name: &str,
        change: impl Fn(&mut TrailRecord) -> Result<(), E>,
    ) -> Result<TrailRecord, E> {
        let (scope, key, change) = (Scope::Account(account), (home.clone(), name), &change);
        let changed = self.store().transact(|tx| {
            let (scope, key) = (scope.clone(), key.clone());
            async move {
                let mut trail = TRAILS.get(&tx, &scope, &key).await?.ok_or(Refusal::NoSuch)?;
                change(&mut trail)?;
                TRAILS.put(&tx, &scope, &key, &trail)?;
                self.begin_chain(&tx, &trail).await?;
                self.mark(&tx, account)?;
                Ok::<_, E>(trail)
            }
        });
        let trail = changed.await?;
        self.sinks().reload().await?;
        Ok(trail)
    }

    /// Removes a trail. What it recorded before goes into its last log files.
    pub(crate) async fn delete_trail(&self, trail: &TrailRecord) -> Result<(), Refusal> {
        self.pack_trail(trail).await?;
        let scope = Scope::Account(trail.account);
        let removed = self.store().transact(|tx| {
            let (scope, key) = (scope.clone(), (trail.home.clone(), trail.name.as_str()));
            async move {
                TRAILS.get(&tx, &scope, &key).await?.ok_or(Refusal::NoSuch)?;
                TRAILS.delete(&tx, &scope, &key);
                DELIVERIES.delete(&tx, &scope, &trail.id);
                Ok::<_, Refusal>(self.mark(&tx, trail.account)?)
            }
        });
        removed.await?;
        self.sinks().reload().await?;
        // What came between the last file and the end, and what other processes on this store still added.
        self.store().delete_range(PENDING.range(&scope, &Span::prefix::<(SinkId,)>(&(trail.id,)))).await?;
        let chains = self.store().delete_range(DIGESTS.range(&scope, &Span::prefix::<(SinkId,)>(&(trail.id,)))).await;
        Ok(chains.map(|_| ())?)
    }

    /// How a trail's deliveries went.
    pub(crate) async fn deliveries(&self, trail: &TrailRecord) -> Result<DeliveryRecord, StoreError> {
        let view = self.store().read().await?;
        Ok(DELIVERIES.get(&view, &Scope::Account(trail.account), &trail.id).await?.unwrap_or_default())
    }

    /// Tells every process on this store that an account's trails or event data stores changed.
    pub(super) fn mark(&self, tx: &Tx, account: AccountId) -> Result<(), StoreError> {
        SINKS.put(tx, &Scope::Global, &account, &Changed(self.runtime().random.u64()))
    }
}
