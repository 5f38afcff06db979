//! What calls on items refuse, in AWS's words. Texts: dynalite's tests, which were run against AWS.

use api_dynamodb::*;
use testkit::TestCloud;

use crate::cloud::*;

async fn table(cloud: &TestCloud) {
    let mut input = creating("abc", &["k"]);
    input.attribute_definitions = Some(vec![defined("k", "S"), defined("g", "N")]);
    input.global_secondary_indexes = Some(vec![global("idx", &["g"])]);
    cloud.call::<CreateTable>(input).await.unwrap();
}

type Make = fn() -> AttributeValue;

const TYPES: &[(&str, Make, &str)] = &[
    (
        "unset",
        || AttributeValue::Unset,
        "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
    ),
    (
        "null",
        || AttributeValue::Null(false),
        "One or more parameter values were invalid: Null attribute value types must have the value of true",
    ),
    ("ss", || AttributeValue::Ss(vec![]), "One or more parameter values were invalid: An string set  may not be empty"),
    ("ns", || AttributeValue::Ns(vec![]), "One or more parameter values were invalid: An number set  may not be empty"),
    ("bs", || AttributeValue::Bs(vec![]), "One or more parameter values were invalid: Binary sets should not be empty"),
    (
        "ss2",
        || AttributeValue::Ss(vec!["a".into(), "a".into()]),
        "One or more parameter values were invalid: Input collection [a, a] contains duplicates.",
    ),
    ("ns2", || AttributeValue::Ns(vec!["1".into(), "1.0".into()]), "Input collection contains duplicates"),
    (
        "bs2",
        || AttributeValue::Bs(vec!["a".into(), "a".into()]),
        "One or more parameter values were invalid: Input collection [YQ==, YQ==]of type BS contains duplicates.",
    ),
    ("n", || n(""), "The parameter cannot be converted to a numeric value"),
    ("n", || n("b"), "The parameter cannot be converted to a numeric value: b"),
    ("n", || n("1e126"), "Number overflow. Attempting to store a number with magnitude larger than supported range"),
    ("n", || n("1e-131"), "Number underflow. Attempting to store a number with magnitude smaller than supported range"),
    (
        "n",
        || n("123456789012345678901234567890123456789"),
        "Attempting to store more than 38 significant digits in a Number",
    ),
    (
        "deep",
        || (0..33).fold(n(1), |inner, _| AttributeValue::L(vec![inner])),
        "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit",
    ),
];

#[tokio::test]
async fn values_that_are_none() {
    let cloud = cloud();
    table(&cloud).await;
    for (name, value, text) in TYPES {
        let input = PutItemInput {
            table_name: "abc".into(),
            item: item([("k", s("a")), ("v", value())]),
            ..Default::default()
        };
        assert_eq!(refused::<PutItem>(cloud.call::<PutItem>(input).await), *text, "{name}");
    }
}

#[tokio::test]
async fn items_that_cannot_be_put() {
    let cloud = cloud();
    table(&cloud).await;
    for (given, text) in [
        (
            item([("v", n(1))]),
            "One or more parameter values were invalid: Missing the key k in the item".to_owned(),
        ),
        (
            item([("k", n(1))]),
            "One or more parameter values were invalid: Type mismatch for key k expected: S actual: N".to_owned(),
        ),
        (
            item([("k", s(""))]),
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty \
             string value. Key: k"
                .to_owned(),
        ),
        (
            item([("k", s(&"x".repeat(2_049)))]),
            "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes"
                .to_owned(),
        ),
        (
            item([("k", s("a")), ("g", s("b"))]),
            "One or more parameter values were invalid: Type mismatch for Index Key g Expected: N Actual: S IndexName: idx"
                .to_owned(),
        ),
        (
            item([("k", s("a")), ("v", s(&"x".repeat(409_600)))]),
            "Item size has exceeded the maximum allowed size".to_owned(),
        ),
    ] {
        let input = PutItemInput { table_name: "abc".into(), item: given, ..Default::default() };
        assert_eq!(refused::<PutItem>(cloud.call::<PutItem>(input).await), text);
    }
    let fits = item([("k", s("a")), ("v", s(&"x".repeat(409_600 - 3)))]);
    let input = PutItemInput { table_name: "abc".into(), item: fits, ..Default::default() };
    cloud.call::<PutItem>(input).await.unwrap();
}

#[tokio::test]
async fn keys_that_are_none_and_tables_that_are_not_there() {
    let cloud = cloud();
    table(&cloud).await;
    for key in [item([]), item([("v", s("a"))]), item([("k", n(1))]), item([("k", s("a")), ("v", s("b"))])] {
        let input = GetItemInput { table_name: "abc".into(), key, ..Default::default() };
        let text = refused::<GetItem>(cloud.call::<GetItem>(input).await);
        assert_eq!(text, "The provided key element does not match the schema");
    }
    let input = GetItemInput { table_name: "nothing".into(), key: item([("k", s("a"))]), ..Default::default() };
    let (code, text) = cloud.error::<GetItem>(input).await;
    assert_eq!((&*code, &*text), ("ResourceNotFoundException", "Requested resource not found"));
}

#[tokio::test]
async fn parameters_that_do_not_go_together() {
    let cloud = cloud();
    table(&cloud).await;
    let base = || PutItemInput { table_name: "abc".into(), item: item([("k", s("a"))]), ..Default::default() };
    type Change = fn(&mut PutItemInput);
    let cases: &[(Change, &str)] = &[
        (
            |i| {
                i.condition_expression = Some("attribute_exists(k)".into());
                i.expected = Some([("k".to_owned(), ExpectedAttributeValue::default())].into());
            },
            "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: \
             {Expected} Expression parameters: {ConditionExpression}",
        ),
        (
            |i| i.expression_attribute_names = names(&[("#a", "a")]),
            "ExpressionAttributeNames can only be specified when using expressions",
        ),
        (
            |i| i.expression_attribute_values = Some(item([(":a", s("a"))])),
            "ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is null",
        ),
        (|i| i.return_values = Some(ReturnValue::AllNew), "ReturnValues can only be ALL_OLD or NONE"),
        (
            |i| {
                i.condition_expression = Some("attribute_exists(k)".into());
                i.expression_attribute_values = Some(item([(":a", AttributeValue::Ss(vec![]))]));
            },
            "ExpressionAttributeValues contains invalid value: One or more parameter values were invalid: An string set  \
             may not be empty for key :a",
        ),
    ];
    for (change, text) in cases {
        let mut input = base();
        change(&mut input);
        assert_eq!(refused::<PutItem>(cloud.call::<PutItem>(input).await), *text);
    }
}

#[tokio::test]
async fn updates_that_are_refused() {
    let cloud = cloud();
    table(&cloud).await;
    put(&cloud, "abc", [("k", s("a")), ("v", s("text"))]).await;
    let one = || (":v", s("b"));
    for (expression, text) in [
        (
            "SET k = :v",
            "One or more parameter values were invalid: Cannot update attribute k. This attribute is part of the key",
        ),
        (
            "SET g = :v",
            "One or more parameter values were invalid: Type mismatch for Index Key g Expected: N Actual: S IndexName: idx",
        ),
        (
            "SET v = :v, g = list_append(v, v)",
            "One or more parameter values were invalid: Type mismatch for Index Key g Expected: N Actual: L IndexName: idx",
        ),
        ("SET v = :v, g = v", "The update expression attempted to update the secondary index key to unsupported type"),
        (
            "SET g.x = :v",
            "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: IndexKey: g",
        ),
        ("SET x.y = :v", "The document path provided in the update expression is invalid for update"),
    ] {
        let input = updating("abc", [("k", s("a"))], expression, [one()]);
        assert_eq!(refused::<UpdateItem>(cloud.call::<UpdateItem>(input).await), text, "{expression}");
    }
    let huge = updating("abc", [("k", s("a"))], "SET huge = :v", [(":v", s(&"x".repeat(409_600)))]);
    let text = refused::<UpdateItem>(cloud.call::<UpdateItem>(huge).await);
    assert_eq!(text, "Item size to update has exceeded the maximum allowed size");
}
