//! To mail, phones and apps: written into the spool, from which whoever plays their part reads. Mail leaves the machine where
//! the cloud knows a server that takes it.

use std::collections::BTreeMap;

use delivery::{Failure, Intent, Verdict};
use service_kit::{Error, Letter, Mailer, Undelivered};
use store::{Batch, StoreError};

use super::{Stop, refused, unavailable};
use crate::engine::message::{AttributeValue, Message, uuid};
use crate::engine::publish::Parcel;
use crate::engine::spool::Kind;
use crate::outlets::{push, sms};
use crate::store::Spooled;

impl Stop<'_> {
    /// Writes each parcel down where its receiver looks.
    pub(super) async fn write_down(&self, parcels: Vec<(&Intent, Parcel)>) -> Vec<Verdict> {
        let mut verdicts = Vec::with_capacity(parcels.len());
        for (intent, parcel) in parcels {
            let verdict = match self.protocol() {
                "sms" => self.text(intent, parcel).await,
                "application" => self.push(intent, parcel).await,
                _ => self.mail(intent, parcel).await,
            };
            verdicts.push(verdict.unwrap_or_else(|error| unavailable(&error)));
        }
        verdicts
    }

    async fn mail(&self, intent: &Intent, parcel: Parcel) -> Result<Verdict, StoreError> {
        let topic = self.place.topic.arn();
        let name = self.topic.attribute("DisplayName").filter(|name| !name.is_empty());
        let name = name.unwrap_or("AWS Notifications");
        let spooled = if let Some((id, body, subscribe)) = self.request(&parcel).await? {
            let text = if self.protocol() == "email-json" { body } else { invitation(&topic, &subscribe) };
            let subject = "AWS Notification - Subscription Confirmation".to_owned();
            self.spooled(subject, text, id, [("Sender", name.to_owned()), ("SubscribeURL", subscribe)])
        } else {
            let Parcel::Message(message) = parcel else { return Ok(Verdict::Delivered) };
            let Some(message) = self.visible(message) else { return Ok(hidden()) };
            let notification = self.notification(&message).await?;
            let text = match self.protocol() {
                "email-json" => notification.body(),
                _ => format!("{}\n{}", notification.text, farewell(&notification.unsubscribe)),
            };
            let subject = message.subject.clone().unwrap_or_else(|| "AWS Notification Message".to_owned());
            let details = [("Sender", name.to_owned()), ("UnsubscribeURL", notification.unsubscribe.clone())];
            self.spooled(subject, text, message.id, details)
        };
        match self.ctx.cloud.mailer() {
            Some(mailer) => Ok(hand_over(mailer, name, intent, spooled).await),
            None => self.keep(intent, Kind::Mail, spooled).await,
        }
    }

    async fn text(&self, intent: &Intent, parcel: Parcel) -> Result<Verdict, StoreError> {
        let Parcel::Message(message) = parcel else { return Ok(Verdict::Delivered) };
        let Some(message) = self.visible(message) else { return Ok(hidden()) };
        let (text, attributes) = (message.content.told("sms").to_owned(), settings(&message));
        let draft = sms::Draft { to: self.endpoint(), text: &text, message: message.id, attributes: &attributes };
        let (from, owner) = (self.place.topic.arn(), self.subscription.record.owner);
        let sent = sms::send(&self.engine, owner, &self.place.topic.region, &from, &draft, number(intent)).await?;
        Ok(match sent {
            sms::Sent::Yes => Verdict::Delivered,
            sms::Sent::No(why) => Verdict::Refused(Failure::new("SmsNotSent", why)),
        })
    }

    async fn push(&self, intent: &Intent, parcel: Parcel) -> Result<Verdict, StoreError> {
        let Parcel::Message(message) = parcel else { return Ok(Verdict::Delivered) };
        let Some(message) = self.visible(message) else { return Ok(hidden()) };
        let sent = push::send(&self.engine, self.endpoint(), &message.content, message.id, number(intent)).await;
        match sent {
            Ok(()) => Ok(Verdict::Delivered),
            Err(error @ Error::Modeled(_)) => Ok(refused(&error)),
            Err(error) => Err(StoreError::unavailable(error)),
        }
    }

    fn spooled<const N: usize>(
        &self,
        subject: String,
        body: String,
        message: u128,
        details: [(&str, String); N],
    ) -> Spooled {
        let details: BTreeMap<_, _> = details.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let (to, from) = (self.endpoint().to_owned(), self.place.topic.arn());
        Spooled { to, from, subject, body, message: uuid(message), details }
    }

    /// One place for each delivery: a repetition overwrites itself.
    async fn keep(&self, intent: &Intent, kind: Kind, spooled: Spooled) -> Result<Verdict, StoreError> {
        let batch = Batch::new();
        let whose = (self.subscription.record.owner, &self.place.topic.region);
        self.engine.spool(&batch, whose, kind, (intent.since, number(intent)), &spooled)?;
        self.engine.store().write(batch).await?;
        Ok(Verdict::Delivered)
    }
}

async fn hand_over(mailer: &dyn Mailer, sender: &str, intent: &Intent, spooled: Spooled) -> Verdict {
    let (sender, id) = (sender.to_owned(), uuid(intent.id));
    let Spooled { to, subject, body: text, .. } = spooled;
    match mailer.send(Letter { sender, to, subject, text, id, at: intent.since }).await {
        Ok(()) => Verdict::Delivered,
        Err(Undelivered::Refused(why)) => Verdict::Refused(Failure::new("MailRefused", why)),
        Err(Undelivered::Unreachable(why)) => Verdict::Retry(Failure::new("MailUnreachable", why)),
    }
}

/// The number in a delivery's id, apart from those of what is published directly.
fn number(intent: &Intent) -> u64 {
    intent.id as u64 | 1 << 63
}

fn hidden() -> Verdict {
    Verdict::Refused(Failure::new("DataProtectionPolicy", "the message may not leave the topic"))
}

/// Attributes that say how a text message is to be sent.
fn settings(message: &Message) -> BTreeMap<String, String> {
    let attributes = message.attributes.iter().filter_map(|(name, attribute)| match &attribute.value {
        AttributeValue::Text(text) => Some((name.clone(), text.clone())),
        AttributeValue::Blob(_) => None,
    });
    attributes.collect()
}

fn invitation(topic: &str, subscribe: &str) -> String {
    format!(
        "You have chosen to subscribe to the topic:\n{topic}\n\nTo confirm this subscription, click or visit the link below \
         (If this was in error no action is necessary):\n{subscribe}\n"
    )
}

fn farewell(unsubscribe: &str) -> String {
    format!(
        "\n--\nIf you wish to stop receiving notifications from this topic, please click or visit the link below to \
         unsubscribe:\n{unsubscribe}\n"
    )
}
