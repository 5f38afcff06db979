//! Locks of objects: retentions and legal holds.

use api_s3::{
    ErrorFacts, GetObjectLegalHold, GetObjectLegalHoldInput, GetObjectLegalHoldOutput, GetObjectRetention,
    GetObjectRetentionInput, GetObjectRetentionOutput, ObjectLockLegalHold, ObjectLockRetention, PutObjectLegalHold,
    PutObjectLegalHoldInput, PutObjectLegalHoldOutput, PutObjectRetention, PutObjectRetentionInput,
    PutObjectRetentionOutput, errors,
};
use names::Timestamp;
use service_kit::{Ctx, Error, Outcome};

use super::tagging::told_of_marker;
use super::{address, shown};
use crate::S3;
use crate::engine::bucket::Bucket;
use crate::engine::lock::{Mode, Retention, may_change};
use crate::engine::refusal::Refusal;
use crate::error::{invalid_argument, invalid_request, is_marker, malformed_xml, with};

fn check_lockable(bucket: &Bucket) -> Result<(), Error> {
    match bucket.record.object_lock {
        true => Ok(()),
        false => Err(invalid_request("Bucket is missing Object Lock Configuration")),
    }
}

/// Sets, prolongs, or where it may be done shortens a retention.
pub(crate) async fn put_object_retention(ctx: &Ctx, input: PutObjectRetentionInput) -> Outcome<PutObjectRetention> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    let wanted = retention(ctx, input.retention)?;
    check_lockable(&bucket)?;
    let (bypass, now) = (input.bypass_governance_retention == Some(true), ctx.now());
    let engine = ctx.state::<S3>().engine();
    let set = engine.amend(&bucket, &input.key, input.version_id.as_deref(), |record| {
        if !may_change(record.retention, wanted, bypass, now) {
            return Err(Refusal::Locked);
        }
        record.retention = wanted;
        Ok(None)
    });
    set.await.map_err(|refusal| told_of_marker(refusal, "PUT"))?;
    Ok(PutObjectRetentionOutput { request_charged: shown::charged(ctx, &bucket) })
}

/// An empty document takes a retention off.
fn retention(ctx: &Ctx, sent: Option<ObjectLockRetention>) -> Result<Option<Retention>, Error> {
    let sent = sent.ok_or_else(malformed_xml)?;
    let (mode, until) = match (sent.mode, sent.retain_until_date) {
        (None, None) => return Ok(None),
        (Some(mode), Some(until)) => (mode, until),
        _ => return Err(malformed_xml()),
    };
    let mode = Mode::parse(mode.as_str()).ok_or_else(malformed_xml)?;
    if until <= ctx.now() {
        let shown = in_their_words(until);
        return Err(invalid_argument("The retain until date must be in the future!", "RetainUntilDate", shown));
    }
    Ok(Some(Retention { mode, until }))
}

/// AWS shows the date as a Java program in Seattle prints it; without daylight saving, which no recording shows.
fn in_their_words(instant: Timestamp) -> String {
    let seattle = instant.minus(std::time::Duration::from_secs(8 * 3_600)).http_date();
    let parts: Vec<&str> = seattle.split([' ', ',']).filter(|part| !part.is_empty()).collect();
    match parts[..] {
        [weekday, day, month, year, time, _] => format!("{weekday} {month} {day} {time} PST {year}"),
        _ => seattle,
    }
}

/// Tells a retention.
pub(crate) async fn get_object_retention(ctx: &Ctx, input: GetObjectRetentionInput) -> Outcome<GetObjectRetention> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    check_lockable(&bucket)?;
    let record = ctx.state::<S3>().engine().find(&bucket, &input.key, input.version_id.as_deref()).await?;
    if record.marker {
        return Err(is_marker("GET", None));
    }
    let kept = record.retention.ok_or_else(no_lock)?;
    let mode = Some(kept.mode.as_str().to_owned().into());
    Ok(GetObjectRetentionOutput { retention: Some(ObjectLockRetention { mode, retain_until_date: Some(kept.until) }) })
}

/// Sets a hold, or takes it off.
pub(crate) async fn put_object_legal_hold(ctx: &Ctx, input: PutObjectLegalHoldInput) -> Outcome<PutObjectLegalHold> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    let status = input.legal_hold.and_then(|hold| hold.status).ok_or_else(malformed_xml)?;
    let hold = match status.as_str() {
        "ON" => true,
        "OFF" => false,
        _ => return Err(malformed_xml()),
    };
    check_lockable(&bucket)?;
    let engine = ctx.state::<S3>().engine();
    let set = engine.amend(&bucket, &input.key, input.version_id.as_deref(), |record| {
        record.hold = Some(hold);
        Ok(None)
    });
    set.await.map_err(|refusal| told_of_marker(refusal, "PUT"))?;
    Ok(PutObjectLegalHoldOutput { request_charged: shown::charged(ctx, &bucket) })
}

/// Tells a hold.
pub(crate) async fn get_object_legal_hold(ctx: &Ctx, input: GetObjectLegalHoldInput) -> Outcome<GetObjectLegalHold> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    check_lockable(&bucket)?;
    let record = ctx.state::<S3>().engine().find(&bucket, &input.key, input.version_id.as_deref()).await?;
    if record.marker {
        return Err(is_marker("GET", None));
    }
    let hold = record.hold.ok_or_else(no_lock)?;
    let status = Some(shown::hold(hold).to_owned().into());
    Ok(GetObjectLegalHoldOutput { legal_hold: Some(ObjectLockLegalHold { status }) })
}

fn no_lock() -> Error {
    let text = "The specified object does not have a ObjectLock configuration";
    with(errors::no_such_object_lock_configuration(text), ErrorFacts::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_shown_as_in_seattle() {
        let instant = Timestamp::parse_iso8601("2020-01-01T00:00:00Z").unwrap();
        assert_eq!(in_their_words(instant), "Tue Dec 31 16:00:00 PST 2019");
    }
}
