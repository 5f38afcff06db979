//! `AWS::EventSchemas::Schema`.

use api_schemas::{
    CreateSchema, CreateSchemaInput, DeleteSchema, DeleteSchemaInput, DescribeSchema, DescribeSchemaInput,
    ListRegistries, ListRegistriesInput, ListSchemas, ListSchemasInput, UpdateSchema, UpdateSchemaInput,
};
use names::Tags;
use service_kit::properties::{give_name, tags_of};
use service_kit::{Ctx, Error, Fault, PropertySource, ResourceFuture, ResourceType};

use super::{answer, input, named, properties, retag, tags, unless_gone};
use crate::engine::home::{Named, SchemaId};

/// A schema. Its identifier is its ARN.
#[derive(Debug)]
pub(crate) struct Schema;

const SHOWN: &[&str] = &[
    "Content",
    "Description",
    "LastModified",
    "SchemaArn",
    "SchemaName",
    "SchemaVersion",
    "Type",
    "VersionCreatedDate",
];

impl ResourceType for Schema {
    fn name(&self) -> &'static str {
        "AWS::EventSchemas::Schema"
    }

    fn properties(&self) -> &'static [&'static str] {
        &["Content", "Description", "RegistryName", "SchemaName", "Tags", "Type"]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &["RegistryName", "SchemaName"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["LastModified", "SchemaArn", "SchemaName", "SchemaVersion", "VersionCreatedDate"]
    }

    fn name_it(&self, properties: &mut PropertySource, invent: &dyn Fn(usize) -> String) {
        give_name(properties, "SchemaName", || invent(385));
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let created = ctx.call::<CreateSchema>(input::<CreateSchemaInput>(&properties)?).await?;
            Ok(created.schema_arn.unwrap_or_default())
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let schema = schema(ctx, id)?;
            let input = DescribeSchemaInput {
                registry_name: schema.registry.name.clone(), schema_name: schema.name, schema_version: None,
            };
            let Some(shown) = unless_gone(ctx.call::<DescribeSchema>(input).await)? else { return Ok(None) };
            let mut found = properties(&shown, SHOWN, shown.tags.as_ref());
            found.insert("RegistryName".to_owned(), schema.registry.name.into());
            Ok(Some(found))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, id: &'a str, properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! {
            let (wanted, schema): (UpdateSchemaInput, _) = (input(&properties)?, schema(ctx, id)?);
            let (registry_name, schema_name) = (schema.registry.name, schema.name);
            ctx.call::<UpdateSchema>(UpdateSchemaInput { registry_name, schema_name, ..wanted }).await?;
            retag(ctx, id, tags_of(&properties)).await
        }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            let schema = schema(ctx, id)?;
            let input = DeleteSchemaInput { registry_name: schema.registry.name, schema_name: schema.name };
            unless_gone(ctx.call::<DeleteSchema>(input).await).map(drop)
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let (mut found, mut next_token) = (Vec::new(), None);
            loop {
                let scope = Some("LOCAL".to_owned());
                let input = ListRegistriesInput { next_token, scope, ..ListRegistriesInput::default() };
                let page = ctx.call::<ListRegistries>(input).await?;
                for registry in page.registries.unwrap_or_default() {
                    found.extend(of_registry(ctx, registry.registry_name.unwrap_or_default()).await?);
                }
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
        answer! { Ok(vec![schema(ctx, id)?.registry.arn().to_string()]) }
    }
}

async fn of_registry(ctx: &Ctx, registry_name: String) -> Result<Vec<String>, Error> {
    let (mut found, mut next_token) = (Vec::new(), None);
    loop {
        let registry_name = registry_name.clone();
        let input = ListSchemasInput { registry_name, next_token, ..ListSchemasInput::default() };
        let page = ctx.call::<ListSchemas>(input).await?;
        found.extend(page.schemas.unwrap_or_default().into_iter().filter_map(|one| one.schema_arn));
        next_token = page.next_token;
        if next_token.is_none() {
            return Ok(found);
        }
    }
}

fn schema(ctx: &Ctx, id: &str) -> Result<SchemaId, Error> {
    match named(ctx, id)? {
        Named::Schema(schema) => Ok(schema),
        _ => Err(Fault::Invalid { message: format!("{id} is no schema.") }.into()),
    }
}
