//! `AWS::IAM::UserToGroupAddition`: users in a group. Its identifier is invented; group and users are noted under it.

use api_iam::{AddUserToGroup, AddUserToGroupInput, RemoveUserFromGroup, RemoveUserFromGroupInput};
use service_kit::{Ctx, Error, PropertySource};

use super::described::{Described, Words};
use super::properties::{needed, properties, texts, unless_gone};
use crate::ops::home;
use crate::store::{STACK_MEMBERSHIPS, StackMembershipRecord};

/// Users in a group.
#[derive(Debug)]
pub(super) struct UserToGroupAddition;

impl Described for UserToGroupAddition {
    fn words(&self) -> Words {
        Words {
            name: "AWS::IAM::UserToGroupAddition",
            properties: &["GroupName", "Users"],
            create_only: &[],
            named_by: None,
            attributes: &["Id"],
        }
    }

    async fn create(&self, ctx: &Ctx, given: PropertySource) -> Result<String, Error> {
        let id = format!("addition-{}", ctx.random().alphanumeric(12));
        put(ctx, &id, None, &given).await?;
        Ok(id)
    }

    async fn read(&self, ctx: &Ctx, id: &str) -> Result<Option<PropertySource>, Error> {
        let found = noted(ctx, id).await?;
        Ok(found.map(|record| {
            properties([("Id", id.into()), ("GroupName", record.group.into()), ("Users", record.users.into())])
        }))
    }

    async fn update(&self, ctx: &Ctx, id: &str, given: PropertySource) -> Result<(), Error> {
        let before = noted(ctx, id).await?;
        put(ctx, id, before, &given).await
    }

    async fn delete(&self, ctx: &Ctx, id: &str) -> Result<(), Error> {
        let Some(record) = noted(ctx, id).await? else { return Ok(()) };
        for user in record.users {
            leave(ctx, &record.group, user).await?;
        }
        let gone = store::Batch::new();
        STACK_MEMBERSHIPS.delete(&gone, &home(ctx).scope(), &id);
        Ok(ctx.store().write(gone).await.map(drop)?)
    }
}

async fn put(ctx: &Ctx, id: &str, before: Option<StackMembershipRecord>, given: &PropertySource) -> Result<(), Error> {
    let record = StackMembershipRecord { group: needed(given, "GroupName"), users: texts(given, "Users") };
    for user_name in record.users.clone() {
        let input = AddUserToGroupInput { group_name: record.group.clone(), user_name };
        ctx.call::<AddUserToGroup>(input).await?;
    }
    if let Some(before) = before {
        let same = before.group == record.group;
        for user in before.users.into_iter().filter(|user| !same || !record.users.contains(user)) {
            leave(ctx, &before.group, user).await?;
        }
    }
    let noted = store::Batch::new();
    STACK_MEMBERSHIPS.put(&noted, &home(ctx).scope(), &id, &record)?;
    Ok(ctx.store().write(noted).await.map(drop)?)
}

async fn leave(ctx: &Ctx, group: &str, user_name: String) -> Result<(), Error> {
    let input = RemoveUserFromGroupInput { group_name: group.to_owned(), user_name };
    unless_gone(ctx.call::<RemoveUserFromGroup>(input).await).map(drop)
}

async fn noted(ctx: &Ctx, id: &str) -> Result<Option<StackMembershipRecord>, Error> {
    Ok(STACK_MEMBERSHIPS.get(&ctx.store().read().await?, &home(ctx).scope(), &id).await?)
}
