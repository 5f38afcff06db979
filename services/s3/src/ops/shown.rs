//! Records as AWS shows them.

use api_s3 as api;
use names::AccountId;
use service_kit::Ctx;

use super::address::bucket_arn;
use crate::engine::bucket::Named;
use crate::engine::canonical;

/// An account as the owner of something.
pub(crate) fn owner(account: AccountId) -> api::Owner {
    api::Owner { id: Some(canonical::id(account)), display_name: None }
}

/// A bucket in a listing.
pub(crate) fn bucket(ctx: &Ctx, (name, record): Named, with_region: bool) -> api::Bucket {
    api::Bucket {
        bucket_arn: with_region.then(|| bucket_arn(ctx, &name)),
        bucket_region: with_region.then(|| record.region.to_string()),
        creation_date: Some(record.created),
        name: Some(name),
    }
}
