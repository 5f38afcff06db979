//! Transfers of responsibility between organizations.

use std::time::Duration;

use api_organizations::{
    DescribeResponsibilityTransfer, DescribeResponsibilityTransferInput, DescribeResponsibilityTransferOutput,
    InvalidInputExceptionReason as Reason, InviteOrganizationToTransferResponsibility,
    InviteOrganizationToTransferResponsibilityInput, InviteOrganizationToTransferResponsibilityOutput,
    ListInboundResponsibilityTransfers, ListInboundResponsibilityTransfersInput,
    ListInboundResponsibilityTransfersOutput, ListOutboundResponsibilityTransfers,
    ListOutboundResponsibilityTransfersInput, ListOutboundResponsibilityTransfersOutput,
    TerminateResponsibilityTransfer, TerminateResponsibilityTransferInput, TerminateResponsibilityTransferOutput,
    UpdateResponsibilityTransfer, UpdateResponsibilityTransferInput, UpdateResponsibilityTransferOutput,
};
use names::Timestamp;
use service_kit::{Access, Ctx, Error, Outcome};

use super::access::{Scene, with_direction};
use super::handshake::party;
use super::paging::Turn;
use super::{gate, shown, tags};
use crate::Organizations;
use crate::engine::seat::Seat;
use crate::engine::transfer::{Proposal, Side, Transfer, begins};
use crate::error::invalid;

/// How far ahead a transfer can be made to start; AWS refuses what is too late and does not say when that is.
const LATEST: Duration = Duration::from_secs(366 * 86_400);

/// Asks another organization to hand over its bill.
pub(crate) async fn invite_organization_to_transfer_responsibility(
    ctx: &Ctx,
    input: InviteOrganizationToTransferResponsibilityInput,
) -> Outcome<InviteOrganizationToTransferResponsibility> {
    let seat = gate::manager(ctx).await?;
    let tags = tags::read(input.tags)?;
    check_start(input.start_timestamp, ctx.now())?;
    let proposal = Proposal {
        party: party(&input.target)?,
        name: &input.source_name,
        start: input.start_timestamp,
        notes: input.notes.as_deref(),
        tags: &tags,
    };
    let (id, record) = ctx.state::<Organizations>().engine().propose(&seat, &proposal).await?;
    let handshake = shown::handshake(&id, &record, ctx.now());
    Ok(InviteOrganizationToTransferResponsibilityOutput { handshake: Some(handshake) })
}

/// Shows a transfer to both sides.
pub(crate) async fn describe_responsibility_transfer(
    ctx: &Ctx,
    input: DescribeResponsibilityTransferInput,
) -> Outcome<DescribeResponsibilityTransfer> {
    let seat = gate::manager(ctx).await?;
    let transfer = ctx.state::<Organizations>().engine().transfer(&seat, &input.id).await?;
    let shown = shown::transfer(&seat, transfer);
    Ok(DescribeResponsibilityTransferOutput { responsibility_transfer: Some(shown) })
}

/// Gives a transfer another name.
pub(crate) async fn update_responsibility_transfer(
    ctx: &Ctx,
    input: UpdateResponsibilityTransferInput,
) -> Outcome<UpdateResponsibilityTransfer> {
    let seat = gate::manager(ctx).await?;
    let transfer = ctx.state::<Organizations>().engine().rename_transfer(&seat, &input.id, &input.name).await?;
    let shown = shown::transfer(&seat, transfer);
    Ok(UpdateResponsibilityTransferOutput { responsibility_transfer: Some(shown) })
}

/// Ends a transfer, by either side, at the end of a month.
pub(crate) async fn terminate_responsibility_transfer(
    ctx: &Ctx,
    input: TerminateResponsibilityTransferInput,
) -> Outcome<TerminateResponsibilityTransfer> {
    let seat = gate::manager(ctx).await?;
    let engine = ctx.state::<Organizations>().engine();
    let transfer = engine.terminate(&seat, &input.id, input.end_timestamp).await?;
    let shown = shown::transfer(&seat, transfer);
    Ok(TerminateResponsibilityTransferOutput { responsibility_transfer: Some(shown) })
}

/// Lists what the organization takes from others.
pub(crate) async fn list_inbound_responsibility_transfers(
    ctx: &Ctx,
    input: ListInboundResponsibilityTransfersInput,
) -> Outcome<ListInboundResponsibilityTransfers> {
    let seat = gate::manager(ctx).await?;
    let turn = Turn::of(ctx, input.id.as_deref().unwrap_or_default(), input.next_token.as_deref(), input.max_results)?;
    let engine = ctx.state::<Organizations>().engine();
    let found = match &input.id {
        Some(id) => vec![engine.transfer(&seat, id).await?],
        None => engine.transfers(&seat, Side::Inbound, turn.after(), turn.more()).await?,
    };
    let (transfers, next_token) = page(ctx, &turn, &seat, found);
    Ok(ListInboundResponsibilityTransfersOutput { responsibility_transfers: Some(transfers), next_token })
}

/// Lists what the organization gave to others.
pub(crate) async fn list_outbound_responsibility_transfers(
    ctx: &Ctx,
    input: ListOutboundResponsibilityTransfersInput,
) -> Outcome<ListOutboundResponsibilityTransfers> {
    let seat = gate::manager(ctx).await?;
    let turn = Turn::of(ctx, "", input.next_token.as_deref(), input.max_results)?;
    let engine = ctx.state::<Organizations>().engine();
    let found = engine.transfers(&seat, Side::Outbound, turn.after(), turn.more()).await?;
    let (transfers, next_token) = page(ctx, &turn, &seat, found);
    Ok(ListOutboundResponsibilityTransfersOutput { responsibility_transfers: Some(transfers), next_token })
}

/// What asking another organization touches.
pub(crate) fn access_to_invite(
    ctx: &Ctx,
    input: &InviteOrganizationToTransferResponsibilityInput,
) -> Result<Access, Error> {
    let access = match input.target.r#type {
        api_organizations::HandshakePartyType::Account => Scene::of(ctx)?.to(&input.target.id)?,
        _ => Access::any(),
    };
    Ok(with_direction(tags::tagging(access, input.tags.as_ref()), Side::Inbound.name()))
}

/// What showing a transfer touches.
pub(crate) fn access_to_describe(ctx: &Ctx, input: &DescribeResponsibilityTransferInput) -> Result<Access, Error> {
    Scene::of(ctx)?.to_transfer(&input.id)
}

/// What renaming a transfer touches.
pub(crate) fn access_to_update(ctx: &Ctx, input: &UpdateResponsibilityTransferInput) -> Result<Access, Error> {
    Scene::of(ctx)?.to_transfer(&input.id)
}

/// What ending a transfer touches.
pub(crate) fn access_to_terminate(ctx: &Ctx, input: &TerminateResponsibilityTransferInput) -> Result<Access, Error> {
    Scene::of(ctx)?.to_transfer(&input.id)
}

/// What listing what is taken touches.
pub(crate) fn access_to_list_inbound(
    _ctx: &Ctx,
    _input: &ListInboundResponsibilityTransfersInput,
) -> Result<Access, Error> {
    Ok(with_direction(Access::any(), Side::Inbound.name()))
}

/// What listing what is given touches.
pub(crate) fn access_to_list_outbound(
    _ctx: &Ctx,
    _input: &ListOutboundResponsibilityTransfersInput,
) -> Result<Access, Error> {
    Ok(with_direction(Access::any(), Side::Outbound.name()))
}

fn page(
    ctx: &Ctx,
    turn: &Turn,
    seat: &Seat,
    found: Vec<Transfer>,
) -> (Vec<api_organizations::ResponsibilityTransfer>, Option<String>) {
    let page = turn.cut(ctx, found, |transfer| transfer.id.clone());
    (page.items.into_iter().map(|transfer| shown::transfer(seat, transfer)).collect(), page.next_token)
}

/// A transfer starts with a month that is to come.
fn check_start(start: Timestamp, now: Timestamp) -> Result<(), Error> {
    let bad = |reason, what| Err(invalid(reason, format!("You provided an invalid start date. {what}")));
    match begins(start) {
        (false, _) => {
            bad(Reason::StartDateNotBeginningOfDay, "The start date must be the beginning of the day (00:00:00.000).")
        }
        (true, false) => {
            bad(Reason::StartDateNotBeginningOfMonth, "The start date must be the first day of the month.")
        }
        (true, true) if start <= now => bad(Reason::StartDateTooEarly, "The start date is too early."),
        (true, true) if start > now.plus(LATEST) => bad(Reason::StartDateTooLate, "The start date is too late."),
        (true, true) => Ok(()),
    }
}
