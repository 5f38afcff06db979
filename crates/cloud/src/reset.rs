//! A service as if it had never been used: its records in every account and region are deleted, its caches dropped.

use std::collections::BTreeMap;

use bytes::Bytes;
use service_kit::Cloud;
use store::{KeyRange, Scope, StoreError, key};

/// Passes over a service's records. Calls in flight may write while they are being deleted; what still comes after this
/// many passes belongs to the time after the reset.
const PASSES: usize = 3;

/// Resets the given services, or all. Returns how many records each had, once they are gone.
///
/// # Errors
/// When the store fails; a reset can be repeated.
pub async fn reset(cloud: &Cloud, only: Option<&str>) -> Result<BTreeMap<String, u64>, StoreError> {
    let mut deleted = BTreeMap::new();
    for service in cloud.services().filter(|service| only.is_none_or(|id| id == service.api().id)) {
        let id = service.api().id;
        let mut sum = 0;
        for _ in 0..PASSES {
            service.forget(cloud);
            let count = delete_records(cloud, id).await?;
            sum += count;
            if count == 0 {
                break;
            }
        }
        service.forget(cloud);
        deleted.insert(id.to_owned(), sum);
    }
    Ok(deleted)
}

/// Every key starts with a scope and the id of its service.
async fn delete_records(cloud: &Cloud, service: &str) -> Result<u64, StoreError> {
    let mut count = 0;
    for scope in Scope::all(&cloud.store().read().await?).await? {
        let prefix: Bytes = key::encode::<(Scope, String)>(&(scope, service)).into();
        count += cloud.store().delete_range(KeyRange::prefix(prefix)).await?;
    }
    Ok(count)
}
