//! Who may not list a bucket is not told which keys there are: what is not there is denied.

use api_s3::{ListObjectsV2, ListObjectsV2Input};
use service_kit::{Ctx, Error, Fault, Principal};

use crate::engine::bucket::Bucket;
use crate::error::access_denied;

/// The error for a caller: a missing key is a denial to one who may not list.
pub(crate) async fn hide(ctx: &Ctx, bucket: &Bucket, error: Error) -> Error {
    match &error {
        Error::Modeled(missing) if missing.schema.code == "NoSuchKey" && !may_list(ctx, bucket).await => {
            access_denied()
        }
        _ => error,
    }
}

async fn may_list(ctx: &Ctx, bucket: &Bucket) -> bool {
    match ctx.caller.principal {
        Principal::Internal(_) => return true,
        Principal::Root if ctx.account() == bucket.record.account => return true,
        _ => {}
    }
    let input = ListObjectsV2Input { bucket: bucket.name.clone(), max_keys: Some(0), ..Default::default() };
    !matches!(ctx.call::<ListObjectsV2>(input).await, Err(Error::Fault(Fault::AccessDenied { .. })))
}
