//! A second factor that comes with a call.

use service_kit::{Ctx, Error, Principal};

use crate::calls;
use crate::error::mfa;

/// Serial number and code of a device.
pub(super) struct SecondFactor<'a> {
    serial: &'a str,
    code: &'a str,
}

impl<'a> SecondFactor<'a> {
    /// What a call brings; none when it brings nothing.
    ///
    /// # Errors
    /// When it brings half.
    pub(super) fn of(serial: Option<&'a str>, code: Option<&'a str>) -> Result<Option<Self>, Error> {
        match (serial, code) {
            (None, None) => Ok(None),
            (Some(serial), Some(code)) => Ok(Some(Self { serial, code })),
            _ => Err(mfa::incomplete()),
        }
    }

    /// Holds when the caller's device shows this code now. A code counts once.
    pub(super) async fn check(&self, ctx: &Ctx) -> Result<(), Error> {
        let id = match &ctx.caller.principal {
            Principal::User { arn, id } => {
                let name = arn.rsplit('/').next().unwrap_or_default();
                if !calls::has_device(ctx, name, self.serial).await? {
                    return Err(mfa::not_yours());
                }
                id.clone()
            }
            Principal::Root => ctx.account().to_string(),
            _ => return Err(mfa::not_yours()),
        };
        let principals = ctx.cloud().principals().ok_or_else(mfa::not_yours)?;
        let right = principals.check_mfa(ctx.cloud(), ctx.account(), &id, self.serial, self.code).await?;
        if right { Ok(()) } else { Err(mfa::wrong_code()) }
    }
}
