//! The resources of stacks, and what happened to them.

use api_cloudformation::{
    DescribeStackEvents, DescribeStackEventsInput, DescribeStackEventsOutput, DescribeStackResource,
    DescribeStackResourceInput, DescribeStackResourceOutput, DescribeStackResources, DescribeStackResourcesInput,
    DescribeStackResourcesOutput, ListStackResources, ListStackResourcesInput, ListStackResourcesOutput, StackEvent,
    StackResource, StackResourceDetail, StackResourceDriftInformationSummary, StackResourceSummary,
};
use serde_json::Value;
use service_kit::{Ctx, Error, Outcome, paging};
use store::{Order, Span};

use super::{find, shown};
use crate::error::{invalid, no_stack, no_stack_with_id};
use crate::limits::PAGE;
use crate::run::Stacks;
use crate::run::journal::scope;
use crate::store::{EVENTS, EventRecord, RESOURCES, ResourceRecord, StackRecord, of};

/// All resources of a stack that were begun.
async fn resources(ctx: &Ctx, stack: &StackRecord) -> Result<Vec<ResourceRecord>, Error> {
    let view = ctx.store().read().await?;
    let rows = RESOURCES.all(&ctx.state::<Stacks>().vault, &view, &scope(ctx), &of(&stack.id)).await?;
    Ok(rows.into_iter().map(|(_, resource)| resource).filter(|resource| !resource.status.is_empty()).collect())
}

/// Tells of a resource, with its metadata.
pub(super) async fn describe_stack_resource(
    ctx: &Ctx,
    input: DescribeStackResourceInput,
) -> Outcome<DescribeStackResource> {
    let none = |name: &str| invalid(format!("Stack '{name}' does not exist"));
    let stack = find::known(ctx, &input.stack_name, none).await?;
    let all = resources(ctx, &stack).await?;
    let found = all.into_iter().find(|resource| resource.name == input.logical_resource_id).ok_or_else(|| {
        invalid(format!("Resource {} does not exist for stack {}", input.logical_resource_id, input.stack_name))
    })?;
    let metadata = found.metadata.as_ref().map(|metadata| Value::Object(metadata.0.clone()).to_string());
    let detail = StackResourceDetail {
        stack_name: Some(stack.name),
        stack_id: Some(stack.arn),
        drift_information: Some(shown::drift(&found)),
        logical_resource_id: found.name,
        physical_resource_id: found.physical,
        resource_type: found.kind,
        last_updated_timestamp: found.at,
        resource_status: found.status.into(),
        resource_status_reason: found.reason,
        metadata: Some(metadata.unwrap_or_else(|| "{}".to_owned())),
        ..StackResourceDetail::default()
    };
    Ok(DescribeStackResourceOutput { stack_resource_detail: Some(detail) })
}

/// Tells of the resources of a stack, or of the stack of a resource.
pub(super) async fn describe_stack_resources(
    ctx: &Ctx,
    input: DescribeStackResourcesInput,
) -> Outcome<DescribeStackResources> {
    let (stack, all) = match (input.stack_name, &input.physical_resource_id) {
        (Some(name), _) => {
            let stack = find::known(ctx, &name, no_stack_with_id).await?;
            let all = resources(ctx, &stack).await?;
            (stack, all)
        }
        (None, Some(id)) => holder(ctx, id).await?.ok_or_else(|| invalid(format!("Stack for {id} does not exist")))?,
        (None, None) => return Err(invalid("Either StackName or PhysicalResourceId must be specified.")),
    };
    let wanted = input.logical_resource_id;
    let listed = all.into_iter().filter(|resource| wanted.as_ref().is_none_or(|name| *name == resource.name));
    let resource = |found: ResourceRecord| StackResource {
        stack_name: Some(stack.name.clone()),
        stack_id: Some(stack.arn.clone()),
        drift_information: Some(shown::drift(&found)),
        logical_resource_id: found.name,
        physical_resource_id: found.physical,
        resource_type: found.kind,
        timestamp: found.at,
        resource_status: found.status.into(),
        resource_status_reason: found.reason,
        ..StackResource::default()
    };
    Ok(DescribeStackResourcesOutput { stack_resources: Some(listed.map(resource).collect()) })
}

/// The stack that has a resource.
async fn holder(ctx: &Ctx, id: &str) -> Result<Option<(StackRecord, Vec<ResourceRecord>)>, Error> {
    let (stacks, view): (&Stacks, _) = (ctx.state(), ctx.store().read().await?);
    let rows = RESOURCES.all(&stacks.vault, &view, &scope(ctx), &Span::all()).await?;
    let holds = |resource: &ResourceRecord| resource.physical.as_deref() == Some(id);
    let Some(stack) = rows.iter().find(|(_, one)| holds(one)).map(|((stack, _), _)| stack.clone()) else {
        return Ok(None);
    };
    let record = crate::store::STACKS.get(&stacks.vault, &view, &scope(ctx), &stack).await?;
    let all = rows.into_iter().filter(|((of, _), _)| *of == stack).map(|(_, resource)| resource).collect();
    Ok(record.map(|record| (record, all)))
}

/// Lists the resources of a stack.
pub(super) async fn list_stack_resources(ctx: &Ctx, input: ListStackResourcesInput) -> Outcome<ListStackResources> {
    let stack = find::known(ctx, &input.stack_name, no_stack_with_id).await?;
    let after = paging::position(ctx, &stack.id, input.next_token.as_deref())?;
    let mut all = resources(ctx, &stack).await?;
    all.retain(|resource| after.as_ref().is_none_or(|after| resource.name > *after));
    let page = paging::page(ctx, &stack.id, all, PAGE, |resource| resource.name.clone());
    let summary = |found: ResourceRecord| {
        let drift = shown::drift(&found);
        StackResourceSummary {
            logical_resource_id: found.name,
            physical_resource_id: found.physical,
            resource_type: found.kind,
            last_updated_timestamp: found.at,
            resource_status: found.status.into(),
            resource_status_reason: found.reason,
            drift_information: Some(StackResourceDriftInformationSummary {
                stack_resource_drift_status: drift.stack_resource_drift_status,
                last_check_timestamp: drift.last_check_timestamp,
            }),
            module_info: None,
        }
    };
    Ok(ListStackResourcesOutput {
        stack_resource_summaries: Some(page.items.into_iter().map(summary).collect()),
        next_token: page.next_token,
    })
}

/// Tells what happened to a stack, the latest first.
pub(super) async fn describe_stack_events(ctx: &Ctx, input: DescribeStackEventsInput) -> Outcome<DescribeStackEvents> {
    let stack = find::known(ctx, &input.stack_name, no_stack).await?;
    let before = paging::position(ctx, &stack.id, input.next_token.as_deref())?;
    let before = before.and_then(|before| before.parse::<u64>().ok());
    let span = match before {
        Some(before) => of(&stack.id).until(&(stack.id.as_str(), before)),
        None => of(&stack.id),
    };
    let view = ctx.store().read().await?;
    let rows = EVENTS.scan(&view, &scope(ctx), &span, Order::Descending, PAGE + 1).await?;
    let page = paging::page(ctx, &stack.id, rows, PAGE, |((_, number), _)| number.to_string());
    let events = page.items.into_iter().map(|(_, event)| shown_event(&stack, event)).collect();
    Ok(DescribeStackEventsOutput { stack_events: Some(events), next_token: page.next_token })
}

fn shown_event(stack: &StackRecord, event: EventRecord) -> StackEvent {
    StackEvent {
        stack_id: stack.arn.clone(),
        event_id: event.id,
        stack_name: stack.name.clone(),
        logical_resource_id: Some(event.name),
        physical_resource_id: Some(event.physical),
        resource_type: Some(event.kind),
        timestamp: event.at,
        resource_status: Some(event.status.into()),
        resource_status_reason: event.reason,
        resource_properties: event.properties,
        client_request_token: event.token,
        ..StackEvent::default()
    }
}
