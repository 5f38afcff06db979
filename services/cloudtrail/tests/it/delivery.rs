//! Delivery: log files with their events, held while a bucket does not take them; digests that check.

use std::io::Read as _;
use std::time::Duration;

use api_cloudtrail::*;
use api_s3::{DeleteObject, DeleteObjectInput, GetObject, GetObjectInput, ListObjectsV2, ListObjectsV2Input};
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use futures_util::TryStreamExt as _;
use names::Timestamp;
use serde_json::{Value, json};
use store::Outbox;
use testkit::TestCloud;

use crate::cloud::*;

/// An object that was put into the bucket.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub(crate) key: String,
    pub(crate) metadata: Vec<(String, String)>,
    pub(crate) encryption: Option<String>,
    pub(crate) body: Vec<u8>,
}

/// Lets the clock go on until files are made and delivered, and takes all that lies in the bucket, in the order of keys.
pub(crate) async fn held(cloud: &TestCloud) -> Vec<Held> {
    cloud.advance(Duration::from_secs(301)).await;
    delivered(cloud).await;
    take(cloud).await
}

/// Lets the tasks run.
pub(crate) async fn settle() {
    for _ in 0..2_000 {
        tokio::task::yield_now().await;
    }
}

/// Lets the tasks run until nothing waits to be delivered.
pub(crate) async fn delivered(cloud: &TestCloud) {
    settle().await;
    let outbox = Outbox::new(cloud.cloud().store(), "cloudtrail", cloud.runtime());
    while outbox.waiting(1).await.unwrap() > 0 {
        tokio::task::yield_now().await;
    }
}

async fn take(cloud: &TestCloud) -> Vec<Held> {
    let list = ListObjectsV2Input { bucket: "bucket".into(), ..Default::default() };
    let listed = cloud.call::<ListObjectsV2>(list).await.unwrap().contents.unwrap_or_default();
    let mut taken = Vec::new();
    for key in listed.into_iter().filter_map(|object| object.key).filter(|key| !key.ends_with('/')) {
        let get = GetObjectInput { bucket: "bucket".into(), key: key.clone(), ..Default::default() };
        let object = cloud.call::<GetObject>(get).await.unwrap();
        assert_eq!(object.content_encoding.as_deref(), Some("gzip"));
        let pieces: Vec<_> = object.body.pieces.try_collect().await.unwrap();
        let delete = DeleteObjectInput { bucket: "bucket".into(), key: key.clone(), ..Default::default() };
        cloud.call::<DeleteObject>(delete).await.unwrap();
        taken.push(Held {
            key,
            metadata: object.metadata.unwrap_or_default().into_iter().collect(),
            encryption: object.server_side_encryption.map(|kind| kind.as_str().to_owned()),
            body: pieces.concat(),
        });
    }
    taken
}

/// The text of a compressed object.
pub(crate) fn text(body: &[u8]) -> String {
    let mut text = String::new();
    flate2::read::GzDecoder::new(body).read_to_string(&mut text).unwrap();
    text
}

/// The records of log files among what was held.
pub(crate) fn records(held: &[Held]) -> Vec<Value> {
    let files = held.iter().filter(|held| !held.key.contains("CloudTrail-Digest")).map(|held| text(&held.body));
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
    let cloud = cloud_with_bucket().await;
    let input =
        CreateTrailInput { s3_key_prefix: Some("audit".into()), is_multi_region_trail: Some(true), ..trail("logs") };
    cloud.call::<CreateTrail>(input).await.unwrap();
    cloud.call::<StartLogging>(StartLoggingInput { name: "logs".into() }).await.unwrap();
    create(&cloud, "a").await;
    create(&cloud.in_region("eu-west-1"), "b").await;
    let held = held(&cloud).await;
    let start =
        "audit/AWSLogs/000000000000/CloudTrail/eu-west-1/2026/01/01/000000000000_CloudTrail_eu-west-1_20260101T0005Z_";
    let keys: Vec<_> = held.iter().map(|held| held.key.as_str()).collect();
    assert_eq!(keys.len(), 2);
    assert!(keys[0].starts_with(start) && keys[0].ends_with(".json.gz"), "{keys:?}");
    assert_eq!(keys[0].len(), start.len() + 16 + 8);
    assert!(keys[1].contains("/us-east-1/"));
    assert_eq!(held[0].encryption.as_deref(), Some("AES256"));
    let records = records(&held);
    assert_eq!(records.len(), 3);
    assert_eq!(records[0]["requestParameters"]["queueName"], "b");
}

async fn status(cloud: &TestCloud) -> GetTrailStatusOutput {
    cloud.call::<GetTrailStatus>(GetTrailStatusInput { name: "logs".into() }).await.unwrap()
}

#[tokio::test]
async fn what_a_bucket_does_not_take_waits_until_it_does() {
    let cloud = cloud();
    log(&cloud).await;
    let before = status(&cloud).await;
    assert_eq!((before.latest_delivery_time, before.latest_delivery_error), (None, None));
    policy(
        &cloud,
        json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::bucket/*",
        }]}),
    )
    .await;
    create(&cloud, "q").await;
    cloud.advance(Duration::from_secs(301)).await;
    settle().await;
    let refused = status(&cloud).await;
    assert_eq!(refused.latest_delivery_error.as_deref(), Some("AccessDenied"));
    assert_eq!(refused.latest_delivery_time, None);
    assert_eq!(refused.latest_delivery_attempt_succeeded.as_deref(), Some(""));
    let gone = DeleteObjectInput {
        bucket: "bucket".into(),
        key: "AWSLogs/000000000000/CloudTrail/".into(),
        ..Default::default()
    };
    cloud.call::<DeleteObject>(gone).await.unwrap();
    let gone = api_s3::DeleteBucketInput { bucket: "bucket".into(), ..Default::default() };
    cloud.call::<api_s3::DeleteBucket>(gone).await.unwrap();
    cloud.advance(Duration::from_secs(3_600)).await;
    settle().await;
    assert_eq!(status(&cloud).await.latest_delivery_error.as_deref(), Some("NoSuchBucket"));
    bucket(&cloud).await;
    cloud.advance(Duration::from_secs(3_600)).await;
    delivered(&cloud).await;
    let names: Vec<_> = records(&take(&cloud).await).iter().map(|record| record["eventName"].clone()).collect();
    for name in ["StartLogging", "PutBucketPolicy", "CreateQueue", "DeleteBucket", "CreateBucket"] {
        assert_eq!(names.iter().filter(|one| **one == name).count(), if name == "PutBucketPolicy" { 2 } else { 1 });
    }
    let after = status(&cloud).await;
    assert_eq!((after.latest_delivery_error, after.latest_delivery_time.is_some()), (None, true));
}

#[tokio::test]
async fn what_nobody_takes_for_thirty_days_is_given_up() {
    let cloud = cloud();
    log(&cloud).await;
    policy(
        &cloud,
        json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::bucket/*",
        }]}),
    )
    .await;
    cloud.call::<StopLogging>(StopLoggingInput { name: "logs".into() }).await.unwrap();
    cloud.advance(Duration::from_secs(301)).await;
    settle().await;
    cloud.advance(Duration::from_secs(31 * 86_400)).await;
    delivered(&cloud).await;
    assert!(take(&cloud).await.is_empty());
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
    let digests = held.iter().filter(|held| held.key.contains("CloudTrail-Digest"));
    let digest = |held: &Held| {
        let of = |name: &str| held.metadata.iter().find(|(known, _)| known == name).unwrap().1.clone();
        assert_eq!(of("signature-algorithm"), "SHA256withRSA");
        (text(&held.body), held.key.clone(), of("signature"))
    };
    digests.map(digest).collect()
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
    let cloud = cloud_with_bucket().await;
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
        delivered(&cloud).await;
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
            let log = all.iter().find(|held| file["s3Object"] == held.key).unwrap();
            assert_eq!(file["hashValue"], sha256(&self::text(&log.body)));
        }
        before = Some((text, object, signature));
    }
    let none = ListPublicKeysInput { end_time: Some(Timestamp::from_secs(1)), ..Default::default() };
    assert!(cloud.call::<ListPublicKeys>(none).await.unwrap().public_key_list.unwrap().is_empty());
}
