//! Settings that are one word: acceleration, who pays, and whether tags decide on access.

use api_s3 as api;
use service_kit::{Ctx, Outcome};

use super::kept;
use crate::S3;
use crate::engine::config::settings;
use crate::ops::address;

/// Lets the bucket be reached through the edge, or no more.
pub(super) async fn put_bucket_accelerate_configuration(
    ctx: &Ctx,
    input: api::PutBucketAccelerateConfigurationInput,
) -> Outcome<api::PutBucketAccelerateConfiguration> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    settings::check_acceleration(&bucket.name, &input.accelerate_configuration)?;
    kept::write(ctx, &bucket, input.accelerate_configuration).await?;
    Ok(api::PutBucketAccelerateConfigurationOutput {})
}

/// Tells whether it is.
pub(super) async fn get_bucket_accelerate_configuration(
    ctx: &Ctx,
    input: api::GetBucketAccelerateConfigurationInput,
) -> Outcome<api::GetBucketAccelerateConfiguration> {
    let owner = input.expected_bucket_owner.as_deref();
    let (_, kept) = kept::find::<api::AccelerateConfiguration>(ctx, &input.bucket, owner).await?;
    let status = kept.and_then(|kept| kept.status);
    Ok(api::GetBucketAccelerateConfigurationOutput { status, request_charged: None })
}

/// Says who pays for requests.
pub(super) async fn put_bucket_request_payment(
    ctx: &Ctx,
    input: api::PutBucketRequestPaymentInput,
) -> Outcome<api::PutBucketRequestPayment> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    settings::check_payer(&input.request_payment_configuration)?;
    let pays = input.request_payment_configuration.payer == api::Payer::Requester;
    let changed = ctx.state::<S3>().engine().change_bucket(&bucket.name, |record| {
        record.requester_pays = pays;
        Ok(())
    });
    changed.await?;
    Ok(api::PutBucketRequestPaymentOutput {})
}

/// Tells who pays.
pub(super) async fn get_bucket_request_payment(
    ctx: &Ctx,
    input: api::GetBucketRequestPaymentInput,
) -> Outcome<api::GetBucketRequestPayment> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    let payer = if bucket.record.requester_pays { api::Payer::Requester } else { api::Payer::BucketOwner };
    Ok(api::GetBucketRequestPaymentOutput { payer: Some(payer) })
}

/// Lets tags of the bucket decide on access, or no more.
pub(super) async fn put_bucket_abac(ctx: &Ctx, input: api::PutBucketAbacInput) -> Outcome<api::PutBucketAbac> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    settings::check_abac(&input.abac_status)?;
    kept::write(ctx, &bucket, input.abac_status).await?;
    Ok(api::PutBucketAbacOutput {})
}

/// Tells whether they do.
pub(super) async fn get_bucket_abac(ctx: &Ctx, input: api::GetBucketAbacInput) -> Outcome<api::GetBucketAbac> {
    let owner = input.expected_bucket_owner.as_deref();
    let (_, kept) = kept::find::<api::AbacStatus>(ctx, &input.bucket, owner).await?;
    let status = kept.unwrap_or(api::AbacStatus { status: Some(api::BucketAbacStatus::Disabled) });
    Ok(api::GetBucketAbacOutput { abac_status: Some(status) })
}
