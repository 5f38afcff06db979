//! `AWS::Organizations::Policy`. Its identifier is `p-…`.

use api_organizations::{
    AttachPolicy, AttachPolicyInput, CreatePolicy, CreatePolicyInput, DeletePolicy, DeletePolicyInput, DescribePolicy,
    DescribePolicyInput, DetachPolicy, DetachPolicyInput, ListPolicies, ListPoliciesInput, ListTargetsForPolicy,
    ListTargetsForPolicyInput, PolicyTargetSummary, PolicyType, UpdatePolicy, UpdatePolicyInput,
};
use names::Tags;
use serde_json::Value;
use service_kit::{Ctx, Error, PropertySource, ResourceFuture, ResourceType};

use super::{answer, document, new_tags, object, properties, retag, some_text, tags, tags_property, text, unless_gone};
use crate::engine::kind::Kind;

/// A policy and what it is on.
#[derive(Debug)]
pub(crate) struct Policy;

impl ResourceType for Policy {
    fn name(&self) -> &'static str {
        "AWS::Organizations::Policy"
    }

    fn properties(&self) -> &'static [&'static str] {
        &["Content", "Description", "Name", "Tags", "TargetIds", "Type"]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &["Type"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn", "AwsManaged", "Id"]
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let input = CreatePolicyInput {
                content: document(&properties, "Content"),
                description: text(&properties, "Description"),
                name: text(&properties, "Name"),
                r#type: text(&properties, "Type").into(),
                tags: new_tags(&properties),
            };
            let policy = ctx.call::<CreatePolicy>(input).await?.policy.unwrap_or_default();
            let id = policy.policy_summary.and_then(|summary| summary.id).unwrap_or_default();
            place(ctx, &id, &properties).await?;
            Ok(id)
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let input = DescribePolicyInput { policy_id: id.to_owned() };
            let shown = unless_gone(ctx.call::<DescribePolicy>(input).await)?;
            let Some(policy) = shown.and_then(|shown| shown.policy) else { return Ok(None) };
            let summary = policy.policy_summary.unwrap_or_default();
            let targets: Vec<_> = targets(ctx, id).await?.into_iter().filter_map(|target| target.target_id).collect();
            Ok(Some(properties([
                ("Content", policy.content.map(|content| object(&content))),
                ("Description", summary.description.map(Into::into)),
                ("Name", summary.name.map(Into::into)),
                ("Tags", tags_property(ctx, id).await?),
                ("TargetIds", (!targets.is_empty()).then(|| targets.into())),
                ("Type", summary.r#type.map(|sort| sort.as_str().into())),
                ("Arn", summary.arn.map(Into::into)),
                ("AwsManaged", summary.aws_managed.map(Into::into)),
                ("Id", summary.id.map(Into::into)),
            ])))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, id: &'a str, properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! {
            let input = UpdatePolicyInput {
                policy_id: id.to_owned(),
                name: some_text(&properties, "Name"),
                description: Some(text(&properties, "Description")),
                content: Some(document(&properties, "Content")),
            };
            ctx.call::<UpdatePolicy>(input).await?;
            place(ctx, id, &properties).await?;
            retag(ctx, id, &properties).await
        }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            place(ctx, id, &PropertySource::new()).await?;
            unless_gone(ctx.call::<DeletePolicy>(DeletePolicyInput { policy_id: id.to_owned() }).await).map(|_| ())
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let mut ids = Vec::new();
            for kind in Kind::all() {
                ids.extend(of_type(ctx, kind.name().to_owned().into()).await?);
            }
            Ok(ids)
        }
    }

    fn arn(&self, _ctx: &Ctx, _id: &str) -> String {
        // The ARN holds the organization's id, which is read and not made: see the attribute.
        String::new()
    }

    fn tags<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Tags> {
        answer! { tags(ctx, id).await }
    }

    fn relationships<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! { Ok(targets(ctx, id).await?.into_iter().filter_map(|target| target.arn).collect()) }
    }
}

/// Puts a policy on the targets that are wanted, and takes it off all others.
async fn place(ctx: &Ctx, id: &str, properties: &PropertySource) -> Result<(), Error> {
    let wanted = properties.get("TargetIds").and_then(Value::as_array).into_iter().flatten();
    let wanted: Vec<_> = wanted.filter_map(Value::as_str).map(str::to_owned).collect();
    let present: Vec<_> = targets(ctx, id).await?.into_iter().filter_map(|target| target.target_id).collect();
    for target_id in present.iter().filter(|target| !wanted.contains(target)).cloned() {
        ctx.call::<DetachPolicy>(DetachPolicyInput { policy_id: id.to_owned(), target_id }).await?;
    }
    for target_id in wanted.into_iter().filter(|target| !present.contains(target)) {
        ctx.call::<AttachPolicy>(AttachPolicyInput { policy_id: id.to_owned(), target_id }).await?;
    }
    Ok(())
}

async fn targets(ctx: &Ctx, id: &str) -> Result<Vec<PolicyTargetSummary>, Error> {
    let (mut targets, mut next_token) = (Vec::new(), None);
    loop {
        let input = ListTargetsForPolicyInput { policy_id: id.to_owned(), next_token, max_results: None };
        let Some(page) = unless_gone(ctx.call::<ListTargetsForPolicy>(input).await)? else { return Ok(targets) };
        targets.extend(page.targets.unwrap_or_default());
        next_token = page.next_token;
        if next_token.is_none() {
            return Ok(targets);
        }
    }
}

/// Policies of a type that are not AWS's own.
async fn of_type(ctx: &Ctx, filter: PolicyType) -> Result<Vec<String>, Error> {
    let (mut ids, mut next_token) = (Vec::new(), None);
    loop {
        let input = ListPoliciesInput { filter: filter.clone(), next_token, max_results: None };
        let Some(page) = unless_gone(ctx.call::<ListPolicies>(input).await)? else { return Ok(ids) };
        let own = page.policies.unwrap_or_default().into_iter().filter(|policy| policy.aws_managed != Some(true));
        ids.extend(own.filter_map(|policy| policy.id));
        next_token = page.next_token;
        if next_token.is_none() {
            return Ok(ids);
        }
    }
}
