//! Tags of buckets and access points, by ARN.

use api_s3control as api;
use names::Tags;
use service_kit::{Access, Ctx, Error, Outcome};

use super::access_point::tags;
use super::address;
use super::error::{invalid_request, no_such_point, refused};
use crate::S3;
use crate::access::aim::{Aim, of_resource};
use crate::engine::bucket::Bucket;
use crate::engine::config::document::Document;
use crate::engine::config::point::{Place, place};
use crate::engine::config::tagging;

/// What has tags.
enum Tagged {
    Bucket(Bucket),
    Point(Place),
}

/// What tagging touches.
pub(super) fn access_to_tag(ctx: &Ctx, input: &api::TagResourceInput) -> Result<Access, Error> {
    let tags = input.tags.iter().map(|tag| (tag.key.as_str(), tag.value.as_str()));
    Ok(address::to_resource(ctx, &input.resource_arn)?.with_request_tags(tags))
}

/// What removing tags touches.
pub(super) fn access_to_untag(ctx: &Ctx, input: &api::UntagResourceInput) -> Result<Access, Error> {
    let keys = input.tag_keys.iter().map(String::as_str);
    Ok(address::to_resource(ctx, &input.resource_arn)?.with_tag_keys(keys))
}

async fn find(ctx: &Ctx, account: &str, arn: &str) -> Result<Tagged, Error> {
    let account = address::account(ctx, account)?;
    let engine = ctx.state::<S3>().engine();
    match of_resource(arn) {
        Some((Aim::Bucket(name), None)) => {
            let bucket = engine.lookup_bucket(&name).await?;
            let own = bucket.filter(|bucket| bucket.record.account == account);
            own.map(Tagged::Bucket).ok_or_else(|| invalid_request("The specified resource does not exist."))
        }
        Some((Aim::AccessPoint(arn), None)) => {
            let name = arn.resource.trim_start_matches("accesspoint/");
            let place = place(account, &ctx.region, name);
            match engine.point(&place).await? {
                Some(_) => Ok(Tagged::Point(place)),
                None => Err(no_such_point(name)),
            }
        }
        _ => Err(invalid_request("The specified resource ARN is not valid.")),
    }
}

async fn read(ctx: &Ctx, tagged: &Tagged) -> Result<Tags, Error> {
    let engine = ctx.state::<S3>().engine();
    match tagged {
        Tagged::Bucket(bucket) => {
            let kept = engine.config::<Document<api_s3::Tagging>>(bucket.no()).await?;
            Ok(kept.map(|Document(kept)| tagging::check(&kept.tag_set).unwrap_or_default()).unwrap_or_default())
        }
        Tagged::Point(place) => Ok(engine.point(place).await?.map(|record| record.tags).unwrap_or_default()),
    }
}

async fn write(ctx: &Ctx, tagged: &Tagged, tags: Tags) -> Result<(), Error> {
    let engine = ctx.state::<S3>().engine();
    let checked = tagging::check(&tagging::tag_set(&tags)).map_err(refused)?;
    match tagged {
        Tagged::Bucket(bucket) => {
            let kept = Document(api_s3::Tagging { tag_set: tagging::tag_set(&checked) });
            engine.put_config(bucket.no(), "", &kept).await?;
        }
        Tagged::Point(place) => {
            engine.change_point(place, |record| record.tags = checked.clone()).await?;
        }
    }
    Ok(())
}

/// Tells the tags.
pub(super) async fn list_tags_for_resource(
    ctx: &Ctx,
    input: api::ListTagsForResourceInput,
) -> Outcome<api::ListTagsForResource> {
    let tagged = find(ctx, &input.account_id, &input.resource_arn).await?;
    let tags = read(ctx, &tagged).await?.into_iter().map(|(key, value)| api::Tag { key, value }).collect();
    Ok(api::ListTagsForResourceOutput { tags: Some(tags) })
}

/// Adds tags.
pub(super) async fn tag_resource(ctx: &Ctx, input: api::TagResourceInput) -> Outcome<api::TagResource> {
    let tagged = find(ctx, &input.account_id, &input.resource_arn).await?;
    let mut all = read(ctx, &tagged).await?;
    all.extend(tags(&input.tags)?);
    write(ctx, &tagged, all).await?;
    Ok(api::TagResourceOutput {})
}

/// Removes tags.
pub(super) async fn untag_resource(ctx: &Ctx, input: api::UntagResourceInput) -> Outcome<api::UntagResource> {
    let tagged = find(ctx, &input.account_id, &input.resource_arn).await?;
    let mut all = read(ctx, &tagged).await?;
    all.retain(|key, _| !input.tag_keys.contains(key));
    write(ctx, &tagged, all).await?;
    Ok(api::UntagResourceOutput {})
}
