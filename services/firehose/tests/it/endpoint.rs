//! Records to endpoints: a small server of our own answers as it is told to.

use std::sync::Arc;
use std::time::Duration;

use api_firehose::*;
use base64::Engine as _;
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::cloud::*;

/// A request, as far as tests look: its first line, its headers in small letters, its body.
#[derive(Debug, Clone)]
struct Seen {
    line: String,
    headers: String,
    body: String,
}

type Answers = dyn Fn(usize, &Seen) -> (u16, Value) + Send + Sync;

async fn server(answers: Arc<Answers>) -> (String, Arc<Mutex<Vec<Seen>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let seen = Arc::new(Mutex::new(Vec::new()));
    let kept = seen.clone();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            serve(socket, &answers, &kept).await;
        }
    });
    (address, seen)
}

async fn serve(mut socket: TcpStream, answers: &Arc<Answers>, kept: &Mutex<Vec<Seen>>) {
    let (mut bytes, mut more) = (Vec::new(), [0; 4096]);
    let request = loop {
        let count = socket.read(&mut more).await.unwrap();
        bytes.extend_from_slice(&more[..count]);
        let text = String::from_utf8(bytes.clone()).unwrap();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let (line, headers) = head.split_once("\r\n").unwrap();
        let headers = headers.to_lowercase();
        let length = headers.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        if body.len() >= length.parse().unwrap() {
            break Seen { line: line.to_owned(), headers, body: body.to_owned() };
        }
    };
    let (status, answer) = answers(kept.lock().len(), &request);
    kept.lock().push(request);
    let body = answer.to_string();
    let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
    socket.write_all(answer.as_bytes()).await.unwrap();
}

fn bucket_config() -> S3DestinationConfiguration {
    S3DestinationConfiguration { role_arn: ROLE.into(), bucket_arn: "arn:aws:s3:::b".into(), ..Default::default() }
}

fn http(url: &str, retry: i32) -> CreateDeliveryStreamInput {
    CreateDeliveryStreamInput {
        delivery_stream_name: "s".into(),
        http_endpoint_destination_configuration: Some(HttpEndpointDestinationConfiguration {
            endpoint_configuration: HttpEndpointConfiguration {
                url: url.into(),
                name: Some("n".into()),
                access_key: Some("secret".into()),
            },
            buffering_hints: Some(HttpEndpointBufferingHints { interval_in_seconds: Some(0), ..Default::default() }),
            request_configuration: Some(HttpEndpointRequestConfiguration {
                common_attributes: Some(vec![HttpEndpointCommonAttribute {
                    attribute_name: "a".into(),
                    attribute_value: "1".into(),
                }]),
                ..Default::default()
            }),
            retry_options: Some(HttpEndpointRetryOptions { duration_in_seconds: Some(retry) }),
            s3_configuration: bucket_config(),
            ..Default::default()
        }),
        ..Default::default()
    }
}

fn same_id(_: usize, seen: &Seen) -> (u16, Value) {
    let body: Value = serde_json::from_str(&seen.body).unwrap();
    (200, json!({"requestId": body["requestId"], "timestamp": 1}))
}

#[tokio::test]
async fn an_http_endpoint_gets_what_aws_documents() {
    let (cloud, bucket) = cloud().await;
    let (url, seen) = server(Arc::new(same_id)).await;
    cloud.call::<CreateDeliveryStream>(http(&format!("{url}/path?x=1"), 300)).await.unwrap();
    let there = describe(&cloud).await.destinations.remove(0).http_endpoint_destination_description.unwrap();
    assert_eq!(there.endpoint_configuration.unwrap().name.as_deref(), Some("n"));
    put(&cloud, "hello").await;
    while seen.lock().is_empty() {
        tokio::task::yield_now().await;
    }
    let request = seen.lock()[0].clone();
    assert_eq!(request.line, "POST /path?x=1 HTTP/1.1");
    for header in [
        "x-amz-firehose-protocol-version: 1.0",
        "x-amz-firehose-access-key: secret",
        "x-amz-firehose-source-arn: arn:aws:firehose:us-east-1:000000000000:deliverystream/s",
        "x-amz-firehose-common-attributes: {\"commonattributes\":{\"a\":\"1\"}}",
    ] {
        assert!(request.headers.contains(header), "{header} in {}", request.headers);
    }
    let body: Value = serde_json::from_str(&request.body).unwrap();
    let data = base64::engine::general_purpose::STANDARD.decode(body["records"][0]["data"].as_str().unwrap()).unwrap();
    assert_eq!(data, b"hello");
    assert!(request.headers.contains(&format!("x-amz-firehose-request-id: {}", body["requestId"].as_str().unwrap())));
    assert!(bucket.objects().is_empty());
}

#[tokio::test]
async fn an_endpoint_that_refuses_is_tried_again_and_then_the_bucket_has_it() {
    let (cloud, bucket) = cloud().await;
    let (url, seen) = server(Arc::new(|_, _: &Seen| (500, json!({"errorMessage": "no"})))).await;
    cloud.call::<CreateDeliveryStream>(http(&url, 10)).await.unwrap();
    put(&cloud, "raw").await;
    while bucket.objects().is_empty() {
        cloud.advance(Duration::from_secs(1)).await;
        tokio::task::yield_now().await;
    }
    let objects = bucket.objects();
    let (key, content) = objects.first_key_value().unwrap();
    assert!(key.starts_with("b/http-endpoint-failed/"), "{key}");
    let told: Value = serde_json::from_slice(content).unwrap();
    assert_eq!((&told["rawData"], &told["errorMessage"]), (&json!("cmF3"), &json!("the endpoint answered 500: no")));
    assert!(seen.lock().len() >= 3, "it was tried again");
}

#[tokio::test]
async fn splunk_is_asked_until_it_acknowledges() {
    let (cloud, bucket) = cloud().await;
    let answers = |count: usize, seen: &Seen| match seen.line.as_str() {
        "POST /services/collector/raw HTTP/1.1" => (200, json!({"text": "Success", "code": 0, "ackId": 7})),
        _ => (200, json!({"acks": {"7": count >= 3}})),
    };
    let (url, seen) = server(Arc::new(answers)).await;
    let config = SplunkDestinationConfiguration {
        hec_endpoint: url,
        hec_endpoint_type: HECEndpointType::Raw,
        hec_token: Some("token".into()),
        buffering_hints: Some(SplunkBufferingHints { interval_in_seconds: Some(0), ..Default::default() }),
        s3_configuration: bucket_config(),
        ..Default::default()
    };
    let input = CreateDeliveryStreamInput {
        delivery_stream_name: "s".into(),
        splunk_destination_configuration: Some(config),
        ..Default::default()
    };
    cloud.call::<CreateDeliveryStream>(input).await.unwrap();
    put(&cloud, "event").await;
    while seen.lock().len() < 4 {
        cloud.advance(Duration::from_secs(1)).await;
        tokio::task::yield_now().await;
    }
    let first = seen.lock()[0].clone();
    assert_eq!(first.body, "event\n");
    assert!(
        first.headers.contains("authorization: splunk token") && first.headers.contains("x-splunk-request-channel:")
    );
    assert!(bucket.objects().is_empty());
}
