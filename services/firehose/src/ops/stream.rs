//! Delivery streams: created, described, listed, deleted.

use api_firehose::{
    CreateDeliveryStream, CreateDeliveryStreamInput, CreateDeliveryStreamOutput, DeleteDeliveryStream,
    DeleteDeliveryStreamInput, DeleteDeliveryStreamOutput, DeliveryStreamDescription,
    DeliveryStreamEncryptionConfiguration, DeliveryStreamEncryptionStatus, DeliveryStreamStatus, DeliveryStreamType,
    DescribeDeliveryStream, DescribeDeliveryStreamInput, DescribeDeliveryStreamOutput, DirectPutSourceDescription,
    KeyType, KinesisStreamSourceDescription, ListDeliveryStreams, ListDeliveryStreamsInput, ListDeliveryStreamsOutput,
    SourceDescription, Tag,
};
use names::Tags;
use service_kit::{Access, Ctx, Error, Outcome};

use super::{Shared, access, document, encryption, find, own, post};
use crate::engine::Engine;
use crate::error::{invalid, not_here, told};
use crate::store::{Encryption, Source, StreamRecord};

/// Who roles are passed to.
const SERVICE: &str = "firehose.amazonaws.com";
/// Delivery streams shown when nobody says how many. Source: ListDeliveryStreams.
const PAGE: usize = 10;

/// Creates a delivery stream. It can be used as soon as the call is answered.
pub(crate) async fn create_delivery_stream(
    ctx: &Ctx,
    input: CreateDeliveryStreamInput,
) -> Outcome<CreateDeliveryStream> {
    let home = own(ctx, &input.delivery_stream_name);
    let engine = engine(ctx);
    let source = source(&input)?;
    let (kind, config) = document::created(&input)?;
    let encryption = match (&input.delivery_stream_encryption_configuration_input, &source) {
        (None, _) => Encryption::Off,
        (Some(asked), Source::Direct { .. }) => encryption::wanted(ctx, asked).await?,
        (Some(_), Source::Kinesis { .. }) => return Err(encryption::by_its_source()),
    };
    let no = engine.number().await?;
    let record = StreamRecord {
        no,
        created: ctx.now(),
        updated: None,
        version: 1,
        source,
        kind,
        destination: engine.seal_destination(no, &config),
        encryption,
        tags: tags(input.tags.as_deref()),
    };
    engine.create(&home, &record).await.map_err(|refusal| told(&home, refusal))?;
    post(ctx, find(ctx, &home.name).await?).feed();
    Ok(CreateDeliveryStreamOutput { delivery_stream_arn: Some(home.arn().to_string()) })
}

fn source(input: &CreateDeliveryStreamInput) -> Result<Source, Error> {
    let kind = input.delivery_stream_type.clone().unwrap_or(DeliveryStreamType::DirectPut);
    match (&kind, &input.kinesis_stream_source_configuration) {
        (DeliveryStreamType::DirectPut, None) => {
            let hint = input.direct_put_source_configuration.as_ref().map(|source| source.throughput_hint_in_mbs);
            Ok(Source::Direct { hint })
        }
        (DeliveryStreamType::DirectPut, Some(_)) => {
            Err(invalid("KinesisSourceStreamConfig is only applicable for KinesisStreamAsSource stream type"))
        }
        (DeliveryStreamType::KinesisStreamAsSource, Some(from)) => {
            Ok(Source::Kinesis { arn: from.kinesis_stream_arn.clone(), role: from.role_arn.clone() })
        }
        (DeliveryStreamType::KinesisStreamAsSource, None) => {
            Err(invalid("KinesisSourceStreamConfig must be provided for KinesisStreamAsSource stream type"))
        }
        (other, _) => Err(not_here(other.as_str())),
    }
}

/// Describes a delivery stream.
pub(crate) async fn describe_delivery_stream(
    ctx: &Ctx,
    input: DescribeDeliveryStreamInput,
) -> Outcome<DescribeDeliveryStream> {
    let stream = find(ctx, &input.delivery_stream_name).await?;
    let (known, config) = (stream.known(), engine(ctx).open_destination(&stream.known().record)?);
    let record = &known.record;
    let (kind, source) = shown_source(record);
    let destinations = match input.exclusive_start_destination_id {
        Some(_) => Vec::new(),
        None => vec![document::shown(&record.kind, &config)?],
    };
    let delivery_stream_description = DeliveryStreamDescription {
        delivery_stream_name: stream.home.name.clone(),
        delivery_stream_arn: stream.home.arn().to_string(),
        delivery_stream_status: DeliveryStreamStatus::Active,
        delivery_stream_encryption_configuration: Some(shown_encryption(&record.encryption)),
        delivery_stream_type: kind,
        version_id: record.version.to_string(),
        create_timestamp: Some(record.created),
        last_update_timestamp: record.updated,
        source,
        destinations,
        has_more_destinations: false,
        ..DeliveryStreamDescription::default()
    };
    Ok(DescribeDeliveryStreamOutput { delivery_stream_description })
}

fn shown_source(record: &StreamRecord) -> (DeliveryStreamType, Option<SourceDescription>) {
    match &record.source {
        Source::Direct { hint } => {
            let direct = hint.map(|hint| DirectPutSourceDescription { throughput_hint_in_mbs: Some(hint) });
            let shown = direct.map(|direct| SourceDescription {
                direct_put_source_description: Some(direct),
                ..SourceDescription::default()
            });
            (DeliveryStreamType::DirectPut, shown)
        }
        Source::Kinesis { arn, role } => {
            let kinesis = KinesisStreamSourceDescription {
                kinesis_stream_arn: Some(arn.clone()),
                role_arn: Some(role.clone()),
                delivery_start_timestamp: Some(record.created),
            };
            let shown =
                SourceDescription { kinesis_stream_source_description: Some(kinesis), ..SourceDescription::default() };
            (DeliveryStreamType::KinesisStreamAsSource, Some(shown))
        }
    }
}

fn shown_encryption(encryption: &Encryption) -> DeliveryStreamEncryptionConfiguration {
    let (status, key_type, key) = match encryption {
        Encryption::Off => (DeliveryStreamEncryptionStatus::Disabled, None, None),
        Encryption::Aws => (DeliveryStreamEncryptionStatus::Enabled, Some(KeyType::AwsOwnedCmk), None),
        Encryption::Customer(key) => {
            (DeliveryStreamEncryptionStatus::Enabled, Some(KeyType::CustomerManagedCmk), Some(key.clone()))
        }
    };
    DeliveryStreamEncryptionConfiguration {
        key_arn: key,
        key_type,
        status: Some(status),
        ..DeliveryStreamEncryptionConfiguration::default()
    }
}

/// Lists delivery streams by name.
pub(crate) async fn list_delivery_streams(ctx: &Ctx, input: ListDeliveryStreamsInput) -> Outcome<ListDeliveryStreams> {
    let after = input.exclusive_start_delivery_stream_name.as_deref();
    let all = engine(ctx).list(&own(ctx, ""), after).await?;
    let of_kind =
        |record: &StreamRecord| input.delivery_stream_type.as_ref().is_none_or(|kind| shown_source(record).0 == *kind);
    let limit = input.limit.map_or(PAGE, |limit| usize::try_from(limit).unwrap_or(PAGE));
    let mut names = all.into_iter().filter(|(_, record)| of_kind(record)).map(|(name, _)| name);
    let delivery_stream_names = names.by_ref().take(limit).collect();
    let has_more_delivery_streams = names.next().is_some();
    Ok(ListDeliveryStreamsOutput { delivery_stream_names, has_more_delivery_streams })
}

/// Deletes a delivery stream, with what it has not delivered.
pub(crate) async fn delete_delivery_stream(
    ctx: &Ctx,
    input: DeleteDeliveryStreamInput,
) -> Outcome<DeleteDeliveryStream> {
    let stream = find(ctx, &input.delivery_stream_name).await?;
    engine(ctx).delete(&stream).await.map_err(|refusal| told(&stream.home, refusal))?;
    Ok(DeleteDeliveryStreamOutput {})
}

/// What creating a delivery stream touches, and the roles that it hands to the service.
pub(crate) fn access_to_create(ctx: &Ctx, input: &CreateDeliveryStreamInput) -> Result<Access, Error> {
    let pairs = input.tags.iter().flatten().map(|tag| (tag.key.as_str(), tag.value.as_deref().unwrap_or_default()));
    let access = access(ctx, &input.delivery_stream_name)?.with_request_tags(pairs);
    Ok(roles(input).into_iter().fold(access, |access, role| access.passing_role(&role, SERVICE)))
}

/// The roles that an input names, each once.
pub(super) fn roles(input: &dyn smithy::Shape) -> Vec<String> {
    let document = serde_json::from_slice(&protocols::json_value::write(input)).unwrap_or_default();
    let mut roles = Vec::new();
    gather(&document, &mut roles);
    roles.sort_unstable();
    roles.dedup();
    roles
}

fn gather(value: &serde_json::Value, roles: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(members) => {
            for (name, value) in members {
                match value.as_str().filter(|_| name == "RoleARN") {
                    Some(role) => roles.push(role.to_owned()),
                    None => gather(value, roles),
                }
            }
        }
        serde_json::Value::Array(values) => values.iter().for_each(|value| gather(value, roles)),
        _ => {}
    }
}

fn tags(tags: Option<&[Tag]>) -> Tags {
    let pair = |tag: &Tag| (tag.key.clone(), tag.value.clone().unwrap_or_default());
    tags.unwrap_or_default().iter().map(pair).collect()
}

/// The delivery streams.
pub(super) fn engine(ctx: &Ctx) -> &Engine {
    ctx.state::<Shared>().0.engine()
}
