//! Invitations: sent, answered, listed, lapsed.

use std::time::Duration;

use api_organizations::*;
use testkit::TestCloud;

use crate::cloud::*;

const DAY: Duration = Duration::from_secs(86_400);

async fn shown(cloud: &TestCloud, id: &str) -> Handshake {
    let input = DescribeHandshakeInput { handshake_id: id.into() };
    cloud.call::<DescribeHandshake>(input).await.unwrap().handshake.unwrap()
}

async fn received(cloud: &TestCloud) -> Vec<Handshake> {
    let input = ListHandshakesForAccountInput::default();
    cloud.call::<ListHandshakesForAccount>(input).await.unwrap().handshakes.unwrap()
}

fn accept(id: &str) -> AcceptHandshakeInput {
    AcceptHandshakeInput { handshake_id: id.into() }
}

fn party(id: impl ToString, r#type: HandshakePartyType) -> InviteAccountToOrganizationInput {
    let target = HandshakeParty { id: id.to_string(), r#type };
    InviteAccountToOrganizationInput { target, ..Default::default() }
}

#[tokio::test]
async fn accepted() {
    let cloud = organization().await;
    let guest = cloud.fresh_account();
    let input = InviteAccountToOrganizationInput {
        notes: Some("come in".into()),
        tags: Some(vec![Tag { key: "k".into(), value: "v".into() }]),
        ..party(guest.account(), HandshakePartyType::Account)
    };
    let sent = cloud.call::<InviteAccountToOrganization>(input).await.unwrap().handshake.unwrap();
    let id = sent.id.clone().unwrap();
    assert_eq!(sent.state, Some(HandshakeState::Open));
    assert_eq!(sent.action, Some(ActionType::Invite));
    let arn = sent.arn.unwrap();
    assert!(arn.contains(":handshake/o-") && arn.ends_with(&format!("/invite/{id}")), "{arn}");
    let lasts = sent.expiration_timestamp.unwrap().since(sent.requested_timestamp.unwrap());
    assert_eq!(lasts, 15 * DAY);
    let resources = sent.resources.unwrap();
    let sorts: Vec<_> = resources.iter().map(|resource| resource.r#type.clone().unwrap()).collect();
    use HandshakeResourceType as Sort;
    assert_eq!(sorts, [Sort::Organization, Sort::Account, Sort::Notes]);
    let details = resources[0].resources.as_ref().unwrap();
    assert_eq!(details[2].value.as_deref(), Some("ALL"));

    assert_eq!(received(&guest).await[0].id.as_deref(), Some(&*id));
    assert_eq!(received(&cloud).await, []);
    let twin = party(guest.account(), HandshakePartyType::Account);
    assert_eq!(code::<InviteAccountToOrganization>(&cloud, twin).await, "DuplicateHandshakeException");
    let stranger = cloud.fresh_account();
    assert_eq!(code::<AcceptHandshake>(&stranger, accept(&id)).await, "HandshakeNotFoundException");
    assert_eq!(code::<AcceptHandshake>(&cloud, accept(&id)).await, "AccessDeniedException");

    let done = guest.call::<AcceptHandshake>(accept(&id)).await.unwrap().handshake.unwrap();
    assert_eq!(done.state, Some(HandshakeState::Accepted));
    assert_eq!(code::<AcceptHandshake>(&guest, accept(&id)).await, "HandshakeAlreadyInStateException");
    let decline = DeclineHandshakeInput { handshake_id: id.clone() };
    assert_eq!(code::<DeclineHandshake>(&guest, decline).await, "InvalidHandshakeTransitionException");
    let account_id = guest.account().to_string();
    let member = cloud.call::<DescribeAccount>(DescribeAccountInput { account_id: account_id.clone() }).await.unwrap();
    assert_eq!(member.account.unwrap().joined_method, Some(AccountJoinedMethod::Invited));
    let tags = ListTagsForResourceInput { resource_id: account_id, next_token: None };
    assert_eq!(cloud.call::<ListTagsForResource>(tags).await.unwrap().tags.unwrap()[0].key, "k");

    let again = party(guest.account(), HandshakePartyType::Account);
    let refused = code::<InviteAccountToOrganization>(&cloud, again).await;
    assert_eq!(refused, "HandshakeConstraintViolationException: ALREADY_IN_AN_ORGANIZATION");
}

#[tokio::test]
async fn declined_and_canceled() {
    let cloud = organization().await;
    let guest = cloud.fresh_account();
    let id = invite(&cloud, guest.account()).await;
    let declined = guest.call::<DeclineHandshake>(DeclineHandshakeInput { handshake_id: id.clone() }).await.unwrap();
    assert_eq!(declined.handshake.unwrap().state, Some(HandshakeState::Declined));
    let cancel = |id: &str| CancelHandshakeInput { handshake_id: id.into() };
    let refused = code::<CancelHandshake>(&cloud, cancel(&id)).await;
    assert_eq!(refused, "InvalidHandshakeTransitionException");

    let second = invite(&cloud, guest.account()).await;
    assert_eq!(code::<CancelHandshake>(&guest, cancel(&second)).await, "AccessDeniedException");
    let canceled = cloud.call::<CancelHandshake>(cancel(&second)).await.unwrap();
    assert_eq!(canceled.handshake.unwrap().state, Some(HandshakeState::Canceled));
    assert_eq!(code::<AcceptHandshake>(&guest, accept(&second)).await, "InvalidHandshakeTransitionException");
    assert_eq!(received(&guest).await.len(), 2);
    cloud.advance(30 * DAY).await;
    assert_eq!(received(&guest).await, []);
    let gone = DescribeHandshakeInput { handshake_id: id };
    assert_eq!(code::<DescribeHandshake>(&cloud, gone).await, "HandshakeNotFoundException");
}

#[tokio::test]
async fn lapsed() {
    let cloud = organization().await;
    let guest = cloud.fresh_account();
    let id = invite(&cloud, guest.account()).await;
    cloud.advance(15 * DAY).await;
    assert_eq!(shown(&cloud, &id).await.state, Some(HandshakeState::Expired));
    assert_eq!(code::<AcceptHandshake>(&guest, accept(&id)).await, "InvalidHandshakeTransitionException");
    let second = invite(&cloud, guest.account()).await;
    guest.call::<AcceptHandshake>(accept(&second)).await.unwrap();
}

#[tokio::test]
async fn by_address() {
    let cloud = organization().await;
    let guest = cloud.fresh_account();
    let email = format!("root@{}.example.com", guest.account());
    let sent = cloud.call::<InviteAccountToOrganization>(party(&email, HandshakePartyType::Email)).await.unwrap();
    let id = sent.handshake.unwrap().id.unwrap();
    let twin = party(guest.account(), HandshakePartyType::Account);
    assert_eq!(code::<InviteAccountToOrganization>(&cloud, twin).await, "DuplicateHandshakeException");
    let seen = received(&guest).await;
    assert_eq!(seen[0].parties.as_ref().unwrap()[1].id, email);
    guest.call::<AcceptHandshake>(accept(&id)).await.unwrap();
    for (input, expected) in [
        (party("no address", HandshakePartyType::Email), "InvalidInputException: INVALID_EMAIL_ADDRESS_TARGET"),
        (party("12", HandshakePartyType::Account), "InvalidInputException: INVALID_PATTERN"),
        (party("o-aaaaaaaaaa", HandshakePartyType::Organization), "InvalidInputException: INVALID_PARTY_TYPE_TARGET"),
    ] {
        assert_eq!(code::<InviteAccountToOrganization>(&cloud, input).await, expected);
    }
}

#[tokio::test]
async fn an_account_is_in_one_organization() {
    let cloud = organization().await;
    let other = cloud.fresh_account();
    other.call::<CreateOrganization>(CreateOrganizationInput::default()).await.unwrap();
    let guest = cloud.fresh_account();
    let (first, second) = (invite(&cloud, guest.account()).await, invite(&other, guest.account()).await);
    guest.call::<AcceptHandshake>(accept(&first)).await.unwrap();
    let refused = code::<AcceptHandshake>(&guest, accept(&second)).await;
    assert_eq!(refused, "HandshakeConstraintViolationException: ALREADY_IN_AN_ORGANIZATION");
    let refused = code::<CreateOrganization>(&guest, CreateOrganizationInput::default()).await;
    assert_eq!(refused, "AlreadyInOrganizationException");
}

#[tokio::test]
async fn listed_by_filter_and_page() {
    let cloud = organization().await;
    for _ in 0..5 {
        invite(&cloud, cloud.fresh_account().account()).await;
    }
    let (mut seen, mut next_token) = (0, None);
    loop {
        let filter = Some(HandshakeFilter { action_type: Some(ActionType::Invite), parent_handshake_id: None });
        let input = ListHandshakesForOrganizationInput { filter, max_results: Some(2), next_token };
        let page = cloud.call::<ListHandshakesForOrganization>(input).await.unwrap();
        seen += page.handshakes.unwrap().len();
        next_token = page.next_token;
        if next_token.is_none() {
            break;
        }
    }
    assert_eq!(seen, 5);
    let filter = |action_type, parent: Option<&str>| ListHandshakesForOrganizationInput {
        filter: Some(HandshakeFilter { action_type, parent_handshake_id: parent.map(str::to_owned) }),
        ..Default::default()
    };
    let none = cloud.call::<ListHandshakesForOrganization>(filter(Some(ActionType::EnableAllFeatures), None)).await;
    assert_eq!(none.unwrap().handshakes.unwrap(), []);
    let both = filter(Some(ActionType::Invite), Some("h-00000000"));
    let refused = code::<ListHandshakesForOrganization>(&cloud, both).await;
    assert_eq!(refused, "InvalidInputException: MAX_LIMIT_EXCEEDED_FILTER");
}
