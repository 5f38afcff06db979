//! `AWS::CloudTrail::EventDataStore`.

use api_cloudtrail::{
    CreateEventDataStore, DeleteEventDataStore, DeleteEventDataStoreInput, EventDataStoreStatus, GetEventDataStore,
    GetEventDataStoreInput, ListEventDataStores, ListEventDataStoresInput, StartEventDataStoreIngestion,
    StartEventDataStoreIngestionInput, StopEventDataStoreIngestion, StopEventDataStoreIngestionInput,
    UpdateEventDataStore,
};
use names::Tags;
use serde_json::Value;
use service_kit::properties::{give_name, tag_list, tags_of};
use service_kit::{Ctx, PropertySource, ResourceFuture, ResourceType};

use super::{answer, input, output, renamed, retag, tags, unless_gone};

/// An event data store. Its identifier is its ARN.
#[derive(Debug)]
pub(crate) struct EventDataStore;

/// Properties that are members of the operations that create and change.
const SETTINGS: [(&str, &str); 8] = [
    ("AdvancedEventSelectors", "AdvancedEventSelectors"),
    ("BillingMode", "BillingMode"),
    ("KmsKeyId", "KmsKeyId"),
    ("MultiRegionEnabled", "MultiRegionEnabled"),
    ("Name", "Name"),
    ("OrganizationEnabled", "OrganizationEnabled"),
    ("RetentionPeriod", "RetentionPeriod"),
    ("TerminationProtectionEnabled", "TerminationProtectionEnabled"),
];

impl ResourceType for EventDataStore {
    fn name(&self) -> &'static str {
        "AWS::CloudTrail::EventDataStore"
    }

    fn properties(&self) -> &'static [&'static str] {
        &[
            "AdvancedEventSelectors",
            "BillingMode",
            "IngestionEnabled",
            "KmsKeyId",
            "MultiRegionEnabled",
            "Name",
            "OrganizationEnabled",
            "RetentionPeriod",
            "Tags",
            "TerminationProtectionEnabled",
        ]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &[]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["CreatedTimestamp", "EventDataStoreArn", "Status", "UpdatedTimestamp"]
    }

    fn name_it(&self, properties: &mut PropertySource, invent: &dyn Fn(usize) -> String) {
        give_name(properties, "Name", || invent(128));
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let mut settings = renamed(&properties, &SETTINGS);
            settings.extend(renamed(&properties, &[("IngestionEnabled", "StartIngestion"), ("Tags", "TagsList")]));
            let made = ctx.call::<CreateEventDataStore>(input(settings.into())?).await?;
            Ok(made.event_data_store_arn.unwrap_or_default())
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let Some(found) = get(ctx, id).await? else { return Ok(None) };
            let mut shown = output(&found);
            let mut properties = PropertySource::new();
            for name in SETTINGS.iter().map(|(own, _)| *own).chain(self.attributes().iter().copied()) {
                if let Some(value) = shown.remove(name) {
                    properties.insert(name.to_owned(), value);
                }
            }
            let taking = found.status == Some(EventDataStoreStatus::Enabled);
            properties.insert("IngestionEnabled".to_owned(), taking.into());
            if let Some(tags) = tag_list(&self.tags(ctx, id).await?) {
                properties.insert("Tags".to_owned(), tags);
            }
            Ok(Some(properties))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, id: &'a str, properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! {
            let mut settings = renamed(&properties, &SETTINGS);
            settings.insert("EventDataStore".to_owned(), id.into());
            ctx.call::<UpdateEventDataStore>(input(settings.into())?).await?;
            let stopped = properties.get("IngestionEnabled").is_some_and(|v| *v == Value::Bool(false) || v == "false");
            let store = id.to_owned();
            let taking = get(ctx, id).await?.and_then(|found| found.status) == Some(EventDataStoreStatus::Enabled);
            if stopped && taking {
                let input = StopEventDataStoreIngestionInput { event_data_store: store };
                ctx.call::<StopEventDataStoreIngestion>(input).await?;
            } else if !stopped && !taking {
                let input = StartEventDataStoreIngestionInput { event_data_store: store };
                ctx.call::<StartEventDataStoreIngestion>(input).await?;
            }
            retag(ctx, id, tags_of(&properties)).await
        }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            if get(ctx, id).await?.is_some() {
                let event_data_store = id.to_owned();
                ctx.call::<DeleteEventDataStore>(DeleteEventDataStoreInput { event_data_store }).await?;
            }
            Ok(())
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let (mut arns, mut next_token) = (Vec::new(), None);
            loop {
                let input = ListEventDataStoresInput { next_token, max_results: None };
                let page = ctx.call::<ListEventDataStores>(input).await?;
                let here = page.event_data_stores.unwrap_or_default().into_iter();
                arns.extend(here.filter_map(|store| store.event_data_store_arn));
                next_token = page.next_token;
                if next_token.is_none() {
                    return Ok(arns);
                }
            }
        }
    }

    fn arn(&self, _ctx: &Ctx, id: &str) -> String {
        id.to_owned()
    }

    fn tags<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Tags> {
        answer! { tags(ctx, id).await }
    }

    fn relationships<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! { Ok(get(ctx, id).await?.and_then(|found| found.kms_key_id).into_iter().collect()) }
    }
}

/// The store, unless it is gone or pending deletion.
async fn get(ctx: &Ctx, id: &str) -> Result<Option<api_cloudtrail::GetEventDataStoreOutput>, service_kit::Error> {
    let input = GetEventDataStoreInput { event_data_store: id.to_owned() };
    let found = unless_gone(ctx.call::<GetEventDataStore>(input).await)?;
    Ok(found.filter(|found| found.status != Some(EventDataStoreStatus::PendingDeletion)))
}
