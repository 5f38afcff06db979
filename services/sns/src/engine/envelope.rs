//! What a subscriber is told, in the forms it may have: the notification as queues and web servers get it, the event of a
//! function, the request to confirm a subscription. Pure; signing is handed in.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use names::Timestamp;
use serde_json::{Map, Value, json};

use super::json::{Object, quoted};
use super::message::{Attribute, AttributeValue, Message, sequence_number, uuid};

/// A signature, and where the certificate lies that it is verified with.
#[derive(Debug, Clone)]
pub(crate) struct Signature {
    /// 1 or 2.
    pub version: u8,
    /// In base64.
    pub value: String,
    /// The URL of the certificate.
    pub certificate: String,
}

/// A notification for one subscription.
pub(crate) struct Notification<'a> {
    /// The message.
    pub message: &'a Message,
    /// What the protocol is told.
    pub text: &'a str,
    /// Where the subscription is ended.
    pub unsubscribe: String,
    /// None on FIFO topics.
    pub signature: Option<Signature>,
}

/// A request to confirm a subscription.
pub(crate) struct Request<'a> {
    /// `SubscriptionConfirmation` or `UnsubscribeConfirmation`.
    pub kind: &'a str,
    /// Its id.
    pub id: u128,
    /// What confirms it.
    pub token: &'a str,
    /// The topic's ARN.
    pub topic: &'a str,
    /// Where it is confirmed.
    pub subscribe: &'a str,
    /// When it was made.
    pub at: Timestamp,
}

/// An instant as messages have it: to the millisecond.
pub(crate) fn instant(at: Timestamp) -> String {
    let text = Timestamp::from_millis(at.millis()).iso8601();
    if text.contains('.') { text } else { text.replace('Z', ".000Z") }
}

/// What is signed of a notification. Source: SNS developer guide, "Verifying the signatures of Amazon SNS messages".
pub(crate) fn to_sign(message: &Message, text: &str) -> String {
    let id = uuid(message.id);
    let at = instant(message.at);
    let mut lines = vec![("Message", text), ("MessageId", &id)];
    if let Some(subject) = &message.subject {
        lines.push(("Subject", subject));
    }
    lines.extend([("Timestamp", at.as_str()), ("TopicArn", &message.topic), ("Type", "Notification")]);
    joined(&lines)
}

fn joined(lines: &[(&str, &str)]) -> String {
    lines.iter().map(|(name, value)| format!("{name}\n{value}\n")).collect()
}

impl Notification<'_> {
    /// As queues and web servers get it.
    pub(crate) fn body(&self) -> String {
        let mut object = Object::new();
        object.text("Type", "Notification");
        object.text("MessageId", &uuid(self.message.id));
        if let Some(number) = self.message.sequence {
            object.text("SequenceNumber", &sequence_number(number));
        }
        object.text("TopicArn", &self.message.topic);
        if let Some(subject) = &self.message.subject {
            object.text("Subject", subject);
        }
        object.text("Message", self.text);
        object.text("Timestamp", &instant(self.message.at));
        if let Some(signature) = &self.signature {
            object.text("SignatureVersion", &signature.version.to_string());
            object.text("Signature", &signature.value);
            object.text("SigningCertURL", &signature.certificate);
        }
        object.text("UnsubscribeURL", &self.unsubscribe);
        if self.message.replayed {
            object.text("Replayed", "true");
        }
        if !self.message.attributes.is_empty() {
            let mut inner = Object::inner();
            for (name, attribute) in &self.message.attributes {
                let value = quoted(&shown(attribute));
                inner.raw(name, &format!("{{\"Type\":{},\"Value\":{value}}}", quoted(&attribute.kind)));
            }
            object.raw("MessageAttributes", &inner.end());
        }
        object.end()
    }

    /// As functions get it.
    pub(crate) fn event(&self, subscription: &str) -> String {
        let attributes = self.message.attributes.iter();
        let attributes: Map<String, Value> =
            attributes.map(|(name, one)| (name.clone(), json!({"Type": one.kind, "Value": shown(one)}))).collect();
        let mut sns = json!({
            "Type": "Notification",
            "MessageId": uuid(self.message.id),
            "TopicArn": self.message.topic,
            "Subject": self.message.subject,
            "Message": self.text,
            "Timestamp": instant(self.message.at),
        });
        if let Some(signature) = &self.signature {
            sns["SignatureVersion"] = signature.version.to_string().into();
            sns["Signature"] = signature.value.as_str().into();
            sns["SigningCertUrl"] = signature.certificate.as_str().into();
        }
        sns["UnsubscribeUrl"] = self.unsubscribe.as_str().into();
        sns["MessageAttributes"] = attributes.into();
        let record = json!({
            "EventSource": "aws:sns",
            "EventVersion": "1.0",
            "EventSubscriptionArn": subscription,
            "Sns": sns,
        });
        json!({"Records": [record]}).to_string()
    }
}

impl Request<'_> {
    fn message(&self) -> String {
        let topic = self.topic;
        match self.kind {
            "SubscriptionConfirmation" => format!(
                "You have chosen to subscribe to the topic {topic}.\nTo confirm the subscription, visit the SubscribeURL \
                 included in this message."
            ),
            _ => format!(
                "You have chosen to deactivate subscription {topic}.\nTo cancel this operation and restore the \
                 subscription, visit the SubscribeURL included in this message."
            ),
        }
    }

    /// What is signed of it.
    pub(crate) fn to_sign(&self) -> String {
        joined(&[
            ("Message", &self.message()),
            ("MessageId", &uuid(self.id)),
            ("SubscribeURL", self.subscribe),
            ("Timestamp", &instant(self.at)),
            ("Token", self.token),
            ("TopicArn", self.topic),
            ("Type", self.kind),
        ])
    }

    /// As web servers and queues get it.
    pub(crate) fn body(&self, signature: &Signature) -> String {
        let mut object = Object::new();
        object.text("Type", self.kind);
        object.text("MessageId", &uuid(self.id));
        object.text("Token", self.token);
        object.text("TopicArn", self.topic);
        object.text("Message", &self.message());
        object.text("SubscribeURL", self.subscribe);
        object.text("Timestamp", &instant(self.at));
        object.text("SignatureVersion", &signature.version.to_string());
        object.text("Signature", &signature.value);
        object.text("SigningCertURL", &signature.certificate);
        object.end()
    }
}

/// An attribute's value as text: of bytes, base64.
pub(crate) fn shown(attribute: &Attribute) -> String {
    match &attribute.value {
        AttributeValue::Text(text) => text.clone(),
        AttributeValue::Blob(bytes) => BASE64_STANDARD.encode(bytes),
    }
}
