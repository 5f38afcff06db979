//! Delivery streams: created, described, changed, listed, deleted.

use api_firehose::*;
use api_kms::{CreateKey, CreateKeyInput};

use crate::cloud::*;

#[tokio::test]
async fn create_and_describe_delivery_stream() {
    let (cloud, _) = cloud().await;
    let made = cloud.call::<CreateDeliveryStream>(creating(s3_config())).await.unwrap();
    assert_eq!(made.delivery_stream_arn.unwrap(), "arn:aws:firehose:us-east-1:000000000000:deliverystream/s");
    let there = describe(&cloud).await;
    assert_eq!((there.delivery_stream_status, there.version_id.as_str()), (DeliveryStreamStatus::Active, "1"));
    assert_eq!((there.delivery_stream_type, there.has_more_destinations), (DeliveryStreamType::DirectPut, false));
    let destination = &there.destinations[0];
    assert_eq!(destination.destination_id, "destinationId-000000000001");
    let extended = destination.extended_s3_destination_description.as_ref().unwrap();
    assert_eq!((extended.role_arn.as_str(), extended.bucket_arn.as_str()), (ROLE, "arn:aws:s3:::b"));
    assert_eq!(extended.compression_format, CompressionFormat::Uncompressed);
    assert_eq!(extended.buffering_hints.interval_in_seconds, Some(300));
    assert_eq!(extended.encryption_configuration.no_encryption_config, Some(NoEncryptionConfig::NoEncryption));
    assert!(destination.s3_destination_description.is_some());
    let (code, text) = cloud.error::<CreateDeliveryStream>(creating(s3_config())).await;
    assert_eq!(code, "ResourceInUseException");
    assert_eq!(text, "Firehose s under accountId 000000000000 already exists");
}

#[tokio::test]
async fn streams_that_cannot_be() {
    let (cloud, _) = cloud().await;
    let none = CreateDeliveryStreamInput { delivery_stream_name: "s".into(), ..Default::default() };
    let (code, text) = cloud.error::<CreateDeliveryStream>(none).await;
    assert_eq!(code, "InvalidArgumentException");
    assert_eq!(text, "Exactly one destination configuration is supported for a Firehose");
    let source = KinesisStreamSourceConfiguration { kinesis_stream_arn: "a".into(), role_arn: ROLE.into() };
    let direct =
        CreateDeliveryStreamInput { kinesis_stream_source_configuration: Some(source), ..creating(s3_config()) };
    let (_, text) = cloud.error::<CreateDeliveryStream>(direct).await;
    assert_eq!(text, "KinesisSourceStreamConfig is only applicable for KinesisStreamAsSource stream type");
    let (code, text) = cloud.error::<PutRecord>(putting("x")).await;
    assert_eq!(code, "ResourceNotFoundException");
    assert_eq!(text, "Firehose s under account 000000000000 not found.");
    let prefix = ExtendedS3DestinationConfiguration { prefix: Some("!{timestamp:yyyy}".into()), ..s3_config() };
    let (code, text) = cloud.error::<CreateDeliveryStream>(creating(prefix)).await;
    assert_eq!(code, "InvalidArgumentException");
    assert_eq!(text, "ErrorOutputPrefix cannot be null or empty when Prefix contains expressions.");
}

#[tokio::test]
async fn update_destination_by_version() {
    let (cloud, _) = cloud().await;
    create(&cloud, ExtendedS3DestinationConfiguration { prefix: Some("a/".into()), ..s3_config() }).await;
    let updating = |version: &str| UpdateDestinationInput {
        delivery_stream_name: "s".into(),
        current_delivery_stream_version_id: version.into(),
        destination_id: "destinationId-000000000001".into(),
        extended_s3_destination_update: Some(ExtendedS3DestinationUpdate {
            compression_format: Some(CompressionFormat::Gzip),
            ..Default::default()
        }),
        ..Default::default()
    };
    assert_eq!(cloud.error::<UpdateDestination>(updating("2")).await.0, "ConcurrentModificationException");
    let elsewhere = UpdateDestinationInput { destination_id: "x".into(), ..updating("1") };
    assert_eq!(cloud.error::<UpdateDestination>(elsewhere).await.0, "InvalidArgumentException");
    cloud.call::<UpdateDestination>(updating("1")).await.unwrap();
    let there = describe(&cloud).await;
    let extended = there.destinations[0].extended_s3_destination_description.as_ref().unwrap();
    assert_eq!((there.version_id.as_str(), &extended.compression_format), ("2", &CompressionFormat::Gzip));
    assert_eq!(extended.prefix.as_deref(), Some("a/"), "what is not said stays");
    assert!(there.last_update_timestamp.is_some());
}

#[tokio::test]
async fn list_delivery_streams_by_page_and_type() {
    let (cloud, _) = cloud().await;
    for name in ["a", "b", "c"] {
        let input = CreateDeliveryStreamInput { delivery_stream_name: name.into(), ..creating(s3_config()) };
        cloud.call::<CreateDeliveryStream>(input).await.unwrap();
    }
    let listing = |limit, after: Option<&str>, kind| ListDeliveryStreamsInput {
        limit,
        delivery_stream_type: kind,
        exclusive_start_delivery_stream_name: after.map(str::to_owned),
    };
    let page = cloud.call::<ListDeliveryStreams>(listing(Some(2), None, None)).await.unwrap();
    assert_eq!((page.delivery_stream_names, page.has_more_delivery_streams), (vec!["a".into(), "b".into()], true));
    let page = cloud.call::<ListDeliveryStreams>(listing(None, Some("b"), None)).await.unwrap();
    assert_eq!((page.delivery_stream_names, page.has_more_delivery_streams), (vec!["c".into()], false));
    let kind = Some(DeliveryStreamType::KinesisStreamAsSource);
    let none = cloud.call::<ListDeliveryStreams>(listing(None, None, kind)).await.unwrap();
    assert!(none.delivery_stream_names.is_empty());
}

#[tokio::test]
async fn start_and_stop_delivery_stream_encryption() {
    let (cloud, _) = cloud().await;
    create(&cloud, s3_config()).await;
    assert_eq!(put(&cloud, "x").await.encrypted, Some(false));
    let status = async || describe(&cloud).await.delivery_stream_encryption_configuration.unwrap().status.unwrap();
    assert_eq!(status().await, DeliveryStreamEncryptionStatus::Disabled);
    let key = cloud.call::<CreateKey>(CreateKeyInput::default()).await.unwrap().key_metadata.unwrap().arn.unwrap();
    let starting = |key: Option<String>| StartDeliveryStreamEncryptionInput {
        delivery_stream_name: "s".into(),
        delivery_stream_encryption_configuration_input: Some(DeliveryStreamEncryptionConfigurationInput {
            key_type: KeyType::CustomerManagedCmk,
            key_arn: key,
        }),
    };
    assert_eq!(cloud.error::<StartDeliveryStreamEncryption>(starting(None)).await.0, "InvalidArgumentException");
    let nobody = Some("arn:aws:kms:us-east-1:000000000000:key/11111111-2222-3333-4444-555555555555".into());
    assert_eq!(cloud.error::<StartDeliveryStreamEncryption>(starting(nobody)).await.0, "InvalidKMSResourceException");
    cloud.call::<StartDeliveryStreamEncryption>(starting(Some(key))).await.unwrap();
    assert_eq!(status().await, DeliveryStreamEncryptionStatus::Enabled);
    assert_eq!(put(&cloud, "x").await.encrypted, Some(true));
    let stopping = StopDeliveryStreamEncryptionInput { delivery_stream_name: "s".into() };
    cloud.call::<StopDeliveryStreamEncryption>(stopping).await.unwrap();
    assert_eq!(status().await, DeliveryStreamEncryptionStatus::Disabled);
}

#[tokio::test]
async fn delete_delivery_stream_and_begin_anew() {
    let (cloud, bucket) = cloud().await;
    create(&cloud, s3_config()).await;
    put(&cloud, "old").await;
    let deleting = || DeleteDeliveryStreamInput { delivery_stream_name: "s".into(), ..Default::default() };
    cloud.call::<DeleteDeliveryStream>(deleting()).await.unwrap();
    assert_eq!(cloud.error::<DeleteDeliveryStream>(deleting()).await.0, "ResourceNotFoundException");
    create(&cloud, s3_config()).await;
    put(&cloud, "new").await;
    cloud.advance(std::time::Duration::from_secs(301)).await;
    bucket.reach(1).await;
    assert_eq!(bucket.text(), "new");
}
