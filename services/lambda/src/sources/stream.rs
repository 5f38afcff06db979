//! Records of streams, shard by shard and in order. A batch that fails is tried again, in halves where the mapping says so,
//! until it is given up: too often tried or too old. What is given up is told to the mapping's destination.

use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use names::Arn;
use serde_json::{Value, json};
use service_kit::{Error, Parcel, Sender};

use super::reading::Record;
use super::{Made, Work, filter};
use crate::store::Checkpoint;

/// How long a stream without records is left alone. Source: developer guide: once a second a shard.
const POLL: Duration = Duration::from_secs(1);
/// The longest pause between attempts.
const PAUSE: Duration = Duration::from_secs(60);

impl Work {
    /// Moves records until the mapping changes.
    pub(super) async fn drain_stream(&self) -> Result<(), Error> {
        while self.holds().await? {
            let sender = self.sender().await?;
            let mut moved = false;
            for (shard, _) in self.shards(&sender).await? {
                moved |= self.advance(&sender, &shard).await?;
            }
            if !moved {
                self.cloud.runtime().clock.wait_at_most(POLL).await;
            }
        }
        Ok(())
    }

    /// Moves one batch of a shard. Whether there was one.
    async fn advance(&self, sender: &Sender, shard: &str) -> Result<bool, Error> {
        let mut at = self.engine.checkpoint(&self.home, &self.uuid, shard).await?;
        if at.ended {
            return Ok(false);
        }
        // Where reading begins is settled once: with the latest, an iterator that is kept until a record was read.
        let iterator = match (at.number.clone(), at.start.take()) {
            (None, Some(start)) => start,
            (number, _) => self.iterator(sender, shard, number).await?,
        };
        let (records, next) = match self.records(sender, shard, iterator).await {
            Err(Error::Modeled(told)) if told.schema.code == "ExpiredIteratorException" => return Ok(true),
            got => got?,
        };
        if records.is_empty() {
            let ended = next.is_none();
            self.engine.note(&self.home, &self.uuid, shard, &Checkpoint { ended, start: next, ..at }).await?;
            return Ok(ended);
        }
        self.carry(sender, shard, records).await?;
        Ok(true)
    }

    /// Hands records over, in halves where they fail and the mapping says so; each part is noted when it is done with.
    async fn carry(&self, sender: &Sender, shard: &str, records: Vec<Record>) -> Result<(), Error> {
        let mut parts = vec![(records, 0_u32)];
        while let Some((mut records, tries)) = parts.pop() {
            let last = records.last().map(|record| record.number.clone());
            let unwanted = |record: &Record| !self.wants(record);
            if records.iter().any(unwanted) {
                records.retain(|record| self.wants(record));
            }
            if records.is_empty() {
                self.reach(shard, last).await?;
                continue;
            }
            match self.attempt(sender, shard, &records, tries).await? {
                None => self.reach(shard, last).await?,
                Some(done) => {
                    if !self.holds().await? {
                        return Ok(());
                    }
                    let rest = records.split_off(done);
                    if let Some(reached) = records.last() {
                        self.reach(shard, Some(reached.number.clone())).await?;
                    }
                    parts.extend(self.again(rest, tries));
                    let pause = Duration::from_secs(1 << tries.min(6)).min(PAUSE);
                    self.cloud.runtime().clock.wait_at_most(pause).await;
                }
            }
        }
        Ok(())
    }

    /// What is tried next of what failed, the last first. A half is no further attempt of the batch it is of.
    fn again(&self, mut rest: Vec<Record>, tries: u32) -> Vec<(Vec<Record>, u32)> {
        if !self.mapping.bisect || rest.len() < 2 {
            return vec![(rest, tries + 1)];
        }
        let second = rest.split_off(rest.len() / 2);
        vec![(second, tries + 1), (rest, tries + 1)]
    }

    /// Tries a batch. None when it is done with, or else how many of it are.
    async fn attempt(
        &self,
        sender: &Sender,
        shard: &str,
        records: &[Record],
        tries: u32,
    ) -> Result<Option<usize>, Error> {
        let too_old = self.mapping.max_age.is_some_and(|age| {
            let limit = Duration::from_secs(age.into());
            records.first().is_some_and(|record| record.at.plus(limit) < self.engine.now())
        });
        if too_old {
            self.give_up(sender, shard, records, "RecordAgeExceeded", tries).await?;
            return Ok(None);
        }
        let events: Vec<&Value> = records.iter().map(|record| &record.event).collect();
        let (done, splits) = match self.run(&json!({"Records": events})).await? {
            Made::Well(answer) => {
                let numbers: Vec<&str> = records.iter().map(|record| record.number.as_str()).collect();
                let failed = self.partly(&answer, &numbers).unwrap_or_default();
                let Some(first) = numbers.iter().position(|number| failed.iter().any(|one| one == number)) else {
                    self.tell("OK").await?;
                    return Ok(None);
                };
                (first, false)
            }
            Made::Failed => (0, self.mapping.bisect && records.len() > 1),
            Made::Throttled => return Ok(Some(0)),
        };
        self.tell("PROBLEM: Function call failed").await?;
        let over = self.mapping.retries.is_some_and(|retries| tries >= retries);
        if over && !splits {
            self.give_up(sender, shard, &records[done..], "RetryAttemptsExhausted", tries + 1).await?;
            return Ok(None);
        }
        Ok(Some(done))
    }

    fn wants(&self, record: &Record) -> bool {
        let data = record.event["kinesis"]["data"].as_str().and_then(|text| BASE64_STANDARD.decode(text).ok());
        match data.and_then(|bytes| String::from_utf8(bytes).ok()) {
            // Patterns name the data of a record beside its other members.
            Some(data) => filter::passes(&self.mapping.filters, &record.event["kinesis"], "data", Some(data)),
            None => filter::passes(&self.mapping.filters, &record.event, "", None),
        }
    }

    async fn reach(&self, shard: &str, number: Option<String>) -> Result<(), Error> {
        let checkpoint = Checkpoint { number, ..Checkpoint::default() };
        Ok(self.engine.note(&self.home, &self.uuid, shard, &checkpoint).await?)
    }

    /// Source: developer guide, "Retain discarded records".
    async fn give_up(
        &self,
        sender: &Sender,
        shard: &str,
        records: &[Record],
        condition: &str,
        tries: u32,
    ) -> Result<(), Error> {
        let (Some(to), Some(first), Some(last)) = (&self.mapping.on_failure, records.first(), records.last()) else {
            return Ok(());
        };
        let info = if self.of_table() { "DDBStreamBatchInfo" } else { "KinesisBatchInfo" };
        let mut told = json!({
            "requestContext": {
                "requestId": self.cloud.runtime().random.uuid(),
                "functionArn": self.function.arn(),
                "condition": condition,
                "approximateInvokeCount": tries,
            },
            "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
            "version": "1.0",
            "timestamp": self.engine.now().iso8601(),
        });
        told[info] = json!({
            "shardId": shard,
            "startSequenceNumber": first.number,
            "endSequenceNumber": last.number,
            "approximateArrivalOfFirstRecord": first.at.iso8601(),
            "approximateArrivalOfLastRecord": last.at.iso8601(),
            "batchSize": records.len(),
            "streamArn": self.source.to_string(),
        });
        let Ok(arn) = to.parse::<Arn>() else { return Ok(()) };
        let parcel = Parcel { id: self.cloud.runtime().random.u128(), body: told.to_string(), ..Parcel::default() };
        let receipt = sender.cloud.deliver(sender, &arn, vec![parcel]).await.pop();
        receipt.unwrap_or_else(|| Ok(service_kit::Receipt::default())).map(|_| ())
    }
}
