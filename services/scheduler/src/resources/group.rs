//! `AWS::Scheduler::ScheduleGroup`.

use api_scheduler::{
    CreateScheduleGroup, CreateScheduleGroupInput, DeleteScheduleGroup, DeleteScheduleGroupInput, GetScheduleGroup,
    GetScheduleGroupInput, ListScheduleGroups, ListScheduleGroupsInput, ListTagsForResource, ListTagsForResourceInput,
    Tag, TagResource, TagResourceInput, UntagResource, UntagResourceInput,
};
use names::Tags;
use service_kit::properties::{Retag, give_name, show_tags};
use service_kit::{Ctx, Error, PropertySource, ResourceFuture, ResourceType};

use super::{answer, input, properties, unless_gone};
use crate::engine::home::Home;

/// A group. Its identifier is its name.
#[derive(Debug)]
pub(crate) struct ScheduleGroup;

impl ResourceType for ScheduleGroup {
    fn name(&self) -> &'static str {
        "AWS::Scheduler::ScheduleGroup"
    }

    fn properties(&self) -> &'static [&'static str] {
        &["Name", "Tags"]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &["Name"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn", "CreationDate", "LastModificationDate", "State"]
    }

    fn name_it(&self, properties: &mut PropertySource, invent: &dyn Fn(usize) -> String) {
        give_name(properties, "Name", || invent(64));
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let create: CreateScheduleGroupInput = input(&properties)?;
            let name = create.name.clone();
            ctx.call::<CreateScheduleGroup>(create).await?;
            Ok(name)
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let shown = ctx.call::<GetScheduleGroup>(GetScheduleGroupInput { name: id.to_owned() }).await;
            let Some(shown) = unless_gone(shown)? else { return Ok(None) };
            let mut found = properties(&shown, &["Arn", "CreationDate", "LastModificationDate", "Name", "State"]);
            let tags = self.tags(ctx, id).await?;
            show_tags(&mut found, &tags);
            Ok(Some(found))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, id: &'a str, properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! {
            let wanted: CreateScheduleGroupInput = input(&properties)?;
            let wanted: Tags = wanted.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)).collect();
            retag(ctx, self.arn(ctx, id), &self.tags(ctx, id).await?, wanted).await
        }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            let input = DeleteScheduleGroupInput { name: id.to_owned(), client_token: None };
            unless_gone(ctx.call::<DeleteScheduleGroup>(input).await).map(|_| ())
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let (mut names, mut next_token) = (Vec::new(), None);
            loop {
                let input = ListScheduleGroupsInput { next_token, ..ListScheduleGroupsInput::default() };
                let page = ctx.call::<ListScheduleGroups>(input).await?;
                names.extend(page.schedule_groups.into_iter().filter_map(|group| group.name));
                next_token = page.next_token;
                if next_token.is_none() {
                    return Ok(names);
                }
            }
        }
    }

    fn arn(&self, ctx: &Ctx, id: &str) -> String {
        Home { account: ctx.account(), region: ctx.region.clone() }.group_arn(id).to_string()
    }

    fn tags<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Tags> {
        answer! {
            let input = ListTagsForResourceInput { resource_arn: self.arn(ctx, id) };
            let tags = ctx.call::<ListTagsForResource>(input).await?.tags.unwrap_or_default();
            Ok(tags.into_iter().map(|tag| (tag.key, tag.value)).collect())
        }
    }

    fn relationships<'a>(&'a self, _ctx: &'a Ctx, _id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        Box::pin(std::future::ready(Ok(Vec::new())))
    }
}

async fn retag(ctx: &Ctx, resource_arn: String, present: &Tags, wanted: Tags) -> Result<(), Error> {
    let change = Retag::between(present, wanted);
    if let Some(tag_keys) = change.gone {
        let input = UntagResourceInput { resource_arn: resource_arn.clone(), tag_keys };
        ctx.call::<UntagResource>(input).await?;
    }
    if let Some(wanted) = change.set {
        let tags = wanted.into_iter().map(|(key, value)| Tag { key, value }).collect();
        ctx.call::<TagResource>(TagResourceInput { resource_arn, tags }).await?;
    }
    Ok(())
}
