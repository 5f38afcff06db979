//! awsJson 1.1 in CBOR: `X-Amz-Target` names the operation, the body is its input, instants are milliseconds. No model
//! declares it; SDKs for Java, and the Kinesis Client Library with them, speak it to Kinesis. Source: `SdkCborGenerator` and
//! `AwsCborProtocolFactory` of the AWS SDK for Java.

use smithy::{Issue, Malformed, OperationSchema, ProtocolKind, ServiceSchema, Shape};

use crate::cbor_data::{CborReader, CborWriter, Instants};
use crate::members::{ErrorMembers, message_name};
use crate::{Encoded, ErrorReply, Protocol, RequestParts, event_stream, reply};

const CONTENT_TYPE: &str = "application/x-amz-cbor-1.1";

/// The protocol.
pub(crate) struct Cbor11;

impl Protocol for Cbor11 {
    fn kind(&self) -> ProtocolKind {
        ProtocolKind::Cbor11
    }

    fn decode(
        &self,
        _: &'static OperationSchema,
        req: &RequestParts<'_>,
        input: &mut dyn Shape,
    ) -> Result<Vec<Issue>, Malformed> {
        CborReader::read_with(Instants::Millis, req.body, input)
    }

    fn encode(&self, _: &'static OperationSchema, request_id: &str, output: &mut dyn Shape) -> Encoded {
        if let Some(events) = output.take_events() {
            return event_stream::rpc_amz_cbor(request_id, output, events);
        }
        let mut writer = CborWriter::with(Instants::Millis);
        writer.object(|w| output.write_members(w));
        reply::full(200, CONTENT_TYPE, request_id, writer.finish())
    }

    fn encode_error(&self, service: &'static ServiceSchema, request_id: &str, error: &ErrorReply<'_>) -> Encoded {
        let mut writer = CborWriter::with(Instants::Millis);
        writer.object(|w| {
            w.entry("__type", &reply::type_name(error));
            if let Some(message) = error.message {
                w.entry(message_name(error), message);
            }
            if let Some(members) = error.members {
                members.write_members(&mut ErrorMembers(w));
            }
        });
        let mut answer = reply::full(error.status, CONTENT_TYPE, request_id, writer.finish());
        reply::query_error(&mut answer.headers, service, error);
        answer
    }
}
