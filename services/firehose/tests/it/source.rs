//! Records from a stream of Kinesis.

use std::time::Duration;

use api_firehose::*;
use bytes::Bytes;
use testkit::TestCloud;

use crate::cloud::*;

async fn put_into_stream(cloud: &TestCloud, text: &str) {
    let input = api_kinesis::PutRecordInput {
        stream_name: Some("k".into()),
        partition_key: text.into(),
        data: Bytes::copy_from_slice(text.as_bytes()),
        ..Default::default()
    };
    cloud.call::<api_kinesis::PutRecord>(input).await.unwrap();
}

#[tokio::test]
async fn what_comes_after_its_creation_is_delivered_through_a_reshard() {
    let (cloud, bucket) = cloud().await;
    let stream = api_kinesis::CreateStreamInput { stream_name: "k".into(), shard_count: Some(1), ..Default::default() };
    cloud.call::<api_kinesis::CreateStream>(stream).await.unwrap();
    put_into_stream(&cloud, "before").await;
    cloud.advance(Duration::from_secs(1)).await;
    let source = KinesisStreamSourceConfiguration {
        kinesis_stream_arn: "arn:aws:kinesis:us-east-1:000000000000:stream/k".into(),
        role_arn: ROLE.into(),
    };
    let config = ExtendedS3DestinationConfiguration {
        buffering_hints: Some(BufferingHints { size_in_mbs: Some(1), interval_in_seconds: Some(0) }),
        ..s3_config()
    };
    let input = CreateDeliveryStreamInput {
        delivery_stream_type: Some(DeliveryStreamType::KinesisStreamAsSource),
        kinesis_stream_source_configuration: Some(source),
        ..creating(config)
    };
    cloud.call::<CreateDeliveryStream>(input).await.unwrap();
    assert_eq!(cloud.error::<PutRecord>(putting("x")).await.0, "InvalidArgumentException");
    put_into_stream(&cloud, "1").await;
    let scale = api_kinesis::UpdateShardCountInput {
        stream_name: Some("k".into()),
        target_shard_count: 2,
        scaling_type: api_kinesis::ScalingType::UniformScaling,
        ..Default::default()
    };
    cloud.call::<api_kinesis::UpdateShardCount>(scale).await.unwrap();
    put_into_stream(&cloud, "2").await;
    put_into_stream(&cloud, "3").await;
    while bucket.text().len() < 3 {
        cloud.advance(Duration::from_secs(1)).await;
    }
    let mut seen: Vec<_> = bucket.text().chars().collect();
    seen.sort_unstable();
    assert_eq!(seen, ['1', '2', '3']);
    let there = describe(&cloud).await.source.unwrap().kinesis_stream_source_description.unwrap();
    assert_eq!(there.role_arn.as_deref(), Some(ROLE));
}
