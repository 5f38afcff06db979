//! Restoring tables to any second.

use std::time::Duration;

use api_dynamodb::{
    ContinuousBackupsDescription, ContinuousBackupsStatus, DescribeContinuousBackups, DescribeContinuousBackupsInput,
    DescribeContinuousBackupsOutput, PointInTimeRecoveryDescription, PointInTimeRecoveryStatus,
    RestoreTableToPointInTime, RestoreTableToPointInTimeInput, RestoreTableToPointInTimeOutput, TableStatus,
    UpdateContinuousBackups, UpdateContinuousBackupsInput, UpdateContinuousBackupsOutput, errors,
};
use names::Timestamp;
use service_kit::{Access, Ctx, Error, Outcome};

use super::backup::{Overrides, key_of_restored, no_table, refuse_existing};
use super::{address, shown};
use crate::Dynamo;
use crate::calls::keys;
use crate::engine::backup::copied;
use crate::engine::table::Home;
use crate::error::{invalid, invalid_parameter};
use crate::limits;
use crate::store::{Recovery, Restored};

/// Tells whether a table can be restored, and to which instants.
pub(crate) async fn describe_continuous_backups(
    ctx: &Ctx,
    input: DescribeContinuousBackupsInput,
) -> Outcome<DescribeContinuousBackups> {
    let home = address::home(ctx, &input.table_name)?;
    let table = ctx.state::<Dynamo>().engine().lookup(&home).await?.ok_or_else(|| no_table(&home.name))?;
    let description = described(table.state().record.recovery, ctx.now());
    Ok(DescribeContinuousBackupsOutput { continuous_backups_description: Some(description) })
}

/// Lets a table be restored to any second from now on, or no longer.
pub(crate) async fn update_continuous_backups(
    ctx: &Ctx,
    input: UpdateContinuousBackupsInput,
) -> Outcome<UpdateContinuousBackups> {
    let home = address::home(ctx, &input.table_name)?;
    let specification = input.point_in_time_recovery_specification;
    let days = specification.recovery_period_in_days.unwrap_or(*limits::RECOVERY_DAYS.end());
    if !limits::RECOVERY_DAYS.contains(&days) {
        return Err(invalid_parameter("RecoveryPeriodInDays must be between 1 and 35"));
    }
    let engine = ctx.state::<Dynamo>().engine();
    let table = engine.lookup(&home).await?.ok_or_else(|| no_table(&home.name))?;
    let now = ctx.now();
    let record = engine.change(&table, |record| {
        let since = record.recovery.map_or(now, |before| before.since);
        let recovery = Recovery { since, days: u32::try_from(days).unwrap_or(35) };
        record.recovery = specification.point_in_time_recovery_enabled.then_some(recovery);
        Ok(())
    });
    let description = described(record.await?.recovery, now);
    Ok(UpdateContinuousBackupsOutput { continuous_backups_description: Some(description) })
}

/// Makes a table of what another one held at an instant.
pub(crate) async fn restore_table_to_point_in_time(
    ctx: &Ctx,
    input: RestoreTableToPointInTimeInput,
) -> Outcome<RestoreTableToPointInTime> {
    let source = source(ctx, &input)?;
    address::check_name(&input.target_table_name, "targetTableName")?;
    let home = address::own(ctx, &input.target_table_name);
    let engine = ctx.state::<Dynamo>().engine();
    let table = engine.lookup(&source).await?.ok_or_else(|| no_table(&source.name))?;
    let record = table.state_kept().record.clone();
    let recovery = record.recovery.ok_or_else(|| {
        let text = format!("Point in time recovery is not enabled for table '{}'", source.name);
        Error::from(errors::point_in_time_recovery_unavailable_exception(text))
    })?;
    let (earliest, latest) = window(recovery, ctx.now());
    let at = match (input.restore_date_time, input.use_latest_restorable_time.unwrap_or_default()) {
        (Some(_), true) => {
            return Err(invalid("RestoreDateTime and UseLatestRestorableTime cannot be given together"));
        }
        (None, true) => latest,
        (Some(at), false) => at,
        (None, false) => return Err(invalid("RestoreDateTime or UseLatestRestorableTime must be given")),
    };
    if at < earliest || at > latest {
        let text = format!("Restore time must be between {} and {}", earliest.iso8601(), latest.iso8601());
        return Err(errors::invalid_restore_time_exception(text).into());
    }
    refuse_existing(ctx, &home).await?;
    let restored = Restored { backup: None, table: Some(source.arn().to_string()), at };
    let overrides = Overrides {
        mode: input.billing_mode_override.as_ref(),
        units: input.provisioned_throughput_override.as_ref(),
        global: input.global_secondary_index_override.as_deref(),
        local: input.local_secondary_index_override.as_deref(),
    };
    let mut draft = overrides.over(copied(&record, restored, ctx.now()), ctx.now())?;
    let key = key_of_restored(ctx, &home, &mut draft, input.sse_specification_override.as_ref()).await?;
    keys::unlock(ctx, &table).await?;
    let made = engine.restore_at(&home, &table, draft, key, at).await?;
    let mut description = shown::table(&home, &made.state().record, TableStatus::Creating, &[]);
    description.restore_summary.iter_mut().for_each(|summary| summary.restore_in_progress = true);
    Ok(RestoreTableToPointInTimeOutput { table_description: Some(description) })
}

/// What restoring touches: the table it comes from, and the one that is made.
pub(crate) fn access_to_restore(ctx: &Ctx, input: &RestoreTableToPointInTimeInput) -> Result<Access, Error> {
    Ok(Access::to(source(ctx, input)?.arn()).and_to(address::own(ctx, &input.target_table_name).arn()))
}

fn source(ctx: &Ctx, input: &RestoreTableToPointInTimeInput) -> Result<Home, Error> {
    match (&input.source_table_arn, &input.source_table_name) {
        (Some(arn), _) => Home::of_arn(arn).ok_or_else(|| invalid(format!("Invalid SourceTableArn: {arn}"))),
        (None, Some(name)) => address::home(ctx, name),
        (None, None) => Err(invalid("SourceTableArn or SourceTableName must be given")),
    }
}

/// The instants to which a table can be restored.
fn window(recovery: Recovery, now: Timestamp) -> (Timestamp, Timestamp) {
    let oldest = now.minus(Duration::from_secs(u64::from(recovery.days) * 86_400));
    (recovery.since.max(oldest), now.minus(limits::RECOVERY_LAG))
}

fn described(recovery: Option<Recovery>, now: Timestamp) -> ContinuousBackupsDescription {
    let status = match recovery {
        Some(_) => PointInTimeRecoveryStatus::Enabled,
        None => PointInTimeRecoveryStatus::Disabled,
    };
    let bounds = recovery.map(|recovery| window(recovery, now));
    let description = PointInTimeRecoveryDescription {
        point_in_time_recovery_status: Some(status),
        recovery_period_in_days: recovery.map(|recovery| i32::try_from(recovery.days).unwrap_or(35)),
        earliest_restorable_date_time: bounds.map(|(earliest, _)| earliest),
        latest_restorable_date_time: bounds.map(|(_, latest)| latest),
    };
    ContinuousBackupsDescription {
        continuous_backups_status: ContinuousBackupsStatus::Enabled,
        point_in_time_recovery_description: Some(description),
    }
}
