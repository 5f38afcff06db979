//! The operation table: what each operation touches, and the handler that does it. Reading from wires and writing to them
//! is not done here.

mod address;
mod batch;
mod collection;
mod consumed;
mod create;
mod expiry;
mod item;
mod legacy;
mod params;
mod policy;
mod read;
mod shown;
mod stream;
mod table;
mod tags;
mod transact;
mod update;
mod values;

use address::{access, access_to_index};
use api_dynamodb as api;
pub(crate) use policy::TablePolicies;
use service_kit::{Access, Operations};
pub(crate) use values::attributes;

/// All operations of the service, sorted.
pub(crate) fn table() -> Operations {
    Operations::new()
        .on::<api::BatchGetItem>(|ctx, i| batch::access(ctx, i.request_items.keys()), batch::batch_get_item)
        .on::<api::BatchWriteItem>(|ctx, i| batch::access(ctx, i.request_items.keys()), batch::batch_write_item)
        .on::<api::CreateTable>(table::access_by_creation, table::create_table)
        .on::<api::DeleteItem>(|ctx, i| access(ctx, &i.table_name), item::delete_item)
        .on::<api::DeleteResourcePolicy>(|_, i| policy::access(&i.resource_arn), policy::delete_resource_policy)
        .on::<api::DeleteTable>(|ctx, i| access(ctx, &i.table_name), table::delete_table)
        .on::<api::DescribeEndpoints>(|_, _| Ok(Access::any()), table::describe_endpoints)
        .on::<api::DescribeLimits>(|_, _| Ok(Access::any()), table::describe_limits)
        .on::<api::DescribeTable>(|ctx, i| access(ctx, &i.table_name), table::describe_table)
        .on::<api::DescribeTimeToLive>(|ctx, i| access(ctx, &i.table_name), expiry::describe_time_to_live)
        .on::<api::GetItem>(|ctx, i| access(ctx, &i.table_name), item::get_item)
        .on::<api::GetResourcePolicy>(|_, i| policy::access(&i.resource_arn), policy::get_resource_policy)
        .on::<api::ListTables>(|_, _| Ok(Access::any()), table::list_tables)
        .on::<api::ListTagsOfResource>(|_, i| tags::access(&i.resource_arn), tags::list_tags_of_resource)
        .on::<api::PutItem>(|ctx, i| access(ctx, &i.table_name), item::put_item)
        .on::<api::PutResourcePolicy>(|_, i| policy::access(&i.resource_arn), policy::put_resource_policy)
        .on::<api::Query>(|ctx, i| access_to_index(ctx, &i.table_name, i.index_name.as_deref()), read::query)
        .on::<api::Scan>(|ctx, i| access_to_index(ctx, &i.table_name, i.index_name.as_deref()), read::scan)
        .on::<api::TagResource>(
            |_, i| Ok(tags::requested(tags::access(&i.resource_arn)?, Some(&i.tags))),
            tags::tag_resource,
        )
        .on::<api::TransactGetItems>(transact::access_to_read, transact::transact_get_items)
        .on::<api::TransactWriteItems>(transact::access_to_write, transact::transact_write_items)
        .on::<api::UntagResource>(
            |_, i| Ok(tags::access(&i.resource_arn)?.with_tag_keys(i.tag_keys.iter().map(String::as_str))),
            tags::untag_resource,
        )
        .on::<api::UpdateItem>(|ctx, i| access(ctx, &i.table_name), item::update_item)
        .on::<api::UpdateTable>(|ctx, i| access(ctx, &i.table_name), update::update_table)
        .on::<api::UpdateTimeToLive>(|ctx, i| access(ctx, &i.table_name), expiry::update_time_to_live)
}

/// All operations of the service that reads streams, sorted.
pub(crate) fn streams_table() -> Operations {
    use api_dynamodbstreams as api;
    Operations::new()
        .on::<api::DescribeStream>(|_, i| Ok(Access::to(&i.stream_arn)), stream::describe_stream)
        .on::<api::GetRecords>(|ctx, i| stream::access_by_iterator(ctx, &i.shard_iterator), stream::get_records)
        .on::<api::GetShardIterator>(|_, i| Ok(Access::to(&i.stream_arn)), stream::get_shard_iterator)
        .on::<api::ListStreams>(|_, _| Ok(Access::any()), stream::list_streams)
}
