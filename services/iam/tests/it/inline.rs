//! Inline policies: PutUserPolicy, PutGroupPolicy, PutRolePolicy, GetUserPolicy, GetGroupPolicy, GetRolePolicy,
//! ListUserPolicies, ListGroupPolicies, ListRolePolicies, DeleteUserPolicy, DeleteGroupPolicy, DeleteRolePolicy.

use api_iam::*;

use crate::cloud::*;

/// As LocalStack's `test_put_user_policy_encoding`, recorded: what is percent-encoded in a document stays so.
#[tokio::test]
async fn documents_come_back_as_they_were_written() {
    let cloud = cloud().fresh_account();
    user(&cloud, "u").await;
    let document = allow("apigateway:PUT", "arn:aws:apigateway:us-east-1::/tags/arn%3Aaws%3Aapigateway");
    put_user_policy(&cloud, "u", "P", &document).await;
    let input = GetUserPolicyInput { user_name: "u".into(), policy_name: "p".into() };
    let shown = cloud.call::<GetUserPolicy>(input).await.unwrap();
    assert_eq!((shown.user_name.as_str(), shown.policy_name.as_str()), ("u", "P"));
    assert_eq!(decoded(&shown.policy_document), document);
    assert!(shown.policy_document.starts_with("%7B%22Version%22%3A%222012-10-17%22%2C"), "{}", shown.policy_document);
}

#[tokio::test]
async fn users_have_theirs() {
    let cloud = cloud().fresh_account();
    user(&cloud, "u").await;
    put_user_policy(&cloud, "u", "a", SQS).await;
    put_user_policy(&cloud, "u", "A", IAM).await;
    let list = ListUserPoliciesInput { user_name: "u".into(), ..Default::default() };
    assert_eq!(cloud.call::<ListUserPolicies>(list).await.unwrap().policy_names, ["A"]);
    let one = DeleteUserPolicyInput { user_name: "u".into(), policy_name: "a".into() };
    cloud.call::<DeleteUserPolicy>(one.clone()).await.unwrap();
    let gone = refusal::<DeleteUserPolicy>(&cloud, one).await;
    assert_eq!(gone, ("NoSuchEntity".into(), "The user policy with name a cannot be found.".into()));
    let bad = PutUserPolicyInput { user_name: "u".into(), policy_name: "b".into(), policy_document: "[]".into() };
    assert_eq!(refusal::<PutUserPolicy>(&cloud, bad).await.0, "MalformedPolicyDocument");
}

#[tokio::test]
async fn groups_have_theirs() {
    let cloud = cloud().fresh_account();
    group(&cloud, "g").await;
    let put = PutGroupPolicyInput { group_name: "g".into(), policy_name: "p".into(), policy_document: SQS.into() };
    cloud.call::<PutGroupPolicy>(put).await.unwrap();
    let list = ListGroupPoliciesInput { group_name: "g".into(), ..Default::default() };
    assert_eq!(cloud.call::<ListGroupPolicies>(list).await.unwrap().policy_names, ["p"]);
    let get = GetGroupPolicyInput { group_name: "g".into(), policy_name: "p".into() };
    assert_eq!(decoded(&cloud.call::<GetGroupPolicy>(get.clone()).await.unwrap().policy_document), SQS);
    let one = DeleteGroupPolicyInput { group_name: "g".into(), policy_name: "p".into() };
    cloud.call::<DeleteGroupPolicy>(one).await.unwrap();
    let gone = refusal::<GetGroupPolicy>(&cloud, get).await;
    assert_eq!(gone, ("NoSuchEntity".into(), "The group policy with name p cannot be found.".into()));
}

#[tokio::test]
async fn roles_have_theirs() {
    let cloud = cloud().fresh_account();
    role(&cloud, "r").await;
    let put = PutRolePolicyInput { role_name: "r".into(), policy_name: "p".into(), policy_document: SQS.into() };
    cloud.call::<PutRolePolicy>(put).await.unwrap();
    let list = ListRolePoliciesInput { role_name: "r".into(), ..Default::default() };
    assert_eq!(cloud.call::<ListRolePolicies>(list).await.unwrap().policy_names, ["p"]);
    let get = GetRolePolicyInput { role_name: "r".into(), policy_name: "p".into() };
    assert_eq!(decoded(&cloud.call::<GetRolePolicy>(get.clone()).await.unwrap().policy_document), SQS);
    let one = DeleteRolePolicyInput { role_name: "r".into(), policy_name: "p".into() };
    cloud.call::<DeleteRolePolicy>(one).await.unwrap();
    let gone = refusal::<GetRolePolicy>(&cloud, get).await;
    assert_eq!(gone, ("NoSuchEntity".into(), "The role policy with name p cannot be found.".into()));
}

#[tokio::test]
async fn all_of_an_entity_count_together() {
    let cloud = cloud().fresh_account();
    user(&cloud, "u").await;
    let long = |letters: usize| allow("sqs:*", &format!("arn:aws:sqs:*:*:{}", "x".repeat(letters)));
    let put = |name: &str, letters: usize| PutUserPolicyInput {
        user_name: "u".into(),
        policy_name: name.to_owned(),
        policy_document: long(letters),
    };
    cloud.call::<PutUserPolicy>(put("a", 1_500)).await.unwrap();
    let refused = refusal::<PutUserPolicy>(&cloud, put("b", 500)).await;
    assert_eq!(refused, ("LimitExceeded".into(), "Maximum policy size of 2048 bytes exceeded for user u".into()));
    cloud.call::<PutUserPolicy>(put("a", 1_800)).await.unwrap();
}
