//! Organizations are made, shown and deleted; whoever is in none is told so.

use api_organizations::*;

use crate::cloud::*;

#[tokio::test]
async fn made_shown_deleted() {
    let cloud = cloud();
    let not_in_use =
        ("AWSOrganizationsNotInUseException".to_owned(), "Your account is not a member of an organization.".to_owned());
    assert_eq!(cloud.error::<DescribeOrganization>(DescribeOrganizationInput {}).await, not_in_use);
    assert_eq!(cloud.error::<ListRoots>(ListRootsInput::default()).await, not_in_use);

    let made = cloud.call::<CreateOrganization>(CreateOrganizationInput::default()).await.unwrap();
    let organization = made.organization.unwrap();
    let (id, management) = (organization.id.clone().unwrap(), cloud.account());
    assert!(id.starts_with("o-") && id.len() == 12, "{id}");
    assert_eq!(organization.arn.unwrap(), format!("arn:aws:organizations::{management}:organization/{id}"));
    assert_eq!(
        organization.master_account_arn.unwrap(),
        format!("arn:aws:organizations::{management}:account/{id}/{management}")
    );
    assert_eq!(organization.master_account_id.unwrap(), management.to_string());
    assert_eq!(organization.feature_set, Some(OrganizationFeatureSet::All));
    let available = organization.available_policy_types.unwrap();
    assert_eq!(available[0].r#type, Some(PolicyType::ServiceControlPolicy));

    let shown = cloud.call::<DescribeOrganization>(DescribeOrganizationInput {}).await.unwrap();
    assert_eq!(shown.organization.unwrap().id.unwrap(), id);
    let code = code::<CreateOrganization>(&cloud, CreateOrganizationInput::default()).await;
    assert_eq!(code, "AlreadyInOrganizationException");

    let root = root(&cloud).await;
    assert_eq!(root.name.as_deref(), Some("Root"));
    assert_eq!(root.policy_types.unwrap(), []);
    assert_eq!(root.arn.unwrap(), format!("arn:aws:organizations::{management}:root/{id}/{}", root.id.unwrap()));

    cloud.call::<DeleteOrganization>(DeleteOrganizationInput {}).await.unwrap();
    assert_eq!(cloud.error::<DescribeOrganization>(DescribeOrganizationInput {}).await, not_in_use);
    cloud.call::<CreateOrganization>(CreateOrganizationInput::default()).await.unwrap();
}

#[tokio::test]
async fn only_an_empty_one_is_deleted() {
    let cloud = organization().await;
    let guest = invited(&cloud).await;
    let (code, text, _) = refused::<DeleteOrganization>(&cloud, DeleteOrganizationInput {}).await;
    assert_eq!(code, "OrganizationNotEmptyException");
    assert_eq!(text, "To delete an organization you must first remove all member accounts (except the master).");
    guest.call::<LeaveOrganization>(LeaveOrganizationInput {}).await.unwrap();
    cloud.call::<DeleteOrganization>(DeleteOrganizationInput {}).await.unwrap();
}

#[tokio::test]
async fn members_see_it_and_change_nothing() {
    let cloud = organization().await;
    let guest = invited(&cloud).await;
    let theirs = guest.call::<DescribeOrganization>(DescribeOrganizationInput {}).await.unwrap();
    assert_eq!(theirs.organization.unwrap().master_account_id.unwrap(), cloud.account().to_string());
    let denied = ("AccessDeniedException".to_owned(), "You don't have permissions to access this resource.".to_owned());
    assert_eq!(guest.error::<ListAccounts>(ListAccountsInput::default()).await, denied);
    assert_eq!(guest.error::<DeleteOrganization>(DeleteOrganizationInput {}).await, denied);
    let account_id = cloud.account().to_string();
    assert_eq!(guest.error::<DescribeAccount>(DescribeAccountInput { account_id }).await, denied);
    let parent_id = root_id(&cloud).await;
    let input = CreateOrganizationalUnitInput { parent_id, name: "mine".into(), tags: None };
    assert_eq!(guest.error::<CreateOrganizationalUnit>(input).await, denied);
}

#[tokio::test]
async fn billing_alone_has_no_policies() {
    let cloud = cloud();
    let feature_set = Some(OrganizationFeatureSet::ConsolidatedBilling);
    let made = cloud.call::<CreateOrganization>(CreateOrganizationInput { feature_set }).await.unwrap();
    assert_eq!(made.organization.unwrap().available_policy_types.unwrap(), []);
    let root_id = root_id(&cloud).await;
    let input = EnablePolicyTypeInput { root_id, policy_type: PolicyType::ServiceControlPolicy };
    assert_eq!(code::<EnablePolicyType>(&cloud, input).await, "PolicyTypeNotAvailableForOrganizationException");
    let input = new_policy("p", PolicyType::TagPolicy, r#"{"tags":{}}"#);
    assert_eq!(code::<CreatePolicy>(&cloud, input).await, "PolicyTypeNotAvailableForOrganizationException");
    let input = EnableAWSServiceAccessInput { service_principal: "config.amazonaws.com".into() };
    let all = "ConstraintViolationException: ORGANIZATION_NOT_IN_ALL_FEATURES_MODE";
    assert_eq!(code::<EnableAWSServiceAccess>(&cloud, input).await, all);
    let input = ListPoliciesInput { filter: PolicyType::ServiceControlPolicy, ..Default::default() };
    assert_eq!(cloud.call::<ListPolicies>(input).await.unwrap().policies.unwrap(), []);
}
