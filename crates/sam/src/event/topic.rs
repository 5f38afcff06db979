//! Subscriptions to a topic: of the function itself, or of a queue that the function takes from.

use crate::error::Outcome;
use crate::expect::Of;
use crate::intrinsic::{named_resource, reference};
use crate::node::{Map, Node, Text, map};
use crate::resource::Resource;
use crate::work::Work;

use super::queue::policy;
use super::{Event, Target, pull};

/// Messages that are taken from a queue at once, unless the template says otherwise.
const BATCH: i64 = 10;

/// A subscription, with a queue where that is asked for.
pub(super) fn plain(work: &Work<'_>, event: &Event, target: &Target, role: &mut Resource) -> Outcome<Vec<Resource>> {
    let topic = event.node("Topic");
    match event.node("SqsSubscription") {
        queue if !queue.truthy() => {
            let permission = event.permission("sns.amazonaws.com", target).with("SourceArn", &topic);
            Ok(vec![permission, subscription(event, target, "lambda", &target.arn)])
        }
        Node::Bool(_) => of_new_queue(work, event, target, role, &topic),
        queue => of_queue(work, event, target, role, &topic, &queue),
    }
}

fn subscription(event: &Event, target: &Target, protocol: &str, endpoint: &Node) -> Resource {
    let mut made = Resource::new(&event.id, "AWS::SNS::Subscription", &target.attributes)
        .with("Protocol", protocol)
        .with("Endpoint", endpoint)
        .with("TopicArn", event.node("Topic"));
    let copied = ["Region", "FilterPolicy", "FilterPolicyScope", "RedrivePolicy"];
    copied.iter().for_each(|name| made.set(name, event.node(name)));
    made
}

fn of_new_queue(
    work: &Work<'_>,
    event: &Event,
    target: &Target,
    role: &mut Resource,
    topic: &Node,
) -> Outcome<Vec<Resource>> {
    let id = format!("{}Queue", &*event.id);
    let mut queue = Resource::new(id, "AWS::SQS::Queue", &target.attributes);
    let is_fifo = is_fifo(work, topic)?;
    if is_fifo.truthy() {
        queue.set("FifoQueue", is_fifo);
    }
    let (arn, url) = (queue.attribute("Arn"), reference(&queue.id));
    let policy = policy(format!("{}QueuePolicy", &*event.id), &target.attributes, "*".into(), topic, &arn, &url);
    let mut resources = mapping(work, event, target, role, &arn, Node::Null)?;
    resources.extend([queue, policy, subscription(event, target, "sqs", &arn)]);
    Ok(resources)
}

fn of_queue(
    work: &Work<'_>,
    event: &Event,
    target: &Target,
    role: &mut Resource,
    topic: &Node,
    queue: &Node,
) -> Outcome<Vec<Resource>> {
    let queue = Of::Event(&event.name).map(queue, "SqsSubscription")?;
    let (arn, url) = (queue.node("QueueArn"), queue.node("QueueUrl"));
    if !arn.truthy() || !url.truthy() {
        return Err(event.refuse("No QueueARN or QueueURL provided."));
    }
    let id = queue.some("QueuePolicyLogicalId").and_then(Node::as_text).cloned();
    let id = id.unwrap_or_else(|| Text::from(format!("{}QueuePolicy", &*event.id)));
    let policy = policy(id, &target.attributes, "*".into(), topic, &arn, &url);
    let mut resources = mapping(work, event, target, role, &arn, queue.node("BatchSize"))?;
    resources.extend([policy, subscription(event, target, "sqs", &arn)]);
    Ok(resources)
}

/// The function takes from the queue.
fn mapping(
    work: &Work<'_>,
    event: &Event,
    target: &Target,
    role: &mut Resource,
    queue: &Node,
    batch: Node,
) -> Outcome<Vec<Resource>> {
    let batch = if batch.truthy() { batch } else { BATCH.into() };
    let taken = Event {
        name: event.name.clone(),
        id: format!("{}EventSourceMapping", &*event.id).into(),
        kind: "SQS".to_owned(),
        properties: map! { "Queue" => queue, "BatchSize" => batch, "Enabled" => true },
    };
    pull::plain(work, &taken, target, role)
}

/// Whether a topic of the template keeps the order of messages: then so does the queue.
fn is_fifo(work: &Work<'_>, topic: &Node) -> Outcome<Node> {
    let properties = named_resource(topic).and_then(|id| work.resource(id)).and_then(|topic| topic.map("Properties"));
    work.resolved(&properties.map_or(Node::Bool(false), |properties: &Map| properties.node("FifoTopic")))
}
