//! Targets, policies, scheduled actions and activities, kept in the store.
//!
//! | file | what |
//! |---|---|
//! | `decide.rs` | what a policy decides. Pure |
//! | `look.rs` | looking at all targets, once a minute |

pub(crate) mod decide;
pub(crate) mod look;

use names::Timestamp;
use runtime::{Random, Runtime};
use store::{Batch, Order, Scope, Sequence, Span, Store, StoreError};

use crate::limits;
use crate::store::{
    ACTIONS, ACTIVITIES, ActionRecord, ActivityRecord, POLICIES, Place, PolicyRecord, SERVICE, TARGETS, TargetRecord,
};

/// All targets of a cloud. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Engine {
    store: Store,
    runtime: Runtime,
    numbers: Sequence,
}

impl Engine {
    /// Targets kept in `store`, living by the clock and the randomness of `runtime`.
    pub(crate) fn new(store: Store, runtime: Runtime) -> Self {
        let numbers = Sequence::new(&store, Scope::Global, SERVICE);
        Self { store, runtime, numbers }
    }

    /// The instant now.
    pub(crate) fn now(&self) -> Timestamp {
        self.runtime.clock.now()
    }

    /// The cloud's randomness.
    pub(crate) fn random(&self) -> &Random {
        &self.runtime.random
    }

    /// A target.
    pub(crate) async fn target(&self, scope: &Scope, place: &Place) -> Result<Option<TargetRecord>, StoreError> {
        TARGETS.get(&self.store.read().await?, scope, &place.key()).await
    }

    /// Targets of a namespace.
    pub(crate) async fn targets(
        &self,
        scope: &Scope,
        namespace: &str,
    ) -> Result<Vec<(Place, TargetRecord)>, StoreError> {
        let span = Span::prefix(&(namespace,));
        let rows = TARGETS.scan_all(&self.store.read().await?, scope, &span).await?;
        Ok(rows.into_iter().map(|(key, record)| (Place::of(key), record)).collect())
    }

    /// The target whose ARN ends in an id.
    pub(crate) async fn by_id(&self, scope: &Scope, id: &str) -> Result<Option<(Place, TargetRecord)>, StoreError> {
        let rows = TARGETS.scan_all(&self.store.read().await?, scope, &Span::all()).await?;
        Ok(rows.into_iter().find(|(_, record)| record.id == id).map(|(key, record)| (Place::of(key), record)))
    }

    /// Keeps a target.
    pub(crate) async fn put_target(
        &self,
        scope: &Scope,
        place: &Place,
        record: &TargetRecord,
    ) -> Result<(), StoreError> {
        let batch = Batch::new();
        TARGETS.put(&batch, scope, &place.key(), record)?;
        self.store.write(batch).await.map(drop)
    }

    /// Removes a target with its policies and actions.
    pub(crate) async fn remove_target(&self, scope: &Scope, place: &Place) -> Result<(), StoreError> {
        let batch = Batch::new();
        TARGETS.delete(&batch, scope, &place.key());
        for (name, _) in self.policies(scope, place).await? {
            POLICIES.delete(&batch, scope, &place.named(&name));
        }
        for (name, _) in self.actions(scope, place).await? {
            ACTIONS.delete(&batch, scope, &place.named(&name));
        }
        self.store.write(batch).await.map(drop)
    }

    /// Policies of a target, by name.
    pub(crate) async fn policies(
        &self,
        scope: &Scope,
        place: &Place,
    ) -> Result<Vec<(String, PolicyRecord)>, StoreError> {
        let rows = POLICIES.scan_all(&self.store.read().await?, scope, &Span::prefix(&place.key())).await?;
        Ok(rows.into_iter().map(|((.., name), record)| (name, record)).collect())
    }

    /// Policies of a namespace.
    pub(crate) async fn all_policies(
        &self,
        scope: &Scope,
        namespace: &str,
    ) -> Result<Vec<(Place, String, PolicyRecord)>, StoreError> {
        let rows = POLICIES.scan_all(&self.store.read().await?, scope, &Span::prefix(&(namespace,))).await?;
        Ok(rows.into_iter().map(|((n, r, d, name), record)| (Place::of((n, r, d)), name, record)).collect())
    }

    /// Keeps a policy; none removes it.
    pub(crate) async fn put_policy(
        &self,
        scope: &Scope,
        place: &Place,
        name: &str,
        record: Option<&PolicyRecord>,
    ) -> Result<(), StoreError> {
        let batch = Batch::new();
        match record {
            Some(record) => POLICIES.put(&batch, scope, &place.named(name), record)?,
            None => POLICIES.delete(&batch, scope, &place.named(name)),
        }
        self.store.write(batch).await.map(drop)
    }

    /// Scheduled actions of a target, by name.
    pub(crate) async fn actions(
        &self,
        scope: &Scope,
        place: &Place,
    ) -> Result<Vec<(String, ActionRecord)>, StoreError> {
        let rows = ACTIONS.scan_all(&self.store.read().await?, scope, &Span::prefix(&place.key())).await?;
        Ok(rows.into_iter().map(|((.., name), record)| (name, record)).collect())
    }

    /// Scheduled actions of a namespace.
    pub(crate) async fn all_actions(
        &self,
        scope: &Scope,
        namespace: &str,
    ) -> Result<Vec<(Place, String, ActionRecord)>, StoreError> {
        let rows = ACTIONS.scan_all(&self.store.read().await?, scope, &Span::prefix(&(namespace,))).await?;
        Ok(rows.into_iter().map(|((n, r, d, name), record)| (Place::of((n, r, d)), name, record)).collect())
    }

    /// Keeps a scheduled action; none removes it.
    pub(crate) async fn put_action(
        &self,
        scope: &Scope,
        place: &Place,
        name: &str,
        record: Option<&ActionRecord>,
    ) -> Result<(), StoreError> {
        let batch = Batch::new();
        match record {
            Some(record) => ACTIONS.put(&batch, scope, &place.named(name), record)?,
            None => ACTIONS.delete(&batch, scope, &place.named(name)),
        }
        self.store.write(batch).await.map(drop)
    }

    /// Activities of a namespace, the latest first.
    pub(crate) async fn activities(
        &self,
        scope: &Scope,
        namespace: &str,
    ) -> Result<Vec<((i64, u64), ActivityRecord)>, StoreError> {
        let rows = ACTIVITIES.scan_all(&self.store.read().await?, scope, &Span::prefix(&(namespace,))).await?;
        let oldest = self.now().minus(limits::ACTIVITY_LIFE);
        let young = rows.into_iter().filter(|(_, record)| record.at > oldest);
        Ok(young.map(|((_, at, no), record)| ((at, no), record)).collect())
    }

    /// Keeps an activity.
    pub(crate) async fn tell(&self, scope: &Scope, namespace: &str, record: &ActivityRecord) -> Result<(), StoreError> {
        let (batch, no) = (Batch::new(), self.numbers.next().await?);
        ACTIVITIES.put(&batch, scope, &(namespace, -record.at.micros(), u64::MAX - no), record)?;
        self.store.write(batch).await.map(drop)
    }

    /// Removes activities that are told no longer.
    pub(crate) async fn trim(&self) -> Result<(), StoreError> {
        let view = self.store.read().await?;
        let oldest = -self.now().minus(limits::ACTIVITY_LIFE).micros();
        for scope in Scope::all(&view).await? {
            let old = Span::prefix(&(NAMESPACE,)).from(&(NAMESPACE, oldest));
            if !ACTIVITIES.scan(&view, &scope, &old, Order::Ascending, 1).await?.is_empty() {
                self.store.delete_range(ACTIVITIES.range(&scope, &old)).await?;
            }
        }
        Ok(())
    }
}

/// The only namespace whose resources are scaled.
pub(crate) const NAMESPACE: &str = "dynamodb";
