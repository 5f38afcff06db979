//! Queries and scans: ranges, order, pages, filters, segments.

use std::collections::BTreeSet;

use api_dynamodb::*;
use testkit::TestCloud;

use crate::cloud::*;

async fn numbers(cloud: &TestCloud) {
    let mut input = creating("abc", &["h", "r"]);
    input.attribute_definitions = Some(vec![defined("h", "S"), defined("r", "N")]);
    cloud.call::<CreateTable>(input).await.unwrap();
    for r in ["-100", "-2.5", "-1e-5", "0", "3", "20", "1e20"] {
        put(cloud, "abc", [("h", s("x")), ("r", n(r)), ("even", AttributeValue::Bool(r.ends_with('0')))]).await;
    }
    put(cloud, "abc", [("h", s("y")), ("r", n(1))]).await;
}

fn querying<const V: usize>(condition: &str, values: [(&str, AttributeValue); V]) -> QueryInput {
    QueryInput {
        table_name: "abc".into(),
        key_condition_expression: Some(condition.to_owned()),
        expression_attribute_values: Some(item(values)),
        ..Default::default()
    }
}

async fn sort_keys(cloud: &TestCloud, input: QueryInput) -> Vec<String> {
    let items = cloud.call::<Query>(input).await.unwrap().items.unwrap();
    let key = |item: &std::collections::BTreeMap<String, AttributeValue>| match &item["r"] {
        AttributeValue::N(text) | AttributeValue::S(text) => text.clone(),
        _ => String::new(),
    };
    items.iter().map(key).collect()
}

#[tokio::test]
async fn query_by_ranges_of_numbers_in_order() {
    let cloud = cloud();
    numbers(&cloud).await;
    let all = ["-100", "-2.5", "-0.00001", "0", "3", "20", "100000000000000000000"];
    for (condition, expected) in [
        ("h = :h", &all[..]),
        ("h = :h AND r > :z", &all[4..]),
        ("h = :h AND r >= :z", &all[3..]),
        ("h = :h AND r < :z", &all[..3]),
        ("h = :h AND r <= :z", &all[..4]),
        ("h = :h AND r = :z", &all[3..4]),
        ("r BETWEEN :z AND :top AND :h = h", &all[3..6]),
        (":z < r AND h = :h", &all[4..]),
    ] {
        let mut input = querying(condition, [(":h", s("x"))]);
        let values = input.expression_attribute_values.as_mut().unwrap();
        if condition.contains(":z") {
            values.insert(":z".into(), n(0));
        }
        if condition.contains(":top") {
            values.insert(":top".into(), n(20));
        }
        assert_eq!(sort_keys(&cloud, input.clone()).await, expected, "{condition}");
        input.scan_index_forward = Some(false);
        let mut backward = sort_keys(&cloud, input).await;
        backward.reverse();
        assert_eq!(backward, expected, "{condition}, backward");
    }
}

#[tokio::test]
async fn query_begins_with_and_texts_that_hold_zeros() {
    let cloud = cloud();
    create(&cloud, "abc", &["h", "r"]).await;
    for r in ["a", "a\0", "a\0b", "ab", "b", "\u{ff}"] {
        put(&cloud, "abc", [("h", s("x")), ("r", s(r))]).await;
    }
    let input = querying("h = :h AND begins_with(r, :r)", [(":h", s("x")), (":r", s("a"))]);
    assert_eq!(sort_keys(&cloud, input).await, ["a", "a\0", "a\0b", "ab"]);
    let input = querying("h = :h AND begins_with(r, :r)", [(":h", s("x")), (":r", s("a\0"))]);
    assert_eq!(sort_keys(&cloud, input).await, ["a\0", "a\0b"]);
}

#[tokio::test]
async fn query_pages_both_ways_and_filters_after_the_limit() {
    let cloud = cloud();
    numbers(&cloud).await;
    for forward in [true, false] {
        let mut input = QueryInput {
            limit: Some(2),
            scan_index_forward: Some(forward),
            filter_expression: Some("even = :yes".into()),
            ..querying("h = :h", [(":h", s("x")), (":yes", AttributeValue::Bool(true))])
        };
        let (mut found, mut pages) = (Vec::new(), 0);
        loop {
            let page = cloud.call::<Query>(input.clone()).await.unwrap();
            found.extend(page.items.unwrap().into_iter().map(|item| item["r"].clone()));
            pages += 1;
            input.exclusive_start_key = page.last_evaluated_key;
            if input.exclusive_start_key.is_none() {
                break;
            }
        }
        if !forward {
            found.reverse();
        }
        assert_eq!((found, pages), (vec![n("-100"), n(0), n(20), n("100000000000000000000")], 4));
    }
}

#[tokio::test]
async fn query_counts_and_stops_at_a_mebibyte() {
    let cloud = cloud();
    create(&cloud, "abc", &["h", "r"]).await;
    for r in 0..5 {
        put(&cloud, "abc", [("h", s("x")), ("r", s(&r.to_string())), ("v", s(&"x".repeat(300_000)))]).await;
    }
    let input = QueryInput { select: Some(Select::Count), ..querying("h = :h", [(":h", s("x"))]) };
    let page = cloud.call::<Query>(input).await.unwrap();
    assert_eq!((page.items, page.count, page.scanned_count), (None, Some(4), Some(4)));
    assert_eq!(page.last_evaluated_key, Some(item([("h", s("x")), ("r", s("3"))])));
}

#[tokio::test]
async fn query_refusals() {
    let cloud = cloud();
    numbers(&cloud).await;
    type Change = fn(&mut QueryInput);
    let cases: &[(Change, &str)] = &[
        (
            |i| i.key_condition_expression = None,
            "ExpressionAttributeValues can only be specified when using expressions: FilterExpression and \
             KeyConditionExpression are null",
        ),
        (
            |i| (i.key_condition_expression, i.expression_attribute_values) = (None, None),
            "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.",
        ),
        (|i| i.key_condition_expression = Some("h > :h".into()), "Query key condition not supported"),
        (
            |i| i.key_condition_expression = Some("h = :h OR r = :h".into()),
            "Invalid operator used in KeyConditionExpression: OR",
        ),
        (|i| i.key_condition_expression = Some("v = :h".into()), "Query condition missed key schema element: h"),
        (
            |i| i.key_condition_expression = Some("h = :h AND v = :h".into()),
            "Query condition missed key schema element: r",
        ),
        (
            |i| i.key_condition_expression = Some("h = :h AND r = :h".into()),
            "One or more parameter values were invalid: Condition parameter type does not match schema type",
        ),
        (|i| i.index_name = Some("idx".into()), "The table does not have the specified index: idx"),
        (
            |i| i.filter_expression = Some("r = :h".into()),
            "Filter Expression can only contain non-primary key attributes: Primary key attribute: r",
        ),
        (|i| i.exclusive_start_key = Some(item([("h", s("x"))])), "The provided starting key is invalid"),
        (
            |i| i.exclusive_start_key = Some(item([("h", s("y")), ("r", n(1))])),
            "The provided starting key is outside query boundaries based on provided conditions",
        ),
        (
            |i| i.select = Some(Select::SpecificAttributes),
            "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES",
        ),
    ];
    for (change, text) in cases {
        let mut input = querying("h = :h", [(":h", s("x"))]);
        change(&mut input);
        assert_eq!(refused::<Query>(cloud.call::<Query>(input).await), *text);
    }
}

#[tokio::test]
async fn scan_segments_part_the_table() {
    let cloud = cloud();
    create(&cloud, "abc", &["k"]).await;
    for no in 0..100 {
        put(&cloud, "abc", [("k", s(&no.to_string()))]).await;
    }
    let mut seen = BTreeSet::new();
    for segment in 0..4 {
        let mut input = ScanInput {
            table_name: "abc".into(),
            segment: Some(segment),
            total_segments: Some(4),
            limit: Some(7),
            ..Default::default()
        };
        let before = seen.len();
        loop {
            let page = cloud.call::<Scan>(input.clone()).await.unwrap();
            for item in page.items.unwrap() {
                assert!(seen.insert(format!("{:?}", item["k"])), "twice");
            }
            input.exclusive_start_key = page.last_evaluated_key;
            if input.exclusive_start_key.is_none() {
                break;
            }
        }
        assert!((10..50).contains(&(seen.len() - before)), "segments are alike in size");
    }
    assert_eq!(seen.len(), 100);
    let input = ScanInput { table_name: "abc".into(), segment: Some(4), total_segments: Some(4), ..Default::default() };
    let text = refused::<Scan>(cloud.call::<Scan>(input).await);
    assert_eq!(
        text,
        "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: 4 is not less than \
         TotalSegments: 4"
    );
}
