//! Events from streams.

use std::time::Duration;

use api_dynamodb::*;
use names::Timestamp;
use serde_json::{Value, json};
use testkit::TestCloud;

use crate::world::*;

async fn from_stream(cloud: &TestCloud, name: &str, own: Value) {
    let to = queue(cloud, name).await;
    pipe(
        cloud,
        name,
        json!({
            "Source": format!("arn:aws:kinesis:us-east-1:{ACCOUNT}:stream/k"),
            "Target": to,
            "SourceParameters": {"KinesisStreamParameters": own},
            "TargetParameters": {"InputTemplate": "<$.data>"},
        }),
    )
    .await;
}

#[tokio::test]
async fn begins_with_the_oldest_with_the_latest_or_at_an_instant() {
    let cloud = cloud().await;
    stream(&cloud, "k").await;
    put(&cloud, "k", "a", "1").await;
    cloud.advance(Duration::from_secs(10)).await;
    let instant = cloud.runtime().clock.now().secs();
    put(&cloud, "k", "a", "2").await;
    cloud.advance(Duration::from_secs(10)).await;
    from_stream(&cloud, "oldest", json!({"StartingPosition": "TRIM_HORIZON"})).await;
    from_stream(&cloud, "instant", json!({"StartingPosition": "AT_TIMESTAMP", "StartingPositionTimestamp": instant}))
        .await;
    // What the latest is, is noted when the pipe begins: no record is passed over between that and the first read.
    from_stream(&cloud, "latest", json!({"StartingPosition": "LATEST"})).await;
    put(&cloud, "k", "a", "3").await;
    assert_eq!(bodies(&cloud, "oldest", 3).await, ["1", "2", "3"]);
    assert_eq!(bodies(&cloud, "instant", 2).await, ["2", "3"]);
    assert_eq!(bodies(&cloud, "latest", 1).await, ["3"]);
}

#[tokio::test]
async fn goes_on_where_it_stopped() {
    let cloud = cloud().await;
    stream(&cloud, "k").await;
    from_stream(&cloud, "q", json!({"StartingPosition": "LATEST"})).await;
    put(&cloud, "k", "a", "1").await;
    assert_eq!(bodies(&cloud, "q", 1).await, ["1"]);
    cloud.call::<api_pipes::StopPipe>(api_pipes::StopPipeInput { name: "q".into() }).await.unwrap();
    reaches(&cloud, "q", "STOPPED").await;
    put(&cloud, "k", "a", "2").await;
    nothing_comes(&cloud, "q").await;
    cloud.call::<api_pipes::StartPipe>(api_pipes::StartPipeInput { name: "q".into() }).await.unwrap();
    assert_eq!(bodies(&cloud, "q", 1).await, ["2"]);
}

#[tokio::test]
async fn children_are_read_after_their_parents() {
    let cloud = cloud().await;
    stream(&cloud, "k").await;
    for number in 0..5 {
        put(&cloud, "k", "a", &number.to_string()).await;
    }
    let scale = api_kinesis::UpdateShardCountInput {
        stream_name: Some("k".into()),
        target_shard_count: 2,
        scaling_type: api_kinesis::ScalingType::UniformScaling,
        ..Default::default()
    };
    cloud.call::<api_kinesis::UpdateShardCount>(scale).await.unwrap();
    for number in 5..10 {
        put(&cloud, "k", "a", &number.to_string()).await;
    }
    from_stream(&cloud, "q", json!({"StartingPosition": "TRIM_HORIZON", "BatchSize": 2})).await;
    assert_eq!(bodies(&cloud, "q", 10).await.concat(), "0123456789");
}

#[tokio::test]
async fn several_batches_of_a_shard_keep_the_order_of_keys() {
    let cloud = cloud().await;
    stream(&cloud, "k").await;
    let to = queue(&cloud, "to.fifo").await;
    for number in 0..12 {
        put(&cloud, "k", ["a", "b", "c"][number % 3], &format!("{}{number:02}", ["a", "b", "c"][number % 3])).await;
    }
    pipe(&cloud, "p", json!({
        "Source": format!("arn:aws:kinesis:us-east-1:{ACCOUNT}:stream/k"),
        "Target": to,
        "SourceParameters": {"KinesisStreamParameters": {
            "StartingPosition": "TRIM_HORIZON", "BatchSize": 2, "ParallelizationFactor": 3}},
        "TargetParameters": {"InputTemplate": "<$.data>", "SqsQueueParameters": {"MessageGroupId": "$.partitionKey"}},
    }))
    .await;
    let got = bodies(&cloud, "to.fifo", 12).await;
    for key in ["a", "b", "c"] {
        let of_key: Vec<_> = got.iter().filter(|body| body.starts_with(key)).collect();
        assert!(of_key.len() == 4 && of_key.is_sorted(), "{got:?}");
    }
}

#[tokio::test]
async fn what_does_not_pass_is_passed_over() {
    let cloud = cloud().await;
    let (source, to) = (stream(&cloud, "k").await, queue(&cloud, "q").await);
    for text in [r#"{"n":1}"#, "text", r#"{"n":2}"#] {
        put(&cloud, "k", "a", text).await;
    }
    let pattern = json!({"data": {"n": [2]}, "partitionKey": ["a"]}).to_string();
    pipe(
        &cloud,
        "p",
        json!({"Source": source, "Target": to, "SourceParameters": {
        "FilterCriteria": {"Filters": [{"Pattern": pattern}]},
        "KinesisStreamParameters": {"StartingPosition": "TRIM_HORIZON"}}}),
    )
    .await;
    let event = &jsons(&cloud, "q", 1).await[0];
    assert_eq!((&event["data"], &event["partitionKey"]), (&json!("eyJuIjoyfQ=="), &json!("a")));
    assert_eq!((&event["eventName"], &event["kinesisSchemaVersion"]), (&json!("aws:kinesis:record"), &json!("1.0")));
    assert_eq!((&event["invokeIdentityArn"], &event["eventSourceARN"]), (&json!(ROLE), &json!(source)));
    assert_eq!(event["eventID"], format!("shardId-000000000000:{}", event["sequenceNumber"].as_str().unwrap()));
}

async fn table(cloud: &TestCloud) -> String {
    let input = CreateTableInput {
        table_name: "table".into(),
        attribute_definitions: Some(vec![AttributeDefinition {
            attribute_name: "id".into(),
            attribute_type: ScalarAttributeType::S,
        }]),
        key_schema: Some(vec![KeySchemaElement { attribute_name: "id".into(), key_type: KeyType::Hash }]),
        billing_mode: Some(BillingMode::PayPerRequest),
        stream_specification: Some(StreamSpecification {
            stream_enabled: true,
            stream_view_type: Some(StreamViewType::NewAndOldImages),
        }),
        ..Default::default()
    };
    let made = cloud.call::<CreateTable>(input).await.unwrap().table_description.unwrap();
    until(cloud, "the table", async || {
        let shown = cloud.call::<DescribeTable>(DescribeTableInput { table_name: "table".into() }).await.unwrap();
        (shown.table.unwrap().table_status == Some(TableStatus::Active)).then_some(())
    })
    .await;
    made.latest_stream_arn.unwrap()
}

async fn put_item(cloud: &TestCloud, id: &str) {
    let item = [("id".to_owned(), AttributeValue::S(id.to_owned()))].into();
    cloud.call::<PutItem>(PutItemInput { table_name: "table".into(), item, ..Default::default() }).await.unwrap();
}

#[tokio::test]
async fn changes_of_a_table() {
    let cloud = cloud().await;
    let (source, all, late) = (table(&cloud).await, queue(&cloud, "all").await, queue(&cloud, "late").await);
    put_item(&cloud, "1").await;
    for (name, to, position) in [("all", &all, "TRIM_HORIZON"), ("late", &late, "LATEST")] {
        pipe(
            &cloud,
            name,
            json!({"Source": source, "Target": to, "SourceParameters": {
            "FilterCriteria": {"Filters": [{"Pattern": "{\"eventName\":[\"INSERT\"]}"}]},
            "DynamoDBStreamParameters": {"StartingPosition": position}}}),
        )
        .await;
    }
    put_item(&cloud, "1").await;
    put_item(&cloud, "2").await;
    let got = jsons(&cloud, "all", 2).await;
    let ids: Vec<_> = got.iter().map(|event| event["dynamodb"]["NewImage"]["id"]["S"].as_str().unwrap()).collect();
    assert_eq!(ids, ["1", "2"]);
    assert_eq!((&got[0]["eventSource"], &got[0]["eventSourceARN"]), (&json!("aws:dynamodb"), &json!(source)));
    assert_eq!((&got[0]["eventName"], &got[0]["eventVersion"]), (&json!("INSERT"), &json!("1.1")));
    let got = jsons(&cloud, "late", 1).await;
    assert_eq!(got[0]["dynamodb"]["Keys"], json!({"id": {"S": "2"}}));
    nothing_comes(&cloud, "late").await;
}

/// A pipe whose target refuses everything that is not `good`: it makes no JSON of it.
async fn picky(cloud: &TestCloud, own: Value) -> String {
    let (source, to, dead) = (stream(cloud, "k").await, queue(cloud, "to").await, queue(cloud, "dead").await);
    let mut own = own;
    own["StartingPosition"] = "TRIM_HORIZON".into();
    own["DeadLetterConfig"] = json!({"Arn": dead});
    for text in ["1", "2", "bad", "4"] {
        put(cloud, "k", text, &json!({"n": if text == "bad" { Value::Null } else { text.into() }}).to_string()).await;
    }
    pipe(cloud, "p", json!({
        "Source": source,
        "Target": to,
        "SourceParameters": {"KinesisStreamParameters": own},
        "TargetParameters": {"SqsQueueParameters": {"MessageGroupId": "$.data.none"}, "InputTemplate": "<$.data.n>"},
    }))
    .await;
    source
}

#[tokio::test]
async fn what_is_given_up_is_told() {
    let cloud = cloud().await;
    let source = picky(&cloud, json!({"BatchSize": 4, "MaximumRetryAttempts": 2})).await;
    let letter = &jsons(&cloud, "dead", 1).await[0];
    assert_eq!(
        letter["context"],
        json!({
        "partnerResourceArn": format!("arn:aws:pipes:us-east-1:{ACCOUNT}:pipe/p"), "condition": "RetryAttemptsExhausted"})
    );
    let batch = &letter["KinesisBatchInfo"];
    assert_eq!((&batch["batchSize"], &batch["streamArn"]), (&json!(4), &json!(source)));
    assert_eq!((&letter["version"], &batch["shardId"]), (&json!("1.0"), &json!("shardId-000000000000")));
    assert!(Timestamp::parse_iso8601(batch["approximateArrivalOfFirstRecord"].as_str().unwrap()).is_ok());
    assert!(batch["startSequenceNumber"].as_str() < batch["endSequenceNumber"].as_str());
}

#[tokio::test]
async fn batches_are_cut_until_each_is_known() {
    let cloud = cloud().await;
    picky(&cloud, json!({"BatchSize": 4, "MaximumRetryAttempts": 0, "OnPartialBatchItemFailure": "AUTOMATIC_BISECT"}))
        .await;
    let letters = jsons(&cloud, "dead", 4).await;
    assert!(letters.iter().all(|letter| letter["KinesisBatchInfo"]["batchSize"] == 1), "{letters:?}");
}

#[tokio::test]
async fn the_old_are_given_up() {
    let cloud = cloud().await;
    picky(&cloud, json!({"BatchSize": 4, "MaximumRecordAgeInSeconds": 60})).await;
    cloud.advance(Duration::from_secs(120)).await;
    let letter = &jsons(&cloud, "dead", 1).await[0];
    assert_eq!(letter["context"]["condition"], "RecordAgeExceeded");
}
