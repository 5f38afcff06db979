//! Tags: TagUser, UntagUser, ListUserTags, TagRole, UntagRole, ListRoleTags, TagPolicy, UntagPolicy, ListPolicyTags,
//! TagInstanceProfile, UntagInstanceProfile, ListInstanceProfileTags.

use api_iam::*;

use crate::cloud::*;

fn tag(key: &str, value: &str) -> Tag {
    Tag { key: key.to_owned(), value: value.to_owned() }
}

#[tokio::test]
async fn users_are_tagged() {
    let cloud = cloud().fresh_account();
    user(&cloud, "u").await;
    let put = |tags: Vec<Tag>| TagUserInput { user_name: "u".into(), tags };
    cloud.call::<TagUser>(put(vec![tag("a", "1"), tag("B", "2")])).await.unwrap();
    cloud.call::<TagUser>(put(vec![tag("b", "3")])).await.unwrap();
    let list = ListUserTagsInput { user_name: "u".into(), ..Default::default() };
    let listed = cloud.call::<ListUserTags>(list.clone()).await.unwrap();
    assert_eq!((listed.tags, listed.is_truncated), (vec![tag("a", "1"), tag("b", "3")], Some(false)));
    let refused = refusal::<TagUser>(&cloud, put(vec![tag("x", "1"), tag("X", "2")])).await;
    let text = "Duplicate tag keys found. Please note that Tag keys are case insensitive.";
    assert_eq!(refused, ("InvalidInput".into(), text.into()));
    let many = (0..49).map(|number| tag(&format!("k{number}"), "")).collect();
    let refused = refusal::<TagUser>(&cloud, put(many)).await;
    assert_eq!(refused, ("LimitExceeded".into(), "The number of tags has reached the maximum limit.".into()));
    let gone = UntagUserInput { user_name: "u".into(), tag_keys: vec!["A".into(), "nope".into()] };
    cloud.call::<UntagUser>(gone).await.unwrap();
    assert_eq!(cloud.call::<ListUserTags>(list).await.unwrap().tags, [tag("b", "3")]);
}

#[tokio::test]
async fn roles_are_tagged() {
    let cloud = cloud().fresh_account();
    role(&cloud, "r").await;
    cloud.call::<TagRole>(TagRoleInput { role_name: "r".into(), tags: vec![tag("a", "1")] }).await.unwrap();
    let list = ListRoleTagsInput { role_name: "r".into(), ..Default::default() };
    assert_eq!(cloud.call::<ListRoleTags>(list.clone()).await.unwrap().tags, [tag("a", "1")]);
    let gone = UntagRoleInput { role_name: "r".into(), tag_keys: vec!["a".into()] };
    cloud.call::<UntagRole>(gone).await.unwrap();
    assert!(cloud.call::<ListRoleTags>(list).await.unwrap().tags.is_empty());
}

#[tokio::test]
async fn policies_are_tagged() {
    let cloud = cloud().fresh_account();
    let arn = policy(&cloud, "p", SQS).await;
    cloud.call::<TagPolicy>(TagPolicyInput { policy_arn: arn.clone(), tags: vec![tag("a", "1")] }).await.unwrap();
    let list = ListPolicyTagsInput { policy_arn: arn.clone(), ..Default::default() };
    assert_eq!(cloud.call::<ListPolicyTags>(list.clone()).await.unwrap().tags, [tag("a", "1")]);
    let gone = UntagPolicyInput { policy_arn: arn, tag_keys: vec!["a".into()] };
    cloud.call::<UntagPolicy>(gone).await.unwrap();
    assert!(cloud.call::<ListPolicyTags>(list).await.unwrap().tags.is_empty());
}

#[tokio::test]
async fn instance_profiles_are_tagged() {
    let cloud = cloud().fresh_account();
    let name = || "p".to_owned();
    let input = CreateInstanceProfileInput { instance_profile_name: name(), ..Default::default() };
    cloud.call::<CreateInstanceProfile>(input).await.unwrap();
    let put = TagInstanceProfileInput { instance_profile_name: name(), tags: vec![tag("a", "1")] };
    cloud.call::<TagInstanceProfile>(put).await.unwrap();
    let list = ListInstanceProfileTagsInput { instance_profile_name: name(), ..Default::default() };
    assert_eq!(cloud.call::<ListInstanceProfileTags>(list.clone()).await.unwrap().tags, [tag("a", "1")]);
    let gone = UntagInstanceProfileInput { instance_profile_name: name(), tag_keys: vec!["a".into()] };
    cloud.call::<UntagInstanceProfile>(gone).await.unwrap();
    assert!(cloud.call::<ListInstanceProfileTags>(list).await.unwrap().tags.is_empty());
}
