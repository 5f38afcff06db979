//! What an account has and may have, and how it pays.

use api_kinesis::{
    DescribeAccountSettings, DescribeAccountSettingsInput, DescribeAccountSettingsOutput, DescribeLimits,
    DescribeLimitsInput, DescribeLimitsOutput, MinimumThroughputBillingCommitmentInputStatus,
    MinimumThroughputBillingCommitmentOutput, MinimumThroughputBillingCommitmentOutputStatus, UpdateAccountSettings,
    UpdateAccountSettingsInput, UpdateAccountSettingsOutput,
};
use names::Timestamp;
use service_kit::{Ctx, Outcome};
use store::StoreError;

use super::address;
use crate::Kinesis;
use crate::error::told;
use crate::limits;
use crate::store::{ACCOUNTS, AccountRecord, scope};

/// Counts shards and streams, and tells how many there may be.
pub(crate) async fn describe_limits(ctx: &Ctx, _input: DescribeLimitsInput) -> Outcome<DescribeLimits> {
    let home = address::own(ctx, "");
    let census = ctx.state::<Kinesis>().engine().census(&home).await.map_err(|refusal| told(&home, refusal))?;
    Ok(DescribeLimitsOutput {
        shard_limit: limits::shards(ctx.region.as_str()).cast_signed(),
        open_shard_count: census.shards.cast_signed(),
        on_demand_stream_count: census.on_demand.cast_signed(),
        on_demand_stream_count_limit: limits::ON_DEMAND_STREAMS.cast_signed(),
    })
}

/// The account's settings.
pub(crate) async fn describe_account_settings(
    ctx: &Ctx,
    _input: DescribeAccountSettingsInput,
) -> Outcome<DescribeAccountSettings> {
    let view = ctx.store().read().await?;
    let record = ACCOUNTS.get(&view, &scope(ctx.account(), &ctx.region), &0).await?.unwrap_or_default();
    let minimum_throughput_billing_commitment = Some(shown(&record, ctx.now()));
    Ok(DescribeAccountSettingsOutput { minimum_throughput_billing_commitment })
}

/// Changes the account's settings.
pub(crate) async fn update_account_settings(
    ctx: &Ctx,
    input: UpdateAccountSettingsInput,
) -> Outcome<UpdateAccountSettings> {
    let (scope, now) = (scope(ctx.account(), &ctx.region), ctx.now());
    let on =
        input.minimum_throughput_billing_commitment.status == MinimumThroughputBillingCommitmentInputStatus::Enabled;
    let scope = &scope;
    let record = ctx.store().transact(|tx| async move {
        let mut record = ACCOUNTS.get(&tx, scope, &0).await?.unwrap_or_default();
        change(&mut record, on, now);
        ACCOUNTS.put(&tx, scope, &0, &record)?;
        Ok::<_, StoreError>(record)
    });
    let minimum_throughput_billing_commitment = Some(shown(&record.await?, now));
    Ok(UpdateAccountSettingsOutput { minimum_throughput_billing_commitment })
}

/// The commitment lasts a day at least. Source: MinimumThroughputBillingCommitmentOutput.
fn change(record: &mut AccountRecord, on: bool, now: Timestamp) {
    let running = record.committed.is_some() && record.ended.is_none_or(|ended| ended > now);
    match (on, running) {
        (true, true) => record.ended = None,
        (true, false) => *record = AccountRecord { committed: Some(now), ended: None },
        (false, true) => record.ended = record.committed.map(|since| since.plus(limits::DAY).max(now)),
        (false, false) => {}
    }
}

fn shown(record: &AccountRecord, now: Timestamp) -> MinimumThroughputBillingCommitmentOutput {
    use MinimumThroughputBillingCommitmentOutputStatus as Status;
    let status = match (record.committed, record.ended) {
        (None, _) => Status::Disabled,
        (Some(_), None) => Status::Enabled,
        (Some(_), Some(ended)) if ended > now => Status::EnabledUntilEarliestAllowedEnd,
        (Some(_), Some(_)) => Status::Disabled,
    };
    MinimumThroughputBillingCommitmentOutput {
        status,
        started_at: record.committed,
        ended_at: record.ended.filter(|ended| *ended <= now),
        earliest_allowed_end_at: record.committed.map(|since| since.plus(limits::DAY)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commitment_lasts_a_day() {
        let hour = |hour: i64| Timestamp::from_secs(hour * 3_600);
        let mut record = AccountRecord::default();
        let status = |record: &AccountRecord, at| shown(record, at).status.as_str().to_owned();
        assert_eq!(status(&record, hour(0)), "DISABLED");
        change(&mut record, true, hour(1));
        assert_eq!(status(&record, hour(1)), "ENABLED");
        change(&mut record, false, hour(2));
        assert_eq!(status(&record, hour(24)), "ENABLED_UNTIL_EARLIEST_ALLOWED_END");
        assert_eq!(status(&record, hour(25)), "DISABLED");
        change(&mut record, true, hour(30));
        change(&mut record, false, hour(60));
        assert_eq!(status(&record, hour(60)), "DISABLED");
    }
}
