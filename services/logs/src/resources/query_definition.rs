//! `AWS::Logs::QueryDefinition`. Its identifier is the id that AWS gives it.

use api_logs::{
    DeleteQueryDefinition, DeleteQueryDefinitionInput, DescribeQueryDefinitions, DescribeQueryDefinitionsInput,
    PutQueryDefinition, PutQueryDefinitionInput, QueryLanguage,
};
use names::Tags;
use service_kit::{Ctx, Error, PropertySource, ResourceFuture, ResourceType};

use super::{answer, arn_of, needed, show, text, texts, unless_gone};

/// A saved query.
#[derive(Debug)]
pub(crate) struct QueryDefinition;

impl ResourceType for QueryDefinition {
    fn name(&self) -> &'static str {
        "AWS::Logs::QueryDefinition"
    }

    fn properties(&self) -> &'static [&'static str] {
        &["LogGroupNames", "Name", "QueryLanguage", "QueryString"]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &[]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["QueryDefinitionId"]
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            put(ctx, None, &properties).await
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let found = ctx.call::<DescribeQueryDefinitions>(DescribeQueryDefinitionsInput::default()).await?.query_definitions;
            let found = found.into_iter().flatten().find(|known| known.query_definition_id.as_deref() == Some(id));
            let Some(there) = found else { return Ok(None) };
            let mut properties = PropertySource::new();
            show(&mut properties, "Name", there.name);
            show(&mut properties, "QueryString", there.query_string);
            show(&mut properties, "LogGroupNames", there.log_group_names);
            show(&mut properties, "QueryLanguage", there.query_language.map(|language| language.as_str().to_owned()));
            show(&mut properties, "QueryDefinitionId", there.query_definition_id);
            Ok(Some(properties))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, id: &'a str, properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! {
            put(ctx, Some(id.to_owned()), &properties).await.map(|_| ())
        }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            let input = DeleteQueryDefinitionInput { query_definition_id: id.to_owned() };
            unless_gone(ctx.call::<DeleteQueryDefinition>(input).await).map(|_| ())
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let found = ctx.call::<DescribeQueryDefinitions>(DescribeQueryDefinitionsInput::default()).await?.query_definitions;
            Ok(found.into_iter().flatten().filter_map(|one| one.query_definition_id).collect())
        }
    }

    fn arn(&self, ctx: &Ctx, id: &str) -> String {
        arn_of(ctx, format!("query-definition:{id}"))
    }

    fn tags<'a>(&'a self, _ctx: &'a Ctx, _id: &'a str) -> ResourceFuture<'a, Tags> {
        answer! { Ok(Tags::new()) }
    }

    fn relationships<'a>(&'a self, _ctx: &'a Ctx, _id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! { Ok(Vec::new()) }
    }
}

async fn put(ctx: &Ctx, id: Option<String>, properties: &PropertySource) -> Result<String, Error> {
    let input = PutQueryDefinitionInput {
        query_definition_id: id,
        name: needed(properties, "Name"),
        query_string: needed(properties, "QueryString"),
        log_group_names: texts(properties, "LogGroupNames"),
        query_language: text(properties, "QueryLanguage").as_deref().map(QueryLanguage::from),
        ..Default::default()
    };
    Ok(ctx.call::<PutQueryDefinition>(input).await?.query_definition_id.unwrap_or_default())
}
