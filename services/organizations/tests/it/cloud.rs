//! A cloud of organizations, and the few things every test does with it.

use std::time::Duration;

use api_organizations::*;
use names::AccountId;
use service_kit::Error;
use smithy::Operation;
use testkit::TestCloud;

/// Organizations and queues, called as the root of an account that nothing is in.
pub(crate) fn cloud() -> TestCloud {
    TestCloud::new(|parts| vec![svc_organizations::service(parts), svc_sqs::service(parts)]).fresh_account()
}

/// The same with an organization of all features.
pub(crate) async fn organization() -> TestCloud {
    let cloud = cloud();
    cloud.call::<CreateOrganization>(CreateOrganizationInput::default()).await.unwrap();
    cloud
}

/// The root of the organization.
pub(crate) async fn root(cloud: &TestCloud) -> Root {
    cloud.call::<ListRoots>(ListRootsInput::default()).await.unwrap().roots.unwrap().remove(0)
}

/// The id of the root.
pub(crate) async fn root_id(cloud: &TestCloud) -> String {
    root(cloud).await.id.unwrap()
}

/// A unit.
pub(crate) async fn unit(cloud: &TestCloud, parent: &str, name: &str) -> String {
    let input = CreateOrganizationalUnitInput { parent_id: parent.into(), name: name.into(), ..Default::default() };
    let made = cloud.call::<CreateOrganizationalUnit>(input).await.unwrap();
    made.organizational_unit.unwrap().id.unwrap()
}

/// Asks for an account and waits until it is there; the same cloud called from it.
pub(crate) async fn member(cloud: &TestCloud, name: &str) -> TestCloud {
    let input =
        CreateAccountInput { email: format!("{name}@example.com"), account_name: name.into(), ..Default::default() };
    let asked = cloud.call::<CreateAccount>(input).await.unwrap().create_account_status.unwrap();
    let made = finished(cloud, &asked.id.unwrap()).await;
    assert_eq!(made.state, Some(CreateAccountState::Succeeded));
    cloud.in_account(made.account_id.unwrap().parse().unwrap())
}

/// How the making of an account ended, once the clock was moved on.
pub(crate) async fn finished(cloud: &TestCloud, request: &str) -> CreateAccountStatus {
    cloud.advance(Duration::from_secs(2)).await;
    loop {
        let input = DescribeCreateAccountStatusInput { create_account_request_id: request.to_owned() };
        let shown = cloud.call::<DescribeCreateAccountStatus>(input).await.unwrap().create_account_status.unwrap();
        if shown.state != Some(CreateAccountState::InProgress) {
            return shown;
        }
        tokio::task::yield_now().await;
    }
}

/// Waits until something the clock brings is so.
pub(crate) async fn until<F: Future<Output = bool>>(so: impl Fn() -> F) {
    while !so().await {
        tokio::task::yield_now().await;
    }
}

/// An account that was invited and agreed.
pub(crate) async fn invited(cloud: &TestCloud) -> TestCloud {
    let guest = cloud.fresh_account();
    let handshake = invite(cloud, guest.account()).await;
    guest.call::<AcceptHandshake>(AcceptHandshakeInput { handshake_id: handshake }).await.unwrap();
    guest
}

/// Invites an account.
pub(crate) async fn invite(cloud: &TestCloud, account: AccountId) -> String {
    let target = HandshakeParty { id: account.to_string(), r#type: HandshakePartyType::Account };
    let input = InviteAccountToOrganizationInput { target, ..Default::default() };
    cloud.call::<InviteAccountToOrganization>(input).await.unwrap().handshake.unwrap().id.unwrap()
}

/// Moves an account.
pub(crate) async fn move_to(cloud: &TestCloud, account: AccountId, from: &str, to: &str) {
    let input = MoveAccountInput {
        account_id: account.to_string(),
        source_parent_id: from.into(),
        destination_parent_id: to.into(),
    };
    cloud.call::<MoveAccount>(input).await.unwrap();
}

/// Enables a type of policies in the root.
pub(crate) async fn enable(cloud: &TestCloud, policy_type: PolicyType) {
    let input = EnablePolicyTypeInput { root_id: root_id(cloud).await, policy_type };
    cloud.call::<EnablePolicyType>(input).await.unwrap();
}

/// Writes a policy.
pub(crate) async fn policy(cloud: &TestCloud, name: &str, policy_type: PolicyType, content: &str) -> String {
    let input = new_policy(name, policy_type, content);
    let made = cloud.call::<CreatePolicy>(input).await.unwrap();
    made.policy.unwrap().policy_summary.unwrap().id.unwrap()
}

/// A policy that is to be.
pub(crate) fn new_policy(name: &str, policy_type: PolicyType, content: &str) -> CreatePolicyInput {
    CreatePolicyInput {
        name: name.into(),
        description: "for a test".into(),
        r#type: policy_type,
        content: content.into(),
        tags: None,
    }
}

/// Puts a policy on a target.
pub(crate) async fn attach(cloud: &TestCloud, policy: &str, target: impl ToString) {
    let input = AttachPolicyInput { policy_id: policy.into(), target_id: target.to_string() };
    cloud.call::<AttachPolicy>(input).await.unwrap();
}

/// Takes a policy off a target.
pub(crate) async fn detach(cloud: &TestCloud, policy: &str, target: impl ToString) {
    let input = DetachPolicyInput { policy_id: policy.into(), target_id: target.to_string() };
    cloud.call::<DetachPolicy>(input).await.unwrap();
}

/// Calls something that must be refused, and tells the code, the text and the reason.
pub(crate) async fn refused<O: Operation>(cloud: &TestCloud, input: O::Input) -> (String, String, String) {
    match cloud.call::<O>(input).await {
        Err(Error::Modeled(error)) => {
            let reason = error.details.as_ref().map(|details| reason(details.as_ref())).unwrap_or_default();
            (error.schema.code.to_owned(), error.message, reason)
        }
        Err(Error::Fault(fault)) => panic!("{}: {fault:?}", O::SCHEMA.name),
        Ok(_) => panic!("{} succeeded", O::SCHEMA.name),
    }
}

/// Calls something that must be refused, and tells the code and the reason.
pub(crate) async fn code<O: Operation>(cloud: &TestCloud, input: O::Input) -> String {
    let (code, _, reason) = refused::<O>(cloud, input).await;
    if reason.is_empty() { code } else { format!("{code}: {reason}") }
}

fn reason(details: &dyn smithy::Shape) -> String {
    let details: serde_json::Value = serde_json::from_slice(&protocols::json_value::write(details)).unwrap();
    details["Reason"].as_str().unwrap_or_default().to_owned()
}
