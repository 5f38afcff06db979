//! What is to be delivered to other services: objects to S3, notices to SNS, events to CloudWatch Logs.
//!
//! None of the three is part of this cloud yet. Intents are held in the outbox, in order, and dropped when they are older than
//! the event history: nothing is ever said to be delivered that was not.

use bytes::Bytes;
use names::Timestamp;
use serde::{Deserialize, Serialize};
use store::{Delivery, StoreError};

use super::log_file::{LogFile, Place};
use crate::limits::HELD;
use crate::store::{SinkId, TrailRecord};

/// Bytes of the largest event that CloudWatch Logs takes (`PutLogEvents`).
const LOG_EVENT_BYTES: usize = 256 * 1_024;

/// Something to deliver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Intent {
    /// An object to put.
    Object { bucket: String, key: String, metadata: Vec<(String, String)>, body: Vec<u8>, made: Timestamp },
    /// A message to publish.
    Notice { topic: String, message: String, made: Timestamp },
    /// Events to put into a log stream.
    Events { group: String, stream: String, events: Vec<(Timestamp, String)>, made: Timestamp },
}

impl Intent {
    /// What must keep its order: a trail's objects among themselves, its notices, its events.
    pub(crate) fn lane(&self, trail: SinkId) -> String {
        format!("{trail:016x}/{}", self.receiver())
    }

    /// The service that takes it.
    pub(crate) fn receiver(&self) -> &'static str {
        match self {
            Self::Object { .. } => "s3",
            Self::Notice { .. } => "sns",
            Self::Events { .. } => "logs",
        }
    }

    fn made(&self) -> Timestamp {
        match self {
            Self::Object { made, .. } | Self::Notice { made, .. } | Self::Events { made, .. } => *made,
        }
    }

    /// The stored form.
    pub(crate) fn to_bytes(&self) -> Result<Bytes, StoreError> {
        let written = postcard::to_stdvec(self);
        written.map(Bytes::from).map_err(|error| StoreError::corrupt(format!("unwritable: {error}")))
    }
}

/// What a log file leads to.
pub(crate) fn of_file(
    trail: &TrailRecord,
    place: &Place,
    file: &LogFile,
    events: Vec<(Timestamp, Bytes)>,
    now: Timestamp,
) -> Vec<Intent> {
    let (bucket, key) = (trail.bucket.clone(), file.key.clone());
    let notice = trail.topic.clone().map(|topic| Intent::Notice {
        topic,
        message: serde_json::json!({"s3Bucket": bucket, "s3ObjectKey": [key]}).to_string(),
        made: now,
    });
    let logs = trail.log_group.clone().map(|group| Intent::Events {
        group,
        stream: format!("{}_CloudTrail_{}", place.account, place.region),
        events: events.into_iter().filter_map(log_event).collect(),
        made: now,
    });
    let object = Intent::Object { bucket, key, metadata: Vec::new(), body: file.body.clone(), made: now };
    [object].into_iter().chain(notice).chain(logs).collect()
}

fn log_event((at, event): (Timestamp, Bytes)) -> Option<(Timestamp, String)> {
    let text = String::from_utf8(event.to_vec()).ok()?;
    (text.len() <= LOG_EVENT_BYTES).then_some((at, text))
}

/// Delivers an intent: to be tried again later, as long as its receiver is not there and it is not too old.
pub(crate) fn deliver(delivery: &Delivery, now: Timestamp) -> Result<(), String> {
    let intent: Intent = match postcard::from_bytes(&delivery.payload) {
        Ok(intent) => intent,
        Err(error) => {
            tracing::error!(id = delivery.id, %error, "an intent cannot be read and is dropped");
            return Ok(());
        }
    };
    if intent.made().plus(HELD) < now {
        tracing::warn!(id = delivery.id, receiver = intent.receiver(), "dropped: nobody took it for 90 days");
        return Ok(());
    }
    Err(format!("{} is not part of this cloud", intent.receiver()))
}

#[cfg(test)]
mod tests {
    use super::super::log_file::tests::trail;
    use super::*;
    use names::{AccountId, Region};
    use std::time::Duration;

    fn file() -> LogFile {
        let at = Timestamp::from_secs(1);
        LogFile { key: "k".into(), body: vec![1], hash: "h".into(), oldest: at, newest: at }
    }

    #[test]
    fn a_file_leads_to_an_object_and_what_the_trail_asks_for() {
        let place = Place { account: AccountId::DEFAULT, region: Region::default_region(), insights: false };
        let now = Timestamp::from_secs(2);
        let receivers = |trail: &TrailRecord| {
            let intents = of_file(trail, &place, &file(), vec![(now, "{}".into())], now);
            intents.iter().map(Intent::receiver).collect::<Vec<_>>()
        };
        assert_eq!(receivers(&trail()), ["s3"]);
        let all = TrailRecord { topic: Some("t".into()), log_group: Some("g".into()), ..trail() };
        assert_eq!(receivers(&all), ["s3", "sns", "logs"]);
    }

    #[test]
    fn what_nobody_takes_is_held_until_it_is_too_old() {
        let made = Timestamp::from_secs(1_000);
        let intent = Intent::Notice { topic: "t".into(), message: "m".into(), made };
        let payload = intent.to_bytes().unwrap();
        let delivery = Delivery { id: 1, lane: intent.lane(7), payload, attempts: 0 };
        assert!(deliver(&delivery, made.plus(HELD)).is_err());
        assert!(deliver(&delivery, made.plus(HELD + Duration::from_secs(1))).is_ok());
    }
}
