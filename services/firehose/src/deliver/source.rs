//! Records from a stream of Kinesis: every shard read in order, from the creation of the delivery stream on. How far is
//! written down in the commit that buffers what was read, so that a crash neither loses nor repeats.

use std::collections::HashMap;

use api_kinesis::Shard;
use bytes::Bytes;
use names::Timestamp;
use service_kit::{Error, Sender};
use store::{Span, StoreError};

use super::Post;
use crate::calls;
use crate::limits;
use crate::store::{CHECKPOINTS, Checkpoint, Source};

/// Buffers' worth that waits before reading pauses.
const AHEAD: i64 = 4;

/// A source that is being read.
struct Reading {
    arn: String,
    role: String,
    /// Shards as they were last listed, and when.
    shards: Vec<Shard>,
    listed: Option<Timestamp>,
    /// Where each shard is read on.
    iterators: HashMap<String, String>,
    checkpoints: HashMap<String, Checkpoint>,
}

impl Post {
    /// Sees to it that somebody reads the source, when there is one.
    pub(crate) fn feed(&self) {
        let Source::Kinesis { arn, role } = &self.stream.known().record.source else { return };
        if !std::mem::replace(&mut self.stream.pending.lock().fed, true) {
            let (post, arn, role) = (self.clone(), arn.clone(), role.clone());
            self.cloud.runtime().tasks.spawn("firehose.source", async move { post.read(arn, role).await });
        }
    }

    async fn read(self, arn: String, role: String) {
        let (shards, iterators, checkpoints) = (Vec::new(), HashMap::new(), HashMap::new());
        let mut reading = Reading { arn, role, shards, listed: None, iterators, checkpoints };
        let (runtime, mut failures) = (self.cloud.runtime().clone(), 0);
        while !self.stream.is_gone() && !runtime.shutdown.is_requested() {
            match self.round(&mut reading).await {
                Ok(()) => failures = 0,
                Err(error) => {
                    tracing::warn!(stream = self.stream.home.name, %error, failures, "a source cannot be read");
                    self.firehose.roles.forget(&self.stream.home);
                    (reading.listed, failures) = (None, (failures + 1).min(6));
                    reading.iterators.clear();
                }
            }
            tokio::select! {
                // Real time as well as the cloud's: what comes while the clock stands still is delivered, too.
                () = runtime.clock.wait_at_most(limits::SOURCE_PERIOD.saturating_mul(1 << failures)) => {}
                () = runtime.shutdown.requested() => {}
            }
        }
    }

    /// Reads every shard once.
    async fn round(&self, reading: &mut Reading) -> Result<(), Error> {
        let full = self.stream.known().plan.gather_bytes.cast_signed().saturating_mul(AHEAD);
        if self.stream.pending.lock().bytes > full {
            return Ok(());
        }
        let sender = self.firehose.roles.sender(&self.cloud, &self.stream.home, &reading.role).await?;
        let now = self.firehose.engine.now();
        if reading.listed.is_none_or(|at| at.plus(limits::SHARDS_PERIOD) <= now) {
            reading.checkpoints = self.checkpoints().await?;
            reading.shards = calls::shards(&sender, &self.stream.home, &reading.arn).await?;
            reading.listed = Some(now);
        }
        for shard in reading.readable() {
            self.read_shard(&sender, reading, &shard).await?;
        }
        Ok(())
    }

    async fn read_shard(&self, sender: &Sender, reading: &mut Reading, shard: &str) -> Result<(), Error> {
        let home = &self.stream.home;
        let before = reading.checkpoints.get(shard).and_then(|checkpoint| checkpoint.number.clone());
        let iterator = match reading.iterators.remove(shard) {
            Some(iterator) => Some(iterator),
            None => {
                let since = self.stream.known().record.created;
                calls::iterator(sender, home, &reading.arn, shard, before.clone(), since).await?
            }
        };
        let Some(iterator) = iterator else { return Ok(()) };
        let got = match calls::records(sender, home, iterator).await {
            Ok(got) => got,
            // Others read the shard too, or this one was not read for long: again in the next round.
            Err(Error::Modeled(error)) if is_passing(error.schema.code) => return Ok(()),
            Err(error) => return Err(error),
        };
        let number = got.records.last().map(|record| record.sequence_number.clone()).or(before);
        let ended = got.next_shard_iterator.is_none();
        if !got.records.is_empty() || ended {
            let data: Vec<Bytes> = got.records.into_iter().map(|record| record.data).collect();
            let checkpoint = Checkpoint { number, ended };
            self.firehose.engine.buffer(&self.stream, &data, Some((shard, checkpoint.clone()))).await?;
            reading.checkpoints.insert(shard.to_owned(), checkpoint);
            self.serve();
        }
        if ended {
            reading.listed = None;
        }
        reading.iterators.extend(got.next_shard_iterator.map(|next| (shard.to_owned(), next)));
        Ok(())
    }

    async fn checkpoints(&self) -> Result<HashMap<String, Checkpoint>, StoreError> {
        let (stream, view) = (&self.stream, self.firehose.engine.store().read().await?);
        let rows = CHECKPOINTS.scan_all(&view, &stream.scope, &Span::prefix(&(stream.no,))).await?;
        Ok(rows.into_iter().map(|((_, shard), checkpoint)| (shard, checkpoint)).collect())
    }
}

fn is_passing(code: &str) -> bool {
    matches!(code, "ProvisionedThroughputExceededException" | "ExpiredIteratorException")
}

impl Reading {
    /// Shards that have not ended and whose parents have, as far as these are still there.
    fn readable(&self) -> Vec<String> {
        let ended = |id: &String| self.checkpoints.get(id).is_some_and(|checkpoint| checkpoint.ended);
        let there = |id: &String| self.shards.iter().any(|shard| shard.shard_id == *id);
        let free = |shard: &&Shard| {
            let parents = [&shard.parent_shard_id, &shard.adjacent_parent_shard_id];
            !ended(&shard.shard_id) && parents.into_iter().flatten().all(|parent| ended(parent) || !there(parent))
        };
        self.shards.iter().filter(free).map(|shard| shard.shard_id.clone()).collect()
    }
}
