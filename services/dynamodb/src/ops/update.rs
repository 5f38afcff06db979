//! What a table is changed to.

use api_dynamodb::{
    BillingMode, CreateGlobalSecondaryIndexAction, GlobalSecondaryIndex, GlobalSecondaryIndexUpdate, SSEDescription,
    SSEStatus, TableStatus, UpdateTable, UpdateTableInput, UpdateTableOutput, errors,
};
use names::Timestamp;
use service_kit::{Ctx, Error, Fault, Outcome};

use super::create::{self, bounded, provisioned_units};
use super::{address, replicas, shown, table};
use crate::Dynamo;
use crate::calls::keys;
use crate::engine::refusal::Refusal;
use crate::engine::table::Table;
use crate::error::{invalid, invalid_parameter};
use crate::limits;
use crate::store::{Billing, Encryption, TableRecord, Throughput};

/// Changes capacity, indexes, stream, class and protection of a table.
pub(crate) async fn update_table(ctx: &Ctx, input: UpdateTableInput) -> Outcome<UpdateTable> {
    check(&input)?;
    let found = address::table(ctx, &input.table_name).await?;
    replicas::check(&found, &input)?;
    let (engine, now) = (ctx.state::<Dynamo>().engine(), ctx.now());
    let encryption = encryption(ctx, &found, &input).await?;
    check_index_units(input.global_secondary_index_updates.as_deref().unwrap_or_default())?;
    let before = found.state_kept().record.clone();
    let mut refused = None;
    let changed = engine.change_everywhere(&found, |record| {
        let result = apply(record, &input, now);
        result.map_err(|error| {
            refused = Some(error);
            Refusal::invalid("")
        })
    });
    let changed = changed.await;
    if let Some(error) = refused {
        return Err(error);
    }
    let mut record = changed?;
    if let Some(encryption) = &encryption {
        keys::change(ctx, &found, encryption.clone()).await?;
        record.encryption.clone_from(encryption);
    }
    let told = as_told(&record, &before);
    engine.chores().fill.signal();
    engine.chores().sweep.signal();
    replicas::update(ctx, &found, &input).await?;
    let counts = table::counts(ctx, &found).await?;
    let told = TableRecord { replication: found.state().record.replication.clone(), ..told };
    let mut description = shown::table(&found.home, &told, TableStatus::Updating, &counts);
    if encryption.is_some() {
        description.sse_description = Some(being_changed(&before));
    }
    replicas::show(ctx, &found, &mut description).await?;
    Ok(UpdateTableOutput { table_description: Some(description) })
}

/// A table that is being changed is told with the capacity that it had.
fn as_told(record: &TableRecord, before: &TableRecord) -> TableRecord {
    let mut told = record.clone();
    if matches!((record.billing, before.billing), (Billing::Provisioned { .. }, Billing::Provisioned { .. })) {
        (told.throughput.read, told.throughput.write) = (before.throughput.read, before.throughput.write);
        for index in &mut told.global {
            if let Some(was) = before.global.iter().find(|was| was.no == index.no) {
                (index.throughput.read, index.throughput.write) = (was.throughput.read, was.throughput.write);
            }
        }
    }
    told
}

/// What a table is to be encrypted under from now on, when that is asked for.
async fn encryption(ctx: &Ctx, table: &Table, input: &UpdateTableInput) -> Result<Option<Option<Encryption>>, Error> {
    let Some(given) = &input.sse_specification else { return Ok(None) };
    let wanted = keys::encryption(ctx, &table.home, Some(given)).await?;
    let is = table.state().record.encryption.as_ref().map(|encryption| encryption.key.clone());
    match &wanted {
        Some(wanted) if is.as_ref() == Some(&wanted.key) => {
            Err(invalid_parameter("Table is already encrypted by given KMSMasterKeyId"))
        }
        _ => Ok(Some(wanted).filter(|wanted| wanted.is_some() || is.is_some())),
    }
}

/// Encryption that is being changed is told as it was.
fn being_changed(before: &TableRecord) -> SSEDescription {
    let was = shown::encryption(before).unwrap_or_default();
    SSEDescription { status: Some(SSEStatus::Updating), ..was }
}

fn check(input: &UpdateTableInput) -> Result<(), Error> {
    let nothing = input.provisioned_throughput.is_none()
        && input.billing_mode.is_none()
        && input.stream_specification.is_none()
        && input.global_secondary_index_updates.as_ref().is_none_or(Vec::is_empty)
        && input.sse_specification.is_none()
        && input.replica_updates.as_ref().is_none_or(Vec::is_empty)
        && input.global_table_witness_updates.as_ref().is_none_or(Vec::is_empty)
        && input.global_table_settings_replication_mode.is_none()
        && input.table_class.is_none()
        && input.deletion_protection_enabled.is_none()
        && input.on_demand_throughput.is_none()
        && input.warm_throughput.is_none();
    if nothing {
        return Err(invalid(NOTHING));
    }
    if input.global_table_settings_replication_mode.is_some() {
        let (service, operation) = ("dynamodb".to_owned(), "GlobalTableSettingsReplicationMode".to_owned());
        return Err(Fault::NotImplemented { service, operation }.into());
    }
    if input.billing_mode == Some(BillingMode::Provisioned) && input.provisioned_throughput.is_none() {
        return Err(invalid_parameter("ProvisionedThroughput must be specified when BillingMode is PROVISIONED"));
    }
    if let Some(units) = &input.provisioned_throughput {
        provisioned_units(units)?;
    }
    check_index_updates(input.global_secondary_index_updates.as_deref().unwrap_or_default())
}

fn check_index_updates(updates: &[GlobalSecondaryIndexUpdate]) -> Result<(), Error> {
    let mut seen = Vec::new();
    for update in updates {
        let Some(name) = name_of(update) else {
            return Err(invalid_parameter(
                "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, \
                 GlobalSecondaryIndexUpdate.Delete must not be null",
            ));
        };
        if seen.contains(&name) {
            return Err(invalid_parameter(format!(
                "Only one global secondary index update per index is allowed simultaneously. Index: {name}"
            )));
        }
        seen.push(name);
    }
    let online = updates.iter().filter(|update| update.create.is_some() || update.delete.is_some()).count();
    if online > 1 { Err(one_at_a_time()) } else { Ok(()) }
}

/// Capacity that no index can have; told of tables that are there alone.
fn check_index_units(updates: &[GlobalSecondaryIndexUpdate]) -> Result<(), Error> {
    let units = updates.iter().filter_map(|update| update.update.as_ref()?.provisioned_throughput.as_ref());
    let most = units.flat_map(|units| [units.read_capacity_units, units.write_capacity_units]).max();
    if most.is_some_and(|most| most > limits::CAPACITY_UNITS) {
        return Err(invalid(
            "This operation cannot be performed with given input values. Please contact DynamoDB service team for more \
             info: Action Blocked: IndexUpdate",
        ));
    }
    Ok(())
}

fn name_of(update: &GlobalSecondaryIndexUpdate) -> Option<&str> {
    let created = update.create.as_ref().map(|create| create.index_name.as_str());
    let updated = update.update.as_ref().map(|update| update.index_name.as_str());
    let deleted = update.delete.as_ref().map(|delete| delete.index_name.as_str());
    updated.or(created).or(deleted)
}

fn one_at_a_time() -> Error {
    errors::limit_exceeded_exception(
        "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table",
    )
    .into()
}

fn apply(record: &mut TableRecord, input: &UpdateTableInput, now: Timestamp) -> Result<(), Error> {
    capacity(record, input, now)?;
    indexes(record, input, now)?;
    if let Some(given) = &input.stream_specification {
        stream(record, create::stream(Some(given))?)?;
    }
    if let Some(class) = &input.table_class {
        let class = create::class(class);
        let infrequent = record.class.is_some_and(|class| class.infrequent);
        if class.infrequent != infrequent {
            record.class = Some(crate::store::Class { changed: Some(now), ..class });
        }
    }
    if let Some(protected) = input.deletion_protection_enabled {
        record.protected = protected;
    }
    Ok(())
}

fn stream(record: &mut TableRecord, wanted: Option<crate::store::StreamSetting>) -> Result<(), Error> {
    let on = record.stream.as_ref().is_some_and(|stream| stream.on);
    match (on, wanted) {
        (true, Some(_)) => Err(in_use("Table already has an enabled stream")),
        (false, Some(wanted)) => {
            record.stream = Some(wanted);
            Ok(())
        }
        (false, None) => Err(invalid("Table has no stream to disable")),
        (true, None) if record.replication.as_ref().is_some_and(|replication| !replication.strong) => {
            Err(invalid("Disabling Stream is not allowed for a Global Table replica."))
        }
        (true, None) => {
            record.stream.iter_mut().for_each(|stream| stream.on = false);
            Ok(())
        }
    }
}

fn capacity(record: &mut TableRecord, input: &UpdateTableInput, now: Timestamp) -> Result<(), Error> {
    let was_on_demand = matches!(record.billing, Billing::OnDemand(_));
    let on_demand = input.billing_mode.as_ref().map_or(was_on_demand, |mode| *mode == BillingMode::PayPerRequest);
    if input.provisioned_throughput.is_some() && on_demand {
        return Err(invalid_parameter(create::UNITS_ON_DEMAND));
    }
    match (was_on_demand, on_demand) {
        (false, true) => begin_on_demand(record, now),
        (true, false) => end_on_demand(record, input)?,
        _ => {}
    }
    if let (false, Some(given)) = (on_demand, &input.provisioned_throughput) {
        let wanted = provisioned_units(given)?;
        if !was_on_demand && (record.throughput.read, record.throughput.write) == (wanted.read, wanted.write) {
            return Err(invalid(unchanged(&record.throughput)));
        }
        change_units(&mut record.throughput, &wanted, now)?;
    }
    let (bounds, warmth) = (input.on_demand_throughput.as_ref(), input.warm_throughput.as_ref());
    if bounds.is_some() || warmth.is_some() {
        let wanted = bounded(record.throughput.clone(), bounds, warmth);
        let before = &record.throughput;
        record.throughput = Throughput {
            most_read: if bounds.is_some() { wanted.most_read } else { before.most_read },
            most_write: if bounds.is_some() { wanted.most_write } else { before.most_write },
            warm_read: wanted.warm_read.or(before.warm_read),
            warm_write: wanted.warm_write.or(before.warm_write),
            ..wanted
        };
    }
    Ok(())
}

fn begin_on_demand(record: &mut TableRecord, now: Timestamp) {
    record.billing = Billing::OnDemand(now);
    let all = record.global.iter_mut().map(|index| &mut index.throughput).chain([&mut record.throughput]);
    all.for_each(|throughput| note_units(throughput, &Throughput::default(), now));
}

fn end_on_demand(record: &mut TableRecord, input: &UpdateTableInput) -> Result<(), Error> {
    let updates = input.global_secondary_index_updates.as_deref().unwrap_or_default();
    let told: Vec<_> = updates.iter().filter(|update| update.update.is_some()).filter_map(name_of).collect();
    let untold: Vec<_> =
        record.global.iter().map(|index| index.name.as_str()).filter(|name| !told.contains(name)).collect();
    if !untold.is_empty() {
        let text = format!("ProvisionedThroughput must be specified for index: {}", untold.join(","));
        return Err(invalid_parameter(text));
    }
    let since = if let Billing::OnDemand(since) = record.billing { Some(since) } else { None };
    record.billing = Billing::Provisioned { on_demand_before: since, told: true };
    Ok(())
}

/// Capacity from now on, when it may be changed now.
fn change_units(throughput: &mut Throughput, wanted: &Throughput, now: Timestamp) -> Result<(), Error> {
    if wanted.read < throughput.read || wanted.write < throughput.write {
        check_decreases(decreases(throughput, now), throughput.decreased, now)?;
    }
    note_units(throughput, wanted, now);
    Ok(())
}

/// Capacity from now on, with the instants and counts that AWS keeps of changes.
fn note_units(throughput: &mut Throughput, wanted: &Throughput, now: Timestamp) {
    if wanted.read > throughput.read || wanted.write > throughput.write {
        throughput.increased = Some(now);
    }
    if wanted.read < throughput.read || wanted.write < throughput.write {
        throughput.decreases = decreases(throughput, now) + 1;
        throughput.decreased = Some(now);
    }
    (throughput.read, throughput.write) = (wanted.read, wanted.write);
}

/// How often capacity was decreased today.
fn decreases(throughput: &Throughput, now: Timestamp) -> u32 {
    let today = |at: Timestamp| at.micros().div_euclid(DAY) == now.micros().div_euclid(DAY);
    if throughput.decreased.is_some_and(today) { throughput.decreases } else { 0 }
}

/// Some decreases a day are free, and one an hour after them ("Service, account, and table quotas": throughput decreases).
fn check_decreases(before: u32, last: Option<Timestamp>, now: Timestamp) -> Result<(), Error> {
    let next = last.map(|last| last.plus(limits::BETWEEN_DECREASES));
    let Some((last, next)) = last.zip(next).filter(|(_, next)| before >= limits::DECREASES && now < *next) else {
        return Ok(());
    };
    let text = format!(
        "Subscriber limit exceeded: Provisioned throughput decreases are limited within a given UTC day. After the first 4 \
         decreases, each subsequent decrease in the same UTC day can be performed at most once every 3600 seconds. Number \
         of decreases today: {before}. Last decrease at {}. Next decrease can be made at {}",
        last.iso8601(),
        next.iso8601()
    );
    Err(errors::limit_exceeded_exception(text).into())
}

fn indexes(record: &mut TableRecord, input: &UpdateTableInput, now: Timestamp) -> Result<(), Error> {
    for update in input.global_secondary_index_updates.as_deref().unwrap_or_default() {
        if let Some(update) = &update.update {
            let index = record.global.iter_mut().find(|index| index.name == update.index_name);
            let index = index.ok_or_else(|| no_index(&update.index_name))?;
            if let Some(given) = &update.provisioned_throughput {
                let wanted = provisioned_units(given)?;
                change_units(&mut index.throughput, &wanted, now)?;
            }
        }
        if let Some(create) = &update.create {
            add_index(record, input, create)?;
        }
        if let Some(delete) = &update.delete {
            let at = record.global.iter().position(|index| index.name == delete.index_name);
            record.global.remove(at.ok_or_else(|| no_index(&delete.index_name))?);
        }
    }
    Ok(())
}

fn add_index(
    record: &mut TableRecord,
    input: &UpdateTableInput,
    given: &CreateGlobalSecondaryIndexAction,
) -> Result<(), Error> {
    if record.global.iter().any(|index| index.filling) {
        return Err(one_at_a_time());
    }
    let definitions = input.attribute_definitions.as_deref().unwrap_or_default();
    if definitions.is_empty() && !known(record, given) {
        return Err(invalid_parameter("AttributeDefinitions must be provided for the keys of the index"));
    }
    merge_definitions(record, definitions)?;
    let all: Vec<_> = shown_definitions(record);
    let mut names: Vec<_> = record.local.iter().chain(&record.global).map(|index| index.name.clone()).collect();
    if names.contains(&given.index_name) {
        return Err(invalid(format!("Attempting to create an index which already exists: {}", given.index_name)));
    }
    let CreateGlobalSecondaryIndexAction { index_name, key_schema, projection, provisioned_throughput, .. } =
        given.clone();
    let (on_demand_throughput, warm_throughput) = (given.on_demand_throughput.clone(), given.warm_throughput.clone());
    let index = GlobalSecondaryIndex {
        index_name,
        key_schema,
        projection,
        provisioned_throughput,
        on_demand_throughput,
        warm_throughput,
    };
    let on_demand = matches!(record.billing, Billing::OnDemand(_));
    let mut index = create::global_index(&index, &all, on_demand, &mut names)?;
    if record.global.len() >= limits::GLOBAL_INDEXES {
        return Err(invalid_parameter("GlobalSecondaryIndex count exceeds the per-table limit of 20"));
    }
    (index.no, index.filling) = (record.next_index, true);
    record.next_index += 1;
    record.global.push(index);
    Ok(())
}

fn known(record: &TableRecord, given: &CreateGlobalSecondaryIndexAction) -> bool {
    let defined = |name: &String| record.attributes.iter().any(|(defined, _)| defined == name);
    given.key_schema.iter().all(|element| defined(&element.attribute_name))
}

fn merge_definitions(record: &mut TableRecord, given: &[api_dynamodb::AttributeDefinition]) -> Result<(), Error> {
    for (name, kind) in given.iter().map(create::definition) {
        match record.attributes.iter().find(|(defined, _)| *defined == name) {
            None => record.attributes.push((name, kind)),
            Some((_, before)) if *before == kind => {}
            Some(_) => {
                return Err(invalid_parameter(format!(
                    "Attribute {name} is already defined with another type than {}",
                    kind.as_str()
                )));
            }
        }
    }
    Ok(())
}

fn shown_definitions(record: &TableRecord) -> Vec<api_dynamodb::AttributeDefinition> {
    record.attributes.iter().map(shown::definition).collect()
}

fn in_use(text: &str) -> Error {
    errors::resource_in_use_exception(text).into()
}

fn no_index(name: &str) -> Error {
    crate::error::not_found(format!("Requested resource not found: Index: {name} not found"))
}

fn unchanged(now: &Throughput) -> String {
    let Throughput { read, write, .. } = now;
    format!(
        "The provisioned throughput for the table will not change. The requested value equals the current value. Current \
         ReadCapacityUnits provisioned for the table: {read}. Requested ReadCapacityUnits: {read}. Current \
         WriteCapacityUnits provisioned for the table: {write}. Requested WriteCapacityUnits: {write}. Refer to the \
         Amazon DynamoDB Developer Guide for current limits and how to request higher limits."
    )
}

const DAY: i64 = 86_400_000_000;
const NOTHING: &str = "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, \
                       GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required";
