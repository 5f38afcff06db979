//! Lines on their way to CloudWatch Logs, in the name of the function's role: a role that may not write logs leaves none, as
//! in AWS. Lines wait in memory for a moment so that many go in one call; an environment never waits for them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use names::Timestamp;
use parking_lot::Mutex;
use serde_json::{Value, json};
use service_kit::{Error, Sender};

use super::spec::Role;
use crate::environment::LogSink;

/// Bytes that wait at most; what comes beyond is dropped, and one line says so.
const WAITING: usize = 8 << 20;
/// Events of one call. Source: CloudWatch Logs API reference, PutLogEvents.
const BATCH: usize = 10_000;
/// Bytes of one call, with 26 for each event. Source: the same.
const BATCH_BYTES: usize = 1_048_576;
/// Bytes of one event, without the 26.
const EVENT: usize = 1_048_576 - 26;

/// The lines of one stream. Clones are the same.
#[derive(Clone)]
pub(super) struct Lines(Arc<Inner>);

struct Inner {
    role: Role,
    group: String,
    stream: String,
    waiting: Mutex<Waiting>,
    sending: AtomicBool,
}

#[derive(Default)]
struct Waiting {
    lines: Vec<(Timestamp, String)>,
    bytes: usize,
    dropped: u64,
}

impl Lines {
    /// A stream that is made with its first line.
    pub(super) fn open(role: Role, group: &str, stream: &str) -> Arc<dyn LogSink> {
        let (waiting, sending) = (Mutex::default(), AtomicBool::new(false));
        let (group, stream) = (group.to_owned(), stream.to_owned());
        Arc::new(Self(Arc::new(Inner { role, group, stream, waiting, sending })))
    }

    async fn send(self) {
        while let Some(batch) = self.batch() {
            if let Err(error) = self.put(batch).await {
                tracing::debug!(group = self.0.group, %error, "lines of a function were not logged");
            }
        }
    }

    /// The next lines, none when there are none: whoever adds one later sends anew.
    fn batch(&self) -> Option<Vec<Value>> {
        let mut waiting = self.0.waiting.lock();
        if waiting.dropped > 0 {
            let text = format!("{} lines were dropped here: they came faster than they were kept", waiting.dropped);
            let at = waiting.lines.last().map_or(self.0.role.cloud().runtime().clock.now(), |(at, _)| *at);
            waiting.dropped = 0;
            waiting.lines.push((at, text));
        }
        if waiting.lines.is_empty() {
            self.0.sending.store(false, Ordering::SeqCst);
            return None;
        }
        let mut bytes = 0;
        let fits = |(_, line): &&(Timestamp, String)| {
            bytes += line.len() + 26;
            bytes <= BATCH_BYTES
        };
        let count = waiting.lines.iter().take(BATCH).take_while(fits).count().max(1);
        let lines: Vec<_> = waiting.lines.drain(..count).collect();
        waiting.bytes = waiting.lines.iter().map(|(_, line)| line.len()).sum();
        Some(lines.into_iter().map(|(at, text)| json!({"timestamp": at.millis(), "message": text})).collect())
    }

    async fn put(&self, events: Vec<Value>) -> Result<(), Error> {
        let Inner { role, group, stream, .. } = &*self.0;
        let sender = Sender { cloud: role.cloud().clone(), caller: role.caller().await?, source_arn: None };
        let region = &role.home().region;
        let call = |operation, input| {
            let sender = &sender;
            async move { sender.call_json(region, "logs", operation, &[], &input).await }
        };
        let put = json!({"logGroupName": group, "logStreamName": stream, "logEvents": events});
        match call("PutLogEvents", put.clone()).await {
            Err(Error::Modeled(error)) if error.schema.code == "ResourceNotFoundException" => {
                // Either may be there already; the last call tells whether both are.
                let _ = call("CreateLogGroup", json!({"logGroupName": group})).await;
                let _ = call("CreateLogStream", json!({"logGroupName": group, "logStreamName": stream})).await;
                call("PutLogEvents", put).await.map(|_| ())
            }
            answer => answer.map(|_| ()),
        }
    }
}

impl LogSink for Lines {
    fn line(&self, at: Timestamp, mut text: String) {
        if text.len() > EVENT {
            let mut end = EVENT;
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            text.truncate(end);
        }
        if text.is_empty() {
            return;
        }
        let mut waiting = self.0.waiting.lock();
        if waiting.bytes + text.len() > WAITING {
            waiting.dropped += 1;
            return;
        }
        waiting.bytes += text.len();
        waiting.lines.push((at, text));
        if !self.0.sending.swap(true, Ordering::SeqCst) {
            let lines = self.clone();
            self.0.role.cloud().runtime().tasks.spawn("lambda.logs", lines.send());
        }
    }
}
