//! `errorCode` and `errorMessage`: what went wrong, as the caller was told.

use service_kit::{Ctx, Error, Fault};
use smithy::ProtocolKind;

use crate::limits::{CODE_BYTES, TEXT_BYTES};

/// What went wrong.
pub(crate) struct Failure {
    pub(crate) code: String,
    pub(crate) message: String,
    /// The caller was not allowed, or not known.
    pub(crate) denied: bool,
}

/// What a call's error is in its record.
pub(crate) fn failure(ctx: &Ctx, error: &Error) -> Failure {
    let (code, message) = match error {
        Error::Modeled(error) => (bare(error.schema.code).to_owned(), error.message.clone()),
        Error::Fault(fault) => told(ctx, fault),
    };
    let denied = matches!(error, Error::Fault(Fault::AccessDenied { .. } | Fault::Authentication(_)));
    Failure { code: cut(code, CODE_BYTES), message: cut(message, TEXT_BYTES), denied }
}

/// A fault in the words of its service. Of a denial CloudTrail has one code for nearly all services.
fn told(ctx: &Ctx, fault: &Fault) -> (String, String) {
    let service = ctx.operation.service;
    let protocol = ctx.request.protocol.or_else(|| service.protocols.first().copied()).unwrap_or(ProtocolKind::Json11);
    let words = ctx.cloud().service(service.id).map(|service| service.words().render(fault, protocol));
    let words = words.unwrap_or_else(|| service_kit::dialect::usual(fault, protocol));
    let code = match (fault, protocol) {
        (Fault::AccessDenied { .. }, ProtocolKind::Ec2) => "Client.UnauthorizedOperation".to_owned(),
        (Fault::AccessDenied { .. }, _) => "AccessDenied".to_owned(),
        _ => bare(&words.code).to_owned(),
    };
    (code, words.message.unwrap_or_default())
}

fn bare(code: &str) -> &str {
    code.rsplit('#').next().unwrap_or(code)
}

/// The beginning of a text that is longer than a field may be.
pub(super) fn cut(mut text: String, bytes: usize) -> String {
    if text.len() > bytes {
        text.truncate(text.floor_char_boundary(bytes));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!(cut("äöü".to_owned(), 3), "ä");
        assert_eq!(cut("abc".to_owned(), 3), "abc");
    }

    #[test]
    fn codes_lose_their_namespace() {
        assert_eq!(bare("com.amazonaws.sqs#QueueDoesNotExist"), "QueueDoesNotExist");
        assert_eq!(bare("NoSuchEntityException"), "NoSuchEntityException");
    }
}
