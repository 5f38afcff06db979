//! What deploying a change set would change, resource by resource.

use std::collections::{BTreeMap, BTreeSet};

use api_cloudformation as api;
use serde_json::{Map, Value, json};
use service_kit::properties::text_of;
use service_kit::{Ctx, Error};

use super::{intake, shown};
use crate::engine::difference::{self, Causes, Detail, Side};
use crate::engine::document::{Declared, Document};
use crate::engine::evaluate::{self, Scope};
use crate::engine::graph;
use crate::run::Stacks;
use crate::run::journal::scope;
use crate::run::view::{self, View};
use crate::store::{ChangeRecord, Deployment, DetailRecord, RESOURCES, ResourceRecord, StackRecord, Stage, of};

/// All changes, by the ids of resources.
pub(super) async fn changes(
    ctx: &Ctx,
    stack: &StackRecord,
    wanted: &Deployment,
    document: &Document,
) -> Result<Vec<ChangeRecord>, Error> {
    let reader = ctx.store().read().await?;
    let rows = RESOURCES.all(&ctx.state::<Stacks>().vault, &reader, &scope(ctx), &of(&stack.id)).await?;
    let there: BTreeMap<_, _> = rows
        .into_iter()
        .filter(|(_, resource)| resource.stage != Stage::Gone)
        .map(|((_, name), resource)| (name, resource))
        .collect();
    let exports = view::exports(&reader, &scope(ctx)).await?;
    let pseudo = intake::pseudo(ctx, (&stack.name, &stack.arn), wanted);
    let conditions = evaluate::conditions(document, &wanted.parameters, &pseudo)?;
    let before = stack.deployment.as_ref();
    let old = before.and_then(shown::document);
    let no_values = BTreeMap::new();
    let had = before.map_or(&no_values, |before| &before.parameters);
    let parameters: BTreeSet<_> = wanted
        .parameters
        .iter()
        .filter(|(name, value)| had.get(*name) != Some(*value))
        .map(|(name, _)| name.clone())
        .collect();
    let is_there =
        |resource: &&Declared| resource.condition.as_ref().is_none_or(|name| conditions.get(name) == Some(&true));
    let mut open: Vec<&Declared> = document.resources.iter().filter(is_there).collect();
    let (mut found, mut done) = (BTreeMap::new(), BTreeSet::new());
    let mut changed: BTreeMap<String, bool> = BTreeMap::new();
    let mut view = View { resources: there.clone(), exports, later: true };
    // In the order in which they build on each other: what changes is known of those before.
    while !open.is_empty() {
        let ready = |one: &&Declared| {
            let on = graph::dependencies(one, &document.resources);
            on.iter().all(|name| done.contains(name) || !open.iter().any(|other| other.name == *name))
        };
        let at = open.iter().position(&ready).unwrap_or(0);
        let resource = open.remove(at);
        done.insert(resource.name.clone());
        let present = there.get(&resource.name);
        if present.is_some() {
            for (name, _) in changed.iter().filter(|(_, anew)| !**anew) {
                if let Some(record) = view.resources.get_mut(name) {
                    record.attributes.0.values_mut().for_each(|value| *value = evaluate::LATER.into());
                }
            }
        }
        let scope = Scope {
            document,
            parameters: &wanted.parameters,
            pseudo: &pseudo,
            conditions: conditions.clone(),
            known: &view,
        };
        let plain = scope.value(&Value::Object(resource.properties.clone()))?;
        let plain = plain.and_then(|plain| plain.as_object().cloned()).unwrap_or_default();
        let change = match present {
            None => Some(added(resource, &plain)),
            Some(present) => {
                let causes = Causes { document, parameters: &parameters, changed: &|name| changed.get(name).copied() };
                let was = old.as_ref().and_then(|old| old.resource(&resource.name));
                modified(ctx, present, was, resource, &plain, &causes)
            }
        };
        if let Some(change) = change {
            let anew = change.replacement.as_deref() == Some("True");
            changed.insert(resource.name.clone(), anew);
            if anew {
                view.resources.remove(&resource.name);
            }
            found.insert(resource.name.clone(), change);
        }
    }
    for (name, resource) in &there {
        if !done.contains(name) {
            found.insert(name.clone(), removed(resource));
        }
    }
    Ok(found.into_values().collect())
}

fn context(properties: &Map<String, Value>) -> Option<String> {
    Some(json!({"Properties": texts(&Value::Object(properties.clone()))}).to_string())
}

/// Contexts show all scalars as texts.
fn texts(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(texts).collect(),
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), texts(value))).collect(),
        other => text_of(other).into(),
    }
}

fn added(resource: &Declared, plain: &Map<String, Value>) -> ChangeRecord {
    ChangeRecord {
        action: "Add".to_owned(),
        name: resource.name.clone(),
        kind: resource.kind.clone(),
        replacement: Some("True".to_owned()),
        after: context(plain),
        ..ChangeRecord::default()
    }
}

fn removed(resource: &ResourceRecord) -> ChangeRecord {
    let retained = matches!(resource.deletion_policy.as_deref(), Some("Retain" | "RetainExceptOnCreate"));
    ChangeRecord {
        action: "Remove".to_owned(),
        name: resource.name.clone(),
        kind: resource.kind.clone(),
        physical: resource.physical.clone(),
        policy: Some(if retained { "Retain" } else { "Delete" }.to_owned()),
        before: context(&resource.shown.0),
        ..ChangeRecord::default()
    }
}

fn modified(
    ctx: &Ctx,
    present: &ResourceRecord,
    was: Option<&Declared>,
    resource: &Declared,
    plain: &Map<String, Value>,
    causes: &Causes<'_>,
) -> Option<ChangeRecord> {
    let kind = ctx.cloud().resource_types().find(|kind| kind.name() == resource.kind)?.clone();
    let empty = Map::new();
    let before = Side { written: was.map_or(&empty, |was| &was.properties), plain: &present.properties.0 };
    let after = Side { written: &resource.properties, plain };
    let details = difference::properties(&before, &after, kind.create_only(), causes);
    let other_kind = present.kind != resource.kind;
    if details.is_empty() && !other_kind {
        return None;
    }
    let replacement = if other_kind { "True" } else { difference::replacement(&details) };
    let mut parts: Vec<_> = details.iter().map(|detail| detail.attribute.to_owned()).collect();
    parts.sort_unstable();
    parts.dedup();
    let policy = match resource.replace_policy.as_deref() {
        Some("Retain") => "ReplaceAndRetain",
        Some("Snapshot") => "ReplaceAndSnapshot",
        _ => "ReplaceAndDelete",
    };
    Some(ChangeRecord {
        action: "Modify".to_owned(),
        name: resource.name.clone(),
        kind: resource.kind.clone(),
        physical: present.physical.clone(),
        replacement: Some(replacement.to_owned()),
        policy: (replacement == "True").then(|| policy.to_owned()),
        scope: parts,
        details: details.iter().map(record).collect(),
        before: context(&present.shown.0),
        after: context(plain),
    })
}

fn record(detail: &Detail) -> DetailRecord {
    DetailRecord {
        attribute: detail.attribute.to_owned(),
        name: detail.name.clone(),
        recreation: detail.recreation.to_owned(),
        evaluation: detail.evaluation.to_owned(),
        source: detail.source.to_owned(),
        cause: detail.cause.clone(),
        before: detail.before.as_ref().map(text_of),
        after: detail.after.as_ref().map(text_of),
    }
}

/// A change as the API shows it, with values where they are asked for.
pub(super) fn shown(change: &ChangeRecord, values: bool) -> api::Change {
    let added = change.action == "Add";
    let resource = api::ResourceChange {
        policy_action: change.policy.clone().map(Into::into),
        action: Some(change.action.clone().into()),
        logical_resource_id: Some(change.name.clone()),
        physical_resource_id: change.physical.clone(),
        resource_type: Some(change.kind.clone()),
        replacement: change.replacement.clone().filter(|_| !added || values).map(Into::into),
        scope: Some(change.scope.iter().cloned().map(Into::into).collect()),
        details: Some(change.details.iter().map(|detail| shown_detail(detail, values)).collect()),
        before_context: change.before.clone().filter(|_| values),
        after_context: change.after.clone().filter(|_| values),
        ..api::ResourceChange::default()
    };
    api::Change {
        r#type: Some(api::ChangeType::Resource),
        resource_change: Some(resource),
        hook_invocation_count: None,
    }
}

fn shown_detail(detail: &DetailRecord, values: bool) -> api::ResourceChangeDetail {
    let change = match (&detail.before, &detail.after) {
        (None, _) => api::AttributeChangeType::Add,
        (_, None) => api::AttributeChangeType::Remove,
        _ => api::AttributeChangeType::Modify,
    };
    let path = detail.name.as_ref().map(|name| format!("/{}/{name}", detail.attribute));
    let target = api::ResourceTargetDefinition {
        attribute: Some(detail.attribute.clone().into()),
        name: detail.name.clone(),
        requires_recreation: Some(detail.recreation.clone().into()),
        path: values.then_some(path).flatten(),
        before_value: detail.before.clone().filter(|_| values),
        after_value: detail.after.clone().filter(|_| values),
        attribute_change_type: values.then_some(change),
        ..api::ResourceTargetDefinition::default()
    };
    api::ResourceChangeDetail {
        target: Some(target),
        evaluation: Some(detail.evaluation.clone().into()),
        change_source: Some(detail.source.clone().into()),
        causing_entity: detail.cause.clone(),
    }
}
