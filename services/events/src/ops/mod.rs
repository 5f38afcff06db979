//! The operation table: what each operation touches, and the handler that does it. Reading from wires and writing to them
//! is not done here.

mod address;
mod archive;
mod bus;
mod connection;
mod destination;
mod endpoint;
mod event;
mod partner;
mod pattern;
mod permission;
mod policies;
mod replay;
mod rule;
mod tags;
mod target;

use address::{bus_access, own, own_any, rule_access, source};
use api_events as api;
pub(crate) use policies::BusPolicies;
use service_kit::{Access, Operations};

/// All operations of the service, sorted.
pub(crate) fn table() -> Operations {
    Operations::new()
        .on::<api::ActivateEventSource>(|ctx, i| Ok(source(ctx, &i.name)), partner::activate_event_source)
        .on::<api::CancelReplay>(|ctx, i| Ok(own(ctx, "replay", &i.replay_name)), replay::cancel_replay)
        .on::<api::CreateApiDestination>(destination::access_to_create, destination::create_api_destination)
        .on::<api::CreateArchive>(archive::access_to_create, archive::create_archive)
        .on::<api::CreateConnection>(|ctx, i| Ok(own(ctx, "connection", &i.name)), connection::create_connection)
        .on::<api::CreateEndpoint>(endpoint::access_to_create, endpoint::create_endpoint)
        .on::<api::CreateEventBus>(bus::access_to_create, bus::create_event_bus)
        .on::<api::CreatePartnerEventSource>(|ctx, i| Ok(source(ctx, &i.name)), partner::create_partner_event_source)
        .on::<api::DeactivateEventSource>(|ctx, i| Ok(source(ctx, &i.name)), partner::deactivate_event_source)
        .on::<api::DeauthorizeConnection>(
            |ctx, i| Ok(own(ctx, "connection", &i.name)),
            connection::deauthorize_connection,
        )
        .on::<api::DeleteApiDestination>(
            |ctx, i| Ok(own(ctx, "api-destination", &i.name)),
            destination::delete_api_destination,
        )
        .on::<api::DeleteArchive>(|ctx, i| Ok(own(ctx, "archive", &i.archive_name)), archive::delete_archive)
        .on::<api::DeleteConnection>(|ctx, i| Ok(own(ctx, "connection", &i.name)), connection::delete_connection)
        .on::<api::DeleteEndpoint>(|ctx, i| Ok(own(ctx, "endpoint", &i.name)), endpoint::delete_endpoint)
        .on::<api::DeleteEventBus>(|ctx, i| bus_access(ctx, Some(&i.name)), bus::delete_event_bus)
        .on::<api::DeletePartnerEventSource>(|ctx, i| Ok(source(ctx, &i.name)), partner::delete_partner_event_source)
        .on::<api::DeleteRule>(|ctx, i| rule_access(ctx, i.event_bus_name.as_deref(), &i.name), rule::delete_rule)
        .on::<api::DescribeApiDestination>(
            |ctx, i| Ok(own(ctx, "api-destination", &i.name)),
            destination::describe_api_destination,
        )
        .on::<api::DescribeArchive>(|ctx, i| Ok(own(ctx, "archive", &i.archive_name)), archive::describe_archive)
        .on::<api::DescribeConnection>(|ctx, i| Ok(own(ctx, "connection", &i.name)), connection::describe_connection)
        .on::<api::DescribeEndpoint>(|ctx, i| Ok(own(ctx, "endpoint", &i.name)), endpoint::describe_endpoint)
        .on::<api::DescribeEventBus>(|ctx, i| bus_access(ctx, i.name.as_deref()), bus::describe_event_bus)
        .on::<api::DescribeEventSource>(|ctx, i| Ok(source(ctx, &i.name)), partner::describe_event_source)
        .on::<api::DescribePartnerEventSource>(
            |ctx, i| Ok(source(ctx, &i.name)),
            partner::describe_partner_event_source,
        )
        .on::<api::DescribeReplay>(|ctx, i| Ok(own(ctx, "replay", &i.replay_name)), replay::describe_replay)
        .on::<api::DescribeRule>(|ctx, i| rule_access(ctx, i.event_bus_name.as_deref(), &i.name), rule::describe_rule)
        .on::<api::DisableRule>(|ctx, i| rule_access(ctx, i.event_bus_name.as_deref(), &i.name), rule::disable_rule)
        .on::<api::EnableRule>(|ctx, i| rule_access(ctx, i.event_bus_name.as_deref(), &i.name), rule::enable_rule)
        .on::<api::ListApiDestinations>(|ctx, _| Ok(own_any(ctx)), destination::list_api_destinations)
        .on::<api::ListArchives>(|ctx, _| Ok(own_any(ctx)), archive::list_archives)
        .on::<api::ListConnections>(|ctx, _| Ok(own_any(ctx)), connection::list_connections)
        .on::<api::ListEndpoints>(|ctx, _| Ok(own_any(ctx)), endpoint::list_endpoints)
        .on::<api::ListEventBuses>(|ctx, _| Ok(own_any(ctx)), bus::list_event_buses)
        .on::<api::ListEventSources>(|ctx, _| Ok(own_any(ctx)), partner::list_event_sources)
        .on::<api::ListPartnerEventSourceAccounts>(
            |ctx, i| Ok(source(ctx, &i.event_source_name)),
            partner::list_partner_event_source_accounts,
        )
        .on::<api::ListPartnerEventSources>(|ctx, _| Ok(own_any(ctx)), partner::list_partner_event_sources)
        .on::<api::ListReplays>(|ctx, _| Ok(own_any(ctx)), replay::list_replays)
        .on::<api::ListRuleNamesByTarget>(|ctx, _| Ok(own_any(ctx)), rule::list_rule_names_by_target)
        .on::<api::ListRules>(|ctx, _| Ok(own_any(ctx)), rule::list_rules)
        .on::<api::ListTagsForResource>(|_, i| Ok(Access::to(&i.resource_arn)), tags::list_tags_for_resource)
        .on::<api::ListTargetsByRule>(
            |ctx, i| rule_access(ctx, i.event_bus_name.as_deref(), &i.rule),
            target::list_targets_by_rule,
        )
        .on::<api::PutEvents>(event::access_to_put, event::put_events)
        .on::<api::PutPartnerEvents>(|ctx, _| Ok(own_any(ctx)), event::put_partner_events)
        .on::<api::PutPermission>(|ctx, i| bus_access(ctx, i.event_bus_name.as_deref()), permission::put_permission)
        .on::<api::PutRule>(rule::access_to_put, rule::put_rule)
        .on::<api::PutTargets>(target::access_to_put, target::put_targets)
        .on::<api::RemovePermission>(
            |ctx, i| bus_access(ctx, i.event_bus_name.as_deref()),
            permission::remove_permission,
        )
        .on::<api::RemoveTargets>(
            |ctx, i| rule_access(ctx, i.event_bus_name.as_deref(), &i.rule),
            target::remove_targets,
        )
        .on::<api::StartReplay>(replay::access_to_start, replay::start_replay)
        .on::<api::TagResource>(tags::access_to_tag, tags::tag_resource)
        .on::<api::TestEventPattern>(|_, _| Ok(Access::any()), pattern::test_event_pattern)
        .on::<api::UntagResource>(tags::access_to_untag, tags::untag_resource)
        .on::<api::UpdateApiDestination>(
            |ctx, i| Ok(own(ctx, "api-destination", &i.name)),
            destination::update_api_destination,
        )
        .on::<api::UpdateArchive>(|ctx, i| Ok(own(ctx, "archive", &i.archive_name)), archive::update_archive)
        .on::<api::UpdateConnection>(|ctx, i| Ok(own(ctx, "connection", &i.name)), connection::update_connection)
        .on::<api::UpdateEndpoint>(endpoint::access_to_update, endpoint::update_endpoint)
        .on::<api::UpdateEventBus>(|ctx, i| bus_access(ctx, i.name.as_deref()), bus::update_event_bus)
}
