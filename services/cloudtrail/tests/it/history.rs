//! The event history: what a call leaves, and how it is found.

use std::time::Duration;

use api_cloudtrail::*;
use api_sqs::{DeleteQueue, DeleteQueueInput, ListQueues, ListQueuesInput};
use names::Timestamp;
use service_kit::{Error, Fault};
use testkit::{TestCloud, WireRequest};

use crate::cloud::*;

#[tokio::test]
async fn lookup_events_shows_a_call_in_all_its_fields() {
    let cloud = cloud();
    let form = "Action=CreateQueue&Version=2012-11-05&QueueName=orders";
    let mut wire = WireRequest::query("sqs", form);
    wire.headers.push(("user-agent", "aws-cli/2.0".into()));
    assert_eq!(cloud.send(wire).await.status, 200);
    let event = the_event(&cloud, "CreateQueue").await;
    let expected = serde_json::json!({
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "Root",
            "principalId": "000000000000",
            "arn": "arn:aws:iam::000000000000:root",
            "accountId": "000000000000",
            "accessKeyId": "000000000000",
        },
        "eventTime": "2026-01-01T00:00:00Z",
        "eventSource": "sqs.amazonaws.com",
        "eventName": "CreateQueue",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "127.0.0.1",
        "userAgent": "aws-cli/2.0",
        "requestParameters": {"queueName": "orders"},
        "responseElements": {"queueUrl": "http://localhost:4566/000000000000/orders"},
        "requestID": event["requestID"],
        "eventID": event["eventID"],
        "readOnly": false,
        "eventType": "AwsApiCall",
        "managementEvent": true,
        "recipientAccountId": "000000000000",
        "eventCategory": "Management",
    });
    assert_eq!(event, expected);
    assert_eq!(event["requestID"].as_str().unwrap().len(), 36);
}

#[tokio::test]
async fn lookup_events_by_each_attribute() {
    let cloud = open_cloud();
    let alice = user(cloud.account(), "alice");
    cloud.call_as::<api_sqs::CreateQueue>(alice, queue("a")).await.unwrap();
    cloud.call_as::<api_sqs::CreateQueue>(user(cloud.account(), "bob"), queue("b")).await.unwrap();
    cloud.call::<ListQueues>(ListQueuesInput::default()).await.unwrap();
    let all = look(&cloud, LookupEventsInput::default()).await;
    let names: Vec<_> = all.iter().map(|event| event.event_name.as_deref().unwrap()).collect();
    // Listing queues is a data event, which the history does not take.
    assert_eq!(names, ["CreateQueue", "CreateQueue"]);
    let id = all[0].event_id.clone().unwrap();
    for (key, value, count) in [
        ("EventName", "CreateQueue", 2),
        ("EventName", "ListQueues", 0),
        ("EventSource", "sqs.amazonaws.com", 2),
        ("Username", "alice", 1),
        ("Username", "bob", 1),
        ("AccessKeyId", "AKIAEXAMPLE", 2),
        ("ResourceName", "b", 1),
        ("ResourceType", "AWS::SQS::Queue", 2),
        ("ReadOnly", "false", 2),
        ("EventId", id.as_str(), 1),
    ] {
        assert_eq!(look(&cloud, by(key, value)).await.len(), count, "{key}={value}");
    }
    // Looking is a call as any other.
    assert!(look(&cloud, by("EventName", "LookupEvents")).await.len() > 5);
    let shown = &look(&cloud, by("Username", "alice")).await[0];
    assert_eq!(shown.resources.as_ref().unwrap()[0].resource_name.as_deref(), Some("a"));
    assert_eq!(shown.read_only.as_deref(), Some("false"));
}

#[tokio::test]
async fn lookup_events_newest_first_by_page_and_time() {
    let cloud = cloud();
    for i in 0..120 {
        create(&cloud, &format!("q{i}")).await;
        cloud.advance(Duration::from_secs(1)).await;
    }
    let (mut seen, mut next_token) = (Vec::new(), None);
    loop {
        let input = LookupEventsInput { next_token, ..by("EventName", "CreateQueue") };
        let page = page(&cloud, input).await;
        let events = page.events.unwrap();
        assert!(events.len() <= 50);
        seen.extend(
            events.iter().map(|event| json(event)["requestParameters"]["queueName"].as_str().unwrap().to_owned()),
        );
        next_token = page.next_token;
        if next_token.is_none() {
            break;
        }
    }
    let expected: Vec<_> = (0..120).rev().map(|i| format!("q{i}")).collect();
    assert_eq!(seen, expected);
    let at = |seconds: i64| Some(Timestamp::from_secs(1_767_225_600 + seconds));
    let between = LookupEventsInput { start_time: at(10), end_time: at(12), ..by("EventName", "CreateQueue") };
    assert_eq!(look(&cloud, between).await.len(), 3);
    let no_attribute = LookupEventsInput { start_time: at(10), end_time: at(12), ..Default::default() };
    assert_eq!(look(&cloud, no_attribute).await.len(), 3);
    let few = LookupEventsInput { max_results: Some(7), ..by("EventName", "CreateQueue") };
    assert_eq!(look(&cloud, few).await.len(), 7);
}

#[tokio::test]
async fn lookup_events_reaches_back_90_days() {
    let cloud = cloud();
    create(&cloud, "old").await;
    cloud.advance(Duration::from_secs(90 * 24 * 3_600 - 1)).await;
    create(&cloud, "young").await;
    assert_eq!(look(&cloud, by("EventName", "CreateQueue")).await.len(), 2);
    cloud.advance(Duration::from_secs(2)).await;
    assert_eq!(look(&cloud, by("EventName", "CreateQueue")).await.len(), 1);
}

#[tokio::test]
async fn lookups_are_limited_to_two_a_second_in_an_account_and_region() {
    let cloud = cloud();
    let lookup = |cloud: TestCloud| async move { cloud.call::<LookupEvents>(LookupEventsInput::default()).await };
    for _ in 0..2 {
        lookup(cloud.clone()).await.unwrap();
    }
    let target = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents";
    let answer = cloud.send(WireRequest::json("cloudtrail", target, &serde_json::json!({}))).await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.json()["__type"], "ThrottlingException");
    assert_eq!(answer.json()["message"], "Rate exceeded");
    lookup(cloud.in_region("eu-west-1")).await.unwrap();
    lookup(cloud.fresh_account()).await.unwrap();
    cloud.advance(Duration::from_millis(500)).await;
    lookup(cloud.clone()).await.unwrap();
    lookup(cloud).await.unwrap_err();
}

#[tokio::test]
async fn reads_that_wait_together_are_found_one_by_one() {
    let cloud = cloud();
    let call = |cloud: TestCloud| async move { cloud.call::<ListTrails>(ListTrailsInput::default()).await.unwrap() };
    for i in 0..1_300 {
        if i % 5 == 0 {
            create(&cloud, &format!("q{i}")).await;
        }
        call(cloud.clone()).await;
        if i % 100 == 0 {
            cloud.advance(Duration::from_millis(350)).await;
        }
    }
    for (name, expected) in [("ListTrails", 1_300), ("CreateQueue", 260)] {
        let (mut seen, mut next_token) = (Vec::new(), None);
        loop {
            let page = page(&cloud, LookupEventsInput { next_token, ..by("EventName", name) }).await;
            seen.extend(page.events.unwrap());
            next_token = page.next_token;
            if next_token.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), expected, "{name}");
        assert!(seen.is_sorted_by_key(|event| std::cmp::Reverse(event.event_time)), "{name}");
        let ids: std::collections::BTreeSet<_> = seen.iter().map(|event| event.event_id.clone()).collect();
        assert_eq!(ids.len(), expected, "{name}");
        let one = seen[expected / 2].event_id.clone().unwrap();
        assert_eq!(look(&cloud, by("EventId", &one)).await.len(), 1);
    }
}

#[tokio::test]
async fn regions_and_accounts_are_apart() {
    let cloud = cloud();
    create(&cloud, "q").await;
    for other in [cloud.in_region("eu-west-1"), cloud.fresh_account()] {
        assert!(look(&other, by("EventName", "CreateQueue")).await.is_empty());
    }
}

#[tokio::test]
async fn failures_are_recorded_with_what_the_caller_was_told() {
    let cloud = open_cloud();
    let gone = DeleteQueueInput { queue_url: "gone".into() };
    cloud.call::<DeleteQueue>(gone).await.unwrap_err();
    let event = the_event(&cloud, "DeleteQueue").await;
    assert_eq!(event["errorCode"], "QueueDoesNotExist");
    assert_eq!(event["errorMessage"], "The specified queue does not exist.");
    assert!(event["responseElements"].is_null());
    let alice = user(cloud.account(), "alice");
    let denied = cloud.call_as::<api_sqs::CreateQueue>(alice, queue("forbidden")).await.unwrap_err();
    assert!(matches!(denied, Error::Fault(Fault::AccessDenied { .. })));
    let event = the_event(&cloud, "CreateQueue").await;
    assert_eq!(event["errorCode"], "AccessDenied");
    let text = event["errorMessage"].as_str().unwrap();
    assert!(text.starts_with("User: arn:aws:iam::000000000000:user/alice is not authorized"), "{text}");
}

#[tokio::test]
async fn what_is_asked_wrongly_is_refused() {
    let cloud = cloud();
    let at = |seconds| Some(Timestamp::from_secs(seconds));
    let attribute = LookupAttribute { attribute_key: "EventName".into(), attribute_value: "x".into() };
    for (input, code) in [
        (LookupEventsInput { start_time: at(5), end_time: at(4), ..Default::default() }, "InvalidTimeRangeException"),
        (by("Nothing", "x"), "InvalidLookupAttributesException"),
        (
            LookupEventsInput { lookup_attributes: Some(vec![attribute.clone(), attribute]), ..Default::default() },
            "InvalidLookupAttributesException",
        ),
        (LookupEventsInput { event_category: Some("x".into()), ..Default::default() }, "InvalidEventCategoryException"),
    ] {
        cloud.advance(Duration::from_millis(500)).await;
        assert_eq!(cloud.error::<LookupEvents>(input).await.0, code);
    }
    let foreign = LookupEventsInput { next_token: Some("x".into()), ..Default::default() };
    assert!(cloud.call::<LookupEvents>(foreign).await.is_err());
}
