//! Subscriptions: a shard's records sent as they come, for five minutes.

use std::sync::Arc;
use std::time::Duration;

use api_kinesis::{
    SubscribeToShard, SubscribeToShardEvent, SubscribeToShardEventStream, SubscribeToShardInput,
    SubscribeToShardOutput, errors,
};
use futures_util::stream::poll_fn;
use names::Timestamp;
use service_kit::{Access, Ctx, Error, Outcome};
use smithy::{ApiError, EventStream};
use store::Watch;
use tokio::sync::mpsc;

use super::iterator::{self, Start};
use super::{address, shown};
use crate::engine::consumer::Hold;
use crate::engine::read::{Most, behind};
use crate::engine::refusal::Refusal;
use crate::engine::stream::{Home, Stream};
use crate::error::{no_shard_to_read, no_such_consumer, shard_id, shard_no, told};
use crate::store::{Position, ShardNo, TAILS};
use crate::{Kinesis, calls, limits};

type Event = Result<SubscribeToShardEventStream, ApiError>;

/// Sends a shard's records as they come.
pub(crate) async fn subscribe_to_shard(ctx: &Ctx, input: SubscribeToShardInput) -> Outcome<SubscribeToShard> {
    let (home, consumer) = address::consumer_arn(ctx, &input.consumer_arn)?;
    let stream = address::find(ctx, &home).await?;
    let engine = ctx.state::<Kinesis>().engine();
    let found = engine.consumer_named(&stream, &consumer).await;
    found.map_err(|refusal| match refusal {
        Refusal::NoSuchConsumer => no_such_consumer(&home, &consumer.name),
        other => told(&home, other),
    })?;
    let shard = shard_no(&input.shard_id).ok_or_else(|| no_shard_to_read(&home, &input.shard_id))?;
    let asked = &input.starting_position;
    let start = Start { kind: &asked.r#type, number: asked.sequence_number.as_deref(), at: asked.timestamp };
    let next = iterator::position(ctx, &stream, shard, &start).await?;
    let name = consumer.name.clone();
    let hold = engine.subscriptions().hold(stream.no, consumer, shard, ctx.now());
    let hold = hold.map_err(|_| busy(&home, shard, &name))?;
    let (sender, mut receiver) = mpsc::channel(1);
    let until = ctx.now().plus(limits::SUBSCRIPTION_LIFE);
    let feed = Feed { ctx: ctx.clone(), stream, shard, next, until, hold, name, sender };
    engine.runtime().tasks.spawn("kinesis.subscription", feed.run());
    let event_stream = EventStream(Box::pin(poll_fn(move |cx| receiver.poll_recv(cx))));
    Ok(SubscribeToShardOutput { event_stream })
}

/// What subscribing touches.
pub(crate) fn access_to_subscribe(ctx: &Ctx, input: &SubscribeToShardInput) -> Result<Access, Error> {
    address::consumer_arn(ctx, &input.consumer_arn)?;
    Ok(Access::to(&input.consumer_arn))
}

fn busy(home: &Home, shard: ShardNo, consumer: &str) -> ApiError {
    let shard = shard_id(shard);
    errors::resource_in_use_exception(format!(
        "Another active subscription exists for this consumer: {}:{}:{shard}:{consumer}",
        home.account, home.name
    ))
}

/// A subscription that is being served. It ends with its time, its shard, its client or its consumer, or when another one
/// takes over.
struct Feed {
    ctx: Ctx,
    stream: Arc<Stream>,
    shard: ShardNo,
    next: Position,
    until: Timestamp,
    hold: Hold,
    name: String,
    sender: mpsc::Sender<Event>,
}

/// What a round of a feed came to.
enum Round {
    /// Records were sent, this many bytes of them.
    Sent(usize),
    /// There was nothing new.
    Nothing,
    /// The shard has ended, or the client has gone.
    Over,
}

impl Feed {
    async fn run(mut self) {
        if let Err(error) = self.serve().await {
            // The last frame; whoever should read it may have gone.
            let _ = self.sender.send(Err(modelled(&self.stream.home, error))).await;
        }
        self.ctx.state::<Kinesis>().engine().subscriptions().release(&self.hold, self.ctx.now());
    }

    async fn serve(&mut self) -> Result<(), Error> {
        let mut watch = self.watch();
        let mut quiet_until = self.ctx.now();
        loop {
            match self.round(quiet_until).await? {
                Round::Over => return Ok(()),
                Round::Sent(bytes) => {
                    quiet_until = self.ctx.now().plus(limits::HEARTBEAT);
                    if !self.pause(bytes).await? {
                        return Ok(());
                    }
                }
                Round::Nothing => {
                    if quiet_until <= self.ctx.now() {
                        quiet_until = self.ctx.now().plus(limits::HEARTBEAT);
                    }
                    let clock = self.ctx.clock();
                    tokio::select! {
                        () = watch.changed() => {}
                        () = clock.sleep_until(quiet_until.min(self.until)) => {}
                        over = self.over() => return over,
                    }
                }
            }
            if self.until <= self.ctx.now() {
                return Ok(());
            }
        }
    }

    /// Tells of records that come and of the shard's end: both change the tail.
    fn watch(&self) -> Watch {
        let store = self.ctx.state::<Kinesis>().engine().store();
        store.watch(&TAILS.key(&self.stream.scope, &(self.stream.no, self.shard)))
    }

    /// Sends what is new; when nothing is and it was quiet for long enough, says so.
    async fn round(&mut self, quiet_until: Timestamp) -> Result<Round, Error> {
        let engine = self.ctx.state::<Kinesis>().engine();
        let most = Most { records: limits::READ_RECORDS, bytes: limits::EVENT_BYTES };
        let found = engine.read(&self.stream, self.shard, self.next, most).await;
        let found = found.map_err(|refusal| told(&self.stream.home, refusal))?;
        let picked = calls::open(&self.ctx, &self.stream, self.shard, &found, most).await?;
        let now = self.ctx.now();
        let ended = !found.open && picked.next > found.last;
        if picked.entries.is_empty() && !ended && now < quiet_until {
            return Ok(Round::Nothing);
        }
        let (quiet, known) = (picked.entries.is_empty(), self.stream.known());
        self.next = picked.next;
        // Where to go on: after the last record sent, or where this subscription began.
        let reached = known.sequence(self.shard, self.next.saturating_sub(1));
        let event = SubscribeToShardEvent {
            records: picked.entries.into_iter().map(|entry| shown::record(&known, self.shard, entry)).collect(),
            continuation_sequence_number: (!ended).then(|| reached.shown()),
            millis_behind_latest: behind(self.next, found.last, now),
            child_shards: ended.then(|| shown::children(&known, self.shard)),
        };
        let sent = self.sender.send(Ok(SubscribeToShardEventStream::SubscribeToShardEvent(event))).await;
        Ok(match sent {
            Ok(()) if quiet && !ended => Round::Nothing,
            Ok(()) if !ended => Round::Sent(picked.bytes),
            _ => Round::Over,
        })
    }

    /// Waits until the consumer may be given more; false when the subscription is over. While the clock is frozen nobody
    /// waits.
    async fn pause(&self, bytes: usize) -> Result<bool, Error> {
        let engine = self.ctx.state::<Kinesis>().engine();
        let seconds = bytes as f64 / limits::CONSUMER_BYTES_OUT;
        if engine.unlimited() || bytes < limits::EVENT_BYTES / 2 {
            return Ok(true);
        }
        let until = self.ctx.now().plus(Duration::from_secs_f64(seconds)).min(self.until);
        tokio::select! {
            () = self.ctx.clock().sleep_until(until) => Ok(true),
            over = self.over() => over.map(|()| false),
        }
    }

    /// Returns when the subscription is over before its time.
    async fn over(&self) -> Result<(), Error> {
        let shutdown = &self.ctx.cloud().runtime().shutdown;
        tokio::select! {
            () = self.sender.closed() => Ok(()),
            () = shutdown.requested() => Ok(()),
            () = self.hold.over.notified() => Err(busy(&self.stream.home, self.shard, &self.name).into()),
        }
    }
}

/// An error as the last frame of a stream, which only modelled exceptions can be.
fn modelled(home: &Home, error: Error) -> ApiError {
    match error {
        Error::Modeled(error) => error,
        Error::Fault(fault) => {
            tracing::warn!(stream = home.name, ?fault, "a subscription failed");
            errors::internal_failure_exception("The subscription failed; subscribe again.")
        }
    }
}
