//! Consumers with enhanced fan-out, and who reads which shard as one of them.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use names::{Tags, Timestamp};
use parking_lot::Mutex;
use store::{Order, Span, Tx};
use tokio::sync::Notify;

use super::Engine;
use super::refusal::Refusal;
use super::stream::Stream;
use crate::limits;
use crate::store::{CONSUMERS, ConsumerRecord, STREAMS, ShardNo, StreamNo};

/// A consumer as its ARN names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct ConsumerName {
    /// Its name.
    pub name: String,
    /// The second of its registration.
    pub second: i64,
}

impl ConsumerName {
    /// What follows the stream in an ARN: `consumer/NAME:SECOND`.
    pub(crate) fn read(below: &str) -> Option<Self> {
        let (name, second) = below.strip_prefix("consumer/")?.rsplit_once(':')?;
        Some(Self { name: name.to_owned(), second: second.parse().ok()? })
    }

    /// Of a consumer that is there.
    pub(crate) fn of(name: &str, record: &ConsumerRecord) -> Self {
        Self { name: name.to_owned(), second: record.created.secs() }
    }

    /// Its ARN.
    pub(crate) fn arn(&self, stream: &Stream) -> String {
        format!("{}/consumer/{}:{}", stream.home.arn(), self.name, self.second)
    }
}

impl Engine {
    /// Registers a consumer.
    pub(crate) async fn register(&self, stream: &Stream, name: &str, tags: Tags) -> Result<ConsumerRecord, Refusal> {
        let record = ConsumerRecord { created: self.now(), tags, policy: None };
        self.store().transact(|tx| register(tx, stream, name, &record)).await?;
        Ok(record)
    }

    /// A consumer by its name.
    pub(crate) async fn consumer(&self, stream: &Stream, name: &str) -> Result<ConsumerRecord, Refusal> {
        let view = self.store().read().await?;
        CONSUMERS.get(&view, &stream.scope, &(stream.no, name)).await?.ok_or(Refusal::NoSuchConsumer)
    }

    /// A consumer as an ARN names it.
    pub(crate) async fn consumer_named(
        &self,
        stream: &Stream,
        consumer: &ConsumerName,
    ) -> Result<ConsumerRecord, Refusal> {
        let record = self.consumer(stream, &consumer.name).await?;
        if record.created.secs() == consumer.second { Ok(record) } else { Err(Refusal::NoSuchConsumer) }
    }

    /// Consumers of a stream by name, after one.
    pub(crate) async fn consumers(
        &self,
        stream: &Stream,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, ConsumerRecord)>, Refusal> {
        let view = self.store().read().await?;
        let all = Span::prefix(&(stream.no,));
        let span = after.map_or(all.clone(), |after| all.after(&(stream.no, after)));
        let rows = CONSUMERS.scan(&view, &stream.scope, &span, Order::Ascending, limit).await?;
        Ok(rows.into_iter().map(|((_, name), record)| (name, record)).collect())
    }

    /// Changes a consumer.
    pub(crate) async fn change_consumer(
        &self,
        stream: &Stream,
        consumer: &ConsumerName,
        change: impl Fn(&mut ConsumerRecord) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let changed = async |tx: Tx| {
            let mut record = present(&tx, stream, consumer).await?;
            change(&mut record)?;
            Ok::<_, Refusal>(CONSUMERS.put(&tx, &stream.scope, &(stream.no, consumer.name.as_str()), &record)?)
        };
        self.store().transact(changed).await
    }

    /// Removes a consumer; its subscriptions end.
    pub(crate) async fn deregister(&self, stream: &Stream, consumer: &ConsumerName) -> Result<(), Refusal> {
        let removed = async |tx: Tx| {
            present(&tx, stream, consumer).await?;
            CONSUMERS.delete(&tx, &stream.scope, &(stream.no, consumer.name.as_str()));
            Ok::<_, Refusal>(())
        };
        self.store().transact(removed).await?;
        self.subscriptions().end(stream.no, consumer);
        Ok(())
    }
}

async fn register(tx: Tx, stream: &Stream, name: &str, record: &ConsumerRecord) -> Result<(), Refusal> {
    let there = STREAMS.get(&tx, &stream.scope, &stream.home.name.as_str()).await?;
    there.filter(|there| there.no == stream.no).ok_or(Refusal::NoSuchStream)?;
    let consumers = CONSUMERS.scan_all(&tx, &stream.scope, &Span::prefix(&(stream.no,))).await?;
    if consumers.iter().any(|((_, taken), _)| taken == name) {
        return Err(Refusal::ConsumerTaken);
    }
    if consumers.len() >= limits::CONSUMERS {
        return Err(Refusal::TooManyConsumers);
    }
    Ok(CONSUMERS.put(&tx, &stream.scope, &(stream.no, name), record)?)
}

async fn present(tx: &Tx, stream: &Stream, consumer: &ConsumerName) -> Result<ConsumerRecord, Refusal> {
    let record = CONSUMERS.get(tx, &stream.scope, &(stream.no, consumer.name.as_str())).await?;
    record.filter(|record| record.created.secs() == consumer.second).ok_or(Refusal::NoSuchConsumer)
}

/// Who reads which shard of which stream.
type Reader = (StreamNo, ConsumerName, ShardNo);

/// Subscriptions that are open, or were opened lately.
#[derive(Debug, Default)]
pub(crate) struct Subscriptions {
    held: Mutex<HashMap<Reader, Held>>,
    count: AtomicU64,
}

#[derive(Debug)]
struct Held {
    since: Timestamp,
    number: u64,
    over: Arc<Notify>,
}

/// A subscription: told when another one takes over.
#[derive(Debug, Clone)]
pub(crate) struct Hold {
    reader: Reader,
    number: u64,
    /// Told when the subscription is to end.
    pub over: Arc<Notify>,
}

impl Subscriptions {
    /// Subscribes. Within five seconds after another subscription of the same consumer to the same shard it is refused;
    /// later the other one ends.
    pub(crate) fn hold(
        &self,
        stream: StreamNo,
        consumer: ConsumerName,
        shard: ShardNo,
        now: Timestamp,
    ) -> Result<Hold, Refusal> {
        let reader = (stream, consumer, shard);
        let mut held = self.held.lock();
        if let Some(other) = held.get(&reader) {
            if other.since.plus(limits::SUBSCRIPTION_HOLD) > now && other.since <= now {
                return Err(Refusal::Subscribed(other.since));
            }
            other.over.notify_one();
        }
        let (number, over) = (self.count.fetch_add(1, Ordering::Relaxed), Arc::new(Notify::new()));
        held.insert(reader.clone(), Held { since: now, number, over: over.clone() });
        Ok(Hold { reader, number, over })
    }

    /// Forgets a subscription that has ended. It is still counted for the five seconds after its beginning.
    pub(crate) fn release(&self, hold: &Hold, now: Timestamp) {
        let mut held = self.held.lock();
        let mine = held.get(&hold.reader).is_some_and(|held| held.number == hold.number);
        if mine {
            held.retain(|reader, held| *reader != hold.reader || held.since.plus(limits::SUBSCRIPTION_HOLD) > now);
        }
    }

    /// Ends all subscriptions of a consumer.
    fn end(&self, stream: StreamNo, consumer: &ConsumerName) {
        self.held.lock().retain(|(of, by, _), held| {
            let ends = *of == stream && by == consumer;
            if ends {
                held.over.notify_one();
            }
            !ends
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;
    use std::time::Duration;

    #[test]
    fn a_second_subscription_waits_five_seconds_and_takes_over() {
        let (all, start) = (Subscriptions::default(), Timestamp::from_secs(10));
        let name = || ConsumerName { name: "c".to_owned(), second: 1 };
        let first = all.hold(1, name(), 0, start).unwrap();
        let later = |seconds| start.plus(Duration::from_secs(seconds));
        assert_eq!(all.hold(1, name(), 0, later(4)).unwrap_err(), Refusal::Subscribed(start));
        assert!(all.hold(1, name(), 1, later(4)).is_ok());
        assert!(first.over.notified().now_or_never().is_none());
        let second = all.hold(1, name(), 0, later(5)).unwrap();
        assert!(first.over.notified().now_or_never().is_some());
        all.release(&first, later(6));
        assert!(all.hold(1, name(), 0, later(6)).is_err(), "the first one's end is not the second one's");
        all.release(&second, later(7));
        assert!(all.hold(1, name(), 0, later(8)).is_err());
        all.end(1, &name());
        assert!(all.hold(1, name(), 0, later(8)).is_ok());
    }

    #[test]
    fn names_in_arns() {
        let name = ConsumerName { name: "a.b-c_d".to_owned(), second: 17 };
        assert_eq!(ConsumerName::read("consumer/a.b-c_d:17"), Some(name));
        for text in ["consumer/a", "a:1", "consumer/a:b"] {
            assert_eq!(ConsumerName::read(text), None, "{text}");
        }
    }
}
