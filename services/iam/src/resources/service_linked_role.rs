//! `AWS::IAM::ServiceLinkedRole`. Its identifier is its name.

use api_iam::{
    CreateServiceLinkedRole, CreateServiceLinkedRoleInput, DeleteServiceLinkedRole, DeleteServiceLinkedRoleInput,
    GetRole, GetRoleInput, ListRoles, ListRolesInput, UpdateRole, UpdateRoleInput,
};
use service_kit::{Ctx, Error, PropertySource};

use super::described::{Described, Words};
use super::properties::{needed, properties, text, unless_gone};
use crate::ops::home;

/// The role of a service.
#[derive(Debug)]
pub(super) struct ServiceLinkedRole;

/// Where such roles are.
const PATH: &str = "/aws-service-role/";

impl Described for ServiceLinkedRole {
    fn words(&self) -> Words {
        Words {
            name: "AWS::IAM::ServiceLinkedRole",
            properties: &["AWSServiceName", "CustomSuffix", "Description"],
            create_only: &["AWSServiceName", "CustomSuffix"],
            named_by: None,
            attributes: &["RoleName"],
        }
    }

    async fn create(&self, ctx: &Ctx, given: PropertySource) -> Result<String, Error> {
        let input = CreateServiceLinkedRoleInput {
            aws_service_name: needed(&given, "AWSServiceName"),
            description: text(&given, "Description"),
            custom_suffix: text(&given, "CustomSuffix"),
        };
        let made = ctx.call::<CreateServiceLinkedRole>(input).await?;
        Ok(made.role.map(|role| role.role_name).unwrap_or_default())
    }

    async fn read(&self, ctx: &Ctx, id: &str) -> Result<Option<PropertySource>, Error> {
        let found = unless_gone(ctx.call::<GetRole>(GetRoleInput { role_name: id.to_owned() }).await)?;
        Ok(found.map(|found| {
            let suffix = found.role.role_name.split_once('_').map(|(_, suffix)| suffix.to_owned());
            let service = found.role.path.strip_prefix(PATH).map(|rest| rest.trim_end_matches('/').to_owned());
            properties([
                ("AWSServiceName", service.into()),
                ("CustomSuffix", suffix.into()),
                ("Description", found.role.description.into()),
                ("RoleName", found.role.role_name.into()),
            ])
        }))
    }

    async fn update(&self, ctx: &Ctx, id: &str, given: PropertySource) -> Result<(), Error> {
        let description = Some(text(&given, "Description").unwrap_or_default());
        let input = UpdateRoleInput { role_name: id.to_owned(), description, max_session_duration: None };
        ctx.call::<UpdateRole>(input).await.map(drop)
    }

    async fn delete(&self, ctx: &Ctx, id: &str) -> Result<(), Error> {
        let input = DeleteServiceLinkedRoleInput { role_name: id.to_owned() };
        unless_gone(ctx.call::<DeleteServiceLinkedRole>(input).await).map(drop)
    }

    async fn list(&self, ctx: &Ctx) -> Result<Vec<String>, Error> {
        let path_prefix = Some(PATH.to_owned());
        let input = ListRolesInput { path_prefix, max_items: Some(1_000), marker: None };
        let roles = ctx.call::<ListRoles>(input).await?.roles;
        Ok(roles.into_iter().map(|role| role.role_name).collect())
    }

    fn arn(&self, ctx: &Ctx, id: &str) -> String {
        home(ctx).arn_of("role", PATH, id)
    }
}
