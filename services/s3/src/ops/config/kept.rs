//! Reading, setting and removing configurations that are kept as they were sent.

use service_kit::{Ctx, Error};
use smithy::ApiError;

use crate::S3;
use crate::engine::bucket::Bucket;
use crate::engine::config::document::{Document, Kept};
use crate::error::of_bucket;
use crate::ops::address;

/// A bucket and one of its configurations, when it has one.
pub(super) async fn find<S: Kept>(ctx: &Ctx, bucket: &str, owner: Option<&str>) -> Result<(Bucket, Option<S>), Error> {
    let bucket = address::bucket(ctx, bucket, owner).await?;
    let found = ctx.state::<S3>().engine().config::<Document<S>>(bucket.no()).await?;
    Ok((bucket, found.map(|Document(kept)| kept)))
}

/// The configuration of a bucket, or that there is none.
pub(super) async fn read<S: Kept>(
    ctx: &Ctx,
    bucket: &str,
    owner: Option<&str>,
    none: fn(String) -> ApiError,
    text: &str,
) -> Result<S, Error> {
    let (bucket, found) = find(ctx, bucket, owner).await?;
    found.ok_or_else(|| of_bucket(none(text.to_owned()), &bucket.name))
}

/// Sets a configuration.
pub(super) async fn write<S: Kept>(ctx: &Ctx, bucket: &Bucket, kept: S) -> Result<(), Error> {
    Ok(ctx.state::<S3>().engine().put_config(bucket.no(), "", &Document(kept)).await?)
}

/// Removes a configuration; one that is not there is no mistake.
pub(super) async fn remove<S: Kept>(ctx: &Ctx, bucket: &str, owner: Option<&str>) -> Result<(), Error> {
    let bucket = address::bucket(ctx, bucket, owner).await?;
    Ok(ctx.state::<S3>().engine().delete_config::<Document<S>>(bucket.no(), "").await?)
}
