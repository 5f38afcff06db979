//! Records and events, written together: what a reader sees of a stack and what its events tell agree.

use names::Timestamp;
use service_kit::Ctx;
use store::{Scope, StoreError, Tx};

use crate::store::{EVENTS, EventRecord, ResourceRecord, StackRecord, TAILS, Tail};

/// The type of stacks.
pub(crate) const STACK: &str = "AWS::CloudFormation::Stack";

/// The next number in a stack.
pub(crate) async fn number(tx: &Tx, scope: &Scope, stack: &str) -> Result<u64, StoreError> {
    let last = TAILS.get(tx, scope, &stack).await?.unwrap_or_default().last + 1;
    TAILS.put(tx, scope, &stack, &Tail { last })?;
    Ok(last)
}

/// Writes an event.
pub(crate) async fn event(tx: &Tx, scope: &Scope, stack: &str, event: &EventRecord) -> Result<(), StoreError> {
    let number = number(tx, scope, stack).await?;
    EVENTS.put(tx, scope, &(stack, number), event)
}

/// An event of a whole stack, as its record stands.
pub(crate) fn of_stack(stack: &StackRecord, id: String, at: Timestamp, token: Option<String>) -> EventRecord {
    EventRecord {
        id,
        name: stack.name.clone(),
        physical: stack.arn.clone(),
        kind: STACK.to_owned(),
        status: stack.status.clone(),
        reason: stack.reason.clone(),
        properties: None,
        at,
        token,
        operation: stack.operation.clone(),
    }
}

/// An event of a resource, as its record stands.
pub(crate) fn of_resource(resource: &ResourceRecord, random: &runtime::Random, token: Option<String>) -> EventRecord {
    let deletes = resource.status.starts_with("DELETE");
    let id = if deletes {
        format!("{}-{}", resource.name, random.uuid())
    } else {
        format!("{}-{}-{}", resource.name, resource.status, resource.at.iso8601())
    };
    EventRecord {
        id,
        name: resource.name.clone(),
        physical: resource.physical.clone().unwrap_or_default(),
        kind: resource.kind.clone(),
        status: resource.status.clone(),
        reason: resource.reason.clone(),
        properties: (!deletes).then(|| serde_json::Value::Object(resource.shown.0.clone()).to_string()),
        at: resource.at,
        token,
        operation: resource.operation.clone(),
    }
}

/// The scope in which an operation's stacks lie.
pub(crate) fn scope(ctx: &Ctx) -> Scope {
    Scope::Regional(ctx.account(), ctx.region.clone())
}
