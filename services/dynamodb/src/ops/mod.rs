//! The operation table: what each operation touches, and the handler that does it. Reading from wires and writing to them
//! is not done here.

mod address;
mod backup;
mod batch;
mod collection;
mod consumed;
mod create;
mod destination;
mod expiry;
mod export;
mod global;
mod import;
mod insights;
mod item;
mod legacy;
mod params;
mod policy;
mod read;
mod recovery;
mod replicas;
mod scaling;
mod shown;
mod statement;
mod stream;
mod table;
mod tags;
mod touched;
mod transact;
mod update;
mod values;

use address::access;
use api_dynamodb as api;
pub(crate) use export::export_arn;
pub(crate) use policy::TablePolicies;
use service_kit::{Access, Operations};
pub(crate) use values::attributes;

/// All operations of the service, sorted.
pub(crate) fn table() -> Operations {
    Operations::new()
        .on::<api::BatchExecuteStatement>(statement::access_of_batch, statement::batch_execute_statement)
        .on::<api::BatchGetItem>(touched::batch_get, batch::batch_get_item)
        .on::<api::BatchWriteItem>(touched::batch_write, batch::batch_write_item)
        .on::<api::CreateBackup>(|ctx, i| access(ctx, &i.table_name), backup::create_backup)
        .on::<api::CreateGlobalTable>(global::access_to_create, global::create_global_table)
        .on::<api::CreateTable>(table::access_by_creation, table::create_table)
        .on::<api::DeleteBackup>(|_, i| backup::access(&i.backup_arn), backup::delete_backup)
        .on::<api::DeleteItem>(touched::delete, item::delete_item)
        .on::<api::DeleteResourcePolicy>(|_, i| policy::access(&i.resource_arn), policy::delete_resource_policy)
        .on::<api::DeleteTable>(|ctx, i| access(ctx, &i.table_name), table::delete_table)
        .on::<api::DescribeBackup>(|_, i| backup::access(&i.backup_arn), backup::describe_backup)
        .on::<api::DescribeContributorInsights>(
            |ctx, i| insights::access(ctx, &i.table_name, i.index_name.as_deref()),
            insights::describe_contributor_insights,
        )
        .on::<api::DescribeContinuousBackups>(
            |ctx, i| access(ctx, &i.table_name),
            recovery::describe_continuous_backups,
        )
        .on::<api::DescribeEndpoints>(|_, _| Ok(Access::any()), table::describe_endpoints)
        .on::<api::DescribeExport>(|_, i| Ok(Access::to(&i.export_arn)), export::describe_export)
        .on::<api::DescribeGlobalTable>(
            |ctx, i| Ok(global::access(ctx, &i.global_table_name)),
            global::describe_global_table,
        )
        .on::<api::DescribeGlobalTableSettings>(
            |ctx, i| Ok(global::access(ctx, &i.global_table_name)),
            scaling::describe_global_table_settings,
        )
        .on::<api::DescribeImport>(|_, i| Ok(Access::to(&i.import_arn)), import::describe_import)
        .on::<api::DescribeKinesisStreamingDestination>(
            |ctx, i| access(ctx, &i.table_name),
            destination::describe_kinesis_streaming_destination,
        )
        .on::<api::DescribeLimits>(|_, _| Ok(Access::any()), table::describe_limits)
        .on::<api::DescribeTable>(|ctx, i| access(ctx, &i.table_name), table::describe_table)
        .on::<api::DescribeTableReplicaAutoScaling>(
            |ctx, i| access(ctx, &i.table_name),
            scaling::describe_table_replica_auto_scaling,
        )
        .on::<api::DescribeTimeToLive>(|ctx, i| access(ctx, &i.table_name), expiry::describe_time_to_live)
        .on::<api::DisableKinesisStreamingDestination>(
            |ctx, i| access(ctx, &i.table_name),
            destination::disable_kinesis_streaming_destination,
        )
        .on::<api::EnableKinesisStreamingDestination>(
            |ctx, i| destination::access_to_enable(ctx, &i.table_name, &i.stream_arn),
            destination::enable_kinesis_streaming_destination,
        )
        .on::<api::ExecuteStatement>(statement::access, statement::execute_statement)
        .on::<api::ExecuteTransaction>(statement::access_of_transaction, statement::execute_transaction)
        .on::<api::ExportTableToPointInTime>(export::access, export::export_table_to_point_in_time)
        .on::<api::GetItem>(touched::get, item::get_item)
        .on::<api::GetResourcePolicy>(|_, i| policy::access(&i.resource_arn), policy::get_resource_policy)
        .on::<api::ImportTable>(import::access, import::import_table)
        .on::<api::ListBackups>(|_, _| Ok(Access::any()), backup::list_backups)
        .on::<api::ListContributorInsights>(|_, _| Ok(Access::any()), insights::list_contributor_insights)
        .on::<api::ListExports>(|_, _| Ok(Access::any()), export::list_exports)
        .on::<api::ListGlobalTables>(|_, _| Ok(Access::any()), global::list_global_tables)
        .on::<api::ListImports>(|_, _| Ok(Access::any()), import::list_imports)
        .on::<api::ListTables>(|_, _| Ok(Access::any()), table::list_tables)
        .on::<api::ListTagsOfResource>(|ctx, i| tags::access(ctx, &i.resource_arn), tags::list_tags_of_resource)
        .on::<api::PutItem>(touched::put, item::put_item)
        .on::<api::PutResourcePolicy>(|_, i| policy::access(&i.resource_arn), policy::put_resource_policy)
        .on::<api::Query>(touched::query, read::query)
        .on::<api::RestoreTableFromBackup>(backup::access_to_restore, backup::restore_table_from_backup)
        .on::<api::RestoreTableToPointInTime>(recovery::access_to_restore, recovery::restore_table_to_point_in_time)
        .on::<api::Scan>(touched::scan, read::scan)
        .on::<api::TagResource>(
            |ctx, i| Ok(tags::requested(tags::access(ctx, &i.resource_arn)?, Some(&i.tags))),
            tags::tag_resource,
        )
        .on::<api::TransactGetItems>(transact::access_to_read, transact::transact_get_items)
        .on::<api::TransactWriteItems>(transact::access_to_write, transact::transact_write_items)
        .on::<api::UntagResource>(
            |ctx, i| Ok(tags::access(ctx, &i.resource_arn)?.with_tag_keys(i.tag_keys.iter().map(String::as_str))),
            tags::untag_resource,
        )
        .on::<api::UpdateContinuousBackups>(|ctx, i| access(ctx, &i.table_name), recovery::update_continuous_backups)
        .on::<api::UpdateContributorInsights>(
            |ctx, i| insights::access(ctx, &i.table_name, i.index_name.as_deref()),
            insights::update_contributor_insights,
        )
        .on::<api::UpdateGlobalTable>(global::access_to_update, global::update_global_table)
        .on::<api::UpdateGlobalTableSettings>(scaling::access_to_settings, scaling::update_global_table_settings)
        .on::<api::UpdateItem>(touched::update, item::update_item)
        .on::<api::UpdateKinesisStreamingDestination>(
            |ctx, i| access(ctx, &i.table_name),
            destination::update_kinesis_streaming_destination,
        )
        .on::<api::UpdateTable>(replicas::access, update::update_table)
        .on::<api::UpdateTableReplicaAutoScaling>(
            |ctx, i| access(ctx, &i.table_name),
            scaling::update_table_replica_auto_scaling,
        )
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
