//! `AWS::Scheduler::Schedule`.

use api_scheduler::{
    CreateSchedule, CreateScheduleInput, DeleteSchedule, DeleteScheduleInput, GetSchedule, GetScheduleInput,
    ListSchedules, ListSchedulesInput, UpdateSchedule, UpdateScheduleInput,
};
use names::Tags;
use service_kit::properties::give_name;
use service_kit::{Ctx, PropertySource, ResourceFuture, ResourceType};

use super::{answer, input, properties, unless_gone};
use crate::engine::home::{DEFAULT, Home};

/// A schedule. Its identifier is its name, with the group's before it when that is not the default one: `group/name`.
#[derive(Debug)]
pub(crate) struct Schedule;

const PROPERTIES: [&str; 11] = [
    "Description",
    "EndDate",
    "FlexibleTimeWindow",
    "GroupName",
    "KmsKeyArn",
    "Name",
    "ScheduleExpression",
    "ScheduleExpressionTimezone",
    "StartDate",
    "State",
    "Target",
];

impl ResourceType for Schedule {
    fn name(&self) -> &'static str {
        "AWS::Scheduler::Schedule"
    }

    fn properties(&self) -> &'static [&'static str] {
        &PROPERTIES
    }

    fn create_only(&self) -> &'static [&'static str] {
        &["GroupName", "Name"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn"]
    }

    fn name_it(&self, properties: &mut PropertySource, invent: &dyn Fn(usize) -> String) {
        give_name(properties, "Name", || invent(64));
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let create: CreateScheduleInput = input(&properties)?;
            let id = id(create.group_name.as_deref(), &create.name);
            ctx.call::<CreateSchedule>(create).await?;
            Ok(id)
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let (group_name, name) = parts(id);
            let shown = ctx.call::<GetSchedule>(GetScheduleInput { group_name, name }).await;
            let Some(shown) = unless_gone(shown)? else { return Ok(None) };
            let mut found = properties(&shown, &PROPERTIES);
            found.insert("Arn".to_owned(), shown.arn.unwrap_or_default().into());
            Ok(Some(found))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, id: &'a str, properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! {
            let (group_name, name) = parts(id);
            let update: UpdateScheduleInput = input(&properties)?;
            ctx.call::<UpdateSchedule>(UpdateScheduleInput { group_name, name, ..update }).await.map(|_| ())
        }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            let (group_name, name) = parts(id);
            let input = DeleteScheduleInput { group_name, name, client_token: None };
            unless_gone(ctx.call::<DeleteSchedule>(input).await).map(|_| ())
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let (mut ids, mut next_token) = (Vec::new(), None);
            loop {
                let page = ctx.call::<ListSchedules>(ListSchedulesInput { next_token, ..Default::default() }).await?;
                let named = page.schedules.into_iter().filter_map(|one| Some(id(one.group_name.as_deref(), &one.name?)));
                ids.extend(named);
                next_token = page.next_token;
                if next_token.is_none() {
                    return Ok(ids);
                }
            }
        }
    }

    fn arn(&self, ctx: &Ctx, id: &str) -> String {
        let (group, name) = parts(id);
        let home = Home { account: ctx.account(), region: ctx.region.clone() };
        home.schedule_arn(group.as_deref().unwrap_or(DEFAULT), &name).to_string()
    }

    fn tags<'a>(&'a self, _ctx: &'a Ctx, _id: &'a str) -> ResourceFuture<'a, Tags> {
        // Only groups have tags.
        Box::pin(std::future::ready(Ok(Tags::new())))
    }

    fn relationships<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let (group_name, name) = parts(id);
            let shown = unless_gone(ctx.call::<GetSchedule>(GetScheduleInput { group_name, name }).await)?;
            let target = shown.and_then(|shown| shown.target);
            Ok(target.map(|target| vec![target.arn, target.role_arn]).unwrap_or_default())
        }
    }
}

fn id(group: Option<&str>, name: &str) -> String {
    match group {
        None | Some(DEFAULT) => name.to_owned(),
        Some(group) => format!("{group}/{name}"),
    }
}

fn parts(id: &str) -> (Option<String>, String) {
    match id.split_once('/') {
        Some((group, name)) => (Some(group.to_owned()), name.to_owned()),
        None => (None, id.to_owned()),
    }
}
