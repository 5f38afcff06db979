//! The encoded messages of denials.

use api_sts::{DecodeAuthorizationMessage, DecodeAuthorizationMessageInput, DecodeAuthorizationMessageOutput, errors};
use service_kit::{Ctx, Outcome};

use crate::engine::denial;

/// Opens a message that the authority sealed for a caller of this account.
pub(crate) async fn decode_authorization_message(
    ctx: &Ctx,
    input: DecodeAuthorizationMessageInput,
) -> Outcome<DecodeAuthorizationMessage> {
    let decoded = denial::open(ctx.cloud().vault(), ctx.account(), &input.encoded_message);
    let invalid = || errors::invalid_authorization_message_exception("Message is not valid");
    Ok(DecodeAuthorizationMessageOutput { decoded_message: Some(decoded.ok_or_else(invalid)?) })
}
