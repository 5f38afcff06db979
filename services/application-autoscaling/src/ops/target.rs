//! Targets: what is scaled, and between which bounds.

use api_application_autoscaling::{
    DeregisterScalableTarget, DeregisterScalableTargetInput, DeregisterScalableTargetOutput, DescribeScalableTargets,
    DescribeScalableTargetsInput, DescribeScalableTargetsOutput, RegisterScalableTarget, RegisterScalableTargetInput,
    RegisterScalableTargetOutput, ScalableTarget, SuspendedState,
};
use names::{Arn, TagViolation};
use service_kit::{Access, Ctx, Error, Outcome, paging};

use super::address::{self, arn, own};
use crate::Scaling;
use crate::calls;
use crate::error::{invalid, no_target};
use crate::store::{Place, Suspended, TargetRecord};

/// Registers what is to be scaled, or changes its bounds.
pub(crate) async fn register_scalable_target(
    ctx: &Ctx,
    input: RegisterScalableTargetInput,
) -> Outcome<RegisterScalableTarget> {
    let (place, scalable) =
        address::place(ctx, &input.service_namespace, &input.resource_id, &input.scalable_dimension)?;
    let (engine, scope) = (ctx.state::<Scaling>().engine(), own(ctx));
    let before = engine.target(&scope, &place).await?;
    let (least, most) = bounds(&input, before.as_ref())?;
    if before.is_some() && input.tags.as_ref().is_some_and(|tags| !tags.is_empty()) {
        return Err(invalid("Tags can only be specified when a scalable target is registered for the first time"));
    }
    if before.is_none() && !calls::exists(ctx.cloud(), &scalable).await {
        return Err(invalid(format!("DynamoDB table or index does not exist: {}", place.resource)));
    }
    let tags = input.tags.unwrap_or_default();
    TagViolation::check(&tags).map_err(|violation| invalid(format!("Invalid tags: {violation:?}")))?;
    let record = TargetRecord {
        id: before.as_ref().map_or_else(|| format!("0ec5{}", ctx.random().hex(15)), |before| before.id.clone()),
        created: before.as_ref().map_or(ctx.now(), |before| before.created),
        least,
        most,
        role: input.role_arn.or(before.as_ref().map(|before| before.role.clone())).unwrap_or_else(|| own_role(ctx)),
        suspended: suspended(input.suspended_state.as_ref(), before.as_ref()),
        tags: before.map_or(tags, |before| before.tags),
    };
    engine.put_target(&scope, &place, &record).await?;
    Ok(RegisterScalableTargetOutput { scalable_target_arn: Some(arn(ctx, &record.id).to_string()) })
}

/// Registers no longer; policies and actions of the target go with it.
pub(crate) async fn deregister_scalable_target(
    ctx: &Ctx,
    input: DeregisterScalableTargetInput,
) -> Outcome<DeregisterScalableTarget> {
    let (place, _) = address::place(ctx, &input.service_namespace, &input.resource_id, &input.scalable_dimension)?;
    let (engine, scope) = (ctx.state::<Scaling>().engine(), own(ctx));
    engine.target(&scope, &place).await?.ok_or_else(|| no_target(&place))?;
    engine.remove_target(&scope, &place).await?;
    Ok(DeregisterScalableTargetOutput {})
}

/// Tells what is registered.
pub(crate) async fn describe_scalable_targets(
    ctx: &Ctx,
    input: DescribeScalableTargetsInput,
) -> Outcome<DescribeScalableTargets> {
    let (engine, namespace) = (ctx.state::<Scaling>().engine(), input.service_namespace.as_str());
    let dimension = input.scalable_dimension.as_ref().map(|dimension| dimension.as_str());
    let wanted = |place: &Place| {
        dimension.is_none_or(|dimension| place.dimension == dimension)
            && input.resource_ids.as_ref().is_none_or(|ids| ids.is_empty() || ids.contains(&place.resource))
    };
    let mut found = engine.targets(&own(ctx), namespace).await?;
    found.retain(|(place, _)| wanted(place));
    let after = paging::position(ctx, namespace, input.next_token.as_deref())?;
    found.retain(|(place, _)| after.as_ref().is_none_or(|after| position(place) > *after));
    let page = paging::page(ctx, namespace, found, address::shown(input.max_results), |(place, _)| position(place));
    let targets = page.items.into_iter().map(|(place, record)| shown(ctx, place, record)).collect();
    Ok(DescribeScalableTargetsOutput { scalable_targets: Some(targets), next_token: page.next_token })
}

/// What registering touches: the target, and what is to be scaled, which the caller must be allowed to see and change
/// ("Permissions required for API calls on target services").
pub(crate) fn access_to_register(ctx: &Ctx, input: &RegisterScalableTargetInput) -> Result<Access, Error> {
    let tags = input.tags.iter().flatten().map(|(key, value)| (key.as_str(), value.as_str()));
    let access = address::access(ctx, &input.service_namespace, &input.scalable_dimension).with_request_tags(tags);
    let access = if input.tags.as_ref().is_some_and(|tags| !tags.is_empty()) {
        access.and(Access::to(arn(ctx, "*")).as_action("application-autoscaling:TagResource"))
    } else {
        access
    };
    let Some(table) = input.resource_id.strip_prefix("table/") else { return Ok(access) };
    let table = table.split('/').next().unwrap_or_default();
    let table = Arn::regional("dynamodb", &ctx.region, ctx.account(), format!("table/{table}"));
    let needs = |action| Access::to(&table).as_action(action);
    Ok(access.and(needs("dynamodb:DescribeTable")).and(needs("dynamodb:UpdateTable")))
}

fn bounds(input: &RegisterScalableTargetInput, before: Option<&TargetRecord>) -> Result<(i32, i32), Error> {
    let least = input.min_capacity.or(before.map(|before| before.least));
    let most = input.max_capacity.or(before.map(|before| before.most));
    let (Some(least), Some(most)) = (least, most) else {
        return Err(invalid("MinCapacity and MaxCapacity must be specified when a scalable target is registered"));
    };
    if least < 1 {
        return Err(invalid("Minimum capacity must be at least 1"));
    }
    if most < least {
        return Err(invalid("Maximum capacity cannot be less than minimum capacity"));
    }
    Ok((least, most))
}

fn suspended(given: Option<&SuspendedState>, before: Option<&TargetRecord>) -> Suspended {
    let before = before.map(|before| before.suspended).unwrap_or_default();
    let Some(given) = given else { return before };
    Suspended {
        inwards: given.dynamic_scaling_in_suspended.unwrap_or(before.inwards),
        outwards: given.dynamic_scaling_out_suspended.unwrap_or(before.outwards),
        scheduled: given.scheduled_scaling_suspended.unwrap_or(before.scheduled),
    }
}

/// The service-linked role of DynamoDB's scaling ("Service-linked roles for Application Auto Scaling").
fn own_role(ctx: &Ctx) -> String {
    let path = "role/aws-service-role/dynamodb.application-autoscaling.amazonaws.com";
    let role = format!("{path}/AWSServiceRoleForApplicationAutoScaling_DynamoDBTable");
    Arn::global(ctx.partition(), "iam", ctx.account(), role).to_string()
}

fn position(place: &Place) -> String {
    format!("{} {}", place.resource, place.dimension)
}

fn shown(ctx: &Ctx, place: Place, record: TargetRecord) -> ScalableTarget {
    let Suspended { inwards, outwards, scheduled } = record.suspended;
    ScalableTarget {
        service_namespace: place.namespace.into(),
        resource_id: place.resource,
        scalable_dimension: place.dimension.into(),
        min_capacity: record.least,
        max_capacity: record.most,
        predicted_capacity: None,
        role_arn: record.role,
        creation_time: record.created,
        suspended_state: Some(SuspendedState {
            dynamic_scaling_in_suspended: Some(inwards),
            dynamic_scaling_out_suspended: Some(outwards),
            scheduled_scaling_suspended: Some(scheduled),
        }),
        scalable_target_arn: Some(arn(ctx, &record.id).to_string()),
    }
}
