//! What the reference says of the actions behind the listed operations: one static an action, one a kind of resource.

use std::collections::{BTreeMap, BTreeSet};

use super::literal;
use crate::access::{Action, ActionResource, Found, Reference, Resource};
use crate::idents::upper_camel;
use crate::model::{Model, Operation};

/// The statics that [`of`] refers to.
pub(super) fn statics(model: &Model, listed: &[&str]) -> String {
    let operations = listed.iter().map(|name| &model.operations[*name]);
    let found = operations.flat_map(|operation| found(model, operation));
    let actions: BTreeMap<String, Found<'_>> = found.map(|one| (one.whole_name(), one)).collect();
    let mut text = String::new();
    let mut resources = BTreeSet::new();
    for (name, one) in &actions {
        let reference = &model.access.references[one.prefix];
        resources.extend(one.action.resources.iter().map(|r| (one.prefix, r.name.as_str())));
        text += &action(&identifier(one), name, one.prefix, reference, one.action);
    }
    resources.iter().fold(text, |text, (prefix, name)| {
        let reference = &model.access.references[*prefix];
        text + &resource(&resource_identifier(prefix, reference, name), name, &reference.resources[*name])
    })
}

/// The expression for `OperationSchema::access`.
pub(super) fn of(model: &Model, operation: &Operation) -> String {
    let paths: Vec<String> = found(model, operation).map(|one| format!("&{}", identifier(&one))).collect();
    format!("&[{}]", paths.join(", "))
}

/// Nothing when the reference lacks the operation's own action: those that it needs besides do not stand for it.
fn found<'a>(model: &'a Model, operation: &'a Operation) -> impl Iterator<Item = Found<'a>> {
    let known = model.access.find(&operation.action).is_some();
    operation.actions().filter(move |_| known).filter_map(|name| model.access.find(name))
}

fn identifier(one: &Found<'_>) -> String {
    format!("A_{}_{}", upper_camel(one.prefix), one.name)
}

/// Names of resources are no names in Rust and alike when made so; their places are.
fn resource_identifier(prefix: &str, reference: &Reference, name: &str) -> String {
    let place = reference.resources.keys().position(|other| other == name);
    format!("R_{}_{}", upper_camel(prefix), place.expect("readers check that all resources exist"))
}

fn action(identifier: &str, name: &str, prefix: &str, reference: &Reference, action: &Action) -> String {
    let resource = |one: &ActionResource| {
        format!(
            "ActionResource {{ resource: &{}, required: {}, condition_keys: &{:?} }}",
            resource_identifier(prefix, reference, &one.name),
            one.required,
            one.condition_keys
        )
    };
    let resources: Vec<String> = action.resources.iter().map(resource).collect();
    format!(
        "pub(super) static {identifier}: ActionFacts = ActionFacts {{ name: {}, level: AccessLevel::{},
            resources: &[{}], condition_keys: &{:?}, dependent_actions: &{:?} }};\n",
        literal(name),
        upper_camel(&action.level),
        resources.join(", "),
        action.condition_keys,
        action.dependent_actions,
    )
}

fn resource(identifier: &str, name: &str, resource: &Resource) -> String {
    format!(
        "pub(super) static {identifier}: ResourceFacts =
            ResourceFacts {{ name: {}, arn: {}, condition_keys: &{:?} }};\n",
        literal(name),
        literal(&resource.arn),
        resource.condition_keys,
    )
}
