//! Records to endpoints that speak HTTP: those that AWS documents (Datadog, New Relic, MongoDB and others have them), and
//! Splunk's. Tried again by the cloud's clock for as long as the delivery stream says.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderName, header};
use names::Timestamp;
use serde_json::{Value, json};

use super::Post;
use crate::engine::compress::gzip;
use crate::engine::plan::{Endpoint, Manner};
use crate::engine::process::{Failed, Item};
use crate::limits;
use crate::net::{self, Answer};

/// How often Splunk is asked whether it has written what it took.
const ACKNOWLEDGED: Duration = Duration::from_secs(1);

/// What an endpoint did not take.
pub(super) struct Sent(pub Vec<Failed>);

/// Sends records, until they are taken or the time for it is over. An error when the process stops before that is known:
/// the next one begins anew.
pub(super) async fn send(post: &Post, endpoint: &Endpoint, items: Vec<Item>) -> Result<Sent, String> {
    if items.is_empty() {
        return Ok(Sent(Vec::new()));
    }
    let (engine, id) = (&post.firehose.engine, post.cloud.runtime().random.uuid());
    let until = engine.now().plus(endpoint.retry);
    let (mut attempts, mut failures) = (0, 0);
    loop {
        attempts += 1;
        let error = match attempt(post, endpoint, &id, &items).await {
            Ok(()) => return Ok(Sent(Vec::new())),
            Err(error) => error,
        };
        if post.stream.is_gone() || post.cloud.runtime().shutdown.is_requested() {
            return Err(error);
        }
        let left = until.since(engine.now());
        if left.is_zero() {
            return Ok(Sent(items.into_iter().map(|item| refused(endpoint, item, &error, attempts)).collect()));
        }
        let wait = limits::FIRST_RETRY.saturating_mul(1 << failures).min(limits::LAST_RETRY).min(left);
        failures = (failures + 1).min(16);
        post.pause(wait).await;
    }
}

fn refused(endpoint: &Endpoint, item: Item, error: &str, attempts: u32) -> Failed {
    let code = match endpoint.manner {
        Manner::Http { .. } => "HttpEndpoint.DestinationException",
        Manner::Splunk { .. } => "Splunk.ConnectionClosed",
    };
    Failed { item, code, message: error.to_owned(), attempts, function: None }
}

async fn attempt(post: &Post, endpoint: &Endpoint, id: &str, items: &[Item]) -> Result<(), String> {
    match &endpoint.manner {
        Manner::Http { access_key, gzip, attributes } => {
            let now = post.firehose.engine.now();
            let request = http_request(post, endpoint, (id, now, items), access_key.as_deref(), *gzip, attributes);
            taken(&net::post(&request, limits::ENDPOINT_PATIENCE).await?, id)
        }
        Manner::Splunk { token, events, patience } => splunk(post, endpoint, items, (token, *events, *patience)).await,
    }
}

/// Source: developer guide, "HTTP endpoint delivery request and response specifications".
fn http_request(
    post: &Post,
    endpoint: &Endpoint,
    (id, now, items): (&str, Timestamp, &[Item]),
    access_key: Option<&str>,
    packed: bool,
    attributes: &[(String, String)],
) -> net::Post {
    let records: Vec<_> = items.iter().map(|item| json!({"data": STANDARD.encode(&item.data)})).collect();
    let body = json!({"requestId": id, "timestamp": now.millis(), "records": records}).to_string();
    let named = HeaderName::from_static;
    let mut headers = vec![
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (named("x-amz-firehose-protocol-version"), "1.0".to_owned()),
        (named("x-amz-firehose-request-id"), id.to_owned()),
        (named("x-amz-firehose-source-arn"), post.stream.home.arn().to_string()),
    ];
    headers.extend(access_key.map(|key| (named("x-amz-firehose-access-key"), key.to_owned())));
    if !attributes.is_empty() {
        let common: serde_json::Map<_, _> =
            attributes.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        headers.push((named("x-amz-firehose-common-attributes"), json!({"commonAttributes": common}).to_string()));
    }
    if packed {
        headers.push((header::CONTENT_ENCODING, "gzip".to_owned()));
    }
    let body = if packed { gzip(body.as_bytes()).into() } else { Bytes::from(body) };
    net::Post { url: endpoint.url.clone(), headers, body }
}

/// An endpoint took a request when it answers 200 with the request's id.
fn taken(answer: &Answer, id: &str) -> Result<(), String> {
    let said: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    if answer.status != 200 {
        let why = said["errorMessage"].as_str().map(|why| format!(": {why}")).unwrap_or_default();
        return Err(format!("the endpoint answered {}{why}", answer.status));
    }
    match said["requestId"].as_str() {
        Some(same) if same == id => Ok(()),
        _ => Err("the endpoint's answer does not have the id of the request".to_owned()),
    }
}

/// Source: Splunk's documentation of the HTTP event collector, "About HTTP Event Collector Indexer Acknowledgment".
async fn splunk(
    post: &Post,
    endpoint: &Endpoint,
    items: &[Item],
    (token, events, patience): (&str, bool, Duration),
) -> Result<(), String> {
    let channel = post.cloud.runtime().random.uuid();
    let headers = vec![
        (header::AUTHORIZATION, format!("Splunk {token}")),
        (HeaderName::from_static("x-splunk-request-channel"), channel.clone()),
        (header::CONTENT_TYPE, "application/json".to_owned()),
    ];
    let base = endpoint.url.trim_end_matches('/');
    let at = |path: &str, body: Bytes| net::Post { url: format!("{base}{path}"), headers: headers.clone(), body };
    let body: Vec<u8> =
        items.iter().flat_map(|item| item.data.iter().copied().chain((!events).then_some(b'\n'))).collect();
    let path = if events { "/services/collector/event" } else { "/services/collector/raw" };
    let answer = net::post(&at(path, body.into()), limits::ENDPOINT_PATIENCE).await?;
    let said: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    if answer.status != 200 {
        return Err(format!("Splunk answered {}: {}", answer.status, said["text"].as_str().unwrap_or_default()));
    }
    let ack = said["ackId"].as_u64().ok_or("Splunk does not acknowledge: enable it for the token")?;
    let until = post.firehose.engine.now().plus(patience);
    loop {
        let asked = json!({"acks": [ack]}).to_string();
        let answer = net::post(&at("/services/collector/ack", asked.into()), limits::ENDPOINT_PATIENCE).await?;
        let said: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        if said["acks"][ack.to_string()] == true {
            return Ok(());
        }
        if until <= post.firehose.engine.now() || post.stream.is_gone() || post.cloud.runtime().shutdown.is_requested()
        {
            return Err("Splunk did not acknowledge in time".to_owned());
        }
        post.pause(ACKNOWLEDGED).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_taken_with_its_id_alone() {
        let answer = |status, body: &'static str| Answer { status, body: body.into() };
        assert_eq!(taken(&answer(200, r#"{"requestId": "i", "timestamp": 1}"#), "i"), Ok(()));
        for (status, body) in [(200, r#"{"requestId": "j"}"#), (200, ""), (500, r#"{"requestId": "i"}"#), (204, "")] {
            assert!(taken(&answer(status, body), "i").is_err(), "{status} {body}");
        }
        let error = taken(&answer(413, r#"{"errorMessage": "too large"}"#), "i").unwrap_err();
        assert_eq!(error, "the endpoint answered 413: too large");
    }
}
