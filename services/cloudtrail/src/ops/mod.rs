//! The operation table: what each operation touches, and the handler that does it. Reading from wires and writing to them
//! is not done here.

mod address;
mod channel;
mod data_store;
mod draft;
mod insights;
mod lookup;
mod policy;
mod reach;
mod selectors;
mod status;
mod tags;
mod trail;

use address::trail_access;
use api_cloudtrail as api;
pub(crate) use policy::OwnPolicies;
use service_kit::{Access, Operations};

/// All operations of the service, sorted.
pub(crate) fn table() -> Operations {
    Operations::new()
        .on::<api::AddTags>(tags::access_to_add, tags::add_tags)
        .on::<api::CreateChannel>(channel::access_to_create, channel::create_channel)
        .on::<api::CreateEventDataStore>(data_store::access_to_create, data_store::create_event_data_store)
        .on::<api::CreateTrail>(trail::access_to_create, trail::create_trail)
        .on::<api::DeleteChannel>(|ctx, i| Ok(channel::access(ctx, &i.channel)), channel::delete_channel)
        .on::<api::DeleteEventDataStore>(
            |ctx, i| Ok(data_store::access(ctx, &i.event_data_store)),
            data_store::delete_event_data_store,
        )
        .on::<api::DeleteResourcePolicy>(|_, i| Ok(Access::to(&i.resource_arn)), policy::delete_resource_policy)
        .on::<api::DeleteTrail>(|ctx, i| Ok(trail_access(ctx, &i.name)), trail::delete_trail)
        .on::<api::DescribeTrails>(|_, _| Ok(Access::any()), trail::describe_trails)
        .on::<api::GetChannel>(|ctx, i| Ok(channel::access(ctx, &i.channel)), channel::get_channel)
        .on::<api::GetEventDataStore>(
            |ctx, i| Ok(data_store::access(ctx, &i.event_data_store)),
            data_store::get_event_data_store,
        )
        .on::<api::GetEventSelectors>(|ctx, i| Ok(trail_access(ctx, &i.trail_name)), selectors::get_event_selectors)
        .on::<api::GetInsightSelectors>(
            |ctx, i| Ok(insights::access(ctx, i.trail_name.as_deref(), i.event_data_store.as_deref())),
            insights::get_insight_selectors,
        )
        .on::<api::GetResourcePolicy>(|_, i| Ok(Access::to(&i.resource_arn)), policy::get_resource_policy)
        .on::<api::GetTrail>(|ctx, i| Ok(trail_access(ctx, &i.name)), trail::get_trail)
        .on::<api::GetTrailStatus>(|ctx, i| Ok(trail_access(ctx, &i.name)), status::get_trail_status)
        .on::<api::ListChannels>(|_, _| Ok(Access::any()), channel::list_channels)
        .on::<api::ListEventDataStores>(|_, _| Ok(Access::any()), data_store::list_event_data_stores)
        .on::<api::ListInsightsData>(|_, i| Ok(Access::to(&i.insight_source)), lookup::list_insights_data)
        .on::<api::ListInsightsMetricData>(|_, _| Ok(Access::any()), insights::list_insights_metric_data)
        .on::<api::ListPublicKeys>(|_, _| Ok(Access::any()), status::list_public_keys)
        .on::<api::ListTags>(tags::access_to_list, tags::list_tags)
        .on::<api::ListTrails>(|_, _| Ok(Access::any()), trail::list_trails)
        .on::<api::LookupEvents>(|_, _| Ok(Access::any()), lookup::lookup_events)
        .on::<api::PutEventSelectors>(|ctx, i| Ok(trail_access(ctx, &i.trail_name)), selectors::put_event_selectors)
        .on::<api::PutInsightSelectors>(
            |ctx, i| Ok(insights::access(ctx, i.trail_name.as_deref(), i.event_data_store.as_deref())),
            insights::put_insight_selectors,
        )
        .on::<api::PutResourcePolicy>(|_, i| Ok(Access::to(&i.resource_arn)), policy::put_resource_policy)
        .on::<api::RemoveTags>(tags::access_to_remove, tags::remove_tags)
        .on::<api::RestoreEventDataStore>(
            |ctx, i| Ok(data_store::access(ctx, &i.event_data_store)),
            data_store::restore_event_data_store,
        )
        .on::<api::StartEventDataStoreIngestion>(
            |ctx, i| Ok(data_store::access(ctx, &i.event_data_store)),
            data_store::start_event_data_store_ingestion,
        )
        .on::<api::StartLogging>(|ctx, i| Ok(trail_access(ctx, &i.name)), trail::start_logging)
        .on::<api::StopEventDataStoreIngestion>(
            |ctx, i| Ok(data_store::access(ctx, &i.event_data_store)),
            data_store::stop_event_data_store_ingestion,
        )
        .on::<api::StopLogging>(|ctx, i| Ok(trail_access(ctx, &i.name)), trail::stop_logging)
        .on::<api::UpdateChannel>(|ctx, i| Ok(channel::access(ctx, &i.channel)), channel::update_channel)
        .on::<api::UpdateEventDataStore>(data_store::access_to_update, data_store::update_event_data_store)
        .on::<api::UpdateTrail>(trail::access_to_update, trail::update_trail)
}
