//! The organization's resource policy.

use api_organizations::{
    DeleteResourcePolicy, DeleteResourcePolicyInput, DeleteResourcePolicyOutput, DescribeResourcePolicy,
    DescribeResourcePolicyInput, DescribeResourcePolicyOutput, InvalidInputExceptionReason as Reason,
    PutResourcePolicy, PutResourcePolicyInput, PutResourcePolicyOutput, ResourcePolicy, ResourcePolicySummary,
};
use policy::{Kind, Policy};
use serde_json::Value;
use service_kit::{Access, Ctx, Error, Outcome};

use super::access::Scene;
use super::{gate, tags};
use crate::Organizations;
use crate::engine::seat::Seat;
use crate::error::invalid;
use crate::store::DelegationRecord;

/// What a resource policy can let members do. Source: User Guide, "Delegated administrator for AWS Organizations",
/// "Supported delegation policy actions".
const DELEGABLE: [&str; 33] = [
    "AttachPolicy",
    "CreatePolicy",
    "DeletePolicy",
    "DescribeAccount",
    "DescribeCreateAccountStatus",
    "DescribeEffectivePolicy",
    "DescribeHandshake",
    "DescribeOrganization",
    "DescribeOrganizationalUnit",
    "DescribePolicy",
    "DescribeResourcePolicy",
    "DetachPolicy",
    "DisablePolicyType",
    "EnablePolicyType",
    "ListAWSServiceAccessForOrganization",
    "ListAccounts",
    "ListAccountsForParent",
    "ListChildren",
    "ListCreateAccountStatus",
    "ListDelegatedAdministrators",
    "ListDelegatedServicesForAccount",
    "ListHandshakesForAccount",
    "ListHandshakesForOrganization",
    "ListOrganizationalUnitsForParent",
    "ListParents",
    "ListPolicies",
    "ListPoliciesForTarget",
    "ListRoots",
    "ListTagsForResource",
    "ListTargetsForPolicy",
    "TagResource",
    "UntagResource",
    "UpdatePolicy",
];

/// Sets the resource policy.
pub(crate) async fn put_resource_policy(ctx: &Ctx, input: PutResourcePolicyInput) -> Outcome<PutResourcePolicy> {
    let seat = gate::manager(ctx).await?;
    check(&input.content)?;
    let tags = tags::read(input.tags)?;
    let record = ctx.state::<Organizations>().engine().put_delegation(&seat, &input.content, &tags).await?;
    Ok(PutResourcePolicyOutput { resource_policy: Some(show(&seat, record)) })
}

/// Shows the resource policy.
pub(crate) async fn describe_resource_policy(
    ctx: &Ctx,
    _input: DescribeResourcePolicyInput,
) -> Outcome<DescribeResourcePolicy> {
    let seat = gate::reader(ctx, &Access::any()).await?;
    let record = ctx.state::<Organizations>().engine().delegation(&seat).await?;
    Ok(DescribeResourcePolicyOutput { resource_policy: Some(show(&seat, record)) })
}

/// Removes the resource policy.
pub(crate) async fn delete_resource_policy(
    ctx: &Ctx,
    _input: DeleteResourcePolicyInput,
) -> Outcome<DeleteResourcePolicy> {
    let seat = gate::manager(ctx).await?;
    ctx.state::<Organizations>().engine().delete_delegation(&seat).await?;
    Ok(DeleteResourcePolicyOutput {})
}

/// What setting the resource policy touches.
pub(crate) fn access_to_put(ctx: &Ctx, input: &PutResourcePolicyInput) -> Result<Access, Error> {
    Ok(tags::tagging(Scene::of(ctx)?.to_resource_policy()?, input.tags.as_ref()))
}

fn show(seat: &Seat, record: DelegationRecord) -> ResourcePolicy {
    let summary = ResourcePolicySummary { arn: Some(seat.arns().resource_policy(&record.id)), id: Some(record.id) };
    ResourcePolicy { resource_policy_summary: Some(summary), content: Some(record.content) }
}

/// Refuses what is no policy, and actions that cannot be delegated.
fn check(content: &str) -> Result<(), Error> {
    Policy::parse(content, Kind::Resource)
        .map_err(|malformed| invalid(Reason::InvalidResourcePolicyJson, malformed.message))?;
    let document: Value = serde_json::from_str(content).unwrap_or_default();
    let actions = list(&document["Statement"]).into_iter().flat_map(|statement| list(&statement["Action"]));
    for action in actions.filter_map(Value::as_str) {
        if !is_delegable(action) {
            let text = format!("The action {action} is not supported in a resource policy.");
            return Err(invalid(Reason::UnsupportedActionInResourcePolicy, text));
        }
    }
    Ok(())
}

/// Whether an action, with or without wildcards, is one that can be delegated.
fn is_delegable(action: &str) -> bool {
    let Some((service, name)) = action.split_once(':') else { return false };
    let known = |of: &&str| of.eq_ignore_ascii_case(name);
    service.eq_ignore_ascii_case("organizations") && (name.contains(['*', '?']) || DELEGABLE.iter().any(known))
}

/// One element or a list of them, as policies write either.
fn list(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(values) => values.iter().collect(),
        Value::Null => Vec::new(),
        value => vec![value],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_delegated() {
        for (action, good) in [
            ("organizations:ListPolicies", true),
            ("Organizations:listpolicies", true),
            ("organizations:List*", true),
            ("organizations:CloseAccount", false),
            ("sqs:SendMessage", false),
            ("*", false),
        ] {
            assert_eq!(is_delegable(action), good, "{action}");
        }
    }
}
