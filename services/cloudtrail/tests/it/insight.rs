//! Insights: unusual rates of calls and of errors, at their start and at their end.

use std::time::Duration;

use api_cloudtrail::*;
use api_sqs::{DeleteQueue, DeleteQueueInput};
use testkit::TestCloud;

use crate::cloud::*;
use crate::delivery::{held, records, settle};

fn choices(kinds: &[&str]) -> PutInsightSelectorsInput {
    let choice = |kind: &&str| InsightSelector { insight_type: Some((*kind).into()), event_categories: None };
    PutInsightSelectorsInput {
        trail_name: Some("logs".into()),
        insight_selectors: kinds.iter().map(choice).collect(),
        ..Default::default()
    }
}

async fn insights(cloud: &TestCloud) -> Vec<serde_json::Value> {
    let input = LookupEventsInput { event_category: Some(EventCategory::Insight), ..Default::default() };
    look(cloud, input).await.iter().map(json).collect()
}

async fn minutes(cloud: &TestCloud, count: u32) {
    for _ in 0..count {
        cloud.advance(Duration::from_secs(60)).await;
        settle().await;
    }
}

/// Two days of a call an hour.
async fn usual_days(cloud: &TestCloud) {
    log(cloud).await;
    cloud.call::<PutInsightSelectors>(choices(&["ApiCallRateInsight", "ApiErrorRateInsight"])).await.unwrap();
    for hour in 0..48 {
        create(cloud, &format!("usual-{hour}")).await;
        cloud.advance(Duration::from_secs(3_600)).await;
        settle().await;
    }
}

#[tokio::test]
async fn an_unusual_rate_of_calls_has_a_start_and_an_end() {
    let cloud = cloud();
    usual_days(&cloud).await;
    assert!(insights(&cloud).await.is_empty());
    for minute in 0..2 {
        for i in 0..40 {
            create(&cloud, &format!("burst-{minute}-{i}")).await;
        }
        minutes(&cloud, 1).await;
    }
    minutes(&cloud, 3).await;
    let found = insights(&cloud).await;
    let states: Vec<_> = found.iter().map(|event| event["insightDetails"]["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["End", "Start"]);
    let (end, start) = (&found[0], &found[1]);
    assert_eq!((&end["eventType"], &end["eventCategory"]), (&"AwsCloudTrailInsight".into(), &"Insight".into()));
    assert_eq!(end["sharedEventID"], start["sharedEventID"]);
    let details = &end["insightDetails"];
    assert_eq!((&details["eventSource"], &details["eventName"]), (&"sqs.amazonaws.com".into(), &"CreateQueue".into()));
    assert_eq!(details["insightType"], "ApiCallRateInsight");
    let statistics = &details["insightContext"]["statistics"];
    assert_eq!((&statistics["insightDuration"], &statistics["insight"]["average"]), (&2.into(), &40.0.into()));
    assert!(statistics["baseline"]["average"].as_f64().unwrap() < 0.1);
    assert!(statistics["baselineDuration"].as_i64().unwrap() >= 2_880);
    let users = &details["insightContext"]["attributions"][0];
    assert_eq!(users["attribute"], "userIdentityArn");
    assert_eq!(users["insight"][0]["value"], "arn:aws:iam::000000000000:root");
    let told = records(&held(&cloud).await);
    let told = told.iter().filter(|record| record["eventCategory"] == "Insight").count();
    assert_eq!(told, 2, "the trail gets them too");
    let source = ListInsightsDataInput {
        insight_source: LOGS.into(),
        data_type: ListInsightsDataType::InsightsEvents,
        dimensions: Some([("EventName".into(), "CreateQueue".to_owned())].into()),
        ..Default::default()
    };
    assert_eq!(cloud.call::<ListInsightsData>(source).await.unwrap().events.unwrap().len(), 2);
}

#[tokio::test]
async fn an_unusual_rate_of_errors() {
    let cloud = cloud();
    usual_days(&cloud).await;
    for _ in 0..12 {
        cloud.call::<DeleteQueue>(DeleteQueueInput { queue_url: "gone".into() }).await.unwrap_err();
    }
    minutes(&cloud, 2).await;
    let start = insights(&cloud).await.pop().unwrap();
    assert_eq!(start["insightDetails"]["insightType"], "ApiErrorRateInsight");
    assert_eq!(start["insightDetails"]["errorCode"], "QueueDoesNotExist");
    let metric = ListInsightsMetricDataInput {
        event_source: "sqs.amazonaws.com".into(),
        event_name: "DeleteQueue".into(),
        insight_type: InsightType::ApiErrorRateInsight,
        error_code: Some("QueueDoesNotExist".into()),
        period: Some(60),
        data_type: Some(InsightsMetricDataType::NonZeroData),
        ..Default::default()
    };
    let shown = cloud.call::<ListInsightsMetricData>(metric).await.unwrap();
    assert_eq!(shown.values.unwrap(), [12.0]);
}

#[tokio::test]
async fn a_short_history_tells_nothing() {
    let cloud = cloud();
    log(&cloud).await;
    cloud.call::<PutInsightSelectors>(choices(&["ApiCallRateInsight"])).await.unwrap();
    for i in 0..40 {
        create(&cloud, &format!("q{i}")).await;
    }
    minutes(&cloud, 3).await;
    assert!(insights(&cloud).await.is_empty());
}

#[tokio::test]
async fn put_insight_selectors_get_insight_selectors() {
    let cloud = cloud_with_bucket().await;
    cloud.call::<CreateTrail>(trail("logs")).await.unwrap();
    let get = || GetInsightSelectorsInput { trail_name: Some("logs".into()), event_data_store: None };
    let (code, text) = cloud.error::<GetInsightSelectors>(get()).await;
    assert_eq!(code, "InsightNotEnabledException");
    let expected = format!(
        "Trail {LOGS} does not have Insights enabled. Edit the trail settings to enable Insights, and then try the operation again."
    );
    assert_eq!(text, expected);
    cloud.call::<PutInsightSelectors>(choices(&["ApiCallRateInsight"])).await.unwrap();
    let shown = cloud.call::<GetInsightSelectors>(get()).await.unwrap();
    assert_eq!(shown.insight_selectors.unwrap()[0].insight_type, Some(InsightType::ApiCallRateInsight));
    assert_eq!(cloud.error::<PutInsightSelectors>(choices(&["X"])).await.0, "InvalidInsightSelectorsException");
    select_queues(&cloud, "logs").await;
    let (code, _) = cloud.error::<PutInsightSelectors>(choices(&["ApiCallRateInsight"])).await;
    assert_eq!(code, "InvalidInsightSelectorsException", "without management events there is nothing to analyze");
    cloud.call::<PutInsightSelectors>(choices(&[])).await.unwrap();
    assert_eq!(cloud.error::<GetInsightSelectors>(get()).await.0, "InsightNotEnabledException");
    assert_eq!(
        cloud.error::<GetInsightSelectors>(GetInsightSelectorsInput::default()).await.0,
        "InvalidParameterCombinationException"
    );
}
