//! One organization takes over another's bill.

use api_organizations::*;
use names::Timestamp;
use testkit::TestCloud;

use crate::cloud::*;

fn at(text: &str) -> Timestamp {
    Timestamp::parse_iso8601(text).unwrap()
}

fn proposal(to: &TestCloud, start: &str) -> InviteOrganizationToTransferResponsibilityInput {
    InviteOrganizationToTransferResponsibilityInput {
        r#type: ResponsibilityTransferType::Billing,
        target: HandshakeParty { id: to.account().to_string(), r#type: HandshakePartyType::Account },
        notes: None,
        start_timestamp: at(start),
        source_name: "their bill".into(),
        tags: None,
    }
}

async fn inbound(cloud: &TestCloud) -> Vec<ResponsibilityTransfer> {
    let input =
        ListInboundResponsibilityTransfersInput { r#type: ResponsibilityTransferType::Billing, ..Default::default() };
    cloud.call::<ListInboundResponsibilityTransfers>(input).await.unwrap().responsibility_transfers.unwrap()
}

async fn outbound(cloud: &TestCloud) -> Vec<ResponsibilityTransfer> {
    let input =
        ListOutboundResponsibilityTransfersInput { r#type: ResponsibilityTransferType::Billing, ..Default::default() };
    cloud.call::<ListOutboundResponsibilityTransfers>(input).await.unwrap().responsibility_transfers.unwrap()
}

#[tokio::test]
async fn asked_accepted_renamed_ended() {
    let taker = organization().await;
    let giver = taker.fresh_account();
    giver.call::<CreateOrganization>(CreateOrganizationInput::default()).await.unwrap();
    type Invite = InviteOrganizationToTransferResponsibility;
    for (start, reason) in [
        ("2026-02-01T00:00:01Z", "START_DATE_NOT_BEGINNING_OF_DAY"),
        ("2026-02-02T00:00:00Z", "START_DATE_NOT_BEGINNING_OF_MONTH"),
        ("2025-12-01T00:00:00Z", "START_DATE_TOO_EARLY"),
        ("2036-12-01T00:00:00Z", "START_DATE_TOO_LATE"),
    ] {
        let refused = code::<Invite>(&taker, proposal(&giver, start)).await;
        assert_eq!(refused, format!("InvalidInputException: {reason}"));
    }
    let itself = code::<Invite>(&taker, proposal(&taker, "2026-02-01T00:00:00Z")).await;
    assert_eq!(itself, "HandshakeConstraintViolationException: SOURCE_AND_TARGET_CANNOT_MATCH");

    let sent = taker.call::<Invite>(proposal(&giver, "2026-02-01T00:00:00Z")).await.unwrap().handshake.unwrap();
    assert_eq!(sent.action, Some(ActionType::TransferResponsibility));
    let twin = code::<Invite>(&taker, proposal(&giver, "2026-02-01T00:00:00Z")).await;
    assert_eq!(twin, "DuplicateHandshakeException");
    let (theirs, ours) = (inbound(&taker).await.remove(0), outbound(&giver).await.remove(0));
    let id = theirs.id.clone().unwrap();
    assert_eq!(ours.id.as_deref(), Some(&*id));
    assert_eq!(theirs.status, Some(ResponsibilityTransferStatus::Requested));
    assert_eq!(theirs.active_handshake_id, sent.id);
    assert!(theirs.arn.unwrap().ends_with(&format!("/billing/inbound/{id}")));
    assert!(ours.arn.unwrap().ends_with(&format!("/billing/outbound/{id}")));
    let terminate =
        |end: Option<&str>| TerminateResponsibilityTransferInput { id: id.clone(), end_timestamp: end.map(at) };
    let early = code::<TerminateResponsibilityTransfer>(&taker, terminate(None)).await;
    assert_eq!(early, "InvalidResponsibilityTransferTransitionException");
    let busy = code::<DeleteOrganization>(&taker, DeleteOrganizationInput {}).await;
    assert_eq!(busy, "ConstraintViolationException: ACTIVE_RESPONSIBILITY_TRANSFER_PROCESS");

    giver.call::<AcceptHandshake>(AcceptHandshakeInput { handshake_id: sent.id.unwrap() }).await.unwrap();
    let describe = || DescribeResponsibilityTransferInput { id: id.clone() };
    let shown = giver.call::<DescribeResponsibilityTransfer>(describe()).await.unwrap();
    let shown = shown.responsibility_transfer.unwrap();
    assert_eq!(shown.status, Some(ResponsibilityTransferStatus::Accepted));
    assert_eq!(shown.target.unwrap().management_account_id.unwrap(), taker.account().to_string());
    assert_eq!(shown.source.unwrap().management_account_id.unwrap(), giver.account().to_string());

    let rename = UpdateResponsibilityTransferInput { id: id.clone(), name: "renamed".into() };
    let refused = code::<UpdateResponsibilityTransfer>(&giver, rename.clone()).await;
    assert_eq!(refused, "AccessDeniedException");
    taker.call::<UpdateResponsibilityTransfer>(rename).await.unwrap();
    assert_eq!(inbound(&taker).await[0].name.as_deref(), Some("renamed"));

    let middle = code::<TerminateResponsibilityTransfer>(&giver, terminate(Some("2026-03-15T00:00:00Z"))).await;
    assert_eq!(middle, "InvalidInputException: END_DATE_NOT_END_OF_MONTH");
    let before = code::<TerminateResponsibilityTransfer>(&giver, terminate(Some("2025-12-31T23:59:59.999Z"))).await;
    assert_eq!(before, "InvalidInputException: END_DATE_TOO_EARLY");
    let ended = giver.call::<TerminateResponsibilityTransfer>(terminate(None)).await.unwrap();
    let ended = ended.responsibility_transfer.unwrap();
    assert_eq!(ended.status, Some(ResponsibilityTransferStatus::Withdrawn));
    assert_eq!(ended.end_timestamp, Some(at("2026-02-28T23:59:59.999Z")));
    let again = code::<TerminateResponsibilityTransfer>(&taker, terminate(None)).await;
    assert_eq!(again, "ResponsibilityTransferAlreadyInStatusException");

    let stranger = taker.fresh_account();
    stranger.call::<CreateOrganization>(CreateOrganizationInput::default()).await.unwrap();
    let none = code::<DescribeResponsibilityTransfer>(&stranger, describe()).await;
    assert_eq!(none, "ResponsibilityTransferNotFoundException");
}

#[tokio::test]
async fn only_a_head_can_agree() {
    let taker = organization().await;
    let alone = taker.fresh_account();
    let start = "2026-02-01T00:00:00Z";
    let sent = taker.call::<InviteOrganizationToTransferResponsibility>(proposal(&alone, start)).await.unwrap();
    let input = AcceptHandshakeInput { handshake_id: sent.handshake.unwrap().id.unwrap() };
    assert_eq!(code::<AcceptHandshake>(&alone, input).await, "AWSOrganizationsNotInUseException");
}
