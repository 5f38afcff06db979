//! What a new table is to be: AWS's rules for keys, indexes and capacity, in AWS's order and words.

use api_dynamodb::{
    AttributeDefinition, BillingMode, CreateTableInput, GlobalSecondaryIndex, KeySchemaElement, KeyType,
    LocalSecondaryIndex, OnDemandThroughput, ProjectionType, ProvisionedThroughput, ScalarAttributeType,
    StreamSpecification, StreamViewType, TableClass, WarmThroughput,
};
use names::Timestamp;
use service_kit::Error;

use super::tags;
use crate::error::{invalid, invalid_parameter};
use crate::limits;
use crate::store::{
    Billing, Class, IndexRecord, KeyKind, KeyNames, MoreNames, Projection, StreamSetting, TableRecord, Throughput, View,
};

/// The record of a table as it is to be made; its number and identity come from the engine.
pub(crate) fn draft(input: &CreateTableInput, now: Timestamp) -> Result<TableRecord, Error> {
    let on_demand = input.billing_mode == Some(BillingMode::PayPerRequest);
    let throughput = table_throughput(input, on_demand)?;
    let definitions = required(&input.attribute_definitions, "attributeDefinitions")?;
    let key_schema = required(&input.key_schema, "keySchema")?;
    let key = table_key(key_schema, definitions)?;
    let secondary = input.local_secondary_indexes.is_some() || input.global_secondary_indexes.is_some();
    if !secondary && key_schema.len() != definitions.len() {
        return Err(invalid_parameter(NUMBER_OF_ATTRIBUTES));
    }
    let mut names = Vec::new();
    let local = local_indexes(input, &key, definitions, &mut names)?;
    let global = global_indexes(input, definitions, on_demand, &mut names)?;
    check_all_used(definitions, &key, local.iter().chain(&global))?;
    check_projected(local.iter().chain(&global))?;
    let next_index = u32::try_from(local.len() + global.len() + 1).unwrap_or(u32::MAX);
    Ok(TableRecord {
        no: 0,
        id: String::new(),
        created: now,
        attributes: definitions.iter().map(definition).collect(),
        key,
        local,
        global: numbered_after(global, input.local_secondary_indexes.as_ref().map_or(0, Vec::len)),
        next_index,
        billing: billing(input.billing_mode.as_ref(), now),
        throughput,
        stream: stream(input.stream_specification.as_ref())?,
        expiry: None,
        tags: tags::of_list(input.tags.as_deref().unwrap_or_default())?,
        class: input.table_class.as_ref().map(class),
        protected: input.deletion_protection_enabled.unwrap_or_default(),
        encryption: None,
        policy: None,
        recovery: None,
        restored: None,
        replication: None,
        destinations: Vec::new(),
        insights: Vec::new(),
        stream_policies: Vec::new(),
    })
}

/// What a mode is when a table begins with it.
fn billing(mode: Option<&BillingMode>, now: Timestamp) -> Billing {
    match mode {
        Some(BillingMode::PayPerRequest) => Billing::OnDemand(now),
        mode => Billing::Provisioned { on_demand_before: None, told: mode.is_some() },
    }
}

/// A class that was named.
pub(crate) fn class(class: &TableClass) -> Class {
    Class { infrequent: *class == TableClass::StandardInfrequentAccess, changed: None }
}

fn table_throughput(input: &CreateTableInput, on_demand: bool) -> Result<Throughput, Error> {
    let provisioned = input.provisioned_throughput.as_ref();
    let throughput = if on_demand {
        if provisioned.is_some() {
            return Err(invalid_parameter(UNITS_ON_DEMAND));
        }
        Throughput::default()
    } else {
        provisioned_units(provisioned.ok_or_else(|| invalid_parameter(NO_UNITS))?)?
    };
    Ok(bounded(throughput, input.on_demand_throughput.as_ref(), input.warm_throughput.as_ref()))
}

/// Capacity as bought.
pub(crate) fn provisioned_units(given: &ProvisionedThroughput) -> Result<Throughput, Error> {
    let bounds = [("ReadCapacityUnits", given.read_capacity_units), ("WriteCapacityUnits", given.write_capacity_units)];
    if let Some((name, units)) = bounds.into_iter().find(|(_, units)| *units > limits::CAPACITY_UNITS) {
        return Err(invalid(format!("Given value {units} for {name} is out of bounds")));
    }
    let units = |units: i64| u64::try_from(units).unwrap_or_default();
    let (read, write) = (units(given.read_capacity_units), units(given.write_capacity_units));
    Ok(Throughput { read, write, ..Throughput::default() })
}

/// With the bounds and the warmth that were asked for.
pub(crate) fn bounded(
    throughput: Throughput,
    bounds: Option<&OnDemandThroughput>,
    warm: Option<&WarmThroughput>,
) -> Throughput {
    let units = |units: Option<i64>| units.and_then(|units| u64::try_from(units).ok()).filter(|units| *units > 0);
    Throughput {
        most_read: bounds.and_then(|b| units(b.max_read_request_units)),
        most_write: bounds.and_then(|b| units(b.max_write_request_units)),
        warm_read: warm.and_then(|w| units(w.read_units_per_second)),
        warm_write: warm.and_then(|w| units(w.write_units_per_second)),
        ..throughput
    }
}

fn required<'a, T>(value: &'a Option<T>, member: &str) -> Result<&'a T, Error> {
    value.as_ref().ok_or_else(|| {
        let rule = "failed to satisfy constraint: Member must not be null";
        invalid(format!("1 validation error detected: Value null at '{member}' {rule}"))
    })
}

fn table_key(schema: &[KeySchemaElement], definitions: &[AttributeDefinition]) -> Result<KeyNames, Error> {
    if schema.len() > definitions.len() {
        return Err(invalid("Invalid KeySchema: Some index key attribute have no definition"));
    }
    check_defined(schema, definitions)?;
    key_names(schema)
}

/// Every key attribute must have a type.
pub(crate) fn check_defined(schema: &[KeySchemaElement], definitions: &[AttributeDefinition]) -> Result<(), Error> {
    let defined: Vec<_> = definitions.iter().map(|definition| definition.attribute_name.as_str()).collect();
    let keys: Vec<_> = schema.iter().map(|element| element.attribute_name.as_str()).collect();
    if keys.iter().all(|key| defined.contains(key)) {
        return Ok(());
    }
    let (keys, defined) = (keys.join(", "), defined.join(", "));
    Err(invalid_parameter(format!(
        "Some index key attributes are not defined in AttributeDefinitions. Keys: [{keys}], AttributeDefinitions: \
         [{defined}]"
    )))
}

/// The attributes of a key, in the order in which they must be told.
pub(crate) fn key_names(schema: &[KeySchemaElement]) -> Result<KeyNames, Error> {
    let [hash, rest @ ..] = schema else {
        return Err(invalid("Invalid KeySchema: The first KeySchemaElement is not a HASH key type"));
    };
    if rest.len() > 1 {
        return Err(invalid("Invalid KeySchema: Only global secondary indexes can have keys of several attributes"));
    }
    let range = rest.first();
    if range.is_some_and(|range| range.attribute_name == hash.attribute_name) {
        return Err(invalid("Both the Hash Key and the Range Key element in the KeySchema have the same name"));
    }
    if hash.key_type != KeyType::Hash {
        return Err(invalid("Invalid KeySchema: The first KeySchemaElement is not a HASH key type"));
    }
    if range.is_some_and(|range| range.key_type != KeyType::Range) {
        return Err(invalid("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type"));
    }
    Ok(KeyNames { hash: hash.attribute_name.clone(), range: range.map(|range| range.attribute_name.clone()) })
}

/// The attributes of the key of a global index, which may have up to four of each kind ("Multi-attribute keys pattern").
fn global_key(schema: &[KeySchemaElement]) -> Result<(KeyNames, MoreNames), Error> {
    let is_hash = |element: &KeySchemaElement| element.key_type == KeyType::Hash;
    if schema.iter().filter(|element| is_hash(element)).count() <= 1 && schema.len() <= 2 {
        return Ok((key_names(schema)?, MoreNames::default()));
    }
    let at = schema.iter().position(|element| !is_hash(element)).unwrap_or(schema.len());
    let (hashes, ranges) = schema.split_at(at);
    if hashes.is_empty() {
        return Err(invalid("Invalid KeySchema: The first KeySchemaElement is not a HASH key type"));
    }
    if ranges.iter().any(is_hash) {
        return Err(invalid("Invalid KeySchema: All HASH key elements must come before RANGE key elements"));
    }
    if hashes.len() > limits::KEY_ATTRIBUTES || ranges.len() > limits::KEY_ATTRIBUTES {
        return Err(invalid("Invalid KeySchema: A key can have at most 4 HASH and 4 RANGE key elements"));
    }
    let name = |element: &KeySchemaElement| element.attribute_name.clone();
    let names: Vec<_> = schema.iter().map(name).collect();
    if names.iter().enumerate().any(|(at, name)| names[..at].contains(name)) {
        return Err(invalid("Invalid KeySchema: An attribute can be in a key once"));
    }
    let key = KeyNames { hash: names[0].clone(), range: ranges.first().map(name) };
    let more =
        MoreNames { hash: hashes.iter().skip(1).map(name).collect(), range: ranges.iter().skip(1).map(name).collect() };
    Ok((key, more))
}

fn local_indexes(
    input: &CreateTableInput,
    table: &KeyNames,
    definitions: &[AttributeDefinition],
    names: &mut Vec<String>,
) -> Result<Vec<IndexRecord>, Error> {
    let Some(given) = &input.local_secondary_indexes else { return Ok(Vec::new()) };
    if given.is_empty() {
        return Err(invalid_parameter("List of LocalSecondaryIndexes is empty"));
    }
    if table.range.is_none() {
        let text = "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex";
        return Err(invalid_parameter(text));
    }
    let made = given.iter().zip(1..).map(|(index, no)| local_index(index, no, table, definitions, names));
    let made = made.collect::<Result<Vec<_>, _>>()?;
    if made.len() > limits::LOCAL_INDEXES {
        return Err(invalid_parameter("Number of LocalSecondaryIndexes exceeds per-table limit of 5"));
    }
    Ok(made)
}

fn local_index(
    index: &LocalSecondaryIndex,
    no: u32,
    table: &KeyNames,
    definitions: &[AttributeDefinition],
    names: &mut Vec<String>,
) -> Result<IndexRecord, Error> {
    check_defined(&index.key_schema, definitions)?;
    let (key, name) = (key_names(&index.key_schema)?, &index.index_name);
    if key.range.is_none() {
        return Err(invalid_parameter(format!("Index KeySchema does not have a range key for index: {name}")));
    }
    if key.hash != table.hash {
        return Err(invalid_parameter(format!(
            "Index KeySchema does not have the same leading hash key as table KeySchema for index: {name}. index hash \
             key: {}, table hash key: {}",
            key.hash, table.hash
        )));
    }
    let projection = projection(&index.projection)?;
    check_fresh(name, names)?;
    Ok(IndexRecord {
        no,
        name: name.clone(),
        key,
        projection,
        throughput: Throughput::default(),
        filling: false,
        more: MoreNames::default(),
    })
}

fn global_indexes(
    input: &CreateTableInput,
    definitions: &[AttributeDefinition],
    on_demand: bool,
    names: &mut Vec<String>,
) -> Result<Vec<IndexRecord>, Error> {
    let Some(given) = &input.global_secondary_indexes else { return Ok(Vec::new()) };
    if given.is_empty() {
        return Err(invalid_parameter("List of GlobalSecondaryIndexes is empty"));
    }
    let made = given.iter().map(|index| global_index(index, definitions, on_demand, names));
    let made = made.collect::<Result<Vec<_>, _>>()?;
    if made.len() > limits::GLOBAL_INDEXES {
        return Err(invalid_parameter("GlobalSecondaryIndex count exceeds the per-table limit of 20"));
    }
    Ok(made)
}

/// A global secondary index as it is to be; its number is still to come.
pub(crate) fn global_index(
    index: &GlobalSecondaryIndex,
    definitions: &[AttributeDefinition],
    on_demand: bool,
    names: &mut Vec<String>,
) -> Result<IndexRecord, Error> {
    let name = &index.index_name;
    check_defined(&index.key_schema, definitions)?;
    let ((key, more), projection) = (global_key(&index.key_schema)?, projection(&index.projection)?);
    let throughput = match (&index.provisioned_throughput, on_demand) {
        (Some(_), true) => {
            return Err(invalid_parameter(format!(
                "ProvisionedThroughput should not be specified for index: {name} when BillingMode is PAY_PER_REQUEST"
            )));
        }
        (None, false) => {
            return Err(invalid_parameter(format!("ProvisionedThroughput must be specified for index: {name}")));
        }
        (Some(units), false) => provisioned_units(units)?,
        (None, true) => Throughput::default(),
    };
    check_fresh(name, names)?;
    let throughput = bounded(throughput, index.on_demand_throughput.as_ref(), index.warm_throughput.as_ref());
    Ok(IndexRecord { no: 0, name: name.clone(), key, projection, throughput, filling: false, more })
}

fn numbered_after(mut global: Vec<IndexRecord>, local: usize) -> Vec<IndexRecord> {
    let first = u32::try_from(local + 1).unwrap_or(u32::MAX);
    global.iter_mut().zip(first..).for_each(|(index, no)| index.no = no);
    global
}

fn projection(given: &api_dynamodb::Projection) -> Result<Projection, Error> {
    let attributes = given.non_key_attributes.as_ref();
    match (&given.projection_type, attributes) {
        (None, _) => Err(invalid_parameter("Unknown ProjectionType: null")),
        (Some(ProjectionType::Include), Some(attributes)) => {
            Ok(Projection::Include(check_repeated(attributes)?.to_vec()))
        }
        (Some(ProjectionType::Include), None) => {
            Err(invalid_parameter("ProjectionType is INCLUDE, but NonKeyAttributes is not specified"))
        }
        (Some(kind), Some(_)) => {
            Err(invalid_parameter(format!("ProjectionType is {}, but NonKeyAttributes is specified", kind.as_str())))
        }
        (Some(ProjectionType::KeysOnly), None) => Ok(Projection::Keys),
        (Some(_), None) => Ok(Projection::All),
    }
}

fn check_repeated(attributes: &[String]) -> Result<&[String], Error> {
    let repeated = attributes.iter().enumerate().find(|(at, name)| attributes[..*at].contains(name));
    match repeated {
        Some((_, name)) => Err(invalid_parameter(format!("Duplicate NonKeyAttributes: {name}"))),
        None => Ok(attributes),
    }
}

fn check_fresh(name: &str, names: &mut Vec<String>) -> Result<(), Error> {
    if names.iter().any(|seen| seen == name) {
        return Err(invalid_parameter(format!("Duplicate index name: {name}")));
    }
    names.push(name.to_owned());
    Ok(())
}

/// Types may be told of key attributes alone.
pub(crate) fn check_all_used<'a>(
    definitions: &[AttributeDefinition],
    table: &KeyNames,
    indexes: impl Iterator<Item = &'a IndexRecord>,
) -> Result<(), Error> {
    let of_index = |index: &'a IndexRecord| names_of(&index.key).chain(&index.more.hash).chain(&index.more.range);
    let used: Vec<&String> = indexes.flat_map(of_index).chain(names_of(table)).collect();
    if definitions.iter().all(|definition| used.contains(&&definition.attribute_name)) {
        return Ok(());
    }
    let mut keys = used.clone();
    keys.sort_unstable();
    keys.dedup();
    let list = |names: Vec<&String>| names.into_iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    let defined = definitions.iter().map(|definition| &definition.attribute_name).collect();
    Err(invalid_parameter(format!(
        "Some AttributeDefinitions are not used. AttributeDefinitions: [{}], keys used: [{}]",
        list(defined),
        list(keys)
    )))
}

/// The attributes of a key.
fn names_of(key: &KeyNames) -> impl Iterator<Item = &String> {
    std::iter::once(&key.hash).chain(&key.range)
}

fn check_projected<'a>(indexes: impl Iterator<Item = &'a IndexRecord>) -> Result<(), Error> {
    let count: usize =
        indexes.map(|index| if let Projection::Include(names) = &index.projection { names.len() } else { 0 }).sum();
    if count > limits::PROJECTED_ATTRIBUTES {
        return Err(invalid_parameter(format!(
            "Number of projected attributes {count} exceeds the per-table limit of {}",
            limits::PROJECTED_ATTRIBUTES
        )));
    }
    Ok(())
}

/// A key attribute with its type.
pub(crate) fn definition(definition: &AttributeDefinition) -> (String, KeyKind) {
    let kind = match definition.attribute_type {
        ScalarAttributeType::N => KeyKind::N,
        ScalarAttributeType::B => KeyKind::B,
        _ => KeyKind::S,
    };
    (definition.attribute_name.clone(), kind)
}

/// A stream as it is to be; the engine names it.
pub(crate) fn stream(given: Option<&StreamSpecification>) -> Result<Option<StreamSetting>, Error> {
    let Some(given) = given else { return Ok(None) };
    match (given.stream_enabled, &given.stream_view_type) {
        (true, None) => Err(invalid_parameter("StreamViewType must be specified when StreamEnabled is true")),
        (false, Some(_)) => Err(invalid_parameter("StreamViewType can not be specified when StreamEnabled is false")),
        (false, None) => Ok(None),
        (true, Some(view)) => Ok(Some(StreamSetting { no: 0, label: String::new(), view: view_of(view), on: true })),
    }
}

fn view_of(view: &StreamViewType) -> View {
    match view {
        StreamViewType::NewImage => View::New,
        StreamViewType::OldImage => View::Old,
        StreamViewType::KeysOnly => View::Keys,
        _ => View::Both,
    }
}

/// Units where none may be.
pub(crate) const UNITS_ON_DEMAND: &str =
    "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST";
const NO_UNITS: &str =
    "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED";
const NUMBER_OF_ATTRIBUTES: &str =
    "Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions";
