//! Kinesis: records in by the hundred, out by shard, and pushed to a consumer that subscribed.

use std::cell::Cell;
use std::io;
use std::rc::Rc;
use std::time::{Duration, Instant};

use base64::Engine;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::api::Api;
use crate::histogram::Histogram;
use crate::load::{self, Lane, Progress};
use crate::messages::message;
use crate::pool;
use crate::reply::find;
use crate::report::Row;
use crate::server::Durability;
use crate::session::{Running, Session};
use crate::sign::RequestSigner;
use crate::tally::Caller;

const KINESIS: &str = "Kinesis_20131202";
const CONNECTIONS: usize = 8;
/// Together they take 200 MB a second: AWS's limit of a shard is 1 MB.
const SHARDS: usize = 200;
/// A shard may be read five times a second.
const TURN: Duration = Duration::from_millis(250);
/// Distinct requests of up to half a megabyte each.
const DISTINCT: usize = 128;
/// A stream or a consumer is being made for so long at most.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks at it.
const LOOK: Duration = Duration::from_millis(20);
/// A record that takes longer is lost.
const LOST: Duration = Duration::from_secs(10);

/// Puts so many records of a kilobyte with each request.
pub(super) async fn put(session: &mut Session<'_>, name: &str, records: usize) -> io::Result<()> {
    let running = session.start(Durability::Fsync)?;
    let stream = stream(&running, SHARDS).await?;
    let make = |n| signed(&running.signer, "PutRecords", &put_records(&stream, n * records as u64, records));
    let lanes = pool::lanes_of(DISTINCT, "PutRecords", CONNECTIONS, records as u64, make)?;
    session.measure(super::records(name, CONNECTIONS), &running.target, || Ok(lanes.clone())).await
}

/// Reads all shards, a hundred records at a time, as often as AWS allows.
pub(super) async fn get(session: &mut Session<'_>, name: &str) -> io::Result<()> {
    let running = session.start(Durability::Fsync)?;
    let stream = stream(&running, SHARDS).await?;
    let mut api = running.api().await?;
    for turn in 0..session.scale.stored / 500 {
        call(&mut api, "PutRecords", &put_records(&stream, turn * 500, 500)).await?;
    }
    let mut lanes: Vec<ReadLane> = (0..CONNECTIONS).map(|_| ReadLane::new(&running.signer)).collect();
    for shard in 0..SHARDS {
        let input = json!({"StreamName": stream, "ShardId": shard_id(shard), "ShardIteratorType": "TRIM_HORIZON"});
        let iterator = call(&mut api, "GetShardIterator", &input).await?;
        lanes[shard % CONNECTIONS].first.push(text(&iterator, "ShardIterator")?);
    }
    let measured = load::run(&running.target, lanes, session.plan()).await?;
    session.report.rows.push(Row::new(super::records(name, CONNECTIONS), &session.name(), &measured, None));
    Ok(())
}

/// The time from a record's sending to its arrival at a consumer with enhanced fan-out.
pub(super) async fn subscribe(session: &mut Session<'_>, name: &str) -> io::Result<()> {
    let running = session.start(Durability::Fsync)?;
    let stream = stream(&running, 1).await?;
    let mut api = running.api().await?;
    let arn = format!("arn:aws:kinesis:us-east-1:000000000000:stream/{stream}");
    let register = json!({"StreamARN": arn, "ConsumerName": "bench"});
    let registered = call(&mut api, "RegisterStreamConsumer", &register).await?;
    let consumer = text(&registered["Consumer"], "ConsumerARN")?;
    let describe = json!({"ConsumerARN": consumer});
    until_active(&mut api, "DescribeStreamConsumer", &describe, "/ConsumerDescription/ConsumerStatus").await?;
    let start = json!({"ConsumerARN": consumer, "ShardId": shard_id(0), "StartingPosition": {"Type": "LATEST"}});
    let mut pushed = TcpStream::connect(running.target.address).await?;
    pushed.write_all(&signed(&running.signer, "SubscribeToShard", &start)?).await?;
    let mut seen = Vec::new();
    let mut latencies = Histogram::default();
    arrival(&mut pushed, &mut seen, b"initial-response").await?;
    for number in 0..session.scale.wakes as u64 {
        let data = base64(&message(number));
        let put = json!({"StreamName": stream, "PartitionKey": "k", "Data": data});
        let started = Instant::now();
        let request = signed(&running.signer, "PutRecord", &put)?;
        api.text("PutRecord", &request).await?;
        arrival(&mut pushed, &mut seen, data.as_bytes()).await?;
        latencies.record(started.elapsed());
    }
    session.report.latencies(&session.name(), &format!("{name}: put to pushed"), &latencies);
    Ok(())
}

/// Reads each of its shards once a turn.
struct ReadLane {
    signer: RequestSigner,
    first: Vec<String>,
    next: Rc<Cell<usize>>,
    turn: Instant,
}

impl ReadLane {
    fn new(signer: &RequestSigner) -> Self {
        Self { signer: signer.clone(), first: Vec::new(), next: Rc::default(), turn: Instant::now() }
    }
}

impl Lane for ReadLane {
    async fn step(&mut self, caller: &mut Caller) -> io::Result<Progress> {
        let at = self.next.get() % self.first.len();
        if at == 0 {
            tokio::time::sleep(TURN.saturating_sub(self.turn.elapsed())).await;
            self.turn = Instant::now();
        }
        self.next.set(at + 1);
        let input = json!({"ShardIterator": self.first[at], "Limit": 100});
        let reply = caller.call("GetRecords", &signed(&self.signer, "GetRecords", &input)?).await?;
        let body = reply.body();
        let records = std::str::from_utf8(&body).map_err(io::Error::other)?.matches("SequenceNumber").count();
        Ok(Progress::Units(records as u64))
    }
}

async fn stream(running: &Running, shards: usize) -> io::Result<String> {
    let name = super::unused_name();
    let mut api = running.api().await?;
    call(&mut api, "CreateStream", &json!({"StreamName": name, "ShardCount": shards})).await?;
    let describe = json!({"StreamName": name});
    let status = "/StreamDescriptionSummary/StreamStatus";
    until_active(&mut api, "DescribeStreamSummary", &describe, status).await?;
    Ok(name)
}

async fn until_active(api: &mut Api, operation: &str, input: &Value, status: &str) -> io::Result<()> {
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        if call(api, operation, input).await?.pointer(status).is_some_and(|status| status == "ACTIVE") {
            return Ok(());
        }
        tokio::time::sleep(LOOK).await;
    }
    Err(io::Error::other(format!("{operation} does not say ACTIVE")))
}

/// Reads what is pushed until it holds `part`, and forgets what came before.
async fn arrival(pushed: &mut TcpStream, seen: &mut Vec<u8>, part: &[u8]) -> io::Result<()> {
    let read = async {
        loop {
            if let Some(at) = find(seen, part) {
                seen.drain(..at + part.len());
                return Ok(());
            }
            if pushed.read_buf(seen).await? == 0 {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the subscription ended"));
            }
        }
    };
    tokio::time::timeout(LOST, read).await.map_err(|_| io::Error::other("a record was not pushed"))?
}

fn put_records(stream: &str, first: u64, records: usize) -> Value {
    let record = |number: u64| {
        let text: String = (0..3).map(|part| message(number * 3 + part)).collect();
        // 768 letters are 1,024 in base64: as many bytes as the wire carries.
        json!({"Data": base64(&text), "PartitionKey": message(number)[..32]})
    };
    let all: Vec<Value> = (first..first + records as u64).map(record).collect();
    json!({"StreamName": stream, "Records": all})
}

fn signed(signer: &RequestSigner, operation: &str, input: &Value) -> io::Result<Vec<u8>> {
    signer.json("kinesis", KINESIS, operation, input.to_string().as_bytes())
}

async fn call(api: &mut Api, operation: &str, input: &Value) -> io::Result<Value> {
    api.json("kinesis", KINESIS, operation, input).await
}

fn text(value: &Value, member: &str) -> io::Result<String> {
    value[member].as_str().map(str::to_owned).ok_or_else(|| io::Error::other(format!("there is no {member}")))
}

fn shard_id(number: usize) -> String {
    format!("shardId-{number:012}")
}

fn base64(text: &str) -> String {
    base64::engine::general_purpose::STANDARD.encode(text)
}
