//! Resource policies: who else may write to the groups of an account, as services do; and what groups and destinations say of
//! themselves to whoever decides on access.

use ::policy::{Kind, Policy};
use api_logs::{
    DeleteResourcePolicy, DeleteResourcePolicyInput, DeleteResourcePolicyOutput, DescribeResourcePolicies,
    DescribeResourcePoliciesInput, DescribeResourcePoliciesOutput, PolicyScope, PutResourcePolicy,
    PutResourcePolicyInput, PutResourcePolicyOutput, ResourcePolicy,
};
use names::{Arn, Tags};
use serde_json::{Value, json};
use service_kit::{BoxFuture, Ctx, Error, Outcome, ResourcePolicies, paging};
use store::Span;

use super::address::{self, engine, own};
use crate::engine::Engine;
use crate::engine::home::Home;
use crate::error::{invalid, missing, too_many};
use crate::limits;
use crate::store::{DESTINATIONS, GROUPS, PolicyRecord, RESOURCE_POLICIES};

/// Sets a policy of the account.
pub(crate) async fn put_resource_policy(ctx: &Ctx, input: PutResourcePolicyInput) -> Outcome<PutResourcePolicy> {
    let document = input.policy_document.ok_or_else(|| invalid("Policy document is required."))?;
    if Policy::parse(&document, Kind::Resource).is_err() {
        return Err(invalid("Invalid policy document."));
    }
    let resource = input.resource_arn;
    let name = match (&resource, input.policy_name) {
        // A policy of one resource is named by it.
        (Some(arn), _) => arn.clone(),
        (None, Some(name)) => name,
        (None, None) => return Err(invalid("Policy name is required.")),
    };
    let revision = resource.as_ref().map(|_| ctx.random().hex(32));
    let put = &PolicyRecord { document, updated: ctx.now(), resource, revision };
    let (scope, name, expected) = (own(ctx).scope(), name.as_str(), input.expected_revision_id.as_ref());
    engine(ctx)
        .store()
        .transact(|tx| {
            let scope = &scope;
            async move {
                let there = RESOURCE_POLICIES.scan_all(&tx, scope, &Span::all()).await?;
                let before = there.iter().find(|(known, _)| known == name).map(|(_, record)| record);
                let of_account = there.iter().filter(|(_, record)| record.resource.is_none()).count();
                if before.is_none() && put.resource.is_none() && of_account >= limits::RESOURCE_POLICIES {
                    return Err(too_many());
                }
                let revision = before.and_then(|before| before.revision.as_ref());
                if expected.is_some() && revision.is_some() && expected != revision {
                    return Err(invalid("The expected revision id is not that of the policy."));
                }
                Ok::<_, Error>(RESOURCE_POLICIES.put(&tx, scope, &name, put)?)
            }
        })
        .await?;
    let revision_id = put.revision.clone();
    Ok(PutResourcePolicyOutput { resource_policy: Some(shown(name.to_owned(), put.clone())), revision_id })
}

/// Removes a policy of the account.
pub(crate) async fn delete_resource_policy(
    ctx: &Ctx,
    input: DeleteResourcePolicyInput,
) -> Outcome<DeleteResourcePolicy> {
    let name = input.resource_arn.or(input.policy_name).ok_or_else(|| invalid("Policy name is required."))?;
    let (scope, name) = (own(ctx).scope(), name.as_str());
    engine(ctx)
        .store()
        .transact(|tx| {
            let scope = &scope;
            async move {
                let there = RESOURCE_POLICIES.get(&tx, scope, &name).await?;
                there.ok_or_else(|| missing(format!("Policy with name [{name}] does not exist.")))?;
                RESOURCE_POLICIES.delete(&tx, scope, &name);
                Ok::<_, Error>(())
            }
        })
        .await?;
    Ok(DeleteResourcePolicyOutput {})
}

/// The policies of the account.
pub(crate) async fn describe_resource_policies(
    ctx: &Ctx,
    input: DescribeResourcePoliciesInput,
) -> Outcome<DescribeResourcePolicies> {
    let of_resources = matches!(input.policy_scope, Some(PolicyScope::Resource)) || input.resource_arn.is_some();
    let after = paging::position(ctx, "", input.next_token.as_deref())?;
    let limit = address::page_size(input.limit, limits::LIST_PAGE);
    let view = engine(ctx).store().read().await?;
    let found = RESOURCE_POLICIES.scan_all(&view, &own(ctx).scope(), &Span::all()).await?;
    let wanted = |(name, record): &(String, PolicyRecord)| {
        record.resource.is_some() == of_resources
            && (input.resource_arn.is_none() || input.resource_arn == record.resource)
            && after.as_ref().is_none_or(|after| name > after)
    };
    let found = found.into_iter().filter(wanted).take(limit + 1).collect();
    let page = paging::page(ctx, "", found, limit, |(name, _)| name.clone());
    let resource_policies = page.items.into_iter().map(|(name, record)| shown(name, record)).collect();
    Ok(DescribeResourcePoliciesOutput { resource_policies: Some(resource_policies), next_token: page.next_token })
}

fn shown(name: String, record: PolicyRecord) -> ResourcePolicy {
    let scope = if record.resource.is_some() { PolicyScope::Resource } else { PolicyScope::Account };
    ResourcePolicy {
        policy_name: record.resource.is_none().then_some(name),
        policy_document: Some(record.document),
        last_updated_time: Some(record.updated.millis()),
        policy_scope: Some(scope),
        resource_arn: record.resource,
        revision_id: record.revision,
    }
}

/// What groups and destinations say of themselves to whoever decides on access.
///
/// It has the engine by itself: it is also asked on account of actions of other services.
pub(crate) struct LogPolicies(pub Engine);

impl LogPolicies {
    /// All policies of an account are one to whoever decides.
    async fn of_account(&self, home: &Home) -> Result<Option<String>, Error> {
        let view = self.0.store().read().await?;
        let all = RESOURCE_POLICIES.scan_all(&view, &home.scope(), &Span::all()).await?;
        let mut statements = Vec::new();
        for (_, record) in all {
            let document: Value = serde_json::from_str(&record.document).unwrap_or_default();
            match &document["Statement"] {
                Value::Array(several) => statements.extend(several.iter().cloned()),
                Value::Null => {}
                one => statements.push(one.clone()),
            }
        }
        let document = json!({"Version": "2012-10-17", "Statement": statements});
        Ok((!statements.is_empty()).then(|| document.to_string()))
    }
}

fn destination(resource: &str) -> Option<(Home, String)> {
    let arn: Arn = resource.parse().ok()?;
    let home = Home { account: arn.account_id()?, region: arn.region_code()? };
    Some((home, arn.resource.strip_prefix("destination:")?.to_owned()))
}

impl ResourcePolicies for LogPolicies {
    fn policy<'a>(&'a self, _ctx: &'a Ctx, resource: &'a str) -> BoxFuture<'a, Result<Option<String>, Error>> {
        Box::pin(async move {
            if let Some((home, name)) = destination(resource) {
                let view = self.0.store().read().await?;
                let record = DESTINATIONS.get(&view, &home.scope(), &name.as_str()).await?;
                return Ok(record.and_then(|record| record.policy));
            }
            match Home::of_group_arn(resource) {
                Some((home, _)) => self.of_account(&home).await,
                None => Ok(None),
            }
        })
    }

    fn tags<'a>(&'a self, _ctx: &'a Ctx, resource: &'a str) -> BoxFuture<'a, Result<Tags, Error>> {
        Box::pin(async move {
            let view = self.0.store().read().await?;
            if let Some((home, name)) = destination(resource) {
                let record = DESTINATIONS.get(&view, &home.scope(), &name.as_str()).await?;
                return Ok(record.map(|record| record.tags).unwrap_or_default());
            }
            let Some((home, name)) = Home::of_group_arn(resource) else { return Ok(Tags::new()) };
            let record = GROUPS.get(&view, &home.scope(), &name.as_str()).await?;
            Ok(record.map(|record| record.tags).unwrap_or_default())
        })
    }
}
