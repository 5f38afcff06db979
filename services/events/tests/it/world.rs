//! What the tests share: a cloud with queues to look into, rules that lead there, and events.

use std::collections::BTreeMap;
use std::time::Duration;

use api_events as api;
use api_sqs::{
    CreateQueue, CreateQueueInput, Message, MessageSystemAttributeName, ReceiveMessage, ReceiveMessageInput,
    SetQueueAttributes, SetQueueAttributesInput,
};
use serde_json::{Value, json};
use testkit::TestCloud;

/// Turns given to background work before a test believes that nothing comes.
const TURNS: usize = 3_000;

/// A cloud with EventBridge, queues, roles, in an account of the test's own.
pub(crate) fn cloud() -> TestCloud {
    let services = |parts: &_| {
        vec![svc_events::service(parts), svc_sqs::service(parts), svc_iam::service(parts), svc_sts::service(parts)]
    };
    TestCloud::new(services).fresh_account()
}

/// A queue that events may be sent to; its ARN.
pub(crate) async fn queue(cloud: &TestCloud, name: &str) -> String {
    let mut attributes = BTreeMap::new();
    if name.ends_with(".fifo") {
        attributes.insert("FifoQueue".to_owned(), "true".to_owned());
        attributes.insert("ContentBasedDeduplication".to_owned(), "true".to_owned());
    }
    let input = CreateQueueInput { queue_name: name.to_owned(), attributes: Some(attributes), ..Default::default() };
    cloud.call::<CreateQueue>(input).await.unwrap();
    let arn = format!("arn:aws:sqs:{}:{}:{name}", cloud.region(), cloud.account());
    let policy = json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": arn,
    }});
    let attributes = BTreeMap::from([("Policy".to_owned(), policy.to_string())]);
    let input = SetQueueAttributesInput { queue_url: url(cloud, name), attributes };
    cloud.call::<SetQueueAttributes>(input).await.unwrap();
    arn
}

fn url(cloud: &TestCloud, name: &str) -> String {
    format!("http://localhost:4566/{}/{name}", cloud.account())
}

/// Messages of a queue, once there are as many; fails when there never are.
pub(crate) async fn messages(cloud: &TestCloud, name: &str, count: usize) -> Vec<Message> {
    let mut all = Vec::new();
    for _ in 0..TURNS {
        let input = ReceiveMessageInput {
            queue_url: url(cloud, name),
            max_number_of_messages: Some(10),
            message_system_attribute_names: Some(vec![MessageSystemAttributeName::All]),
            message_attribute_names: Some(vec!["All".to_owned()]),
            // A long poll is woken by what comes, however long that takes on a busy machine.
            wait_time_seconds: Some(if all.len() < count { 20 } else { 0 }),
            ..ReceiveMessageInput::default()
        };
        all.extend(cloud.call::<ReceiveMessage>(input).await.unwrap().messages.unwrap_or_default());
        if all.len() >= count && count > 0 {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(all.len(), count, "messages in {name}: {:?}", all.iter().map(|m| &m.body).collect::<Vec<_>>());
    all
}

/// The same, as JSON.
pub(crate) async fn bodies(cloud: &TestCloud, name: &str, count: usize) -> Vec<Value> {
    let all = messages(cloud, name, count).await;
    all.into_iter().map(|message| serde_json::from_str(&message.body.unwrap()).unwrap()).collect()
}

/// A rule on a bus with a pattern.
pub(crate) async fn rule(cloud: &TestCloud, bus: &str, name: &str, pattern: Value) -> String {
    let input = api::PutRuleInput {
        name: name.to_owned(),
        event_bus_name: Some(bus.to_owned()),
        event_pattern: Some(pattern.to_string()),
        ..api::PutRuleInput::default()
    };
    cloud.call::<api::PutRule>(input).await.unwrap().rule_arn.unwrap()
}

/// A target with nothing but an id and an ARN.
pub(crate) fn target(id: &str, arn: &str) -> api::Target {
    api::Target { id: id.to_owned(), arn: arn.to_owned(), ..api::Target::default() }
}

/// Puts targets on a rule.
pub(crate) async fn targets(cloud: &TestCloud, bus: &str, rule: &str, targets: Vec<api::Target>) {
    let input = api::PutTargetsInput { rule: rule.to_owned(), event_bus_name: Some(bus.to_owned()), targets };
    assert_eq!(cloud.call::<api::PutTargets>(input).await.unwrap().failed_entry_count, Some(0));
}

/// An entry of `PutEvents`.
pub(crate) fn entry(bus: &str, source: &str, detail: &Value) -> api::PutEventsRequestEntry {
    api::PutEventsRequestEntry {
        event_bus_name: Some(bus.to_owned()),
        source: Some(source.to_owned()),
        detail_type: Some("Test".to_owned()),
        detail: Some(detail.to_string()),
        ..api::PutEventsRequestEntry::default()
    }
}

/// Puts one event; answers its id.
pub(crate) async fn put(cloud: &TestCloud, bus: &str, source: &str, detail: Value) -> String {
    let input = api::PutEventsInput { entries: vec![entry(bus, source, &detail)], endpoint_id: None };
    let answer = cloud.call::<api::PutEvents>(input).await.unwrap();
    assert_eq!(answer.failed_entry_count, Some(0), "{:?}", answer.entries.map(|e| e[0].error_message.clone()));
    answer.entries.unwrap()[0].event_id.clone().unwrap()
}

/// A bus.
pub(crate) async fn bus(cloud: &TestCloud, name: &str) -> String {
    let input = api::CreateEventBusInput { name: name.to_owned(), ..api::CreateEventBusInput::default() };
    cloud.call::<api::CreateEventBus>(input).await.unwrap().event_bus_arn.unwrap()
}

/// Moves the clock through every timer on the way.
pub(crate) async fn pass(cloud: &TestCloud, time: Duration) {
    let (whole, target) = (cloud.cloud(), cloud.runtime().clock.now().plus(time));
    whole.timers().advance_through(target, |due| whole.fire(due)).await.unwrap();
    tokio::task::yield_now().await;
}
