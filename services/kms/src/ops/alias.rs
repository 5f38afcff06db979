//! Aliases.

use api_kms::{
    AliasListEntry, CreateAlias, CreateAliasInput, CreateAliasOutput, DeleteAlias, DeleteAliasInput, DeleteAliasOutput,
    ListAliases, ListAliasesInput, ListAliasesOutput, UpdateAlias, UpdateAliasInput, UpdateAliasOutput, errors,
};
use service_kit::{Access, Ctx, Error, Outcome};

use super::address::{self, engine, here, touch_own};
use super::paging::Wanted;
use crate::engine::home::Place;
use crate::error::{invalid, told};
use crate::limits;
use crate::store::AliasRecord;

/// Gives a key another name.
pub(crate) async fn create_alias(ctx: &Ctx, input: CreateAliasInput) -> Outcome<CreateAlias> {
    let home = address::home(ctx, &input.target_key_id)?;
    engine(ctx).name(&home, &input.alias_name).await.map_err(told)?;
    Ok(CreateAliasOutput {})
}

/// Lets an alias stand for another key.
pub(crate) async fn update_alias(ctx: &Ctx, input: UpdateAliasInput) -> Outcome<UpdateAlias> {
    let home = address::home(ctx, &input.target_key_id)?;
    engine(ctx).rename(&home, &input.alias_name).await.map_err(told)?;
    Ok(UpdateAliasOutput {})
}

/// Takes an alias away.
pub(crate) async fn delete_alias(ctx: &Ctx, input: DeleteAliasInput) -> Outcome<DeleteAlias> {
    engine(ctx).unname(&here(ctx), &input.alias_name).await.map_err(told)?;
    Ok(DeleteAliasOutput {})
}

/// Lists aliases: all, or those of a key.
pub(crate) async fn list_aliases(ctx: &Ctx, input: ListAliasesInput) -> Outcome<ListAliases> {
    let key = match &input.key_id {
        Some(id) => Some(address::key(ctx, id).await?.home),
        None => None,
    };
    let place = key.as_ref().map_or_else(|| here(ctx), |home| home.place());
    let id = key.as_ref().map(|home| home.id.as_str());
    let filters = id.unwrap_or_default();
    let wanted = Wanted::new(ctx, filters, limits::FEW_SHOWN, input.limit, input.marker.as_deref())?;
    let found = engine(ctx).aliases(&place, id, wanted.after.as_deref(), wanted.count()).await;
    let page = wanted.page(found.map_err(told)?, |(name, _)| name.clone());
    let aliases = page.items.into_iter().map(|(name, record)| entry(&place, name, record)).collect();
    Ok(ListAliasesOutput { aliases: Some(aliases), next_marker: page.next_marker, truncated: Some(page.truncated) })
}

fn entry(place: &Place, name: String, record: AliasRecord) -> AliasListEntry {
    AliasListEntry {
        alias_arn: Some(place.alias_arn(&name)),
        alias_name: Some(name),
        target_key_id: Some(record.key),
        creation_date: Some(record.created),
        last_updated_date: Some(record.updated),
    }
}

/// What giving a key a name touches: the alias and the key.
pub(crate) fn access_to_create(ctx: &Ctx, input: &CreateAliasInput) -> Result<Access, Error> {
    check(&input.alias_name)?;
    Ok(touch_own(ctx, &input.target_key_id)?.and_to(here(ctx).alias_arn(&input.alias_name)))
}

/// What turning an alias to another key touches: the alias, the key it stood for, and the key it is to stand for.
pub(crate) fn access_to_update(ctx: &Ctx, input: &UpdateAliasInput) -> Result<Access, Error> {
    check(&input.alias_name)?;
    let before = target(ctx, &input.alias_name)?;
    let access = touch_own(ctx, &input.target_key_id)?.and_to(here(ctx).alias_arn(&input.alias_name));
    Ok(if access.resources.contains(&before) { access } else { access.and_to(before) })
}

/// What taking an alias away touches: the alias and its key.
pub(crate) fn access_to_delete(ctx: &Ctx, input: &DeleteAliasInput) -> Result<Access, Error> {
    check(&input.alias_name)?;
    let before = target(ctx, &input.alias_name)?;
    Ok(touch_own(ctx, &before)?.and_to(here(ctx).alias_arn(&input.alias_name)))
}

/// The ARN of the key that an alias stands for.
fn target(ctx: &Ctx, alias: &str) -> Result<String, Error> {
    let name = crate::engine::home::Name::Alias(here(ctx), alias.to_owned());
    engine(ctx).locate(&name).map(|home| home.arn()).map_err(told)
}

fn check(alias: &str) -> Result<(), Error> {
    let Some(name) = alias.strip_prefix("alias/") else { return Err(invalid(PREFIX)) };
    if name.starts_with("aws/") {
        return Err(errors::not_authorized_exception("").into());
    }
    if name.is_empty() || name.contains(':') {
        let text = format!("{alias} contains invalid characters for an alias");
        return Err(errors::invalid_alias_name_exception(text).into());
    }
    Ok(())
}

const PREFIX: &str = "Alias must start with the prefix \"alias/\". Please see \
                      https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html";
