//! Raw wire requests: bytes down the real road, signed as a client signs them.

use bytes::Bytes;
use gateway::Peer;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::Value;
use sigv4::sign::{SignBody, Signer};
use sigv4::{Algorithm, Secret, Style};

use crate::TestCloud;

/// A request as a client would write it.
pub struct WireRequest {
    /// Method; POST unless set.
    pub method: Method,
    /// Path and query.
    pub target: String,
    /// Headers besides host and signature.
    pub headers: Vec<(&'static str, String)>,
    /// Body.
    pub body: Bytes,
    /// Signing name; nothing is signed when empty.
    pub signed_for: &'static str,
}

/// The answer.
#[derive(Debug)]
pub struct WireAnswer {
    /// HTTP status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Bytes,
}

impl WireRequest {
    /// A JSON 1.0 call, as SDKs make it: `target` is `AmazonSQS.SendMessage`.
    pub fn json(signed_for: &'static str, target: &str, body: &Value) -> Self {
        Self {
            method: Method::POST,
            target: "/".to_owned(),
            headers: vec![
                ("content-type", "application/x-amz-json-1.0".to_owned()),
                ("x-amz-target", target.to_owned()),
            ],
            body: Bytes::from(body.to_string()),
            signed_for,
        }
    }

    /// A query call: `form` is `Action=…&Version=…`.
    pub fn query(signed_for: &'static str, form: &str) -> Self {
        let form_type = "application/x-www-form-urlencoded; charset=utf-8".to_owned();
        Self {
            method: Method::POST,
            target: "/".to_owned(),
            headers: vec![("content-type", form_type)],
            body: Bytes::copy_from_slice(form.as_bytes()),
            signed_for,
        }
    }
}

impl TestCloud {
    /// Sends a raw request down the road.
    ///
    /// # Panics
    /// When the request is not one that HTTP can carry.
    pub async fn send(&self, wire: WireRequest) -> WireAnswer {
        let mut request = Request::builder().method(wire.method).uri(&wire.target).header("host", "localhost:4566");
        for (name, value) in &wire.headers {
            request = request.header(*name, value);
        }
        let (mut head, body) = request.body(wire.body).expect("a request").into_parts();
        if !wire.signed_for.is_empty() {
            self.sign(&mut head, &body, wire.signed_for);
        }
        let peer = Peer { address: ([127, 0, 0, 1], 1).into(), secure: false };
        let (head, body) = self.gateway().handle(head, body, peer).await.into_parts();
        let body = body.collect().await.expect("a body in memory").to_bytes();
        WireAnswer { status: head.status, headers: head.headers, body }
    }
}

impl TestCloud {
    /// The headers with which a client signs a request now.
    ///
    /// # Panics
    /// When the request is not one that HTTP can carry.
    pub fn signed(&self, wire: &WireRequest) -> Vec<(&'static str, String)> {
        let mut request = Request::builder().method(&wire.method).uri(&wire.target).header("host", "localhost:4566");
        for (name, value) in &wire.headers {
            request = request.header(*name, value);
        }
        let (mut head, ()) = request.body(()).expect("a request").into_parts();
        self.sign(&mut head, &wire.body, wire.signed_for);
        let text = |name: &'static str| Some((name, head.headers.get(name)?.to_str().ok()?.to_owned()));
        ["authorization", "x-amz-date"].into_iter().filter_map(text).collect()
    }

    fn sign(&self, head: &mut http::request::Parts, body: &[u8], service: &str) {
        let account = self.account().to_string();
        let signer = Signer {
            access_key: &account,
            secret: &Secret::new("test"),
            session_token: None,
            region: self.region().as_str(),
            service,
            style: Style::of_service(service),
            algorithm: Algorithm::HmacSha256,
        };
        let at = self.runtime().clock.real_now();
        let body = SignBody::Bytes(body);
        let signed = signer.sign(&head.method, &head.uri, &mut head.headers, "localhost:4566", body, at);
        signed.map(drop).expect("names that can stand in a header");
    }
}

impl WireAnswer {
    /// The body as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header as text; empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}
