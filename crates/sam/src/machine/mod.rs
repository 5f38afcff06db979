//! State machines: their definition, their role, their version and alias, and what starts them.

mod definition;
mod start;

use crate::error::{Outcome, resource};
use crate::event::{Event, Target, link};
use crate::node::{Map, Node, map};
use crate::resource::{Claim, Resource, propagate, tag_list, trust};
use crate::role::Role;
use crate::shape::{self, Property};
use crate::work::{Work, as_list};

/// Types of events of state machines.
const EVENTS: &[(&str, &[Property])] = &[
    ("Api", shape::MACHINE_API),
    ("CloudWatchEvent", shape::MACHINE_RULE),
    ("EventBridgeRule", shape::MACHINE_RULE),
    ("Schedule", shape::MACHINE_SCHEDULE),
    ("ScheduleV2", shape::EVENT_SCHEDULER),
];

/// What a state machine becomes.
pub(crate) fn plain(work: &mut Work<'_>, claim: Claim) -> Outcome<Vec<Resource>> {
    let events = read_events(work, &claim).map_err(|problem| problem.of_resource(&claim.id))?;
    let mut machine = claim.main("AWS::StepFunctions::StateMachine");
    definition::add(&claim, &mut machine)?;
    let mut resources = Vec::new();
    let role = role(work, &claim, &mut machine)?;
    resources.extend(role);
    for (name, property) in [
        ("StateMachineName", "Name"),
        ("StateMachineType", "Type"),
        ("LoggingConfiguration", "Logging"),
        ("TracingConfiguration", "Tracing"),
    ] {
        machine.set(name, claim.node(property));
    }
    machine.set("Tags", tags(&claim));
    let alias = publish(&claim, &machine, &mut resources)?;
    let called = alias.as_ref().filter(|_| claim.properties.truthy("UseAliasAsEventTarget")).unwrap_or(&machine);
    let target = Target {
        id: called.id.clone(),
        attributes: claim.passed_on(),
        name: called.reference(),
        arn: called.reference(),
    };
    let boundary = claim.node("PermissionsBoundary");
    for event in &events {
        resources.extend(start::plain(work, event, &target, &boundary)?);
    }
    resources.insert(0, machine);
    propagate(&mut resources, claim.properties.map("Tags"), claim.properties.truthy("PropagateTags"));
    Ok(resources)
}

fn read_events(work: &Work<'_>, claim: &Claim) -> Outcome<Vec<Event>> {
    let mut read = Vec::new();
    for (name, body) in claim.properties.map("Events").into_iter().flat_map(Map::iter) {
        let event = Event::read(&claim.id, &name, body, EVENTS)?;
        if event.kind == "Api" {
            link(work, &event.name, &event.node("RestApiId"))?;
        }
        read.push(event);
    }
    Ok(read)
}

fn tags(claim: &Claim) -> Vec<Node> {
    let mut tags = tag_list(&map! { "stateMachine:createdBy" => "SAM" });
    tags.extend(claim.properties.map("Tags").into_iter().flat_map(tag_list));
    tags
}

/// Gives the machine its role: the one named, or the one that is made.
fn role(work: &Work<'_>, claim: &Claim, machine: &mut Resource) -> Outcome<Option<Resource>> {
    if let Some(role) = claim.properties.some("Role") {
        if claim.properties.truthy("Policies") {
            let text = "Specify either 'Role' or 'Policies' (but not both at the same time) or neither of them";
            return Err(resource(&claim.id, text));
        }
        machine.set("RoleArn", role);
        return Ok(None);
    }
    let mut policies = as_list(&claim.node("Policies"));
    let tracing = claim.properties.get("Tracing").and_then(|tracing| tracing.get("Enabled"));
    if tracing.is_some_and(|enabled| enabled.is_bool(true)) {
        policies.push(work.tracing_policy().into());
    }
    let role = Role {
        attributes: claim.passed_on(),
        trust: trust("states.amazonaws.com"),
        policies: policies.into(),
        path: claim.node("RolePath"),
        boundary: claim.node("PermissionsBoundary"),
        tags: tags(claim),
        ..Role::default()
    };
    let role = role.make(work, &claim.id)?;
    machine.set("RoleArn", role.attribute("Arn"));
    Ok(Some(role))
}

/// A version and an alias, where one is asked for. Gives the alias.
fn publish(claim: &Claim, machine: &Resource, resources: &mut Vec<Resource>) -> Outcome<Option<Resource>> {
    let refuse =
        |what: &str| resource(&claim.id, format!("'{what}' requires 'AutoPublishAlias' property to be specified."));
    let Some(name) = claim.properties.some("AutoPublishAlias") else {
        return match ["UseAliasAsEventTarget", "DeploymentPreference"].iter().find(|name| claim.properties.truthy(name))
        {
            Some(name) => Err(refuse(name)),
            None => Ok(None),
        };
    };
    let mut attributes = claim.passed_on();
    for name in ["DeletionPolicy", "UpdateReplacePolicy"] {
        if !attributes.has(name) {
            attributes.set(name, "Retain");
        }
    }
    let version =
        Resource::new(format!("{}Version", &*claim.id), "AWS::StepFunctions::StateMachineVersion", &attributes)
            .with("StateMachineArn", machine.reference())
            .with("StateMachineRevisionId", machine.attribute("StateMachineRevisionId"));
    let preference = claim.properties.some("DeploymentPreference").and_then(Node::as_map).cloned();
    let mut preference = preference.unwrap_or_else(|| map! { "Type" => "ALL_AT_ONCE" });
    preference.set("StateMachineVersionArn", version.reference());
    let id = format!("{}Alias{}", &*claim.id, crate::python::show(name));
    let alias = Resource::new(id, "AWS::StepFunctions::StateMachineAlias", &claim.passed_on())
        .with("Name", name)
        .with("DeploymentPreference", preference);
    resources.extend([version, alias.clone()]);
    Ok(Some(alias))
}
