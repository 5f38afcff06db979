//! `AWS::Kinesis::ResourcePolicy`. Its identifier is the ARN of the stream or consumer that it is on.

use api_kinesis::{
    DeleteResourcePolicy, DeleteResourcePolicyInput, GetResourcePolicy, GetResourcePolicyInput, ListStreams,
    ListStreamsInput, PutResourcePolicy, PutResourcePolicyInput,
};
use names::Tags;
use serde_json::Value;
use service_kit::{Ctx, Error, PropertySource, ResourceFuture, ResourceType};

use super::{answer, text, unless_gone};

/// The resource policy of a stream or consumer.
#[derive(Debug)]
pub(crate) struct ResourcePolicy;

/// What is answered where there is no policy.
const NONE: &str = "{}";

impl ResourceType for ResourcePolicy {
    fn name(&self) -> &'static str {
        "AWS::Kinesis::ResourcePolicy"
    }

    fn properties(&self) -> &'static [&'static str] {
        &["ResourceArn", "ResourcePolicy"]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &["ResourceArn"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &[]
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let arn = text(&properties, "ResourceArn").unwrap_or_default();
            put(ctx, &arn, &properties).await?;
            Ok(arn)
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let input = GetResourcePolicyInput { resource_arn: id.to_owned(), ..Default::default() };
            let there = unless_gone(ctx.call::<GetResourcePolicy>(input).await)?.map(|there| there.policy);
            let Some(policy) = there.filter(|policy| policy != NONE) else { return Ok(None) };
            let mut properties = PropertySource::new();
            properties.insert("ResourceArn".to_owned(), id.into());
            properties.insert("ResourcePolicy".to_owned(), serde_json::from_str(&policy).unwrap_or(Value::String(policy)));
            Ok(Some(properties))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, id: &'a str, properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! { put(ctx, id, &properties).await }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            let input = DeleteResourcePolicyInput { resource_arn: id.to_owned(), ..Default::default() };
            unless_gone(ctx.call::<DeleteResourcePolicy>(input).await).map(|_| ())
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let (mut found, mut next_token) = (Vec::new(), None);
            loop {
                let input = ListStreamsInput { limit: Some(1_000), next_token, ..Default::default() };
                let page = ctx.call::<ListStreams>(input).await?;
                for stream in page.stream_summaries.unwrap_or_default() {
                    if self.read(ctx, &stream.stream_arn).await?.is_some() {
                        found.push(stream.stream_arn);
                    }
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

    fn tags<'a>(&'a self, _ctx: &'a Ctx, _id: &'a str) -> ResourceFuture<'a, Tags> {
        answer! { Ok(Tags::new()) }
    }

    fn relationships<'a>(&'a self, _ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! { Ok(vec![id.to_owned()]) }
    }
}

async fn put(ctx: &Ctx, arn: &str, properties: &PropertySource) -> Result<(), Error> {
    let policy = match properties.get("ResourcePolicy") {
        Some(Value::String(text)) => text.clone(),
        Some(document) => document.to_string(),
        None => NONE.to_owned(),
    };
    let input = PutResourcePolicyInput { resource_arn: arn.to_owned(), policy, ..Default::default() };
    ctx.call::<PutResourcePolicy>(input).await.map(|_| ())
}
