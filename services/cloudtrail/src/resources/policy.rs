//! `AWS::CloudTrail::ResourcePolicy`.

use api_cloudtrail::{
    DeleteResourcePolicy, DeleteResourcePolicyInput, GetResourcePolicy, GetResourcePolicyInput, ListChannels,
    ListChannelsInput, ListEventDataStores, ListEventDataStoresInput, PutResourcePolicy, PutResourcePolicyInput,
};
use names::Tags;
use serde_json::Value;
use service_kit::{Ctx, Error, PropertySource, ResourceFuture, ResourceType};

use super::{answer, unless_gone};

/// The policy of an event data store or channel. Its identifier is that one's ARN.
#[derive(Debug)]
pub(crate) struct ResourcePolicy;

impl ResourceType for ResourcePolicy {
    fn name(&self) -> &'static str {
        "AWS::CloudTrail::ResourcePolicy"
    }

    fn properties(&self) -> &'static [&'static str] {
        &["ResourceArn", "ResourcePolicy"]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &["ResourceArn"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &[]
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let arn = properties.get("ResourceArn").and_then(Value::as_str).unwrap_or_default().to_owned();
            put(ctx, &arn, &properties).await?;
            Ok(arn)
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let Some(text) = get(ctx, id).await? else { return Ok(None) };
            let policy = serde_json::from_str(&text).unwrap_or(Value::String(text));
            Ok(Some([("ResourceArn".to_owned(), id.into()), ("ResourcePolicy".to_owned(), policy)].into_iter().collect()))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, id: &'a str, properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! { put(ctx, id, &properties).await }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            let input = DeleteResourcePolicyInput { resource_arn: id.to_owned() };
            unless_gone(ctx.call::<DeleteResourcePolicy>(input).await.map(|_| ())).map(|_| ())
        }
    }

    /// The first page of each kind of resource is enough: a region has at most ten stores and 25 channels.
    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let stores = ctx.call::<ListEventDataStores>(ListEventDataStoresInput::default()).await?;
            let channels = ctx.call::<ListChannels>(ListChannelsInput::default()).await?;
            let stores = stores.event_data_stores.unwrap_or_default().into_iter();
            let channels = channels.channels.unwrap_or_default().into_iter();
            let all = stores.filter_map(|one| one.event_data_store_arn).chain(channels.filter_map(|one| one.channel_arn));
            let mut with = Vec::new();
            for arn in all {
                if get(ctx, &arn).await?.is_some() {
                    with.push(arn);
                }
            }
            Ok(with)
        }
    }

    fn arn(&self, _ctx: &Ctx, id: &str) -> String {
        id.to_owned()
    }

    fn tags<'a>(&'a self, _ctx: &'a Ctx, _id: &'a str) -> ResourceFuture<'a, Tags> {
        answer! { Ok(Tags::new()) }
    }

    fn relationships<'a>(&'a self, _ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! { Ok(vec![id.to_owned()]) }
    }
}

async fn get(ctx: &Ctx, arn: &str) -> Result<Option<String>, Error> {
    let input = GetResourcePolicyInput { resource_arn: arn.to_owned() };
    Ok(unless_gone(ctx.call::<GetResourcePolicy>(input).await)?.and_then(|found| found.resource_policy))
}

async fn put(ctx: &Ctx, arn: &str, properties: &PropertySource) -> Result<(), Error> {
    let policy = properties.get("ResourcePolicy");
    let resource_policy = match policy {
        Some(Value::String(text)) => text.clone(),
        other => other.map(Value::to_string).unwrap_or_default(),
    };
    let input = PutResourcePolicyInput { resource_arn: arn.to_owned(), resource_policy };
    ctx.call::<PutResourcePolicy>(input).await.map(|_| ())
}
