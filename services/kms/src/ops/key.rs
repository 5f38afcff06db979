//! Keys: created, described, listed, switched on and off, deleted.

use api_kms::{
    CancelKeyDeletion, CancelKeyDeletionInput, CancelKeyDeletionOutput, CreateKey, CreateKeyInput, CreateKeyOutput,
    DescribeKey, DescribeKeyInput, DescribeKeyOutput, DisableKey, DisableKeyInput, DisableKeyOutput, EnableKey,
    EnableKeyInput, EnableKeyOutput, KeyListEntry, KeyState, ListKeys, ListKeysInput, ListKeysOutput,
    ScheduleKeyDeletion, ScheduleKeyDeletionInput, ScheduleKeyDeletionOutput, UpdateKeyDescription,
    UpdateKeyDescriptionInput, UpdateKeyDescriptionOutput, errors,
};
use service_kit::{Access, Ctx, Error, Outcome};

use super::address::{self, circumstances, engine, here, touch_own};
use super::metadata::metadata;
use super::paging::Wanted;
use super::{key_store, policy, tags};
use crate::engine::create::NewKey;
use crate::engine::policies::default_policy;
use crate::engine::spec::{Spec, Usage};
use crate::error::{invalid, told, unsupported};
use crate::limits;
use crate::store::Deletion;

/// Creates a key.
pub(crate) async fn create_key(ctx: &Ctx, input: CreateKeyInput) -> Outcome<CreateKey> {
    let (spec, usage) = kind(&input)?;
    let external = origin(&input)?;
    let tags = tags::read(input.tags.as_deref())?;
    let policy = match input.policy {
        Some(text) => policy::checked(ctx, text, input.bypass_policy_lockout_safety_check)?,
        None => default_policy(ctx.partition(), ctx.account()),
    };
    let (multi_region, description) = (input.multi_region.unwrap_or_default(), input.description.unwrap_or_default());
    let new = NewKey { spec, usage, external, multi_region, description, tags, policy };
    let key = engine(ctx).create(&here(ctx), new).await.map_err(told)?;
    Ok(CreateKeyOutput { key_metadata: Some(metadata(&key)) })
}

/// What creating a key touches.
pub(crate) fn access_to_create(ctx: &Ctx, input: &CreateKeyInput) -> Result<Access, Error> {
    let (spec, usage) = kind(input)?;
    let origin = input.origin.as_ref().map_or("AWS_KMS", |origin| origin.as_str());
    let multi_region = input.multi_region.unwrap_or_default();
    let mut access = circumstances(ctx, Access::any())
        .with("kms:KeySpec", spec.name())
        .with("kms:KeyUsage", usage.name())
        .with("kms:KeyOrigin", origin)
        .with("kms:MultiRegion", multi_region.to_string())
        .with(
            "kms:BypassPolicyLockoutSafetyCheck",
            input.bypass_policy_lockout_safety_check.unwrap_or_default().to_string(),
        );
    if multi_region {
        access = access.with("kms:MultiRegionKeyType", "PRIMARY");
    }
    let tags = input.tags.iter().flatten();
    access = access.with_request_tags(tags.map(|tag| (tag.tag_key.as_str(), tag.tag_value.as_str())));
    if input.tags.as_ref().is_some_and(|tags| !tags.is_empty()) {
        access = access.and(circumstances(ctx, Access::any()).as_action("kms:TagResource"));
    }
    Ok(access)
}

/// Describes a key.
pub(crate) async fn describe_key(ctx: &Ctx, input: DescribeKeyInput) -> Outcome<DescribeKey> {
    super::grant::check_tokens(ctx, input.grant_tokens.as_deref())?;
    let key = address::key(ctx, &input.key_id).await?;
    Ok(DescribeKeyOutput { key_metadata: Some(metadata(&key)) })
}

/// Lists the keys of the account and region.
pub(crate) async fn list_keys(ctx: &Ctx, input: ListKeysInput) -> Outcome<ListKeys> {
    let wanted = Wanted::new(ctx, "", limits::KEYS_SHOWN, input.limit, input.marker.as_deref())?;
    let place = here(ctx);
    let ids = engine(ctx).keys(&place, wanted.after.as_deref(), wanted.count()).await;
    let page = wanted.page(ids.map_err(told)?, Clone::clone);
    let entry = |id: String| KeyListEntry { key_arn: Some(place.key(&id).arn()), key_id: Some(id) };
    let keys = Some(page.items.into_iter().map(entry).collect());
    Ok(ListKeysOutput { keys, next_marker: page.next_marker, truncated: Some(page.truncated) })
}

/// Switches a key on.
pub(crate) async fn enable_key(ctx: &Ctx, input: EnableKeyInput) -> Outcome<EnableKey> {
    let home = address::home(ctx, &input.key_id)?;
    engine(ctx).enable(&home).await.map_err(told)?;
    Ok(EnableKeyOutput {})
}

/// Switches a key off.
pub(crate) async fn disable_key(ctx: &Ctx, input: DisableKeyInput) -> Outcome<DisableKey> {
    let home = address::home(ctx, &input.key_id)?;
    engine(ctx).disable(&home).await.map_err(told)?;
    Ok(DisableKeyOutput {})
}

/// Says something else of a key.
pub(crate) async fn update_key_description(
    ctx: &Ctx,
    input: UpdateKeyDescriptionInput,
) -> Outcome<UpdateKeyDescription> {
    let home = address::home(ctx, &input.key_id)?;
    engine(ctx).describe(&home, &input.description).await.map_err(told)?;
    Ok(UpdateKeyDescriptionOutput {})
}

/// Plans a key's end.
pub(crate) async fn schedule_key_deletion(ctx: &Ctx, input: ScheduleKeyDeletionInput) -> Outcome<ScheduleKeyDeletion> {
    let home = address::home(ctx, &input.key_id)?;
    let days = input.pending_window_in_days.unwrap_or(limits::DEFAULT_DELETION_DAYS);
    let key = engine(ctx).schedule_deletion(&home, days).await.map_err(told)?;
    let deletion_date = match key.record.deletion {
        Some(Deletion::At { at, .. }) => Some(at),
        _ => None,
    };
    Ok(ScheduleKeyDeletionOutput {
        key_id: Some(key.arn()),
        deletion_date,
        key_state: Some(KeyState::from(key.state().name().to_owned())),
        pending_window_in_days: Some(days),
    })
}

/// What planning a key's end touches.
pub(crate) fn access_to_schedule_deletion(ctx: &Ctx, input: &ScheduleKeyDeletionInput) -> Result<Access, Error> {
    let days = input.pending_window_in_days.unwrap_or(limits::DEFAULT_DELETION_DAYS);
    Ok(touch_own(ctx, &input.key_id)?.with("kms:ScheduleKeyDeletionPendingWindowInDays", days.to_string()))
}

/// Takes a planned end back.
pub(crate) async fn cancel_key_deletion(ctx: &Ctx, input: CancelKeyDeletionInput) -> Outcome<CancelKeyDeletion> {
    let home = address::home(ctx, &input.key_id)?;
    engine(ctx).cancel_deletion(&home).await.map_err(told)?;
    Ok(CancelKeyDeletionOutput { key_id: Some(home.arn()) })
}

/// The kind and usage that a request asks for.
fn kind(input: &CreateKeyInput) -> Result<(Spec, Usage), Error> {
    let newer = input.key_spec.as_ref().map(|spec| spec.as_str());
    let older = input.customer_master_key_spec.as_ref().map(|spec| spec.as_str());
    if newer.is_some() && older.is_some() {
        return Err(invalid(
            "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.",
        ));
    }
    let name = newer.or(older).unwrap_or("SYMMETRIC_DEFAULT");
    let spec =
        Spec::parse(name).ok_or_else(|| unsupported(format!("KeySpec {name} is not supported in this Region.")))?;
    let usage = match &input.key_usage {
        Some(usage) => Usage::parse(usage.as_str()).ok_or_else(|| invalid("Unknown KeyUsage."))?,
        None if spec == Spec::SymmetricDefault => Usage::EncryptDecrypt,
        None => {
            return Err(invalid(
                "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.",
            ));
        }
    };
    if spec.is_for(usage) {
        return Ok((spec, usage));
    }
    Err(invalid(format!("KeyUsage {} is not compatible with KeySpec {}", usage.name(), spec.name())))
}

/// Whether material comes from outside. Custom key stores are refused: there are none.
fn origin(input: &CreateKeyInput) -> Result<bool, Error> {
    let origin = input.origin.as_ref().map_or("AWS_KMS", |origin| origin.as_str());
    match (origin, &input.custom_key_store_id) {
        ("AWS_KMS" | "EXTERNAL", None) if input.xks_key_id.is_none() => Ok(origin == "EXTERNAL"),
        ("AWS_KMS" | "EXTERNAL", _) => {
            Err(invalid(format!("Origin {origin} is not valid for a KMS key in a custom key store.")))
        }
        (_, Some(id)) => Err(key_store::missing(id)),
        (_, None) => Err(invalid(format!("CustomKeyStoreId is required when Origin is {origin}."))),
    }
}

/// A policy that is none.
pub(crate) fn malformed(text: impl Into<String>) -> Error {
    errors::malformed_policy_document_exception(text).into()
}
