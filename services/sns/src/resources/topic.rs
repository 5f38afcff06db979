//! `AWS::SNS::Topic`.

use std::collections::BTreeMap;

use api_sns::{
    CreateTopic, CreateTopicInput, DeleteTopic, DeleteTopicInput, GetDataProtectionPolicy,
    GetDataProtectionPolicyInput, GetTopicAttributes, GetTopicAttributesInput, ListSubscriptionsByTopic,
    ListSubscriptionsByTopicInput, ListTagsForResource, ListTagsForResourceInput, ListTopics, ListTopicsInput,
    PutDataProtectionPolicy, PutDataProtectionPolicyInput, SetTopicAttributes, SetTopicAttributesInput, Subscribe,
    SubscribeInput, Subscription as Listed, Tag, TagResource, TagResourceInput, Unsubscribe, UnsubscribeInput,
    UntagResource, UntagResourceInput,
};
use names::Tags;
use serde_json::{Value, json};
use service_kit::properties::{Retag, give_name, show_tags, tags_of, text_of};
use service_kit::{Ctx, Error, PropertySource, ResourceFuture, ResourceType};

use super::{answer, typed, unless_gone};

/// A topic. Its identifier is its ARN.
#[derive(Debug)]
pub(crate) struct Topic;

/// Properties that are attributes of the same name.
const ATTRIBUTES: [&str; 7] = [
    "ArchivePolicy",
    "ContentBasedDeduplication",
    "DisplayName",
    "FifoThroughputScope",
    "KmsMasterKeyId",
    "SignatureVersion",
    "TracingConfig",
];

/// What a property goes back to when a template drops it; the others stay.
const DROPPED: [(&str, &str); 4] =
    [("ArchivePolicy", ""), ("DeliveryPolicy", ""), ("DisplayName", ""), ("KmsMasterKeyId", "")];

impl ResourceType for Topic {
    fn name(&self) -> &'static str {
        "AWS::SNS::Topic"
    }

    fn properties(&self) -> &'static [&'static str] {
        &[
            "ArchivePolicy",
            "ContentBasedDeduplication",
            "DataProtectionPolicy",
            "DeliveryStatusLogging",
            "DisplayName",
            "FifoThroughputScope",
            "FifoTopic",
            "KmsMasterKeyId",
            "SignatureVersion",
            "Subscription",
            "Tags",
            "TopicName",
            "TracingConfig",
        ]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &["FifoTopic", "TopicName"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["TopicArn", "TopicName"]
    }

    fn name_it(&self, properties: &mut PropertySource, invent: &dyn Fn(usize) -> String) {
        let fifo = properties.get("FifoTopic").is_some_and(|fifo| text_of(fifo) == "true");
        let suffix = if fifo { ".fifo" } else { "" };
        give_name(properties, "TopicName", || invent(256 - suffix.len()) + suffix);
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let mut attributes = attributes(&properties);
            let fifo = properties.get("FifoTopic").is_some_and(|fifo| text_of(fifo) == "true");
            if fifo {
                attributes.insert("FifoTopic".to_owned(), "true".to_owned());
            }
            let name = properties.get("TopicName").map(text_of).unwrap_or_default();
            let tags = tags_of(&properties).into_iter().map(|(key, value)| Tag { key, value }).collect();
            let input = CreateTopicInput {
                name,
                attributes: Some(attributes),
                tags: Some(tags),
                data_protection_policy: properties.get("DataProtectionPolicy").map(text_of),
            };
            let arn = ctx.call::<CreateTopic>(input).await?.topic_arn.unwrap_or_default();
            for (protocol, endpoint) in subscriptions(&properties) {
                subscribe(ctx, &arn, protocol, endpoint).await?;
            }
            Ok(arn)
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let input = GetTopicAttributesInput { topic_arn: id.to_owned() };
            let Some(shown) = unless_gone(ctx.call::<GetTopicAttributes>(input).await)? else { return Ok(None) };
            let shown = shown.attributes.unwrap_or_default();
            let mut properties = PropertySource::new();
            for name in ATTRIBUTES.iter().chain(&["FifoTopic"]) {
                if let Some(value) = shown.get(*name).filter(|value| !value.is_empty()) {
                    let value = if *name == "SignatureVersion" { value.as_str().into() } else { typed(value) };
                    properties.insert((*name).to_owned(), value);
                }
            }
            let input = GetDataProtectionPolicyInput { resource_arn: id.to_owned() };
            let policy = ctx.call::<GetDataProtectionPolicy>(input).await?.data_protection_policy.unwrap_or_default();
            if !policy.is_empty() {
                properties.insert("DataProtectionPolicy".to_owned(), typed(&policy));
            }
            let listed = listed(ctx, id).await?.into_iter();
            let listed: Vec<_> = listed.map(|one| json!({"Protocol": one.protocol, "Endpoint": one.endpoint})).collect();
            if !listed.is_empty() {
                properties.insert("Subscription".to_owned(), listed.into());
            }
            let tags = self.tags(ctx, id).await?;
            show_tags(&mut properties, &tags);
            properties.insert("TopicArn".to_owned(), id.into());
            properties.insert("TopicName".to_owned(), id.rsplit(':').next().unwrap_or_default().into());
            Ok(Some(properties))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, id: &'a str, properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! {
            let mut wanted: BTreeMap<_, _> = DROPPED.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
            if !id.ends_with(".fifo") {
                wanted.remove("ArchivePolicy");
            }
            wanted.extend(attributes(&properties));
            for (attribute_name, value) in wanted {
                let attribute_value = Some(value);
                let input = SetTopicAttributesInput { topic_arn: id.to_owned(), attribute_name, attribute_value };
                ctx.call::<SetTopicAttributes>(input).await?;
            }
            let policy = properties.get("DataProtectionPolicy").map(text_of).unwrap_or_default();
            let input = PutDataProtectionPolicyInput { resource_arn: id.to_owned(), data_protection_policy: policy };
            ctx.call::<PutDataProtectionPolicy>(input).await?;
            resubscribe(ctx, id, subscriptions(&properties)).await?;
            retag(ctx, id, &self.tags(ctx, id).await?, tags_of(&properties)).await
        }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            ctx.call::<DeleteTopic>(DeleteTopicInput { topic_arn: id.to_owned() }).await?;
            Ok(())
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let (mut arns, mut next_token) = (Vec::new(), None);
            loop {
                let page = ctx.call::<ListTopics>(ListTopicsInput { next_token }).await?;
                arns.extend(page.topics.unwrap_or_default().into_iter().filter_map(|topic| topic.topic_arn));
                next_token = page.next_token;
                if next_token.is_none() {
                    return Ok(arns);
                }
            }
        }
    }

    fn arn(&self, _ctx: &Ctx, id: &str) -> String {
        id.to_owned()
    }

    fn tags<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Tags> {
        answer! {
            let input = ListTagsForResourceInput { resource_arn: id.to_owned() };
            let tags = ctx.call::<ListTagsForResource>(input).await?.tags.unwrap_or_default();
            Ok(tags.into_iter().map(|tag| (tag.key, tag.value)).collect())
        }
    }

    fn relationships<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let endpoints = listed(ctx, id).await?.into_iter().filter_map(|one| one.endpoint);
            Ok(endpoints.filter(|endpoint| endpoint.starts_with("arn:")).collect())
        }
    }
}

async fn listed(ctx: &Ctx, topic: &str) -> Result<Vec<Listed>, Error> {
    let (mut all, mut next_token) = (Vec::new(), None);
    loop {
        let input = ListSubscriptionsByTopicInput { topic_arn: topic.to_owned(), next_token };
        let page = ctx.call::<ListSubscriptionsByTopic>(input).await?;
        all.extend(page.subscriptions.unwrap_or_default());
        next_token = page.next_token;
        if next_token.is_none() {
            return Ok(all);
        }
    }
}

async fn subscribe(ctx: &Ctx, topic: &str, protocol: String, endpoint: String) -> Result<(), Error> {
    let (topic_arn, endpoint) = (topic.to_owned(), Some(endpoint));
    ctx.call::<Subscribe>(SubscribeInput { topic_arn, protocol, endpoint, ..SubscribeInput::default() }).await?;
    Ok(())
}

/// Subscribes whom the template names, and ends what it names no more.
async fn resubscribe(ctx: &Ctx, topic: &str, wanted: Vec<(String, String)>) -> Result<(), Error> {
    for one in listed(ctx, topic).await? {
        let there = (one.protocol.unwrap_or_default(), one.endpoint.unwrap_or_default());
        let arn = one.subscription_arn.unwrap_or_default();
        if !wanted.contains(&there) && arn.starts_with("arn:") {
            ctx.call::<Unsubscribe>(UnsubscribeInput { subscription_arn: arn }).await?;
        }
    }
    for (protocol, endpoint) in wanted {
        subscribe(ctx, topic, protocol, endpoint).await?;
    }
    Ok(())
}

async fn retag(ctx: &Ctx, id: &str, present: &Tags, wanted: Tags) -> Result<(), Error> {
    let change = Retag::between(present, wanted);
    if let Some(tag_keys) = change.gone {
        ctx.call::<UntagResource>(UntagResourceInput { resource_arn: id.to_owned(), tag_keys }).await?;
    }
    if let Some(wanted) = change.set {
        let tags = wanted.into_iter().map(|(key, value)| Tag { key, value }).collect();
        ctx.call::<TagResource>(TagResourceInput { resource_arn: id.to_owned(), tags }).await?;
    }
    Ok(())
}

fn attributes(properties: &PropertySource) -> BTreeMap<String, String> {
    let present = ATTRIBUTES.iter().filter_map(|name| Some((*name, properties.get(*name)?)));
    let mut attributes: BTreeMap<_, _> = present.map(|(name, value)| (name.to_owned(), text_of(value))).collect();
    for one in properties.get("DeliveryStatusLogging").and_then(Value::as_array).into_iter().flatten() {
        let protocol = match one["Protocol"].as_str().unwrap_or_default() {
            "http/s" => "HTTP",
            "sqs" => "SQS",
            "lambda" => "Lambda",
            "firehose" => "Firehose",
            _ => "Application",
        };
        for name in ["SuccessFeedbackRoleArn", "FailureFeedbackRoleArn", "SuccessFeedbackSampleRate"] {
            if let Some(value) = one.get(name) {
                attributes.insert(format!("{protocol}{name}"), text_of(value));
            }
        }
    }
    attributes
}

fn subscriptions(properties: &PropertySource) -> Vec<(String, String)> {
    let list = properties.get("Subscription").and_then(Value::as_array).into_iter().flatten();
    list.map(|one| (text_of(&one["Protocol"]), text_of(&one["Endpoint"]))).collect()
}
