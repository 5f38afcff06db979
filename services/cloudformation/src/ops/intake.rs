//! What callers hand in for a stack (template, parameters, tags, …), read and checked together.

use std::collections::BTreeMap;

use api_cloudformation::{Capability, Parameter, RollbackConfiguration, Tag};
use names::Tags;
use serde_json::Value;
use service_kit::{Ctx, Error};

use super::transforms;
use crate::engine::document::{self, Document};
use crate::engine::evaluate::{self, Pseudo};
use crate::engine::parameters::{self, Given};
use crate::engine::refusal::Refusal;
use crate::error::{capabilities, invalid};
use crate::store::{Deployment, Json};
use crate::{calls, limits};

/// All that is handed in.
#[derive(Default)]
pub(super) struct Handed {
    pub body: Option<String>,
    pub url: Option<String>,
    pub use_previous: bool,
    pub parameters: Vec<Parameter>,
    pub capabilities: Vec<Capability>,
    pub resource_types: Option<Vec<String>>,
    pub role: Option<String>,
    pub tags: Option<Vec<Tag>>,
    pub notifications: Option<Vec<String>>,
    pub rollback: Option<RollbackConfiguration>,
    /// Whether a change set is made of it: those show what transforms do, and need no leave for it.
    pub for_change_set: bool,
}

/// What becomes of it.
pub(super) struct Taken {
    /// What shall be deployed.
    pub deployment: Deployment,
    /// Its template; none when a transform failed.
    pub document: Option<Document>,
    /// Why a transform failed.
    pub broken: Option<String>,
}

/// The text of a template, from wherever it comes.
pub(super) async fn text(ctx: &Ctx, body: Option<String>, url: Option<&str>) -> Result<Option<String>, Error> {
    match (body, url) {
        (Some(_), Some(_)) => Err(invalid("Template URL and Template Body cannot both be specified.")),
        (Some(body), None) => Ok(Some(body)),
        (None, Some(url)) => calls::template(ctx, url).await.map(Some),
        (None, None) => Ok(None),
    }
}

/// A template as a value.
pub(super) fn parsed(text: &str) -> Result<Value, Error> {
    template::parse(text).map_err(|malformed| invalid(malformed.to_string()))
}

/// A checked template: only types that are here.
pub(super) fn checked(ctx: &Ctx, template: &Value) -> Result<Document, Refusal> {
    Document::read(template, &|kind| ctx.cloud().resource_types().any(|here| here.name() == kind))
}

/// Reads and checks all of it. `stack` names the stack that it is for.
pub(super) async fn take(
    ctx: &Ctx,
    handed: Handed,
    present: Option<&Deployment>,
    stack: (&str, &str),
) -> Result<Taken, Error> {
    let text = match text(ctx, handed.body, handed.url.as_deref()).await? {
        Some(text) => text,
        None if handed.use_previous => present.map(|present| present.template.clone()).unwrap_or_default(),
        None => return Err(invalid("Either Template URL or Template Body must be specified.")),
    };
    let raw = parsed(&text)?;
    let listed = document::transforms(&raw)?;
    let acknowledged: Vec<_> = handed.capabilities.iter().map(|capability| capability.as_str().to_owned()).collect();
    let has = |name: &str| acknowledged.iter().any(|one| one == name);
    let expands = transforms::expands(&raw, &listed);
    if expands && !handed.for_change_set && !has("CAPABILITY_AUTO_EXPAND") {
        return Err(capabilities(&["CAPABILITY_AUTO_EXPAND"]));
    }
    let given: Vec<_> = handed.parameters.iter().map(given).collect();
    let declared = transforms::declarations(&raw)?;
    let previous = present.map(|present| &present.parameters);
    let values = parameters::resolve(&declared, &given, previous)?;
    unstored(&declared, &values)?;
    let mut deployment = Deployment {
        template: text,
        processed: Json(raw.as_object().cloned().unwrap_or_default()),
        transformed: expands,
        parameters: values,
        tags: tags(handed.tags, present)?,
        capabilities: acknowledged.clone(),
        role: handed.role.or_else(|| present.and_then(|present| present.role.clone())),
        notifications: handed
            .notifications
            .or_else(|| present.map(|one| one.notifications.clone()))
            .unwrap_or_default(),
        triggers: Vec::new(),
        monitoring: None,
    };
    if let Some(rollback) = handed.rollback {
        deployment.monitoring = rollback.monitoring_time_in_minutes;
        deployment.triggers = triggers(rollback)?;
    }
    let pseudo = pseudo(ctx, stack, &deployment);
    let processed = match transforms::apply(ctx, raw, &listed, &deployment.parameters, &pseudo).await? {
        Ok(processed) => processed,
        Err(reason) => return Ok(Taken { deployment, document: None, broken: Some(reason) }),
    };
    deployment.processed = Json(processed.as_object().cloned().unwrap_or_default());
    let document = checked(ctx, &processed)?;
    // Transforms may declare parameters of their own.
    deployment.parameters = parameters::resolve(&document.parameters, &kept(&given, &document), previous)?;
    let missing = missing(&document, &acknowledged);
    if !missing.is_empty() {
        return Err(capabilities(&missing));
    }
    allowed(&document, handed.resource_types.as_deref())?;
    evaluate::conditions(&document, &deployment.parameters, &pseudo)?;
    Ok(Taken { deployment, document: Some(document), broken: None })
}

/// AWS's own parameters for a stack that may not be there yet.
pub(super) fn pseudo(ctx: &Ctx, (name, arn): (&str, &str), deployment: &Deployment) -> Pseudo {
    let place = crate::store::Place { account: ctx.account(), region: ctx.region.clone() };
    let stack = crate::store::StackRecord { name: name.to_owned(), arn: arn.to_owned(), ..Default::default() };
    crate::run::view::pseudo(&place, &stack, deployment)
}

fn given(parameter: &Parameter) -> Given {
    Given {
        name: parameter.parameter_key.clone().unwrap_or_default(),
        value: parameter.parameter_value.clone(),
        previous: parameter.use_previous_value.unwrap_or(false),
    }
}

fn kept(given: &[Given], document: &Document) -> Vec<Given> {
    let there = |one: &&Given| document.parameters.iter().any(|declared| declared.name == one.name);
    given.iter().filter(there).cloned().collect()
}

/// Parameters whose values lie in Systems Manager, which is not here: none of them is found.
fn unstored(declared: &[parameters::Declaration], values: &BTreeMap<String, String>) -> Result<(), Error> {
    let names: Vec<_> = declared
        .iter()
        .filter(|one| one.is_stored())
        .filter_map(|one| values.get(&one.name))
        .map(String::as_str)
        .collect();
    if names.is_empty() {
        return Ok(());
    }
    Err(invalid(format!("Unable to fetch parameters [{}] from parameter store for this account.", names.join(","))))
}

fn tags(tags: Option<Vec<Tag>>, present: Option<&Deployment>) -> Result<Tags, Error> {
    let Some(tags) = tags else { return Ok(present.map(|present| present.tags.clone()).unwrap_or_default()) };
    if tags.len() > limits::TAGS {
        return Err(invalid(format!("Tag count exceeds the limit of {}", limits::TAGS)));
    }
    let mut all = Tags::new();
    for tag in tags {
        if tag.key.to_ascii_lowercase().starts_with("aws:") {
            return Err(invalid("Tag keys starting with 'aws:' are reserved for system use"));
        }
        all.insert(tag.key, tag.value);
    }
    Ok(all)
}

fn triggers(rollback: RollbackConfiguration) -> Result<Vec<(String, String)>, Error> {
    let checked = |trigger: api_cloudformation::RollbackTrigger| {
        if !["AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"].contains(&trigger.r#type.as_str()) {
            return Err(invalid("Rollback Trigger Type not supported"));
        }
        if !trigger.arn.contains(":alarm:") {
            return Err(invalid("RelativeId of a Rollback Trigger's ARN is incorrect"));
        }
        Ok((trigger.arn, trigger.r#type))
    };
    rollback.rollback_triggers.unwrap_or_default().into_iter().map(checked).collect()
}

/// Types of IAM that a stack may only have where its caller said so, and the property that names them.
const IAM: [(&str, &str); 8] = [
    ("AWS::IAM::AccessKey", ""),
    ("AWS::IAM::Group", "GroupName"),
    ("AWS::IAM::InstanceProfile", "InstanceProfileName"),
    ("AWS::IAM::ManagedPolicy", "ManagedPolicyName"),
    ("AWS::IAM::Policy", ""),
    ("AWS::IAM::Role", "RoleName"),
    ("AWS::IAM::User", "UserName"),
    ("AWS::IAM::UserToGroupAddition", ""),
];

/// The capabilities that a template needs.
pub(super) fn needed(document: &Document) -> (Vec<&'static str>, Vec<&str>) {
    let kinds: Vec<_> = document
        .resources
        .iter()
        .filter_map(|resource| {
            let (kind, name) = IAM.iter().find(|(kind, _)| *kind == resource.kind)?;
            Some((*kind, !name.is_empty() && resource.properties.contains_key(*name)))
        })
        .collect();
    let named = kinds.iter().any(|(_, named)| *named);
    let capability = if named { "CAPABILITY_NAMED_IAM" } else { "CAPABILITY_IAM" };
    let mut names: Vec<_> = kinds.iter().map(|(kind, _)| *kind).collect();
    names.sort_unstable();
    names.dedup();
    ((!kinds.is_empty()).then_some(capability).into_iter().collect(), names)
}

fn missing(document: &Document, acknowledged: &[String]) -> Vec<&'static str> {
    let has = |name: &str| acknowledged.iter().any(|one| one == name);
    let suffices = |name: &&str| has(name) || (*name == "CAPABILITY_IAM" && has("CAPABILITY_NAMED_IAM"));
    needed(document).0.into_iter().filter(|name| !suffices(name)).collect()
}

/// Refuses types that `ResourceTypes` does not name.
fn allowed(document: &Document, types: Option<&[String]>) -> Result<(), Error> {
    let Some(types) = types.filter(|types| !types.is_empty()) else { return Ok(()) };
    let fits = |pattern: &str, kind: &str| match pattern.strip_suffix('*') {
        Some(start) => start.ends_with("::") && kind.starts_with(start),
        None => pattern == kind,
    };
    match document.resources.iter().find(|resource| !types.iter().any(|one| fits(one, &resource.kind))) {
        None => Ok(()),
        Some(other) => Err(invalid(format!(
            "Resource type {} is not allowed by parameter ResourceTypes [{}]",
            other.kind,
            types.join(", ")
        ))),
    }
}
