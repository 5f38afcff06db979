//! What guards stacks: termination protection, stack policies, the limits of the account.

use api_cloudformation::{
    AccountLimit, DescribeAccountLimits, DescribeAccountLimitsInput, DescribeAccountLimitsOutput, GetStackPolicy,
    GetStackPolicyInput, GetStackPolicyOutput, SetStackPolicy, SetStackPolicyInput, SetStackPolicyOutput,
    UpdateTerminationProtection, UpdateTerminationProtectionInput, UpdateTerminationProtectionOutput,
};
use service_kit::{Ctx, Error, Outcome};

use super::{find, stack};
use crate::error::{invalid, no_stack, no_stack_with_id};
use crate::limits;
use crate::run::Stacks;
use crate::run::journal::scope;
use crate::store::{STACKS, StackRecord};

/// Changes a stack that is not deleted.
async fn change(
    ctx: &Ctx,
    name: &str,
    refuse: fn(&str) -> Error,
    change: impl Fn(&mut StackRecord) + Send + Sync,
) -> Result<StackRecord, Error> {
    let change = &change;
    let changed = ctx.store().transact(|tx| async move {
        let stack = find::stack(ctx, &tx, name).await?.filter(|stack| stack.status != "DELETE_COMPLETE");
        let mut stack = stack.ok_or_else(|| refuse(name))?;
        change(&mut stack);
        STACKS.put(&ctx.state::<Stacks>().vault, &tx, &scope(ctx), &stack.id, &stack)?;
        Ok::<_, Error>(stack)
    });
    changed.await
}

/// Sets the policy of a stack.
pub(super) async fn set_stack_policy(ctx: &Ctx, input: SetStackPolicyInput) -> Outcome<SetStackPolicy> {
    let policy = stack::stack_policy(ctx, input.stack_policy_body, input.stack_policy_url.as_deref()).await?;
    change(ctx, &input.stack_name, no_stack_with_id, |stack| stack.policy.clone_from(&policy)).await?;
    Ok(SetStackPolicyOutput::default())
}

/// Tells it.
pub(super) async fn get_stack_policy(ctx: &Ctx, input: GetStackPolicyInput) -> Outcome<GetStackPolicy> {
    let stack = find::known(ctx, &input.stack_name, no_stack_with_id).await?;
    Ok(GetStackPolicyOutput { stack_policy_body: stack.policy })
}

/// Lets a stack be deleted, or not.
pub(super) async fn update_termination_protection(
    ctx: &Ctx,
    input: UpdateTerminationProtectionInput,
) -> Outcome<UpdateTerminationProtection> {
    let protect = input.enable_termination_protection;
    let before = find::known(ctx, &input.stack_name, no_stack).await?;
    if before.parent.is_some() {
        return Err(invalid("Termination protection cannot be changed directly on nested stacks"));
    }
    let stack = change(ctx, &input.stack_name, no_stack, |stack| stack.protected = protect).await?;
    Ok(UpdateTerminationProtectionOutput { stack_id: Some(stack.arn) })
}

/// Tells the limits of the account.
pub(super) async fn describe_account_limits(
    _ctx: &Ctx,
    _input: DescribeAccountLimitsInput,
) -> Outcome<DescribeAccountLimits> {
    let limit = |name: &str, value| AccountLimit { name: Some(name.to_owned()), value: Some(value) };
    let all = vec![
        limit("StackLimit", limits::STACKS),
        limit("StackOutputsLimit", limits::OUTPUTS),
        limit("ConcurrentResourcesLimit", limits::CONCURRENT),
    ];
    Ok(DescribeAccountLimitsOutput { account_limits: Some(all), next_token: None })
}
