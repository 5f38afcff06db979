//! What is measured, in the order of the table.
//!
//! | file | loads |
//! |---|---|
//! | `limits.rs` | the disk and the HTTP stack alone |
//! | `send.rs` | SendMessage in all its forms, and STS, which is the road without a store |
//! | `receive.rs` | receive and delete with few and with many messages waiting |
//! | `fifo.rs` | a FIFO queue in high-throughput mode |
//! | `wake.rs` | how long a waiting receiver waits |
//! | `authority.rs` | what authorisation and audit add to SendMessage |
//! | `dynamo.rs` | tables of DynamoDB, few and many items, with and without indexes |
//! | `fanout.rs` | SNS to many queues, EventBridge with many rules, until the last message has arrived |
//! | `streams.rs` | Kinesis: records in, out, and pushed |
//! | `objects.rs` | S3: objects of three sizes, ranges, listings, multipart uploads |
//! | `stacks.rs` | a CloudFormation stack of a hundred resources |
//! | `start.rs` | cold starts and idle memory |

mod authority;
mod dynamo;
mod fanout;
mod fifo;
mod limits;
mod objects;
mod receive;
mod send;
mod stacks;
mod start;
mod streams;
mod wake;

use std::cell::Cell;
use std::future::Future;
use std::io;
use std::pin::Pin;

use serde_json::json;

use crate::report::Title;
use crate::server::Durability;
use crate::session::{Running, Session, Subject};

type Going<'a> = Pin<Box<dyn Future<Output = io::Result<()>> + 'a>>;

/// Something to measure.
pub struct Workload {
    /// Its name, for filters and tables.
    pub name: &'static str,
    /// What it does.
    pub about: &'static str,
    own_only: bool,
    run: for<'s> fn(&'s mut Session<'_>, &'static str) -> Going<'s>,
}

/// All of them.
pub const ALL: &[Workload] = &[
    own("limit-disk", "append 4 KiB and fdatasync: the limit of one durable writer", |s, n| {
        Box::pin(limits::disk(s, n))
    }),
    own("limit-http", "the bare server: 300 bytes in, 1.1 KB out", |s, n| Box::pin(limits::http(s, n, false))),
    own("limit-http-hash", "the same with SHA-256 and HMAC", |s, n| Box::pin(limits::http(s, n, true))),
    any("sts", "GetCallerIdentity: the road without a store", |s, n| Box::pin(send::sts(s, n))),
    any("send-1", "SendMessage 256 B, 1 connection", |s, n| Box::pin(send::json(s, n, 1, Durability::Fsync))),
    any("send-8", "SendMessage 256 B, 8 connections", |s, n| Box::pin(send::json(s, n, 8, Durability::Fsync))),
    any("send-64", "SendMessage 256 B, 64 connections", |s, n| Box::pin(send::json(s, n, 64, Durability::Fsync))),
    any("send-batch", "SendMessageBatch 10 × 256 B, 8 connections", |s, n| Box::pin(send::batch(s, n))),
    any("send-query", "SendMessage 256 B in the query protocol, 8 connections", |s, n| Box::pin(send::query(s, n))),
    own("send-os", "SendMessage 256 B, 8 connections, --durability os", |s, n| {
        Box::pin(send::json(s, n, 8, Durability::Os))
    }),
    own("send-memory", "SendMessage 256 B, 8 connections, --ephemeral", |s, n| {
        Box::pin(send::json(s, n, 8, Durability::Memory))
    }),
    any("receive", "receive 10 + delete batch, few and many messages waiting", |s, n| Box::pin(receive::depths(s, n))),
    any("fifo", "send, receive, delete on a FIFO queue, 8 connections", |s, n| Box::pin(fifo::cycle(s, n))),
    any("wake-one", "long poll: send until the waiting receiver has it", |s, n| Box::pin(wake::wake(s, n, 1))),
    any("wake-crowd", "the same with a thousand waiting", |s, n| {
        let crowd = s.scale.crowd;
        Box::pin(wake::wake(s, n, crowd))
    }),
    own("authority", "what policies and audit add to SendMessage, in process, durable", |s, n| {
        Box::pin(authority::overhead(s, n))
    }),
    any("ddb", "DynamoDB 1 KB items: each operation with few and with many items", |s, n| {
        Box::pin(dynamo::plain(s, n))
    }),
    any("ddb-gsi1", "the same writes with one global secondary index", |s, n| Box::pin(dynamo::indexed(s, n, 1))),
    any("ddb-gsi5", "the same writes with five", |s, n| Box::pin(dynamo::indexed(s, n, 5))),
    own("ddb-memory", "PutItem and GetItem 1 KB, 8 connections, --ephemeral", |s, n| Box::pin(dynamo::memory(s, n))),
    any("sns-1", "Publish 256 B to 1 queue, 8 connections", |s, n| Box::pin(fanout::sns(s, n, 1))),
    any("sns-10", "the same to 10 queues", |s, n| Box::pin(fanout::sns(s, n, 10))),
    any("sns-100", "the same to 100 queues", |s, n| Box::pin(fanout::sns(s, n, 100))),
    any("events-1", "PutEvents past 1 rule, 8 connections", |s, n| Box::pin(fanout::rules(s, n, 1))),
    any("events-100", "the same past 100 rules, of which one wants it", |s, n| Box::pin(fanout::rules(s, n, 100))),
    any("events-10000", "the same past 10,000 rules", |s, n| {
        let rules = s.scale.rules;
        Box::pin(fanout::rules(s, n, rules))
    }),
    any("kinesis-put-100", "PutRecords 100 × 1 KB, 8 connections, 200 shards", |s, n| {
        Box::pin(streams::put(s, n, 100))
    }),
    any("kinesis-put-500", "the same with 500 × 1 KB", |s, n| Box::pin(streams::put(s, n, 500))),
    any("kinesis-get", "GetRecords of 100 at most from 200 shards, as often as AWS allows", |s, n| {
        Box::pin(streams::get(s, n))
    }),
    any("kinesis-push", "SubscribeToShard: from a record's sending to its arrival", |s, n| {
        Box::pin(streams::subscribe(s, n))
    }),
    any("s3", "PUT and GET of 1 KB, 1 MB and 100 MB, ranges", |s, n| Box::pin(objects::sizes(s, n))),
    any("s3-list", "ListObjectsV2: 1,000 keys of few and of many", |s, n| Box::pin(objects::listing(s, n))),
    any("s3-multipart", "uploads of four parts of 8 MB", |s, n| Box::pin(objects::multipart(s, n))),
    any("stack", "a stack of 100 resources: made, changed, deleted", |s, n| Box::pin(stacks::deploy(s, n))),
    own("start", "cold start to the first answer, idle memory", |s, n| Box::pin(start::starts(s, n))),
];

type Start = for<'s> fn(&'s mut Session<'_>, &'static str) -> Going<'s>;

const fn any(name: &'static str, about: &'static str, run: Start) -> Workload {
    Workload { name, about, own_only: false, run }
}

const fn own(name: &'static str, about: &'static str, run: Start) -> Workload {
    Workload { name, about, own_only: true, run }
}

impl Workload {
    /// Runs it, unless it makes no sense for the subject.
    ///
    /// # Errors
    /// A server failed, or refused what the workload needs.
    pub async fn run(&self, session: &mut Session<'_>) -> io::Result<()> {
        if self.own_only && matches!(session.subject, Subject::Peer(_)) {
            return Ok(());
        }
        (self.run)(session, self.name).await
    }
}

/// A title of a row that counts requests.
fn requests(workload: &str, connections: usize) -> Title<'_> {
    Title { workload, connections, unit: "requests" }
}

/// A title of a row that counts messages.
fn messages(workload: &str, connections: usize) -> Title<'_> {
    Title { workload, connections, unit: "messages" }
}

/// A title of a row that counts records.
fn records(workload: &str, connections: usize) -> Title<'_> {
    Title { workload, connections, unit: "records" }
}

/// A standard queue of its own for a workload.
async fn queue(running: &Running) -> io::Result<String> {
    running.api().await?.create_queue(&unused_name(), &json!({})).await
}

/// A name that no earlier workload has used, in this run or against the same peer.
fn unused_name() -> String {
    thread_local!(static USED: Cell<u32> = const { Cell::new(0) });
    let number = USED.replace(USED.get() + 1);
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    format!("bench-{}-{number}", since.as_secs())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_unique() {
        let names: HashSet<&str> = ALL.iter().map(|workload| workload.name).collect();
        assert_eq!(names.len(), ALL.len());
        assert_ne!(unused_name(), unused_name());
    }
}
