//! Switches against public access to all buckets of an account.

use api_s3control as api;
use service_kit::{Access, Ctx, Error, Outcome};

use super::address;
use super::error::{invalid_request, no_switches};
use crate::S3;
use crate::engine::config::settings::PublicAccess;

/// What a call on an account's switches touches.
pub(super) fn access(_: &Ctx) -> Result<Access, Error> {
    Ok(Access::any())
}

/// Switches as they are stored; those not named are off.
pub(super) fn check_switches(sent: &api::PublicAccessBlockConfiguration) -> PublicAccess {
    let on = |switch: Option<bool>| switch.unwrap_or_default();
    PublicAccess {
        block_acls: on(sent.block_public_acls),
        ignore_acls: on(sent.ignore_public_acls),
        block_policy: on(sent.block_public_policy),
        restrict: on(sent.restrict_public_buckets),
    }
}

/// Switches as answers tell them.
pub(super) fn switches(kept: PublicAccess) -> api::PublicAccessBlockConfiguration {
    api::PublicAccessBlockConfiguration {
        block_public_acls: Some(kept.block_acls),
        ignore_public_acls: Some(kept.ignore_acls),
        block_public_policy: Some(kept.block_policy),
        restrict_public_buckets: Some(kept.restrict),
    }
}

/// Sets the switches; at least one must be named.
pub(super) async fn put_public_access_block(
    ctx: &Ctx,
    input: api::PutPublicAccessBlockInput,
) -> Outcome<api::PutPublicAccessBlock> {
    let account = address::account(ctx, &input.account_id)?;
    if input.public_access_block_configuration == api::PublicAccessBlockConfiguration::default() {
        return Err(invalid_request("Must specify at least one configuration."));
    }
    let kept = check_switches(&input.public_access_block_configuration);
    ctx.state::<S3>().engine().set_account_switches(account, Some(kept)).await?;
    Ok(api::PutPublicAccessBlockOutput {})
}

/// Tells the switches.
pub(super) async fn get_public_access_block(
    ctx: &Ctx,
    input: api::GetPublicAccessBlockInput,
) -> Outcome<api::GetPublicAccessBlock> {
    let account = address::account(ctx, &input.account_id)?;
    let kept = ctx.state::<S3>().engine().account_switches(account).await?.ok_or_else(|| no_switches(account))?;
    Ok(api::GetPublicAccessBlockOutput { public_access_block_configuration: Some(switches(kept)) })
}

/// Removes the switches.
pub(super) async fn delete_public_access_block(
    ctx: &Ctx,
    input: api::DeletePublicAccessBlockInput,
) -> Outcome<api::DeletePublicAccessBlock> {
    let account = address::account(ctx, &input.account_id)?;
    ctx.state::<S3>().engine().set_account_switches(account, None).await?;
    Ok(api::DeletePublicAccessBlockOutput {})
}
