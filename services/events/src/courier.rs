//! How an event is carried to a target: what the target gets of it, in whose name, and what a refusal means. An event that
//! cannot be delivered goes to the target's dead-letter queue, with the reason beside it.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use delivery::{Consignment, Courier, Failure, Intent, Lane, Retries, Verdict, Why};
use names::{AccountId, Arn, Region};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use service_kit::{BoxFuture, Caller, Cloud, Error, Fault, Parcel, ParcelAttribute, Sender, TaskCtx};
use smithy::{Party, ProtocolKind};
use store::decode_record;

use crate::engine::event::{Envelope, shown};
use crate::engine::home::{BusId, Home};
use crate::engine::path::Path;
use crate::engine::{Engine, RuleView, TargetView, input};
use crate::limits;
use crate::net;
use crate::store::Carried;

/// Carries events to targets.
pub(crate) struct Targets(pub(crate) Engine);

/// The first part of lanes to dead-letter queues: no account's number.
const DEAD: &str = "dead";

/// A target that a lane stands for.
struct Found {
    bus: BusId,
    rule: Arc<RuleView>,
    target: Arc<TargetView>,
}

/// Why an event is in a dead-letter queue.
#[derive(Debug, Serialize, Deserialize)]
struct Death {
    account: AccountId,
    queue: String,
    rule: String,
    target: String,
    code: String,
    message: String,
    attempts: u32,
    exhausted: Option<String>,
}

impl Courier for Targets {
    fn lane<'a>(&'a self, _ctx: &'a TaskCtx, lane: &'a str) -> BoxFuture<'a, Result<Option<Lane>, Error>> {
        Box::pin(async move {
            if lane.starts_with(DEAD) {
                return Ok(Some(Lane::new(Retries::for_events())));
            }
            let Some(found) = self.find(lane).await? else { return Ok(None) };
            let mut lane = Lane::new(retries(&found.target));
            if let Some((_, _, destination)) = self.0.destination_of_arn(found.target.arn()).await? {
                lane.batch = 1;
                lane.rate = NonZeroU32::new(destination.rate.unwrap_or(limits::DESTINATION_RATE));
            }
            Ok(Some(lane))
        })
    }

    fn deliver<'a>(&'a self, ctx: &'a TaskCtx, lane: &'a str, intents: &'a [Intent]) -> BoxFuture<'a, Vec<Verdict>> {
        Box::pin(async move {
            if lane.starts_with(DEAD) {
                return self.bury(ctx, intents).await;
            }
            match self.find(lane).await {
                Ok(Some(found)) => self.carry(ctx, &found, intents).await,
                // Nobody waits for it any more.
                Ok(None) => vec![Verdict::Delivered; intents.len()],
                Err(error) => vec![judge(&ctx.cloud, "events", &error); intents.len()],
            }
        })
    }

    fn give_up<'a>(
        &'a self,
        _ctx: &'a TaskCtx,
        lane: &'a str,
        intent: &'a Intent,
        why: Why,
    ) -> BoxFuture<'a, Option<Consignment>> {
        Box::pin(async move {
            if lane.starts_with(DEAD) {
                return None;
            }
            let found = self.find(lane).await.ok().flatten()?;
            let queue = found.target.target().dead_letter_config.as_ref()?.arn.clone()?;
            let failure = intent.failure.clone().unwrap_or_default();
            let death = Death {
                account: found.bus.home.account,
                rule: found.bus.rule_arn(&found.rule.name).to_string(),
                target: found.target.arn().to_owned(),
                code: failure.code,
                message: failure.message,
                attempts: intent.attempts.saturating_sub(1),
                exhausted: match why {
                    Why::Refused => None,
                    Why::Exhausted => Some("MaximumRetryAttempts".to_owned()),
                    Why::TooOld => Some("MaximumEventAgeInSeconds".to_owned()),
                },
                queue: queue.clone(),
            };
            let note = serde_json::to_vec(&death).ok()?;
            Some(Consignment::new(format!("{DEAD}|{}|{queue}", found.bus.home.account), note))
        })
    }
}

impl Targets {
    async fn find(&self, lane: &str) -> Result<Option<Found>, Error> {
        let parts: Vec<_> = lane.split('|').collect();
        let &[account, region, bus, rule, target] = parts.as_slice() else { return Ok(None) };
        let (Ok(account), Some(region)) = (account.parse(), Region::parse(region)) else { return Ok(None) };
        let bus = Home { account, region }.bus(bus);
        let Some(view) = self.0.view(&bus).await? else { return Ok(None) };
        let Some(rule) = view.rules.get(rule).cloned() else { return Ok(None) };
        let target = rule.targets.iter().find(|there| there.id == target).cloned();
        Ok(target.map(|target| Found { bus, rule, target }))
    }

    async fn carry(&self, ctx: &TaskCtx, found: &Found, intents: &[Intent]) -> Vec<Verdict> {
        let Ok(to) = found.target.arn().parse::<Arn>() else {
            return vec![refused("INVALID_PARAMETER", "The target's ARN is none."); intents.len()];
        };
        let mut verdicts: Vec<Option<Verdict>> = Vec::with_capacity(intents.len());
        let (mut parcels, mut events) = (Vec::new(), Vec::new());
        for intent in intents {
            match self.pack(found, &to, intent) {
                Ok((parcel, event)) => {
                    parcels.push(parcel);
                    events.push(event);
                    verdicts.push(None);
                }
                Err(verdict) => verdicts.push(Some(verdict)),
            }
        }
        let outcomes = self.hand_over(ctx, found, &to, parcels, events).await;
        let mut outcomes = outcomes.into_iter();
        let missing = || refused("INTERNAL_ERROR", "The receiver answered fewer parcels than it got.");
        verdicts.into_iter().map(|verdict| verdict.or_else(|| outcomes.next()).unwrap_or_else(missing)).collect()
    }

    async fn hand_over(
        &self,
        ctx: &TaskCtx,
        found: &Found,
        to: &Arn,
        parcels: Vec<Parcel>,
        events: Vec<Envelope>,
    ) -> Vec<Verdict> {
        if to.service == "events" && to.resource.starts_with("api-destination/") {
            return self.invoke(found, parcels).await;
        }
        let sender = match self.sender(ctx, found, to).await {
            Ok(sender) => sender,
            Err(error) => {
                let verdict = Verdict::Refused(Failure::new("FAILED_TO_ASSUME_ROLE", said(&ctx.cloud, "sts", &error)));
                return vec![verdict; parcels.len()];
            }
        };
        let ids: Vec<_> = parcels.iter().map(|parcel| parcel.id).collect();
        let to_bus = to.service == "events" && to.resource.starts_with("event-bus/");
        if to_bus {
            ids.iter().zip(events).for_each(|(id, event)| self.0.forward(*id, event));
        }
        let receipts = ctx.cloud.deliver(&sender, to, parcels).await;
        if to_bus {
            ids.iter().for_each(|id| self.0.forwarded_ends(*id));
        }
        receipts
            .into_iter()
            .map(|receipt| receipt.map_or_else(|error| judge(&ctx.cloud, &to.service, &error), |_| Verdict::Delivered))
            .collect()
    }

    async fn invoke(&self, found: &Found, parcels: Vec<Parcel>) -> Vec<Verdict> {
        let mut verdicts = Vec::with_capacity(parcels.len());
        for parcel in parcels {
            verdicts.push(match self.0.destination_of_arn(found.target.arn()).await {
                Ok(Some((_, _, to))) => {
                    net::destination::invoke(&self.0, &to, &parcel.parameters["HttpParameters"], parcel.body).await
                }
                Ok(None) => refused("NO_RESOURCE", "The API destination does not exist."),
                Err(error) => Verdict::Retry(Failure::new("INTERNAL_ERROR", error.to_string())),
            });
        }
        verdicts
    }

    /// In whose name: the session of the target's role or the rule's; to other buses without a role the account itself;
    /// else EventBridge on account of the rule.
    async fn sender(&self, ctx: &TaskCtx, found: &Found, to: &Arn) -> Result<Sender, Error> {
        let (account, rule_arn) = (found.bus.home.account, found.bus.rule_arn(&found.rule.name).to_string());
        let role = found.target.target().role_arn.as_ref().or(found.rule.record.role.as_ref());
        let Some(role) = role else {
            let mut sender = Sender::service(&ctx.cloud, "events.amazonaws.com", account, rule_arn);
            if to.service == "events" {
                sender.caller = Arc::new(Caller::root(account, None));
            }
            return Ok(sender);
        };
        let role: Arn = role.parse().map_err(|_| Fault::Invalid { message: format!("{role} is no role.") })?;
        let caller = self.0.assume(&ctx.cloud, account, &role, &rule_arn).await?;
        Ok(Sender { cloud: ctx.cloud.clone(), caller, source_arn: Some(rule_arn) })
    }

    /// What the target gets of an event.
    fn pack(&self, found: &Found, to: &Arn, intent: &Intent) -> Result<(Parcel, Envelope), Verdict> {
        let unreadable = || refused("INTERNAL_ERROR", "The event cannot be read any more.");
        let carried: Carried = decode_record("events/carried", &intent.body).map_err(|_| unreadable())?;
        let event: Value = serde_json::from_str(&carried.event).map_err(|_| unreadable())?;
        let envelope = Envelope::of_json(&event).ok_or_else(unreadable)?;
        one_hop(found, to, &envelope)?;
        let target = found.target.target();
        let body = body(found, &carried, &event)
            .ok_or_else(|| refused("INVALID_JSON", "The input transformer's template does not make JSON."))?;
        let group = target.sqs_parameters.as_ref().and_then(|parameters| parameters.message_group_id.clone());
        let path = target.kinesis_parameters.as_ref().and_then(|p| Path::parse(&p.partition_key_path));
        let key = path
            .and_then(|path| path.find(&event))
            .map(|key| key.as_str().map_or_else(|| key.to_string(), str::to_owned));
        let parameters = serde_json::from_slice(&protocols::json_value::write(target)).unwrap_or_default();
        let partition_key = Some(key.unwrap_or_else(|| envelope.id.clone()));
        Ok((Parcel { id: intent.id, body, group, partition_key, parameters, ..Parcel::default() }, envelope))
    }

    /// Puts dead letters into their queues.
    async fn bury(&self, ctx: &TaskCtx, intents: &[Intent]) -> Vec<Verdict> {
        let mut verdicts = Vec::with_capacity(intents.len());
        for intent in intents {
            verdicts.push(bury_one(ctx, intent).await.unwrap_or_else(|| refused("INTERNAL_ERROR", "unreadable")));
        }
        verdicts
    }
}

async fn bury_one(ctx: &TaskCtx, intent: &Intent) -> Option<Verdict> {
    let death: Death = serde_json::from_slice(&intent.note).ok()?;
    let carried: Carried = decode_record("events/carried", &intent.body).ok()?;
    let queue: Arn = death.queue.parse().ok()?;
    let sender = Sender::service(&ctx.cloud, "events.amazonaws.com", death.account, &death.rule);
    let attributes = death.attributes();
    let parcel = Parcel { id: intent.id, body: carried.event, attributes, ..Parcel::default() };
    let receipt = ctx.cloud.deliver(&sender, &queue, vec![parcel]).await.pop()?;
    Some(receipt.map_or_else(|error| judge(&ctx.cloud, &queue.service, &error), |_| Verdict::Delivered))
}

impl Death {
    /// The reason as attributes of the message. Source: EventBridge user guide, "Considerations for using a dead-letter
    /// queue".
    fn attributes(&self) -> Vec<(String, ParcelAttribute)> {
        let attempts = self.attempts.to_string();
        let mut given: BTreeMap<&str, (&str, &str)> = BTreeMap::from([
            ("ERROR_CODE", ("String", self.code.as_str())),
            ("ERROR_MESSAGE", ("String", self.message.as_str())),
            ("RETRY_ATTEMPTS", ("Number", attempts.as_str())),
            ("RULE_ARN", ("String", self.rule.as_str())),
            ("TARGET_ARN", ("String", self.target.as_str())),
        ]);
        if let Some(condition) = &self.exhausted {
            given.insert("EXHAUSTED_RETRY_CONDITION", ("String", condition));
        }
        let attribute = |(name, (kind, value)): (&str, (&str, &str))| {
            (name.to_owned(), ParcelAttribute { data_type: kind.to_owned(), value: value.to_owned() })
        };
        given.into_iter().filter(|(_, (_, value))| !value.is_empty()).map(attribute).collect()
    }
}

/// How a target wants to be tried again.
fn retries(target: &TargetView) -> Retries {
    let usual = Retries::for_events();
    let Some(policy) = &target.target().retry_policy else { return usual };
    let count = policy.maximum_retry_attempts.and_then(|count| u32::try_from(count).ok());
    let age = policy.maximum_event_age_in_seconds.and_then(|age| u64::try_from(age).ok());
    Retries {
        growing: count.map_or(usual.growing, |count| count.min(usual.growing)),
        oldest: age.map(Duration::from_secs).or(usual.oldest),
        ..usual
    }
}

fn body(found: &Found, carried: &Carried, event: &Value) -> Option<String> {
    let target = found.target.target();
    if let Some(constant) = &target.input {
        return Some(constant.clone());
    }
    if let Some(path) = &target.input_path {
        return Some(input::part(path, event));
    }
    let Some(transformer) = &target.input_transformer else { return Some(carried.event.clone()) };
    let (rule_arn, came) = (found.bus.rule_arn(&found.rule.name).to_string(), shown(carried.came));
    let at = input::At { rule_arn: &rule_arn, rule_name: &found.rule.name, came: &came };
    let paths = transformer.input_paths_map.clone().unwrap_or_default();
    input::fill(&transformer.input_template, &paths, event, at)
}

/// An event goes from its account to one other, and from its region to one other, and not on from there. Source: user guide,
/// "Sending and receiving events between accounts" and "between regions".
fn one_hop(found: &Found, to: &Arn, event: &Envelope) -> Result<(), Verdict> {
    if to.service != "events" || !to.resource.starts_with("event-bus/") {
        return Ok(());
    }
    let here = &found.bus.home;
    if event.account != here.account.to_string() && to.account != here.account.to_string() {
        return Err(refused("THIRD_ACCOUNT_HOP_DETECTED", "The event has come from another account already."));
    }
    if event.region != here.region.as_str() && to.region != here.region.as_str() {
        return Err(refused("THIRD_REGION_HOP_DETECTED", "The event has come from another region already."));
    }
    Ok(())
}

/// What a refusal means: whether to try again, and what to call it.
fn judge(cloud: &Cloud, to: &str, error: &Error) -> Verdict {
    let text = said(cloud, to, error);
    match error {
        Error::Fault(Fault::AccessDenied { .. } | Fault::Authentication(_)) => refused("NO_PERMISSIONS", &text),
        Error::Fault(Fault::Throttled { .. }) => Verdict::Retry(Failure::new("THROTTLING", text)),
        Error::Fault(Fault::Unavailable { .. } | Fault::Internal { .. }) => {
            Verdict::Retry(Failure::new("INTERNAL_ERROR", text))
        }
        Error::Modeled(told) => {
            let code = told.schema.code;
            if code.contains("Throttl") || code.contains("LimitExceeded") || code.contains("TooManyRequests") {
                Verdict::Retry(Failure::new("THROTTLING", text))
            } else if matches!(told.schema.party, Party::Receiver) {
                Verdict::Retry(Failure::new("INTERNAL_ERROR_FROM_DOWNSTREAM", text))
            } else if code.contains("NotFound") || code.contains("DoesNotExist") || code.contains("NonExistent") {
                refused("NO_RESOURCE", &text)
            } else {
                refused("SDK_CLIENT_ERROR", &text)
            }
        }
        Error::Fault(_) => refused("SDK_CLIENT_ERROR", &text),
    }
}

/// An error in the words of the service that it comes from.
fn said(cloud: &Cloud, service: &str, error: &Error) -> String {
    let fault = match error {
        Error::Modeled(told) => return told.message.clone(),
        Error::Fault(fault) => fault,
    };
    let theirs = cloud.services().find(|known| known.api().signing_name == service);
    let rendered = match theirs {
        Some(service) => service.words().render(fault, ProtocolKind::Json10),
        None => service_kit::dialect::usual(fault, ProtocolKind::Json10),
    };
    rendered.message.unwrap_or_default()
}

fn refused(code: &str, text: &str) -> Verdict {
    Verdict::Refused(Failure::new(code, text))
}
