//! Asynchronous invocations: written before they are acknowledged, run at least once, retried one and two minutes after the
//! function failed, tried again with growing pauses while it is throttled, and told of to dead-letter queues and
//! destinations. Source: Lambda developer guide, "How Lambda handles errors and retries with asynchronous invocation".
//!
//! A lane is of one function, qualifier and number of retries: `event|account|region|function|qualifier|retry`. What is told
//! to others goes on lanes of its own, `tell|…`.

use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::Bytes;
use delivery::{Consignment, Courier, Curve, Failure, Intent, Lane, Retries, Verdict, Why};
use names::{Arn, RequestId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use service_kit::{BoxFuture, Cloud, Error, Fault, Parcel, ParcelAttribute, Sender, TaskCtx};
use smithy::Party;
use store::{Record, StoreError};

use super::invoke::{Ask, NotBegun, invoke};
use crate::engine::home::{Home, Named};
use crate::engine::{Answer, Engine};
use crate::environment::Verdict as Ended;
use crate::limits;
use crate::store::AsyncRecord;

/// Carries events to functions, and what became of them to others.
pub(crate) struct Events(pub(crate) Engine);

/// An event.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Later {
    /// The request id: the same at each attempt.
    pub(crate) request: u128,
    pub(crate) payload: Vec<u8>,
    pub(crate) context: Option<String>,
    pub(crate) trace: Option<String>,
    pub(crate) since: Timestamp,
}

impl Record for Later {
    const VERSION: u8 = 1;
}

/// What is noted beside an event on its way to others.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Tidings {
    /// To whom, and whether it is a dead-letter queue.
    to: Vec<(String, bool)>,
    /// The record of a destination.
    record: String,
    /// What a dead letter says of the last failure.
    code: String,
    message: String,
}

/// What a lane says.
struct Line {
    named: Named,
    retry: u32,
    tells: bool,
}

impl Line {
    fn text(&self) -> String {
        let Named { home, name, .. } = &self.named;
        let (kind, qualifier) = (if self.tells { "tell" } else { "event" }, self.named.qualifier());
        let given = if self.named.qualifier.is_some() { qualifier } else { "" };
        format!("{kind}|{}|{}|{name}|{given}|{}", home.account, home.region, self.retry)
    }

    fn read(lane: &str) -> Option<Self> {
        let parts: Vec<_> = lane.split('|').collect();
        let &[kind, account, region, name, qualifier, retry] = parts.as_slice() else { return None };
        let home = Home { account: account.parse().ok()?, region: names::Region::parse(region)? };
        let qualifier = (!qualifier.is_empty()).then(|| qualifier.to_owned());
        let named = Named { home, name: name.to_owned(), qualifier };
        Some(Self { named, retry: retry.parse().ok()?, tells: kind == "tell" })
    }
}

/// How long a function that failed is left alone before a retry.
fn pause(retry: u32) -> Duration {
    Duration::from_secs(60 * u64::from(retry))
}

impl Engine {
    /// Writes an event down, to be run soon.
    pub(crate) async fn invoke_later(&self, named: &Named, event: &Later) -> Result<(), StoreError> {
        let lane = Line { named: named.clone(), retry: 0, tells: false }.text();
        self.consign(event, Consignment::new(lane, Bytes::new())).await
    }

    async fn consign(&self, event: &Later, consignment: Consignment) -> Result<(), StoreError> {
        let (body, lanes) = (&store::encode_record(event)?, &[consignment]);
        let written =
            self.store().transact(|tx| async move { self.deliveries().enqueue(&tx, body.clone(), lanes).await });
        written.await?.depart();
        Ok(())
    }

    async fn plan(&self, named: &Named) -> Answer<AsyncRecord> {
        let view = self.store().read().await?;
        let key = (named.name.as_str(), named.qualifier());
        Ok(crate::store::ASYNC.get(&view, &named.home.scope(), &key).await?.unwrap_or_default())
    }
}

impl Courier for Events {
    fn lane<'a>(&'a self, _ctx: &'a TaskCtx, lane: &'a str) -> BoxFuture<'a, Result<Option<Lane>, Error>> {
        let read = Line::read(lane).map(|line| {
            let shortest =
                if line.tells { Duration::from_secs(1) } else { pause(line.retry).max(Duration::from_secs(1)) };
            let retries = Retries {
                growing: 100_000,
                shortest,
                longest: Duration::from_secs(300),
                curve: Curve::Exponential,
                oldest: Some(Duration::from_secs(limits::EVENT_AGE.into())),
                ..Retries::none()
            };
            Lane { concurrency: 32, batch: 1, ..Lane::new(retries) }
        });
        Box::pin(std::future::ready(Ok(read)))
    }

    fn deliver<'a>(&'a self, ctx: &'a TaskCtx, lane: &'a str, intents: &'a [Intent]) -> BoxFuture<'a, Vec<Verdict>> {
        Box::pin(async move {
            let mut verdicts = Vec::with_capacity(intents.len());
            for intent in intents {
                verdicts.push(self.carry(&ctx.cloud, lane, intent).await);
            }
            verdicts
        })
    }

    fn give_up<'a>(
        &'a self,
        _ctx: &'a TaskCtx,
        lane: &'a str,
        intent: &'a Intent,
        why: Why,
    ) -> BoxFuture<'a, Option<Consignment>> {
        Box::pin(self.given_up(lane, intent, why))
    }
}

impl Events {
    async fn carry(&self, cloud: &Cloud, lane: &str, intent: &Intent) -> Verdict {
        let unreadable = || Verdict::Refused(Failure::new("Unreadable", "the event cannot be read any more"));
        let Some(line) = Line::read(lane) else { return unreadable() };
        let Ok(event) = store::decode_record::<Later>("lambda/later", &intent.body) else { return unreadable() };
        if line.tells {
            return self.tell(cloud, &line, &event, intent).await;
        }
        // A retry waits its pause out before its first attempt.
        if line.retry > 0 && intent.attempts == 0 {
            return Verdict::Retry(Failure::new("Waiting", "the function failed a moment ago"));
        }
        self.run(cloud, &line, event).await
    }

    async fn run(&self, cloud: &Cloud, line: &Line, event: Later) -> Verdict {
        let plan = self.0.plan(&line.named).await.unwrap_or_default();
        let age = plan.age.unwrap_or(limits::EVENT_AGE);
        if event.since.plus(Duration::from_secs(age.into())) <= self.0.now() {
            return Verdict::Refused(Failure::new("EventAgeExceeded", "The event is too old."));
        }
        let admitted = match self.0.admit(&line.named).await {
            Ok(admitted) => admitted,
            Err(NotBegun::Refused(crate::engine::Refusal::NoFunction | crate::engine::Refusal::NoAlias)) => {
                return Verdict::Delivered;
            }
            Err(error) => return Verdict::Retry(Failure::new("Throttled", format!("{error:?}"))),
        };
        let version = admitted.version_name.clone();
        let ask = Ask {
            request: RequestId::from_random(event.request),
            payload: event.payload.clone().into(),
            context: event.context.clone(),
            trace: event.trace.clone(),
            streams: false,
        };
        match invoke(admitted, cloud, ask).await {
            Ok((outcome, answer)) if outcome.verdict == Ended::Success => {
                self.succeeded(line, &plan, &event, &version, &answer).await
            }
            Ok((_, answer)) => {
                Verdict::Refused(Failure::new(format!("Unhandled|{version}"), String::from_utf8_lossy(&answer)))
            }
            Err(error) => Verdict::Retry(Failure::new("Service", format!("{error:?}"))),
        }
    }

    /// Success is told of before the event is done with.
    async fn succeeded(&self, line: &Line, plan: &AsyncRecord, event: &Later, version: &str, answer: &[u8]) -> Verdict {
        let Some(to) = &plan.on_success else { return Verdict::Delivered };
        let outcome = Told { condition: "Success", count: line.retry + 1, version, answer, error: None };
        let record = self.record(&line.named, event, &outcome);
        let tidings = Tidings { to: vec![(to.clone(), false)], record, code: String::new(), message: String::new() };
        match self.0.consign(event, tell(&line.named, &tidings)).await {
            Ok(()) => Verdict::Delivered,
            Err(error) => Verdict::Retry(Failure::new("Store", error.to_string())),
        }
    }

    async fn given_up(&self, lane: &str, intent: &Intent, why: Why) -> Option<Consignment> {
        let line = Line::read(lane).filter(|line| !line.tells)?;
        let event: Later = store::decode_record("lambda/later", &intent.body).ok()?;
        let failure = intent.failure.clone().unwrap_or_default();
        let plan = self.0.plan(&line.named).await.ok()?;
        let failed = failure.code.split_once('|').filter(|(code, _)| *code == "Unhandled");
        if why == Why::Refused && failed.is_some() && line.retry < plan.retries.unwrap_or(limits::EVENT_RETRIES) {
            let next = Line { retry: line.retry + 1, ..line };
            return Some(Consignment::new(next.text(), Bytes::new()));
        }
        let condition = if failed.is_some() { "RetriesExhausted" } else { "EventAgeExceeded" };
        let count = line.retry + u32::from(failed.is_some());
        let error = failed.map(|_| "Unhandled");
        let version = failed.map_or("$LATEST", |(_, version)| version);
        let outcome = Told { condition, count, version, answer: failure.message.as_bytes(), error };
        let mut to: Vec<_> = plan.on_failure.iter().map(|arn| (arn.clone(), false)).collect();
        let found = self.0.find(&line.named).await.ok()?;
        to.extend(self.0.settings(&found.version).ok()?.dead_letters.map(|arn| (arn, true)));
        if to.is_empty() {
            return None;
        }
        let record = self.record(&line.named, &event, &outcome);
        let message = serde_json::from_str::<Value>(&failure.message).ok();
        let message = message.and_then(|told| told["errorMessage"].as_str().map(str::to_owned));
        let tidings =
            Tidings { to, record, code: "200".to_owned(), message: message.unwrap_or(failure.message.clone()) };
        Some(tell(&line.named, &tidings))
    }

    /// What destinations are told. Source: "Capturing records of Lambda asynchronous invocations", recorded by LocalStack.
    fn record(&self, named: &Named, event: &Later, told: &Told<'_>) -> String {
        let answer = serde_json::from_slice(told.answer)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(told.answer).into_owned()));
        let payload = serde_json::from_slice::<Value>(&event.payload).unwrap_or_default();
        let mut record = json!({
            "version": "1.0",
            "timestamp": instant(self.0.now()),
            "requestContext": {
                "requestId": RequestId::from_random(event.request).to_string(),
                "functionArn": named.full_arn(),
                "condition": told.condition,
                "approximateInvokeCount": told.count,
            },
            "requestPayload": payload,
        });
        if told.condition != "EventAgeExceeded" {
            record["responseContext"] = json!({"statusCode": 200, "executedVersion": told.version});
            if let Some(error) = told.error {
                record["responseContext"]["functionError"] = error.into();
            }
            record["responsePayload"] = answer;
        }
        record.to_string()
    }

    async fn tell(&self, cloud: &Cloud, line: &Line, event: &Later, intent: &Intent) -> Verdict {
        let Ok(tidings) = serde_json::from_slice::<Tidings>(&intent.note) else { return Verdict::Delivered };
        let Ok(found) = self.0.find(&Named { qualifier: None, ..line.named.clone() }).await else {
            return Verdict::Delivered;
        };
        let role = self.0.settings(&found.version).map(|settings| settings.role).unwrap_or_default();
        let Some(role) = self.0.role(cloud, &line.named.home, &role, &line.named.name) else {
            return Verdict::Delivered;
        };
        let caller = match role.caller().await {
            Ok(caller) => caller,
            Err(error) => return judge(&error),
        };
        let source_arn = Some(line.named.home.function(&line.named.name));
        let sender = Sender { cloud: cloud.clone(), caller, source_arn };
        for (index, (to, dead)) in tidings.to.iter().enumerate() {
            let told = send(&sender, to, &letter(intent.id ^ index as u128, event, &tidings, *dead), event).await;
            if let Err(error) = told {
                tracing::warn!(function = line.named.name, to, %error, "a destination did not take what it was told");
                return judge(&error);
            }
        }
        Verdict::Delivered
    }
}

/// What became of an event.
struct Told<'a> {
    condition: &'static str,
    count: u32,
    version: &'a str,
    answer: &'a [u8],
    error: Option<&'static str>,
}

fn tell(named: &Named, tidings: &Tidings) -> Consignment {
    let lane = Line { named: named.clone(), retry: 0, tells: true }.text();
    Consignment::new(lane, serde_json::to_vec(tidings).unwrap_or_default())
}

/// Milliseconds are always shown.
fn instant(at: Timestamp) -> String {
    let text = at.iso8601();
    if text.len() > 20 { text } else { text.replace('Z', ".000Z") }
}

/// A dead letter is the event itself, with the failure beside it. Source: "Adding a dead-letter queue".
fn letter(id: u128, event: &Later, tidings: &Tidings, dead: bool) -> Parcel {
    if !dead {
        return Parcel { id, body: tidings.record.clone(), ..Parcel::default() };
    }
    let attribute = |name: &str, data_type: &str, value: String| {
        (name.to_owned(), ParcelAttribute { data_type: data_type.to_owned(), value })
    };
    let attributes = vec![
        attribute("RequestID", "String", RequestId::from_random(event.request).to_string()),
        attribute("ErrorCode", "Number", tidings.code.clone()),
        attribute("ErrorMessage", "String", tidings.message.chars().take(1_024).collect()),
    ];
    Parcel { id, body: String::from_utf8_lossy(&event.payload).into_owned(), attributes, ..Parcel::default() }
}

async fn send(sender: &Sender, to: &str, parcel: &Parcel, event: &Later) -> Result<(), Error> {
    let arn: Arn = to.parse().map_err(|_| Fault::internal("a destination that is no ARN"))?;
    match arn.service.as_str() {
        "s3" => put(sender, &arn, parcel, event).await,
        "events" => {
            let parameters = json!({
                "EventBridgeEventBusParameters": {
                    "Source": "lambda",
                    "DetailType": match parcel.body.contains("\"condition\":\"Success\"") {
                        true => "Lambda Function Invocation Result - Success",
                        false => "Lambda Function Invocation Result - Failure",
                    },
                }
            });
            one(sender.cloud.deliver(sender, &arn, vec![Parcel { parameters, ..parcel.clone() }]).await)
        }
        _ => one(sender.cloud.deliver(sender, &arn, vec![parcel.clone()]).await),
    }
}

/// Source of the key: "Capturing records of Lambda asynchronous invocations", "Amazon S3".
async fn put(sender: &Sender, bucket: &Arn, parcel: &Parcel, event: &Later) -> Result<(), Error> {
    let now = sender.cloud.runtime().clock.now().iso8601();
    let function = sender.source_arn.as_deref().and_then(|arn| arn.rsplit(':').next()).unwrap_or_default();
    let day = now[..10].replace('-', "/");
    let second = now[..19].replace(':', ".");
    let request = RequestId::from_random(event.request);
    let key = format!("aws/lambda/async/{function}/{day}/{second}-{request}");
    let body = Bytes::from(parcel.body.clone());
    let input =
        api_s3::PutObjectInput { bucket: bucket.resource.clone(), key, body: body.into(), ..Default::default() };
    let region = bucket.region_code().unwrap_or_else(|| sender.cloud.default_region().clone());
    sender.call::<api_s3::PutObject>(&region, &[], input).await.map(|_| ())
}

fn one(mut receipts: Vec<Result<service_kit::Receipt, Error>>) -> Result<(), Error> {
    receipts.pop().unwrap_or_else(|| Err(Fault::internal("no answer to a delivery").into())).map(|_| ())
}

/// What is refused for good is not sent again.
fn judge(error: &Error) -> Verdict {
    let failure = Failure::new("Destination", error.to_string());
    match error {
        Error::Modeled(told) if told.schema.party == Party::Sender => Verdict::Refused(failure),
        Error::Fault(Fault::AccessDenied { .. } | Fault::NotImplemented { .. } | Fault::Validation(_)) => {
            Verdict::Refused(failure)
        }
        _ => Verdict::Retry(failure),
    }
}

/// JSON of a client context, out of base64.
pub(crate) fn client_context(text: &str) -> Option<String> {
    String::from_utf8(BASE64_STANDARD.decode(text).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use names::{AccountId, Region};

    use super::*;

    #[test]
    fn a_lane_says_all_of_itself() {
        let home = Home { account: AccountId::DEFAULT, region: Region::default_region() };
        for (qualifier, retry, tells) in [(None, 0, false), (Some("live".to_owned()), 2, false), (None, 0, true)] {
            let named = Named { home: home.clone(), name: "f".to_owned(), qualifier };
            let read = Line::read(&Line { named: named.clone(), retry, tells }.text()).unwrap();
            assert_eq!((read.named, read.retry, read.tells), (named, retry, tells));
        }
    }
}
