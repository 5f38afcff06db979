//! An organization with billing alone gets all features.

use std::time::Duration;

use api_organizations::*;
use testkit::TestCloud;

use crate::cloud::*;

async fn billing_alone() -> TestCloud {
    let cloud = cloud();
    let feature_set = Some(OrganizationFeatureSet::ConsolidatedBilling);
    cloud.call::<CreateOrganization>(CreateOrganizationInput { feature_set }).await.unwrap();
    cloud
}

async fn features(cloud: &TestCloud) -> OrganizationFeatureSet {
    let shown = cloud.call::<DescribeOrganization>(DescribeOrganizationInput {}).await.unwrap();
    shown.organization.unwrap().feature_set.unwrap()
}

async fn begin(cloud: &TestCloud) -> String {
    let begun = cloud.call::<EnableAllFeatures>(EnableAllFeaturesInput {}).await.unwrap().handshake.unwrap();
    assert_eq!(begun.state, Some(HandshakeState::Requested));
    assert_eq!(begun.action, Some(ActionType::EnableAllFeatures));
    begun.id.unwrap()
}

async fn accept(cloud: &TestCloud, id: &str) -> String {
    let input = AcceptHandshakeInput { handshake_id: id.into() };
    match cloud.call::<AcceptHandshake>(input).await {
        Ok(output) => output.handshake.unwrap().state.unwrap().as_str().to_owned(),
        Err(service_kit::Error::Modeled(error)) => error.schema.code.to_owned(),
        Err(error) => panic!("{error}"),
    }
}

async fn asked(guest: &TestCloud) -> Handshake {
    let filter = HandshakeFilter { action_type: Some(ActionType::ApproveAllFeatures), parent_handshake_id: None };
    let input = ListHandshakesForAccountInput { filter: Some(filter), ..Default::default() };
    guest.call::<ListHandshakesForAccount>(input).await.unwrap().handshakes.unwrap().remove(0)
}

#[tokio::test]
async fn alone_it_is_the_heads_to_finish() {
    let cloud = billing_alone().await;
    member(&cloud, "made").await;
    let id = begin(&cloud).await;
    assert_eq!(features(&cloud).await, OrganizationFeatureSet::ConsolidatedBilling);
    assert_eq!(accept(&cloud, &id).await, "ACCEPTED");
    assert_eq!(features(&cloud).await, OrganizationFeatureSet::All);
    let again = code::<EnableAllFeatures>(&cloud, EnableAllFeaturesInput {}).await;
    assert_eq!(again, "HandshakeConstraintViolationException: ORGANIZATION_ALREADY_HAS_ALL_FEATURES");
    enable(&cloud, PolicyType::ServiceControlPolicy).await;
}

#[tokio::test]
async fn every_invited_member_is_asked() {
    let cloud = billing_alone().await;
    let (first, second) = (invited(&cloud).await, invited(&cloud).await);
    let pending = invite(&cloud, cloud.fresh_account().account()).await;
    let id = begin(&cloud).await;
    let pending = DescribeHandshakeInput { handshake_id: pending };
    let pending = cloud.call::<DescribeHandshake>(pending).await.unwrap().handshake.unwrap();
    assert_eq!(pending.state, Some(HandshakeState::Canceled), "invitations that are out are taken back");
    let target = HandshakeParty { id: "123456789012".into(), r#type: HandshakePartyType::Account };
    let input = InviteAccountToOrganizationInput { target, ..Default::default() };
    let refused = code::<InviteAccountToOrganization>(&cloud, input).await;
    assert_eq!(refused, "HandshakeConstraintViolationException: INVITE_DISABLED_DURING_ENABLE_ALL_FEATURES");
    let again = code::<EnableAllFeatures>(&cloud, EnableAllFeaturesInput {}).await;
    assert_eq!(again, "HandshakeConstraintViolationException: ORGANIZATION_IS_ALREADY_PENDING_ALL_FEATURES_MIGRATION");

    assert_eq!(accept(&cloud, &id).await, "InvalidHandshakeTransitionException", "nobody has agreed yet");
    let question = asked(&first).await;
    let parent = &question.resources.as_ref().unwrap()[0];
    assert_eq!(parent.r#type, Some(HandshakeResourceType::ParentHandshake));
    assert_eq!(parent.value.as_deref(), Some(id.trim_start_matches("h-")));
    let filter = HandshakeFilter { action_type: None, parent_handshake_id: Some(id.clone()) };
    let input = ListHandshakesForOrganizationInput { filter: Some(filter), ..Default::default() };
    let children = cloud.call::<ListHandshakesForOrganization>(input).await.unwrap().handshakes.unwrap();
    assert_eq!(children.len(), 2);
    assert_eq!(accept(&first, &question.id.unwrap()).await, "ACCEPTED");
    assert_eq!(accept(&cloud, &id).await, "InvalidHandshakeTransitionException", "one has not");
    assert_eq!(accept(&second, &asked(&second).await.id.unwrap()).await, "ACCEPTED");
    assert_eq!(accept(&cloud, &id).await, "ACCEPTED");
    assert_eq!(features(&first).await, OrganizationFeatureSet::All);
}

#[tokio::test]
async fn not_agreed_in_time() {
    let cloud = billing_alone().await;
    let guest = invited(&cloud).await;
    let id = begin(&cloud).await;
    cloud.advance(Duration::from_secs(90 * 86_400)).await;
    assert_eq!(accept(&cloud, &id).await, "InvalidHandshakeTransitionException");
    let question = asked(&guest).await.id.unwrap();
    assert_eq!(accept(&guest, &question).await, "InvalidHandshakeTransitionException");
    begin(&cloud).await;
}
