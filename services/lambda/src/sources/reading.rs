//! Streams read through the operations of Kinesis and DynamoDB Streams, in the name of the function's role.

use std::collections::BTreeMap;

use api_dynamodbstreams as tables;
use api_kinesis as kinesis;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use names::Timestamp;
use serde_json::{Value, json};
use service_kit::{Error, Fault, Sender};

use super::Work;

/// A record, as functions see it but for what they know of its source.
pub(super) struct Record {
    pub(super) number: String,
    pub(super) at: Timestamp,
    pub(super) event: Value,
}

/// What reading gave, and where it goes on; none at the end of the shard.
pub(super) type Got = (Vec<Record>, Option<String>);

impl Work {
    pub(super) fn of_table(&self) -> bool {
        self.source.service == "dynamodb"
    }

    /// The ids of all shards, parents before children, and whether they are open.
    pub(super) async fn shards(&self, sender: &Sender) -> Result<Vec<(String, bool)>, Error> {
        let mut all: Vec<(String, Option<String>, bool)> = Vec::new();
        if self.of_table() {
            let mut after = None;
            loop {
                let (stream_arn, exclusive_start_shard_id) = (self.source.to_string(), after.take());
                let input = tables::DescribeStreamInput { stream_arn, exclusive_start_shard_id, ..Default::default() };
                let page = sender.call::<tables::DescribeStream>(&self.region(), &[], input).await?;
                let page = page.stream_description.unwrap_or_default();
                all.extend(page.shards.unwrap_or_default().into_iter().map(|shard| {
                    let open = shard.sequence_number_range.is_none_or(|range| range.ending_sequence_number.is_none());
                    (shard.shard_id.unwrap_or_default(), shard.parent_shard_id, open)
                }));
                after = page.last_evaluated_shard_id;
                if after.is_none() {
                    break;
                }
            }
        } else {
            let mut token = None;
            loop {
                let input = match token.take() {
                    None => {
                        kinesis::ListShardsInput { stream_arn: Some(self.source.to_string()), ..Default::default() }
                    }
                    next_token => kinesis::ListShardsInput { next_token, ..Default::default() },
                };
                let page = sender.call::<kinesis::ListShards>(&self.region(), &[], input).await?;
                all.extend(page.shards.unwrap_or_default().into_iter().map(|shard| {
                    let open = shard.sequence_number_range.ending_sequence_number.is_none();
                    (shard.shard_id, shard.parent_shard_id, open)
                }));
                token = page.next_token;
                if token.is_none() {
                    break;
                }
            }
        }
        // Ids grow with time: a parent's is always before its children's.
        all.sort();
        Ok(all.into_iter().map(|(id, _, open)| (id, open)).collect())
    }

    /// An iterator after a record, or where the mapping begins.
    pub(super) async fn iterator(&self, sender: &Sender, shard: &str, after: Option<String>) -> Result<String, Error> {
        let start = self.mapping.start.as_deref().unwrap_or("TRIM_HORIZON");
        let kind = if after.is_some() { "AFTER_SEQUENCE_NUMBER" } else { start };
        let got = if self.of_table() {
            let input = tables::GetShardIteratorInput {
                stream_arn: self.source.to_string(),
                shard_id: shard.to_owned(),
                shard_iterator_type: kind.into(),
                sequence_number: after,
            };
            sender.call::<tables::GetShardIterator>(&self.region(), &[], input).await?.shard_iterator
        } else {
            let input = kinesis::GetShardIteratorInput {
                stream_arn: Some(self.source.to_string()),
                shard_id: shard.to_owned(),
                shard_iterator_type: kind.into(),
                starting_sequence_number: after,
                timestamp: self.mapping.start_at.filter(|_| kind == "AT_TIMESTAMP"),
                ..Default::default()
            };
            sender.call::<kinesis::GetShardIterator>(&self.region(), &[], input).await?.shard_iterator
        };
        got.ok_or_else(|| Fault::internal("a stream gave no iterator").into())
    }

    /// Reads a shard.
    pub(super) async fn records(&self, sender: &Sender, shard: &str, iterator: String) -> Result<Got, Error> {
        let limit = i32::try_from(self.mapping.batch).ok();
        if self.of_table() {
            let input =
                tables::GetRecordsInput { shard_iterator: iterator, limit: limit.map(|limit| limit.min(1_000)) };
            let got = sender.call::<tables::GetRecords>(&self.region(), &[], input).await?;
            let records = got.records.unwrap_or_default().into_iter().filter_map(|record| self.change(record));
            return Ok((records.collect(), got.next_shard_iterator));
        }
        let input = kinesis::GetRecordsInput { shard_iterator: iterator, limit, ..Default::default() };
        let got = sender.call::<kinesis::GetRecords>(&self.region(), &[], input).await?;
        let records = got.records.into_iter().map(|record| self.put(shard, record));
        Ok((records.collect(), got.next_shard_iterator))
    }

    fn put(&self, shard: &str, record: kinesis::Record) -> Record {
        let at = record.approximate_arrival_timestamp.unwrap_or(Timestamp::EPOCH);
        let event = json!({
            "kinesis": {
                "kinesisSchemaVersion": "1.0",
                "partitionKey": record.partition_key,
                "sequenceNumber": record.sequence_number,
                "data": BASE64_STANDARD.encode(&record.data),
                "approximateArrivalTimestamp": Timestamp::from_millis(at.millis()).as_secs_f64(),
            },
            "eventSource": "aws:kinesis",
            "eventVersion": "1.0",
            "eventID": format!("{shard}:{}", record.sequence_number),
            "eventName": "aws:kinesis:record",
            "awsRegion": self.region().to_string(),
            "eventSourceARN": self.source.to_string(),
        });
        Record { number: record.sequence_number, at, event }
    }

    fn change(&self, record: tables::Record) -> Option<Record> {
        let told = record.dynamodb.as_ref()?;
        let number = told.sequence_number.clone()?;
        let at = told.approximate_creation_date_time.unwrap_or(Timestamp::EPOCH);
        let event: BTreeMap<String, Value> = serde_json::from_slice(&protocols::json_value::write(&record)).ok()?;
        let mut event: Value = event.into_iter().collect();
        event["eventSourceARN"] = self.source.to_string().into();
        Some(Record { number, at, event })
    }
}
