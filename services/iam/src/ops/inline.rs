//! Inline policies of users, groups and roles.

use api_iam::{
    DeleteGroupPolicy, DeleteGroupPolicyInput, DeleteGroupPolicyOutput, DeleteRolePolicy, DeleteRolePolicyInput,
    DeleteRolePolicyOutput, DeleteUserPolicy, DeleteUserPolicyInput, DeleteUserPolicyOutput, GetGroupPolicy,
    GetGroupPolicyInput, GetGroupPolicyOutput, GetRolePolicy, GetRolePolicyInput, GetRolePolicyOutput, GetUserPolicy,
    GetUserPolicyInput, GetUserPolicyOutput, ListGroupPolicies, ListGroupPoliciesInput, ListGroupPoliciesOutput,
    ListRolePolicies, ListRolePoliciesInput, ListRolePoliciesOutput, ListUserPolicies, ListUserPoliciesInput,
    ListUserPoliciesOutput, PutGroupPolicy, PutGroupPolicyInput, PutGroupPolicyOutput, PutRolePolicy,
    PutRolePolicyInput, PutRolePolicyOutput, PutUserPolicy, PutUserPolicyInput, PutUserPolicyOutput,
};
use service_kit::{Ctx, Error, Outcome};

use super::edge::{Asked, Page, encoded, engine, home};
use crate::engine::entity::Kind;
use crate::store::{InlineRecord, key};

async fn put(ctx: &Ctx, kind: Kind, holder: &str, name: String, document: String) -> Result<(), Error> {
    Ok(engine(ctx).put_inline(home(ctx), kind, holder, &InlineRecord { name, document }).await?)
}

async fn list(
    ctx: &Ctx,
    kind: Kind,
    holder: &str,
    marker: Option<&str>,
    most: Option<i32>,
) -> Result<Page<String>, Error> {
    let asked = Asked::new(ctx, &key(holder), marker, most)?;
    let names = engine(ctx).inline_names(home(ctx), kind, holder).await?;
    Ok(asked.cut(ctx, names, |name| key(name)))
}

/// Puts an inline policy into a user, over one of the same name.
pub(crate) async fn put_user_policy(ctx: &Ctx, input: PutUserPolicyInput) -> Outcome<PutUserPolicy> {
    put(ctx, Kind::User, &input.user_name, input.policy_name, input.policy_document).await?;
    Ok(PutUserPolicyOutput {})
}

/// Shows an inline policy of a user.
pub(crate) async fn get_user_policy(ctx: &Ctx, input: GetUserPolicyInput) -> Outcome<GetUserPolicy> {
    let inline = engine(ctx).inline(home(ctx), Kind::User, &input.user_name, &input.policy_name).await?;
    let policy_document = encoded(&inline.document);
    Ok(GetUserPolicyOutput { user_name: input.user_name, policy_name: inline.name, policy_document })
}

/// Deletes an inline policy of a user.
pub(crate) async fn delete_user_policy(ctx: &Ctx, input: DeleteUserPolicyInput) -> Outcome<DeleteUserPolicy> {
    engine(ctx).delete_inline(home(ctx), Kind::User, &input.user_name, &input.policy_name).await?;
    Ok(DeleteUserPolicyOutput {})
}

/// Lists the inline policies of a user by name.
pub(crate) async fn list_user_policies(ctx: &Ctx, input: ListUserPoliciesInput) -> Outcome<ListUserPolicies> {
    let page = list(ctx, Kind::User, &input.user_name, input.marker.as_deref(), input.max_items).await?;
    let Page { items, is_truncated, marker } = page;
    Ok(ListUserPoliciesOutput { policy_names: items, is_truncated, marker })
}

/// Puts an inline policy into a group, over one of the same name.
pub(crate) async fn put_group_policy(ctx: &Ctx, input: PutGroupPolicyInput) -> Outcome<PutGroupPolicy> {
    put(ctx, Kind::Group, &input.group_name, input.policy_name, input.policy_document).await?;
    Ok(PutGroupPolicyOutput {})
}

/// Shows an inline policy of a group.
pub(crate) async fn get_group_policy(ctx: &Ctx, input: GetGroupPolicyInput) -> Outcome<GetGroupPolicy> {
    let inline = engine(ctx).inline(home(ctx), Kind::Group, &input.group_name, &input.policy_name).await?;
    let policy_document = encoded(&inline.document);
    Ok(GetGroupPolicyOutput { group_name: input.group_name, policy_name: inline.name, policy_document })
}

/// Deletes an inline policy of a group.
pub(crate) async fn delete_group_policy(ctx: &Ctx, input: DeleteGroupPolicyInput) -> Outcome<DeleteGroupPolicy> {
    engine(ctx).delete_inline(home(ctx), Kind::Group, &input.group_name, &input.policy_name).await?;
    Ok(DeleteGroupPolicyOutput {})
}

/// Lists the inline policies of a group by name.
pub(crate) async fn list_group_policies(ctx: &Ctx, input: ListGroupPoliciesInput) -> Outcome<ListGroupPolicies> {
    let page = list(ctx, Kind::Group, &input.group_name, input.marker.as_deref(), input.max_items).await?;
    let Page { items, is_truncated, marker } = page;
    Ok(ListGroupPoliciesOutput { policy_names: items, is_truncated, marker })
}

/// Puts an inline policy into a role, over one of the same name.
pub(crate) async fn put_role_policy(ctx: &Ctx, input: PutRolePolicyInput) -> Outcome<PutRolePolicy> {
    put(ctx, Kind::Role, &input.role_name, input.policy_name, input.policy_document).await?;
    Ok(PutRolePolicyOutput {})
}

/// Shows an inline policy of a role.
pub(crate) async fn get_role_policy(ctx: &Ctx, input: GetRolePolicyInput) -> Outcome<GetRolePolicy> {
    let inline = engine(ctx).inline(home(ctx), Kind::Role, &input.role_name, &input.policy_name).await?;
    let policy_document = encoded(&inline.document);
    Ok(GetRolePolicyOutput { role_name: input.role_name, policy_name: inline.name, policy_document })
}

/// Deletes an inline policy of a role.
pub(crate) async fn delete_role_policy(ctx: &Ctx, input: DeleteRolePolicyInput) -> Outcome<DeleteRolePolicy> {
    engine(ctx).delete_inline(home(ctx), Kind::Role, &input.role_name, &input.policy_name).await?;
    Ok(DeleteRolePolicyOutput {})
}

/// Lists the inline policies of a role by name.
pub(crate) async fn list_role_policies(ctx: &Ctx, input: ListRolePoliciesInput) -> Outcome<ListRolePolicies> {
    let page = list(ctx, Kind::Role, &input.role_name, input.marker.as_deref(), input.max_items).await?;
    let Page { items, is_truncated, marker } = page;
    Ok(ListRolePoliciesOutput { policy_names: items, is_truncated, marker })
}
