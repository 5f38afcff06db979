//! Resource types of the service itself: `AWS::CDK::Metadata`, which is nothing, and `AWS::CloudFormation::Stack`, a stack in a
//! stack.

use api_cloudformation::{
    CreateStack, CreateStackInput, DeleteStack, DeleteStackInput, DescribeStacks, DescribeStacksInput, Parameter,
    Stack, Tag, UpdateStack, UpdateStackInput,
};
use names::Tags;
use serde_json::Value;
use service_kit::properties::{show_tags, tags_of, text_of};
use service_kit::{Ctx, Error, Fault, Progress, PropertySource, ResourceFuture, ResourceType, Service, answer};

/// Adds them to the service.
pub(crate) fn add(service: Service) -> Service {
    service.resource(Metadata).resource(Nested)
}

/// What the CDK tells of itself in a template. Nothing stands behind it.
#[derive(Debug)]
struct Metadata;

impl ResourceType for Metadata {
    fn name(&self) -> &'static str {
        "AWS::CDK::Metadata"
    }

    fn properties(&self) -> &'static [&'static str] {
        &["Analytics", "Modules"]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &[]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &[]
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, _: PropertySource) -> ResourceFuture<'a, String> {
        answer! { Ok(ctx.random().uuid()) }
    }

    fn read<'a>(&'a self, _: &'a Ctx, _: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! { Ok(Some(PropertySource::new())) }
    }

    fn update<'a>(&'a self, _: &'a Ctx, _: &'a str, _: PropertySource) -> ResourceFuture<'a, ()> {
        answer! { Ok(()) }
    }

    fn delete<'a>(&'a self, _: &'a Ctx, _: &'a str) -> ResourceFuture<'a, ()> {
        answer! { Ok(()) }
    }

    fn list<'a>(&'a self, _: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! { Ok(Vec::new()) }
    }

    fn arn(&self, _: &Ctx, id: &str) -> String {
        id.to_owned()
    }

    fn tags<'a>(&'a self, _: &'a Ctx, _: &'a str) -> ResourceFuture<'a, Tags> {
        answer! { Ok(Tags::new()) }
    }

    fn relationships<'a>(&'a self, _: &'a Ctx, _: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! { Ok(Vec::new()) }
    }
}

/// A stack in a stack. Its identifier is its ARN.
#[derive(Debug)]
struct Nested;

impl ResourceType for Nested {
    fn name(&self) -> &'static str {
        "AWS::CloudFormation::Stack"
    }

    fn properties(&self) -> &'static [&'static str] {
        &["NotificationARNs", "Parameters", "StackName", "Tags", "TemplateBody", "TemplateURL", "TimeoutInMinutes"]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &["StackName"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Outputs", "StackId"]
    }

    fn name_it(&self, properties: &mut PropertySource, invent: &dyn Fn(usize) -> String) {
        properties.entry("StackName").or_insert_with(|| invent(128).into());
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let input = CreateStackInput {
                stack_name: text(&properties, "StackName").unwrap_or_default(),
                template_body: text(&properties, "TemplateBody"),
                template_url: text(&properties, "TemplateURL"),
                parameters: Some(parameters(&properties)),
                notification_arns: list(&properties, "NotificationARNs"),
                timeout_in_minutes: text(&properties, "TimeoutInMinutes").and_then(|minutes| minutes.parse().ok()),
                tags: Some(tags(&properties)),
                capabilities: Some(acknowledged()),
                ..CreateStackInput::default()
            };
            Ok(ctx.call::<CreateStack>(input).await?.stack_id.unwrap_or_default())
        }
    }

    fn progress<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Progress> {
        answer! {
            let Some(stack) = there(ctx, id).await? else {
                return Ok(Progress::Failed(format!("Embedded stack {id} was not found")));
            };
            let status = stack.stack_status.as_str();
            Ok(match status {
                "CREATE_COMPLETE" | "UPDATE_COMPLETE" => Progress::Settled,
                _ if status.ends_with("_IN_PROGRESS") => Progress::Underway,
                _ => Progress::Failed(format!(
                    "Embedded stack {id} was not successfully {}: {}",
                    if status.starts_with("UPDATE") { "updated" } else { "created" },
                    stack.stack_status_reason.unwrap_or_default()
                )),
            })
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let Some(stack) = there(ctx, id).await? else { return Ok(None) };
            let mut properties = PropertySource::new();
            properties.insert("StackId".to_owned(), stack.stack_id.into());
            properties.insert("StackName".to_owned(), stack.stack_name.into());
            let given: PropertySource = stack
                .parameters
                .into_iter()
                .flatten()
                .filter_map(|one| Some((one.parameter_key?, one.parameter_value.into())))
                .collect();
            properties.insert("Parameters".to_owned(), given.into());
            for output in stack.outputs.into_iter().flatten() {
                let key = format!("Outputs.{}", output.output_key.unwrap_or_default());
                properties.insert(key, output.output_value.into());
            }
            let tags = stack.tags.into_iter().flatten().map(|tag| (tag.key, tag.value)).collect();
            show_tags(&mut properties, &tags);
            Ok(Some(properties))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, id: &'a str, properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! {
            let input = UpdateStackInput {
                stack_name: id.to_owned(),
                template_body: text(&properties, "TemplateBody"),
                template_url: text(&properties, "TemplateURL"),
                parameters: Some(parameters(&properties)),
                notification_arns: list(&properties, "NotificationARNs"),
                tags: Some(tags(&properties)),
                capabilities: Some(acknowledged()),
                ..UpdateStackInput::default()
            };
            match ctx.call::<UpdateStack>(input).await {
                // What is in it may be as it shall be already.
                Err(Error::Fault(Fault::Invalid { message })) if message == "No updates are to be performed." => Ok(()),
                answer => answer.map(|_| ()),
            }
        }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            let input = DeleteStackInput { stack_name: id.to_owned(), ..DeleteStackInput::default() };
            ctx.call::<DeleteStack>(input).await?;
            loop {
                let Some(stack) = there(ctx, id).await? else { return Ok(()) };
                match stack.stack_status.as_str() {
                    "DELETE_COMPLETE" => return Ok(()),
                    "DELETE_IN_PROGRESS" => ctx.clock().wait_at_most(std::time::Duration::from_millis(200)).await,
                    _ => {
                        let why = stack.stack_status_reason.unwrap_or_default();
                        let message = format!("Embedded stack {id} was not successfully deleted: {why}");
                        return Err(Fault::Invalid { message }.into());
                    }
                }
            }
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let (mut ids, mut next_token) = (Vec::new(), None);
            loop {
                let page = ctx.call::<DescribeStacks>(DescribeStacksInput { stack_name: None, next_token }).await?;
                ids.extend(page.stacks.into_iter().flatten().filter_map(|stack| stack.stack_id));
                next_token = page.next_token;
                if next_token.is_none() {
                    return Ok(ids);
                }
            }
        }
    }

    fn arn(&self, _: &Ctx, id: &str) -> String {
        id.to_owned()
    }

    fn tags<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Tags> {
        answer! {
            let stack = there(ctx, id).await?.unwrap_or_default();
            Ok(stack.tags.into_iter().flatten().map(|tag| (tag.key, tag.value)).collect())
        }
    }

    fn relationships<'a>(&'a self, _: &'a Ctx, _: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! { Ok(Vec::new()) }
    }
}

/// The stack above acknowledged for those in it.
fn acknowledged() -> Vec<api_cloudformation::Capability> {
    ["CAPABILITY_AUTO_EXPAND", "CAPABILITY_NAMED_IAM"].map(|name| name.to_owned().into()).into()
}

async fn there(ctx: &Ctx, id: &str) -> Result<Option<Stack>, Error> {
    let input = DescribeStacksInput { stack_name: Some(id.to_owned()), next_token: None };
    match ctx.call::<DescribeStacks>(input).await {
        Ok(output) => Ok(output.stacks.unwrap_or_default().pop()),
        Err(Error::Fault(Fault::Invalid { message })) if message.ends_with("does not exist") => Ok(None),
        Err(error) => Err(error),
    }
}

fn text(properties: &PropertySource, name: &str) -> Option<String> {
    properties.get(name).map(text_of)
}

fn list(properties: &PropertySource, name: &str) -> Option<Vec<String>> {
    Some(properties.get(name)?.as_array()?.iter().map(text_of).collect())
}

fn parameters(properties: &PropertySource) -> Vec<Parameter> {
    let given = properties.get("Parameters").and_then(Value::as_object).into_iter().flatten();
    let value = |value: &Value| match value {
        Value::Array(items) => items.iter().map(text_of).collect::<Vec<_>>().join(","),
        other => text_of(other),
    };
    let parameter = |(name, given): (&String, &Value)| Parameter {
        parameter_key: Some(name.clone()),
        parameter_value: Some(value(given)),
        ..Parameter::default()
    };
    given.map(parameter).collect()
}

fn tags(properties: &PropertySource) -> Vec<Tag> {
    tags_of(properties).into_iter().map(|(key, value)| Tag { key, value }).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_are_joined_for_parameters() {
        let properties = json!({"Parameters": {"A": ["x", "y"], "B": 1}}).as_object().cloned().unwrap_or_default();
        let values: Vec<_> = parameters(&properties).into_iter().filter_map(|one| one.parameter_value).collect();
        assert_eq!(values, ["x,y", "1"]);
    }
}
