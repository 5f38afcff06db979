//! `AWS::Events::EventBus`.

use api_events::{
    CreateEventBus, CreateEventBusInput, DeleteEventBus, DeleteEventBusInput, DescribeEventBus, DescribeEventBusInput,
    ListEventBuses, ListEventBusesInput, PutPermission, PutPermissionInput, RemovePermission, RemovePermissionInput,
    UpdateEventBus, UpdateEventBusInput,
};
use names::{Arn, Tags};
use service_kit::properties::{show_tags, tags_of};
use service_kit::{Ctx, Error, PropertySource, ResourceFuture, ResourceType};

use super::{answer, as_object, as_text, input, properties, retag, tags, unless_gone};

/// A bus. Its identifier is its name.
#[derive(Debug)]
pub(crate) struct EventBus;

impl ResourceType for EventBus {
    fn name(&self) -> &'static str {
        "AWS::Events::EventBus"
    }

    fn properties(&self) -> &'static [&'static str] {
        &[
            "DeadLetterConfig",
            "Description",
            "EventSourceName",
            "KmsKeyIdentifier",
            "LogConfig",
            "Name",
            "Policy",
            "Tags",
        ]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &["EventSourceName", "Name"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn", "Name", "Policy"]
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let create: CreateEventBusInput = input(&properties)?;
            let name = create.name.clone();
            ctx.call::<CreateEventBus>(create).await?;
            permit(ctx, &name, &properties).await?;
            Ok(name)
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let shown = ctx.call::<DescribeEventBus>(DescribeEventBusInput { name: Some(id.to_owned()) }).await;
            let Some(shown) = unless_gone(shown)? else { return Ok(None) };
            let names = ["Arn", "DeadLetterConfig", "Description", "KmsKeyIdentifier", "LogConfig", "Name", "Policy"];
            let mut found = properties(&shown, &names);
            as_object(&mut found, "Policy");
            show_tags(&mut found, &self.tags(ctx, id).await?);
            Ok(Some(found))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, id: &'a str, properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! {
            let update: UpdateEventBusInput = input(&properties)?;
            ctx.call::<UpdateEventBus>(UpdateEventBusInput { name: Some(id.to_owned()), ..update }).await?;
            permit(ctx, id, &properties).await?;
            retag(ctx, self.arn(ctx, id), tags_of(&properties)).await
        }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            let deleted = ctx.call::<DeleteEventBus>(DeleteEventBusInput { name: id.to_owned() }).await;
            unless_gone(deleted).map(|_| ())
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let (mut names, mut next_token) = (Vec::new(), None);
            loop {
                let input = ListEventBusesInput { next_token, ..ListEventBusesInput::default() };
                let page = ctx.call::<ListEventBuses>(input).await?;
                names.extend(page.event_buses.unwrap_or_default().into_iter().filter_map(|bus| bus.name));
                next_token = page.next_token;
                if next_token.is_none() {
                    return Ok(names);
                }
            }
        }
    }

    fn arn(&self, ctx: &Ctx, id: &str) -> String {
        Arn::regional("events", &ctx.region, ctx.account(), format!("event-bus/{id}")).to_string()
    }

    fn tags<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Tags> {
        Box::pin(tags(ctx, self.arn(ctx, id)))
    }

    fn relationships<'a>(&'a self, _ctx: &'a Ctx, _id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        Box::pin(std::future::ready(Ok(Vec::new())))
    }
}

/// The policy that a template gives, or none.
async fn permit(ctx: &Ctx, name: &str, properties: &PropertySource) -> Result<(), Error> {
    let mut properties = properties.clone();
    as_text(&mut properties, "Policy");
    let event_bus_name = Some(name.to_owned());
    match properties.get("Policy").and_then(|policy| policy.as_str()) {
        Some(policy) => {
            let policy = Some(policy.to_owned());
            ctx.call::<PutPermission>(PutPermissionInput { event_bus_name, policy, ..Default::default() }).await?;
        }
        None => {
            let all = RemovePermissionInput { event_bus_name, remove_all_permissions: Some(true), statement_id: None };
            ctx.call::<RemovePermission>(all).await?;
        }
    }
    Ok(())
}
