//! `AWS::Logs::ResourcePolicy`. Its identifier is its name.

use api_logs::{
    DeleteResourcePolicy, DeleteResourcePolicyInput, DescribeResourcePolicies, DescribeResourcePoliciesInput,
    PutResourcePolicy, PutResourcePolicyInput,
};
use names::Tags;
use service_kit::{Ctx, Error, PropertySource, ResourceFuture, ResourceType};

use super::{answer, arn_of, needed, show, text, unless_gone};

/// A resource policy of the account.
#[derive(Debug)]
pub(crate) struct ResourcePolicy;

impl ResourceType for ResourcePolicy {
    fn name(&self) -> &'static str {
        "AWS::Logs::ResourcePolicy"
    }

    fn properties(&self) -> &'static [&'static str] {
        &["PolicyDocument", "PolicyName"]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &["PolicyName"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &[]
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let name = needed(&properties, "PolicyName");
            put(ctx, &name, &properties).await?;
            Ok(name)
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let found = ctx.call::<DescribeResourcePolicies>(DescribeResourcePoliciesInput::default()).await?.resource_policies;
            let found = found.into_iter().flatten().find(|known| known.policy_name.as_deref() == Some(id));
            let Some(there) = found else { return Ok(None) };
            let mut properties = PropertySource::new();
            show(&mut properties, "PolicyName", there.policy_name);
            show(&mut properties, "PolicyDocument", there.policy_document);
            Ok(Some(properties))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, id: &'a str, properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! {
            put(ctx, id, &properties).await
        }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            let input = DeleteResourcePolicyInput { policy_name: Some(id.to_owned()), ..Default::default() };
            unless_gone(ctx.call::<DeleteResourcePolicy>(input).await).map(|_| ())
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let found = ctx.call::<DescribeResourcePolicies>(DescribeResourcePoliciesInput::default()).await?.resource_policies;
            Ok(found.into_iter().flatten().filter_map(|one| one.policy_name).collect())
        }
    }

    fn arn(&self, ctx: &Ctx, id: &str) -> String {
        arn_of(ctx, format!("resource-policy:{id}"))
    }

    fn tags<'a>(&'a self, _ctx: &'a Ctx, _id: &'a str) -> ResourceFuture<'a, Tags> {
        answer! { Ok(Tags::new()) }
    }

    fn relationships<'a>(&'a self, _ctx: &'a Ctx, _id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! { Ok(Vec::new()) }
    }
}

async fn put(ctx: &Ctx, name: &str, properties: &PropertySource) -> Result<(), Error> {
    let input = PutResourcePolicyInput {
        policy_name: Some(name.to_owned()),
        policy_document: text(properties, "PolicyDocument"),
        ..Default::default()
    };
    ctx.call::<PutResourcePolicy>(input).await.map(|_| ())
}
