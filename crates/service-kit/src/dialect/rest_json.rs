//! Words of REST-JSON services, where they are not those of the JSON family.

use super::{Rendered, json};
use crate::Fault;

pub(super) fn render(fault: &Fault) -> Rendered {
    match fault {
        Fault::Authentication(_) | Fault::AccessDenied { .. } => {
            Rendered { status: 403, namespace: "".into(), ..json::render(fault) }
        }
        Fault::UnknownOperation { .. } => Rendered::sender("UnknownOperationException", 404, "").silent(),
        Fault::Throttled { message } => {
            Rendered::sender("TooManyRequestsException", 429, super::throttle_text(message))
        }
        _ => Rendered { namespace: "".into(), ..json::render(fault) },
    }
}
