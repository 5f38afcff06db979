//! Streams: created, described, listed, deleted.

use api_kinesis::{
    CreateStream, CreateStreamInput, CreateStreamOutput, DeleteStream, DeleteStreamInput, DeleteStreamOutput,
    DescribeStream, DescribeStreamInput, DescribeStreamOutput, DescribeStreamSummary, DescribeStreamSummaryInput,
    DescribeStreamSummaryOutput, ListStreams, ListStreamsInput, ListStreamsOutput, StreamDescription,
    StreamDescriptionSummary, StreamMode, StreamStatus, StreamSummary, WarmThroughputObject, errors,
};
use service_kit::{Access, Ctx, Error, Outcome, paging};

use super::{address, shard, shown, tags};
use crate::Kinesis;
use crate::engine::lifecycle::Plan;
use crate::engine::refusal::Refusal;
use crate::error::{invalid, told};
use crate::limits;
use crate::store::{Mode, StreamRecord};

/// Streams and shards shown when nobody says how many. Source: ListStreams, DescribeStream.
const PAGE: usize = 100;

/// Creates a stream. It can be used as soon as the call is answered.
pub(crate) async fn create_stream(ctx: &Ctx, input: CreateStreamInput) -> Outcome<CreateStream> {
    let home = address::own(ctx, &input.stream_name);
    let engine = ctx.state::<Kinesis>().engine();
    let refused = |refusal| told(&home, refusal);
    let plan = plan(&input)?;
    tags::check(&plan.tags)?;
    if engine.lookup(&home).await?.is_some() {
        return Err(refused(Refusal::StreamTaken));
    }
    engine.room_for(&home, plan.shards).await.map_err(refused)?;
    if plan.mode == Mode::OnDemand
        && engine.census(&home).await.map_err(refused)?.on_demand >= limits::ON_DEMAND_STREAMS
    {
        return Err(refused(Refusal::TooManyOnDemand));
    }
    engine.create(&home, plan).await.map_err(refused)?;
    Ok(CreateStreamOutput {})
}

fn plan(input: &CreateStreamInput) -> Result<Plan, Error> {
    let mode = match input.stream_mode_details.as_ref().map(|details| &details.stream_mode) {
        Some(StreamMode::OnDemand) => Mode::OnDemand,
        // AWS was recorded to give four shards to a stream of which nothing is said.
        None if input.shard_count.is_none() => Mode::OnDemand,
        _ => Mode::Provisioned,
    };
    let warm = input.warm_throughput_mi_bps.map(|warm| u32::try_from(warm).unwrap_or_default());
    let shards = match (mode, input.shard_count) {
        (Mode::Provisioned, Some(count)) => u32::try_from(count).unwrap_or_default(),
        (Mode::Provisioned, None) => {
            return Err(invalid("ShardCount must be provided for streams in PROVISIONED mode."));
        }
        (Mode::OnDemand, Some(_)) => {
            let text = "Request is invalid. ShardCount cannot be provided for streams in ON_DEMAND mode.";
            return Err(errors::validation_exception(text).into());
        }
        (Mode::OnDemand, None) => limits::ON_DEMAND_SHARDS.max(warm.unwrap_or_default()),
    };
    if mode == Mode::Provisioned && warm.is_some() {
        return Err(invalid("WarmThroughputMiBps can only be provided for streams in ON_DEMAND mode."));
    }
    let record_kib = input.max_record_size_in_ki_b.map_or(limits::RECORD_KIB, |kib| u32::try_from(kib).unwrap_or(0));
    Ok(Plan { mode, shards, tags: input.tags.clone().unwrap_or_default(), warm, record_kib })
}

/// Describes a stream with its shards, a page of them at a time.
pub(crate) async fn describe_stream(ctx: &Ctx, input: DescribeStreamInput) -> Outcome<DescribeStream> {
    let stream = address::stream(ctx, &input).await?;
    let known = stream.known();
    let after = shard::after(&stream.home, input.exclusive_start_shard_id.as_deref())?;
    let limit = input.limit.map_or(PAGE, |limit| usize::try_from(limit).unwrap_or(PAGE));
    let mut left = known.shards.iter().filter(|(no, _)| after.is_none_or(|after| **no > after));
    let shards = left.by_ref().take(limit).map(|(no, record)| shown::shard(&known, *no, record)).collect();
    let record = &known.record;
    let stream_description = StreamDescription {
        stream_name: stream.home.name.clone(),
        stream_arn: stream.home.arn().to_string(),
        stream_status: StreamStatus::Active,
        stream_mode_details: Some(shown::mode(record.mode)),
        shards,
        has_more_shards: left.next().is_some(),
        retention_period_hours: record.retention_hours.cast_signed(),
        stream_creation_timestamp: record.created,
        enhanced_monitoring: shown::monitoring(record),
        encryption_type: Some(shown::encryption(record)),
        key_id: record.key.clone(),
    };
    Ok(DescribeStreamOutput { stream_description })
}

/// Describes a stream without its shards.
pub(crate) async fn describe_stream_summary(
    ctx: &Ctx,
    input: DescribeStreamSummaryInput,
) -> Outcome<DescribeStreamSummary> {
    let stream = address::stream(ctx, &input).await?;
    let known = stream.known();
    let engine = ctx.state::<Kinesis>().engine();
    let consumers = engine.consumers(&stream, None, usize::MAX).await.map_err(|refusal| told(&stream.home, refusal))?;
    let record = &known.record;
    let stream_description_summary = StreamDescriptionSummary {
        stream_name: stream.home.name.clone(),
        stream_arn: stream.home.arn().to_string(),
        stream_id: Some(record.id.clone()),
        stream_status: StreamStatus::Active,
        stream_mode_details: Some(shown::mode(record.mode)),
        retention_period_hours: record.retention_hours.cast_signed(),
        stream_creation_timestamp: record.created,
        enhanced_monitoring: shown::monitoring(record),
        encryption_type: Some(shown::encryption(record)),
        key_id: record.key.clone(),
        open_shard_count: record.open.cast_signed(),
        consumer_count: i32::try_from(consumers.len()).ok(),
        warm_throughput: warm_throughput(record),
        max_record_size_in_ki_b: Some(record.record_kib.cast_signed()),
    };
    Ok(DescribeStreamSummaryOutput { stream_description_summary })
}

/// The throughput that a stream in on-demand mode keeps ready.
pub(crate) fn warm_throughput(record: &StreamRecord) -> Option<WarmThroughputObject> {
    let target = record.warm.filter(|_| record.mode == Mode::OnDemand)?.cast_signed();
    Some(WarmThroughputObject { target_mi_bps: Some(target), current_mi_bps: Some(target) })
}

/// Lists streams by name.
pub(crate) async fn list_streams(ctx: &Ctx, input: ListStreamsInput) -> Outcome<ListStreams> {
    let home = address::own(ctx, "");
    let limit = input.limit.map_or(PAGE, |limit| usize::try_from(limit).unwrap_or(PAGE));
    let after = paging::position(ctx, "", input.next_token.as_deref())?.or(input.exclusive_start_stream_name);
    let engine = ctx.state::<Kinesis>().engine();
    let streams = engine.list(&home, after.as_deref(), limit + 1).await.map_err(|refusal| told(&home, refusal))?;
    let page = paging::page(ctx, "", streams, limit, |(name, _)| name.clone());
    let summary = |(name, record): &(String, StreamRecord)| StreamSummary {
        stream_name: name.clone(),
        stream_arn: address::own(ctx, name).arn().to_string(),
        stream_status: StreamStatus::Active,
        stream_mode_details: Some(shown::mode(record.mode)),
        stream_creation_timestamp: Some(record.created),
    };
    Ok(ListStreamsOutput {
        stream_summaries: Some(page.items.iter().map(summary).collect()),
        stream_names: page.items.into_iter().map(|(name, _)| name).collect(),
        has_more_streams: page.next_token.is_some(),
        next_token: page.next_token,
    })
}

/// Deletes a stream with all its records.
pub(crate) async fn delete_stream(ctx: &Ctx, input: DeleteStreamInput) -> Outcome<DeleteStream> {
    let stream = address::stream(ctx, &input).await?;
    let consumers_too = input.enforce_consumer_deletion.unwrap_or(false);
    let deleted = ctx.state::<Kinesis>().engine().delete(&stream, consumers_too).await;
    deleted.map_err(|refusal| told(&stream.home, refusal))?;
    Ok(DeleteStreamOutput {})
}

/// What creating a stream touches.
pub(crate) fn access_to_create(ctx: &Ctx, input: &CreateStreamInput) -> Result<Access, Error> {
    let access = Access::to(address::own(ctx, &input.stream_name).arn());
    Ok(tags::setting(access, input.tags.as_ref()))
}
