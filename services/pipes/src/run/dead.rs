//! What is told of events of a stream that were given up: where they are, not what they are. The shape is AWS's, as people
//! found it in their queues.

use serde_json::{Value, json};
use service_kit::{Parcel, Sender};

use super::carry::judge;
use super::{Moving, Running};
use crate::engine::attempts;
use crate::engine::event::Event;
use crate::engine::plan::Kind;
use names::Timestamp;

impl Running {
    /// Tells of events that are given up. False when the pipe is to stop before that was told.
    pub(super) async fn bury(&self, shard: &str, events: &[Event], reason: &str) -> bool {
        let (Some(first), Some(last)) = (events.first(), events.last()) else { return true };
        tracing::warn!(pipe = self.0.name, shard, events = events.len(), reason, "events are given up");
        let Some(queue) = &self.0.plan.source.dead else { return true };
        let parcel = Parcel {
            id: self.0.engine.delivery(&self.0.pipe, &format!("dead|{}|{}", first.key, last.key), events.len()),
            body: self.letter(shard, first, last, events.len(), reason).to_string(),
            ..Parcel::default()
        };
        let mut failures = 0;
        while !self.is_over() {
            let failure = match self.sender().await {
                Ok(sender) => match self.tell(&sender, queue, parcel.clone()).await {
                    Ok(()) => return true,
                    Err(failure) => failure,
                },
                Err(error) => judge(&error),
            };
            // Who may not be told is not told: AWS drops the letter, too.
            if failure.counts {
                tracing::warn!(pipe = self.0.name, reason = failure.text, "a dead letter was not taken");
                return true;
            }
            failures += 1;
            self.pause(attempts::pause(failures)).await;
        }
        false
    }

    async fn tell(&self, sender: &Sender, queue: &names::Arn, parcel: Parcel) -> Result<(), super::carry::Failure> {
        let mut receipts = self.0.cloud.deliver(sender, queue, vec![parcel]).await;
        match receipts.pop() {
            Some(Err(error)) => Err(judge(&error)),
            _ => Ok(()),
        }
    }

    fn letter(&self, shard: &str, first: &Event, last: &Event, count: usize, reason: &str) -> Value {
        let Moving { plan, arn, .. } = &*self.0;
        let table = matches!(plan.source.kind, Kind::DynamoDb(_));
        let batch = json!({
            "shardId": shard,
            "startSequenceNumber": first.mark,
            "endSequenceNumber": last.mark,
            "approximateArrivalOfFirstRecord": shown(first.at, !table),
            "approximateArrivalOfLastRecord": shown(last.at, !table),
            "batchSize": count,
            "streamArn": plan.source.arn.to_string(),
        });
        json!({
            "context": {"partnerResourceArn": arn, "condition": reason},
            "version": "1.0",
            "timestamp": shown(self.now(), true),
            (if table { "DDBStreamBatchInfo" } else { "KinesisBatchInfo" }): batch,
        })
    }
}

/// With milliseconds, or with seconds.
fn shown(at: Timestamp, fine: bool) -> String {
    let text = Timestamp::from_secs(at.secs()).iso8601();
    match fine {
        true => text.replace('Z', &format!(".{:03}Z", at.millis().rem_euclid(1_000))),
        false => text,
    }
}
