//! Policies for all groups of an account: subscriptions, data protection, field indexes.

use api_logs::{
    AccountPolicy, DeleteAccountPolicy, DeleteAccountPolicyInput, DeleteAccountPolicyOutput, DescribeAccountPolicies,
    DescribeAccountPoliciesInput, DescribeAccountPoliciesOutput, PolicyType, PutAccountPolicy, PutAccountPolicyInput,
    PutAccountPolicyOutput, Scope,
};
use serde_json::Value;
use service_kit::{Access, Ctx, Error, Fault, Outcome};
use store::Span;

use super::address::{engine, own};
use crate::engine::protection;
use crate::error::{bad_pattern, invalid, missing};
use crate::store::{ACCOUNT_POLICIES, AccountPolicyRecord};
use crate::{courier, ops};

/// Policies of one type. Source: PutAccountPolicy; field index policies may be 20, one a selection.
fn most(kind: &str) -> usize {
    if kind == "FIELD_INDEX_POLICY" { 20 } else { 1 }
}

/// Sets a policy.
pub(crate) async fn put_account_policy(ctx: &Ctx, input: PutAccountPolicyInput) -> Outcome<PutAccountPolicy> {
    let kind = input.policy_type.as_str().to_owned();
    check(ctx, &kind, &input).await?;
    let record = AccountPolicyRecord {
        document: input.policy_document,
        updated: ctx.now(),
        selection: input.selection_criteria,
    };
    let (scope, key, put) = (own(ctx).scope(), (kind.as_str(), input.policy_name.as_str()), &record);
    engine(ctx)
        .store()
        .transact(|tx| {
            let scope = &scope;
            async move {
                let others = ACCOUNT_POLICIES.scan_all(&tx, scope, &Span::prefix(&(key.0,))).await?;
                if others.iter().filter(|((_, name), _)| name != key.1).count() >= most(key.0) {
                    return Err(crate::error::too_many());
                }
                Ok::<_, Error>(ACCOUNT_POLICIES.put(&tx, scope, &key, put)?)
            }
        })
        .await?;
    let account_policy = Some(as_shown(ctx, &kind, &input.policy_name, record));
    Ok(PutAccountPolicyOutput { account_policy })
}

/// What setting a policy touches.
pub(crate) fn access_to_put(_: &Ctx, input: &PutAccountPolicyInput) -> Result<Access, Error> {
    let access = Access::any();
    let target = match input.policy_type {
        PolicyType::SubscriptionFilterPolicy => courier::target_of(&input.policy_document),
        _ => None,
    };
    Ok(match target.and_then(|target| target.role) {
        Some(role) => access.passing_role(&role, "logs.amazonaws.com"),
        None => access,
    })
}

/// Removes a policy.
pub(crate) async fn delete_account_policy(ctx: &Ctx, input: DeleteAccountPolicyInput) -> Outcome<DeleteAccountPolicy> {
    let (scope, key) = (own(ctx).scope(), (input.policy_type.as_str(), input.policy_name.as_str()));
    engine(ctx)
        .store()
        .transact(|tx| {
            let scope = &scope;
            async move {
                let there = ACCOUNT_POLICIES.get(&tx, scope, &key).await?;
                there.ok_or_else(|| missing("The specified policy does not exist."))?;
                ACCOUNT_POLICIES.delete(&tx, scope, &key);
                Ok::<_, Error>(())
            }
        })
        .await?;
    Ok(DeleteAccountPolicyOutput {})
}

/// Policies of a type.
pub(crate) async fn describe_account_policies(
    ctx: &Ctx,
    input: DescribeAccountPoliciesInput,
) -> Outcome<DescribeAccountPolicies> {
    let kind = input.policy_type.as_str();
    let view = engine(ctx).store().read().await?;
    let found = ACCOUNT_POLICIES.scan_all(&view, &own(ctx).scope(), &Span::prefix(&(kind,))).await?;
    let wanted = |name: &str| input.policy_name.as_deref().is_none_or(|wanted| wanted == name);
    let shown = found.into_iter().filter(|((_, name), _)| wanted(name));
    let account_policies = shown.map(|((_, name), record)| as_shown(ctx, kind, &name, record)).collect();
    Ok(DescribeAccountPoliciesOutput { account_policies: Some(account_policies), next_token: None })
}

/// Whether a policy is for a group: `LogGroupName NOT IN ["a", "b"]`, `LogGroupNamePrefix = "/x"`.
pub(crate) fn selects(record: &AccountPolicyRecord, group: &str) -> bool {
    let Some(selection) = record.selection.as_deref().map(str::trim).filter(|text| !text.is_empty()) else {
        return true;
    };
    if let Some((_, list)) = selection.split_once("NOT IN") {
        let names: Vec<String> = serde_json::from_str(list.trim()).unwrap_or_default();
        return !names.iter().any(|name| name == group);
    }
    match selection.split_once('=') {
        Some((_, prefix)) => group.starts_with(prefix.trim().trim_matches('"')),
        None => true,
    }
}

async fn check(ctx: &Ctx, kind: &str, input: &PutAccountPolicyInput) -> Result<(), Error> {
    let document = &input.policy_document;
    match kind {
        "DATA_PROTECTION_POLICY" => protection::read(document).map(|_| ()).map_err(invalid),
        "FIELD_INDEX_POLICY" => ops::index::check(document),
        "SUBSCRIPTION_FILTER_POLICY" => {
            let read: Value = serde_json::from_str(document).map_err(|_| invalid("Invalid policy document."))?;
            let pattern = read["FilterPattern"].as_str().unwrap_or_default();
            engine(ctx).patterns().get(pattern).map_err(bad_pattern)?;
            let target = courier::target_of(document).ok_or_else(|| invalid("DestinationArn is required."))?;
            ops::subscription::reach(ctx, "*", &target).await
        }
        _ => {
            let operation = format!("PutAccountPolicy with {kind}");
            Err(Fault::NotImplemented { service: "logs".to_owned(), operation }.into())
        }
    }
}

fn as_shown(ctx: &Ctx, kind: &str, name: &str, record: AccountPolicyRecord) -> AccountPolicy {
    AccountPolicy {
        policy_name: Some(name.to_owned()),
        policy_document: Some(record.document),
        last_updated_time: Some(record.updated.millis()),
        policy_type: Some(PolicyType::from(kind)),
        scope: Some(Scope::All),
        selection_criteria: record.selection,
        account_id: Some(ctx.account().to_string()),
    }
}
