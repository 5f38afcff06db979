//! Resource types, for stacks, inventories and the map of what talks to what. Each calls the service's own operations, so a
//! key made by a stack is the same as one made by hand.

mod alias;
mod key;
mod replica;

use api_kms::{
    DescribeKey, DescribeKeyInput, GetKeyPolicy, GetKeyPolicyInput, KeyMetadata, ListResourceTags,
    ListResourceTagsInput, PutKeyPolicy, PutKeyPolicyInput, Tag, TagResource, TagResourceInput, UntagResource,
    UntagResourceInput, errors,
};
use names::Tags;
use serde_json::Value;
use service_kit::properties::{Retag, show_tags, tags_of, unless};
use service_kit::{Ctx, Error, PropertySource, Service, answer};

/// Adds the service's resource types.
pub(crate) fn add(service: Service) -> Service {
    service.resource(key::Key).resource(alias::Alias).resource(replica::ReplicaKey)
}

/// A text property.
fn text(properties: &PropertySource, name: &str) -> Option<String> {
    properties.get(name).and_then(Value::as_str).map(str::to_owned)
}

/// A truth, which templates also write as text.
fn truth(properties: &PropertySource, name: &str) -> Option<bool> {
    let value = properties.get(name)?;
    value.as_bool().or_else(|| value.as_str().map(|text| text == "true"))
}

/// A number, which templates also write as text.
fn number(properties: &PropertySource, name: &str) -> Option<i32> {
    let value = properties.get(name)?;
    let number = value.as_i64().or_else(|| value.as_str().and_then(|text| text.parse().ok()))?;
    i32::try_from(number).ok()
}

/// A policy: an object, or its text.
fn policy(properties: &PropertySource) -> Option<String> {
    let value = properties.get("KeyPolicy")?;
    Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

fn as_list(tags: Tags) -> Option<Vec<Tag>> {
    let list: Vec<_> = tags.into_iter().map(|(tag_key, tag_value)| Tag { tag_key, tag_value }).collect();
    (!list.is_empty()).then_some(list)
}

/// None when the key is gone, or going.
async fn described(ctx: &Ctx, id: &str) -> Result<Option<KeyMetadata>, Error> {
    let input = DescribeKeyInput { key_id: id.to_owned(), ..DescribeKeyInput::default() };
    let there = unless_gone(ctx.call::<DescribeKey>(input).await)?.and_then(|output| output.key_metadata);
    Ok(there.filter(|key| key.deletion_date.is_none() && key.pending_deletion_window_in_days.is_none()))
}

/// None when the key is gone.
fn unless_gone<T>(answer: Result<T, Error>) -> Result<Option<T>, Error> {
    unless(answer, |code| code == errors::NOT_FOUND_EXCEPTION.code)
}

/// The properties that all keys have.
async fn common(ctx: &Ctx, key: &KeyMetadata) -> Result<PropertySource, Error> {
    let input = GetKeyPolicyInput { key_id: key.key_id.clone(), policy_name: None };
    let policy = ctx.call::<GetKeyPolicy>(input).await?.policy.unwrap_or_default();
    let mut properties = PropertySource::new();
    properties.insert("Arn".to_owned(), key.arn.clone().into());
    properties.insert("KeyId".to_owned(), key.key_id.clone().into());
    properties.insert("Description".to_owned(), key.description.clone().into());
    properties.insert("Enabled".to_owned(), key.enabled.into());
    properties.insert("KeyPolicy".to_owned(), serde_json::from_str(&policy).unwrap_or(Value::String(policy)));
    let tags = present_tags(ctx, &key.key_id).await?;
    show_tags(&mut properties, &tags);
    Ok(properties)
}

async fn present_tags(ctx: &Ctx, id: &str) -> Result<Tags, Error> {
    let input = ListResourceTagsInput { key_id: id.to_owned(), ..ListResourceTagsInput::default() };
    let tags = ctx.call::<ListResourceTags>(input).await?.tags.unwrap_or_default();
    Ok(tags.into_iter().map(|tag| (tag.tag_key, tag.tag_value)).collect())
}

/// Puts a key's policy and tags to what a template says.
async fn update_common(ctx: &Ctx, id: &str, properties: &PropertySource) -> Result<(), Error> {
    if let Some(policy) = policy(properties) {
        let input = PutKeyPolicyInput {
            key_id: id.to_owned(),
            policy,
            bypass_policy_lockout_safety_check: truth(properties, "BypassPolicyLockoutSafetyCheck"),
            ..PutKeyPolicyInput::default()
        };
        ctx.call::<PutKeyPolicy>(input).await?;
    }
    let (present, wanted) = (present_tags(ctx, id).await?, tags_of(properties));
    let change = Retag::between(&present, wanted);
    if let Some(tag_keys) = change.gone {
        ctx.call::<UntagResource>(UntagResourceInput { key_id: id.to_owned(), tag_keys }).await?;
    }
    match change.set.and_then(as_list) {
        Some(tags) => ctx.call::<TagResource>(TagResourceInput { key_id: id.to_owned(), tags }).await.map(|_| ()),
        None => Ok(()),
    }
}
