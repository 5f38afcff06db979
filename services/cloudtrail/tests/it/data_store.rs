//! Event data stores and the channels that lead to them; policies on both.

use std::time::Duration;

use api_cloudtrail::*;
use testkit::TestCloud;

use crate::cloud::*;

fn named(name: &str) -> CreateEventDataStoreInput {
    CreateEventDataStoreInput { name: name.into(), termination_protection_enabled: Some(false), ..Default::default() }
}

async fn make(cloud: &TestCloud, name: &str) -> String {
    cloud.call::<CreateEventDataStore>(named(name)).await.unwrap().event_data_store_arn.unwrap()
}

/// A store that takes events that are not AWS's.
async fn make_foreign(cloud: &TestCloud, name: &str) -> String {
    let selector =
        AdvancedEventSelector { name: None, field_selectors: vec![equals("eventCategory", "ActivityAuditLog")] };
    let input = CreateEventDataStoreInput { advanced_event_selectors: Some(vec![selector]), ..named(name) };
    cloud.call::<CreateEventDataStore>(input).await.unwrap().event_data_store_arn.unwrap()
}

async fn status(cloud: &TestCloud, arn: &str) -> String {
    let input = GetEventDataStoreInput { event_data_store: arn.into() };
    cloud.call::<GetEventDataStore>(input).await.unwrap().status.unwrap().to_string()
}

#[tokio::test]
async fn create_event_data_store_get_event_data_store() {
    let cloud = cloud();
    let input = CreateEventDataStoreInput { name: "lake".into(), ..Default::default() };
    let made = cloud.call::<CreateEventDataStore>(input).await.unwrap();
    assert_eq!((made.status.unwrap().as_str(), made.retention_period), ("CREATED", Some(366)));
    assert_eq!((made.multi_region_enabled, made.termination_protection_enabled), (Some(true), Some(true)));
    assert_eq!(made.billing_mode.unwrap().as_str(), "EXTENDABLE_RETENTION_PRICING");
    let selectors = made.advanced_event_selectors.unwrap();
    assert_eq!(selectors[0].name.as_deref(), Some("Default management events"));
    let arn = made.event_data_store_arn.unwrap();
    assert_eq!(status(&cloud, &arn).await, "ENABLED");
    assert_eq!(status(&cloud, arn.rsplit('/').next().unwrap()).await, "ENABLED", "by id");
    let again = CreateEventDataStoreInput { name: "lake".into(), ..Default::default() };
    assert_eq!(cloud.error::<CreateEventDataStore>(again).await.0, "EventDataStoreAlreadyExistsException");
    let gone = GetEventDataStoreInput { event_data_store: arn.replace(&arn[arn.len() - 4..], "0000") };
    assert_eq!(cloud.error::<GetEventDataStore>(gone).await.0, "EventDataStoreNotFoundException");
    let wrong = GetEventDataStoreInput { event_data_store: LOGS.into() };
    assert_eq!(cloud.error::<GetEventDataStore>(wrong).await.0, "EventDataStoreARNInvalidException");
    let listed = cloud.call::<ListEventDataStores>(ListEventDataStoresInput::default()).await.unwrap();
    assert_eq!(listed.event_data_stores.unwrap()[0].event_data_store_arn.as_deref(), Some(arn.as_str()));
    let long = CreateEventDataStoreInput {
        billing_mode: Some(BillingMode::FixedRetentionPricing),
        retention_period: Some(2_558),
        ..named("long")
    };
    assert_eq!(cloud.error::<CreateEventDataStore>(long).await.0, "InvalidParameterException");
    for i in 0..9 {
        make(&cloud, &format!("lake{i}")).await;
    }
    assert_eq!(cloud.error::<CreateEventDataStore>(named("more")).await.0, "EventDataStoreMaxLimitExceededException");
}

#[tokio::test]
async fn update_event_data_store_changes_what_it_names() {
    let cloud = cloud();
    let arn = make(&cloud, "lake").await;
    let update = || UpdateEventDataStoreInput { event_data_store: arn.clone(), ..Default::default() };
    let input = UpdateEventDataStoreInput { name: Some("sea".into()), retention_period: Some(90), ..update() };
    let changed = cloud.call::<UpdateEventDataStore>(input).await.unwrap();
    assert_eq!((changed.name.as_deref(), changed.retention_period), (Some("sea"), Some(90)));
    let fixed = UpdateEventDataStoreInput { billing_mode: Some(BillingMode::FixedRetentionPricing), ..update() };
    assert_eq!(cloud.error::<UpdateEventDataStore>(fixed).await.0, "InvalidParameterException");
}

#[tokio::test]
async fn start_event_data_store_ingestion_stop_event_data_store_ingestion() {
    let cloud = cloud();
    let arn = make(&cloud, "lake").await;
    let (start, stop) = (
        || StartEventDataStoreIngestionInput { event_data_store: arn.clone() },
        || StopEventDataStoreIngestionInput { event_data_store: arn.clone() },
    );
    let wrong = "InvalidEventDataStoreStatusException";
    assert_eq!(cloud.error::<StartEventDataStoreIngestion>(start()).await.0, wrong);
    cloud.call::<StopEventDataStoreIngestion>(stop()).await.unwrap();
    assert_eq!(status(&cloud, &arn).await, "STOPPED_INGESTION");
    assert_eq!(cloud.error::<StopEventDataStoreIngestion>(stop()).await.0, wrong);
    cloud.call::<StartEventDataStoreIngestion>(start()).await.unwrap();
    assert_eq!(status(&cloud, &arn).await, "ENABLED");
}

#[tokio::test]
async fn delete_event_data_store_restore_event_data_store() {
    let cloud = cloud();
    let arn = make(&cloud, "lake").await;
    let (delete, restore) = (
        || DeleteEventDataStoreInput { event_data_store: arn.clone() },
        || RestoreEventDataStoreInput { event_data_store: arn.clone() },
    );
    let protect = |on| UpdateEventDataStoreInput {
        event_data_store: arn.clone(),
        termination_protection_enabled: Some(on),
        ..Default::default()
    };
    cloud.call::<UpdateEventDataStore>(protect(true)).await.unwrap();
    let (code, text) = cloud.error::<DeleteEventDataStore>(delete()).await;
    assert_eq!(code, "EventDataStoreTerminationProtectedException");
    assert_eq!(text, "The event data store cannot be deleted because termination protection is enabled for it.");
    cloud.call::<UpdateEventDataStore>(protect(false)).await.unwrap();
    assert_eq!(cloud.error::<RestoreEventDataStore>(restore()).await.0, "InvalidEventDataStoreStatusException");
    cloud.call::<DeleteEventDataStore>(delete()).await.unwrap();
    assert_eq!(status(&cloud, &arn).await, "PENDING_DELETION");
    assert_eq!(cloud.error::<DeleteEventDataStore>(delete()).await.0, "InactiveEventDataStoreException");
    cloud.call::<RestoreEventDataStore>(restore()).await.unwrap();
    cloud.call::<DeleteEventDataStore>(delete()).await.unwrap();
    cloud.advance(Duration::from_secs(7 * 24 * 3_600)).await;
    assert_eq!(cloud.error::<RestoreEventDataStore>(restore()).await.0, "EventDataStoreNotFoundException");
    make(&cloud, "lake").await;
}

fn leading(name: &str, to: &str) -> CreateChannelInput {
    let destination = Destination { r#type: DestinationType::EventDataStore, location: to.into() };
    CreateChannelInput { name: name.into(), source: "Custom".into(), destinations: vec![destination], tags: None }
}

#[tokio::test]
async fn channels_lead_to_stores_that_take_foreign_events() {
    let cloud = cloud();
    let (own, foreign) = (make(&cloud, "own").await, make_foreign(&cloud, "foreign").await);
    let (code, _) = cloud.error::<CreateChannel>(leading("in", &own)).await;
    assert_eq!(code, "InvalidEventDataStoreCategoryException");
    let arn = cloud.call::<CreateChannel>(leading("in", &foreign)).await.unwrap().channel_arn.unwrap();
    assert_eq!(cloud.error::<CreateChannel>(leading("in", &foreign)).await.0, "ChannelAlreadyExistsException");
    let shown = cloud.call::<GetChannel>(GetChannelInput { channel: arn.clone() }).await.unwrap();
    assert_eq!(
        (shown.name.as_deref(), shown.destinations.unwrap()[0].location.as_str()),
        (Some("in"), foreign.as_str())
    );
    let update = UpdateChannelInput { channel: arn.clone(), name: Some("way".into()), destinations: None };
    assert_eq!(cloud.call::<UpdateChannel>(update).await.unwrap().name.as_deref(), Some("way"));
    let listed = cloud.call::<ListChannels>(ListChannelsInput::default()).await.unwrap().channels.unwrap();
    assert_eq!((listed.len(), listed[0].name.as_deref()), (1, Some("way")));
    let delete = || DeleteEventDataStoreInput { event_data_store: foreign.clone() };
    assert_eq!(cloud.error::<DeleteEventDataStore>(delete()).await.0, "ChannelExistsForEDSException");
    cloud.call::<DeleteChannel>(DeleteChannelInput { channel: arn.clone() }).await.unwrap();
    assert_eq!(cloud.error::<GetChannel>(GetChannelInput { channel: arn }).await.0, "ChannelNotFoundException");
    cloud.call::<DeleteEventDataStore>(delete()).await.unwrap();
}

#[tokio::test]
async fn put_resource_policy_get_resource_policy_delete_resource_policy() {
    let cloud = cloud_with_bucket().await;
    let arn = make(&cloud, "lake").await;
    let document = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"000000000000"}},"Action":"cloudtrail:GetEventDataStore","Resource":"{arn}"}}]}}"#
    );
    let put = |text: &str| PutResourcePolicyInput { resource_arn: arn.clone(), resource_policy: text.into() };
    let get = || GetResourcePolicyInput { resource_arn: arn.clone() };
    assert_eq!(cloud.error::<GetResourcePolicy>(get()).await.0, "ResourcePolicyNotFoundException");
    assert_eq!(cloud.error::<PutResourcePolicy>(put("{}")).await.0, "ResourcePolicyNotValidException");
    cloud.call::<PutResourcePolicy>(put(&document)).await.unwrap();
    assert_eq!(cloud.call::<GetResourcePolicy>(get()).await.unwrap().resource_policy.unwrap(), document);
    let delete = || DeleteResourcePolicyInput { resource_arn: arn.clone() };
    cloud.call::<DeleteResourcePolicy>(delete()).await.unwrap();
    assert_eq!(cloud.error::<DeleteResourcePolicy>(delete()).await.0, "ResourcePolicyNotFoundException");
    cloud.call::<CreateTrail>(trail("logs")).await.unwrap();
    let wrong = GetResourcePolicyInput { resource_arn: LOGS.into() };
    assert_eq!(cloud.error::<GetResourcePolicy>(wrong).await.0, "ResourceTypeNotSupportedException");
}
