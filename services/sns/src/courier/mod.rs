//! Carrying messages to subscribers: how each protocol's lane is served, one file a protocol family, and where messages go that
//! cannot be delivered.
//!
//! | file | protocols |
//! |---|---|
//! | `aws.rs` | `sqs`, `lambda`, `firehose`; dead letters |
//! | `web.rs`, `client.rs` | `http`, `https` |
//! | `spools.rs` | `email`, `email-json`, `sms`, `application` |
//!
//! Lanes: `n/` for messages, `c/` for requests to confirm, `d/` for dead letters, each followed by the subscription.

mod aws;
mod client;
mod spools;
mod web;

use delivery::{Consignment, Courier, Failure, Intent, Lane, Retries, Verdict, Why};
use service_kit::{BoxFuture, Error, Fault, TaskCtx};
use smithy::Party;
use store::StoreError;

use crate::Sns;
use crate::engine::Engine;
use crate::engine::delivery_policy::Effective;
use crate::engine::envelope::{self, Notification, Request, Signature};
use crate::engine::message::{Content, Message};
use crate::engine::place::Place;
use crate::engine::protection::{Direction, Finding};
use crate::engine::publish::Parcel;
use crate::engine::token;
use crate::engine::topic::{Subscription, Topic};
use crate::store::SUBSCRIPTIONS;

/// Carries what topics have for their subscribers.
pub(crate) struct Carrier;

/// What a lane is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Messages,
    Requests,
    DeadLetters,
}

/// A lane's subscription, and all that delivering to it needs.
struct Stop<'a> {
    ctx: &'a TaskCtx,
    engine: Engine,
    purpose: Purpose,
    place: Place,
    /// The group of a lane in order.
    group: String,
    topic: std::sync::Arc<Topic>,
    subscription: Subscription,
}

impl Courier for Carrier {
    fn lane<'a>(&'a self, ctx: &'a TaskCtx, lane: &'a str) -> BoxFuture<'a, Result<Option<Lane>, Error>> {
        Box::pin(async move { Ok(stop(ctx, lane).await?.map(|stop| stop.lane())) })
    }

    fn deliver<'a>(&'a self, ctx: &'a TaskCtx, lane: &'a str, intents: &'a [Intent]) -> BoxFuture<'a, Vec<Verdict>> {
        Box::pin(async move {
            match stop(ctx, lane).await {
                Ok(Some(stop)) => stop.deliver(intents).await,
                // Nobody is there any more.
                Ok(None) => intents.iter().map(|_| Verdict::Delivered).collect(),
                Err(error) => intents.iter().map(|_| unavailable(&error)).collect(),
            }
        })
    }

    fn give_up<'a>(
        &'a self,
        ctx: &'a TaskCtx,
        lane: &'a str,
        intent: &'a Intent,
        why: Why,
    ) -> BoxFuture<'a, Option<Consignment>> {
        Box::pin(async move {
            let stop = stop(ctx, lane).await.ok()??;
            tracing::info!(lane, ?why, failure = ?intent.failure, "a message was given up");
            stop.subscription.dead_letters().filter(|_| stop.purpose == Purpose::Messages)?;
            let to = format!("d/{}", stop.place.lane());
            Some(match stop.group.as_str() {
                "" => Consignment::new(to, ""),
                group => Consignment::in_order(format!("{to}/{group}"), ""),
            })
        })
    }
}

/// Who a lane leads to; none when it is no more, or is not to be told.
async fn stop<'a>(ctx: &'a TaskCtx, lane: &str) -> Result<Option<Stop<'a>>, StoreError> {
    let engine = ctx.state::<Sns>().engine().clone();
    let (purpose, rest) = match lane.split_once('/') {
        Some(("n", rest)) => (Purpose::Messages, rest),
        Some(("c", rest)) => (Purpose::Requests, rest),
        Some(("d", rest)) => (Purpose::DeadLetters, rest),
        _ => return Ok(None),
    };
    let Some((place, group)) = Place::of_lane(rest) else { return Ok(None) };
    let group = group.to_owned();
    let Some(topic) = engine.topic(&place.topic).await? else { return Ok(None) };
    let key = (place.topic.name.as_str(), place.id.as_str());
    let record = SUBSCRIPTIONS.get(&engine.store().read().await?, &place.topic.scope(), &key).await?;
    let Some(record) = record.filter(|record| record.topic == topic.record.id) else { return Ok(None) };
    // Who has confirmed is not asked again, and who has not is told nothing else.
    if record.confirmed.is_some() == (purpose == Purpose::Requests) {
        return Ok(None);
    }
    let subscription = Subscription::new(place.clone(), record);
    Ok(Some(Stop { ctx, engine, purpose, place, group, topic, subscription }))
}

impl Stop<'_> {
    fn protocol(&self) -> &str {
        &self.subscription.record.protocol
    }

    fn endpoint(&self) -> &str {
        &self.subscription.record.endpoint
    }

    fn policy(&self) -> Effective {
        let own = self.subscription.record.attributes.get("DeliveryPolicy").map(String::as_str);
        Effective::of(own, self.topic.attribute("DeliveryPolicy"))
    }

    fn lane(&self) -> Lane {
        let lane = match (self.purpose, self.protocol()) {
            (Purpose::DeadLetters, _) | (_, "sqs" | "lambda" | "firehose") => Lane::new(Retries::within_aws()),
            (_, "http" | "https") => self.policy().lane(),
            _ => Lane::new(Retries::to_customers()),
        };
        if self.group.is_empty() { lane } else { Lane { batch: 1, ..lane } }
    }

    async fn deliver(&self, intents: &[Intent]) -> Vec<Verdict> {
        let mut parcels = Vec::with_capacity(intents.len());
        for intent in intents {
            match self.engine.open(&intent.body) {
                Ok(parcel) => parcels.push((intent, parcel)),
                Err(error) => return intents.iter().map(|_| unavailable(&error)).collect(),
            }
        }
        match (self.purpose, self.protocol()) {
            (Purpose::DeadLetters, _) => self.bury(parcels).await,
            (_, "http" | "https") => self.post(parcels).await,
            (_, "sqs" | "lambda" | "firehose") => self.hand_over(parcels).await,
            _ => self.write_down(parcels).await,
        }
    }

    /// The message as this subscriber may see it; none when it may not.
    fn visible(&self, mut message: Message) -> Option<Message> {
        let told = message.content.told(self.protocol()).to_owned();
        let principal = &self.subscription.record.principal;
        match self.topic.protection.look(Direction::Outbound, principal, &told, &message.attributes) {
            Finding::Clear => Some(message),
            Finding::Denied => None,
            Finding::Changed(text, attributes) => {
                message.content = Content { usual: text, by_protocol: std::collections::BTreeMap::new() };
                message.attributes = attributes;
                Some(message)
            }
        }
    }

    /// The notification of a message, signed where messages are signed.
    async fn notification<'a>(&self, message: &'a Message) -> Result<Notification<'a>, StoreError> {
        let text = message.content.told(self.protocol());
        let signature = match message.signature {
            Some(version) => Some(self.signature(version, envelope::to_sign(message, text), &message.base_url).await?),
            None => None,
        };
        let arn = self.place.arn();
        let unsubscribe = format!("{}/?Action=Unsubscribe&SubscriptionArn={arn}", message.base_url);
        Ok(Notification { message, text, unsubscribe, signature })
    }

    /// The request that a parcel is, as it is sent.
    async fn request(&self, parcel: &Parcel) -> Result<Option<(u128, String, String)>, StoreError> {
        let Parcel::Request { kind, id, at, base_url } = parcel else { return Ok(None) };
        let token = token::make(self.engine.tokens(), &self.place, self.subscription.record.created);
        let topic = self.place.topic.arn();
        let subscribe = format!("{base_url}/?Action=ConfirmSubscription&TopicArn={topic}&Token={token}");
        let request = Request { kind, id: *id, token: &token, topic: &topic, subscribe: &subscribe, at: *at };
        let version = self.topic.signature().unwrap_or(1);
        let signature = self.signature(version, request.to_sign(), base_url).await?;
        Ok(Some((*id, request.body(&signature), subscribe)))
    }

    async fn signature(&self, version: u8, text: String, base_url: &str) -> Result<Signature, StoreError> {
        let file = self.engine.signer().key().await?.file.clone();
        let value = self.engine.signer().sign(version, text).await?;
        Ok(Signature { version, value, certificate: format!("{base_url}/_aws/sns/{file}") })
    }
}

fn unavailable(error: &StoreError) -> Verdict {
    Verdict::Retry(Failure::new("InternalFailure", error.to_string()))
}

/// What a receiver's refusal means: a client's mistake is not made good by trying again. Source: SNS developer guide,
/// "Message delivery retries": client-side errors are not retried.
fn refused(error: &Error) -> Verdict {
    match error {
        Error::Modeled(modeled) => {
            let failure = Failure::new(modeled.schema.code, modeled.message.clone());
            let again = modeled.schema.party != Party::Sender || modeled.schema.code.contains("Thrott");
            if again { Verdict::Retry(failure) } else { Verdict::Refused(failure) }
        }
        Error::Fault(Fault::AccessDenied { action, resource, reason, .. }) => {
            let on = resource.as_deref().unwrap_or("*");
            Verdict::Refused(Failure::new("AccessDenied", format!("{action} on {on} {reason}")))
        }
        Error::Fault(Fault::Invalid { message }) => Verdict::Refused(Failure::new("InvalidParameter", message.clone())),
        Error::Fault(fault) => Verdict::Retry(Failure::new("ServiceUnavailable", format!("{fault:?}"))),
    }
}
