//! What is refused at once, and how it is told.

use api_pipes::*;
use serde_json::{Value, json};
use service_kit::{Error, Fault};

use crate::world::*;

const QUEUE: &str = "arn:aws:sqs:us-east-1:000000000000:q";
const STREAM: &str = "arn:aws:kinesis:us-east-1:000000000000:stream/k";
const TABLE: &str = "arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/2026-01-01T00:00:00.000";

fn of_stream(own: Value) -> Value {
    json!({"Source": STREAM, "Target": QUEUE, "SourceParameters": {"KinesisStreamParameters": own}})
}

#[tokio::test]
async fn rules_that_span_members() {
    let cloud = cloud().await;
    for (member, members) in [
        ("Source", json!({"Source": "arn:aws:s3:::b", "Target": QUEUE})),
        ("Source", json!({"Source": "arn:aws:dynamodb:us-east-1:000000000000:table/t", "Target": QUEUE})),
        ("Target", json!({"Source": QUEUE, "Target": "arn:aws:s3:::b"})),
        ("Enrichment", json!({"Source": QUEUE, "Target": QUEUE, "Enrichment": "arn:aws:sqs:us-east-1:000000000000:e"})),
        ("SourceParameters.KinesisStreamParameters", json!({"Source": STREAM, "Target": QUEUE})),
        ("SourceParameters.DynamoDBStreamParameters", json!({"Source": TABLE, "Target": QUEUE})),
        (
            "SourceParameters.KinesisStreamParameters",
            json!({"Source": QUEUE, "Target": QUEUE,
            "SourceParameters": {"KinesisStreamParameters": {"StartingPosition": "LATEST"}}}),
        ),
        (
            "SourceParameters.KinesisStreamParameters.BatchSize",
            of_stream(json!({"StartingPosition": "LATEST", "BatchSize": 11})),
        ),
        (
            "SourceParameters.KinesisStreamParameters.StartingPositionTimestamp",
            of_stream(json!({"StartingPosition": "AT_TIMESTAMP"})),
        ),
        (
            "SourceParameters.KinesisStreamParameters.StartingPositionTimestamp",
            of_stream(json!({"StartingPosition": "LATEST", "StartingPositionTimestamp": 1})),
        ),
        (
            "SourceParameters.KinesisStreamParameters.DeadLetterConfig.Arn",
            of_stream(json!({"StartingPosition": "LATEST", "DeadLetterConfig": {"Arn": STREAM}})),
        ),
        (
            "SourceParameters.SqsQueueParameters.BatchSize",
            json!({"Source": QUEUE, "Target": "arn:aws:sns:us-east-1:000000000000:t",
            "SourceParameters": {"SqsQueueParameters": {"BatchSize": 2}}}),
        ),
        (
            "SourceParameters.SqsQueueParameters.BatchSize",
            json!({"Source": format!("{QUEUE}.fifo"),
            "Target": STREAM, "SourceParameters": {"SqsQueueParameters": {"BatchSize": 11}},
            "TargetParameters": {"KinesisStreamParameters": {"PartitionKey": "p"}}}),
        ),
        (
            "SourceParameters.SqsQueueParameters.MaximumBatchingWindowInSeconds",
            json!({"Source": format!("{QUEUE}.fifo"),
            "Target": QUEUE, "SourceParameters": {"SqsQueueParameters": {"MaximumBatchingWindowInSeconds": 1}}}),
        ),
        (
            "SourceParameters.FilterCriteria.Filters[1].Pattern",
            json!({"Source": QUEUE, "Target": QUEUE,
            "SourceParameters": {"FilterCriteria": {"Filters": [{"Pattern": "{\"a\":[1]}"}, {"Pattern": "{\"a\":1}"}]}}}),
        ),
        ("TargetParameters.KinesisStreamParameters", json!({"Source": QUEUE, "Target": STREAM})),
        (
            "TargetParameters.SqsQueueParameters.MessageGroupId",
            json!({"Source": QUEUE, "Target": format!("{QUEUE}.fifo")}),
        ),
    ] {
        let (code, text) = cloud.error::<CreatePipe>(creating("p", members.clone())).await;
        assert_eq!(code, "ValidationException");
        let told: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(told["ValidationErrorFields"][0]["Name"], member, "{members} {text}");
    }
    let (_, text) = cloud.error::<CreatePipe>(creating("p", json!({"Source": STREAM, "Target": QUEUE}))).await;
    let name = "SourceParameters.KinesisStreamParameters";
    assert_eq!(
        text,
        json!({"ValidationErrorFields": [{"Name": name, "Message": "Missing required parameter."}]}).to_string()
    );
}

#[tokio::test]
async fn what_is_not_here_says_so() {
    let cloud = cloud().await;
    let lambda = "arn:aws:lambda:us-east-1:000000000000:function:f";
    for members in [
        json!({"Source": "smk://broker.example.com:9092", "Target": QUEUE}),
        json!({"Source": "arn:aws:mq:us-east-1:000000000000:broker:b", "Target": QUEUE}),
        json!({"Source": "arn:aws:kafka:us-east-1:000000000000:cluster/c", "Target": QUEUE}),
        json!({"Source": QUEUE, "Target": lambda}),
        json!({"Source": QUEUE, "Target": "arn:aws:logs:us-east-1:000000000000:log-group:g"}),
        json!({"Source": QUEUE, "Target": QUEUE, "Enrichment": lambda}),
    ] {
        let answer = cloud.call::<CreatePipe>(creating("p", members.clone())).await.map(|_| ());
        assert!(matches!(answer, Err(Error::Fault(Fault::NotImplemented { .. }))), "{members}");
    }
}

#[tokio::test]
async fn names_that_are_taken_or_unknown() {
    let cloud = cloud().await;
    let (from, to) = (queue(&cloud, "from").await, queue(&cloud, "to").await);
    let members = json!({"Source": from, "Target": to});
    pipe(&cloud, "p", members.clone()).await;
    let (code, text) = cloud.error::<CreatePipe>(creating("p", members)).await;
    assert_eq!((code.as_str(), text.as_str()), ("ConflictException", "Pipe p already exists."));
    let name = || "none".to_owned();
    let absent = ("NotFoundException".to_owned(), "Pipe none does not exist.".to_owned());
    assert_eq!(cloud.error::<DescribePipe>(DescribePipeInput { name: name() }).await, absent);
    assert_eq!(cloud.error::<StartPipe>(StartPipeInput { name: name() }).await, absent);
    assert_eq!(cloud.error::<StopPipe>(StopPipeInput { name: name() }).await, absent);
    assert_eq!(cloud.error::<DeletePipe>(DeletePipeInput { name: name() }).await, absent);
    let update = UpdatePipeInput { name: name(), role_arn: ROLE.into(), ..Default::default() };
    assert_eq!(cloud.error::<UpdatePipe>(update).await, absent);
    cloud.call::<StopPipe>(StopPipeInput { name: "p".into() }).await.unwrap();
    if cloud.call::<StartPipe>(StartPipeInput { name: "p".into() }).await.is_err() {
        // It was still stopping.
        reaches(&cloud, "p", "STOPPED").await;
    }
}
