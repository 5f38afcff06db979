//! Any head of a request as one that is signed: version 4 and 4A in header and query, version 2, S3's form upload. What we
//! sign ourselves is always good, and no longer when a byte of it changes.
#![no_main]

mod seeds;
mod wire;

use http::{HeaderMap, Uri};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use names::Timestamp;
use sigv4::sign::{SignBody, Signer};
use sigv4::{
    Algorithm, BodyHash, HOST_CLOCK, PostForm, Presented, Request, Secret, SignatureError, SigningKeys, Style,
    TimeCheck, V4, check_before_lookup, check_scope, identify, identify_post, verify, verify_post, verify_v2,
};
use wire::Wire;

/// 2015-08-30T12:36:00Z, the instant of AWS's own examples.
const NOW: Timestamp = Timestamp::from_secs(1_440_938_160);
const STYLES: [Style; 2] = [Style::General, Style::S3];

const SEEDS: [&[u8]; 8] = [
    b"GET /?Param2=value2&Param1=a%20b+c\nhost: example.amazonaws.com\nx-amz-date: 20150830T123600Z\nauthorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31\n\n",
    b"PUT /b/a//../k\nhost: s3.localhost:4566\ndate: Sun, 30 Aug 2015 12:36:00 +0000\nx-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER\nx-amz-decoded-content-length: 5\nx-amz-trailer: x-amz-checksum-crc32\nauthorization: AWS4-HMAC-SHA256 Credential=a/20150830/r/s3/aws4_request,SignedHeaders=date;host;x-amz-content-sha256;x-amz-decoded-content-length;x-amz-trailer,Signature=00\n\n5\r\nhello\r\n0\r\n\r\n",
    b"GET /k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a%2F20150830%2Fr%2Fs3%2Faws4_request&X-Amz-Date=20150830T123600Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Signature=aa&X-Amz-Security-Token=t\nhost: b.s3.localhost\n\n",
    b"GET /k?X-Amz-Algorithm=AWS4-ECDSA-P256-SHA256&X-Amz-Credential=a%2F20150830%2Fs3%2Faws4_request&X-Amz-Date=20150830T123600Z&X-Amz-Expires=9&X-Amz-SignedHeaders=host&X-Amz-Region-Set=us-*,*-1&X-Amz-Signature=3045\nhost: h\n\n",
    b"GET /b/k?acl&response-expires=x%20y\nhost: h\ndate: Sun, 30 Aug 2015 12:36:00 GMT\ncontent-md5: x\nx-amz-meta-a: 1\nx-amz-meta-a: 2\nauthorization: AWS AKID:c2lnbmF0dXJl\n\n",
    b"GET /b/k?AWSAccessKeyId=AKID&Expires=1440938161&Signature=c2ln%2Bbg%3D&x-amz-security-token=a+b\nhost: h\n\n",
    b"POST /b\nhost: h\n\npolicy=eyJ9\nx-amz-algorithm=AWS4-HMAC-SHA256\nx-amz-credential=a/20150830/r/s3/aws4_request\nx-amz-date=20150830T123600Z\nx-amz-signature=00",
    b"POST /b\nhost: h\n\npolicy=eyJ9\nawsaccesskeyid=AKID\nsignature=c2ln",
];

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    seeds::mutate(&SEEDS, data, size, max_size, seed)
});

fuzz_target!(|text: &[u8]| {
    let Some(wire) = Wire::read(text) else { return };
    let (secret, keys) = (Secret::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"), SigningKeys::new());
    let request = Request { method: &wire.method, uri: &wire.uri, headers: &wire.headers, host: wire.host() };
    presented(&request, wire.body, &secret, &keys);
    form(wire.body, &secret, &keys);
    // Signing with a key pair is a hundred times the work.
    let algorithm = if text.len().is_multiple_of(64) { Algorithm::EcdsaP256Sha256 } else { Algorithm::HmacSha256 };
    for style in STYLES {
        signed(&wire, &signer(&secret, style, algorithm), &keys);
        presigned(&wire, &signer(&secret, style, algorithm), &keys);
    }
});

fn clock() -> TimeCheck<'static> {
    TimeCheck { now: NOW, at_real: HOST_CLOCK }
}

/// All that is done with what the client sent.
fn presented(request: &Request<'_>, body: &[u8], secret: &Secret, keys: &SigningKeys) {
    match identify(request) {
        Err(error) => told(&error),
        Ok(Presented::V4(v4) | Presented::V4A(v4)) => version_4(request, &v4, body, secret, keys),
        Ok(Presented::V2(v2)) => {
            for bucket in [None, Some("bucket")] {
                verify_v2(request, &v2, secret, bucket, &clock()).map_err(|error| told(&error)).ok();
            }
        }
        Ok(Presented::Anonymous | Presented::Other { .. }) => {}
    }
}

fn version_4(request: &Request<'_>, v4: &V4<'_>, body: &[u8], secret: &Secret, keys: &SigningKeys) {
    (v4.covers_region("eu-west-1"), v4.signs("host"));
    check_scope(v4, Some("s3"), Some("us-east-1")).map_err(|error| told(&error)).ok();
    // Checked at its own instant, so that what comes after the check of time is reached.
    let time = TimeCheck { now: v4.signed_at, at_real: HOST_CLOCK };
    for style in STYLES {
        check_before_lookup(request, v4, &clock(), style).map_err(|error| told(&error)).ok();
        for hash in [BodyHash::Bytes(body), BodyHash::FromHeader, BodyHash::Unsigned, BodyHash::Digest([0; 32])] {
            match verify(request, v4, secret, keys, hash, &time, style) {
                Err(error) => told(&error),
                Ok(verified) => {
                    verified.hasher();
                    verified.into_decoder();
                }
            }
        }
    }
}

/// The refusal in AWS's words.
fn told(error: &SignatureError) {
    for style in STYLES {
        assert!((400..500).contains(&error.status(style)), "{error:?}");
        assert!(!error.code(style).is_empty() && !error.message(style).is_empty(), "{error:?}");
    }
    (error.members(), error.explanation());
}

/// The body as the fields of a form, one a line.
fn form(body: &[u8], secret: &Secret, keys: &SigningKeys) {
    let Ok(text) = std::str::from_utf8(body) else { return };
    let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    match identify_post(field) {
        Err(error) => told(&error),
        Ok(PostForm::Anonymous) => {}
        Ok(PostForm::Signed(policy)) => {
            (policy.access_key(), policy.credential(), policy.signed_at());
            verify_post(&policy, secret, keys).map_err(|error| told(&error)).ok();
        }
    }
}

fn signer(secret: &Secret, style: Style, algorithm: Algorithm) -> Signer<'_> {
    let (service, region) = if style == Style::S3 { ("s3", "us-east-1") } else { ("sqs", "us-east-1") };
    Signer { access_key: "AKID", secret, session_token: None, region, service, style, algorithm }
}

/// The signature that a request presents.
fn v4_of<'a>(request: &Request<'a>) -> V4<'a> {
    match identify(request) {
        Ok(Presented::V4(v4) | Presented::V4A(v4)) => v4,
        other => panic!("signed, yet taken for {other:?}"),
    }
}

/// Whether a query speaks of signatures itself, perhaps percent-encoded.
fn speaks_of_signatures(uri: &Uri) -> bool {
    let query = uri.query().unwrap_or_default();
    ["X-Amz", "x-amz", "%", "AWSAccessKeyId", "Signature"].iter().any(|word| query.contains(word))
}

/// A request signed in its header is good, and with another body it is not.
fn signed(wire: &Wire<'_>, signer: &Signer<'_>, keys: &SigningKeys) {
    if wire.uri.query().is_some_and(|query| query.contains("X-Amz-Algorithm")) {
        return;
    }
    let mut headers = wire.headers.clone();
    for name in ["x-amz-content-sha256", "x-amz-region-set"] {
        headers.remove(name);
    }
    let body = SignBody::Bytes(wire.body);
    let host = wire.host();
    if signer.sign(&wire.method, &wire.uri, &mut headers, host, body, NOW).is_err() {
        return;
    }
    let request = Request { method: &wire.method, uri: &wire.uri, headers: &headers, host };
    let v4 = v4_of(&request);
    let check = |body| verify(&request, &v4, signer.secret, keys, BodyHash::Bytes(body), &clock(), signer.style);
    check(wire.body).unwrap_or_else(|error| panic!("{:?}: {error:?}", signer.style));
    check(&[wire.body, b"x"].concat()).expect_err("another body");
}

/// A presigned URL is good, and one with more in it is not.
fn presigned(wire: &Wire<'_>, signer: &Signer<'_>, keys: &SigningKeys) {
    if speaks_of_signatures(&wire.uri) || wire.headers.contains_key("authorization") {
        return;
    }
    let mut headers: HeaderMap = wire.headers.clone();
    for name in ["x-amz-content-sha256", "x-amz-region-set", "x-amz-security-token"] {
        headers.remove(name);
    }
    let target = signer.presign(&wire.method, &wire.uri, &headers, wire.host(), Some(60), NOW);
    let body = if signer.style == Style::S3 { BodyHash::FromHeader } else { BodyHash::Bytes(b"") };
    let verified = |target: &str| {
        let uri = Uri::try_from(target).ok()?;
        let request = Request { method: &wire.method, uri: &uri, headers: &headers, host: wire.host() };
        Some(verify(&request, &v4_of(&request), signer.secret, keys, body, &clock(), signer.style).map(drop))
    };
    if let Some(result) = verified(&target) {
        result.unwrap_or_else(|error| panic!("{:?} {target}: {error:?}", signer.style));
    }
    if let Some(result) = verified(&format!("{target}&another=1")) {
        result.expect_err("another query");
    }
}
