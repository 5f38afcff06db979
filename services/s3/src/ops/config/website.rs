//! Website hosting.

use api_s3::{self as api, errors};
use service_kit::{Ctx, Outcome};

use super::kept;
use crate::engine::config::website;
use crate::ops::address;

/// Makes a bucket a website.
pub(super) async fn put_bucket_website(ctx: &Ctx, input: api::PutBucketWebsiteInput) -> Outcome<api::PutBucketWebsite> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    website::check(&input.website_configuration)?;
    kept::write(ctx, &bucket, input.website_configuration).await?;
    Ok(api::PutBucketWebsiteOutput {})
}

/// Tells what the website is like.
pub(super) async fn get_bucket_website(ctx: &Ctx, input: api::GetBucketWebsiteInput) -> Outcome<api::GetBucketWebsite> {
    let text = "The specified bucket does not have a website configuration";
    let (none, owner) = (errors::no_such_website_configuration, input.expected_bucket_owner.as_deref());
    let kept: api::WebsiteConfiguration = kept::read(ctx, &input.bucket, owner, none, text).await?;
    Ok(api::GetBucketWebsiteOutput {
        redirect_all_requests_to: kept.redirect_all_requests_to,
        index_document: kept.index_document,
        error_document: kept.error_document,
        routing_rules: kept.routing_rules,
    })
}

/// Makes it one no more.
pub(super) async fn delete_bucket_website(
    ctx: &Ctx,
    input: api::DeleteBucketWebsiteInput,
) -> Outcome<api::DeleteBucketWebsite> {
    kept::remove::<api::WebsiteConfiguration>(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    Ok(api::DeleteBucketWebsiteOutput {})
}
