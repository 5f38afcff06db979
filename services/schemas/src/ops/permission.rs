//! The policies of registries.

use api_schemas::{
    DeleteResourcePolicy, DeleteResourcePolicyInput, DeleteResourcePolicyOutput, GetResourcePolicy,
    GetResourcePolicyInput, GetResourcePolicyOutput, PutResourcePolicy, PutResourcePolicyInput,
    PutResourcePolicyOutput,
};
use serde_json::Value;
use service_kit::{Access, Ctx, Error, Outcome};

use super::address::{engine, registry, registry_access};
use crate::engine::Refusal;
use crate::engine::home::RegistryId;
use crate::error::{invalid, of_registry};

/// Puts a policy on a registry.
pub(crate) async fn put_resource_policy(ctx: &Ctx, input: PutResourcePolicyInput) -> Outcome<PutResourcePolicy> {
    let id = named(ctx, input.registry_name.as_deref())?;
    check(&input.policy)?;
    let put = engine(ctx).put_policy(&id, &input.policy, input.revision_id.as_deref()).await;
    let revision = put.map_err(|refusal| of_registry(&id, refusal))?;
    Ok(PutResourcePolicyOutput { policy: Some(input.policy), revision_id: Some(revision) })
}

/// Shows the policy of a registry.
pub(crate) async fn get_resource_policy(ctx: &Ctx, input: GetResourcePolicyInput) -> Outcome<GetResourcePolicy> {
    let id = named(ctx, input.registry_name.as_deref())?;
    let record = engine(ctx).registry(&id).await.map_err(|refusal| of_registry(&id, refusal))?;
    let (policy, revision) = record.policy.ok_or_else(|| of_registry(&id, Refusal::NoPolicy))?;
    Ok(GetResourcePolicyOutput { policy: Some(policy), revision_id: Some(revision) })
}

/// Removes the policy of a registry.
pub(crate) async fn delete_resource_policy(
    ctx: &Ctx,
    input: DeleteResourcePolicyInput,
) -> Outcome<DeleteResourcePolicy> {
    let id = named(ctx, input.registry_name.as_deref())?;
    engine(ctx).delete_policy(&id).await.map_err(|refusal| of_registry(&id, refusal))?;
    Ok(DeleteResourcePolicyOutput {})
}

/// What a call about a policy touches.
pub(crate) fn access(ctx: &Ctx, named: Option<&str>) -> Access {
    named.map_or_else(Access::any, |named| registry_access(ctx, named))
}

fn named(ctx: &Ctx, name: Option<&str>) -> Result<RegistryId, Error> {
    name.map(|name| registry(ctx, name)).ok_or_else(|| invalid("RegistryName is required."))
}

/// A policy of a registry is about actions of the registry. Source: what AWS refuses, as users of CloudFormation report it.
fn check(policy: &str) -> Result<(), Error> {
    let wrong = |why: &str| invalid(format!("The policy is not valid: {why}."));
    let document: Value = serde_json::from_str(policy).map_err(|_| wrong("it is not JSON"))?;
    let statements = match document.get("Statement") {
        Some(Value::Array(all)) => all.iter().collect(),
        Some(one @ Value::Object(_)) => vec![one],
        _ => return Err(wrong("it has no statements")),
    };
    for statement in statements {
        if !["Effect", "Principal", "Action"].iter().all(|name| statement.get(name).is_some()) {
            return Err(wrong("a statement needs Effect, Principal and Action"));
        }
        let actions = match &statement["Action"] {
            Value::Array(all) => all.iter().collect(),
            one => vec![one],
        };
        let own =
            |action: &&Value| action.as_str().is_some_and(|action| action == "*" || action.starts_with("schemas:"));
        if !actions.iter().all(own) {
            return Err(wrong("actions must be those of schemas"));
        }
    }
    Ok(())
}
