//! Events from a stream: every shard in order, all shards at once, children after their parents.

use std::collections::BTreeSet;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use service_kit::Error;

use super::{Moving, Running};
use crate::calls;
use crate::engine::attempts;
use crate::engine::lineage::{Shard, readable};
use crate::limits;

impl Running {
    /// Moves events until the pipe is to stop.
    pub(super) async fn drain_stream(&self) {
        let (mut readers, mut read, mut failures) = (FuturesUnordered::new(), BTreeSet::new(), 0);
        while !self.is_over() {
            match self.shards().await {
                Ok(shards) => {
                    failures = 0;
                    for shard in shards {
                        if read.insert(shard.clone()) {
                            readers.push(self.drain_shard(shard));
                        }
                    }
                }
                Err(error) => {
                    self.warn(&error, "its stream");
                    failures += 1;
                }
            }
            let wait = if failures > 0 { attempts::pause(failures) } else { limits::SHARD_PERIOD };
            tokio::select! {
                // One that ends has children to be read.
                Some(shard) = readers.next(), if !readers.is_empty() => drop(read.remove(&shard)),
                () = self.pause(wait), if readers.is_empty() || failures > 0 => {}
            }
        }
        while readers.next().await.is_some() {}
    }

    /// The shards that may be read.
    async fn shards(&self) -> Result<Vec<String>, Error> {
        let Moving { engine, home, pipe, plan, .. } = &*self.0;
        let sender = self.sender().await?;
        let shards: Vec<Shard> = calls::shards(&sender, &plan.source).await?;
        let checkpoints = engine.checkpoints(home, pipe).await?;
        Ok(readable(&shards, &checkpoints).into_iter().map(|shard| shard.id.clone()).collect())
    }
}
