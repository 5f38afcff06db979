//! Rules 1 and 2: protocols that name the operation outright. They decide alone, signed or not; a credential scope that
//! says otherwise is the signature check's affair.

use smithy::ProtocolKind;

use super::{Head, Identified, Named, Unidentified, header};

type Found = Option<Result<Identified, Unidentified>>;

/// Rule 1: `POST /service/{name}/operation/{operation}`; the name is the target prefix (botocore) or the service shape.
pub(super) fn by_cbor_path(head: &Head<'_>) -> Found {
    header(head, "smithy-protocol").filter(|protocol| *protocol == "rpc-v2-cbor")?;
    let mut parts = head.uri.path().strip_prefix("/service/")?.split('/');
    let (service, marker, operation) = (parts.next()?, parts.next()?, parts.next()?);
    let well_formed = marker == "operation" && parts.next().is_none();
    well_formed.then(|| named(1, api_catalog::by_rpc_name(service), operation, ProtocolKind::RpcV2Cbor))
}

/// Rule 2: `X-Amz-Target: {prefix}.{operation}`. A prefix may itself hold dots: the last one splits.
pub(super) fn by_target(head: &Head<'_>) -> Found {
    let target = header(head, "x-amz-target")?;
    let (prefix, operation) = target.rsplit_once('.').unwrap_or(("", target));
    let service = api_catalog::by_target_prefix(prefix);
    let protocol = match header(head, "content-type") {
        Some(kind) if kind.starts_with("application/x-amz-json-1.0") => ProtocolKind::Json10,
        Some(kind) if kind.starts_with("application/x-amz-json-1.1") => ProtocolKind::Json11,
        Some(kind) if kind.starts_with("application/x-amz-cbor-1.1") => ProtocolKind::Cbor11,
        _ => service.and_then(|s| s.schema.protocols.iter().copied().find(is_json)).unwrap_or(ProtocolKind::Json11),
    };
    Some(named(2, service, operation, protocol))
}

fn is_json(protocol: &ProtocolKind) -> bool {
    matches!(protocol, ProtocolKind::Json10 | ProtocolKind::Json11)
}

fn named(
    rule: u8,
    service: Option<&'static api_catalog::ServiceEntry>,
    operation: &str,
    protocol: ProtocolKind,
) -> Result<Identified, Unidentified> {
    let Some(service) = service else {
        return Err(Unidentified { operation: operation.to_owned(), version: String::new(), protocol });
    };
    let unknown = || Named::Unknown { name: operation.to_owned(), version: String::new() };
    let operation = service.operation(operation).map_or_else(unknown, Named::Operation);
    Ok(Identified { rule, service, operation, protocol, labels: Vec::new() })
}
