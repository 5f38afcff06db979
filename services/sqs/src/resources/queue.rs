//! `AWS::SQS::Queue`.

use std::collections::BTreeMap;

use api_sqs::{
    CreateQueue, CreateQueueInput, DeleteQueue, DeleteQueueInput, GetQueueAttributes, GetQueueAttributesInput,
    ListQueueTags, ListQueueTagsInput, ListQueues, ListQueuesInput, QueueAttributeName, SetQueueAttributes,
    SetQueueAttributesInput, TagQueue, TagQueueInput, UntagQueue, UntagQueueInput, errors,
};
use names::Tags;
use serde_json::Value;
use service_kit::properties::{Retag, give_name, show_tags, tags_of, text_of, unless};
use service_kit::{Ctx, Error, PropertySource, ResourceFuture, ResourceType};

use super::{answer, name_of};

/// A queue. Its identifier is its URL.
#[derive(Debug)]
pub(crate) struct Queue;

/// Properties that are attributes of the same name.
const ATTRIBUTES: [&str; 14] = [
    "ContentBasedDeduplication",
    "DeduplicationScope",
    "DelaySeconds",
    "FifoQueue",
    "FifoThroughputLimit",
    "KmsDataKeyReusePeriodSeconds",
    "KmsMasterKeyId",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "ReceiveMessageWaitTimeSeconds",
    "RedriveAllowPolicy",
    "RedrivePolicy",
    "SqsManagedSseEnabled",
    "VisibilityTimeout",
];

/// What a property goes back to when a template drops it, as AWS's CloudFormation was recorded to do; the others stay.
const DROPPED: [(&str, &str); 9] = [
    ("DelaySeconds", "0"),
    ("KmsDataKeyReusePeriodSeconds", "300"),
    ("KmsMasterKeyId", ""),
    ("MaximumMessageSize", "262144"),
    ("MessageRetentionPeriod", "345600"),
    ("ReceiveMessageWaitTimeSeconds", "0"),
    ("RedriveAllowPolicy", ""),
    ("RedrivePolicy", ""),
    ("VisibilityTimeout", "30"),
];

impl ResourceType for Queue {
    fn name(&self) -> &'static str {
        "AWS::SQS::Queue"
    }

    fn properties(&self) -> &'static [&'static str] {
        &[
            "ContentBasedDeduplication",
            "DeduplicationScope",
            "DelaySeconds",
            "FifoQueue",
            "FifoThroughputLimit",
            "KmsDataKeyReusePeriodSeconds",
            "KmsMasterKeyId",
            "MaximumMessageSize",
            "MessageRetentionPeriod",
            "QueueName",
            "ReceiveMessageWaitTimeSeconds",
            "RedriveAllowPolicy",
            "RedrivePolicy",
            "SqsManagedSseEnabled",
            "Tags",
            "VisibilityTimeout",
        ]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &["FifoQueue", "QueueName"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn", "QueueName", "QueueUrl"]
    }

    fn name_it(&self, properties: &mut PropertySource, invent: &dyn Fn(usize) -> String) {
        let fifo = properties.get("FifoQueue").is_some_and(|fifo| text_of(fifo) == "true");
        let suffix = if fifo { ".fifo" } else { "" };
        give_name(properties, "QueueName", || invent(80 - suffix.len()) + suffix);
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let mut attributes = attributes(&properties);
            let fifo = attributes.get("FifoQueue").is_some_and(|value| value == "true");
            if !fifo {
                // A template may say that a queue is not FIFO; the API refuses to be told.
                attributes.remove("FifoQueue");
            }
            let queue_name = properties.get("QueueName").map(text_of).unwrap_or_default();
            let input = CreateQueueInput { queue_name, attributes: Some(attributes), tags: Some(tags_of(&properties)) };
            Ok(ctx.call::<CreateQueue>(input).await?.queue_url.unwrap_or_default())
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let Some(attributes) = all_attributes(ctx, id).await? else { return Ok(None) };
            let mut properties = PropertySource::new();
            for name in ATTRIBUTES {
                if let Some(value) = attributes.get(name) {
                    properties.insert(name.to_owned(), typed(value));
                }
            }
            let tags = self.tags(ctx, id).await?;
            show_tags(&mut properties, &tags);
            properties.insert("Arn".to_owned(), attributes["QueueArn"].as_str().into());
            properties.insert("QueueName".to_owned(), name_of(id).into());
            properties.insert("QueueUrl".to_owned(), id.into());
            Ok(Some(properties))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, id: &'a str, properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! {
            let mut attributes: BTreeMap<_, _> = DROPPED.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
            attributes.extend(self::attributes(&properties));
            attributes.remove("FifoQueue");
            ctx.call::<SetQueueAttributes>(SetQueueAttributesInput { queue_url: id.to_owned(), attributes }).await?;
            retag(ctx, id, &self.tags(ctx, id).await?, tags_of(&properties)).await
        }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            let deleted = ctx.call::<DeleteQueue>(DeleteQueueInput { queue_url: id.to_owned() }).await;
            unless_gone(deleted.map(|_| ())).map(|_| ())
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let (mut urls, mut next_token) = (Vec::new(), None);
            loop {
                let input = ListQueuesInput { max_results: Some(1_000), next_token, ..ListQueuesInput::default() };
                let page = ctx.call::<ListQueues>(input).await?;
                urls.extend(page.queue_urls.unwrap_or_default());
                next_token = page.next_token;
                if next_token.is_none() {
                    return Ok(urls);
                }
            }
        }
    }

    fn arn(&self, ctx: &Ctx, id: &str) -> String {
        names::Arn::regional("sqs", &ctx.region, ctx.account(), name_of(id)).to_string()
    }

    fn tags<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Tags> {
        answer! {
            let input = ListQueueTagsInput { queue_url: id.to_owned() };
            Ok(ctx.call::<ListQueueTags>(input).await?.tags.unwrap_or_default())
        }
    }

    fn relationships<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let attributes = all_attributes(ctx, id).await?.unwrap_or_default();
            let redrive = attributes.get("RedrivePolicy").map(|policy| typed(policy));
            let target = redrive.as_ref().and_then(|policy| policy["deadLetterTargetArn"].as_str());
            Ok(target.map(str::to_owned).into_iter().collect())
        }
    }
}

async fn all_attributes(ctx: &Ctx, id: &str) -> Result<Option<BTreeMap<String, String>>, Error> {
    let attribute_names = Some(vec![QueueAttributeName::All]);
    let input = GetQueueAttributesInput { queue_url: id.to_owned(), attribute_names };
    let there = unless_gone(ctx.call::<GetQueueAttributes>(input).await)?;
    Ok(there.and_then(|output| output.attributes))
}

/// None when the queue is gone.
fn unless_gone<T>(answer: Result<T, Error>) -> Result<Option<T>, Error> {
    unless(answer, |code| code == errors::QUEUE_DOES_NOT_EXIST.code)
}

async fn retag(ctx: &Ctx, id: &str, present: &Tags, wanted: Tags) -> Result<(), Error> {
    let change = Retag::between(present, wanted);
    if let Some(tag_keys) = change.gone {
        ctx.call::<UntagQueue>(UntagQueueInput { queue_url: id.to_owned(), tag_keys }).await?;
    }
    if let Some(wanted) = change.set {
        ctx.call::<TagQueue>(TagQueueInput { queue_url: id.to_owned(), tags: wanted }).await?;
    }
    Ok(())
}

fn attributes(properties: &PropertySource) -> BTreeMap<String, String> {
    let present = ATTRIBUTES.iter().filter_map(|name| Some((*name, properties.get(*name)?)));
    present.map(|(name, value)| (name.to_owned(), text_of(value))).collect()
}

/// An attribute's text as the property that it was: a number, a boolean, an object or a text.
fn typed(value: &str) -> Value {
    serde_json::from_str(value).unwrap_or_else(|_| value.into())
}
