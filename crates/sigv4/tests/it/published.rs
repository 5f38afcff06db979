//! The worked examples of AWS's documentation: "Authenticating Requests" of the S3 API reference and "Signing AWS API requests" of the IAM guide.

use bytes::Bytes;
use sigv4::{BodyHash, HOST_CLOCK, Payload, SignatureError, Style, TimeCheck};

use crate::raw::{Raw, at};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const WELCOME: &str = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072";

fn s3(line: &str, headers: &str, signed: &str, signature: &str, body: &str) -> Raw {
    let credential = "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request";
    let text = format!(
        "{line} HTTP/1.1\nHost: examplebucket.s3.amazonaws.com\n{headers}x-amz-date: 20130524T000000Z\n\
         Authorization: AWS4-HMAC-SHA256 Credential={credential},SignedHeaders={signed},Signature={signature}\n\n{body}"
    );
    Raw::parse(&text).unwrap()
}

#[test]
fn s3_single_chunk_examples() {
    let plain = "host;x-amz-content-sha256;x-amz-date";
    let empty = format!("x-amz-content-sha256: {EMPTY}\n");
    let cases = [
        s3(
            "GET /test.txt",
            &format!("Range: bytes=0-9\n{empty}"),
            "host;range;x-amz-content-sha256;x-amz-date",
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
            "",
        ),
        s3(
            "PUT /test$file.text",
            &format!(
                "Date: Fri, 24 May 2013 00:00:00 GMT\nx-amz-storage-class: REDUCED_REDUNDANCY\nx-amz-content-sha256: {WELCOME}\n"
            ),
            "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
            "Welcome to Amazon S3.",
        ),
        s3("GET /?lifecycle", &empty, plain, "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543", ""),
        s3(
            "GET /?max-keys=2&prefix=J",
            &empty,
            plain,
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
            "",
        ),
    ];
    for raw in cases {
        let now = at("20130524T000000Z");
        assert!(raw.verify(SECRET, now, Style::S3).is_ok(), "{}", raw.uri);
        let refused = raw.verify("another secret", now, Style::S3).unwrap_err();
        assert!(matches!(refused, SignatureError::Mismatch(_)), "{refused}");
    }
}

#[test]
fn s3_presigned_example() {
    let raw = Raw::parse(
        "GET /test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
         &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
         &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404 HTTP/1.1\n\
         Host: examplebucket.s3.amazonaws.com\n\n",
    )
    .unwrap();
    let verified = raw.verify(SECRET, at("20130525T000000Z"), Style::S3).unwrap();
    assert_eq!(verified.payload, Payload::Unsigned);
    let late = raw.verify(SECRET, at("20130525T000001Z"), Style::S3).unwrap_err();
    assert!(matches!(late, SignatureError::PresignedExpired { .. }), "{late}");
}

#[test]
fn iam_example() {
    let raw = Raw::parse(
        "GET /?Action=ListUsers&Version=2010-05-08 HTTP/1.1\nHost: iam.amazonaws.com\n\
         Content-Type: application/x-www-form-urlencoded; charset=utf-8\nX-Amz-Date: 20150830T123600Z\n\
         Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, \
         SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7\n\n",
    )
    .unwrap();
    let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    assert!(raw.verify(secret, at("20150830T123600Z"), Style::General).is_ok());
    assert!(raw.verify(secret, at("20150830T125100Z"), Style::General).is_ok());
    assert!(raw.verify(secret, at("20150830T125101Z"), Style::General).is_err());
}

/// The upload of 65 KB in three chunks; each signature is given, so a chain with any other link fails.
fn chunked_upload(literal: &str, extra: &str, signed: &str, seed: &str, body: String) -> (Raw, Vec<u8>) {
    let credential = "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request";
    let text = format!(
        "PUT /examplebucket/chunkObject.txt HTTP/1.1\nHost: s3.amazonaws.com\nx-amz-date: 20130524T000000Z\n\
         x-amz-storage-class: REDUCED_REDUNDANCY\nx-amz-content-sha256: {literal}\nContent-Encoding: aws-chunked\n\
         x-amz-decoded-content-length: 66560\n{extra}\
         Authorization: AWS4-HMAC-SHA256 Credential={credential},SignedHeaders={signed},Signature={seed}\n\n"
    );
    (Raw::parse(&text).unwrap(), body.into_bytes())
}

fn decode(raw: &Raw, body: &[u8]) -> (usize, sigv4::Trailers) {
    let time = TimeCheck { now: at("20130524T000000Z"), at_real: HOST_CLOCK };
    let verified = raw.verify_with(SECRET, BodyHash::FromHeader, &time, Style::S3).unwrap();
    let mut decoder = verified.into_decoder().unwrap();
    let mut input = Bytes::copy_from_slice(body);
    let mut length = 0;
    while let Some(piece) = decoder.next(&mut input).unwrap() {
        assert!(piece.iter().all(|byte| *byte == b'a'));
        length += piece.len();
    }
    (length, decoder.finish().unwrap())
}

fn chunks(signatures: [&str; 3]) -> String {
    let [first, second, last] = signatures;
    let (long, short) = ("a".repeat(65536), "a".repeat(1024));
    format!(
        "10000;chunk-signature={first}\r\n{long}\r\n400;chunk-signature={second}\r\n{short}\r\n0;chunk-signature={last}\r\n"
    )
}

#[test]
fn s3_chunked_example() {
    let body = chunks([
        "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
        "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
        "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
    ]) + "\r\n";
    let (raw, body) = chunked_upload(
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        "Content-Length: 66824\n",
        "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class",
        "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
        body,
    );
    assert_eq!(decode(&raw, &body), (66560, vec![]));
}

#[test]
fn s3_chunked_example_with_trailer() {
    let body = chunks([
        "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
        "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
        "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
    ]) + "x-amz-checksum-crc32c:sOO8/Q==\n\r\n\
          x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\n\r\n\r\n";
    let (raw, body) = chunked_upload(
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
        "x-amz-trailer: x-amz-checksum-crc32c\n",
        "content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer",
        "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
        body,
    );
    assert_eq!(decode(&raw, &body), (66560, vec![("x-amz-checksum-crc32c".into(), "sOO8/Q==".into())]));
}
