//! Calls to sources, in the name of the pipe's role: what it may not do, the pipe cannot. And log records into buckets.

use std::collections::BTreeMap;
use std::time::Duration;

use api_dynamodbstreams as tables;
use api_kinesis as kinesis;
use api_s3::{PutObject, PutObjectInput};
use api_sqs::{
    DeleteMessageBatch, DeleteMessageBatchInput, DeleteMessageBatchRequestEntry, Message, MessageSystemAttributeName,
    ReceiveMessage, ReceiveMessageInput,
};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use names::{Arn, Region, Timestamp};
use serde_json::{Map, Value, json};
use service_kit::{Error, Fault, Sender};
use smithy::Shape;

use crate::engine::lineage::Shard;
use crate::engine::plan::{Kind, Source};
use crate::limits;

/// A record of a stream.
pub(crate) struct Record {
    /// Its sequence number.
    pub number: String,
    /// What decides on its shard.
    pub key: String,
    /// When it came.
    pub at: Timestamp,
    /// As pipes pass it on, but for what they know of its source.
    pub event: Value,
}

/// What reading a shard gave.
pub(crate) struct Got {
    pub records: Vec<Record>,
    /// Where it goes on; none at the end of the shard.
    pub next: Option<String>,
}

/// Where reading a shard begins.
pub(crate) enum Position {
    Oldest,
    Latest,
    At(Timestamp),
    After(String),
}

/// The region of a source.
pub(crate) fn region(sender: &Sender, arn: &Arn) -> Region {
    arn.region_code().unwrap_or_else(|| sender.cloud.default_region().clone())
}

/// A queue as its own operations name it.
fn url(queue: &Arn) -> String {
    format!("/{}/{}", queue.account, queue.resource)
}

/// Messages of a queue, at most `limit`, waiting for the first.
pub(crate) async fn receive(sender: &Sender, queue: &Arn, limit: usize, wait: i32) -> Result<Vec<Message>, Error> {
    let input = ReceiveMessageInput {
        queue_url: url(queue),
        message_system_attribute_names: Some(vec![MessageSystemAttributeName::All]),
        message_attribute_names: Some(vec!["All".to_owned()]),
        max_number_of_messages: i32::try_from(limit.min(limits::QUEUE_CALL)).ok(),
        wait_time_seconds: Some(wait),
        ..ReceiveMessageInput::default()
    };
    Ok(sender.call::<ReceiveMessage>(&region(sender, queue), &[], input).await?.messages.unwrap_or_default())
}

/// Whether messages may be received, and that the queue is there: asked with a number of messages that no queue gives, so
/// that nothing is received.
pub(crate) async fn may_receive(sender: &Sender, queue: &Arn) -> Result<(), Error> {
    let input = ReceiveMessageInput {
        queue_url: url(queue),
        max_number_of_messages: Some(0),
        ..ReceiveMessageInput::default()
    };
    match sender.call::<ReceiveMessage>(&region(sender, queue), &[], input).await {
        Err(Error::Fault(fault @ (Fault::AccessDenied { .. } | Fault::Unavailable { .. }))) => Err(fault.into()),
        Err(Error::Modeled(told))
            if told.schema.code.contains("NonExistentQueue") || told.schema.code.contains("QueueDoesNotExist") =>
        {
            Err(told.into())
        }
        _ => Ok(()),
    }
}

/// Deletes messages by their receipts.
pub(crate) async fn delete(sender: &Sender, queue: &Arn, receipts: &[String]) -> Result<(), Error> {
    for receipts in receipts.chunks(limits::QUEUE_CALL) {
        let entry = |(index, receipt): (usize, &String)| DeleteMessageBatchRequestEntry {
            id: index.to_string(),
            receipt_handle: receipt.clone(),
        };
        let entries = receipts.iter().enumerate().map(entry).collect();
        let input = DeleteMessageBatchInput { queue_url: url(queue), entries };
        sender.call::<DeleteMessageBatch>(&region(sender, queue), &[], input).await?;
    }
    Ok(())
}

/// A message as pipes pass it on, but for what they know of its source.
pub(crate) fn message(message: &Message) -> Value {
    let attributes = message.message_attributes.iter().flatten().map(|(name, value)| {
        let binary = value.binary_value.as_ref().map(|bytes| BASE64_STANDARD.encode(bytes));
        let mut shown = json!({"stringListValues": [], "binaryListValues": [], "dataType": value.data_type});
        if let Some(text) = &value.string_value {
            shown["stringValue"] = text.as_str().into();
        }
        if let Some(binary) = binary {
            shown["binaryValue"] = binary.into();
        }
        (name.clone(), shown)
    });
    json!({
        "messageId": message.message_id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": message.attributes.clone().unwrap_or_default(),
        "messageAttributes": attributes.collect::<Map<_, _>>(),
        "md5OfBody": message.md5_of_body,
    })
}

/// The shards of a stream.
pub(crate) async fn shards(sender: &Sender, source: &Source) -> Result<Vec<Shard>, Error> {
    match source.kind {
        Kind::DynamoDb(_) => table_shards(sender, &source.arn).await,
        _ => stream_shards(sender, &source.arn).await,
    }
}

async fn stream_shards(sender: &Sender, stream: &Arn) -> Result<Vec<Shard>, Error> {
    let (mut shards, mut token) = (Vec::new(), None);
    loop {
        let input = match token.take() {
            None => kinesis::ListShardsInput { stream_arn: Some(stream.to_string()), ..Default::default() },
            next_token => kinesis::ListShardsInput { next_token, ..Default::default() },
        };
        let page = sender.call::<kinesis::ListShards>(&region(sender, stream), &[], input).await?;
        shards.extend(page.shards.unwrap_or_default().into_iter().map(|shard| Shard {
            id: shard.shard_id,
            parents: [shard.parent_shard_id, shard.adjacent_parent_shard_id].into_iter().flatten().collect(),
            open: shard.sequence_number_range.ending_sequence_number.is_none(),
        }));
        token = page.next_token;
        if token.is_none() {
            return Ok(shards);
        }
    }
}

async fn table_shards(sender: &Sender, stream: &Arn) -> Result<Vec<Shard>, Error> {
    let (mut shards, mut after) = (Vec::new(), None);
    loop {
        let input = tables::DescribeStreamInput {
            stream_arn: stream.to_string(),
            exclusive_start_shard_id: after.take(),
            ..Default::default()
        };
        let page = sender.call::<tables::DescribeStream>(&region(sender, stream), &[], input).await?;
        let page = page.stream_description.unwrap_or_default();
        shards.extend(page.shards.unwrap_or_default().into_iter().map(|shard| Shard {
            id: shard.shard_id.unwrap_or_default(),
            parents: shard.parent_shard_id.into_iter().collect(),
            open: shard.sequence_number_range.is_none_or(|range| range.ending_sequence_number.is_none()),
        }));
        after = page.last_evaluated_shard_id;
        if after.is_none() {
            return Ok(shards);
        }
    }
}

/// How long a stream keeps its records.
pub(crate) async fn keeps(sender: &Sender, source: &Source) -> Result<Duration, Error> {
    if matches!(source.kind, Kind::DynamoDb(_)) {
        return Ok(limits::DYNAMODB_KEEPS);
    }
    let input = kinesis::DescribeStreamSummaryInput { stream_arn: Some(source.arn.to_string()), ..Default::default() };
    let told = sender.call::<kinesis::DescribeStreamSummary>(&region(sender, &source.arn), &[], input).await?;
    let hours = u64::try_from(told.stream_description_summary.retention_period_hours).unwrap_or(24);
    Ok(Duration::from_secs(hours * 3_600))
}

/// Where reading a shard begins or goes on.
pub(crate) async fn iterator(
    sender: &Sender,
    source: &Source,
    shard: &str,
    position: Position,
) -> Result<String, Error> {
    let region = region(sender, &source.arn);
    let got = if matches!(source.kind, Kind::DynamoDb(_)) {
        use tables::ShardIteratorType as Type;
        let (shard_iterator_type, sequence_number) = match position {
            Position::After(number) => (Type::AfterSequenceNumber, Some(number)),
            Position::Latest => (Type::Latest, None),
            Position::Oldest | Position::At(_) => (Type::TrimHorizon, None),
        };
        let (stream_arn, shard_id) = (source.arn.to_string(), shard.to_owned());
        let input = tables::GetShardIteratorInput { stream_arn, shard_id, shard_iterator_type, sequence_number };
        sender.call::<tables::GetShardIterator>(&region, &[], input).await?.shard_iterator
    } else {
        use kinesis::ShardIteratorType as Type;
        let (shard_iterator_type, starting_sequence_number, timestamp) = match position {
            Position::After(number) => (Type::AfterSequenceNumber, Some(number), None),
            Position::At(instant) => (Type::AtTimestamp, None, Some(instant)),
            Position::Latest => (Type::Latest, None, None),
            Position::Oldest => (Type::TrimHorizon, None, None),
        };
        let input = kinesis::GetShardIteratorInput {
            stream_arn: Some(source.arn.to_string()),
            shard_id: shard.to_owned(),
            shard_iterator_type,
            starting_sequence_number,
            timestamp,
            ..Default::default()
        };
        sender.call::<kinesis::GetShardIterator>(&region, &[], input).await?.shard_iterator
    };
    got.ok_or_else(|| Fault::internal("a stream gave no iterator").into())
}

/// Reads a shard, at most `limit` records.
pub(crate) async fn records(
    sender: &Sender,
    source: &Source,
    shard: &str,
    iterator: String,
    limit: usize,
) -> Result<Got, Error> {
    let region = region(sender, &source.arn);
    if matches!(source.kind, Kind::DynamoDb(_)) {
        let limit = i32::try_from(limit.min(limits::DYNAMODB_CALL)).ok();
        let input = tables::GetRecordsInput { shard_iterator: iterator, limit };
        let got = sender.call::<tables::GetRecords>(&region, &[], input).await?;
        let records = got.records.unwrap_or_default().into_iter().filter_map(change).collect();
        return Ok(Got { records, next: got.next_shard_iterator });
    }
    let limit = i32::try_from(limit.min(limits::KINESIS_CALL)).ok();
    let input = kinesis::GetRecordsInput { shard_iterator: iterator, limit, ..Default::default() };
    let got = sender.call::<kinesis::GetRecords>(&region, &[], input).await?;
    let record = |record: kinesis::Record| {
        let at = record.approximate_arrival_timestamp.unwrap_or(Timestamp::EPOCH);
        let event = json!({
            "kinesisSchemaVersion": "1.0",
            "partitionKey": record.partition_key,
            "sequenceNumber": record.sequence_number,
            "data": BASE64_STANDARD.encode(&record.data),
            "approximateArrivalTimestamp": seconds(at),
            "eventVersion": "1.0",
            "eventID": format!("{shard}:{}", record.sequence_number),
            "eventName": "aws:kinesis:record",
        });
        Record { number: record.sequence_number, key: record.partition_key, at, event }
    };
    Ok(Got { records: got.records.into_iter().map(record).collect(), next: got.next_shard_iterator })
}

/// Seconds with milliseconds.
fn seconds(at: Timestamp) -> f64 {
    Timestamp::from_millis(at.millis()).as_secs_f64()
}

fn change(record: tables::Record) -> Option<Record> {
    let told = record.dynamodb.as_ref()?;
    let number = told.sequence_number.clone()?;
    let at = told.approximate_creation_date_time.unwrap_or(Timestamp::EPOCH);
    let event: BTreeMap<String, Value> = serde_json::from_slice(&protocols::json_value::write(&record)).ok()?;
    let key = event.get("dynamodb").map(|told| told["Keys"].to_string()).unwrap_or_default();
    Some(Record { number, key, at, event: event.into_iter().collect() })
}

/// Writes an object as a service, on account of a pipe: the bucket's policy decides.
pub(crate) async fn put_object(
    sender: &Sender,
    region: &Region,
    bucket: String,
    key: String,
    content: String,
) -> Result<(), Error> {
    let input = PutObjectInput { bucket, key, body: bytes::Bytes::from(content).into(), ..PutObjectInput::default() };
    sender.call::<PutObject>(region, &[], input).await.map(|_| ())
}

/// A shape as JSON, in the words of its model.
pub(crate) fn as_json(shape: &dyn Shape) -> Value {
    serde_json::from_slice(&protocols::json_value::write(shape)).unwrap_or_default()
}
