//! S3: objects of three sizes in and out, ranges, listings, multipart uploads.

use std::cell::Cell;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use http::Method;

use super::receive::short;
use crate::load::{self, Lane, Plan, Progress};
use crate::pool::{self, PoolLane};
use crate::report::{Row, Title};
use crate::server::Durability;
use crate::session::{Running, Session};
use crate::sign::RequestSigner;
use crate::tally::Caller;

const KB: usize = 1_024;
const MB: usize = 1_024 * KB;
const CONNECTIONS: usize = 8;
/// Longest that filling a bucket may take.
const FILLING: Duration = Duration::from_secs(3_600);
/// What one part of a multipart upload holds.
const PART: usize = 8 * MB;
/// Parts of one upload.
const PARTS: usize = 4;
/// What a ranged read asks for.
const RANGE: usize = 64 * KB;

/// A size of objects: its name, how many distinct ones are written, and on how many connections.
struct Size {
    name: &'static str,
    bytes: usize,
    distinct: usize,
    connections: usize,
}

const SIZES: [Size; 3] = [
    Size { name: "1 KB", bytes: KB, distinct: 8_192, connections: CONNECTIONS },
    Size { name: "1 MB", bytes: MB, distinct: 32, connections: CONNECTIONS },
    Size { name: "100 MB", bytes: 100 * MB, distinct: 2, connections: 2 },
];

/// PUT and GET of each size, and ranges of the largest.
pub(super) async fn sizes(session: &mut Session<'_>, name: &str) -> io::Result<()> {
    for size in SIZES {
        if size.bytes > session.scale.largest {
            continue;
        }
        let running = session.start(Durability::Fsync)?;
        let bucket = bucket(&running).await?;
        let path = |number: u64| format!("/{bucket}/object-{number:08}");
        // Nobody asks for what was not put: all of them are there before the first is read.
        for (what, method) in [("PUT", Method::PUT), ("GET", Method::GET)] {
            let body = |number| if what == "PUT" { bytes(number, size.bytes) } else { Vec::new() };
            let make = |number| running.signer.object(method.clone(), &path(number), &body(number));
            let lanes = pool::lanes_of(size.distinct, what, size.connections, 1, make)?;
            if what == "GET" {
                put_all(&running, &size, &path).await?;
            }
            let title = format!("{name} {what} {}", size.name);
            // The bare server would have to repeat a hundred megabytes from a sample kept as text.
            measure(session, &title, size.connections, &running, lanes).await?;
        }
        if size.bytes == session.scale.largest {
            let ranges = (0..CONNECTIONS).map(|at| RangeLane::new(&running, &path(0), size.bytes, at)).collect();
            measure(session, &format!("{name} GET 64 KB of {}", size.name), CONNECTIONS, &running, ranges).await?;
        }
    }
    Ok(())
}

/// A page of a thousand keys, somewhere in a bucket with few and with many.
pub(super) async fn listing(session: &mut Session<'_>, name: &str) -> io::Result<()> {
    let mut rates = Vec::new();
    for keys in session.scale.items {
        let running = session.start(Durability::Fsync)?;
        let bucket = bucket(&running).await?;
        fill(&running, &bucket, keys).await?;
        let after = |number: u64| number.wrapping_mul(7_919) % keys.saturating_sub(999).max(1);
        let make = |n| {
            let path = format!("/{bucket}?list-type=2&max-keys=1000&start-after=object-{:08}", after(n));
            running.signer.object(Method::GET, &path, b"")
        };
        let lanes = pool::lanes_of(1_024, "ListObjectsV2", CONNECTIONS, 1, make)?;
        let measured = load::run(&running.target, lanes, session.plan()).await?;
        rates.extend(measured.per_cpu());
        let title = format!("{name} of {} keys", short(keys));
        session.report.rows.push(Row::new(super::requests(&title, CONNECTIONS), &session.name(), &measured, None));
    }
    if let Some(spread) = super::receive::spread(&rates) {
        session.report.figure(&session.name(), format!("{name}, spread of pages per CPU second"), spread, "%");
    }
    Ok(())
}

/// Uploads of four parts of 8 MB.
pub(super) async fn multipart(session: &mut Session<'_>, name: &str) -> io::Result<()> {
    let running = session.start(Durability::Fsync)?;
    let bucket: Rc<str> = bucket(&running).await?.into();
    let part: Rc<[u8]> = bytes(7, PART).into();
    let lane = |at| UploadLane { signer: running.signer.clone(), bucket: bucket.clone(), part: part.clone(), at };
    let measured = load::run(&running.target, (0..2).map(lane).collect(), session.plan()).await?;
    let title = Title { workload: name, connections: 2, unit: "MB" };
    session.report.rows.push(Row::new(title, &session.name(), &measured, None));
    Ok(())
}

async fn measure<L: Lane + 'static>(
    session: &mut Session<'_>,
    title: &str,
    connections: usize,
    running: &Running,
    lanes: Vec<L>,
) -> io::Result<()> {
    let measured = load::run(&running.target, lanes, session.plan()).await?;
    session.report.rows.push(Row::new(super::requests(title, connections), &session.name(), &measured, None));
    Ok(())
}

async fn bucket(running: &Running) -> io::Result<String> {
    let name = super::unused_name();
    let request = running.signer.object(Method::PUT, &format!("/{name}"), b"")?;
    running.api().await?.text("CreateBucket", &request).await?;
    Ok(name)
}

async fn put_all(running: &Running, size: &Size, path: &impl Fn(u64) -> String) -> io::Result<()> {
    let mut api = running.api().await?;
    for number in 0..size.distinct as u64 {
        let request = running.signer.object(Method::PUT, &path(number), &bytes(number, size.bytes))?;
        api.text("PutObject", &request).await?;
    }
    Ok(())
}

async fn fill(running: &Running, bucket: &str, keys: u64) -> io::Result<()> {
    let next = Rc::new(Cell::new(0));
    let lane = |_| FillLane { signer: running.signer.clone(), bucket: bucket.into(), keys, next: next.clone() };
    let plan = Plan { warm_up: Duration::ZERO, measure: FILLING };
    let filled = load::run(&running.target, (0..4 * CONNECTIONS).map(lane).collect(), plan).await?;
    filled.first_failure.map_or(Ok(()), |failure| Err(io::Error::other(failure)))
}

/// Puts empty objects until a bucket holds so many.
struct FillLane {
    signer: RequestSigner,
    bucket: Rc<str>,
    keys: u64,
    next: Rc<Cell<u64>>,
}

impl Lane for FillLane {
    async fn step(&mut self, caller: &mut Caller) -> io::Result<Progress> {
        let number = self.next.replace(self.next.get() + 1);
        if number >= self.keys {
            return Ok(Progress::Finished);
        }
        let path = format!("/{}/object-{number:08}", self.bucket);
        let reply = caller.call("PutObject", &self.signer.object(Method::PUT, &path, b"")?).await?;
        Ok(Progress::Units(u64::from(reply.is_success())))
    }
}

/// Reads ranges all over one object.
struct RangeLane {
    requests: PoolLane,
}

impl RangeLane {
    fn new(running: &Running, path: &str, size: usize, at: usize) -> Self {
        let make = |number: u64| {
            let first = (number as usize).wrapping_mul(7_919 * 4_096) % (size - RANGE);
            running.signer.range(path, first, RANGE)
        };
        // The ranges of one object are well within what a header may say.
        let lanes = pool::lanes_of(256, "GET", CONNECTIONS, 1, make).unwrap_or_default();
        Self { requests: lanes.into_iter().nth(at).unwrap_or_else(|| unreachable!("one lane a connection")) }
    }
}

impl Lane for RangeLane {
    async fn step(&mut self, caller: &mut Caller) -> io::Result<Progress> {
        self.requests.step(caller).await
    }
}

/// Begins an upload, sends its parts, completes it.
struct UploadLane {
    signer: RequestSigner,
    bucket: Rc<str>,
    part: Rc<[u8]>,
    at: usize,
}

impl Lane for UploadLane {
    async fn step(&mut self, caller: &mut Caller) -> io::Result<Progress> {
        self.at += 2;
        let path = format!("/{}/upload-{:08}", self.bucket, self.at);
        let begun = self.send(caller, "CreateMultipartUpload", Method::POST, &format!("{path}?uploads"), b"").await?;
        let Some(id) = between(&begun.0, "<UploadId>", "</UploadId>") else { return Ok(Progress::Units(0)) };
        let mut list = String::new();
        for number in 1..=PARTS {
            let place = format!("{path}?partNumber={number}&uploadId={id}");
            let (_, tag) = self.send(caller, "UploadPart", Method::PUT, &place, &self.part).await?;
            list.push_str(&format!("<Part><PartNumber>{number}</PartNumber><ETag>{tag}</ETag></Part>"));
        }
        let list = format!("<CompleteMultipartUpload>{list}</CompleteMultipartUpload>");
        let place = format!("{path}?uploadId={id}");
        let done = self.send(caller, "CompleteMultipartUpload", Method::POST, &place, list.as_bytes()).await?;
        Ok(Progress::Units(if done.0.contains("<ETag>") { (PARTS * PART / MB) as u64 } else { 0 }))
    }
}

impl UploadLane {
    /// The answer's text and its entity tag.
    async fn send(
        &self,
        caller: &mut Caller,
        operation: &'static str,
        method: Method,
        path: &str,
        body: &[u8],
    ) -> io::Result<(String, String)> {
        let request = self.signer.object(method, path, body)?;
        let reply = caller.call(operation, &request).await?;
        let tag = reply.fields().find(|(name, _)| name.eq_ignore_ascii_case("etag")).map_or("", |(_, value)| value);
        Ok((String::from_utf8_lossy(&reply.body()).into_owned(), tag.to_owned()))
    }
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    text.split_once(start)?.1.split_once(end).map(|(inside, _)| inside)
}

/// Bytes that differ from number to number and compress badly.
fn bytes(number: u64, size: usize) -> Vec<u8> {
    let mut state = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut all = Vec::with_capacity(size + 8);
    while all.len() < size {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        all.extend_from_slice(&state.to_le_bytes());
    }
    all.truncate(size);
    all
}
