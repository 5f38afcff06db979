//! Tables: created, described, listed, deleted; and the numbers of the account.

use api_dynamodb::{
    CreateTable, CreateTableInput, CreateTableOutput, DeleteTable, DeleteTableInput, DeleteTableOutput,
    DescribeEndpoints, DescribeEndpointsInput, DescribeEndpointsOutput, DescribeLimits, DescribeLimitsInput,
    DescribeLimitsOutput, DescribeTable, DescribeTableInput, DescribeTableOutput, Endpoint, ListTables,
    ListTablesInput, ListTablesOutput, TableStatus,
};
use service_kit::{Access, Ctx, Error, Fault, Outcome};

use super::shown::Counted;
use super::{address, create, policy, replicas, shown, tags};
use crate::Dynamo;
use crate::calls::keys;
use crate::engine::table::Table;
use crate::error::told;
use crate::limits;

/// Creates a table. It can be used as soon as this is answered.
pub(crate) async fn create_table(ctx: &Ctx, input: CreateTableInput) -> Outcome<CreateTable> {
    let home = address::own(ctx, named(&input.table_name)?);
    if input.global_table_source_arn.is_some() || input.global_table_settings_replication_mode.is_some() {
        let (service, operation) = ("dynamodb".to_owned(), "global tables of several accounts".to_owned());
        return Err(Fault::NotImplemented { service, operation }.into());
    }
    let mut draft = create::draft(&input, ctx.now())?;
    draft.encryption = keys::encryption(ctx, &home, input.sse_specification.as_ref()).await?;
    draft.policy = input.resource_policy.as_deref().map(|text| policy::checked(ctx, text)).transpose()?;
    let key = keys::new_key(ctx, &home, draft.encryption.as_ref()).await?;
    let table = ctx.state::<Dynamo>().engine().create(&home, draft, key).await?;
    let description = shown::table(&table.home, &table.state().record, TableStatus::Creating, &[]);
    Ok(CreateTableOutput { table_description: Some(description) })
}

/// Describes a table.
pub(crate) async fn describe_table(ctx: &Ctx, input: DescribeTableInput) -> Outcome<DescribeTable> {
    let table = address::table(ctx, &input.table_name).await?;
    let counts = counts(ctx, &table).await?;
    let record = table.state_kept();
    let inaccessible = record.record.encryption.as_ref().is_some_and(|encryption| encryption.inaccessible.is_some());
    let status = if inaccessible { TableStatus::InaccessibleEncryptionCredentials } else { TableStatus::Active };
    let mut description = shown::table(&table.home, &record.record, status, &counts);
    replicas::show(ctx, &table, &mut description).await?;
    Ok(DescribeTableOutput { table: Some(description) })
}

/// Deletes a table with all its items and indexes.
pub(crate) async fn delete_table(ctx: &Ctx, input: DeleteTableInput) -> Outcome<DeleteTable> {
    let table = address::table(ctx, &input.table_name).await?;
    let record = table.state_kept();
    replicas::check_deletion(&table)?;
    ctx.state::<Dynamo>().engine().delete_table(&table).await.map_err(told)?;
    let mut description = shown::table(&table.home, &record.record, TableStatus::Deleting, &[]);
    // A table that is being deleted is told without what it was made of.
    description.attribute_definitions = None;
    description.key_schema = None;
    description.creation_date_time = None;
    Ok(DeleteTableOutput { table_description: Some(description) })
}

/// Lists the names of tables.
pub(crate) async fn list_tables(ctx: &Ctx, input: ListTablesInput) -> Outcome<ListTables> {
    let limit = input.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(limits::TABLES_SHOWN);
    let after = input.exclusive_start_table_name.as_deref();
    let engine = ctx.state::<Dynamo>().engine();
    let mut names = engine.list(&address::own(ctx, ""), after, limit + 1).await?;
    let more = names.len() > limit;
    names.truncate(limit);
    let last = names.last().filter(|_| more).cloned();
    Ok(ListTablesOutput { table_names: Some(names), last_evaluated_table_name: last })
}

/// Tells what the account may provision.
pub(crate) async fn describe_limits(_ctx: &Ctx, _input: DescribeLimitsInput) -> Outcome<DescribeLimits> {
    Ok(DescribeLimitsOutput {
        account_max_read_capacity_units: Some(limits::ACCOUNT_UNITS),
        account_max_write_capacity_units: Some(limits::ACCOUNT_UNITS),
        table_max_read_capacity_units: Some(limits::TABLE_UNITS),
        table_max_write_capacity_units: Some(limits::TABLE_UNITS),
    })
}

/// Tells the address to call: the one that was called.
pub(crate) async fn describe_endpoints(ctx: &Ctx, _input: DescribeEndpointsInput) -> Outcome<DescribeEndpoints> {
    let url = &ctx.request.base_url;
    let address = url.split_once("://").map_or(url.as_str(), |(_, host)| host).to_owned();
    Ok(DescribeEndpointsOutput { endpoints: vec![Endpoint { address, cache_period_in_minutes: 1_440 }] })
}

/// What creating a table touches.
pub(crate) fn access_by_creation(ctx: &Ctx, input: &CreateTableInput) -> Result<Access, Error> {
    let access = Access::to(address::own(ctx, named(&input.table_name)?).arn());
    let access = tags::requested(access, input.tags.as_deref());
    let also =
        |access: Access, action| access.and(Access::to(address::own(ctx, &input.table_name).arn()).as_action(action));
    let access = if input.tags.is_some() { also(access, "dynamodb:TagResource") } else { access };
    Ok(if input.resource_policy.is_some() { also(access, "dynamodb:PutResourcePolicy") } else { access })
}

/// Items and bytes of a table and its indexes.
pub(crate) async fn counts(ctx: &Ctx, table: &Table) -> Result<Vec<(u32, Counted)>, Error> {
    let counted = ctx.state::<Dynamo>().engine().count(table).await?;
    let whole = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let shown =
        counted.into_iter().map(|(no, items, bytes)| (no, Counted { items: whole(items), bytes: whole(bytes) }));
    Ok(shown.collect())
}

fn named(name: &str) -> Result<&str, Error> {
    address::check_length(name)?;
    address::check_name(name, "tableName").map(|()| name)
}
