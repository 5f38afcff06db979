//! Where the wire matters: error codes and texts, as recorded.

use serde_json::{Value, json};
use testkit::{TestCloud, WireRequest};

use crate::cloud::*;

async fn call(cloud: &TestCloud, operation: &str, body: Value) -> (u16, Value) {
    let answer = cloud.send(WireRequest::json("kms", &format!("TrentService.{operation}"), &body)).await;
    (answer.status.as_u16(), serde_json::from_str(&answer.text()).unwrap())
}

async fn refused(cloud: &TestCloud, operation: &str, body: Value) -> (String, String) {
    let (status, answer) = call(cloud, operation, body).await;
    assert_eq!(status, 400, "{answer}");
    (answer["__type"].as_str().unwrap().to_owned(), answer["message"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn a_key_over_the_wire() {
    let cloud = cloud();
    let (status, made) = call(&cloud, "CreateKey", json!({"Description": "d"})).await;
    assert_eq!(status, 200, "{made}");
    let key = &made["KeyMetadata"];
    assert_eq!((&key["KeyState"], &key["CustomerMasterKeySpec"]), (&json!("Enabled"), &json!("SYMMETRIC_DEFAULT")));
    let (_, sealed) = call(&cloud, "Encrypt", json!({"KeyId": key["KeyId"], "Plaintext": "c2VjcmV0"})).await;
    assert!(sealed["CiphertextBlob"].as_str().unwrap().starts_with("AQICAH"), "{sealed}");
    let (_, opened) = call(&cloud, "Decrypt", json!({"CiphertextBlob": sealed["CiphertextBlob"]})).await;
    assert_eq!(opened["Plaintext"], "c2VjcmV0");
}

#[tokio::test]
async fn recorded_refusals() {
    let cloud = cloud();
    let id = symmetric(&cloud).await;
    for (operation, body, code, text) in [
        ("GenerateRandom", json!({}), "ValidationException", "NumberOfBytes is required."),
        (
            "GenerateRandom",
            json!({"NumberOfBytes": 1025}),
            "ValidationException",
            "1 validation error detected: Value '1025' at 'numberOfBytes' failed to satisfy constraint: Member must have value less than or equal to 1024",
        ),
        ("DescribeKey", json!({"KeyId": "fake-key-id"}), "NotFoundException", "Invalid keyId 'fake-key-id'"),
        ("Decrypt", json!({"CiphertextBlob": "bm90aGluZw=="}), "InvalidCiphertextException", ""),
        (
            "TagResource",
            json!({"KeyId": id, "Tags": [{"TagKey": "a", "TagValue": "1"}, {"TagKey": "a", "TagValue": "1"}]}),
            "TagException",
            "Duplicate tag keys",
        ),
        (
            "ScheduleKeyDeletion",
            json!({"KeyId": id, "PendingWindowInDays": 6}),
            "ValidationException",
            "1 validation error detected: Value '6' at 'pendingWindowInDays' failed to satisfy constraint: Member must have value greater than or equal to 7",
        ),
        (
            "GenerateMac",
            json!({"KeyId": id, "Message": "eA==", "MacAlgorithm": "INVALID"}),
            "ValidationException",
            "1 validation error detected: Value 'INVALID' at 'macAlgorithm' failed to satisfy constraint: Member must satisfy enum value set: [HMAC_SHA_384, HMAC_SHA_256, HMAC_SHA_224, HMAC_SHA_512]",
        ),
        ("ListKeys", json!({"Marker": "none"}), "InvalidMarkerException", "Invalid marker."),
    ] {
        let refusal = refused(&cloud, operation, body).await;
        assert_eq!((refusal.0.as_str(), refusal.1.as_str()), (code, text), "{operation}");
    }
}
