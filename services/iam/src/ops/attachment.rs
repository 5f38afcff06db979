//! Managed policies on users, groups and roles: attached, listed, detached; and as permissions boundaries.

use api_iam::{
    AttachGroupPolicy, AttachGroupPolicyInput, AttachGroupPolicyOutput, AttachRolePolicy, AttachRolePolicyInput,
    AttachRolePolicyOutput, AttachUserPolicy, AttachUserPolicyInput, AttachUserPolicyOutput, AttachedPolicy,
    DeleteRolePermissionsBoundary, DeleteRolePermissionsBoundaryInput, DeleteRolePermissionsBoundaryOutput,
    DeleteUserPermissionsBoundary, DeleteUserPermissionsBoundaryInput, DeleteUserPermissionsBoundaryOutput,
    DetachGroupPolicy, DetachGroupPolicyInput, DetachGroupPolicyOutput, DetachRolePolicy, DetachRolePolicyInput,
    DetachRolePolicyOutput, DetachUserPolicy, DetachUserPolicyInput, DetachUserPolicyOutput, ListAttachedGroupPolicies,
    ListAttachedGroupPoliciesInput, ListAttachedGroupPoliciesOutput, ListAttachedRolePolicies,
    ListAttachedRolePoliciesInput, ListAttachedRolePoliciesOutput, ListAttachedUserPolicies,
    ListAttachedUserPoliciesInput, ListAttachedUserPoliciesOutput, PutRolePermissionsBoundary,
    PutRolePermissionsBoundaryInput, PutRolePermissionsBoundaryOutput, PutUserPermissionsBoundary,
    PutUserPermissionsBoundaryInput, PutUserPermissionsBoundaryOutput,
};
use service_kit::{Ctx, Error, Outcome};

use super::access::check_arn;
use super::edge::{Asked, Page, engine, home, path};
use super::shown;
use crate::engine::entity::Kind;
use crate::engine::home::PolicyArn;
use crate::store::key;

async fn attach(ctx: &Ctx, kind: Kind, name: &str, arn: &str) -> Result<(), Error> {
    check_arn(arn)?;
    Ok(engine(ctx).attach(home(ctx), kind, name, arn).await?)
}

async fn detach(ctx: &Ctx, kind: Kind, name: &str, arn: &str) -> Result<(), Error> {
    check_arn(arn)?;
    Ok(engine(ctx).detach(home(ctx), kind, name, arn).await?)
}

/// What a listing of attached policies asks for.
struct Listing<'a> {
    kind: Kind,
    name: &'a str,
    prefix: Option<String>,
    marker: Option<&'a str>,
    most: Option<i32>,
}

async fn list(ctx: &Ctx, listing: Listing<'_>) -> Result<Page<AttachedPolicy>, Error> {
    let prefix = path(listing.prefix);
    let asked = Asked::new(ctx, &format!("{}{prefix}", key(listing.name)), listing.marker, listing.most)?;
    let mut attached = engine(ctx).entity(home(ctx), listing.kind, listing.name).await?.attached;
    attached.retain(|arn| PolicyArn::parse(arn).is_some_and(|parsed| parsed.path.starts_with(&prefix)));
    attached.sort();
    Ok(asked.cut(ctx, shown::attached(&attached), |policy| policy.policy_arn.clone().unwrap_or_default()))
}

/// Attaches a policy to a user.
pub(crate) async fn attach_user_policy(ctx: &Ctx, input: AttachUserPolicyInput) -> Outcome<AttachUserPolicy> {
    attach(ctx, Kind::User, &input.user_name, &input.policy_arn).await?;
    Ok(AttachUserPolicyOutput {})
}

/// Attaches a policy to a group.
pub(crate) async fn attach_group_policy(ctx: &Ctx, input: AttachGroupPolicyInput) -> Outcome<AttachGroupPolicy> {
    attach(ctx, Kind::Group, &input.group_name, &input.policy_arn).await?;
    Ok(AttachGroupPolicyOutput {})
}

/// Attaches a policy to a role.
pub(crate) async fn attach_role_policy(ctx: &Ctx, input: AttachRolePolicyInput) -> Outcome<AttachRolePolicy> {
    attach(ctx, Kind::Role, &input.role_name, &input.policy_arn).await?;
    Ok(AttachRolePolicyOutput {})
}

/// Detaches a policy from a user.
pub(crate) async fn detach_user_policy(ctx: &Ctx, input: DetachUserPolicyInput) -> Outcome<DetachUserPolicy> {
    detach(ctx, Kind::User, &input.user_name, &input.policy_arn).await?;
    Ok(DetachUserPolicyOutput {})
}

/// Detaches a policy from a group.
pub(crate) async fn detach_group_policy(ctx: &Ctx, input: DetachGroupPolicyInput) -> Outcome<DetachGroupPolicy> {
    detach(ctx, Kind::Group, &input.group_name, &input.policy_arn).await?;
    Ok(DetachGroupPolicyOutput {})
}

/// Detaches a policy from a role.
pub(crate) async fn detach_role_policy(ctx: &Ctx, input: DetachRolePolicyInput) -> Outcome<DetachRolePolicy> {
    detach(ctx, Kind::Role, &input.role_name, &input.policy_arn).await?;
    Ok(DetachRolePolicyOutput {})
}

/// Lists the policies attached to a user.
pub(crate) async fn list_attached_user_policies(
    ctx: &Ctx,
    input: ListAttachedUserPoliciesInput,
) -> Outcome<ListAttachedUserPolicies> {
    let (marker, most) = (input.marker.as_deref(), input.max_items);
    let listing = Listing { kind: Kind::User, name: &input.user_name, prefix: input.path_prefix, marker, most };
    let Page { items, is_truncated, marker } = list(ctx, listing).await?;
    Ok(ListAttachedUserPoliciesOutput { attached_policies: Some(items), is_truncated, marker })
}

/// Lists the policies attached to a group.
pub(crate) async fn list_attached_group_policies(
    ctx: &Ctx,
    input: ListAttachedGroupPoliciesInput,
) -> Outcome<ListAttachedGroupPolicies> {
    let (marker, most) = (input.marker.as_deref(), input.max_items);
    let listing = Listing { kind: Kind::Group, name: &input.group_name, prefix: input.path_prefix, marker, most };
    let Page { items, is_truncated, marker } = list(ctx, listing).await?;
    Ok(ListAttachedGroupPoliciesOutput { attached_policies: Some(items), is_truncated, marker })
}

/// Lists the policies attached to a role.
pub(crate) async fn list_attached_role_policies(
    ctx: &Ctx,
    input: ListAttachedRolePoliciesInput,
) -> Outcome<ListAttachedRolePolicies> {
    let (marker, most) = (input.marker.as_deref(), input.max_items);
    let listing = Listing { kind: Kind::Role, name: &input.role_name, prefix: input.path_prefix, marker, most };
    let Page { items, is_truncated, marker } = list(ctx, listing).await?;
    Ok(ListAttachedRolePoliciesOutput { attached_policies: Some(items), is_truncated, marker })
}

/// Sets the permissions boundary of a user.
pub(crate) async fn put_user_permissions_boundary(
    ctx: &Ctx,
    input: PutUserPermissionsBoundaryInput,
) -> Outcome<PutUserPermissionsBoundary> {
    engine(ctx).bound(home(ctx), Kind::User, &input.user_name, Some(&input.permissions_boundary)).await?;
    Ok(PutUserPermissionsBoundaryOutput {})
}

/// Sets the permissions boundary of a role.
pub(crate) async fn put_role_permissions_boundary(
    ctx: &Ctx,
    input: PutRolePermissionsBoundaryInput,
) -> Outcome<PutRolePermissionsBoundary> {
    engine(ctx).bound(home(ctx), Kind::Role, &input.role_name, Some(&input.permissions_boundary)).await?;
    Ok(PutRolePermissionsBoundaryOutput {})
}

/// Takes the permissions boundary off a user.
pub(crate) async fn delete_user_permissions_boundary(
    ctx: &Ctx,
    input: DeleteUserPermissionsBoundaryInput,
) -> Outcome<DeleteUserPermissionsBoundary> {
    engine(ctx).bound(home(ctx), Kind::User, &input.user_name, None).await?;
    Ok(DeleteUserPermissionsBoundaryOutput {})
}

/// Takes the permissions boundary off a role.
pub(crate) async fn delete_role_permissions_boundary(
    ctx: &Ctx,
    input: DeleteRolePermissionsBoundaryInput,
) -> Outcome<DeleteRolePermissionsBoundary> {
    engine(ctx).bound(home(ctx), Kind::Role, &input.role_name, None).await?;
    Ok(DeleteRolePermissionsBoundaryOutput {})
}
