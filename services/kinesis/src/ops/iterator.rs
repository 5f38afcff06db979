//! Where reading a shard begins.

use api_kinesis::{
    GetRecordsInput, GetShardIterator, GetShardIteratorInput, GetShardIteratorOutput, ShardIteratorType, errors,
};
use names::Timestamp;
use service_kit::{Access, Ctx, Error, Outcome};

use super::address;
use crate::Kinesis;
use crate::engine::iterator::Place;
use crate::engine::read::at_instant;
use crate::engine::sequence::Sequence;
use crate::engine::stream::{Home, Stream};
use crate::error::{bad_start, invalid, no_shard_to_read, no_such_shard, shard_id, shard_no, told};
use crate::limits;
use crate::store::{Position, ShardNo};

/// Where reading is to begin, as requests say it.
pub(crate) struct Start<'a> {
    /// In which way it is said.
    pub kind: &'a ShardIteratorType,
    /// A sequence number.
    pub number: Option<&'a str>,
    /// An instant.
    pub at: Option<Timestamp>,
}

/// Makes an iterator.
pub(crate) async fn get_shard_iterator(ctx: &Ctx, input: GetShardIteratorInput) -> Outcome<GetShardIterator> {
    let home = address::home(ctx, &input)?;
    let shard = shard_no(&input.shard_id).ok_or_else(|| no_such_shard(&home, &input.shard_id))?;
    let engine = ctx.state::<Kinesis>().engine();
    let stream = engine.lookup(&home).await?.ok_or_else(|| no_shard_to_read(&home, &shard_id(shard)))?;
    let start = Start {
        kind: &input.shard_iterator_type,
        number: input.starting_sequence_number.as_deref(),
        at: input.timestamp,
    };
    let position = position(ctx, &stream, shard, &start).await?;
    let place = Place::new(&home, stream.no, shard, position, ctx.now());
    Ok(GetShardIteratorOutput { shard_iterator: Some(engine.iterators().show(ctx.random(), &place)) })
}

/// The position at which reading begins.
pub(crate) async fn position(ctx: &Ctx, stream: &Stream, shard: ShardNo, start: &Start<'_>) -> Result<Position, Error> {
    let (known, home) = (stream.known(), &stream.home);
    let record = known.shards.get(&shard).ok_or_else(|| no_shard_to_read(home, &shard_id(shard)))?;
    match (start.kind, start.number) {
        (ShardIteratorType::AtSequenceNumber | ShardIteratorType::AfterSequenceNumber, Some(number)) => {
            let read = Sequence::read(number);
            let of_shard = |sequence: &Sequence| sequence.shard == shard && sequence.second == record.second;
            let sequence = read.filter(of_shard).ok_or_else(|| bad_start(home, shard, number, read))?;
            Ok(sequence.position + u64::from(*start.kind == ShardIteratorType::AfterSequenceNumber))
        }
        (ShardIteratorType::AtTimestamp, _) => at_timestamp(start.at, ctx.now()),
        (ShardIteratorType::TrimHorizon, None) => Ok(record.opened),
        (ShardIteratorType::Latest, None) => {
            let tail = ctx.state::<Kinesis>().engine().tail(stream, shard).await;
            Ok(tail.map_err(|refusal| told(home, refusal))?.last + 1)
        }
        (kind, number) => Err(invalid(mixed(kind, number.is_some()))),
    }
}

fn mixed(kind: &ShardIteratorType, numbered: bool) -> String {
    let said = if numbered { "also a" } else { "no" };
    format!(
        "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or (2) \
         TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified {} and {said} StartingSequenceNumber.",
        kind.as_str()
    )
}

fn at_timestamp(at: Option<Timestamp>, now: Timestamp) -> Result<Position, Error> {
    let text = "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no \
                timestamp parameter.";
    let at = at.ok_or_else(|| invalid(text))?;
    if at.millis() > now.millis() {
        return Err(invalid(format!(
            "The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. timestampInMillis: {}, \
             currentTimestampInMillis: {}",
            at.millis(),
            now.millis()
        )));
    }
    Ok(at_instant(at))
}

/// What getting records touches: the stream that the iterator is of.
pub(crate) fn access_to_read(ctx: &Ctx, input: &GetRecordsInput) -> Result<Access, Error> {
    read(ctx, input).map(|(home, _)| Access::to(home.arn()))
}

/// The place of an iterator that is still good.
pub(crate) fn read(ctx: &Ctx, input: &GetRecordsInput) -> Result<(Home, Place), Error> {
    let place = ctx.state::<Kinesis>().engine().iterators().read(&input.shard_iterator);
    let known = place.and_then(|place| Some((place.home()?, place)));
    let (home, place) = known.ok_or_else(|| invalid("Invalid ShardIterator."))?;
    if input.stream_arn.as_deref().is_some_and(|arn| arn != home.arn().to_string()) {
        return Err(invalid("The ShardIterator is not of the stream that StreamARN names."));
    }
    if ctx.now() > place.made.plus(limits::ITERATOR_LIFE) {
        return Err(errors::expired_iterator_exception(format!(
            "Iterator expired. The iterator was created at time {} while right now it is {} which is further in the \
             future than the tolerated delay of {} milliseconds.",
            date(place.made),
            date(ctx.now()),
            limits::ITERATOR_LIFE.as_millis()
        ))
        .into());
    }
    Ok((home, place))
}

/// `Thu Jan 22 01:22:02 UTC 2015`.
fn date(at: Timestamp) -> String {
    let text = at.http_date();
    let parts: Vec<_> = text.split([' ', ',']).filter(|part| !part.is_empty()).collect();
    match parts[..] {
        [weekday, day, month, year, time, _] => format!("{weekday} {month} {day} {time} UTC {year}"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_as_java_prints_them() {
        assert_eq!(date(Timestamp::from_secs(1_421_889_722)), "Thu Jan 22 01:22:02 UTC 2015");
    }
}
