//! Replicas of a table in other regions, as `UpdateTable` makes them and `DescribeTable` shows them (version 2019.11.21).

use std::sync::Arc;

use api_dynamodb::{
    CreateReplicationGroupMemberAction, GlobalTableWitnessDescription, GlobalTableWitnessGroupUpdate,
    MultiRegionConsistency, OnDemandThroughputOverride, ProvisionedThroughputOverride, ReplicaDescription,
    ReplicaGlobalSecondaryIndex, ReplicaGlobalSecondaryIndexDescription, ReplicaStatus, ReplicationGroupUpdate,
    TableClass, TableClassSummary, TableDescription, UpdateReplicationGroupMemberAction, UpdateTableInput,
    WitnessStatus,
};
use names::Region;
use service_kit::{Access, Ctx, Error};

use super::address;
use crate::Dynamo;
use crate::calls::keys;
use crate::engine::global::{Consistency, override_reads};
use crate::engine::refusal::Refusal;
use crate::engine::sealing::NewKey;
use crate::engine::table::Table;
use crate::error::invalid_parameter;
use crate::store::{Class, Encryption, GlobalVersion, Overrides, Replication};

/// Replicas and witness of a table with strong consistency ("Global tables: multi-Region strong consistency").
const STRONG: usize = 3;

/// What changing a table touches: replicas that come and go are named besides.
pub(crate) fn access(ctx: &Ctx, input: &UpdateTableInput) -> Result<Access, Error> {
    let mut access = address::access(ctx, &input.table_name)?;
    let Ok(home) = address::home(ctx, &input.table_name) else { return Ok(access) };
    for update in updates(input) {
        let (named, action) = match (&update.create, &update.delete) {
            (Some(create), _) => (&create.region_name, "dynamodb:CreateTableReplica"),
            (None, Some(delete)) => (&delete.region_name, "dynamodb:DeleteTableReplica"),
            (None, None) => continue,
        };
        if let Some(region) = Region::parse(named) {
            access = access.and(Access::to(home.in_region(&region).arn()).as_action(action));
        }
    }
    Ok(access)
}

/// What can be told of an update before anything is changed.
pub(crate) fn check(table: &Table, input: &UpdateTableInput) -> Result<(), Error> {
    let own = &table.home.region;
    for update in updates(input) {
        let named = [
            update.create.as_ref().map(|create| &create.region_name),
            update.update.as_ref().map(|update| &update.region_name),
            update.delete.as_ref().map(|delete| &delete.region_name),
        ];
        let [region] = named.into_iter().flatten().collect::<Vec<_>>()[..] else {
            return Err(invalid_parameter(
                "Exactly one of Create, Update and Delete must be specified in a replica update",
            ));
        };
        if *parsed(region)? == *own.as_str() && update.update.is_none() {
            return Err(invalid_parameter(LOCAL));
        }
    }
    let state = table.state();
    if state.replication().is_some_and(|replication| replication.version == GlobalVersion::V2017)
        && !updates(input).is_empty()
    {
        return Err(invalid_parameter("ReplicaUpdates is not supported for global tables of version 2017.11.29"));
    }
    check_consistency(state.replication(), input)
}

/// Strong consistency takes three regions, all at once.
fn check_consistency(replication: Option<&Replication>, input: &UpdateTableInput) -> Result<(), Error> {
    let wanted = input.multi_region_consistency == Some(MultiRegionConsistency::Strong);
    let created = updates(input).iter().filter(|update| update.create.is_some()).count();
    let witnesses = witness_updates(input).iter().filter(|update| update.create.is_some()).count();
    match replication {
        Some(replication) if input.multi_region_consistency.is_some() && replication.strong != wanted => {
            Err(invalid_parameter("MultiRegionConsistency cannot be changed after a global table is created"))
        }
        Some(replication) if replication.strong && created + witnesses > 0 => {
            Err(invalid_parameter("Replicas cannot be added to a global table with multi-Region strong consistency"))
        }
        Some(replication) if replication.strong => {
            let gone = updates(input).iter().filter(|update| update.delete.is_some()).count();
            if gone > 0 && gone < replication.peers.len() {
                return Err(invalid_parameter(ALL_AT_ONCE));
            }
            Ok(())
        }
        None if wanted && (created == 0 || 1 + created + witnesses != STRONG) => Err(invalid_parameter(THREE_REGIONS)),
        _ if witnesses > 0 && !wanted => {
            Err(invalid_parameter("A witness can be created with MultiRegionConsistency STRONG alone"))
        }
        _ => Ok(()),
    }
}

/// Adds, changes and removes replicas.
pub(crate) async fn update(ctx: &Ctx, table: &Arc<Table>, input: &UpdateTableInput) -> Result<(), Error> {
    let witness = witness_updates(input).iter().find_map(|update| update.create.as_ref());
    let consistency = Consistency {
        strong: input.multi_region_consistency == Some(MultiRegionConsistency::Strong),
        witness: witness.map(|witness| region(&witness.region_name)).transpose()?,
    };
    if consistency.strong {
        check_strong(ctx, table).await?;
    }
    for update in updates(input) {
        if let Some(create) = &update.create {
            add(ctx, table, create, &consistency).await?;
        }
        if let Some(update) = &update.update {
            change(ctx, table, update).await?;
        }
        if let Some(delete) = &update.delete {
            remove(ctx, table, &region(&delete.region_name)?).await?;
        }
    }
    Ok(())
}

/// Tables that can be written together with others.
async fn check_strong(ctx: &Ctx, table: &Table) -> Result<(), Error> {
    let state = table.state_kept();
    if !state.record.local.is_empty() {
        return Err(invalid_parameter(
            "Local secondary indexes are not supported on global tables configured for multi-Region strong consistency",
        ));
    }
    if state.record.expiry.is_some() {
        return Err(invalid_parameter(
            "Time to Live is not supported on global tables configured for multi-Region strong consistency",
        ));
    }
    if !ctx.state::<Dynamo>().engine().is_empty(table).await? {
        return Err(invalid_parameter("Table must be empty to be configured for multi-Region strong consistency"));
    }
    Ok(())
}

async fn add(
    ctx: &Ctx,
    table: &Table,
    create: &CreateReplicationGroupMemberAction,
    consistency: &Consistency,
) -> Result<(), Error> {
    let to = region(&create.region_name)?;
    let overrides = Overrides {
        read: read_units(create.provisioned_throughput_override.as_ref()),
        most_read: most_read(create.on_demand_throughput_override.as_ref()),
        indexes: indexes(create.global_secondary_indexes.as_deref().unwrap_or_default()),
        class: create.table_class_override.is_some(),
        key: create.kms_master_key_id.clone(),
    };
    let engine = ctx.state::<Dynamo>().engine();
    let key = key(ctx, table, &to, create.kms_master_key_id.as_deref()).await?;
    engine.add_replica(table, &to, overrides, key, consistency).await?;
    if let Some(class) = &create.table_class_override {
        let peers = engine.peers(table).await?;
        if let Some(made) = peers.iter().find(|peer| peer.home.region == to) {
            set_class(ctx, made, class).await?;
        }
    }
    Ok(())
}

/// The key of a new replica: under a key of KMS of its own region where the table's is under one.
async fn key(
    ctx: &Ctx,
    table: &Table,
    region: &Region,
    given: Option<&str>,
) -> Result<(Option<Encryption>, NewKey), Error> {
    let home = table.home.in_region(region);
    let is = table.state().record.encryption.clone();
    let encryption = match (given, is) {
        (Some(given), _) => Some(keys::named(ctx, &home, given).await?),
        (None, None) => None,
        (None, Some(is)) if keys::is_own(ctx, &table.home, &is.key).await? => {
            Some(keys::named(ctx, &home, keys::OWN_KEY).await?)
        }
        (None, Some(_)) => return Err(invalid_parameter(KEY_OF_REPLICA)),
    };
    let key = keys::new_key(ctx, &home, encryption.as_ref()).await?;
    Ok((encryption, key))
}

async fn change(ctx: &Ctx, table: &Arc<Table>, update: &UpdateReplicationGroupMemberAction) -> Result<(), Error> {
    let (engine, wanted) = (ctx.state::<Dynamo>().engine(), region(&update.region_name)?);
    let peers = engine.peers(table).await?;
    let found = peers.iter().chain([table]).find(|each| each.home.region == wanted).ok_or(Refusal::NoReplica)?;
    engine
        .change(found, |record| {
            let Some(replication) = &mut record.replication else { return Err(Refusal::NoReplica) };
            let overrides = &mut replication.overrides;
            overrides.read = read_units(update.provisioned_throughput_override.as_ref()).or(overrides.read);
            overrides.most_read = most_read(update.on_demand_throughput_override.as_ref()).or(overrides.most_read);
            overrides.key = update.kms_master_key_id.clone().or(overrides.key.take());
            overrides.class |= update.table_class_override.is_some();
            for (name, read, most) in indexes(update.global_secondary_indexes.as_deref().unwrap_or_default()) {
                overrides.indexes.retain(|(other, ..)| *other != name);
                overrides.indexes.push((name, read, most));
            }
            let overrides = overrides.clone();
            override_reads(record, &overrides);
            Ok(())
        })
        .await?;
    if let Some(given) = &update.kms_master_key_id {
        let wanted = keys::named(ctx, &found.home, given).await?;
        keys::change(ctx, found, Some(wanted)).await?;
    }
    match &update.table_class_override {
        Some(class) => set_class(ctx, found, class).await,
        None => Ok(()),
    }
}

async fn set_class(ctx: &Ctx, table: &Table, class: &TableClass) -> Result<(), Error> {
    let (infrequent, now) = (*class == TableClass::StandardInfrequentAccess, ctx.now());
    ctx.state::<Dynamo>()
        .engine()
        .change(table, |record| {
            record.class = Some(Class { infrequent, changed: Some(now) });
            Ok(())
        })
        .await?;
    Ok(())
}

async fn remove(ctx: &Ctx, table: &Table, region: &Region) -> Result<(), Error> {
    let engine = ctx.state::<Dynamo>().engine();
    let peers = engine.peers(table).await?;
    let found = peers.iter().find(|peer| peer.home.region == *region).ok_or(Refusal::NoReplica)?;
    Ok(engine.delete_table(found).await?)
}

/// A table with strong consistency goes once its replicas were removed.
pub(crate) fn check_deletion(table: &Table) -> Result<(), Error> {
    if table.state().is_strong() {
        return Err(invalid_parameter(ALL_AT_ONCE));
    }
    Ok(())
}

/// Shows the other replicas in a table's description.
pub(crate) async fn show(ctx: &Ctx, table: &Table, description: &mut TableDescription) -> Result<(), Error> {
    let state = table.state_kept();
    let Some(replication) = state.replication().filter(|r| r.version == GlobalVersion::V2019) else { return Ok(()) };
    let peers = ctx.state::<Dynamo>().engine().peers(table).await?;
    let strong = replication.strong;
    description.global_table_version = Some("2019.11.21".to_owned());
    description.replicas = Some(peers.iter().map(|peer| replica(peer)).collect());
    description.multi_region_consistency =
        Some(if strong { MultiRegionConsistency::Strong } else { MultiRegionConsistency::Eventual });
    description.global_table_witnesses = replication.witness.as_ref().map(|witness| {
        vec![GlobalTableWitnessDescription {
            region_name: Some(witness.to_string()),
            witness_status: Some(WitnessStatus::Active),
        }]
    });
    Ok(())
}

/// A replica as the API shows it.
pub(crate) fn replica(table: &Table) -> ReplicaDescription {
    let state = table.state_kept();
    let Some(Replication { overrides, filling, .. }) = state.replication() else {
        return ReplicaDescription::default();
    };
    let class = state.record.class.filter(|_| overrides.class);
    let index = |(name, read, most): &(String, Option<u64>, Option<u64>)| ReplicaGlobalSecondaryIndexDescription {
        index_name: Some(name.clone()),
        provisioned_throughput_override: shown_read(*read),
        on_demand_throughput_override: shown_most(*most),
        ..Default::default()
    };
    let indexes: Vec<_> = overrides.indexes.iter().map(index).collect();
    ReplicaDescription {
        region_name: Some(table.home.region.to_string()),
        replica_status: Some(if filling.is_some() { ReplicaStatus::Creating } else { ReplicaStatus::Active }),
        replica_arn: Some(table.home.arn().to_string()),
        kms_master_key_id: overrides.key.clone(),
        provisioned_throughput_override: shown_read(overrides.read),
        on_demand_throughput_override: shown_most(overrides.most_read),
        global_secondary_indexes: (!indexes.is_empty()).then_some(indexes),
        replica_table_class_summary: class.map(|class| TableClassSummary {
            table_class: Some(if class.infrequent {
                TableClass::StandardInfrequentAccess
            } else {
                TableClass::Standard
            }),
            last_update_date_time: class.changed,
        }),
        ..ReplicaDescription::default()
    }
}

fn updates(input: &UpdateTableInput) -> &[ReplicationGroupUpdate] {
    input.replica_updates.as_deref().unwrap_or_default()
}

fn witness_updates(input: &UpdateTableInput) -> &[GlobalTableWitnessGroupUpdate] {
    input.global_table_witness_updates.as_deref().unwrap_or_default()
}

fn parsed(name: &str) -> Result<&str, Error> {
    region(name).map(|_| name)
}

/// A region by its code.
pub(crate) fn region(name: &str) -> Result<Region, Error> {
    Region::parse(name).ok_or_else(|| invalid_parameter(format!("Unknown replica region: {name}")))
}

fn read_units(given: Option<&ProvisionedThroughputOverride>) -> Option<u64> {
    given.and_then(|given| given.read_capacity_units).and_then(|units| u64::try_from(units).ok())
}

fn most_read(given: Option<&OnDemandThroughputOverride>) -> Option<u64> {
    given.and_then(|given| given.max_read_request_units).and_then(|units| u64::try_from(units).ok())
}

fn indexes(given: &[ReplicaGlobalSecondaryIndex]) -> Vec<(String, Option<u64>, Option<u64>)> {
    let one = |index: &ReplicaGlobalSecondaryIndex| {
        let read = read_units(index.provisioned_throughput_override.as_ref());
        (index.index_name.clone(), read, most_read(index.on_demand_throughput_override.as_ref()))
    };
    given.iter().map(one).collect()
}

fn whole(units: u64) -> i64 {
    i64::try_from(units).unwrap_or(i64::MAX)
}

fn shown_read(units: Option<u64>) -> Option<ProvisionedThroughputOverride> {
    units.map(|units| ProvisionedThroughputOverride { read_capacity_units: Some(whole(units)) })
}

fn shown_most(units: Option<u64>) -> Option<OnDemandThroughputOverride> {
    units.map(|units| OnDemandThroughputOverride { max_read_request_units: Some(whole(units)) })
}

const LOCAL: &str = "Cannot add, delete, or update the local region through ReplicaUpdates. Use CreateTable, DeleteTable, \
                     or UpdateTable as required.";
const KEY_OF_REPLICA: &str = "KMSMasterKeyId must be specified for each replica.";
const THREE_REGIONS: &str = "A global table with multi-Region strong consistency must have exactly three replicas, or two \
                             replicas and one witness";
const ALL_AT_ONCE: &str =
    "All other replicas of a global table with multi-Region strong consistency must be deleted at once";
