//! `AWS::Lambda::Alias`. Its identifier is its ARN.

use api_lambda as api;
use names::Tags;
use serde_json::{Value, json};
use service_kit::{Ctx, PropertySource, ResourceFuture, ResourceType};

use super::{answer, arn_of, functions, input, of_arn, unless_gone};

/// An alias.
#[derive(Debug)]
pub(crate) struct Alias;

impl ResourceType for Alias {
    fn name(&self) -> &'static str {
        "AWS::Lambda::Alias"
    }

    fn properties(&self) -> &'static [&'static str] {
        &["Description", "FunctionName", "FunctionVersion", "Name", "ProvisionedConcurrencyConfig", "RoutingConfig"]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &["FunctionName", "Name"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["AliasArn"]
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let there = ctx.call::<api::CreateAlias>(input(&weighed(properties))?).await?;
            Ok(there.alias_arn.unwrap_or_default())
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let (function_name, name) = of_arn(id);
            let input = api::GetAliasInput { function_name: function_name.clone(), name };
            let Some(there) = unless_gone(ctx.call::<api::GetAlias>(input).await)? else { return Ok(None) };
            let mut properties = PropertySource::new();
            let mut put = |name: &str, value: Value| properties.insert(name.to_owned(), value);
            put("AliasArn", there.alias_arn.into());
            put("Description", there.description.into());
            put("FunctionName", function_name.into());
            put("FunctionVersion", there.function_version.into());
            put("Name", there.name.into());
            if let Some(weights) = there.routing_config.and_then(|config| config.additional_version_weights) {
                let weights = weights.into_iter();
                let list = weights.map(|(version, weight)| json!({"FunctionVersion": version, "FunctionWeight": weight}));
                put("RoutingConfig", json!({"AdditionalVersionWeights": list.collect::<Vec<_>>()}));
            }
            Ok(Some(properties))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, _id: &'a str, properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! {
            let mut properties = weighed(properties);
            properties.entry("Description").or_insert(json!(""));
            properties.entry("RoutingConfig").or_insert(json!({"AdditionalVersionWeights": {}}));
            ctx.call::<api::UpdateAlias>(input(&properties)?).await.map(|_| ())
        }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            let (function_name, name) = of_arn(id);
            let input = api::DeleteAliasInput { function_name, name };
            unless_gone(ctx.call::<api::DeleteAlias>(input).await).map(|_| ())
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let mut all = Vec::new();
            for function_name in functions(ctx).await? {
                let input = api::ListAliasesInput { function_name, ..Default::default() };
                let aliases = ctx.call::<api::ListAliases>(input).await?.aliases.unwrap_or_default();
                all.extend(aliases.into_iter().filter_map(|alias| alias.alias_arn));
            }
            Ok(all)
        }
    }

    fn arn(&self, _ctx: &Ctx, id: &str) -> String {
        id.to_owned()
    }

    fn tags<'a>(&'a self, _ctx: &'a Ctx, _id: &'a str) -> ResourceFuture<'a, Tags> {
        answer! { Ok(Tags::new()) }
    }

    fn relationships<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        let (name, _) = of_arn(id);
        answer! { Ok(vec![arn_of(ctx, format!("function:{name}"))]) }
    }
}

/// Templates list weights, the operation has a map of them.
fn weighed(mut properties: PropertySource) -> PropertySource {
    let Some(config) = properties.get_mut("RoutingConfig") else { return properties };
    let list = config["AdditionalVersionWeights"].as_array().cloned().unwrap_or_default();
    let pairs = list
        .iter()
        .filter_map(|one| Some((one["FunctionVersion"].as_str()?.to_owned(), one["FunctionWeight"].clone())));
    config["AdditionalVersionWeights"] = Value::Object(pairs.collect());
    properties
}
