//! Managed policies and their versions.

use api_iam::{
    CreatePolicy, CreatePolicyInput, CreatePolicyOutput, CreatePolicyVersion, CreatePolicyVersionInput,
    CreatePolicyVersionOutput, DeletePolicy, DeletePolicyInput, DeletePolicyOutput, DeletePolicyVersion,
    DeletePolicyVersionInput, DeletePolicyVersionOutput, GetPolicy, GetPolicyInput, GetPolicyOutput, GetPolicyVersion,
    GetPolicyVersionInput, GetPolicyVersionOutput, ListPolicyVersions, ListPolicyVersionsInput,
    ListPolicyVersionsOutput, SetDefaultPolicyVersion, SetDefaultPolicyVersionInput, SetDefaultPolicyVersionOutput,
};
use service_kit::{Ctx, Outcome};

use super::access::check_arn;
use super::edge::{Asked, engine, home, path, tags_in};
use super::shown;
use crate::engine::policy::{NewPolicy, find_any, uses, version, versions};

/// Creates a managed policy with its first version.
pub(crate) async fn create_policy(ctx: &Ctx, input: CreatePolicyInput) -> Outcome<CreatePolicy> {
    let new = NewPolicy {
        name: input.policy_name,
        path: path(input.path),
        document: input.policy_document,
        description: input.description,
        tags: tags_in(input.tags.as_deref())?,
    };
    let record = engine(ctx).create_policy(home(ctx), new).await?;
    Ok(CreatePolicyOutput { policy: Some(shown::policy_made(home(ctx), record)) })
}

/// Shows a managed policy, the account's or AWS's.
pub(crate) async fn get_policy(ctx: &Ctx, input: GetPolicyInput) -> Outcome<GetPolicy> {
    check_arn(&input.policy_arn)?;
    let view = engine(ctx).view().await?;
    let managed = find_any(&view, home(ctx), &input.policy_arn).await?;
    let uses = uses(&view, home(ctx), &input.policy_arn).await?;
    Ok(GetPolicyOutput { policy: Some(shown::policy(home(ctx), &managed, uses)) })
}

/// Deletes a policy that nobody has and that has one version.
pub(crate) async fn delete_policy(ctx: &Ctx, input: DeletePolicyInput) -> Outcome<DeletePolicy> {
    check_arn(&input.policy_arn)?;
    engine(ctx).delete_policy(home(ctx), &input.policy_arn).await?;
    Ok(DeletePolicyOutput {})
}

/// Adds a version to a policy.
pub(crate) async fn create_policy_version(ctx: &Ctx, input: CreatePolicyVersionInput) -> Outcome<CreatePolicyVersion> {
    check_arn(&input.policy_arn)?;
    let in_force = input.set_as_default.unwrap_or_default();
    let added = engine(ctx).add_version(home(ctx), &input.policy_arn, &input.policy_document, in_force).await?;
    Ok(CreatePolicyVersionOutput { policy_version: Some(shown::version_listed(&added)) })
}

/// Shows a version with its document.
pub(crate) async fn get_policy_version(ctx: &Ctx, input: GetPolicyVersionInput) -> Outcome<GetPolicyVersion> {
    check_arn(&input.policy_arn)?;
    let view = engine(ctx).view().await?;
    let managed = find_any(&view, home(ctx), &input.policy_arn).await?;
    let version = version(&view, home(ctx), &managed, Some(&input.version_id)).await?;
    Ok(GetPolicyVersionOutput { policy_version: Some(shown::version(&version)) })
}

/// Lists the versions of a policy, the newest first.
pub(crate) async fn list_policy_versions(ctx: &Ctx, input: ListPolicyVersionsInput) -> Outcome<ListPolicyVersions> {
    check_arn(&input.policy_arn)?;
    let asked = Asked::new(ctx, &input.policy_arn, input.marker.as_deref(), input.max_items)?;
    let view = engine(ctx).view().await?;
    let managed = find_any(&view, home(ctx), &input.policy_arn).await?;
    let all: Vec<_> = versions(&view, home(ctx), &managed).await?.into_iter().enumerate().collect();
    let page = asked.cut(ctx, all, |(number, _)| number.to_string());
    let versions = page.items.iter().map(|(_, version)| shown::version_listed(version)).collect();
    Ok(ListPolicyVersionsOutput { versions: Some(versions), is_truncated: page.is_truncated, marker: page.marker })
}

/// Deletes a version that is not in force.
pub(crate) async fn delete_policy_version(ctx: &Ctx, input: DeletePolicyVersionInput) -> Outcome<DeletePolicyVersion> {
    check_arn(&input.policy_arn)?;
    engine(ctx).delete_version(home(ctx), &input.policy_arn, &input.version_id).await?;
    Ok(DeletePolicyVersionOutput {})
}

/// Puts another version in force.
pub(crate) async fn set_default_policy_version(
    ctx: &Ctx,
    input: SetDefaultPolicyVersionInput,
) -> Outcome<SetDefaultPolicyVersion> {
    check_arn(&input.policy_arn)?;
    engine(ctx).set_default_version(home(ctx), &input.policy_arn, &input.version_id).await?;
    Ok(SetDefaultPolicyVersionOutput {})
}
