//! Delivery: log files with their events, held for a bucket that is not there; digests that check.

use std::io::Read as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use api_cloudtrail::*;
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use names::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use store::Outbox;
use testkit::TestCloud;

use crate::cloud::*;

/// What the service holds, in the form in which it keeps it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) enum Held {
    Object {
        bucket: String,
        key: String,
        metadata: Vec<(String, String)>,
        body: Vec<u8>,
        #[expect(dead_code, reason = "part of the form")]
        made: Timestamp,
    },
    Notice {
        topic: String,
        message: String,
        #[expect(dead_code, reason = "part of the form")]
        made: Timestamp,
    },
    Events {
        group: String,
        stream: String,
        events: Vec<(Timestamp, String)>,
        #[expect(dead_code, reason = "part of the form")]
        made: Timestamp,
    },
}

/// Lets the clock go on until files are made, and takes all that is held, in order.
pub(crate) async fn held(cloud: &TestCloud) -> Vec<Held> {
    cloud.advance(Duration::from_secs(301)).await;
    settle().await;
    take(cloud).await
}

/// Lets the tasks run.
pub(crate) async fn settle() {
    for _ in 0..2_000 {
        tokio::task::yield_now().await;
    }
}

async fn take(cloud: &TestCloud) -> Vec<Held> {
    let outbox = Outbox::new(cloud.cloud().store(), "cloudtrail", cloud.runtime());
    let taken = Arc::new(Mutex::new(Vec::new()));
    let deliver = |delivery: store::Delivery| {
        let held: Held = postcard::from_bytes(&delivery.payload).unwrap();
        taken.lock().unwrap().push((delivery.id, held));
        std::future::ready(Ok(()))
    };
    let empty = async {
        while outbox.waiting(1).await.unwrap() > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        () = outbox.run(deliver) => {}
        () = empty => {}
    }
    let mut taken = std::mem::take(&mut *taken.lock().unwrap());
    taken.sort_by_key(|(id, _)| *id);
    taken.into_iter().map(|(_, held)| held).collect()
}

/// The text of a compressed object.
pub(crate) fn text(body: &[u8]) -> String {
    let mut text = String::new();
    flate2::read::GzDecoder::new(body).read_to_string(&mut text).unwrap();
    text
}

/// The records of log files among what was held.
pub(crate) fn records(held: &[Held]) -> Vec<Value> {
    let files = held.iter().filter_map(|held| match held {
        Held::Object { key, body, .. } if !key.contains("CloudTrail-Digest") => Some(text(body)),
        _ => None,
    });
    let files = files.map(|text| serde_json::from_str::<Value>(&text).unwrap());
    files.flat_map(|file| file["Records"].as_array().unwrap().clone()).collect()
}

/// The names of events in log files, sorted: those of one instant have no order.
pub(crate) async fn names(cloud: &TestCloud) -> Vec<String> {
    let records = records(&held(cloud).await);
    let mut names: Vec<_> = records.iter().map(|record| record["eventName"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_log_file_holds_the_events_of_five_minutes() {
    let cloud = cloud();
    let input = CreateTrailInput {
        s3_key_prefix: Some("audit".into()),
        sns_topic_name: Some("topic".into()),
        cloud_watch_logs_log_group_arn: Some("arn:aws:logs:us-east-1:000000000000:log-group:g:*".into()),
        cloud_watch_logs_role_arn: Some("arn:aws:iam::000000000000:role/logs".into()),
        is_multi_region_trail: Some(true),
        ..trail("logs")
    };
    cloud.call::<CreateTrail>(input).await.unwrap();
    cloud.call::<StartLogging>(StartLoggingInput { name: "logs".into() }).await.unwrap();
    create(&cloud, "a").await;
    create(&cloud.in_region("eu-west-1"), "b").await;
    let held = held(&cloud).await;
    let keys: Vec<_> = held
        .iter()
        .filter_map(|held| match held {
            Held::Object { bucket, key, .. } => Some((bucket.as_str(), key.as_str())),
            _ => None,
        })
        .collect();
    assert_eq!(keys.len(), 2);
    let start =
        "audit/AWSLogs/000000000000/CloudTrail/eu-west-1/2026/01/01/000000000000_CloudTrail_eu-west-1_20260101T0005Z_";
    assert!(keys[0].1.starts_with(start) && keys[0].1.ends_with(".json.gz"), "{keys:?}");
    assert_eq!((keys[0].0, keys[0].1.len()), ("bucket", start.len() + 16 + 8));
    assert!(keys[1].1.contains("/us-east-1/"));
    let records = records(&held);
    assert_eq!(records.len(), 3);
    assert_eq!(records[0]["requestParameters"]["queueName"], "b");
    let notices: Vec<_> = held
        .iter()
        .filter_map(|held| match held {
            Held::Notice { topic, message, .. } => {
                Some((topic.as_str(), serde_json::from_str::<Value>(message).unwrap()))
            }
            _ => None,
        })
        .collect();
    assert_eq!((notices.len(), notices[0].0), (2, "topic"));
    assert_eq!(notices[0].1["s3ObjectKey"][0], keys[0].1);
    let logged = held.iter().find_map(|held| match held {
        Held::Events { group, stream, events, .. } => Some((group, stream, events.len())),
        _ => None,
    });
    let (group, stream, count) = logged.unwrap();
    assert!(group.contains(":log-group:g") && stream == "000000000000_CloudTrail_eu-west-1" && count == 1);
}

#[tokio::test]
async fn nothing_is_said_to_be_delivered_that_is_held() {
    let cloud = cloud();
    log(&cloud).await;
    create(&cloud, "q").await;
    cloud.advance(Duration::from_secs(301)).await;
    settle().await;
    let input = GetTrailStatusInput { name: "logs".into() };
    let status = cloud.call::<GetTrailStatus>(input).await.unwrap();
    assert_eq!(status.latest_delivery_error.as_deref(), Some("NoSuchBucket"));
    assert_eq!(status.latest_delivery_time, None);
    assert_eq!(status.latest_delivery_attempt_succeeded.as_deref(), Some(""));
    assert_eq!(status.latest_delivery_attempt_time.as_deref(), Some("2026-01-01T00:05:01Z"));
}

#[tokio::test]
async fn a_deleted_trail_still_delivers_what_it_recorded() {
    let cloud = cloud();
    log(&cloud).await;
    create(&cloud, "q").await;
    cloud.call::<DeleteTrail>(DeleteTrailInput { name: "logs".into() }).await.unwrap();
    create(&cloud, "late").await;
    assert_eq!(names(&cloud).await, ["CreateQueue", "StartLogging"]);
}

/// Digests with their text, key and signature.
fn digests(held: &[Held]) -> Vec<(String, String, String)> {
    let digest = |held: &Held| match held {
        Held::Object { key, metadata, body, .. } if key.contains("CloudTrail-Digest") => {
            assert_eq!(metadata[1], ("signature-algorithm".to_owned(), "SHA256withRSA".to_owned()));
            Some((text(body), key.clone(), metadata[0].1.clone()))
        }
        _ => None,
    };
    held.iter().filter_map(digest).collect()
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn sha256(text: &str) -> String {
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
    hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn digests_are_a_chain_that_list_public_keys_checks() {
    let cloud = cloud();
    let input = CreateTrailInput { enable_log_file_validation: Some(true), ..trail("logs") };
    cloud.call::<CreateTrail>(input).await.unwrap();
    cloud.call::<StartLogging>(StartLoggingInput { name: "logs".into() }).await.unwrap();
    settle().await;
    let mut all = Vec::new();
    for hour in 0..3 {
        create(&cloud, &format!("q{hour}")).await;
        for _ in 0..13 {
            cloud.advance(Duration::from_secs(300)).await;
            settle().await;
        }
        all.extend(take(&cloud).await);
    }
    let digests = digests(&all);
    assert!(digests.len() >= 2, "{}", digests.len());
    let keys = ListPublicKeysInput { start_time: Some(Timestamp::from_secs(1_767_225_600)), ..Default::default() };
    let keys = cloud.call::<ListPublicKeys>(keys).await.unwrap().public_key_list.unwrap();
    let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, keys[0].value.clone().unwrap());
    let mut before = None::<(String, String, String)>;
    for (text, object, signature) in digests {
        let digest: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(digest["digestS3Object"], object);
        assert_eq!(digest["digestPublicKeyFingerprint"], keys[0].fingerprint.as_deref().unwrap());
        if let Some((text, object, signature)) = &before {
            assert_eq!(digest["previousDigestS3Object"], *object);
            assert_eq!(digest["previousDigestHashValue"], sha256(text));
            assert_eq!(digest["previousDigestSignature"], *signature);
        }
        let previous = before.as_ref().map_or("null", |(_, _, signature)| signature);
        let end = digest["digestEndTime"].as_str().unwrap();
        let signed = format!("{end}\nbucket/{object}\n{}\n{previous}", sha256(&text));
        key.verify(signed.as_bytes(), &hex(&signature)).unwrap();
        key.verify(format!("{signed}x").as_bytes(), &hex(&signature)).unwrap_err();
        for file in digest["logFiles"].as_array().unwrap() {
            let log = all.iter().find_map(|held| match held {
                Held::Object { key, body, .. } if file["s3Object"] == *key => Some(self::text(body)),
                _ => None,
            });
            assert_eq!(file["hashValue"], sha256(&log.unwrap()));
        }
        before = Some((text, object, signature));
    }
    let none = ListPublicKeysInput { end_time: Some(Timestamp::from_secs(1)), ..Default::default() };
    assert!(cloud.call::<ListPublicKeys>(none).await.unwrap().public_key_list.unwrap().is_empty());
}
