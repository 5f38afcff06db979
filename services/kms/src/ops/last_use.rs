//! When a key was last used.

use api_kms::{
    GetKeyLastUsage, GetKeyLastUsageInput, GetKeyLastUsageOutput, KeyLastUsageData, KeyLastUsageTrackingOperation,
};
use service_kit::{Ctx, Outcome};

use super::address::{self, engine};
use crate::error::told;

/// Tells when, by which operation and request a key was last used; uses are noted from its creation on.
pub(crate) async fn get_key_last_usage(ctx: &Ctx, input: GetKeyLastUsageInput) -> Outcome<GetKeyLastUsage> {
    let home = address::home(ctx, &input.key_id)?;
    let key = engine(ctx).key(&home).await.map_err(told)?;
    let last = engine(ctx).last_use(&home).await.map_err(told)?;
    let key_last_usage = last.map(|last| KeyLastUsageData {
        operation: Some(KeyLastUsageTrackingOperation::from(last.operation)),
        timestamp: Some(last.at),
        kms_request_id: Some(last.request),
        ..KeyLastUsageData::default()
    });
    Ok(GetKeyLastUsageOutput {
        key_id: Some(key.arn()),
        key_last_usage,
        tracking_start_date: Some(key.record.created),
        key_creation_date: Some(key.record.created),
    })
}
