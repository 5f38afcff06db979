//! The Extensions API, version 2020-01-01: extensions register, wait for events, and say when they cannot go on.
//!
//! Source: Lambda developer guide, "Using the Lambda Extensions API to create extensions".

use http::{HeaderValue, Method, Request, StatusCode};
use hyper::body::Incoming;
use serde_json::{Value, json};

use super::api::{Apis, Reply, collect, json_reply, refuse};
use super::stage::Extension;

/// Most extensions of a function. Source: the same.
const MOST: usize = 10;

const SMALL: usize = 64 * 1024;

const IDENTIFIER: &str = "lambda-extension-identifier";

pub(super) async fn answer(apis: &Apis, path: &[&str], request: Request<Incoming>) -> Reply {
    let id = request.headers().get(IDENTIFIER).and_then(|value| value.to_str().ok()).map(str::to_owned);
    match (request.method(), path) {
        (&Method::POST, ["register"]) => register(apis, request).await,
        (&Method::GET, ["event", "next"]) => next(apis, id).await,
        (&Method::POST, ["init" | "exit", "error"]) => failed(apis, id),
        _ => refuse(StatusCode::NOT_FOUND, "NotFound", "404 page not found"),
    }
}

async fn register(apis: &Apis, request: Request<Incoming>) -> Reply {
    let name = request.headers().get("lambda-extension-name").and_then(|value| value.to_str().ok()).unwrap_or_default();
    if name.is_empty() {
        return refuse(StatusCode::FORBIDDEN, "Extension.InvalidExtensionName", "Empty extension name");
    }
    let name = name.to_owned();
    let body = collect(request.into_body(), SMALL).await.unwrap_or_default();
    let Ok(body) = serde_json::from_slice::<Value>(&body) else {
        return refuse(StatusCode::BAD_REQUEST, "InvalidRequestFormat", "Could not parse the request body");
    };
    let wants = |kind: &str| body["events"].as_array().is_some_and(|events| events.iter().any(|event| event == kind));
    let extension = Extension { name, invoke: wants("INVOKE"), shutdown: wants("SHUTDOWN"), ..Extension::default() };
    let id = apis.random.uuid();
    let placed = apis.stage.with(|state| {
        let free = state.extensions.len() < MOST;
        if free {
            state.extensions.insert(id.clone(), extension);
        }
        free
    });
    if !placed {
        return refuse(StatusCode::FORBIDDEN, "Extension.TooManyExtensions", "Extension limit (10) reached");
    }
    let function = &apis.spec.function;
    let body = json!({
        "functionName": function.name, "functionVersion": function.version, "handler": apis.spec.handler,
    });
    let mut reply = json_reply(StatusCode::OK, &body);
    if let Ok(id) = HeaderValue::from_str(&id) {
        reply.headers_mut().insert(IDENTIFIER, id);
    }
    reply
}

async fn next(apis: &Apis, id: Option<String>) -> Reply {
    let known = apis.stage.with(|state| {
        let extension = id.as_ref().and_then(|id| state.extensions.get_mut(id));
        extension.map(|extension| extension.waits = extension.events.is_empty()).is_some()
    });
    let Some(id) = id.filter(|_| known) else {
        return refuse(StatusCode::FORBIDDEN, "Extension.UnknownExtensionIdentifier", "Unknown extension");
    };
    let event = apis.stage.until(|state| {
        let extension = state.extensions.get_mut(&id)?;
        let event = extension.events.pop_front()?;
        extension.waits = false;
        Some(event)
    });
    json_reply(StatusCode::OK, &event.await)
}

/// It will ask for nothing any more.
fn failed(apis: &Apis, id: Option<String>) -> Reply {
    let known = apis.stage.with(|state| {
        let extension = id.as_ref().and_then(|id| state.extensions.get_mut(id))?;
        tracing::debug!(extension = extension.name, "an extension failed");
        (extension.failed, extension.waits) = (true, true);
        Some(())
    });
    match known {
        Some(()) => json_reply(StatusCode::ACCEPTED, &json!({"status": "OK"})),
        None => refuse(StatusCode::FORBIDDEN, "Extension.UnknownExtensionIdentifier", "Unknown extension"),
    }
}
