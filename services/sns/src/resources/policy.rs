//! `AWS::SNS::TopicPolicy`: a policy put on topics, and taken off again.

use api_sns::{GetTopicAttributes, GetTopicAttributesInput, SetTopicAttributes, SetTopicAttributesInput};
use names::Tags;
use serde_json::Value;
use service_kit::properties::text_of;
use service_kit::{Ctx, Error, PropertySource, ResourceFuture, ResourceType};

use super::{answer, typed, unless_gone};
use crate::store::{ATTACHMENTS, Attachment, scope};

/// A policy on several topics. Its identifier is invented; the topics it is on are noted under it.
#[derive(Debug)]
pub(crate) struct TopicPolicy;

impl ResourceType for TopicPolicy {
    fn name(&self) -> &'static str {
        "AWS::SNS::TopicPolicy"
    }

    fn properties(&self) -> &'static [&'static str] {
        &["PolicyDocument", "Topics"]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &[]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Id"]
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let id = format!("topic-policy-{}", ctx.random().alphanumeric(12));
            attach(ctx, &id, &[], &properties).await?;
            Ok(id)
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let Some(topics) = attached(ctx, id).await? else { return Ok(None) };
            let mut properties = PropertySource::new();
            if let Some(first) = topics.first() {
                properties.insert("PolicyDocument".to_owned(), policy(ctx, first).await?.unwrap_or_default());
            }
            properties.insert("Topics".to_owned(), topics.into());
            properties.insert("Id".to_owned(), id.into());
            Ok(Some(properties))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, id: &'a str, properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! {
            let before = attached(ctx, id).await?.unwrap_or_default();
            attach(ctx, id, &before, &properties).await
        }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            for topic in attached(ctx, id).await?.unwrap_or_default() {
                set(ctx, &topic, String::new()).await?;
            }
            let batch = store::Batch::new();
            ATTACHMENTS.delete(&batch, &scope(ctx.account(), &ctx.region), &id);
            ctx.store().write(batch).await?;
            Ok(())
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let view = ctx.store().read().await?;
            let scope = scope(ctx.account(), &ctx.region);
            let all = ATTACHMENTS.scan_all(&view, &scope, &store::Span::all()).await?;
            Ok(all.into_iter().map(|(id, _)| id).collect())
        }
    }

    fn arn(&self, _ctx: &Ctx, _id: &str) -> String {
        String::new()
    }

    fn tags<'a>(&'a self, _ctx: &'a Ctx, _id: &'a str) -> ResourceFuture<'a, Tags> {
        answer! { Ok(Tags::new()) }
    }

    fn relationships<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! { Ok(attached(ctx, id).await?.unwrap_or_default()) }
    }
}

/// Puts the policy on the topics named, takes it off those of `before` that are not, and notes where it is.
async fn attach(ctx: &Ctx, id: &str, before: &[String], properties: &PropertySource) -> Result<(), Error> {
    let named = properties.get("Topics").and_then(Value::as_array).into_iter().flatten();
    let topics: Vec<_> = named.map(text_of).collect();
    let document = properties.get("PolicyDocument").map(text_of).unwrap_or_default();
    for topic in before.iter().filter(|topic| !topics.contains(topic)) {
        set(ctx, topic, String::new()).await?;
    }
    for topic in &topics {
        set(ctx, topic, document.clone()).await?;
    }
    let batch = store::Batch::new();
    ATTACHMENTS.put(&batch, &scope(ctx.account(), &ctx.region), &id, &Attachment { topics })?;
    ctx.store().write(batch).await?;
    Ok(())
}

async fn attached(ctx: &Ctx, id: &str) -> Result<Option<Vec<String>>, Error> {
    let view = ctx.store().read().await?;
    let attachment = ATTACHMENTS.get(&view, &scope(ctx.account(), &ctx.region), &id).await?;
    Ok(attachment.map(|attachment| attachment.topics))
}

/// Sets a topic's policy, or its first one again when it is empty; a topic that is gone has none.
async fn set(ctx: &Ctx, topic: &str, policy: String) -> Result<(), Error> {
    let removing = policy.is_empty();
    let (attribute_name, attribute_value) = ("Policy".to_owned(), Some(policy));
    let input = SetTopicAttributesInput { topic_arn: topic.to_owned(), attribute_name, attribute_value };
    let answer = ctx.call::<SetTopicAttributes>(input).await;
    if removing { unless_gone(answer).map(|_| ()) } else { answer.map(|_| ()) }
}

async fn policy(ctx: &Ctx, topic: &str) -> Result<Option<Value>, Error> {
    let input = GetTopicAttributesInput { topic_arn: topic.to_owned() };
    let shown = unless_gone(ctx.call::<GetTopicAttributes>(input).await)?;
    Ok(shown.and_then(|shown| shown.attributes).and_then(|all| all.get("Policy").map(|policy| typed(policy))))
}
