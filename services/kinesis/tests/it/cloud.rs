//! What every test needs: a cloud with Kinesis, streams in it, and short ways to say things.

use api_kinesis::*;
use bytes::Bytes;
use testkit::TestCloud;

pub(crate) fn cloud() -> TestCloud {
    TestCloud::new(|parts| vec![svc_kinesis::service(parts)])
}

pub(crate) fn arn(name: &str) -> String {
    format!("arn:aws:kinesis:us-east-1:000000000000:stream/{name}")
}

pub(crate) fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// A stream of so many shards.
pub(crate) async fn create(cloud: &TestCloud, name: &str, shards: i32) {
    let input = CreateStreamInput { stream_name: name.into(), shard_count: Some(shards), ..Default::default() };
    cloud.call::<CreateStream>(input).await.unwrap();
}

pub(crate) async fn describe(cloud: &TestCloud, name: &str) -> StreamDescription {
    let input = DescribeStreamInput { stream_name: some(name), ..Default::default() };
    cloud.call::<DescribeStream>(input).await.unwrap().stream_description
}

pub(crate) async fn summary(cloud: &TestCloud, name: &str) -> StreamDescriptionSummary {
    let input = DescribeStreamSummaryInput { stream_name: some(name), ..Default::default() };
    cloud.call::<DescribeStreamSummary>(input).await.unwrap().stream_description_summary
}

pub(crate) fn putting(name: &str, key: &str, data: &str) -> PutRecordInput {
    PutRecordInput {
        stream_name: some(name),
        partition_key: key.into(),
        data: Bytes::copy_from_slice(data.as_bytes()),
        ..Default::default()
    }
}

pub(crate) async fn put(cloud: &TestCloud, name: &str, key: &str, data: &str) -> PutRecordOutput {
    cloud.call::<PutRecord>(putting(name, key, data)).await.unwrap()
}

pub(crate) fn entry(key: &str, data: &str) -> PutRecordsRequestEntry {
    PutRecordsRequestEntry {
        data: Bytes::copy_from_slice(data.as_bytes()),
        partition_key: key.into(),
        ..Default::default()
    }
}

pub(crate) async fn put_all(cloud: &TestCloud, name: &str, records: Vec<PutRecordsRequestEntry>) -> PutRecordsOutput {
    let input = PutRecordsInput { stream_name: some(name), records, ..Default::default() };
    cloud.call::<PutRecords>(input).await.unwrap()
}

pub(crate) fn from(name: &str, shard: &str, kind: ShardIteratorType) -> GetShardIteratorInput {
    GetShardIteratorInput {
        stream_name: some(name),
        shard_id: shard.into(),
        shard_iterator_type: kind,
        ..Default::default()
    }
}

pub(crate) async fn iterator(cloud: &TestCloud, input: GetShardIteratorInput) -> String {
    cloud.call::<GetShardIterator>(input).await.unwrap().shard_iterator.unwrap()
}

pub(crate) async fn get(cloud: &TestCloud, shard_iterator: &str) -> GetRecordsOutput {
    let input = GetRecordsInput { shard_iterator: shard_iterator.into(), ..Default::default() };
    cloud.call::<GetRecords>(input).await.unwrap()
}

/// All that a shard holds, from its beginning.
pub(crate) async fn all(cloud: &TestCloud, name: &str, shard: &str) -> Vec<String> {
    let start = iterator(cloud, from(name, shard, ShardIteratorType::TrimHorizon)).await;
    texts(&get(cloud, &start).await.records)
}

pub(crate) fn texts(records: &[Record]) -> Vec<String> {
    records.iter().map(|record| String::from_utf8(record.data.to_vec()).unwrap()).collect()
}

pub(crate) const FIRST: &str = "shardId-000000000000";
