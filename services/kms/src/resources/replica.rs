//! `AWS::KMS::ReplicaKey`.

use std::sync::Arc;

use api_kms::{
    DisableKey, DisableKeyInput, EnableKey, EnableKeyInput, ReplicateKey, ReplicateKeyInput, ScheduleKeyDeletion,
    ScheduleKeyDeletionInput, UpdateKeyDescription, UpdateKeyDescriptionInput,
};
use names::{Arn, Tags};
use service_kit::properties::tags_of;
use service_kit::{Ctx, PropertySource, ResourceFuture, ResourceType};

use super::key::keys;
use super::{answer, as_list, common, described, policy, present_tags, text, truth, unless_gone, update_common};
use crate::error::invalid;

/// A replica of a key of several regions. Its identifier is its id.
#[derive(Debug)]
pub(crate) struct ReplicaKey;

impl ResourceType for ReplicaKey {
    fn name(&self) -> &'static str {
        "AWS::KMS::ReplicaKey"
    }

    fn properties(&self) -> &'static [&'static str] {
        &["Description", "Enabled", "KeyPolicy", "PendingWindowInDays", "PrimaryKeyArn", "Tags"]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &["PrimaryKeyArn"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn", "KeyId"]
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let arn = text(&properties, "PrimaryKeyArn").unwrap_or_default();
            let primary = arn.parse::<Arn>().ok().and_then(|arn| arn.region_code());
            let primary = primary.ok_or_else(|| invalid(format!("Invalid arn {arn}")))?;
            let input = ReplicateKeyInput {
                key_id: arn,
                replica_region: ctx.region.as_str().to_owned(),
                policy: policy(&properties),
                description: text(&properties, "Description"),
                tags: as_list(tags_of(&properties)),
                ..ReplicateKeyInput::default()
            };
            // A key is copied from where its primary is.
            let made = ctx.cloud().call::<ReplicateKey>(Arc::clone(&ctx.caller), primary, input).await?;
            let key = made.replica_key_metadata.unwrap_or_default();
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
            let primary = key.multi_region_configuration.and_then(|regions| regions.primary_key?.arn);
            properties.insert("PrimaryKeyArn".to_owned(), primary.into());
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
            let input = ScheduleKeyDeletionInput { key_id: id.to_owned(), pending_window_in_days: None };
            unless_gone(ctx.call::<ScheduleKeyDeletion>(input).await).map(|_| ())
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let mut replicas = Vec::new();
            for id in keys(ctx).await?.into_iter().filter(|id| id.starts_with("mrk-")) {
                let regions = described(ctx, &id).await?.and_then(|key| key.multi_region_configuration);
                let kind = regions.and_then(|regions| regions.multi_region_key_type);
                if kind.is_some_and(|kind| kind.as_str() == "REPLICA") {
                    replicas.push(id);
                }
            }
            Ok(replicas)
        }
    }

    fn arn(&self, ctx: &Ctx, id: &str) -> String {
        ctx.arn(format!("key/{id}")).to_string()
    }

    fn tags<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Tags> {
        answer! { present_tags(ctx, id).await }
    }

    fn relationships<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let regions = described(ctx, id).await?.and_then(|key| key.multi_region_configuration);
            Ok(regions.and_then(|regions| regions.primary_key?.arn).into_iter().collect())
        }
    }
}
