//! Records: put and got.

use std::collections::BTreeMap;
use std::sync::Arc;

use api_kinesis::{
    EncryptionType, GetRecords, GetRecordsInput, GetRecordsOutput, PutRecord, PutRecordInput, PutRecordOutput,
    PutRecords, PutRecordsInput, PutRecordsOutput, PutRecordsRequestEntry, PutRecordsResultEntry, errors,
};
use bytes::Bytes;
use service_kit::{Ctx, Error, Fault, Outcome, dialect};
use smithy::{Issue, Path, PathPart, Violation};

use super::{address, iterator, shown};
use crate::engine::read::{Most, behind};
use crate::engine::refusal::Refusal;
use crate::engine::segment::Draft;
use crate::engine::sequence::{Sequence, first_at};
use crate::engine::stream::{Known, Stream};
use crate::engine::{Engine, hash};
use crate::error::{invalid, no_shard_to_read, rate_text, shard_id, told};
use crate::store::{Position, ShardNo};
use crate::{Kinesis, calls, limits};

/// Where a record came to lie, or the shard that had no room for it.
type Landed = Result<(ShardNo, Position), ShardNo>;

/// Puts one record.
pub(crate) async fn put_record(ctx: &Ctx, input: PutRecordInput) -> Outcome<PutRecord> {
    let stream = address::stream(ctx, &input).await?;
    check_size(&stream, &input.data, vec![PathPart::Member("Data")])?;
    check_order(ctx, &stream, input.sequence_number_for_ordering.as_deref())?;
    let hash = hash(&input.partition_key, input.explicit_hash_key.as_deref())?;
    let draft = Draft { key: input.partition_key, data: input.data };
    let landed = put(ctx, &stream, &[(hash, draft)]).await?.pop();
    let landed = landed.ok_or_else(|| Fault::internal("a put came to nothing"))?;
    let (shard, position) = landed.map_err(|shard| told(&stream.home, Refusal::Throttled(shard)))?;
    Ok(PutRecordOutput {
        shard_id: shard_id(shard),
        sequence_number: stream.known().sequence(shard, position).shown(),
        encryption_type: encryption_type(&stream),
    })
}

/// Puts records, each of which may fail by itself.
pub(crate) async fn put_records(ctx: &Ctx, input: PutRecordsInput) -> Outcome<PutRecords> {
    let stream = address::stream(ctx, &input).await?;
    let mut drafts = Vec::with_capacity(input.records.len());
    for (at, entry) in input.records.into_iter().enumerate() {
        let path = vec![PathPart::Member("Records"), PathPart::Index(at), PathPart::Member("Data")];
        drafts.push(draft(&stream, entry, path)?);
    }
    if drafts.iter().map(|(_, draft)| draft.weight()).sum::<usize>() > limits::BATCH_BYTES {
        return Err(invalid(format!("Records size exceeds {} MB limit", limits::BATCH_BYTES >> 20)));
    }
    let landed = put(ctx, &stream, &drafts).await?;
    let known = stream.known();
    let records = landed.iter().map(|landed| match landed {
        Ok((shard, position)) => PutRecordsResultEntry {
            sequence_number: Some(known.sequence(*shard, *position).shown()),
            shard_id: Some(shard_id(*shard)),
            ..PutRecordsResultEntry::default()
        },
        Err(shard) => PutRecordsResultEntry {
            error_code: Some("ProvisionedThroughputExceededException".to_owned()),
            error_message: Some(rate_text(&stream.home, *shard)),
            ..PutRecordsResultEntry::default()
        },
    });
    Ok(PutRecordsOutput {
        failed_record_count: i32::try_from(landed.iter().filter(|landed| landed.is_err()).count()).ok(),
        records: records.collect(),
        encryption_type: encryption_type(&stream),
    })
}

/// Gets records in order.
pub(crate) async fn get_records(ctx: &Ctx, input: GetRecordsInput) -> Outcome<GetRecords> {
    let (home, place) = iterator::read(ctx, &input)?;
    let engine = ctx.state::<Kinesis>().engine();
    let gone = || no_shard_to_read(&home, &shard_id(place.shard));
    let stream = engine.lookup(&home).await?.filter(|stream| stream.no == place.stream).ok_or_else(gone)?;
    if !stream.known().shards.contains_key(&place.shard) {
        return Err(gone());
    }
    if !engine.may_read(&stream, place.shard) {
        return Err(told(&home, Refusal::Throttled(place.shard)));
    }
    let records = input.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(limits::READ_RECORDS);
    let most = Most { records, bytes: limits::READ_BYTES };
    let found = engine.read(&stream, place.shard, place.position, most).await;
    let found = found.map_err(|refusal| told(&home, refusal))?;
    let picked = calls::open(ctx, &stream, place.shard, &found, most).await?;
    engine.gave(&stream, place.shard, picked.bytes);
    // What followed on a shard was known before its end was.
    let known = stream.known();
    let ended = !found.open && picked.next > found.last;
    let onward = || engine.iterators().show(ctx.random(), &place.moved(picked.next, ctx.now()));
    Ok(GetRecordsOutput {
        next_shard_iterator: (!ended).then(onward),
        millis_behind_latest: Some(behind(picked.next, found.last, ctx.now())),
        child_shards: ended.then(|| shown::children(&known, place.shard)),
        records: picked.entries.into_iter().map(|entry| shown::record(&known, place.shard, entry)).collect(),
    })
}

/// Puts records into the shards that take their hashes; in the order given within each shard.
async fn put(ctx: &Ctx, stream: &Arc<Stream>, drafts: &[(u128, Draft)]) -> Result<Vec<Landed>, Error> {
    let engine = ctx.state::<Kinesis>().engine();
    let refused = |refusal| told(&stream.home, refusal);
    let mut landed = admit(engine, stream, drafts).map_err(refused)?;
    loop {
        let groups = group(&stream.known(), drafts, &landed).map_err(refused)?;
        if groups.is_empty() {
            return Ok(landed.into_iter().flatten().collect());
        }
        let sealing = calls::sealing(ctx, stream).await?;
        let seal = |(shard, ats): (&ShardNo, &Vec<usize>)| {
            let drafts: Vec<_> = ats.iter().map(|at| &drafts[*at].1).collect();
            (*shard, engine.seal(&sealing, stream, *shard, &drafts))
        };
        let firsts = engine.append(stream, groups.iter().map(seal).collect()).await.map_err(refused)?;
        let whole = firsts.iter().all(Option::is_some);
        for ((shard, ats), first) in groups.iter().zip(firsts) {
            let Some(first) = first else { continue };
            ats.iter().zip(first..).for_each(|(at, position)| landed[*at] = Some(Ok((*shard, position))));
        }
        if !whole {
            // A shard was closed meanwhile: others take its hashes as soon as that is known.
            engine.settled(stream).await;
        }
    }
}

/// Counts records against what their shards take; those for which there is no room have landed nowhere.
fn admit(engine: &Engine, stream: &Stream, drafts: &[(u128, Draft)]) -> Result<Vec<Option<Landed>>, Refusal> {
    let known = stream.known();
    let (mut landed, mut bytes) = (Vec::with_capacity(drafts.len()), 0);
    for (hash, draft) in drafts {
        let shard = known.routes.shard(*hash).ok_or(Refusal::NoSuchStream)?;
        let room = engine.takes(stream, shard, draft.weight());
        bytes += draft.weight();
        landed.push((!room).then_some(Err(shard)));
    }
    engine.used(stream, &known, drafts.len(), bytes);
    Ok(landed)
}

/// The records that have not landed, by the shards that take them.
fn group(
    known: &Known,
    drafts: &[(u128, Draft)],
    landed: &[Option<Landed>],
) -> Result<BTreeMap<ShardNo, Vec<usize>>, Refusal> {
    let mut groups: BTreeMap<ShardNo, Vec<usize>> = BTreeMap::new();
    for (at, (hash, _)) in drafts.iter().enumerate().filter(|(at, _)| landed[*at].is_none()) {
        groups.entry(known.routes.shard(*hash).ok_or(Refusal::NoSuchStream)?).or_default().push(at);
    }
    Ok(groups)
}

fn draft(stream: &Stream, entry: PutRecordsRequestEntry, path: Vec<PathPart>) -> Result<(u128, Draft), Error> {
    check_size(stream, &entry.data, path)?;
    let hash = hash(&entry.partition_key, entry.explicit_hash_key.as_deref())?;
    Ok((hash, Draft { key: entry.partition_key, data: entry.data }))
}

/// The hash that decides on the shard.
fn hash(key: &str, explicit: Option<&str>) -> Result<u128, Error> {
    let Some(explicit) = explicit else { return Ok(hash::of_key(key)) };
    explicit.parse().map_err(|_| {
        invalid(format!(
            "Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was {explicit}"
        ))
    })
}

fn check_size(stream: &Stream, data: &Bytes, path: Vec<PathPart>) -> Result<(), Error> {
    let most = u64::from(stream.known().record.record_kib) * 1_024;
    if data.len() as u64 <= most {
        return Ok(());
    }
    let value = Some(format!("java.nio.HeapByteBuffer[pos=0 lim={0} cap={0}]", data.len()));
    let issue = Issue { path: Path(path), violation: Violation::TooLong(most), value };
    Err(errors::validation_exception(dialect::constraints(&[issue])).into())
}

/// A number that a record is to come after: any of the past, since later records have greater numbers anyway.
fn check_order(ctx: &Ctx, stream: &Stream, number: Option<&str>) -> Result<(), Error> {
    let Some(number) = number else { return Ok(()) };
    let past = |sequence: Sequence| sequence.position <= first_at(ctx.now()).saturating_add(1_000_000);
    if Sequence::read(number).is_some_and(past) {
        return Ok(());
    }
    Err(invalid(format!(
        "ExclusiveMinimumSequenceNumber {number} used in PutRecord on stream {} under account {} is invalid.",
        stream.home.name, stream.home.account
    )))
}

fn encryption_type(stream: &Stream) -> Option<EncryptionType> {
    stream.known().record.key.is_some().then_some(EncryptionType::Kms)
}
