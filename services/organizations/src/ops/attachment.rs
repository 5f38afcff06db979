//! Policies on targets.

use api_organizations::{
    AttachPolicy, AttachPolicyInput, AttachPolicyOutput, DetachPolicy, DetachPolicyInput, DetachPolicyOutput,
    ListPoliciesForTarget, ListPoliciesForTargetInput, ListPoliciesForTargetOutput, ListTargetsForPolicy,
    ListTargetsForPolicyInput, ListTargetsForPolicyOutput,
};
use service_kit::{Access, Ctx, Error, Outcome};

use super::access::{Scene, with_type};
use super::paging::Turn;
use super::root::kind;
use super::{gate, shown};
use crate::Organizations;

/// Puts a policy on a target.
pub(crate) async fn attach_policy(ctx: &Ctx, input: AttachPolicyInput) -> Outcome<AttachPolicy> {
    let seat = gate::writer(ctx, &access_to_attach(ctx, &input)?).await?;
    ctx.state::<Organizations>().engine().attach(&seat, &input.policy_id, &input.target_id).await?;
    Ok(AttachPolicyOutput {})
}

/// Takes a policy off a target.
pub(crate) async fn detach_policy(ctx: &Ctx, input: DetachPolicyInput) -> Outcome<DetachPolicy> {
    let seat = gate::writer(ctx, &access_to_detach(ctx, &input)?).await?;
    ctx.state::<Organizations>().engine().detach(&seat, &input.policy_id, &input.target_id).await?;
    Ok(DetachPolicyOutput {})
}

/// Lists the policies of a type that are directly on a target.
pub(crate) async fn list_policies_for_target(
    ctx: &Ctx,
    input: ListPoliciesForTargetInput,
) -> Outcome<ListPoliciesForTarget> {
    let seat = gate::reader(ctx, &access_to_list_policies(ctx, &input)?).await?;
    let filters = format!("{} {}", input.target_id, input.filter.as_str());
    let turn = Turn::of(ctx, &filters, input.next_token.as_deref(), input.max_results)?;
    let engine = ctx.state::<Organizations>().engine();
    let found = engine.policies_on(&seat, kind(&input.filter)?, &input.target_id).await?;
    let page = turn.cut_all(ctx, found);
    let policies = page.items.iter().map(|policy| shown::summary(&seat, policy)).collect();
    Ok(ListPoliciesForTargetOutput { policies: Some(policies), next_token: page.next_token })
}

/// Lists what a policy is directly on.
pub(crate) async fn list_targets_for_policy(
    ctx: &Ctx,
    input: ListTargetsForPolicyInput,
) -> Outcome<ListTargetsForPolicy> {
    let seat = gate::reader(ctx, &access_to_list_targets(ctx, &input)?).await?;
    let turn = Turn::of(ctx, &input.policy_id, input.next_token.as_deref(), input.max_results)?;
    let engine = ctx.state::<Organizations>().engine();
    let found = engine.targets(&seat, &input.policy_id, turn.after(), turn.more()).await?;
    let page = turn.cut(ctx, found, |target| target.id.clone());
    let targets = page.items.into_iter().map(shown::target).collect();
    Ok(ListTargetsForPolicyOutput { targets: Some(targets), next_token: page.next_token })
}

/// What putting a policy on a target touches.
pub(crate) fn access_to_attach(ctx: &Ctx, input: &AttachPolicyInput) -> Result<Access, Error> {
    Scene::of(ctx)?.to_policy_on(&input.policy_id, &input.target_id)
}

/// What taking a policy off a target touches.
pub(crate) fn access_to_detach(ctx: &Ctx, input: &DetachPolicyInput) -> Result<Access, Error> {
    Scene::of(ctx)?.to_policy_on(&input.policy_id, &input.target_id)
}

/// What listing the policies of a target touches.
pub(crate) fn access_to_list_policies(ctx: &Ctx, input: &ListPoliciesForTargetInput) -> Result<Access, Error> {
    Ok(with_type(Scene::of(ctx)?.to(&input.target_id)?, input.filter.as_str()))
}

/// What listing the targets of a policy touches.
pub(crate) fn access_to_list_targets(ctx: &Ctx, input: &ListTargetsForPolicyInput) -> Result<Access, Error> {
    Scene::of(ctx)?.to_policy(&input.policy_id)
}
