//! Removing from the store what was purged and what deleted queues held. Repeatable: a sweep that was cut short begins anew.

use names::Timestamp;
use store::{Batch, Order, Scope, Span, StoreError};

use super::Engine;
use crate::limits;
use crate::store::{
    AGED, DELIVERIES, DUE, GRAVES, MESSAGES, MessageNo, QueueId, RECENT, RECENT_ENDS, SWEEPS, Sweep, TALLIES,
};

/// Rows of an index looked at at once.
const PAGE: usize = 1_000;

impl Engine {
    /// Does all sweeps there are; tells when the next one is due that must wait.
    pub(crate) async fn sweep(&self) -> Result<Option<Timestamp>, StoreError> {
        let sweeps = SWEEPS.scan_everywhere(&self.store().read().await?).await?;
        let mut next = None;
        for (scope, id, sweep) in sweeps {
            match sweep.through {
                Some(through) => self.sweep_up_to(&scope, id, through).await?,
                None => self.sweep_all(&scope, id).await?,
            }
            match sweep.again_at.filter(|at| *at > self.now()) {
                Some(at) => next = Some(next.map_or(at, |next: Timestamp| next.min(at))),
                None => self.swept(&scope, id, sweep).await?,
            }
        }
        self.forget_graves().await?;
        Ok(next)
    }

    async fn swept(&self, scope: &Scope, id: QueueId, done: Sweep) -> Result<(), StoreError> {
        self.store()
            .transact(|tx| async move {
                // Purged again or deleted meanwhile: that sweep is still to be done.
                if SWEEPS.get(&tx, scope, &id).await? == Some(done) {
                    SWEEPS.delete(&tx, scope, &id);
                }
                Ok(())
            })
            .await
    }

    async fn sweep_all(&self, scope: &Scope, id: QueueId) -> Result<(), StoreError> {
        let span = Span::prefix(&(id,));
        let ranges = [
            MESSAGES.range(scope, &span),
            DELIVERIES.range(scope, &span),
            DUE.range(scope, &span),
            AGED.range(scope, &span),
            RECENT.range(scope, &span),
            RECENT_ENDS.range(scope, &span),
            TALLIES.range(scope, &Span::prefix(&id)),
        ];
        for range in ranges {
            self.store().delete_range(range).await?;
        }
        Ok(())
    }

    async fn sweep_up_to(&self, scope: &Scope, id: QueueId, through: MessageNo) -> Result<(), StoreError> {
        let span = Span::prefix(&(id,)).until(&(id, through + 1));
        self.store().delete_range(MESSAGES.range(scope, &span)).await?;
        self.store().delete_range(DELIVERIES.range(scope, &span)).await?;
        for index in [DUE, AGED] {
            self.sweep_index(scope, id, through, index).await?;
        }
        Ok(())
    }

    async fn sweep_index(
        &self,
        scope: &Scope,
        id: QueueId,
        through: MessageNo,
        index: store::RawTable<(QueueId, Timestamp, MessageNo)>,
    ) -> Result<(), StoreError> {
        let mut span = Span::prefix(&(id,));
        loop {
            let view = self.store().read().await?;
            let rows = index.scan(&view, scope, &span, Order::Ascending, PAGE).await?;
            drop(view);
            let Some((last, _)) = rows.last() else { return Ok(()) };
            let batch = Batch::new();
            rows.iter()
                .filter(|((_, _, number), _)| *number <= through)
                .for_each(|(key, _)| index.delete(&batch, scope, key));
            span = Span::prefix(&(id,)).after(last);
            if !batch.is_empty() {
                self.store().write(batch).await?;
            }
        }
    }

    async fn forget_graves(&self) -> Result<(), StoreError> {
        let graves = GRAVES.scan_everywhere(&self.store().read().await?).await?;
        let now = self.now();
        for (scope, name, grave) in graves {
            if grave.deleted.plus(limits::NAME_PAUSE) <= now {
                let (scope, name) = (&scope, name.as_str());
                self.store()
                    .transact(|tx| async move {
                        if GRAVES.get(&tx, scope, &name).await? == Some(grave) {
                            GRAVES.delete(&tx, scope, &name);
                        }
                        Ok::<_, StoreError>(())
                    })
                    .await?;
            }
        }
        Ok(())
    }
}
