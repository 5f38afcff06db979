//! One exchange: a request decoded, or an answer encoded.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::Stream;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use protocols::{Body, RequestParts, protocol};
use serde_json::{Value, json};
use smithy::{ByteStream, Bytes, Kind, ProtocolKind};

use crate::neutral::{from_json, to_json};
use crate::tables::Found;

/// Decodes the request of an order; answers with the input or why there is none.
pub(crate) fn decode(operation: &Found, order: &Value) -> Result<Value, String> {
    let mut shapes = operation.shapes();
    let uri: Uri = order["uri"].as_str().unwrap_or_default().parse().map_err(|e| format!("uri: {e}"))?;
    let method: Method = order["method"].as_str().unwrap_or_default().parse().map_err(|e| format!("method: {e}"))?;
    let body = bytes(&order["body"])?;
    let labels = labels(shapes.schema.http.uri, uri.path())?;
    let headers = headers(&order["headers"])?;
    let request = RequestParts { method: &method, uri: &uri, headers: &headers, labels: &labels, body: &body };
    match protocol(kind(order)?).decode(shapes.schema, &request, &mut *shapes.input) {
        Err(malformed) => Ok(json!({ "malformed": malformed.0 })),
        Ok(issues) => {
            let mut input = to_json(&*shapes.input);
            if let Some(stream) = shapes.input.take_stream() {
                let member = shapes.schema.input.members.iter().find(|m| m.target.kind == Kind::ByteStream);
                let name = member.map(|m| m.name).unwrap_or_default();
                input[name] = json!({ "$blob": STANDARD.encode(drain(stream)?) });
            }
            Ok(json!({ "input": input, "issues": issues.iter().map(|i| format!("{i:?}")).collect::<Vec<_>>() }))
        }
    }
}

/// Encodes the output of an order; answers with the whole HTTP message.
pub(crate) fn encode(operation: &Found, order: &Value) -> Result<Value, String> {
    let mut shapes = operation.shapes();
    let mut output = order["output"].clone();
    let stream = shapes.schema.output.members.iter().find(|m| m.target.kind == Kind::ByteStream);
    if let Some(content) = stream.and_then(|m| output.as_object_mut().and_then(|o| o.remove(m.name))) {
        shapes.output.set_stream(ByteStream::from(bytes(&content["$blob"])?));
    }
    from_json(&output, &mut *shapes.output).map_err(|malformed| malformed.0)?;
    let answer =
        protocol(kind(order)?).encode(shapes.schema, "11111111-2222-3333-4444-555555555555", &mut *shapes.output);
    let body = match answer.body {
        Body::Full(bytes) => bytes.to_vec(),
        Body::Stream(stream) => drain(stream)?,
    };
    let headers = answer.headers.iter().map(|(name, value)| json!([name.as_str(), latin(value)]));
    Ok(json!({
        "status": answer.status.as_u16(),
        "headers": headers.collect::<Vec<_>>(),
        "body": STANDARD.encode(body),
    }))
}

/// A header's value as clients see it: each byte a character.
fn latin(value: &HeaderValue) -> String {
    value.as_bytes().iter().map(|byte| char::from(*byte)).collect()
}

fn kind(order: &Value) -> Result<ProtocolKind, String> {
    Ok(match order["protocol"].as_str().unwrap_or_default() {
        "query" => ProtocolKind::Query,
        "ec2" => ProtocolKind::Ec2,
        "json-1.0" => ProtocolKind::Json10,
        "json-1.1" => ProtocolKind::Json11,
        "rest-json" => ProtocolKind::RestJson,
        "rest-xml" => ProtocolKind::RestXml,
        "smithy-rpc-v2-cbor" => ProtocolKind::RpcV2Cbor,
        other => return Err(format!("unknown protocol {other}")),
    })
}

fn bytes(json: &Value) -> Result<Bytes, String> {
    STANDARD.decode(json.as_str().unwrap_or_default()).map(Bytes::from).map_err(|e| e.to_string())
}

fn headers(json: &Value) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::new();
    for pair in json.as_array().into_iter().flatten() {
        let (name, value) = (pair[0].as_str().unwrap_or_default(), pair[1].as_str().unwrap_or_default());
        let name: HeaderName = name.parse().map_err(|e| format!("{name}: {e}"))?;
        headers.append(name, HeaderValue::from_bytes(value.as_bytes()).map_err(|e| format!("{value:?}: {e}"))?);
    }
    Ok(headers)
}

/// The labels of a path, as routing hands them over: decoded, a greedy one with its slashes.
fn labels(template: &'static str, path: &str) -> Result<Vec<(&'static str, String)>, String> {
    let template = template.split('?').next().unwrap_or_default();
    let mut parts: Vec<&str> = path.split('/').collect();
    let mut labels = Vec::new();
    for (index, wanted) in template.split('/').enumerate() {
        let Some(label) = wanted.strip_prefix('{').and_then(|w| w.strip_suffix('}')) else { continue };
        let value = match label.strip_suffix('+') {
            Some(_) => greedy(&mut parts, index, template.split('/').count() - index - 1),
            None => parts.get(index).ok_or_else(|| format!("{path} has no {label}"))?.to_string(),
        };
        labels.push((label.trim_end_matches('+'), unescaped(&value)?));
    }
    Ok(labels)
}

/// Takes all parts from `index` but the last `after`, and leaves one in their place.
fn greedy(parts: &mut Vec<&str>, index: usize, after: usize) -> String {
    let end = parts.len().saturating_sub(after).max(index);
    let taken: Vec<&str> = parts.splice(index.min(end)..end, [""]).collect();
    taken.join("/")
}

fn unescaped(text: &str) -> Result<String, String> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let digits = |rest: &mut std::str::Bytes<'_>| Some([rest.next()?, rest.next()?]);
        bytes.push(match byte {
            b'%' => digits(&mut rest)
                .and_then(|pair| u8::from_str_radix(std::str::from_utf8(&pair).ok()?, 16).ok())
                .ok_or_else(|| format!("{text} is badly escaped"))?,
            other => other,
        });
    }
    String::from_utf8(bytes).map_err(|e| e.to_string())
}

/// All bytes of a stream whose pieces are there already.
fn drain(stream: ByteStream) -> Result<Vec<u8>, String> {
    let mut pieces = pin!(stream.pieces);
    let mut context = Context::from_waker(Waker::noop());
    let mut bytes = Vec::new();
    loop {
        match pieces.as_mut().poll_next(&mut context) {
            Poll::Ready(Some(piece)) => bytes.extend_from_slice(&piece.map_err(|e| e.to_string())?),
            Poll::Ready(None) => return Ok(bytes),
            Poll::Pending => return Err("a stream made of ready pieces waits".into()),
        }
    }
}
