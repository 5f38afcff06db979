//! Invocations: when, what, as whom, and what becomes of those that fail.

use std::time::Duration;

use api_scheduler as api;
use api_sqs::{DeleteQueue, DeleteQueueInput};
use serde_json::{Value, json};
use testkit::TestCloud;

use crate::world::{at, cloud, messages, pass, queue, role, schedule, url};

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(86_400);

/// The instants at which the messages of a queue were due, in order.
async fn due(cloud: &TestCloud, name: &str, count: usize) -> Vec<String> {
    let bodies = messages(cloud, name, count).await.into_iter().map(|message| message.body.unwrap());
    let mut due: Vec<_> =
        bodies.map(|body| serde_json::from_str::<Value>(&body).unwrap()["due"].as_str().unwrap().to_owned()).collect();
    due.sort();
    due
}

async fn ready(cloud: &TestCloud) -> (String, String) {
    (queue(cloud, "q").await, role(cloud, "r", "scheduler.amazonaws.com", "sqs:SendMessage").await)
}

#[tokio::test]
async fn a_jump_invokes_each_due_run_once() {
    let cloud = cloud();
    let (queue, role) = ready(&cloud).await;
    cloud.call::<api::CreateSchedule>(schedule("s", "rate(2 hours)", &queue, &role)).await.unwrap();
    pass(&cloud, 5 * HOUR).await;
    let expected = ["2026-01-01T00:00:00Z", "2026-01-01T02:00:00Z", "2026-01-01T04:00:00Z"];
    assert_eq!(due(&cloud, "q", 3).await, expected);
    messages(&cloud, "q", 0).await;
}

/// 2026-03-29 has no half past two in Vienna.
#[tokio::test]
async fn by_the_clock_of_a_zone() {
    let cloud = cloud();
    let (queue, role) = ready(&cloud).await;
    let input = api::CreateScheduleInput {
        schedule_expression_timezone: Some("Europe/Vienna".to_owned()),
        start_date: Some(at("2026-03-28T00:00:00Z")),
        end_date: Some(at("2026-03-31T00:00:00Z")),
        ..schedule("s", "cron(30 2 * * ? *)", &queue, &role)
    };
    cloud.call::<api::CreateSchedule>(input).await.unwrap();
    pass(&cloud, 90 * DAY).await;
    assert_eq!(due(&cloud, "q", 2).await, ["2026-03-28T01:30:00Z", "2026-03-30T00:30:00Z"]);
}

#[tokio::test]
async fn once_and_then_gone() {
    let cloud = cloud();
    let (queue, role) = ready(&cloud).await;
    let input = api::CreateScheduleInput {
        action_after_completion: Some(api::ActionAfterCompletion::Delete),
        ..schedule("s", "at(2026-01-02T00:00:00)", &queue, &role)
    };
    cloud.call::<api::CreateSchedule>(input).await.unwrap();
    pass(&cloud, 2 * DAY).await;
    assert_eq!(due(&cloud, "q", 1).await, ["2026-01-02T00:00:00Z"]);
    let told = cloud.error::<api::GetSchedule>(api::GetScheduleInput { name: "s".to_owned(), group_name: None }).await;
    assert_eq!(told.0, "ResourceNotFoundException");
}

#[tokio::test]
async fn within_its_window() {
    let cloud = cloud();
    let (queue, role) = ready(&cloud).await;
    let mut input = schedule("s", "at(2026-01-02T00:00:00)", &queue, &role);
    input.flexible_time_window =
        api::FlexibleTimeWindow { mode: api::FlexibleTimeWindowMode::Flexible, maximum_window_in_minutes: Some(60) };
    cloud.call::<api::CreateSchedule>(input).await.unwrap();
    pass(&cloud, DAY).await;
    messages(&cloud, "q", 0).await;
    pass(&cloud, HOUR).await;
    assert_eq!(due(&cloud, "q", 1).await, ["2026-01-02T00:00:00Z"]);
}

#[tokio::test]
async fn any_operation() {
    let cloud = cloud();
    let (_, role) = ready(&cloud).await;
    let mut input = schedule("s", "at(2026-01-02T00:00:00)", "arn:aws:scheduler:::aws-sdk:sqs:sendMessage", &role);
    let call = json!({"QueueUrl": url(&cloud, "q"), "MessageBody": "{\"due\": \"<aws.scheduler.scheduled-time>\"}"});
    input.target.input = Some(call.to_string());
    cloud.call::<api::CreateSchedule>(input).await.unwrap();
    pass(&cloud, 2 * DAY).await;
    assert_eq!(due(&cloud, "q", 1).await, ["2026-01-02T00:00:00Z"]);
}

#[tokio::test]
async fn what_a_role_may_not_do_is_a_dead_letter() {
    let cloud = cloud();
    let (_, role) = ready(&cloud).await;
    let mut input = schedule("s", "at(2026-01-02T00:00:00)", "arn:aws:scheduler:::aws-sdk:sqs:createQueue", &role);
    input.target.input = Some(json!({"QueueName": "new"}).to_string());
    let dead = queue(&cloud, "dead").await;
    input.target.dead_letter_config = Some(api::DeadLetterConfig { arn: Some(dead) });
    cloud.call::<api::CreateSchedule>(input).await.unwrap();
    pass(&cloud, 2 * DAY).await;
    let letter = messages(&cloud, "dead", 1).await.remove(0);
    let told = letter.message_attributes.unwrap();
    let text = |name: &str| told[name].string_value.clone().unwrap();
    assert_eq!(text("ERROR_CODE"), "AccessDeniedException");
    assert!(
        text("ERROR_MESSAGE").contains("is not authorized to perform: sqs:createqueue"),
        "{}",
        text("ERROR_MESSAGE")
    );
    assert_eq!(text("SCHEDULED_TIME"), "2026-01-02T00:00:00Z");
    assert_eq!(text("TARGET_ARN"), "arn:aws:scheduler:::aws-sdk:sqs:createQueue");
    assert_eq!(letter.body.as_deref(), Some(r#"{"QueueName":"new"}"#));
}

#[tokio::test]
async fn what_is_not_there_is_a_dead_letter_at_once() {
    let cloud = cloud();
    let (queue, role) = ready(&cloud).await;
    let mut input = schedule("s", "at(2026-01-02T00:00:00)", &queue, &role);
    let dead = crate::world::queue(&cloud, "dead").await;
    input.target.dead_letter_config = Some(api::DeadLetterConfig { arn: Some(dead) });
    cloud.call::<api::CreateSchedule>(input).await.unwrap();
    cloud.call::<DeleteQueue>(DeleteQueueInput { queue_url: url(&cloud, "q") }).await.unwrap();
    pass(&cloud, 2 * DAY).await;
    let letter = messages(&cloud, "dead", 1).await.remove(0);
    let told = letter.message_attributes.unwrap();
    assert_eq!(told["RETRY_ATTEMPTS"].string_value.as_deref(), Some("0"));
    assert!(!told.contains_key("EXHAUSTED_RETRY_CONDITION"));
}
