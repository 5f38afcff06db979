//! What a verification costs: nanoseconds for a POST of 300 bytes, with and without its key in the cache, and for the other forms.
//!
//! `cargo run --release -p sigv4 --example cost`

use std::hint::black_box;
use std::time::Instant;

use http::{HeaderMap, HeaderValue, Method, Uri};
use names::Timestamp;
use sigv4::sign::{SignBody, Signer};
use sigv4::{
    Algorithm, BodyHash, HOST_CLOCK, Presented, Request, Secret, SigningKeys, Style, TimeCheck, identify, verify,
};

const ROUNDS: u32 = 50_000;
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

fn main() {
    let body = [b'x'; 300];
    let post = signed(SECRET, Algorithm::HmacSha256, &body);
    let keys = SigningKeys::new();
    report("identify", ROUNDS, || drop(black_box(identify(&post.head()))));
    report("verify, key cached", ROUNDS, || post.verify(&keys, &body));
    let other = signed("another secret", Algorithm::HmacSha256, &body);
    report("verify two, their keys derived", ROUNDS, || {
        post.verify(&keys, &body);
        other.verify(&keys, &body);
    });
    let url = presigned();
    report("verify presigned URL, key cached", ROUNDS, || url.verify(&keys, b""));
    let post = signed(SECRET, Algorithm::EcdsaP256Sha256, &body);
    report("verify SigV4A, key cached", ROUNDS / 10, || post.verify(&keys, &body));
}

/// The best of ten batches: what the work costs when nothing else runs.
fn report(what: &str, rounds: u32, mut work: impl FnMut()) {
    let batch = rounds / 10;
    let best = (0..10).map(|_| {
        let start = Instant::now();
        (0..batch).for_each(|_| work());
        start.elapsed().as_nanos() / u128::from(batch)
    });
    println!("{what:34} {:>8} ns", best.min().unwrap_or_default());
}

/// A request and the secret that signed it.
struct Signed {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    secret: Secret,
}

impl Signed {
    fn head(&self) -> Request<'_> {
        Request { method: &self.method, uri: &self.uri, headers: &self.headers, host: "localhost:4566" }
    }

    fn verify(&self, keys: &SigningKeys, body: &[u8]) {
        let head = self.head();
        let Ok(Presented::V4(v4) | Presented::V4A(v4)) = identify(&head) else { panic!("not signed") };
        let time = TimeCheck { now: Timestamp::EPOCH, at_real: HOST_CLOCK };
        let verified = verify(&head, &v4, &self.secret, keys, BodyHash::Bytes(body), &time, Style::General);
        assert!(black_box(verified).is_ok(), "what was signed here verifies");
    }
}

fn signer(secret: &Secret, algorithm: Algorithm) -> Signer<'_> {
    Signer {
        access_key: "AKIAIOSFODNN7EXAMPLE",
        secret,
        session_token: None,
        region: "us-east-1",
        service: "sqs",
        style: Style::General,
        algorithm,
    }
}

fn signed(secret: &str, algorithm: Algorithm, body: &[u8]) -> Signed {
    let secret = Secret::new(secret);
    let (method, uri, mut headers) = (Method::POST, Uri::from_static("/"), HeaderMap::new());
    headers.insert("content-type", HeaderValue::from_static("application/x-amz-json-1.0"));
    headers.insert("x-amz-target", HeaderValue::from_static("AmazonSQS.SendMessage"));
    headers.insert("content-length", body.len().into());
    headers.insert("user-agent", HeaderValue::from_static("Boto3/1.43.11 md/Botocore#1.43.11 ua/2.1 os/linux"));
    headers.insert("amz-sdk-request", HeaderValue::from_static("attempt=1"));
    let body = SignBody::Bytes(body);
    let answer = signer(&secret, algorithm).sign(&method, &uri, &mut headers, "localhost:4566", body, Timestamp::EPOCH);
    answer.expect("plain names can stand in a header");
    Signed { method, uri, headers, secret }
}

fn presigned() -> Signed {
    let secret = Secret::new(SECRET);
    let (method, uri, headers) = (Method::GET, Uri::from_static("/bucket/key?versionId=1"), HeaderMap::new());
    let signer = signer(&secret, Algorithm::HmacSha256);
    let target = signer.presign(&method, &uri, &headers, "localhost:4566", Some(60), Timestamp::EPOCH);
    let uri = Uri::try_from(target).expect("a presigned URL is a URL");
    Signed { method, uri, headers, secret }
}
