//! Effective policies, from the root down to an account.

use api_organizations::*;
use serde_json::{Value, json};
use testkit::TestCloud;

use crate::cloud::*;

async fn effective(cloud: &TestCloud, account: Option<&TestCloud>) -> Value {
    let input = DescribeEffectivePolicyInput {
        policy_type: EffectivePolicyType::TagPolicy,
        target_id: account.map(|account| account.account().to_string()),
    };
    let shown = cloud.call::<DescribeEffectivePolicy>(input).await.unwrap().effective_policy.unwrap();
    serde_json::from_str(&shown.policy_content.unwrap()).unwrap()
}

#[tokio::test]
async fn tags_from_the_root_down() {
    let cloud = organization().await;
    let root = root_id(&cloud).await;
    let (first, second) = (unit(&cloud, &root, "OU1").await, unit(&cloud, &root, "OU2").await);
    let (one, two) = (invited(&cloud).await, invited(&cloud).await);
    move_to(&cloud, one.account(), &root, &first).await;
    move_to(&cloud, two.account(), &root, &second).await;
    enable(&cloud, PolicyType::TagPolicy).await;
    let target_id = Some(one.account().to_string());
    let input = DescribeEffectivePolicyInput { policy_type: EffectivePolicyType::TagPolicy, target_id };
    assert_eq!(code::<DescribeEffectivePolicy>(&cloud, input).await, "EffectivePolicyNotFoundException");

    let tag =
        |value: Value| json!({"tags": {"costcenter": {"tag_key": {"@@assign": "CostCenter"}, "tag_value": value}}});
    for (name, target, value) in [
        ("A", root.clone(), json!({"@@assign": ["Development", "Support"]})),
        ("B", first, json!({"@@assign": ["Sandbox"]})),
        ("C", second, json!({"@@append": ["Marketing"]})),
        ("D", two.account().to_string(), json!({"@@remove": ["Development", "Marketing"]})),
    ] {
        let id = policy(&cloud, name, PolicyType::TagPolicy, &tag(value).to_string()).await;
        attach(&cloud, &id, target).await;
    }
    let of = |value: Value| json!({"tags": {"costcenter": {"tag_key": "CostCenter", "tag_value": value}}});
    assert_eq!(effective(&cloud, Some(&one)).await, of(json!(["Sandbox"])));
    assert_eq!(effective(&cloud, Some(&two)).await, of(json!(["Support"])));
    assert_eq!(effective(&cloud, None).await, of(json!(["Development", "Support"])));
    assert_eq!(effective(&two, None).await, of(json!(["Support"])), "a member sees its own");
    let foreign = DescribeEffectivePolicyInput {
        policy_type: EffectivePolicyType::TagPolicy,
        target_id: Some(one.account().to_string()),
    };
    assert_eq!(code::<DescribeEffectivePolicy>(&two, foreign).await, "AccessDeniedException");
    let of_root = DescribeEffectivePolicyInput { policy_type: EffectivePolicyType::TagPolicy, target_id: Some(root) };
    assert_eq!(code::<DescribeEffectivePolicy>(&cloud, of_root).await, "InvalidInputException: TARGET_NOT_SUPPORTED");
}

#[tokio::test]
async fn what_does_not_come_together_right() {
    let cloud = organization().await;
    let guest = invited(&cloud).await;
    enable(&cloud, PolicyType::BackupPolicy).await;
    let half = json!({"plans": {"p": {"regions": {"@@assign": ["us-east-1"]}, "rules": {}}}}).to_string();
    let id = policy(&cloud, "half", PolicyType::BackupPolicy, &half).await;
    attach(&cloud, &id, guest.account()).await;
    let policy_type = EffectivePolicyType::BackupPolicy;
    let input = ListAccountsWithInvalidEffectivePolicyInput { policy_type: policy_type.clone(), ..Default::default() };
    let listed = cloud.call::<ListAccountsWithInvalidEffectivePolicy>(input).await.unwrap();
    let ids: Vec<_> = listed.accounts.unwrap().into_iter().map(|account| account.id.unwrap()).collect();
    assert_eq!(ids, [guest.account().to_string()]);
    let input = ListEffectivePolicyValidationErrorsInput {
        account_id: guest.account().to_string(),
        policy_type,
        ..Default::default()
    };
    let listed = cloud.call::<ListEffectivePolicyValidationErrors>(input).await.unwrap();
    let errors = listed.effective_policy_validation_errors.unwrap();
    assert_eq!(errors[0].path_to_error.as_deref(), Some("plans/p"));
    assert_eq!(errors[0].contributing_policies.as_deref(), Some(&[id][..]));
    assert!(listed.path.unwrap().ends_with(&format!("/{}/", guest.account())));
}
