//! `AWS::EventSchemas::Registry`.

use api_schemas::{
    CreateRegistry, CreateRegistryInput, DeleteRegistry, DeleteRegistryInput, DescribeRegistry, DescribeRegistryInput,
    ListRegistries, ListRegistriesInput, UpdateRegistry, UpdateRegistryInput,
};
use names::Tags;
use service_kit::properties::{give_name, tags_of};
use service_kit::{Ctx, Error, Fault, PropertySource, ResourceFuture, ResourceType};

use super::{answer, input, named, properties, retag, tags, unless_gone};
use crate::engine::home::Named;

/// A registry. Its identifier is its ARN.
#[derive(Debug)]
pub(crate) struct Registry;

impl ResourceType for Registry {
    fn name(&self) -> &'static str {
        "AWS::EventSchemas::Registry"
    }

    fn properties(&self) -> &'static [&'static str] {
        &["Description", "RegistryName", "Tags"]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &["RegistryName"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["RegistryArn", "RegistryName"]
    }

    fn name_it(&self, properties: &mut PropertySource, invent: &dyn Fn(usize) -> String) {
        give_name(properties, "RegistryName", || invent(64));
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let created = ctx.call::<CreateRegistry>(input::<CreateRegistryInput>(&properties)?).await?;
            Ok(created.registry_arn.unwrap_or_default())
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let registry_name = name(ctx, id)?;
            let shown = ctx.call::<DescribeRegistry>(DescribeRegistryInput { registry_name }).await;
            let Some(shown) = unless_gone(shown)? else { return Ok(None) };
            Ok(Some(properties(&shown, &["Description", "RegistryArn", "RegistryName"], shown.tags.as_ref())))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, id: &'a str, properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! {
            let wanted: UpdateRegistryInput = input(&properties)?;
            let registry_name = name(ctx, id)?;
            ctx.call::<UpdateRegistry>(UpdateRegistryInput { registry_name, ..wanted }).await?;
            retag(ctx, id, tags_of(&properties)).await
        }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            let registry_name = name(ctx, id)?;
            unless_gone(ctx.call::<DeleteRegistry>(DeleteRegistryInput { registry_name }).await).map(drop)
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let (mut found, mut next_token) = (Vec::new(), None);
            loop {
                let scope = Some("LOCAL".to_owned());
                let input = ListRegistriesInput { next_token, scope, ..ListRegistriesInput::default() };
                let page = ctx.call::<ListRegistries>(input).await?;
                found.extend(page.registries.unwrap_or_default().into_iter().filter_map(|one| one.registry_arn));
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

    fn relationships<'a>(&'a self, _ctx: &'a Ctx, _id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        Box::pin(std::future::ready(Ok(Vec::new())))
    }
}

fn name(ctx: &Ctx, id: &str) -> Result<String, Error> {
    match named(ctx, id)? {
        Named::Registry(registry) => Ok(registry.name),
        _ => Err(Fault::Invalid { message: format!("{id} is no registry.") }.into()),
    }
}
