//! What calls a function: events of the template become permissions, subscriptions, rules and mappings.

pub(crate) mod authorization;
mod http;
mod iot;
mod pull;
mod queue;
mod rest;
pub(crate) mod rule;
mod schedule;
mod store;
mod topic;
mod user_pool;

use crate::error::{Outcome, Problem, event};
use crate::id;
use crate::node::{Map, Node, Text};
use crate::python::show;
use crate::resource::{Claim, Resource};
use crate::shape::{self, Property};
use crate::work::Work;

pub(crate) use pull::to_bucket;
pub(crate) use rest::{link, put_properties, take_properties};
pub(crate) use schedule::{Called, schedule};

/// What an event calls: a function or its alias, a state machine or its alias.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) id: Text,
    /// Attributes that what is made for the event gets.
    pub(crate) attributes: Map,
    /// What a function is called in permissions and mappings.
    pub(crate) name: Node,
    pub(crate) arn: Node,
}

impl Target {
    /// The target's condition, or null.
    pub(crate) fn condition(&self) -> Node {
        self.attributes.node("Condition")
    }
}

/// An event of a function or a state machine.
#[derive(Debug)]
pub(crate) struct Event {
    /// Its name in the template.
    pub(crate) name: Text,
    /// The id of what is made for it: the owner's, and its name.
    pub(crate) id: Text,
    pub(crate) kind: String,
    pub(crate) properties: Map,
}

/// Types of events of functions.
const FUNCTION_EVENTS: &[(&str, &[Property])] = &[
    ("AlexaSkill", shape::EVENT_ALEXA),
    ("Api", shape::EVENT_API),
    ("CloudWatchEvent", shape::EVENT_RULE),
    ("CloudWatchLogs", shape::EVENT_LOGS),
    ("Cognito", shape::EVENT_COGNITO),
    ("DocumentDB", shape::EVENT_CLUSTER),
    ("DynamoDB", shape::EVENT_STREAM),
    ("EventBridgeRule", shape::EVENT_RULE),
    ("HttpApi", shape::EVENT_HTTP_API),
    ("IoTRule", shape::EVENT_IOT),
    ("Kinesis", shape::EVENT_STREAM),
    ("MQ", shape::EVENT_BROKER),
    ("MSK", shape::EVENT_STREAM),
    ("S3", shape::EVENT_S3),
    ("SNS", shape::EVENT_SNS),
    ("SQS", shape::EVENT_QUEUE),
    ("Schedule", shape::EVENT_SCHEDULE),
    ("ScheduleV2", shape::EVENT_SCHEDULER),
    ("SelfManagedKafka", shape::EVENT_KAFKA),
];

impl Event {
    /// Reads an event. `kinds` are the types that there may be.
    pub(crate) fn read(owner: &Text, name: &Text, body: &Node, kinds: &[(&str, &[Property])]) -> Outcome<Self> {
        let Some(body) = body.as_map() else {
            let text = format!("'{}' object has no attribute 'get'", body.type_name());
            return Err(event(name, text));
        };
        let kind = body.node("Type");
        let known = kind.as_str().and_then(|kind| kinds.iter().find(|(known, _)| *known == kind));
        let Some((kind, shape)) = known else {
            let text = "Resource dict has missing or invalid value for key Type. Event Type is: ";
            return Err(event(name, format!("{text}{}.", show(&kind))));
        };
        // What is made for it is of the owner's hand.
        let id = owner.with(format!("{}{}", &**owner, &**name));
        let claim = Claim::read(&id, kind, shape, body, |_| Ok(()))?;
        Ok(Self { name: name.clone(), id, kind: (*kind).to_owned(), properties: claim.properties })
    }

    /// The value of a property, or null.
    pub(crate) fn node(&self, name: &str) -> Node {
        self.properties.node(name)
    }

    /// A refusal of this event.
    pub(crate) fn refuse(&self, text: impl Into<String>) -> Problem {
        event(&self.name, text)
    }

    /// Leave for a service to call the function.
    fn permission(&self, principal: &str, target: &Target) -> Resource {
        permission(&self.id, "", principal, target)
    }
}

/// Leave for a service to call a function. The id ends in `suffix`, or in its hash.
fn permission(prefix: &str, suffix: &str, principal: &str, target: &Target) -> Resource {
    let id = id::named(&format!("{prefix}Permission"), suffix);
    Resource::new(id, "AWS::Lambda::Permission", &target.attributes)
        .with("Action", "lambda:InvokeFunction")
        .with("FunctionName", &target.name)
        .with("Principal", principal)
}

/// Events of a function, checked; and whether what they refer to is in the template.
pub(crate) fn read_all(work: &Work<'_>, owner: &Text, events: &Node) -> Outcome<Vec<Event>> {
    let Some(events) = events.as_map() else { return Ok(Vec::new()) };
    let mut read = Vec::new();
    for (name, body) in events.iter() {
        let event = Event::read(owner, &name, body, FUNCTION_EVENTS)?;
        check_link(work, &event)?;
        read.push(event);
    }
    // By path, so that the routes of an API are added in one order whatever the template's.
    read.sort_by_key(sort_key);
    Ok(read)
}

fn sort_key(event: &Event) -> String {
    let path = event.properties.text("Path").map(|path| path.to_string());
    path.unwrap_or_else(|| event.name.to_string())
}

fn check_link(work: &Work<'_>, event: &Event) -> Outcome<()> {
    match event.kind.as_str() {
        "Api" => link(work, &event.name, &event.node("RestApiId")).map(|_| ()),
        "S3" => store::bucket(work, event).map(|_| ()),
        "Cognito" => user_pool::pool(work, event).map(|_| ()),
        _ => Ok(()),
    }
}

/// What an event becomes. A pull event gives the function's role what it needs.
pub(crate) fn plain(
    work: &mut Work<'_>,
    event: &Event,
    target: &Target,
    role: &mut Resource,
) -> Outcome<Vec<Resource>> {
    match event.kind.as_str() {
        "Api" => rest::plain(work, event, target),
        "HttpApi" => http::plain(work, event, target),
        "Schedule" => rule::of_schedule(event, target),
        "CloudWatchEvent" | "EventBridgeRule" => rule::of_pattern(event, target),
        "ScheduleV2" => schedule(event, target, Called::Function),
        "S3" => store::plain(work, event, target),
        "SNS" => topic::plain(work, event, target, role),
        "Cognito" => user_pool::plain(work, event, target),
        "AlexaSkill" => {
            let permission = event.permission("alexa-appkit.amazon.com", target);
            Ok(vec![permission.with("EventSourceToken", event.node("SkillId"))])
        }
        "IoTRule" => Ok(iot::plain(event, target, work.context.partition)),
        "CloudWatchLogs" => Ok(iot::logs(event, target, work.context.partition)),
        _ => pull::plain(work, event, target, role),
    }
}

/// The ARN of something in this region and account, as a text of `Fn::Sub`.
pub(crate) fn arn(partition: &str, service: &str, resource: &str) -> String {
    format!("arn:{partition}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{resource}")
}

/// The address under which API Gateway calls a function.
fn integration_uri(target: &Target, partition: &str, streams: bool) -> Node {
    let (version, path) =
        if streams { ("2021-11-15", "response-streaming-invocations") } else { ("2015-03-31", "invocations") };
    let function = crate::intrinsic::placeholder(&target.arn);
    let uri = format!("arn:{partition}:apigateway:${{AWS::Region}}:lambda:path/{version}/functions/{function}/{path}");
    let parts = target.arn.get("Fn::GetAtt").and_then(Node::as_list);
    let by_author = parts.and_then(|parts| parts.first()).and_then(Node::as_text).is_some_and(Text::is_written);
    let uri = if by_author { Text::written(uri) } else { uri.into() };
    crate::node::hashed! { "Fn::Sub" => uri }.into()
}
