//! What starts a state machine: rules, schedules, and paths of a REST API. Each starts it with a role of its own.

use crate::editor::{Definition, Integration};
use crate::error::{Outcome, unexpected};
use crate::event::authorization::{self, Route};
use crate::event::{Called, Event, Target, link, put_properties, rule, schedule, take_properties};
use crate::intrinsic::sub;
use crate::node::{Map, Node, list, map};
use crate::resource::{Resource, allow, policy, trust};
use crate::work::Work;

/// What an event becomes.
pub(super) fn plain(work: &mut Work<'_>, event: &Event, target: &Target, boundary: &Node) -> Outcome<Vec<Resource>> {
    match event.kind.as_str() {
        "Schedule" => of_schedule(event, target, boundary),
        "ScheduleV2" => schedule(event, target, Called::Machine),
        "Api" => of_api(work, event, target, boundary),
        _ => of_pattern(event, target, boundary),
    }
}

/// The role with which a service starts the machine.
fn role(event: &Event, target: &Target, boundary: &Node, service: &str) -> Resource {
    let id = format!("{}Role", &*event.id);
    let policy = policy(format!("{id}StartExecutionPolicy"), vec![allow("states:StartExecution", &target.arn)]);
    let mut role = Resource::new(id, "AWS::IAM::Role", &target.attributes)
        .with("AssumeRolePolicyDocument", trust(service))
        .with("Policies", list![policy]);
    if boundary.truthy() {
        role.set("PermissionsBoundary", boundary);
    }
    role
}

fn of_schedule(event: &Event, target: &Target, boundary: &Node) -> Outcome<Vec<Resource>> {
    let mut made = rule::scheduled(event, target)?;
    let mut resources = Vec::new();
    let role = match event.properties.get("RoleArn") {
        Some(role) => role.clone(),
        None => {
            let role = role(event, target, boundary, "events.amazonaws.com");
            let arn = role.attribute("Arn");
            resources.push(role);
            arn
        }
    };
    let (letters, queues) = rule::dead_letters(event, target)?;
    made.set("Targets", list![rule_target(event, target, role, &letters, event.properties.map("Target"))]);
    resources.extend(queues);
    resources.insert(0, made);
    Ok(resources)
}

fn of_pattern(event: &Event, target: &Target, boundary: &Node) -> Outcome<Vec<Resource>> {
    let mut made = rule::matching(event, target).with("State", event.properties.some("State"));
    let role = role(event, target, boundary, "events.amazonaws.com");
    let (letters, queues) = rule::dead_letters(event, target)?;
    let own = event.properties.map("Target");
    made.set("Targets", list![rule_target(event, target, role.attribute("Arn"), &letters, own)]);
    let mut resources = vec![made, role];
    resources.extend(queues);
    Ok(resources)
}

fn rule_target(event: &Event, target: &Target, role: Node, letters: &Node, own: Option<&Map>) -> Map {
    let own = own.and_then(|own| own.get("Id")).cloned();
    let id = own.unwrap_or_else(|| rule::target_id(&event.id, "StepFunctionsTarget").into());
    let mut made = map! { "Arn" => &target.arn, "Id" => id, "RoleArn" => role };
    rule::add_options(event, &mut made, letters);
    made
}

fn of_api(work: &mut Work<'_>, event: &Event, target: &Target, boundary: &Node) -> Outcome<Vec<Resource>> {
    let link = link(work, &event.name, &event.node("RestApiId"))?;
    let role = role(event, target, boundary, "apigateway.amazonaws.com");
    let mut api = take_properties(work, &link.api)?;
    let method = event.properties.text("Method").map(|method| method.with(method.to_lowercase()));
    let route = Route {
        event: event.name.clone(),
        api: link.api.clone(),
        path: event.properties.text("Path").cloned().ok_or_else(unexpected)?,
        method: method.ok_or_else(unexpected)?,
        stage: event.node("Stage"),
    };
    let done = if api.truthy("__MANAGE_SWAGGER") && api.get("DefinitionBody").is_some() {
        add_integration(work, event, target, &role, &route, &mut api)
    } else {
        Ok(())
    };
    put_properties(work, &link.api, api);
    done.map(|()| vec![role])
}

fn add_integration(
    work: &Work<'_>,
    event: &Event,
    target: &Target,
    role: &Resource,
    route: &Route,
    api: &mut Map,
) -> Outcome<()> {
    let mut definition = Definition::open(&api.node("DefinitionBody"), false)?;
    let (path, method) = (&route.path, &route.method);
    if definition.has_integration(path, method)? {
        let text = format!("API method \"{}\" defined multiple times for path \"{}\".", &**method, &**path);
        return Err(event.refuse(text));
    }
    let integration = Integration {
        uri: sub("arn:${AWS::Partition}:apigateway:${AWS::Region}:states:action/StartExecution"),
        credentials: role.attribute("Arn"),
        condition: target.condition(),
        streams: false,
        templates: Some(templates(&target.id, event.properties.truthy("UnescapeMappingTemplate"))),
    };
    definition.integrate(path, method, &integration)?;
    if let Some(auth) = event.properties.some("Auth") {
        authorization::add(work, auth, api, route, &mut definition)?;
    }
    api.set("DefinitionBody", definition.close());
    Ok(())
}

/// How a request becomes an execution's input.
fn templates(machine: &str, unescapes: bool) -> Map {
    let quotes = if unescapes { r#".replaceAll("\\'","'")"# } else { "" };
    let template = if unescapes {
        format!(
            "{{\"input\": \"$util.escapeJavaScript($input.json('$')){quotes}\", \"stateMachineArn\": \"${{{machine}}}\"}}"
        )
    } else {
        format!("{{\"input\": \"$util.escapeJavaScript($input.json('$'))\", \"stateMachineArn\": \"${{{machine}}}\"}}")
    };
    map! { "application/json" => sub(template) }
}
