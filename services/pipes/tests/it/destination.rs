//! API destinations as targets, against an HTTP server of the test's own.

use api_events::{
    ApiDestinationHttpMethod, ConnectionAuthorizationType, CreateApiDestination, CreateApiDestinationInput,
    CreateConnection, CreateConnectionApiKeyAuthRequestParameters, CreateConnectionAuthRequestParameters,
    CreateConnectionInput,
};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::world::*;

/// Answers one request, and tells what it was.
async fn request(listener: &TcpListener) -> String {
    let (mut socket, _) = listener.accept().await.unwrap();
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"}") {
        assert_ne!(socket.read_buf(&mut bytes).await.unwrap(), 0, "{}", String::from_utf8_lossy(&bytes));
    }
    socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await.unwrap();
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn requests_are_made_of_the_event() {
    let cloud = cloud().await;
    let from = queue(&cloud, "from").await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let key =
        CreateConnectionApiKeyAuthRequestParameters { api_key_name: "x-key".into(), api_key_value: "secret".into() };
    let input = CreateConnectionInput {
        name: "c".into(),
        authorization_type: ConnectionAuthorizationType::ApiKey,
        auth_parameters: CreateConnectionAuthRequestParameters {
            api_key_auth_parameters: Some(key),
            ..Default::default()
        },
        ..Default::default()
    };
    let connection_arn = cloud.call::<CreateConnection>(input).await.unwrap().connection_arn.unwrap();
    let input = CreateApiDestinationInput {
        name: "d".into(),
        connection_arn,
        invocation_endpoint: format!("http://{}/orders/*", listener.local_addr().unwrap()),
        http_method: ApiDestinationHttpMethod::Post,
        ..Default::default()
    };
    let target = cloud.call::<CreateApiDestination>(input).await.unwrap().api_destination_arn.unwrap();
    let http = json!({"PathParameterValues": ["$.body.id"], "HeaderParameters": {"x-from": "$.eventSource"},
        "QueryStringParameters": {"kind": "fixed"}});
    let parameters = json!({"InputTemplate": "{\"id\": <$.body.id>}", "HttpParameters": http});
    pipe(&cloud, "p", json!({"Source": from, "Target": target, "TargetParameters": parameters})).await;
    send(&cloud, "from", r#"{"id":"o-1"}"#).await;
    let asked = request(&listener).await;
    let (head, body) = asked.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /orders/o-1?kind=fixed HTTP/1.1"), "{head}");
    for header in ["x-key: secret", "x-from: aws:sqs"] {
        assert!(head.to_lowercase().contains(header), "{head}");
    }
    assert_eq!(body, r#"{"id": "o-1"}"#);
}
