//! Events on the default bus: what a trail selects, for rules that want it.

use api_cloudtrail::*;
use api_events::{PutRule, PutRuleInput, PutTargets, PutTargetsInput, RuleState, Target};
use api_sqs::{ReceiveMessage, ReceiveMessageInput, SetQueueAttributes, SetQueueAttributesInput};
use serde_json::{Value, json};
use testkit::TestCloud;

use crate::cloud::*;

const BUS_ROWS: store::RawTable<(names::Timestamp, [u8; 16])> = store::RawTable::new("cloudtrail", "bus");

/// A rule on the default bus that leads to a queue; answers the queue's URL.
async fn rule(cloud: &TestCloud, pattern: Value, state: RuleState) -> String {
    let url = create(cloud, "heard").await;
    let queue = "arn:aws:sqs:us-east-1:000000000000:heard";
    let open = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": queue}]});
    let attributes = [("Policy".into(), open.to_string())].into();
    cloud.call::<SetQueueAttributes>(SetQueueAttributesInput { queue_url: url.clone(), attributes }).await.unwrap();
    let input = PutRuleInput {
        name: "heard".into(),
        event_pattern: Some(pattern.to_string()),
        state: Some(state),
        ..Default::default()
    };
    cloud.call::<PutRule>(input).await.unwrap();
    let targets = vec![Target { id: "1".into(), arn: queue.into(), ..Default::default() }];
    let input = PutTargetsInput { rule: "heard".into(), targets, ..Default::default() };
    cloud.call::<PutTargets>(input).await.unwrap();
    url
}

/// Messages that came, up to so many.
async fn heard(cloud: &TestCloud, url: &str, count: usize) -> Vec<Value> {
    let mut heard = Vec::new();
    for _ in 0..20_000 {
        let receive = ReceiveMessageInput { queue_url: url.into(), ..Default::default() };
        let messages = cloud.call::<ReceiveMessage>(receive).await.unwrap().messages.unwrap_or_default();
        heard.extend(messages.into_iter().map(|message| serde_json::from_str(&message.body.unwrap()).unwrap()));
        if heard.len() >= count {
            break;
        }
        tokio::task::yield_now().await;
    }
    heard
}

async fn waiting(cloud: &TestCloud) -> usize {
    let view = cloud.cloud().store().read().await.unwrap();
    BUS_ROWS.scan_all(&view, &store::Scope::Global, &store::Span::all()).await.unwrap().len()
}

#[tokio::test]
async fn a_rule_hears_of_calls_that_a_trail_records() {
    let cloud = cloud();
    let pattern = json!({"source": ["aws.sqs"], "detail": {"eventName": ["CreateQueue"]}});
    let url = rule(&cloud, pattern, RuleState::Enabled).await;
    create(&cloud, "before").await;
    log(&cloud).await;
    create(&cloud, "after").await;
    let heard = heard(&cloud, &url, 1).await;
    assert_eq!(heard.len(), 1, "without a trail nothing is told");
    let event = &heard[0];
    assert_eq!((&event["source"], &event["detail-type"]), (&"aws.sqs".into(), &"AWS API Call via CloudTrail".into()));
    assert_eq!((&event["account"], &event["region"]), (&"000000000000".into(), &"us-east-1".into()));
    assert_eq!(event["resources"], json!([]));
    let detail = &event["detail"];
    assert_eq!(detail["requestParameters"]["queueName"], "after");
    assert_eq!(detail["eventID"], json(&look(&cloud, by("ResourceName", "after")).await[0])["eventID"]);
}

#[tokio::test]
async fn calls_that_only_read_are_for_rules_that_ask_for_all() {
    let cloud = cloud();
    let pattern = json!({"detail-type": ["AWS API Call via CloudTrail"], "detail": {"eventName": ["GetTrail"]}});
    let url = rule(&cloud, pattern, RuleState::EnabledWithAllCloudtrailManagementEvents).await;
    log(&cloud).await;
    cloud.call::<GetTrail>(GetTrailInput { name: "logs".into() }).await.unwrap();
    cloud.advance(std::time::Duration::from_secs(1)).await;
    let heard = heard(&cloud, &url, 1).await;
    assert_eq!((heard.len(), &heard[0]["detail"]["readOnly"]), (1, &true.into()));
}

#[tokio::test]
async fn where_no_rule_listens_nothing_is_written() {
    let cloud = cloud();
    log(&cloud).await;
    // The first event asks who listens.
    create(&cloud, "first").await;
    for _ in 0..20_000 {
        if waiting(&cloud).await == 0 {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(waiting(&cloud).await, 0);
    for number in 0..20 {
        create(&cloud, &format!("q{number}")).await;
        assert_eq!(waiting(&cloud).await, 0);
    }
    let pattern = json!({"source": ["aws.s3"]});
    rule(&cloud, pattern, RuleState::Enabled).await;
    for _ in 0..20_000 {
        create(&cloud, "again").await;
        if waiting(&cloud).await == 0 {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("a rule for buckets makes calls of queues be told");
}
