//! The operation table: what each operation touches, and the handler that does it. Reading from wires and writing to them
//! is not done here.

mod address;
mod group;
mod policies;
mod schedule;
mod tags;

use address::{group_access, schedule_access};
use api_scheduler as api;
pub(crate) use policies::GroupTags;
use service_kit::{Access, Operations};

/// All operations of the service, sorted.
pub(crate) fn table() -> Operations {
    Operations::new()
        .on::<api::CreateSchedule>(schedule::access_to_create, schedule::create_schedule)
        .on::<api::CreateScheduleGroup>(group::access_to_create, group::create_schedule_group)
        .on::<api::DeleteSchedule>(
            |ctx, i| Ok(schedule_access(ctx, i.group_name.as_deref(), &i.name)),
            schedule::delete_schedule,
        )
        .on::<api::DeleteScheduleGroup>(|ctx, i| Ok(group_access(ctx, &i.name)), group::delete_schedule_group)
        .on::<api::GetSchedule>(
            |ctx, i| Ok(schedule_access(ctx, i.group_name.as_deref(), &i.name)),
            schedule::get_schedule,
        )
        .on::<api::GetScheduleGroup>(|ctx, i| Ok(group_access(ctx, &i.name)), group::get_schedule_group)
        .on::<api::ListScheduleGroups>(|_, _| Ok(Access::any()), group::list_schedule_groups)
        .on::<api::ListSchedules>(|_, _| Ok(Access::any()), schedule::list_schedules)
        .on::<api::ListTagsForResource>(|_, i| Ok(Access::to(&i.resource_arn)), tags::list_tags_for_resource)
        .on::<api::TagResource>(tags::access_to_tag, tags::tag_resource)
        .on::<api::UntagResource>(tags::access_to_untag, tags::untag_resource)
        .on::<api::UpdateSchedule>(schedule::access_to_update, schedule::update_schedule)
}
