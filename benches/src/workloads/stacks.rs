//! A stack of a hundred resources: how long until it is made, changed and gone.

use std::io;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::api::Api;
use crate::server::Durability;
use crate::session::Session;

/// One of each kind a group: a queue, a topic, a subscription that waits for both, and a log group.
const GROUPS: usize = 25;
/// Longest that a change may take.
const PATIENCE: Duration = Duration::from_secs(300);
/// Between two looks at the stack.
const LOOK: Duration = Duration::from_millis(5);
const VERSION: &str = "2010-05-15";

/// Makes, changes and deletes the stack; each step is timed from the request until the stack says that it is done.
pub(super) async fn deploy(session: &mut Session<'_>, name: &str) -> io::Result<()> {
    let running = session.start(Durability::Fsync)?;
    let mut api = running.api().await?;
    let stack = super::unused_name();
    let steps = [
        ("created", "CreateStack", Some(template(30)), "CREATE_COMPLETE"),
        ("updated", "UpdateStack", Some(template(60)), "UPDATE_COMPLETE"),
        ("deleted", "DeleteStack", None, "DELETE_COMPLETE"),
    ];
    let mut id = stack.clone();
    for (what, action, template, done) in steps {
        let started = Instant::now();
        let answer = call(&mut api, action, &stack, template.as_ref()).await?;
        // A stack that is gone is found by its id alone.
        id = between(&answer, "<StackId>", "</StackId>").map_or(id, str::to_owned);
        settle(&mut api, &id, done).await?;
        let took = started.elapsed().as_secs_f64() * 1e3;
        session.report.figure(&session.name(), format!("{name}: {} resources {what}", GROUPS * 4), took, "ms");
    }
    Ok(())
}

async fn settle(api: &mut Api, stack: &str, done: &str) -> io::Result<()> {
    let started = Instant::now();
    loop {
        let answer = call(api, "DescribeStacks", stack, None).await?;
        let status = between(&answer, "<StackStatus>", "</StackStatus>").unwrap_or_default();
        match status {
            _ if status == done => return Ok(()),
            _ if status.ends_with("IN_PROGRESS") && started.elapsed() < PATIENCE => tokio::time::sleep(LOOK).await,
            _ => return Err(io::Error::other(format!("the stack is {status}, not {done}: {answer}"))),
        }
    }
}

async fn call(api: &mut Api, action: &str, stack: &str, template: Option<&Value>) -> io::Result<String> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("Action", action).append_pair("Version", VERSION).append_pair("StackName", stack);
    if let Some(template) = template {
        form.append_pair("TemplateBody", &template.to_string());
    }
    api.form("cloudformation", &form.finish()).await
}

fn template(timeout: u32) -> Value {
    let resource = |kind: &str, properties: Value| json!({"Type": kind, "Properties": properties});
    let mut resources = serde_json::Map::new();
    for n in 0..GROUPS {
        let (queue, topic) = (format!("Queue{n}"), format!("Topic{n}"));
        resources.insert(queue.clone(), resource("AWS::SQS::Queue", json!({"VisibilityTimeout": timeout})));
        resources.insert(topic.clone(), resource("AWS::SNS::Topic", json!({"DisplayName": format!("t{timeout}")})));
        let arn = json!({"Fn::GetAtt": [queue, "Arn"]});
        let subscription = json!({"TopicArn": {"Ref": topic}, "Protocol": "sqs", "Endpoint": arn});
        resources.insert(format!("Subscription{n}"), resource("AWS::SNS::Subscription", subscription));
        resources.insert(format!("Logs{n}"), resource("AWS::Logs::LogGroup", json!({"RetentionInDays": timeout})));
    }
    json!({"Resources": resources})
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> Option<&'a str> {
    text.split_once(from)?.1.split_once(to).map(|(inner, _)| inner)
}
