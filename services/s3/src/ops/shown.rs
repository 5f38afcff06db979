//! Records as AWS shows them.

use std::collections::BTreeMap;

use api_s3 as api;
use names::{AccountId, Timestamp};
use service_kit::Ctx;

use super::address::bucket_arn;
use super::words;
use crate::engine::bucket::{Bucket, Named};
use crate::engine::canonical;
use crate::engine::object::record::Class;
use crate::store::ObjectRecord;

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

/// User metadata, none when there is none.
pub(crate) fn metadata(record: &ObjectRecord) -> Option<BTreeMap<String, String>> {
    let all = record.metadata.iter().map(|(name, value)| (name.clone(), words::write(value)));
    Some(all.collect()).filter(|metadata: &BTreeMap<String, String>| !metadata.is_empty())
}

/// The storage class; nothing is said of the usual one.
pub(crate) fn class(record: &ObjectRecord) -> Option<api::StorageClass> {
    Some(record.class).filter(|class| *class != Class::Standard).map(|class| class.as_str().to_owned().into())
}

/// `x-amz-restore`.
pub(crate) fn restore(record: &ObjectRecord, now: Timestamp) -> Option<String> {
    let copy = record.restore.as_ref()?;
    match (copy.ready <= now, copy.expires) {
        (false, _) => Some("ongoing-request=\"true\"".to_owned()),
        (true, None) => Some("ongoing-request=\"false\"".to_owned()),
        (true, Some(expires)) => {
            (now < expires).then(|| format!("ongoing-request=\"false\", expiry-date=\"{}\"", expires.http_date()))
        }
    }
}

/// Whether a hold is on.
pub(crate) fn hold(hold: bool) -> &'static str {
    if hold { "ON" } else { "OFF" }
}

/// Whether the caller pays for the request.
pub(crate) fn charged(ctx: &Ctx, bucket: &Bucket) -> Option<api::RequestCharged> {
    let charged = bucket.record.requester_pays && ctx.account() != bucket.record.account;
    charged.then_some(api::RequestCharged::Requester)
}
