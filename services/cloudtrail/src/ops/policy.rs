//! Policies on event data stores and channels, which really decide; and what else access is decided by: tags.

use api_cloudtrail::{
    DeleteResourcePolicy, DeleteResourcePolicyInput, DeleteResourcePolicyOutput, GetResourcePolicy,
    GetResourcePolicyInput, GetResourcePolicyOutput, PutResourcePolicy, PutResourcePolicyInput,
    PutResourcePolicyOutput, errors,
};
use names::{Arn, Tags};
use policy::{Kind, Policy};
use service_kit::{BoxFuture, Ctx, Error, Outcome, ResourcePolicies};
use store::Scope;

use super::address::resource_of;
use super::{channel, data_store, tags};
use crate::store::{POLICIES, PolicyRecord};

/// The policies of event data stores and channels.
pub(crate) struct OwnPolicies;

impl ResourcePolicies for OwnPolicies {
    fn policy<'a>(&'a self, ctx: &'a Ctx, resource: &'a str) -> BoxFuture<'a, Result<Option<String>, Error>> {
        Box::pin(async move {
            let Some(owner) = resource.parse::<Arn>().ok().and_then(|arn| arn.account_id()) else { return Ok(None) };
            let view = ctx.store().read().await?;
            let found = POLICIES.get(&view, &Scope::Account(owner), &resource).await?;
            Ok(found.map(|PolicyRecord(text)| text))
        })
    }

    fn tags<'a>(&'a self, ctx: &'a Ctx, resource: &'a str) -> BoxFuture<'a, Result<Tags, Error>> {
        // What is not there has no tags.
        Box::pin(async move { Ok(tags::tags_of(ctx, resource).await.unwrap_or_default()) })
    }
}

/// Sets a resource's policy.
pub(crate) async fn put_resource_policy(ctx: &Ctx, input: PutResourcePolicyInput) -> Outcome<PutResourcePolicy> {
    let arn = existing(ctx, &input.resource_arn).await?;
    if let Err(malformed) = Policy::parse(&input.resource_policy, Kind::Resource) {
        return Err(errors::resource_policy_not_valid_exception(malformed.to_string()).into());
    }
    let (scope, key, record) =
        (Scope::Account(ctx.account()), arn.as_str(), &PolicyRecord(input.resource_policy.clone()));
    let put = ctx.store().transact(|tx| {
        let scope = scope.clone();
        async move {
            POLICIES.put(&tx, &scope, &key, record)?;
            Ok::<_, Error>(())
        }
    });
    put.await?;
    Ok(PutResourcePolicyOutput {
        resource_arn: Some(arn),
        resource_policy: Some(input.resource_policy),
        ..Default::default()
    })
}

/// Shows a resource's policy.
pub(crate) async fn get_resource_policy(ctx: &Ctx, input: GetResourcePolicyInput) -> Outcome<GetResourcePolicy> {
    let arn = existing(ctx, &input.resource_arn).await?;
    let view = ctx.store().read().await?;
    let found = POLICIES.get(&view, &Scope::Account(ctx.account()), &arn.as_str()).await?;
    let PolicyRecord(text) = found.ok_or_else(none)?;
    Ok(GetResourcePolicyOutput { resource_arn: Some(arn), resource_policy: Some(text), ..Default::default() })
}

/// Removes a resource's policy.
pub(crate) async fn delete_resource_policy(
    ctx: &Ctx,
    input: DeleteResourcePolicyInput,
) -> Outcome<DeleteResourcePolicy> {
    let arn = existing(ctx, &input.resource_arn).await?;
    let (scope, key) = (Scope::Account(ctx.account()), arn.as_str());
    let deleted = ctx.store().transact(|tx| {
        let scope = scope.clone();
        async move {
            POLICIES.get(&tx, &scope, &key).await?.ok_or_else(none)?;
            POLICIES.delete(&tx, &scope, &key);
            Ok::<_, Error>(())
        }
    });
    deleted.await?;
    Ok(DeleteResourcePolicyOutput {})
}

/// The ARN, when it is of something that is there and may have a policy.
async fn existing(ctx: &Ctx, arn: &str) -> Result<String, Error> {
    let gone = |_| errors::resource_not_found_exception(format!("The resource {arn} was not found."));
    match resource_of(arn).as_ref().map(|(_, kind, _)| kind.as_str()) {
        Some("eventdatastore") => data_store::own(ctx, arn).await.map(|_| ()).map_err(gone)?,
        Some("channel") => channel::own(ctx, arn).await.map(|_| ()).map_err(gone)?,
        Some(_) => {
            let text = "Only event data stores and channels can have resource policies.";
            return Err(errors::resource_type_not_supported_exception(text).into());
        }
        None => {
            let text = format!("The resource ARN {arn} is not valid.");
            return Err(errors::resource_arn_not_valid_exception(text).into());
        }
    }
    Ok(arn.to_owned())
}

fn none() -> Error {
    errors::resource_policy_not_found_exception("The resource has no policy.").into()
}
