//! Tags of buses and rules.

use api_events as api;
use serde_json::json;

use crate::world::{bus, cloud, rule};

#[tokio::test]
async fn tags() {
    let cloud = cloud();
    let (bus, rule) = (bus(&cloud, "own").await, rule(&cloud, "own", "r", json!({"source": ["s"]})).await);
    for resource_arn in [bus, rule] {
        let tag = |key: &str| api::Tag { key: key.to_owned(), value: "v".to_owned() };
        let input = api::TagResourceInput { resource_arn: resource_arn.clone(), tags: vec![tag("a"), tag("b")] };
        cloud.call::<api::TagResource>(input).await.unwrap();
        let input = api::UntagResourceInput { resource_arn: resource_arn.clone(), tag_keys: vec!["a".to_owned()] };
        cloud.call::<api::UntagResource>(input).await.unwrap();
        let listed = cloud.call::<api::ListTagsForResource>(api::ListTagsForResourceInput { resource_arn }).await;
        assert_eq!(listed.unwrap().tags, Some(vec![tag("b")]));
    }
    let none = format!("arn:aws:events:us-east-1:{}:rule/none", cloud.account());
    let told = cloud.error::<api::ListTagsForResource>(api::ListTagsForResourceInput { resource_arn: none }).await;
    assert_eq!(told.1, "Rule none does not exist on EventBus default.");
}
