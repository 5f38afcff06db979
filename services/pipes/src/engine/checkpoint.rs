//! How far sources were read. A checkpoint is written after what it covers has arrived or was given up.

use std::collections::BTreeMap;

use store::{Batch, Span, StoreError};

use super::Engine;
use super::home::Home;
use crate::store::{CHECKPOINTS, Checkpoint, PipeRecord};

impl Engine {
    /// The checkpoints of a pipe by shard.
    pub(crate) async fn checkpoints(
        &self,
        home: &Home,
        pipe: &PipeRecord,
    ) -> Result<BTreeMap<String, Checkpoint>, StoreError> {
        let view = self.store().read().await?;
        let rows = CHECKPOINTS.scan_all(&view, &home.scope(), &Span::prefix(&(pipe.no,))).await?;
        Ok(rows.into_iter().map(|((_, shard), checkpoint)| (shard, checkpoint)).collect())
    }

    /// Notes how far a shard was read.
    pub(crate) async fn note(
        &self,
        home: &Home,
        pipe: &PipeRecord,
        shard: &str,
        checkpoint: &Checkpoint,
    ) -> Result<(), StoreError> {
        let batch = Batch::new();
        CHECKPOINTS.put(&batch, &home.scope(), &(pipe.no, shard), checkpoint)?;
        self.store().write(batch).await.map(|_| ())
    }
}
