//! `AWS::Lambda::Version`. Its identifier is its ARN.

use api_lambda as api;
use names::Tags;
use service_kit::{Ctx, PropertySource, ResourceFuture, ResourceType};

use super::{answer, arn_of, functions, input, of_arn, unless_gone};

/// A version that was published.
#[derive(Debug)]
pub(crate) struct Version;

impl ResourceType for Version {
    fn name(&self) -> &'static str {
        "AWS::Lambda::Version"
    }

    fn properties(&self) -> &'static [&'static str] {
        &[
            "CodeSha256",
            "Description",
            "FunctionName",
            "FunctionScalingConfig",
            "ProvisionedConcurrencyConfig",
            "RuntimePolicy",
        ]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &["CodeSha256", "Description", "FunctionName", "RuntimePolicy"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["FunctionArn", "Version"]
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let there = ctx.call::<api::PublishVersion>(input(&properties)?).await?;
            Ok(there.function_arn.unwrap_or_default())
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let input = api::GetFunctionConfigurationInput { function_name: id.to_owned(), qualifier: None };
            let there = unless_gone(ctx.call::<api::GetFunctionConfiguration>(input).await)?;
            let Some(there) = there else { return Ok(None) };
            let mut properties = PropertySource::new();
            let mut put = |name: &str, value: Option<String>| properties.insert(name.to_owned(), value.into());
            put("CodeSha256", there.code_sha256);
            put("Description", there.description);
            put("FunctionArn", there.function_arn);
            put("FunctionName", there.function_name);
            put("Version", there.version);
            Ok(Some(properties))
        }
    }

    fn update<'a>(&'a self, _ctx: &'a Ctx, _id: &'a str, _properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! { Ok(()) }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            let input = api::DeleteFunctionInput { function_name: id.to_owned(), qualifier: None };
            unless_gone(ctx.call::<api::DeleteFunction>(input).await).map(|_| ())
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let mut all = Vec::new();
            for function_name in functions(ctx).await? {
                let input = api::ListVersionsByFunctionInput { function_name, ..Default::default() };
                let versions = ctx.call::<api::ListVersionsByFunction>(input).await?.versions.unwrap_or_default();
                let published = versions.into_iter().filter(|one| one.version.as_deref() != Some("$LATEST"));
                all.extend(published.filter_map(|one| one.function_arn));
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
