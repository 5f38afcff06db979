//! How an invocation is carried out: as the schedule's role, by a delivery to a resource (templated targets) or by any
//! operation of any service (universal targets). One that cannot be goes to the schedule's dead-letter queue, with the
//! reason beside it.

use std::sync::Arc;
use std::time::Duration;

use api_scheduler::Target;
use delivery::{Consignment, Courier, Failure, Intent, Lane, Retries, Verdict, Why};
use names::{Arn, Region, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use service_kit::{BoxFuture, Caller, Cloud, Error, Fault, Parcel, ParcelAttribute, Sender, Service, TaskCtx};
use smithy::{Party, ProtocolKind};
use store::decode_record;

use crate::engine::Engine;
use crate::engine::home::Home;
use crate::limits;
use crate::store::Invocation;

/// Carries invocations.
pub(crate) struct Invocations(pub(crate) Engine);

/// The first part of lanes to dead-letter queues.
const DEAD: &str = "dead";
/// What ARNs of universal targets begin with, behind the partition.
const UNIVERSAL: &str = ":scheduler:::aws-sdk:";

/// Why an invocation is in a dead-letter queue.
#[derive(Debug, Serialize, Deserialize)]
struct Death {
    failure: (String, String),
    attempts: u32,
    exhausted: Option<String>,
}

/// The lane of a schedule. It says all that is to be known of it, since a schedule may be gone before its last invocation is
/// done.
pub(crate) fn lane(home: &Home, group: &str, name: &str, target: &str) -> String {
    let policy = read(target).retry_policy.unwrap_or_default();
    let attempts = policy.maximum_retry_attempts.and_then(|n| u32::try_from(n).ok()).unwrap_or(limits::RETRIES);
    let age = policy.maximum_event_age_in_seconds.and_then(|n| u64::try_from(n).ok()).unwrap_or(limits::AGE);
    format!("{}|{}|{attempts}|{age}|{group}|{name}", home.account, home.region)
}

/// A target that was kept.
pub(crate) fn read(text: &str) -> Target {
    let mut target = Target::default();
    if let Err(error) = protocols::json_value::read(text.as_bytes(), &mut target) {
        tracing::error!(?error, "a target cannot be read");
    }
    target
}

impl Courier for Invocations {
    fn lane<'a>(&'a self, _ctx: &'a TaskCtx, lane: &'a str) -> BoxFuture<'a, Result<Option<Lane>, Error>> {
        let policy = retries(lane).unwrap_or_else(Retries::for_events);
        Box::pin(std::future::ready(Ok(Some(Lane::new(policy)))))
    }

    fn deliver<'a>(&'a self, ctx: &'a TaskCtx, lane: &'a str, intents: &'a [Intent]) -> BoxFuture<'a, Vec<Verdict>> {
        Box::pin(async move {
            let mut verdicts = Vec::with_capacity(intents.len());
            for intent in intents {
                verdicts.push(self.carry(ctx, lane, intent).await);
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
        Box::pin(std::future::ready(given_up(lane, intent, why)))
    }
}

fn given_up(lane: &str, intent: &Intent, why: Why) -> Option<Consignment> {
    let (home, _) = place(lane)?;
    let invocation: Invocation = decode_record("scheduler/invocation", &intent.body).ok()?;
    read(&invocation.target).dead_letter_config?.arn?;
    let failure = intent.failure.clone().unwrap_or_default();
    let death = Death {
        failure: (failure.code, failure.message),
        attempts: intent.attempts.saturating_sub(1),
        exhausted: match why {
            Why::Refused => None,
            Why::Exhausted => Some("MaximumRetryAttempts".to_owned()),
            Why::TooOld => Some("MaximumEventAgeInSeconds".to_owned()),
        },
    };
    let note = serde_json::to_vec(&death).ok()?;
    Some(Consignment::new(format!("{DEAD}|{}|{}", home.account, home.region), note))
}

/// The home in a lane, and whether it leads to dead-letter queues.
fn place(lane: &str) -> Option<(Home, bool)> {
    let dead = lane.strip_prefix(DEAD).and_then(|rest| rest.strip_prefix('|'));
    let mut parts = dead.unwrap_or(lane).split('|');
    let home = Home { account: parts.next()?.parse().ok()?, region: Region::parse(parts.next()?)? };
    Some((home, dead.is_some()))
}

fn retries(lane: &str) -> Option<Retries> {
    let parts: Vec<_> = lane.split('|').collect();
    let &[_, _, attempts, age, _, _] = parts.as_slice() else { return None };
    let usual = Retries::for_events();
    let growing = attempts.parse::<u32>().ok()?.min(usual.growing);
    Some(Retries { growing, oldest: Some(Duration::from_secs(age.parse().ok()?)), ..usual })
}

impl Invocations {
    async fn carry(&self, ctx: &TaskCtx, lane: &str, intent: &Intent) -> Verdict {
        let unreadable = || refused("INTERNAL_ERROR", "The invocation cannot be read any more.");
        let Some((home, dead)) = place(lane) else { return unreadable() };
        let Ok(invocation) = decode_record::<Invocation>("scheduler/invocation", &intent.body) else {
            return unreadable();
        };
        let target = read(&invocation.target);
        let sender = match self.sender(&ctx.cloud, &home, &invocation, &target).await {
            Ok(sender) => sender,
            Err(error) => {
                return Verdict::Refused(Failure::new("FAILED_TO_ASSUME_ROLE", said(&ctx.cloud, "sts", &error)));
            }
        };
        let input = input(&home, &invocation, &target, intent.attempts);
        let carried = match dead {
            true => bury(&sender, &home, &invocation, &target, intent, input).await,
            false => invoke(&sender, &home, &target, &invocation.target, intent.id, input).await,
        };
        let whom = if dead { "sqs" } else { service_of(&target.arn) };
        carried.map_or_else(|error| judge(&error, said(&ctx.cloud, whom, &error)), |()| Verdict::Delivered)
    }

    /// The session of the schedule's role.
    async fn sender(
        &self,
        cloud: &Cloud,
        home: &Home,
        invocation: &Invocation,
        target: &Target,
    ) -> Result<Sender, Error> {
        let group = home.group_arn(&invocation.group).to_string();
        let caller: Arc<Caller> = self.0.assume(cloud, home.account, &arn(&target.role_arn)?, &group).await?;
        let source_arn = Some(home.schedule_arn(&invocation.group, &invocation.schedule).to_string());
        Ok(Sender { cloud: cloud.clone(), caller, source_arn })
    }
}

/// What the target gets: its input, with what EventBridge Scheduler knows in place of its words. Without an input the
/// services get what AWS gives them: an object that tells of the schedule.
fn input(home: &Home, invocation: &Invocation, target: &Target, attempts: u32) -> String {
    let arn = home.schedule_arn(&invocation.group, &invocation.schedule).to_string();
    let due = Timestamp::from_secs(invocation.due.secs()).iso8601();
    match &target.input {
        Some(input) => input
            .replace("<aws.scheduler.schedule-arn>", &arn)
            .replace("<aws.scheduler.scheduled-time>", &due)
            .replace("<aws.scheduler.execution-id>", &invocation.execution)
            .replace("<aws.scheduler.attempt-number>", &(attempts + 1).to_string()),
        None => serde_json::json!({
            "version": "0",
            "id": invocation.execution,
            "detail-type": "Scheduled Event",
            "source": "aws.scheduler",
            "account": home.account.to_string(),
            "time": due,
            "region": home.region.to_string(),
            "resources": [arn],
            "detail": "{}",
        })
        .to_string(),
    }
}

async fn invoke(
    sender: &Sender,
    home: &Home,
    target: &Target,
    as_json: &str,
    id: u128,
    input: String,
) -> Result<(), Error> {
    if let Some((_, call)) = target.arn.split_once(UNIVERSAL) {
        return universal(sender, home, call, id, &input).await;
    }
    let parcel = Parcel {
        id,
        body: input,
        group: target.sqs_parameters.as_ref().and_then(|parameters| parameters.message_group_id.clone()),
        partition_key: target.kinesis_parameters.as_ref().map(|parameters| parameters.partition_key.clone()),
        parameters: serde_json::from_str(as_json).unwrap_or_default(),
        ..Parcel::default()
    };
    one(sender.cloud.deliver(sender, &arn(&target.arn)?, vec![parcel]).await)
}

/// The service that a target is of.
fn service_of(arn: &str) -> &str {
    match arn.split_once(UNIVERSAL) {
        Some((_, call)) => call.split(':').next().unwrap_or_default(),
        None => arn.split(':').nth(2).unwrap_or_default(),
    }
}

/// Any operation: `sqs:sendMessage`.
async fn universal(sender: &Sender, home: &Home, call: &str, id: u128, input: &str) -> Result<(), Error> {
    let (service, action) = call.split_once(':').ok_or_else(|| wrong("The target names no operation."))?;
    let mut letters = action.chars();
    let operation: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    let missing = || Fault::NotImplemented { service: service.to_owned(), operation: operation.clone() };
    let service_id = called(&sender.cloud, service).ok_or_else(missing)?.api().id;
    let input: Value = serde_json::from_str(input).map_err(|_| wrong("The input is no JSON."))?;
    sender.call_json(&home.region, service_id, &operation, &[id], &input).await.map(|_| ())
}

/// A service as SDKs call it: `CloudWatch Logs` is `cloudwatchlogs`.
fn sdk_name(sdk_id: &str) -> String {
    sdk_id.chars().filter(|c| c.is_ascii_alphanumeric()).collect::<String>().to_ascii_lowercase()
}

/// Puts a dead letter into its queue. Attributes: EventBridge Scheduler user guide, "Configuring a dead-letter queue".
async fn bury(
    sender: &Sender,
    home: &Home,
    invocation: &Invocation,
    target: &Target,
    intent: &Intent,
    input: String,
) -> Result<(), Error> {
    let queue = target.dead_letter_config.as_ref().and_then(|config| config.arn.as_deref()).unwrap_or_default();
    let death: Death = serde_json::from_slice(&intent.note).map_err(|_| wrong("The reason cannot be read."))?;
    let text = |value: &str| ("String", value.to_owned());
    let mut given = vec![
        ("ERROR_CODE", text(&death.failure.0)),
        ("ERROR_MESSAGE", text(&death.failure.1)),
        ("EXECUTION_ID", text(&invocation.execution)),
        ("IS_PAYLOAD_TRUNCATED", text("false")),
        ("RETRY_ATTEMPTS", ("Number", death.attempts.to_string())),
        ("SCHEDULED_TIME", text(&Timestamp::from_secs(invocation.due.secs()).iso8601())),
        ("SCHEDULE_ARN", text(&home.schedule_arn(&invocation.group, &invocation.schedule).to_string())),
        ("TARGET_ARN", text(&target.arn)),
    ];
    given.extend(death.exhausted.as_deref().map(|condition| ("EXHAUSTED_RETRY_CONDITION", text(condition))));
    let attribute = |(name, (kind, value)): (&str, (&str, String))| {
        (name.to_owned(), ParcelAttribute { data_type: kind.to_owned(), value })
    };
    let attributes = given.into_iter().filter(|(_, (_, value))| !value.is_empty()).map(attribute).collect();
    let parcel = Parcel { id: intent.id, body: input, attributes, ..Parcel::default() };
    one(sender.cloud.deliver(sender, &arn(queue)?, vec![parcel]).await)
}

fn one(mut receipts: Vec<Result<service_kit::Receipt, Error>>) -> Result<(), Error> {
    receipts.pop().unwrap_or_else(|| Err(Fault::internal("a receiver answered nothing").into())).map(|_| ())
}

fn arn(text: &str) -> Result<Arn, Error> {
    text.parse().map_err(|_| wrong(&format!("{text} is no ARN.")))
}

fn wrong(message: &str) -> Error {
    Fault::Invalid { message: message.to_owned() }.into()
}

/// What a refusal means: whether to try again, and what to call it.
fn judge(error: &Error, text: String) -> Verdict {
    match error {
        Error::Fault(Fault::Throttled { .. }) => again("THROTTLING", text),
        Error::Fault(Fault::Unavailable { .. } | Fault::Internal { .. }) => again("INTERNAL_ERROR", text),
        Error::Fault(Fault::AccessDenied { .. } | Fault::Authentication(_)) => refused("AccessDeniedException", &text),
        Error::Fault(_) => refused("ValidationException", &text),
        Error::Modeled(told) if told.schema.code.contains("Throttl") => again(told.schema.code, text),
        Error::Modeled(told) if matches!(told.schema.party, Party::Receiver) => again(told.schema.code, text),
        Error::Modeled(told) => refused(told.schema.code, &text),
    }
}

/// An error in the words of the service that it comes from.
fn said(cloud: &Cloud, service: &str, error: &Error) -> String {
    let fault = match error {
        Error::Modeled(told) => return told.message.clone(),
        Error::Fault(fault) => fault,
    };
    let rendered = match called(cloud, service) {
        Some(service) => service.words().render(fault, ProtocolKind::Json10),
        None => service_kit::dialect::usual(fault, ProtocolKind::Json10),
    };
    rendered.message.unwrap_or_default()
}

/// A service by its id, by the name in ARNs or by what SDKs call it.
fn called<'a>(cloud: &'a Cloud, name: &str) -> Option<&'a Service> {
    let is = |known: &&Service| {
        let api = known.api();
        api.id == name || api.signing_name == name || sdk_name(api.sdk_id) == name
    };
    cloud.services().find(is)
}

fn again(code: &str, text: String) -> Verdict {
    Verdict::Retry(Failure::new(code, text))
}

fn refused(code: &str, text: &str) -> Verdict {
    Verdict::Refused(Failure::new(code, text))
}
