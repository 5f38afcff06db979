//! Managed policies: CreatePolicy, GetPolicy, ListPolicies, DeletePolicy, CreatePolicyVersion, GetPolicyVersion,
//! ListPolicyVersions, DeletePolicyVersion, SetDefaultPolicyVersion; AWS's own.

use api_iam::*;
use testkit::TestCloud;

use crate::cloud::*;

fn adding(arn: &str, document: &str, default: bool) -> CreatePolicyVersionInput {
    CreatePolicyVersionInput {
        policy_arn: arn.to_owned(),
        policy_document: document.to_owned(),
        set_as_default: Some(default),
    }
}

async fn versions(cloud: &TestCloud, arn: &str) -> Vec<(String, bool)> {
    let input = ListPolicyVersionsInput { policy_arn: arn.to_owned(), ..Default::default() };
    let versions = cloud.call::<ListPolicyVersions>(input).await.unwrap().versions.unwrap();
    versions.into_iter().map(|v| (v.version_id.unwrap(), v.is_default_version.unwrap())).collect()
}

async fn document(cloud: &TestCloud, arn: &str, version: &str) -> String {
    let input = GetPolicyVersionInput { policy_arn: arn.to_owned(), version_id: version.to_owned() };
    let version = cloud.call::<GetPolicyVersion>(input).await.unwrap().policy_version.unwrap();
    decoded(&version.document.unwrap())
}

/// Recorded: LocalStack's `test_role_attach_policy`.
#[tokio::test]
async fn a_new_policy_is_shown_without_its_description() {
    let cloud = cloud().fresh_account();
    let input = CreatePolicyInput {
        policy_name: "P".into(),
        path: Some("/x/".into()),
        policy_document: SQS.into(),
        description: Some("d".into()),
        ..Default::default()
    };
    let made = cloud.call::<CreatePolicy>(input).await.unwrap().policy.unwrap();
    assert_eq!((made.attachment_count, made.permissions_boundary_usage_count), (Some(0), Some(0)));
    assert_eq!((made.is_attachable, made.default_version_id.as_deref()), (Some(true), Some("v1")));
    assert_eq!((made.description.clone(), made.tags.clone()), (None, None));
    let arn = made.arn.unwrap();
    assert_eq!(arn, crate::cloud::arn(&cloud, "policy/x/P"));
    let shown = cloud.call::<GetPolicy>(GetPolicyInput { policy_arn: arn.clone() }).await.unwrap().policy.unwrap();
    assert_eq!((shown.description.as_deref(), shown.tags), (Some("d"), Some(Vec::new())));
    assert_eq!(document(&cloud, &arn, "v1").await, SQS);
    let elsewhere = GetPolicyInput { policy_arn: crate::cloud::arn(&cloud, "policy/P") };
    assert_eq!(refusal::<GetPolicy>(&cloud, elsewhere).await.0, "NoSuchEntity", "the path is part of the name");
    let again = CreatePolicyInput { policy_name: "p".into(), policy_document: SQS.into(), ..Default::default() };
    let refused = refusal::<CreatePolicy>(&cloud, again).await.1;
    assert_eq!(refused, "A policy called p already exists. Duplicate names are not allowed.");
}

#[tokio::test]
async fn five_versions_one_in_force() {
    let cloud = cloud().fresh_account();
    let arn = policy(&cloud, "p", SQS).await;
    for number in 2..=5 {
        let input = adding(&arn, IAM, number == 3);
        let added = cloud.call::<CreatePolicyVersion>(input).await.unwrap().policy_version.unwrap();
        assert_eq!((added.version_id, added.document), (Some(format!("v{number}")), None));
    }
    let refused = refusal::<CreatePolicyVersion>(&cloud, adding(&arn, IAM, true)).await;
    let text = "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing \
                version.";
    assert_eq!(refused, ("LimitExceeded".into(), text.into()));
    let at = |number: i32, is_default| (format!("v{number}"), is_default);
    assert_eq!(versions(&cloud, &arn).await, [at(5, false), at(4, false), at(3, true), at(2, false), at(1, false)]);
    let version = |id: &str| DeletePolicyVersionInput { policy_arn: arn.clone(), version_id: id.to_owned() };
    let refused = refusal::<DeletePolicyVersion>(&cloud, version("v3")).await;
    assert_eq!(refused, ("DeleteConflict".into(), "Cannot delete the default version of a policy.".into()));
    let input = SetDefaultPolicyVersionInput { policy_arn: arn.clone(), version_id: "v1".into() };
    cloud.call::<SetDefaultPolicyVersion>(input).await.unwrap();
    cloud.call::<DeletePolicyVersion>(version("v3")).await.unwrap();
    let gone = refusal::<DeletePolicyVersion>(&cloud, version("v3")).await;
    assert_eq!(gone, ("NoSuchEntity".into(), format!("Policy {arn} version v3 does not exist or is not attachable.")));
    cloud.call::<CreatePolicyVersion>(adding(&arn, IAM, false)).await.unwrap();
    assert_eq!(versions(&cloud, &arn).await[0], at(6, false), "numbers are not used twice");
}

#[tokio::test]
async fn a_policy_goes_only_when_nobody_has_it() {
    let cloud = cloud().fresh_account();
    let arn = policy(&cloud, "p", SQS).await;
    user(&cloud, "u").await;
    attach_user(&cloud, "u", &arn).await;
    let delete = || DeletePolicyInput { policy_arn: arn.clone() };
    let held = refusal::<DeletePolicy>(&cloud, delete()).await;
    assert_eq!(held, ("DeleteConflict".into(), "Cannot delete a policy attached to entities.".into()));
    let input = DetachUserPolicyInput { user_name: "u".into(), policy_arn: arn.clone() };
    cloud.call::<DetachUserPolicy>(input).await.unwrap();
    cloud.call::<CreatePolicyVersion>(adding(&arn, IAM, true)).await.unwrap();
    assert!(refusal::<DeletePolicy>(&cloud, delete()).await.1.starts_with("This policy has more than one version."));
    let input = DeletePolicyVersionInput { policy_arn: arn.clone(), version_id: "v1".into() };
    cloud.call::<DeletePolicyVersion>(input).await.unwrap();
    cloud.call::<DeletePolicy>(delete()).await.unwrap();
    let gone = refusal::<DeletePolicy>(&cloud, delete()).await;
    assert_eq!(gone, ("NoSuchEntity".into(), format!("Policy {arn} was not found.")));
}

#[tokio::test]
async fn documents_are_checked_and_measured() {
    let cloud = cloud().fresh_account();
    let create = |document: String| CreatePolicyInput {
        policy_name: "p".into(),
        policy_document: document,
        ..Default::default()
    };
    assert_eq!(refusal::<CreatePolicy>(&cloud, create("{".into())).await.0, "MalformedPolicyDocument");
    let spacious = allow("sqs:*", "*").replace(',', &format!(",{}", " ".repeat(7_000)));
    cloud.call::<CreatePolicy>(create(spacious)).await.unwrap();
    let long = allow("sqs:*", &format!("arn:aws:sqs:*:*:{}", "x".repeat(6_144)));
    let refused = refusal::<CreatePolicy>(&cloud, create(long)).await;
    assert_eq!(refused, ("LimitExceeded".into(), "Cannot exceed quota for PolicySize: 6144".into()));
}

#[tokio::test]
async fn awss_policies_can_be_read_and_not_changed() {
    let cloud = cloud().fresh_account();
    let arn = "arn:aws:iam::aws:policy/ReadOnlyAccess".to_owned();
    let shown = cloud.call::<GetPolicy>(GetPolicyInput { policy_arn: arn.clone() }).await.unwrap().policy.unwrap();
    assert_eq!((shown.policy_name.as_deref(), shown.is_attachable), (Some("ReadOnlyAccess"), Some(true)));
    let version = shown.default_version_id.unwrap();
    assert!(document(&cloud, &arn, &version).await.starts_with(r#"{"Version":"2012-10-17""#));
    assert_eq!(versions(&cloud, &arn).await, [(version, true)]);
    assert_eq!(refusal::<CreatePolicyVersion>(&cloud, adding(&arn, SQS, true)).await.0, "NoSuchEntity");
    assert_eq!(refusal::<DeletePolicy>(&cloud, DeletePolicyInput { policy_arn: arn }).await.0, "NoSuchEntity");
}

#[tokio::test]
async fn listings_keep_apart_whose_and_whether_used() {
    let cloud = cloud().fresh_account();
    let own = policy(&cloud, "own", SQS).await;
    policy(&cloud, "unused", SQS).await;
    user(&cloud, "u").await;
    attach_user(&cloud, "u", &own).await;
    let aws = "arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess";
    attach_user(&cloud, "u", aws).await;
    let bound = "arn:aws:iam::aws:policy/PowerUserAccess";
    let input = PutUserPermissionsBoundaryInput { user_name: "u".into(), permissions_boundary: bound.into() };
    cloud.call::<PutUserPermissionsBoundary>(input).await.unwrap();
    let all = ListPoliciesInput::default();
    for (input, expected) in [
        (ListPoliciesInput { scope: Some(PolicyScopeType::Local), ..all.clone() }, vec!["own", "unused"]),
        (ListPoliciesInput { only_attached: Some(true), ..all.clone() }, vec!["own", "AmazonSQSReadOnlyAccess"]),
        (
            ListPoliciesInput { policy_usage_filter: Some(PolicyUsageType::PermissionsBoundary), ..all.clone() },
            vec!["PowerUserAccess"],
        ),
        (
            ListPoliciesInput { scope: Some(PolicyScopeType::Local), only_attached: Some(true), ..all.clone() },
            vec!["own"],
        ),
    ] {
        let listed = cloud.call::<ListPolicies>(input).await.unwrap().policies.unwrap();
        let names: Vec<_> = listed.iter().map(|policy| policy.policy_name.as_deref().unwrap()).collect();
        assert_eq!(names, expected);
        assert!(listed.iter().all(|policy| policy.tags.is_none() && policy.description.is_none()));
    }
}
