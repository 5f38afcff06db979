//! Drift detection: what the services show of a stack's resources, held against what the stack made.

use api_cloudformation::{
    DescribeStackDriftDetectionStatus, DescribeStackDriftDetectionStatusInput, DescribeStackDriftDetectionStatusOutput,
    DescribeStackResourceDrifts, DescribeStackResourceDriftsInput, DescribeStackResourceDriftsOutput, DetectStackDrift,
    DetectStackDriftInput, DetectStackDriftOutput, DetectStackResourceDrift, DetectStackResourceDriftInput,
    DetectStackResourceDriftOutput, PropertyDifference, StackDriftDetectionStatus, StackResourceDrift,
};
use serde_json::{Map, Value};
use service_kit::{Ctx, Error, Outcome, paging};

use super::find;
use crate::engine::drift;
use crate::error::{invalid, no_stack, no_stack_with_id};
use crate::limits::PAGE;
use crate::run::Stacks;
use crate::run::journal::scope;
use crate::store::{
    DETECTIONS, DRIFTS, DetectionRecord, DriftRecord, RESOURCES, ResourceRecord, STACKS, StackRecord, of,
};

/// Looks at the resources of a stack. The answer comes when all have been looked at.
pub(super) async fn detect_stack_drift(ctx: &Ctx, input: DetectStackDriftInput) -> Outcome<DetectStackDrift> {
    let stack = find::known(ctx, &input.stack_name, no_stack).await?;
    if stack.status.ends_with("_IN_PROGRESS") || stack.status == "DELETE_COMPLETE" {
        let text = format!(
            "Drift detection can not be performed on stack [{}] while it is in {} state",
            stack.name, stack.status
        );
        return Err(invalid(text));
    }
    let only = input.logical_resource_ids;
    let mut all = Vec::new();
    for resource in resources(ctx, &stack).await? {
        if only.as_ref().is_none_or(|only| only.contains(&resource.name)) {
            all.push((look(ctx, &resource).await?, resource));
        }
    }
    let drifted = all.iter().filter(|(found, _)| ["MODIFIED", "DELETED"].contains(&found.status.as_str())).count();
    let status = if drifted > 0 { "DRIFTED" } else { "IN_SYNC" };
    let detection = DetectionRecord {
        id: ctx.random().uuid(),
        stack: stack.id.clone(),
        arn: stack.arn.clone(),
        status: status.to_owned(),
        drifted: i32::try_from(drifted).unwrap_or(i32::MAX),
        at: ctx.now(),
    };
    let (stack, all, detection) = (&stack, &all, &detection);
    let written = ctx.store().transact(|tx| async move {
        let (stacks, scope): (&Stacks, _) = (ctx.state(), scope(ctx));
        for (found, resource) in all {
            keep(ctx, &tx, &stack.id, resource, found)?;
        }
        if let Some(record) = STACKS.get(&stacks.vault, &tx, &scope, &stack.id).await? {
            let drift = Some((detection.status.clone(), detection.at));
            STACKS.put(&stacks.vault, &tx, &scope, &stack.id, &StackRecord { drift, ..record })?;
        }
        DETECTIONS.put(&tx, &scope, &detection.id, detection)?;
        Ok::<_, Error>(())
    });
    written.await?;
    Ok(DetectStackDriftOutput { stack_drift_detection_id: detection.id.clone() })
}

/// Tells what a detection found.
pub(super) async fn describe_stack_drift_detection_status(
    ctx: &Ctx,
    input: DescribeStackDriftDetectionStatusInput,
) -> Outcome<DescribeStackDriftDetectionStatus> {
    let (id, view) = (input.stack_drift_detection_id, ctx.store().read().await?);
    let found = DETECTIONS.get(&view, &scope(ctx), &id).await?;
    let found = found.ok_or_else(|| invalid(format!("Drift detection [{id}] does not exist")))?;
    Ok(DescribeStackDriftDetectionStatusOutput {
        stack_id: found.arn,
        stack_drift_detection_id: id,
        stack_drift_status: Some(found.status.into()),
        detection_status: StackDriftDetectionStatus::DetectionComplete,
        drifted_stack_resource_count: Some(found.drifted),
        timestamp: found.at,
        ..DescribeStackDriftDetectionStatusOutput::default()
    })
}

/// Tells what was last found of each resource.
pub(super) async fn describe_stack_resource_drifts(
    ctx: &Ctx,
    input: DescribeStackResourceDriftsInput,
) -> Outcome<DescribeStackResourceDrifts> {
    let stack = find::known(ctx, &input.stack_name, no_stack_with_id).await?;
    let after = paging::position(ctx, &stack.id, input.next_token.as_deref())?;
    let view = ctx.store().read().await?;
    let rows = DRIFTS.all(&ctx.state::<Stacks>().vault, &view, &scope(ctx), &of(&stack.id)).await?;
    let wanted = input.stack_resource_drift_status_filters.filter(|filters| !filters.is_empty());
    let fits = |found: &DriftRecord| {
        wanted.as_ref().is_none_or(|wanted| wanted.iter().any(|one| one.as_str() == found.status))
    };
    let rest =
        rows.into_iter().filter(|((_, name), found)| fits(found) && after.as_ref().is_none_or(|after| name > after));
    let limit = input.max_results.and_then(|most| usize::try_from(most).ok()).unwrap_or(PAGE);
    let page = paging::page(ctx, &stack.id, rest.collect(), limit, |((_, name), _)| name.clone());
    let drifts = page.items.into_iter().map(|((_, name), found)| shown(&stack, name, found)).collect();
    Ok(DescribeStackResourceDriftsOutput { stack_resource_drifts: drifts, next_token: page.next_token })
}

/// Looks at one resource.
pub(super) async fn detect_stack_resource_drift(
    ctx: &Ctx,
    input: DetectStackResourceDriftInput,
) -> Outcome<DetectStackResourceDrift> {
    let stack = find::known(ctx, &input.stack_name, no_stack).await?;
    let name = input.logical_resource_id;
    let resource = resources(ctx, &stack).await?.into_iter().find(|resource| resource.name == name);
    let resource =
        resource.ok_or_else(|| invalid(format!("Resource {name} does not exist for stack {}", input.stack_name)))?;
    let found = look(ctx, &resource).await?;
    let (id, resource, found) = (&stack.id, &resource, &found);
    let written = ctx.store().transact(|tx| async move {
        keep(ctx, &tx, id, resource, found)?;
        Ok::<_, Error>(())
    });
    written.await?;
    Ok(DetectStackResourceDriftOutput { stack_resource_drift: shown(&stack, name, found.clone()) })
}

async fn resources(ctx: &Ctx, stack: &StackRecord) -> Result<Vec<ResourceRecord>, Error> {
    let view = ctx.store().read().await?;
    let rows = RESOURCES.all(&ctx.state::<Stacks>().vault, &view, &scope(ctx), &of(&stack.id)).await?;
    Ok(rows.into_iter().map(|(_, resource)| resource).filter(|resource| resource.physical.is_some()).collect())
}

/// What a resource is, as the caller may see it.
async fn look(ctx: &Ctx, resource: &ResourceRecord) -> Result<DriftRecord, Error> {
    let id = resource.physical.clone().unwrap_or_default();
    let mut found = DriftRecord {
        kind: resource.kind.clone(),
        physical: id.clone(),
        expected: Value::Object(resource.shown.0.clone()).to_string(),
        at: ctx.now(),
        ..DriftRecord::default()
    };
    let kind = ctx.cloud().resource_types().find(|kind| kind.name() == resource.kind).cloned();
    let Some(kind) = kind else {
        found.status = "NOT_CHECKED".to_owned();
        return Ok(found);
    };
    let Some(there) = kind.read(ctx, &id).await? else {
        found.status = "DELETED".to_owned();
        return Ok(found);
    };
    let differences = drift::differences(&resource.sent.0, &there);
    let set: Map<_, _> = there.into_iter().filter(|(name, _)| resource.properties.0.contains_key(name)).collect();
    found.actual = Value::Object(set).to_string();
    found.status = if differences.is_empty() { "IN_SYNC" } else { "MODIFIED" }.to_owned();
    found.differences =
        differences.into_iter().map(|one| (one.path, one.expected, one.actual, one.kind.to_owned())).collect();
    Ok(found)
}

fn keep(
    ctx: &Ctx,
    tx: &store::Tx,
    stack: &str,
    resource: &ResourceRecord,
    found: &DriftRecord,
) -> Result<(), store::StoreError> {
    let (vault, scope, key) = (&ctx.state::<Stacks>().vault, scope(ctx), (stack, resource.name.as_str()));
    DRIFTS.put(vault, tx, &scope, &key, found)?;
    let drift = Some((found.status.clone(), found.at));
    RESOURCES.put(vault, tx, &scope, &key, &ResourceRecord { drift, ..resource.clone() })
}

fn shown(stack: &StackRecord, name: String, found: DriftRecord) -> StackResourceDrift {
    let difference = |(path, expected, actual, kind): (String, String, String, String)| PropertyDifference {
        property_path: path,
        expected_value: expected,
        actual_value: actual,
        difference_type: kind.into(),
    };
    StackResourceDrift {
        stack_id: stack.arn.clone(),
        logical_resource_id: name,
        physical_resource_id: Some(found.physical),
        resource_type: found.kind,
        expected_properties: Some(found.expected),
        actual_properties: (!found.actual.is_empty()).then_some(found.actual),
        property_differences: Some(found.differences.into_iter().map(difference).collect()),
        stack_resource_drift_status: found.status.into(),
        timestamp: found.at,
        ..StackResourceDrift::default()
    }
}
