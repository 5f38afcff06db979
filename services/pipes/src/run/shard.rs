//! One shard: read, batched, carried, and noted once everything in a batch has arrived or was given up.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;

use futures_util::future::join_all;
use names::Timestamp;
use service_kit::{Error, Sender};

use super::{Moving, Running};
use crate::calls::{self, Position, Record};
use crate::engine::attempts::{self, Lot, TOO_OLD};
use crate::engine::event::{Event, open};
use crate::engine::plan::{Kind, Start};
use crate::limits;
use crate::store::Checkpoint;

/// A shard on its way.
struct Reading {
    shard: String,
    checkpoint: Checkpoint,
    /// Where it is read on.
    iterator: Option<String>,
    /// Records of the batch that is gathered, and when the first was read.
    gathered: Vec<Record>,
    since: Timestamp,
    /// How long the stream keeps records.
    keeps: Duration,
}

impl Running {
    /// Moves the events of a shard until it ends, or until the pipe is to stop. The shard's id.
    pub(super) async fn drain_shard(&self, shard: String) -> String {
        let (mut reading, mut failures) = (None, 0);
        while !self.is_over() {
            match self.shard_round(&shard, &mut reading).await {
                Ok(true) => return shard,
                Ok(false) => failures = 0,
                Err(error) => {
                    self.warn(&error, "a shard of its stream");
                    // What was gathered is read again.
                    (reading, failures) = (None, failures + 1);
                    self.pause(attempts::pause(failures)).await;
                }
            }
        }
        shard
    }

    /// Reads once, and carries a batch when there is one. Whether the shard has ended.
    async fn shard_round(&self, shard: &str, reading: &mut Option<Reading>) -> Result<bool, Error> {
        let source = &self.0.plan.source;
        let sender = self.sender().await?;
        let reading = match reading {
            Some(reading) => reading,
            none => none.insert(self.start(&sender, shard).await?),
        };
        if reading.checkpoint.ended {
            return Ok(true);
        }
        let room = source.batch.saturating_mul(source.lanes);
        let iterator = self.place(&sender, reading).await?;
        let got = match calls::records(&sender, source, shard, iterator, room - reading.gathered.len()).await {
            Ok(got) => got,
            Err(error) if is_passing(&error) => {
                self.pause(limits::SHARD_PERIOD).await;
                return Ok(false);
            }
            Err(error) => return Err(error),
        };
        if reading.gathered.is_empty() {
            reading.since = self.now();
        }
        let nothing_new = got.records.is_empty();
        reading.gathered.extend(got.records);
        let ended = got.next.is_none();
        reading.iterator = got.next;
        let due = reading.since.plus(source.window);
        let ready = reading.gathered.len() >= room || ended || due <= self.now();
        if !reading.gathered.is_empty() && ready {
            if !self.carry_shard(reading, ended).await? {
                return Ok(false);
            }
        } else if ended {
            reading.checkpoint.ended = true;
            self.write_down(reading).await?;
        } else if nothing_new {
            let left = due.since(self.now());
            let wait = if reading.gathered.is_empty() { limits::SHARD_PERIOD } else { left.min(limits::SHARD_PERIOD) };
            self.pause(wait).await;
        }
        Ok(reading.checkpoint.ended)
    }

    async fn start(&self, sender: &Sender, shard: &str) -> Result<Reading, Error> {
        let Moving { engine, home, pipe, plan, .. } = &*self.0;
        let keeps = calls::keeps(sender, &plan.source).await?;
        let checkpoint = engine.checkpoints(home, pipe).await?.remove(shard).unwrap_or_default();
        Ok(Reading {
            shard: shard.to_owned(),
            checkpoint,
            iterator: None,
            gathered: Vec::new(),
            since: self.now(),
            keeps,
        })
    }

    /// Where the shard is read on: behind the last record noted, where the pipe began, or where its settings say.
    async fn place(&self, sender: &Sender, reading: &mut Reading) -> Result<String, Error> {
        let Moving { plan, pipe, .. } = &*self.0;
        let last = reading.gathered.last().map(|record| record.number.clone());
        if let Some(iterator) = reading.iterator.take() {
            return Ok(iterator);
        }
        if let Some(number) = last.or_else(|| reading.checkpoint.number.clone()) {
            let after = calls::iterator(sender, &plan.source, &reading.shard, Position::After(number)).await;
            return match after {
                Err(error) if is_trimmed(&error) => {
                    calls::iterator(sender, &plan.source, &reading.shard, Position::Oldest).await
                }
                after => after,
            };
        }
        if let Some(start) = reading.checkpoint.start.take() {
            return Ok(start);
        }
        let position = match plan.source.kind {
            Kind::Kinesis(Start::At(instant)) => Position::At(instant),
            Kind::Kinesis(Start::Latest) => Position::At(pipe.created),
            _ => Position::Oldest,
        };
        calls::iterator(sender, &plan.source, &reading.shard, position).await
    }

    /// Carries what was gathered, and notes it. False when the pipe is to stop before all of it was carried.
    async fn carry_shard(&self, reading: &mut Reading, ended: bool) -> Result<bool, Error> {
        let Moving { plan, .. } = &*self.0;
        let gathered = std::mem::take(&mut reading.gathered);
        let number = gathered.last().map(|record| record.number.clone());
        let mut lanes: Vec<Vec<Event>> = vec![Vec::new(); plan.source.lanes];
        for record in gathered {
            let lane = lane_of(&record.key, plan.source.lanes);
            let event = self.of_record(&reading.shard, record);
            if plan.filter.passes(&event.opened) && !self.precedes(reading, &event) {
                lanes[lane].push(event);
            }
        }
        let lanes = lanes.into_iter().filter(|lane| !lane.is_empty());
        let carried = join_all(lanes.map(|lane| self.carry_lane(&reading.shard, lane, reading.keeps))).await;
        if !carried.into_iter().all(|done| done) {
            // Read again from the checkpoint, by whoever works on the pipe next.
            reading.iterator = None;
            return Ok(false);
        }
        reading.checkpoint = Checkpoint { number, start: None, ended };
        self.write_down(reading).await?;
        Ok(true)
    }

    /// Whether an event came before a pipe that begins with the latest: known by its instant, when the iterator that knew
    /// better has expired.
    fn precedes(&self, reading: &Reading, event: &Event) -> bool {
        let Moving { plan, pipe, .. } = &*self.0;
        let latest = plan.source.kind == Kind::DynamoDb(Start::Latest);
        latest && reading.checkpoint.number.is_none() && event.at.secs() < pipe.created.secs()
    }

    async fn write_down(&self, reading: &Reading) -> Result<(), Error> {
        let Moving { engine, home, pipe, .. } = &*self.0;
        Ok(engine.note(home, pipe, &reading.shard, &reading.checkpoint).await?)
    }

    /// Carries the events of a lane, batch by batch, until each has arrived or was given up. False when the pipe is to stop
    /// before.
    async fn carry_lane(&self, shard: &str, events: Vec<Event>, keeps: Duration) -> bool {
        let source = &self.0.plan.source;
        let batches: Vec<_> = events.chunks(source.batch).map(<[Event]>::to_vec).collect();
        for events in batches {
            let (mut lots, mut failures) = (vec![Lot { events, failed: 0 }], 0);
            while let Some(mut lot) = lots.pop() {
                if self.is_over() {
                    return false;
                }
                let old = source.outdated(&mut lot, keeps, self.now());
                if !self.bury(shard, &old, TOO_OLD).await {
                    return false;
                }
                let (failed, counts) = self.attempt(lot.events).await;
                if failed.is_empty() {
                    failures = 0;
                    continue;
                }
                failures += 1;
                match source.after(failed, lot.failed, counts) {
                    Ok(next) => lots.extend(next.into_iter().rev()),
                    Err((given_up, reason)) => {
                        if !self.bury(shard, &given_up, reason).await {
                            return false;
                        }
                        continue;
                    }
                }
                self.pause(attempts::pause(failures)).await;
            }
        }
        true
    }

    /// Carries events. Those that failed, and whether that counts as an attempt.
    async fn attempt(&self, events: Vec<Event>) -> (Vec<Event>, bool) {
        if events.is_empty() {
            return (events, true);
        }
        match self.sender().await {
            Ok(sender) => {
                let failed = self.carry(&sender, events).await;
                let counts = failed.iter().any(|failed| failed.counts);
                if counts {
                    self.0.engine.forget_roles(&self.0.arn);
                }
                (failed.into_iter().map(|failed| failed.event).collect(), counts)
            }
            Err(error) => {
                self.warn(&error, "its role");
                (events, true)
            }
        }
    }

    fn of_record(&self, shard: &str, record: Record) -> Event {
        let Moving { plan, home, .. } = &*self.0;
        let mut value = record.event;
        value["eventSource"] = plan.source.name().into();
        value["eventSourceARN"] = plan.source.arn.to_string().into();
        value["awsRegion"] = home.region.as_str().into();
        if let Kind::Kinesis(_) = plan.source.kind {
            value["invokeIdentityArn"] = plan.role.to_string().into();
        }
        Event {
            key: format!("{shard}:{}", record.number),
            opened: open(&value, plan.source.encoded()),
            value,
            lane: plan.target.keeps_order().then_some(record.key),
            at: record.at,
            mark: record.number,
        }
    }
}

fn lane_of(key: &str, lanes: usize) -> usize {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    usize::try_from(hasher.finish() % lanes as u64).unwrap_or(0)
}

/// Others read the shard too, or it was not read for long: again in the next round.
fn is_passing(error: &Error) -> bool {
    let codes = ["ProvisionedThroughputExceededException", "ExpiredIteratorException", "LimitExceededException"];
    matches!(error, Error::Modeled(error) if codes.contains(&error.schema.code))
}

fn is_trimmed(error: &Error) -> bool {
    matches!(error, Error::Modeled(error) if error.schema.code == "TrimmedDataAccessException")
}
