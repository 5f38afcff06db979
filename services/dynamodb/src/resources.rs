//! Resource types, for stacks, inventories and the map of what talks to what. Each calls the service's own operations, by
//! their names, for a template's properties have nearly the form of their parameters.

mod global_table;
mod shape;
mod table;

use names::Tags;
use serde_json::{Value, json};
use service_kit::properties::{Retag, tag_list, text_of};
use service_kit::{Ctx, Error, Progress, Sender, Service, answer};

use crate::store::SERVICE;

/// Adds the service's resource types.
pub(crate) fn add(service: Service) -> Service {
    service.resource(table::Table).resource(global_table::GlobalTable)
}

/// Calls one of the service's operations on behalf of the caller.
async fn call(ctx: &Ctx, operation: &str, input: Value) -> Result<Value, Error> {
    let sender = Sender { cloud: ctx.cloud().clone(), caller: ctx.caller.clone(), source_arn: None };
    sender.call_json(&ctx.region, SERVICE, operation, &[], &input).await
}

/// The same of a table that may be gone.
async fn call_unless_gone(ctx: &Ctx, operation: &str, input: Value) -> Result<Option<Value>, Error> {
    match call(ctx, operation, input).await {
        Err(Error::Modeled(error)) if error.schema.code == "ResourceNotFoundException" => Ok(None),
        answer => answer.map(Some),
    }
}

/// The ARN of a table in the account and region called.
fn arn(ctx: &Ctx, name: &str) -> String {
    names::Arn::regional(SERVICE, &ctx.region, ctx.account(), format!("table/{name}")).to_string()
}

/// A table's tags.
async fn tags(ctx: &Ctx, name: &str) -> Result<Tags, Error> {
    let (mut tags, mut token) = (Tags::new(), Value::Null);
    loop {
        let mut input = json!({ "ResourceArn": arn(ctx, name) });
        if !token.is_null() {
            input["NextToken"] = token;
        }
        let mut page = call(ctx, "ListTagsOfResource", input).await?;
        let found = page["Tags"].as_array().into_iter().flatten();
        tags.extend(found.map(|tag| (text_of(&tag["Key"]), text_of(&tag["Value"]))));
        token = page["NextToken"].take();
        if token.is_null() {
            return Ok(tags);
        }
    }
}

/// Makes a table's tags those that a template tells.
async fn retag(ctx: &Ctx, name: &str, wanted: Tags) -> Result<(), Error> {
    let change = Retag::between(&tags(ctx, name).await?, wanted);
    if let Some(gone) = change.gone {
        call(ctx, "UntagResource", json!({ "ResourceArn": arn(ctx, name), "TagKeys": gone })).await?;
    }
    if let Some(list) = change.set.as_ref().and_then(tag_list) {
        call(ctx, "TagResource", json!({ "ResourceArn": arn(ctx, name), "Tags": list })).await?;
    }
    Ok(())
}

/// Names of all tables.
async fn names(ctx: &Ctx) -> Result<Vec<String>, Error> {
    let (mut names, mut after) = (Vec::new(), Value::Null);
    loop {
        let input = if after.is_null() { json!({}) } else { json!({ "ExclusiveStartTableName": after }) };
        let mut page = call(ctx, "ListTables", input).await?;
        names.extend(page["TableNames"].as_array().into_iter().flatten().map(text_of));
        after = page["LastEvaluatedTableName"].take();
        if after.is_null() {
            return Ok(names);
        }
    }
}

/// How far a table is: as far as its indexes and replicas, which are filled in the background.
fn progress(table: &Value) -> Progress {
    let states = |list: &str, state: &str| {
        let all = table[list].as_array().into_iter().flatten();
        all.filter_map(|one| one[state].as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    let of_parts = [states("GlobalSecondaryIndexes", "IndexStatus"), states("Replicas", "ReplicaStatus")].concat();
    let busy = of_parts.iter().any(|state| state != "ACTIVE");
    if busy { Progress::Underway } else { Progress::Settled }
}

/// A table's description; none when it is gone.
async fn described(ctx: &Ctx, name: &str) -> Result<Option<Value>, Error> {
    let answer = call_unless_gone(ctx, "DescribeTable", json!({ "TableName": name })).await?;
    Ok(answer.map(|mut answer| answer["Table"].take()))
}
