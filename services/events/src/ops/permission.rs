//! Who may put events on a bus.

use api_events::{
    PutPermission, PutPermissionInput, PutPermissionOutput, RemovePermission, RemovePermissionInput,
    RemovePermissionOutput, errors,
};
use service_kit::{Ctx, Error, Outcome};

use super::address::{bus, engine};
use super::bus::told;
use crate::engine::Refusal;
use crate::engine::home::BusId;
use crate::engine::permission::{Statement, with, without};
use crate::error::{absent, invalid, parameter};
use crate::limits;
use crate::store::BusRecord;

/// Adds a statement to a bus's policy, or puts another policy in its place.
pub(crate) async fn put_permission(ctx: &Ctx, input: PutPermissionInput) -> Outcome<PutPermission> {
    let id = bus(ctx, input.event_bus_name.as_deref())?;
    if let Some(policy) = &input.policy {
        check_policy(policy)?;
        change(ctx, &id, |_| Ok(Some(policy.clone()))).await?;
        return Ok(PutPermissionOutput {});
    }
    let (Some(action), Some(principal), Some(statement)) = (&input.action, &input.principal, &input.statement_id)
    else {
        return Err(invalid("Parameter StatementId, Action and Principal, or Policy must be specified."));
    };
    if action != "events:PutEvents" {
        return Err(parameter("Action", &format!("Provided value in parameter 'action' is not supported: {action}")));
    }
    let (arn, partition) = (id.arn().to_string(), ctx.partition().as_str());
    let condition = input.condition.as_ref().map(|c| (c.r#type.as_str(), c.key.as_str(), c.value.as_str()));
    let statement = Statement { id: statement, action, principal, condition, bus: &arn };
    change(ctx, &id, |before| {
        let policy = with(before, &statement, partition);
        if policy.len() > limits::POLICY_LENGTH { Err(Refusal::Limit) } else { Ok(Some(policy)) }
    })
    .await?;
    Ok(PutPermissionOutput {})
}

/// Removes a statement from a bus's policy, or all of them.
pub(crate) async fn remove_permission(ctx: &Ctx, input: RemovePermissionInput) -> Outcome<RemovePermission> {
    let id = bus(ctx, input.event_bus_name.as_deref())?;
    if input.remove_all_permissions == Some(true) {
        change(ctx, &id, |_| Ok(None)).await?;
        return Ok(RemovePermissionOutput {});
    }
    let statement = input.statement_id.ok_or_else(|| invalid("Parameter StatementId is a required argument."))?;
    change(ctx, &id, |before| without(before, &statement).ok_or(Refusal::State)).await?;
    Ok(RemovePermissionOutput {})
}

async fn change(
    ctx: &Ctx,
    id: &BusId,
    policy: impl Fn(Option<&str>) -> Result<Option<String>, Refusal> + Send + Sync,
) -> Result<(), Error> {
    let change = |record: &mut BusRecord| {
        record.policy = policy(record.policy.as_deref())?;
        Ok(())
    };
    let changed = engine(ctx).change_bus(id, change).await;
    changed.map(|_| ()).map_err(|refusal| match refusal {
        Refusal::State => absent("Statement with the provided id does not exist."),
        Refusal::Limit => too_long(),
        other => told(&id.name, other),
    })
}

fn check_policy(policy: &str) -> Result<(), Error> {
    if policy.len() > limits::POLICY_LENGTH {
        return Err(too_long());
    }
    match serde_json::from_str::<serde_json::Value>(policy) {
        Ok(document) if document.get("Statement").is_some() => Ok(()),
        _ => Err(parameter("Policy", "Policy is not a valid policy document.")),
    }
}

fn too_long() -> Error {
    errors::policy_length_exceeded_exception("The event bus policy is too long.").into()
}
