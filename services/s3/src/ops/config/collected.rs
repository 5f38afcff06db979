//! The same for configurations of which a bucket has several, by id.

use service_kit::{Ctx, Error};

use crate::S3;
use crate::engine::bucket::Bucket;
use crate::engine::config::collected::{MOST, PAGE, none, too_many};
use crate::engine::config::document::{Document, Kept};
use crate::error::invalid_argument_hidden;
use crate::ops::address;

/// A page of configurations.
pub(super) struct Page<S> {
    /// Those on it; none rather than an empty list.
    pub(super) list: Option<Vec<S>>,
    /// Whether there are more.
    pub(super) truncated: bool,
    /// Where the next page begins.
    pub(super) next: Option<String>,
}

/// The configuration of this id.
pub(super) async fn read<S: Kept>(ctx: &Ctx, bucket: &str, id: &str, owner: Option<&str>) -> Result<S, Error> {
    let bucket = address::bucket(ctx, bucket, owner).await?;
    let found = ctx.state::<S3>().engine().config_of::<Document<S>>(bucket.no(), id).await?;
    Ok(found.ok_or_else(none)?.0)
}

/// Sets the configuration of an id.
pub(super) async fn write<S: Kept>(ctx: &Ctx, bucket: &Bucket, id: &str, kept: S) -> Result<(), Error> {
    let engine = ctx.state::<S3>().engine();
    let is_new = engine.config_of::<Document<S>>(bucket.no(), id).await?.is_none();
    if is_new && engine.configs::<Document<S>>(bucket.no(), None, MOST).await?.len() >= MOST {
        return Err(too_many().into());
    }
    Ok(engine.put_config(bucket.no(), id, &Document(kept)).await?)
}

/// Removes the configuration of an id, which must be there.
pub(super) async fn remove<S: Kept>(ctx: &Ctx, bucket: &str, id: &str, owner: Option<&str>) -> Result<(), Error> {
    let bucket = address::bucket(ctx, bucket, owner).await?;
    let engine = ctx.state::<S3>().engine();
    engine.config_of::<Document<S>>(bucket.no(), id).await?.ok_or_else(none)?;
    Ok(engine.delete_config::<Document<S>>(bucket.no(), id).await?)
}

/// A page of the configurations of a kind, in the order of their ids.
pub(super) async fn list<S: Kept>(
    ctx: &Ctx,
    bucket: &str,
    token: Option<&str>,
    owner: Option<&str>,
) -> Result<Page<S>, Error> {
    let bucket = address::bucket(ctx, bucket, owner).await?;
    let scope = format!("s3/{}/{}", S::KIND, bucket.no());
    let after = token.filter(|token| !token.is_empty()).map(|token| {
        let id = ctx.cloud().page_tokens().open(&scope, token).ok().and_then(|id| String::from_utf8(id).ok());
        let text = "The continuation token provided is incorrect";
        id.ok_or_else(|| invalid_argument_hidden(text, "continuation-token"))
    });
    let engine = ctx.state::<S3>().engine();
    let mut found = engine.configs::<Document<S>>(bucket.no(), after.transpose()?.as_deref(), PAGE + 1).await?;
    let truncated = found.len() > PAGE;
    found.truncate(PAGE);
    let last = found.last().filter(|_| truncated);
    let next = last.map(|(id, _)| ctx.cloud().page_tokens().seal(&scope, id.as_bytes()));
    let list: Vec<S> = found.into_iter().map(|(_, Document(kept))| kept).collect();
    Ok(Page { list: Some(list).filter(|list| !list.is_empty()), truncated, next })
}
