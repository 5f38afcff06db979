//! Properties of templates and parameters of operations turned into each other. Pure.

use names::Tags;
use serde_json::{Map, Value, json};
use service_kit::PropertySource;
use service_kit::properties::{show_tags, tags_of, text_of};

/// Properties that are parameters of `CreateTable` of the same name.
pub(super) const SAME: [&str; 11] = [
    "AttributeDefinitions",
    "BillingMode",
    "DeletionProtectionEnabled",
    "GlobalSecondaryIndexes",
    "KeySchema",
    "LocalSecondaryIndexes",
    "OnDemandThroughput",
    "ProvisionedThroughput",
    "TableClass",
    "TableName",
    "WarmThroughput",
];

/// The parameters of `CreateTable`.
pub(super) fn creation(properties: &PropertySource, name: &str) -> Value {
    let mut input = Map::new();
    for property in SAME {
        if let Some(value) = properties.get(property) {
            input.insert(property.to_owned(), typed(value));
        }
    }
    input.insert("TableName".to_owned(), name.into());
    if let Some(view) = properties.get("StreamSpecification").and_then(|stream| stream.get("StreamViewType")) {
        input.insert("StreamSpecification".to_owned(), json!({ "StreamEnabled": true, "StreamViewType": view }));
    }
    if let Some(encryption) = encryption(properties) {
        input.insert("SSESpecification".to_owned(), encryption);
    }
    if let Some(policy) = properties.get("ResourcePolicy").map(|policy| &policy["PolicyDocument"]) {
        input.insert("ResourcePolicy".to_owned(), document(policy).into());
    }
    show_tags(&mut input, &tags_of(properties));
    indexed_without_insights(&mut input);
    Value::Object(input)
}

/// What `UpdateTable` is told, one call for each change that it takes alone. `present` is the table's description.
pub(super) fn changes(properties: &PropertySource, present: &Value, name: &str) -> Vec<Value> {
    let wanted = creation(properties, name);
    let mut calls = Vec::new();
    let mode = wanted["BillingMode"].as_str().unwrap_or("PROVISIONED");
    let now = present["BillingModeSummary"]["BillingMode"].as_str().unwrap_or("PROVISIONED");
    let units = &wanted["ProvisionedThroughput"];
    let differ = |name: &str| !units[name].is_null() && units[name] != present["ProvisionedThroughput"][name];
    if mode != now || differ("ReadCapacityUnits") || differ("WriteCapacityUnits") {
        let mut call = json!({ "BillingMode": mode });
        if mode == "PROVISIONED" {
            call["ProvisionedThroughput"] = units.clone();
            call["GlobalSecondaryIndexUpdates"] = index_units(&wanted, present);
        }
        calls.push(call);
    }
    calls.extend(index_changes(&wanted, present));
    let stream = (&wanted["StreamSpecification"]["StreamViewType"], &present["StreamSpecification"]["StreamViewType"]);
    if stream.0 != stream.1 {
        if !stream.1.is_null() {
            calls.push(json!({ "StreamSpecification": { "StreamEnabled": false } }));
        }
        if !stream.0.is_null() {
            calls.push(json!({ "StreamSpecification": wanted["StreamSpecification"] }));
        }
    }
    let protected = wanted["DeletionProtectionEnabled"].as_bool().unwrap_or_default();
    if protected != present["DeletionProtectionEnabled"].as_bool().unwrap_or_default() {
        calls.push(json!({ "DeletionProtectionEnabled": protected }));
    }
    let class = wanted["TableClass"].as_str().unwrap_or("STANDARD");
    if class != present["TableClassSummary"]["TableClass"].as_str().unwrap_or("STANDARD") {
        calls.push(json!({ "TableClass": class }));
    }
    let sealed = wanted["SSESpecification"]["Enabled"].as_bool().unwrap_or_default();
    if sealed != present["SSEDescription"].is_object() {
        calls.push(json!({ "SSESpecification": encryption(properties).unwrap_or(json!({ "Enabled": false })) }));
    }
    calls.iter_mut().for_each(|call| call["TableName"] = name.into());
    calls
}

fn index_units(wanted: &Value, present: &Value) -> Value {
    let there = |name: &Value| list(present, "GlobalSecondaryIndexes").any(|index| index["IndexName"] == *name);
    let wanted = list(wanted, "GlobalSecondaryIndexes").filter(|index| there(&index["IndexName"]));
    let update = |index: &Value| {
        json!({ "Update": {
            "IndexName": index["IndexName"],
            "ProvisionedThroughput": index["ProvisionedThroughput"],
        } })
    };
    let updates: Vec<_> = wanted.filter(|index| index["ProvisionedThroughput"].is_object()).map(update).collect();
    updates.into()
}

/// Indexes that come and go: one a call.
fn index_changes(wanted: &Value, present: &Value) -> Vec<Value> {
    let named = |of: &Value, name: &Value| list(of, "GlobalSecondaryIndexes").any(|index| index["IndexName"] == *name);
    let gone = list(present, "GlobalSecondaryIndexes").filter(|index| !named(wanted, &index["IndexName"]));
    let gone =
        gone.map(|index| json!({ "GlobalSecondaryIndexUpdates": [{ "Delete": { "IndexName": index["IndexName"] } }] }));
    let new = list(wanted, "GlobalSecondaryIndexes").filter(|index| !named(present, &index["IndexName"]));
    let new = new.map(|index| {
        json!({
            "AttributeDefinitions": wanted["AttributeDefinitions"],
            "GlobalSecondaryIndexUpdates": [{ "Create": index }],
        })
    });
    gone.chain(new).collect()
}

/// A table's properties as they are.
pub(super) fn read(present: &Value, tags: &Tags) -> PropertySource {
    let mut properties = PropertySource::new();
    for name in ["AttributeDefinitions", "KeySchema", "TableName", "DeletionProtectionEnabled", "OnDemandThroughput"] {
        keep(&mut properties, name, &present[name]);
    }
    let on_demand = present["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST";
    properties.insert("BillingMode".into(), if on_demand { "PAY_PER_REQUEST" } else { "PROVISIONED" }.into());
    if !on_demand {
        properties.insert("ProvisionedThroughput".into(), units(&present["ProvisionedThroughput"]));
    }
    for (name, global) in [("GlobalSecondaryIndexes", true), ("LocalSecondaryIndexes", false)] {
        let indexes: Vec<_> = list(present, name).map(|shown| index(shown, global && !on_demand)).collect();
        if !indexes.is_empty() {
            properties.insert(name.into(), indexes.into());
        }
    }
    if let Some(view) = present["StreamSpecification"]["StreamViewType"].as_str() {
        properties.insert("StreamSpecification".into(), json!({ "StreamViewType": view }));
    }
    keep(&mut properties, "TableClass", &present["TableClassSummary"]["TableClass"]);
    if present["SSEDescription"].is_object() {
        let key = &present["SSEDescription"]["KMSMasterKeyArn"];
        properties
            .insert("SSESpecification".into(), json!({ "SSEEnabled": true, "SSEType": "KMS", "KMSMasterKeyId": key }));
    }
    show_tags(&mut properties, tags);
    keep(&mut properties, "Arn", &present["TableArn"]);
    if present["StreamSpecification"].is_object() {
        keep(&mut properties, "StreamArn", &present["LatestStreamArn"]);
    }
    properties
}

fn index(shown: &Value, with_units: bool) -> Value {
    let mut made = json!({
        "IndexName": shown["IndexName"], "KeySchema": shown["KeySchema"], "Projection": shown["Projection"],
    });
    if with_units {
        made["ProvisionedThroughput"] = units(&shown["ProvisionedThroughput"]);
    }
    made
}

fn units(shown: &Value) -> Value {
    json!({ "ReadCapacityUnits": shown["ReadCapacityUnits"], "WriteCapacityUnits": shown["WriteCapacityUnits"] })
}

fn keep(properties: &mut PropertySource, name: &str, value: &Value) {
    if !value.is_null() {
        properties.insert(name.to_owned(), value.clone());
    }
}

fn encryption(properties: &PropertySource) -> Option<Value> {
    let given = properties.get("SSESpecification")?;
    let mut made = json!({ "Enabled": typed(&given["SSEEnabled"]) });
    for name in ["SSEType", "KMSMasterKeyId"] {
        if !given[name].is_null() {
            made[name] = given[name].clone();
        }
    }
    Some(made)
}

/// Indexes of templates may tell more than the API is told at once.
fn indexed_without_insights(input: &mut Map<String, Value>) {
    let indexes = input.get_mut("GlobalSecondaryIndexes").and_then(Value::as_array_mut);
    for index in indexes.into_iter().flatten().filter_map(Value::as_object_mut) {
        index.remove("ContributorInsightsSpecification");
    }
}

/// Numbers and truths that a template wrote as texts, as what they are.
pub(super) fn typed(value: &Value) -> Value {
    match value {
        Value::Array(all) => all.iter().map(typed).collect(),
        Value::Object(all) => all.iter().map(|(name, value)| (name.clone(), of_member(name, value))).collect(),
        Value::String(text) if text == "true" || text == "false" => (text == "true").into(),
        other => other.clone(),
    }
}

fn of_member(name: &str, value: &Value) -> Value {
    let is_number = name.ends_with("Units") || name.ends_with("PerSecond") || name.ends_with("InDays");
    match value.as_str().and_then(|text| text.parse::<i64>().ok()).filter(|_| is_number) {
        Some(number) => number.into(),
        None => typed(value),
    }
}

/// A document as the text that an operation takes.
pub(super) fn document(value: &Value) -> String {
    text_of(value)
}

/// The elements of a member that is a list.
pub(super) fn list<'a>(of: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    of[name].as_array().into_iter().flatten()
}
