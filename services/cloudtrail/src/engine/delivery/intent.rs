//! What is to be delivered to other services: objects to S3, notices to SNS, events to CloudWatch Logs. Held in the outbox, in
//! order, until it is taken or too old.

use bytes::Bytes;
use names::{AccountId, Region, Timestamp};
use serde::{Deserialize, Serialize};
use store::StoreError;

use super::log_file::{LogFile, Place};
use crate::store::{SinkId, TrailRecord};

/// Bytes of the largest event that CloudWatch Logs takes (`PutLogEvents`).
const LOG_EVENT_BYTES: usize = 256 * 1_024;

/// Something to deliver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Intent {
    pub(crate) trail: Origin,
    pub(crate) made: Timestamp,
    pub(crate) what: What,
}

/// The trail on whose account it is delivered, which may be gone by then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Origin {
    pub(crate) id: SinkId,
    pub(crate) account: AccountId,
    pub(crate) home: Region,
    pub(crate) name: String,
    pub(crate) arn: String,
}

/// What is delivered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum What {
    /// A log file to put.
    Log { bucket: String, key: String, body: Vec<u8>, kms_key: Option<String> },
    /// A digest to put.
    Digest { bucket: String, key: String, metadata: Vec<(String, String)>, body: Vec<u8> },
    /// A message to publish to the topic with this ARN.
    Notice { topic: String, message: String },
    /// Events to put into a log stream.
    Events { group: String, stream: String, events: Vec<(Timestamp, String)> },
}

impl Origin {
    /// Of a trail.
    pub(crate) fn of(trail: &TrailRecord) -> Self {
        let TrailRecord { id, account, .. } = *trail;
        Self { id, account, home: trail.home.clone(), name: trail.name.clone(), arn: trail.arn() }
    }
}

impl Intent {
    /// What must keep its order: a trail's objects of one bucket among themselves, its notices, its events. A bucket that is
    /// gone does not hold up the one that took its place.
    pub(crate) fn lane(&self) -> String {
        let trail = self.trail.id;
        match &self.what {
            What::Log { bucket, .. } | What::Digest { bucket, .. } => format!("{trail:016x}/s3/{bucket}"),
            What::Notice { .. } => format!("{trail:016x}/sns"),
            What::Events { .. } => format!("{trail:016x}/logs"),
        }
    }

    /// The stored form.
    pub(crate) fn to_bytes(&self) -> Result<Bytes, StoreError> {
        let written = postcard::to_stdvec(self);
        written.map(Bytes::from).map_err(|error| StoreError::corrupt(format!("unwritable: {error}")))
    }
}

/// What a log file leads to. `topic` is the ARN of the trail's.
pub(crate) fn of_file(
    trail: &TrailRecord,
    topic: Option<String>,
    place: &Place,
    file: &LogFile,
    events: Vec<(Timestamp, Bytes)>,
    now: Timestamp,
) -> Vec<Intent> {
    let (bucket, key) = (trail.bucket.clone(), file.key.clone());
    let notice = topic.map(|topic| What::Notice {
        topic,
        message: serde_json::json!({"s3Bucket": bucket, "s3ObjectKey": [key]}).to_string(),
    });
    let logs = trail.log_group.clone().map(|group| What::Events {
        group,
        stream: format!("{}_CloudTrail_{}", place.account, place.region),
        events: events.into_iter().filter_map(log_event).collect(),
    });
    let log = What::Log { bucket, key, body: file.body.clone(), kms_key: trail.kms_key.clone() };
    let all = [log].into_iter().chain(notice).chain(logs);
    all.map(|what| Intent { trail: Origin::of(trail), made: now, what }).collect()
}

fn log_event((at, event): (Timestamp, Bytes)) -> Option<(Timestamp, String)> {
    let text = String::from_utf8(event.to_vec()).ok()?;
    (text.len() <= LOG_EVENT_BYTES).then_some((at, text))
}

#[cfg(test)]
mod tests {
    use super::super::log_file::tests::trail;
    use super::*;

    #[test]
    fn a_file_leads_to_an_object_and_what_the_trail_asks_for() {
        let at = Timestamp::from_secs(1);
        let file = LogFile { key: "k".into(), body: vec![1], hash: "h".into(), oldest: at, newest: at };
        let place = Place { account: AccountId::DEFAULT, region: Region::default_region(), insights: false };
        let lanes = |trail: &TrailRecord, topic: Option<&str>| {
            let topic = topic.map(str::to_owned);
            let intents = of_file(trail, topic, &place, &file, vec![(at, "{}".into())], at);
            intents.iter().map(Intent::lane).collect::<Vec<_>>()
        };
        assert_eq!(lanes(&trail(), None), ["0000000000000001/s3/bucket"]);
        let all = TrailRecord { log_group: Some("g".into()), ..trail() };
        let expected = ["0000000000000001/s3/bucket", "0000000000000001/sns", "0000000000000001/logs"];
        assert_eq!(lanes(&all, Some("arn:aws:sns:us-east-1:000000000000:t")), expected);
    }
}
