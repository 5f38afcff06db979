//! Events that cannot be delivered.

use api_events as api;
use api_sqs::{DeleteQueue, DeleteQueueInput};
use serde_json::{Value, json};

use crate::world::{cloud, messages, put, queue, rule, target, targets};

#[tokio::test]
async fn what_no_policy_allows_is_a_dead_letter_at_once() {
    let cloud = cloud();
    let dead = queue(&cloud, "dead").await;
    let arn = queue(&cloud, "closed").await;
    let closed = api_sqs::SetQueueAttributesInput {
        queue_url: format!("http://localhost:4566/{}/closed", cloud.account()),
        attributes: [("Policy".to_owned(), String::new())].into(),
    };
    cloud.call::<api_sqs::SetQueueAttributes>(closed).await.unwrap();
    let rule_arn = rule(&cloud, "default", "r", json!({"source": ["s"]})).await;
    let config = Some(api::DeadLetterConfig { arn: Some(dead) });
    targets(&cloud, "default", "r", vec![api::Target { dead_letter_config: config, ..target("t", &arn) }]).await;
    let id = put(&cloud, "default", "s", json!({"n": 1})).await;
    let letter = messages(&cloud, "dead", 1).await.remove(0);
    let event: Value = serde_json::from_str(&letter.body.unwrap()).unwrap();
    assert_eq!((&event["id"], &event["detail"]), (&json!(id), &json!({"n": 1})));
    let told = letter.message_attributes.unwrap();
    let text = |name: &str| told[name].string_value.as_deref().unwrap();
    assert_eq!(
        (text("RULE_ARN"), text("TARGET_ARN"), text("ERROR_CODE"), text("RETRY_ATTEMPTS")),
        (rule_arn.as_str(), arn.as_str(), "NO_PERMISSIONS", "0")
    );
    assert!(text("ERROR_MESSAGE").contains("sqs:sendmessage"), "{}", text("ERROR_MESSAGE"));
}

#[tokio::test]
async fn what_is_not_there_is_a_dead_letter() {
    let cloud = cloud();
    let (dead, arn) = (queue(&cloud, "dead").await, queue(&cloud, "gone").await);
    rule(&cloud, "default", "r", json!({"source": ["s"]})).await;
    let config = Some(api::DeadLetterConfig { arn: Some(dead) });
    let retry = Some(api::RetryPolicy { maximum_retry_attempts: Some(2), maximum_event_age_in_seconds: Some(60) });
    let target = api::Target { dead_letter_config: config, retry_policy: retry, ..target("t", &arn) };
    targets(&cloud, "default", "r", vec![target]).await;
    let url = format!("http://localhost:4566/{}/gone", cloud.account());
    cloud.call::<DeleteQueue>(DeleteQueueInput { queue_url: url }).await.unwrap();
    put(&cloud, "default", "s", json!({})).await;
    let letter = messages(&cloud, "dead", 1).await.remove(0);
    let told = letter.message_attributes.unwrap();
    assert!(["NO_RESOURCE", "NO_PERMISSIONS"].contains(&told["ERROR_CODE"].string_value.as_deref().unwrap()));
}
