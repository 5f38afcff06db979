//! Handshakes: sent, answered, listed.

use api_organizations::{
    AcceptHandshake, AcceptHandshakeInput, AcceptHandshakeOutput, ActionType, CancelHandshake, CancelHandshakeInput,
    CancelHandshakeOutput, DeclineHandshake, DeclineHandshakeInput, DeclineHandshakeOutput, DescribeHandshake,
    DescribeHandshakeInput, DescribeHandshakeOutput, Handshake, HandshakeFilter, HandshakeParty, HandshakePartyType,
    InvalidInputExceptionReason as Reason, InviteAccountToOrganization, InviteAccountToOrganizationInput,
    InviteAccountToOrganizationOutput, ListHandshakesForAccount, ListHandshakesForAccountInput,
    ListHandshakesForAccountOutput, ListHandshakesForOrganization, ListHandshakesForOrganizationInput,
    ListHandshakesForOrganizationOutput,
};
use service_kit::{Access, Ctx, Error, Outcome};

use super::access::Scene;
use super::paging::Turn;
use super::{gate, shown, tags};
use crate::Organizations;
use crate::engine::contact;
use crate::engine::handshake::Filter;
use crate::error::{invalid, invalid_enum};
use crate::store::{Action, HandshakeRecord, Party};

/// Invites an account.
pub(crate) async fn invite_account_to_organization(
    ctx: &Ctx,
    input: InviteAccountToOrganizationInput,
) -> Outcome<InviteAccountToOrganization> {
    let seat = gate::manager(ctx).await?;
    let (party, tags) = (party(&input.target)?, tags::read(input.tags)?);
    let engine = ctx.state::<Organizations>().engine();
    let (id, record) = engine.invite(&seat, &party, input.notes.as_deref(), &tags).await?;
    Ok(InviteAccountToOrganizationOutput { handshake: show(ctx, &id, &record) })
}

/// The recipient agrees.
pub(crate) async fn accept_handshake(ctx: &Ctx, input: AcceptHandshakeInput) -> Outcome<AcceptHandshake> {
    let engine = ctx.state::<Organizations>().engine();
    let record = engine.accept(ctx.account(), &input.handshake_id).await?;
    Ok(AcceptHandshakeOutput { handshake: show(ctx, &input.handshake_id, &record) })
}

/// The recipient does not agree.
pub(crate) async fn decline_handshake(ctx: &Ctx, input: DeclineHandshakeInput) -> Outcome<DeclineHandshake> {
    let engine = ctx.state::<Organizations>().engine();
    let record = engine.decline(ctx.account(), &input.handshake_id).await?;
    Ok(DeclineHandshakeOutput { handshake: show(ctx, &input.handshake_id, &record) })
}

/// The sender takes it back.
pub(crate) async fn cancel_handshake(ctx: &Ctx, input: CancelHandshakeInput) -> Outcome<CancelHandshake> {
    let engine = ctx.state::<Organizations>().engine();
    let record = engine.cancel(ctx.account(), &input.handshake_id).await?;
    Ok(CancelHandshakeOutput { handshake: show(ctx, &input.handshake_id, &record) })
}

/// Shows a handshake to its parties.
pub(crate) async fn describe_handshake(ctx: &Ctx, input: DescribeHandshakeInput) -> Outcome<DescribeHandshake> {
    let engine = ctx.state::<Organizations>().engine();
    let record = engine.handshake(ctx.account(), &input.handshake_id).await?;
    Ok(DescribeHandshakeOutput { handshake: show(ctx, &input.handshake_id, &record) })
}

/// Lists what the caller's account received.
pub(crate) async fn list_handshakes_for_account(
    ctx: &Ctx,
    input: ListHandshakesForAccountInput,
) -> Outcome<ListHandshakesForAccount> {
    let turn = turn(ctx, input.filter.as_ref(), input.next_token.as_deref(), input.max_results)?;
    let filter = filter(input.filter.as_ref())?;
    let engine = ctx.state::<Organizations>().engine();
    let found = engine.received(ctx.account(), filter, turn.after(), turn.more()).await?;
    let page = turn.cut(ctx, found, |(id, _)| id.clone());
    let handshakes = page.items.iter().filter_map(|(id, record)| show(ctx, id, record)).collect();
    Ok(ListHandshakesForAccountOutput { handshakes: Some(handshakes), next_token: page.next_token })
}

/// Lists what the caller's organization sent.
pub(crate) async fn list_handshakes_for_organization(
    ctx: &Ctx,
    input: ListHandshakesForOrganizationInput,
) -> Outcome<ListHandshakesForOrganization> {
    let seat = gate::reader(ctx, &Access::any()).await?;
    let turn = turn(ctx, input.filter.as_ref(), input.next_token.as_deref(), input.max_results)?;
    let filter = filter(input.filter.as_ref())?;
    let engine = ctx.state::<Organizations>().engine();
    let found = engine.sent(&seat, filter, turn.after(), turn.more()).await?;
    let page = turn.cut(ctx, found, |(id, _)| id.clone());
    let handshakes = page.items.iter().filter_map(|(id, record)| show(ctx, id, record)).collect();
    Ok(ListHandshakesForOrganizationOutput { handshakes: Some(handshakes), next_token: page.next_token })
}

/// What inviting touches: the account, as far as it is one.
pub(crate) fn access_to_invite(ctx: &Ctx, input: &InviteAccountToOrganizationInput) -> Result<Access, Error> {
    let access = match input.target.r#type {
        HandshakePartyType::Account => Scene::of(ctx)?.to(&input.target.id)?,
        _ => Access::any(),
    };
    Ok(tags::tagging(access, input.tags.as_ref()))
}

/// What accepting touches.
pub(crate) fn access_to_accept(ctx: &Ctx, input: &AcceptHandshakeInput) -> Result<Access, Error> {
    Scene::of(ctx)?.to_handshake(&input.handshake_id)
}

/// What declining touches.
pub(crate) fn access_to_decline(ctx: &Ctx, input: &DeclineHandshakeInput) -> Result<Access, Error> {
    Scene::of(ctx)?.to_handshake(&input.handshake_id)
}

/// What taking back touches.
pub(crate) fn access_to_cancel(ctx: &Ctx, input: &CancelHandshakeInput) -> Result<Access, Error> {
    Scene::of(ctx)?.to_handshake(&input.handshake_id)
}

/// What showing touches.
pub(crate) fn access_to_describe(ctx: &Ctx, input: &DescribeHandshakeInput) -> Result<Access, Error> {
    Scene::of(ctx)?.to_handshake(&input.handshake_id)
}

/// To whom a handshake is to go.
pub(super) fn party(target: &HandshakeParty) -> Result<Party, Error> {
    match target.r#type {
        HandshakePartyType::Account => target.id.parse().map(Party::Account).map_err(|_| {
            let text = "You provided a value that does not match the required pattern.";
            invalid(Reason::InvalidPattern, text)
        }),
        HandshakePartyType::Email if contact::is_address(&target.id) => Ok(Party::Email(target.id.clone())),
        HandshakePartyType::Email => {
            let text = "You specified an invalid email address for the invited account owner.";
            Err(invalid(Reason::InvalidEmailAddressTarget, text))
        }
        _ => {
            let text = "You specified the wrong type of entity (account, organization, or email) as a party.";
            Err(invalid(Reason::InvalidPartyTypeTarget, text))
        }
    }
}

fn turn(ctx: &Ctx, filter: Option<&HandshakeFilter>, token: Option<&str>, most: Option<i32>) -> Result<Turn, Error> {
    let action = filter.and_then(|filter| filter.action_type.as_ref()).map_or("", ActionType::as_str);
    let parent = filter.and_then(|filter| filter.parent_handshake_id.as_deref()).unwrap_or_default();
    Turn::of(ctx, &format!("{action} {parent}"), token, most)
}

fn filter(filter: Option<&HandshakeFilter>) -> Result<Filter<'_>, Error> {
    let Some(filter) = filter else { return Ok(Filter::default()) };
    if filter.action_type.is_some() && filter.parent_handshake_id.is_some() {
        let text = "You can specify only one filter parameter for the operation.";
        return Err(invalid(Reason::MaxLimitExceededFilter, text));
    }
    let action = filter.action_type.as_ref().map(|action| match action {
        ActionType::Invite => Ok(Some(Action::Invite)),
        ActionType::EnableAllFeatures => Ok(Some(Action::EnableAllFeatures)),
        ActionType::ApproveAllFeatures => Ok(Some(Action::ApproveAllFeatures)),
        ActionType::TransferResponsibility => Ok(Some(Action::TransferResponsibility)),
        // Sent by AWS itself when a member deleted its service-linked role; here the role is just made again.
        ActionType::AddOrganizationsServiceLinkedRole => Ok(None),
        ActionType::Unknown(_) => Err(invalid_enum()),
    });
    match action.transpose()? {
        None => Ok(Filter { action: None, parent: filter.parent_handshake_id.as_deref() }),
        Some(Some(action)) => Ok(Filter { action: Some(action), parent: None }),
        Some(None) => Ok(Filter { action: None, parent: Some("") }),
    }
}

fn show(ctx: &Ctx, id: &str, record: &HandshakeRecord) -> Option<Handshake> {
    Some(shown::handshake(id, record, ctx.now()))
}
