//! Server access logs: requests over the wire land as lines in another bucket, where its policy lets them.

use std::time::Duration;

use api_s3::*;
use futures_util::StreamExt;
use http::Method;
use serde_json::json;
use testkit::{TestCloud, WireRequest};

use crate::cloud::*;

async fn target(cloud: &TestCloud) -> String {
    let name = bucket(cloud, "b-logs").await;
    let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:PutObject",
        "Principal": {"Service": "logging.s3.amazonaws.com"}, "Resource": "arn:aws:s3:::b-logs/*"}]});
    let input = PutBucketPolicyInput { bucket: name.clone(), policy: policy.to_string(), ..Default::default() };
    cloud.call::<PutBucketPolicy>(input).await.unwrap();
    name
}

async fn text(cloud: &TestCloud, bucket: &str, key: &str) -> String {
    let input = GetObjectInput { bucket: bucket.to_owned(), key: key.to_owned(), ..Default::default() };
    let mut pieces = cloud.call::<GetObject>(input).await.unwrap().body.pieces;
    let mut bytes = Vec::new();
    while let Some(piece) = pieces.next().await {
        bytes.extend_from_slice(&piece.unwrap());
    }
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn requests_land_as_lines() {
    let cloud = cloud();
    let (name, logs) = (bucket(&cloud, "b-logged").await, target(&cloud).await);
    let logging_enabled =
        Some(LoggingEnabled { target_bucket: logs.clone(), target_prefix: "log/".to_owned(), ..Default::default() });
    let input = PutBucketLoggingInput {
        bucket: name,
        bucket_logging_status: BucketLoggingStatus { logging_enabled },
        ..Default::default()
    };
    cloud.call::<PutBucketLogging>(input).await.unwrap();
    let target = "/b-logged/none".to_owned();
    let get = WireRequest { method: Method::GET, target, headers: Vec::new(), ..WireRequest::query("s3", "") };
    assert_eq!(cloud.send(get).await.status, 404);
    let mut found = Vec::new();
    for _ in 0..1_000 {
        cloud.advance(Duration::from_secs(10)).await;
        found = keys(&cloud, &logs).await;
        if !found.is_empty() {
            break;
        }
    }
    assert!(found[0].starts_with("log/"), "{found:?}");
    let lines = text(&cloud, &logs, &found[0]).await;
    assert!(lines.contains(" REST.GET.OBJECT none \"GET /b-logged/none HTTP/1.1\" 404 NoSuchKey "), "{lines}");
}
