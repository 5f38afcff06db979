//! API destinations and connections, against an HTTP server of the test's own.

use std::sync::Arc;
use std::sync::Mutex;

use api_events as api;
use serde_json::{Value, json};
use testkit::TestCloud;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::world::{cloud, put, rule, target, targets};

/// Requests as they came: head and body.
type Seen = Arc<Mutex<Vec<(String, String)>>>;

/// A server that answers `/token` with a token and everything else with an empty 200.
async fn server() -> (String, Seen) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let seen = Seen::default();
    let shared = seen.clone();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut bytes = Vec::new();
            let (head, body) = loop {
                let mut part = [0; 4096];
                let count = socket.read(&mut part).await.unwrap();
                bytes.extend_from_slice(&part[..count]);
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                let length = head
                    .lines()
                    .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned));
                if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                    break (head.to_owned(), body.to_owned());
                }
            };
            let answer =
                if head.contains(" /token") { r#"{"access_token": "secret-token", "expires_in": 600}"# } else { "" };
            let text =
                format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{answer}", answer.len());
            shared.lock().unwrap().push((head, body));
            socket.write_all(text.as_bytes()).await.unwrap();
        }
    });
    (address, seen)
}

async fn connection(
    cloud: &TestCloud,
    kind: api::ConnectionAuthorizationType,
    auth: api::CreateConnectionAuthRequestParameters,
) -> String {
    let input = api::CreateConnectionInput {
        name: "c".to_owned(),
        authorization_type: kind,
        auth_parameters: auth,
        ..api::CreateConnectionInput::default()
    };
    cloud.call::<api::CreateConnection>(input).await.unwrap().connection_arn.unwrap()
}

fn basic() -> api::CreateConnectionAuthRequestParameters {
    let http = api::ConnectionHttpParameters {
        header_parameters: Some(vec![api::ConnectionHeaderParameter {
            key: Some("X-Extra".to_owned()),
            value: Some("hidden".to_owned()),
            is_value_secret: Some(true),
        }]),
        body_parameters: Some(vec![api::ConnectionBodyParameter {
            key: Some("k".to_owned()),
            value: Some("v".to_owned()),
            is_value_secret: Some(false),
        }]),
        ..api::ConnectionHttpParameters::default()
    };
    api::CreateConnectionAuthRequestParameters {
        basic_auth_parameters: Some(api::CreateConnectionBasicAuthRequestParameters {
            username: "user".to_owned(),
            password: "pass".to_owned(),
        }),
        invocation_http_parameters: Some(http),
        ..api::CreateConnectionAuthRequestParameters::default()
    }
}

async fn destination(cloud: &TestCloud, connection_arn: &str, url: &str) -> String {
    let input = api::CreateApiDestinationInput {
        name: "d".to_owned(),
        connection_arn: connection_arn.to_owned(),
        invocation_endpoint: url.to_owned(),
        http_method: api::ApiDestinationHttpMethod::Post,
        ..api::CreateApiDestinationInput::default()
    };
    cloud.call::<api::CreateApiDestination>(input).await.unwrap().api_destination_arn.unwrap()
}

/// The requests that came, once there are as many. Sockets live in real time, so this waits for them in it.
async fn requests(seen: &Seen, count: usize) -> Vec<(String, String)> {
    for _ in 0..200_000 {
        if seen.lock().unwrap().len() >= count {
            break;
        }
        tokio::task::yield_now().await;
    }
    seen.lock().unwrap().clone()
}

#[tokio::test]
async fn an_event_is_a_request() {
    let cloud = cloud();
    let (address, seen) = server().await;
    let connection = connection(&cloud, api::ConnectionAuthorizationType::Basic, basic()).await;
    let arn = destination(&cloud, &connection, &format!("{address}/orders/*")).await;
    rule(&cloud, "default", "r", json!({"source": ["s"]})).await;
    let http = api::HttpParameters {
        path_parameter_values: Some(vec!["7".to_owned()]),
        query_string_parameters: Some([("q".to_owned(), "a b".to_owned())].into()),
        ..api::HttpParameters::default()
    };
    let target =
        api::Target { http_parameters: Some(http), input_path: Some("$.detail".to_owned()), ..target("t", &arn) };
    targets(&cloud, "default", "r", vec![target]).await;
    put(&cloud, "default", "s", json!({"n": 1})).await;
    let (head, body) = requests(&seen, 1).await.remove(0);
    assert!(head.starts_with("POST /orders/7?q=a%20b HTTP/1.1"), "{head}");
    let head = head.to_ascii_lowercase();
    for line in
        ["authorization: basic dxnlcjpwyxnz", "x-extra: hidden", "user-agent: amazon/eventbridge/apidestinations"]
    {
        assert!(head.contains(line), "{line}: {head}");
    }
    assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), json!({"n": 1, "k": "v"}));
}

#[tokio::test]
async fn client_credentials_are_really_fetched() {
    let cloud = cloud();
    let (address, seen) = server().await;
    let oauth = api::CreateConnectionOAuthRequestParameters {
        client_parameters: api::CreateConnectionOAuthClientRequestParameters {
            client_id: "id".to_owned(),
            client_secret: "hush".to_owned(),
        },
        authorization_endpoint: format!("{address}/token"),
        http_method: api::ConnectionOAuthHttpMethod::Post,
        o_auth_http_parameters: None,
    };
    let auth = api::CreateConnectionAuthRequestParameters { o_auth_parameters: Some(oauth), ..Default::default() };
    let connection = connection(&cloud, api::ConnectionAuthorizationType::OauthClientCredentials, auth).await;
    let (_, form) = requests(&seen, 1).await.remove(0);
    assert_eq!(form, "grant_type=client_credentials&client_id=id&client_secret=hush");
    let state = async || {
        let shown = cloud.call::<api::DescribeConnection>(api::DescribeConnectionInput { name: "c".to_owned() }).await;
        shown.unwrap().connection_state
    };
    for _ in 0..200_000 {
        if state().await == Some(api::ConnectionState::Authorized) {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(state().await, Some(api::ConnectionState::Authorized));
    let arn = destination(&cloud, &connection, &address).await;
    rule(&cloud, "default", "r", json!({"source": ["s"]})).await;
    targets(&cloud, "default", "r", vec![target("t", &arn)]).await;
    put(&cloud, "default", "s", json!({})).await;
    let (head, _) = requests(&seen, 2).await.remove(1);
    assert!(head.to_ascii_lowercase().contains("authorization: bearer secret-token"), "{head}");
}

#[tokio::test]
async fn secrets_are_not_shown() {
    let cloud = cloud();
    connection(&cloud, api::ConnectionAuthorizationType::Basic, basic()).await;
    let named = || "c".to_owned();
    let shown = cloud.call::<api::DescribeConnection>(api::DescribeConnectionInput { name: named() }).await.unwrap();
    let parameters = shown.auth_parameters.unwrap();
    assert_eq!(parameters.basic_auth_parameters.unwrap().username.as_deref(), Some("user"));
    let http = parameters.invocation_http_parameters.unwrap();
    assert_eq!(http.header_parameters.unwrap()[0].value, None);
    assert_eq!(http.body_parameters.unwrap()[0].value.as_deref(), Some("v"));
    let secret = shown.secret_arn.unwrap();
    assert!(
        secret
            .starts_with(&format!("arn:aws:secretsmanager:us-east-1:{}:secret:events!connection/c/", cloud.account()))
    );
    let key = api::UpdateConnectionAuthRequestParameters {
        api_key_auth_parameters: Some(api::UpdateConnectionApiKeyAuthRequestParameters {
            api_key_name: Some("X-Key".to_owned()),
            api_key_value: Some("k".to_owned()),
        }),
        ..api::UpdateConnectionAuthRequestParameters::default()
    };
    let update = api::UpdateConnectionInput {
        name: named(),
        authorization_type: Some(api::ConnectionAuthorizationType::ApiKey),
        auth_parameters: Some(key),
        ..api::UpdateConnectionInput::default()
    };
    cloud.call::<api::UpdateConnection>(update).await.unwrap();
    let shown = cloud.call::<api::DescribeConnection>(api::DescribeConnectionInput { name: named() }).await.unwrap();
    let parameters = shown.auth_parameters.unwrap();
    assert!(parameters.basic_auth_parameters.is_none());
    assert_eq!(parameters.api_key_auth_parameters.unwrap().api_key_name.as_deref(), Some("X-Key"));
    cloud.call::<api::DeauthorizeConnection>(api::DeauthorizeConnectionInput { name: named() }).await.unwrap();
    let listed = cloud.call::<api::ListConnections>(api::ListConnectionsInput::default()).await.unwrap();
    assert_eq!(listed.connections.unwrap()[0].connection_state, Some(api::ConnectionState::Deauthorized));
    cloud.call::<api::DeleteConnection>(api::DeleteConnectionInput { name: named() }).await.unwrap();
    let told = cloud.error::<api::DescribeConnection>(api::DescribeConnectionInput { name: named() }).await;
    assert_eq!(told.1, "Failed to describe the connection(s). Connection 'c' does not exist.");
}

#[tokio::test]
async fn destinations_are_kept() {
    let cloud = cloud();
    let connection = connection(&cloud, api::ConnectionAuthorizationType::Basic, basic()).await;
    let arn = destination(&cloud, &connection, "https://example.com/api").await;
    let named = || "d".to_owned();
    let update = api::UpdateApiDestinationInput {
        name: named(),
        http_method: Some(api::ApiDestinationHttpMethod::Put),
        ..api::UpdateApiDestinationInput::default()
    };
    cloud.call::<api::UpdateApiDestination>(update).await.unwrap();
    let describe = || api::DescribeApiDestinationInput { name: named() };
    let shown = cloud.call::<api::DescribeApiDestination>(describe()).await.unwrap();
    assert_eq!(shown.http_method, Some(api::ApiDestinationHttpMethod::Put));
    assert_eq!((shown.api_destination_arn, shown.invocation_rate_limit_per_second), (Some(arn), Some(300)));
    let listed = cloud.call::<api::ListApiDestinations>(api::ListApiDestinationsInput::default()).await.unwrap();
    assert_eq!(listed.api_destinations.unwrap().len(), 1);
    cloud.call::<api::DeleteApiDestination>(api::DeleteApiDestinationInput { name: named() }).await.unwrap();
    let told = cloud.error::<api::DescribeApiDestination>(describe()).await;
    assert_eq!(told.1, "Failed to describe the api-destination(s). An api-destination 'd' does not exist.");
}
