//! The tables of a run, and what is read of them whole: an index holds what its table holds, and a stream, followed from
//! its beginning, makes of nothing what its table holds.

use std::collections::BTreeMap;
use std::future::Future;
use std::io;

use serde_json::{Value, json};

use super::act::{ACCOUNTS, BALANCE, account, n};
use crate::wire::{Connection, Reply};

/// The first has nothing but items, and is written blindly; the second has an index and a stream.
pub(crate) const TABLES: [&str; 2] = ["plain", "indexed"];
const INDEX: &str = "by-value";

/// A request to DynamoDB or to its streams.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// `X-Amz-Target`.
    pub target: String,
    /// The body.
    pub input: Value,
}

/// A way to a cloud.
pub trait Door {
    /// Calls it. An error is a call without an answer.
    fn call(&mut self, request: &Request) -> impl Future<Output = io::Result<Reply>>;
}

impl Request {
    /// A call of DynamoDB.
    pub(crate) fn new(operation: &str, input: Value) -> Self {
        Self { target: format!("DynamoDB_20120810.{operation}"), input }
    }

    fn streams(operation: &str, input: Value) -> Self {
        Self { target: format!("DynamoDBStreams_20120810.{operation}"), input }
    }

    /// The same with more members.
    pub(crate) fn with(mut self, more: Value) -> Self {
        if let (Value::Object(all), Value::Object(more)) = (&mut self.input, more) {
            all.extend(more);
        }
        self
    }
}

impl Door for Connection {
    async fn call(&mut self, request: &Request) -> io::Result<Reply> {
        Self::call(self, "dynamodb", &request.target, &request.input)
    }
}

/// Makes the tables and the accounts. Nothing fails yet.
///
/// # Errors
/// When the cloud does not make them.
pub async fn make(door: &mut impl Door) -> io::Result<()> {
    let usual = |name: &str| {
        json!({
            "TableName": name, "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}],
        })
    };
    let text = json!({"AttributeName": "k", "AttributeType": "S"});
    let plain = Request::new("CreateTable", usual(TABLES[0])).with(json!({ "AttributeDefinitions": [&text] }));
    let indexed = Request::new("CreateTable", usual(TABLES[1])).with(json!({
        "AttributeDefinitions": [text, {"AttributeName": "v", "AttributeType": "N"}],
        "GlobalSecondaryIndexes": [{
            "IndexName": INDEX, "KeySchema": [{"AttributeName": "v", "KeyType": "HASH"}], "Projection": {"ProjectionType": "ALL"},
        }],
        "StreamSpecification": {"StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    }));
    output(door, &plain).await?;
    output(door, &indexed).await?;
    for place in (0..ACCOUNTS).map(account) {
        let item = json!({"k": {"S": place.1}, "m": n(BALANCE)});
        output(door, &Request::new("PutItem", json!({"TableName": TABLES[place.0], "Item": item}))).await?;
    }
    Ok(())
}

/// Holds the index and the stream of a table at rest against what it holds. Gives how many changes the stream told.
///
/// # Errors
/// What differs.
pub async fn whole(door: &mut impl Door) -> Result<usize, String> {
    let io = |error: io::Error| error.to_string();
    let items = scan(door, json!({"TableName": TABLES[1], "ConsistentRead": true})).await.map_err(io)?;
    let index = scan(door, json!({"TableName": TABLES[1], "IndexName": INDEX})).await.map_err(io)?;
    let valued: BTreeMap<_, _> = items.clone().into_iter().filter(|(_, item)| !item["v"].is_null()).collect();
    if valued != index {
        return Err(format!("the table holds {valued:?}, and its index {index:?}"));
    }
    let changes = changes(door).await.map_err(io)?;
    let mut made = BTreeMap::new();
    for change in &changes {
        let key = change["Keys"]["k"]["S"].as_str().unwrap_or_default().to_owned();
        let (old, new) = (change.get("OldImage"), change.get("NewImage"));
        let was = match new {
            Some(new) => made.insert(key, new.clone()),
            None => made.remove(&key),
        };
        if was.as_ref() != old {
            return Err(format!("the stream told of {was:?}, and then {change}"));
        }
    }
    if made == items { Ok(changes.len()) } else { Err(format!("the stream makes {made:?}, the table holds {items:?}")) }
}

async fn scan(door: &mut impl Door, input: Value) -> io::Result<BTreeMap<String, Value>> {
    let mut all = BTreeMap::new();
    let mut request = Request::new("Scan", input);
    loop {
        let page = output(door, &request).await?;
        for item in page["Items"].as_array().into_iter().flatten() {
            all.insert(item["k"]["S"].as_str().unwrap_or_default().to_owned(), item.clone());
        }
        match page.get("LastEvaluatedKey") {
            Some(last) => request = request.with(json!({ "ExclusiveStartKey": last })),
            None => return Ok(all),
        }
    }
}

/// Every change that the stream tells, in its order.
async fn changes(door: &mut impl Door) -> io::Result<Vec<Value>> {
    let table = output(door, &Request::new("DescribeTable", json!({"TableName": TABLES[1]}))).await?;
    let arn = &table["Table"]["LatestStreamArn"];
    let stream = output(door, &Request::streams("DescribeStream", json!({ "StreamArn": arn }))).await?;
    let mut all = Vec::new();
    for shard in stream["StreamDescription"]["Shards"].as_array().into_iter().flatten() {
        let input = json!({"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"});
        let mut iterator = output(door, &Request::streams("GetShardIterator", input)).await?["ShardIterator"].take();
        loop {
            let mut page = output(door, &Request::streams("GetRecords", json!({ "ShardIterator": iterator }))).await?;
            let Value::Array(records) = page["Records"].take() else { break };
            if records.is_empty() {
                break;
            }
            all.extend(records.into_iter().map(|mut record| record["dynamodb"].take()));
            iterator = page["NextShardIterator"].take();
            if iterator.is_null() {
                break;
            }
        }
    }
    Ok(all)
}

async fn output(door: &mut impl Door, request: &Request) -> io::Result<Value> {
    match door.call(request).await? {
        Reply::Output(output) => Ok(output),
        other => Err(io::Error::other(format!("{request:?}: {other:?}"))),
    }
}
