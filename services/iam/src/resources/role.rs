//! `AWS::IAM::Role`. Its identifier is its name.

use api_iam::{
    CreateRole, CreateRoleInput, DeleteRole, DeleteRoleInput, GetRole, GetRoleInput, ListRoles, ListRolesInput,
    TagRole, TagRoleInput, UntagRole, UntagRoleInput, UpdateAssumeRolePolicy, UpdateAssumeRolePolicyInput, UpdateRole,
    UpdateRoleInput,
};
use service_kit::properties::tags_of;
use service_kit::{Ctx, Error, PropertySource};

use super::described::{Described, Words};
use super::holder::Holder;
use super::properties::{
    document, needed, number, properties, shown, tag_difference, tag_property, tags, text, unless_gone,
};
use crate::engine::entity::Kind;
use crate::limits;

/// A role.
#[derive(Debug)]
pub(super) struct Role;

fn holder(name: &str) -> Holder<'_> {
    Holder { kind: Kind::Role, name }
}

impl Described for Role {
    fn words(&self) -> Words {
        Words {
            name: "AWS::IAM::Role",
            properties: &[
                "AssumeRolePolicyDocument",
                "Description",
                "ManagedPolicyArns",
                "MaxSessionDuration",
                "Path",
                "PermissionsBoundary",
                "Policies",
                "RoleName",
                "Tags",
            ],
            create_only: &["Path", "RoleName"],
            named_by: Some(("RoleName", 64)),
            attributes: &["Arn", "RoleId"],
        }
    }

    async fn create(&self, ctx: &Ctx, given: PropertySource) -> Result<String, Error> {
        let name = needed(&given, "RoleName");
        let input = CreateRoleInput {
            role_name: name.clone(),
            path: text(&given, "Path"),
            assume_role_policy_document: document(given.get("AssumeRolePolicyDocument")),
            description: text(&given, "Description"),
            max_session_duration: number(&given, "MaxSessionDuration"),
            permissions_boundary: text(&given, "PermissionsBoundary"),
            tags: Some(tags(&given)),
        };
        ctx.call::<CreateRole>(input).await?;
        holder(&name).settle(ctx, &given).await?;
        Ok(name)
    }

    async fn read(&self, ctx: &Ctx, id: &str) -> Result<Option<PropertySource>, Error> {
        let found = unless_gone(ctx.call::<GetRole>(GetRoleInput { role_name: id.to_owned() }).await)?;
        let Some(role) = found.map(|found| found.role) else { return Ok(None) };
        let boundary = role.permissions_boundary.and_then(|boundary| boundary.permissions_boundary_arn);
        let mut there = properties([
            ("Arn", role.arn.into()),
            ("RoleId", role.role_id.into()),
            ("Path", role.path.into()),
            ("RoleName", role.role_name.into()),
            ("AssumeRolePolicyDocument", role.assume_role_policy_document.map(|encoded| shown(&encoded)).into()),
            ("Description", role.description.into()),
            ("MaxSessionDuration", role.max_session_duration.into()),
            ("PermissionsBoundary", boundary.into()),
            ("Tags", tag_property(role.tags).into()),
        ]);
        there.extend(properties(holder(id).policies(ctx).await?));
        Ok(Some(there))
    }

    async fn update(&self, ctx: &Ctx, id: &str, given: PropertySource) -> Result<(), Error> {
        let (there, role_name) = (self.read(ctx, id).await?.unwrap_or_default(), id.to_owned());
        if given.get("AssumeRolePolicyDocument") != there.get("AssumeRolePolicyDocument") {
            let policy_document = document(given.get("AssumeRolePolicyDocument"));
            let input = UpdateAssumeRolePolicyInput { role_name: role_name.clone(), policy_document };
            ctx.call::<UpdateAssumeRolePolicy>(input).await?;
        }
        let session = number(&given, "MaxSessionDuration").or_else(|| i32::try_from(limits::SESSION).ok());
        let description = Some(text(&given, "Description").unwrap_or_default());
        let input = UpdateRoleInput { role_name: role_name.clone(), description, max_session_duration: session };
        ctx.call::<UpdateRole>(input).await?;
        let boundary = text(&given, "PermissionsBoundary");
        if boundary != text(&there, "PermissionsBoundary") {
            holder(id).bound(ctx, boundary).await?;
        }
        let (put, gone) = tag_difference(&tags_of(&there), &tags_of(&given));
        if !gone.is_empty() {
            ctx.call::<UntagRole>(UntagRoleInput { role_name: role_name.clone(), tag_keys: gone }).await?;
        }
        if !put.is_empty() {
            ctx.call::<TagRole>(TagRoleInput { role_name, tags: put }).await?;
        }
        holder(id).settle(ctx, &given).await
    }

    async fn delete(&self, ctx: &Ctx, id: &str) -> Result<(), Error> {
        if self.read(ctx, id).await?.is_none() {
            return Ok(());
        }
        holder(id).strip(ctx).await?;
        unless_gone(ctx.call::<DeleteRole>(DeleteRoleInput { role_name: id.to_owned() }).await).map(drop)
    }

    async fn list(&self, ctx: &Ctx) -> Result<Vec<String>, Error> {
        let input = ListRolesInput { max_items: Some(1_000), ..Default::default() };
        let roles = ctx.call::<ListRoles>(input).await?.roles;
        Ok(roles.into_iter().map(|role| role.role_name).collect())
    }

    fn arn(&self, ctx: &Ctx, id: &str) -> String {
        holder(id).arn(ctx)
    }
}
