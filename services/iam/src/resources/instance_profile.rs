//! `AWS::IAM::InstanceProfile`. Its identifier is its name.

use api_iam::{
    AddRoleToInstanceProfile, AddRoleToInstanceProfileInput, CreateInstanceProfile, CreateInstanceProfileInput,
    DeleteInstanceProfile, DeleteInstanceProfileInput, GetInstanceProfile, GetInstanceProfileInput,
    ListInstanceProfiles, ListInstanceProfilesInput, RemoveRoleFromInstanceProfile, RemoveRoleFromInstanceProfileInput,
};
use serde_json::Value;
use service_kit::{Ctx, Error, PropertySource};

use super::described::{Described, Words};
use super::properties::{difference, needed, properties, text, texts, unless_gone};
use crate::ops::home;

/// An instance profile.
#[derive(Debug)]
pub(super) struct InstanceProfile;

impl Described for InstanceProfile {
    fn words(&self) -> Words {
        Words {
            name: "AWS::IAM::InstanceProfile",
            properties: &["InstanceProfileName", "Path", "Roles"],
            create_only: &["InstanceProfileName", "Path"],
            named_by: Some(("InstanceProfileName", 128)),
            attributes: &["Arn"],
        }
    }

    async fn create(&self, ctx: &Ctx, given: PropertySource) -> Result<String, Error> {
        let name = needed(&given, "InstanceProfileName");
        let input =
            CreateInstanceProfileInput { instance_profile_name: name.clone(), path: text(&given, "Path"), tags: None };
        ctx.call::<CreateInstanceProfile>(input).await?;
        settle(ctx, &name, &[], &texts(&given, "Roles")).await?;
        Ok(name)
    }

    async fn read(&self, ctx: &Ctx, id: &str) -> Result<Option<PropertySource>, Error> {
        let input = GetInstanceProfileInput { instance_profile_name: id.to_owned() };
        let found = unless_gone(ctx.call::<GetInstanceProfile>(input).await)?;
        Ok(found.map(|found| {
            let profile = found.instance_profile;
            let roles: Vec<_> = profile.roles.into_iter().map(|role| Value::String(role.role_name)).collect();
            properties([
                ("Arn", profile.arn.into()),
                ("InstanceProfileName", profile.instance_profile_name.into()),
                ("Path", profile.path.into()),
                ("Roles", roles.into()),
            ])
        }))
    }

    async fn update(&self, ctx: &Ctx, id: &str, given: PropertySource) -> Result<(), Error> {
        let there = self.read(ctx, id).await?.unwrap_or_default();
        settle(ctx, id, &texts(&there, "Roles"), &texts(&given, "Roles")).await
    }

    async fn delete(&self, ctx: &Ctx, id: &str) -> Result<(), Error> {
        let Some(there) = self.read(ctx, id).await? else { return Ok(()) };
        settle(ctx, id, &texts(&there, "Roles"), &[]).await?;
        let input = DeleteInstanceProfileInput { instance_profile_name: id.to_owned() };
        unless_gone(ctx.call::<DeleteInstanceProfile>(input).await).map(drop)
    }

    async fn list(&self, ctx: &Ctx) -> Result<Vec<String>, Error> {
        let input = ListInstanceProfilesInput { max_items: Some(1_000), ..Default::default() };
        let profiles = ctx.call::<ListInstanceProfiles>(input).await?.instance_profiles;
        Ok(profiles.into_iter().map(|profile| profile.instance_profile_name).collect())
    }

    fn arn(&self, ctx: &Ctx, id: &str) -> String {
        home(ctx).arn_of("instance-profile", "/", id)
    }
}

async fn settle(ctx: &Ctx, profile: &str, there: &[String], wanted: &[String]) -> Result<(), Error> {
    let (gone, new) = difference(there, wanted);
    for role_name in gone {
        let input = RemoveRoleFromInstanceProfileInput { instance_profile_name: profile.to_owned(), role_name };
        ctx.call::<RemoveRoleFromInstanceProfile>(input).await?;
    }
    for role_name in new {
        let input = AddRoleToInstanceProfileInput { instance_profile_name: profile.to_owned(), role_name };
        ctx.call::<AddRoleToInstanceProfile>(input).await?;
    }
    Ok(())
}
