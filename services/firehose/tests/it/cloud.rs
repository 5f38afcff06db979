//! What every test needs: a cloud with Firehose, a role that it may assume, and an S3 that remembers what is put.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use api_firehose::*;
use api_iam::{CreateRole, CreateRoleInput, PutRolePolicy, PutRolePolicyInput};
use api_s3::{PutObject, PutObjectInput, PutObjectOutput};
use bytes::Bytes;
use futures_util::StreamExt;
use parking_lot::Mutex;
use serde_json::json;
use service_kit::{Access, CloudParts, Ctx, Fault, Operations, Outcome, Service};
use testkit::TestCloud;

/// What was put into S3, and how often it refuses to take more.
#[derive(Default)]
pub(crate) struct Bucket {
    objects: Mutex<BTreeMap<String, Bytes>>,
    puts: AtomicU32,
    refuses: AtomicU32,
}

impl Bucket {
    /// Refuses the next so many objects.
    pub(crate) fn refuse(&self, count: u32) {
        self.refuses.store(count, Ordering::Relaxed);
    }

    /// How many it will still refuse.
    pub(crate) fn refusals_left(&self) -> u32 {
        self.refuses.load(Ordering::Relaxed)
    }

    /// How often an object was put.
    pub(crate) fn puts(&self) -> u32 {
        self.puts.load(Ordering::Relaxed)
    }

    /// Objects by bucket and key.
    pub(crate) fn objects(&self) -> BTreeMap<String, Bytes> {
        self.objects.lock().clone()
    }

    /// Waits until there are so many objects.
    pub(crate) async fn reach(&self, count: usize) -> BTreeMap<String, Bytes> {
        while self.objects.lock().len() < count {
            tokio::task::yield_now().await;
        }
        self.objects()
    }

    /// All contents, one after the other in the order of their keys.
    pub(crate) fn text(&self) -> String {
        self.objects().values().map(|content| String::from_utf8(content.to_vec()).unwrap()).collect()
    }
}

async fn put_object(ctx: &Ctx, mut input: PutObjectInput) -> Outcome<PutObject> {
    let bucket = ctx.state::<Bucket>();
    let mut content = Vec::new();
    while let Some(piece) = input.body.pieces.next().await {
        content.extend_from_slice(&piece.unwrap());
    }
    if bucket.refuses.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok() {
        return Err(Fault::Unavailable { internal: "it was told to".into() }.into());
    }
    bucket.puts.fetch_add(1, Ordering::Relaxed);
    bucket.objects.lock().insert(format!("{}/{}", input.bucket, input.key), content.into());
    Ok(PutObjectOutput::default())
}

fn s3(bucket: &Arc<Bucket>) -> Service {
    let access = |_: &Ctx, i: &PutObjectInput| Ok(Access::to(format!("arn:aws:s3:::{}/{}", i.bucket, i.key)));
    Service::new(&api_s3::SERVICE, Operations::new().on::<PutObject>(access, put_object)).state(bucket.clone())
}

pub(crate) fn services(parts: &CloudParts, bucket: &Arc<Bucket>) -> Vec<Service> {
    vec![
        svc_firehose::service(parts),
        svc_kinesis::service(parts),
        svc_kms::service(parts),
        svc_iam::service(parts),
        svc_sts::service(parts),
        s3(bucket),
    ]
}

/// A cloud with a role that Firehose may assume, which may put objects and read streams.
pub(crate) async fn cloud() -> (TestCloud, Arc<Bucket>) {
    let bucket = Arc::new(Bucket::default());
    let cloud = TestCloud::new(|parts| services(parts, &bucket));
    make_role(&cloud).await;
    (cloud, bucket)
}

pub(crate) async fn make_role(cloud: &TestCloud) {
    let trust = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"Service": "firehose.amazonaws.com"}}});
    let input =
        CreateRoleInput { role_name: "r".into(), assume_role_policy_document: trust.to_string(), ..Default::default() };
    cloud.call::<CreateRole>(input).await.unwrap();
    let may = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Resource": "*",
        "Action": ["s3:PutObject", "kinesis:*"]}});
    let input = PutRolePolicyInput { role_name: "r".into(), policy_name: "p".into(), policy_document: may.to_string() };
    cloud.call::<PutRolePolicy>(input).await.unwrap();
}

pub(crate) const ROLE: &str = "arn:aws:iam::000000000000:role/r";

pub(crate) fn s3_config() -> ExtendedS3DestinationConfiguration {
    ExtendedS3DestinationConfiguration {
        role_arn: ROLE.into(),
        bucket_arn: "arn:aws:s3:::b".into(),
        ..Default::default()
    }
}

pub(crate) fn creating(config: ExtendedS3DestinationConfiguration) -> CreateDeliveryStreamInput {
    CreateDeliveryStreamInput {
        delivery_stream_name: "s".into(),
        extended_s3_destination_configuration: Some(config),
        ..Default::default()
    }
}

pub(crate) async fn create(cloud: &TestCloud, config: ExtendedS3DestinationConfiguration) {
    cloud.call::<CreateDeliveryStream>(creating(config)).await.unwrap();
}

pub(crate) fn record(text: &str) -> Record {
    Record { data: Bytes::copy_from_slice(text.as_bytes()) }
}

pub(crate) fn putting(text: &str) -> PutRecordInput {
    PutRecordInput { delivery_stream_name: "s".into(), record: record(text) }
}

pub(crate) async fn put(cloud: &TestCloud, text: &str) -> PutRecordOutput {
    cloud.call::<PutRecord>(putting(text)).await.unwrap()
}

pub(crate) async fn describe(cloud: &TestCloud) -> DeliveryStreamDescription {
    let input = DescribeDeliveryStreamInput { delivery_stream_name: "s".into(), ..Default::default() };
    cloud.call::<DescribeDeliveryStream>(input).await.unwrap().delivery_stream_description
}
