//! What the tests share: a cloud with queues and roles, and schedules that send there.

use std::time::Duration;

use api_iam::{CreateRole, CreateRoleInput, PutRolePolicy, PutRolePolicyInput};
use api_scheduler as api;
use api_sqs::{CreateQueue, CreateQueueInput, Message, ReceiveMessage, ReceiveMessageInput};
use names::Timestamp;
use serde_json::json;
use testkit::TestCloud;

/// Turns given to background work before a test believes that nothing comes.
const TURNS: usize = 3_000;

/// A cloud with Scheduler, EventBridge, queues and roles, in an account of the test's own.
pub(crate) fn cloud() -> TestCloud {
    let services = |parts: &_| {
        vec![
            svc_scheduler::service(parts),
            svc_events::service(parts),
            svc_sqs::service(parts),
            svc_iam::service(parts),
            svc_sts::service(parts),
        ]
    };
    TestCloud::new(services).fresh_account()
}

/// A role that a service may take on, and that may do this action on everything.
pub(crate) async fn role(cloud: &TestCloud, name: &str, service: &str, action: &str) -> String {
    let trust = json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole",
    }});
    let input = CreateRoleInput {
        role_name: name.to_owned(),
        assume_role_policy_document: trust.to_string(),
        ..CreateRoleInput::default()
    };
    let arn = cloud.call::<CreateRole>(input).await.unwrap().role.arn;
    let policy = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": action, "Resource": "*"}});
    let input = PutRolePolicyInput {
        role_name: name.to_owned(),
        policy_name: "p".to_owned(),
        policy_document: policy.to_string(),
    };
    cloud.call::<PutRolePolicy>(input).await.unwrap();
    arn
}

/// A queue; its ARN.
pub(crate) async fn queue(cloud: &TestCloud, name: &str) -> String {
    let input = CreateQueueInput { queue_name: name.to_owned(), ..CreateQueueInput::default() };
    cloud.call::<CreateQueue>(input).await.unwrap();
    format!("arn:aws:sqs:{}:{}:{name}", cloud.region(), cloud.account())
}

/// The URL of a queue.
pub(crate) fn url(cloud: &TestCloud, name: &str) -> String {
    format!("http://localhost:4566/{}/{name}", cloud.account())
}

/// Messages of a queue, once there are as many; fails when there never are.
pub(crate) async fn messages(cloud: &TestCloud, name: &str, count: usize) -> Vec<Message> {
    let mut all = Vec::new();
    for _ in 0..TURNS {
        let input = ReceiveMessageInput {
            queue_url: url(cloud, name),
            max_number_of_messages: Some(10),
            message_attribute_names: Some(vec!["All".to_owned()]),
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

/// A schedule that sends a text to a resource, as a role.
pub(crate) fn schedule(name: &str, expression: &str, target: &str, role: &str) -> api::CreateScheduleInput {
    api::CreateScheduleInput {
        name: name.to_owned(),
        schedule_expression: expression.to_owned(),
        flexible_time_window: api::FlexibleTimeWindow {
            mode: api::FlexibleTimeWindowMode::Off,
            maximum_window_in_minutes: None,
        },
        target: api::Target {
            arn: target.to_owned(),
            role_arn: role.to_owned(),
            input: Some(r#"{"due":"<aws.scheduler.scheduled-time>"}"#.to_owned()),
            ..api::Target::default()
        },
        ..api::CreateScheduleInput::default()
    }
}

/// Moves the clock through every timer on the way, and lets what is due then be done.
pub(crate) async fn pass(cloud: &TestCloud, time: Duration) {
    let (whole, target) = (cloud.cloud(), cloud.runtime().clock.now().plus(time));
    whole.timers().advance_through(target, |due| whole.fire(due)).await.unwrap();
    tokio::task::yield_now().await;
}

/// An instant.
pub(crate) fn at(text: &str) -> Timestamp {
    Timestamp::parse_iso8601(text).unwrap()
}
