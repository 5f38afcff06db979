//! `AWS::KinesisFirehose::DeliveryStream`, made of the service's own operations: a delivery stream made by a stack is the same
//! as one made by hand. Its identifier is its name.

use api_firehose::{
    CreateDeliveryStream, CreateDeliveryStreamInput, DeleteDeliveryStream, DeleteDeliveryStreamInput,
    DeliveryStreamDescription, DescribeDeliveryStream, DescribeDeliveryStreamInput, ListDeliveryStreams,
    ListDeliveryStreamsInput, ListTagsForDeliveryStream, ListTagsForDeliveryStreamInput, Tag, TagDeliveryStream,
    TagDeliveryStreamInput, UntagDeliveryStream, UntagDeliveryStreamInput, UpdateDestination, UpdateDestinationInput,
    errors,
};
use names::Tags;
use serde_json::{Map, Value};
use service_kit::properties::{Retag, give_name, show_tags, tags_of, text_of, unless};
use service_kit::{Ctx, Error, Fault, PropertySource, ResourceFuture, ResourceType, Service, answer};

/// Adds the service's resource types.
pub(crate) fn add(service: Service) -> Service {
    service.resource(DeliveryStream)
}

/// A delivery stream.
#[derive(Debug)]
struct DeliveryStream;

impl ResourceType for DeliveryStream {
    fn name(&self) -> &'static str {
        "AWS::KinesisFirehose::DeliveryStream"
    }

    fn properties(&self) -> &'static [&'static str] {
        &[
            "DeliveryStreamEncryptionConfigurationInput",
            "DeliveryStreamName",
            "DeliveryStreamType",
            "DirectPutSourceConfiguration",
            "ExtendedS3DestinationConfiguration",
            "HttpEndpointDestinationConfiguration",
            "KinesisStreamSourceConfiguration",
            "S3DestinationConfiguration",
            "SplunkDestinationConfiguration",
            "Tags",
        ]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &[
            "DeliveryStreamName",
            "DeliveryStreamType",
            "DirectPutSourceConfiguration",
            "KinesisStreamSourceConfiguration",
        ]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn"]
    }

    fn name_it(&self, properties: &mut PropertySource, invent: &dyn Fn(usize) -> String) {
        give_name(properties, "DeliveryStreamName", || invent(64));
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let name = properties.get("DeliveryStreamName").map(text_of).unwrap_or_default();
            let mut input = CreateDeliveryStreamInput::default();
            fill(&mut input, &Value::Object(properties))?;
            ctx.call::<CreateDeliveryStream>(input).await?;
            Ok(name)
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let Some(there) = describe(ctx, id).await? else { return Ok(None) };
            let mut properties = PropertySource::new();
            properties.insert("Arn".to_owned(), there.delivery_stream_arn.as_str().into());
            properties.insert("DeliveryStreamName".to_owned(), there.delivery_stream_name.as_str().into());
            properties.insert("DeliveryStreamType".to_owned(), there.delivery_stream_type.as_str().into());
            for (name, value) in destination(&there) {
                properties.insert(name, value);
            }
            let tags = self.tags(ctx, id).await?;
            show_tags(&mut properties, &tags);
            Ok(Some(properties))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, id: &'a str, properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! {
            let there = describe(ctx, id).await?.ok_or_else(|| Fault::internal("it is gone"))?;
            let mut update = Map::new();
            for (name, value) in &properties {
                if let Some(kind) = name.strip_suffix("DestinationConfiguration") {
                    update.insert(format!("{kind}DestinationUpdate"), updated(value));
                }
            }
            if !update.is_empty() {
                let mut input = UpdateDestinationInput::default();
                fill(&mut input, &Value::Object(update))?;
                input.delivery_stream_name = id.to_owned();
                input.current_delivery_stream_version_id = there.version_id;
                input.destination_id = there.destinations.into_iter().next().unwrap_or_default().destination_id;
                ctx.call::<UpdateDestination>(input).await?;
            }
            retag(ctx, id, &self.tags(ctx, id).await?, tags_of(&properties)).await
        }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            let input = DeleteDeliveryStreamInput { delivery_stream_name: id.to_owned(), ..Default::default() };
            unless_gone(ctx.call::<DeleteDeliveryStream>(input).await).map(|_| ())
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let mut names: Vec<String> = Vec::new();
            loop {
                let input = ListDeliveryStreamsInput {
                    limit: Some(10_000),
                    exclusive_start_delivery_stream_name: names.last().cloned(),
                    ..Default::default()
                };
                let page = ctx.call::<ListDeliveryStreams>(input).await?;
                names.extend(page.delivery_stream_names);
                if !page.has_more_delivery_streams {
                    return Ok(names);
                }
            }
        }
    }

    fn arn(&self, ctx: &Ctx, id: &str) -> String {
        names::Arn::regional("firehose", &ctx.region, ctx.account(), format!("deliverystream/{id}")).to_string()
    }

    fn tags<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Tags> {
        answer! {
            let input = ListTagsForDeliveryStreamInput { delivery_stream_name: id.to_owned(), ..Default::default() };
            let tags = ctx.call::<ListTagsForDeliveryStream>(input).await?.tags;
            Ok(tags.into_iter().map(|tag| (tag.key, tag.value.unwrap_or_default())).collect())
        }
    }

    fn relationships<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let Some(there) = describe(ctx, id).await? else { return Ok(Vec::new()) };
            let source = there.source.and_then(|source| source.kinesis_stream_source_description);
            let s3 = there.destinations.iter().filter_map(|one| one.extended_s3_destination_description.as_ref());
            let buckets = s3.map(|description| description.bucket_arn.clone());
            Ok(source.and_then(|source| source.kinesis_stream_arn).into_iter().chain(buckets).collect())
        }
    }
}

/// Reads properties as the members that they are.
fn fill(input: &mut dyn smithy::Shape, properties: &Value) -> Result<(), Error> {
    let read = protocols::json_value::read(properties.to_string().as_bytes(), input);
    read.map(|_| ()).map_err(|malformed| Fault::Malformed { reason: malformed.0 }.into())
}

/// A configuration in the words of a change.
fn updated(config: &Value) -> Value {
    let mut update = config.as_object().cloned().unwrap_or_default();
    for (configuration, change) in [("S3Configuration", "S3Update"), ("S3BackupConfiguration", "S3BackupUpdate")] {
        if let Some(value) = update.remove(configuration) {
            update.insert(change.to_owned(), value);
        }
    }
    Value::Object(update)
}

/// The destination in the words of a template.
fn destination(there: &DeliveryStreamDescription) -> Map<String, Value> {
    let shown = there.destinations.first().map(|one| protocols::json_value::write(one)).unwrap_or_default();
    let shown: Value = serde_json::from_slice(&shown).unwrap_or_default();
    let mut out = Map::new();
    for (name, value) in shown.as_object().into_iter().flatten() {
        let older = name == "S3DestinationDescription";
        if let Some(kind) = name.strip_suffix("DestinationDescription").filter(|_| !older) {
            let mut value = value.as_object().cloned().unwrap_or_default();
            let names =
                [("S3DestinationDescription", "S3Configuration"), ("S3BackupDescription", "S3BackupConfiguration")];
            for (description, configuration) in names {
                if let Some(inner) = value.remove(description) {
                    value.insert(configuration.to_owned(), inner);
                }
            }
            out.insert(format!("{kind}DestinationConfiguration"), value.into());
        }
    }
    out
}

async fn describe(ctx: &Ctx, id: &str) -> Result<Option<DeliveryStreamDescription>, Error> {
    let input = DescribeDeliveryStreamInput { delivery_stream_name: id.to_owned(), ..Default::default() };
    let there = unless_gone(ctx.call::<DescribeDeliveryStream>(input).await)?;
    Ok(there.map(|there| there.delivery_stream_description))
}

/// None when it is gone.
fn unless_gone<T>(answer: Result<T, Error>) -> Result<Option<T>, Error> {
    unless(answer, |code| code == errors::RESOURCE_NOT_FOUND_EXCEPTION.code)
}

async fn retag(ctx: &Ctx, id: &str, present: &Tags, wanted: Tags) -> Result<(), Error> {
    let change = Retag::between(present, wanted);
    if let Some(tag_keys) = change.gone {
        ctx.call::<UntagDeliveryStream>(UntagDeliveryStreamInput { delivery_stream_name: id.to_owned(), tag_keys })
            .await?;
    }
    if let Some(wanted) = change.set {
        let tags = wanted.into_iter().map(|(key, value)| Tag { key, value: Some(value) }).collect();
        ctx.call::<TagDeliveryStream>(TagDeliveryStreamInput { delivery_stream_name: id.to_owned(), tags }).await?;
    }
    Ok(())
}
