//! Restoring archived objects.

use api_s3::{RestoreObject, RestoreObjectInput, RestoreObjectOutput, RestoreRequest, errors};
use service_kit::{Ctx, Error, Outcome};

use super::tagging::told_of_marker;
use super::{address, shown};
use crate::S3;
use crate::engine::object::event::What;
use crate::engine::object::record::{Class, ObjectRecord, RestoreTier};
use crate::engine::refusal::Refusal;
use crate::engine::restore;
use crate::error::{invalid_argument, malformed_xml};

/// Asks for a copy of archived content, or for more of one that is there.
pub(crate) async fn restore_object(ctx: &Ctx, input: RestoreObjectInput) -> Outcome<RestoreObject> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    let asked = input.restore_request.ok_or_else(malformed_xml)?;
    let tier = tier(&asked)?;
    let days = asked.days.map(days).transpose()?;
    let (now, engine) = (ctx.now(), ctx.state::<S3>().engine());
    let again = std::sync::atomic::AtomicBool::new(false);
    let amended = engine.amend(&bucket, &input.key, input.version_id.as_deref(), |record| {
        let there = record.restore.is_some_and(|copy| copy.ready <= now && copy.expires.is_none_or(|end| now < end));
        again.store(there, std::sync::atomic::Ordering::Relaxed);
        amend(record, tier, days, now)
    });
    amended.await.map_err(refused)?;
    let status = if again.into_inner() { 200 } else { 202 };
    Ok(RestoreObjectOutput {
        status: Some(status),
        request_charged: shown::charged(ctx, &bucket),
        ..RestoreObjectOutput::default()
    })
}

fn tier(asked: &RestoreRequest) -> Result<RestoreTier, Error> {
    if asked.r#type.is_some() || asked.select_parameters.is_some() {
        return Err(errors::not_implemented("Restores that select are not implemented").into());
    }
    let named = asked.glacier_job_parameters.as_ref().map(|parameters| &parameters.tier).or(asked.tier.as_ref());
    named.map_or(Some(RestoreTier::Standard), |tier| RestoreTier::parse(tier.as_str())).ok_or_else(malformed_xml)
}

fn days(days: i32) -> Result<u32, Error> {
    let wrong = || invalid_argument("restoration days should be at least 1", "Days", days.to_string());
    u32::try_from(days).ok().filter(|days| *days > 0).ok_or_else(wrong)
}

fn amend(
    record: &mut ObjectRecord,
    tier: RestoreTier,
    days: Option<u32>,
    now: names::Timestamp,
) -> Result<Option<What>, Refusal> {
    if !record.class.is_archive() {
        return Err(Refusal::NotArchived);
    }
    let stays = matches!(record.class, Class::TieringArchive | Class::TieringDeepArchive);
    if days.is_some() == stays {
        return Err(Refusal::RestoreDays);
    }
    match &mut record.restore {
        // Bulk and standard retrievals may be hurried, and never slowed.
        Some(copy) if copy.ready > now && tier <= copy.tier => return Err(Refusal::RestoreUnderWay),
        Some(copy) if copy.ready <= now && copy.expires.is_some_and(|end| now < end) => {
            copy.expires = days.map(|days| restore::end(now, days));
            return Ok(None);
        }
        _ => {}
    }
    let copy = restore::begin(record.class, tier, days, now).ok_or(Refusal::RestoreTier)?;
    record.restore = Some(copy);
    Ok(Some(What::RestorePost))
}

fn refused(refusal: Refusal) -> Error {
    match refusal {
        Refusal::NotArchived => {
            let text = "Restore is not allowed for the object's current storage class";
            errors::invalid_object_state(text).into()
        }
        Refusal::RestoreUnderWay => errors::restore_already_in_progress("Object restore is already in progress").into(),
        Refusal::RestoreDays => malformed_xml(),
        Refusal::RestoreTier => {
            let text = "Retrieval option is not supported by this storage class";
            invalid_argument(text, "Tier", "Expedited")
        }
        refusal => told_of_marker(refusal, "POST"),
    }
}
