//! `AWS::Kinesis::StreamConsumer`. Its identifier is its ARN.

use api_kinesis::{
    DeregisterStreamConsumer, DeregisterStreamConsumerInput, DescribeStreamConsumer, DescribeStreamConsumerInput,
    ListStreamConsumers, ListStreamConsumersInput, ListStreams, ListStreamsInput, ListTagsForResource,
    ListTagsForResourceInput, RegisterStreamConsumer, RegisterStreamConsumerInput, TagResource, TagResourceInput,
    UntagResource, UntagResourceInput,
};
use names::Tags;
use service_kit::properties::{Retag, show_tags, tags_of};
use service_kit::{Ctx, PropertySource, ResourceFuture, ResourceType};

use super::{answer, text, unless_gone};

/// A consumer with enhanced fan-out.
#[derive(Debug)]
pub(crate) struct StreamConsumer;

impl ResourceType for StreamConsumer {
    fn name(&self) -> &'static str {
        "AWS::Kinesis::StreamConsumer"
    }

    fn properties(&self) -> &'static [&'static str] {
        &["ConsumerName", "StreamARN", "Tags"]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &["ConsumerName", "StreamARN"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["ConsumerARN", "ConsumerCreationTimestamp", "ConsumerName", "ConsumerStatus", "StreamARN"]
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let tags = tags_of(&properties);
            let input = RegisterStreamConsumerInput {
                stream_arn: text(&properties, "StreamARN").unwrap_or_default(),
                consumer_name: text(&properties, "ConsumerName").unwrap_or_default(),
                tags: (!tags.is_empty()).then_some(tags),
                ..Default::default()
            };
            Ok(ctx.call::<RegisterStreamConsumer>(input).await?.consumer.consumer_arn)
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let input = DescribeStreamConsumerInput { consumer_arn: Some(id.to_owned()), ..Default::default() };
            let Some(there) = unless_gone(ctx.call::<DescribeStreamConsumer>(input).await)? else { return Ok(None) };
            let there = there.consumer_description;
            let mut properties = PropertySource::new();
            let created = there.consumer_creation_timestamp.secs().to_string();
            for (name, value) in [
                ("ConsumerARN", there.consumer_arn.as_str()),
                ("ConsumerCreationTimestamp", &created),
                ("ConsumerName", &there.consumer_name),
                ("ConsumerStatus", there.consumer_status.as_str()),
                ("StreamARN", &there.stream_arn),
            ] {
                properties.insert(name.to_owned(), value.into());
            }
            let tags = self.tags(ctx, id).await?;
            show_tags(&mut properties, &tags);
            Ok(Some(properties))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, id: &'a str, properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! {
            let change = Retag::between(&self.tags(ctx, id).await?, tags_of(&properties));
            let resource_arn = id.to_owned();
            if let Some(tag_keys) = change.gone {
                let input = UntagResourceInput { resource_arn: resource_arn.clone(), tag_keys, ..Default::default() };
                ctx.call::<UntagResource>(input).await?;
            }
            if let Some(tags) = change.set {
                ctx.call::<TagResource>(TagResourceInput { resource_arn, tags, ..Default::default() }).await?;
            }
            Ok(())
        }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            let input = DeregisterStreamConsumerInput { consumer_arn: Some(id.to_owned()), ..Default::default() };
            unless_gone(ctx.call::<DeregisterStreamConsumer>(input).await).map(|_| ())
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let (mut consumers, mut next_token) = (Vec::new(), None);
            loop {
                let input = ListStreamsInput { limit: Some(1_000), next_token, ..Default::default() };
                let page = ctx.call::<ListStreams>(input).await?;
                for stream in page.stream_summaries.unwrap_or_default() {
                    // A stream has twenty consumers at most: one page.
                    let input = ListStreamConsumersInput { stream_arn: stream.stream_arn, ..Default::default() };
                    let found = ctx.call::<ListStreamConsumers>(input).await?.consumers.unwrap_or_default();
                    consumers.extend(found.into_iter().map(|consumer| consumer.consumer_arn));
                }
                next_token = page.next_token;
                if next_token.is_none() {
                    return Ok(consumers);
                }
            }
        }
    }

    fn arn(&self, _ctx: &Ctx, id: &str) -> String {
        id.to_owned()
    }

    fn tags<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Tags> {
        answer! {
            let input = ListTagsForResourceInput { resource_arn: id.to_owned(), ..Default::default() };
            let tags = ctx.call::<ListTagsForResource>(input).await?.tags.unwrap_or_default();
            Ok(tags.into_iter().map(|tag| (tag.key, tag.value.unwrap_or_default())).collect())
        }
    }

    fn relationships<'a>(&'a self, _ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! { Ok(id.split_once("/consumer/").map(|(stream, _)| stream.to_owned()).into_iter().collect()) }
    }
}
