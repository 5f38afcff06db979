//! `AWS::Organizations::ResourcePolicy`. Its identifier is `rp-…`; an organization has one.

use api_organizations as api;
use api_organizations::{
    DeleteResourcePolicy, DeleteResourcePolicyInput, DescribeResourcePolicy, DescribeResourcePolicyInput,
    PutResourcePolicy, PutResourcePolicyInput,
};
use names::Tags;
use service_kit::{Ctx, Error, PropertySource, ResourceFuture, ResourceType};

use super::{answer, document, new_tags, object, properties, retag, tags, tags_property, unless_gone};

/// The organization's resource policy.
#[derive(Debug)]
pub(crate) struct ResourcePolicy;

impl ResourceType for ResourcePolicy {
    fn name(&self) -> &'static str {
        "AWS::Organizations::ResourcePolicy"
    }

    fn properties(&self) -> &'static [&'static str] {
        &["Content", "Tags"]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &[]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn", "Id"]
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let input =
                PutResourcePolicyInput { content: document(&properties, "Content"), tags: new_tags(&properties) };
            let put = ctx.call::<PutResourcePolicy>(input).await?.resource_policy.unwrap_or_default();
            Ok(put.resource_policy_summary.and_then(|summary| summary.id).unwrap_or_default())
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let Some(policy) = own(ctx).await? else { return Ok(None) };
            let summary = policy.resource_policy_summary.unwrap_or_default();
            if summary.id.as_deref() != Some(id) {
                return Ok(None);
            }
            Ok(Some(properties([
                ("Content", policy.content.map(|content| object(&content))),
                ("Tags", tags_property(ctx, id).await?),
                ("Arn", summary.arn.map(Into::into)),
                ("Id", summary.id.map(Into::into)),
            ])))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, id: &'a str, properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! {
            let input = PutResourcePolicyInput { content: document(&properties, "Content"), tags: None };
            ctx.call::<PutResourcePolicy>(input).await?;
            retag(ctx, id, &properties).await
        }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, _id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            let deleted = ctx.call::<DeleteResourcePolicy>(DeleteResourcePolicyInput {}).await;
            unless_gone(deleted).map(|_| ())
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let id = own(ctx).await?.and_then(|policy| policy.resource_policy_summary).and_then(|summary| summary.id);
            Ok(id.into_iter().collect())
        }
    }

    fn arn(&self, _ctx: &Ctx, _id: &str) -> String {
        // The ARN holds the organization's id, which is read and not made: see the attribute.
        String::new()
    }

    fn tags<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Tags> {
        answer! { tags(ctx, id).await }
    }

    fn relationships<'a>(&'a self, _ctx: &'a Ctx, _id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! { Ok(Vec::new()) }
    }
}

async fn own(ctx: &Ctx) -> Result<Option<api::ResourcePolicy>, Error> {
    let shown = unless_gone(ctx.call::<DescribeResourcePolicy>(DescribeResourcePolicyInput {}).await)?;
    Ok(shown.and_then(|shown| shown.resource_policy))
}
