//! `AWS::EventSchemas::Discoverer`.

use api_schemas::{
    CreateDiscoverer, CreateDiscovererInput, DeleteDiscoverer, DeleteDiscovererInput, DescribeDiscoverer,
    DescribeDiscovererInput, ListDiscoverers, ListDiscoverersInput, UpdateDiscoverer, UpdateDiscovererInput,
};
use names::Tags;
use service_kit::properties::tags_of;
use service_kit::{Ctx, Error, Fault, PropertySource, ResourceFuture, ResourceType};

use super::{answer, input, named, properties, retag, tags, unless_gone};
use crate::engine::home::Named;

/// A discoverer. Its identifier is its ARN.
#[derive(Debug)]
pub(crate) struct Discoverer;

const SHOWN: &[&str] = &["CrossAccount", "Description", "DiscovererArn", "DiscovererId", "SourceArn", "State"];

impl ResourceType for Discoverer {
    fn name(&self) -> &'static str {
        "AWS::EventSchemas::Discoverer"
    }

    fn properties(&self) -> &'static [&'static str] {
        &["CrossAccount", "Description", "SourceArn", "Tags"]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &["SourceArn"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["DiscovererArn", "DiscovererId", "State"]
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let created = ctx.call::<CreateDiscoverer>(input::<CreateDiscovererInput>(&properties)?).await?;
            Ok(created.discoverer_arn.unwrap_or_default())
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let discoverer_id = own(ctx, id)?;
            let shown = ctx.call::<DescribeDiscoverer>(DescribeDiscovererInput { discoverer_id }).await;
            let Some(shown) = unless_gone(shown)? else { return Ok(None) };
            Ok(Some(properties(&shown, SHOWN, shown.tags.as_ref())))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, id: &'a str, properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! {
            let wanted: UpdateDiscovererInput = input(&properties)?;
            let discoverer_id = own(ctx, id)?;
            ctx.call::<UpdateDiscoverer>(UpdateDiscovererInput { discoverer_id, ..wanted }).await?;
            retag(ctx, id, tags_of(&properties)).await
        }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            let discoverer_id = own(ctx, id)?;
            unless_gone(ctx.call::<DeleteDiscoverer>(DeleteDiscovererInput { discoverer_id }).await).map(drop)
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let (mut found, mut next_token) = (Vec::new(), None);
            loop {
                let input = ListDiscoverersInput { next_token, ..ListDiscoverersInput::default() };
                let page = ctx.call::<ListDiscoverers>(input).await?;
                found.extend(page.discoverers.unwrap_or_default().into_iter().filter_map(|one| one.discoverer_arn));
                next_token = page.next_token;
                if next_token.is_none() {
                    return Ok(found);
                }
            }
        }
    }

    fn arn(&self, _ctx: &Ctx, id: &str) -> String {
        id.to_owned()
    }

    fn tags<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Tags> {
        answer! { tags(ctx, id).await }
    }

    fn relationships<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let discoverer_id = own(ctx, id)?;
            let shown = ctx.call::<DescribeDiscoverer>(DescribeDiscovererInput { discoverer_id }).await?;
            Ok(shown.source_arn.into_iter().collect())
        }
    }
}

fn own(ctx: &Ctx, id: &str) -> Result<String, Error> {
    match named(ctx, id)? {
        Named::Discoverer(discoverer) => Ok(discoverer.id),
        _ => Err(Fault::Invalid { message: format!("{id} is no discoverer.") }.into()),
    }
}
