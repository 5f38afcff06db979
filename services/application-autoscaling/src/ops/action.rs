//! Scheduled actions: bounds that follow the clock.

use api_application_autoscaling::{
    DeleteScheduledAction, DeleteScheduledActionInput, DeleteScheduledActionOutput, DescribeScheduledActions,
    DescribeScheduledActionsInput, DescribeScheduledActionsOutput, PutScheduledAction, PutScheduledActionInput,
    PutScheduledActionOutput, ScalableTargetAction, ScheduledAction,
};
use names::Arn;
use schedule::{Expression, Plural, Zone};
use service_kit::{Ctx, Error, Outcome, paging};

use super::address::{self, own};
use crate::Scaling;
use crate::error::{invalid, no_action, not_registered, too_many};
use crate::limits;
use crate::store::{ActionRecord, Place};

/// Puts an action, in place of the one of its name.
pub(crate) async fn put_scheduled_action(ctx: &Ctx, input: PutScheduledActionInput) -> Outcome<PutScheduledAction> {
    let (place, _) = address::place(ctx, &input.service_namespace, &input.resource_id, &input.scalable_dimension)?;
    let (engine, scope) = (ctx.state::<Scaling>().engine(), own(ctx));
    engine.target(&scope, &place).await?.ok_or_else(|| not_registered(&place))?;
    let present = engine.actions(&scope, &place).await?;
    let before = present.into_iter().collect::<Vec<_>>();
    let count = before.len();
    let before = before.into_iter().find(|(name, _)| *name == input.scheduled_action_name).map(|(_, record)| record);
    if before.is_none() && count >= limits::ACTIONS {
        return Err(too_many("You have reached the limit of scheduled actions for this scalable target"));
    }
    let name = input.scheduled_action_name.clone();
    let record = drafted(ctx, &place, input, before)?;
    engine.put_action(&scope, &place, &name, Some(&record)).await?;
    Ok(PutScheduledActionOutput {})
}

/// The action as it is to be: what is not told stays as it was.
fn drafted(
    ctx: &Ctx,
    place: &Place,
    input: PutScheduledActionInput,
    before: Option<ActionRecord>,
) -> Result<ActionRecord, Error> {
    let schedule = input.schedule.or(before.as_ref().map(|before| before.schedule.clone()));
    let schedule = schedule.ok_or_else(|| invalid("Schedule must be specified"))?;
    if Expression::parse(&schedule, Plural::Either).is_none() {
        return Err(invalid(format!("Invalid schedule expression: {schedule}")));
    }
    if let Some(zone) = input.timezone.as_deref().filter(|zone| Zone::named(zone).is_none()) {
        return Err(invalid(format!("Invalid timezone: {zone}")));
    }
    let (from, until) = (input.start_time, input.end_time);
    if from.zip(until).is_some_and(|(from, until)| until < from) {
        return Err(invalid("EndTime must be after StartTime"));
    }
    let action = input.scalable_target_action;
    let least = action.as_ref().and_then(|action| action.min_capacity).or(before.as_ref().and_then(|b| b.least));
    let most = action.as_ref().and_then(|action| action.max_capacity).or(before.as_ref().and_then(|b| b.most));
    if least.is_none() && most.is_none() {
        return Err(invalid("At least one of MinCapacity and MaxCapacity must be specified in ScalableTargetAction"));
    }
    if least.zip(most).is_some_and(|(least, most)| most < least) {
        return Err(invalid("Maximum capacity cannot be less than minimum capacity"));
    }
    Ok(ActionRecord {
        arn: before
            .as_ref()
            .map_or_else(|| action_arn(ctx, place, &input.scheduled_action_name), |before| before.arn.clone()),
        created: before.as_ref().map_or(ctx.now(), |before| before.created),
        schedule,
        zone: input.timezone.or(before.as_ref().and_then(|before| before.zone.clone())),
        from: from.or(before.as_ref().and_then(|before| before.from)),
        until: until.or(before.as_ref().and_then(|before| before.until)),
        least,
        most,
        done: ctx.now(),
    })
}

/// Deletes an action.
pub(crate) async fn delete_scheduled_action(
    ctx: &Ctx,
    input: DeleteScheduledActionInput,
) -> Outcome<DeleteScheduledAction> {
    let (place, _) = address::place(ctx, &input.service_namespace, &input.resource_id, &input.scalable_dimension)?;
    let (engine, scope) = (ctx.state::<Scaling>().engine(), own(ctx));
    let present = engine.actions(&scope, &place).await?;
    if !present.iter().any(|(name, _)| *name == input.scheduled_action_name) {
        return Err(no_action(&place, &input.scheduled_action_name));
    }
    engine.put_action(&scope, &place, &input.scheduled_action_name, None).await?;
    Ok(DeleteScheduledActionOutput {})
}

/// Tells which actions there are.
pub(crate) async fn describe_scheduled_actions(
    ctx: &Ctx,
    input: DescribeScheduledActionsInput,
) -> Outcome<DescribeScheduledActions> {
    let (engine, namespace) = (ctx.state::<Scaling>().engine(), input.service_namespace.as_str());
    let dimension = input.scalable_dimension.as_ref().map(|dimension| dimension.as_str());
    let names = input.scheduled_action_names.as_ref();
    let mut found = engine.all_actions(&own(ctx), namespace).await?;
    found.retain(|(place, name, _)| {
        dimension.is_none_or(|dimension| place.dimension == dimension)
            && input.resource_id.as_ref().is_none_or(|resource| place.resource == *resource)
            && names.is_none_or(|names| names.is_empty() || names.contains(name))
    });
    let after = paging::position(ctx, namespace, input.next_token.as_deref())?;
    let position =
        |(place, name, _): &(Place, String, ActionRecord)| format!("{} {} {name}", place.resource, place.dimension);
    found.retain(|action| after.as_ref().is_none_or(|after| position(action) > *after));
    let page = paging::page(ctx, namespace, found, address::shown(input.max_results), position);
    let actions = page.items.into_iter().map(|(place, name, record)| shown(place, name, record)).collect();
    Ok(DescribeScheduledActionsOutput { scheduled_actions: Some(actions), next_token: page.next_token })
}

fn action_arn(ctx: &Ctx, place: &Place, name: &str) -> String {
    let resource = format!("resource/{}/{}:scheduledActionName/{name}", place.namespace, place.resource);
    let resource = format!("scheduledAction:{}:{resource}", ctx.random().uuid());
    Arn::regional("autoscaling", &ctx.region, ctx.account(), resource).to_string()
}

fn shown(place: Place, name: String, record: ActionRecord) -> ScheduledAction {
    ScheduledAction {
        scheduled_action_name: name,
        scheduled_action_arn: record.arn,
        service_namespace: place.namespace.into(),
        schedule: record.schedule,
        timezone: record.zone,
        resource_id: place.resource,
        scalable_dimension: Some(place.dimension.into()),
        start_time: record.from,
        end_time: record.until,
        scalable_target_action: Some(ScalableTargetAction { min_capacity: record.least, max_capacity: record.most }),
        creation_time: record.created,
    }
}
