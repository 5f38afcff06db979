//! Filters: patterns over events, metric filters and what they are tested with.

use api_logs::*;
use testkit::WireRequest;

use crate::cloud::*;

#[tokio::test]
async fn filter_log_events_lets_pass_what_the_pattern_says() {
    let cloud = cloud();
    create(&cloud, "g", "s").await;
    let at = now(&cloud);
    let texts = ["hello", "world", "hello world", "{\"n\": 5}", "goodbye cruel world"];
    let events: Vec<_> = texts.iter().map(|text| (at, *text)).collect();
    put(&cloud, "g", "s", &events).await;
    for (pattern, expected) in [
        ("hello", vec!["hello", "hello world"]),
        ("goodbye world", vec!["goodbye cruel world"]),
        ("\"hello world\"", vec!["hello world"]),
        ("{ $.n > 4 }", vec!["{\"n\": 5}"]),
        ("[w1, w2]", vec!["hello world", "{\"n\": 5}"]),
        ("-world", vec!["hello", "{\"n\": 5}"]),
    ] {
        assert_eq!(passing(&cloud, filtering("g", pattern)).await, expected, "{pattern}");
    }
    let bad = cloud.error::<FilterLogEvents>(filtering("g", "a=b")).await;
    assert_eq!(bad, ("InvalidParameterException".to_owned(), "Invalid character(s) in term 'a=b'".to_owned()));
}

fn metric_filter(name: &str, pattern: &str, metric: &str) -> PutMetricFilterInput {
    PutMetricFilterInput {
        log_group_name: "g".into(),
        filter_name: name.into(),
        filter_pattern: pattern.into(),
        metric_transformations: vec![MetricTransformation {
            metric_name: metric.into(),
            metric_namespace: "ns".into(),
            metric_value: "1".into(),
            ..Default::default()
        }],
        ..Default::default()
    }
}

#[tokio::test]
async fn put_describe_and_delete_metric_filter() {
    let cloud = cloud();
    create(&cloud, "g", "s").await;
    for (name, metric) in [("f1", "m1"), ("f2", "m2"), ("other", "m1")] {
        cloud.call::<PutMetricFilter>(metric_filter(name, "ERROR", metric)).await.unwrap();
    }
    let names = async |input: DescribeMetricFiltersInput| {
        let found = cloud.call::<DescribeMetricFilters>(input).await.unwrap().metric_filters.unwrap();
        found.into_iter().map(|filter| filter.filter_name.unwrap()).collect::<Vec<_>>()
    };
    let any = DescribeMetricFiltersInput::default;
    assert_eq!(names(any()).await, ["f1", "f2", "other"]);
    let prefixed = DescribeMetricFiltersInput { filter_name_prefix: some("f"), log_group_name: some("g"), ..any() };
    assert_eq!(names(prefixed).await, ["f1", "f2"]);
    let metric = DescribeMetricFiltersInput { metric_name: some("m1"), metric_namespace: some("ns"), ..any() };
    assert_eq!(names(metric).await, ["f1", "other"]);
    let half = DescribeMetricFiltersInput { metric_name: some("m1"), ..any() };
    assert_eq!(cloud.error::<DescribeMetricFilters>(half).await.0, "InvalidParameterException");
    let group = cloud.call::<DescribeLogGroups>(DescribeLogGroupsInput::default()).await.unwrap();
    assert_eq!(group.log_groups.unwrap()[0].metric_filter_count, Some(3));
    let deleting = || DeleteMetricFilterInput { log_group_name: "g".into(), filter_name: "f1".into() };
    cloud.call::<DeleteMetricFilter>(deleting()).await.unwrap();
    assert_eq!(cloud.error::<DeleteMetricFilter>(deleting()).await.1, "The specified metric filter does not exist.");
}

#[tokio::test]
async fn test_metric_filter_as_the_reference_shows() {
    let cloud = cloud();
    let line = "127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] \"GET /apache_pb.gif HTTP/1.0\" 200 1534";
    let input = TestMetricFilterInput {
        filter_pattern: "[ip, identity, user_id, timestamp, request, status_code, size]".into(),
        log_event_messages: vec!["too short".into(), line.into()],
    };
    let matches = cloud.call::<TestMetricFilter>(input).await.unwrap().matches.unwrap();
    assert_eq!((matches.len(), matches[0].event_number), (1, Some(2)));
    let values = matches[0].extracted_values.as_ref().unwrap();
    assert_eq!((values["$ip"].as_str(), values["$request"].as_str()), ("127.0.0.1", "GET /apache_pb.gif HTTP/1.0"));
}

#[tokio::test]
async fn constraints_in_aws_words_over_the_wire() {
    let cloud = cloud();
    for (target, body, text) in [
        (
            "Logs_20140328.FilterLogEvents",
            serde_json::json!({"logGroupName": "g", "limit": 10_001}),
            "1 validation error detected: Value '10001' at 'limit' failed to satisfy constraint: Member must have value less \
             than or equal to 10000",
        ),
        (
            "Logs_20140328.CreateLogGroup",
            serde_json::json!({"logGroupName": "a".repeat(513)}),
            "Invalid LogGroup or LogStream, both must have length less than or equal to 512.",
        ),
    ] {
        let answer = cloud.send(WireRequest::json("logs", target, &body)).await;
        assert_eq!(answer.json()["__type"], "InvalidParameterException");
        assert_eq!(answer.json()["message"], text);
    }
}
