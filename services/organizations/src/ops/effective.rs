//! Effective policies, and what is wrong with them.

use api_organizations::{
    DescribeEffectivePolicy, DescribeEffectivePolicyInput, DescribeEffectivePolicyOutput, EffectivePolicy,
    EffectivePolicyType, EffectivePolicyValidationError, ListAccountsWithInvalidEffectivePolicy,
    ListAccountsWithInvalidEffectivePolicyInput, ListAccountsWithInvalidEffectivePolicyOutput,
    ListEffectivePolicyValidationErrors, ListEffectivePolicyValidationErrorsInput,
    ListEffectivePolicyValidationErrorsOutput,
};
use service_kit::{Access, Ctx, Error, Outcome};

use super::access::{Scene, with_type};
use super::account::parse;
use super::paging::Turn;
use super::{gate, shown};
use crate::Organizations;
use crate::engine::effective::Invalid;
use crate::engine::id::Place;
use crate::engine::kind::Kind;
use crate::engine::refusal::Refusal;
use crate::error::invalid_enum;

/// Shows what policies of a type come to for an account: any for the management account, its own for a member.
pub(crate) async fn describe_effective_policy(
    ctx: &Ctx,
    input: DescribeEffectivePolicyInput,
) -> Outcome<DescribeEffectivePolicy> {
    let seat = gate::member(ctx).await?;
    let kind = kind(&input.policy_type)?;
    let target = match input.target_id.as_deref().map(Place::of) {
        None => seat.account,
        Some(Some(Place::Account(account))) => account,
        Some(_) => return Err(Refusal::NotSupported.into()),
    };
    if target != seat.account {
        gate::reader(ctx, &access_to_describe(ctx, &input)?).await?;
    }
    let effective = ctx.state::<Organizations>().engine().effective(&seat, kind, target).await?;
    let effective_policy = EffectivePolicy {
        policy_content: Some(effective.content),
        last_updated_timestamp: Some(effective.updated),
        target_id: Some(target.to_string()),
        policy_type: Some(input.policy_type),
    };
    Ok(DescribeEffectivePolicyOutput { effective_policy: Some(effective_policy) })
}

/// Lists accounts for which policies of a type come to something that is not valid.
pub(crate) async fn list_accounts_with_invalid_effective_policy(
    ctx: &Ctx,
    input: ListAccountsWithInvalidEffectivePolicyInput,
) -> Outcome<ListAccountsWithInvalidEffectivePolicy> {
    let seat = gate::reader(ctx, &access_to_list_accounts(ctx, &input)?).await?;
    let kind = kind(&input.policy_type)?;
    let turn = Turn::of(ctx, kind.name(), input.next_token.as_deref(), input.max_results)?;
    let engine = ctx.state::<Organizations>().engine();
    let found = engine.accounts_with_invalid(&seat, kind, turn.after_account(), turn.more()).await?;
    let page = turn.cut(ctx, found, |member| member.id.to_string());
    let accounts = page.items.into_iter().map(|member| shown::account(&seat, member, ctx.now())).collect();
    Ok(ListAccountsWithInvalidEffectivePolicyOutput {
        accounts: Some(accounts),
        policy_type: Some(input.policy_type),
        next_token: page.next_token,
    })
}

/// Lists what is wrong with what policies of a type come to for an account.
pub(crate) async fn list_effective_policy_validation_errors(
    ctx: &Ctx,
    input: ListEffectivePolicyValidationErrorsInput,
) -> Outcome<ListEffectivePolicyValidationErrors> {
    let seat = gate::reader(ctx, &access_to_list_errors(ctx, &input)?).await?;
    let kind = kind(&input.policy_type)?;
    let filters = format!("{} {}", input.account_id, kind.name());
    let turn = Turn::of(ctx, &filters, input.next_token.as_deref(), input.max_results)?;
    let engine = ctx.state::<Organizations>().engine();
    let account = parse(&input.account_id)?;
    engine.member(&seat, account).await?;
    let effective = engine.effective(&seat, kind, account).await?;
    let page = turn.cut_all(ctx, effective.invalid);
    let show = |invalid: Invalid| EffectivePolicyValidationError {
        error_code: Some(invalid.code.to_owned()),
        error_message: Some(invalid.message),
        path_to_error: Some(invalid.path),
        contributing_policies: Some(effective.policies.clone()),
    };
    Ok(ListEffectivePolicyValidationErrorsOutput {
        account_id: Some(input.account_id),
        policy_type: Some(input.policy_type),
        path: Some(effective.path),
        evaluation_timestamp: Some(effective.updated),
        next_token: page.next_token,
        effective_policy_validation_errors: Some(page.items.into_iter().map(show).collect()),
    })
}

/// What showing an effective policy touches.
pub(crate) fn access_to_describe(ctx: &Ctx, input: &DescribeEffectivePolicyInput) -> Result<Access, Error> {
    let own = ctx.account().to_string();
    let account = input.target_id.as_deref().unwrap_or(&own);
    Ok(with_type(Scene::of(ctx)?.to(account)?, input.policy_type.as_str()))
}

/// What listing accounts with something not valid touches.
pub(crate) fn access_to_list_accounts(
    _ctx: &Ctx,
    input: &ListAccountsWithInvalidEffectivePolicyInput,
) -> Result<Access, Error> {
    Ok(with_type(Access::any(), input.policy_type.as_str()))
}

/// What listing errors touches.
pub(crate) fn access_to_list_errors(
    ctx: &Ctx,
    input: &ListEffectivePolicyValidationErrorsInput,
) -> Result<Access, Error> {
    Ok(with_type(Scene::of(ctx)?.to(&input.account_id)?, input.policy_type.as_str()))
}

fn kind(policy_type: &EffectivePolicyType) -> Result<Kind, Error> {
    Kind::named(policy_type.as_str()).filter(|kind| !kind.authorizes()).ok_or_else(invalid_enum)
}
