//! Access keys of users, and of root when root calls for itself.

use api_iam::{
    AccessKey, AccessKeyLastUsed, AccessKeyMetadata, CreateAccessKey, CreateAccessKeyInput, CreateAccessKeyOutput,
    DeleteAccessKey, DeleteAccessKeyInput, DeleteAccessKeyOutput, GetAccessKeyLastUsed, GetAccessKeyLastUsedInput,
    GetAccessKeyLastUsedOutput, ListAccessKeys, ListAccessKeysInput, ListAccessKeysOutput, StatusType, UpdateAccessKey,
    UpdateAccessKeyInput, UpdateAccessKeyOutput,
};
use futures_util::FutureExt;
use service_kit::{Access, Ctx, Error, Outcome, Principal};
use store::Reader;

use super::edge::{Asked, engine, home, user_or_self};
use crate::engine::entity::{Kind, by_id};
use crate::engine::home::Home;
use crate::engine::refusal::Noun;
use crate::engine::usage::to_the_minute;
use crate::error::missing;
use crate::store::{KEYS, UseRecord};

/// Whose keys a call is about.
struct Owner {
    /// The user's id, or the account number.
    id: String,
    /// The user's name; root has none.
    name: Option<String>,
}

/// The user named, or whoever calls.
async fn owner(ctx: &Ctx, named: Option<&str>) -> Result<Owner, Error> {
    if named.is_none() && ctx.caller.principal == Principal::Root {
        return Ok(Owner { id: home(ctx).account.to_string(), name: None });
    }
    let record = engine(ctx).entity(home(ctx), Kind::User, &user_or_self(ctx, named)?).await?;
    Ok(Owner { id: record.id, name: Some(record.name) })
}

/// Makes an access key. The secret is told here and never again.
pub(crate) async fn create_access_key(ctx: &Ctx, input: CreateAccessKeyInput) -> Outcome<CreateAccessKey> {
    let owner = owner(ctx, input.user_name.as_deref()).await?;
    let fresh = engine(ctx).create_key(home(ctx), &owner.id).await?;
    let access_key = AccessKey {
        user_name: owner.name,
        access_key_id: fresh.id,
        status: StatusType::Active,
        secret_access_key: fresh.secret,
        create_date: Some(fresh.created),
    };
    Ok(CreateAccessKeyOutput { access_key })
}

/// Lists access keys.
pub(crate) async fn list_access_keys(ctx: &Ctx, input: ListAccessKeysInput) -> Outcome<ListAccessKeys> {
    let owner = owner(ctx, input.user_name.as_deref()).await?;
    let asked = Asked::new(ctx, &owner.id, input.marker.as_deref(), input.max_items)?;
    let page = asked.cut(ctx, engine(ctx).keys(home(ctx), &owner.id).await?, |(id, _)| id.clone());
    let metadata = page.items.into_iter().map(|(id, record)| AccessKeyMetadata {
        user_name: owner.name.clone(),
        access_key_id: Some(id),
        status: Some(if record.active { StatusType::Active } else { StatusType::Inactive }),
        create_date: Some(record.created),
    });
    let (access_key_metadata, is_truncated) = (metadata.collect(), page.is_truncated);
    Ok(ListAccessKeysOutput { access_key_metadata, is_truncated, marker: page.marker })
}

/// Switches an access key on or off.
pub(crate) async fn update_access_key(ctx: &Ctx, input: UpdateAccessKeyInput) -> Outcome<UpdateAccessKey> {
    let owner = owner(ctx, input.user_name.as_deref()).await?;
    let active = input.status == StatusType::Active;
    engine(ctx).switch_key(home(ctx), &owner.id, &input.access_key_id, active).await?;
    Ok(UpdateAccessKeyOutput {})
}

/// Deletes an access key.
pub(crate) async fn delete_access_key(ctx: &Ctx, input: DeleteAccessKeyInput) -> Outcome<DeleteAccessKey> {
    let owner = owner(ctx, input.user_name.as_deref()).await?;
    engine(ctx).delete_key(home(ctx), &owner.id, &input.access_key_id).await?;
    Ok(DeleteAccessKeyOutput {})
}

/// Tells when an access key was last used, where, and for which service.
pub(crate) async fn get_access_key_last_used(
    ctx: &Ctx,
    input: GetAccessKeyLastUsedInput,
) -> Outcome<GetAccessKeyLastUsed> {
    let id = &input.access_key_id;
    let found = engine(ctx).key_use(home(ctx), id).await?;
    let (record, used) = found.ok_or_else(|| missing(Noun::AccessKey, id))?;
    let user = by_id(&engine(ctx).view().await?, home(ctx), &record.owner).await?;
    let (user_name, last) = (user.map(|user| user.name), last_used(used));
    Ok(GetAccessKeyLastUsedOutput { user_name, access_key_last_used: Some(last) })
}

/// A last use as AWS tells it: `N/A` for what was never used.
pub(crate) fn last_used(used: Option<UseRecord>) -> AccessKeyLastUsed {
    let none = || "N/A".to_owned();
    AccessKeyLastUsed {
        last_used_date: used.as_ref().map(|used| to_the_minute(used.at)),
        service_name: used.as_ref().map_or_else(none, |used| used.service.clone()),
        region: used.map_or_else(none, |used| used.region),
    }
}

/// What asking for a key's last use touches: its user.
pub(crate) fn access_by_key(ctx: &Ctx, input: &GetAccessKeyLastUsedInput) -> Result<Access, Error> {
    let (engine, home) = (engine(ctx), home(ctx));
    let read = async move { user_arn(&engine.view().await?, home, &input.access_key_id).await };
    let found: Option<Result<Option<String>, Error>> = read.now_or_never();
    let arn = found.transpose()?.flatten();
    Ok(Access::to(arn.unwrap_or_else(|| home.arn_of("user", "/", "*"))))
}

async fn user_arn(reader: &impl Reader, home: Home, key: &str) -> Result<Option<String>, Error> {
    let Some(record) = KEYS.get(reader, &home.scope(), &key).await? else { return Ok(None) };
    Ok(by_id(reader, home, &record.owner).await?.map(|user| home.entity(&user)))
}
