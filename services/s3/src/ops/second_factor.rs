//! MFA delete: what only the owner's root may do, and only with a device in hand.

use names::AccountId;
use service_kit::{Ctx, Error, Principal};

use crate::error::access_denied;

/// Whether the caller is the owner's root and `x-amz-mfa` (`SERIAL CODE`) holds what its device shows now. A code counts
/// once. Whatever is wrong, the answer is the same.
pub(crate) async fn check(ctx: &Ctx, owner: AccountId, header: Option<&str>) -> Result<(), Error> {
    let root = matches!(ctx.caller.principal, Principal::Root) && ctx.account() == owner;
    let shown = header.and_then(|header| header.trim().split_once(char::is_whitespace));
    let (true, Some((serial, code)), Some(principals)) = (root, shown, ctx.cloud().principals()) else {
        return Err(access_denied());
    };
    let user = owner.to_string();
    match principals.check_mfa(ctx.cloud(), owner, &user, serial.trim(), code.trim()).await? {
        true => Ok(()),
        false => Err(access_denied()),
    }
}
