//! `AWS::IAM::Group`. Its identifier is its name.

use api_iam::{
    CreateGroup, CreateGroupInput, DeleteGroup, DeleteGroupInput, GetGroup, GetGroupInput, ListGroups, ListGroupsInput,
    UpdateGroup, UpdateGroupInput,
};
use service_kit::{Ctx, Error, PropertySource};

use super::described::{Described, Words};
use super::holder::Holder;
use super::properties::{needed, properties, text, unless_gone};
use crate::engine::entity::Kind;

/// A group.
#[derive(Debug)]
pub(super) struct Group;

fn holder(name: &str) -> Holder<'_> {
    Holder { kind: Kind::Group, name }
}

impl Described for Group {
    fn words(&self) -> Words {
        Words {
            name: "AWS::IAM::Group",
            properties: &["GroupName", "ManagedPolicyArns", "Path", "Policies"],
            create_only: &["GroupName"],
            named_by: Some(("GroupName", 128)),
            attributes: &["Arn"],
        }
    }

    async fn create(&self, ctx: &Ctx, given: PropertySource) -> Result<String, Error> {
        let name = needed(&given, "GroupName");
        let input = CreateGroupInput { group_name: name.clone(), path: text(&given, "Path") };
        ctx.call::<CreateGroup>(input).await?;
        holder(&name).settle(ctx, &given).await?;
        Ok(name)
    }

    async fn read(&self, ctx: &Ctx, id: &str) -> Result<Option<PropertySource>, Error> {
        let input = GetGroupInput { group_name: id.to_owned(), max_items: Some(1), marker: None };
        let found = unless_gone(ctx.call::<GetGroup>(input).await)?;
        let Some(group) = found.map(|found| found.group) else { return Ok(None) };
        let mut there = properties([
            ("Arn", group.arn.into()),
            ("Path", group.path.into()),
            ("GroupName", group.group_name.into()),
        ]);
        there.extend(properties(holder(id).policies(ctx).await?));
        Ok(Some(there))
    }

    async fn update(&self, ctx: &Ctx, id: &str, given: PropertySource) -> Result<(), Error> {
        let new_path = Some(text(&given, "Path").unwrap_or_else(|| "/".to_owned()));
        let input = UpdateGroupInput { group_name: id.to_owned(), new_path, new_group_name: None };
        ctx.call::<UpdateGroup>(input).await?;
        holder(id).settle(ctx, &given).await
    }

    async fn delete(&self, ctx: &Ctx, id: &str) -> Result<(), Error> {
        if self.read(ctx, id).await?.is_none() {
            return Ok(());
        }
        holder(id).strip(ctx).await?;
        unless_gone(ctx.call::<DeleteGroup>(DeleteGroupInput { group_name: id.to_owned() }).await).map(drop)
    }

    async fn list(&self, ctx: &Ctx) -> Result<Vec<String>, Error> {
        let input = ListGroupsInput { max_items: Some(1_000), ..Default::default() };
        let groups = ctx.call::<ListGroups>(input).await?.groups;
        Ok(groups.into_iter().map(|group| group.group_name).collect())
    }

    fn arn(&self, ctx: &Ctx, id: &str) -> String {
        holder(id).arn(ctx)
    }
}
