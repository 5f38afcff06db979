//! Lifecycle rules at work: a year passes, object by object.

use api_s3::*;

use crate::cloud::*;

async fn rules(cloud: &testkit::TestCloud, bucket: &str, rules: Vec<LifecycleRule>) {
    let input = PutBucketLifecycleConfigurationInput {
        bucket: bucket.to_owned(),
        lifecycle_configuration: Some(BucketLifecycleConfiguration { rules }),
        ..Default::default()
    };
    cloud.call::<PutBucketLifecycleConfiguration>(input).await.unwrap();
}

fn rule(prefix: &str) -> LifecycleRule {
    LifecycleRule {
        filter: Some(LifecycleRuleFilter { prefix: Some(prefix.to_owned()), ..Default::default() }),
        status: ExpirationStatus::Enabled,
        ..Default::default()
    }
}

fn after(days: i32) -> Option<LifecycleExpiration> {
    Some(LifecycleExpiration { days: Some(days), ..Default::default() })
}

async fn class(cloud: &testkit::TestCloud, bucket: &str, key: &str) -> Option<String> {
    let input = HeadObjectInput { bucket: bucket.to_owned(), key: key.to_owned(), ..Default::default() };
    let head = cloud.call::<HeadObject>(input).await.unwrap();
    head.storage_class.map(|class| class.as_str().to_owned())
}

async fn versions(cloud: &testkit::TestCloud, bucket: &str) -> (usize, usize) {
    let input = ListObjectVersionsInput { bucket: bucket.to_owned(), ..Default::default() };
    let page = cloud.call::<ListObjectVersions>(input).await.unwrap();
    (page.versions.unwrap_or_default().len(), page.delete_markers.unwrap_or_default().len())
}

#[tokio::test]
async fn a_year_passes() {
    let cloud = cloud();
    let name = bucket(&cloud, "b-year").await;
    let moved = |days, class: &str| Transition { days: Some(days), date: None, storage_class: Some(class.into()) };
    let transitions = Some(vec![moved(60, "STANDARD_IA"), moved(120, "GLACIER")]);
    rules(&cloud, &name, vec![LifecycleRule { transitions, expiration: after(300), ..rule("logs/") }]).await;
    cloud.call::<PutObject>(putting(&name, "logs/big", 200_000)).await.unwrap();
    put(&cloud, &name, "logs/small").await;
    put(&cloud, &name, "kept").await;
    days(&cloud, 59).await;
    assert_eq!(class(&cloud, &name, "logs/big").await, None);
    days(&cloud, 2).await;
    assert_eq!(class(&cloud, &name, "logs/big").await.as_deref(), Some("STANDARD_IA"));
    assert_eq!(class(&cloud, &name, "logs/small").await, None, "too small to be worth moving");
    days(&cloud, 60).await;
    assert_eq!(class(&cloud, &name, "logs/big").await.as_deref(), Some("GLACIER"));
    days(&cloud, 244).await;
    assert_eq!(keys(&cloud, &name).await, ["kept"]);
}

#[tokio::test]
async fn versions_are_covered_superseded_and_removed() {
    let cloud = cloud();
    let name = bucket(&cloud, "b-ageing").await;
    versioning(&cloud, &name, "Enabled").await.unwrap();
    let noncurrent = Some(NoncurrentVersionExpiration { noncurrent_days: Some(5), newer_noncurrent_versions: None });
    let first = LifecycleRule { expiration: after(10), noncurrent_version_expiration: noncurrent, ..rule("") };
    let marker = LifecycleExpiration { expired_object_delete_marker: Some(true), ..Default::default() };
    rules(&cloud, &name, vec![first, LifecycleRule { expiration: Some(marker), ..rule("") }]).await;
    put(&cloud, &name, "k").await;
    put(&cloud, &name, "k").await;
    assert_eq!(versions(&cloud, &name).await, (2, 0));
    days(&cloud, 7).await;
    assert_eq!(versions(&cloud, &name).await, (1, 0), "the older one is removed");
    days(&cloud, 5).await;
    assert_eq!(versions(&cloud, &name).await, (1, 1), "the current one is covered");
    days(&cloud, 30).await;
    assert_eq!(versions(&cloud, &name).await, (0, 0), "and all is gone in the end, the marker too");
}

#[tokio::test]
async fn uploads_that_nobody_completes_are_given_up() {
    let cloud = cloud();
    let name = bucket(&cloud, "b-unfinished").await;
    let abort = Some(AbortIncompleteMultipartUpload { days_after_initiation: Some(3) });
    rules(&cloud, &name, vec![LifecycleRule { abort_incomplete_multipart_upload: abort, ..rule("") }]).await;
    let begin = CreateMultipartUploadInput { bucket: name.clone(), key: "k".to_owned(), ..Default::default() };
    cloud.call::<CreateMultipartUpload>(begin).await.unwrap();
    let list = || ListMultipartUploadsInput { bucket: name.clone(), ..Default::default() };
    let count = |page: ListMultipartUploadsOutput| page.uploads.unwrap_or_default().len();
    days(&cloud, 3).await;
    assert_eq!(count(cloud.call::<ListMultipartUploads>(list()).await.unwrap()), 1);
    days(&cloud, 2).await;
    assert_eq!(count(cloud.call::<ListMultipartUploads>(list()).await.unwrap()), 0);
}

#[tokio::test]
async fn what_nobody_reads_is_archived_where_that_is_asked_for() {
    let cloud = cloud();
    let name = bucket(&cloud, "b-tiers").await;
    let tiering = |days, tier: &str| Tiering { days, access_tier: tier.into() };
    let conf = PutBucketIntelligentTieringConfigurationInput {
        bucket: name.clone(),
        id: "i".to_owned(),
        intelligent_tiering_configuration: IntelligentTieringConfiguration {
            id: "i".to_owned(),
            filter: None,
            status: IntelligentTieringStatus::Enabled,
            tierings: vec![tiering(90, "ARCHIVE_ACCESS"), tiering(180, "DEEP_ARCHIVE_ACCESS")],
        },
        ..Default::default()
    };
    cloud.call::<PutBucketIntelligentTieringConfiguration>(conf).await.unwrap();
    for (key, size) in [("read", 200_000), ("idle", 200_000), ("small", 10)] {
        let class = Some("INTELLIGENT_TIERING".into());
        let input = PutObjectInput { storage_class: class, ..putting(&name, key, size) };
        cloud.call::<PutObject>(input).await.unwrap();
    }
    let head = |key: &str| {
        let input = HeadObjectInput { bucket: name.clone(), key: key.to_owned(), ..Default::default() };
        let head = cloud.call::<HeadObject>(input);
        async move { head.await.unwrap().archive_status.map(|status| status.as_str().to_owned()) }
    };
    let get = |key: &str| GetObjectInput { bucket: name.clone(), key: key.to_owned(), ..Default::default() };
    days(&cloud, 60).await;
    cloud.call::<GetObject>(get("read")).await.unwrap();
    days(&cloud, 60).await;
    assert_eq!((head("read").await, head("small").await), (None, None));
    assert_eq!(head("idle").await.as_deref(), Some("ARCHIVE_ACCESS"));
    assert_eq!(code::<GetObject>(&cloud, get("idle")).await, "InvalidObjectState");
    let restore = RestoreObjectInput {
        bucket: name.clone(),
        key: "idle".to_owned(),
        restore_request: Some(RestoreRequest::default()),
        ..Default::default()
    };
    cloud.call::<RestoreObject>(restore).await.unwrap();
    days(&cloud, 2).await;
    cloud.call::<GetObject>(get("idle")).await.unwrap();
    assert_eq!(head("idle").await, None, "it is back to stay");
    days(&cloud, 185).await;
    assert_eq!(head("idle").await.as_deref(), Some("DEEP_ARCHIVE_ACCESS"));
    assert_eq!(head("read").await.as_deref(), Some("DEEP_ARCHIVE_ACCESS"));
}
