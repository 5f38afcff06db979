//! Notifications on their way: changes are handed to the deliveries, one lane for each bucket and destination, and carried
//! in S3's name, so that a destination's own policy decides.

use delivery::{Consignment, Courier, Deliveries, Enqueued, Failure, Intent, Lane, Retries, Verdict};
use names::{AccountId, Arn};
use serde_json::{Value, json};
use service_kit::{BoxFuture, Caller, Error, Fault, Parcel, Sender, Service, Task, TaskCtx, Wake};
use std::sync::Arc;
use std::time::Duration;
use store::Batch;

use crate::S3;
use crate::engine::Engine;
use crate::engine::config::notice;
use crate::engine::notices::Notice;

/// The kind of the alarms of lanes. It is stored: it may never change.
const KIND: &str = "s3.deliver";
/// Changes handed over by one commit.
const BATCH: usize = 200;
/// Changes are looked for at least this often.
const PERIOD: Duration = Duration::from_secs(60);

/// The deliveries of S3.
pub(crate) fn deliveries(parts: &service_kit::CloudParts) -> Deliveries {
    Deliveries::new("s3", KIND, parts)
}

/// Adds the work.
pub(super) fn add(service: Service, deliveries: &Deliveries) -> Service {
    deliveries.add_to(service.task(Task::new("notices", PERIOD, Wake::default(), hand_over)), Notifier)
}

/// Hands changes over as long as the process lives.
async fn hand_over(ctx: TaskCtx) -> Result<(), Error> {
    let state = ctx.state::<S3>();
    let shutdown = ctx.cloud.runtime().shutdown.clone();
    let mut changes = state.engine().watch_notices();
    loop {
        while hand_over_some(state.engine(), state.deliveries()).await? {}
        tokio::select! {
            () = changes.changed() => {}
            () = shutdown.requested() => return Ok(()),
        }
    }
}

/// Whether there may be more.
async fn hand_over_some(engine: &Engine, deliveries: &Deliveries) -> Result<bool, Error> {
    let notices = engine.notices(BATCH).await?;
    let (batch, mut enqueued) = (Batch::new(), Vec::new());
    for (number, notice) in &notices {
        for (id, arn) in &notice.rules {
            let lane = lane(notice, arn);
            enqueued.push(deliveries.enqueue(&batch, notice::message(notice, id), &[lane]).await?);
        }
        if notice.bus {
            let (kind, detail) = notice::event(notice);
            let body = json!({"kind": kind, "at": notice.at.iso8601(), "detail": detail}).to_string();
            enqueued.push(deliveries.enqueue(&batch, body, &[lane(notice, &bus(notice))]).await?);
        }
        Engine::noticed(&batch, *number);
    }
    if notices.is_empty() {
        return Ok(false);
    }
    engine.write(batch).await?;
    enqueued.into_iter().for_each(Enqueued::depart);
    Ok(notices.len() == BATCH)
}

fn lane(notice: &Notice, arn: &str) -> Consignment {
    Consignment::new(format!("{}/{}/{arn}", notice.account, notice.bucket), bytes::Bytes::new())
}

/// The bus that hears of everything in an account and region.
fn bus(notice: &Notice) -> String {
    format!("arn:aws:events:{}:{}:event-bus/default", notice.region, notice.account)
}

/// Carries messages to destinations.
struct Notifier;

/// Whose bucket, which, and where to.
fn read(lane: &str) -> Option<(AccountId, &str, Arn)> {
    let (account, rest) = lane.split_once('/')?;
    let (bucket, arn) = rest.split_once('/')?;
    Some((account.parse().ok()?, bucket, arn.parse().ok()?))
}

impl Courier for Notifier {
    fn lane<'a>(&'a self, _: &'a TaskCtx, lane: &'a str) -> BoxFuture<'a, Result<Option<Lane>, Error>> {
        // A day, as AWS tells of asynchronous deliveries to functions; for queues and topics it tells nothing.
        let served = read(lane).map(|_| Lane::new(Retries::for_events()));
        Box::pin(std::future::ready(Ok(served)))
    }

    fn deliver<'a>(&'a self, ctx: &'a TaskCtx, lane: &'a str, intents: &'a [Intent]) -> BoxFuture<'a, Vec<Verdict>> {
        Box::pin(async move {
            let Some((account, bucket, to)) = read(lane) else { return refused(intents) };
            let source = format!("arn:aws:s3:::{bucket}");
            let mut sender = Sender::service(&ctx.cloud, "s3.amazonaws.com", account, source.clone());
            if to.service == "events" {
                // Services put their own events on the default bus, whatever its policy says.
                sender.caller = Arc::new(Caller::internal("s3", account));
            }
            let parcels = intents.iter().map(|intent| parcel(&to, &source, intent)).collect();
            let answers = ctx.cloud.deliver(&sender, &to, parcels).await;
            answers.into_iter().map(|answer| answer.map_or_else(verdict, |_| Verdict::Delivered)).collect()
        })
    }
}

fn refused(intents: &[Intent]) -> Vec<Verdict> {
    intents.iter().map(|_| Verdict::Refused(Failure::new("BadLane", "not a destination"))).collect()
}

fn parcel(to: &Arn, source: &str, intent: &Intent) -> Parcel {
    let body = String::from_utf8_lossy(&intent.body).into_owned();
    if to.service != "events" {
        let parameters = json!({"Subject": "Amazon S3 Notification"});
        return Parcel { id: intent.id, body, parameters, ..Parcel::default() };
    }
    let told: Value = serde_json::from_str(&body).unwrap_or_default();
    let parameters = json!({"EventBridgeParameters": {
        "Source": "aws.s3",
        "DetailType": told["kind"],
        "Resources": [source],
        "Time": told["at"],
    }});
    Parcel { id: intent.id, body: told["detail"].to_string(), parameters, ..Parcel::default() }
}

/// What the receiver cannot do now it may do later; what it refuses it goes on refusing.
fn verdict(error: Error) -> Verdict {
    match &error {
        Error::Fault(Fault::Unavailable { .. } | Fault::Internal { .. } | Fault::Throttled { .. }) => {
            Verdict::Retry(Failure::new("Unavailable", error.to_string()))
        }
        Error::Fault(_) => Verdict::Refused(Failure::new("Refused", error.to_string())),
        Error::Modeled(modelled) if modelled.schema.status >= 500 => {
            Verdict::Retry(Failure::new(modelled.schema.code, error.to_string()))
        }
        Error::Modeled(modelled) => Verdict::Refused(Failure::new(modelled.schema.code, error.to_string())),
    }
}
