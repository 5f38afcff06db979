//! What the tests of this service share: a cloud, and calls in a line.

use std::collections::BTreeMap;

use api_dynamodb::*;
use service_kit::{Error, Fault, Outcome};
use testkit::TestCloud;

/// A cloud with this service alone.
pub(crate) fn cloud() -> TestCloud {
    TestCloud::new(|parts| vec![svc_dynamodb::service(parts)])
}

/// A key attribute with its type.
pub(crate) fn defined(name: &str, kind: &str) -> AttributeDefinition {
    AttributeDefinition { attribute_name: name.to_owned(), attribute_type: kind.into() }
}

/// A key from its attributes.
pub(crate) fn key(names: &[&str]) -> Vec<KeySchemaElement> {
    let kinds = [KeyType::Hash, KeyType::Range];
    let element =
        |(name, key_type): (&&str, KeyType)| KeySchemaElement { attribute_name: (*name).to_owned(), key_type };
    names.iter().zip(kinds).map(element).collect()
}

/// The input that creates an on-demand table with texts for keys.
pub(crate) fn creating(name: &str, keys: &[&str]) -> CreateTableInput {
    CreateTableInput {
        table_name: name.to_owned(),
        attribute_definitions: Some(keys.iter().map(|key| defined(key, "S")).collect()),
        key_schema: Some(key(keys)),
        billing_mode: Some(BillingMode::PayPerRequest),
        ..Default::default()
    }
}

/// Creates an on-demand table with texts for keys.
pub(crate) async fn create(cloud: &TestCloud, name: &str, keys: &[&str]) -> TableDescription {
    let made = cloud.call::<CreateTable>(creating(name, keys)).await.unwrap();
    made.table_description.unwrap()
}

/// Describes a table.
pub(crate) async fn describe(cloud: &TestCloud, name: &str) -> TableDescription {
    let input = DescribeTableInput { table_name: name.to_owned() };
    cloud.call::<DescribeTable>(input).await.unwrap().table.unwrap()
}

/// A projection of everything, or of keys, or of these attributes besides.
pub(crate) fn projecting(kind: ProjectionType, names: &[&str]) -> Projection {
    let non_key_attributes = (!names.is_empty()).then(|| names.iter().map(|name| (*name).to_owned()).collect());
    Projection { projection_type: Some(kind), non_key_attributes }
}

/// A global secondary index of everything.
pub(crate) fn global(name: &str, keys: &[&str]) -> GlobalSecondaryIndex {
    GlobalSecondaryIndex {
        index_name: name.to_owned(),
        key_schema: key(keys),
        projection: projecting(ProjectionType::All, &[]),
        ..Default::default()
    }
}

/// A local secondary index of everything.
pub(crate) fn local(name: &str, keys: &[&str]) -> LocalSecondaryIndex {
    LocalSecondaryIndex {
        index_name: name.to_owned(),
        key_schema: key(keys),
        projection: projecting(ProjectionType::All, &[]),
    }
}

/// Units of capacity.
pub(crate) fn units(read: i64, write: i64) -> Option<ProvisionedThroughput> {
    Some(ProvisionedThroughput { read_capacity_units: read, write_capacity_units: write })
}

/// The text of a `ValidationException`; what else comes of a call is a failed test.
pub(crate) fn refused<O: smithy::Operation>(outcome: Outcome<O>) -> String {
    match outcome {
        Err(Error::Fault(Fault::Invalid { message })) => message,
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("{} succeeded", O::SCHEMA.name),
    }
}

/// A text.
pub(crate) fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

/// A number.
pub(crate) fn n(number: impl ToString) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// An item or a key from pairs.
pub(crate) fn item<const N: usize>(pairs: [(&str, AttributeValue); N]) -> BTreeMap<String, AttributeValue> {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A cloud with tables and their streams.
pub(crate) fn cloud_with_streams() -> TestCloud {
    TestCloud::new(|parts| vec![svc_dynamodb::service(parts), svc_dynamodb::streams(parts)])
}

/// Puts an item.
pub(crate) async fn put<const N: usize>(cloud: &TestCloud, table: &str, pairs: [(&str, AttributeValue); N]) {
    let input = PutItemInput { table_name: table.to_owned(), item: item(pairs), ..Default::default() };
    cloud.call::<PutItem>(input).await.unwrap();
}

/// Gets an item.
pub(crate) async fn get<const N: usize>(
    cloud: &TestCloud,
    table: &str,
    key: [(&str, AttributeValue); N],
) -> Option<BTreeMap<String, AttributeValue>> {
    let input = GetItemInput { table_name: table.to_owned(), key: item(key), ..Default::default() };
    cloud.call::<GetItem>(input).await.unwrap().item
}

/// Names of attributes behind their placeholders.
pub(crate) fn names(pairs: &[(&str, &str)]) -> Option<BTreeMap<String, String>> {
    Some(pairs.iter().map(|(key, name)| ((*key).to_owned(), (*name).to_owned())).collect())
}

/// The input that updates an item by an expression.
pub(crate) fn updating<const N: usize, const V: usize>(
    table: &str,
    key: [(&str, AttributeValue); N],
    expression: &str,
    values: [(&str, AttributeValue); V],
) -> UpdateItemInput {
    UpdateItemInput {
        table_name: table.to_owned(),
        key: item(key),
        update_expression: Some(expression.to_owned()),
        expression_attribute_values: (V > 0).then(|| item(values)),
        ..Default::default()
    }
}

/// Every item of a table.
pub(crate) async fn everything(cloud: &TestCloud, table: &str) -> Vec<BTreeMap<String, AttributeValue>> {
    let input = ScanInput { table_name: table.to_owned(), ..Default::default() };
    cloud.call::<Scan>(input).await.unwrap().items.unwrap()
}
