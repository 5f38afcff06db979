//! Queues are created, changed, purged, deleted and listed.

use std::sync::Arc;

use names::Tags;
use store::{Order, Reader, Span, StoreError};

use super::Engine;
use super::queue::{Home, Queue};
use super::redrive::Redrive;
use super::refusal::{BadTarget, Refusal};
use super::settings::Settings;
use crate::limits;
use crate::store::{GRAVES, Grave, MOVES, QUEUES, QueueRecord, SWEEPS, Sweep};

impl Engine {
    /// Creates a queue.
    ///
    /// `differs` names the first setting in which an existing queue of the name differs from what is asked; when there is
    /// none, creating it again is no mistake.
    pub(crate) async fn create(
        &self,
        home: &Home,
        settings: Settings,
        tags: Tags,
        differs: impl Fn(&QueueRecord) -> Option<&'static str>,
    ) -> Result<Arc<Queue>, Refusal> {
        if let Some(queue) = self.lookup(home).await? {
            return differs(&queue.record()).map_or(Ok(queue), |setting| Err(Refusal::Different(setting)));
        }
        self.check_target(home, settings.fifo.is_some(), settings.redrive.as_ref()).await?;
        let (id, now) = (self.number().await?, self.now());
        let deduplication = settings.fifo.map(|fifo| fifo.scope).unwrap_or_default();
        let record = QueueRecord { id, created: now, modified: now, settings, tags, deduplication, purged: None };
        let (record, differs) = (&record, &differs);
        self.store()
            .transact(|tx| async move {
                let scope = home.scope();
                if let Some(existing) = QUEUES.get(&tx, &scope, &home.name.as_str()).await? {
                    return differs(&existing).map_or(Ok(()), |setting| Err(Refusal::Different(setting)));
                }
                let grave = GRAVES.get(&tx, &scope, &home.name.as_str()).await?;
                if grave.is_some_and(|grave| grave.deleted.plus(limits::NAME_PAUSE) > now) {
                    return Err(Refusal::DeletedRecently);
                }
                GRAVES.delete(&tx, &scope, &home.name.as_str());
                Ok(QUEUES.put(&tx, &scope, &home.name.as_str(), record)?)
            })
            .await?;
        self.find(home).await
    }

    /// Changes a queue's settings. `change` may refuse; it runs again when somebody else changed them meanwhile.
    pub(crate) async fn change<E: From<Refusal>>(
        &self,
        queue: &Queue,
        change: impl Fn(&mut Settings) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut settings = queue.record().settings.clone();
        change(&mut settings)?;
        if settings.redrive != queue.record().settings.redrive {
            self.check_target(&queue.home, queue.is_fifo(), settings.redrive.as_ref()).await?;
        }
        self.edit(queue, |record| change(&mut record.settings)).await
    }

    /// Changes a queue's tags.
    pub(crate) async fn retag<E: From<Refusal>>(
        &self,
        queue: &Queue,
        change: impl Fn(&Tags) -> Result<Tags, E>,
    ) -> Result<(), E> {
        self.edit(queue, |record| {
            record.tags = change(&record.tags)?;
            Ok(())
        })
        .await
    }

    async fn edit<E: From<Refusal>>(
        &self,
        queue: &Queue,
        edit: impl Fn(&mut QueueRecord) -> Result<(), E>,
    ) -> Result<(), E> {
        let _one = queue.changing.lock().await;
        let (now, edit) = (self.now(), &edit);
        let record = self
            .store()
            .transact(|tx| async move {
                let mut record = current(&tx, queue).await.map_err(Wrapped::Refusal)?;
                edit(&mut record).map_err(Wrapped::Caller)?;
                record.modified = now;
                QUEUES.put(&tx, &queue.scope, &queue.home.name.as_str(), &record)?;
                Ok::<_, Wrapped<E>>(record)
            })
            .await
            .map_err(Wrapped::into_inner)?;
        queue.remember(record);
        Ok(())
    }

    /// Removes every message a queue has: at once for those who receive, in the background for the store.
    pub(crate) async fn purge(&self, queue: &Queue) -> Result<(), Refusal> {
        let _one = queue.changing.lock().await;
        let now = self.now();
        let through = self.number().await?;
        let record = self
            .store()
            .transact(|tx| async move {
                let mut record = current(&tx, queue).await?;
                if record.purged.is_some_and(|(at, _)| at.plus(limits::PURGE_PAUSE) > now) {
                    return Err(Refusal::PurgedRecently);
                }
                record.purged = Some((now, through));
                QUEUES.put(&tx, &queue.scope, &queue.home.name.as_str(), &record)?;
                SWEEPS.put(&tx, &queue.scope, &queue.id, &Sweep { through: Some(through), again_at: None })?;
                Ok(record)
            })
            .await?;
        queue.remember(record);
        let mut state = queue.state();
        state.window.purge(through);
        state.tally.purge(through);
        drop(state);
        self.chores().sweep.signal();
        Ok(())
    }

    /// Deletes a queue with all it holds.
    pub(crate) async fn delete_queue(&self, queue: &Queue) -> Result<(), Refusal> {
        let _one = queue.changing.lock().await;
        let now = self.now();
        self.store()
            .transact(|tx| async move {
                current(&tx, queue).await?;
                let (scope, name) = (&queue.scope, queue.home.name.as_str());
                QUEUES.delete(&tx, scope, &name);
                GRAVES.put(&tx, scope, &name, &Grave { id: queue.id, deleted: now })?;
                let again_at = Some(now.plus(limits::NAME_PAUSE));
                SWEEPS.put(&tx, scope, &queue.id, &Sweep { through: None, again_at })?;
                for (key, _) in MOVES.scan_all(&tx, scope, &Span::prefix(&(queue.id,))).await? {
                    MOVES.delete(&tx, scope, &key);
                }
                Ok::<_, Refusal>(())
            })
            .await?;
        self.0.directory.remove(&queue.home);
        self.chores().sweep.signal();
        Ok(())
    }

    /// Names of an account's queues in a region that begin with `prefix`, after one of them, sorted.
    pub(crate) async fn list(
        &self,
        near: &Home,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        self.list_where(near, prefix, after, limit, |_| true).await
    }

    /// Names of queues whose dead letters go to a queue, after one of them, sorted.
    pub(crate) async fn sources(
        &self,
        queue: &Queue,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        let arn = queue.home.arn().to_string();
        let sends_here = |record: &QueueRecord| record.settings.redrive.as_ref().is_some_and(|r| r.target == arn);
        self.list_where(&queue.home, "", after, limit, sends_here).await
    }

    async fn list_where(
        &self,
        near: &Home,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
        keep: impl Fn(&QueueRecord) -> bool,
    ) -> Result<Vec<String>, StoreError> {
        let view = self.store().read().await?;
        let mut names = Vec::new();
        let mut span = match after {
            Some(after) => Span::all().after(&after),
            None => Span::all().from(&prefix),
        };
        while names.len() < limit {
            let page = QUEUES.scan(&view, &near.scope(), &span, Order::Ascending, PAGE).await?;
            let Some((last, _)) = page.last() else { break };
            let (done, last) = (page.len() < PAGE || !last.starts_with(prefix), last.clone());
            let kept = page.into_iter().filter(|(name, record)| name.starts_with(prefix) && keep(record));
            names.extend(kept.map(|(name, _)| name));
            if done {
                break;
            }
            span = Span::all().after(&last);
        }
        names.truncate(limit);
        Ok(names)
    }

    async fn check_target(&self, home: &Home, fifo: bool, redrive: Option<&Redrive>) -> Result<(), Refusal> {
        let Some(redrive) = redrive else { return Ok(()) };
        let bad = |why| Err(Refusal::DeadLetterTarget(why));
        let target = Home::of_arn(&redrive.target).filter(|t| (t.account, &t.region) == (home.account, &home.region));
        let Some(target) = target else { return bad(BadTarget::Elsewhere) };
        let Some(queue) = self.lookup(&target).await? else { return bad(BadTarget::Missing) };
        if queue.is_fifo() != fifo {
            return bad(BadTarget::OtherKind);
        }
        let allow = queue.record().settings.redrive_allow.clone();
        if allow.is_some_and(|allow| !allow.permits(&home.arn().to_string())) {
            return bad(BadTarget::NotPermitted);
        }
        Ok(())
    }
}

/// Queues looked at at once while listing.
const PAGE: usize = 500;

/// The record as the store has it, while it is still this queue's.
async fn current(reader: &impl Reader, queue: &Queue) -> Result<QueueRecord, Refusal> {
    let record = QUEUES.get(reader, &queue.scope, &queue.home.name.as_str()).await?;
    record.filter(|record| record.id == queue.id).ok_or(Refusal::NoSuchQueue)
}

/// A refusal of ours or of the caller's, while a transaction must be able to raise both.
enum Wrapped<E> {
    Refusal(Refusal),
    Caller(E),
}

impl<E: From<Refusal>> Wrapped<E> {
    fn into_inner(self) -> E {
        match self {
            Self::Refusal(refusal) => refusal.into(),
            Self::Caller(error) => error,
        }
    }
}

impl<E> From<StoreError> for Wrapped<E> {
    fn from(error: StoreError) -> Self {
        Self::Refusal(error.into())
    }
}
