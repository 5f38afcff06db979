//! Words of REST-XML services, where they are not those of the query family.

use super::{Rendered, query, throttle_text};
use crate::{AuthenticationFailure as Auth, Fault};

pub(super) fn render(fault: &Fault) -> Rendered {
    match fault {
        Fault::Authentication(Auth::Skewed { message, request_time, server_time }) => {
            Rendered::sender("RequestTimeTooSkewed", 403, message.clone())
                .with("RequestTime", request_time)
                .with("ServerTime", server_time)
        }
        Fault::Authentication(Auth::BodyMismatch { claimed, actual }) => Rendered::sender(
            "XAmzContentSHA256Mismatch",
            400,
            super::authentication_text(&Auth::BodyMismatch { claimed: claimed.clone(), actual: actual.clone() }),
        )
        .with("ClientComputedContentSHA256", claimed)
        .with("S3ComputedContentSHA256", actual),
        Fault::UnknownOperation { .. } => {
            Rendered::sender("MethodNotAllowed", 405, "The specified method is not allowed against this resource.")
        }
        Fault::Malformed { .. } => Rendered::sender(
            "MalformedXML",
            400,
            "The XML you provided was not well-formed or did not validate against our published schema",
        ),
        Fault::Throttled { message } => Rendered::sender("SlowDown", 503, throttle_text(message)),
        _ => query::render(fault),
    }
}
