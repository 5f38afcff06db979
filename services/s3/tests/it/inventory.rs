//! Inventories: made at midnight, in the columns asked for, where the destination's policy lets S3 in.

use std::io::Read as _;

use api_s3::*;
use serde_json::{Value, json};
use testkit::TestCloud;

use crate::cloud::{bucket, cloud, code, days, put, versioning};
use crate::objects::{deleting, get, keys};

fn inventory(format: &str, frequency: &str) -> PutBucketInventoryConfigurationInput {
    let to = InventoryS3BucketDestination {
        bucket: "arn:aws:s3:::b-lists".to_owned(),
        format: format.into(),
        prefix: Some("p".to_owned()),
        ..Default::default()
    };
    PutBucketInventoryConfigurationInput {
        bucket: "b-listed".to_owned(),
        id: "i".to_owned(),
        inventory_configuration: InventoryConfiguration {
            id: "i".to_owned(),
            destination: InventoryDestination { s3_bucket_destination: to },
            is_enabled: true,
            included_object_versions: InventoryIncludedObjectVersions::All,
            optional_fields: Some(vec!["Size".into(), "ETag".into(), "EncryptionStatus".into()]),
            schedule: InventorySchedule { frequency: frequency.into() },
            filter: Some(InventoryFilter { prefix: "in/".to_owned() }),
        },
        ..Default::default()
    }
}

async fn open(cloud: &TestCloud) {
    let policy = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:PutObject",
        "Principal": {"Service": "s3.amazonaws.com"}, "Resource": "arn:aws:s3:::b-lists/*",
        "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::b-listed"},
            "StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}}});
    let policy = policy.to_string();
    let input = PutBucketPolicyInput { bucket: "b-lists".to_owned(), policy, ..Default::default() };
    cloud.call::<PutBucketPolicy>(input).await.unwrap();
}

async fn world() -> TestCloud {
    let cloud = cloud();
    bucket(&cloud, "b-listed").await;
    bucket(&cloud, "b-lists").await;
    versioning(&cloud, "b-listed", "Enabled").await.unwrap();
    for key in ["in/a b", "in/gone", "out"] {
        put(&cloud, "b-listed", key).await;
    }
    cloud.call::<DeleteObject>(deleting("b-listed", "in/gone", None)).await.unwrap();
    cloud
}

#[tokio::test]
async fn lists_are_made_every_day_where_they_are_let_in() {
    let cloud = world().await;
    cloud.call::<PutBucketInventoryConfiguration>(inventory("CSV", "Daily")).await.unwrap();
    days(&cloud, 1).await;
    assert_eq!(keys(&cloud, "b-lists").await, [""; 0], "the destination's policy does not let S3 in");
    open(&cloud).await;
    days(&cloud, 1).await;
    let folder = "p/b-listed/i/2026-01-03T00-00Z/";
    let document = get(&cloud, "b-lists", &format!("{folder}manifest.json")).await;
    let sum = get(&cloud, "b-lists", &format!("{folder}manifest.checksum")).await;
    assert_eq!(sum.len(), 32);
    let document: Value = serde_json::from_slice(&document).unwrap();
    let schema = "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, ETag, EncryptionStatus";
    assert_eq!((&document["fileSchema"], &document["sourceBucket"]), (&json!(schema), &json!("b-listed")));
    let list = get(&cloud, "b-lists", document["files"][0]["key"].as_str().unwrap()).await;
    assert_eq!(document["files"][0]["size"], list.len());
    let mut text = String::new();
    flate2::read::GzDecoder::new(&list[..]).read_to_string(&mut text).unwrap();
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
    let told: Vec<_> = rows.iter().map(|row| (row[1], row[3], row[4], row[7])).collect();
    let sealed = "\"SSE-S3\"";
    assert_eq!(
        told,
        [
            ("\"in/a%20b\"", "\"true\"", "\"false\"", sealed),
            ("\"in/gone\"", "\"true\"", "\"true\"", "\"\""),
            ("\"in/gone\"", "\"false\"", "\"false\"", sealed),
        ]
    );
    days(&cloud, 2).await;
    let manifests = keys(&cloud, "b-lists").await.into_iter().filter(|key| key.ends_with("manifest.json"));
    assert_eq!(manifests.count(), 3);
}

#[tokio::test]
async fn weekly_lists_are_made_on_sundays() {
    let cloud = world().await;
    open(&cloud).await;
    cloud.call::<PutBucketInventoryConfiguration>(inventory("CSV", "Weekly")).await.unwrap();
    days(&cloud, 14).await;
    let manifests = keys(&cloud, "b-lists").await.into_iter().filter(|key| key.ends_with("manifest.json"));
    let days: Vec<_> = manifests.map(|key| key["p/b-listed/i/".len()..][..10].to_owned()).collect();
    assert_eq!(days, ["2026-01-04", "2026-01-11"]);
    let parquet = inventory("Parquet", "Daily");
    assert_eq!(code::<PutBucketInventoryConfiguration>(&cloud, parquet).await, "NotImplemented");
}
