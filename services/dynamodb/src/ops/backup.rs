//! Backups, and tables made of them.

use api_dynamodb::{
    BackupDescription, BackupDetails, BackupStatus, BackupSummary, BackupType, BillingMode, CreateBackup,
    CreateBackupInput, CreateBackupOutput, DeleteBackup, DeleteBackupInput, DeleteBackupOutput, DescribeBackup,
    DescribeBackupInput, DescribeBackupOutput, GlobalSecondaryIndex, GlobalSecondaryIndexInfo, ListBackups,
    ListBackupsInput, ListBackupsOutput, LocalSecondaryIndex, LocalSecondaryIndexInfo, ProvisionedThroughput,
    RestoreTableFromBackup, RestoreTableFromBackupInput, RestoreTableFromBackupOutput, SSESpecification,
    SourceTableDetails, SourceTableFeatureDetails, TableStatus, errors,
};
use names::Arn;
use service_kit::{Access, Ctx, Error, Outcome};

use super::{address, shown};
use crate::Dynamo;
use crate::calls::keys;
use crate::engine::backup::copied;
use crate::engine::sealing::NewKey;
use crate::engine::table::Home;
use crate::error::{invalid, invalid_parameter};
use crate::store::{BackupRecord, Billing, Restored, TableRecord, Throughput};

/// Backups shown at once ("ListBackups").
const SHOWN: usize = 100;

/// Copies a table.
pub(crate) async fn create_backup(ctx: &Ctx, input: CreateBackupInput) -> Outcome<CreateBackup> {
    let home = address::home(ctx, &input.table_name)?;
    let table = ctx.state::<Dynamo>().engine().lookup(&home).await?;
    let table = table.ok_or_else(|| no_table(&home.name))?;
    let (id, record) = ctx.state::<Dynamo>().engine().back_up(&table, &input.backup_name).await?;
    let details = details(&home, &id, &record, BackupStatus::Creating);
    Ok(CreateBackupOutput { backup_details: Some(details) })
}

/// Describes a backup.
pub(crate) async fn describe_backup(ctx: &Ctx, input: DescribeBackupInput) -> Outcome<DescribeBackup> {
    let (home, id, record) = find(ctx, &input.backup_arn).await?;
    let description = description(&home, &id, &record, BackupStatus::Available);
    Ok(DescribeBackupOutput { backup_description: Some(description) })
}

/// Deletes a backup.
pub(crate) async fn delete_backup(ctx: &Ctx, input: DeleteBackupInput) -> Outcome<DeleteBackup> {
    let (home, id, record) = find(ctx, &input.backup_arn).await?;
    ctx.state::<Dynamo>().engine().delete_backup(&home, &id, &record).await?;
    let description = description(&home, &id, &record, BackupStatus::Deleted);
    Ok(DeleteBackupOutput { backup_description: Some(description) })
}

/// Lists backups, within a span of time and of one table where that is asked.
pub(crate) async fn list_backups(ctx: &Ctx, input: ListBackupsInput) -> Outcome<ListBackups> {
    let limit = input.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(SHOWN);
    let table = input.table_name.as_deref().map(|name| address::home(ctx, name)).transpose()?;
    let home = table.clone().unwrap_or_else(|| address::own(ctx, ""));
    let start = input.exclusive_start_backup_arn.as_deref();
    let start = start.map(|arn| of_arn(arn).ok_or_else(|| no_backup(arn))).transpose()?;
    let after = start.as_ref().map(|(home, id)| (home.name.as_str(), id.as_str()));
    let engine = ctx.state::<Dynamo>().engine();
    let mut found = engine.backups(&home, table.as_ref().map(|home| home.name.as_str()), after).await?;
    let since = |record: &BackupRecord| input.time_range_lower_bound.is_none_or(|bound| record.created >= bound);
    let before = |record: &BackupRecord| input.time_range_upper_bound.is_none_or(|bound| record.created < bound);
    found.retain(|(_, _, record)| since(record) && before(record));
    let more = found.len() > limit;
    found.truncate(limit);
    let last = found.last().filter(|_| more).map(|(name, id, _)| arn(&home.sibling(name), id));
    let summaries = found.iter().map(|(name, id, record)| summary(&home.sibling(name), id, record));
    Ok(ListBackupsOutput { backup_summaries: Some(summaries.collect()), last_evaluated_backup_arn: last })
}

/// Makes a table of a backup.
pub(crate) async fn restore_table_from_backup(
    ctx: &Ctx,
    input: RestoreTableFromBackupInput,
) -> Outcome<RestoreTableFromBackup> {
    let (source, id, record) = find(ctx, &input.backup_arn).await?;
    address::check_name(&input.target_table_name, "targetTableName")?;
    let home = address::own(ctx, &input.target_table_name);
    let now = ctx.now();
    let restored = Restored { backup: Some(arn(&source, &id)), table: Some(source.arn().to_string()), at: now };
    let overrides = Overrides {
        mode: input.billing_mode_override.as_ref(),
        units: input.provisioned_throughput_override.as_ref(),
        global: input.global_secondary_index_override.as_deref(),
        local: input.local_secondary_index_override.as_deref(),
    };
    let mut draft = overrides.over(copied(&record.table, restored, now), now)?;
    let engine = ctx.state::<Dynamo>().engine();
    refuse_existing(ctx, &home).await?;
    let key = key_of_restored(ctx, &home, &mut draft, input.sse_specification_override.as_ref()).await?;
    keys::unlock_for(ctx, &source, record.table.no).await?;
    let table = engine.restore_backup(&home, &source, draft, key, &record).await?;
    let mut description = shown::table(&home, &table.state().record, TableStatus::Creating, &[]);
    description.restore_summary.iter_mut().for_each(|summary| summary.restore_in_progress = true);
    Ok(RestoreTableFromBackupOutput { table_description: Some(description) })
}

/// What a call on a backup touches.
pub(crate) fn access(arn: &str) -> Result<Access, Error> {
    of_arn(arn).map(|_| Access::to(arn)).ok_or_else(|| invalid(format!("Invalid backup ARN: {arn}")))
}

/// What restoring touches: the backup, and the table that is made.
pub(crate) fn access_to_restore(ctx: &Ctx, input: &RestoreTableFromBackupInput) -> Result<Access, Error> {
    Ok(access(&input.backup_arn)?.and_to(address::own(ctx, &input.target_table_name).arn()))
}

/// The key of a restored table: under the key of KMS that is asked for, or else under that of what it is made of.
pub(crate) async fn key_of_restored(
    ctx: &Ctx,
    home: &Home,
    draft: &mut TableRecord,
    given: Option<&SSESpecification>,
) -> Result<NewKey, Error> {
    if given.is_some() {
        draft.encryption = keys::encryption(ctx, home, given).await?;
    }
    keys::new_key(ctx, home, draft.encryption.as_ref()).await
}

/// A restored table must be new.
pub(crate) async fn refuse_existing(ctx: &Ctx, home: &Home) -> Result<(), Error> {
    if ctx.state::<Dynamo>().engine().lookup(home).await?.is_some() {
        let text = format!("Table already exists: {}", home.name);
        return Err(errors::table_already_exists_exception(text).into());
    }
    Ok(())
}

/// What a restored table is to have otherwise.
pub(crate) struct Overrides<'a> {
    /// How capacity is paid for.
    pub mode: Option<&'a BillingMode>,
    /// Its capacity.
    pub units: Option<&'a ProvisionedThroughput>,
    /// Which global indexes it keeps.
    pub global: Option<&'a [GlobalSecondaryIndex]>,
    /// Which local indexes it keeps.
    pub local: Option<&'a [LocalSecondaryIndex]>,
}

impl Overrides<'_> {
    /// The record with them.
    pub(crate) fn over(&self, mut record: TableRecord, now: names::Timestamp) -> Result<TableRecord, Error> {
        if let Some(kept) = self.global {
            record.global.retain(|index| kept.iter().any(|kept| kept.index_name == index.name));
        }
        if let Some(kept) = self.local {
            record.local.retain(|index| kept.iter().any(|kept| kept.index_name == index.name));
        }
        match self.mode {
            Some(BillingMode::PayPerRequest) => {
                record.billing = Billing::OnDemand(now);
                let all = record.global.iter_mut().map(|index| &mut index.throughput).chain([&mut record.throughput]);
                all.for_each(|throughput| *throughput = Throughput::default());
            }
            Some(_) => {
                let units = self.units.ok_or_else(|| {
                    invalid_parameter("ProvisionedThroughput must be specified when BillingMode is PROVISIONED")
                })?;
                record.billing = Billing::Provisioned { on_demand_before: None, told: true };
                record.throughput = super::create::provisioned_units(units)?;
            }
            None => {
                if let Some(units) = self.units {
                    record.throughput = super::create::provisioned_units(units)?;
                }
            }
        }
        Ok(record)
    }
}

async fn find(ctx: &Ctx, text: &str) -> Result<(Home, String, BackupRecord), Error> {
    let (home, id) = of_arn(text).ok_or_else(|| invalid(format!("Invalid backup ARN: {text}")))?;
    let found = ctx.state::<Dynamo>().engine().backup(&home, &id).await?;
    found.map(|record| (home, id, record)).ok_or_else(|| no_backup(text))
}

fn arn(home: &Home, id: &str) -> String {
    format!("{}/backup/{id}", home.arn())
}

fn of_arn(text: &str) -> Option<(Home, String)> {
    let home = Home::of_arn(text)?;
    let arn: Arn = text.parse().ok()?;
    let id = arn.resource.rsplit_once("/backup/")?.1.to_owned();
    Some((home, id))
}

fn no_backup(arn: &str) -> Error {
    errors::backup_not_found_exception(format!("Backup not found: {arn}")).into()
}

/// Backups tell of tables that are not there in words of their own.
pub(crate) fn no_table(name: &str) -> Error {
    errors::table_not_found_exception(format!("Table not found: {name}")).into()
}

fn details(home: &Home, id: &str, record: &BackupRecord, status: BackupStatus) -> BackupDetails {
    BackupDetails {
        backup_arn: arn(home, id),
        backup_name: record.name.clone(),
        backup_size_bytes: Some(whole(record.bytes)),
        backup_status: status,
        backup_type: BackupType::User,
        backup_creation_date_time: record.created,
        backup_expiry_date_time: None,
    }
}

fn summary(home: &Home, id: &str, record: &BackupRecord) -> BackupSummary {
    BackupSummary {
        table_name: Some(home.name.clone()),
        table_id: Some(record.table.id.clone()),
        table_arn: Some(home.arn().to_string()),
        backup_arn: Some(arn(home, id)),
        backup_name: Some(record.name.clone()),
        backup_creation_date_time: Some(record.created),
        backup_expiry_date_time: None,
        backup_status: Some(BackupStatus::Available),
        backup_type: Some(BackupType::User),
        backup_size_bytes: Some(whole(record.bytes)),
    }
}

fn description(home: &Home, id: &str, record: &BackupRecord, status: BackupStatus) -> BackupDescription {
    let table = &record.table;
    let whole_table = shown::table(home, table, TableStatus::Active, &[]);
    let units = |throughput: &Throughput| ProvisionedThroughput {
        read_capacity_units: whole(throughput.read),
        write_capacity_units: whole(throughput.write),
    };
    let on_demand = matches!(table.billing, Billing::OnDemand(_));
    let source = SourceTableDetails {
        table_name: home.name.clone(),
        table_id: table.id.clone(),
        table_arn: Some(home.arn().to_string()),
        table_size_bytes: Some(whole(record.bytes)),
        key_schema: shown::key_schema(&table.key),
        table_creation_date_time: table.created,
        provisioned_throughput: units(&table.throughput),
        on_demand_throughput: whole_table.on_demand_throughput,
        item_count: Some(whole(record.items)),
        billing_mode: Some(if on_demand { BillingMode::PayPerRequest } else { BillingMode::Provisioned }),
    };
    let local = table.local.iter().map(|index| LocalSecondaryIndexInfo {
        index_name: Some(index.name.clone()),
        key_schema: Some(shown::index_schema(index)),
        projection: Some(shown::projection(&index.projection)),
    });
    let global = table.global.iter().map(|index| GlobalSecondaryIndexInfo {
        index_name: Some(index.name.clone()),
        key_schema: Some(shown::index_schema(index)),
        projection: Some(shown::projection(&index.projection)),
        provisioned_throughput: Some(units(&index.throughput)),
        on_demand_throughput: None,
    });
    let (local, global): (Vec<_>, Vec<_>) = (local.collect(), global.collect());
    let features = SourceTableFeatureDetails {
        local_secondary_indexes: (!local.is_empty()).then_some(local),
        global_secondary_indexes: (!global.is_empty()).then_some(global),
        stream_description: whole_table.stream_specification,
        time_to_live_description: None,
        sse_description: whole_table.sse_description,
    };
    BackupDescription {
        backup_details: Some(details(home, id, record, status)),
        source_table_details: Some(source),
        source_table_feature_details: Some(features),
    }
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
