//! The Runtime API, version 2018-06-01, over HTTP on the loopback of a sandbox. Whoever speaks here is not trusted: every
//! body is bounded, every id is compared.
//!
//! Source: Lambda developer guide, "Using the Lambda runtime API for custom runtimes".

use std::convert::Infallible;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::{Bytes, BytesMut};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::EnvironmentSpec;
use super::extensions;
use super::stage::{Answer, Offer, Stage};

/// Most bytes of anything but an answer.
const SMALL: usize = 256 * 1024;

/// More than a runtime needs; whoever opens more waits.
const CONNECTIONS: usize = 64;

const ERROR_TYPE: &str = "lambda-runtime-function-error-type";
const ERROR_BODY: &str = "lambda-runtime-function-error-body";
const RESPONSE_MODE: &str = "lambda-runtime-function-response-mode";

pub(super) type Reply = Response<Full<Bytes>>;

/// What the APIs of one environment know.
pub(super) struct Apis {
    pub(super) stage: Arc<Stage>,
    pub(super) spec: Arc<EnvironmentSpec>,
    pub(super) random: runtime::Random,
}

/// Answers until it is dropped, and its connections with it.
pub(super) async fn serve(listener: TcpListener, apis: Arc<Apis>) {
    let mut connections = tokio::task::JoinSet::new();
    loop {
        while connections.len() >= CONNECTIONS {
            connections.join_next().await;
        }
        let Ok((stream, _)) = listener.accept().await else { return };
        // Small answers leave at once.
        let _ = stream.set_nodelay(true);
        let apis = Arc::clone(&apis);
        connections.spawn(async move {
            let service = service_fn(move |request| {
                let apis = Arc::clone(&apis);
                async move { Ok::<_, Infallible>(answer(&apis, request).await) }
            });
            // A client that breaks off is none of ours.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
        while connections.try_join_next().is_some() {}
    }
}

async fn answer(apis: &Apis, request: Request<Incoming>) -> Reply {
    let path = request.uri().path().to_owned();
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    match (request.method(), parts.as_slice()) {
        (&Method::GET, ["2018-06-01", "runtime", "invocation", "next"]) => next(apis).await,
        (&Method::POST, ["2018-06-01", "runtime", "invocation", id, "response"]) => response(apis, id, request).await,
        (&Method::POST, ["2018-06-01", "runtime", "invocation", id, "error"]) => error(apis, id, request).await,
        (&Method::POST, ["2018-06-01", "runtime", "init", "error"]) => init_error(apis, request).await,
        (_, ["2020-01-01", "extension", rest @ ..]) => extensions::answer(apis, rest, request).await,
        _ => refuse(StatusCode::NOT_FOUND, "NotFound", "404 page not found"),
    }
}

/// Waits for an invocation. What was taken before and not answered is over with it.
async fn next(apis: &Apis) -> Reply {
    apis.stage.with(|state| {
        state.ready = state.current.is_none();
        state.current = None;
        state.ready = true;
    });
    let offer = apis.stage.until(|state| {
        let offer = state.offer.take()?;
        state.ready = false;
        state.current = Some(offer.clone());
        Some(offer)
    });
    let offer: Offer = offer.await;
    let mut reply = Response::builder().header("content-type", "application/json");
    for (name, value) in &offer.headers {
        reply = reply.header(*name, value);
    }
    reply
        .body(Full::new(offer.payload))
        .unwrap_or_else(|_| refuse(StatusCode::BAD_REQUEST, "BadHeader", "a header is bad"))
}

/// The invocation that `id` names, once: who asks for it is the one that answers.
fn take(apis: &Apis, id: &str) -> Option<Offer> {
    apis.stage.with(|state| state.current.take_if(|offer| offer.id == id))
}

async fn response(apis: &Apis, id: &str, request: Request<Incoming>) -> Reply {
    let Some(offer) = take(apis, id) else { return unknown() };
    let header =
        |name| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let streams = header(RESPONSE_MODE).eq_ignore_ascii_case("streaming");
    let content = match header("content-type") {
        none if none.is_empty() => "application/json".to_owned(),
        content => content,
    };
    let body = request.into_body();
    let done = if streams { stream(&offer, content, body).await } else { whole(&offer, content, body).await };
    match done {
        Answer::TooLarge => {
            let _ = offer.answers.send(Answer::TooLarge).await;
            let text = format!("Exceeded maximum allowed payload size ({} bytes).", offer.limit);
            refuse(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", &text)
        }
        done => {
            // Whoever waited has given up on it: the runtime is told all is well, and asks for what comes next.
            let _ = offer.answers.send(done).await;
            accepted()
        }
    }
}

async fn whole(offer: &Offer, content: String, body: Incoming) -> Answer {
    match collect(body, offer.limit).await {
        Some(bytes) => {
            let _ = offer.answers.send(Answer::Begin(content, false)).await;
            let _ = offer.answers.send(Answer::Piece(bytes)).await;
            Answer::Done
        }
        None => Answer::TooLarge,
    }
}

/// Pieces as they come. A function that fails in the middle says so in trailers.
async fn stream(offer: &Offer, content: String, mut body: Incoming) -> Answer {
    let _ = offer.answers.send(Answer::Begin(content, true)).await;
    let mut left = offer.limit;
    let mut failed: Option<Bytes> = None;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else {
            return Answer::Failed(super::report::failure("Runtime.TruncatedResponse", "Response was truncated"));
        };
        match frame.into_data() {
            Ok(piece) if piece.len() > left => return Answer::TooLarge,
            Ok(piece) => {
                left -= piece.len();
                let _ = offer.answers.send(Answer::Piece(piece)).await;
            }
            Err(frame) => failed = frame.trailers_ref().and_then(failure),
        }
    }
    failed.map_or(Answer::Done, Answer::Failed)
}

fn failure(trailers: &http::HeaderMap) -> Option<Bytes> {
    let kind = trailers.get(ERROR_TYPE)?.to_str().ok()?;
    let body = trailers.get(ERROR_BODY).and_then(|value| STANDARD.decode(value.as_bytes()).ok());
    Some(body.map_or_else(|| super::report::failure(kind, ""), Bytes::from))
}

async fn error(apis: &Apis, id: &str, request: Request<Incoming>) -> Reply {
    let Some(offer) = take(apis, id) else { return unknown() };
    let body = told(request).await;
    let _ = offer.answers.send(Answer::Failed(body)).await;
    accepted()
}

async fn init_error(apis: &Apis, request: Request<Incoming>) -> Reply {
    let body = told(request).await;
    apis.stage.with(|state| state.init_error.get_or_insert(body).len());
    accepted()
}

/// The JSON of an error; made of the header where there is none.
async fn told(request: Request<Incoming>) -> Bytes {
    let kind =
        request.headers().get(ERROR_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("Runtime.Unknown").to_owned();
    let body = collect(request.into_body(), SMALL).await.unwrap_or_default();
    match serde_json::from_slice::<Value>(&body) {
        Ok(_) => body,
        Err(_) => super::report::failure(&kind, &String::from_utf8_lossy(&body)),
    }
}

/// All of a body, none when it is longer than `limit` or breaks off.
pub(super) async fn collect(mut body: Incoming, limit: usize) -> Option<Bytes> {
    let mut bytes = BytesMut::new();
    let mut fits = true;
    while let Some(frame) = body.frame().await {
        if let Ok(piece) = frame.ok()?.into_data() {
            // Read to its end all the same: a client that writes does not listen.
            fits &= bytes.len() + piece.len() <= limit;
            if fits {
                bytes.extend_from_slice(&piece);
            }
        }
    }
    fits.then(|| bytes.freeze())
}

fn accepted() -> Reply {
    json_reply(StatusCode::ACCEPTED, &json!({"status": "OK"}))
}

fn unknown() -> Reply {
    refuse(StatusCode::BAD_REQUEST, "InvalidRequestID", "Invalid request ID")
}

pub(super) fn refuse(status: StatusCode, kind: &str, message: &str) -> Reply {
    json_reply(status, &json!({"errorMessage": message, "errorType": kind}))
}

pub(super) fn json_reply(status: StatusCode, body: &Value) -> Reply {
    let mut reply = Response::new(Full::new(Bytes::from(body.to_string())));
    *reply.status_mut() = status;
    reply.headers_mut().insert("content-type", http::HeaderValue::from_static("application/json"));
    reply
}
