//! A cloud with all that events are sent to, and a role that Logs may take on.

use std::collections::BTreeMap;
use std::io::Read as _;

use api_iam::{CreateRole, CreateRoleInput, PutRolePolicy, PutRolePolicyInput};
use api_kinesis::{
    CreateStream, CreateStreamInput, GetRecords, GetRecordsInput, GetShardIterator, GetShardIteratorInput,
    ShardIteratorType,
};
use serde_json::{Value, json};
use service_kit::{CloudParts, Service};
use testkit::TestCloud;

pub(crate) const ROLE: &str = "arn:aws:iam::000000000000:role/r";

pub(crate) fn services(parts: &CloudParts) -> Vec<Service> {
    vec![
        svc_logs::service(parts),
        svc_firehose::service(parts),
        svc_iam::service(parts),
        svc_kinesis::service(parts),
        svc_kms::service(parts),
        svc_s3::service(parts),
        svc_sts::service(parts),
    ]
}

/// With a role that may do everything, and background work begun.
pub(crate) async fn world() -> TestCloud {
    let cloud = TestCloud::new(services);
    make_role(&cloud).await;
    cloud
}

pub(crate) async fn make_role(cloud: &TestCloud) {
    let trust = json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "logs.amazonaws.com"}}});
    let assume_role_policy_document = trust.to_string();
    let input = CreateRoleInput { role_name: "r".into(), assume_role_policy_document, ..Default::default() };
    cloud.call::<CreateRole>(input).await.unwrap();
    let may = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Resource": "*", "Action": "*"}});
    let input = PutRolePolicyInput { role_name: "r".into(), policy_name: "p".into(), policy_document: may.to_string() };
    cloud.call::<PutRolePolicy>(input).await.unwrap();
}

pub(crate) async fn stream(cloud: &TestCloud, name: &str) -> String {
    let input = CreateStreamInput { stream_name: name.into(), shard_count: Some(1), ..Default::default() };
    cloud.call::<CreateStream>(input).await.unwrap();
    format!("arn:aws:kinesis:us-east-1:000000000000:stream/{name}")
}

/// The envelopes in a stream, with their partition keys.
pub(crate) async fn envelopes(cloud: &TestCloud, stream: &str) -> Vec<(String, Value)> {
    let input = GetShardIteratorInput {
        stream_name: Some(stream.into()),
        shard_id: "shardId-000000000000".into(),
        shard_iterator_type: ShardIteratorType::TrimHorizon,
        ..Default::default()
    };
    let shard_iterator = cloud.call::<GetShardIterator>(input).await.unwrap().shard_iterator.unwrap();
    let input = GetRecordsInput { shard_iterator, ..Default::default() };
    // A shard is read so many times a second.
    let Ok(answer) = cloud.call::<GetRecords>(input).await else {
        cloud.advance(std::time::Duration::from_secs(1)).await;
        return Vec::new();
    };
    let records = answer.records;
    records.into_iter().map(|record| (record.partition_key, opened(&record.data))).collect()
}

pub(crate) fn opened(gzip: &[u8]) -> Value {
    let mut text = String::new();
    flate2::read::GzDecoder::new(gzip).read_to_string(&mut text).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The envelopes in a stream, once there are so many.
pub(crate) async fn arrived(cloud: &TestCloud, stream: &str, count: usize) -> Vec<(String, Value)> {
    for _ in 0..200_000 {
        let found = envelopes(cloud, stream).await;
        if found.len() >= count {
            return found;
        }
        tokio::task::yield_now().await;
    }
    panic!("{count} envelopes did not arrive");
}

pub(crate) fn tags(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}
