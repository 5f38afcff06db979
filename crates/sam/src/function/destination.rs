//! Where what a function answers goes, when nobody waits for it; queues and topics for it are made where none is named.

use crate::error::{Outcome, resource};
use crate::event::to_bucket;
use crate::expect::Of;
use crate::id;
use crate::intrinsic::{branches, choose, is_if, is_no_value, not};
use crate::node::{Map, Node, list, map};
use crate::python::{names, show};
use crate::resource::{Claim, Resource, allow, policy};
use crate::work::Work;

use super::version::Alias;

const KINDS: [&str; 5] = ["SQS", "SNS", "EventBridge", "Lambda", "S3Bucket"];
/// Kinds that are made where none is named.
const MADE: [&str; 2] = ["SQS", "SNS"];
/// Characters that a condition's name may have.
const LONGEST_NAME: usize = 255;

/// Adds what is done with answers. Gives the policies that the role needs.
pub(super) fn add(
    work: &mut Work<'_>,
    claim: &mut Claim,
    alias: Option<&Alias>,
    all: &mut Vec<Resource>,
) -> Outcome<Vec<Node>> {
    let Some(config) = claim.properties.some("EventInvokeConfig") else { return Ok(Vec::new()) };
    let config = work.resolved(config)?.as_map().cloned().unwrap_or_default();
    let id = format!("{}EventInvokeConfig", &*claim.id);
    let mut made = Resource::new(id.as_str(), "AWS::Lambda::EventInvokeConfig", &claim.attributes);
    if let Some(alias) = alias {
        made.depends_on = list![&alias.resource.id];
    }
    let (mut destinations, mut policies) = (Map::default(), Vec::new());
    if let Some(input) = config.some("DestinationConfig") {
        let input = Of::Resource(&claim.id).map(input, "EventInvokeConfig.DestinationConfig")?;
        for outcome in ["OnSuccess", "OnFailure"] {
            let Some(one) = input.get(outcome) else { continue };
            let path = format!("EventInvokeConfig.DestinationConfig.{outcome}");
            let one = Of::Resource(&claim.id).map(one, &path)?;
            let found = destination(work, claim, one, &format!("{id}{outcome}"), &id)?;
            destinations.set(outcome, map! { "Destination" => found.arn });
            all.extend(found.made);
            policies.extend(found.policy);
        }
    }
    made.set("FunctionName", crate::intrinsic::reference(&claim.id));
    made.set("Qualifier", alias.map_or_else(|| "$LATEST".into(), |alias| alias.name.clone()));
    made.set("DestinationConfig", destinations);
    for name in ["MaximumEventAgeInSeconds", "MaximumRetryAttempts"] {
        made.set(name, config.node(name));
    }
    all.push(made);
    Ok(policies)
}

/// A destination, with what is made for it.
struct Destination {
    arn: Node,
    made: Option<Resource>,
    policy: Option<Node>,
}

fn destination(work: &mut Work<'_>, claim: &Claim, config: &Map, id: &str, base: &str) -> Outcome<Destination> {
    let kind = config.node("Type");
    let Some(kind) = kind.as_str().filter(|kind| KINDS.contains(kind)) else {
        let text = format!("'Type: {}' must be one of {}", show(&kind), names(&KINDS));
        return Err(resource(&claim.id, text));
    };
    let named = config.node("Destination");
    let chosen = chosen(work, base, &named)?;
    if !named.is_null() && chosen.is_none() {
        let policy = leave(kind, id, &named);
        return Ok(Destination { arn: named, made: None, policy: Some(policy) });
    }
    if !MADE.contains(&kind) {
        let text = format!("Destination is required if Type is not {}", names(&MADE));
        return Err(resource(&claim.id, text));
    }
    let (suffix, made_kind) = if kind == "SQS" { ("Queue", "AWS::SQS::Queue") } else { ("Topic", "AWS::SNS::Topic") };
    let mut made = Resource::new(format!("{id}{suffix}"), made_kind, &claim.passed_on());
    let own = if kind == "SQS" { made.attribute("Arn") } else { made.reference() };
    let arn = match &chosen {
        Some((condition, other)) => {
            let both = both(work, claim, condition);
            made.attributes.set("Condition", both);
            choose(condition, own, other)
        }
        None => own,
    };
    let policy = leave(kind, id, &arn);
    Ok(Destination { arn, made: Some(made), policy: Some(policy) })
}

/// Of a destination that is named on a condition: the condition on which one is made, and the one that is named.
fn chosen(work: &mut Work<'_>, id: &str, named: &Node) -> Outcome<Option<(Node, Node)>> {
    if !is_if(named) {
        return Ok(None);
    }
    let malformed = |text: &str| resource(id, format!("Malformed 'Destination' property: {text}."));
    let [condition, then, other] = branches(named).map_err(malformed)?;
    match (is_no_value(then), is_no_value(other)) {
        (true, false) => Ok(Some((condition.clone(), other.clone()))),
        (false, true) => {
            let name = condition_name(&format!("NOT{}", show(condition)), id);
            work.add_condition(&name, not(condition));
            Ok(Some((name.into(), then.clone())))
        }
        _ => Ok(None),
    }
}

/// The function's condition and that of the destination, as one.
fn both(work: &mut Work<'_>, claim: &Claim, condition: &Node) -> Node {
    let Some(own) = claim.attributes.get("Condition") else { return condition.clone() };
    let name = condition_name(&format!("{}AND{}", show(own), show(condition)), &claim.id);
    let each = [own, condition].map(|condition| Node::from(map! { "Condition" => map! { "Condition" => condition } }));
    work.add_condition(&name, map! { "Fn::And" => each.to_vec() }.into());
    name.into()
}

fn condition_name(name: &str, of: &str) -> String {
    let mut name = id::of(name, &of.into());
    name.truncate(LONGEST_NAME);
    name
}

/// The policy that sending to a destination needs.
fn leave(kind: &str, id: &str, arn: &Node) -> Node {
    let one = |name: &str, action: &str| policy(format!("{id}{name}"), vec![allow(action, arn)]);
    match kind {
        "SQS" => one("SQSPolicy", "sqs:SendMessage"),
        "SNS" => one("SNSPolicy", "sns:publish"),
        "EventBridge" => one("EventBridgePolicy", "events:PutEvents"),
        "Lambda" => one("LambdaPolicy", "lambda:InvokeFunction"),
        _ => to_bucket(id, arn),
    }
}
