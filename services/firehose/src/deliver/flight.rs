//! One flight: the records at the front of a buffer, from there to their destination.

use store::{Batch, StoreError};

use super::Post;
use super::endpoint::{Sent, send};
use super::objects::{Names, failures, objects, whole};
use crate::calls::{self, Object};
use crate::engine::buffer::Row;
use crate::engine::plan::{Bucket, Manner, Plan, Step};
use crate::engine::process::{self, Failed, Item, Processed};
use crate::store::{BUFFER, FLIGHTS, Flight};

/// A flight on its way, through all attempts.
pub(super) struct Journey {
    flight: Flight,
    rows: Vec<Row>,
    /// What an endpoint did not take, once that is known: it is not asked again.
    sent: Option<Vec<Failed>>,
}

impl Post {
    /// Whether there is a flight that a crash cut short.
    pub(super) async fn resumes(&self, journey: &mut Option<Journey>) -> Result<bool, StoreError> {
        if journey.is_some() {
            return Ok(true);
        }
        let (engine, stream) = (&self.firehose.engine, &self.stream);
        let view = engine.store().read().await?;
        let Some(flight) = FLIGHTS.get(&view, &stream.scope, &stream.no).await? else { return Ok(false) };
        drop(view);
        let rows = engine.rows(stream, 0, Some(flight.last)).await?;
        *journey = Some(Journey { flight, rows, sent: None });
        Ok(true)
    }

    /// Delivers a flight: the one on its way, or a new one.
    pub(super) async fn fly(&self, journey: &mut Option<Journey>) -> Result<(), String> {
        let counted = self.stream.pending.lock().rows;
        if journey.is_none() {
            *journey = self.take_off().await.map_err(|error| error.to_string())?;
        }
        let Some(on_its_way) = journey else {
            // What was counted is not there: the store was emptied.
            self.stream.pending.lock().rows -= counted;
            return Ok(());
        };
        if !on_its_way.rows.is_empty() {
            self.deliver(on_its_way).await?;
        }
        self.land(on_its_way).await.map_err(|error| error.to_string())
    }

    async fn take_off(&self) -> Result<Option<Journey>, StoreError> {
        let (engine, stream) = (&self.firehose.engine, &self.stream);
        let rows = engine.rows(stream, stream.known().plan.gather_bytes, None).await?;
        let Some(last) = rows.last().map(|row| row.no) else { return Ok(None) };
        let token = engine.runtime().random.hex(32);
        let flight = Flight { last, begun: engine.now(), token };
        let batch = Batch::new();
        FLIGHTS.put(&batch, &stream.scope, &stream.no, &flight)?;
        engine.store().write(batch).await?;
        Ok(Some(Journey { flight, rows, sent: None }))
    }

    async fn land(&self, journey: &Journey) -> Result<(), StoreError> {
        let (stream, batch) = (&self.stream, Batch::new());
        for row in &journey.rows {
            BUFFER.delete(&batch, &stream.scope, &(stream.no, row.no));
        }
        FLIGHTS.delete(&batch, &stream.scope, &stream.no);
        self.firehose.engine.store().write(batch).await?;
        let mut pending = stream.pending.lock();
        pending.rows -= journey.rows.len() as i64;
        pending.bytes -= journey.rows.iter().map(|row| row.bytes.cast_signed()).sum::<i64>();
        // What is left came after what was delivered.
        pending.since = journey.rows.last().map(|row| row.at).filter(|_| pending.rows > 0);
        Ok(())
    }

    async fn deliver(&self, journey: &mut Journey) -> Result<(), String> {
        let known = self.stream.known();
        let plan = &known.plan;
        let names = Names::new(&self.stream.home.name, known.record.version, &journey.flight);
        let came: Vec<Item> = journey.rows.iter().flat_map(|row| row.items.iter().cloned()).collect();
        let mut all = Vec::new();
        if let Some(backup) = &plan.backup {
            all.push((backup, whole(backup, &came, &names)));
        }
        let Processed { items, mut failed } = self.process(plan, came).await?;
        match &plan.endpoint {
            None => all.push((&plan.bucket, objects(plan, items, &names))),
            Some(endpoint) => {
                let kind = if matches!(endpoint.manner, Manner::Splunk { .. }) {
                    "splunk-failed"
                } else {
                    "http-endpoint-failed"
                };
                if plan.keep_all {
                    all.push((&plan.bucket, whole(&plan.bucket, &items, &names)));
                }
                if journey.sent.is_none() {
                    let Sent(refused) = send(self, endpoint, items).await?;
                    journey.sent = Some(refused);
                }
                let refused = journey.sent.clone().unwrap_or_default();
                all.push((&plan.bucket, failures(&plan.bucket, kind, &refused, &names, self.firehose.engine.now())));
            }
        }
        let now = self.firehose.engine.now();
        let errors = failures(&plan.bucket, "processing-failed", &std::mem::take(&mut failed), &names, now);
        all.push((&plan.bucket, errors));
        for (bucket, objects) in all {
            self.write(bucket, objects).await?;
        }
        Ok(())
    }

    async fn process(&self, plan: &Plan, items: Vec<Item>) -> Result<Processed, String> {
        let mut processed = Processed { items, failed: Vec::new() };
        for step in &plan.steps {
            let items = std::mem::take(&mut processed.items);
            let after = match step {
                Step::Transform { function, retries } => {
                    let (home, roles) = (&self.stream.home, &self.firehose.roles);
                    let sender = roles.sender(&self.cloud, home, &plan.bucket.role).await;
                    let sender = sender.map_err(|error| error.to_string())?;
                    calls::transform(&sender, &self.stream, function, *retries, items).await
                }
                step => process::take(step, items),
            };
            processed.items = after.items;
            processed.failed.extend(after.failed);
        }
        Ok(processed)
    }

    async fn write(&self, bucket: &Bucket, objects: Vec<Object>) -> Result<(), String> {
        if objects.is_empty() {
            return Ok(());
        }
        let home = &self.stream.home;
        let sender = self.firehose.roles.sender(&self.cloud, home, &bucket.role).await;
        let sender = sender.map_err(|error| error.to_string())?;
        for object in objects {
            calls::put_object(&sender, home, object).await.map_err(|error| error.to_string())?;
        }
        Ok(())
    }
}
