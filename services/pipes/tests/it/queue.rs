//! Events from queues.

use api_pipes::*;
use api_sqs::{GetQueueAttributes, GetQueueAttributesInput, QueueAttributeName};
use serde_json::json;
use testkit::TestCloud;

use crate::world::*;

/// Messages that a queue holds, those in flight included.
async fn held(cloud: &TestCloud, queue: &str) -> u32 {
    let input = GetQueueAttributesInput { queue_url: url(queue), attribute_names: Some(vec![QueueAttributeName::All]) };
    let all = cloud.call::<GetQueueAttributes>(input).await.unwrap().attributes.unwrap();
    let count = |name: &str| all[name].parse::<u32>().unwrap();
    count("ApproximateNumberOfMessages") + count("ApproximateNumberOfMessagesNotVisible")
}

#[tokio::test]
async fn what_passes_is_shaped_and_what_does_not_is_gone() {
    let cloud = cloud().await;
    let (from, to) = (queue(&cloud, "from").await, queue(&cloud, "to").await);
    let pattern = json!({"body": {"kind": ["order"], "amount": [{"numeric": [">", 10]}]}}).to_string();
    pipe(&cloud, "p", json!({
        "Source": from,
        "Target": to,
        "SourceParameters": {"FilterCriteria": {"Filters": [{"Pattern": pattern}]}},
        "TargetParameters": {"InputTemplate": "{\"id\": <$.body.id>, \"by\": \"<aws.pipes.pipe-name>\", \"whole\": <$.body>}"},
    }))
    .await;
    for body in [r#"{"kind":"order","amount":5,"id":1}"#, "plain", r#"{"kind":"order","amount":50,"id":"x"}"#] {
        send(&cloud, "from", body).await;
    }
    let got = jsons(&cloud, "to", 1).await;
    assert_eq!(got, [json!({"id": "x", "by": "p", "whole": {"kind": "order", "amount": 50, "id": "x"}})]);
    until(&cloud, "an empty queue", async || (held(&cloud, "from").await == 0).then_some(())).await;
    nothing_comes(&cloud, "to").await;
}

#[tokio::test]
async fn events_have_the_shape_of_their_source() {
    let cloud = cloud().await;
    let (from, to) = (queue(&cloud, "from").await, queue(&cloud, "to").await);
    pipe(&cloud, "p", json!({"Source": from, "Target": to})).await;
    send(&cloud, "from", "hello").await;
    let event = &jsons(&cloud, "to", 1).await[0];
    assert_eq!((&event["body"], &event["eventSource"]), (&json!("hello"), &json!("aws:sqs")));
    assert_eq!((&event["eventSourceARN"], &event["awsRegion"]), (&json!(from), &json!("us-east-1")));
    assert_eq!(event["md5OfBody"], "5d41402abc4b2a76b9719d911017c592");
    assert_eq!(event["attributes"]["ApproximateReceiveCount"], "1");
    assert!(
        event["messageId"].is_string() && event["receiptHandle"].is_string() && event["messageAttributes"].is_object()
    );
}

#[tokio::test]
async fn order_is_kept_from_fifo_to_fifo() {
    let cloud = cloud().await;
    let (from, to) = (queue(&cloud, "from.fifo").await, queue(&cloud, "to.fifo").await);
    let parameters = json!({"InputTemplate": "<$.body>", "SqsQueueParameters": {
        "MessageGroupId": "$.attributes.MessageGroupId", "MessageDeduplicationId": "$.messageId"}});
    pipe(&cloud, "p", json!({"Source": from, "Target": to, "TargetParameters": parameters})).await;
    for number in 0..25 {
        send(&cloud, "from.fifo", &number.to_string()).await;
    }
    let expected: Vec<String> = (0..25).map(|number: i32| number.to_string()).collect();
    assert_eq!(bodies(&cloud, "to.fifo", 25).await, expected);
}

#[tokio::test]
async fn what_cannot_be_delivered_ends_in_the_dead_letter_queue_of_its_queue() {
    let cloud = cloud().await;
    let (dead, to) = (queue(&cloud, "dead").await, queue(&cloud, "to").await);
    let redrive = json!({"deadLetterTargetArn": dead, "maxReceiveCount": 2}).to_string();
    let from = queue_with(&cloud, "from", &[("VisibilityTimeout", "1"), ("RedrivePolicy", &redrive)]).await;
    let parameters = json!({"InputTemplate": "{\"n\": <$.body>}"});
    pipe(&cloud, "p", json!({"Source": from, "Target": to, "TargetParameters": parameters})).await;
    send(&cloud, "from", r#"{"good":1}"#).await;
    assert_eq!(jsons(&cloud, "to", 1).await, [json!({"n": {"good": 1}})]);
    allow(&cloud, "r", "Deny", &["sqs:SendMessage"]).await;
    send(&cloud, "from", r#"{"refused":1}"#).await;
    assert_eq!(bodies(&cloud, "dead", 1).await, [r#"{"refused":1}"#]);
}

#[tokio::test]
async fn a_window_gathers_messages_for_one_batch() {
    let cloud = cloud().await;
    let from = queue(&cloud, "from").await;
    let stream = stream(&cloud, "k").await;
    pipe(&cloud, "p", json!({
        "Source": from,
        "Target": stream,
        "SourceParameters": {"SqsQueueParameters": {"BatchSize": 30, "MaximumBatchingWindowInSeconds": 20}},
        "TargetParameters": {"KinesisStreamParameters": {"PartitionKey": "$.messageId"}, "InputTemplate": "<$.body>"},
    }))
    .await;
    for number in 0..30 {
        send(&cloud, "from", &number.to_string()).await;
    }
    // The batch is full before the window is over: the clock stands still.
    let back = queue(&cloud, "back").await;
    let oldest = json!({"KinesisStreamParameters": {"StartingPosition": "TRIM_HORIZON", "BatchSize": 10}});
    let parameters = json!({"InputTemplate": "<$.data>"});
    pipe(
        &cloud,
        "q",
        json!({"Source": stream, "Target": back, "SourceParameters": oldest, "TargetParameters": parameters}),
    )
    .await;
    let mut numbers: Vec<u32> = bodies(&cloud, "back", 30).await.iter().map(|body| body.parse().unwrap()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (0..30).collect::<Vec<_>>());
}

#[tokio::test]
async fn an_update_takes_effect() {
    let cloud = cloud().await;
    let (from, to, other) = (queue(&cloud, "from").await, queue(&cloud, "to").await, queue(&cloud, "other").await);
    let parameters = json!({"InputTemplate": "<$.body>"});
    pipe(&cloud, "p", json!({"Source": from, "Target": to, "TargetParameters": parameters})).await;
    send(&cloud, "from", "1").await;
    assert_eq!(bodies(&cloud, "to", 1).await, ["1"]);
    let update = UpdatePipeInput { name: "p".into(), role_arn: ROLE.into(), target: Some(other), ..Default::default() };
    cloud.call::<UpdatePipe>(update).await.unwrap();
    reaches(&cloud, "p", "RUNNING").await;
    send(&cloud, "from", "2").await;
    assert_eq!(bodies(&cloud, "other", 1).await, ["2"]);
    assert_eq!(describe(&cloud, "p").await.target_parameters.unwrap().input_template.as_deref(), Some("<$.body>"));
}
