//! A failure in a service's words. The closed set of faults has usual words in each protocol family, one file each; a
//! service whose words differ (SQS, S3, EC2's own names) declares a dialect and falls back to [`usual`] for the rest.
//!
//! Codes and statuses: AWS's "Common Errors" page of each API reference, and recorded answers where they differ.

mod ec2;
mod json;
mod query;
mod rest_json;
mod rest_xml;

use std::borrow::Cow;
use std::sync::Arc;

use protocols::coral;
use smithy::{Party, ProtocolKind, ServiceSchema};

use crate::{AuthenticationFailure, BodyFault, Fault};

/// A failure as a protocol writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// Code on JSON and CBOR wires.
    pub code: Cow<'static, str>,
    /// Namespace of the code; empty for a bare one.
    pub namespace: Cow<'static, str>,
    /// Code on query, ec2 and XML wires and in `x-amzn-query-error`.
    pub query_code: Cow<'static, str>,
    /// HTTP status.
    pub status: u16,
    /// HTTP status on the query wire.
    pub query_status: u16,
    /// Whose fault it is.
    pub party: Party,
    /// The text for the client; some of AWS's answers have none.
    pub message: Option<String>,
    /// Further elements of a REST-XML error.
    pub extra: Vec<(&'static str, String)>,
}

/// Words for faults.
pub trait Dialect: Send + Sync {
    /// Renders a fault for a protocol.
    fn render(&self, fault: &Fault, protocol: ProtocolKind) -> Rendered;

    /// Whether the service holds callers to a constraint of its model. Some models say more than their services check, and
    /// the handlers refuse the rest in words of their own.
    fn holds_to(&self, _issue: &smithy::Issue) -> bool {
        true
    }
}

/// The words of [`usual`].
#[derive(Debug, Clone, Copy)]
pub struct Usual;

impl Dialect for Usual {
    fn render(&self, fault: &Fault, protocol: ProtocolKind) -> Rendered {
        usual(fault, protocol)
    }
}

/// The dialect of a service that declares none.
pub fn of(_api: &'static ServiceSchema) -> Arc<dyn Dialect> {
    Arc::new(Usual)
}

/// The words most services of a protocol family use.
pub fn usual(fault: &Fault, protocol: ProtocolKind) -> Rendered {
    if let Fault::Authentication(AuthenticationFailure::Worded { code, status, message, members }) = fault {
        return worded(code, *status, message, members);
    }
    match protocol {
        ProtocolKind::Query => query::render(fault),
        ProtocolKind::Ec2 => ec2::render(fault),
        ProtocolKind::Json10 | ProtocolKind::Json11 | ProtocolKind::RpcV2Cbor | ProtocolKind::Cbor11 => {
            json::render(fault)
        }
        ProtocolKind::RestJson => rest_json::render(fault),
        ProtocolKind::RestXml => rest_xml::render(fault),
    }
}

impl Rendered {
    /// A client's mistake with the same code on every wire.
    pub fn sender(code: impl Into<Cow<'static, str>>, status: u16, message: impl Into<String>) -> Self {
        let code = code.into();
        Self {
            query_code: code.clone(),
            code,
            namespace: Cow::Borrowed(""),
            status,
            query_status: status,
            party: Party::Sender,
            message: Some(message.into()),
            extra: Vec::new(),
        }
    }

    /// A failure of ours.
    pub fn receiver(code: impl Into<Cow<'static, str>>, status: u16, message: impl Into<String>) -> Self {
        Self { party: Party::Receiver, ..Self::sender(code, status, message) }
    }

    /// With another code on the query wire.
    #[must_use]
    pub fn query_code(mut self, code: impl Into<Cow<'static, str>>) -> Self {
        self.query_code = code.into();
        self
    }

    /// With a namespace before the code.
    #[must_use]
    pub fn namespace(mut self, namespace: &'static str) -> Self {
        self.namespace = Cow::Borrowed(namespace);
        self
    }

    /// Without a text.
    #[must_use]
    pub fn silent(mut self) -> Self {
        self.message = None;
        self
    }

    /// With a further element.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.extra.push((name, value.into()));
        self
    }
}

/// "User: … is not authorized to perform: … on resource: … because …".
pub fn denial(principal: &str, action: &str, resource: Option<&str>, reason: &str) -> String {
    let on = resource.map(|r| format!(" on resource: {r}")).unwrap_or_default();
    format!("User: {principal} is not authorized to perform: {action}{on} {reason}")
}

/// A failure that brings its own words.
fn worded(code: &'static str, status: u16, message: &str, members: &[(&'static str, String)]) -> Rendered {
    Rendered { extra: members.to_vec(), ..Rendered::sender(code, status, message) }
}

/// Broken bodies, in the words of S3, whose bodies stream.
fn body(fault: &BodyFault) -> Rendered {
    match fault {
        BodyFault::Incomplete => {
            let text = "You did not provide the number of bytes specified by the Content-Length HTTP header";
            Rendered::sender("IncompleteBody", 400, text)
        }
        BodyFault::Stalled => {
            let text = "Your socket connection to the server was not read from or written to within the timeout period. \
                        Idle connections will be closed.";
            Rendered::sender("RequestTimeout", 400, text)
        }
        BodyFault::SmallChunk { chunk, size } => {
            let text = "Only the last chunk is allowed to have a size less than 8192 bytes";
            let rendered = Rendered::sender("InvalidChunkSizeError", 403, text);
            rendered.with("Chunk", chunk.to_string()).with("BadChunkSize", size.to_string())
        }
        BodyFault::Trailer => {
            let text = "The request contained trailing data that was not well-formed or did not conform to our published \
                        schema.";
            Rendered::sender("MalformedTrailerError", 400, text)
        }
        BodyFault::TooLarge { limit } => {
            let rendered =
                Rendered::sender("EntityTooLarge", 400, "Your proposed upload exceeds the maximum allowed size");
            rendered.with("MaxSizeAllowed", limit.to_string())
        }
        BodyFault::TooSmall { least } => {
            let text = "Your proposed upload is smaller than the minimum allowed size";
            Rendered::sender("EntityTooSmall", 400, text).with("MinSizeAllowed", least.to_string())
        }
    }
}

/// The text of an operation that is AWS's but not ours yet.
pub fn not_implemented(service: &str, operation: &str) -> String {
    format!("{service}:{operation} is an operation of AWS that this cloud does not implement yet.")
}

/// Coral's constraint text.
pub fn constraints(issues: &[smithy::Issue]) -> String {
    coral::message(issues)
}

/// The text of a failed authentication, the same in most services.
pub fn authentication_text(failure: &AuthenticationFailure) -> String {
    match failure {
        AuthenticationFailure::Missing => "Request is missing Authentication Token".to_owned(),
        AuthenticationFailure::UnknownKey
        | AuthenticationFailure::InvalidToken
        | AuthenticationFailure::InactiveKey => "The security token included in the request is invalid.".to_owned(),
        AuthenticationFailure::ExpiredToken => "The security token included in the request is expired".to_owned(),
        AuthenticationFailure::BodyMismatch { .. } => {
            "The provided 'x-amz-content-sha256' header does not match what was computed.".to_owned()
        }
        AuthenticationFailure::Incomplete { message }
        | AuthenticationFailure::Mismatch { message, .. }
        | AuthenticationFailure::Skewed { message, .. }
        | AuthenticationFailure::PresignedExpired { message }
        | AuthenticationFailure::Worded { message, .. }
        | AuthenticationFailure::Unsupported { message } => message.clone(),
    }
}

const OUR_FAULT: &str = "We encountered an internal error. Please try again.";
const BUSY: &str = "Service is unable to handle request.";
const RATE: &str = "Rate exceeded";

fn throttle_text(message: &str) -> String {
    if message.is_empty() { RATE.to_owned() } else { message.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [ProtocolKind; 7] = [
        ProtocolKind::Query,
        ProtocolKind::Ec2,
        ProtocolKind::Json10,
        ProtocolKind::Json11,
        ProtocolKind::RestJson,
        ProtocolKind::RestXml,
        ProtocolKind::RpcV2Cbor,
    ];

    fn code(fault: &Fault, protocol: ProtocolKind) -> (String, u16) {
        let rendered = usual(fault, protocol);
        match protocol {
            ProtocolKind::Query | ProtocolKind::Ec2 | ProtocolKind::RestXml => {
                (rendered.query_code.into_owned(), rendered.query_status)
            }
            _ => (rendered.code.into_owned(), rendered.status),
        }
    }

    #[test]
    fn signatures_fail_in_each_familys_words() {
        let fault = Fault::Authentication(AuthenticationFailure::UnknownKey);
        let expected = [
            ("InvalidClientTokenId", 403),
            ("AuthFailure", 401),
            ("UnrecognizedClientException", 400),
            ("UnrecognizedClientException", 400),
            ("UnrecognizedClientException", 403),
            ("InvalidClientTokenId", 403),
            ("UnrecognizedClientException", 400),
        ];
        for (protocol, (name, status)) in ALL.into_iter().zip(expected) {
            assert_eq!(code(&fault, protocol), (name.to_owned(), status), "{protocol:?}");
        }
    }

    #[test]
    fn what_is_not_there_names_itself_everywhere() {
        let fault = Fault::NotImplemented { service: "sns".into(), operation: "Publish".into() };
        for protocol in ALL {
            assert_eq!(code(&fault, protocol), ("NotImplemented".to_owned(), 501));
            assert!(usual(&fault, protocol).message.unwrap().contains("sns:Publish"));
        }
    }

    #[test]
    fn internal_reasons_stay_inside() {
        let faults = [Fault::internal("secret path"), Fault::Unavailable { internal: "secret path".into() }];
        for (fault, protocol) in faults.iter().flat_map(|f| ALL.map(|p| (f, p))) {
            let rendered = usual(fault, protocol);
            assert!(!rendered.message.unwrap_or_default().contains("secret"));
            assert_eq!(rendered.party, Party::Receiver);
            assert!(rendered.status >= 500);
        }
    }
}
