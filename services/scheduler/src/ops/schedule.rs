//! Schedules.

use api_scheduler::{
    ActionAfterCompletion, CreateSchedule, CreateScheduleInput, CreateScheduleOutput, DeleteSchedule,
    DeleteScheduleInput, DeleteScheduleOutput, FlexibleTimeWindow, FlexibleTimeWindowMode, GetSchedule,
    GetScheduleInput, GetScheduleOutput, ListSchedules, ListSchedulesInput, ListSchedulesOutput, ScheduleState,
    ScheduleSummary, Target, TargetSummary, UpdateSchedule, UpdateScheduleInput, UpdateScheduleOutput,
};
use names::Arn;
use serde_json::Value;
use service_kit::{Access, Ctx, Error, Fault, Outcome, paging};

use super::address::{engine, group, home, page_size, schedule_access};
use crate::courier;
use crate::engine::{Refusal, timetable};
use crate::error::{conflict, invalid, no_group, no_schedule};
use crate::store::ScheduleRecord;

/// Who takes the roles on.
const SCHEDULER: &str = "scheduler.amazonaws.com";

/// Creates a schedule.
pub(crate) async fn create_schedule(ctx: &Ctx, input: CreateScheduleInput) -> Outcome<CreateSchedule> {
    let (home, name) = (home(ctx), input.name.clone());
    let group_name = group(input.group_name.as_deref()).to_owned();
    let record = record(ctx, input)?;
    assumable(ctx, &group_name, &courier::read(&record.target)).await?;
    let created = engine(ctx).create(&home, &group_name, &name, record).await;
    created.map_err(|refusal| told(&group_name, &name, refusal))?;
    Ok(CreateScheduleOutput { schedule_arn: home.schedule_arn(&group_name, &name).to_string() })
}

/// What creating a schedule touches: itself, and the role that is handed over.
pub(crate) fn access_to_create(ctx: &Ctx, input: &CreateScheduleInput) -> Result<Access, Error> {
    let access = schedule_access(ctx, input.group_name.as_deref(), &input.name);
    Ok(access.passing_role(&input.target.role_arn, SCHEDULER))
}

/// Changes a schedule: what is not said goes back to what it is without a word.
pub(crate) async fn update_schedule(ctx: &Ctx, input: UpdateScheduleInput) -> Outcome<UpdateSchedule> {
    let (home, name) = (home(ctx), input.name.clone());
    let group_name = group(input.group_name.as_deref()).to_owned();
    let record = record(ctx, as_created(input))?;
    assumable(ctx, &group_name, &courier::read(&record.target)).await?;
    let changed = engine(ctx).change(&home, &group_name, &name, record).await;
    changed.map_err(|refusal| told(&group_name, &name, refusal))?;
    Ok(UpdateScheduleOutput { schedule_arn: home.schedule_arn(&group_name, &name).to_string() })
}

/// What changing a schedule touches.
pub(crate) fn access_to_update(ctx: &Ctx, input: &UpdateScheduleInput) -> Result<Access, Error> {
    let access = schedule_access(ctx, input.group_name.as_deref(), &input.name);
    Ok(access.passing_role(&input.target.role_arn, SCHEDULER))
}

/// Shows a schedule.
pub(crate) async fn get_schedule(ctx: &Ctx, input: GetScheduleInput) -> Outcome<GetSchedule> {
    let (home, group) = (home(ctx), group(input.group_name.as_deref()));
    let record = engine(ctx).schedule(&home, group, &input.name).await?.ok_or_else(|| no_schedule(&input.name))?;
    Ok(GetScheduleOutput {
        arn: Some(home.schedule_arn(group, &input.name).to_string()),
        group_name: Some(group.to_owned()),
        name: Some(input.name),
        target: Some(courier::read(&record.target)),
        state: Some(state(&record)),
        flexible_time_window: Some(window(record.window)),
        action_after_completion: Some(completion(record.ends)),
        description: record.description,
        start_date: record.start,
        end_date: record.end,
        kms_key_arn: record.key,
        schedule_expression: Some(record.expression),
        schedule_expression_timezone: Some(record.zone.unwrap_or_else(|| "UTC".to_owned())),
        creation_date: Some(record.created),
        last_modification_date: Some(record.modified),
    })
}

/// Deletes a schedule.
pub(crate) async fn delete_schedule(ctx: &Ctx, input: DeleteScheduleInput) -> Outcome<DeleteSchedule> {
    let group = group(input.group_name.as_deref());
    let deleted = engine(ctx).delete(&home(ctx), group, &input.name).await;
    deleted.map_err(|refusal| told(group, &input.name, refusal))?;
    Ok(DeleteScheduleOutput {})
}

/// Lists schedules by group, name or state.
pub(crate) async fn list_schedules(ctx: &Ctx, input: ListSchedulesInput) -> Outcome<ListSchedules> {
    let home = home(ctx);
    if let Some(group) = &input.group_name {
        engine(ctx).group(&home, group).await?.ok_or_else(|| no_group(group))?;
    }
    let (prefix, limit) = (input.name_prefix.unwrap_or_default(), page_size(input.max_results));
    let asked = input.state.as_ref().map(|state| state.as_str().to_owned());
    let filters = format!("{}/{prefix}/{asked:?}", input.group_name.as_deref().unwrap_or_default());
    let after = paging::position(ctx, &filters, input.next_token.as_deref())?;
    let after = after.as_deref().and_then(|after| after.split_once('/'));
    let wanted = |name: &str, record: &ScheduleRecord| {
        name.starts_with(&prefix) && asked.as_deref().is_none_or(|asked| asked == state(record).as_str())
    };
    let found = engine(ctx).schedules(&home, input.group_name.as_deref(), wanted, after, limit + 1).await?;
    let page = paging::page(ctx, &filters, found, limit, |((group, name), _)| format!("{group}/{name}"));
    let shown = page.items.into_iter().map(|((group, name), record)| ScheduleSummary {
        arn: Some(home.schedule_arn(&group, &name).to_string()),
        group_name: Some(group),
        name: Some(name),
        state: Some(state(&record)),
        target: Some(TargetSummary { arn: courier::read(&record.target).arn }),
        creation_date: Some(record.created),
        last_modification_date: Some(record.modified),
    });
    Ok(ListSchedulesOutput { schedules: shown.collect(), next_token: page.next_token })
}

/// A schedule as it is asked for, checked.
fn record(ctx: &Ctx, input: CreateScheduleInput) -> Result<ScheduleRecord, Error> {
    if timetable::expression(&input.schedule_expression).is_none() {
        return Err(invalid(format!("Invalid Schedule Expression {}.", input.schedule_expression)));
    }
    let zone = input.schedule_expression_timezone;
    if timetable::zone(zone.as_deref()).is_none() {
        return Err(invalid(format!("Invalid Schedule Expression Timezone {}.", zone.unwrap_or_default())));
    }
    if input.start_date.is_some_and(|start| input.end_date.is_some_and(|end| end <= start)) {
        return Err(invalid("The EndDate you specify must come after the StartDate."));
    }
    check_target(&input.target)?;
    let minutes = input.flexible_time_window.maximum_window_in_minutes.and_then(|m| u32::try_from(m).ok());
    let window = match (input.flexible_time_window.mode, minutes) {
        (FlexibleTimeWindowMode::Flexible, Some(minutes)) => Some(minutes),
        (FlexibleTimeWindowMode::Flexible, None) => {
            return Err(invalid("MaximumWindowInMinutes must be specified when the flexible time window is FLEXIBLE."));
        }
        (_, Some(_)) => {
            return Err(invalid("MaximumWindowInMinutes must not be specified when the flexible time window is OFF."));
        }
        (_, None) => None,
    };
    let now = ctx.now();
    Ok(ScheduleRecord {
        number: 0,
        expression: input.schedule_expression,
        zone,
        start: input.start_date,
        end: input.end_date,
        window,
        on: input.state != Some(ScheduleState::Disabled),
        ends: input.action_after_completion == Some(ActionAfterCompletion::Delete),
        description: input.description,
        key: input.kms_key_arn,
        target: String::from_utf8_lossy(&protocols::json_value::write(&input.target)).into_owned(),
        created: now,
        modified: now,
        token: input.client_token,
    })
}

fn check_target(target: &Target) -> Result<(), Error> {
    let arn: Arn = target.arn.parse().map_err(|_| invalid(format!("Invalid target ARN {}.", target.arn)))?;
    let missing = |name: &str| invalid(format!("{name} must be specified for target {}.", target.arn));
    if arn.service == "scheduler" {
        let named = arn.resource.strip_prefix("aws-sdk:").and_then(|call| call.split_once(':'));
        if named.is_none_or(|(service, action)| service.is_empty() || action.is_empty()) {
            return Err(invalid(format!("Invalid target ARN {}.", target.arn)));
        }
        let object = |input: &str| matches!(serde_json::from_str(input), Ok(Value::Object(_)));
        if target.input.as_deref().is_some_and(|input| !object(input)) {
            return Err(invalid("Input of a universal target must be a JSON object."));
        }
    }
    if arn.service == "events" && target.event_bridge_parameters.is_none() {
        return Err(missing("EventBridgeParameters"));
    }
    if arn.service == "kinesis" && target.kinesis_parameters.is_none() {
        return Err(missing("KinesisParameters"));
    }
    if arn.service == "ecs" && target.ecs_parameters.is_none() {
        return Err(missing("EcsParameters"));
    }
    let fifo = arn.service == "sqs" && arn.resource.ends_with(".fifo");
    let grouped = target.sqs_parameters.as_ref().is_some_and(|parameters| parameters.message_group_id.is_some());
    if fifo && !grouped { Err(missing("SqsParameters")) } else { Ok(()) }
}

/// A role that Scheduler cannot take on is refused at once, as AWS does.
async fn assumable(ctx: &Ctx, group: &str, target: &Target) -> Result<(), Error> {
    let refused = || invalid("The execution role you provide must allow AWS EventBridge Scheduler to assume the role.");
    let role: Arn = target.role_arn.parse().map_err(|_| refused())?;
    let group = home(ctx).group_arn(group).to_string();
    match engine(ctx).assume(ctx.cloud(), ctx.account(), &role, &group).await {
        // Nobody keeps roles here: invocations will tell.
        Ok(_) | Err(Error::Fault(Fault::NotImplemented { .. })) => Ok(()),
        Err(_) => Err(refused()),
    }
}

fn as_created(input: UpdateScheduleInput) -> CreateScheduleInput {
    CreateScheduleInput {
        action_after_completion: input.action_after_completion,
        client_token: input.client_token,
        description: input.description,
        end_date: input.end_date,
        flexible_time_window: input.flexible_time_window,
        group_name: input.group_name,
        kms_key_arn: input.kms_key_arn,
        name: input.name,
        schedule_expression: input.schedule_expression,
        schedule_expression_timezone: input.schedule_expression_timezone,
        start_date: input.start_date,
        state: input.state,
        target: input.target,
    }
}

fn state(record: &ScheduleRecord) -> ScheduleState {
    if record.on { ScheduleState::Enabled } else { ScheduleState::Disabled }
}

fn window(minutes: Option<u32>) -> FlexibleTimeWindow {
    let mode = if minutes.is_some() { FlexibleTimeWindowMode::Flexible } else { FlexibleTimeWindowMode::Off };
    FlexibleTimeWindow { maximum_window_in_minutes: minutes.and_then(|m| i32::try_from(m).ok()), mode }
}

fn completion(ends: bool) -> ActionAfterCompletion {
    if ends { ActionAfterCompletion::Delete } else { ActionAfterCompletion::None }
}

fn told(group: &str, name: &str, refusal: Refusal) -> Error {
    match refusal {
        Refusal::Store(error) => error.into(),
        Refusal::NoSchedule => no_schedule(name),
        Refusal::NoGroup => no_group(group),
        Refusal::Taken => conflict(format!("Schedule {name} already exists.")),
        Refusal::Deleting => conflict(format!("Schedule group {group} is being deleted.")),
    }
}
