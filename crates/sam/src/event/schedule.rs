//! Schedules of EventBridge Scheduler, which call with a role of their own.

use crate::error::{Outcome, event};
use crate::node::{Node, map};
use crate::resource::{Resource, allow, policy, trust};

use super::queue::dead_letters;
use super::{Event, Target};

/// What a schedule calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Called {
    Function,
    Machine,
}

/// A schedule, its role, and its queue of dead letters.
pub(crate) fn schedule(made_for: &Event, target: &Target, called: Called) -> Outcome<Vec<Resource>> {
    let mut schedule = without_target(made_for, target)?;
    let mut resources = Vec::new();
    let mut letters = Node::Null;
    if let Some(config) = made_for.properties.get("DeadLetterConfig") {
        let config = config.as_map().cloned().unwrap_or_default();
        let (arn, queue) = dead_letters(&made_for.id, &config, &target.attributes)?;
        letters = arn;
        resources.extend(queue);
    }
    let mut role = made_for.node("RoleArn");
    if !role.truthy() {
        let made = role_of(made_for, target, called, &letters);
        role = made.attribute("Arn");
        resources.push(made);
    }
    let mut called = map! { "Arn" => &target.arn, "RoleArn" => role };
    called.set_some("Input", made_for.node("Input"));
    if !letters.is_null() {
        called.set("DeadLetterConfig", map! { "Arn" => letters });
    }
    called.set_some("RetryPolicy", made_for.node("RetryPolicy"));
    schedule.set("Target", called);
    resources.insert(0, schedule);
    Ok(resources)
}

fn without_target(made_for: &Event, target: &Target) -> Outcome<Resource> {
    let mut schedule = Resource::new(&made_for.id, "AWS::Scheduler::Schedule", &target.attributes);
    let name = made_for.properties.some("Name");
    if made_for.properties.truthy("OmitName") {
        if name.is_some() {
            return Err(event(&made_for.id, "Name cannot be set when OmitName is True"));
        }
    } else {
        schedule.set("Name", name.cloned().unwrap_or_else(|| (&made_for.id).into()));
    }
    schedule.set("State", made_for.properties.some("State"));
    let window = made_for.properties.some("FlexibleTimeWindow").cloned();
    schedule.set("FlexibleTimeWindow", window.unwrap_or_else(|| map! { "Mode" => "OFF" }.into()));
    let copied = [
        "ScheduleExpression",
        "Description",
        "StartDate",
        "EndDate",
        "ScheduleExpressionTimezone",
        "GroupName",
        "KmsKeyArn",
    ];
    copied.iter().for_each(|name| schedule.set(name, made_for.node(name)));
    Ok(schedule)
}

fn role_of(made_for: &Event, target: &Target, called: Called, letters: &Node) -> Resource {
    let id = &*made_for.id;
    let (action, name) = match called {
        Called::Function => ("lambda:InvokeFunction", "LambdaPolicy"),
        Called::Machine => ("states:StartExecution", "StartExecutionPolicy"),
    };
    let mut policies = vec![policy(format!("{id}{name}"), vec![allow(action, &target.arn)])];
    if letters.truthy() {
        policies.push(policy(format!("{id}SQSPolicy"), vec![allow("sqs:SendMessage", letters)]));
    }
    Resource::new(format!("{id}Role"), "AWS::IAM::Role", &target.attributes)
        .with("AssumeRolePolicyDocument", trust("scheduler.amazonaws.com"))
        .with("Policies", policies)
        .with("PermissionsBoundary", made_for.properties.some("PermissionsBoundary"))
}
