//! `AWS::Lambda::EventInvokeConfig`. Its identifier is the function's name and the qualifier, parted by a bar.

use api_lambda as api;
use names::Tags;
use service_kit::{Ctx, PropertySource, ResourceFuture, ResourceType};

use super::{answer, arn_of, functions, halves, input, only, shown, text, unless_gone};

/// What becomes of asynchronous invocations.
#[derive(Debug)]
pub(crate) struct EventInvokeConfig;

impl ResourceType for EventInvokeConfig {
    fn name(&self) -> &'static str {
        "AWS::Lambda::EventInvokeConfig"
    }

    fn properties(&self) -> &'static [&'static str] {
        &["DestinationConfig", "FunctionName", "MaximumEventAgeInSeconds", "MaximumRetryAttempts", "Qualifier"]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &["FunctionName", "Qualifier"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &[]
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            ctx.call::<api::PutFunctionEventInvokeConfig>(input(&properties)?).await?;
            let of = |name: &str| text(&properties, name).unwrap_or_default();
            Ok(format!("{}|{}", of("FunctionName"), of("Qualifier")))
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let (function_name, qualifier) = halves(id);
            let input = api::GetFunctionEventInvokeConfigInput {
                function_name: function_name.clone(),
                qualifier: Some(qualifier.clone()),
            };
            let there = unless_gone(ctx.call::<api::GetFunctionEventInvokeConfig>(input).await)?;
            let Some(there) = there else { return Ok(None) };
            let wanted = ["DestinationConfig", "MaximumEventAgeInSeconds", "MaximumRetryAttempts"];
            let mut properties = only(shown(&there), &wanted);
            properties.insert("FunctionName".to_owned(), function_name.into());
            properties.insert("Qualifier".to_owned(), qualifier.into());
            Ok(Some(properties))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, _id: &'a str, properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! { ctx.call::<api::PutFunctionEventInvokeConfig>(input(&properties)?).await.map(|_| ()) }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            let (function_name, qualifier) = halves(id);
            let input = api::DeleteFunctionEventInvokeConfigInput { function_name, qualifier: Some(qualifier) };
            unless_gone(ctx.call::<api::DeleteFunctionEventInvokeConfig>(input).await).map(|_| ())
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let mut all = Vec::new();
            for function_name in functions(ctx).await? {
                let input = api::ListFunctionEventInvokeConfigsInput {
                    function_name: function_name.clone(),
                    ..Default::default()
                };
                let page = ctx.call::<api::ListFunctionEventInvokeConfigs>(input).await?;
                let arns = page.function_event_invoke_configs.unwrap_or_default().into_iter().filter_map(|c| c.function_arn);
                all.extend(arns.map(|arn| format!("{function_name}|{}", super::of_arn(&arn).1)));
            }
            Ok(all)
        }
    }

    fn arn(&self, ctx: &Ctx, id: &str) -> String {
        let (function, qualifier) = halves(id);
        arn_of(ctx, format!("function:{function}:{qualifier}"))
    }

    fn tags<'a>(&'a self, _ctx: &'a Ctx, _id: &'a str) -> ResourceFuture<'a, Tags> {
        answer! { Ok(Tags::new()) }
    }

    fn relationships<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        let (function, _) = halves(id);
        answer! { Ok(vec![arn_of(ctx, format!("function:{function}"))]) }
    }
}
