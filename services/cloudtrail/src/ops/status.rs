//! What became of a trail's deliveries, and the keys that its digests are checked with.

use api_cloudtrail::{
    GetTrailStatus, GetTrailStatusInput, GetTrailStatusOutput, ListPublicKeys, ListPublicKeysInput,
    ListPublicKeysOutput, PublicKey, errors,
};
use bytes::Bytes;
use names::Timestamp;
use service_kit::{Ctx, Outcome};

use super::address::seen;
use crate::CloudTrail;
use crate::error::bad_token;
use crate::store::{DeliveryRecord, TrailRecord};

/// Tells whether a trail is logging, and how its last deliveries went.
pub(crate) async fn get_trail_status(ctx: &Ctx, input: GetTrailStatusInput) -> Outcome<GetTrailStatus> {
    let trail = seen(ctx, &input.name).await?;
    let deliveries = ctx.state::<CloudTrail>().engine().deliveries(&trail).await?;
    Ok(status(trail, deliveries))
}

fn status(trail: TrailRecord, deliveries: DeliveryRecord) -> GetTrailStatusOutput {
    let DeliveryRecord { logs, digests, notices, groups } = deliveries;
    let text = |at: Option<Timestamp>| Some(at.map(whole).map_or_else(String::new, Timestamp::iso8601));
    GetTrailStatusOutput {
        is_logging: Some(trail.logging),
        latest_delivery_time: logs.done.map(whole),
        latest_digest_delivery_time: digests.done.map(whole),
        latest_notification_time: notices.done.map(whole),
        latest_cloud_watch_logs_delivery_time: groups.done.map(whole),
        latest_delivery_attempt_time: text(logs.tried),
        latest_delivery_attempt_succeeded: text(logs.done),
        latest_notification_attempt_time: text(notices.tried),
        latest_notification_attempt_succeeded: text(notices.done),
        latest_delivery_error: logs.failure,
        latest_digest_delivery_error: digests.failure,
        latest_notification_error: notices.failure,
        latest_cloud_watch_logs_delivery_error: groups.failure,
        start_logging_time: trail.started.map(whole),
        stop_logging_time: trail.stopped.map(whole),
        time_logging_started: text(trail.started),
        time_logging_stopped: text(trail.stopped),
    }
}

fn whole(at: Timestamp) -> Timestamp {
    Timestamp::from_secs(at.secs())
}

/// Shows the public keys with which digests of a time range were signed in the region called.
pub(crate) async fn list_public_keys(ctx: &Ctx, input: ListPublicKeysInput) -> Outcome<ListPublicKeys> {
    if input.next_token.is_some_and(|token| !token.is_empty()) {
        // All are shown at once: no token was ever given.
        return Err(bad_token());
    }
    let end = input.end_time.unwrap_or_else(|| ctx.now());
    let start = input.start_time.unwrap_or(end);
    if start > end {
        return Err(errors::invalid_time_range_exception("Start time must be before end time.").into());
    }
    let keys = ctx.state::<CloudTrail>().engine().signing_keys(&ctx.region).await?;
    let within = keys.into_iter().filter(|(began, key)| *began <= end && key.ends >= start);
    let shown = within.map(|(began, key)| PublicKey {
        value: Some(Bytes::from(key.public)),
        validity_start_time: Some(whole(began)),
        validity_end_time: Some(whole(key.ends)),
        fingerprint: Some(key.fingerprint),
    });
    Ok(ListPublicKeysOutput { public_key_list: Some(shown.collect()), next_token: None })
}
