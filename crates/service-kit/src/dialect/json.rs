//! Words of awsJson and CBOR services.

use super::{
    BUSY, OUR_FAULT, Rendered, authentication_text, body, constraints, denial, not_implemented, throttle_text,
};
use crate::{AuthenticationFailure as Auth, Fault};

const CORAL: &str = "com.amazon.coral.service";

pub(super) fn render(fault: &Fault) -> Rendered {
    match fault {
        Fault::Authentication(failure) => authentication(failure),
        Fault::AccessDenied { principal, action, resource, reason } => {
            let text = denial(principal, action, resource.as_deref(), reason);
            Rendered::sender("AccessDeniedException", 400, text).namespace(CORAL).query_code("AccessDenied")
        }
        Fault::UnknownOperation { .. } => {
            Rendered::sender("UnknownOperationException", 400, "").namespace(CORAL).silent()
        }
        Fault::NotImplemented { service, operation } => {
            Rendered::receiver("NotImplemented", 501, not_implemented(service, operation))
        }
        Fault::Malformed { reason } => {
            let rendered = Rendered::sender("SerializationException", 400, reason.clone()).namespace(CORAL);
            if reason.is_empty() { rendered.silent() } else { rendered }
        }
        Fault::Validation(issues) => {
            Rendered::sender("ValidationException", 400, constraints(issues)).query_code("ValidationError")
        }
        Fault::Invalid { message } => {
            Rendered::sender("ValidationException", 400, message.clone()).query_code("ValidationError")
        }
        Fault::TooLarge { limit } => {
            let text = format!("Request size exceeded {limit} bytes");
            Rendered::sender("RequestEntityTooLargeException", 413, text).query_code("RequestEntityTooLarge")
        }
        Fault::Body(fault) => body(fault),
        Fault::Throttled { message } => {
            Rendered::sender("ThrottlingException", 400, throttle_text(message)).query_code("Throttling")
        }
        Fault::InvalidPageToken => {
            Rendered::sender("ValidationException", 400, "Invalid NextToken").query_code("InvalidNextToken")
        }
        Fault::Unavailable { .. } => {
            Rendered::receiver("ServiceUnavailableException", 503, BUSY).query_code("ServiceUnavailable")
        }
        Fault::Internal { .. } => Rendered::receiver("InternalFailure", 500, OUR_FAULT).namespace(CORAL),
    }
}

fn authentication(failure: &Auth) -> Rendered {
    let (code, query_code) = match failure {
        Auth::Missing => ("MissingAuthenticationTokenException", "MissingAuthenticationToken"),
        Auth::UnknownKey | Auth::InvalidToken | Auth::InactiveKey => {
            ("UnrecognizedClientException", "InvalidClientTokenId")
        }
        Auth::ExpiredToken => ("ExpiredTokenException", "ExpiredToken"),
        Auth::Incomplete { .. } | Auth::Worded { .. } | Auth::Unsupported { .. } => {
            ("IncompleteSignatureException", "IncompleteSignature")
        }
        Auth::Mismatch { .. } | Auth::Skewed { .. } | Auth::PresignedExpired { .. } | Auth::BodyMismatch { .. } => {
            ("InvalidSignatureException", "SignatureDoesNotMatch")
        }
    };
    Rendered::sender(code, 400, authentication_text(failure)).query_code(query_code)
}
