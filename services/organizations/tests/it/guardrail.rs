//! Service and resource control policies really bind, and only whom they should.

use api_organizations::*;
use api_sqs::{CreateQueue, CreateQueueInput, GetQueueUrl, GetQueueUrlInput, ListQueues, ListQueuesInput};
use service_kit::{Error, Fault};
use testkit::TestCloud;

use crate::cloud::*;

fn statement(effect: &str, action: &str) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"{effect}","Action":"{action}","Resource":"*"}}]}}"#)
}

/// None when queues can be listed; the end of the denial otherwise.
async fn lists(cloud: &TestCloud) -> Option<String> {
    match cloud.call::<ListQueues>(ListQueuesInput::default()).await {
        Ok(_) => None,
        Err(Error::Fault(Fault::AccessDenied { reason, .. })) => Some(reason),
        Err(error) => panic!("{error}"),
    }
}

async fn creates(cloud: &TestCloud, name: &str) -> bool {
    cloud.call::<CreateQueue>(CreateQueueInput { queue_name: name.into(), ..Default::default() }).await.is_ok()
}

#[tokio::test]
async fn a_denial_binds_members_root_and_not_the_head() {
    let cloud = organization().await;
    let guest = invited(&cloud).await;
    let root = root_id(&cloud).await;
    enable(&cloud, PolicyType::ServiceControlPolicy).await;
    assert_eq!(lists(&guest).await, None);
    let deny = policy(&cloud, "deny", PolicyType::ServiceControlPolicy, &statement("Deny", "sqs:ListQueues")).await;
    assert_eq!(lists(&guest).await, None, "a policy on nothing binds nobody");
    attach(&cloud, &deny, &root).await;
    let reason = lists(&guest).await.unwrap();
    assert!(reason.starts_with("with an explicit deny in a service control policy"), "{reason}");
    assert!(creates(&guest, "q").await, "what is not denied is allowed");
    assert_eq!(lists(&cloud).await, None, "nothing binds the management account");

    let stranger = cloud.fresh_account();
    assert_eq!(lists(&stranger).await, None, "nor an account outside");
    let content = statement("Deny", "sqs:CreateQueue");
    let change = UpdatePolicyInput { policy_id: deny.clone(), content: Some(content), ..Default::default() };
    cloud.call::<UpdatePolicy>(change).await.unwrap();
    assert_eq!(lists(&guest).await, None, "a changed policy counts at once");
    assert!(!creates(&guest, "r").await);
    guest.call::<LeaveOrganization>(LeaveOrganizationInput {}).await.unwrap();
    assert!(creates(&guest, "r").await, "who leaves is free");
}

#[tokio::test]
async fn every_level_must_allow() {
    let cloud = organization().await;
    let root = root_id(&cloud).await;
    let outer = unit(&cloud, &root, "outer").await;
    let inner = unit(&cloud, &outer, "inner").await;
    let guest = invited(&cloud).await;
    enable(&cloud, PolicyType::ServiceControlPolicy).await;
    move_to(&cloud, guest.account(), &root, &inner).await;
    let queues = policy(&cloud, "queues", PolicyType::ServiceControlPolicy, &statement("Allow", "sqs:*")).await;
    let list = policy(&cloud, "list", PolicyType::ServiceControlPolicy, &statement("Allow", "sqs:List*")).await;

    attach(&cloud, &queues, &outer).await;
    detach(&cloud, "p-FullAWSAccess", &outer).await;
    assert_eq!(lists(&guest).await, None);
    assert!(creates(&guest, "q").await);
    attach(&cloud, &list, &inner).await;
    detach(&cloud, "p-FullAWSAccess", &inner).await;
    assert_eq!(lists(&guest).await, None);
    assert!(!creates(&guest, "r").await, "the inner unit allows listing alone");
    let denied = guest.call::<DescribeOrganization>(DescribeOrganizationInput {}).await;
    assert!(matches!(denied, Err(Error::Fault(Fault::AccessDenied { .. }))), "other services are not allowed at all");

    move_to(&cloud, guest.account(), &inner, &root).await;
    assert!(creates(&guest, "r").await, "moved out, it is bound no more");
    move_to(&cloud, guest.account(), &root, &inner).await;
    assert!(!creates(&guest, "s").await);
    let off = DisablePolicyTypeInput { root_id: root, policy_type: PolicyType::ServiceControlPolicy };
    cloud.call::<DisablePolicyType>(off).await.unwrap();
    assert!(creates(&guest, "s").await, "disabled, nothing binds");
}

#[tokio::test]
async fn leaving_can_be_forbidden() {
    let cloud = organization().await;
    let guest = invited(&cloud).await;
    enable(&cloud, PolicyType::ServiceControlPolicy).await;
    let stay = statement("Deny", "organizations:LeaveOrganization");
    let stay = policy(&cloud, "stay", PolicyType::ServiceControlPolicy, &stay).await;
    attach(&cloud, &stay, guest.account()).await;
    let denied = guest.call::<LeaveOrganization>(LeaveOrganizationInput {}).await;
    assert!(matches!(denied, Err(Error::Fault(Fault::AccessDenied { .. }))));
    detach(&cloud, &stay, guest.account()).await;
    guest.call::<LeaveOrganization>(LeaveOrganizationInput {}).await.unwrap();
}

#[tokio::test]
async fn resource_control_policies_guard_resources() {
    let cloud = organization().await;
    let guest = invited(&cloud).await;
    assert!(creates(&guest, "q").await && creates(&cloud, "q").await);
    enable(&cloud, PolicyType::ResourceControlPolicy).await;
    let find = |cloud: TestCloud| async move {
        let input = GetQueueUrlInput { queue_name: "q".into(), ..Default::default() };
        cloud.call::<GetQueueUrl>(input).await.is_ok()
    };
    assert!(find(guest.clone()).await);
    let content = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"sqs:GetQueueUrl","Resource":"*"}]}"#;
    let deny = policy(&cloud, "deny", PolicyType::ResourceControlPolicy, content).await;
    attach(&cloud, &deny, root_id(&cloud).await).await;
    assert!(!find(guest.clone()).await);
    assert!(find(cloud.clone()).await, "resources of the management account are not guarded");
    detach(&cloud, &deny, root_id(&cloud).await).await;
    assert!(find(guest).await);
}

#[tokio::test]
async fn nothing_can_be_done_in_a_closed_account() {
    let cloud = organization().await;
    let made = member(&cloud, "made").await;
    assert_eq!(lists(&made).await, None);
    cloud.call::<CloseAccount>(CloseAccountInput { account_id: made.account().to_string() }).await.unwrap();
    assert!(lists(&made).await.is_some());
    cloud.advance(std::time::Duration::from_secs(100 * 86_400)).await;
    let input = || DescribeAccountInput { account_id: made.account().to_string() };
    until(|| async { cloud.call::<DescribeAccount>(input()).await.is_err() }).await;
    assert!(lists(&made).await.is_some(), "nor after the organization has forgotten it");
}
