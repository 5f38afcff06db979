//! Words of EC2, where they are not those of the query family.

use super::{Rendered, query, throttle_text};
use crate::{AuthenticationFailure as Auth, Fault};

const NOT_VALIDATED: &str = "AWS was not able to validate the provided access credentials";

pub(super) fn render(fault: &Fault) -> Rendered {
    match fault {
        Fault::Authentication(Auth::UnknownKey | Auth::InvalidToken | Auth::InactiveKey | Auth::Mismatch { .. }) => {
            Rendered::sender("AuthFailure", 401, NOT_VALIDATED)
        }
        Fault::Authentication(Auth::ExpiredToken) => Rendered::sender("RequestExpired", 400, "Request has expired."),
        Fault::AccessDenied { .. } => {
            let text = query::render(fault).message.unwrap_or_default();
            Rendered::sender(
                "UnauthorizedOperation",
                403,
                format!("You are not authorized to perform this operation. {text}"),
            )
        }
        Fault::UnknownOperation { name, .. } => {
            Rendered::sender("InvalidAction", 400, format!("The action {name} is not valid for this web service."))
        }
        Fault::Throttled { message } => Rendered::sender("RequestLimitExceeded", 503, throttle_text(message)),
        _ => query::render(fault),
    }
}
