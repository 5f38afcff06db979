//! Groups.

use api_scheduler::{
    CreateScheduleGroup, CreateScheduleGroupInput, CreateScheduleGroupOutput, DeleteScheduleGroup,
    DeleteScheduleGroupInput, DeleteScheduleGroupOutput, GetScheduleGroup, GetScheduleGroupInput,
    GetScheduleGroupOutput, ListScheduleGroups, ListScheduleGroupsInput, ListScheduleGroupsOutput, ScheduleGroupState,
    ScheduleGroupSummary,
};
use names::Timestamp;
use service_kit::{Access, Ctx, Error, Outcome, paging};

use super::address::{engine, group_access, home, page_size};
use super::tags;
use crate::engine::Refusal;
use crate::engine::home::DEFAULT;
use crate::error::{conflict, invalid, no_group};
use crate::store::GroupRecord;

/// Creates a group.
pub(crate) async fn create_schedule_group(ctx: &Ctx, input: CreateScheduleGroupInput) -> Outcome<CreateScheduleGroup> {
    let tags = tags::read(input.tags.as_deref())?;
    let created = engine(ctx).create_group(&home(ctx), &input.name, tags, input.client_token).await;
    created.map_err(|refusal| told(&input.name, refusal))?;
    Ok(CreateScheduleGroupOutput { schedule_group_arn: home(ctx).group_arn(&input.name).to_string() })
}

/// What creating a group touches; with tags, tagging it too.
pub(crate) fn access_to_create(ctx: &Ctx, input: &CreateScheduleGroupInput) -> Result<Access, Error> {
    let access = group_access(ctx, &input.name);
    if input.tags.as_deref().unwrap_or_default().is_empty() {
        return Ok(access);
    }
    let access = tags::setting(access, input.tags.as_deref());
    let tagging = access.clone().as_action("scheduler:TagResource");
    Ok(access.and(tagging))
}

/// Shows a group.
pub(crate) async fn get_schedule_group(ctx: &Ctx, input: GetScheduleGroupInput) -> Outcome<GetScheduleGroup> {
    let record = engine(ctx).group(&home(ctx), &input.name).await?.ok_or_else(|| no_group(&input.name))?;
    Ok(GetScheduleGroupOutput {
        arn: Some(home(ctx).group_arn(&input.name).to_string()),
        name: Some(input.name),
        state: Some(state(&record)),
        creation_date: since(record.created),
        last_modification_date: since(record.modified),
    })
}

/// Deletes a group with all its schedules.
pub(crate) async fn delete_schedule_group(ctx: &Ctx, input: DeleteScheduleGroupInput) -> Outcome<DeleteScheduleGroup> {
    if input.name == DEFAULT {
        return Err(invalid("The default schedule group cannot be deleted."));
    }
    let deleted = engine(ctx).delete_group(&home(ctx), &input.name).await;
    deleted.map_err(|refusal| told(&input.name, refusal))?;
    Ok(DeleteScheduleGroupOutput {})
}

/// Lists groups by the beginning of their names.
pub(crate) async fn list_schedule_groups(ctx: &Ctx, input: ListScheduleGroupsInput) -> Outcome<ListScheduleGroups> {
    let prefix = input.name_prefix.unwrap_or_default();
    let limit = page_size(input.max_results);
    let after = paging::position(ctx, &prefix, input.next_token.as_deref())?;
    let home = home(ctx);
    let groups = engine(ctx).groups(&home, &prefix, after.as_deref(), limit + 1).await?;
    let page = paging::page(ctx, &prefix, groups, limit, |(name, _)| name.clone());
    let shown = page.items.into_iter().map(|(name, record)| ScheduleGroupSummary {
        arn: Some(home.group_arn(&name).to_string()),
        name: Some(name),
        state: Some(state(&record)),
        creation_date: since(record.created),
        last_modification_date: since(record.modified),
    });
    Ok(ListScheduleGroupsOutput { schedule_groups: shown.collect(), next_token: page.next_token })
}

fn state(record: &GroupRecord) -> ScheduleGroupState {
    if record.deleting { ScheduleGroupState::Deleting } else { ScheduleGroupState::Active }
}

/// The default group has no instant before something was said of it.
fn since(instant: Timestamp) -> Option<Timestamp> {
    (instant != Timestamp::EPOCH).then_some(instant)
}

/// Refusals about a group.
pub(super) fn told(name: &str, refusal: Refusal) -> Error {
    match refusal {
        Refusal::Store(error) => error.into(),
        Refusal::Taken => conflict(format!("Schedule group {name} already exists.")),
        Refusal::Deleting => conflict(format!("Schedule group {name} is being deleted.")),
        Refusal::NoGroup | Refusal::NoSchedule => no_group(name),
    }
}
