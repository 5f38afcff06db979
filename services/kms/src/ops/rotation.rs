//! Rotation: automatic, on demand, and what came of it.

use api_kms::{
    DisableKeyRotation, DisableKeyRotationInput, DisableKeyRotationOutput, EnableKeyRotation, EnableKeyRotationInput,
    EnableKeyRotationOutput, ExpirationModelType, GetKeyRotationStatus, GetKeyRotationStatusInput,
    GetKeyRotationStatusOutput, ImportState, KeyMaterialState, ListKeyRotations, ListKeyRotationsInput,
    ListKeyRotationsOutput, RotateKeyOnDemand, RotateKeyOnDemandInput, RotateKeyOnDemandOutput, RotationType,
    RotationsListEntry,
};
use service_kit::{Access, Ctx, Error, Outcome};

use super::address::{self, engine, touch_own};
use super::paging::Wanted;
use crate::engine::{Key, hex};
use crate::error::told;
use crate::limits;
use crate::store::{MaterialNo, MaterialRecord, RotatedBy};

/// Rotates a key every so many days.
pub(crate) async fn enable_key_rotation(ctx: &Ctx, input: EnableKeyRotationInput) -> Outcome<EnableKeyRotation> {
    let home = address::home(ctx, &input.key_id)?;
    let enabled = engine(ctx).enable_rotation(&home, input.rotation_period_in_days).await;
    enabled.map_err(told)?;
    Ok(EnableKeyRotationOutput {})
}

/// What enabling rotation touches.
pub(crate) fn access_to_enable(ctx: &Ctx, input: &EnableKeyRotationInput) -> Result<Access, Error> {
    let days = input.rotation_period_in_days.unwrap_or(limits::ROTATION_DAYS);
    Ok(touch_own(ctx, &input.key_id)?.with("kms:RotationPeriodInDays", days.to_string()))
}

/// Rotates a key no more of itself.
pub(crate) async fn disable_key_rotation(ctx: &Ctx, input: DisableKeyRotationInput) -> Outcome<DisableKeyRotation> {
    let home = address::home(ctx, &input.key_id)?;
    engine(ctx).disable_rotation(&home).await.map_err(told)?;
    Ok(DisableKeyRotationOutput {})
}

/// Tells whether and when a key is rotated.
pub(crate) async fn get_key_rotation_status(
    ctx: &Ctx,
    input: GetKeyRotationStatusInput,
) -> Outcome<GetKeyRotationStatus> {
    let home = address::home(ctx, &input.key_id)?;
    let key = engine(ctx).key(&home).await.map_err(told)?;
    let rotation = engine(ctx).rotation(&key).await.map_err(told)?;
    Ok(GetKeyRotationStatusOutput {
        key_rotation_enabled: Some(rotation.is_some()),
        key_id: Some(key.arn()),
        rotation_period_in_days: rotation.map(|rotation| rotation.days),
        next_rotation_date: rotation.map(|rotation| rotation.next),
        // A rotation on demand is over as soon as it is asked for.
        on_demand_rotation_start_date: None,
    })
}

/// Rotates a key now.
pub(crate) async fn rotate_key_on_demand(ctx: &Ctx, input: RotateKeyOnDemandInput) -> Outcome<RotateKeyOnDemand> {
    let home = address::home(ctx, &input.key_id)?;
    engine(ctx).rotate(&home).await.map_err(told)?;
    Ok(RotateKeyOnDemandOutput { key_id: Some(home.arn()) })
}

/// Lists the rotations of a key, or all its material.
pub(crate) async fn list_key_rotations(ctx: &Ctx, input: ListKeyRotationsInput) -> Outcome<ListKeyRotations> {
    let home = address::home(ctx, &input.key_id)?;
    let key = engine(ctx).key(&home).await.map_err(told)?;
    key.rotatable().map_err(told)?;
    let all = input.include_key_material.as_ref().is_some_and(|which| which.as_str() == "ALL_KEY_MATERIAL");
    let wanted =
        Wanted::new(ctx, format!("{}/{all}", home.id), limits::KEYS_SHOWN, input.limit, input.marker.as_deref())?;
    let history = engine(ctx).history(&key).await.map_err(told)?;
    let shown = history.into_iter().filter(|(_, material)| all || material.rotated.is_some());
    let page = wanted.cut(shown, |(number, _)| format!("{number:010}"));
    let rotations = page.items.iter().map(|(number, material)| entry(&key, *number, material)).collect();
    Ok(ListKeyRotationsOutput {
        rotations: Some(rotations),
        next_marker: page.next_marker,
        truncated: Some(page.truncated),
    })
}

fn entry(key: &Key, number: MaterialNo, material: &MaterialRecord) -> RotationsListEntry {
    let external = key.record.external;
    let in_use = key.record.current.map_or(0, |current| current.number);
    let state = match number.cmp(&in_use) {
        std::cmp::Ordering::Less => KeyMaterialState::NonCurrent,
        std::cmp::Ordering::Equal => KeyMaterialState::Current,
        std::cmp::Ordering::Greater => KeyMaterialState::PendingRotation,
    };
    let there = material.sealed.is_some();
    let expires = material.valid_to.is_some();
    RotationsListEntry {
        key_id: Some(key.home.id.clone()),
        key_material_id: Some(hex(&material.id)),
        key_material_description: material.description.clone(),
        import_state: external.then_some(if there { ImportState::Imported } else { ImportState::PendingImport }),
        key_material_state: Some(state),
        expiration_model: (external && there).then_some(if expires {
            ExpirationModelType::KeyMaterialExpires
        } else {
            ExpirationModelType::KeyMaterialDoesNotExpire
        }),
        valid_to: material.valid_to,
        rotation_date: material.rotated.map(|(at, _)| at),
        rotation_type: material.rotated.map(|(_, by)| match by {
            RotatedBy::Period => RotationType::Automatic,
            RotatedBy::Demand => RotationType::OnDemand,
        }),
    }
}
