//! awsJson, query and RPC v2: requests as clients send them, answers and errors as AWS writes them.

use std::collections::BTreeMap;

use bytes::Bytes;
use protocols::{ErrorReply, protocol};
use smithy::{Kind, Member, Party, Path, PathPart, ProtocolKind, Schema, Shape, Timestamp, Violation};

use crate::demo::{AttributeValue, SEND, SERVICE, SendMessage, SendMessageResult, bytes, decode};

fn message() -> SendMessage {
    let text = AttributeValue { string_value: Some("x".into()), data_type: "String".into(), ..Default::default() };
    let binary = AttributeValue {
        binary_value: Some(Bytes::from_static(b"\0\xff")),
        data_type: "Binary".into(),
        ..Default::default()
    };
    SendMessage {
        queue_url: "http://localhost/1/q".into(),
        message_body: "a \"b\"\n\u{1F600}é".into(),
        delay_seconds: Some(5),
        message_attributes: Some(BTreeMap::from([("a".into(), text), ("b".into(), binary)])),
        attribute_names: Some(vec!["All".into(), "X".into()]),
        created: Some(Timestamp::from_millis(1_700_000_000_500)),
        weight: Some(1.5),
        password: None,
    }
}

#[test]
fn json_is_read() {
    let body = r#" { "QueueUrl" : "http:\/\/localhost\/1\/q", "Unknown": {"a":[1,2,{"b":null}]}, "DelaySeconds": 5,
        "MessageBody":"a \"b\"\n\ud83d\ude00\u00e9","MessageAttributes":{"a":{"StringValue":"x","DataType":"String"},
        "b":{"DataType":"Binary","BinaryValue":"AP8="}},"AttributeNames":["All","X"],"Created":1.7000000005e9,
        "Weight":1.5,"Password":null}"#;
    assert_eq!(decode(ProtocolKind::Json10, body.as_bytes()).unwrap(), (message(), vec![]));
}

#[test]
fn forms_are_read_in_all_spellings() {
    let start = "Action=SendMessage&Version=2012-11-05&DelaySeconds=5&MessageBody=a+%22b%22%0A%F0%9F%98%80%C3%A9&\
        QueueUrl=http%3A%2F%2Flocalhost%2F1%2Fq&Created=2023-11-14T22%3A13%3A20.5Z&Weight=1.5";
    let spellings = [
        "&MessageAttribute.1.Name=a&MessageAttribute.1.Value.StringValue=x&MessageAttribute.1.Value.DataType=String\
         &MessageAttribute.10.Name=b&MessageAttribute.10.Value.BinaryValue=AP8%3D&MessageAttribute.10.Value.DataType=Binary\
         &AttributeName.2=X&AttributeName.1=All",
        "&MessageAttributes.entry.1.key=a&MessageAttributes.entry.1.value.StringValue=x\
         &MessageAttributes.entry.1.value.DataType=String&MessageAttributes.entry.2.key=b\
         &MessageAttributes.entry.2.value.BinaryValue=AP8%3D&MessageAttributes.entry.2.value.DataType=Binary\
         &AttributeNames.member.1=All&AttributeNames.member.999999999=X",
    ];
    for rest in spellings {
        assert_eq!(decode(ProtocolKind::Query, format!("{start}{rest}").as_bytes()).unwrap(), (message(), vec![]));
    }
}

#[test]
fn cbor_is_read_as_it_is_written() {
    let mut output = message();
    let answer = protocol(ProtocolKind::RpcV2Cbor).encode(&SEND, "id", &mut output);
    assert_eq!(answer.headers["smithy-protocol"], "rpc-v2-cbor");
    assert_eq!(answer.headers["content-type"], "application/cbor");
    assert_eq!(decode(ProtocolKind::RpcV2Cbor, &bytes(&answer)).unwrap(), (message(), vec![]));
}

#[test]
fn missing_members_are_all_told_with_their_paths() {
    let bodies: [(ProtocolKind, &[u8]); 2] = [
        (ProtocolKind::Json10, br#"{"MessageAttributes":{"a":{"StringValue":"x"}},"AttributeNames":["a",null]}"#),
        (ProtocolKind::Query, b"MessageAttribute.1.Name=a&MessageAttribute.1.Value.StringValue=x"),
    ];
    for (kind, body) in bodies {
        let (_, issues) = decode(kind, body).unwrap();
        let paths: Vec<_> = issues.iter().map(|issue| issue.path.clone()).collect();
        let member = PathPart::Member;
        let within = vec![member("MessageAttributes"), PathPart::Key("a".into()), member("DataType")];
        assert!(issues.iter().all(|issue| issue.violation == Violation::Missing));
        assert!(paths.contains(&Path(within)), "{paths:?}");
        assert!(paths.contains(&Path(vec![member("QueueUrl")])) && paths.contains(&Path(vec![member("MessageBody")])));
        if kind == ProtocolKind::Json10 {
            assert!(paths.contains(&Path(vec![member("AttributeNames"), PathPart::Index(1)])));
        }
    }
}

#[test]
fn wrong_types_are_refused_in_corals_words() {
    let table = [
        (r#"{"QueueUrl":1}"#, "NUMBER_VALUE cannot be converted to String"),
        (r#"{"QueueUrl":1.5}"#, "DECIMAL_VALUE cannot be converted to String"),
        (r#"{"QueueUrl":true}"#, "TRUE_VALUE cannot be converted to String"),
        (r#"{"QueueUrl":[]}"#, "Unrecognized collection type class java.lang.String"),
        (r#"{"QueueUrl":{}}"#, "Start of structure or map found where not expected"),
        (r#"{"DelaySeconds":"1"}"#, "STRING_VALUE cannot be converted to Integer"),
        (r#"{"DelaySeconds":false}"#, "FALSE_VALUE cannot be converted to Integer"),
        (r#"{"DelaySeconds":2147483648}"#, "'2147483648' is not in the range of Integer"),
        (r#"{"AttributeNames":"x"}"#, "Unexpected field type"),
        (r#"{"AttributeNames":{}}"#, "Start of structure or map found where not expected"),
        (
            r#"{"MessageAttributes":[]}"#,
            "Unrecognized collection type java.util.Map<java.lang.String, com.amazonaws.sqs.MessageAttributeValue>",
        ),
        (r#"{"MessageAttributes":{"a":1}}"#, "Unexpected value type in payload"),
        (
            r#"{"MessageAttributes":{"a":[]}}"#,
            "Unrecognized collection type class com.amazonaws.sqs.MessageAttributeValue",
        ),
        (r#"{"MessageAttributes":{"a":{"BinaryValue":1}}}"#, "only base-64-encoded strings are convertible to bytes"),
        (
            r#"{"MessageAttributes":{"a":{"BinaryValue":"abc"}}}"#,
            "Base64 encoded length is expected a multiple of 4 bytes but found: 3",
        ),
        (r#"{"QueueUrl":"a","QueueUrl":"b"}"#, "'QueueUrl' occurs twice"),
        (r#"{"MessageAttributes":{"a":{},"a":{}}}"#, "a key occurs twice in a map"),
        (r#"{"QueueUrl":"a"} x"#, "Unexpected token received from parser"),
        (r#"{"QueueUrl":"a""#, "Unexpected end-of-input"),
    ];
    for (body, reason) in table {
        assert_eq!(decode(ProtocolKind::Json10, body.as_bytes()).unwrap_err().0, reason, "{body}");
    }
}

#[test]
fn forms_that_make_no_sense_are_refused() {
    for body in [
        "DelaySeconds=x",
        "DelaySeconds=",
        "QueueUrl.1=x",
        "QueueUrl=a&QueueUrl=b",
        "AttributeName=x",
        "a=%zz",
        "AttributeName.99999999999999=x",
        "AttributeName.01=x",
        "MessageAttribute.1.Value.DataType=x",
    ] {
        assert!(decode(ProtocolKind::Query, body.as_bytes()).is_err(), "{body}");
    }
}

fn result() -> SendMessageResult {
    let value = AttributeValue { string_value: Some("<x>".into()), data_type: "String".into(), ..Default::default() };
    SendMessageResult {
        message_id: Some("m-1".into()),
        names: Some(vec!["a".into(), "b".into()]),
        values: Some(BTreeMap::from([("k".into(), value)])),
        created: Some(Timestamp::from_millis(1_700_000_000_500)),
    }
}

#[test]
fn outputs_are_written() {
    let json = protocol(ProtocolKind::Json10).encode(&SEND, "id-1", &mut result());
    let want = r#"{"MessageId":"m-1","Names":["a","b"],"Values":{"k":{"StringValue":"<x>","DataType":"String"}},"Created":1700000000.5}"#;
    assert_eq!(bytes(&json), want);
    assert_eq!(json.headers["content-type"], "application/x-amz-json-1.0");
    assert_eq!(json.headers["x-amzn-requestid"], "id-1");
    let xml = protocol(ProtocolKind::Query).encode(&SEND, "id-1", &mut result());
    let want = "<SendMessageResponse xmlns=\"http://queue.amazonaws.com/doc/2012-11-05/\"><SendMessageResult><MessageId>m-1\
        </MessageId><Names><member>a</member><member>b</member></Names><Value><key>k</key><value><StringValue>&lt;x&gt;\
        </StringValue><DataType>String</DataType></value></Value><Created>2023-11-14T22:13:20.500Z</Created>\
        </SendMessageResult><ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></SendMessageResponse>";
    assert_eq!(bytes(&xml), want);
    assert_eq!(xml.headers["content-type"], "text/xml");
}

const MISSING: ErrorReply<'static> = ErrorReply {
    code: "QueueDoesNotExist",
    namespace: "com.amazonaws.sqs",
    query_code: "AWS.SimpleQueueService.NonExistentQueue",
    status: 400,
    query_status: 404,
    party: Party::Sender,
    message: Some("gone & \"away\""),
    shape: None,
    members: None,
    extra: &[],
};

#[test]
fn errors_are_written_in_each_envelope() {
    let json = r#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"gone & \"away\""}"#;
    let query = "<ErrorResponse xmlns=\"http://queue.amazonaws.com/doc/2012-11-05/\"><Error><Type>Sender</Type><Code>\
        AWS.SimpleQueueService.NonExistentQueue</Code><Message>gone &amp; \"away\"</Message><Detail></Detail></Error>\
        <RequestId>id-1</RequestId></ErrorResponse>";
    let ec2 = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error><Code>AWS.SimpleQueueService.\
        NonExistentQueue</Code><Message>gone &amp; \"away\"</Message></Error></Errors><RequestID>id-1</RequestID></Response>";
    let rest = r#"{"message":"gone & \"away\""}"#;
    let table = [
        (ProtocolKind::Json11, 400, json, true),
        (ProtocolKind::Query, 404, query, true),
        (ProtocolKind::Ec2, 404, ec2, false),
        (ProtocolKind::RestJson, 400, rest, false),
    ];
    for (kind, status, want, compatible) in table {
        let answer = protocol(kind).encode_error(&SERVICE, "id-1", &MISSING);
        assert_eq!((answer.status.as_u16(), bytes(&answer)), (status, Bytes::from(want)), "{kind:?}");
        assert_eq!(answer.headers["x-amzn-requestid"], "id-1");
        let header = answer.headers.get("x-amzn-query-error").map(|v| v.to_str().unwrap());
        assert_eq!(header, compatible.then_some("AWS.SimpleQueueService.NonExistentQueue;Sender"));
    }
    let cbor = protocol(ProtocolKind::RpcV2Cbor).encode_error(&SERVICE, "id-1", &MISSING);
    assert_eq!(&bytes(&cbor)[..9], b"\xbf\x66__type\x78");
    let rest = protocol(ProtocolKind::RestJson).encode_error(&SERVICE, "id-1", &MISSING);
    assert_eq!(rest.headers["x-amzn-errortype"], "QueueDoesNotExist");
}

#[test]
fn an_exceptions_members_join_its_message() {
    let members: &dyn Shape = &result();
    let reply = ErrorReply { members: Some(members), message: None, namespace: "", ..MISSING };
    let answer = protocol(ProtocolKind::Json10).encode_error(&SERVICE, "id", &reply);
    assert!(bytes(&answer).starts_with(br#"{"__type":"QueueDoesNotExist","MessageId":"m-1""#));
}

#[test]
fn the_message_has_the_name_that_the_model_gives_it() {
    static CAPITAL: Schema =
        Schema::new("Gone", Kind::Structure).members(&[Member::new("Message", &smithy::plain::STRING)]);
    static SMALL: Schema =
        Schema::new("Gone", Kind::Structure).members(&[Member::new("message", &smithy::plain::STRING)]);
    static NONE: Schema = Schema::new("Gone", Kind::Structure);
    for (shape, name) in [(&CAPITAL, "Message"), (&SMALL, "message"), (&NONE, "message")] {
        let reply = ErrorReply { shape: Some(shape), message: Some("gone"), namespace: "", ..MISSING };
        for kind in [ProtocolKind::Json11, ProtocolKind::RestJson] {
            let answer = protocol(kind).encode_error(&SERVICE, "id", &reply);
            let body: serde_json::Value = serde_json::from_slice(&bytes(&answer)).unwrap();
            assert_eq!(body[name], "gone", "{kind:?}: {body}");
        }
    }
}

#[test]
fn deep_nesting_is_refused_quickly() {
    let deep = 100_000;
    let json = format!("{{\"Unknown\":{}", "[".repeat(deep));
    let json2 = format!("{{\"Unknown\":{}", "{\"a\":".repeat(deep));
    let form = format!("QueueUrl=a&MessageBody=b&MessageAttribute.1.Name=a&MessageAttribute{}=1", ".1".repeat(deep));
    let mut cbor = b"\xbf\x67Unknown".to_vec();
    cbor.extend([0x9f].repeat(deep));
    for body in [json, json2] {
        assert!(decode(ProtocolKind::Json10, body.as_bytes()).is_err());
    }
    assert!(decode(ProtocolKind::RpcV2Cbor, &cbor).is_err());
    decode(ProtocolKind::Query, form.as_bytes()).expect("what lies deeper than the schema is not followed");
}
