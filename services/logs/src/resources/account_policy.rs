//! `AWS::Logs::AccountPolicy`. Its identifier is its type and its name.

use api_logs::{
    DeleteAccountPolicy, DeleteAccountPolicyInput, DescribeAccountPolicies, DescribeAccountPoliciesInput, PolicyType,
    PutAccountPolicy, PutAccountPolicyInput, Scope,
};
use names::Tags;
use service_kit::{Ctx, Error, PropertySource, ResourceFuture, ResourceType};

use super::{answer, arn_of, both, needed, show, text, unless_gone};

/// A policy for all groups of the account.
#[derive(Debug)]
pub(crate) struct AccountPolicy;

impl ResourceType for AccountPolicy {
    fn name(&self) -> &'static str {
        "AWS::Logs::AccountPolicy"
    }

    fn properties(&self) -> &'static [&'static str] {
        &["PolicyDocument", "PolicyName", "PolicyType", "Scope", "SelectionCriteria"]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &["PolicyName", "PolicyType"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["AccountId"]
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let id = format!("{}|{}", needed(&properties, "PolicyType"), needed(&properties, "PolicyName"));
            put(ctx, &id, &properties).await?;
            Ok(id)
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let (kind, name) = both(id);
            let policy_type = PolicyType::from(kind.as_str());
            let input = DescribeAccountPoliciesInput { policy_type, policy_name: Some(name), ..Default::default() };
            let found = ctx.call::<DescribeAccountPolicies>(input).await?.account_policies;
            let Some(there) = found.into_iter().flatten().next() else { return Ok(None) };
            let mut properties = PropertySource::new();
            show(&mut properties, "PolicyName", there.policy_name);
            show(&mut properties, "PolicyType", Some(kind));
            show(&mut properties, "PolicyDocument", there.policy_document);
            show(&mut properties, "Scope", there.scope.map(|scope| scope.as_str().to_owned()));
            show(&mut properties, "SelectionCriteria", there.selection_criteria);
            show(&mut properties, "AccountId", there.account_id);
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
            let (kind, policy_name) = both(id);
            let input = DeleteAccountPolicyInput { policy_name, policy_type: PolicyType::from(kind.as_str()) };
            unless_gone(ctx.call::<DeleteAccountPolicy>(input).await).map(|_| ())
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let mut found = Vec::new();
            for kind in ["DATA_PROTECTION_POLICY", "FIELD_INDEX_POLICY", "SUBSCRIPTION_FILTER_POLICY"] {
                let input = DescribeAccountPoliciesInput { policy_type: PolicyType::from(kind), ..Default::default() };
                let policies = ctx.call::<DescribeAccountPolicies>(input).await?.account_policies;
                let names = policies.into_iter().flatten().filter_map(|one| one.policy_name);
                found.extend(names.map(|name| format!("{kind}|{name}")));
            }
            Ok(found)
        }
    }

    fn arn(&self, ctx: &Ctx, id: &str) -> String {
        let (kind, name) = both(id);
        arn_of(ctx, format!("account-policy:{kind}:{name}"))
    }

    fn tags<'a>(&'a self, _ctx: &'a Ctx, _id: &'a str) -> ResourceFuture<'a, Tags> {
        answer! { Ok(Tags::new()) }
    }

    fn relationships<'a>(&'a self, _ctx: &'a Ctx, _id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! { Ok(Vec::new()) }
    }
}

async fn put(ctx: &Ctx, id: &str, properties: &PropertySource) -> Result<(), Error> {
    let (kind, policy_name) = both(id);
    let input = PutAccountPolicyInput {
        policy_name,
        policy_type: PolicyType::from(kind.as_str()),
        policy_document: needed(properties, "PolicyDocument"),
        scope: text(properties, "Scope").as_deref().map(Scope::from),
        selection_criteria: text(properties, "SelectionCriteria"),
    };
    ctx.call::<PutAccountPolicy>(input).await.map(|_| ())
}
