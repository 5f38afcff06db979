//! Envelopes on their way to subscribers: streams, delivery streams and functions, or whatever stands behind a destination of
//! another account. Each is offered for a day, by the clock.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use api_firehose::Record;
use api_kinesis::{PutRecord, PutRecordInput};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use delivery::{Courier, Curve, Failure, Intent, Lane, Retries, Verdict};
use flate2::Compression;
use flate2::write::GzEncoder;
use names::{AccountId, Arn, Region};
use serde_json::{Value, json};
use service_kit::{AssumeAs, BoxFuture, Caller, Cloud, Error, Fault, Parcel, Receipt, Sender, TaskCtx};

use crate::Logs;
use crate::engine::Engine;
use crate::engine::home::Home;
use crate::limits;
use crate::store::{ACCOUNT_POLICIES, DESTINATIONS, GROUPS, SUBSCRIPTIONS};

/// Who Logs is to those it sends to.
const SERVICE: &str = "logs.amazonaws.com";
/// Envelopes brought by one call.
const AT_ONCE: usize = 4;

/// Carries envelopes.
pub(crate) struct Envelopes;

/// Where a subscription sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    /// The resource.
    pub destination: String,
    /// The role that brings envelopes there.
    pub role: Option<String>,
}

/// The lane of a subscription filter.
pub(crate) fn lane(home: &Home, group_no: u64, group: &str, filter: &str) -> String {
    format!("s|{}|{}|{group_no}|{group}|{filter}", home.account, home.region)
}

/// The lane of a subscription of the whole account.
pub(crate) fn account_lane(home: &Home, group_no: u64, group: &str, policy: &str) -> String {
    format!("a|{}|{}|{group_no}|{group}|{policy}", home.account, home.region)
}

/// Where a subscription of the whole account sends: what its document says.
pub(crate) fn target_of(document: &str) -> Option<Target> {
    let document: Value = serde_json::from_str(document).ok()?;
    let text = |name: &str| document[name].as_str().map(str::to_owned);
    Some(Target { destination: text("DestinationArn")?, role: text("RoleArn") })
}

impl Courier for Envelopes {
    fn lane<'a>(&'a self, ctx: &'a TaskCtx, lane: &'a str) -> BoxFuture<'a, Result<Option<Lane>, Error>> {
        Box::pin(async move {
            let there = stop(ctx.state::<Logs>().engine(), lane).await?;
            Ok(there.map(|_| Lane { batch: AT_ONCE, ..Lane::new(retries()) }))
        })
    }

    fn deliver<'a>(&'a self, ctx: &'a TaskCtx, lane: &'a str, intents: &'a [Intent]) -> BoxFuture<'a, Vec<Verdict>> {
        Box::pin(async move {
            let logs = ctx.state::<Logs>();
            match stop(logs.engine(), lane).await {
                Ok(Some(stop)) => carry(&ctx.cloud, logs.engine(), &stop, intents).await,
                // Nobody is there any more.
                Ok(None) => vec![Verdict::Delivered; intents.len()],
                Err(error) => vec![verdict(&error); intents.len()],
            }
        })
    }
}

/// A lane's subscription.
struct Stop {
    home: Home,
    group: String,
    target: Target,
}

async fn stop(engine: &Engine, lane: &str) -> Result<Option<Stop>, Error> {
    let parts: Vec<_> = lane.splitn(6, '|').collect();
    let &[kind, account, region, no, group, name] = parts.as_slice() else { return Ok(None) };
    let (Ok(account), Some(region), Ok(no)) = (account.parse::<AccountId>(), Region::parse(region), no.parse::<u64>())
    else {
        return Ok(None);
    };
    let home = Home { account, region };
    let (view, scope) = (engine.store().read().await?, home.scope());
    let there = GROUPS.get(&view, &scope, &group).await?;
    if there.is_none_or(|there| there.no != no) {
        return Ok(None);
    }
    let target = if kind == "s" {
        let record = SUBSCRIPTIONS.get(&view, &scope, &(no, name)).await?;
        record.map(|record| Target { destination: record.destination, role: record.role })
    } else {
        let record = ACCOUNT_POLICIES.get(&view, &scope, &("SUBSCRIPTION_FILTER_POLICY", name)).await?;
        record.and_then(|record| target_of(&record.document))
    };
    Ok(target.map(|target| Stop { home, group: group.to_owned(), target }))
}

async fn carry(cloud: &Cloud, engine: &Engine, stop: &Stop, intents: &[Intent]) -> Vec<Verdict> {
    let mut packed = Vec::with_capacity(intents.len());
    for intent in intents {
        match engine.seal().open(b"parcel", &intent.body) {
            Ok(body) => {
                let partition = String::from_utf8_lossy(&intent.note).into_owned();
                packed.push(Packed { id: intent.id, partition, content: gzip(&body) });
            }
            Err(error) => return vec![verdict(&error.into()); intents.len()],
        }
    }
    match send(cloud, engine, &stop.home, &stop.group, &stop.target, packed).await {
        Ok(results) => results
            .into_iter()
            .map(|result| result.map_or_else(|error| verdict(&error), |()| Verdict::Delivered))
            .collect(),
        Err(error) => vec![verdict(&error); intents.len()],
    }
}

/// An envelope as it is sent.
struct Packed {
    id: u128,
    partition: String,
    content: Bytes,
}

/// Sends an envelope that asks nothing, to see whether it arrives. Source: user guide, "Log group-level subscription filters":
/// control messages. Functions are not called: only whether they may be is asked.
pub(crate) async fn try_out(
    cloud: &Cloud,
    engine: &Engine,
    home: &Home,
    group: &str,
    target: &Target,
) -> Result<(), Error> {
    let to = arn(&target.destination)?;
    if to.service == "lambda" {
        let input = json!({"FunctionName": target.destination, "InvocationType": "DryRun"});
        let senders = as_either(cloud, home, group);
        let ask =
            async |sender: &Sender| sender.call_json(&home.region, "lambda", "Invoke", &[], &input).await.map(|_| ());
        let answer = ask(&senders[0]).await;
        return if is_denied(&answer) { ask(&senders[1]).await } else { answer };
    }
    let kind = if to.service == "firehose" { "Firehose" } else { "Kinesis stream" };
    let message = format!("CWL CONTROL MESSAGE: Checking health of destination {kind}.");
    let envelope = json!({
        "messageType": "CONTROL_MESSAGE",
        "owner": "CloudwatchLogs",
        "logGroup": "",
        "logStream": "",
        "subscriptionFilters": [],
        "logEvents": [{"id": "", "timestamp": engine.now().millis(), "message": message}],
    });
    let packed = Packed {
        id: engine.runtime().random.u128(),
        partition: engine.runtime().random.hex(32),
        content: gzip(envelope.to_string().as_bytes()),
    };
    let mut results = send(cloud, engine, home, group, target, vec![packed]).await?;
    results.pop().unwrap_or(Ok(()))
}

type Sent = Vec<Result<(), Error>>;

async fn send(
    cloud: &Cloud,
    engine: &Engine,
    home: &Home,
    group: &str,
    target: &Target,
    packed: Vec<Packed>,
) -> Result<Sent, Error> {
    let to = arn(&target.destination)?;
    match to.service.as_str() {
        "logs" => {
            let (home, target) = behind(engine, &to).await?;
            let to = arn(&target.destination)?;
            let sender = in_role(cloud, engine, &home, group, target.role.as_deref()).await?;
            by_kind(&sender, &to, packed).await
        }
        "lambda" => {
            let (senders, mut sent) = (as_either(cloud, home, group), Vec::with_capacity(packed.len()));
            for one in packed {
                let body = json!({"awslogs": {"data": STANDARD.encode(&one.content)}}).to_string();
                sent.push(invoke(&senders, &to, Parcel { id: one.id, body, ..Parcel::default() }).await);
            }
            Ok(sent)
        }
        _ => {
            let sender = in_role(cloud, engine, home, group, target.role.as_deref()).await?;
            by_kind(&sender, &to, packed).await
        }
    }
}

async fn by_kind(sender: &Sender, to: &Arn, packed: Vec<Packed>) -> Result<Sent, Error> {
    match to.service.as_str() {
        "kinesis" => Ok(to_stream(sender, to, packed).await),
        "firehose" => Ok(to_delivery_stream(sender, to, packed).await),
        service => Err(Fault::NotImplemented { service: service.to_owned(), operation: "delivery".to_owned() }.into()),
    }
}

/// What stands behind a destination.
pub(crate) async fn behind(engine: &Engine, destination: &Arn) -> Result<(Home, Target), Error> {
    let missing = || crate::error::missing("The specified destination does not exist.");
    let home = destination.account_id().zip(destination.region_code());
    let (account, region) = home.ok_or_else(missing)?;
    let home = Home { account, region };
    let name = destination.resource.strip_prefix("destination:").ok_or_else(missing)?;
    let view = engine.store().read().await?;
    let record = DESTINATIONS.get(&view, &home.scope(), &name).await?.ok_or_else(missing)?;
    Ok((home, Target { destination: record.target, role: Some(record.role) }))
}

/// One by one, as AWS does: roles of subscriptions allow `kinesis:PutRecord` and no more.
async fn to_stream(sender: &Sender, to: &Arn, packed: Vec<Packed>) -> Sent {
    let region = to.region_code().unwrap_or_else(|| sender.cloud.default_region().clone());
    let mut sent = Vec::with_capacity(packed.len());
    for one in packed {
        let input = PutRecordInput {
            data: one.content,
            partition_key: partition_key(&one.partition),
            stream_arn: Some(to.to_string()),
            ..PutRecordInput::default()
        };
        sent.push(sender.call::<PutRecord>(&region, &[one.id], input).await.map(|_| ()));
    }
    sent
}

/// The same, by `firehose:PutRecord`.
async fn to_delivery_stream(sender: &Sender, to: &Arn, packed: Vec<Packed>) -> Sent {
    let name = to.resource.strip_prefix("deliverystream/").unwrap_or(&to.resource);
    let region = to.region_code().unwrap_or_else(|| sender.cloud.default_region().clone());
    let mut sent = Vec::with_capacity(packed.len());
    for one in packed {
        let record = Record { data: one.content };
        let input = api_firehose::PutRecordInput { delivery_stream_name: name.to_owned(), record };
        sent.push(sender.call::<api_firehose::PutRecord>(&region, &[one.id], input).await.map(|_| ()));
    }
    sent
}

/// Kinesis takes 256 characters.
fn partition_key(partition: &str) -> String {
    partition.chars().take(256).collect()
}

/// As the role of a subscription, which trusts Logs as a whole or in this region.
async fn in_role(
    cloud: &Cloud,
    engine: &Engine,
    home: &Home,
    group: &str,
    role: Option<&str>,
) -> Result<Sender, Error> {
    let role = arn(role.unwrap_or_default())?;
    let source = source(home, group);
    let regional = home.principal();
    let mut last = None;
    for service in [SERVICE, regional.as_str()] {
        let ask = AssumeAs {
            service,
            account: home.account,
            role: &role,
            session_name: "CloudWatchLogs",
            source_arn: Some(&source),
        };
        match engine.roles().assume(cloud, &ask).await {
            Ok(caller) => return Ok(Sender { cloud: cloud.clone(), caller, source_arn: Some(source) }),
            Err(error) => last = Some(error),
        }
    }
    Err(last.unwrap_or_else(|| Fault::internal("nobody was asked for a role").into()))
}

/// As Logs as a whole and, where a policy names only that, as Logs in this region.
fn as_either(cloud: &Cloud, home: &Home, group: &str) -> [Sender; 2] {
    [SERVICE.to_owned(), home.principal()].map(|service| {
        let caller = Arc::new(Caller::service(&service, home.account));
        Sender { cloud: cloud.clone(), caller, source_arn: Some(source(home, group)) }
    })
}

fn is_denied(answer: &Result<(), Error>) -> bool {
    matches!(answer, Err(Error::Fault(Fault::AccessDenied { .. })))
}

/// Calls a function with an envelope.
async fn invoke(senders: &[Sender; 2], to: &Arn, parcel: Parcel) -> Result<(), Error> {
    let answer = one(senders[0].cloud.deliver(&senders[0], to, vec![parcel.clone()]).await);
    if is_denied(&answer) {
        return one(senders[1].cloud.deliver(&senders[1], to, vec![parcel]).await);
    }
    answer
}

fn one(mut taken: Vec<Result<Receipt, Error>>) -> Result<(), Error> {
    taken.pop().unwrap_or_else(|| Err(Fault::internal("a receiver told nothing").into())).map(|_| ())
}

fn source(home: &Home, group: &str) -> String {
    format!("{}:*", home.group_arn(group))
}

fn arn(text: &str) -> Result<Arn, Error> {
    text.parse().map_err(|_| crate::error::invalid("Invalid ARN"))
}

fn gzip(content: &[u8]) -> Bytes {
    let mut writer = GzEncoder::new(Vec::with_capacity(content.len() / 4 + 64), Compression::default());
    writer.write_all(content).and_then(|()| writer.finish()).expect("a vector takes all that is written").into()
}

/// Time mends whatever fails, or the day is over: nothing is refused for good but what nobody here takes.
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
        oldest: Some(limits::OFFERED),
        ..Retries::none()
    }
}
