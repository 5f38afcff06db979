//! A service in the manner of generated code: one of each kind of member, and SQS's `SendMessage`.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderMap, Method, Uri};
use protocols::{Body, Encoded, RequestParts, protocol};
use smithy::{
    HttpBinding, Issue, Kind, Malformed, Member, OperationSchema, ProtocolKind, ReadResult, Reader, Schema,
    ServiceSchema, Shape, Timestamp, Value, Writer, write_optional,
};

pub(crate) static TEXT: Schema = Schema::new("String", Kind::String);
static INTEGER: Schema = Schema::new("Integer", Kind::Integer);
static BLOB: Schema = Schema::new("Blob", Kind::Blob);
static TIME: Schema = Schema::new("Timestamp", Kind::Timestamp);
static FLOAT: Schema = Schema::new("Float", Kind::Float);
static SECRET: Schema = Schema::new("Secret", Kind::String).sensitive();
static VALUE: Schema = Schema::new("MessageAttributeValue", Kind::Structure).members(&[
    Member::new("StringValue", &TEXT),
    Member::new("BinaryValue", &BLOB),
    Member::new("DataType", &TEXT).required(),
]);
static VALUES: Schema = Schema::new("MessageBodyAttributeMap", Kind::Map)
    .members(&[Member::new("key", &TEXT).query("Name"), Member::new("value", &VALUE).query("Value")]);
static NAMES: Schema = Schema::new("Names", Kind::List).members(&[Member::new("member", &TEXT)]);
static INPUT: Schema = Schema::new("SendMessageRequest", Kind::Structure).members(&[
    Member::new("QueueUrl", &TEXT).required(),
    Member::new("MessageBody", &TEXT).required(),
    Member::new("DelaySeconds", &INTEGER),
    Member::new("MessageAttributes", &VALUES).flattened().query("MessageAttribute"),
    Member::new("AttributeNames", &NAMES).flattened().query("AttributeName"),
    Member::new("Created", &TIME),
    Member::new("Weight", &FLOAT),
    Member::new("Password", &SECRET),
]);
static OUTPUT: Schema = Schema::new("SendMessageResult", Kind::Structure).members(&[
    Member::new("MessageId", &TEXT),
    Member::new("Names", &NAMES),
    Member::new("Values", &VALUES).flattened().xml("Value"),
    Member::new("Created", &TIME),
]);

pub(crate) static SERVICE: ServiceSchema = ServiceSchema {
    id: "sqs",
    sdk_id: "SQS",
    full_name: "Amazon Simple Queue Service",
    signing_name: "sqs",
    endpoint_prefix: "sqs",
    api_version: "2012-11-05",
    target_prefix: "AmazonSQS",
    namespace: "com.amazonaws.sqs",
    xml_namespace: "http://queue.amazonaws.com/doc/2012-11-05/",
    protocols: &[ProtocolKind::Json10, ProtocolKind::Query],
    query_compatible: true,
    global: false,
    ..ServiceSchema::EMPTY
};

pub(crate) static SEND: OperationSchema = OperationSchema {
    name: "SendMessage",
    service: &SERVICE,
    input: &INPUT,
    output: &OUTPUT,
    http: HttpBinding { method: "POST", uri: "/", status: 200 },
    result_wrapper: Some("SendMessageResult"),
    errors: &[],
    action: "sqs:SendMessage",
    read_only: false,
    unsigned: false,
    ..OperationSchema::EMPTY
};

#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct AttributeValue {
    pub(crate) string_value: Option<String>,
    pub(crate) binary_value: Option<Bytes>,
    pub(crate) data_type: String,
}

#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct SendMessage {
    pub(crate) queue_url: String,
    pub(crate) message_body: String,
    pub(crate) delay_seconds: Option<i32>,
    pub(crate) message_attributes: Option<BTreeMap<String, AttributeValue>>,
    pub(crate) attribute_names: Option<Vec<String>>,
    pub(crate) created: Option<Timestamp>,
    pub(crate) weight: Option<f32>,
    pub(crate) password: Option<String>,
}

#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct SendMessageResult {
    pub(crate) message_id: Option<String>,
    pub(crate) names: Option<Vec<String>>,
    pub(crate) values: Option<BTreeMap<String, AttributeValue>>,
    pub(crate) created: Option<Timestamp>,
}

smithy::structure!(AttributeValue, SendMessage, SendMessageResult);

fn read<T: Value>(schema: &'static Schema, index: usize, reader: &mut dyn Reader) -> ReadResult<T> {
    T::read(&schema.members[index], reader)
}

impl Shape for AttributeValue {
    fn schema(&self) -> &'static Schema {
        &VALUE
    }
    fn read_member(&mut self, index: usize, reader: &mut dyn Reader) -> ReadResult<()> {
        match index {
            0 => self.string_value = Some(read(&VALUE, index, reader)?),
            1 => self.binary_value = Some(read(&VALUE, index, reader)?),
            _ => self.data_type = read(&VALUE, index, reader)?,
        }
        Ok(())
    }
    fn write_members(&self, writer: &mut dyn Writer) {
        write_optional(&self.string_value, &VALUE.members[0], writer);
        write_optional(&self.binary_value, &VALUE.members[1], writer);
        writer.string(&VALUE.members[2], &self.data_type);
    }
}

impl Shape for SendMessage {
    fn schema(&self) -> &'static Schema {
        &INPUT
    }
    fn read_member(&mut self, index: usize, reader: &mut dyn Reader) -> ReadResult<()> {
        match index {
            0 => self.queue_url = read(&INPUT, index, reader)?,
            1 => self.message_body = read(&INPUT, index, reader)?,
            2 => self.delay_seconds = Some(read(&INPUT, index, reader)?),
            3 => self.message_attributes = Some(read(&INPUT, index, reader)?),
            4 => self.attribute_names = Some(read(&INPUT, index, reader)?),
            5 => self.created = Some(read(&INPUT, index, reader)?),
            6 => self.weight = Some(read(&INPUT, index, reader)?),
            _ => self.password = Some(read(&INPUT, index, reader)?),
        }
        Ok(())
    }
    fn write_members(&self, writer: &mut dyn Writer) {
        writer.string(&INPUT.members[0], &self.queue_url);
        writer.string(&INPUT.members[1], &self.message_body);
        write_optional(&self.delay_seconds, &INPUT.members[2], writer);
        write_optional(&self.message_attributes, &INPUT.members[3], writer);
        write_optional(&self.attribute_names, &INPUT.members[4], writer);
        write_optional(&self.created, &INPUT.members[5], writer);
        write_optional(&self.weight, &INPUT.members[6], writer);
        write_optional(&self.password, &INPUT.members[7], writer);
    }
}

impl Shape for SendMessageResult {
    fn schema(&self) -> &'static Schema {
        &OUTPUT
    }
    fn read_member(&mut self, index: usize, reader: &mut dyn Reader) -> ReadResult<()> {
        match index {
            0 => self.message_id = Some(read(&OUTPUT, index, reader)?),
            1 => self.names = Some(read(&OUTPUT, index, reader)?),
            2 => self.values = Some(read(&OUTPUT, index, reader)?),
            _ => self.created = Some(read(&OUTPUT, index, reader)?),
        }
        Ok(())
    }
    fn write_members(&self, writer: &mut dyn Writer) {
        write_optional(&self.message_id, &OUTPUT.members[0], writer);
        write_optional(&self.names, &OUTPUT.members[1], writer);
        write_optional(&self.values, &OUTPUT.members[2], writer);
        write_optional(&self.created, &OUTPUT.members[3], writer);
    }
}

/// Reads a body with a protocol.
pub(crate) fn decode(kind: ProtocolKind, body: &[u8]) -> Result<(SendMessage, Vec<Issue>), Malformed> {
    let mut input = SendMessage::default();
    let body = Bytes::copy_from_slice(body);
    let (uri, headers) = (Uri::from_static("/"), HeaderMap::new());
    let parts = RequestParts { method: &Method::POST, uri: &uri, headers: &headers, labels: &[], body: &body };
    protocol(kind).decode(&SEND, &parts, &mut input).map(|issues| (input, issues))
}

/// The body of an answer that is held whole.
pub(crate) fn bytes(answer: &Encoded) -> Bytes {
    match &answer.body {
        Body::Full(bytes) => bytes.clone(),
        Body::Stream(_) => panic!("the body is a stream"),
    }
}
