//! Smithy's published protocol tests, in the JSON form in which botocore keeps them (`tests/unit/protocols` of its
//! repository). They belong to others, so they are read from the folder that `PROTOCOL_VECTORS` names. They are written
//! for clients: of a request it is checked that we read back what the client was given; of an answer that ours is the
//! same document, headers and status.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::{FutureExt as _, StreamExt as _};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use protocols::{Body, Encoded, ErrorReply, Protocol, RequestParts, protocol};
use serde_json::{Value, json};
use smithy::{ByteStream, Kind, Member, OperationSchema, Party, ProtocolKind, Timestamp};

use crate::dynamic::{Dynamic, Val};
use crate::leaked;
use crate::xml_text::canonical;

/// Cases that a server cannot or need not satisfy, each with the reason.
const EXCUSED: &[(&str, &str)] = &[
    ("AwsJson11IntEnums", "the vector wants a request header in an answer"),
    ("AwsQueryDateTimeWithNegativeOffset", OFFSET),
    ("AwsQueryDateTimeWithPositiveOffset", OFFSET),
    ("BodyWithXmlName", MODEL),
    ("ComplexError", "the vector does not give the message that it wants"),
    ("Ec2ComplexError", "the vector does not give the message that it wants"),
    ("Ec2EmptyQueryLists", LEFT_OUT),
    ("Ec2Lists", CAPITAL),
    ("Ec2ProtocolIdempotencyTokenAutoFillIsSet", CAPITAL),
    ("Ec2QueryDateTimeWithNegativeOffset", OFFSET),
    ("Ec2QueryDateTimeWithPositiveOffset", OFFSET),
    ("Ec2QueryEndpointTraitWithHostLabel", CAPITAL),
    ("Ec2TimestampsInput", CAPITAL),
    ("Ec2XmlLists", MODEL),
    ("Ec2XmlNamespaces", MODEL),
    ("HttpPayloadWithXmlName", MODEL),
    ("HttpPayloadWithXmlNamespace", MODEL),
    ("HttpPayloadWithXmlNamespaceAndPrefix", MODEL),
    ("HttpPrefixHeadersAreNotPresent", LEFT_OUT),
    ("InvalidGreetingError", "the vector wants a member that its model does not have"),
    ("NullAndEmptyHeaders", LEFT_OUT),
    ("QueryEmptyInputAndEmptyOutput", "AWS's answers have the envelope that the vector leaves out"),
    ("QueryEmptyQueryMaps", LEFT_OUT),
    ("QueryFlattenedListArgWithXmlName", MODEL),
    ("QueryIdempotencyTokenAutoFill", TOKEN),
    ("QueryNoInputAndNoOutput", "AWS's answers have the envelope that the vector leaves out"),
    ("QueryNoInputAndOutput", "AWS's answers have the envelope that the vector leaves out"),
    ("QueryProtocolIdempotencyTokenAutoFill", TOKEN),
    ("QueryXmlLists", MODEL),
    ("QueryXmlNamespaces", MODEL),
    ("RestJsonAllQueryStringTypes", FREE),
    ("RestJsonDateTimeWithNegativeOffset", OFFSET),
    ("RestJsonDateTimeWithPositiveOffset", OFFSET),
    ("RestJsonDeserializeIgnoreType", "a client ignores the type that the vector wants; it is not written"),
    (
        "RestJsonDeserializesDenseSetMapAndSkipsNull",
        "a client ignores the null that the vector wants; it is not written",
    ),
    (
        "RestJsonDoesntDeserializeNullStructureValues",
        "a client ignores the null that the vector wants; it is not written",
    ),
    ("RestJsonHttpPrefixHeadersAreNotPresent", LEFT_OUT),
    ("RestJsonHttpWithEmptyStructurePayload", "an empty document is an empty structure, not an absent one"),
    ("RestJsonHttpWithHeadersButNoPayload", "an empty document is an empty structure, not an absent one"),
    ("RestJsonNullAndEmptyHeaders", LEFT_OUT),
    ("RestJsonOmitsEmptyListQueryValues", LEFT_OUT),
    ("RestJsonQueryIdempotencyTokenAutoFill", TOKEN),
    ("RestJsonQueryPrecedence", FREE),
    ("RestJsonQueryStringEscaping", FREE),
    ("RestJsonSupportsInfinityFloatQueryValues", FREE),
    ("RestJsonSupportsNaNFloatQueryValues", FREE),
    ("RestJsonSupportsNegativeInfinityFloatQueryValues", FREE),
    ("RestJsonZeroAndFalseQueryValues", FREE),
    ("RestXmlDateTimeWithNegativeOffset", OFFSET),
    ("RestXmlDateTimeWithPositiveOffset", OFFSET),
    ("RestXmlHttpPayloadWithUnion", MODEL),
    ("RestXmlQueryPrecedence", FREE),
    ("SimpleScalarPropertiesComplexEscapes", "a line end is written as it is, as S3 does; parsers keep it"),
    ("SimpleScalarPropertiesWithXMLPreamble", "the vector has text beside elements for clients to ignore"),
    ("XmlAttributesOnPayload", MODEL),
    ("XmlLists", MODEL),
    ("XmlNamespaces", MODEL),
    ("parses_the_request_id_from_the_response", "the vector's request id is not ours"),
];
const OFFSET: &str = "the same instant, written in UTC";
const TOKEN: &str = "the client made up the token";
const LEFT_OUT: &str = "what a client leaves out cannot be told from what it does not have";
const FREE: &str = "a map of query parameters takes those only that no other member has";
const CAPITAL: &str = "the model leaves out the name; EC2's real model has all of them";
const MODEL: &str = "botocore's vocabulary cannot tell the name or namespace that Smithy's model gives; overlays do";

#[test]
fn published_vectors() {
    let Ok(folder) = std::env::var("PROTOCOL_VECTORS") else {
        println!("skipped: PROTOCOL_VECTORS names no folder with input/*.json and output/*.json");
        return;
    };
    let mut tally = Tally::default();
    for side in ["input", "output"] {
        let mut files: Vec<_> =
            std::fs::read_dir(Path::new(&folder).join(side)).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files.iter().for_each(|file| run_file(side, file, &mut tally));
    }
    tally.report();
}

#[derive(Default)]
struct Tally {
    passed: BTreeMap<String, usize>,
    excused: Vec<String>,
    failed: Vec<String>,
}

impl Tally {
    fn note(&mut self, group: &str, id: &str, outcome: Result<(), String>) {
        match (outcome, EXCUSED.iter().find(|(name, _)| *name == id)) {
            (Ok(()), _) => *self.passed.entry(group.to_owned()).or_default() += 1,
            (Err(_), Some((_, reason))) => self.excused.push(format!("{group} {id}: {reason}")),
            (Err(reason), None) => self.failed.push(format!("{group} {id}: {reason}")),
        }
    }

    fn report(self) {
        println!("passed: {} {:#?}", self.passed.values().sum::<usize>(), self.passed);
        println!("excused: {}\n{}", self.excused.len(), self.excused.join("\n"));
        assert!(self.failed.is_empty(), "{} failed:\n{}", self.failed.len(), self.failed.join("\n"));
    }
}

fn run_file(side: &str, file: &Path, tally: &mut Tally) {
    let suites: Vec<Value> = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let group = format!("{side} {}", file.file_stem().unwrap().to_string_lossy());
    for suite in &suites {
        for case in suite["cases"].as_array().unwrap() {
            let id = case["id"].as_str().unwrap();
            if id.starts_with("SDKApp") {
                // The gateway's to undo: the vector does not have the compressed body.
                tally.excused.push(format!("{group} {id}: compression is not the protocol's"));
                continue;
            }
            let outcome = if side == "input" { run_input(suite, case) } else { run_output(suite, case) };
            tally.note(&group, id, outcome);
        }
    }
}

fn kind_of(suite: &Value) -> ProtocolKind {
    match suite["metadata"]["protocol"].as_str().unwrap() {
        "ec2" => ProtocolKind::Ec2,
        "query" => ProtocolKind::Query,
        "rest-json" => ProtocolKind::RestJson,
        "rest-xml" => ProtocolKind::RestXml,
        "json" if suite["metadata"]["jsonVersion"] == "1.0" => ProtocolKind::Json10,
        "json" => ProtocolKind::Json11,
        "smithy-rpc-v2-cbor" => ProtocolKind::RpcV2Cbor,
        other => panic!("the protocol {other} is unknown"),
    }
}

fn model(suite: &Value, case: &Value) -> Result<codegen::Model, String> {
    let mut metadata = suite["metadata"].clone();
    metadata["endpointPrefix"] = json!("vectors");
    metadata["serviceId"] = json!("vectors");
    let mut operation = case["given"].clone();
    if metadata["protocol"] == "query" && operation["output"].is_object() {
        operation["output"]["resultWrapper"] = json!(format!("{}Result", operation["name"].as_str().unwrap()));
    }
    let name = operation["name"].as_str().unwrap().to_owned();
    let model = json!({"metadata": metadata, "shapes": suite["shapes"], "operations": {name: operation}});
    codegen::read("vectors", &model.to_string(), None)
}

fn operation(suite: &Value, case: &Value) -> Result<&'static OperationSchema, String> {
    let model = model(suite, case)?;
    Ok(leaked::operation(&model, case["given"]["name"].as_str().unwrap(), kind_of(suite)))
}

fn run_input(suite: &Value, case: &Value) -> Result<(), String> {
    let op = operation(suite, case)?;
    let kind = kind_of(suite);
    let sent = &case["serialized"];
    let uri: Uri = sent["uri"].as_str().unwrap_or("/").parse().map_err(|e| format!("{e}"))?;
    let method: Method = sent["method"].as_str().unwrap_or("POST").parse().unwrap();
    let headers = header_map(&sent["headers"]);
    let body = body_of(kind, &sent["body"]);
    let labels = labels(op.http.uri, uri.path());
    let parts = RequestParts { method: &method, uri: &uri, headers: &headers, labels: &labels, body: &body };
    let mut input = Dynamic::new(op.input);
    let missing = protocol(kind).decode(op, &parts, &mut input).map_err(|e| e.0)?;
    let mut want = structure(op.input, &case["params"]);
    same_stream(&mut input, &mut want)?;
    if input != want {
        return Err(format!("read {:?}, not {:?}", input.members, want.members));
    }
    if missing.is_empty() { Ok(()) } else { Err(format!("{missing:?}")) }
}

fn header_map(headers: &Value) -> HeaderMap {
    let entries = headers.as_object().into_iter().flatten();
    entries
        .map(|(k, v)| (k.parse::<HeaderName>().unwrap(), HeaderValue::from_str(v.as_str().unwrap()).unwrap()))
        .collect()
}

fn body_of(kind: ProtocolKind, body: &Value) -> Bytes {
    let text = body.as_str().unwrap_or_default();
    if kind == ProtocolKind::RpcV2Cbor { STANDARD.decode(text).unwrap().into() } else { text.to_owned().into() }
}

/// Matches a path with its template, as routing does.
fn labels(template: &'static str, path: &str) -> Vec<(&'static str, String)> {
    let template = template.split('?').next().unwrap();
    let (names, values): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    let spare = values.len().saturating_sub(names.len());
    let (mut at, mut found) = (0, Vec::new());
    for name in names {
        let width = if name.ends_with("+}") { spare + 1 } else { 1 };
        let value = values.get(at..at + width).unwrap_or_default().join("/");
        if let Some(label) = name.strip_prefix('{') {
            found.push((label.trim_end_matches(['+', '}']), percent_decoded(&value)));
        }
        at += width;
    }
    found
}

fn percent_decoded(text: &str) -> String {
    let mut parts = text.split('%');
    let mut out = parts.next().unwrap().as_bytes().to_vec();
    for part in parts {
        out.push(u8::from_str_radix(&part[..2], 16).unwrap());
        out.extend_from_slice(&part.as_bytes()[2..]);
    }
    String::from_utf8(out).unwrap()
}

/// The value that a vector's JSON stands for.
fn value(member: &'static Member, json: &Value) -> Val {
    let text = || json.as_str().unwrap_or_else(|| panic!("{}: {json} is not text", member.name)).to_owned();
    match member.target.kind {
        Kind::Boolean => Val::Boolean(json.as_bool().unwrap()),
        Kind::Integer => Val::Integer(json.as_i64().unwrap() as i32),
        Kind::Long => Val::Long(json.as_i64().unwrap()),
        Kind::Float => Val::Double(f64::from(double(json) as f32)),
        Kind::Double => Val::Double(double(json)),
        Kind::String | Kind::Enum if !json.is_string() => Val::Text(json.to_string()),
        Kind::String | Kind::Enum => Val::Text(text()),
        Kind::Blob | Kind::ByteStream => Val::Blob(text().into()),
        Kind::Timestamp => Val::Time(Timestamp::from_secs_f64(json.as_f64().unwrap()).unwrap()),
        Kind::Document => Val::Document(json.clone()),
        Kind::List => {
            let element = &member.target.members[0];
            Val::List(json.as_array().unwrap().iter().map(|v| value(element, v)).collect())
        }
        Kind::Map => {
            let of = &member.target.members[1];
            Val::Map(json.as_object().unwrap().iter().map(|(k, v)| (k.clone(), value(of, v))).collect())
        }
        Kind::Structure | Kind::Union => Val::Structure(structure(member.target, json)),
        Kind::EventStream => panic!("event streams have their own tests"),
    }
}

fn double(json: &Value) -> f64 {
    match json.as_str() {
        Some("NaN") => f64::NAN,
        Some("Infinity") => f64::INFINITY,
        Some("-Infinity") => f64::NEG_INFINITY,
        _ => json.as_f64().unwrap(),
    }
}

fn structure(schema: &'static smithy::Schema, json: &Value) -> Dynamic {
    let mut shape = Dynamic::new(schema);
    for (index, member) in schema.members.iter().enumerate() {
        match json.get(member.name).filter(|value| !value.is_null()) {
            Some(json) if member.target.kind == Kind::ByteStream => {
                shape.stream = Some(ByteStream::from(Bytes::from(json.as_str().unwrap().to_owned())));
            }
            Some(json) => shape.members[index] = Some(value(member, json)),
            None => {}
        }
    }
    shape
}

fn drained(stream: Option<ByteStream>) -> Bytes {
    let pieces = stream.map(|stream| stream.pieces.collect::<Vec<_>>().now_or_never().expect("it is ready"));
    pieces.into_iter().flatten().flat_map(|piece| piece.unwrap()).collect::<Vec<u8>>().into()
}

fn same_stream(got: &mut Dynamic, want: &mut Dynamic) -> Result<(), String> {
    let (got, want) = (drained(got.stream.take()), drained(want.stream.take()));
    if got == want { Ok(()) } else { Err(format!("the stream is {got:?}, not {want:?}")) }
}

fn run_output(suite: &Value, case: &Value) -> Result<(), String> {
    let op = operation(suite, case)?;
    let kind = kind_of(suite);
    let codec = protocol(kind);
    if case.get("error").is_some() {
        return run_error(suite, case, op, codec);
    }
    if op.output.members.iter().any(|m| m.target.kind == Kind::EventStream) {
        return Err("event streams have their own tests".into());
    }
    let mut output = structure(op.output, &case["result"]);
    let answer = codec.encode(op, "id", &mut output);
    let want = &case["response"];
    same_head(&answer, want)?;
    let got = match answer.body {
        Body::Full(bytes) => bytes,
        Body::Stream(stream) => drained(Some(stream)),
    };
    same_body(kind, op, &got, &body_of(kind, &want["body"]))
}

fn same_head(answer: &Encoded, want: &Value) -> Result<(), String> {
    let status = want["status_code"].as_u64().unwrap_or(200);
    if u64::from(answer.status.as_u16()) != status {
        return Err(format!("the status is {}, not {status}", answer.status));
    }
    for (name, value) in header_map(&want["headers"]) {
        let name = name.unwrap();
        let got = answer.headers.get(&name);
        if got != Some(&value) && name != http::header::CONTENT_LENGTH && name != http::header::CONTENT_TYPE {
            return Err(format!("the header {name} is {got:?}, not {value:?}"));
        }
    }
    Ok(())
}

fn same_body(kind: ProtocolKind, op: &'static OperationSchema, got: &Bytes, want: &Bytes) -> Result<(), String> {
    let same = match kind {
        ProtocolKind::RpcV2Cbor | ProtocolKind::Cbor11 => read_back(kind, op, got)? == read_back(kind, op, want)?,
        ProtocolKind::Json10 | ProtocolKind::Json11 => {
            json_of(got) == json_of(want) || read_back(kind, op, got)? == read_back(kind, op, want)?
        }
        ProtocolKind::RestJson => got == want || json_of(got) == json_of(want),
        ProtocolKind::Query | ProtocolKind::Ec2 | ProtocolKind::RestXml => {
            got == want || canonical(got) == canonical(want)
        }
    };
    if same { Ok(()) } else { Err(format!("\n   the body is {got:?}\n   not         {want:?}")) }
}

fn json_of(body: &Bytes) -> Value {
    if body.is_empty() { json!({}) } else { serde_json::from_slice(body).unwrap_or(Value::Null) }
}

/// Reads an RPC answer as if it were a request: their bodies are alike.
fn read_back(kind: ProtocolKind, op: &'static OperationSchema, body: &Bytes) -> Result<Dynamic, String> {
    let (uri, headers) = (Uri::from_static("/"), HeaderMap::new());
    let parts = RequestParts { method: &Method::POST, uri: &uri, headers: &headers, labels: &[], body };
    let mut back = Dynamic::new(op.output);
    protocol(kind).decode(op, &parts, &mut back).map_err(|e| format!("{}: {body:?}", e.0))?;
    Ok(back)
}

/// An error must tell its code and carry all members that the vector's answer carries.
fn run_error(
    suite: &Value,
    case: &Value,
    op: &'static OperationSchema,
    codec: &'static dyn Protocol,
) -> Result<(), String> {
    let model = model(suite, case)?;
    let shape = case["given"]["errors"][0]["shape"].as_str().ok_or("no error is given")?;
    let members = structure(leaked::schema(&model, shape, &mut Vec::new()), &case["error"]);
    let message = case["errorMessage"].as_str().or_else(|| case["error"]["Message"].as_str());
    let query_code = suite["shapes"][shape]["error"]["code"].as_str().unwrap_or(shape);
    let status = case["response"]["status_code"].as_u64().unwrap() as u16;
    let reply = ErrorReply {
        code: shape,
        namespace: "",
        query_code,
        status,
        query_status: status,
        party: if status < 500 { Party::Sender } else { Party::Receiver },
        message,
        shape: Some(leaked::schema(&model, shape, &mut Vec::new())),
        members: Some(&members),
        extra: &[],
    };
    let answer = codec.encode_error(op.service, "id", &reply);
    let Body::Full(got) = &answer.body else { return Err("the body is a stream".into()) };
    let want = body_of(codec.kind(), &case["response"]["body"]);
    match codec.kind() {
        ProtocolKind::RpcV2Cbor | ProtocolKind::Cbor11 => Ok(()),
        ProtocolKind::RestJson | ProtocolKind::Json10 | ProtocolKind::Json11 => has_all(&json_of(got), &json_of(&want)),
        _ => same_head(&answer, &case["response"]).and_then(|()| {
            let (got, want) = (canonical(got), canonical(&want));
            if got == want { Ok(()) } else { Err(format!("\n   the body is {got}\n   not         {want}")) }
        }),
    }
}

fn has_all(got: &Value, want: &Value) -> Result<(), String> {
    let absent = want.as_object().into_iter().flatten().find(|(key, value)| {
        !matches!(key.as_str(), "__type" | "code" | "Type") && got.get(key) != Some(value) && !value.is_null()
    });
    absent.map_or(Ok(()), |(key, value)| Err(format!("{key} is {:?}, not {value} in {got}", got.get(key))))
}
