//! Calls to other services: changes brought to streams of Kinesis.

use std::sync::Arc;
use std::time::Duration;

use delivery::{Courier, Curve, Failure, Intent, Lane, Retries, Verdict};
use names::Arn;
use service_kit::{BoxFuture, Caller, Error, Fault, Parcel, Sender, TaskCtx};

use crate::Dynamo;
use crate::engine::destination::of_lane;
use crate::engine::table::Home;

/// How long a change is offered to a stream ("Change data capture for Kinesis Data Streams": up to 24 hours).
const OFFERED: Duration = Duration::from_secs(24 * 3_600);
/// Records brought by one call (`PutRecords` takes 500).
const AT_ONCE: usize = 100;

/// Brings changes to streams.
pub(crate) struct ToKinesis;

impl Courier for ToKinesis {
    fn lane<'a>(&'a self, ctx: &'a TaskCtx, lane: &'a str) -> BoxFuture<'a, Result<Option<Lane>, Error>> {
        Box::pin(async move {
            let Some((no, home, stream)) = of_lane(lane) else { return Ok(None) };
            let table = ctx.state::<Dynamo>().engine().lookup(&home).await?;
            let told = table.filter(|table| table.no == no).is_some_and(|table| {
                table.state().record.destinations.iter().any(|known| known.stream == stream && known.on)
            });
            Ok(told.then(|| Lane { batch: AT_ONCE, ..Lane::new(retries()) }))
        })
    }

    fn deliver<'a>(&'a self, ctx: &'a TaskCtx, lane: &'a str, intents: &'a [Intent]) -> BoxFuture<'a, Vec<Verdict>> {
        Box::pin(async move {
            let parsed = of_lane(lane).and_then(|(_, home, stream)| Some((home, stream.parse::<Arn>().ok()?)));
            let Some((home, stream)) = parsed else {
                let refused = Verdict::Refused(Failure::new("InvalidArn", lane));
                return vec![refused; intents.len()];
            };
            let parcel = |intent: &Intent| Parcel {
                id: intent.id,
                body: String::from_utf8_lossy(&intent.body).into_owned(),
                partition_key: Some(String::from_utf8_lossy(&intent.note).into_owned()),
                ..Parcel::default()
            };
            let parcels = intents.iter().map(parcel).collect();
            let taken = ctx.cloud.deliver(&sender(ctx, &home), &stream, parcels).await;
            taken.into_iter().map(|taken| taken.map_or_else(|error| verdict(&error), |_| Verdict::Delivered)).collect()
        })
    }
}

/// AWS's service-linked role for this may write to every stream of its account.
fn sender(ctx: &TaskCtx, home: &Home) -> Sender {
    let caller = Arc::new(Caller::internal("dynamodb", home.account));
    Sender { cloud: ctx.cloud.clone(), caller, source_arn: Some(home.arn().to_string()) }
}

/// A stream that is not there may be there again; nothing else mends itself but time.
fn verdict(error: &Error) -> Verdict {
    match error {
        Error::Fault(Fault::NotImplemented { .. }) => {
            Verdict::Refused(Failure::new("NotImplemented", error.to_string()))
        }
        other => Verdict::Retry(Failure::new("Failed", other.to_string())),
    }
}

fn retries() -> Retries {
    Retries {
        growing: 10,
        after: u32::MAX - 20,
        shortest: Duration::from_secs(1),
        longest: Duration::from_secs(60),
        curve: Curve::Exponential,
        oldest: Some(OFFERED),
        ..Retries::none()
    }
}
