//! `AWS::KMS::Key`.

use api_kms::{
    CreateKey, CreateKeyInput, DisableKey, DisableKeyInput, DisableKeyRotation, DisableKeyRotationInput, EnableKey,
    EnableKeyInput, EnableKeyRotation, EnableKeyRotationInput, GetKeyRotationStatus, GetKeyRotationStatusInput,
    GetKeyRotationStatusOutput, KeySpec, KeyUsageType, ListKeys, ListKeysInput, OriginType, ScheduleKeyDeletion,
    ScheduleKeyDeletionInput, UpdateKeyDescription, UpdateKeyDescriptionInput,
};
use names::Tags;
use service_kit::properties::tags_of;
use service_kit::{Ctx, Error, PropertySource, ResourceFuture, ResourceType};

use super::{
    answer, as_list, common, described, number, policy, present_tags, text, truth, unless_gone, update_common,
};

/// A key. Its identifier is its id.
#[derive(Debug)]
pub(crate) struct Key;

impl ResourceType for Key {
    fn name(&self) -> &'static str {
        "AWS::KMS::Key"
    }

    fn properties(&self) -> &'static [&'static str] {
        &[
            "BypassPolicyLockoutSafetyCheck",
            "Description",
            "EnableKeyRotation",
            "Enabled",
            "KeyPolicy",
            "KeySpec",
            "KeyUsage",
            "MultiRegion",
            "Origin",
            "PendingWindowInDays",
            "RotationPeriodInDays",
            "Tags",
        ]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &["KeySpec", "KeyUsage", "MultiRegion", "Origin"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn", "KeyId"]
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let input = CreateKeyInput {
                policy: policy(&properties),
                description: text(&properties, "Description"),
                key_spec: text(&properties, "KeySpec").map(KeySpec::from),
                key_usage: text(&properties, "KeyUsage").map(KeyUsageType::from),
                origin: text(&properties, "Origin").map(OriginType::from),
                multi_region: truth(&properties, "MultiRegion"),
                bypass_policy_lockout_safety_check: truth(&properties, "BypassPolicyLockoutSafetyCheck"),
                tags: as_list(tags_of(&properties)),
                ..CreateKeyInput::default()
            };
            let key = ctx.call::<CreateKey>(input).await?.key_metadata.unwrap_or_default();
            rotate(ctx, &key.key_id, &properties, false).await?;
            if truth(&properties, "Enabled") == Some(false) {
                ctx.call::<DisableKey>(DisableKeyInput { key_id: key.key_id.clone() }).await?;
            }
            Ok(key.key_id)
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let Some(key) = described(ctx, id).await? else { return Ok(None) };
            let mut properties = common(ctx, &key).await?;
            properties.insert("KeySpec".to_owned(), key.key_spec.map(|spec| spec.as_str().to_owned()).into());
            properties.insert("KeyUsage".to_owned(), key.key_usage.map(|usage| usage.as_str().to_owned()).into());
            properties.insert("Origin".to_owned(), key.origin.map(|origin| origin.as_str().to_owned()).into());
            properties.insert("MultiRegion".to_owned(), key.multi_region.into());
            if let Some(status) = rotation(ctx, id).await? {
                properties.insert("EnableKeyRotation".to_owned(), status.key_rotation_enabled.into());
                if let Some(days) = status.rotation_period_in_days {
                    properties.insert("RotationPeriodInDays".to_owned(), days.into());
                }
            }
            Ok(Some(properties))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, id: &'a str, properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! {
            let key_id = id.to_owned();
            ctx.call::<EnableKey>(EnableKeyInput { key_id: key_id.clone() }).await?;
            let description = text(&properties, "Description").unwrap_or_default();
            let input = UpdateKeyDescriptionInput { key_id: key_id.clone(), description };
            ctx.call::<UpdateKeyDescription>(input).await?;
            update_common(ctx, id, &properties).await?;
            rotate(ctx, id, &properties, true).await?;
            if truth(&properties, "Enabled") == Some(false) {
                ctx.call::<DisableKey>(DisableKeyInput { key_id }).await?;
            }
            Ok(())
        }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            if described(ctx, id).await?.is_none() {
                return Ok(());
            }
            // The window of the template is not handed in here; CloudFormation's own is the longest.
            let input = ScheduleKeyDeletionInput { key_id: id.to_owned(), pending_window_in_days: None };
            unless_gone(ctx.call::<ScheduleKeyDeletion>(input).await).map(|_| ())
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! { keys(ctx).await }
    }

    fn arn(&self, ctx: &Ctx, id: &str) -> String {
        names::Arn::regional("kms", &ctx.region, ctx.account(), format!("key/{id}")).to_string()
    }

    fn tags<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Tags> {
        answer! { present_tags(ctx, id).await }
    }

    fn relationships<'a>(&'a self, _: &'a Ctx, _: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! { Ok(Vec::new()) }
    }
}

/// All keys of the account and region.
pub(super) async fn keys(ctx: &Ctx) -> Result<Vec<String>, Error> {
    let (mut ids, mut marker) = (Vec::new(), None);
    loop {
        let page = ctx.call::<ListKeys>(ListKeysInput { limit: Some(1_000), marker }).await?;
        ids.extend(page.keys.unwrap_or_default().into_iter().filter_map(|key| key.key_id));
        marker = page.next_marker;
        if marker.is_none() {
            return Ok(ids);
        }
    }
}

/// None of a key that cannot be rotated.
async fn rotation(ctx: &Ctx, id: &str) -> Result<Option<GetKeyRotationStatusOutput>, Error> {
    match ctx.call::<GetKeyRotationStatus>(GetKeyRotationStatusInput { key_id: id.to_owned() }).await {
        Err(Error::Modeled(error)) if error.schema.code == api_kms::errors::UNSUPPORTED_OPERATION_EXCEPTION.code => {
            Ok(None)
        }
        answer => answer.map(Some),
    }
}

/// Puts automatic rotation to what a template says. One that says nothing turns it off again.
async fn rotate(ctx: &Ctx, id: &str, properties: &PropertySource, off: bool) -> Result<(), Error> {
    let key_id = id.to_owned();
    if truth(properties, "EnableKeyRotation") == Some(true) {
        let rotation_period_in_days = number(properties, "RotationPeriodInDays");
        let input = EnableKeyRotationInput { key_id, rotation_period_in_days };
        return ctx.call::<EnableKeyRotation>(input).await.map(|_| ());
    }
    let on = off && rotation(ctx, id).await?.is_some_and(|status| status.key_rotation_enabled == Some(true));
    if on {
        ctx.call::<DisableKeyRotation>(DisableKeyRotationInput { key_id }).await?;
    }
    Ok(())
}
