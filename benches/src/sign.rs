//! Requests as boto3 1.43 sends them, signed and serialised ahead of the run, so that the load costs the client nothing but two system calls.

use std::io;
use std::time::{SystemTime, UNIX_EPOCH};

use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, Method, Uri};
use names::Timestamp;
use sigv4::sign::{SignBody, Signer};
use sigv4::{Algorithm, Secret, Style};

/// Headers that boto3 sends and does not sign.
const UNSIGNED: &str = "Accept-Encoding: identity\r\nUser-Agent: Botocore/1.43.11 ua/2.1 os/linux md/arch#x86_64 lang/python#3.11.7 \
    md/pyimpl#CPython m/b,D,e,Z,N cfg/retry-mode#legacy\r\namz-sdk-invocation-id: f167b74d-3ee4-46f7-b1ff-07abcd0c0591\r\n\
    amz-sdk-request: attempt=1\r\n";

const REGION: &str = "us-east-1";

/// Signs for one server with the keys `test`/`test`.
#[derive(Clone)]
pub struct RequestSigner {
    host: String,
    secret: Secret,
}

impl RequestSigner {
    /// `host` is the `Host` header, with its port.
    pub fn new(host: &str) -> Self {
        Self { host: host.to_owned(), secret: Secret::new("test") }
    }

    /// A request in SQS's JSON protocol.
    ///
    /// # Errors
    /// The operation cannot stand in a header.
    pub fn sqs(&self, operation: &str, body: &[u8]) -> io::Result<Vec<u8>> {
        let target = format!("AmazonSQS.{operation}");
        let headers = [
            (HeaderName::from_static("x-amz-target"), &*target),
            (CONTENT_TYPE, "application/x-amz-json-1.0"),
            (HeaderName::from_static("x-amzn-query-mode"), "true"),
        ];
        self.post("sqs", headers, body)
    }

    /// A request to DynamoDB.
    ///
    /// # Errors
    /// The operation cannot stand in a header.
    pub fn dynamodb(&self, operation: &str, body: &[u8]) -> io::Result<Vec<u8>> {
        let target = format!("DynamoDB_20120810.{operation}");
        let headers =
            [(HeaderName::from_static("x-amz-target"), &*target), (CONTENT_TYPE, "application/x-amz-json-1.0")];
        self.post("dynamodb", headers, body)
    }

    /// A request in AWS's JSON 1.1: `prefix` is what stands before the operation in `X-Amz-Target`.
    ///
    /// # Errors
    /// The operation cannot stand in a header.
    pub fn json(&self, service: &str, prefix: &str, operation: &str, body: &[u8]) -> io::Result<Vec<u8>> {
        let target = format!("{prefix}.{operation}");
        let headers =
            [(HeaderName::from_static("x-amz-target"), &*target), (CONTENT_TYPE, "application/x-amz-json-1.1")];
        self.post(service, headers, body)
    }

    /// A request to S3; `path` may have a query.
    ///
    /// # Errors
    /// The path is none.
    pub fn object(&self, method: Method, path: &str, body: &[u8]) -> io::Result<Vec<u8>> {
        self.request("s3", method, path, [], body)
    }

    /// A read of `length` bytes of an object of S3 from `first` on.
    ///
    /// # Errors
    /// The path is none.
    pub fn range(&self, path: &str, first: usize, length: usize) -> io::Result<Vec<u8>> {
        let range = format!("bytes={first}-{}", first + length - 1);
        self.request("s3", Method::GET, path, [(http::header::RANGE, &*range)], b"")
    }

    /// A request in the query protocol; the body is a form.
    ///
    /// # Errors
    /// The service's name cannot stand in a header.
    pub fn form(&self, service: &str, body: &[u8]) -> io::Result<Vec<u8>> {
        self.post(service, [(CONTENT_TYPE, "application/x-www-form-urlencoded; charset=utf-8")], body)
    }

    fn post<'a>(
        &self,
        service: &str,
        headers: impl IntoIterator<Item = (HeaderName, &'a str)>,
        body: &[u8],
    ) -> io::Result<Vec<u8>> {
        self.request(service, Method::POST, "/", headers, body)
    }

    fn request<'a>(
        &self,
        service: &str,
        method: Method,
        path: &str,
        headers: impl IntoIterator<Item = (HeaderName, &'a str)>,
        body: &[u8],
    ) -> io::Result<Vec<u8>> {
        let mut signed = HeaderMap::new();
        for (name, value) in headers {
            signed.insert(name, HeaderValue::from_str(value).map_err(io::Error::other)?);
        }
        let signer = Signer {
            access_key: "test",
            secret: &self.secret,
            session_token: None,
            region: REGION,
            service,
            style: Style::of_service(service),
            algorithm: Algorithm::HmacSha256,
        };
        let at = now();
        let uri: Uri = path.parse().map_err(io::Error::other)?;
        signer.sign(&method, &uri, &mut signed, &self.host, SignBody::Bytes(body), at).map_err(io::Error::other)?;
        Ok(self.serialise(&format!("{method} {path}"), &signed, body))
    }

    fn serialise(&self, line: &str, headers: &HeaderMap, body: &[u8]) -> Vec<u8> {
        let mut wire = Vec::with_capacity(1024 + body.len());
        wire.extend_from_slice(format!("{line} HTTP/1.1\r\nHost: {}\r\n{UNSIGNED}", self.host).as_bytes());
        for (name, value) in headers {
            wire.extend_from_slice(name.as_str().as_bytes());
            wire.extend_from_slice(b": ");
            wire.extend_from_slice(value.as_bytes());
            wire.extend_from_slice(b"\r\n");
        }
        wire.extend_from_slice(format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes());
        wire.extend_from_slice(body);
        wire
    }
}

/// The real time: signatures must be fresh.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use sigv4::{BodyHash, HOST_CLOCK, Presented, Request, SigningKeys, TimeCheck};

    use super::*;

    #[test]
    fn lengths_and_host_are_those_of_the_request() {
        let wire = RequestSigner::new("127.0.0.1:4566").sqs("SendMessage", b"{\"a\":1}").unwrap();
        let text = String::from_utf8(wire).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert_eq!(body, "{\"a\":1}");
        for line in ["Host: 127.0.0.1:4566", "Content-Length: 7", "x-amz-target: AmazonSQS.SendMessage"] {
            assert!(head.lines().any(|l| l == line), "no {line} in {head}");
        }
    }

    #[test]
    fn the_verifier_accepts_them() {
        let wire = RequestSigner::new("localhost:1").form("sts", b"Action=GetCallerIdentity").unwrap();
        let text = String::from_utf8(wire).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let mut headers = HeaderMap::new();
        for line in head.lines().skip(1) {
            let (name, value) = line.split_once(": ").unwrap();
            headers.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), value.parse().unwrap());
        }
        let uri = Uri::from_static("/");
        let request = Request { method: &Method::POST, uri: &uri, headers: &headers, host: "localhost:1" };
        let Ok(Presented::V4(v4)) = sigv4::identify(&request) else { panic!("not signed with version 4") };
        let (keys, time) = (SigningKeys::new(), TimeCheck { now: now(), at_real: HOST_CLOCK });
        let check = |secret, body| {
            let secret = Secret::new(secret);
            sigv4::verify(&request, &v4, &secret, &keys, BodyHash::Bytes(body), &time, Style::General).is_ok()
        };
        assert!(check("test", body.as_bytes()));
        assert!(!check("test", b"Action=AssumeRole"));
        assert!(!check("other", body.as_bytes()));
    }
}
