//! Server access logs: finished requests are noted in memory, and every few minutes put as an object into the bucket that
//! each logged bucket names, in the name of S3's log delivery, so that the target's policy or list decides.
//!
//! As in AWS delivery is best effort: what was noted since the last delivery is lost with the process.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use api_s3::{LoggingEnabled, PutObject, PutObjectInput};
use http::header::{HOST, REFERER, USER_AGENT};
use parking_lot::Mutex;
use service_kit::{
    Caller, Cloud, Error, FinishedRequest, FinishedRequests, Principal, Sender, Service, Task, TaskCtx, Wake,
};
use smithy::{ByteStream, Bytes};

use crate::S3;
use crate::engine::bucket::Bucket;
use crate::engine::canonical;
use crate::engine::config::document::Document;
use crate::engine::config::log_line::{Request, line};
use crate::engine::config::logging::{Source, key};

/// How often logs are delivered. AWS says "within a few hours".
const PERIOD: Duration = Duration::from_secs(300);
/// Requests noted at most; beyond it none are until the next delivery.
const AT_MOST: usize = 200_000;

/// Requests that no log tells of yet.
#[derive(Clone, Default)]
pub(crate) struct Noted(Arc<Mutex<Notes>>);

#[derive(Default)]
struct Notes {
    requests: Vec<Request>,
    /// Buckets known to have no log; forgotten at each delivery, and when one is switched on.
    unlogged: HashSet<String>,
}

impl Noted {
    /// Forgets which buckets have no log: one may have now.
    pub(crate) fn look_again(&self) {
        self.0.lock().unlogged.clear();
    }
}

impl FinishedRequests for Noted {
    fn finished(&self, _: &Cloud, request: &FinishedRequest<'_>) {
        let label =
            |name: &str| request.labels.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
        let Some(bucket) = label("Bucket") else { return };
        let mut notes = self.0.lock();
        if notes.requests.len() < AT_MOST && !notes.unlogged.contains(&bucket) {
            notes.requests.push(noted(request, bucket, label("Key")));
        }
    }
}

fn noted(request: &FinishedRequest<'_>, bucket: String, key: Option<String>) -> Request {
    let header = |name| request.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let query = request.uri.query().unwrap_or_default();
    let parameter = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)).map(str::to_owned);
    let signed = if query.contains("X-Amz-Signature=") {
        Some("QueryString")
    } else {
        request.headers.contains_key("authorization").then_some("AuthHeader")
    };
    let length = request.answered.get("content-length").and_then(|value| value.to_str().ok()?.parse().ok());
    Request {
        at: request.at,
        peer: request.peer,
        requester: request.caller.and_then(requester),
        id: request.id.to_string(),
        operation: request.operation.to_owned(),
        size: length.filter(|_| matches!(request.operation, "GetObject" | "HeadObject")),
        bucket,
        key,
        method: request.method.to_string(),
        uri: request.uri.to_string(),
        status: request.status,
        error: request.error.to_owned(),
        sent: request.sent,
        took: request.took,
        referer: header(REFERER),
        agent: header(USER_AGENT),
        host: header(HOST),
        version: parameter("versionId="),
        signed,
        secure: request.secure,
    }
}

/// Of an account's root its canonical id, of others their ARN.
fn requester(caller: &Caller) -> Option<String> {
    match &caller.principal {
        Principal::Root => Some(canonical::id(caller.account)),
        Principal::Anonymous => None,
        _ => Some(caller.arn(names::Partition::Aws)),
    }
}

/// Adds the work.
pub(super) fn add(service: Service, noted: &Noted) -> Service {
    service.finished(Arc::new(noted.clone())).task(Task::new("access-log", PERIOD, Wake::default(), deliver))
}

/// Puts what was noted into the targets.
async fn deliver(ctx: TaskCtx) -> Result<(), Error> {
    let state = ctx.state::<S3>();
    let requests = {
        let mut notes = state.noted().0.lock();
        notes.unlogged.clear();
        std::mem::take(&mut notes.requests)
    };
    let mut by_bucket: BTreeMap<String, Vec<Request>> = BTreeMap::new();
    for request in requests {
        by_bucket.entry(request.bucket.clone()).or_default().push(request);
    }
    for (name, requests) in by_bucket {
        let bucket = state.engine().lookup_bucket(&name).await?;
        let logged = match &bucket {
            Some(bucket) => state.engine().config::<Document<LoggingEnabled>>(bucket.no()).await?,
            None => None,
        };
        match (bucket, logged) {
            (Some(bucket), Some(Document(to))) => put(&ctx, &bucket, &to, &requests).await?,
            _ => {
                state.noted().0.lock().unlogged.insert(name);
            }
        }
    }
    Ok(())
}

async fn put(ctx: &TaskCtx, bucket: &Bucket, to: &LoggingEnabled, requests: &[Request]) -> Result<(), Error> {
    let owner = canonical::id(bucket.record.account);
    let text: String = requests.iter().map(|request| line(request, &owner) + "\n").collect();
    let (random, now) = (&ctx.cloud.runtime().random, ctx.cloud.runtime().clock.now());
    let source = Source { account: bucket.record.account, region: bucket.record.region.as_str(), bucket: &bucket.name };
    let events = requests.first().map_or(now, |first| first.at);
    let input = PutObjectInput {
        bucket: to.target_bucket.clone(),
        key: key(to, source, events, now, random.u64()),
        content_type: Some("text/plain".to_owned()),
        body: ByteStream::from(Bytes::from(text)),
        ..PutObjectInput::default()
    };
    let arn = format!("arn:aws:s3:::{}", bucket.name);
    let sender = Sender::service(&ctx.cloud, "logging.s3.amazonaws.com", bucket.record.account, arn);
    if let Err(error) = sender.call::<PutObject>(&bucket.record.region, &[], input).await {
        tracing::info!(%error, bucket = bucket.name, target = to.target_bucket, "an access log was not taken");
    }
    Ok(())
}
