//! What the RPC targets do: read any bytes as a request; what was read is validated, told of, written in every protocol
//! and, by the protocol it came in, read again with the same result.

use bytes::Bytes;
use http::{HeaderMap, Method, Uri};
use protocols::{Body, RequestParts, coral, json_value, protocol, redact, validate};
use smithy::{OperationSchema, ProtocolKind};

use crate::everything::{ECHO, Everything};

/// Reads `body`, or tells that it is refused.
pub fn read(kind: ProtocolKind, op: &'static OperationSchema, body: &[u8]) -> Option<Everything> {
    let (uri, headers, body) = (Uri::from_static("/"), HeaderMap::new(), Bytes::copy_from_slice(body));
    let parts = RequestParts { method: &Method::POST, uri: &uri, headers: &headers, labels: &[], body: &body };
    let mut input = Everything::default();
    let issues = protocol(kind).decode(op, &parts, &mut input).ok()?;
    coral::message(&validate(op, &input, issues));
    Some(input)
}

/// Reads `body` and checks what can be done with what was read. `same` if answers are written as requests are.
pub fn run(kind: ProtocolKind, body: &[u8], same: bool) {
    let Some(mut input) = read(kind, &ECHO, body) else { return };
    redact::for_log(&input);
    let mut back = Everything::default();
    json_value::read(&json_value::write(&input), &mut back).expect("neutral JSON reads what it writes");
    assert_eq!(format!("{back:?}"), format!("{input:?}"));
    for other in [ProtocolKind::Query, ProtocolKind::Ec2, ProtocolKind::RestXml] {
        protocol(other).encode(&ECHO, "id", &mut input);
    }
    let Body::Full(written) = protocol(kind).encode(&ECHO, "id", &mut input).body else { unreachable!() };
    if same {
        let back = read(kind, &ECHO, &written).expect("what is written is read");
        assert_eq!(format!("{back:?}"), format!("{input:?}"));
    }
}
