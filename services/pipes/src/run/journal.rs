//! What is logged of a batch: a record for each step, down to the level asked for, into a delivery stream or a bucket.
//! Steps, levels and members: EventBridge user guide, "Log Amazon EventBridge Pipes" and "EventBridge Pipes log schema
//! reference".

use std::collections::BTreeMap;

use names::Timestamp;
use serde_json::{Value, json};
use service_kit::{Parcel, Sender};

use super::carry::Failure;
use super::{Moving, Running};
use crate::calls;
use crate::engine::event::Event;

/// Who writes logs into buckets. Source: CloudWatch Logs user guide, "Logs sent to Amazon S3".
const WRITER: &str = "delivery.logs.amazonaws.com";

/// The records of one batch.
pub(super) struct Journal {
    /// How much is logged: 0 for nothing, 3 for everything.
    depth: usize,
    payloads: bool,
    pipe: String,
    execution: String,
    records: Vec<Value>,
}

/// A step that is not the beginning or end of a batch.
#[derive(Debug, Clone, Copy)]
pub(super) enum Trace {
    /// The target is called.
    TargetStarted,
    /// An event could not be made ready, with or without an enrichment.
    PreparationFailed(bool),
}

const LEVELS: [&str; 4] = ["OFF", "ERROR", "INFO", "TRACE"];
const ERROR: usize = 1;
const INFO: usize = 2;
const TRACE: usize = 3;

impl Journal {
    /// By the pipe's `LogConfiguration`.
    pub(super) fn new(log: &Value, pipe: &str, execution: String) -> Self {
        let level = log["Level"].as_str().unwrap_or("OFF");
        Self {
            depth: LEVELS.iter().position(|known| *known == level).unwrap_or(0),
            payloads: log["IncludeExecutionData"].as_array().is_some_and(|asked| asked.iter().any(|one| one == "ALL")),
            pipe: pipe.to_owned(),
            execution,
            records: Vec::new(),
        }
    }

    /// A batch sets out.
    pub(super) fn began(&mut self, events: &[Event], at: Timestamp) {
        if self.depth == 0 {
            return;
        }
        let events: Vec<_> = events.iter().map(|event| &event.value).collect();
        let payload = json!(events).to_string();
        self.add(INFO, "EXECUTION_STARTED", at, None, Some(payload));
    }

    /// A step.
    pub(super) fn note(&mut self, step: Trace, at: Timestamp, error: Option<&str>) {
        match step {
            Trace::TargetStarted => {
                self.add(INFO, "TARGET_STAGE_ENTERED", at, None, None);
                self.add(TRACE, "TARGET_INVOCATION_STARTED", at, None, None);
            }
            Trace::PreparationFailed(true) => self.add(ERROR, "ENRICHMENT_STAGE_FAILED", at, error, None),
            Trace::PreparationFailed(false) => self.add(ERROR, "TARGET_TRANSFORMATION_FAILED", at, error, None),
        }
    }

    /// The target answered.
    pub(super) fn target(&mut self, failed: &BTreeMap<usize, Failure>, all: usize, at: Timestamp) {
        let (error, ending) = (text(failed), ending(failed.len(), all));
        let (fine, coarse) = if failed.is_empty() { (TRACE, INFO) } else { (ERROR, ERROR) };
        self.add(fine, &format!("TARGET_INVOCATION_{ending}"), at, error, None);
        self.add(coarse, &format!("TARGET_STAGE_{ending}"), at, error, None);
    }

    /// A batch is done.
    pub(super) fn ended(&mut self, failed: &BTreeMap<usize, Failure>, all: usize, at: Timestamp) {
        let level = if failed.is_empty() { INFO } else { ERROR };
        self.add(level, &format!("EXECUTION_{}", ending(failed.len(), all)), at, text(failed), None);
    }

    fn add(&mut self, level: usize, step: &str, at: Timestamp, error: Option<&str>, payload: Option<String>) {
        if level > self.depth {
            return;
        }
        let mut record = json!({
            "resourceArn": self.pipe,
            "timestamp": at.millis(),
            "executionId": self.execution,
            "messageType": step,
            "logLevel": LEVELS[level],
        });
        if let Some(message) = error {
            record["error"] = json!({"message": message});
        }
        if let Some(payload) = payload.filter(|_| self.payloads) {
            record["payload"] = payload.into();
        }
        self.records.push(record);
    }
}

fn ending(failed: usize, all: usize) -> &'static str {
    match failed {
        0 => "SUCCEEDED",
        failed if failed < all => "PARTIALLY_FAILED",
        _ => "FAILED",
    }
}

fn text(failed: &BTreeMap<usize, Failure>) -> Option<&str> {
    failed.values().next().map(|failure| failure.text.as_str())
}

impl Running {
    /// Writes a batch's records where the pipe says. Logging is an effort: what cannot be written is not, and no event waits
    /// for it.
    pub(super) async fn log(&self, journal: &Journal) {
        let Moving { cloud, plan, home, arn, .. } = &*self.0;
        if journal.records.is_empty() {
            return;
        }
        let lines: Vec<String> = journal.records.iter().map(|record| format!("{record}\n")).collect();
        let sender = Sender::service(cloud, WRITER, home.account, arn.as_str());
        if let Ok(stream) = plan.log["FirehoseLogDestination"]["DeliveryStreamArn"].as_str().unwrap_or_default().parse()
        {
            let ids = || self.0.engine.runtime().random.u128();
            let parcels = lines.iter().map(|body| Parcel { id: ids(), body: body.clone(), ..Parcel::default() });
            // The pipe's own role writes: AWS's linked role for log delivery has no counterpart here.
            let Ok(own) = self.sender().await else { return };
            for receipt in cloud.deliver(&own, &stream, parcels.collect()).await {
                if let Err(error) = receipt {
                    tracing::warn!(pipe = self.0.name, %error, "a log record was not taken");
                }
            }
        }
        let bucket = &plan.log["S3LogDestination"];
        if let Some(name) = bucket["BucketName"].as_str() {
            let key = self.object(bucket["Prefix"].as_str().unwrap_or_default(), &journal.execution);
            if let Err(error) = calls::put_object(&sender, &home.region, name.to_owned(), key, lines.concat()).await {
                tracing::warn!(pipe = self.0.name, %error, "log records were not taken");
            }
        }
    }

    /// The key of a log object, in the form of AWS's delivered logs.
    fn object(&self, prefix: &str, execution: &str) -> String {
        let Moving { home, name, .. } = &*self.0;
        let day = &self.now().iso8601()[..10].replace('-', "/");
        let (account, region) = (home.account, &home.region);
        let prefix = if prefix.is_empty() { String::new() } else { format!("{}/", prefix.trim_end_matches('/')) };
        format!("{prefix}AWSLogs/{account}/pipes/{region}/{name}/{day}/{execution}.json")
    }
}
