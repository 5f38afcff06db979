//! Every kind of target.

use std::time::Duration;

use api_events::{CreateEventBus, CreateEventBusInput, PutRule, PutRuleInput, PutTargets, PutTargetsInput, Target};
use api_firehose::{CreateDeliveryStream, CreateDeliveryStreamInput, ExtendedS3DestinationConfiguration};
use api_sns::{CreateTopic, CreateTopicInput, Subscribe, SubscribeInput};
use api_sqs::{SetQueueAttributes, SetQueueAttributesInput};
use serde_json::json;
use testkit::TestCloud;

use crate::world::*;

/// Lets services send to a queue.
async fn open(cloud: &TestCloud, name: &str) {
    let policy = json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}});
    let attributes = [("Policy".to_owned(), policy.to_string())].into();
    cloud.call::<SetQueueAttributes>(SetQueueAttributesInput { queue_url: url(name), attributes }).await.unwrap();
}

#[tokio::test]
async fn a_topic() {
    let cloud = cloud().await;
    let (from, to) = (queue(&cloud, "from").await, queue(&cloud, "to").await);
    open(&cloud, "to").await;
    let topic = cloud.call::<CreateTopic>(CreateTopicInput { name: "t".into(), ..Default::default() }).await.unwrap();
    let topic = topic.topic_arn.unwrap();
    let subscribe = SubscribeInput {
        topic_arn: topic.clone(),
        protocol: "sqs".into(),
        endpoint: Some(to),
        attributes: Some([("RawMessageDelivery".to_owned(), "true".to_owned())].into()),
        ..Default::default()
    };
    cloud.call::<Subscribe>(subscribe).await.unwrap();
    pipe(&cloud, "p", json!({"Source": from, "Target": topic, "TargetParameters": {"InputTemplate": "got <$.body>"}}))
        .await;
    let own = describe(&cloud, "p").await.source_parameters.unwrap().sqs_queue_parameters.unwrap();
    assert_eq!(own.batch_size, Some(1), "a topic takes no batches");
    send(&cloud, "from", "it").await;
    assert_eq!(bodies(&cloud, "to", 1).await, ["got it"]);
}

#[tokio::test]
async fn a_bus() {
    let cloud = cloud().await;
    let (from, to) = (queue(&cloud, "from").await, queue(&cloud, "to").await);
    open(&cloud, "to").await;
    cloud.call::<CreateEventBus>(CreateEventBusInput { name: "b".into(), ..Default::default() }).await.unwrap();
    let bus = || Some("b".to_owned());
    let pattern = json!({"source": [{"prefix": ""}]}).to_string();
    let rule =
        PutRuleInput { name: "r".into(), event_bus_name: bus(), event_pattern: Some(pattern), ..Default::default() };
    cloud.call::<PutRule>(rule).await.unwrap();
    let targets = vec![Target { id: "1".into(), arn: to, ..Default::default() }];
    let input = PutTargetsInput { rule: "r".into(), event_bus_name: bus(), targets };
    cloud.call::<PutTargets>(input).await.unwrap();
    let target = format!("arn:aws:events:us-east-1:{ACCOUNT}:event-bus/b");
    pipe(&cloud, "plain", json!({"Source": from, "Target": target, "TargetParameters": {"InputTemplate": "<$.body>"}}))
        .await;
    send(&cloud, "from", r#"{"a":1}"#).await;
    let event = &jsons(&cloud, "to", 1).await[0];
    assert_eq!((&event["source"], &event["detail-type"]), (&json!("Pipe plain"), &json!("Event from aws:sqs")));
    assert_eq!(event["detail"], json!({"a": 1}));
    let other = queue(&cloud, "other").await;
    pipe(&cloud, "named", json!({"Source": other, "Target": target, "TargetParameters": {
        "EventBridgeEventBusParameters": {"Source": "$.body.by", "DetailType": "order", "Resources": ["$.eventSourceARN"],
            "Time": "$.body.at"},
        "InputTemplate": "{\"id\": <$.body.id>}"}}))
    .await;
    send(&cloud, "other", r#"{"id":7,"by":"shop","at":"2025-05-05T05:05:05Z"}"#).await;
    let event = &jsons(&cloud, "to", 1).await[0];
    assert_eq!((&event["source"], &event["detail-type"]), (&json!("shop"), &json!("order")));
    assert_eq!((&event["detail"], &event["resources"]), (&json!({"id": 7}), &json!([other])));
    assert_eq!(event["time"], "2025-05-05T05:05:05Z");
}

#[tokio::test]
async fn a_delivery_stream() {
    let (cloud, bucket) = cloud_and_bucket().await;
    let from = queue(&cloud, "from").await;
    make_role(&cloud, "hose", "firehose.amazonaws.com").await;
    allow(&cloud, "hose", "Allow", &["s3:*"]).await;
    let config = ExtendedS3DestinationConfiguration {
        role_arn: format!("arn:aws:iam::{ACCOUNT}:role/hose"),
        bucket_arn: "arn:aws:s3:::bbb".into(),
        ..Default::default()
    };
    let input = CreateDeliveryStreamInput {
        delivery_stream_name: "d".into(),
        extended_s3_destination_configuration: Some(config),
        ..Default::default()
    };
    let target = cloud.call::<CreateDeliveryStream>(input).await.unwrap().delivery_stream_arn.unwrap();
    pipe(&cloud, "p", json!({"Source": from, "Target": target, "TargetParameters": {"InputTemplate": "<$.body>"}}))
        .await;
    send(&cloud, "from", "into the bucket").await;
    let content = until(&cloud, "an object", async || {
        cloud.advance(Duration::from_secs(1)).await;
        bucket.0.lock().values().next().cloned()
    });
    assert_eq!(&content.await[..], b"into the bucket");
}

#[tokio::test]
async fn what_the_role_may_not_it_does_not() {
    let cloud = cloud().await;
    let (from, to) = (queue(&cloud, "from").await, queue(&cloud, "to").await);
    allow(&cloud, "r", "Deny", &["sqs:SendMessage"]).await;
    pipe(&cloud, "p", json!({"Source": from, "Target": to, "TargetParameters": {"InputTemplate": "<$.body>"}})).await;
    send(&cloud, "from", "1").await;
    nothing_comes(&cloud, "to").await;
    allow(&cloud, "r", "Deny", &["sqs:PurgeQueue"]).await;
    cloud.advance(Duration::from_secs(31)).await;
    assert_eq!(bodies(&cloud, "to", 1).await, ["1"]);
}
