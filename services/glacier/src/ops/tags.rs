//! Tags of vaults.

use api_glacier::{
    AddTagsToVault, AddTagsToVaultInput, AddTagsToVaultOutput, ListTagsForVault, ListTagsForVaultInput,
    ListTagsForVaultOutput, RemoveTagsFromVault, RemoveTagsFromVaultInput, RemoveTagsFromVaultOutput,
};
use names::TagViolation;
use service_kit::{Access, Ctx, Error, Outcome, tagging};

use super::address::{engine, vault, vault_access};
use crate::engine::Refusal;
use crate::error::{invalid, limit, missing, told};
use crate::store::VaultRecord;

/// Adds tags, or changes them.
pub(crate) async fn add_tags_to_vault(ctx: &Ctx, input: AddTagsToVaultInput) -> Outcome<AddTagsToVault> {
    let id = vault(ctx, &input.account_id, &input.vault_name);
    let added = input.tags.ok_or_else(|| missing("Required parameter missing: Tags"))?;
    TagViolation::check(&added).map_err(|violation| refused(&violation))?;
    let retag = |record: &mut VaultRecord| {
        record.tags = tagging::add(&record.tags, &added).map_err(|_| Refusal::Limit)?;
        Ok(())
    };
    engine(ctx).change_vault(&id, retag).await.map_err(|refusal| told(&id, "", refusal))?;
    Ok(AddTagsToVaultOutput {})
}

/// Removes tags.
pub(crate) async fn remove_tags_from_vault(ctx: &Ctx, input: RemoveTagsFromVaultInput) -> Outcome<RemoveTagsFromVault> {
    let id = vault(ctx, &input.account_id, &input.vault_name);
    let keys = input.tag_keys.unwrap_or_default();
    let retag = |record: &mut VaultRecord| {
        record.tags = tagging::remove(&record.tags, &keys);
        Ok(())
    };
    engine(ctx).change_vault(&id, retag).await.map_err(|refusal| told(&id, "", refusal))?;
    Ok(RemoveTagsFromVaultOutput {})
}

/// Lists tags.
pub(crate) async fn list_tags_for_vault(ctx: &Ctx, input: ListTagsForVaultInput) -> Outcome<ListTagsForVault> {
    let id = vault(ctx, &input.account_id, &input.vault_name);
    let record = engine(ctx).vault(&id).await.map_err(|refusal| told(&id, "", refusal))?;
    Ok(ListTagsForVaultOutput { tags: Some(record.tags) })
}

/// What tagging touches.
pub(crate) fn access_to_add(ctx: &Ctx, input: &AddTagsToVaultInput) -> Result<Access, Error> {
    let tags = input.tags.iter().flatten().map(|(key, value)| (key.as_str(), value.as_str()));
    Ok(vault_access(ctx, &input.account_id, &input.vault_name).with_request_tags(tags))
}

/// What removing tags touches.
pub(crate) fn access_to_remove(ctx: &Ctx, input: &RemoveTagsFromVaultInput) -> Result<Access, Error> {
    let keys = input.tag_keys.iter().flatten().map(String::as_str);
    Ok(vault_access(ctx, &input.account_id, &input.vault_name).with_tag_keys(keys))
}

fn refused(violation: &TagViolation) -> Error {
    match violation {
        TagViolation::TooMany => limit("The number of tags exceeds the limit."),
        other => invalid(format!("Invalid tags: {other:?}")),
    }
}
