//! Policies of access points.

use api_s3control as api;
use service_kit::{Ctx, Error, Outcome};

use super::address;
use super::error::{access_denied, no_such_point, no_such_policy, refused};
use crate::S3;
use crate::engine::config::access::PolicyText;
use crate::engine::config::point::{Place, PointRecord};
use crate::engine::config::policy::{self, Of};

async fn found(ctx: &Ctx, place: &Place) -> Result<PointRecord, Error> {
    ctx.state::<S3>().engine().point(place).await?.ok_or_else(|| no_such_point(&place.2))
}

async fn policy_of(ctx: &Ctx, account: &str, name: &str) -> Result<PolicyText, Error> {
    let place = address::point(ctx, account, name)?;
    found(ctx, &place).await?.policy.ok_or_else(|| no_such_policy(&place.2))
}

/// Sets the policy.
pub(super) async fn put_access_point_policy(
    ctx: &Ctx,
    input: api::PutAccessPointPolicyInput,
) -> Outcome<api::PutAccessPointPolicy> {
    let place = address::point(ctx, &input.account_id, &input.name)?;
    let record = found(ctx, &place).await?;
    let document = policy::check(&input.policy, Of::AccessPoint(&address::arn(ctx, &place))).map_err(refused)?;
    let public = policy::is_public(&document);
    let engine = ctx.state::<S3>().engine();
    let of_account = engine.account_switches(place.0).await?.unwrap_or_default();
    if public && record.switches.and(of_account).block_policy {
        return Err(access_denied());
    }
    let policy = PolicyText { text: input.policy, public };
    let changed = engine.change_point(&place, |record| record.policy = Some(policy.clone())).await?;
    changed.map(|_| api::PutAccessPointPolicyOutput {}).ok_or_else(|| no_such_point(&place.2))
}

/// Tells the policy.
pub(super) async fn get_access_point_policy(
    ctx: &Ctx,
    input: api::GetAccessPointPolicyInput,
) -> Outcome<api::GetAccessPointPolicy> {
    let policy = policy_of(ctx, &input.account_id, &input.name).await?;
    Ok(api::GetAccessPointPolicyOutput { policy: Some(policy.text) })
}

/// Tells whether the policy lets the public in.
pub(super) async fn get_access_point_policy_status(
    ctx: &Ctx,
    input: api::GetAccessPointPolicyStatusInput,
) -> Outcome<api::GetAccessPointPolicyStatus> {
    let policy = policy_of(ctx, &input.account_id, &input.name).await?;
    let status = api::PolicyStatus { is_public: Some(policy.public) };
    Ok(api::GetAccessPointPolicyStatusOutput { policy_status: Some(status) })
}

/// Removes the policy.
pub(super) async fn delete_access_point_policy(
    ctx: &Ctx,
    input: api::DeleteAccessPointPolicyInput,
) -> Outcome<api::DeleteAccessPointPolicy> {
    let place = address::point(ctx, &input.account_id, &input.name)?;
    let changed = ctx.state::<S3>().engine().change_point(&place, |record| record.policy = None).await?;
    changed.map(|_| api::DeleteAccessPointPolicyOutput {}).ok_or_else(|| no_such_point(&place.2))
}
