//! Shards split, merged, and shared out anew.

use api_kinesis::{
    MergeShards, MergeShardsInput, MergeShardsOutput, SplitShard, SplitShardInput, SplitShardOutput, UpdateShardCount,
    UpdateShardCountInput, UpdateShardCountOutput,
};
use names::Timestamp;
use service_kit::{Ctx, Error, Outcome};

use super::address;
use crate::Kinesis;
use crate::engine::refusal::Refusal;
use crate::engine::reshard;
use crate::engine::stream::{Home, Known};
use crate::error::{bad_split, no_such_shard, scaled_too_far, shard_no, told};
use crate::limits;
use crate::store::{Mode, ShardNo, StreamRecord};

/// Splits a shard in two.
pub(crate) async fn split_shard(ctx: &Ctx, input: SplitShardInput) -> Outcome<SplitShard> {
    let stream = address::stream(ctx, &input).await?;
    let home = &stream.home;
    let shard = named(home, &input.shard_to_split)?;
    let at = &input.new_starting_hash_key;
    // A number beyond all hashes is beyond every shard's.
    let hash = at.parse().unwrap_or(u128::MAX);
    let engine = ctx.state::<Kinesis>().engine();
    engine.room_for(home, 1).await.map_err(|refusal| told(home, refusal))?;
    let split = engine.change_with(&stream, |known, _| Ok((provisioned(known)?, reshard::split(known, shard, hash)?)));
    split.await.map_err(|refusal| match refusal {
        Refusal::BadSplit { shard, first, last } => bad_split(home, at, shard, (first, last)),
        other => told(home, other),
    })?;
    Ok(SplitShardOutput {})
}

/// Merges two neighbouring shards.
pub(crate) async fn merge_shards(ctx: &Ctx, input: MergeShardsInput) -> Outcome<MergeShards> {
    let stream = address::stream(ctx, &input).await?;
    let one = named(&stream.home, &input.shard_to_merge)?;
    let other = named(&stream.home, &input.adjacent_shard_to_merge)?;
    let engine = ctx.state::<Kinesis>().engine();
    let merged =
        engine.change_with(&stream, |known, _| Ok((provisioned(known)?, reshard::merge(known, one, other)?))).await;
    merged.map_err(|refusal| told(&stream.home, refusal))?;
    Ok(MergeShardsOutput {})
}

/// Shares a stream out anew, into so many even shards.
pub(crate) async fn update_shard_count(ctx: &Ctx, input: UpdateShardCountInput) -> Outcome<UpdateShardCount> {
    let stream = address::stream(ctx, &input).await?;
    let home = &stream.home;
    let target = u32::try_from(input.target_shard_count).unwrap_or_default();
    let before = stream.known().record.open;
    let engine = ctx.state::<Kinesis>().engine();
    engine.room_for(home, target.saturating_sub(before)).await.map_err(|refusal| told(home, refusal))?;
    let scaled = engine.change_with(&stream, |known, now| {
        let mut record = provisioned(known)?;
        reshard::check_target(record.open, target)?;
        count_rescale(&mut record, now)?;
        let open: Vec<_> = known.open().into_iter().map(|(no, shard)| (no, shard.hashes)).collect();
        let steps = reshard::rescale(&open, target, record.next_shard);
        Ok((record, steps))
    });
    scaled.await.map_err(|refusal| match refusal {
        Refusal::ScaledTooFar { open } => scaled_too_far(open, input.target_shard_count),
        other => told(home, other),
    })?;
    Ok(UpdateShardCountOutput {
        stream_name: Some(home.name.clone()),
        current_shard_count: Some(before.cast_signed()),
        target_shard_count: Some(input.target_shard_count),
        stream_arn: Some(home.arn().to_string()),
    })
}

/// A stream that its owner scales.
fn provisioned(known: &Known) -> Result<StreamRecord, Refusal> {
    match known.record.mode {
        Mode::Provisioned => Ok(known.record.clone()),
        Mode::OnDemand => Err(Refusal::OnDemand),
    }
}

fn count_rescale(record: &mut StreamRecord, now: Timestamp) -> Result<(), Refusal> {
    record.rescales.retain(|at| at.plus(limits::DAY) > now);
    if record.rescales.len() >= limits::RESCALES {
        return Err(Refusal::RescaledTooOften);
    }
    record.rescales.push(now);
    Ok(())
}

fn named(home: &Home, id: &str) -> Result<ShardNo, Error> {
    shard_no(id).ok_or_else(|| no_such_shard(home, id))
}
