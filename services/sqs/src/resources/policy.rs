//! `AWS::SQS::QueuePolicy` and `AWS::SQS::QueueInlinePolicy`: a policy put on queues, and taken off again.

use api_sqs::{
    GetQueueAttributes, GetQueueAttributesInput, QueueAttributeName, SetQueueAttributes, SetQueueAttributesInput,
    errors,
};
use names::Tags;
use serde_json::Value;
use service_kit::properties::text_of;
use service_kit::{Ctx, Error, PropertySource, ResourceFuture, ResourceType};

use super::{answer, name_of};
use crate::store::{ATTACHMENTS, Attachment, scope};

/// A policy on several queues. Its identifier is invented; the queues it is on are noted under it.
#[derive(Debug)]
pub(crate) struct QueuePolicy;

/// The policy of one queue. Its identifier is the queue's URL.
#[derive(Debug)]
pub(crate) struct QueueInlinePolicy;

impl ResourceType for QueuePolicy {
    fn name(&self) -> &'static str {
        "AWS::SQS::QueuePolicy"
    }

    fn properties(&self) -> &'static [&'static str] {
        &["PolicyDocument", "Queues"]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &[]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Id"]
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let id = format!("queue-policy-{}", ctx.random().alphanumeric(12));
            attach(ctx, &id, &[], &properties).await?;
            Ok(id)
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let Some(queues) = attached(ctx, id).await? else { return Ok(None) };
            let mut properties = PropertySource::new();
            if let Some(first) = queues.first() {
                properties.insert("PolicyDocument".to_owned(), policy(ctx, first).await?.unwrap_or_default());
            }
            properties.insert("Queues".to_owned(), queues.into());
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
            for queue in attached(ctx, id).await?.unwrap_or_default() {
                set(ctx, &queue, String::new()).await?;
            }
            let (store, scope) = (ctx.store(), scope(ctx.account(), &ctx.region));
            let batch = store::Batch::new();
            ATTACHMENTS.delete(&batch, &scope, &id);
            store.write(batch).await?;
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
        answer! {
            let queues = attached(ctx, id).await?.unwrap_or_default();
            Ok(queues.iter().map(|url| arn(ctx, url)).collect())
        }
    }
}

impl ResourceType for QueueInlinePolicy {
    fn name(&self) -> &'static str {
        "AWS::SQS::QueueInlinePolicy"
    }

    fn properties(&self) -> &'static [&'static str] {
        &["PolicyDocument", "Queue"]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &["Queue"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &[]
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let queue = properties.get("Queue").map(text_of).unwrap_or_default();
            set(ctx, &queue, document(&properties)).await?;
            Ok(queue)
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let Some(document) = policy(ctx, id).await? else { return Ok(None) };
            let mut properties = PropertySource::new();
            properties.insert("PolicyDocument".to_owned(), document);
            properties.insert("Queue".to_owned(), id.into());
            Ok(Some(properties))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, id: &'a str, properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! { set(ctx, id, document(&properties)).await }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! { set(ctx, id, String::new()).await }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let mut with_policy = Vec::new();
            for url in super::queue::Queue.list(ctx).await? {
                if policy(ctx, &url).await?.is_some() {
                    with_policy.push(url);
                }
            }
            Ok(with_policy)
        }
    }

    fn arn(&self, _ctx: &Ctx, _id: &str) -> String {
        String::new()
    }

    fn tags<'a>(&'a self, _ctx: &'a Ctx, _id: &'a str) -> ResourceFuture<'a, Tags> {
        answer! { Ok(Tags::new()) }
    }

    fn relationships<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! { Ok(vec![arn(ctx, id)]) }
    }
}

fn arn(ctx: &Ctx, url: &str) -> String {
    names::Arn::regional("sqs", &ctx.region, ctx.account(), name_of(url)).to_string()
}

fn document(properties: &PropertySource) -> String {
    properties.get("PolicyDocument").map(text_of).unwrap_or_default()
}

/// Puts the policy on the queues named, takes it off those of `before` that are not, and notes where it is.
async fn attach(ctx: &Ctx, id: &str, before: &[String], properties: &PropertySource) -> Result<(), Error> {
    let named = properties.get("Queues").and_then(Value::as_array).into_iter().flatten();
    let queues: Vec<_> = named.map(text_of).collect();
    for queue in before.iter().filter(|queue| !queues.contains(queue)) {
        set(ctx, queue, String::new()).await?;
    }
    for queue in &queues {
        set(ctx, queue, document(properties)).await?;
    }
    let batch = store::Batch::new();
    ATTACHMENTS.put(&batch, &scope(ctx.account(), &ctx.region), &id, &Attachment { queues })?;
    ctx.store().write(batch).await?;
    Ok(())
}

async fn attached(ctx: &Ctx, id: &str) -> Result<Option<Vec<String>>, Error> {
    let view = ctx.store().read().await?;
    let attachment = ATTACHMENTS.get(&view, &scope(ctx.account(), &ctx.region), &id).await?;
    Ok(attachment.map(|attachment| attachment.queues))
}

/// Sets a queue's policy, or removes it when it is empty; a queue that is gone has none.
async fn set(ctx: &Ctx, url: &str, policy: String) -> Result<(), Error> {
    let removing = policy.is_empty();
    let attributes = [("Policy".to_owned(), policy)].into();
    let answer =
        ctx.call::<SetQueueAttributes>(SetQueueAttributesInput { queue_url: url.to_owned(), attributes }).await;
    match answer {
        Err(Error::Modeled(error)) if removing && error.schema.code == errors::QUEUE_DOES_NOT_EXIST.code => Ok(()),
        answer => answer.map(|_| ()),
    }
}

async fn policy(ctx: &Ctx, url: &str) -> Result<Option<Value>, Error> {
    let attribute_names = Some(vec![QueueAttributeName::Policy]);
    let input = GetQueueAttributesInput { queue_url: url.to_owned(), attribute_names };
    match ctx.call::<GetQueueAttributes>(input).await {
        Ok(output) => {
            let policy = output.attributes.and_then(|mut attributes| attributes.remove("Policy"));
            Ok(policy.and_then(|policy| serde_json::from_str(&policy).ok()))
        }
        Err(Error::Modeled(error)) if error.schema.code == errors::QUEUE_DOES_NOT_EXIST.code => Ok(None),
        Err(error) => Err(error),
    }
}
