//! Invocations that are waited for.

use std::sync::Arc;
use std::time::Duration;

use api_lambda as api;
use futures_util::StreamExt as _;
use serde_json::json;
use service_kit::Error;
use tokio::sync::Semaphore;

use crate::world::{answer, cloud, function, gated, invoke, zip};

#[tokio::test]
async fn a_function_answers_or_fails() {
    let cloud = cloud(|call| match call.event["fail"] == true {
        true => Err(json!({"errorMessage": "no", "errorType": "Exception"})),
        false => Ok(json!({"got": call.event, "version": call.version, "environment": call.environment})),
    });
    function(&cloud, "f").await;
    let first = invoke(&cloud, "f", json!({"a": 1})).await;
    assert_eq!((first.status_code, first.executed_version.as_deref()), (Some(200), Some("$LATEST")));
    assert_eq!(answer(&first), json!({"got": {"a": 1}, "version": "$LATEST", "environment": 1}));
    let second = invoke(&cloud, "f", json!({})).await;
    assert_eq!(answer(&second)["environment"], 1, "it is used again");
    let failed = invoke(&cloud, "f", json!({"fail": true})).await;
    assert_eq!((failed.status_code, failed.function_error.as_deref()), (Some(200), Some("Unhandled")));
    assert_eq!(answer(&failed)["errorMessage"], "no");
    let tail =
        api::InvokeInput { function_name: "f".to_owned(), log_type: Some(api::LogType::Tail), ..Default::default() };
    assert!(cloud.call::<api::Invoke>(tail).await.unwrap().log_result.is_some());
    let dry = api::InvokeInput {
        function_name: "f".to_owned(),
        invocation_type: Some(api::InvocationType::DryRun),
        ..Default::default()
    };
    assert_eq!(cloud.call::<api::Invoke>(dry).await.unwrap().status_code, Some(204));
    let update = api::UpdateFunctionCodeInput {
        function_name: "f".to_owned(),
        zip_file: Some(zip("two")),
        ..Default::default()
    };
    cloud.call::<api::UpdateFunctionCode>(update).await.unwrap();
    assert_eq!(answer(&invoke(&cloud, "f", json!({})).await)["environment"], 2, "new code, new environment");
    cloud.advance(Duration::from_secs(1_200)).await;
    let bad = api::InvokeInput { function_name: "f".to_owned(), payload: Some("{".into()), ..Default::default() };
    assert_eq!(cloud.error::<api::Invoke>(bad).await.0, "InvalidRequestContentException");
}

#[tokio::test]
async fn an_environment_sees_the_code() {
    let cloud = cloud(|call| Ok(json!(std::fs::read_to_string(call.code.join("index.py")).unwrap())));
    function(&cloud, "f").await;
    assert_eq!(answer(&invoke(&cloud, "f", json!({})).await), "one");
}

#[tokio::test]
async fn answers_stream() {
    let cloud = cloud(|_| Ok(json!("hello")));
    function(&cloud, "f").await;
    let input = api::InvokeWithResponseStreamInput { function_name: "f".to_owned(), ..Default::default() };
    let output = cloud.call::<api::InvokeWithResponseStream>(input).await.unwrap();
    let events: Vec<_> = output.event_stream.0.collect().await;
    let [Ok(api::InvokeWithResponseStreamResponseEvent::PayloadChunk(chunk)), Ok(last)] = events.as_slice() else {
        panic!("{events:?}");
    };
    assert_eq!(chunk.payload.as_deref(), Some(b"\"hello\"".as_slice()));
    assert!(
        matches!(last, api::InvokeWithResponseStreamResponseEvent::InvokeComplete(end) if end.error_code.is_none())
    );
}

#[tokio::test]
async fn no_more_run_at_once_than_reserved() {
    let gate = Arc::new(Semaphore::new(0));
    let cloud = gated(|_| Ok(json!(1)), gate.clone());
    function(&cloud, "f").await;
    let put = |count| api::PutFunctionConcurrencyInput {
        function_name: "f".to_owned(),
        reserved_concurrent_executions: count,
    };
    let (_, text) = cloud.error::<api::PutFunctionConcurrency>(put(901)).await;
    assert!(text.ends_with("below its minimum value of [100]."), "{text}");
    cloud.call::<api::PutFunctionConcurrency>(put(1)).await.unwrap();
    let running = tokio::spawn({
        let cloud = cloud.clone();
        async move { invoke(&cloud, "f", json!({})).await }
    });
    let ask = || api::InvokeInput { function_name: "f".to_owned(), ..Default::default() };
    let mut refused = None;
    for _ in 0..5_000 {
        tokio::task::yield_now().await;
        // The second waits at the gate as the first does, unless it is refused.
        let second = tokio::time::timeout(Duration::from_millis(20), cloud.call::<api::Invoke>(ask())).await;
        if let Ok(Err(Error::Modeled(error))) = second {
            refused = Some(error);
            break;
        }
    }
    let error = refused.unwrap();
    assert_eq!((error.schema.code, error.message.as_str()), ("TooManyRequestsException", "Rate Exceeded."));
    gate.add_permits(1_000);
    assert_eq!(running.await.unwrap().status_code, Some(200));
    let get = || api::GetFunctionConcurrencyInput { function_name: "f".to_owned() };
    let got = cloud.call::<api::GetFunctionConcurrency>(get()).await.unwrap();
    assert_eq!(got.reserved_concurrent_executions, Some(1));
    let settings = cloud.call::<api::GetAccountSettings>(api::GetAccountSettingsInput {}).await.unwrap();
    assert_eq!(settings.account_limit.unwrap().unreserved_concurrent_executions, Some(999));
    let delete = api::DeleteFunctionConcurrencyInput { function_name: "f".to_owned() };
    cloud.call::<api::DeleteFunctionConcurrency>(delete).await.unwrap();
    assert_eq!(cloud.call::<api::GetFunctionConcurrency>(get()).await.unwrap().reserved_concurrent_executions, None);
    let loops = api::PutFunctionRecursionConfigInput {
        function_name: "f".to_owned(),
        recursive_loop: api::RecursiveLoop::Allow,
    };
    cloud.call::<api::PutFunctionRecursionConfig>(loops).await.unwrap();
    let get = api::GetFunctionRecursionConfigInput { function_name: "f".to_owned() };
    let got = cloud.call::<api::GetFunctionRecursionConfig>(get).await.unwrap();
    assert_eq!(got.recursive_loop, Some(api::RecursiveLoop::Allow));
}

#[tokio::test]
async fn an_alias_splits_what_comes_by_weight() {
    let cloud = cloud(|call| Ok(json!(call.version)));
    function(&cloud, "f").await;
    let publish = || api::PublishVersionInput { function_name: "f".to_owned(), ..Default::default() };
    cloud.call::<api::PublishVersion>(publish()).await.unwrap();
    let update =
        api::UpdateFunctionConfigurationInput { function_name: "f".to_owned(), timeout: Some(9), ..Default::default() };
    cloud.call::<api::UpdateFunctionConfiguration>(update).await.unwrap();
    crate::world::settle(&cloud).await;
    cloud.call::<api::PublishVersion>(publish()).await.unwrap();
    let weights = api::AliasRoutingConfiguration { additional_version_weights: Some([("2".to_owned(), 0.25)].into()) };
    let alias = api::CreateAliasInput {
        function_name: "f".to_owned(),
        name: "live".to_owned(),
        function_version: "1".to_owned(),
        routing_config: Some(weights),
        ..Default::default()
    };
    cloud.call::<api::CreateAlias>(alias).await.unwrap();
    let mut second = 0;
    for _ in 0..200 {
        second += u32::from(answer(&invoke(&cloud, "f:live", json!({})).await) == "2");
    }
    assert!((25..80).contains(&second), "{second} of 200 at a quarter");
}
