//! REST protocols and event streams: where members travel, S3's ways, frames.

use std::collections::BTreeMap;

use bytes::Bytes;
use futures_util::{FutureExt as _, StreamExt as _};
use http::{HeaderMap, HeaderValue, Method, Uri};
use protocols::{Body, Encoded, ErrorReply, Frame, HeaderValue as Event, RequestParts, protocol, read_event};
use smithy::{
    ApiError, ByteStream, ErrorSchema, EventStream, HttpBinding, Kind, Location, Member, OperationSchema, Party, Path,
    PathPart, ProtocolKind, ReadResult, Reader, Schema, ServiceSchema, Shape, Timestamp, Violation, Writer,
};

use crate::demo::{SEND, SERVICE, TEXT, bytes};
use crate::dynamic::{Dynamic, Val};

static INTEGER: Schema = Schema::new("Integer", Kind::Integer);
static TIME: Schema = Schema::new("Timestamp", Kind::Timestamp);
static STREAM: Schema = Schema::new("StreamingBlob", Kind::ByteStream);
static TEXTS: Schema = Schema::new("Texts", Kind::List).members(&[Member::new("member", &TEXT)]);
static METADATA: Schema =
    Schema::new("Metadata", Kind::Map).members(&[Member::new("key", &TEXT), Member::new("value", &TEXT)]);
static OWNER: Schema = Schema::new("Owner", Kind::Structure)
    .members(&[Member::new("Type", &TEXT).xml("xsi:type").xml_attribute(), Member::new("Id", &TEXT).xml("ID")]);
static OBJECT: Schema = Schema::new("GetThingOutput", Kind::Structure).members(&[
    Member::new("Bucket", &TEXT).at(Location::Label, "Bucket").required(),
    Member::new("Key", &TEXT).at(Location::Label, "Key").required(),
    Member::new("PartNumber", &INTEGER).at(Location::Query, "partNumber"),
    Member::new("Fields", &TEXTS).at(Location::Query, "field"),
    Member::new("Modified", &TIME).at(Location::Header, "Last-Modified"),
    Member::new("Tags", &TEXTS).at(Location::Header, "x-amz-tags"),
    Member::new("Metadata", &METADATA).at(Location::Headers, "x-amz-meta-"),
    Member::new("Context", &TEXT).at(Location::Header, "x-amz-context").json_value(),
    Member::new("Status", &INTEGER).at(Location::StatusCode, "status"),
    Member::new("Body", &STREAM).at(Location::Payload, "Body"),
]);
static LISTING: Schema = Schema::new("ListThingsOutput", Kind::Structure).xml_name("ListBucketResult").members(&[
    Member::new("Name", &TEXT).json("name").required(),
    Member::new("Contents", &TEXTS).flattened(),
    Member::new("Owner", &OWNER).xml_namespace("xsi", "http://www.w3.org/2001/XMLSchema-instance"),
    Member::new("Region", &TEXT).at(Location::Header, "x-amz-bucket-region"),
]);
static GRANT: Schema = Schema::new("PutGrantInput", Kind::Structure)
    .members(&[Member::new("Policy", &LISTING).at(Location::Payload, "Policy").xml("AccessControlPolicy")]);
static S3: ServiceSchema = ServiceSchema {
    id: "s3",
    signing_name: "s3",
    xml_namespace: "http://s3.amazonaws.com/doc/2006-03-01/",
    ..SERVICE_LIKE
};
const SERVICE_LIKE: ServiceSchema = ServiceSchema {
    id: "",
    sdk_id: "S3",
    full_name: "",
    signing_name: "",
    endpoint_prefix: "s3",
    api_version: "2006-03-01",
    target_prefix: "",
    namespace: "",
    xml_namespace: "",
    protocols: &[ProtocolKind::RestXml],
    query_compatible: false,
    global: false,
    ..ServiceSchema::EMPTY
};

const fn operation(name: &'static str, schema: &'static Schema) -> OperationSchema {
    OperationSchema {
        name,
        service: &S3,
        input: schema,
        output: schema,
        http: HttpBinding { method: "GET", uri: "/{Bucket}/{Key+}", status: 200 },
        result_wrapper: None,
        errors: &[],
        action: "s3:GetObject",
        read_only: true,
        unsigned: false,
        ..OperationSchema::EMPTY
    }
}
static GET: OperationSchema = operation("GetThing", &OBJECT);
static HEAD: OperationSchema = OperationSchema {
    http: HttpBinding { method: "HEAD", uri: "/{Bucket}/{Key+}", status: 200 },
    ..operation("HeadThing", &LISTING)
};
static LIST: OperationSchema = operation("ListThings", &LISTING);
static GRANT_OP: OperationSchema = operation("PutGrant", &GRANT);
static LOCATION: OperationSchema = operation("GetBucketLocation", &LOCATION_OUTPUT);
static LOCATION_OUTPUT: Schema =
    Schema::new("GetBucketLocationOutput", Kind::Structure).members(&[Member::new("LocationConstraint", &TEXT)]);

fn text(value: &str) -> Option<Val> {
    Some(Val::Text(value.into()))
}

fn texts(values: &[&str]) -> Option<Val> {
    Some(Val::List(values.iter().map(|v| Val::Text((*v).into())).collect()))
}

fn decode(
    kind: ProtocolKind,
    op: &'static OperationSchema,
    uri: &str,
    headers: &[(&'static str, &'static str)],
    labels: &[(&'static str, String)],
    body: &str,
) -> ReadResult<(Dynamic, Vec<smithy::Issue>)> {
    let uri: Uri = uri.parse().unwrap();
    let headers: HeaderMap = headers.iter().map(|(k, v)| (k.parse().unwrap(), HeaderValue::from_static(v))).collect();
    let body = Bytes::copy_from_slice(body.as_bytes());
    let parts = RequestParts { method: &Method::GET, uri: &uri, headers: &headers, labels, body: &body };
    let mut input = Dynamic::new(op.input);
    protocol(kind).decode(op, &parts, &mut input).map(|issues| (input, issues))
}

fn metadata() -> Option<Val> {
    Some(Val::Map(BTreeMap::from([("color".into(), Val::Text("red".into()))])))
}

#[test]
fn members_are_read_from_where_they_travel() {
    let headers = [
        ("last-modified", "Mon, 16 Dec 2019 23:48:18 GMT"),
        ("x-amz-tags", "a, \"b,c\""),
        ("x-amz-meta-color", "red"),
        ("x-amz-context", "eyJhIjoxfQ=="),
    ];
    let labels = [("Bucket", "b".to_owned()), ("Key", "a/b c".to_owned())];
    let uri = "/b/a/b%20c?partNumber=2&field=x&field=y%20z&other";
    for kind in [ProtocolKind::RestJson, ProtocolKind::RestXml] {
        let (mut input, issues) = decode(kind, &GET, uri, &headers, &labels, "content").unwrap();
        let time = Some(Val::Time(Timestamp::from_secs(1_576_540_098)));
        let json = text(r#"{"a":1}"#);
        let two = Some(Val::Integer(2));
        let want = [
            text("b"),
            text("a/b c"),
            two,
            texts(&["x", "y z"]),
            time,
            texts(&["a", "b,c"]),
            metadata(),
            json,
            None,
            None,
        ];
        assert_eq!((input.members.as_slice(), issues), (&want[..], vec![]));
        let pieces: Vec<_> = input.stream.take().unwrap().pieces.collect().now_or_never().unwrap();
        assert_eq!(pieces[0].as_ref().unwrap(), "content");
    }
}

#[test]
fn free_parameters_are_those_that_nothing_else_claims() {
    static FREE: Schema = Schema::new("Free", Kind::Structure).members(&[
        Member::new("Named", &TEXT).at(Location::Query, "named"),
        Member::new("Rest", &METADATA).at(Location::Query, "rest"),
    ]);
    static IMPORT: OperationSchema = OperationSchema {
        http: HttpBinding { method: "POST", uri: "/apis?mode=import", status: 200 },
        ..operation("Import", &FREE)
    };
    let (input, _) =
        decode(ProtocolKind::RestJson, &IMPORT, "/apis?mode=import&named=n&color=red", &[], &[], "").unwrap();
    assert_eq!(input.members, [text("n"), metadata()]);
}

#[test]
fn bad_places_are_refused_and_missing_members_told() {
    let labels = [("Bucket", "b".to_owned())];
    let (_, issues) = decode(ProtocolKind::RestXml, &GET, "/b", &[], &labels, "").unwrap();
    assert_eq!(issues[0].path, Path(vec![PathPart::Member("Key")]));
    assert_eq!((issues.len(), &issues[0].violation), (1, &Violation::Missing));
    let bad =
        [("/b?partNumber=x", "x-amz-meta-a", "1"), ("/b", "last-modified", "tomorrow"), ("/b", "x-amz-context", "{}")];
    for (uri, name, value) in bad {
        assert!(decode(ProtocolKind::RestXml, &GET, uri, &[(name, value)], &labels, "").is_err(), "{uri} {name}");
    }
}

#[test]
fn documents_are_read() {
    let xml = "<?xml version=\"1.0\"?><x xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>n</Name><Contents>a</Contents>\
        <Unknown><Name>z</Name></Unknown><Contents>b</Contents><Owner xmlns:xsi=\"u\" xsi:type=\"User\"><ID>i</ID></Owner></x>";
    let owner = Dynamic { members: vec![text("User"), text("i")], ..Dynamic::new(&OWNER) };
    let want = [text("n"), texts(&["a", "b"]), Some(Val::Structure(owner)), None];
    let (listed, _) = decode(ProtocolKind::RestXml, &LIST, "/", &[], &[], xml).unwrap();
    assert_eq!(listed.members, want);
    let (granted, _) = decode(ProtocolKind::RestXml, &GRANT_OP, "/", &[], &[], xml).unwrap();
    assert_eq!(granted.members, [Some(Val::Structure(listed))]);
    let json =
        r#"{"name":"n","Region":"ignored: it is a header","Contents":["a","b"],"Owner":{"Type":"User","Id":"i"}}"#;
    let (listed, _) = decode(ProtocolKind::RestJson, &LIST, "/", &[], &[], json).unwrap();
    assert_eq!(listed.members, want);
    let (_, issues) = decode(ProtocolKind::RestJson, &GRANT_OP, "/", &[], &[], "{}").unwrap();
    assert_eq!(issues[0].path, Path(vec![PathPart::Member("Policy"), PathPart::Member("Name")]));
}

#[test]
fn xml_that_makes_no_sense_is_refused() {
    for body in ["<a>", "<a><Name>x</Name><Name>y</Name></a>", "<a><Name><b/></Name></a>", "{}", "<a/>x"] {
        assert!(decode(ProtocolKind::RestXml, &LIST, "/", &[], &[], body).is_err(), "{body}");
    }
    let deep = format!("<a>{}", "<b>".repeat(100_000));
    assert!(decode(ProtocolKind::RestXml, &LIST, "/", &[], &[], &deep).is_err());
}

fn encode(kind: ProtocolKind, op: &'static OperationSchema, members: Vec<Option<Val>>) -> Encoded {
    let mut output = Dynamic { members, ..Dynamic::new(op.output) };
    protocol(kind).encode(op, "id-1", &mut output)
}

#[test]
fn an_object_is_headers_and_a_stream() {
    let time = Some(Val::Time(Timestamp::from_secs(1_576_540_098)));
    let status = Some(Val::Integer(206));
    let tags = texts(&["a", "b,c"]);
    let members = vec![None, None, None, None, time, tags, metadata(), text("{}"), status, None];
    let mut output = Dynamic { members, ..Dynamic::new(&OBJECT) };
    output.stream = Some(ByteStream::from(Bytes::from_static(b"content")));
    let answer = protocol(ProtocolKind::RestXml).encode(&GET, "id-1", &mut output);
    let headers: BTreeMap<_, _> = answer.headers.iter().map(|(k, v)| (k.as_str(), v.to_str().unwrap())).collect();
    let want = [
        ("content-type", "application/octet-stream"),
        ("last-modified", "Mon, 16 Dec 2019 23:48:18 GMT"),
        ("x-amz-context", "e30="),
        ("x-amz-id-2", "aWQtMQ=="),
        ("x-amz-meta-color", "red"),
        ("x-amz-request-id", "id-1"),
        ("x-amz-tags", "a, \"b,c\""),
    ];
    assert_eq!((answer.status.as_u16(), headers), (206, BTreeMap::from(want)));
    assert!(matches!(answer.body, Body::Stream(stream) if stream.length == Some(7)));
}

#[test]
fn documents_are_written() {
    let owner = || Some(Val::Structure(Dynamic { members: vec![text("User"), text("i")], ..Dynamic::new(&OWNER) }));
    let members = || vec![text("n&"), texts(&["a", "b"]), owner(), text("eu-west-1")];
    let xml = encode(ProtocolKind::RestXml, &LIST, members());
    let want = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
        <Name>n&amp;</Name><Contents>a</Contents><Contents>b</Contents><Owner xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
        xsi:type=\"User\"><ID>i</ID></Owner></ListBucketResult>";
    assert_eq!(bytes(&xml), want);
    assert_eq!(xml.headers["x-amz-bucket-region"], "eu-west-1");
    let json = encode(ProtocolKind::RestJson, &LIST, members());
    assert_eq!(bytes(&json), r#"{"name":"n&","Contents":["a","b"],"Owner":{"Type":"User","Id":"i"}}"#);
    assert_eq!(json.headers["content-type"], "application/json");
    assert_eq!(bytes(&encode(ProtocolKind::RestXml, &HEAD, members())), "");
    let payload = vec![Some(Val::Structure(Dynamic { members: members(), ..Dynamic::new(&LISTING) }))];
    let granted = bytes(&encode(ProtocolKind::RestXml, &GRANT_OP, payload));
    assert!(
        granted.starts_with(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<AccessControlPolicy xmlns="),
        "{granted:?}"
    );
    let start = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
    for (members, content) in [(vec![text("eu-west-1")], "eu-west-1"), (vec![None], "")] {
        let answer = encode(ProtocolKind::RestXml, &LOCATION, members);
        assert_eq!(bytes(&answer), format!("{start}{content}</LocationConstraint>"));
    }
}

const DENIED: ErrorReply<'static> = ErrorReply {
    code: "NoSuchKey",
    namespace: "",
    query_code: "NoSuchKey",
    status: 404,
    query_status: 404,
    party: Party::Sender,
    message: Some("The specified key does not exist."),
    shape: None,
    members: None,
    extra: &[],
};

#[test]
fn s3_errors_have_no_wrapper() {
    let extra = [("Key", "a<b".to_owned())];
    let s3 = protocol(ProtocolKind::RestXml).encode_error(&S3, "id-1", &ErrorReply { extra: &extra, ..DENIED });
    let want = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchKey</Code><Message>The specified key does not \
        exist.</Message><Key>a&lt;b</Key><RequestId>id-1</RequestId><HostId>aWQtMQ==</HostId></Error>";
    assert_eq!((s3.status.as_u16(), bytes(&s3)), (404, Bytes::from(want)));
    let other = protocol(ProtocolKind::RestXml).encode_error(&SERVICE, "id-1", &DENIED);
    let want = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ErrorResponse xmlns=\"http://queue.amazonaws.com/doc/2012-11-05/\"><Error>\
        <Type>Sender</Type><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error><RequestId>id-1\
        </RequestId></ErrorResponse>";
    assert_eq!(bytes(&other), want);
    assert_eq!(other.headers["x-amzn-requestid"], "id-1");
}

static RECORD: Schema = Schema::new("RecordEvent", Kind::Structure).members(&[
    Member::new("Sequence", &INTEGER).at(Location::EventHeader, "Sequence"),
    Member::new("Data", &BLOB).at(Location::EventPayload, "Data"),
]);
static NOTE: Schema = Schema::new("NoteEvent", Kind::Structure).members(&[Member::new("Text", &TEXT)]);
static BLOB: Schema = Schema::new("Blob", Kind::Blob);
static EVENTS: Schema =
    Schema::new("Events", Kind::EventStream).members(&[Member::new("Record", &RECORD), Member::new("Note", &NOTE)]);
static GONE_SHAPE: Schema = Schema::new("Gone", Kind::Structure).members(&[Member::new("Message", &TEXT)]);
static GONE: ErrorSchema = ErrorSchema {
    shape: &GONE_SHAPE,
    code: "Gone",
    query_code: "Gone",
    status: 400,
    query_status: 400,
    party: Party::Sender,
};

/// An output with a member and events.
struct Subscription(Option<EventStream<Dynamic>>);

impl Shape for Subscription {
    fn schema(&self) -> &'static Schema {
        &LOCATION_OUTPUT
    }
    fn read_member(&mut self, _: usize, _: &mut dyn Reader) -> ReadResult<()> {
        Ok(())
    }
    fn write_members(&self, writer: &mut dyn Writer) {
        writer.string(&LOCATION_OUTPUT.members[0], "here");
    }
    fn take_events(&mut self) -> Option<EventStream<Box<dyn Shape>>> {
        self.0.take().map(EventStream::boxed)
    }
}

fn event(index: usize, members: Vec<Option<Val>>) -> Dynamic {
    let inner = Dynamic { members, ..Dynamic::new(EVENTS.members[index].target) };
    let mut event = Dynamic::new(&EVENTS);
    event.members[index] = Some(Val::Structure(inner));
    event
}

fn subscription() -> Subscription {
    let record = event(0, vec![Some(Val::Integer(7)), Some(Val::Blob(Bytes::from_static(b"data")))]);
    let note = event(1, vec![text("hi")]);
    let after = event(1, vec![text("never sent")]);
    let all = [Ok(record), Ok(note), Err(ApiError::new(&GONE, "bye")), Ok(after)];
    Subscription(Some(EventStream(Box::pin(futures_util::stream::iter(all)))))
}

fn frames(answer: Encoded) -> Vec<Frame> {
    let Body::Stream(stream) = answer.body else { panic!("events are a stream") };
    let pieces: Vec<_> = stream.pieces.collect().now_or_never().unwrap();
    pieces.into_iter().map(|piece| Frame::decode(&piece.unwrap()).unwrap().unwrap().0).collect()
}

#[test]
fn events_are_frames_and_an_error_is_the_last() {
    let answer = protocol(ProtocolKind::Json11).encode(&SEND, "id-1", &mut subscription());
    assert_eq!(answer.headers["content-type"], "application/vnd.amazon.eventstream");
    let frames = frames(answer);
    let headers = |at: usize| {
        let shown = |value: &Event| match value {
            Event::String(text) => text.clone(),
            other => format!("{other:?}"),
        };
        frames[at].headers.iter().map(|(k, v)| format!("{k}={}", shown(v))).collect::<Vec<_>>().join(" ")
    };
    let want = [
        (
            ":message-type=event :event-type=initial-response :content-type=application/x-amz-json-1.1",
            r#"{"LocationConstraint":"here"}"#,
        ),
        (":message-type=event :event-type=Record Sequence=Integer(7) :content-type=application/octet-stream", "data"),
        (":message-type=event :event-type=Note :content-type=application/json", r#"{"Text":"hi"}"#),
        (":message-type=exception :exception-type=Gone :content-type=application/json", r#"{"Message":"bye"}"#),
    ];
    assert_eq!(frames.len(), want.len());
    for (at, (header, payload)) in want.iter().enumerate() {
        assert_eq!((headers(at).as_str(), &frames[at].payload), (*header, &Bytes::from(*payload)));
    }
}

#[test]
fn rest_and_cbor_streams_differ_in_their_documents() {
    let rest = frames(protocol(ProtocolKind::RestXml).encode(&GET, "id-1", &mut subscription()));
    assert_eq!((rest.len(), &rest[1].payload), (3, &Bytes::from("<NoteEvent><Text>hi</Text></NoteEvent>")));
    let answer = protocol(ProtocolKind::RpcV2Cbor).encode(&SEND, "id-1", &mut subscription());
    assert_eq!(answer.headers["smithy-protocol"], "rpc-v2-cbor");
    assert_eq!(frames(answer)[2].payload, &b"\xbf\x64Text\x62hi\xff"[..]);
}

#[test]
fn what_was_written_as_events_is_read_as_events() {
    for kind in [ProtocolKind::Json11, ProtocolKind::RestXml, ProtocolKind::RpcV2Cbor, ProtocolKind::RestJson] {
        let operation = if kind == ProtocolKind::RestXml { &GET } else { &SEND };
        let sent = frames(protocol(kind).encode(operation, "id-1", &mut subscription()));
        let of_type = |name: &str| {
            let wanted = (":event-type".to_owned(), Event::String(name.to_owned()));
            sent.iter().find(|frame| frame.headers.contains(&wanted)).unwrap()
        };
        let read = |name: &str| {
            let mut event = Dynamic::new(&EVENTS);
            read_event(kind, of_type(name), &mut event).unwrap();
            event
        };
        let record = event(0, vec![Some(Val::Integer(7)), Some(Val::Blob(Bytes::from_static(b"data")))]);
        assert_eq!(read("Record").members, record.members, "{kind:?}");
        assert_eq!(read("Note").members, event(1, vec![text("hi")]).members, "{kind:?}");
    }
}

#[test]
fn frames_that_are_no_event_of_the_union_are_refused() {
    let named = |kind: &str, event: &str| Frame::default().with(":message-type", kind).with(":event-type", event);
    let wrong_header = named("event", "Record").with("Sequence", "seven");
    let no_json = Frame { payload: Bytes::from_static(b"{"), ..named("event", "Note") };
    for frame in [Frame::default(), named("exception", "Note"), named("event", "Nothing"), wrong_header, no_json] {
        let mut event = Dynamic::new(&EVENTS);
        assert!(read_event(ProtocolKind::Json11, &frame, &mut event).is_err(), "{frame:?}");
    }
}
