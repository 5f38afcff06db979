//! `AWS::IAM::AccessKey`. Its identifier is the key's id. The secret is an attribute that is read once after the creation:
//! a stack keeps what it needs of it, and nobody reads it again.

use api_iam::{
    CreateAccessKey, CreateAccessKeyInput, DeleteAccessKey, DeleteAccessKeyInput, GetAccessKeyLastUsed,
    GetAccessKeyLastUsedInput, ListAccessKeys, ListAccessKeysInput, StatusType, UpdateAccessKey, UpdateAccessKeyInput,
};
use service_kit::{Ctx, Error, PropertySource};

use super::described::{Described, Words};
use super::properties::{properties, text, unless_gone};
use crate::engine::Engine;

/// An access key.
pub(super) struct AccessKey(pub(super) Engine);

impl Described for AccessKey {
    fn words(&self) -> Words {
        Words {
            name: "AWS::IAM::AccessKey",
            properties: &["Serial", "Status", "UserName"],
            create_only: &["Serial", "UserName"],
            named_by: None,
            attributes: &["SecretAccessKey"],
        }
    }

    async fn create(&self, ctx: &Ctx, given: PropertySource) -> Result<String, Error> {
        let input = CreateAccessKeyInput { user_name: text(&given, "UserName") };
        let key = ctx.call::<CreateAccessKey>(input).await?.access_key;
        self.0.hand_over(key.access_key_id.clone(), key.secret_access_key);
        if text(&given, "Status").as_deref() == Some("Inactive") {
            self.update(ctx, &key.access_key_id, given).await?;
        }
        Ok(key.access_key_id)
    }

    async fn read(&self, ctx: &Ctx, id: &str) -> Result<Option<PropertySource>, Error> {
        let Some(user) = owner(ctx, id).await? else { return Ok(None) };
        let input = ListAccessKeysInput { user_name: user.clone(), ..Default::default() };
        let keys = ctx.call::<ListAccessKeys>(input).await?.access_key_metadata;
        let key = keys.into_iter().find(|key| key.access_key_id.as_deref() == Some(id));
        Ok(key.map(|key| {
            properties([
                ("UserName", user.into()),
                ("Status", key.status.map(|status| status.as_str().to_owned()).into()),
                ("SecretAccessKey", self.0.handed_over(id).into()),
            ])
        }))
    }

    async fn update(&self, ctx: &Ctx, id: &str, given: PropertySource) -> Result<(), Error> {
        let inactive = text(&given, "Status").as_deref() == Some("Inactive");
        let status = if inactive { StatusType::Inactive } else { StatusType::Active };
        let user_name = text(&given, "UserName");
        let input = UpdateAccessKeyInput { user_name, access_key_id: id.to_owned(), status };
        ctx.call::<UpdateAccessKey>(input).await.map(drop)
    }

    async fn delete(&self, ctx: &Ctx, id: &str) -> Result<(), Error> {
        let Some(user_name) = owner(ctx, id).await? else { return Ok(()) };
        let input = DeleteAccessKeyInput { user_name, access_key_id: id.to_owned() };
        unless_gone(ctx.call::<DeleteAccessKey>(input).await).map(drop)
    }
}

/// The user of a key, no name for root's; none when the key is gone.
async fn owner(ctx: &Ctx, id: &str) -> Result<Option<Option<String>>, Error> {
    let input = GetAccessKeyLastUsedInput { access_key_id: id.to_owned() };
    let found = unless_gone(ctx.call::<GetAccessKeyLastUsed>(input).await)?;
    Ok(found.map(|found| found.user_name))
}
