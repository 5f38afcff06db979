//! Why the engine did not do what was asked, as data. AWS's words for it are in `error.rs`.

use names::Timestamp;
use store::StoreError;

use crate::store::ShardNo;

/// A reason not to do something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// There is no such stream.
    NoSuchStream,
    /// A stream of the name exists.
    StreamTaken,
    /// It has consumers, and nobody said that they may go.
    HasConsumers,
    /// The account would have too many shards.
    TooManyShards {
        /// Those it has.
        present: u32,
        /// Those it would get.
        more: u32,
        /// Those it may have.
        limit: u32,
    },
    /// The account has as many streams in on-demand mode as it may.
    TooManyOnDemand,
    /// The stream has no such shard.
    NoSuchShard(ShardNo),
    /// The shard takes no records any more.
    ShardClosed(ShardNo),
    /// Two shards do not lie side by side.
    NotAdjacent(ShardNo, ShardNo),
    /// A shard cannot be split there: the bounds between which it can.
    BadSplit {
        /// The shard.
        shard: ShardNo,
        /// Where it begins.
        first: u128,
        /// Where it ends.
        last: u128,
    },
    /// The stream scales itself.
    OnDemand,
    /// More than twice as many shards, or fewer than half of them.
    ScaledTooFar {
        /// Shards that take records.
        open: u32,
    },
    /// The number of shards was changed too often.
    RescaledTooOften,
    /// The mode was changed too often.
    ModeChangedTooOften,
    /// The shard is asked for more than it gives or takes.
    Throttled(ShardNo),
    /// There is no such consumer.
    NoSuchConsumer,
    /// A consumer of the name exists.
    ConsumerTaken,
    /// The stream has as many consumers as it may.
    TooManyConsumers,
    /// The consumer reads the shard already, since this instant.
    Subscribed(Timestamp),
    /// More tags than a resource may have.
    TooManyTags,
    /// The store could not answer.
    Store(StoreError),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
