//! Requests to DynamoDB about items of one table: a hundred to a partition, each of about a kilobyte and unlike the others.

use crate::messages::message;

/// Items in one partition.
pub const PARTITION: u64 = 100;
/// Most items of `BatchWriteItem`.
pub const BATCH: u64 = 25;
/// Items of one transaction.
pub const TRANSACTION: u64 = 4;

/// The table with `indexes` global secondary indexes of everything.
pub fn create(table: &str, indexes: usize) -> serde_json::Value {
    let attribute = |name: &str, kind: &str| serde_json::json!({"AttributeName": name, "AttributeType": kind});
    let key = |name: &str, kind: &str| serde_json::json!({"AttributeName": name, "KeyType": kind});
    let names: Vec<String> = (0..indexes).map(|index| format!("g{index}")).collect();
    let mut attributes = vec![attribute("pk", "S"), attribute("sk", "N")];
    attributes.extend(names.iter().map(|name| attribute(name, "S")));
    let mut input = serde_json::json!({
        "TableName": table, "BillingMode": "PAY_PER_REQUEST", "AttributeDefinitions": attributes,
        "KeySchema": [key("pk", "HASH"), key("sk", "RANGE")],
    });
    if indexes > 0 {
        let index = |name: &String| serde_json::json!({"IndexName": format!("by-{name}"), "KeySchema": [key(name, "HASH")], "Projection": {"ProjectionType": "ALL"}});
        input["GlobalSecondaryIndexes"] = names.iter().map(index).collect();
    }
    input
}

/// The key of an item, members of an object without its braces.
fn key(number: u64) -> String {
    format!(r#""pk": {{"S": "partition-{:08}"}}, "sk": {{"N": "{}"}}"#, number / PARTITION, number % PARTITION)
}

/// An item of the given number as it is written the `turn`th time: its values differ, its indexes' keys too.
fn item(number: u64, turn: u64, indexes: usize) -> String {
    let part = |at: u64| message(number.wrapping_mul(31) ^ turn.wrapping_mul(7_919) ^ at);
    let indexed: String = (0..indexes).map(|index| format!(r#", "g{index}": {{"S": "{}"}}"#, &part(9)[..24])).collect();
    format!(
        r#"{{{}, "name": {{"S": "{}"}}, "count": {{"N": "{turn}"}}, "open": {{"BOOL": true}}, "text": {{"S": "{}{}"}}, "tags": {{"L": [{{"S": "{}"}}]}}{indexed}}}"#,
        key(number),
        &part(1)[..64],
        part(2),
        part(3),
        part(4)
    )
}

/// `PutItem`.
pub fn put(table: &str, number: u64, turn: u64, indexes: usize) -> String {
    format!(r#"{{"TableName": "{table}", "Item": {}}}"#, item(number, turn, indexes))
}

/// `GetItem`, consistent.
pub fn get(table: &str, number: u64) -> String {
    format!(r#"{{"TableName": "{table}", "Key": {{{}}}, "ConsistentRead": true}}"#, key(number))
}

/// `UpdateItem` that counts.
pub fn update(table: &str, number: u64) -> String {
    format!(
        r##"{{"TableName": "{table}", "Key": {{{}}}, "UpdateExpression": "SET #c = #c + :one", "ConditionExpression": "attribute_exists(pk)", "ExpressionAttributeNames": {{"#c": "count"}}, "ExpressionAttributeValues": {{":one": {{"N": "1"}}}}}}"##,
        key(number)
    )
}

/// `Query` of a partition.
pub fn query(table: &str, number: u64) -> String {
    let partition = number / PARTITION;
    format!(
        r#"{{"TableName": "{table}", "KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {{":pk": {{"S": "partition-{partition:08}"}}}}}}"#
    )
}

/// `Scan` of a hundred items from the one of this number.
pub fn scan(table: &str, number: u64) -> String {
    format!(r#"{{"TableName": "{table}", "Limit": 100, "ExclusiveStartKey": {{{}}}}}"#, key(number))
}

/// `BatchWriteItem` of [`BATCH`] items that follow each other.
pub fn batch(table: &str, first: u64, turn: u64, indexes: usize) -> String {
    let one = |number| format!(r#"{{"PutRequest": {{"Item": {}}}}}"#, item(number, turn, indexes));
    let all: Vec<String> = (first..first + BATCH).map(one).collect();
    format!(r#"{{"RequestItems": {{"{table}": [{}]}}}}"#, all.join(", "))
}

/// `TransactWriteItems` that counts in [`TRANSACTION`] items which follow each other.
pub fn transact(table: &str, first: u64) -> String {
    let all: Vec<String> =
        (first..first + TRANSACTION).map(|number| format!(r#"{{"Update": {}}}"#, update(table, number))).collect();
    format!(r#"{{"TransactItems": [{}]}}"#, all.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_json_and_items_a_kilobyte() {
        for body in [get("t", 7), update("t", 7), query("t", 7), scan("t", 7), batch("t", 0, 1, 5), transact("t", 0)] {
            serde_json::from_str::<serde_json::Value>(&body).unwrap_or_else(|error| panic!("{error}: {body}"));
        }
        let put: serde_json::Value = serde_json::from_str(&put("t", 123, 1, 5)).unwrap();
        assert_eq!((&put["Item"]["pk"]["S"], &put["Item"]["sk"]["N"]), (&"partition-00000001".into(), &"23".into()));
        assert_eq!(put["Item"].as_object().unwrap().len(), 12);
        assert!((900..1_300).contains(&item(123, 1, 0).len()), "{}", item(123, 1, 0).len());
    }
}
