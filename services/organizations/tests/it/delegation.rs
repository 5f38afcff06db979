//! Trusted access, delegated administrators, and what the resource policy lets members do.

use api_organizations::*;
use testkit::TestCloud;

use crate::cloud::*;

const CONFIG: &str = "config.amazonaws.com";
const FMS: &str = "fms.amazonaws.com";

async fn trust(cloud: &TestCloud, service: &str) {
    let input = EnableAWSServiceAccessInput { service_principal: service.into() };
    cloud.call::<EnableAWSServiceAccess>(input).await.unwrap();
}

async fn trusted(cloud: &TestCloud) -> Vec<String> {
    let input = ListAWSServiceAccessForOrganizationInput::default();
    let listed = cloud.call::<ListAWSServiceAccessForOrganization>(input).await.unwrap();
    listed.enabled_service_principals.unwrap().into_iter().map(|of| of.service_principal.unwrap()).collect()
}

fn register(account: &TestCloud, service: &str) -> RegisterDelegatedAdministratorInput {
    let account_id = account.account().to_string();
    RegisterDelegatedAdministratorInput { account_id, service_principal: service.into() }
}

fn deregister(account: &TestCloud, service: &str) -> DeregisterDelegatedAdministratorInput {
    let account_id = account.account().to_string();
    DeregisterDelegatedAdministratorInput { account_id, service_principal: service.into() }
}

async fn administrators(cloud: &TestCloud, service: Option<&str>) -> Vec<String> {
    let service_principal = service.map(str::to_owned);
    let input = ListDelegatedAdministratorsInput { service_principal, ..Default::default() };
    let listed = cloud.call::<ListDelegatedAdministrators>(input).await.unwrap();
    listed.delegated_administrators.unwrap().into_iter().map(|of| of.id.unwrap()).collect()
}

#[tokio::test]
async fn trusted_access() {
    let cloud = organization().await;
    assert_eq!(trusted(&cloud).await, [""; 0]);
    trust(&cloud, FMS).await;
    trust(&cloud, CONFIG).await;
    trust(&cloud, CONFIG).await;
    assert_eq!(trusted(&cloud).await, [CONFIG, FMS]);
    let unknown = EnableAWSServiceAccessInput { service_principal: "moo.amazonaws.com".into() };
    let (code, text, reason) = refused::<EnableAWSServiceAccess>(&cloud, unknown).await;
    assert_eq!((&*code, &*reason), ("InvalidInputException", "UNRECOGNIZED_SERVICE_PRINCIPAL"));
    assert_eq!(text, "You specified an unrecognized service principal.");
    let input = DisableAWSServiceAccessInput { service_principal: FMS.into() };
    cloud.call::<DisableAWSServiceAccess>(input).await.unwrap();
    assert_eq!(trusted(&cloud).await, [CONFIG]);
}

#[tokio::test]
async fn delegated_administrators_look() {
    let cloud = organization().await;
    let (guest, other) = (invited(&cloud).await, invited(&cloud).await);
    let refused = code::<RegisterDelegatedAdministrator>(&cloud, register(&guest, CONFIG)).await;
    assert_eq!(refused, "ConstraintViolationException: SERVICE_ACCESS_NOT_ENABLED");
    trust(&cloud, CONFIG).await;
    trust(&cloud, FMS).await;
    cloud.call::<RegisterDelegatedAdministrator>(register(&guest, CONFIG)).await.unwrap();
    let again = code::<RegisterDelegatedAdministrator>(&cloud, register(&guest, CONFIG)).await;
    assert_eq!(again, "AccountAlreadyRegisteredException");
    let head = code::<RegisterDelegatedAdministrator>(&cloud, register(&cloud, CONFIG)).await;
    assert_eq!(head, "ConstraintViolationException: CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR");
    let stranger = code::<RegisterDelegatedAdministrator>(&cloud, register(&cloud.fresh_account(), CONFIG)).await;
    assert_eq!(stranger, "AccountNotFoundException");
    cloud.call::<RegisterDelegatedAdministrator>(register(&guest, FMS)).await.unwrap();
    cloud.call::<RegisterDelegatedAdministrator>(register(&other, FMS)).await.unwrap();

    let mut both = vec![guest.account().to_string(), other.account().to_string()];
    both.sort();
    assert_eq!(administrators(&cloud, None).await, both);
    assert_eq!(administrators(&cloud, Some(CONFIG)).await, [guest.account().to_string()]);
    let services = |account: &TestCloud| ListDelegatedServicesForAccountInput {
        account_id: account.account().to_string(),
        ..Default::default()
    };
    let listed = cloud.call::<ListDelegatedServicesForAccount>(services(&guest)).await.unwrap();
    let listed: Vec<_> =
        listed.delegated_services.unwrap().into_iter().map(|of| of.service_principal.unwrap()).collect();
    assert_eq!(listed, [CONFIG, FMS]);
    let none = code::<ListDelegatedServicesForAccount>(&cloud, services(&cloud)).await;
    assert_eq!(none, "AccountNotRegisteredException");

    assert_eq!(administrators(&guest, None).await, both, "an administrator sees what the head sees");
    let account_id = cloud.account().to_string();
    guest.call::<DescribeAccount>(DescribeAccountInput { account_id }).await.unwrap();
    guest.call::<ListAccounts>(ListAccountsInput::default()).await.unwrap();
    let input = CreateOrganizationalUnitInput { parent_id: root_id(&cloud).await, name: "x".into(), tags: None };
    assert_eq!(code::<CreateOrganizationalUnit>(&guest, input).await, "AccessDeniedException", "and changes nothing");
    let leave = code::<LeaveOrganization>(&guest, LeaveOrganizationInput {}).await;
    assert_eq!(leave, "ConstraintViolationException: CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG");

    for service in [CONFIG, FMS] {
        cloud.call::<DeregisterDelegatedAdministrator>(deregister(&guest, service)).await.unwrap();
    }
    let again = code::<DeregisterDelegatedAdministrator>(&cloud, deregister(&guest, FMS)).await;
    assert_eq!(again, "AccountNotRegisteredException");
    assert_eq!(code::<ListAccounts>(&guest, ListAccountsInput::default()).await, "AccessDeniedException");
    guest.call::<LeaveOrganization>(LeaveOrganizationInput {}).await.unwrap();
}

fn delegation(account: &TestCloud, actions: &str, condition: &str) -> PutResourcePolicyInput {
    let content = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"a","Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{}:root"}},"Action":[{actions}],"Resource":"*"{condition}}}]}}"#,
        account.account()
    );
    PutResourcePolicyInput { content, tags: None }
}

#[tokio::test]
async fn the_resource_policy_lets_members_manage_policies() {
    let cloud = organization().await;
    let (guest, other) = (invited(&cloud).await, invited(&cloud).await);
    let none = code::<DescribeResourcePolicy>(&cloud, DescribeResourcePolicyInput {}).await;
    assert_eq!(none, "ResourcePolicyNotFoundException");
    let actions = r#""organizations:CreatePolicy","organizations:DescribePolicy","organizations:ListPolicies","organizations:AttachPolicy","organizations:EnablePolicyType","organizations:ListRoots","organizations:TagResource""#;
    let only_tags = r#","Condition":{"StringLikeIfExists":{"organizations:PolicyType":["TAG_POLICY"]}}"#;
    let input = delegation(&guest, actions, only_tags);
    let put = cloud.call::<PutResourcePolicy>(input.clone()).await.unwrap().resource_policy.unwrap();
    let summary = put.resource_policy_summary.unwrap();
    let id = summary.id.unwrap();
    assert!(id.starts_with("rp-"), "{id}");
    assert!(summary.arn.unwrap().ends_with(&format!("/{id}")));
    let shown = cloud.call::<DescribeResourcePolicy>(DescribeResourcePolicyInput {}).await.unwrap();
    assert_eq!(shown.resource_policy.unwrap().content.unwrap(), input.content);

    enable(&guest, PolicyType::TagPolicy).await;
    let mut tagged = new_policy("tags", PolicyType::TagPolicy, r#"{"tags":{}}"#);
    tagged.tags = Some(vec![Tag { key: "k".into(), value: "v".into() }]);
    let made = guest.call::<CreatePolicy>(tagged).await.unwrap();
    let policy_id = made.policy.unwrap().policy_summary.unwrap().id.unwrap();
    attach(&guest, &policy_id, guest.account()).await;
    let describe = || DescribePolicyInput { policy_id: policy_id.clone() };
    guest.call::<DescribePolicy>(describe()).await.unwrap();

    let deny = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#;
    let control = new_policy("control", PolicyType::ServiceControlPolicy, deny);
    assert_eq!(code::<CreatePolicy>(&guest, control).await, "AccessDeniedException", "of another type");
    let delete = DeletePolicyInput { policy_id: policy_id.clone() };
    assert_eq!(code::<DeletePolicy>(&guest, delete).await, "AccessDeniedException", "not among the actions");
    assert_eq!(code::<DescribePolicy>(&other, describe()).await, "AccessDeniedException", "another member");
    let put = delegation(&guest, actions, "");
    assert_eq!(code::<PutResourcePolicy>(&guest, put).await, "AccessDeniedException");

    cloud.call::<DeleteResourcePolicy>(DeleteResourcePolicyInput {}).await.unwrap();
    assert_eq!(code::<DescribePolicy>(&guest, describe()).await, "AccessDeniedException");
    let none = code::<DeleteResourcePolicy>(&cloud, DeleteResourcePolicyInput {}).await;
    assert_eq!(none, "ResourcePolicyNotFoundException");
}

#[tokio::test]
async fn what_is_no_resource_policy() {
    let cloud = organization().await;
    let guest = invited(&cloud).await;
    let nothing = PutResourcePolicyInput { content: "{".into(), tags: None };
    let refused = code::<PutResourcePolicy>(&cloud, nothing).await;
    assert_eq!(refused, "InvalidInputException: INVALID_RESOURCE_POLICY_JSON");
    let other = delegation(&guest, r#""organizations:CloseAccount""#, "");
    let refused = code::<PutResourcePolicy>(&cloud, other).await;
    assert_eq!(refused, "InvalidInputException: UNSUPPORTED_ACTION_IN_RESOURCE_POLICY");
}
