//! The addresses of issuers: the discovery document and the keys with which anyone checks identity tokens (OpenID Connect
//! Discovery 1.0, section 4). Every issuer of the cloud has the same keys.

use std::sync::Arc;

use http::{Method, Response, StatusCode};
use serde_json::{Value, json};
use service_kit::{BoxFuture, Cloud, Error, Web, WebRequest, WebResponse};
use smithy::{ByteStream, Bytes};

use crate::Sts;
use crate::token_keys::ALGORITHMS;

/// What stands between an issuer's id and the cloud's own host.
const BEHIND_ID: &str = ".tokens.sts.";

/// The issuers.
pub(crate) struct IssuerPages(pub(crate) Arc<Sts>);

impl Web for IssuerPages {
    fn serves(&self, host: &str) -> bool {
        host.split_once(BEHIND_ID).is_some_and(|(id, _)| is_id(id))
    }

    fn answer<'a>(&'a self, _: &'a Cloud, request: WebRequest) -> BoxFuture<'a, WebResponse> {
        Box::pin(async move {
            if !matches!(*request.request.method(), Method::GET | Method::HEAD) {
                return page(StatusCode::METHOD_NOT_ALLOWED, &json!({"error": "method not allowed"}));
            }
            match request.request.uri().path() {
                "/.well-known/openid-configuration" => page(StatusCode::OK, &discovery(&request)),
                "/.well-known/jwks.json" => match self.keys().await {
                    Ok(keys) => page(StatusCode::OK, &keys),
                    Err(error) => {
                        tracing::error!(%error, "keys of issuers cannot be shown");
                        page(StatusCode::INTERNAL_SERVER_ERROR, &json!({"error": "internal error"}))
                    }
                },
                _ => page(StatusCode::NOT_FOUND, &json!({"error": "not found"})),
            }
        })
    }
}

impl IssuerPages {
    async fn keys(&self) -> Result<Value, Error> {
        let mut keys = Vec::new();
        for algorithm in ALGORITHMS {
            keys.push(self.0.token_keys().get(algorithm).await?.public());
        }
        Ok(json!({"keys": keys}))
    }
}

/// A UUID.
fn is_id(id: &str) -> bool {
    id.len() == 36 && id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

fn discovery(request: &WebRequest) -> Value {
    let host = request.request.headers().get("host").and_then(|host| host.to_str().ok()).unwrap_or(&request.host);
    let issuer = format!("{}://{host}", if request.secure { "https" } else { "http" });
    json!({
        "issuer": issuer,
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ALGORITHMS.map(|algorithm| algorithm.name()),
        "claims_supported": ["aud", "exp", "iat", "iss", "jti", "sub"],
    })
}

fn page(status: StatusCode, document: &Value) -> WebResponse {
    let mut response = Response::new(ByteStream::from(Bytes::from(document.to_string())));
    *response.status_mut() = status;
    response.headers_mut().insert("content-type", http::HeaderValue::from_static("application/json"));
    response
}
