//! Policies.

use api_organizations::{
    CreatePolicy, CreatePolicyInput, CreatePolicyOutput, DeletePolicy, DeletePolicyInput, DeletePolicyOutput,
    DescribePolicy, DescribePolicyInput, DescribePolicyOutput, ListPolicies, ListPoliciesInput, ListPoliciesOutput,
    UpdatePolicy, UpdatePolicyInput, UpdatePolicyOutput,
};
use service_kit::{Access, Ctx, Error, Outcome};

use super::access::{Scene, with_type};
use super::paging::Turn;
use super::root::kind;
use super::{gate, shown, tags};
use crate::Organizations;
use crate::engine::policy::Edit;
use crate::store::PolicyRecord;

/// Writes a policy.
pub(crate) async fn create_policy(ctx: &Ctx, input: CreatePolicyInput) -> Outcome<CreatePolicy> {
    let seat = gate::writer(ctx, &access_to_create(ctx, &input)?).await?;
    let tags = tags::read(input.tags)?;
    let record = PolicyRecord {
        name: input.name,
        description: input.description,
        kind: kind(&input.r#type)?,
        content: input.content,
        modified: ctx.now(),
        revision: 0,
    };
    let policy = ctx.state::<Organizations>().engine().create_policy(&seat, record, &tags).await?;
    Ok(CreatePolicyOutput { policy: Some(shown::policy(&seat, policy)) })
}

/// Shows a policy.
pub(crate) async fn describe_policy(ctx: &Ctx, input: DescribePolicyInput) -> Outcome<DescribePolicy> {
    let seat = gate::reader(ctx, &access_to_describe(ctx, &input)?).await?;
    let policy = ctx.state::<Organizations>().engine().policy(&seat, &input.policy_id).await?;
    Ok(DescribePolicyOutput { policy: Some(shown::policy(&seat, policy)) })
}

/// Changes a policy; what is not given stays.
pub(crate) async fn update_policy(ctx: &Ctx, input: UpdatePolicyInput) -> Outcome<UpdatePolicy> {
    let seat = gate::writer(ctx, &access_to_update(ctx, &input)?).await?;
    let edit = Edit {
        name: input.name.as_deref(),
        description: input.description.as_deref(),
        content: input.content.as_deref(),
    };
    let policy = ctx.state::<Organizations>().engine().update_policy(&seat, &input.policy_id, &edit).await?;
    Ok(UpdatePolicyOutput { policy: Some(shown::policy(&seat, policy)) })
}

/// Deletes a policy that is on nothing.
pub(crate) async fn delete_policy(ctx: &Ctx, input: DeletePolicyInput) -> Outcome<DeletePolicy> {
    let seat = gate::writer(ctx, &access_to_delete(ctx, &input)?).await?;
    ctx.state::<Organizations>().engine().delete_policy(&seat, &input.policy_id).await?;
    Ok(DeletePolicyOutput {})
}

/// Lists policies of a type.
pub(crate) async fn list_policies(ctx: &Ctx, input: ListPoliciesInput) -> Outcome<ListPolicies> {
    let seat = gate::reader(ctx, &access_to_list(ctx, &input)?).await?;
    let turn = Turn::of(ctx, input.filter.as_str(), input.next_token.as_deref(), input.max_results)?;
    let engine = ctx.state::<Organizations>().engine();
    let found = engine.policies(&seat, kind(&input.filter)?, turn.after(), turn.more()).await?;
    let page = turn.cut(ctx, found, |policy| policy.id.clone());
    let policies = page.items.iter().map(|policy| shown::summary(&seat, policy)).collect();
    Ok(ListPoliciesOutput { policies: Some(policies), next_token: page.next_token })
}

/// What writing a policy touches.
pub(crate) fn access_to_create(ctx: &Ctx, input: &CreatePolicyInput) -> Result<Access, Error> {
    Ok(tags::tagging(Scene::of(ctx)?.to_new_policy(input.r#type.as_str()), input.tags.as_ref()))
}

/// What showing a policy touches.
pub(crate) fn access_to_describe(ctx: &Ctx, input: &DescribePolicyInput) -> Result<Access, Error> {
    Scene::of(ctx)?.to_policy(&input.policy_id)
}

/// What changing a policy touches.
pub(crate) fn access_to_update(ctx: &Ctx, input: &UpdatePolicyInput) -> Result<Access, Error> {
    Scene::of(ctx)?.to_policy(&input.policy_id)
}

/// What deleting a policy touches.
pub(crate) fn access_to_delete(ctx: &Ctx, input: &DeletePolicyInput) -> Result<Access, Error> {
    Scene::of(ctx)?.to_policy(&input.policy_id)
}

/// What listing policies touches.
pub(crate) fn access_to_list(_ctx: &Ctx, input: &ListPoliciesInput) -> Result<Access, Error> {
    Ok(with_type(Access::any(), input.filter.as_str()))
}
