//! Which service and operation a request means. One port serves every AWS API, so the request itself must tell.
//!
//! Rules in this order; the first that decides wins, and its number is kept for the log:
//!
//! | rule | what decides | file |
//! |---|---|---|
//! | 0 | a host that the cloud itself handed out | `data_plane.rs` |
//! | 1 | `smithy-protocol: rpc-v2-cbor` and `/service/S/operation/O` | `rpc.rs` |
//! | 2 | `X-Amz-Target: prefix.operation` | `rpc.rs` |
//! | 3 | the name in the credential scope | `scope.rs` |
//! | 4 | the host `prefix.region.domain` | `host.rs` |
//! | 5 | `Action` and `Version` of the query protocol | `form.rs` |
//! | 6 | a fixed REST path, unsigned | `rest.rs` |
//! | 7 | nothing else: S3 | here |

mod data_plane;
mod form;
mod host;
mod rest;
mod rpc;
mod scope;

use api_catalog::{OperationEntry, ServiceEntry};
use http::{HeaderMap, Method, Uri};
use smithy::ProtocolKind;

pub use data_plane::{DataPlane, DataPlaneHosts};
pub use host::HostParts;

/// The head of a request, and its body where the body is a form that may name the operation.
#[derive(Clone, Copy)]
pub struct Head<'a> {
    /// Method.
    pub method: &'a Method,
    /// Path and query.
    pub uri: &'a Uri,
    /// Headers.
    pub headers: &'a HeaderMap,
    /// Host without port, lower case.
    pub host: &'a str,
    /// The body of a form post.
    pub form: Option<&'a [u8]>,
    /// Signing name of the credential scope.
    pub signing_name: Option<&'a str>,
}

/// What a request means.
#[derive(Debug, Clone)]
pub struct Identified {
    /// The rule that named the service.
    pub rule: u8,
    /// The service.
    pub service: &'static ServiceEntry,
    /// The operation, or the name that is none of the service's.
    pub operation: Named,
    /// How the request is written and the answer must be.
    pub protocol: ProtocolKind,
    /// Values of the labels in the path, percent-decoded.
    pub labels: Vec<(&'static str, String)>,
}

/// The operation of a request.
#[derive(Debug, Clone)]
pub enum Named {
    /// One of the service's.
    Operation(OperationEntry),
    /// None of the service's.
    Unknown {
        /// As the client wrote it; empty when it named none.
        name: String,
        /// The API version it asked for, when it named one.
        version: String,
    },
}

/// The request names no service at all, and is no request for S3 either.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unidentified {
    /// The operation it asked for, when it named one.
    pub operation: String,
    /// The API version it asked for, when it named one.
    pub version: String,
    /// The protocol to answer in.
    pub protocol: ProtocolKind,
}

/// Tells service, operation and protocol.
pub fn identify(head: &Head<'_>) -> Result<Identified, Unidentified> {
    if let Some(found) = rpc::by_cbor_path(head) {
        return found;
    }
    if let Some(found) = rpc::by_target(head) {
        return found;
    }
    let host = HostParts::read(head.host);
    let (rule, candidates) = candidates(head, &host);
    if !candidates.is_empty() {
        return Ok(within(rule, &candidates, head, &host));
    }
    if let Some(found) = form::by_action(head) {
        return found;
    }
    if let Some(found) = rest::by_fixed_path(head) {
        return Ok(found);
    }
    Ok(object_storage(head, &host))
}

/// The services that the credential scope, or else the host, leaves possible.
fn candidates(head: &Head<'_>, host: &HostParts<'_>) -> (u8, Vec<&'static ServiceEntry>) {
    let named = head.signing_name.map(|name| scope::services(name, head, host)).unwrap_or_default();
    if named.is_empty() { (4, host.services()) } else { (3, named) }
}

/// Finds the operation among a few services that share a name: the one that asks for most of a request, since it would
/// not match by accident; else none of the first service.
fn within(rule: u8, services: &[&'static ServiceEntry], head: &Head<'_>, host: &HostParts<'_>) -> Identified {
    let call = form::Call::read(head);
    let by_form = services.iter().filter(|s| form::spoken_by(s)).find_map(|s| call.as_ref()?.in_service(rule, s));
    let by_path = || {
        let rest = services.iter().filter(|service| rest::spoken_by(service));
        let found = rest.filter_map(|service| rest::in_service(rule, service, head, host));
        found.reduce(|best, next| if next.specificity > best.specificity { next } else { best }).map(|m| m.identified)
    };
    by_form.or_else(by_path).unwrap_or_else(|| unknown(rule, services[0], head))
}

fn unknown(rule: u8, service: &'static ServiceEntry, head: &Head<'_>) -> Identified {
    let call = form::Call::read(head).filter(|_| form::spoken_by(service));
    let protocol = if call.is_some() { form::protocol(service) } else { service.schema.protocols[0] };
    let operation = call.map_or_else(Named::nothing, form::Call::unknown);
    Identified { rule, service, operation, protocol, labels: Vec::new() }
}

/// What nothing else claims is a bucket and a key.
fn object_storage(head: &Head<'_>, host: &HostParts<'_>) -> Identified {
    let s3 = api_catalog::by_id("s3").expect("the catalog holds S3's model");
    rest::in_service(7, s3, head, host).map_or_else(|| unknown(7, s3, head), |found| found.identified)
}

impl Named {
    /// No operation was named.
    fn nothing() -> Self {
        Self::Unknown { name: String::new(), version: String::new() }
    }
}

impl Identified {
    /// The operation's name; empty when it has none.
    pub fn operation_name(&self) -> &'static str {
        match &self.operation {
            Named::Operation(operation) => operation.name,
            Named::Unknown { .. } => "",
        }
    }

    /// Whether the operation is answered without a signature.
    pub fn unsigned(&self) -> bool {
        matches!(&self.operation, Named::Operation(operation) if operation.unsigned)
    }
}

/// The value of a header, when it is readable text.
fn header<'a>(head: &Head<'a>, name: &str) -> Option<&'a str> {
    head.headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests;
