//! Who calls.

use api_sts::{GetCallerIdentity, GetCallerIdentityInput, GetCallerIdentityOutput};
use service_kit::{Ctx, Outcome};

/// Tells account, ARN and unique id of whoever signed the call. AWS lets everyone ask, whatever policies say.
pub(crate) async fn get_caller_identity(ctx: &Ctx, _input: GetCallerIdentityInput) -> Outcome<GetCallerIdentity> {
    Ok(GetCallerIdentityOutput {
        account: Some(ctx.account().to_string()),
        arn: Some(ctx.caller.arn(ctx.partition())),
        user_id: Some(ctx.caller.user_id()),
    })
}
