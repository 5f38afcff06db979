//! Creating tables: AWS's rules in AWS's words, one line each. Texts: dynalite's tests, which were run against AWS.

use api_dynamodb::*;

use crate::cloud::*;

type Change = fn(&mut CreateTableInput);

const CASES: &[(Change, &str)] = &[
    (|i| i.table_name = "ab".into(), "TableName must be at least 3 characters long and at most 255 characters long"),
    (
        |i| i.table_name = "a;b".into(),
        "1 validation error detected: Value 'a;b' at 'tableName' failed to satisfy constraint: Member must satisfy \
         regular expression pattern: [a-zA-Z0-9_.-]+",
    ),
    (
        |i| i.provisioned_throughput = units(1, 1),
        "One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be specified \
         when BillingMode is PAY_PER_REQUEST",
    ),
    (
        |i| i.billing_mode = None,
        "One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be specified \
         when BillingMode is PROVISIONED",
    ),
    (
        |i| (i.billing_mode, i.provisioned_throughput) = (None, units(1_000_000_000_001, 1)),
        "Given value 1000000000001 for ReadCapacityUnits is out of bounds",
    ),
    (
        |i| (i.billing_mode, i.provisioned_throughput) = (None, units(1, 1_000_000_000_001)),
        "Given value 1000000000001 for WriteCapacityUnits is out of bounds",
    ),
    (|i| i.attribute_definitions = Some(vec![]), "Invalid KeySchema: Some index key attribute have no definition"),
    (
        |i| i.attribute_definitions = Some(vec![defined("b", "S")]),
        "One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. \
         Keys: [a], AttributeDefinitions: [b]",
    ),
    (
        |i| {
            i.key_schema = Some(key(&["a", "a"]));
            i.attribute_definitions = Some(vec![defined("a", "S"), defined("b", "S")]);
        },
        "Both the Hash Key and the Range Key element in the KeySchema have the same name",
    ),
    (
        |i| i.key_schema.as_mut().unwrap()[0].key_type = KeyType::Range,
        "Invalid KeySchema: The first KeySchemaElement is not a HASH key type",
    ),
    (
        |i| {
            *i = creating("abc", &["a", "b"]);
            i.key_schema.as_mut().unwrap()[1].key_type = KeyType::Hash;
        },
        "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type",
    ),
    (
        |i| i.attribute_definitions = Some(vec![defined("a", "S"), defined("b", "S")]),
        "One or more parameter values were invalid: Number of attributes in KeySchema does not exactly match number of \
         attributes defined in AttributeDefinitions",
    ),
    (
        |i| i.local_secondary_indexes = Some(vec![]),
        "One or more parameter values were invalid: List of LocalSecondaryIndexes is empty",
    ),
    (
        |i| i.local_secondary_indexes = Some(vec![local("idx", &["a", "a"])]),
        "One or more parameter values were invalid: Table KeySchema does not have a range key, which is required when \
         specifying a LocalSecondaryIndex",
    ),
    (
        |i| {
            *i = creating("abc", &["a", "b"]);
            i.local_secondary_indexes = Some(vec![local("idx", &["a"])]);
        },
        "One or more parameter values were invalid: Index KeySchema does not have a range key for index: idx",
    ),
    (
        |i| {
            *i = creating("abc", &["a", "b"]);
            i.local_secondary_indexes = Some(vec![local("idx", &["b", "a"])]);
        },
        "One or more parameter values were invalid: Index KeySchema does not have the same leading hash key as table \
         KeySchema for index: idx. index hash key: b, table hash key: a",
    ),
    (
        |i| {
            *i = creating("abc", &["a", "b"]);
            let mut index = local("idx", &["a", "b"]);
            index.projection = Projection::default();
            i.local_secondary_indexes = Some(vec![index]);
        },
        "One or more parameter values were invalid: Unknown ProjectionType: null",
    ),
    (
        |i| {
            *i = creating("abc", &["a", "b"]);
            let mut index = local("idx", &["a", "b"]);
            index.projection = projecting(ProjectionType::KeysOnly, &["c"]);
            i.local_secondary_indexes = Some(vec![index]);
        },
        "One or more parameter values were invalid: ProjectionType is KEYS_ONLY, but NonKeyAttributes is specified",
    ),
    (
        |i| {
            *i = creating("abc", &["a", "b"]);
            i.local_secondary_indexes = Some(vec![local("idx", &["a", "b"]), local("idx", &["a", "b"])]);
        },
        "One or more parameter values were invalid: Duplicate index name: idx",
    ),
    (
        |i| {
            *i = creating("abc", &["a", "b"]);
            let names = ["ix1", "ix2", "ix3", "ix4", "ix5", "ix6"];
            i.local_secondary_indexes = Some(names.map(|name| local(name, &["a", "b"])).to_vec());
        },
        "One or more parameter values were invalid: Number of LocalSecondaryIndexes exceeds per-table limit of 5",
    ),
    (
        |i| i.global_secondary_indexes = Some(vec![]),
        "One or more parameter values were invalid: List of GlobalSecondaryIndexes is empty",
    ),
    (
        |i| i.global_secondary_indexes = Some(vec![global("idx", &["c"])]),
        "One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. \
         Keys: [c], AttributeDefinitions: [a]",
    ),
    (
        |i| {
            let mut index = global("idx", &["a"]);
            index.provisioned_throughput = units(1, 1);
            i.global_secondary_indexes = Some(vec![index]);
        },
        "One or more parameter values were invalid: ProvisionedThroughput should not be specified for index: idx when \
         BillingMode is PAY_PER_REQUEST",
    ),
    (
        |i| {
            let names: Vec<_> = (0..21).map(|no| format!("ix{no:02}")).collect();
            i.global_secondary_indexes = Some(names.iter().map(|name| global(name, &["a"])).collect());
        },
        "One or more parameter values were invalid: GlobalSecondaryIndex count exceeds the per-table limit of 20",
    ),
    (
        |i| {
            i.global_secondary_indexes = Some(vec![global("idx", &["a"])]);
            i.attribute_definitions = Some(vec![defined("a", "S"), defined("b", "S")]);
        },
        "One or more parameter values were invalid: Some AttributeDefinitions are not used. AttributeDefinitions: \
         [a, b], keys used: [a]",
    ),
    (
        |i| {
            let specification = StreamSpecification { stream_enabled: true, stream_view_type: None };
            i.stream_specification = Some(specification);
        },
        "One or more parameter values were invalid: StreamViewType must be specified when StreamEnabled is true",
    ),
];

#[tokio::test]
async fn create_table_refuses_in_the_words_of_aws() {
    let cloud = cloud();
    for (change, text) in CASES {
        let mut input = creating("abc", &["a"]);
        change(&mut input);
        assert_eq!(refused::<CreateTable>(cloud.call::<CreateTable>(input).await), *text);
    }
    let names = cloud.call::<ListTables>(ListTablesInput::default()).await.unwrap();
    assert_eq!(names.table_names.unwrap(), Vec::<String>::new(), "nothing was made on the way");
}
