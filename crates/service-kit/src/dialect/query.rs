//! Words of query services.

use super::{
    BUSY, OUR_FAULT, Rendered, authentication_text, body, constraints, denial, not_implemented, throttle_text,
};
use crate::{AuthenticationFailure as Auth, Fault};

pub(super) fn render(fault: &Fault) -> Rendered {
    match fault {
        Fault::Authentication(failure) => authentication(failure),
        Fault::AccessDenied { principal, action, resource, reason } => {
            Rendered::sender("AccessDenied", 403, denial(principal, action, resource.as_deref(), reason))
        }
        Fault::UnknownOperation { name, .. } if name.is_empty() => {
            Rendered::sender("MissingAction", 400, "The request is missing an action or a required parameter.")
        }
        Fault::UnknownOperation { name, version } => {
            Rendered::sender("InvalidAction", 400, format!("Could not find operation {name} for version {version}"))
        }
        Fault::NotImplemented { service, operation } => {
            Rendered::receiver("NotImplemented", 501, not_implemented(service, operation))
        }
        Fault::Malformed { reason } => Rendered::sender("MalformedInput", 400, reason.clone()),
        Fault::Validation(issues) => Rendered::sender("ValidationError", 400, constraints(issues)),
        Fault::Invalid { message } => Rendered::sender("ValidationError", 400, message.clone()),
        Fault::TooLarge { limit } => {
            Rendered::sender("RequestEntityTooLarge", 413, format!("Request size exceeded {limit} bytes"))
        }
        Fault::Body(fault) => body(fault),
        Fault::Throttled { message } => Rendered::sender("Throttling", 400, throttle_text(message)),
        Fault::InvalidPageToken => Rendered::sender("InvalidNextToken", 400, "Invalid NextToken"),
        Fault::Unavailable { .. } => Rendered::receiver("ServiceUnavailable", 503, BUSY),
        Fault::Internal { .. } => Rendered::receiver("InternalFailure", 500, OUR_FAULT),
    }
}

pub(super) fn authentication(failure: &Auth) -> Rendered {
    let (code, status) = match failure {
        Auth::Missing => ("MissingAuthenticationToken", 403),
        Auth::UnknownKey | Auth::InvalidToken | Auth::InactiveKey => ("InvalidClientTokenId", 403),
        Auth::ExpiredToken => ("ExpiredToken", 403),
        Auth::Incomplete { .. } | Auth::Worded { .. } | Auth::Unsupported { .. } => ("IncompleteSignature", 400),
        Auth::Mismatch { .. } | Auth::Skewed { .. } | Auth::PresignedExpired { .. } | Auth::BodyMismatch { .. } => {
            ("SignatureDoesNotMatch", 403)
        }
    };
    Rendered::sender(code, status, authentication_text(failure))
}
