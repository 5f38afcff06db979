//! Global tables of version 2017.11.29: tables that are there, made replicas of each other.

use std::sync::Arc;

use api_dynamodb::{
    CreateGlobalTable, CreateGlobalTableInput, CreateGlobalTableOutput, DescribeGlobalTable, DescribeGlobalTableInput,
    DescribeGlobalTableOutput, GlobalTable, GlobalTableDescription, GlobalTableStatus, ListGlobalTables,
    ListGlobalTablesInput, ListGlobalTablesOutput, Replica, ReplicaDescription, ReplicaStatus, UpdateGlobalTable,
    UpdateGlobalTableInput, UpdateGlobalTableOutput, errors,
};
use names::{Arn, Region};
use service_kit::{Access, Ctx, Error, Outcome};

use super::{address, replicas};
use crate::Dynamo;
use crate::engine::table::Table;
use crate::error::invalid;
use crate::limits;
use crate::store::{GlobalVersion, KeyNames, TableRecord, View};

/// Makes tables of several regions replicas of each other.
pub(crate) async fn create_global_table(ctx: &Ctx, input: CreateGlobalTableInput) -> Outcome<CreateGlobalTable> {
    let (engine, name) = (ctx.state::<Dynamo>().engine(), input.global_table_name.as_str());
    let home = address::own(ctx, name);
    if !engine.global_table(&home).await?.is_empty() {
        let text = format!("Global table with name: '{name}' already exists.");
        return Err(errors::global_table_already_exists_exception(text).into());
    }
    let mut tables = Vec::new();
    for replica in &input.replication_group {
        tables.push(candidate(ctx, name, replica.region_name.as_deref().unwrap_or_default()).await?);
    }
    check_alike(ctx, &tables, &tables).await?;
    engine.unite(&tables).await?;
    let description = described(ctx, name, &tables, GlobalTableStatus::Creating);
    Ok(CreateGlobalTableOutput { global_table_description: Some(description) })
}

/// Describes a global table.
pub(crate) async fn describe_global_table(ctx: &Ctx, input: DescribeGlobalTableInput) -> Outcome<DescribeGlobalTable> {
    let tables = find(ctx, &input.global_table_name).await?;
    let description = described(ctx, &input.global_table_name, &tables, GlobalTableStatus::Active);
    Ok(DescribeGlobalTableOutput { global_table_description: Some(description) })
}

/// Adds replicas to a global table and takes others out; those stay tables of their own.
pub(crate) async fn update_global_table(ctx: &Ctx, input: UpdateGlobalTableInput) -> Outcome<UpdateGlobalTable> {
    let (engine, name) = (ctx.state::<Dynamo>().engine(), input.global_table_name.as_str());
    let mut tables = find(ctx, name).await?;
    for update in &input.replica_updates {
        if let Some(create) = &update.create {
            if at(&tables, &create.region_name).is_some() {
                let text = format!("Replica already exists in region: {}", create.region_name);
                return Err(errors::replica_already_exists_exception(text).into());
            }
            let new = candidate(ctx, name, &create.region_name).await?;
            tables.push(new.clone());
            check_alike(ctx, &tables, &[new]).await?;
            engine.unite(&tables).await?;
        }
        if let Some(delete) = &update.delete {
            let at = at(&tables, &delete.region_name).ok_or_else(|| no_replica(&delete.region_name))?;
            engine.part(&tables.remove(at)).await?;
        }
    }
    let description = described(ctx, name, &tables, GlobalTableStatus::Updating);
    Ok(UpdateGlobalTableOutput { global_table_description: Some(description) })
}

/// Lists the global tables that have a replica in a region.
pub(crate) async fn list_global_tables(ctx: &Ctx, input: ListGlobalTablesInput) -> Outcome<ListGlobalTables> {
    let region = input.region_name.as_deref().map(replicas::region).transpose()?.unwrap_or(ctx.region.clone());
    let limit = input.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(limits::TABLES_SHOWN);
    let (engine, home) = (ctx.state::<Dynamo>().engine(), address::own(ctx, "").in_region(&region));
    let mut after = input.exclusive_start_global_table_name;
    let (mut found, mut last) = (Vec::new(), None);
    'listing: loop {
        let names = engine.list(&home, after.as_deref(), limits::TABLES_SHOWN).await?;
        let Some(newest) = names.last().cloned() else { break };
        for name in names {
            let Some(table) = engine.lookup(&home.sibling(&name)).await? else { continue };
            let state = table.state_kept();
            let Some(replication) = state.replication().filter(|r| r.version == GlobalVersion::V2017) else { continue };
            if found.len() == limit {
                last = found.last().and_then(|table: &GlobalTable| table.global_table_name.clone());
                break 'listing;
            }
            let regions = replication.peers.iter().chain([&region]);
            let group = regions.map(|region| Replica { region_name: Some(region.to_string()) }).collect();
            found.push(GlobalTable { global_table_name: Some(name), replication_group: Some(group) });
        }
        after = Some(newest);
    }
    Ok(ListGlobalTablesOutput { global_tables: Some(found), last_evaluated_global_table_name: last })
}

/// What a call on a global table touches.
pub(crate) fn access(ctx: &Ctx, name: &str) -> Access {
    Access::to(arn(ctx, name))
}

/// What making a global table touches: itself, and the tables it is made of.
pub(crate) fn access_to_create(ctx: &Ctx, input: &CreateGlobalTableInput) -> Result<Access, Error> {
    let regions = input.replication_group.iter().filter_map(|replica| replica.region_name.as_deref());
    Ok(with_tables(ctx, &input.global_table_name, regions))
}

/// What changing a global table touches.
pub(crate) fn access_to_update(ctx: &Ctx, input: &UpdateGlobalTableInput) -> Result<Access, Error> {
    let named = input.replica_updates.iter().flat_map(|update| {
        let created = update.create.as_ref().map(|create| create.region_name.as_str());
        [created, update.delete.as_ref().map(|delete| delete.region_name.as_str())].into_iter().flatten()
    });
    Ok(with_tables(ctx, &input.global_table_name, named))
}

fn with_tables<'a>(ctx: &Ctx, name: &str, regions: impl Iterator<Item = &'a str>) -> Access {
    let home = address::own(ctx, name);
    let regions = regions.filter_map(Region::parse);
    regions.fold(access(ctx, name), |access, region| access.and_to(home.in_region(&region).arn()))
}

/// The tables of a global table.
pub(crate) async fn find(ctx: &Ctx, name: &str) -> Result<Vec<Arc<Table>>, Error> {
    let found = ctx.state::<Dynamo>().engine().global_table(&address::own(ctx, name)).await?;
    if found.is_empty() {
        let text = format!("Global table not found: Global table with name: '{name}' does not exist.");
        return Err(errors::global_table_not_found_exception(text).into());
    }
    Ok(found)
}

/// A replica that is not there.
pub(crate) fn no_replica(region: &str) -> Error {
    errors::replica_not_found_exception(format!("Replica not found in region: {region}")).into()
}

fn at(tables: &[Arc<Table>], region: &str) -> Option<usize> {
    tables.iter().position(|table| table.home.region.as_str() == region)
}

/// A table that is to become a replica.
async fn candidate(ctx: &Ctx, name: &str, region: &str) -> Result<Arc<Table>, Error> {
    let home = address::own(ctx, name).in_region(&replicas::region(region)?);
    let found = ctx.state::<Dynamo>().engine().lookup(&home).await?;
    found.ok_or_else(|| {
        let text = format!("Table not found: Table: {name} does not exist in region: {region}");
        errors::table_not_found_exception(text).into()
    })
}

/// AWS's conditions on tables that are to be replicas of each other ("CreateGlobalTable").
async fn check_alike(ctx: &Ctx, all: &[Arc<Table>], new: &[Arc<Table>]) -> Result<(), Error> {
    let Some(first) = all.first() else { return Ok(()) };
    let pattern = shape(&first.state().record);
    for table in new {
        let (state, region) = (table.state_kept(), &table.home.region);
        if shape(&state.record) != pattern {
            return Err(invalid(format!(
                "Replicas must have the same key schema and the same indexes. Region: {region}"
            )));
        }
        if !state.record.stream.as_ref().is_some_and(|stream| stream.on && stream.view == View::Both) {
            return Err(invalid(format!(
                "Table must have DynamoDB Streams enabled with StreamViewType NEW_AND_OLD_IMAGES. Region: {region}"
            )));
        }
        if state.replication().is_some() {
            return Err(invalid(format!("Table is a replica of a global table already. Region: {region}")));
        }
        if !ctx.state::<Dynamo>().engine().is_empty(table).await? {
            return Err(invalid(format!("Table must be empty to become a replica. Region: {region}")));
        }
    }
    Ok(())
}

/// What replicas must have in common.
fn shape(record: &TableRecord) -> (KeyNames, Vec<(String, KeyNames)>) {
    let mut indexes: Vec<_> =
        record.local.iter().chain(&record.global).map(|index| (index.name.clone(), index.key.clone())).collect();
    indexes.sort_by(|(a, _), (b, _)| a.cmp(b));
    (record.key.clone(), indexes)
}

fn described(ctx: &Ctx, name: &str, tables: &[Arc<Table>], status: GlobalTableStatus) -> GlobalTableDescription {
    let replica = |table: &Arc<Table>| ReplicaDescription {
        region_name: Some(table.home.region.to_string()),
        replica_status: Some(ReplicaStatus::Active),
        ..ReplicaDescription::default()
    };
    let created = tables.iter().filter_map(|table| table.state().replication().map(|replication| replication.created));
    GlobalTableDescription {
        replication_group: Some(tables.iter().map(replica).collect()),
        global_table_arn: Some(arn(ctx, name)),
        creation_date_time: created.min(),
        global_table_status: Some(status),
        global_table_name: Some(name.to_owned()),
    }
}

fn arn(ctx: &Ctx, name: &str) -> String {
    Arn::global(ctx.partition(), "dynamodb", ctx.account(), format!("global-table/{name}")).to_string()
}
