//! Queues that are made for events: of letters that could not be delivered, and between a topic and a function.

use crate::error::{Outcome, event};
use crate::intrinsic::{attribute, reference};
use crate::node::{Map, Node, Text, list, map};
use crate::resource::Resource;

/// A policy that lets a service, or anyone, send what comes from a source to a queue.
pub(super) fn policy(
    id: impl Into<Text>,
    attributes: &Map,
    principal: Node,
    source: &Node,
    arn: &Node,
    url: &Node,
) -> Resource {
    let statement = map! {
        "Action" => "sqs:SendMessage",
        "Effect" => "Allow",
        "Principal" => principal,
        "Resource" => arn,
        "Condition" => map! { "ArnEquals" => map! { "aws:SourceArn" => source } },
    };
    Resource::new(id, "AWS::SQS::QueuePolicy", attributes)
        .with("PolicyDocument", map! { "Version" => "2012-10-17", "Statement" => list![statement] })
        .with("Queues", list![url])
}

/// The ARN of the queue of dead letters that an event names; or the queue that is made for it.
pub(super) fn dead_letters(id: &Text, config: &Map, attributes: &Map) -> Outcome<(Node, Option<Resource>)> {
    let (has_arn, has_type) = (config.has("Arn"), config.has("Type"));
    let refuse = |text: &str| Err(event(id, text));
    if has_arn && has_type {
        return refuse("You can either define 'Arn' or 'Type' property of DeadLetterConfig.");
    }
    if has_type && !config.get("Type").is_some_and(|kind| kind.is("SQS")) {
        return refuse("The only valid value for 'Type' property of DeadLetterConfig is 'SQS'.");
    }
    if !has_arn && !has_type {
        return refuse("No 'Arn' or 'Type' property provided for DeadLetterConfig.");
    }
    if let Some(arn) = config.get("Arn") {
        return Ok((arn.clone(), None));
    }
    let name = match config.get("QueueLogicalId") {
        None => Text::default(),
        Some(Node::Text(name)) => name.clone(),
        Some(_) => return refuse("QueueLogicalId must be a string"),
    };
    let name = if name.is_empty() { format!("{}Queue", &**id).into() } else { name };
    let queue = Resource::new(name, "AWS::SQS::Queue", attributes);
    Ok((queue.attribute("Arn"), Some(queue)))
}

/// The same for a rule, which needs leave to send to the queue that is made.
pub(super) fn dead_letters_of_rule(id: &Text, config: &Map, attributes: &Map) -> Outcome<(Node, Vec<Resource>)> {
    let (arn, queue) = dead_letters(id, config, attributes)?;
    let Some(queue) = queue else { return Ok((arn, Vec::new())) };
    let service: Node = map! { "Service" => "events.amazonaws.com" }.into();
    let (source, url) = (attribute(id, "Arn"), reference(&queue.id));
    let policy = policy(format!("{}QueuePolicy", &**id), attributes, service, &source, &arn, &url);
    Ok((arn, vec![queue, policy]))
}
