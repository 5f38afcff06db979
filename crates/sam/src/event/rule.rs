//! Rules of EventBridge: by schedule or by pattern, for functions and for state machines.

use crate::error::Outcome;
use crate::intrinsic::attribute;
use crate::node::{Map, Node, list, map};
use crate::resource::Resource;

use super::queue::dead_letters_of_rule;
use super::{Event, Target};

/// Characters that a target's id may have.
const LONGEST_ID: usize = 64;

/// A rule by schedule, and leave for it to call the function.
pub(super) fn of_schedule(event: &Event, target: &Target) -> Outcome<Vec<Resource>> {
    let mut rule = scheduled(event, target)?;
    let (letters, queues) = dead_letters(event, target)?;
    rule.set("Targets", list![function_target(event, target, None, &letters)]);
    let mut resources = vec![rule];
    resources.extend(queues);
    resources.push(leave(event, target));
    Ok(resources)
}

/// A rule by pattern, and leave for it to call the function.
pub(super) fn of_pattern(event: &Event, target: &Target) -> Outcome<Vec<Resource>> {
    let (letters, mut resources) = dead_letters(event, target)?;
    let mut rule = matching(event, target);
    set_state(event, &mut rule)?;
    let own = event.properties.map("Target").and_then(|target| target.get("Id")).cloned();
    rule.set("Targets", list![function_target(event, target, own, &letters)]);
    resources.extend([rule, leave(event, target)]);
    Ok(resources)
}

fn leave(event: &Event, target: &Target) -> Resource {
    event.permission("events.amazonaws.com", target).with("SourceArn", attribute(&event.id, "Arn"))
}

/// A rule by schedule, without its target.
pub(crate) fn scheduled(event: &Event, target: &Target) -> Outcome<Resource> {
    let mut rule = Resource::new(&event.id, "AWS::Events::Rule", &target.attributes)
        .with("ScheduleExpression", event.node("Schedule"));
    set_state(event, &mut rule)?;
    Ok(rule.with("Name", event.node("Name")).with("Description", event.node("Description")))
}

/// A rule by pattern, without its target.
pub(crate) fn matching(event: &Event, target: &Target) -> Resource {
    Resource::new(&event.id, "AWS::Events::Rule", &target.attributes)
        .with("EventBusName", event.node("EventBusName"))
        .with("EventPattern", event.node("Pattern"))
        .with("Name", event.node("RuleName"))
}

/// `State`, or `Enabled`, which says the same.
fn set_state(event: &Event, rule: &mut Resource) -> Outcome<()> {
    let state = event.properties.some("State");
    match (state, event.properties.get("Enabled")) {
        (Some(_), Some(_)) => return Err(event.refuse("State and Enabled Properties cannot both be specified.")),
        (Some(state), None) => rule.set("State", state),
        (None, Some(enabled)) => rule.set("State", if enabled.truthy() { "ENABLED" } else { "DISABLED" }),
        (None, None) => {}
    }
    Ok(())
}

/// The queue of a rule's dead letters, and what is made for it.
pub(crate) fn dead_letters(event: &Event, target: &Target) -> Outcome<(Node, Vec<Resource>)> {
    match event.properties.get("DeadLetterConfig") {
        Some(config) => {
            let config = config.as_map().cloned().unwrap_or_default();
            dead_letters_of_rule(&event.id, &config, &target.attributes)
        }
        None => Ok((Node::Null, Vec::new())),
    }
}

fn function_target(event: &Event, target: &Target, id: Option<Node>, letters: &Node) -> Map {
    let id = id.unwrap_or_else(|| target_id(&event.id, "LambdaTarget").into());
    let mut made = map! { "Arn" => &target.arn, "Id" => id };
    add_options(event, &mut made, letters);
    made
}

/// What a target may have besides.
pub(crate) fn add_options(event: &Event, made: &mut Map, letters: &Node) {
    made.set_some("Input", event.node("Input"));
    made.set_some("InputPath", event.node("InputPath"));
    if !letters.is_null() {
        made.set("DeadLetterConfig", map! { "Arn" => letters });
    }
    made.set_some("RetryPolicy", event.node("RetryPolicy"));
    made.set_some("InputTransformer", event.node("InputTransformer"));
}

/// The id of a target, cut to the characters that it may have.
pub(crate) fn target_id(id: &str, suffix: &str) -> String {
    let kept = id.len().min(LONGEST_ID.saturating_sub(suffix.len()));
    format!("{}{suffix}", &id[..kept])
}
