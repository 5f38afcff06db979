//! Streams: listed, described, read shard by shard.

use api_dynamodbstreams::{
    DescribeStream, DescribeStreamInput, DescribeStreamOutput, GetRecords, GetRecordsInput, GetRecordsOutput,
    GetShardIterator, GetShardIteratorInput, GetShardIteratorOutput, Identity, KeySchemaElement, KeyType, ListStreams,
    ListStreamsInput, ListStreamsOutput, OperationType, Record, SequenceNumberRange, Shard, ShardFilterType,
    ShardIteratorType, Stream, StreamDescription, StreamRecord, StreamStatus, StreamViewType, errors,
};
use names::Timestamp;
use service_kit::{Access, Ctx, Error, Outcome};

use super::values;
use crate::Dynamo;
use crate::calls::keys;
use crate::engine::sealing::{self, Sealing};
use crate::engine::shard;
use crate::engine::stream::{arn, of_arn};
use crate::engine::table::Home;
use crate::error::invalid;
use crate::limits;
use crate::store::{self as records, ChangeKind, ChangeRecord, SequenceNo, View};

/// Streams and shards shown at once ("ListStreams", "DescribeStream").
const SHOWN: usize = 100;
/// What page tokens of iterators are sealed for.
const ITERATOR: &str = "dynamodb/shard-iterator";

/// Lists streams.
pub(crate) async fn list_streams(ctx: &Ctx, input: ListStreamsInput) -> Outcome<ListStreams> {
    let limit = input.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(SHOWN);
    let home = Home { account: ctx.account(), region: ctx.region.clone(), name: String::new() };
    let start = input.exclusive_start_stream_arn.as_deref();
    let start = start.map(|text| of_arn(text).ok_or_else(|| no_stream(text))).transpose()?;
    let after = start.as_ref().map(|(home, label)| (home.name.as_str(), label.as_str()));
    let engine = ctx.state::<Dynamo>().engine();
    let mut found = engine.streams(&home, input.table_name.as_deref(), after, limit + 1).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let arn_of = |name: &str, label: &str| arn(&home.sibling(name), label);
    let last = found.last().filter(|_| more).map(|(name, label, _)| arn_of(name, label));
    let streams = found.into_iter().map(|(name, label, _)| Stream {
        stream_arn: Some(arn_of(&name, &label)),
        table_name: Some(name),
        stream_label: Some(label),
    });
    Ok(ListStreamsOutput { streams: Some(streams.collect()), last_evaluated_stream_arn: last })
}

/// Describes a stream and its shards.
pub(crate) async fn describe_stream(ctx: &Ctx, input: DescribeStreamInput) -> Outcome<DescribeStream> {
    let (home, label, stream) = find(ctx, &input.stream_arn).await?;
    let limit = input.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(SHOWN);
    let mut shards = shard::readable(&stream, ctx.now());
    if let Some(start) = &input.exclusive_start_shard_id {
        let at = shards.iter().position(|shard| shard.id(&stream) == *start);
        shards.drain(..=at.ok_or_else(|| no_shard(start, &input.stream_arn))?);
    }
    if let Some(filter) = input.shard_filter.filter(|filter| filter.r#type == Some(ShardFilterType::ChildShards)) {
        shards.retain(|shard| shard.parent(&stream) == filter.shard_id);
    }
    let more = shards.len() > limit;
    shards.truncate(limit);
    let last = shards.last().filter(|_| more).map(|shard| shard.id(&stream));
    let description = StreamDescription {
        stream_arn: Some(input.stream_arn),
        stream_label: Some(label),
        stream_status: Some(if stream.ended.is_some() { StreamStatus::Disabled } else { StreamStatus::Enabled }),
        stream_view_type: Some(view(stream.view)),
        creation_request_date_time: Some(stream.begun),
        table_name: Some(home.name),
        key_schema: Some(key_schema(&stream)),
        shards: Some(shards.iter().map(|shard| shown_shard(shard, &stream)).collect()),
        last_evaluated_shard_id: last,
    };
    Ok(DescribeStreamOutput { stream_description: Some(description) })
}

/// Where reading of a shard begins.
pub(crate) async fn get_shard_iterator(ctx: &Ctx, input: GetShardIteratorInput) -> Outcome<GetShardIterator> {
    let (_, _, stream) = find(ctx, &input.stream_arn).await?;
    let shards = shard::readable(&stream, ctx.now());
    let found = shards.iter().find(|shard| shard.id(&stream) == input.shard_id);
    let found = found.ok_or_else(|| no_shard(&input.shard_id, &input.stream_arn))?;
    let engine = ctx.state::<Dynamo>().engine();
    let number = || {
        let text = input.sequence_number.as_deref().ok_or_else(|| {
            invalid(format!("SequenceNumber must be given for {}", input.shard_iterator_type.as_str()))
        })?;
        let no = shard::read(text).filter(|no| *no >= found.first && found.end.is_none_or(|end| *no < end));
        let no = no.ok_or_else(|| invalid(format!("Invalid SequenceNumber: {text}")))?;
        if no < engine.horizon() {
            return Err(errors::trimmed_data_access_exception("The requested data has been trimmed").into());
        }
        Ok::<_, Error>(no)
    };
    let from = match input.shard_iterator_type {
        ShardIteratorType::Latest => engine.newest().await?.max(found.first),
        ShardIteratorType::AtSequenceNumber => number()?,
        ShardIteratorType::AfterSequenceNumber => number()? + 1,
        _ => found.first,
    };
    let iterator = Iterator { arn: input.stream_arn, shard: found.at, from, made: ctx.now() };
    Ok(GetShardIteratorOutput { shard_iterator: Some(iterator.sealed(ctx)) })
}

/// Reads what a shard tells, and where to read on.
pub(crate) async fn get_records(ctx: &Ctx, input: GetRecordsInput) -> Outcome<GetRecords> {
    let iterator = Iterator::open(ctx, &input.shard_iterator)?;
    if iterator.made.plus(limits::ITERATOR_LIFE) < ctx.now() {
        return Err(errors::expired_iterator_exception("Iterator expired").into());
    }
    let (home, _, stream) = find(ctx, &iterator.arn).await?;
    let shards = shard::readable(&stream, ctx.now());
    let Some(found) = shards.into_iter().find(|shard| shard.at == iterator.shard) else {
        // Everything in the shard is too old to be told.
        return Ok(GetRecordsOutput { records: Some(Vec::new()), next_shard_iterator: None });
    };
    let limit = input.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(1_000);
    let engine = ctx.state::<Dynamo>().engine();
    let (rows, mut next) = engine.changes(&home, &stream, iterator.from, found.end, limit).await?;
    let sealing = keys::unlock_for(ctx, &home, stream.table).await?;
    let (mut records, mut bytes) = (Vec::with_capacity(rows.len()), 0);
    for (no, change) in rows {
        bytes += usize::try_from(change.size).unwrap_or(usize::MAX);
        if bytes > limits::RECORDS_BYTES && !records.is_empty() {
            next = no;
            break;
        }
        records.push(record(&home, &stream, sealing.as_ref(), no, change)?);
    }
    let over = found.end.is_some_and(|end| next >= end) || stream.ended.is_some() && records.is_empty();
    let next = (!over).then(|| Iterator { from: next, made: ctx.now(), ..iterator }.sealed(ctx));
    Ok(GetRecordsOutput { records: Some(records), next_shard_iterator: next })
}

/// The stream that an iterator reads.
pub(crate) fn access_by_iterator(ctx: &Ctx, text: &str) -> Result<Access, Error> {
    Iterator::open(ctx, text).map(|iterator| Access::to(iterator.arn))
}

/// A place in a shard.
struct Iterator {
    arn: String,
    shard: u64,
    from: SequenceNo,
    made: Timestamp,
}

impl Iterator {
    fn sealed(&self, ctx: &Ctx) -> String {
        let Self { arn, shard, from, made } = self;
        let inside = format!("{shard}|{from}|{}|{arn}", made.micros());
        format!("{arn}|1|{}", ctx.cloud().page_tokens().seal(ITERATOR, inside.as_bytes()))
    }

    fn open(ctx: &Ctx, text: &str) -> Result<Self, Error> {
        let bad = || invalid("Invalid ShardIterator");
        let (_, token) = text.rsplit_once('|').ok_or_else(bad)?;
        let inside =
            ctx.cloud().page_tokens().open(ITERATOR, token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let inside = inside.ok_or_else(bad)?;
        let mut parts = inside.splitn(4, '|');
        let mut number = || parts.next().and_then(|part| part.parse::<u64>().ok()).ok_or_else(bad);
        let (shard, from, made) = (number()?, number()?, number()?);
        let made = Timestamp::from_micros(i64::try_from(made).map_err(|_| bad())?);
        Ok(Self { arn: parts.next().ok_or_else(bad)?.to_owned(), shard, from, made })
    }
}

async fn find(ctx: &Ctx, text: &str) -> Result<(Home, String, records::StreamRecord), Error> {
    let (home, label) = of_arn(text).ok_or_else(|| invalid(format!("Invalid StreamArn: {text}")))?;
    let found = ctx.state::<Dynamo>().engine().stream(&home, &label).await?;
    found.map(|stream| (home, label, stream)).ok_or_else(|| no_stream(text))
}

fn record(
    home: &Home,
    stream: &records::StreamRecord,
    sealing: Option<&Sealing>,
    no: SequenceNo,
    change: ChangeRecord,
) -> Result<Record, Error> {
    let item = |stored: &bytes::Bytes| sealing::item(sealing, &no.to_be_bytes(), stored).map(values::stream_attributes);
    let told = StreamRecord {
        approximate_creation_date_time: Some(Timestamp::from_secs(change.at.micros().div_euclid(1_000_000))),
        keys: Some(item(&change.key)?),
        new_image: change.new.as_ref().map(item).transpose()?,
        old_image: change.old.as_ref().map(item).transpose()?,
        sequence_number: Some(shard::shown(no)),
        size_bytes: Some(i64::try_from(change.size).unwrap_or(i64::MAX)),
        stream_view_type: Some(view(stream.view)),
    };
    let name = match change.kind {
        ChangeKind::Insert => OperationType::Insert,
        ChangeKind::Modify => OperationType::Modify,
        ChangeKind::Remove => OperationType::Remove,
    };
    let service = || Identity { principal_id: Some("dynamodb.amazonaws.com".into()), r#type: Some("Service".into()) };
    Ok(Record {
        event_id: Some(format!("{:016x}{no:016x}", stream.no)),
        event_name: Some(name),
        event_version: Some("1.1".to_owned()),
        event_source: Some("aws:dynamodb".to_owned()),
        aws_region: Some(home.region.to_string()),
        dynamodb: Some(told),
        user_identity: change.expired.then(service),
    })
}

fn shown_shard(shard: &shard::Shard, stream: &records::StreamRecord) -> Shard {
    let range = SequenceNumberRange {
        starting_sequence_number: Some(shard::shown(shard.first)),
        ending_sequence_number: shard.end.map(|end| shard::shown(end - 1)),
    };
    Shard {
        shard_id: Some(shard.id(stream)),
        sequence_number_range: Some(range),
        parent_shard_id: shard.parent(stream),
    }
}

fn key_schema(stream: &records::StreamRecord) -> Vec<KeySchemaElement> {
    let element =
        |attribute_name: &String, key_type| KeySchemaElement { attribute_name: attribute_name.clone(), key_type };
    let hash = std::iter::once(element(&stream.key.hash, KeyType::Hash));
    hash.chain(stream.key.range.iter().map(|range| element(range, KeyType::Range))).collect()
}

fn view(view: View) -> StreamViewType {
    match view {
        View::Keys => StreamViewType::KeysOnly,
        View::New => StreamViewType::NewImage,
        View::Old => StreamViewType::OldImage,
        View::Both => StreamViewType::NewAndOldImages,
    }
}

fn no_stream(arn: &str) -> Error {
    errors::resource_not_found_exception(format!("Requested resource not found: Stream: {arn} not found")).into()
}

fn no_shard(id: &str, arn: &str) -> Error {
    let text = format!("Requested resource not found: Shard: {id} in Stream: {arn} not found");
    errors::resource_not_found_exception(text).into()
}
