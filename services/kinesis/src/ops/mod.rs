//! The operation table: what each operation touches, and the handler that does it. Reading from wires and writing to them
//! is not done here.

mod account;
mod address;
mod consumer;
mod encryption;
mod iterator;
mod monitoring;
mod policy;
mod record;
mod reshard;
mod settings;
mod shard;
mod shown;
mod stream;
mod subscribe;
mod tags;

use address::{access, access_to_resource};
use api_kinesis as api;
pub(crate) use policy::StreamPolicies;
use service_kit::{Access, Operations};

/// All operations of the service, sorted.
pub(crate) fn table() -> Operations {
    Operations::new()
        .on::<api::AddTagsToStream>(tags::access_to_add, tags::add_tags_to_stream)
        .on::<api::CreateStream>(stream::access_to_create, stream::create_stream)
        .on::<api::DecreaseStreamRetentionPeriod>(access, settings::decrease_stream_retention_period)
        .on::<api::DeleteResourcePolicy>(
            |ctx, i| access_to_resource(ctx, &i.resource_arn),
            policy::delete_resource_policy,
        )
        .on::<api::DeleteStream>(access, stream::delete_stream)
        .on::<api::DeregisterStreamConsumer>(consumer::access_to_deregister, consumer::deregister_stream_consumer)
        .on::<api::DescribeAccountSettings>(|_, _| Ok(Access::any()), account::describe_account_settings)
        .on::<api::DescribeLimits>(|_, _| Ok(Access::any()), account::describe_limits)
        .on::<api::DescribeStream>(access, stream::describe_stream)
        .on::<api::DescribeStreamConsumer>(consumer::access_to_describe, consumer::describe_stream_consumer)
        .on::<api::DescribeStreamSummary>(access, stream::describe_stream_summary)
        .on::<api::DisableEnhancedMonitoring>(access, monitoring::disable_enhanced_monitoring)
        .on::<api::EnableEnhancedMonitoring>(access, monitoring::enable_enhanced_monitoring)
        .on::<api::GetRecords>(iterator::access_to_read, record::get_records)
        .on::<api::GetResourcePolicy>(|ctx, i| access_to_resource(ctx, &i.resource_arn), policy::get_resource_policy)
        .on::<api::GetShardIterator>(access, iterator::get_shard_iterator)
        .on::<api::IncreaseStreamRetentionPeriod>(access, settings::increase_stream_retention_period)
        .on::<api::ListShards>(shard::access_to_list, shard::list_shards)
        .on::<api::ListStreamConsumers>(access, consumer::list_stream_consumers)
        .on::<api::ListStreams>(|_, _| Ok(Access::any()), stream::list_streams)
        .on::<api::ListTagsForResource>(|ctx, i| access_to_resource(ctx, &i.resource_arn), tags::list_tags_for_resource)
        .on::<api::ListTagsForStream>(access, tags::list_tags_for_stream)
        .on::<api::MergeShards>(access, reshard::merge_shards)
        .on::<api::PutRecord>(access, record::put_record)
        .on::<api::PutRecords>(access, record::put_records)
        .on::<api::PutResourcePolicy>(|ctx, i| access_to_resource(ctx, &i.resource_arn), policy::put_resource_policy)
        .on::<api::RegisterStreamConsumer>(consumer::access_to_register, consumer::register_stream_consumer)
        .on::<api::RemoveTagsFromStream>(tags::access_to_remove, tags::remove_tags_from_stream)
        .on::<api::SplitShard>(access, reshard::split_shard)
        .on::<api::StartStreamEncryption>(access, encryption::start_stream_encryption)
        .on::<api::StopStreamEncryption>(access, encryption::stop_stream_encryption)
        .on::<api::SubscribeToShard>(subscribe::access_to_subscribe, subscribe::subscribe_to_shard)
        .on::<api::TagResource>(tags::access_to_tag, tags::tag_resource)
        .on::<api::UntagResource>(tags::access_to_untag, tags::untag_resource)
        .on::<api::UpdateAccountSettings>(|_, _| Ok(Access::any()), account::update_account_settings)
        .on::<api::UpdateMaxRecordSize>(access, settings::update_max_record_size)
        .on::<api::UpdateShardCount>(access, reshard::update_shard_count)
        .on::<api::UpdateStreamMode>(access, settings::update_stream_mode)
        .on::<api::UpdateStreamWarmThroughput>(access, settings::update_stream_warm_throughput)
}
