//! `AWS::IAM::User`. Its identifier is its name.

use api_iam::{
    AddUserToGroup, AddUserToGroupInput, CreateLoginProfile, CreateLoginProfileInput, CreateUser, CreateUserInput,
    DeleteLoginProfile, DeleteLoginProfileInput, DeleteUser, DeleteUserInput, GetUser, GetUserInput, ListGroupsForUser,
    ListGroupsForUserInput, ListUsers, ListUsersInput, RemoveUserFromGroup, RemoveUserFromGroupInput, TagUser,
    TagUserInput, UntagUser, UntagUserInput, UpdateLoginProfile, UpdateLoginProfileInput, UpdateUser, UpdateUserInput,
};
use serde_json::Value;
use service_kit::properties::tags_of;
use service_kit::{Ctx, Error, PropertySource};

use super::described::{Described, Words};
use super::holder::Holder;
use super::properties::{
    difference, list_property, needed, properties, tag_difference, tag_property, tags, text, texts, unless_gone,
};
use crate::engine::entity::Kind;

/// A user.
#[derive(Debug)]
pub(super) struct User;

fn holder(name: &str) -> Holder<'_> {
    Holder { kind: Kind::User, name }
}

impl Described for User {
    fn words(&self) -> Words {
        Words {
            name: "AWS::IAM::User",
            properties: &[
                "Groups",
                "LoginProfile",
                "ManagedPolicyArns",
                "Path",
                "PermissionsBoundary",
                "Policies",
                "Tags",
                "UserName",
            ],
            create_only: &["UserName"],
            named_by: Some(("UserName", 64)),
            attributes: &["Arn"],
        }
    }

    async fn create(&self, ctx: &Ctx, given: PropertySource) -> Result<String, Error> {
        let name = needed(&given, "UserName");
        let input = CreateUserInput {
            user_name: name.clone(),
            path: text(&given, "Path"),
            permissions_boundary: text(&given, "PermissionsBoundary"),
            tags: Some(tags(&given)),
        };
        ctx.call::<CreateUser>(input).await?;
        holder(&name).settle(ctx, &given).await?;
        settle_groups(ctx, &name, &texts(&given, "Groups")).await?;
        settle_login(ctx, &name, false, &given).await?;
        Ok(name)
    }

    async fn read(&self, ctx: &Ctx, id: &str) -> Result<Option<PropertySource>, Error> {
        let found = unless_gone(ctx.call::<GetUser>(GetUserInput { user_name: Some(id.to_owned()) }).await)?;
        let Some(user) = found.map(|found| found.user) else { return Ok(None) };
        let boundary = user.permissions_boundary.and_then(|boundary| boundary.permissions_boundary_arn);
        let groups = groups(ctx, id).await?.into_iter().map(Value::String).collect();
        let mut there = properties([
            ("Arn", user.arn.into()),
            ("Path", user.path.into()),
            ("UserName", user.user_name.into()),
            ("PermissionsBoundary", boundary.into()),
            ("Groups", list_property(groups)),
            ("Tags", tag_property(user.tags).into()),
        ]);
        there.extend(properties(holder(id).policies(ctx).await?));
        Ok(Some(there))
    }

    async fn update(&self, ctx: &Ctx, id: &str, given: PropertySource) -> Result<(), Error> {
        let there = self.read(ctx, id).await?.unwrap_or_default();
        let path = Some(text(&given, "Path").unwrap_or_else(|| "/".to_owned()));
        if path != text(&there, "Path") {
            let input = UpdateUserInput { user_name: id.to_owned(), new_path: path, new_user_name: None };
            ctx.call::<UpdateUser>(input).await?;
        }
        let boundary = text(&given, "PermissionsBoundary");
        if boundary != text(&there, "PermissionsBoundary") {
            holder(id).bound(ctx, boundary).await?;
        }
        let (put, gone) = tag_difference(&tags_of(&there), &tags_of(&given));
        if !gone.is_empty() {
            ctx.call::<UntagUser>(UntagUserInput { user_name: id.to_owned(), tag_keys: gone }).await?;
        }
        if !put.is_empty() {
            ctx.call::<TagUser>(TagUserInput { user_name: id.to_owned(), tags: put }).await?;
        }
        holder(id).settle(ctx, &given).await?;
        settle_groups(ctx, id, &texts(&given, "Groups")).await?;
        settle_login(ctx, id, true, &given).await
    }

    async fn delete(&self, ctx: &Ctx, id: &str) -> Result<(), Error> {
        if self.read(ctx, id).await?.is_none() {
            return Ok(());
        }
        settle_groups(ctx, id, &[]).await?;
        holder(id).strip(ctx).await?;
        drop_login(ctx, id).await?;
        unless_gone(ctx.call::<DeleteUser>(DeleteUserInput { user_name: id.to_owned() }).await).map(drop)
    }

    async fn list(&self, ctx: &Ctx) -> Result<Vec<String>, Error> {
        let (mut names, mut marker) = (Vec::new(), None);
        loop {
            let input = ListUsersInput { max_items: Some(1_000), marker, ..Default::default() };
            let page = ctx.call::<ListUsers>(input).await?;
            names.extend(page.users.into_iter().filter_map(|user| user.user_name));
            marker = page.marker;
            if marker.is_none() {
                return Ok(names);
            }
        }
    }

    fn arn(&self, ctx: &Ctx, id: &str) -> String {
        holder(id).arn(ctx)
    }
}

async fn groups(ctx: &Ctx, user: &str) -> Result<Vec<String>, Error> {
    let input = ListGroupsForUserInput { user_name: user.to_owned(), ..Default::default() };
    let groups = ctx.call::<ListGroupsForUser>(input).await?.groups;
    Ok(groups.into_iter().map(|group| group.group_name).collect())
}

async fn settle_groups(ctx: &Ctx, user: &str, wanted: &[String]) -> Result<(), Error> {
    let (gone, new) = difference(&groups(ctx, user).await?, wanted);
    for group_name in gone {
        let input = RemoveUserFromGroupInput { group_name, user_name: user.to_owned() };
        ctx.call::<RemoveUserFromGroup>(input).await?;
    }
    for group_name in new {
        ctx.call::<AddUserToGroup>(AddUserToGroupInput { group_name, user_name: user.to_owned() }).await?;
    }
    Ok(())
}

/// A template's password is set when it is given, and taken away when it no longer is.
async fn settle_login(ctx: &Ctx, user: &str, there: bool, given: &PropertySource) -> Result<(), Error> {
    let Some(login) = given.get("LoginProfile").and_then(Value::as_object) else {
        return if there { drop_login(ctx, user).await } else { Ok(()) };
    };
    let (password, reset) = (text(login, "Password"), login.get("PasswordResetRequired").and_then(Value::as_bool));
    if there {
        let input = UpdateLoginProfileInput {
            user_name: user.to_owned(),
            password: password.clone(),
            password_reset_required: reset,
        };
        if unless_gone(ctx.call::<UpdateLoginProfile>(input).await)?.is_some() {
            return Ok(());
        }
    }
    let input = CreateLoginProfileInput { user_name: Some(user.to_owned()), password, password_reset_required: reset };
    ctx.call::<CreateLoginProfile>(input).await.map(drop)
}

async fn drop_login(ctx: &Ctx, user: &str) -> Result<(), Error> {
    let input = DeleteLoginProfileInput { user_name: Some(user.to_owned()) };
    unless_gone(ctx.call::<DeleteLoginProfile>(input).await).map(drop)
}
