//! What ends an operation that goes wrong: cancelling an update, going on with a way back, beginning one.

use api_cloudformation::{
    CancelUpdateStack, CancelUpdateStackInput, CancelUpdateStackOutput, ContinueUpdateRollback,
    ContinueUpdateRollbackInput, ContinueUpdateRollbackOutput, RollbackStack, RollbackStackInput, RollbackStackOutput,
};
use service_kit::{Ctx, Error, Outcome};

use super::find;
use super::stack::{Begin, begin};
use crate::error::{invalid, no_stack};
use crate::run::Stacks;
use crate::run::journal::scope;
use crate::store::{Phase, WORK, Work};

/// Cancels the update under way: what it changed is changed back.
pub(super) async fn cancel_update_stack(ctx: &Ctx, input: CancelUpdateStackInput) -> Outcome<CancelUpdateStack> {
    let name = &input.stack_name;
    let cancelled = ctx.store().transact(|tx| async move {
        let stacks: &Stacks = ctx.state();
        let stack = find::stack(ctx, &tx, name).await?.ok_or_else(|| no_stack(name))?;
        let work = WORK.get(&stacks.vault, &tx, &scope(ctx), &stack.id).await?;
        let Some(work) = work.filter(|work| stack.status == "UPDATE_IN_PROGRESS" && work.phase == Phase::Forward)
        else {
            return Err(invalid("CancelUpdateStack cannot be called from current stack status"));
        };
        WORK.put(&stacks.vault, &tx, &scope(ctx), &stack.id, &Work { cancelled: true, ..work })?;
        Ok::<_, Error>(())
    });
    cancelled.await?;
    Ok(CancelUpdateStackOutput::default())
}

/// Goes on with the way back from an update that failed on that way.
pub(super) async fn continue_update_rollback(
    ctx: &Ctx,
    input: ContinueUpdateRollbackInput,
) -> Outcome<ContinueUpdateRollback> {
    let input = &input;
    let continued = ctx.store().transact(|tx| async move {
        let mut stack = find::stack(ctx, &tx, &input.stack_name).await?.ok_or_else(|| no_stack(&input.stack_name))?;
        if stack.status != "UPDATE_ROLLBACK_FAILED" {
            let text = format!("Stack:{} is in {} state and can not continue rollback.", stack.arn, stack.status);
            return Err(invalid(text));
        }
        if let (Some(role), Some(deployment)) = (&input.role_arn, stack.deployment.as_mut()) {
            deployment.role = Some(role.clone());
        }
        stack.status = "UPDATE_ROLLBACK_IN_PROGRESS".to_owned();
        stack.reason = Some("User Initiated".to_owned());
        let begins = Begin {
            phase: Phase::Restore,
            token: input.client_request_token.clone(),
            skip: input.resources_to_skip.clone().unwrap_or_default(),
            ..Begin::default()
        };
        begin(ctx, &tx, &stack, &begins).await
    });
    continued.await?;
    ctx.state::<Stacks>().wake.signal();
    Ok(ContinueUpdateRollbackOutput::default())
}

/// Begins the way back of an operation that failed and was left as it was.
pub(super) async fn rollback_stack(ctx: &Ctx, input: RollbackStackInput) -> Outcome<RollbackStack> {
    let input = &input;
    let rolled = ctx.store().transact(|tx| async move {
        let mut stack = find::stack(ctx, &tx, &input.stack_name).await?.ok_or_else(|| no_stack(&input.stack_name))?;
        let (phase, status) = match stack.status.as_str() {
            "CREATE_FAILED" => (Phase::Undo, "ROLLBACK_IN_PROGRESS"),
            "UPDATE_FAILED" => (Phase::Restore, "UPDATE_ROLLBACK_IN_PROGRESS"),
            other => {
                return Err(invalid(format!("Stack:{} is in {other} state and can not be rolled back.", stack.arn)));
            }
        };
        if let (Some(role), Some(deployment)) = (&input.role_arn, stack.deployment.as_mut()) {
            deployment.role = Some(role.clone());
        }
        stack.status = status.to_owned();
        stack.reason = Some("User Initiated".to_owned());
        let begins = Begin {
            phase,
            creates: phase == Phase::Undo,
            token: input.client_request_token.clone(),
            retain_except_on_create: input.retain_except_on_create.unwrap_or(false),
            ..Begin::default()
        };
        begin(ctx, &tx, &stack, &begins).await?;
        Ok(stack.arn)
    });
    let stack_id = rolled.await?;
    ctx.state::<Stacks>().wake.signal();
    Ok(RollbackStackOutput { stack_id: Some(stack_id), ..RollbackStackOutput::default() })
}
