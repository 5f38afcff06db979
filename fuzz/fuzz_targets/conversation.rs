//! A few calls to one cloud, each with what the ones before it answered.

use std::time::Duration;

use bytes::Bytes;
use gateway::Peer;
use http::header::{AUTHORIZATION, HOST};
use http::{HeaderValue, Request};
use http_body_util::BodyExt;
use testkit::TestCloud;

use crate::answer;
use crate::wire::{Wire, split_once};

/// Most calls of one input, lest a long one look like a hang.
const CALLS: usize = 16;
/// The furthest a call moves the clock: a month, beyond every retention.
const LONGEST: u64 = 31 * 86_400;
/// Seconds that a call may take of the cloud's time: a long poll takes 20 at most.
const PATIENCE: usize = 25;
const URL: &[u8] = b"http://localhost:4566/000000000000/q";
/// The operations by the numbers that inputs call them by: none may have the number 30, which parts calls.
const SQS: [&str; 23] = [
    "AddPermission",
    "CancelMessageMoveTask",
    "ChangeMessageVisibility",
    "ChangeMessageVisibilityBatch",
    "CreateQueue",
    "DeleteMessage",
    "DeleteMessageBatch",
    "GetQueueAttributes",
    "PurgeQueue",
    "ReceiveMessage",
    "GetQueueUrl",
    "SendMessage",
    "SendMessageBatch",
    "SetQueueAttributes",
    "ListQueues",
    "StartMessageMoveTask",
    "ListDeadLetterSourceQueues",
    "ListMessageMoveTasks",
    "RemovePermission",
    "TagQueue",
    "ListQueueTags",
    "UntagQueue",
    "DeleteQueue",
];
const STS: [&str; 11] = [
    "AssumeRole",
    "AssumeRoleWithSAML",
    "AssumeRoleWithWebIdentity",
    "AssumeRoot",
    "DecodeAuthorizationMessage",
    "GetAccessKeyInfo",
    "GetCallerIdentity",
    "GetDelegatedAccessToken",
    "GetFederationToken",
    "GetSessionToken",
    "GetWebIdentityToken",
];

/// What was answered, by what stands for it in a later call.
struct Seen {
    cloud: TestCloud,
    values: [(&'static [u8], &'static [u8], Vec<u8>); 3],
}

/// Holds the conversation, with a queue `q` and a queue `q.fifo` there already.
pub async fn run(input: &[u8]) {
    let cloud = TestCloud::new(|parts| vec![svc_sqs::service(parts), svc_sts::service(parts)]);
    let values = [
        (b"@H".as_slice(), b"ReceiptHandle".as_slice(), Vec::new()),
        (b"@N", b"NextToken", Vec::new()),
        (b"@T", b"TaskHandle", Vec::new()),
    ];
    let mut seen = Seen { cloud, values };
    seen.call(b"J\x04{\"QueueName\":\"q\"}").await;
    seen.call(b"J\x04{\"QueueName\":\"q.fifo\",\"Attributes\":{\"FifoQueue\":\"true\"}}").await;
    for call in input.split(|byte| *byte == 0x1e).take(CALLS) {
        seen.call(call).await;
        assert_eq!(seen.cloud.cloud().panics(), 0);
    }
}

impl Seen {
    async fn call(&mut self, call: &[u8]) {
        let text = match call {
            [b'T', seconds @ ..] => return self.pass(seconds).await,
            [b'J', op, body @ ..] => json(&name(&SQS, *op), &self.filled(body, as_it_is)),
            [b'Q', op, form @ ..] => query("sqs", "2012-11-05", &name(&SQS, *op), &self.filled(form, as_it_is)),
            [b'C', op, body @ ..] => cbor(&name(&SQS, *op), &self.filled(body, after_its_length)),
            [b'S', op, form @ ..] => query("sts", "2011-06-15", &name(&STS, *op), &self.filled(form, as_it_is)),
            other => self.filled(other, as_it_is),
        };
        if let Some(wire) = Wire::read(&text) {
            self.send(wire).await;
        }
    }

    async fn pass(&self, seconds: &[u8]) {
        let seconds = std::str::from_utf8(seconds).ok().and_then(|text| text.parse().ok()).unwrap_or(1);
        self.cloud.advance(Duration::from_secs(LONGEST.min(seconds))).await;
        // Tasks of the services that are due go on.
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
    }

    async fn send(&mut self, wire: Wire<'_>) {
        let mut request = Request::new(Bytes::copy_from_slice(wire.body));
        *request.method_mut() = wire.method;
        *request.uri_mut() = wire.uri;
        *request.headers_mut() = wire.headers;
        let (mut head, body) = request.into_parts();
        head.headers.entry(HOST).or_insert(HeaderValue::from_static("localhost:4566"));
        self.authorize(&mut head);
        let peer = Peer { address: ([127, 0, 0, 1], 1).into(), secure: false };
        let (head, body) = self.in_time(self.cloud.gateway().handle(head, body, peer)).await.into_parts();
        let body = body.collect().await.expect("a body in memory").to_bytes();
        answer::check(&head, &body);
        for (_, name, value) in &mut self.values {
            if let Some(found) = answered(&body, name) {
                *value = found.to_vec();
            }
        }
    }

    /// What comes of waiting, a second of the cloud's passing whenever nothing else can go on: a long poll ends.
    async fn in_time<T>(&self, answer: impl Future<Output = T>) -> T {
        let mut answer = std::pin::pin!(answer);
        for _ in 0..PATIENCE {
            // The runtime's own time is paused, and moves when all is idle.
            if let Ok(answer) = tokio::time::timeout(Duration::from_millis(1), answer.as_mut()).await {
                return answer;
            }
            self.cloud.advance(Duration::from_secs(1)).await;
        }
        panic!("a call that never ends");
    }

    /// Signs with a key that anyone may use, unless the request brings a signature of its own. The service it is for is
    /// told by a header that no one else reads.
    fn authorize(&self, head: &mut http::request::Parts) {
        if head.headers.contains_key(AUTHORIZATION) || head.uri.query().is_some_and(|q| q.contains("X-Amz-")) {
            return;
        }
        let date = self.cloud.runtime().clock.real_now().basic();
        let service = head.headers.get("x-fuzz-service").and_then(|value| value.to_str().ok()).unwrap_or("sqs");
        let scope = format!("anyone/{}/us-east-1/{service}/aws4_request", &date[..8]);
        let text = format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host;x-amz-date, Signature=00");
        let Ok(value) = HeaderValue::from_str(&text) else { return };
        head.headers.insert(AUTHORIZATION, value);
        head.headers.insert("x-amz-date", HeaderValue::from_str(&date).expect("digits"));
    }

    /// A body with what was answered before in its places, written as `write` does.
    fn filled(&self, body: &[u8], write: fn(&[u8], &[u8]) -> (Vec<u8>, Vec<u8>)) -> Vec<u8> {
        let places = self.values.iter().map(|(place, _, value)| (*place, value.as_slice()));
        places.chain([(b"@U".as_slice(), URL)]).fold(body.to_vec(), |text, (place, value)| {
            let (place, value) = write(place, value);
            replaced(&text, &place, &value)
        })
    }
}

fn as_it_is(place: &[u8], value: &[u8]) -> (Vec<u8>, Vec<u8>) {
    (place.to_vec(), value.to_vec())
}

/// In CBOR a text begins with its length.
fn after_its_length(place: &[u8], value: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let length = u16::try_from(value.len()).unwrap_or(0).to_be_bytes();
    ([b"\x62", place].concat(), [b"\x79", length.as_slice(), value].concat())
}

fn replaced(text: &[u8], place: &[u8], value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    // Few places are filled, lest one input grow beyond all bounds.
    for _ in 0..8 {
        let Some((before, after)) = split_once(rest, place) else { break };
        out.extend_from_slice(before);
        out.extend_from_slice(value);
        rest = after;
    }
    out.extend_from_slice(rest);
    out
}

/// The value behind a name, in JSON, XML or CBOR.
fn answered<'a>(body: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let (_, after) = split_once(body, name)?;
    match after {
        [b'x', length, value @ ..] => value.get(..usize::from(*length)),
        [b'y', high, low, value @ ..] => value.get(..usize::from(u16::from_be_bytes([*high, *low]))),
        _ => {
            let value = after.strip_prefix(b"\":\"").or_else(|| after.strip_prefix(b">"))?;
            Some(&value[..value.iter().position(|byte| matches!(byte, b'"' | b'<'))?])
        }
    }
}

/// An operation by its number; now and then one that is none.
fn name(operations: &[&str], number: u8) -> String {
    operations.get(usize::from(number)).map_or_else(|| format!("Nothing{number}"), |name| (*name).to_owned())
}

fn json(operation: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("POST /\ncontent-type: application/x-amz-json-1.0\nx-amz-target: AmazonSQS.{operation}\n\n");
    [head.as_bytes(), body].concat()
}

fn query(service: &str, version: &str, action: &str, form: &[u8]) -> Vec<u8> {
    let head = format!("POST /\ncontent-type: application/x-www-form-urlencoded\nx-fuzz-service: {service}\n\n");
    [head.as_bytes(), format!("Action={action}&Version={version}").as_bytes(), form].concat()
}

fn cbor(operation: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("POST /service/AmazonSQS/operation/{operation}\nsmithy-protocol: rpc-v2-cbor\n\n");
    [head.as_bytes(), body].concat()
}
