//! To web servers: a POST for each message, with the headers that SNS sends.
//!
//! Source: SNS developer guide, "HTTP/HTTPS headers" and "Message delivery retries".

use delivery::{Failure, Intent, Verdict};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

use super::{Stop, client, unavailable};
use crate::engine::delivery_policy::PLAIN;
use crate::engine::message::uuid;
use crate::engine::publish::Parcel;

/// What SNS calls itself.
const AGENT: HeaderValue = HeaderValue::from_static("Amazon Simple Notification Service Agent");

impl Stop<'_> {
    /// Posts each parcel by itself.
    pub(super) async fn post(&self, parcels: Vec<(&Intent, Parcel)>) -> Vec<Verdict> {
        let mut verdicts = Vec::with_capacity(parcels.len());
        for (_, parcel) in parcels {
            verdicts.push(self.post_one(parcel).await.unwrap_or_else(|error| unavailable(&error)));
        }
        verdicts
    }

    async fn post_one(&self, parcel: Parcel) -> Result<Verdict, store::StoreError> {
        let mut headers = HeaderMap::new();
        headers.insert(header::USER_AGENT, AGENT);
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip,deflate"));
        set(&mut headers, "x-amz-sns-topic-arn", &self.place.topic.arn());
        if let Some((id, body, _)) = self.request(&parcel).await? {
            set(&mut headers, "x-amz-sns-message-id", &uuid(id));
            if let Parcel::Request { kind, .. } = &parcel {
                set(&mut headers, "x-amz-sns-message-type", kind);
            }
            set(&mut headers, "content-type", PLAIN);
            return Ok(self.send(headers, body).await);
        }
        let Parcel::Message(message) = parcel else { return Ok(Verdict::Delivered) };
        let Some(message) = self.visible(message) else {
            return Ok(Verdict::Refused(Failure::new("DataProtectionPolicy", "the message may not leave the topic")));
        };
        let policy = self.policy();
        set(&mut headers, "x-amz-sns-message-id", &uuid(message.id));
        set(&mut headers, "x-amz-sns-message-type", "Notification");
        set(&mut headers, "x-amz-sns-subscription-arn", &self.place.arn());
        set(&mut headers, "content-type", policy.content_type());
        if self.subscription.is_raw() {
            set(&mut headers, "x-amz-sns-rawdelivery", "true");
            let text = message.content.told(self.protocol()).to_owned();
            return Ok(self.send(headers, text).await);
        }
        let body = self.notification(&message).await?.body();
        Ok(self.send(headers, body).await)
    }

    async fn send(&self, headers: HeaderMap, body: String) -> Verdict {
        let clock = &self.engine.runtime().clock;
        match client::post(clock, self.endpoint(), headers, body).await {
            Ok(status) => judged(status),
            Err(client::Unsent::Address) => {
                Verdict::Refused(Failure::new("InvalidEndpoint", "the endpoint is no URL that can be posted to"))
            }
            Err(client::Unsent::Silent(why)) => Verdict::Retry(Failure::new("Unreachable", why)),
        }
    }
}

/// What a status means: success; try again later; or that trying again would not help.
fn judged(status: StatusCode) -> Verdict {
    let failure = || Failure::new(status.as_u16().to_string(), status.canonical_reason().unwrap_or_default());
    match status {
        status if status.is_success() => Verdict::Delivered,
        StatusCode::TOO_MANY_REQUESTS => Verdict::Retry(failure()),
        status if status.is_server_error() || status.is_informational() => Verdict::Retry(failure()),
        _ => Verdict::Refused(failure()),
    }
}

/// Sets a header. What cannot stand in one is left out: ARNs and ids always can.
fn set(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}
