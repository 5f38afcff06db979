//! Roles: created, shown, changed, deleted; whom they trust.

use api_iam::{
    CreateRole, CreateRoleInput, CreateRoleOutput, DeleteRole, DeleteRoleInput, DeleteRoleOutput, GetRole,
    GetRoleInput, GetRoleOutput, ListRoles, ListRolesInput, ListRolesOutput, UpdateAssumeRolePolicy,
    UpdateAssumeRolePolicyInput, UpdateAssumeRolePolicyOutput, UpdateRole, UpdateRoleDescription,
    UpdateRoleDescriptionInput, UpdateRoleDescriptionOutput, UpdateRoleInput, UpdateRoleOutput,
};
use service_kit::{Ctx, Error, Outcome};

use super::edge::{Asked, engine, home, path, tags_in};
use super::shown;
use crate::engine::entity::{Body, Kind, NewEntity, RoleBody};
use crate::error::invalid;
use crate::limits;
use crate::store::{EntityRecord, key};

/// Creates a role.
pub(crate) async fn create_role(ctx: &Ctx, input: CreateRoleInput) -> Outcome<CreateRole> {
    let path = path(input.path);
    check_path(&path)?;
    let tags = tags_in(input.tags.as_deref())?;
    let document = input.assume_role_policy_document;
    let trust = engine(ctx).trust(home(ctx), &document).await?;
    let body = RoleBody {
        trust,
        description: input.description,
        max_session: input.max_session_duration.map_or(limits::SESSION, i32::unsigned_abs),
        linked: None,
    };
    let new =
        NewEntity { name: input.role_name, path, tags, boundary: input.permissions_boundary, body: Body::Role(body) };
    let record = engine(ctx).create(home(ctx), new).await?;
    Ok(CreateRoleOutput { role: shown::role_made(home(ctx), &record, &document) })
}

/// Roles under AWS's own path are made by services alone.
fn check_path(path: &str) -> Result<(), Error> {
    match path.starts_with("/aws-service-role/") {
        true => Err(invalid("Roles with the path prefix /aws-service-role/ can only be created by AWS services.")),
        false => Ok(()),
    }
}

/// Shows a role.
pub(crate) async fn get_role(ctx: &Ctx, input: GetRoleInput) -> Outcome<GetRole> {
    let record = engine(ctx).entity(home(ctx), Kind::Role, &input.role_name).await?;
    Ok(GetRoleOutput { role: shown::role(engine(ctx), home(ctx), &record).await? })
}

/// Lists roles by the beginning of their paths.
pub(crate) async fn list_roles(ctx: &Ctx, input: ListRolesInput) -> Outcome<ListRoles> {
    let prefix = path(input.path_prefix);
    let asked = Asked::new(ctx, &prefix, input.marker.as_deref(), input.max_items)?;
    let found = engine(ctx).entities(home(ctx), Kind::Role, &prefix, asked.after.as_deref(), asked.wanted()).await?;
    let page = asked.page(ctx, found, |role| key(&role.name));
    let mut roles = Vec::with_capacity(page.items.len());
    for role in &page.items {
        roles.push(shown::role_listed(engine(ctx), home(ctx), role).await?);
    }
    Ok(ListRolesOutput { roles, is_truncated: page.is_truncated, marker: page.marker })
}

/// Deletes a role without policies that no instance profile has.
pub(crate) async fn delete_role(ctx: &Ctx, input: DeleteRoleInput) -> Outcome<DeleteRole> {
    engine(ctx).delete(home(ctx), Kind::Role, &input.role_name).await?;
    Ok(DeleteRoleOutput {})
}

/// Replaces the trust policy of a role.
pub(crate) async fn update_assume_role_policy(
    ctx: &Ctx,
    input: UpdateAssumeRolePolicyInput,
) -> Outcome<UpdateAssumeRolePolicy> {
    engine(ctx).set_trust(home(ctx), &input.role_name, &input.policy_document).await?;
    Ok(UpdateAssumeRolePolicyOutput {})
}

/// Changes the description of a role and how long its sessions may last.
pub(crate) async fn update_role(ctx: &Ctx, input: UpdateRoleInput) -> Outcome<UpdateRole> {
    let (description, session) = (input.description, input.max_session_duration.map(i32::unsigned_abs));
    change(ctx, &input.role_name, |role| {
        if description.is_some() {
            role.description.clone_from(&description);
        }
        role.max_session = session.unwrap_or(role.max_session);
    })
    .await?;
    Ok(UpdateRoleOutput {})
}

/// Changes the description of a role.
pub(crate) async fn update_role_description(
    ctx: &Ctx,
    input: UpdateRoleDescriptionInput,
) -> Outcome<UpdateRoleDescription> {
    let description = Some(input.description);
    let record = change(ctx, &input.role_name, |role| role.description.clone_from(&description)).await?;
    Ok(UpdateRoleDescriptionOutput { role: Some(shown::role_listed(engine(ctx), home(ctx), &record).await?) })
}

/// Services let the descriptions of their roles be changed, but not how long these last.
async fn change(ctx: &Ctx, name: &str, edit: impl Fn(&mut RoleBody)) -> Result<EntityRecord, Error> {
    let changed = engine(ctx).edit(home(ctx), Kind::Role, name, |record| {
        let (linked, name) = (record.role().is_some_and(|role| role.linked.is_some()), record.name.clone());
        if let Body::Role(role) = &mut record.body {
            let before = role.max_session;
            edit(role);
            if linked && role.max_session != before {
                return Err(crate::engine::refusal::Refusal::Protected(name));
            }
        }
        Ok(())
    });
    Ok(changed.await?)
}
