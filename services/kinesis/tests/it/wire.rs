//! Where the wire matters: JSON 1.1, and its twin in CBOR that SDKs for Java speak.

use api_kinesis::ShardIteratorType;
use bytes::Bytes;
use http::Method;
use serde_json::{Value, json};
use testkit::{TestCloud, WireAnswer, WireRequest};

use crate::cloud::*;

async fn send(cloud: &TestCloud, operation: &str, content_type: &str, body: Bytes) -> WireAnswer {
    let headers =
        vec![("content-type", content_type.to_owned()), ("x-amz-target", format!("Kinesis_20131202.{operation}"))];
    cloud.send(WireRequest { method: Method::POST, target: "/".into(), headers, body, signed_for: "kinesis" }).await
}

async fn json_call(cloud: &TestCloud, operation: &str, body: &Value) -> WireAnswer {
    send(cloud, operation, "application/x-amz-json-1.1", body.to_string().into()).await
}

/// A map of texts and bytes in CBOR.
fn cbor(entries: &[(&str, &[u8], bool)]) -> Bytes {
    let head = |major: u8, length: usize| match u8::try_from(length).unwrap() {
        short @ 0..24 => vec![major << 5 | short],
        long => vec![major << 5 | 24, long],
    };
    let mut out = vec![0xa0 | u8::try_from(entries.len()).unwrap()];
    for (key, value, is_text) in entries {
        out.extend([head(3, key.len()), key.as_bytes().to_vec()].concat());
        out.extend([head(if *is_text { 3 } else { 2 }, value.len()), value.to_vec()].concat());
    }
    out.into()
}

async fn cbor_call(cloud: &TestCloud, operation: &str, entries: &[(&str, &[u8], bool)]) -> WireAnswer {
    send(cloud, operation, "application/x-amz-cbor-1.1", cbor(entries)).await
}

fn holds(answer: &WireAnswer, bytes: &[u8]) -> bool {
    answer.body.windows(bytes.len()).any(|window| window == bytes)
}

#[tokio::test]
async fn json_shows_what_it_was_given() {
    let cloud = cloud();
    create(&cloud, "s", 1).await;
    let put = json!({"StreamName": "s", "Data": "aGVsbG8=", "PartitionKey": "k"});
    let answer = json_call(&cloud, "PutRecord", &put).await;
    assert_eq!((answer.status.as_u16(), answer.json()["ShardId"].as_str()), (200, Some(FIRST)));
    let start = iterator(&cloud, from("s", FIRST, ShardIteratorType::TrimHorizon)).await;
    let got = json_call(&cloud, "GetRecords", &json!({"ShardIterator": start})).await.json();
    assert_eq!((&got["Records"][0]["Data"], &got["MillisBehindLatest"]), (&json!("aGVsbG8="), &json!(0)));
    let nowhere = json_call(&cloud, "DescribeStream", &json!({"StreamName": "t"})).await;
    let text = "Stream t under account 000000000000 not found.";
    let expected = json!({"__type": "ResourceNotFoundException", "message": text});
    assert_eq!((nowhere.status.as_u16(), nowhere.json()), (400, expected));
}

#[tokio::test]
async fn cbor_has_bytes_as_they_are_and_instants_in_milliseconds() {
    let cloud = cloud();
    create(&cloud, "s", 1).await;
    let entries: [(&str, &[u8], bool); 3] =
        [("StreamName", b"s", true), ("Data", b"\x00raw\xff", false), ("PartitionKey", b"k", true)];
    let put = cbor_call(&cloud, "PutRecord", &entries).await;
    assert_eq!((put.status.as_u16(), put.header("content-type")), (200, "application/x-amz-cbor-1.1"));
    let start = iterator(&cloud, from("s", FIRST, ShardIteratorType::TrimHorizon)).await;
    let mut body = vec![0xa1, 0x6d];
    body.extend(b"ShardIterator");
    body.push(0x79);
    body.extend(u16::try_from(start.len()).unwrap().to_be_bytes());
    body.extend(start.as_bytes());
    let got = send(&cloud, "GetRecords", "application/x-amz-cbor-1.1", body.into()).await;
    assert!(got.status == 200 && holds(&got, b"\x45\x00raw\xff"), "{:?}", got.body);
    let now = cloud.runtime().clock.now().millis().to_be_bytes();
    assert!(holds(&got, &[b"ApproximateArrivalTimestamp\xc1\x1b", &now[..]].concat()));
    let nowhere = cbor_call(&cloud, "DescribeStream", &[("StreamName", b"t", true)]).await;
    assert!(nowhere.status == 400 && holds(&nowhere, b"\x66__type\x78\x19ResourceNotFoundException"));
}
