//! Where a bucket's access log goes.

use api_s3::{self as api, ErrorFacts, errors};
use names::Region;
use service_kit::{Ctx, Error, Outcome};

use super::kept;
use crate::S3;
use crate::engine::bucket::Bucket;
use crate::engine::config::logging;
use crate::error::with;
use crate::ops::address;

/// Says where, or that there is none.
pub(super) async fn put_bucket_logging(ctx: &Ctx, input: api::PutBucketLoggingInput) -> Outcome<api::PutBucketLogging> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    let Some(to) = input.bucket_logging_status.logging_enabled else {
        kept::remove::<api::LoggingEnabled>(ctx, &input.bucket, None).await?;
        return Ok(api::PutBucketLoggingOutput {});
    };
    logging::check(&to)?;
    check_target(ctx, &bucket, &to).await?;
    kept::write(ctx, &bucket, to).await?;
    ctx.state::<S3>().noted().look_again();
    Ok(api::PutBucketLoggingOutput {})
}

/// The target must be there, of the same account, at the same place. Grants are kept even where they cannot count, as AWS
/// does.
async fn check_target(ctx: &Ctx, bucket: &Bucket, to: &api::LoggingEnabled) -> Result<(), Error> {
    let target = ctx.state::<S3>().engine().lookup_bucket(&to.target_bucket).await?;
    let named = || ErrorFacts { target_bucket: Some(to.target_bucket.clone()), ..ErrorFacts::default() };
    let Some(target) = target else {
        let text = "The target bucket for logging does not exist";
        return Err(with(errors::invalid_target_bucket_for_logging(text), named()));
    };
    if target.record.account != bucket.record.account {
        let text = "The owner for the bucket to be logged and the target bucket must be the same.";
        return Err(with(errors::invalid_target_bucket_for_logging(text), named()));
    }
    if target.record.region != bucket.record.region {
        return Err(elsewhere(&bucket.record.region, &target.record.region));
    }
    Ok(())
}

/// Of the source AWS names the place only where it is not the oldest region.
fn elsewhere(source: &Region, target: &Region) -> Error {
    let shown = |region: &Region| (*region != Region::default_region()).then(|| region.to_string());
    let facts = ErrorFacts {
        source_bucket_location: shown(source),
        target_bucket_location: Some(target.to_string()),
        ..ErrorFacts::default()
    };
    with(errors::cross_location_logging_prohibitted("Cross S3 location logging not allowed. "), facts)
}

/// Tells where.
pub(super) async fn get_bucket_logging(ctx: &Ctx, input: api::GetBucketLoggingInput) -> Outcome<api::GetBucketLogging> {
    let owner = input.expected_bucket_owner.as_deref();
    let (_, logging_enabled) = kept::find::<api::LoggingEnabled>(ctx, &input.bucket, owner).await?;
    Ok(api::GetBucketLoggingOutput { logging_enabled })
}
