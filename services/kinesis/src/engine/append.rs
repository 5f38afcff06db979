//! Writing records: the puts of many callers become one commit, and each shard's records get positions in the order in which
//! they are committed.
//!
//! A stream has one writer at a time. It takes all puts that wait, gives their records the next positions of their shards
//! and commits them together with the shards' tails, which it read in the same transaction. So positions become visible in
//! their order: whoever reads a shard up to its tail missed nothing, in whatever process the writer was. Closing a shard
//! changes its tail, so a put either lies before the end or learns that there is one.

use std::collections::BTreeMap;
use std::mem;
use std::sync::Arc;

use names::Timestamp;
use parking_lot::Mutex;
use store::{Raw, StoreError, Tx};
use tokio::sync::oneshot;

use super::Engine;
use super::refusal::Refusal;
use super::segment::Segment;
use super::sequence::first_at;
use super::stream::Stream;
use crate::store::{Position, SEGMENTS, ShardNo, TAILS, Tail};

/// Bytes in one commit. More wait for the next.
const COMMIT_BYTES: usize = 16 * 1_024 * 1_024;

/// Puts that wait, and whether there is a writer.
#[derive(Debug, Default)]
pub(crate) struct Appender(Mutex<Line>);

#[derive(Debug, Default)]
struct Line {
    waiting: Vec<Put>,
    writing: bool,
}

/// The records of one call, by shard.
pub(crate) type Parts = Vec<(ShardNo, Vec<Segment>)>;

#[derive(Debug)]
struct Put {
    parts: Parts,
    told: oneshot::Sender<Result<Landed, Refusal>>,
}

/// Where the parts of a put came to lie: for each the position of its first record, or none when its shard is closed.
pub(crate) type Landed = Vec<Option<Position>>;

impl Appender {
    /// Puts in line; whether there was no writer, and one must be made.
    fn join(&self, put: Put) -> bool {
        let mut line = self.0.lock();
        line.waiting.push(put);
        !mem::replace(&mut line.writing, true)
    }

    /// The puts of the next commit. With none left, the writer has ended.
    fn next(&self) -> Vec<Put> {
        let mut line = self.0.lock();
        let mut bytes = 0;
        let fits = |put: &Put| {
            let first = bytes == 0;
            bytes += put.bytes();
            first || bytes <= COMMIT_BYTES
        };
        let count = line.waiting.iter().map(fits).take_while(|fits| *fits).count();
        line.writing = count > 0;
        line.waiting.drain(..count).collect()
    }
}

impl Put {
    fn bytes(&self) -> usize {
        self.parts.iter().flat_map(|(_, segments)| segments).map(|segment| segment.bytes.len()).sum()
    }
}

impl Engine {
    /// Writes records of one stream; answers when they are durable. Parts of closed shards are not written.
    pub(crate) async fn append(&self, stream: &Arc<Stream>, parts: Parts) -> Result<Landed, Refusal> {
        let (told, landed) = oneshot::channel();
        if stream.appender.join(Put { parts, told }) {
            let (engine, stream) = (self.clone(), stream.clone());
            // Not by the caller, who may go away: others wait for the same commit.
            self.runtime().tasks.spawn("kinesis.append", async move { engine.write(&stream).await });
        }
        let gone = || Refusal::Store(StoreError::Closed);
        landed.await.unwrap_or_else(|_| Err(gone()))
    }

    async fn write(&self, stream: &Stream) {
        loop {
            let puts = stream.appender.next();
            if puts.is_empty() {
                return;
            }
            let now = self.now();
            let committed = self.store().transact(|tx| place(tx, stream, &puts, now)).await;
            for (at, put) in puts.into_iter().enumerate() {
                let landed = committed.as_ref().map(|all| all[at].clone()).map_err(Clone::clone);
                // Whoever put it may have gone.
                let _ = put.told.send(landed);
            }
        }
    }
}

/// Gives every record its position and writes it, in one transaction.
async fn place(tx: Tx, stream: &Stream, puts: &[Put], now: Timestamp) -> Result<Vec<Landed>, Refusal> {
    let mut tails = BTreeMap::new();
    let mut all = Vec::with_capacity(puts.len());
    for put in puts {
        let mut landed = Vec::with_capacity(put.parts.len());
        for (shard, segments) in &put.parts {
            if !tails.contains_key(shard) {
                let tail = TAILS.get(&tx, &stream.scope, &(stream.no, *shard)).await?;
                tails.insert(*shard, tail.ok_or(Refusal::NoSuchStream)?);
            }
            let tail = tails.get_mut(shard).expect("it was just put there");
            landed.push(lay(&tx, stream, *shard, tail, segments, now)?);
        }
        all.push(landed);
    }
    for (shard, tail) in tails.iter().filter(|(_, tail)| tail.open) {
        TAILS.put(&tx, &stream.scope, &(stream.no, *shard), tail)?;
    }
    Ok(all)
}

fn lay(
    tx: &Tx,
    stream: &Stream,
    shard: ShardNo,
    tail: &mut Tail,
    segments: &[Segment],
    now: Timestamp,
) -> Result<Option<Position>, StoreError> {
    if !tail.open {
        return Ok(None);
    }
    let first = first_at(now).max(tail.last + 1);
    let mut next = first;
    for segment in segments {
        SEGMENTS.put(tx, &stream.scope, &(stream.no, shard, next), &Raw(segment.bytes.clone()))?;
        next += segment.count;
    }
    tail.last = next - 1;
    Ok(Some(first))
}
