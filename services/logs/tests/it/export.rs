//! Exports into buckets: who allows them, and what is written.

use std::io::Read as _;

use api_logs::*;
use api_s3::{
    CreateBucket, CreateBucketInput, GetObject, GetObjectInput, ListObjectsV2, ListObjectsV2Input, PutBucketPolicy,
    PutBucketPolicyInput,
};
use futures_util::StreamExt as _;
use serde_json::json;
use testkit::TestCloud;

use crate::cloud::*;
use crate::world::world;

fn exporting(cloud: &TestCloud) -> CreateExportTaskInput {
    CreateExportTaskInput {
        log_group_name: "g".into(),
        from: now(cloud) - 1_000,
        to: now(cloud) + 1_000,
        destination: "bucket".into(),
        ..Default::default()
    }
}

async fn content(cloud: &TestCloud, key: &str) -> Vec<u8> {
    let input = GetObjectInput { bucket: "bucket".into(), key: key.into(), ..Default::default() };
    let mut pieces = cloud.call::<GetObject>(input).await.unwrap().body.pieces;
    let mut content = Vec::new();
    while let Some(piece) = pieces.next().await {
        content.extend_from_slice(&piece.unwrap());
    }
    content
}

#[tokio::test]
async fn create_describe_and_cancel_export_task() {
    let cloud = world().await;
    create(&cloud, "g", "a/b").await;
    create_stream(&cloud, "g", "empty").await;
    let at = now(&cloud);
    put(&cloud, "g", "a/b", &[(at, "first"), (at + 1, "second"), (at + 5_000, "outside")]).await;
    let refused = cloud.error::<CreateExportTask>(exporting(&cloud)).await;
    assert_eq!(refused.1, "The given bucket does not exist. Please make sure the bucket is valid.");
    cloud.call::<CreateBucket>(CreateBucketInput { bucket: "bucket".into(), ..Default::default() }).await.unwrap();
    let refused = cloud.error::<CreateExportTask>(exporting(&cloud)).await;
    assert!(refused.1.starts_with("GetBucketAcl call on the given bucket failed."), "{}", refused.1);
    let policy = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "logs.us-east-1.amazonaws.com"},
        "Action": ["s3:GetBucketAcl", "s3:PutObject"], "Resource": ["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"]}]});
    let input = PutBucketPolicyInput { bucket: "bucket".into(), policy: policy.to_string(), ..Default::default() };
    cloud.call::<PutBucketPolicy>(input).await.unwrap();
    let id = cloud.call::<CreateExportTask>(exporting(&cloud)).await.unwrap().task_id.unwrap();
    let task = async || {
        let input = DescribeExportTasksInput { task_id: Some(id.clone()), ..Default::default() };
        cloud.call::<DescribeExportTasks>(input).await.unwrap().export_tasks.unwrap().remove(0)
    };
    for _ in 0..1_000_000 {
        if task().await.status.unwrap().code == Some(ExportTaskStatusCode::Completed) {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(task().await.status.unwrap().message, some("Completed successfully"));
    let input = ListObjectsV2Input { bucket: "bucket".into(), ..Default::default() };
    let keys = cloud.call::<ListObjectsV2>(input).await.unwrap().contents.unwrap();
    let keys: Vec<_> = keys.into_iter().map(|object| object.key.unwrap()).collect();
    let key = format!("exportedlogs/{id}/a-b/000000.gz");
    assert_eq!(keys, [key.clone(), "exportedlogs/aws-logs-write-test".to_owned()]);
    assert_eq!(content(&cloud, "exportedlogs/aws-logs-write-test").await, b"Permission Check Successful");
    let mut text = String::new();
    flate2::read::GzDecoder::new(&content(&cloud, &key).await[..]).read_to_string(&mut text).unwrap();
    let messages: Vec<_> = text.lines().map(|line| line.split_once("Z ").unwrap().1).collect();
    assert_eq!(messages, ["first", "second"]);
    let cancelling = |id: &str| CancelExportTaskInput { task_id: id.into() };
    assert_eq!(cloud.error::<CancelExportTask>(cancelling(&id)).await.0, "InvalidOperationException");
    let none = cloud.error::<CancelExportTask>(cancelling("none")).await;
    assert_eq!(none.1, "The specified export task does not exist.");
}
