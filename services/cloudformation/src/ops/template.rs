//! Templates, told and checked.

use std::collections::BTreeMap;

use api_cloudformation as api;
use api_cloudformation::{
    GetTemplate, GetTemplateInput, GetTemplateOutput, GetTemplateSummary, GetTemplateSummaryInput,
    GetTemplateSummaryOutput, ParameterConstraints, ParameterDeclaration, ResourceIdentifierSummary, TemplateParameter,
    TemplateStage, ValidateTemplate, ValidateTemplateInput, ValidateTemplateOutput,
};
use serde_json::Value;
use service_kit::properties::text_of;
use service_kit::{Ctx, Error, Outcome};

use super::{change_set, find, intake, shown, transforms};
use crate::engine::document::{self, Document};
use crate::error::{invalid, no_stack_with_id};
use crate::store::Deployment;

/// Tells the template of a stack or of a change set, as it was given or as its transforms left it.
pub(super) async fn get_template(ctx: &Ctx, input: GetTemplateInput) -> Outcome<GetTemplate> {
    let deployment = match (input.change_set_name, input.stack_name) {
        (Some(change_set), None) if !change_set.starts_with("arn:") => {
            return Err(invalid("StackName is a required parameter."));
        }
        (Some(change_set), stack) => change_set::known(ctx, stack.as_deref(), &change_set).await?.1.deployment,
        (None, Some(stack)) => {
            let stack = find::known(ctx, &stack, no_stack_with_id).await?;
            stack.deployment.unwrap_or_default()
        }
        (None, None) => return Err(invalid("StackName is required if ChangeSetName is not specified.")),
    };
    let processed = input.template_stage == Some(TemplateStage::Processed) && deployment.transformed;
    let body = if processed { Value::Object(deployment.processed.0.clone()).to_string() } else { deployment.template };
    Ok(GetTemplateOutput {
        template_body: Some(body),
        stages_available: Some(vec![TemplateStage::Original, TemplateStage::Processed]),
    })
}

/// A template read for what it tells of itself: its transforms are named, not applied.
struct Read {
    value: Value,
    document: Document,
    transforms: Vec<String>,
}

fn read(ctx: &Ctx, text: &str) -> Result<Read, Error> {
    let value = intake::parsed(text)?;
    let listed = document::transforms(&value)?;
    let mut plain = value.clone();
    if let Some(members) = plain.as_object_mut() {
        members.remove("Transform");
    }
    let document = if transforms::expands(&value, &listed) {
        Document::read(&plain, &|_| true)
    } else {
        intake::checked(ctx, &plain)
    };
    let transforms = listed.into_iter().map(|(name, _)| name).collect();
    Ok(Read { document: document?, value, transforms })
}

fn reason(kinds: &[&str]) -> Option<String> {
    (!kinds.is_empty()).then(|| format!("The following resource(s) require capabilities: [{}]", kinds.join(", ")))
}

/// Tells what a template needs: parameters, capabilities, types.
pub(super) async fn get_template_summary(ctx: &Ctx, input: GetTemplateSummaryInput) -> Outcome<GetTemplateSummary> {
    let text = match intake::text(ctx, input.template_body, input.template_url.as_deref()).await? {
        Some(text) => text,
        None => match input.stack_name {
            Some(name) => {
                let stack = find::known(ctx, &name, no_stack_with_id).await?;
                if stack.status == "REVIEW_IN_PROGRESS" {
                    return Err(invalid("GetTemplateSummary cannot be called on REVIEW_IN_PROGRESS stacks."));
                }
                stack.deployment.map(|deployment: Deployment| deployment.template).unwrap_or_default()
            }
            None => return Err(invalid("Either Template URL or Template Body must be specified.")),
        },
    };
    let Read { value, document, transforms } = read(ctx, &text)?;
    let (capabilities, kinds) = intake::needed(&document);
    let mut by_kind: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for resource in &document.resources {
        by_kind.entry(&resource.kind).or_default().push(resource.name.clone());
    }
    let summaries = by_kind.iter().map(|(kind, names)| ResourceIdentifierSummary {
        resource_type: Some((*kind).to_owned()),
        logical_resource_ids: Some(names.clone()),
        resource_identifiers: None,
    });
    Ok(GetTemplateSummaryOutput {
        parameters: Some(document.parameters.iter().map(declaration).collect()),
        description: document.description.clone(),
        capabilities: shown::some(capabilities.iter().map(|name| (*name).to_owned().into()).collect()),
        capabilities_reason: reason(&kinds),
        resource_types: Some(document.resources.iter().map(|resource| resource.kind.clone()).collect()),
        version: value.get("AWSTemplateFormatVersion").map(text_of),
        metadata: document.metadata.as_ref().map(Value::to_string),
        declared_transforms: shown::some(transforms),
        resource_identifier_summaries: Some(summaries.collect()),
        ..GetTemplateSummaryOutput::default()
    })
}

fn declaration(one: &crate::engine::parameters::Declaration) -> ParameterDeclaration {
    ParameterDeclaration {
        parameter_key: Some(one.name.clone()),
        default_value: one.default.clone(),
        parameter_type: Some(one.kind.clone()),
        no_echo: Some(one.no_echo),
        description: one.description.clone(),
        parameter_constraints: Some(ParameterConstraints { allowed_values: one.allowed.clone() }),
    }
}

/// Checks a template.
pub(super) async fn validate_template(ctx: &Ctx, input: ValidateTemplateInput) -> Outcome<ValidateTemplate> {
    let text = intake::text(ctx, input.template_body, input.template_url.as_deref()).await?;
    let text = text.ok_or_else(|| invalid("Either Template URL or Template Body must be specified."))?;
    let Read { document, transforms, .. } = read(ctx, &text)?;
    let (capabilities, kinds) = intake::needed(&document);
    let parameter = |one: &crate::engine::parameters::Declaration| TemplateParameter {
        parameter_key: Some(one.name.clone()),
        default_value: one.default.clone(),
        no_echo: Some(one.no_echo),
        description: one.description.clone(),
    };
    Ok(ValidateTemplateOutput {
        parameters: Some(document.parameters.iter().map(parameter).collect()),
        description: document.description.clone(),
        capabilities: shown::some(capabilities.iter().map(|name| api::Capability::from((*name).to_owned())).collect()),
        capabilities_reason: reason(&kinds),
        declared_transforms: shown::some(transforms),
    })
}
