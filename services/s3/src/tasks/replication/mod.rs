//! Copies on their way: orders are handed to deliveries, one lane for each pair of buckets, and carried out as the role that
//! the source names, whose permissions decide.

mod copy;
mod permission;

use std::time::Duration;

use delivery::{Consignment, Courier, Deliveries, Enqueued, Failure, Intent, Lane, Retries, Verdict, Why};
use futures_util::future::join_all;
use service_kit::{BoxFuture, Error, Service, Task, TaskCtx, Wake};
use store::{Due, StoreError, decode_record, encode_record};

use crate::S3;
use crate::engine::Engine;
use crate::engine::replication::Order;
use crate::error::told;
use copy::Failed;

/// The kind of the alarms of lanes. It is stored: it may never change.
const KIND: &str = "s3.replicate";
/// The kind of the timers of copies that are promised in a time. It is stored: it may never change.
const LATE: &str = "s3.replication-late";
/// How long after a change its copies begin. AWS: "most objects within 15 minutes", usually in seconds.
const DELAY: Duration = Duration::from_secs(1);
/// Orders handed over by one commit.
const BATCH: usize = 100;
/// Orders are looked for at least this often.
const PERIOD: Duration = Duration::from_secs(60);

/// The copies of S3.
pub(crate) fn copies(parts: &service_kit::CloudParts) -> Deliveries {
    Deliveries::new("s3-replication", KIND, parts)
}

/// Adds the work.
pub(super) fn add(service: Service, copies: &Deliveries) -> Service {
    let service = service.task(Task::new("replication", PERIOD, Wake::default(), hand_over)).on_timer(LATE, late);
    copies.add_to(service, Copier)
}

/// Hands orders over as long as the process lives, each a moment after it was given.
async fn hand_over(ctx: TaskCtx) -> Result<(), Error> {
    let (shutdown, clock) = (ctx.cloud.runtime().shutdown.clone(), ctx.cloud.runtime().clock.clone());
    let mut changes = ctx.state::<S3>().engine().watch_orders();
    loop {
        let again = hand_over_some(&ctx).await?;
        tokio::select! {
            () = changes.changed() => {}
            () = clock.sleep_until(again.unwrap_or_else(|| clock.now().plus(PERIOD))) => {}
            () = shutdown.requested() => return Ok(()),
        }
    }
}

/// Tells when the next order is to be handed over.
async fn hand_over_some(ctx: &TaskCtx) -> Result<Option<names::Timestamp>, Error> {
    let state = ctx.state::<S3>();
    loop {
        let (orders, now) = (state.engine().orders(BATCH).await?, ctx.cloud.runtime().clock.now());
        let due: Vec<Order> = orders.iter().take_while(|order| order.since.plus(DELAY) <= now).cloned().collect();
        let Some(next) = orders.get(due.len()).or(orders.last()) else { return Ok(None) };
        if due.is_empty() {
            return Ok(Some(next.since.plus(DELAY)));
        }
        enqueue(ctx, state.copies(), &due).await?.into_iter().for_each(Enqueued::depart);
    }
}

async fn enqueue(ctx: &TaskCtx, copies: &Deliveries, due: &[Order]) -> Result<Vec<Enqueued>, StoreError> {
    let timers = ctx.cloud.timers();
    ctx.cloud
        .store()
        .transact(|tx| async move {
            let mut enqueued = Vec::with_capacity(due.len());
            for order in due {
                let body = encode_record(order)?;
                if let Some(at) = order.late_at() {
                    timers.schedule(&tx, at, LATE, &order.number.to_string(), body.clone()).await?;
                }
                enqueued.push(copies.enqueue(&tx, body, &[Consignment::new(lane(order), bytes::Bytes::new())]).await?);
                Engine::taken_up(&tx, order);
            }
            Ok(enqueued)
        })
        .await
}

fn lane(order: &Order) -> String {
    format!("{}/{}", order.bucket, order.destination)
}

/// Tells of a copy that is late.
async fn late(ctx: TaskCtx, due: Due) -> Result<(), Error> {
    let order: Order = decode_record(LATE, &due.payload)?;
    ctx.state::<S3>().engine().is_late(&order).await.map_err(told)
}

/// Carries orders out.
struct Copier;

impl Courier for Copier {
    fn lane<'a>(&'a self, _: &'a TaskCtx, _: &'a str) -> BoxFuture<'a, Result<Option<Lane>, Error>> {
        // For a day of attempts; an order is tried however old it is, since the clock may have been moved.
        let retries = Retries { oldest: None, ..Retries::for_events() };
        Box::pin(std::future::ready(Ok(Some(Lane::new(retries)))))
    }

    fn deliver<'a>(&'a self, ctx: &'a TaskCtx, _: &'a str, intents: &'a [Intent]) -> BoxFuture<'a, Vec<Verdict>> {
        Box::pin(async move { join_all(intents.iter().map(|intent| carry_out(ctx, intent))).await })
    }

    fn give_up<'a>(
        &'a self,
        ctx: &'a TaskCtx,
        _: &'a str,
        intent: &'a Intent,
        _: Why,
    ) -> BoxFuture<'a, Option<Consignment>> {
        Box::pin(async move {
            if let Ok(order) = decode_record::<Order>(KIND, &intent.body)
                && let Err(error) = ctx.state::<S3>().engine().give_up(&order, "DstPutObjectNotPermitted").await
            {
                tracing::warn!(?error, bucket = order.bucket, "a copy was given up, and nobody is told");
            }
            None
        })
    }
}

async fn carry_out(ctx: &TaskCtx, intent: &Intent) -> Verdict {
    let order = match decode_record::<Order>(KIND, &intent.body) {
        Ok(order) => order,
        Err(error) => return Verdict::Refused(Failure::new("BadOrder", error.to_string())),
    };
    match copy::copy(ctx, &order).await {
        Ok(()) => Verdict::Delivered,
        Err(Failed::Now(error)) => Verdict::Retry(Failure::new("Unavailable", error.to_string())),
        Err(Failed::ForGood(reason, why)) => {
            tracing::debug!(bucket = order.bucket, key = order.key, reason, why, "a copy is not made");
            match ctx.state::<S3>().engine().give_up(&order, reason).await {
                Ok(()) => Verdict::Delivered,
                Err(error) => Verdict::Retry(Failure::new("Unavailable", told(error).to_string())),
            }
        }
    }
}
