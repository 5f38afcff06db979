//! Configurations of which a bucket has several, by id.

use api_s3::*;

use crate::cloud::*;

const NONE: (&str, &str) = ("NoSuchConfiguration", "The specified configuration does not exist.");

#[tokio::test]
async fn metrics_come_in_pages_of_a_hundred() {
    let cloud = cloud();
    let name = bucket(&cloud, "b-metrics").await;
    let put = |id: &str| PutBucketMetricsConfigurationInput {
        bucket: name.clone(),
        id: id.to_owned(),
        metrics_configuration: MetricsConfiguration {
            id: id.to_owned(),
            filter: Some(MetricsFilter { prefix: Some("logs/".to_owned()), ..Default::default() }),
        },
        ..Default::default()
    };
    for number in 0..102 {
        cloud.call::<PutBucketMetricsConfiguration>(put(&format!("{}", 100 + number))).await.unwrap();
    }
    let list = |token| ListBucketMetricsConfigurationsInput {
        bucket: name.clone(),
        continuation_token: token,
        ..Default::default()
    };
    let first = cloud.call::<ListBucketMetricsConfigurations>(list(None)).await.unwrap();
    assert_eq!((first.is_truncated, first.metrics_configuration_list.map(|l| l.len())), (Some(true), Some(100)));
    let second = cloud.call::<ListBucketMetricsConfigurations>(list(first.next_continuation_token)).await.unwrap();
    assert_eq!((second.is_truncated, second.next_continuation_token), (Some(false), None));
    let ids: Vec<_> = second.metrics_configuration_list.unwrap().into_iter().map(|one| one.id).collect();
    assert_eq!(ids, ["200", "201"]);
    assert!(code::<ListBucketMetricsConfigurations>(&cloud, list(Some("x".to_owned()))).await == "InvalidArgument");
    let get =
        |id: &str| GetBucketMetricsConfigurationInput { bucket: name.clone(), id: id.to_owned(), ..Default::default() };
    let one = cloud.call::<GetBucketMetricsConfiguration>(get("100")).await.unwrap();
    assert_eq!(one.metrics_configuration.unwrap().id, "100");
    let delete =
        || DeleteBucketMetricsConfigurationInput { bucket: name.clone(), id: "100".to_owned(), ..Default::default() };
    cloud.call::<DeleteBucketMetricsConfiguration>(delete()).await.unwrap();
    assert_eq!(refused::<DeleteBucketMetricsConfiguration>(&cloud, delete()).await, pair(NONE.0, NONE.1));
    assert_eq!(refused::<GetBucketMetricsConfiguration>(&cloud, get("100")).await, pair(NONE.0, NONE.1));
}

#[tokio::test]
async fn analyses() {
    let cloud = cloud();
    let name = bucket(&cloud, "b-analysed").await;
    let put = |id: &str, inside: &str| PutBucketAnalyticsConfigurationInput {
        bucket: name.clone(),
        id: id.to_owned(),
        analytics_configuration: AnalyticsConfiguration { id: inside.to_owned(), ..Default::default() },
        ..Default::default()
    };
    assert_eq!(code::<PutBucketAnalyticsConfiguration>(&cloud, put("a", "b")).await, "MalformedXML");
    cloud.call::<PutBucketAnalyticsConfiguration>(put("a", "a")).await.unwrap();
    let get = GetBucketAnalyticsConfigurationInput { bucket: name.clone(), id: "a".to_owned(), ..Default::default() };
    let kept = cloud.call::<GetBucketAnalyticsConfiguration>(get).await.unwrap();
    assert_eq!(kept.analytics_configuration.unwrap().id, "a");
    let list = || ListBucketAnalyticsConfigurationsInput { bucket: name.clone(), ..Default::default() };
    let all = cloud.call::<ListBucketAnalyticsConfigurations>(list()).await.unwrap();
    assert_eq!(all.analytics_configuration_list.map(|list| list.len()), Some(1));
    let delete =
        DeleteBucketAnalyticsConfigurationInput { bucket: name.clone(), id: "a".to_owned(), ..Default::default() };
    cloud.call::<DeleteBucketAnalyticsConfiguration>(delete).await.unwrap();
    let all = cloud.call::<ListBucketAnalyticsConfigurations>(list()).await.unwrap();
    assert_eq!(all.analytics_configuration_list, None);
}

#[tokio::test]
async fn inventories() {
    let cloud = cloud();
    let name = bucket(&cloud, "b-counted").await;
    let put = |to: &str| PutBucketInventoryConfigurationInput {
        bucket: name.clone(),
        id: "i".to_owned(),
        inventory_configuration: InventoryConfiguration {
            id: "i".to_owned(),
            destination: InventoryDestination {
                s3_bucket_destination: InventoryS3BucketDestination {
                    bucket: to.to_owned(),
                    format: InventoryFormat::Csv,
                    ..Default::default()
                },
            },
            is_enabled: true,
            included_object_versions: InventoryIncludedObjectVersions::All,
            schedule: InventorySchedule { frequency: InventoryFrequency::Daily },
            ..Default::default()
        },
        ..Default::default()
    };
    let told = refused::<PutBucketInventoryConfiguration>(&cloud, put("b-counted")).await;
    assert_eq!(told, pair("InvalidS3DestinationBucket", "Invalid bucket ARN."));
    cloud.call::<PutBucketInventoryConfiguration>(put("arn:aws:s3:::b-counted")).await.unwrap();
    let get =
        || GetBucketInventoryConfigurationInput { bucket: name.clone(), id: "i".to_owned(), ..Default::default() };
    assert!(cloud.call::<GetBucketInventoryConfiguration>(get()).await.unwrap().inventory_configuration.is_some());
    let list = ListBucketInventoryConfigurationsInput { bucket: name.clone(), ..Default::default() };
    let all = cloud.call::<ListBucketInventoryConfigurations>(list).await.unwrap();
    assert_eq!(all.inventory_configuration_list.map(|list| list.len()), Some(1));
    let delete =
        DeleteBucketInventoryConfigurationInput { bucket: name.clone(), id: "i".to_owned(), ..Default::default() };
    cloud.call::<DeleteBucketInventoryConfiguration>(delete).await.unwrap();
    assert_eq!(refused::<GetBucketInventoryConfiguration>(&cloud, get()).await, pair(NONE.0, NONE.1));
}

#[tokio::test]
async fn archive_tiers() {
    let cloud = cloud();
    let name = bucket(&cloud, "b-tiered").await;
    let put = |days| PutBucketIntelligentTieringConfigurationInput {
        bucket: name.clone(),
        id: "t".to_owned(),
        intelligent_tiering_configuration: IntelligentTieringConfiguration {
            id: "t".to_owned(),
            status: IntelligentTieringStatus::Enabled,
            tierings: vec![Tiering { days, access_tier: IntelligentTieringAccessTier::ArchiveAccess }],
            filter: None,
        },
        ..Default::default()
    };
    assert_eq!(code::<PutBucketIntelligentTieringConfiguration>(&cloud, put(30)).await, "InvalidArgument");
    cloud.call::<PutBucketIntelligentTieringConfiguration>(put(90)).await.unwrap();
    let get = GetBucketIntelligentTieringConfigurationInput {
        bucket: name.clone(),
        id: "t".to_owned(),
        ..Default::default()
    };
    let kept = cloud.call::<GetBucketIntelligentTieringConfiguration>(get).await.unwrap();
    assert_eq!(kept.intelligent_tiering_configuration.unwrap().tierings[0].days, 90);
    let list = ListBucketIntelligentTieringConfigurationsInput { bucket: name.clone(), ..Default::default() };
    let all = cloud.call::<ListBucketIntelligentTieringConfigurations>(list).await.unwrap();
    assert_eq!(all.is_truncated, Some(false));
    let delete = DeleteBucketIntelligentTieringConfigurationInput {
        bucket: name.clone(),
        id: "t".to_owned(),
        ..Default::default()
    };
    cloud.call::<DeleteBucketIntelligentTieringConfiguration>(delete).await.unwrap();
}
