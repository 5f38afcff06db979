//! Capacity of replicas and how it scales: settings of global tables of both versions, kept by Application Auto Scaling in
//! each replica's region and asked of it there, on behalf of the caller.

use std::sync::Arc;

use api_application_autoscaling as scaling;
use api_dynamodb::{
    AutoScalingPolicyDescription, AutoScalingSettingsDescription, AutoScalingSettingsUpdate,
    AutoScalingTargetTrackingScalingPolicyConfigurationDescription, BillingMode, BillingModeSummary,
    DescribeGlobalTableSettings, DescribeGlobalTableSettingsInput, DescribeGlobalTableSettingsOutput,
    DescribeTableReplicaAutoScaling, DescribeTableReplicaAutoScalingInput, DescribeTableReplicaAutoScalingOutput,
    IndexStatus, ReplicaAutoScalingDescription, ReplicaGlobalSecondaryIndexAutoScalingDescription,
    ReplicaGlobalSecondaryIndexSettingsDescription, ReplicaSettingsDescription, ReplicaStatus,
    TableAutoScalingDescription, TableStatus, UpdateGlobalTableSettings, UpdateGlobalTableSettingsInput,
    UpdateGlobalTableSettingsOutput, UpdateTableReplicaAutoScaling, UpdateTableReplicaAutoScalingInput,
    UpdateTableReplicaAutoScalingOutput, errors,
};
use service_kit::{Access, Ctx, Error, Fault, Outcome};

use super::{address, global, shown};
use crate::Dynamo;
use crate::engine::table::{Home, Table};
use crate::store::{Billing, Class, IndexRecord, TableRecord, Throughput};

/// What is scaled: a table or an index, by reads or by writes.
#[derive(Clone, Copy)]
struct Scaled<'a> {
    home: &'a Home,
    index: Option<&'a str>,
    reads: bool,
}

/// Tells how the capacity of all replicas scales.
pub(crate) async fn describe_table_replica_auto_scaling(
    ctx: &Ctx,
    input: DescribeTableReplicaAutoScalingInput,
) -> Outcome<DescribeTableReplicaAutoScaling> {
    let table = address::table(ctx, &input.table_name).await?;
    let description = Some(scaling_of(ctx, &table, TableStatus::Active).await?);
    Ok(DescribeTableReplicaAutoScalingOutput { table_auto_scaling_description: description })
}

/// Changes how the capacity of replicas scales.
pub(crate) async fn update_table_replica_auto_scaling(
    ctx: &Ctx,
    input: UpdateTableReplicaAutoScalingInput,
) -> Outcome<UpdateTableReplicaAutoScaling> {
    let table = address::table(ctx, &input.table_name).await?;
    let all = family(ctx, &table).await?;
    for each in &all {
        let scaled = Scaled { home: &each.home, index: None, reads: false };
        apply(ctx, scaled, input.provisioned_write_capacity_auto_scaling_update.as_ref()).await?;
        for update in input.global_secondary_index_updates.iter().flatten() {
            let scaled = Scaled { index: update.index_name.as_deref(), ..scaled };
            apply(ctx, scaled, update.provisioned_write_capacity_auto_scaling_update.as_ref()).await?;
        }
    }
    for replica in input.replica_updates.iter().flatten() {
        let found = all.iter().find(|each| each.home.region.as_str() == replica.region_name);
        let each = found.ok_or_else(|| {
            crate::error::not_found(format!("Requested resource not found: Replica: {}", replica.region_name))
        })?;
        let scaled = Scaled { home: &each.home, index: None, reads: true };
        apply(ctx, scaled, replica.replica_provisioned_read_capacity_auto_scaling_update.as_ref()).await?;
        for update in replica.replica_global_secondary_index_updates.iter().flatten() {
            let scaled = Scaled { index: update.index_name.as_deref(), ..scaled };
            apply(ctx, scaled, update.provisioned_read_capacity_auto_scaling_update.as_ref()).await?;
        }
    }
    let description = Some(scaling_of(ctx, &table, TableStatus::Updating).await?);
    Ok(UpdateTableReplicaAutoScalingOutput { table_auto_scaling_description: description })
}

/// Tells the settings of a global table of version 2017.
pub(crate) async fn describe_global_table_settings(
    ctx: &Ctx,
    input: DescribeGlobalTableSettingsInput,
) -> Outcome<DescribeGlobalTableSettings> {
    let tables = global::find(ctx, &input.global_table_name).await?;
    let settings = settings_of(ctx, &tables, ReplicaStatus::Active).await?;
    let global_table_name = Some(input.global_table_name);
    Ok(DescribeGlobalTableSettingsOutput { global_table_name, replica_settings: Some(settings) })
}

/// Changes the settings of a global table of version 2017: writes of all replicas, reads of each.
pub(crate) async fn update_global_table_settings(
    ctx: &Ctx,
    input: UpdateGlobalTableSettingsInput,
) -> Outcome<UpdateGlobalTableSettings> {
    let tables = global::find(ctx, &input.global_table_name).await?;
    let (engine, now) = (ctx.state::<Dynamo>().engine(), ctx.now());
    for update in input.replica_settings_update.iter().flatten() {
        if !tables.iter().any(|table| table.home.region.as_str() == update.region_name) {
            return Err(global::no_replica(&update.region_name));
        }
    }
    for table in &tables {
        check_indexes(table, &input)?;
        let record = engine.change(table, |record| {
            change(record, &input, table.home.region.as_str(), now);
            Ok(())
        });
        record.await?;
        let writes = Scaled { home: &table.home, index: None, reads: false };
        apply(ctx, writes, input.global_table_provisioned_write_capacity_auto_scaling_settings_update.as_ref()).await?;
        for index in input.global_table_global_secondary_index_settings_update.iter().flatten() {
            let writes = Scaled { index: Some(&index.index_name), ..writes };
            apply(ctx, writes, index.provisioned_write_capacity_auto_scaling_settings_update.as_ref()).await?;
        }
        apply_reads(ctx, table, &input).await?;
    }
    let settings = settings_of(ctx, &tables, ReplicaStatus::Updating).await?;
    let global_table_name = Some(input.global_table_name);
    Ok(UpdateGlobalTableSettingsOutput { global_table_name, replica_settings: Some(settings) })
}

/// What settings of a global table touch.
pub(crate) fn access_to_settings(ctx: &Ctx, input: &UpdateGlobalTableSettingsInput) -> Result<Access, Error> {
    let own = address::own(ctx, &input.global_table_name);
    Ok(global::access(ctx, &input.global_table_name).and_to(own.arn()))
}

async fn apply_reads(ctx: &Ctx, table: &Table, input: &UpdateGlobalTableSettingsInput) -> Result<(), Error> {
    let own = |region: &str| region == table.home.region.as_str();
    for update in input.replica_settings_update.iter().flatten().filter(|update| own(&update.region_name)) {
        let reads = Scaled { home: &table.home, index: None, reads: true };
        apply(ctx, reads, update.replica_provisioned_read_capacity_auto_scaling_settings_update.as_ref()).await?;
        for index in update.replica_global_secondary_index_settings_update.iter().flatten() {
            let reads = Scaled { index: Some(&index.index_name), ..reads };
            apply(ctx, reads, index.provisioned_read_capacity_auto_scaling_settings_update.as_ref()).await?;
        }
    }
    Ok(())
}

fn check_indexes(table: &Table, input: &UpdateGlobalTableSettingsInput) -> Result<(), Error> {
    let state = table.state_kept();
    let known = |name: &str| state.record.global.iter().any(|index| index.name == name);
    let named = input.global_table_global_secondary_index_settings_update.iter().flatten();
    match named.map(|index| &index.index_name).find(|name| !known(name)) {
        Some(name) => Err(errors::index_not_found_exception(format!("Index not found: {name}")).into()),
        None => Ok(()),
    }
}

/// What a replica's record is from then on.
fn change(record: &mut TableRecord, input: &UpdateGlobalTableSettingsInput, region: &str, now: names::Timestamp) {
    let units = |given: Option<i64>| given.and_then(|units| u64::try_from(units).ok());
    match &input.global_table_billing_mode {
        Some(BillingMode::PayPerRequest) => record.billing = Billing::OnDemand(now),
        Some(_) => record.billing = Billing::Provisioned { on_demand_before: None, told: true },
        None => {}
    }
    let write = |throughput: &mut Throughput, given: Option<i64>| {
        throughput.write = units(given).unwrap_or(throughput.write);
    };
    write(&mut record.throughput, input.global_table_provisioned_write_capacity_units);
    for update in input.global_table_global_secondary_index_settings_update.iter().flatten() {
        let index = record.global.iter_mut().find(|index| index.name == update.index_name);
        index.into_iter().for_each(|index| write(&mut index.throughput, update.provisioned_write_capacity_units));
    }
    for update in input.replica_settings_update.iter().flatten().filter(|update| update.region_name == region) {
        let read = units(update.replica_provisioned_read_capacity_units);
        record.throughput.read = read.unwrap_or(record.throughput.read);
        for of_index in update.replica_global_secondary_index_settings_update.iter().flatten() {
            let index = record.global.iter_mut().find(|index| index.name == of_index.index_name);
            if let Some(index) = index {
                let read = units(of_index.provisioned_read_capacity_units);
                index.throughput.read = read.unwrap_or(index.throughput.read);
            }
        }
        if let Some(class) = &update.replica_table_class {
            let infrequent = *class == api_dynamodb::TableClass::StandardInfrequentAccess;
            record.class = Some(Class { infrequent, changed: Some(now) });
        }
    }
}

/// A table and its replicas, in the order of their regions.
async fn family(ctx: &Ctx, table: &Arc<Table>) -> Result<Vec<Arc<Table>>, Error> {
    let mut all = ctx.state::<Dynamo>().engine().peers(table).await?;
    all.push(table.clone());
    all.sort_by(|a, b| a.home.region.cmp(&b.home.region));
    Ok(all)
}

async fn scaling_of(ctx: &Ctx, table: &Arc<Table>, status: TableStatus) -> Result<TableAutoScalingDescription, Error> {
    let mut replicas = Vec::new();
    for each in family(ctx, table).await? {
        let mut indexes = Vec::new();
        for index in &each.state_kept().record.global {
            let of = |reads| Scaled { home: &each.home, index: Some(&index.name), reads };
            indexes.push(ReplicaGlobalSecondaryIndexAutoScalingDescription {
                index_name: Some(index.name.clone()),
                index_status: Some(index_status(index)),
                provisioned_read_capacity_auto_scaling_settings: Some(described(ctx, of(true)).await?),
                provisioned_write_capacity_auto_scaling_settings: Some(described(ctx, of(false)).await?),
            });
        }
        let of = |reads| Scaled { home: &each.home, index: None, reads };
        replicas.push(ReplicaAutoScalingDescription {
            region_name: Some(each.home.region.to_string()),
            global_secondary_indexes: (!indexes.is_empty()).then_some(indexes),
            replica_provisioned_read_capacity_auto_scaling_settings: Some(described(ctx, of(true)).await?),
            replica_provisioned_write_capacity_auto_scaling_settings: Some(described(ctx, of(false)).await?),
            replica_status: Some(ReplicaStatus::Active),
        });
    }
    Ok(TableAutoScalingDescription {
        table_name: Some(table.home.name.clone()),
        table_status: Some(status),
        replicas: Some(replicas),
    })
}

async fn settings_of(
    ctx: &Ctx,
    tables: &[Arc<Table>],
    status: ReplicaStatus,
) -> Result<Vec<ReplicaSettingsDescription>, Error> {
    let whole = |units: u64| Some(i64::try_from(units).unwrap_or(i64::MAX));
    let mut settings = Vec::new();
    for table in tables {
        let record = table.state_kept().record.clone();
        let mut indexes = Vec::new();
        for index in &record.global {
            let of = |reads| Scaled { home: &table.home, index: Some(&index.name), reads };
            indexes.push(ReplicaGlobalSecondaryIndexSettingsDescription {
                index_name: index.name.clone(),
                index_status: Some(index_status(index)),
                provisioned_read_capacity_units: whole(index.throughput.read),
                provisioned_read_capacity_auto_scaling_settings: Some(described(ctx, of(true)).await?),
                provisioned_write_capacity_units: whole(index.throughput.write),
                provisioned_write_capacity_auto_scaling_settings: Some(described(ctx, of(false)).await?),
            });
        }
        let of = |reads| Scaled { home: &table.home, index: None, reads };
        let provisioned = BillingModeSummary { billing_mode: Some(BillingMode::Provisioned), ..Default::default() };
        settings.push(ReplicaSettingsDescription {
            region_name: table.home.region.to_string(),
            replica_status: Some(status.clone()),
            replica_billing_mode_summary: Some(
                shown::billing(&record.billing, &TableStatus::Active).unwrap_or(provisioned),
            ),
            replica_provisioned_read_capacity_units: whole(record.throughput.read),
            replica_provisioned_read_capacity_auto_scaling_settings: Some(described(ctx, of(true)).await?),
            replica_provisioned_write_capacity_units: whole(record.throughput.write),
            replica_provisioned_write_capacity_auto_scaling_settings: Some(described(ctx, of(false)).await?),
            replica_global_secondary_index_settings: (!indexes.is_empty()).then_some(indexes),
            replica_table_class_summary: None,
        });
    }
    Ok(settings)
}

fn index_status(index: &IndexRecord) -> IndexStatus {
    if index.filling { IndexStatus::Creating } else { IndexStatus::Active }
}

impl Scaled<'_> {
    fn resource(&self) -> String {
        let table = format!("table/{}", self.home.name);
        self.index.map_or_else(|| table.clone(), |index| format!("{table}/index/{index}"))
    }

    fn dimension(&self) -> scaling::ScalableDimension {
        let what = if self.index.is_some() { "index" } else { "table" };
        let way = if self.reads { "Read" } else { "Write" };
        format!("dynamodb:{what}:{way}CapacityUnits").into()
    }

    /// The name that AWS gives a policy when nobody does.
    fn policy(&self) -> String {
        format!("DynamoDB{}CapacityUtilization:{}", if self.reads { "Read" } else { "Write" }, self.resource())
    }
}

/// Calls Application Auto Scaling in a replica's region; nothing of a cloud without it.
async fn ask<O: smithy::Operation>(ctx: &Ctx, scaled: Scaled<'_>, input: O::Input) -> Result<Option<O::Output>, Error> {
    match ctx.cloud().call::<O>(ctx.caller.clone(), scaled.home.region.clone(), input).await {
        Err(Error::Fault(Fault::NotImplemented { .. })) => Ok(None),
        answer => answer.map(Some),
    }
}

/// How something scales.
async fn described(ctx: &Ctx, scaled: Scaled<'_>) -> Result<AutoScalingSettingsDescription, Error> {
    let namespace = scaling::ServiceNamespace::Dynamodb;
    let targets = scaling::DescribeScalableTargetsInput {
        service_namespace: namespace.clone(),
        resource_ids: Some(vec![scaled.resource()]),
        scalable_dimension: Some(scaled.dimension()),
        max_results: None,
        next_token: None,
    };
    let found = ask::<scaling::DescribeScalableTargets>(ctx, scaled, targets).await?;
    let target = found.and_then(|found| found.scalable_targets?.into_iter().next());
    let Some(target) = target else {
        return Ok(AutoScalingSettingsDescription {
            auto_scaling_disabled: Some(true),
            ..AutoScalingSettingsDescription::default()
        });
    };
    let policies = scaling::DescribeScalingPoliciesInput {
        policy_names: None,
        service_namespace: namespace,
        resource_id: Some(scaled.resource()),
        scalable_dimension: Some(scaled.dimension()),
        max_results: None,
        next_token: None,
    };
    let found = ask::<scaling::DescribeScalingPolicies>(ctx, scaled, policies).await?;
    let policies = found.and_then(|found| found.scaling_policies).unwrap_or_default();
    Ok(AutoScalingSettingsDescription {
        minimum_units: Some(target.min_capacity.into()),
        maximum_units: Some(target.max_capacity.into()),
        auto_scaling_disabled: Some(false),
        auto_scaling_role_arn: Some(target.role_arn),
        scaling_policies: Some(policies.into_iter().filter_map(policy).collect()),
    })
}

fn policy(policy: scaling::ScalingPolicy) -> Option<AutoScalingPolicyDescription> {
    let tracking = policy.target_tracking_scaling_policy_configuration?;
    let configuration = AutoScalingTargetTrackingScalingPolicyConfigurationDescription {
        disable_scale_in: tracking.disable_scale_in,
        scale_in_cooldown: tracking.scale_in_cooldown,
        scale_out_cooldown: tracking.scale_out_cooldown,
        target_value: tracking.target_value,
    };
    Some(AutoScalingPolicyDescription {
        policy_name: Some(policy.policy_name),
        target_tracking_scaling_policy_configuration: Some(configuration),
    })
}

/// Makes something scale as is asked, or no longer.
async fn apply(ctx: &Ctx, scaled: Scaled<'_>, update: Option<&AutoScalingSettingsUpdate>) -> Result<(), Error> {
    let Some(update) = update else { return Ok(()) };
    let (namespace, resource, dimension) = (scaling::ServiceNamespace::Dynamodb, scaled.resource(), scaled.dimension());
    if update.auto_scaling_disabled == Some(true) {
        let input = scaling::DeregisterScalableTargetInput {
            service_namespace: namespace,
            resource_id: resource,
            scalable_dimension: dimension,
        };
        return match ask::<scaling::DeregisterScalableTarget>(ctx, scaled, input).await {
            Err(Error::Modeled(error)) if error.schema.code == "ObjectNotFoundException" => Ok(()),
            answer => answer.map(drop),
        };
    }
    let units = |units: Option<i64>| units.and_then(|units| i32::try_from(units).ok());
    let input = scaling::RegisterScalableTargetInput {
        service_namespace: namespace.clone(),
        resource_id: resource.clone(),
        scalable_dimension: dimension.clone(),
        min_capacity: units(update.minimum_units),
        max_capacity: units(update.maximum_units),
        role_arn: update.auto_scaling_role_arn.clone(),
        suspended_state: None,
        tags: None,
    };
    ask::<scaling::RegisterScalableTarget>(ctx, scaled, input).await?;
    let Some(policy) = &update.scaling_policy_update else { return Ok(()) };
    let tracking = &policy.target_tracking_scaling_policy_configuration;
    let metric = if scaled.reads { "DynamoDBReadCapacityUtilization" } else { "DynamoDBWriteCapacityUtilization" };
    let input = scaling::PutScalingPolicyInput {
        policy_name: policy.policy_name.clone().unwrap_or_else(|| scaled.policy()),
        service_namespace: namespace,
        resource_id: resource,
        scalable_dimension: dimension,
        policy_type: Some(scaling::PolicyType::TargetTrackingScaling),
        step_scaling_policy_configuration: None,
        target_tracking_scaling_policy_configuration: Some(scaling::TargetTrackingScalingPolicyConfiguration {
            target_value: tracking.target_value,
            predefined_metric_specification: Some(scaling::PredefinedMetricSpecification {
                predefined_metric_type: metric.into(),
                resource_label: None,
            }),
            customized_metric_specification: None,
            scale_out_cooldown: tracking.scale_out_cooldown,
            scale_in_cooldown: tracking.scale_in_cooldown,
            disable_scale_in: tracking.disable_scale_in,
        }),
        predictive_scaling_policy_configuration: None,
    };
    ask::<scaling::PutScalingPolicy>(ctx, scaled, input).await.map(drop)
}
