//! Rules with schedules: an advanced clock fires each due run once and in order.

use std::time::Duration;

use api_events as api;
use serde_json::json;
use testkit::TestCloud;

use crate::world::{bodies, cloud, messages, pass, queue, target, targets};

async fn scheduled(cloud: &TestCloud, expression: &str) {
    let arn = queue(cloud, "q").await;
    let input = api::PutRuleInput {
        name: "r".to_owned(),
        schedule_expression: Some(expression.to_owned()),
        ..api::PutRuleInput::default()
    };
    cloud.call::<api::PutRule>(input).await.unwrap();
    targets(cloud, "default", "r", vec![target("t", &arn)]).await;
}

#[tokio::test]
async fn rates() {
    let cloud = cloud();
    scheduled(&cloud, "rate(10 minutes)").await;
    pass(&cloud, Duration::from_secs(35 * 60)).await;
    let mut events = bodies(&cloud, "q", 3).await;
    events.sort_by_key(|event| event["time"].to_string());
    let times: Vec<_> = events.iter().map(|event| event["time"].as_str().unwrap()).collect();
    assert_eq!(times, ["2026-01-01T00:10:00Z", "2026-01-01T00:20:00Z", "2026-01-01T00:30:00Z"]);
    let event = &events[0];
    assert_eq!((&event["source"], &event["detail-type"]), (&json!("aws.events"), &json!("Scheduled Event")));
    assert_eq!(event["resources"], json!([format!("arn:aws:events:us-east-1:{}:rule/r", cloud.account())]));
    assert_eq!(event["detail"], json!({}));
    messages(&cloud, "q", 0).await;
}

#[tokio::test]
async fn cron_until_switched_off() {
    let cloud = cloud();
    scheduled(&cloud, "cron(0 12 ? * MON-FRI *)").await;
    // 2026-01-01 is a Thursday.
    pass(&cloud, Duration::from_secs(3 * 86_400)).await;
    bodies(&cloud, "q", 2).await;
    let off = api::DisableRuleInput { name: "r".to_owned(), event_bus_name: None };
    cloud.call::<api::DisableRule>(off).await.unwrap();
    pass(&cloud, Duration::from_secs(5 * 86_400)).await;
    messages(&cloud, "q", 0).await;
}
