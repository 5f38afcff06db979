//! For any shape and any value of it: what is written is what is read. For any bytes: a reader answers, it does not fall.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Uri};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use protocols::{Body, Frame, RequestParts, coral, json_value, protocol, redact, validate};
use smithy::{HttpBinding, Kind, Location, Member, OperationSchema, ProtocolKind, Schema, Timestamp};

use crate::demo::SERVICE;
use crate::dynamic::{Dynamic, Val};
use crate::leaked::{leak, text};

const KINDS: [ProtocolKind; 7] = [
    ProtocolKind::Json10,
    ProtocolKind::Json11,
    ProtocolKind::Query,
    ProtocolKind::Ec2,
    ProtocolKind::RestJson,
    ProtocolKind::RestXml,
    ProtocolKind::RpcV2Cbor,
];

/// What a schema is made from.
#[derive(Debug, Clone)]
enum Plan {
    Scalar(Kind),
    List(Box<Plan>, bool),
    Map(Box<Plan>, bool),
    Structure(Vec<Plan>),
}

fn plan() -> impl Strategy<Value = Plan> {
    let scalars = [
        Kind::Boolean,
        Kind::Integer,
        Kind::Long,
        Kind::Float,
        Kind::Double,
        Kind::String,
        Kind::Blob,
        Kind::Timestamp,
    ];
    let scalar = proptest::sample::select(scalars.to_vec()).prop_map(Plan::Scalar);
    scalar.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            (inner.clone(), any::<bool>()).prop_map(|(plan, flat)| Plan::List(Box::new(plan), flat)),
            (inner.clone(), any::<bool>()).prop_map(|(plan, flat)| Plan::Map(Box::new(plan), flat)),
            vec(inner, 0..5).prop_map(Plan::Structure),
        ]
    })
}

fn schema(plan: &Plan) -> &'static Schema {
    let schema = match plan {
        Plan::Scalar(kind) => Schema::new("Scalar", *kind),
        Plan::List(inner, _) => Schema::new("List", Kind::List).members(members(&[("member", inner)])),
        Plan::Map(inner, _) => {
            Schema::new("Map", Kind::Map).members(members(&[("key", &Plan::Scalar(Kind::String)), ("value", inner)]))
        }
        Plan::Structure(plans) => {
            let names: Vec<_> = (0..plans.len()).map(|i| format!("Member{i}")).collect();
            let named: Vec<_> = names.iter().map(String::as_str).zip(plans).collect();
            Schema::new("Structure", Kind::Structure).members(members(&named))
        }
    };
    leak(Box::new(schema))
}

fn members(plans: &[(&str, &Plan)]) -> &'static [Member] {
    let member = |(name, plan): &(&str, &Plan)| {
        let member = Member::new(text(name), schema(plan));
        let flat = matches!(plan, Plan::List(_, true) | Plan::Map(_, true)) && *name != "member" && *name != "value";
        if flat { member.flattened() } else { member }
    };
    leak(plans.iter().map(member).collect())
}

fn value(schema: &'static Schema) -> BoxedStrategy<Val> {
    match schema.kind {
        Kind::Boolean => any::<bool>().prop_map(Val::Boolean).boxed(),
        Kind::Integer => any::<i32>().prop_map(Val::Integer).boxed(),
        Kind::Long => any::<i64>().prop_map(Val::Long).boxed(),
        Kind::Float => any::<f32>().prop_map(|v| Val::Double(v.into())).boxed(),
        Kind::Double => prop_oneof![any::<f64>(), Just(f64::NAN), Just(f64::INFINITY), Just(f64::NEG_INFINITY)]
            .prop_map(Val::Double)
            .boxed(),
        Kind::Blob => vec(any::<u8>(), 0..20).prop_map(|v| Val::Blob(v.into())).boxed(),
        // CBOR's and JSON's numbers hold microseconds exactly for centuries, XML's text milliseconds.
        Kind::Timestamp => (-4_000_000_000_000i64..8_000_000_000_000)
            .prop_map(|millis| Val::Time(Timestamp::from_millis(millis)))
            .boxed(),
        Kind::List => vec(value(schema.members[0].target), 0..4).prop_map(Val::List).boxed(),
        Kind::Map => btree_map(word(), value(schema.members[1].target), 0..4).prop_map(Val::Map).boxed(),
        Kind::Structure => structure(schema).prop_map(Val::Structure).boxed(),
        _ => word().prop_map(Val::Text).boxed(),
    }
}

/// Any text without the one character that XML cannot refer to.
fn word() -> impl Strategy<Value = String> {
    any::<String>().prop_map(|text| text.replace('\0', "0"))
}

fn structure(schema: &'static Schema) -> BoxedStrategy<Dynamic> {
    let members = schema.members.iter().map(|m| proptest::option::weighted(0.8, value(m.target)).boxed());
    let members: Vec<BoxedStrategy<Option<Val>>> = members.collect();
    members.prop_map(move |members| Dynamic { members, ..Dynamic::new(schema) }).boxed()
}

fn any_shape() -> impl Strategy<Value = Dynamic> {
    vec(plan(), 1..6).prop_flat_map(|plans| structure(schema(&Plan::Structure(plans))))
}

fn operation(schema: &'static Schema) -> &'static OperationSchema {
    leak(Box::new(OperationSchema {
        name: "Any",
        service: &SERVICE,
        input: schema,
        output: schema,
        http: HttpBinding { method: "POST", uri: "/", status: 200 },
        result_wrapper: None,
        errors: &[],
        action: "sqs:Any",
        read_only: false,
        unsigned: false,
        ..OperationSchema::EMPTY
    }))
}

/// What a protocol writes of `shape` as an answer, read as a request.
fn there_and_back(kind: ProtocolKind, shape: &Dynamic) -> (Bytes, Result<Dynamic, String>) {
    let op = operation(shape.schema);
    let Body::Full(body) = protocol(kind).encode(op, "id", &mut shape.clone()).body else { panic!("no stream") };
    let back = read(kind, op, &body);
    (body, back)
}

fn read(kind: ProtocolKind, op: &'static OperationSchema, body: &Bytes) -> Result<Dynamic, String> {
    let (uri, headers) = (Uri::from_static("/"), HeaderMap::new());
    let parts = RequestParts { method: &Method::POST, uri: &uri, headers: &headers, labels: &[], body };
    let mut back = Dynamic::new(op.input);
    let issues = protocol(kind).decode(op, &parts, &mut back).map_err(|e| e.0)?;
    if issues.is_empty() { Ok(back) } else { Err(format!("{issues:?}")) }
}

/// XML without a wrapper cannot tell an empty list from an absent one.
fn without_empty_flat(shape: &Dynamic) -> Dynamic {
    let keep = |(member, value): (&Member, &Option<Val>)| match value {
        Some(Val::List(values)) if member.flattened && values.is_empty() => None,
        Some(Val::Map(values)) if member.flattened && values.is_empty() => None,
        Some(value) => Some(inside(value)),
        None => None,
    };
    let members = shape.schema.members.iter().zip(&shape.members).map(keep).collect();
    Dynamic { members, ..Dynamic::new(shape.schema) }
}

fn inside(value: &Val) -> Val {
    match value {
        Val::Structure(shape) => Val::Structure(without_empty_flat(shape)),
        Val::List(values) => Val::List(values.iter().map(inside).collect()),
        Val::Map(values) => Val::Map(values.iter().map(|(k, v)| (k.clone(), inside(v))).collect()),
        other => other.clone(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn what_is_written_is_what_is_read(shape in any_shape()) {
        for kind in [ProtocolKind::Json10, ProtocolKind::RestJson, ProtocolKind::RpcV2Cbor] {
            let (body, back) = there_and_back(kind, &shape);
            prop_assert_eq!(back.as_ref(), Ok(&shape), "{:?} {:?}", kind, body);
        }
        let (body, back) = there_and_back(ProtocolKind::RestXml, &shape);
        prop_assert_eq!(back, Ok(without_empty_flat(&shape)), "{:?}", body);
        let mut back = Dynamic::new(shape.schema);
        json_value::read(&json_value::write(&shape), &mut back).unwrap();
        prop_assert_eq!(&back, &shape);
        let written: serde_json::Value = serde_json::from_slice(&redact::for_log(&shape)).unwrap();
        prop_assert!(written.is_object());
    }

    #[test]
    fn changed_bodies_are_answered(shape in any_shape(), changes in vec((any::<prop::sample::Index>(), any::<u8>(), 0u8..4), 1..6)) {
        for kind in KINDS {
            let (body, _) = there_and_back(kind, &shape);
            let mut bytes = body.to_vec();
            for (at, byte, how) in &changes {
                change(&mut bytes, *at, *byte, *how);
            }
            let _ = read(kind, operation(shape.schema), &bytes.into());
        }
    }

    #[test]
    fn any_bytes_are_answered(bytes in vec(any::<u8>(), 0..200), text in "[\\[\\]{}\":,.0-9eE+\\-a-z<>/&;=%\\\\ ]{0,80}") {
        let op = operation(everything());
        for kind in KINDS {
            for body in [Bytes::from(bytes.clone()), Bytes::from(text.clone())] {
                if let Ok(mut shape) = read(kind, op, &body) {
                    coral::message(&validate(op, &shape, Vec::new()));
                    protocol(kind).encode(op, "id", &mut shape);
                }
            }
        }
        let _ = Frame::decode(&bytes);
    }

    #[test]
    fn any_headers_and_queries_are_answered(value in "[ -~]{0,40}", query in "[a-z=&%0-9+.]{0,40}") {
        let op = operation(bound());
        let Ok(uri) = format!("/x?a={query}").parse::<Uri>() else { return Ok(()) };
        let mut headers = HeaderMap::new();
        for name in ["a", "b", "c", "x-d"] {
            headers.insert(name, HeaderValue::from_str(&value).unwrap());
        }
        let labels = [("e", value.clone())];
        let body = Bytes::from(value.clone());
        for kind in [ProtocolKind::RestJson, ProtocolKind::RestXml] {
            let parts = RequestParts { method: &Method::GET, uri: &uri, headers: &headers, labels: &labels, body: &body };
            let _ = protocol(kind).decode(op, &parts, &mut Dynamic::new(op.input));
        }
    }

    #[test]
    fn forms_of_any_names_are_answered(form in "(Member[0-9](\\.(member|entry|key|value|[0-9]{1,10})){0,5}=[a-z0-9]{0,3}&){0,8}") {
        let op = operation(everything());
        let _ = read(ProtocolKind::Query, op, &form.clone().into());
        let _ = read(ProtocolKind::Ec2, op, &form.into());
    }

    #[test]
    fn frames_read_back(headers in vec((".{0,20}", ".{0,40}"), 0..6), payload in vec(any::<u8>(), 0..100)) {
        let frame = headers.iter().fold(Frame::default(), |frame, (name, value)| frame.with(name, value));
        let frame = Frame { payload: payload.into(), ..frame };
        let bytes = frame.encode();
        prop_assert_eq!(Frame::decode(&bytes), Ok(Some((frame, bytes.len()))));
    }
}

/// Replaces, removes, doubles or inserts a byte.
fn change(bytes: &mut Vec<u8>, at: prop::sample::Index, byte: u8, how: u8) {
    if bytes.is_empty() {
        return bytes.push(byte);
    }
    let at = at.index(bytes.len());
    match how {
        0 => bytes[at] = byte,
        1 => drop(bytes.remove(at)),
        2 => bytes.insert(at, bytes[at]),
        _ => bytes.insert(at, byte),
    }
}

/// A structure with a member of each kind, some of them in each other.
fn everything() -> &'static Schema {
    let kinds = [Kind::Boolean, Kind::Integer, Kind::Long, Kind::Double, Kind::String, Kind::Blob, Kind::Timestamp];
    let mut plans: Vec<_> = kinds.into_iter().map(Plan::Scalar).collect();
    plans.push(Plan::Scalar(Kind::Document));
    let inner = Plan::Structure(plans.clone());
    plans.push(Plan::List(Box::new(inner.clone()), true));
    plans.push(Plan::Map(Box::new(Plan::List(Box::new(inner), false)), false));
    schema(&Plan::Structure(plans))
}

/// A structure with a member in each place of a REST request.
fn bound() -> &'static Schema {
    let plans = [Kind::Timestamp, Kind::String, Kind::Integer, Kind::String, Kind::Double].map(Plan::Scalar);
    let list = Plan::List(Box::new(Plan::Scalar(Kind::Timestamp)), false);
    let map = Plan::Map(Box::new(list.clone()), false);
    let at = |plan: &Plan, place, name| Member::new(name, schema(plan)).at(place, name);
    let members = vec![
        at(&plans[0], Location::Header, "a"),
        at(&list, Location::Header, "b"),
        at(&plans[3], Location::Header, "c").json_value(),
        at(&Plan::Map(Box::new(plans[1].clone()), false), Location::Headers, "x-"),
        at(&plans[4], Location::Label, "e"),
        at(&plans[2], Location::Query, "a"),
        at(&map, Location::Query, "rest"),
        at(&Plan::Structure(vec![plans[1].clone()]), Location::Payload, "body"),
    ];
    leak(Box::new(Schema::new("Bound", Kind::Structure).members(leak(members.into()))))
}
