//! `AWS::DynamoDB::GlobalTable`: a table in the stack's region, and its replicas.

use std::collections::BTreeSet;

use names::Tags;
use serde_json::{Value, json};
use service_kit::properties::{give_name, tags_of, text_of};
use service_kit::{Ctx, Error, Progress, PropertySource, ResourceFuture, ResourceType};

use super::{answer, arn, call, call_unless_gone, described, progress, retag, shape, tags};

/// A table with replicas. Its identifier is its name.
#[derive(Debug)]
pub(crate) struct GlobalTable;

impl ResourceType for GlobalTable {
    fn name(&self) -> &'static str {
        "AWS::DynamoDB::GlobalTable"
    }

    fn properties(&self) -> &'static [&'static str] {
        &[
            "AttributeDefinitions",
            "BillingMode",
            "GlobalSecondaryIndexes",
            "GlobalTableWitnesses",
            "KeySchema",
            "LocalSecondaryIndexes",
            "MultiRegionConsistency",
            "Replicas",
            "SSESpecification",
            "StreamSpecification",
            "TableName",
            "TimeToLiveSpecification",
            "WarmThroughput",
        ]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &["KeySchema", "LocalSecondaryIndexes", "TableName"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn", "StreamArn", "TableId"]
    }

    fn name_it(&self, properties: &mut PropertySource, invent: &dyn Fn(usize) -> String) {
        give_name(properties, "TableName", || invent(255));
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let name = properties.get("TableName").map(text_of).unwrap_or_default();
            call(ctx, "CreateTable", shape::creation(&of_own_replica(ctx, &properties), &name)).await?;
            expire(ctx, &name, &properties).await?;
            replicate(ctx, &name, &properties, &BTreeSet::new()).await?;
            Ok(name)
        }
    }

    fn progress<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Progress> {
        answer! { Ok(progress(&described(ctx, id).await?.unwrap_or_default())) }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let Some(present) = described(ctx, id).await? else { return Ok(None) };
            let mut properties = shape::read(&present, &Tags::new());
            let own = ctx.region.to_string();
            let regions = present_regions(&present).into_iter().chain([own]);
            let replicas: Vec<_> = regions.map(|region| json!({ "Region": region })).collect();
            properties.insert("Replicas".to_owned(), replicas.into());
            properties.insert("TableId".to_owned(), present["TableId"].clone());
            Ok(Some(properties))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, id: &'a str, properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! {
            let present = described(ctx, id).await?.unwrap_or_default();
            let own = of_own_replica(ctx, &properties);
            for change in shape::changes(&own, &present, id) {
                // Replicas tell of changes with both images, whatever a template leaves out.
                if change["StreamSpecification"]["StreamEnabled"] != false {
                    call(ctx, "UpdateTable", change).await?;
                }
            }
            retag(ctx, id, tags_of(&own)).await?;
            replicate(ctx, id, &properties, &present_regions(&present)).await
        }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            let Some(present) = described(ctx, id).await? else { return Ok(()) };
            let gone = present_regions(&present);
            if !gone.is_empty() {
                let gone = gone.iter().map(|region| json!({ "Delete": { "RegionName": region } }));
                let updates: Vec<_> = gone.collect();
                call(ctx, "UpdateTable", json!({ "TableName": id, "ReplicaUpdates": updates })).await?;
            }
            call_unless_gone(ctx, "DeleteTable", json!({ "TableName": id })).await.map(drop)
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let mut global = Vec::new();
            for name in super::names(ctx).await? {
                let present = described(ctx, &name).await?.unwrap_or_default();
                if !present_regions(&present).is_empty() {
                    global.push(name);
                }
            }
            Ok(global)
        }
    }

    fn arn(&self, ctx: &Ctx, id: &str) -> String {
        arn(ctx, id)
    }

    fn tags<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Tags> {
        answer! { tags(ctx, id).await }
    }

    fn relationships<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let present = described(ctx, id).await?.unwrap_or_default();
            let replicas = shape::list(&present, "Replicas").map(|replica| text_of(&replica["ReplicaArn"]));
            Ok(replicas.collect())
        }
    }
}

/// The template's properties, with those that it tells for the replica of the stack's region.
fn of_own_replica(ctx: &Ctx, properties: &PropertySource) -> PropertySource {
    let mut own = properties.clone();
    let replicas = properties.get("Replicas").and_then(Value::as_array).into_iter().flatten();
    let found = replicas.filter_map(Value::as_object).find(|replica| replica["Region"] == ctx.region.as_str());
    for name in ["DeletionProtectionEnabled", "ResourcePolicy", "TableClass", "Tags"] {
        own.extend(found.and_then(|replica| Some((name.to_owned(), replica.get(name)?.clone()))));
    }
    own
}

async fn expire(ctx: &Ctx, name: &str, properties: &PropertySource) -> Result<(), Error> {
    let Some(specification) = properties.get("TimeToLiveSpecification").map(shape::typed) else { return Ok(()) };
    if specification["Enabled"] == true {
        let input = json!({ "TableName": name, "TimeToLiveSpecification": specification });
        call(ctx, "UpdateTimeToLive", input).await?;
    }
    Ok(())
}

/// Makes replicas come and go as the template tells.
async fn replicate(
    ctx: &Ctx,
    name: &str,
    properties: &PropertySource,
    present: &BTreeSet<String>,
) -> Result<(), Error> {
    let replicas = properties.get("Replicas").and_then(Value::as_array).into_iter().flatten();
    let wanted: BTreeSet<_> = replicas.map(|replica| text_of(&replica["Region"])).collect();
    let new = wanted.iter().filter(|region| **region != *ctx.region.as_str() && !present.contains(*region));
    let new: Vec<_> = new.map(|region| json!({ "Create": { "RegionName": region } })).collect();
    let gone = present.iter().filter(|region| !wanted.contains(*region));
    let gone: Vec<_> = gone.map(|region| json!({ "Delete": { "RegionName": region } })).collect();
    if !new.is_empty() {
        let mut input = json!({ "TableName": name, "ReplicaUpdates": new });
        if properties.get("MultiRegionConsistency").is_some_and(|consistency| consistency == "STRONG") {
            input["MultiRegionConsistency"] = "STRONG".into();
        }
        let witnesses = properties.get("GlobalTableWitnesses").and_then(Value::as_array).into_iter().flatten();
        let witnesses: Vec<_> =
            witnesses.map(|witness| json!({ "Create": { "RegionName": witness["Region"] } })).collect();
        if !witnesses.is_empty() {
            input["GlobalTableWitnessUpdates"] = witnesses.into();
        }
        call(ctx, "UpdateTable", input).await?;
    }
    if !gone.is_empty() {
        call(ctx, "UpdateTable", json!({ "TableName": name, "ReplicaUpdates": gone })).await?;
    }
    Ok(())
}

fn present_regions(present: &Value) -> BTreeSet<String> {
    shape::list(present, "Replicas").map(|replica| text_of(&replica["RegionName"])).collect()
}
