//! Records as the API shows them.

use api_cloudformation as api;
use serde_json::Value;

use crate::engine::document::Document;
use crate::engine::parameters::HIDDEN;
use crate::store::{Deployment, ResourceRecord, StackRecord};

const UNCHECKED: &str = "NOT_CHECKED";

/// A stack.
pub(super) fn stack(stack: &StackRecord) -> api::Stack {
    let deployment = stack.deployment.as_ref();
    let document = deployment.and_then(document);
    let deleted = stack.status == "DELETE_COMPLETE";
    let drift = stack.drift.as_ref();
    api::Stack {
        stack_id: Some(stack.arn.clone()),
        stack_name: stack.name.clone(),
        change_set_id: stack.change_set.clone().filter(|_| !deleted),
        description: document.as_ref().and_then(|document| document.description.clone()),
        parameters: deployment.and_then(|one| some(parameters(one, document.as_ref()))),
        creation_time: stack.created,
        deletion_time: stack.deleted,
        last_updated_time: stack.updated,
        rollback_configuration: Some(deployment.map(rollback).unwrap_or_default()),
        stack_status: stack.status.clone().into(),
        stack_status_reason: stack.reason.clone(),
        disable_rollback: Some(stack.disable_rollback),
        notification_arns: Some(deployment.map(|one| one.notifications.clone()).unwrap_or_default()),
        timeout_in_minutes: stack.timeout,
        capabilities: deployment.and_then(|one| some(capabilities(one))),
        outputs: some(stack.outputs.iter().map(output).collect()),
        role_arn: deployment.and_then(|one| one.role.clone()),
        tags: Some(deployment.map(tags).unwrap_or_default()),
        enable_termination_protection: (!deleted && stack.parent.is_none()).then_some(stack.protected),
        parent_id: stack.parent.clone(),
        root_id: stack.root.clone(),
        drift_information: Some(api::StackDriftInformation {
            stack_drift_status: drift.map_or(UNCHECKED, |(status, _)| status).to_owned().into(),
            last_check_timestamp: drift.map(|(_, at)| *at),
        }),
        ..api::Stack::default()
    }
}

/// A stack in a list.
pub(super) fn summary(stack: &StackRecord) -> api::StackSummary {
    let whole = self::stack(stack);
    api::StackSummary {
        stack_id: whole.stack_id,
        stack_name: whole.stack_name,
        template_description: whole.description,
        creation_time: whole.creation_time,
        last_updated_time: whole.last_updated_time,
        deletion_time: whole.deletion_time,
        stack_status: whole.stack_status,
        stack_status_reason: whole.stack_status_reason,
        parent_id: whole.parent_id,
        root_id: whole.root_id,
        drift_information: whole.drift_information.map(|drift| api::StackDriftInformationSummary {
            stack_drift_status: drift.stack_drift_status,
            last_check_timestamp: drift.last_check_timestamp,
        }),
        last_operations: None,
    }
}

/// The template of a deployment.
pub(super) fn document(deployment: &Deployment) -> Option<Document> {
    Document::read(&Value::Object(deployment.processed.0.clone()), &|_| true).ok()
}

/// None for an empty list.
pub(super) fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}

/// Parameters, hidden ones as stars.
pub(super) fn parameters(deployment: &Deployment, document: Option<&Document>) -> Vec<api::Parameter> {
    let hidden = |name: &str| {
        document.is_none_or(|document| document.parameters.iter().any(|one| one.name == name && one.no_echo))
    };
    let shown = deployment.parameters.iter().map(|(name, value)| api::Parameter {
        parameter_key: Some(name.clone()),
        parameter_value: Some(if hidden(name) { HIDDEN.to_owned() } else { value.clone() }),
        ..api::Parameter::default()
    });
    shown.collect()
}

/// Capabilities, sorted.
pub(super) fn capabilities(deployment: &Deployment) -> Vec<api::Capability> {
    let mut names = deployment.capabilities.clone();
    names.sort_unstable();
    names.into_iter().map(Into::into).collect()
}

/// Tags.
pub(super) fn tags(deployment: &Deployment) -> Vec<api::Tag> {
    let tag = |(key, value): (&String, &String)| api::Tag { key: key.clone(), value: value.clone() };
    deployment.tags.iter().map(tag).collect()
}

/// Alarms watched.
pub(super) fn rollback(deployment: &Deployment) -> api::RollbackConfiguration {
    let trigger = |(arn, kind): &(String, String)| api::RollbackTrigger { arn: arn.clone(), r#type: kind.clone() };
    api::RollbackConfiguration {
        rollback_triggers: some(deployment.triggers.iter().map(trigger).collect()),
        monitoring_time_in_minutes: deployment.monitoring,
    }
}

fn output(output: &crate::store::OutputRecord) -> api::Output {
    api::Output {
        output_key: Some(output.key.clone()),
        output_value: Some(output.value.clone()),
        description: output.description.clone(),
        export_name: output.export.clone(),
    }
}

/// What drift detection found of a resource.
pub(super) fn drift(resource: &ResourceRecord) -> api::StackResourceDriftInformation {
    let found = resource.drift.as_ref();
    api::StackResourceDriftInformation {
        stack_resource_drift_status: found.map_or(UNCHECKED, |(status, _)| status).to_owned().into(),
        last_check_timestamp: found.map(|(_, at)| *at),
    }
}
