//! What has expired, and what deleted groups and streams held, removed from the disk. Readers do not wait for it: what is
//! expired or deleted they do not see anyway.

use std::collections::HashMap;

use names::Timestamp;
use store::{Batch, Order, Scope, Span, StoreError, Tx};

use super::Engine;
use super::group::horizon;
use super::read::CHUNK;
use super::refusal::Refusal;
use crate::limits;
use crate::store::{
    EVENTS, EventNo, EventRow, GROUPS, GroupNo, KEYS, LINES, METRICS, Millis, QUERIES, QueryState, RECENT, RESULTS,
    STREAMS, SWEEPS, StreamNo, TAILS,
};

type Rows = Vec<((GroupNo, Millis, EventNo), EventRow)>;

impl Engine {
    /// Removes what deleted groups and streams held.
    pub(crate) async fn sweep(&self) -> Result<(), StoreError> {
        let view = self.store().read().await?;
        for (scope, (group, stream), _) in SWEEPS.scan_everywhere(&view).await? {
            match stream {
                0 => self.sweep_group(&scope, group).await?,
                stream => self.sweep_stream(&scope, group, stream).await?,
            }
            let batch = Batch::new();
            SWEEPS.delete(&batch, &scope, &(group, stream));
            self.store().write(batch).await?;
        }
        Ok(())
    }

    async fn sweep_group(&self, scope: &Scope, group: GroupNo) -> Result<(), StoreError> {
        let span = Span::prefix(&(group,));
        for range in [
            EVENTS.range(scope, &span),
            LINES.range(scope, &span),
            STREAMS.range(scope, &span),
            TAILS.range(scope, &span),
            RECENT.range(scope, &span),
            KEYS.range(scope, &span),
        ] {
            self.store().delete_range(range).await?;
        }
        Ok(())
    }

    async fn sweep_stream(&self, scope: &Scope, group: GroupNo, stream: StreamNo) -> Result<(), StoreError> {
        let span = Span::prefix(&(group, stream));
        loop {
            let view = self.store().read().await?;
            let rows = LINES.scan(&view, scope, &span, Order::Ascending, CHUNK).await?;
            if rows.is_empty() {
                return Ok(());
            }
            let batch = Batch::new();
            for ((_, _, at, no), _) in rows {
                LINES.delete(&batch, scope, &(group, stream, at, no));
                EVENTS.delete(&batch, scope, &(group, at, no));
            }
            self.store().write(batch).await?;
        }
    }

    /// Removes events that their groups no longer keep, answers to old queries and metrics that nobody took.
    pub(crate) async fn expire(&self) -> Result<(), Refusal> {
        let view = self.store().read().await?;
        for (scope, _, record) in GROUPS.scan_everywhere(&view).await? {
            if let Some(horizon) = horizon(&record, self.now()) {
                self.expire_group(&scope, record.no, horizon).await?;
            }
        }
        self.expire_queries().await?;
        let oldest = self.now().minus(limits::METRICS_KEPT).millis();
        let batch = Batch::new();
        for (scope, key, _) in METRICS.scan_everywhere(&view).await? {
            if key.2 < oldest {
                METRICS.delete(&batch, &scope, &key);
            }
        }
        self.store().write(batch).await?;
        Ok(())
    }

    async fn expire_group(&self, scope: &Scope, group: GroupNo, horizon: Millis) -> Result<(), Refusal> {
        let span = Span::prefix(&(group,)).until(&(group, horizon));
        loop {
            let view = self.store().read().await?;
            let rows: Rows = EVENTS.scan(&view, scope, &span, Order::Ascending, CHUNK).await?;
            if rows.is_empty() {
                return Ok(());
            }
            self.store().transact(|tx| remove(tx, scope, group, &rows)).await?;
        }
    }

    async fn expire_queries(&self) -> Result<(), Refusal> {
        let oldest: Timestamp = self.now().minus(limits::QUERY_KEPT);
        let view = self.store().read().await?;
        for (scope, id, record) in QUERIES.scan_everywhere(&view).await? {
            let busy = matches!(record.status, QueryState::Scheduled | QueryState::Running);
            if !busy && record.created < oldest {
                let batch = Batch::new();
                QUERIES.delete(&batch, &scope, &id);
                self.store().write(batch).await?;
                self.store().delete_range(RESULTS.range(&scope, &Span::prefix::<(String,)>(&(id,)))).await?;
            }
        }
        Ok(())
    }
}

/// Removes rows and takes them off what their streams hold. Rows that a crash of a sweep left are counted once: they are
/// removed in the same transaction.
async fn remove(tx: Tx, scope: &Scope, group: GroupNo, rows: &Rows) -> Result<(), StoreError> {
    let mut gone: HashMap<StreamNo, (u64, u64)> = HashMap::new();
    for ((_, at, no), row) in rows {
        EVENTS.delete(&tx, scope, &(group, *at, *no));
        LINES.delete(&tx, scope, &(group, row.stream, *at, *no));
        let (events, bytes) = gone.entry(row.stream).or_default();
        *events += 1;
        // A sealed message is as long as the message and what its cipher adds: 12 bytes before it and 16 behind.
        *bytes += (row.sealed.len().saturating_sub(28) + limits::EVENT_OVERHEAD) as u64;
    }
    for (stream, (events, bytes)) in gone {
        if let Some(mut tail) = TAILS.get(&tx, scope, &(group, stream)).await? {
            tail.events = tail.events.saturating_sub(events);
            tail.bytes = tail.bytes.saturating_sub(bytes);
            TAILS.put(&tx, scope, &(group, stream), &tail)?;
        }
    }
    Ok(())
}
