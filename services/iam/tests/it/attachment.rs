//! Managed policies on users, groups and roles: AttachUserPolicy, AttachGroupPolicy, AttachRolePolicy, DetachUserPolicy,
//! DetachGroupPolicy, DetachRolePolicy, ListAttachedUserPolicies, ListAttachedGroupPolicies, ListAttachedRolePolicies,
//! ListEntitiesForPolicy; and as boundaries: PutUserPermissionsBoundary, PutRolePermissionsBoundary,
//! DeleteUserPermissionsBoundary, DeleteRolePermissionsBoundary.

use api_iam::*;

use crate::cloud::*;

/// Recorded: LocalStack's `test_role_attach_policy`, `test_user_attach_policy`.
#[tokio::test]
async fn what_is_no_policy_is_refused() {
    let cloud = cloud().fresh_account();
    role(&cloud, "r").await;
    user(&cloud, "u").await;
    let missing = arn(&cloud, "policy/nope");
    let unparsed = "Invalid ARN:  Could not be parsed!".to_owned();
    for (policy, expected) in [
        ("longpolicynamebutnoarn".to_owned(), Err(unparsed)),
        (missing.clone(), Ok(format!("Policy {missing} does not exist or is not attachable."))),
        (
            "arn:aws:iam::aws:policy/aws-service-role/AWSSupportServiceRolePolicy".to_owned(),
            Ok("Policy arn:aws:iam::aws:policy/aws-service-role/AWSSupportServiceRolePolicy does not exist or is not \
                attachable."
                .to_owned()),
        ),
    ] {
        let to_role = AttachRolePolicyInput { role_name: "r".into(), policy_arn: policy.clone() };
        let to_user = AttachUserPolicyInput { user_name: "u".into(), policy_arn: policy };
        match expected {
            Ok(text) => {
                let expected = ("NoSuchEntity".to_owned(), text);
                assert_eq!(refusal::<AttachRolePolicy>(&cloud, to_role).await, expected);
                assert_eq!(refusal::<AttachUserPolicy>(&cloud, to_user).await, expected);
            }
            Err(text) => {
                let refused = cloud.call::<AttachRolePolicy>(to_role).await.unwrap_err().to_string();
                assert!(refused.contains(&text), "{refused}");
            }
        }
    }
}

#[tokio::test]
async fn each_kind_has_its_policies() {
    let cloud = cloud().fresh_account();
    let arn = policy(&cloud, "p", SQS).await;
    user(&cloud, "u").await;
    group(&cloud, "g").await;
    role(&cloud, "r").await;
    for _ in 0..2 {
        attach_user(&cloud, "u", &arn).await;
        let input = AttachGroupPolicyInput { group_name: "g".into(), policy_arn: arn.clone() };
        cloud.call::<AttachGroupPolicy>(input).await.unwrap();
        let input = AttachRolePolicyInput { role_name: "r".into(), policy_arn: arn.clone() };
        cloud.call::<AttachRolePolicy>(input).await.unwrap();
    }
    let input = PutRolePermissionsBoundaryInput { role_name: "r".into(), permissions_boundary: arn.clone() };
    cloud.call::<PutRolePermissionsBoundary>(input).await.unwrap();
    let one = [AttachedPolicy { policy_name: Some("p".into()), policy_arn: Some(arn.clone()) }];
    let input = ListAttachedUserPoliciesInput { user_name: "u".into(), ..Default::default() };
    assert_eq!(cloud.call::<ListAttachedUserPolicies>(input).await.unwrap().attached_policies.unwrap(), one);
    let input = ListAttachedGroupPoliciesInput { group_name: "g".into(), ..Default::default() };
    assert_eq!(cloud.call::<ListAttachedGroupPolicies>(input).await.unwrap().attached_policies.unwrap(), one);
    let input = ListAttachedRolePoliciesInput { role_name: "r".into(), ..Default::default() };
    assert_eq!(cloud.call::<ListAttachedRolePolicies>(input).await.unwrap().attached_policies.unwrap(), one);
    let shown = cloud.call::<GetPolicy>(GetPolicyInput { policy_arn: arn.clone() }).await.unwrap().policy.unwrap();
    assert_eq!((shown.attachment_count, shown.permissions_boundary_usage_count), (Some(3), Some(1)));
    let input = ListEntitiesForPolicyInput { policy_arn: arn.clone(), ..Default::default() };
    let holders = cloud.call::<ListEntitiesForPolicy>(input.clone()).await.unwrap();
    assert_eq!(holders.policy_users.unwrap()[0].user_name.as_deref(), Some("u"));
    assert_eq!(holders.policy_groups.unwrap()[0].group_name.as_deref(), Some("g"));
    assert_eq!(holders.policy_roles.unwrap().len(), 1, "attached and bounding is one role");
    let bounding = Some(PolicyUsageType::PermissionsBoundary);
    let input = ListEntitiesForPolicyInput { policy_usage_filter: bounding, ..input };
    let holders = cloud.call::<ListEntitiesForPolicy>(input).await.unwrap();
    assert_eq!((holders.policy_users.unwrap().len(), holders.policy_roles.unwrap().len()), (0, 1));

    let input = DetachUserPolicyInput { user_name: "u".into(), policy_arn: arn.clone() };
    cloud.call::<DetachUserPolicy>(input.clone()).await.unwrap();
    let again = refusal::<DetachUserPolicy>(&cloud, input).await;
    assert_eq!(again, ("NoSuchEntity".into(), format!("Policy {arn} was not found.")));
    let input = DetachGroupPolicyInput { group_name: "g".into(), policy_arn: arn.clone() };
    cloud.call::<DetachGroupPolicy>(input).await.unwrap();
    let input = DetachRolePolicyInput { role_name: "r".into(), policy_arn: arn.clone() };
    cloud.call::<DetachRolePolicy>(input).await.unwrap();
    assert_eq!(
        refusal::<DeletePolicy>(&cloud, DeletePolicyInput { policy_arn: arn.clone() }).await.0,
        "DeleteConflict"
    );
    let input = DeleteRolePermissionsBoundaryInput { role_name: "r".into() };
    cloud.call::<DeleteRolePermissionsBoundary>(input).await.unwrap();
    cloud.call::<DeletePolicy>(DeletePolicyInput { policy_arn: arn }).await.unwrap();
}

#[tokio::test]
async fn ten_policies_and_no_more() {
    let cloud = cloud().fresh_account();
    user(&cloud, "u").await;
    for number in 0..10 {
        let arn = policy(&cloud, &format!("p{number}"), SQS).await;
        attach_user(&cloud, "u", &arn).await;
    }
    let arn = policy(&cloud, "p10", SQS).await;
    let input = AttachUserPolicyInput { user_name: "u".into(), policy_arn: arn };
    let refused = refusal::<AttachUserPolicy>(&cloud, input).await;
    assert_eq!(refused, ("LimitExceeded".into(), "Cannot exceed quota for PoliciesPerUser: 10".into()));
}

/// As LocalStack's `test_create_user_with_permission_boundary`, validated against AWS.
#[tokio::test]
async fn boundaries_come_and_go() {
    let cloud = cloud().fresh_account();
    let arn = policy(&cloud, "p", SQS).await;
    let input =
        CreateUserInput { user_name: "u".into(), permissions_boundary: Some(arn.clone()), ..Default::default() };
    let made = cloud.call::<CreateUser>(input).await.unwrap().user.unwrap();
    let boundary = AttachedPermissionsBoundary {
        permissions_boundary_type: Some(PermissionsBoundaryAttachmentType::Policy),
        permissions_boundary_arn: Some(arn.clone()),
    };
    assert_eq!(made.permissions_boundary, Some(boundary.clone()));
    let get = || GetUserInput { user_name: Some("u".into()) };
    assert_eq!(cloud.call::<GetUser>(get()).await.unwrap().user.permissions_boundary, Some(boundary.clone()));
    let input = DeleteUserPermissionsBoundaryInput { user_name: "u".into() };
    cloud.call::<DeleteUserPermissionsBoundary>(input.clone()).await.unwrap();
    assert_eq!(cloud.call::<GetUser>(get()).await.unwrap().user.permissions_boundary, None);
    assert_eq!(refusal::<DeleteUserPermissionsBoundary>(&cloud, input).await.0, "NoSuchEntity");
    let input = PutUserPermissionsBoundaryInput { user_name: "u".into(), permissions_boundary: arn };
    cloud.call::<PutUserPermissionsBoundary>(input).await.unwrap();
    assert_eq!(cloud.call::<GetUser>(get()).await.unwrap().user.permissions_boundary, Some(boundary));
    let input = PutUserPermissionsBoundaryInput {
        user_name: "u".into(),
        permissions_boundary: crate::cloud::arn(&cloud, "policy/nope"),
    };
    assert_eq!(refusal::<PutUserPermissionsBoundary>(&cloud, input).await.0, "NoSuchEntity");
}
