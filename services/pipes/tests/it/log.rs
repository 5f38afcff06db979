//! What is logged of batches.

use serde_json::{Value, json};
use testkit::TestCloud;

use crate::world::*;

/// Steps that a pipe logs into a bucket for one message that arrives and one that does not.
async fn steps(level: &str, execution_data: bool) -> Vec<Value> {
    let (cloud, bucket) = cloud_and_bucket().await;
    let (from, to) = (queue(&cloud, "from").await, queue(&cloud, "to").await);
    let mut log =
        json!({"Level": level, "S3LogDestination": {"BucketName": "logs", "BucketOwner": ACCOUNT, "Prefix": "p/"}});
    if execution_data {
        log["IncludeExecutionData"] = json!(["ALL"]);
    }
    let parameters = json!({"InputTemplate": "{\"n\": <$.body>, \"none\": { <$.body.none> }}"});
    let refused = json!({"Source": from, "Target": to, "LogConfiguration": log, "TargetParameters": parameters});
    pipe(&cloud, "p", refused).await;
    let shown = describe(&cloud, "p").await.log_configuration.unwrap();
    assert_eq!(shown.level.unwrap().as_str(), level);
    send(&cloud, "from", "1").await;
    records(&cloud, &bucket).await
}

async fn records(cloud: &TestCloud, bucket: &Bucket) -> Vec<Value> {
    let (key, content) = until(cloud, "a log object", async || {
        bucket.0.lock().first_key_value().map(|(key, content)| (key.clone(), content.clone()))
    })
    .await;
    assert!(key.starts_with("logs/p/AWSLogs/000000000000/pipes/us-east-1/p/2026/01/01/"), "{key}");
    std::str::from_utf8(&content).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn names(records: &[Value]) -> Vec<&str> {
    records.iter().map(|record| record["messageType"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn failures_at_the_level_of_errors() {
    let records = steps("ERROR", false).await;
    assert_eq!(names(&records), ["TARGET_TRANSFORMATION_FAILED", "EXECUTION_FAILED"]);
    assert_eq!(records[0]["error"]["message"], "The input template does not make JSON.");
    assert_eq!(records[0]["resourceArn"], format!("arn:aws:pipes:us-east-1:{ACCOUNT}:pipe/p"));
    assert_eq!((&records[0]["logLevel"], records[0].get("payload")), (&json!("ERROR"), None));
    assert_eq!(records[0]["executionId"], records[1]["executionId"]);
}

#[tokio::test]
async fn beginnings_and_their_events_at_the_level_of_information() {
    let records = steps("INFO", true).await;
    assert_eq!(names(&records), ["EXECUTION_STARTED", "TARGET_TRANSFORMATION_FAILED", "EXECUTION_FAILED"]);
    let events: Value = serde_json::from_str(records[0]["payload"].as_str().unwrap()).unwrap();
    assert_eq!(events[0]["body"], "1");
}

#[tokio::test]
async fn everything_into_a_delivery_stream_or_a_bucket() {
    let (cloud, bucket) = cloud_and_bucket().await;
    let (from, to) = (queue(&cloud, "from").await, queue(&cloud, "to").await);
    let log = json!({"Level": "TRACE", "S3LogDestination": {"BucketName": "logs", "BucketOwner": ACCOUNT, "Prefix": "p"},
        "FirehoseLogDestination": {"DeliveryStreamArn": format!("arn:aws:firehose:us-east-1:{ACCOUNT}:deliverystream/none")}});
    pipe(&cloud, "p", json!({"Source": from, "Target": to, "LogConfiguration": log})).await;
    send(&cloud, "from", "1").await;
    let steps = records(&cloud, &bucket).await;
    assert_eq!(
        names(&steps),
        [
            "EXECUTION_STARTED",
            "TARGET_STAGE_ENTERED",
            "TARGET_INVOCATION_STARTED",
            "TARGET_INVOCATION_SUCCEEDED",
            "TARGET_STAGE_SUCCEEDED",
            "EXECUTION_SUCCEEDED",
        ]
    );
    // A log that cannot be written holds nothing up.
    assert_eq!(bodies(&cloud, "to", 1).await.len(), 1);
}
