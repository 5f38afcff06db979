//! Vaults, and the topics that are told of their jobs.

use api_glacier::{
    CreateVault, CreateVaultInput, CreateVaultOutput, DeleteVault, DeleteVaultInput, DeleteVaultNotifications,
    DeleteVaultNotificationsInput, DeleteVaultNotificationsOutput, DeleteVaultOutput, DescribeVault,
    DescribeVaultInput, DescribeVaultOutput, GetVaultNotifications, GetVaultNotificationsInput,
    GetVaultNotificationsOutput, ListVaults, ListVaultsInput, ListVaultsOutput, SetVaultNotifications,
    SetVaultNotificationsInput, SetVaultNotificationsOutput, VaultNotificationConfig,
};
use service_kit::{Ctx, Outcome};

use super::address::{after, engine, home, page, page_size, vault};
use crate::engine::home::{VaultId, shown};
use crate::error::{absent, invalid, missing, told};
use crate::limits;
use crate::store::VaultRecord;

/// What a topic can be told of.
const EVENTS: [&str; 2] = ["ArchiveRetrievalCompleted", "InventoryRetrievalCompleted"];

/// Creates a vault.
pub(crate) async fn create_vault(ctx: &Ctx, input: CreateVaultInput) -> Outcome<CreateVault> {
    let id = vault(ctx, &input.account_id, &input.vault_name);
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if !(1..=limits::NAME).contains(&id.name.len()) || !id.name.chars().all(allowed) {
        return Err(invalid(format!("Invalid vault name: {}", id.name)));
    }
    engine(ctx).create_vault(&id).await.map_err(|refusal| told(&id, "", refusal))?;
    Ok(CreateVaultOutput { location: Some(id.path("")) })
}

/// Shows a vault.
pub(crate) async fn describe_vault(ctx: &Ctx, input: DescribeVaultInput) -> Outcome<DescribeVault> {
    let id = vault(ctx, &input.account_id, &input.vault_name);
    let record = engine(ctx).vault(&id).await.map_err(|refusal| told(&id, "", refusal))?;
    Ok(described(&id, &record))
}

/// Lists vaults.
pub(crate) async fn list_vaults(ctx: &Ctx, input: ListVaultsInput) -> Outcome<ListVaults> {
    let home = home(ctx, &input.account_id);
    let (limit, from) = (page_size(input.limit.as_deref(), limits::PAGE)?, after(ctx, "", input.marker.as_deref())?);
    let found = engine(ctx).vaults(&home, from.as_deref(), limit + 1).await?;
    let page = page(ctx, "", found, limit);
    let list = page.items.iter().map(|(name, record)| described(&home.vault(name.as_str()), record)).collect();
    Ok(ListVaultsOutput { vault_list: Some(list), marker: page.next_token })
}

/// Deletes a vault without archives.
pub(crate) async fn delete_vault(ctx: &Ctx, input: DeleteVaultInput) -> Outcome<DeleteVault> {
    let id = vault(ctx, &input.account_id, &input.vault_name);
    engine(ctx).delete_vault(&id).await.map_err(|refusal| told(&id, "", refusal))?;
    Ok(DeleteVaultOutput {})
}

/// Names the topic that is told of a vault's jobs.
pub(crate) async fn set_vault_notifications(
    ctx: &Ctx,
    input: SetVaultNotificationsInput,
) -> Outcome<SetVaultNotifications> {
    let id = vault(ctx, &input.account_id, &input.vault_name);
    let config = input.vault_notification_config.unwrap_or_default();
    let topic = config.sns_topic.ok_or_else(|| missing("Required parameter missing: SNSTopic"))?;
    let events = config.events.unwrap_or_default();
    if events.is_empty() || !events.iter().all(|event| EVENTS.contains(&event.as_str())) {
        return Err(invalid(format!("Invalid notification events: {events:?}")));
    }
    let set = |record: &mut VaultRecord| {
        record.notify = Some((topic.clone(), events.clone()));
        Ok(())
    };
    engine(ctx).change_vault(&id, set).await.map_err(|refusal| told(&id, "", refusal))?;
    Ok(SetVaultNotificationsOutput {})
}

/// Shows the topic that is told of a vault's jobs.
pub(crate) async fn get_vault_notifications(
    ctx: &Ctx,
    input: GetVaultNotificationsInput,
) -> Outcome<GetVaultNotifications> {
    let id = vault(ctx, &input.account_id, &input.vault_name);
    let record = engine(ctx).vault(&id).await.map_err(|refusal| told(&id, "", refusal))?;
    let nobody = || absent(format!("No notification configuration is set for vault: {}", id.arn()));
    let (topic, events) = record.notify.ok_or_else(nobody)?;
    let config = VaultNotificationConfig { sns_topic: Some(topic), events: Some(events) };
    Ok(GetVaultNotificationsOutput { vault_notification_config: Some(config) })
}

/// Lets nobody be told of a vault's jobs.
pub(crate) async fn delete_vault_notifications(
    ctx: &Ctx,
    input: DeleteVaultNotificationsInput,
) -> Outcome<DeleteVaultNotifications> {
    let id = vault(ctx, &input.account_id, &input.vault_name);
    let unset = |record: &mut VaultRecord| {
        record.notify = None;
        Ok(())
    };
    engine(ctx).change_vault(&id, unset).await.map_err(|refusal| told(&id, "", refusal))?;
    Ok(DeleteVaultNotificationsOutput {})
}

fn described(id: &VaultId, record: &VaultRecord) -> DescribeVaultOutput {
    let number = |count: u64| i64::try_from(count).ok();
    DescribeVaultOutput {
        vault_arn: Some(id.arn().to_string()),
        vault_name: Some(id.name.clone()),
        creation_date: Some(shown(record.created)),
        last_inventory_date: record.inventory.map(shown),
        number_of_archives: number(record.counted.0),
        size_in_bytes: number(record.counted.1),
    }
}
