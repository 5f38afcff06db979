//! To queues, functions and streams: through whoever takes deliveries at the ARN, as SNS itself or in a role it takes on.

use std::sync::Arc;

use delivery::{Failure, Intent, Verdict};
use names::Arn;
use serde_json::{Value, json};
use service_kit::{AssumeAs, Caller, Error, ParcelAttribute, Sender};
use store::StoreError;

use super::{Stop, refused, unavailable};
use crate::engine::envelope::shown;
use crate::engine::message::Message;
use crate::engine::publish::Parcel;
use crate::limits;

/// Who SNS is to those it delivers to.
const SERVICE: &str = "sns.amazonaws.com";

/// A parcel for a receiver, or what became of it before.
type Packed = Result<service_kit::Parcel, Verdict>;

impl Stop<'_> {
    /// Hands parcels to the subscribed resource.
    pub(super) async fn hand_over(&self, parcels: Vec<(&Intent, Parcel)>) -> Vec<Verdict> {
        let mut packed = Vec::with_capacity(parcels.len());
        for (intent, parcel) in parcels {
            packed.push(self.pack(intent, parcel).await.unwrap_or_else(|error| Err(unavailable(&error))));
        }
        let Ok(to) = self.endpoint().parse::<Arn>() else { return nowhere(packed.len()) };
        match self.sender().await {
            Ok(sender) => send(&sender, &to, packed).await,
            Err(error) => packed.iter().map(|_| refused(&error)).collect(),
        }
    }

    /// Hands what could not be delivered to the dead-letter queue, as the subscriber would have got it.
    pub(super) async fn bury(&self, parcels: Vec<(&Intent, Parcel)>) -> Vec<Verdict> {
        let to = self.subscription.dead_letters().and_then(|arn| arn.parse::<Arn>().ok());
        let Some(to) = to else { return nowhere(parcels.len()) };
        let mut packed = Vec::with_capacity(parcels.len());
        for (intent, parcel) in parcels {
            let Parcel::Message(message) = parcel else { continue };
            let one = self.queue_message(intent, message, &to).await;
            packed.push(one.unwrap_or_else(|error| Err(unavailable(&error))));
        }
        let account = self.place.topic.account;
        let sender = Sender::service(&self.ctx.cloud, SERVICE, account, self.place.topic.arn());
        send(&sender, &to, packed).await
    }

    /// As SNS, on the topic's account; to streams in the role that the subscription names.
    async fn sender(&self) -> Result<Sender, Error> {
        let (cloud, topic) = (&self.ctx.cloud, self.place.topic.arn());
        let account = self.place.topic.account;
        let caller = match (self.protocol(), self.subscription.record.attributes.get("SubscriptionRoleArn")) {
            ("firehose", Some(role)) => self.role(role, &topic).await?,
            _ => Arc::new(Caller::service(SERVICE, account)),
        };
        Ok(Sender { cloud: cloud.clone(), caller, source_arn: Some(topic) })
    }

    async fn role(&self, role: &str, topic: &str) -> Result<Arc<Caller>, Error> {
        let role: Arn = role.parse().map_err(|_| crate::error::invalid("SubscriptionRoleArn"))?;
        let account = self.place.topic.account;
        let who = AssumeAs { service: SERVICE, account, role: &role, session_name: "sns", source_arn: Some(topic) };
        self.ctx.cloud.assume(&who).await
    }

    async fn pack(&self, intent: &Intent, parcel: Parcel) -> Result<Packed, StoreError> {
        if let Some((_, body, _)) = self.request(&parcel).await? {
            return Ok(Ok(service_kit::Parcel { id: intent.id, body, ..service_kit::Parcel::default() }));
        }
        let Parcel::Message(message) = parcel else { return Ok(Err(Verdict::Delivered)) };
        let Some(message) = self.visible(message) else { return Ok(Err(hidden())) };
        if self.protocol() == "sqs" {
            let Ok(to) = self.endpoint().parse() else { return Ok(Err(unknown())) };
            return self.queue_message(intent, message, &to).await;
        }
        let notification = self.notification(&message).await?;
        let body = match self.protocol() {
            "lambda" => notification.event(&self.place.arn()),
            _ if self.subscription.is_raw() => notification.text.to_owned(),
            _ => notification.body(),
        };
        Ok(Ok(service_kit::Parcel { id: intent.id, body, ..service_kit::Parcel::default() }))
    }

    /// A message for a queue: the subscriber's, or that of its dead letters.
    async fn queue_message(&self, intent: &Intent, message: Message, to: &Arn) -> Result<Packed, StoreError> {
        let in_order = to.resource.ends_with(".fifo");
        let fifo_topic = self.place.topic.is_fifo();
        let mut parcel = service_kit::Parcel {
            id: intent.id,
            // Standard topics hand groups on to queues that take them for fairness; FIFO topics to FIFO queues alone.
            group: message.group.clone().filter(|_| in_order || !fifo_topic),
            deduplication: message.deduplication.clone().filter(|_| in_order),
            parameters: message.trace.as_ref().map_or(Value::Null, |trace| json!({"AWSTraceHeader": trace})),
            ..service_kit::Parcel::default()
        };
        if self.subscription.is_raw() {
            if message.attributes.len() > limits::RAW_ATTRIBUTES {
                let text = "a queue takes no more than 10 attributes of a raw message";
                return Ok(Err(Verdict::Refused(Failure::new("InvalidParameterValue", text))));
            }
            parcel.body = message.content.told(self.protocol()).to_owned();
            parcel.attributes = message
                .attributes
                .iter()
                .map(|(name, one)| {
                    let data_type = one.kind.clone();
                    (name.clone(), ParcelAttribute { data_type, value: shown(one) })
                })
                .collect();
        } else {
            parcel.body = self.notification(&message).await?.body();
        }
        Ok(Ok(parcel))
    }
}

async fn send(sender: &Sender, to: &Arn, packed: Vec<Packed>) -> Vec<Verdict> {
    let (mut verdicts, mut parcels) = (Vec::with_capacity(packed.len()), Vec::new());
    for one in packed {
        match one {
            Ok(parcel) => {
                verdicts.push(None);
                parcels.push(parcel);
            }
            Err(verdict) => verdicts.push(Some(verdict)),
        }
    }
    let mut receipts = if parcels.is_empty() {
        Vec::new().into_iter()
    } else {
        sender.cloud.deliver(sender, to, parcels).await.into_iter()
    };
    let told = |verdict: Option<Verdict>| {
        verdict.unwrap_or_else(|| match receipts.next() {
            Some(Ok(_)) => Verdict::Delivered,
            Some(Err(error)) => refused(&error),
            None => Verdict::Retry(Failure::new("Unknown", "the receiver told nothing")),
        })
    };
    verdicts.into_iter().map(told).collect()
}

fn nowhere(count: usize) -> Vec<Verdict> {
    (0..count).map(|_| unknown()).collect()
}

fn unknown() -> Verdict {
    Verdict::Refused(Failure::new("InvalidParameter", "the endpoint is no ARN"))
}

/// A message that its data protection policy keeps from the subscriber.
fn hidden() -> Verdict {
    Verdict::Refused(Failure::new("DataProtectionPolicy", "the message may not leave the topic"))
}
