//! Event source mappings: what queues and streams hold comes to functions.

use std::sync::Arc;

use api_kinesis::{CreateStream, CreateStreamInput, PutRecord, PutRecordInput};
use api_lambda as api;
use api_sqs::{SendMessage, SendMessageInput};
use parking_lot::Mutex;
use serde_json::{Value, json};
use service_kit::CloudParts;
use testkit::TestCloud;

use crate::world::{function, messages, queue, streaming, turn, until, with};

type Seen = Arc<Mutex<Vec<Value>>>;

async fn create(cloud: &TestCloud, input: api::CreateEventSourceMappingInput) -> String {
    cloud.call::<api::CreateEventSourceMapping>(input).await.unwrap().uuid.unwrap()
}

async fn send(cloud: &TestCloud, queue: &str, body: &str) {
    let input = SendMessageInput {
        queue_url: format!("http://localhost:4566/{}/{queue}", cloud.account()),
        message_body: body.to_owned(),
        ..Default::default()
    };
    cloud.call::<SendMessage>(input).await.unwrap();
}

#[tokio::test]
async fn messages_of_a_queue_come_to_a_function() {
    let seen = Seen::default();
    let keeps = seen.clone();
    let cloud = with(
        move |call| {
            keeps.lock().extend(call.event["Records"].as_array().cloned().unwrap());
            Ok(json!(null))
        },
        Vec::new(),
    );
    function(&cloud, "f").await;
    let source = queue(&cloud, "q").await;
    let filter = api::Filter { pattern: Some(json!({"body": {"wanted": [true]}}).to_string()) };
    let input = api::CreateEventSourceMappingInput {
        event_source_arn: Some(source.clone()),
        function_name: "f".to_owned(),
        filter_criteria: Some(api::FilterCriteria { filters: Some(vec![filter]) }),
        ..Default::default()
    };
    let uuid = create(&cloud, input.clone()).await;
    assert_eq!(cloud.error::<api::CreateEventSourceMapping>(input).await.0, "ResourceConflictException");
    send(&cloud, "q", "{\"wanted\":false}").await;
    send(&cloud, "q", "{\"wanted\":true}").await;
    until(&cloud, || !seen.lock().is_empty()).await;
    let record = seen.lock()[0].clone();
    assert_eq!((&record["body"], &record["eventSource"]), (&json!("{\"wanted\":true}"), &json!("aws:sqs")));
    assert_eq!(record["eventSourceARN"], source);
    let get = || api::GetEventSourceMappingInput { uuid: uuid.clone() };
    let there = cloud.call::<api::GetEventSourceMapping>(get()).await.unwrap();
    assert_eq!((there.state.as_deref(), there.batch_size), (Some("Enabled"), Some(10)));
    let update = api::UpdateEventSourceMappingInput { uuid: uuid.clone(), enabled: Some(false), ..Default::default() };
    let updated = cloud.call::<api::UpdateEventSourceMapping>(update).await.unwrap();
    assert_eq!(updated.state.as_deref(), Some("Disabling"));
    let list = api::ListEventSourceMappingsInput { function_name: Some("f".to_owned()), ..Default::default() };
    let listed = cloud.call::<api::ListEventSourceMappings>(list).await.unwrap().event_source_mappings.unwrap();
    assert_eq!(listed.len(), 1);
    let delete = api::DeleteEventSourceMappingInput { uuid: uuid.clone() };
    let deleted = cloud.call::<api::DeleteEventSourceMapping>(delete).await.unwrap();
    assert_eq!(deleted.state.as_deref(), Some("Deleting"));
    for _ in 0..5_000 {
        if cloud.call::<api::GetEventSourceMapping>(get()).await.is_err() {
            return;
        }
        cloud.advance(std::time::Duration::from_secs(1)).await;
        turn().await;
    }
    panic!("it was never removed");
}

#[tokio::test]
async fn of_a_batch_only_what_failed_comes_again() {
    let seen = Seen::default();
    let keeps = seen.clone();
    let cloud = with(
        move |call| {
            let records = call.event["Records"].as_array().cloned().unwrap();
            let failed = records.iter().filter(|record| record["body"] == "poison");
            let failed: Vec<Value> = failed.map(|record| json!({"itemIdentifier": record["messageId"]})).collect();
            keeps.lock().extend(records.into_iter().map(|record| record["body"].clone()));
            Ok(json!({"batchItemFailures": failed}))
        },
        Vec::new(),
    );
    function(&cloud, "f").await;
    let input = api::CreateEventSourceMappingInput {
        event_source_arn: Some(queue(&cloud, "q").await),
        function_name: "f".to_owned(),
        function_response_types: Some(vec![api::FunctionResponseType::ReportBatchItemFailures]),
        ..Default::default()
    };
    create(&cloud, input).await;
    for body in ["good", "poison", "fine"] {
        send(&cloud, "q", body).await;
    }
    let times = |body: &str| seen.lock().iter().filter(|seen| *seen == body).count();
    until(&cloud, || times("poison") == 3).await;
    assert_eq!((times("good"), times("fine")), (1, 1));
}

#[tokio::test]
async fn what_cannot_feed_a_function_is_refused() {
    let cloud = with(|_| Ok(json!(null)), Vec::new());
    function(&cloud, "f").await;
    let source = |arn: Option<&str>, function: &str| api::CreateEventSourceMappingInput {
        event_source_arn: arn.map(str::to_owned),
        function_name: function.to_owned(),
        ..Default::default()
    };
    let queue = "arn:aws:sqs:us-east-1:100000000001:q";
    let stream = "arn:aws:kinesis:us-east-1:100000000001:stream/s";
    for (input, text) in [
        (source(None, "f"), "Unrecognized event source."),
        (source(Some(queue), "none"), "Function does not exist"),
        (
            source(Some(stream), "f"),
            "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member must not be \
             null.",
        ),
    ] {
        let told = cloud.error::<api::CreateEventSourceMapping>(input).await;
        assert_eq!(told, ("InvalidParameterValueException".to_owned(), text.to_owned()));
    }
}

#[tokio::test]
async fn records_of_a_stream_come_in_order_and_poison_is_given_up() {
    let seen = Seen::default();
    let keeps = seen.clone();
    let handler = move |call: &svc_lambda::Simulated| {
        let records = call.event["Records"].as_array().cloned().unwrap();
        // "cG9pc29u" is "poison".
        if records.iter().any(|record| record["kinesis"]["data"] == "cG9pc29u") {
            return Err(json!({"errorMessage": "poison"}));
        }
        keeps.lock().extend(records.into_iter().map(|record| record["kinesis"]["data"].clone()));
        Ok(json!(null))
    };
    let cloud = streaming(handler, |parts: &CloudParts| vec![svc_kinesis::service(parts)]);
    function(&cloud, "f").await;
    let failed = queue(&cloud, "failed").await;
    let input = CreateStreamInput { stream_name: "s".to_owned(), shard_count: Some(1), ..Default::default() };
    cloud.call::<CreateStream>(input).await.unwrap();
    cloud.advance(std::time::Duration::from_secs(60)).await;
    let put = |data: &'static str| PutRecordInput {
        stream_name: Some("s".to_owned()),
        data: data.into(),
        partition_key: "k".to_owned(),
        ..Default::default()
    };
    for data in ["a", "poison", "b"] {
        cloud.call::<PutRecord>(put(data)).await.unwrap();
    }
    let input = api::CreateEventSourceMappingInput {
        event_source_arn: Some(format!("arn:aws:kinesis:us-east-1:{}:stream/s", cloud.account())),
        function_name: "f".to_owned(),
        starting_position: Some(api::EventSourcePosition::TrimHorizon),
        bisect_batch_on_function_error: Some(true),
        maximum_retry_attempts: Some(1),
        destination_config: Some(api::DestinationConfig {
            on_failure: Some(api::OnFailure { destination: Some(failed) }),
            on_success: None,
        }),
        ..Default::default()
    };
    create(&cloud, input).await;
    until(&cloud, || seen.lock().len() == 2).await;
    assert_eq!(*seen.lock(), [json!("YQ=="), json!("Yg==")]);
    let record: Value = serde_json::from_str(messages(&cloud, "failed", 1).await[0].body.as_ref().unwrap()).unwrap();
    assert_eq!(record["requestContext"]["condition"], "RetryAttemptsExhausted");
    assert_eq!(record["KinesisBatchInfo"]["batchSize"], 1);
}
