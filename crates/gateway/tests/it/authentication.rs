//! Who gets in, and what each protocol says to who does not.

use std::time::Duration;

use http::Method;
use serde_json::json;
use testkit::{TestCloud, WireAnswer, WireRequest};

fn cloud() -> TestCloud {
    TestCloud::new(|parts| vec![svc_sts::service(parts)])
}

const CALL: &str = "Action=GetCallerIdentity&Version=2011-06-15";

async fn as_key(cloud: &TestCloud, credential: &str, signature: &str, json: bool) -> WireAnswer {
    let date = cloud.runtime().clock.real_now().basic();
    let service = if json { "sqs" } else { "sts" };
    let scope = format!("{credential}/{}/us-east-1/{service}/aws4_request", &date[..8]);
    let headers = format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host;x-amz-date, Signature={signature}");
    let mut request = match json {
        true => WireRequest::json("", "AmazonSQS.ListQueues", &json!({})),
        false => WireRequest::query("", CALL),
    };
    request.headers.push(("authorization", headers));
    request.headers.push(("x-amz-date", date));
    cloud.send(request).await
}

#[tokio::test]
async fn keys_and_what_they_are_told() {
    let cloud = cloud();
    let zeros = "0".repeat(64);
    let cases = [
        ("anything", false, 200, "<Account>000000000000</Account>"),
        ("test", false, 403, "<Code>SignatureDoesNotMatch</Code>"),
        ("111122223333", false, 403, "<Code>SignatureDoesNotMatch</Code>"),
        ("AKIAIOSFODNN7EXAMPLE", false, 403, "<Code>InvalidClientTokenId</Code>"),
        ("test", true, 400, "InvalidSignatureException"),
        ("AKIAIOSFODNN7EXAMPLE", true, 400, "UnrecognizedClientException"),
        ("anything", true, 501, "NotImplemented"),
    ];
    for (key, json, status, text) in cases {
        let answer = as_key(&cloud, key, &zeros, json).await;
        assert_eq!(answer.status, status, "{key}: {}", answer.text());
        assert!(answer.text().contains(text), "{key}: {}", answer.text());
    }
}

#[tokio::test]
async fn a_scope_of_another_service_is_refused() {
    let request = WireRequest::json("sns", "AmazonSQS.ListQueues", &json!({}));
    let answer = cloud().send(request).await;
    assert!(answer.text().contains("Credential should be scoped to correct service: 'sqs'"), "{}", answer.text());
}

#[tokio::test]
async fn a_changed_body_is_refused() {
    let cloud = cloud();
    let mut request = WireRequest::query("sts", CALL);
    let signed = cloud.signed(&request);
    request.headers.extend(signed);
    request.signed_for = "";
    request.body = "Action=GetCallerIdentity&Version=2011-06-15&x=1".into();
    let answer = cloud.send(request).await;
    assert_eq!(answer.status, 403);
    assert!(answer.text().contains("<Code>SignatureDoesNotMatch</Code>"), "{}", answer.text());
}

#[tokio::test]
async fn a_signature_is_good_for_fifteen_minutes_of_the_clients_time() {
    let cloud = cloud();
    for (minutes, status) in [(14, 200), (16, 403)] {
        let mut request = WireRequest::query("sts", CALL);
        request.headers.extend(cloud.signed(&request));
        request.signed_for = "";
        cloud.runtime().clock.pass(Duration::from_secs(minutes * 60));
        assert_eq!(cloud.send(request).await.status, status, "after {minutes} minutes");
    }
}

/// The clock was moved: a signature made before the move is as old as the move, one made after it is fresh.
#[tokio::test]
async fn a_jump_ages_what_was_signed_before_it() {
    let cloud = cloud();
    let mut before = WireRequest::query("sts", CALL);
    before.headers.extend(cloud.signed(&before));
    before.signed_for = "";
    cloud.runtime().clock.pass(Duration::from_secs(1));
    cloud.advance(Duration::from_secs(2 * 3600)).await;
    let stale = cloud.send(before).await;
    assert_eq!(stale.status, 403, "{}", stale.text());
    assert!(stale.text().contains("Signature expired"), "{}", stale.text());
    assert_eq!(cloud.send(WireRequest::query("sts", CALL)).await.status, 200);
}

#[tokio::test]
async fn an_operation_nobody_handles_names_itself_in_each_protocol() {
    let cloud = cloud();
    let get = |target: &str| WireRequest {
        method: Method::GET,
        target: target.to_owned(),
        headers: Vec::new(),
        body: Default::default(),
        signed_for: "s3",
    };
    let mut cbor = WireRequest::json("monitoring", "", &json!({}));
    cbor.target = "/service/GraniteServiceVersion20100801/operation/ListMetrics".to_owned();
    cbor.headers = vec![("smithy-protocol", "rpc-v2-cbor".to_owned())];
    let lambda = WireRequest { signed_for: "lambda", ..get("/2015-03-31/functions/") };
    for (request, name) in [
        (WireRequest::query("sns", "Action=Publish&Version=2010-03-31"), "sns:Publish"),
        (WireRequest::query("ec2", "Action=RunInstances&Version=2016-11-15"), "ec2:RunInstances"),
        (WireRequest::json("dynamodb", "DynamoDB_20120810.PutItem", &json!({})), "dynamodb:PutItem"),
        (get("/bucket/key"), "s3:GetObject"),
        (lambda, "lambda:ListFunctions"),
        (cbor, "cloudwatch:ListMetrics"),
    ] {
        let answer = cloud.send(request).await;
        assert_eq!(answer.status, 501, "{name}: {}", answer.text());
        let told = format!("{} {}", answer.header("x-amzn-errortype"), answer.text());
        assert!(told.contains(name) && told.contains("NotImplemented"), "{name}: {told}");
    }
}
