//! The operation table: what each operation touches, and the handler that does it. Reading from wires and writing to them
//! is not done here.

mod account_policy;
mod address;
mod definition;
mod delivery;
mod delivery_ends;
mod destination;
mod event;
mod export;
mod group;
pub(crate) mod index;
mod metric_filter;
mod passing;
mod policy;
mod protection;
mod query;
mod stream;
pub(crate) mod subscription;
mod tags;
mod tail;

use address::{access, access_either, access_identified, access_to_stream};
use api_logs as api;
pub(crate) use policy::LogPolicies;
pub(crate) use protection::mask_of;
use service_kit::{Access, Operations};

/// All operations of the service, sorted.
pub(crate) fn table() -> Operations {
    Operations::new()
        .on::<api::AssociateKmsKey>(
            |ctx, i| group::access_to_key(ctx, i.log_group_name.as_deref(), i.resource_identifier.as_deref()),
            group::associate_kms_key,
        )
        .on::<api::CancelExportTask>(|_, _| Ok(Access::any()), export::cancel_export_task)
        .on::<api::CreateDelivery>(delivery::access_to_create, delivery::create_delivery)
        .on::<api::CreateExportTask>(|ctx, i| access(ctx, &i.log_group_name), export::create_export_task)
        .on::<api::CreateLogGroup>(group::access_to_create, group::create_log_group)
        .on::<api::CreateLogStream>(
            |ctx, i| access_to_stream(ctx, &i.log_group_name, &i.log_stream_name),
            stream::create_log_stream,
        )
        .on::<api::DeleteAccountPolicy>(|_, _| Ok(Access::any()), account_policy::delete_account_policy)
        .on::<api::DeleteDataProtectionPolicy>(
            |ctx, i| access_identified(ctx, &i.log_group_identifier),
            protection::delete_data_protection_policy,
        )
        .on::<api::DeleteDelivery>(|ctx, i| delivery::access(ctx, &i.id), delivery::delete_delivery)
        .on::<api::DeleteDeliveryDestination>(
            |ctx, i| delivery_ends::access_to_destination(ctx, &i.name),
            delivery_ends::delete_delivery_destination,
        )
        .on::<api::DeleteDeliveryDestinationPolicy>(
            |ctx, i| delivery_ends::access_to_destination(ctx, &i.delivery_destination_name),
            delivery_ends::delete_delivery_destination_policy,
        )
        .on::<api::DeleteDeliverySource>(
            |ctx, i| delivery_ends::access_to_source(ctx, &i.name),
            delivery_ends::delete_delivery_source,
        )
        .on::<api::DeleteDestination>(
            |ctx, i| destination::access(ctx, &i.destination_name),
            destination::delete_destination,
        )
        .on::<api::DeleteIndexPolicy>(
            |ctx, i| access_identified(ctx, &i.log_group_identifier),
            index::delete_index_policy,
        )
        .on::<api::DeleteLogGroup>(|ctx, i| access(ctx, &i.log_group_name), group::delete_log_group)
        .on::<api::DeleteLogStream>(
            |ctx, i| access_to_stream(ctx, &i.log_group_name, &i.log_stream_name),
            stream::delete_log_stream,
        )
        .on::<api::DeleteMetricFilter>(|ctx, i| access(ctx, &i.log_group_name), metric_filter::delete_metric_filter)
        .on::<api::DeleteQueryDefinition>(|_, _| Ok(Access::any()), definition::delete_query_definition)
        .on::<api::DeleteResourcePolicy>(|_, _| Ok(Access::any()), policy::delete_resource_policy)
        .on::<api::DeleteRetentionPolicy>(|ctx, i| access(ctx, &i.log_group_name), group::delete_retention_policy)
        .on::<api::DeleteSubscriptionFilter>(
            |ctx, i| access(ctx, &i.log_group_name),
            subscription::delete_subscription_filter,
        )
        .on::<api::DescribeAccountPolicies>(|_, _| Ok(Access::any()), account_policy::describe_account_policies)
        .on::<api::DescribeDeliveries>(|_, _| Ok(Access::any()), delivery::describe_deliveries)
        .on::<api::DescribeDeliveryDestinations>(
            |_, _| Ok(Access::any()),
            delivery_ends::describe_delivery_destinations,
        )
        .on::<api::DescribeDeliverySources>(|_, _| Ok(Access::any()), delivery_ends::describe_delivery_sources)
        .on::<api::DescribeDestinations>(|_, _| Ok(Access::any()), destination::describe_destinations)
        .on::<api::DescribeExportTasks>(|_, _| Ok(Access::any()), export::describe_export_tasks)
        .on::<api::DescribeFieldIndexes>(|_, _| Ok(Access::any()), index::describe_field_indexes)
        .on::<api::DescribeIndexPolicies>(|_, _| Ok(Access::any()), index::describe_index_policies)
        .on::<api::DescribeLogGroups>(|ctx, _| access(ctx, ""), group::describe_log_groups)
        .on::<api::DescribeLogStreams>(
            |ctx, i| access_either(ctx, i.log_group_name.as_deref(), i.log_group_identifier.as_deref()),
            stream::describe_log_streams,
        )
        .on::<api::DescribeMetricFilters>(metric_filter::access_to_describe, metric_filter::describe_metric_filters)
        .on::<api::DescribeQueries>(|_, _| Ok(Access::any()), query::describe_queries)
        .on::<api::DescribeQueryDefinitions>(|_, _| Ok(Access::any()), definition::describe_query_definitions)
        .on::<api::DescribeResourcePolicies>(|_, _| Ok(Access::any()), policy::describe_resource_policies)
        .on::<api::DescribeSubscriptionFilters>(
            |ctx, i| access(ctx, &i.log_group_name),
            subscription::describe_subscription_filters,
        )
        .on::<api::DisassociateKmsKey>(
            |ctx, i| group::access_to_key(ctx, i.log_group_name.as_deref(), i.resource_identifier.as_deref()),
            group::disassociate_kms_key,
        )
        .on::<api::FilterLogEvents>(event::access_to_filter, event::filter_log_events)
        .on::<api::GetDataProtectionPolicy>(
            |ctx, i| access_identified(ctx, &i.log_group_identifier),
            protection::get_data_protection_policy,
        )
        .on::<api::GetDelivery>(|ctx, i| delivery::access(ctx, &i.id), delivery::get_delivery)
        .on::<api::GetDeliveryDestination>(
            |ctx, i| delivery_ends::access_to_destination(ctx, &i.name),
            delivery_ends::get_delivery_destination,
        )
        .on::<api::GetDeliveryDestinationPolicy>(
            |ctx, i| delivery_ends::access_to_destination(ctx, &i.delivery_destination_name),
            delivery_ends::get_delivery_destination_policy,
        )
        .on::<api::GetDeliverySource>(
            |ctx, i| delivery_ends::access_to_source(ctx, &i.name),
            delivery_ends::get_delivery_source,
        )
        .on::<api::GetLogEvents>(event::access_to_get, event::get_log_events)
        .on::<api::GetLogGroupFields>(
            |ctx, i| access_either(ctx, i.log_group_name.as_deref(), i.log_group_identifier.as_deref()),
            query::get_log_group_fields,
        )
        .on::<api::GetLogRecord>(query::access_to_record, query::get_log_record)
        .on::<api::GetQueryResults>(|_, _| Ok(Access::any()), query::get_query_results)
        .on::<api::ListLogGroups>(|_, _| Ok(Access::any()), group::list_log_groups)
        .on::<api::ListLogGroupsForQuery>(|_, _| Ok(Access::any()), query::list_log_groups_for_query)
        .on::<api::ListTagsForResource>(
            |ctx, i| tags::access_to_resource(ctx, &i.resource_arn),
            tags::list_tags_for_resource,
        )
        .on::<api::ListTagsLogGroup>(|ctx, i| access(ctx, &i.log_group_name), tags::list_tags_log_group)
        .on::<api::PutAccountPolicy>(account_policy::access_to_put, account_policy::put_account_policy)
        .on::<api::PutDataProtectionPolicy>(
            |ctx, i| access_identified(ctx, &i.log_group_identifier),
            protection::put_data_protection_policy,
        )
        .on::<api::PutDeliveryDestination>(
            |ctx, i| {
                let tags = i.tags.iter().flatten().map(|(key, value)| (key.as_str(), value.as_str()));
                Ok(delivery_ends::access_to_destination(ctx, &i.name)?.with_request_tags(tags))
            },
            delivery_ends::put_delivery_destination,
        )
        .on::<api::PutDeliveryDestinationPolicy>(
            |ctx, i| delivery_ends::access_to_destination(ctx, &i.delivery_destination_name),
            delivery_ends::put_delivery_destination_policy,
        )
        .on::<api::PutDeliverySource>(
            |ctx, i| {
                let tags = i.tags.iter().flatten().map(|(key, value)| (key.as_str(), value.as_str()));
                Ok(delivery_ends::access_to_source(ctx, &i.name)?.with_request_tags(tags))
            },
            delivery_ends::put_delivery_source,
        )
        .on::<api::PutDestination>(destination::access_to_put, destination::put_destination)
        .on::<api::PutDestinationPolicy>(
            |ctx, i| destination::access(ctx, &i.destination_name),
            destination::put_destination_policy,
        )
        .on::<api::PutIndexPolicy>(|ctx, i| access_identified(ctx, &i.log_group_identifier), index::put_index_policy)
        .on::<api::PutLogEvents>(
            |ctx, i| access_to_stream(ctx, &i.log_group_name, &i.log_stream_name),
            event::put_log_events,
        )
        .on::<api::PutLogGroupDeletionProtection>(
            |ctx, i| access_identified(ctx, &i.log_group_identifier),
            group::put_log_group_deletion_protection,
        )
        .on::<api::PutMetricFilter>(|ctx, i| access(ctx, &i.log_group_name), metric_filter::put_metric_filter)
        .on::<api::PutQueryDefinition>(|_, _| Ok(Access::any()), definition::put_query_definition)
        .on::<api::PutResourcePolicy>(|_, _| Ok(Access::any()), policy::put_resource_policy)
        .on::<api::PutRetentionPolicy>(|ctx, i| access(ctx, &i.log_group_name), group::put_retention_policy)
        .on::<api::PutSubscriptionFilter>(subscription::access_to_put, subscription::put_subscription_filter)
        .on::<api::StartLiveTail>(tail::access_to_start, tail::start_live_tail)
        .on::<api::StartQuery>(query::access_to_start, query::start_query)
        .on::<api::StopQuery>(|_, _| Ok(Access::any()), query::stop_query)
        .on::<api::TagLogGroup>(
            |ctx, i| {
                let tags = i.tags.iter().map(|(key, value)| (key.as_str(), value.as_str()));
                Ok(access(ctx, &i.log_group_name)?.with_request_tags(tags))
            },
            tags::tag_log_group,
        )
        .on::<api::TagResource>(
            |ctx, i| {
                let tags = i.tags.iter().map(|(key, value)| (key.as_str(), value.as_str()));
                Ok(tags::access_to_resource(ctx, &i.resource_arn)?.with_request_tags(tags))
            },
            tags::tag_resource,
        )
        .on::<api::TestMetricFilter>(|_, _| Ok(Access::any()), metric_filter::test_metric_filter)
        .on::<api::UntagLogGroup>(
            |ctx, i| Ok(access(ctx, &i.log_group_name)?.with_tag_keys(i.tags.iter().map(String::as_str))),
            tags::untag_log_group,
        )
        .on::<api::UntagResource>(
            |ctx, i| {
                let keys = i.tag_keys.iter().map(String::as_str);
                Ok(tags::access_to_resource(ctx, &i.resource_arn)?.with_tag_keys(keys))
            },
            tags::untag_resource,
        )
        .on::<api::UpdateDeliveryConfiguration>(
            |ctx, i| delivery::access(ctx, &i.id),
            delivery::update_delivery_configuration,
        )
}
