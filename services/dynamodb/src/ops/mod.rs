//! The operation table: what each operation touches, and the handler that does it. Reading from wires and writing to them
//! is not done here.

mod address;
mod create;
mod expiry;
mod policy;
mod shown;
mod table;
mod tags;
mod update;

use address::access;
use api_dynamodb as api;
pub(crate) use policy::TablePolicies;
use service_kit::{Access, Operations};

/// All operations of the service, sorted.
pub(crate) fn table() -> Operations {
    Operations::new()
        .on::<api::CreateTable>(table::access_by_creation, table::create_table)
        .on::<api::DeleteResourcePolicy>(|_, i| policy::access(&i.resource_arn), policy::delete_resource_policy)
        .on::<api::DeleteTable>(|ctx, i| access(ctx, &i.table_name), table::delete_table)
        .on::<api::DescribeEndpoints>(|_, _| Ok(Access::any()), table::describe_endpoints)
        .on::<api::DescribeLimits>(|_, _| Ok(Access::any()), table::describe_limits)
        .on::<api::DescribeTable>(|ctx, i| access(ctx, &i.table_name), table::describe_table)
        .on::<api::DescribeTimeToLive>(|ctx, i| access(ctx, &i.table_name), expiry::describe_time_to_live)
        .on::<api::GetResourcePolicy>(|_, i| policy::access(&i.resource_arn), policy::get_resource_policy)
        .on::<api::ListTables>(|_, _| Ok(Access::any()), table::list_tables)
        .on::<api::ListTagsOfResource>(|_, i| tags::access(&i.resource_arn), tags::list_tags_of_resource)
        .on::<api::PutResourcePolicy>(|_, i| policy::access(&i.resource_arn), policy::put_resource_policy)
        .on::<api::TagResource>(
            |_, i| Ok(tags::requested(tags::access(&i.resource_arn)?, Some(&i.tags))),
            tags::tag_resource,
        )
        .on::<api::UntagResource>(
            |_, i| Ok(tags::access(&i.resource_arn)?.with_tag_keys(i.tag_keys.iter().map(String::as_str))),
            tags::untag_resource,
        )
        .on::<api::UpdateTable>(|ctx, i| access(ctx, &i.table_name), update::update_table)
        .on::<api::UpdateTimeToLive>(|ctx, i| access(ctx, &i.table_name), expiry::update_time_to_live)
}
