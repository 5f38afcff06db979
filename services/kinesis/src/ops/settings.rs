//! What a stream keeps, takes and how it is scaled.

use api_kinesis::{
    DecreaseStreamRetentionPeriod, DecreaseStreamRetentionPeriodInput, DecreaseStreamRetentionPeriodOutput,
    IncreaseStreamRetentionPeriod, IncreaseStreamRetentionPeriodInput, IncreaseStreamRetentionPeriodOutput, StreamMode,
    UpdateMaxRecordSize, UpdateMaxRecordSizeInput, UpdateMaxRecordSizeOutput, UpdateStreamMode, UpdateStreamModeInput,
    UpdateStreamModeOutput, UpdateStreamWarmThroughput, UpdateStreamWarmThroughputInput,
    UpdateStreamWarmThroughputOutput,
};
use service_kit::{Ctx, Error, Outcome};

use super::address::{self, Addressed};
use super::stream::warm_throughput;
use crate::Kinesis;
use crate::engine::lifecycle::retain;
use crate::engine::refusal::Refusal;
use crate::engine::stream::Stream;
use crate::error::{invalid, told};
use crate::limits;
use crate::store::Mode;

/// Keeps records longer.
pub(crate) async fn increase_stream_retention_period(
    ctx: &Ctx,
    input: IncreaseStreamRetentionPeriodInput,
) -> Outcome<IncreaseStreamRetentionPeriod> {
    set_retention(ctx, &input, input.retention_period_hours, |asked, present| asked < present).await?;
    Ok(IncreaseStreamRetentionPeriodOutput {})
}

/// Keeps records less long. Those that are older then are gone.
pub(crate) async fn decrease_stream_retention_period(
    ctx: &Ctx,
    input: DecreaseStreamRetentionPeriodInput,
) -> Outcome<DecreaseStreamRetentionPeriod> {
    set_retention(ctx, &input, input.retention_period_hours, |asked, present| asked > present).await?;
    Ok(DecreaseStreamRetentionPeriodOutput {})
}

async fn set_retention<I: Addressed>(
    ctx: &Ctx,
    input: &I,
    asked: i32,
    wrong_way: fn(u32, u32) -> bool,
) -> Result<(), Error> {
    let stream = address::stream(ctx, input).await?;
    let hours = hours_kept(asked)?;
    let present = stream.known().record.retention_hours;
    if wrong_way(hours, present) {
        return Err(wrong_way_text(&stream, hours, present));
    }
    let engine = ctx.state::<Kinesis>().engine();
    let changed = engine.change(&stream, |record, now| {
        retain(record, hours, now);
        Ok(())
    });
    changed.await.map_err(|refusal| told(&stream.home, refusal))
}

fn hours_kept(asked: i32) -> Result<u32, Error> {
    let (least, most) = (limits::RETENTION_HOURS.start(), limits::RETENTION_HOURS.end());
    if i64::from(asked) < i64::from(*least) {
        return Err(invalid(format!(
            "Minimum allowed retention period is {least} hours. Requested retention period ({asked} hours) is too short."
        )));
    }
    let hours = u32::try_from(asked).unwrap_or_default();
    if hours > *most {
        return Err(invalid(format!(
            "Maximum allowed retention period is {most} hours. Requested retention period ({asked} hours) is too long."
        )));
    }
    Ok(hours)
}

fn wrong_way_text(stream: &Stream, asked: u32, present: u32) -> Error {
    let (than, other) = if asked < present { ("shorter", "Decrease") } else { ("longer", "Increase") };
    invalid(format!(
        "Requested retention period ({asked} hours) for stream {} can not be {than} than existing retention period \
         ({present} hours). Use {other}RetentionPeriod API.",
        stream.home.name
    ))
}

/// Lets a stream scale itself, or its owner.
pub(crate) async fn update_stream_mode(ctx: &Ctx, input: UpdateStreamModeInput) -> Outcome<UpdateStreamMode> {
    let stream = address::stream(ctx, &input).await?;
    let home = &stream.home;
    let mode = match input.stream_mode_details.stream_mode {
        StreamMode::OnDemand => Mode::OnDemand,
        _ => Mode::Provisioned,
    };
    let warm = warm(input.warm_throughput_mi_bps)?;
    if mode == Mode::Provisioned && warm.is_some() {
        return Err(only_on_demand());
    }
    let engine = ctx.state::<Kinesis>().engine();
    let refused = |refusal| told(home, refusal);
    let grows = mode == Mode::OnDemand && stream.known().record.mode == Mode::Provisioned;
    if grows && engine.census(home).await.map_err(refused)?.on_demand >= limits::ON_DEMAND_STREAMS {
        return Err(refused(Refusal::TooManyOnDemand));
    }
    let changed = engine.change(&stream, |record, now| {
        if record.mode != mode {
            record.mode_changes.retain(|at| at.plus(limits::DAY) > now);
            if record.mode_changes.len() >= limits::MODE_CHANGES {
                return Err(Refusal::ModeChangedTooOften);
            }
            record.mode_changes.push(now);
            record.rescales.clear();
            record.mode = mode;
        }
        record.warm = warm.or(record.warm.filter(|_| mode == Mode::OnDemand));
        Ok(())
    });
    changed.await.map_err(refused)?;
    engine.scale_on_demand(&stream, warm.unwrap_or_default(), false).await.map_err(refused)?;
    Ok(UpdateStreamModeOutput {})
}

/// Sets the throughput that a stream in on-demand mode keeps ready.
pub(crate) async fn update_stream_warm_throughput(
    ctx: &Ctx,
    input: UpdateStreamWarmThroughputInput,
) -> Outcome<UpdateStreamWarmThroughput> {
    let stream = address::stream(ctx, &input).await?;
    let home = &stream.home;
    let target = warm(Some(input.warm_throughput_mi_bps))?;
    if stream.known().record.mode != Mode::OnDemand {
        return Err(only_on_demand());
    }
    let engine = ctx.state::<Kinesis>().engine();
    let refused = |refusal| told(home, refusal);
    let more = target.unwrap_or_default().saturating_sub(stream.known().record.open);
    engine.room_for(home, more).await.map_err(refused)?;
    let changed = engine.change(&stream, |record, _| {
        record.warm = target;
        Ok(())
    });
    changed.await.map_err(refused)?;
    engine.scale_on_demand(&stream, target.unwrap_or_default(), false).await.map_err(refused)?;
    Ok(UpdateStreamWarmThroughputOutput {
        stream_arn: Some(home.arn().to_string()),
        stream_name: Some(home.name.clone()),
        warm_throughput: warm_throughput(&stream.known().record),
    })
}

fn warm(asked: Option<i32>) -> Result<Option<u32>, Error> {
    let number = |asked: i32| u32::try_from(asked).map_err(|_| invalid("WarmThroughputMiBps must not be negative."));
    asked.map(number).transpose()
}

fn only_on_demand() -> Error {
    invalid("WarmThroughputMiBps can only be provided for streams in ON_DEMAND mode.")
}

/// Sets the size of the largest record.
pub(crate) async fn update_max_record_size(ctx: &Ctx, input: UpdateMaxRecordSizeInput) -> Outcome<UpdateMaxRecordSize> {
    let stream = address::stream(ctx, &input).await?;
    let kib = u32::try_from(input.max_record_size_in_ki_b).unwrap_or_default();
    let engine = ctx.state::<Kinesis>().engine();
    let changed = engine.change(&stream, |record, _| {
        record.record_kib = kib;
        Ok(())
    });
    changed.await.map_err(|refusal| told(&stream.home, refusal))?;
    Ok(UpdateMaxRecordSizeOutput {})
}
