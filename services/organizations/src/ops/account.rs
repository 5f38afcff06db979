//! Members: shown, listed, moved, closed, taken out.

use api_organizations::{
    CloseAccount, CloseAccountInput, CloseAccountOutput, DescribeAccount, DescribeAccountInput, DescribeAccountOutput,
    LeaveOrganization, LeaveOrganizationInput, LeaveOrganizationOutput, ListAccounts, ListAccountsForParent,
    ListAccountsForParentInput, ListAccountsForParentOutput, ListAccountsInput, ListAccountsOutput, MoveAccount,
    MoveAccountInput, MoveAccountOutput, RemoveAccountFromOrganization, RemoveAccountFromOrganizationInput,
    RemoveAccountFromOrganizationOutput,
};
use names::AccountId;
use service_kit::{Access, Ctx, Error, Outcome};

use super::access::Scene;
use super::paging::Turn;
use super::{gate, shown};
use crate::Organizations;
use crate::engine::refusal::{Refusal, Thing};

/// Shows a member.
pub(crate) async fn describe_account(ctx: &Ctx, input: DescribeAccountInput) -> Outcome<DescribeAccount> {
    let seat = gate::reader(ctx, &access_to_describe(ctx, &input)?).await?;
    let member = ctx.state::<Organizations>().engine().member(&seat, parse(&input.account_id)?).await?;
    Ok(DescribeAccountOutput { account: Some(shown::account(&seat, member, ctx.now())) })
}

/// Lists all members.
pub(crate) async fn list_accounts(ctx: &Ctx, input: ListAccountsInput) -> Outcome<ListAccounts> {
    let seat = gate::reader(ctx, &Access::any()).await?;
    let turn = Turn::of(ctx, "", input.next_token.as_deref(), input.max_results)?;
    let engine = ctx.state::<Organizations>().engine();
    let members = engine.members(&seat, None, turn.after_account(), turn.more()).await?;
    let page = turn.cut(ctx, members, |member| member.id.to_string());
    let accounts = page.items.into_iter().map(|member| shown::account(&seat, member, ctx.now())).collect();
    Ok(ListAccountsOutput { accounts: Some(accounts), next_token: page.next_token })
}

/// Lists the members directly under a parent.
pub(crate) async fn list_accounts_for_parent(
    ctx: &Ctx,
    input: ListAccountsForParentInput,
) -> Outcome<ListAccountsForParent> {
    let seat = gate::reader(ctx, &access_to_list_for_parent(ctx, &input)?).await?;
    let turn = Turn::of(ctx, &input.parent_id, input.next_token.as_deref(), input.max_results)?;
    let engine = ctx.state::<Organizations>().engine();
    let members = engine.members(&seat, Some(&input.parent_id), turn.after_account(), turn.more()).await?;
    let page = turn.cut(ctx, members, |member| member.id.to_string());
    let accounts = page.items.into_iter().map(|member| shown::account(&seat, member, ctx.now())).collect();
    Ok(ListAccountsForParentOutput { accounts: Some(accounts), next_token: page.next_token })
}

/// Moves a member from one parent to another.
pub(crate) async fn move_account(ctx: &Ctx, input: MoveAccountInput) -> Outcome<MoveAccount> {
    let seat = gate::manager(ctx).await?;
    let account = parse(&input.account_id)?;
    let (from, to) = (&input.source_parent_id, &input.destination_parent_id);
    ctx.state::<Organizations>().engine().move_account(&seat, account, from, to).await?;
    Ok(MoveAccountOutput {})
}

/// Closes a member.
pub(crate) async fn close_account(ctx: &Ctx, input: CloseAccountInput) -> Outcome<CloseAccount> {
    let seat = gate::manager(ctx).await?;
    ctx.state::<Organizations>().engine().close_account(&seat, parse(&input.account_id)?).await?;
    Ok(CloseAccountOutput {})
}

/// Takes a member out of the organization.
pub(crate) async fn remove_account_from_organization(
    ctx: &Ctx,
    input: RemoveAccountFromOrganizationInput,
) -> Outcome<RemoveAccountFromOrganization> {
    let seat = gate::manager(ctx).await?;
    ctx.state::<Organizations>().engine().remove_account(&seat, parse(&input.account_id)?).await?;
    Ok(RemoveAccountFromOrganizationOutput {})
}

/// Takes the caller's account out of its organization.
pub(crate) async fn leave_organization(ctx: &Ctx, _input: LeaveOrganizationInput) -> Outcome<LeaveOrganization> {
    let seat = gate::member(ctx).await?;
    ctx.state::<Organizations>().engine().remove_account(&seat, seat.account).await?;
    Ok(LeaveOrganizationOutput {})
}

/// What showing a member touches.
pub(crate) fn access_to_describe(ctx: &Ctx, input: &DescribeAccountInput) -> Result<Access, Error> {
    Scene::of(ctx)?.to(&input.account_id)
}

/// What listing the members of a parent touches.
pub(crate) fn access_to_list_for_parent(ctx: &Ctx, input: &ListAccountsForParentInput) -> Result<Access, Error> {
    Scene::of(ctx)?.to(&input.parent_id)
}

/// What moving a member touches: all three must be allowed.
pub(crate) fn access_to_move(ctx: &Ctx, input: &MoveAccountInput) -> Result<Access, Error> {
    let scene = Scene::of(ctx)?;
    let mut access = scene.to(&input.account_id)?;
    access.resources.extend(scene.to(&input.source_parent_id)?.resources);
    access.resources.extend(scene.to(&input.destination_parent_id)?.resources);
    Ok(access)
}

/// What closing a member touches.
pub(crate) fn access_to_close(ctx: &Ctx, input: &CloseAccountInput) -> Result<Access, Error> {
    Scene::of(ctx)?.to(&input.account_id)
}

/// What taking out a member touches.
pub(crate) fn access_to_remove(ctx: &Ctx, input: &RemoveAccountFromOrganizationInput) -> Result<Access, Error> {
    Scene::of(ctx)?.to(&input.account_id)
}

/// The account of a text.
pub(super) fn parse(account: &str) -> Result<AccountId, Error> {
    Ok(account.parse().map_err(|_| Refusal::No(Thing::Account))?)
}
