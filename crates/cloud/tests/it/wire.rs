//! Requests written by hand, for what no client sends.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::process::Process;

/// One HTTP/1.1 request; the whole answer as text.
pub(crate) fn exchange(process: &Process, head: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(&process.authority).expect("it listens");
    send(&mut stream, head, body);
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers in text");
    answer
}

/// Sends a request on a connection that ends after its answer.
pub(crate) fn send(stream: &mut TcpStream, head: &str, body: &str) {
    let head = head.replace('\n', "\r\n");
    let length = body.len();
    write!(stream, "{head}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}").expect("it listens");
}

/// An SQS call of the key `open`, which is not checked: what is signed with it need not be right.
pub(crate) fn sqs(operation: &str) -> String {
    format!(
        "POST / HTTP/1.1\nHost: localhost\nX-Amz-Target: AmazonSQS.{operation}\nContent-Type: application/x-amz-json-1.0\n\
         X-Amz-Date: {date}\nAuthorization: AWS4-HMAC-SHA256 Credential=open/{day}/us-east-1/sqs/aws4_request, \
         SignedHeaders=host;x-amz-date, Signature={signature}",
        date = now(),
        day = &now()[..8],
        signature = "0".repeat(64),
    )
}

fn now() -> String {
    runtime::Clock::real().now().basic()
}
