//! Tags, and what callers may do by them.

use api_pipes::*;
use serde_json::json;

use crate::world::*;

const ARN: &str = "arn:aws:pipes:us-east-1:000000000000:pipe/p";

#[tokio::test]
async fn are_added_changed_listed_and_removed() {
    let cloud = cloud().await;
    let (from, to) = (queue(&cloud, "from").await, queue(&cloud, "to").await);
    pipe(&cloud, "p", json!({"Source": from, "Target": to, "Tags": {"a": "1", "b": "1"}})).await;
    let tags = [("b".to_owned(), "2".to_owned()), ("c".to_owned(), "3".to_owned())].into();
    cloud.call::<TagResource>(TagResourceInput { resource_arn: ARN.into(), tags }).await.unwrap();
    let input = UntagResourceInput { resource_arn: ARN.into(), tag_keys: vec!["a".into(), "none".into()] };
    cloud.call::<UntagResource>(input).await.unwrap();
    let list = |arn: &str| ListTagsForResourceInput { resource_arn: arn.into() };
    let all = cloud.call::<ListTagsForResource>(list(ARN)).await.unwrap().tags.unwrap();
    assert_eq!(all, [("b".to_owned(), "2".to_owned()), ("c".to_owned(), "3".to_owned())].into());
    assert_eq!(cloud.error::<ListTagsForResource>(list(&format!("{ARN}x"))).await.0, "NotFoundException");
    assert_eq!(
        cloud.error::<ListTagsForResource>(list("arn:aws:sqs:us-east-1:000000000000:q")).await.0,
        "ValidationException"
    );
    let many = (0..50).map(|n| (format!("k{n}"), String::new())).collect();
    let input = TagResourceInput { resource_arn: ARN.into(), tags: many };
    assert_eq!(cloud.error::<TagResource>(input).await.0, "ValidationException");
}
