//! Who calls.

use api_sts::{GetCallerIdentity, GetCallerIdentityInput, GetCallerIdentityOutput};
use service_kit::{Access, Ctx, Error, Outcome};

/// No resource: AWS lets every caller ask who it is.
pub(crate) fn access(_ctx: &Ctx, _input: &GetCallerIdentityInput) -> Result<Access, Error> {
    Ok(Access::any())
}

/// Tells account, ARN and unique id of whoever signed the call.
pub(crate) async fn get_caller_identity(ctx: &Ctx, _input: GetCallerIdentityInput) -> Outcome<GetCallerIdentity> {
    Ok(GetCallerIdentityOutput {
        account: Some(ctx.account().to_string()),
        arn: Some(ctx.caller.arn(ctx.partition())),
        user_id: Some(ctx.caller.user_id()),
    })
}
