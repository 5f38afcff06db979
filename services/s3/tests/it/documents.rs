//! Configurations that are kept as they were sent: set, told, removed, and what is said when there are none.

use api_s3::*;

use crate::cloud::*;

#[tokio::test]
async fn cross_origin_rules() {
    let cloud = cloud();
    let name = bucket(&cloud, "b-cors").await;
    let get = || GetBucketCorsInput { bucket: name.clone(), ..Default::default() };
    let none = pair("NoSuchCORSConfiguration", "The CORS configuration does not exist");
    assert_eq!(refused::<GetBucketCors>(&cloud, get()).await, none);
    let rule = CORSRule {
        allowed_origins: vec!["https://a.example".to_owned()],
        allowed_methods: vec!["GET".to_owned()],
        allowed_headers: Some(vec!["x-AMZ-acl".to_owned()]),
        ..Default::default()
    };
    let put = |rules| PutBucketCorsInput {
        bucket: name.clone(),
        cors_configuration: CORSConfiguration { cors_rules: rules },
        ..Default::default()
    };
    cloud.call::<PutBucketCors>(put(vec![rule.clone()])).await.unwrap();
    assert_eq!(cloud.call::<GetBucketCors>(get()).await.unwrap().cors_rules, Some(vec![rule]));
    assert_eq!(code::<PutBucketCors>(&cloud, put(vec![])).await, "MalformedXML");
    let delete = DeleteBucketCorsInput { bucket: name.clone(), ..Default::default() };
    cloud.call::<DeleteBucketCors>(delete.clone()).await.unwrap();
    cloud.call::<DeleteBucketCors>(delete).await.unwrap();
    assert_eq!(code::<GetBucketCors>(&cloud, get()).await, "NoSuchCORSConfiguration");
}

#[tokio::test]
async fn websites() {
    let cloud = cloud();
    let name = bucket(&cloud, "b-web").await;
    let get = || GetBucketWebsiteInput { bucket: name.clone(), ..Default::default() };
    assert_eq!(code::<GetBucketWebsite>(&cloud, get()).await, "NoSuchWebsiteConfiguration");
    let index = |suffix: &str| PutBucketWebsiteInput {
        bucket: name.clone(),
        website_configuration: WebsiteConfiguration {
            index_document: Some(IndexDocument { suffix: suffix.to_owned() }),
            ..Default::default()
        },
        ..Default::default()
    };
    assert_eq!(code::<PutBucketWebsite>(&cloud, index("/i.html")).await, "InvalidArgument");
    cloud.call::<PutBucketWebsite>(index("i.html")).await.unwrap();
    assert_eq!(cloud.call::<GetBucketWebsite>(get()).await.unwrap().index_document.unwrap().suffix, "i.html");
    let delete = DeleteBucketWebsiteInput { bucket: name.clone(), ..Default::default() };
    cloud.call::<DeleteBucketWebsite>(delete).await.unwrap();
    assert_eq!(code::<GetBucketWebsite>(&cloud, get()).await, "NoSuchWebsiteConfiguration");
}

#[tokio::test]
async fn lifecycle_rules_get_ids_and_a_minimum_size() {
    let cloud = cloud();
    let name = bucket(&cloud, "b-life").await;
    let get = || GetBucketLifecycleConfigurationInput { bucket: name.clone(), ..Default::default() };
    assert_eq!(code::<GetBucketLifecycleConfiguration>(&cloud, get()).await, "NoSuchLifecycleConfiguration");
    let rule = LifecycleRule {
        filter: Some(LifecycleRuleFilter::default()),
        status: ExpirationStatus::Enabled,
        expiration: Some(LifecycleExpiration { days: Some(7), ..Default::default() }),
        ..Default::default()
    };
    let put = |rules: Vec<LifecycleRule>| PutBucketLifecycleConfigurationInput {
        bucket: name.clone(),
        lifecycle_configuration: Some(BucketLifecycleConfiguration { rules }),
        ..Default::default()
    };
    let told = cloud.call::<PutBucketLifecycleConfiguration>(put(vec![rule.clone()])).await.unwrap();
    let usual = Some(TransitionDefaultMinimumObjectSize::AllStorageClasses128K);
    assert_eq!(told.transition_default_minimum_object_size, usual);
    let kept = cloud.call::<GetBucketLifecycleConfiguration>(get()).await.unwrap();
    assert_eq!(kept.transition_default_minimum_object_size, usual);
    let rules = kept.rules.unwrap();
    assert_eq!(rules[0].id.as_ref().map(String::len), Some(48));
    assert_eq!(LifecycleRule { id: None, ..rules[0].clone() }, rule);
    assert_eq!(code::<PutBucketLifecycleConfiguration>(&cloud, put(vec![])).await, "MalformedXML");
    let bad = PutBucketLifecycleConfigurationInput {
        transition_default_minimum_object_size: Some("value".into()),
        ..put(vec![rule])
    };
    let told = refused::<PutBucketLifecycleConfiguration>(&cloud, bad).await;
    assert_eq!(told, pair("InvalidRequest", "Invalid TransitionDefaultMinimumObjectSize found: value"));
    let delete = DeleteBucketLifecycleInput { bucket: name.clone(), ..Default::default() };
    cloud.call::<DeleteBucketLifecycle>(delete).await.unwrap();
    assert_eq!(code::<GetBucketLifecycleConfiguration>(&cloud, get()).await, "NoSuchLifecycleConfiguration");
}

#[tokio::test]
async fn tags() {
    let cloud = cloud();
    let name = bucket(&cloud, "b-tags").await;
    let get = || GetBucketTaggingInput { bucket: name.clone(), ..Default::default() };
    assert_eq!(refused::<GetBucketTagging>(&cloud, get()).await, pair("NoSuchTagSet", "The TagSet does not exist"));
    let tag = |key: &str| Tag { key: key.to_owned(), value: "v".to_owned() };
    let put =
        |tag_set| PutBucketTaggingInput { bucket: name.clone(), tagging: Tagging { tag_set }, ..Default::default() };
    cloud.call::<PutBucketTagging>(put(vec![tag("b"), tag("a")])).await.unwrap();
    assert_eq!(cloud.call::<GetBucketTagging>(get()).await.unwrap().tag_set.len(), 2);
    assert_eq!(code::<PutBucketTagging>(&cloud, put(vec![tag("a"), tag("a")])).await, "InvalidTag");
    cloud.call::<PutBucketTagging>(put(vec![])).await.unwrap();
    assert_eq!(code::<GetBucketTagging>(&cloud, get()).await, "NoSuchTagSet");
    let delete = DeleteBucketTaggingInput { bucket: name.clone(), ..Default::default() };
    cloud.call::<DeleteBucketTagging>(delete).await.unwrap();
}

#[tokio::test]
async fn logging_goes_to_a_bucket_of_the_same_owner_and_place() {
    let cloud = cloud();
    let (name, target) = (bucket(&cloud, "b-logged").await, bucket(&cloud, "b-logs").await);
    let far = cloud.in_region("eu-west-1");
    let conf = CreateBucketConfiguration { location_constraint: Some("eu-west-1".into()), ..Default::default() };
    let create =
        CreateBucketInput { bucket: "b-far".to_owned(), create_bucket_configuration: Some(conf), ..Default::default() };
    far.call::<CreateBucket>(create).await.unwrap();
    let to = |target: &str| PutBucketLoggingInput {
        bucket: name.clone(),
        bucket_logging_status: BucketLoggingStatus {
            logging_enabled: Some(LoggingEnabled {
                target_bucket: target.to_owned(),
                target_prefix: "log".to_owned(),
                ..Default::default()
            }),
        },
        ..Default::default()
    };
    let get = || GetBucketLoggingInput { bucket: name.clone(), ..Default::default() };
    assert_eq!(cloud.call::<GetBucketLogging>(get()).await.unwrap().logging_enabled, None);
    cloud.call::<PutBucketLogging>(to(&target)).await.unwrap();
    let kept = cloud.call::<GetBucketLogging>(get()).await.unwrap().logging_enabled.unwrap();
    assert_eq!(kept.target_bucket, target);
    assert_eq!(code::<PutBucketLogging>(&cloud, to("b-far")).await, "CrossLocationLoggingProhibitted");
    assert_eq!(code::<PutBucketLogging>(&cloud, to("b-nowhere")).await, "InvalidTargetBucketForLogging");
    let off = PutBucketLoggingInput { bucket_logging_status: Default::default(), ..to(&target) };
    cloud.call::<PutBucketLogging>(off).await.unwrap();
    assert_eq!(cloud.call::<GetBucketLogging>(get()).await.unwrap().logging_enabled, None);
}

#[tokio::test]
async fn replication_is_between_buckets_that_keep_versions() {
    let cloud = cloud();
    let (from, to) = (bucket(&cloud, "b-from").await, bucket(&cloud, "b-to").await);
    let rule = ReplicationRule {
        status: ReplicationRuleStatus::Enabled,
        priority: Some(1),
        filter: Some(ReplicationRuleFilter { prefix: Some("Tax".to_owned()), ..Default::default() }),
        delete_marker_replication: Some(DeleteMarkerReplication { status: Some("Disabled".into()) }),
        destination: Destination { bucket: format!("arn:aws:s3:::{to}"), ..Default::default() },
        ..Default::default()
    };
    let put = |rules| PutBucketReplicationInput {
        bucket: from.clone(),
        replication_configuration: ReplicationConfiguration {
            role: "arn:aws:iam::000000000000:role/r".to_owned(),
            rules,
        },
        ..Default::default()
    };
    let get = || GetBucketReplicationInput { bucket: from.clone(), ..Default::default() };
    assert_eq!(code::<GetBucketReplication>(&cloud, get()).await, "ReplicationConfigurationNotFoundError");
    let told = refused::<PutBucketReplication>(&cloud, put(vec![rule.clone()])).await;
    let text = "Versioning must be 'Enabled' on the bucket to apply a replication configuration";
    assert_eq!(told, pair("InvalidRequest", text));
    versioning(&cloud, &from, "Enabled").await.unwrap();
    let told = refused::<PutBucketReplication>(&cloud, put(vec![rule.clone()])).await;
    assert_eq!(told, pair("InvalidRequest", "Destination bucket must have versioning enabled."));
    versioning(&cloud, &to, "Enabled").await.unwrap();
    cloud.call::<PutBucketReplication>(put(vec![rule.clone()])).await.unwrap();
    let kept = cloud.call::<GetBucketReplication>(get()).await.unwrap().replication_configuration.unwrap();
    assert!(kept.rules[0].id.is_some());
    assert_eq!(ReplicationRule { id: None, ..kept.rules[0].clone() }, rule);
    assert_eq!(code::<PutBucketReplication>(&cloud, put(vec![])).await, "MalformedXML");
    assert!(versioning(&cloud, &from, "Suspended").await.is_err(), "its versions are copied");
    let delete = DeleteBucketReplicationInput { bucket: from.clone(), ..Default::default() };
    cloud.call::<DeleteBucketReplication>(delete).await.unwrap();
    versioning(&cloud, &from, "Suspended").await.unwrap();
}

#[tokio::test]
async fn notifications_name_their_destinations() {
    let cloud = cloud();
    let name = bucket(&cloud, "b-told").await;
    let queue = |arn: &str, events: &[&str]| QueueConfiguration {
        id: None,
        queue_arn: arn.to_owned(),
        events: events.iter().map(|event| (*event).into()).collect(),
        filter: None,
    };
    let put = |queues| PutBucketNotificationConfigurationInput {
        bucket: name.clone(),
        notification_configuration: NotificationConfiguration {
            queue_configurations: Some(queues),
            ..Default::default()
        },
        skip_destination_validation: Some(true),
        ..Default::default()
    };
    let get = || GetBucketNotificationConfigurationRequest { bucket: name.clone(), ..Default::default() };
    let none = cloud.call::<GetBucketNotificationConfiguration>(get()).await.unwrap();
    assert_eq!(none, NotificationConfiguration::default());
    let told =
        refused::<PutBucketNotificationConfiguration>(&cloud, put(vec![queue("q", &["s3:ObjectCreated:*"])])).await;
    assert_eq!(told, pair("InvalidArgument", "The ARN could not be parsed"));
    let arn = "arn:aws:sqs:us-east-1:000000000000:q";
    let overlapping = vec![queue(arn, &["s3:ObjectCreated:*"]), queue(arn, &["s3:ObjectCreated:Put"])];
    assert_eq!(code::<PutBucketNotificationConfiguration>(&cloud, put(overlapping)).await, "InvalidArgument");
    cloud.call::<PutBucketNotificationConfiguration>(put(vec![queue(arn, &["s3:ObjectCreated:*"])])).await.unwrap();
    let kept = cloud.call::<GetBucketNotificationConfiguration>(get()).await.unwrap();
    assert!(kept.queue_configurations.unwrap()[0].id.is_some());
}
