//! Targets of rules.

use std::collections::BTreeSet;

use api_events::{
    ListTargetsByRule, ListTargetsByRuleInput, ListTargetsByRuleOutput, PutTargets, PutTargetsInput, PutTargetsOutput,
    RemoveTargets, RemoveTargetsInput, RemoveTargetsOutput, RemoveTargetsResultEntry, Target,
};
use names::Arn;
use serde_json::Value;
use service_kit::{Access, Ctx, Error, Outcome};

use super::address::{after, bus, engine, page, page_size, rule_access};
use super::rule::{hand, told};
use crate::engine::input;
use crate::engine::path::Path;
use crate::error::{invalid, no_rule, parameter};

/// Services that EventBridge only reaches with a role. Source: user guide, "Using identity-based policies", and what AWS
/// answers without one.
const BY_ROLE: [&str; 9] =
    ["batch", "codebuild", "codepipeline", "ecs", "firehose", "kinesis", "sagemaker", "ssm", "states"];

/// Adds targets to a rule, or changes those of their ids.
pub(crate) async fn put_targets(ctx: &Ctx, input: PutTargetsInput) -> Outcome<PutTargets> {
    let id = bus(ctx, input.event_bus_name.as_deref())?;
    let rule = engine(ctx).rule(&id, &input.rule).await?.ok_or_else(|| no_rule(&id, &input.rule))?;
    let mut ids = BTreeSet::new();
    for target in &input.targets {
        if !ids.insert(&target.id) {
            return Err(invalid(format!("Duplicate target id {} in the request.", target.id)));
        }
        check(target, rule.role.is_some())?;
    }
    let put = engine(ctx).put_targets(&id, &input.rule, &hand(ctx, false), &input.targets).await;
    put.map_err(|refusal| told(&id, &input.rule, refusal))?;
    Ok(PutTargetsOutput { failed_entry_count: Some(0), failed_entries: Some(Vec::new()) })
}

/// What putting targets touches: the rule, with the targets, and the roles that are handed over.
pub(crate) fn access_to_put(ctx: &Ctx, input: &PutTargetsInput) -> Result<Access, Error> {
    let access = rule_access(ctx, input.event_bus_name.as_deref(), &input.rule)?;
    let access = input.targets.iter().fold(access, |access, target| access.with("events:TargetArn", &target.arn));
    let roles: BTreeSet<_> = input.targets.iter().filter_map(|target| target.role_arn.as_deref()).collect();
    Ok(roles.into_iter().fold(access, |access, role| access.passing_role(role, "events.amazonaws.com")))
}

/// Removes targets from a rule.
pub(crate) async fn remove_targets(ctx: &Ctx, input: RemoveTargetsInput) -> Outcome<RemoveTargets> {
    let id = bus(ctx, input.event_bus_name.as_deref())?;
    let hand = hand(ctx, input.force == Some(true));
    let missing = engine(ctx).remove_targets(&id, &input.rule, &hand, &input.ids).await;
    let missing = missing.map_err(|refusal| told(&id, &input.rule, refusal))?;
    let failed: Vec<_> = missing.into_iter().map(gone).collect();
    let failed_entry_count = i32::try_from(failed.len()).ok();
    Ok(RemoveTargetsOutput { failed_entry_count, failed_entries: Some(failed) })
}

/// Lists the targets of a rule.
pub(crate) async fn list_targets_by_rule(ctx: &Ctx, input: ListTargetsByRuleInput) -> Outcome<ListTargetsByRule> {
    let id = bus(ctx, input.event_bus_name.as_deref())?;
    engine(ctx).rule(&id, &input.rule).await?.ok_or_else(|| no_rule(&id, &input.rule))?;
    let filters = id.rule_arn(&input.rule).to_string();
    let (limit, from) = (page_size(input.limit), after(ctx, &filters, input.next_token.as_deref())?);
    let targets = engine(ctx).targets(&id, &input.rule, from.as_deref(), limit + 1).await?;
    let named = targets.into_iter().map(|target| (target.id.clone(), target)).collect();
    let page = page(ctx, &filters, named, limit);
    let targets = page.items.into_iter().map(|(_, target)| target).collect();
    Ok(ListTargetsByRuleOutput { targets: Some(targets), next_token: page.next_token })
}

fn gone(id: String) -> RemoveTargetsResultEntry {
    RemoveTargetsResultEntry {
        error_message: Some(format!("Target {id} does not exist.")),
        error_code: Some("ResourceNotFoundException".to_owned()),
        target_id: Some(id),
    }
}

fn check(target: &Target, rule_has_role: bool) -> Result<(), Error> {
    let id = &target.id;
    let wrong = || parameter(&target.arn, "Provided Arn is not in correct format.");
    let arn: Arn = target.arn.parse().map_err(|_| wrong())?;
    check_input(target)?;
    let fifo = arn.service == "sqs" && arn.resource.ends_with(".fifo");
    let group = target.sqs_parameters.as_ref().and_then(|parameters| parameters.message_group_id.as_ref());
    if fifo && group.is_none() {
        return Err(invalid(format!("Parameter(s) SqsParameters must be specified for target: {id}.")));
    }
    if arn.service == "ecs" && target.ecs_parameters.is_none() {
        return Err(invalid(format!("Parameter(s) EcsParameters must be specified for target: {id}.")));
    }
    if arn.service == "batch" && target.batch_parameters.is_none() {
        return Err(invalid(format!("Parameter(s) BatchParameters must be specified for target: {id}.")));
    }
    if target.role_arn.is_none() && !rule_has_role && BY_ROLE.contains(&arn.service.as_str()) {
        return Err(invalid(format!("RoleArn is required for target {}.", target.arn)));
    }
    match target.kinesis_parameters.as_ref().map(|parameters| &parameters.partition_key_path) {
        Some(path) if Path::parse(path).is_none() => Err(parameter("PartitionKeyPath", "")),
        _ => Ok(()),
    }
}

fn check_input(target: &Target) -> Result<(), Error> {
    let id = &target.id;
    let given = [target.input.is_some(), target.input_path.is_some(), target.input_transformer.is_some()];
    if given.into_iter().filter(|given| *given).count() > 1 {
        let text = format!("Only one of Input, InputPath, or InputTransformer must be provided for target {id}.");
        return Err(invalid(text));
    }
    if target.input.as_deref().is_some_and(|input| serde_json::from_str::<Value>(input).is_err()) {
        return Err(invalid(format!("JSON syntax error in input for target {id}.")));
    }
    if target.input_path.as_deref().is_some_and(|path| Path::parse(path).is_none()) {
        return Err(invalid(format!("Invalid InputPath for target {id}.")));
    }
    let Some(transformer) = &target.input_transformer else { return Ok(()) };
    let paths = transformer.input_paths_map.clone().unwrap_or_default();
    if let Some((_, path)) = paths.iter().find(|(_, path)| Path::parse(path).is_none()) {
        return Err(invalid(format!("Invalid InputPath {path} for target {id}.")));
    }
    match input::unknown(&transformer.input_template, &paths) {
        Some(name) => Err(invalid(format!("InputTemplate for target {id} contains invalid placeholder {name}."))),
        None => Ok(()),
    }
}
