//! `AWS::Logs::Destination`. Its identifier is its name.

use api_logs::{
    DeleteDestination, DeleteDestinationInput, DescribeDestinations, DescribeDestinationsInput, ListTagsForResource,
    ListTagsForResourceInput, PutDestination, PutDestinationInput, PutDestinationPolicy, PutDestinationPolicyInput,
    TagResource, TagResourceInput, UntagResource, UntagResourceInput,
};
use names::Tags;
use serde_json::Value;
use service_kit::properties::{Retag, show_tags, tags_of};
use service_kit::{Ctx, Error, PropertySource, ResourceFuture, ResourceType};

use super::{answer, arn_of, needed, show, text, unless_gone};

/// A destination.
#[derive(Debug)]
pub(crate) struct Destination;

impl ResourceType for Destination {
    fn name(&self) -> &'static str {
        "AWS::Logs::Destination"
    }

    fn properties(&self) -> &'static [&'static str] {
        &["DestinationName", "DestinationPolicy", "RoleArn", "Tags", "TargetArn"]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &["DestinationName"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn"]
    }

    fn name_it(&self, properties: &mut PropertySource, invent: &dyn Fn(usize) -> String) {
        if properties.get("DestinationName").is_none_or(Value::is_null) {
            properties.insert("DestinationName".to_owned(), invent(512).into());
        }
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let (name, tags) = (needed(&properties, "DestinationName"), tags_of(&properties));
            put(ctx, &name, &properties, (!tags.is_empty()).then_some(tags)).await?;
            Ok(name)
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let input = DescribeDestinationsInput { destination_name_prefix: Some(id.to_owned()), ..Default::default() };
            let found = ctx.call::<DescribeDestinations>(input).await?.destinations.into_iter().flatten();
            let Some(there) = found.into_iter().find(|known| known.destination_name.as_deref() == Some(id)) else { return Ok(None) };
            let mut properties = PropertySource::new();
            show(&mut properties, "DestinationName", there.destination_name);
            show(&mut properties, "TargetArn", there.target_arn);
            show(&mut properties, "RoleArn", there.role_arn);
            show(&mut properties, "DestinationPolicy", there.access_policy);
            show(&mut properties, "Arn", there.arn);
            show_tags(&mut properties, &self.tags(ctx, id).await?);
            Ok(Some(properties))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, id: &'a str, properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! {
            put(ctx, id, &properties, None).await?;
            let (arn, there) = (self.arn(ctx, id), self.tags(ctx, id).await?);
            let Retag { gone, set } = Retag::between(&there, tags_of(&properties));
            if let Some(tag_keys) = gone {
                ctx.call::<UntagResource>(UntagResourceInput { resource_arn: arn.clone(), tag_keys }).await?;
            }
            if let Some(tags) = set {
                ctx.call::<TagResource>(TagResourceInput { resource_arn: arn, tags }).await?;
            }
            Ok(())
        }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            let input = DeleteDestinationInput { destination_name: id.to_owned() };
            unless_gone(ctx.call::<DeleteDestination>(input).await).map(|_| ())
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let (mut found, mut next_token) = (Vec::new(), None);
            loop {
                let page = ctx.call::<DescribeDestinations>(DescribeDestinationsInput { next_token, ..Default::default() }).await?;
                found.extend(page.destinations.into_iter().flatten().filter_map(|one| one.destination_name));
                next_token = page.next_token;
                if next_token.is_none() {
                    return Ok(found);
                }
            }
        }
    }

    fn arn(&self, ctx: &Ctx, id: &str) -> String {
        arn_of(ctx, format!("destination:{id}"))
    }

    fn tags<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Tags> {
        answer! {
           let input = ListTagsForResourceInput { resource_arn: self.arn(ctx, id) };
           Ok(ctx.call::<ListTagsForResource>(input).await?.tags.unwrap_or_default())
        }
    }

    fn relationships<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! {
           let there = self.read(ctx, id).await?.unwrap_or_default();
           Ok([text(&there, "TargetArn"), text(&there, "RoleArn")].into_iter().flatten().collect())
        }
    }
}

async fn put(ctx: &Ctx, name: &str, properties: &PropertySource, tags: Option<Tags>) -> Result<(), Error> {
    let destination_name = name.to_owned();
    let (target_arn, role_arn) = (needed(properties, "TargetArn"), needed(properties, "RoleArn"));
    let input = PutDestinationInput { destination_name: destination_name.clone(), target_arn, role_arn, tags };
    ctx.call::<PutDestination>(input).await?;
    if let Some(access_policy) = text(properties, "DestinationPolicy") {
        let input = PutDestinationPolicyInput { destination_name, access_policy, ..Default::default() };
        ctx.call::<PutDestinationPolicy>(input).await?;
    }
    Ok(())
}
