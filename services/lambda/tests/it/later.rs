//! Invocations that are left to be run.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use api_lambda as api;
use serde_json::{Value, json};

use crate::world::{arn, cloud, function, messages, queue, turn, until};

fn event(name: &str, payload: &Value) -> api::InvokeInput {
    api::InvokeInput {
        function_name: name.to_owned(),
        invocation_type: Some(api::InvocationType::Event),
        payload: Some(payload.to_string().into()),
        ..Default::default()
    }
}

#[tokio::test]
async fn what_fails_is_tried_twice_more_and_then_told() {
    let runs = Arc::new(AtomicU32::new(0));
    let counted = runs.clone();
    let cloud = cloud(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        Err(json!({"errorMessage": "no", "errorType": "Exception"}))
    });
    function(&cloud, "f").await;
    let (dead, failed) = (queue(&cloud, "dead").await, queue(&cloud, "failed").await);
    let update = api::UpdateFunctionConfigurationInput {
        function_name: "f".to_owned(),
        dead_letter_config: Some(api::DeadLetterConfig { target_arn: Some(dead) }),
        ..Default::default()
    };
    cloud.call::<api::UpdateFunctionConfiguration>(update).await.unwrap();
    let put = api::PutFunctionEventInvokeConfigInput {
        function_name: "f".to_owned(),
        destination_config: Some(api::DestinationConfig {
            on_failure: Some(api::OnFailure { destination: Some(failed) }),
            on_success: None,
        }),
        ..Default::default()
    };
    cloud.call::<api::PutFunctionEventInvokeConfig>(put).await.unwrap();
    assert_eq!(cloud.call::<api::Invoke>(event("f", &json!({"a": 1}))).await.unwrap().status_code, Some(202));
    for wanted in 1..=3 {
        let before = cloud.runtime().clock.now();
        until(&cloud, || runs.load(Ordering::SeqCst) == wanted).await;
        let waited = cloud.runtime().clock.now().since(before).as_secs();
        // The clock goes on by a second while this test looks.
        assert!(waited + 2 >= 60 * u64::from(wanted - 1), "attempt {wanted} came after {waited} s");
    }
    let record: Value = serde_json::from_str(messages(&cloud, "failed", 1).await[0].body.as_ref().unwrap()).unwrap();
    assert_eq!(record["requestContext"]["condition"], "RetriesExhausted");
    assert_eq!(record["requestContext"]["approximateInvokeCount"], 3);
    assert_eq!(record["requestContext"]["functionArn"], arn(&cloud, "f:$LATEST"));
    assert_eq!(record["responsePayload"]["errorMessage"], "no");
    let letter = &messages(&cloud, "dead", 1).await[0];
    assert_eq!(letter.body.as_deref(), Some("{\"a\":1}"));
    let attributes = letter.message_attributes.as_ref().unwrap();
    assert_eq!(attributes["ErrorMessage"].string_value.as_deref(), Some("no"));
    assert_eq!(runs.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn what_grew_too_old_is_told_instead_of_run() {
    let runs = Arc::new(AtomicU32::new(0));
    let counted = runs.clone();
    let cloud = cloud(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        Err(json!({"errorMessage": "no", "errorType": "Exception"}))
    });
    function(&cloud, "f").await;
    let failed = queue(&cloud, "failed").await;
    let put = api::PutFunctionEventInvokeConfigInput {
        function_name: "f".to_owned(),
        maximum_event_age_in_seconds: Some(60),
        destination_config: Some(api::DestinationConfig {
            on_failure: Some(api::OnFailure { destination: Some(failed) }),
            on_success: None,
        }),
        ..Default::default()
    };
    cloud.call::<api::PutFunctionEventInvokeConfig>(put).await.unwrap();
    cloud.call::<api::Invoke>(event("f", &json!({"a": 1}))).await.unwrap();
    until(&cloud, || runs.load(Ordering::SeqCst) == 1).await;
    // Its first retry would come after a minute: at the end of its life.
    for _ in 0..90 {
        cloud.advance(std::time::Duration::from_secs(1)).await;
        turn().await;
    }
    let record: Value = serde_json::from_str(messages(&cloud, "failed", 1).await[0].body.as_ref().unwrap()).unwrap();
    assert_eq!(record["requestContext"]["condition"], "EventAgeExceeded");
    assert_eq!(record["requestContext"]["approximateInvokeCount"], 1);
    assert_eq!(record["requestPayload"], json!({"a": 1}));
    assert_eq!(runs.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn success_is_told_too() {
    let cloud = cloud(|call| Ok(json!({"got": call.event})));
    function(&cloud, "f").await;
    let done = queue(&cloud, "done").await;
    let put = api::PutFunctionEventInvokeConfigInput {
        function_name: "f".to_owned(),
        maximum_retry_attempts: Some(0),
        destination_config: Some(api::DestinationConfig {
            on_success: Some(api::OnSuccess { destination: Some(done) }),
            on_failure: None,
        }),
        ..Default::default()
    };
    cloud.call::<api::PutFunctionEventInvokeConfig>(put).await.unwrap();
    cloud.call::<api::Invoke>(event("f", &json!({"a": 1}))).await.unwrap();
    let record: Value = serde_json::from_str(messages(&cloud, "done", 1).await[0].body.as_ref().unwrap()).unwrap();
    assert_eq!(record["requestContext"]["condition"], "Success");
    assert_eq!(record["responsePayload"], json!({"got": {"a": 1}}));
    let get = || api::GetFunctionEventInvokeConfigInput { function_name: "f".to_owned(), qualifier: None };
    let got = cloud.call::<api::GetFunctionEventInvokeConfig>(get()).await.unwrap();
    assert_eq!((got.function_arn, got.maximum_retry_attempts), (Some(arn(&cloud, "f:$LATEST")), Some(0)));
    let update = api::UpdateFunctionEventInvokeConfigInput {
        function_name: "f".to_owned(),
        maximum_event_age_in_seconds: Some(60),
        ..Default::default()
    };
    let updated = cloud.call::<api::UpdateFunctionEventInvokeConfig>(update).await.unwrap();
    assert_eq!((updated.maximum_event_age_in_seconds, updated.maximum_retry_attempts), (Some(60), Some(0)));
    let list = api::ListFunctionEventInvokeConfigsInput { function_name: "f".to_owned(), ..Default::default() };
    let listed = cloud.call::<api::ListFunctionEventInvokeConfigs>(list).await.unwrap();
    assert_eq!(listed.function_event_invoke_configs.unwrap().len(), 1);
    let delete = api::DeleteFunctionEventInvokeConfigInput { function_name: "f".to_owned(), qualifier: None };
    cloud.call::<api::DeleteFunctionEventInvokeConfig>(delete).await.unwrap();
    let (_, text) = cloud.error::<api::GetFunctionEventInvokeConfig>(get()).await;
    assert_eq!(text, format!("The function {} doesn't have an EventInvokeConfig", arn(&cloud, "f:$LATEST")));
}

#[tokio::test]
async fn the_old_way_leaves_an_event_too() {
    let runs = Arc::new(AtomicU32::new(0));
    let counted = runs.clone();
    let cloud = cloud(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        Ok(json!(null))
    });
    function(&cloud, "f").await;
    let invoke_args = bytes::Bytes::from("{}").into();
    let input = api::InvokeAsyncInput { function_name: "f".to_owned(), invoke_args };
    assert_eq!(cloud.call::<api::InvokeAsync>(input).await.unwrap().status, Some(202));
    until(&cloud, || runs.load(Ordering::SeqCst) == 1).await;
}
