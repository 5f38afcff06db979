//! Secondary indexes: what they hold, in which order, and how they follow their table.

use api_dynamodb::*;
use testkit::TestCloud;

use crate::cloud::*;

async fn table(cloud: &TestCloud) {
    let mut input = creating("abc", &["h", "r"]);
    input.attribute_definitions =
        Some(vec![defined("h", "S"), defined("r", "S"), defined("g", "S"), defined("l", "N")]);
    let keys_only =
        GlobalSecondaryIndex { projection: projecting(ProjectionType::KeysOnly, &[]), ..global("keys", &["g"]) };
    input.global_secondary_indexes = Some(vec![global("all", &["g", "l"]), keys_only]);
    let include =
        LocalSecondaryIndex { projection: projecting(ProjectionType::Include, &["v"]), ..local("local", &["h", "l"]) };
    input.local_secondary_indexes = Some(vec![include]);
    cloud.call::<CreateTable>(input).await.unwrap();
}

async fn of_index(
    cloud: &TestCloud,
    index: &str,
    key: (&str, &str),
) -> Vec<std::collections::BTreeMap<String, AttributeValue>> {
    let input = QueryInput {
        table_name: "abc".into(),
        index_name: Some(index.to_owned()),
        key_condition_expression: Some(format!("{} = :v", key.0)),
        expression_attribute_values: Some(item([(":v", s(key.1))])),
        ..Default::default()
    };
    cloud.call::<Query>(input).await.unwrap().items.unwrap()
}

#[tokio::test]
async fn rows_follow_their_items() {
    let cloud = cloud();
    table(&cloud).await;
    put(&cloud, "abc", [("h", s("a")), ("r", s("1")), ("g", s("x")), ("l", n(2)), ("v", n(1)), ("w", n(1))]).await;
    put(&cloud, "abc", [("h", s("b")), ("r", s("1")), ("g", s("x")), ("l", n(1)), ("v", n(2))]).await;
    put(&cloud, "abc", [("h", s("c")), ("r", s("1")), ("g", s("x"))]).await;
    let all = of_index(&cloud, "all", ("g", "x")).await;
    assert_eq!(all.iter().map(|item| item["h"].clone()).collect::<Vec<_>>(), [s("b"), s("a")], "sparse, by l");
    let keys = of_index(&cloud, "keys", ("g", "x")).await;
    assert_eq!((keys.len(), keys.iter().all(|item| item.len() == 3)), (3, true));
    let local = of_index(&cloud, "local", ("h", "a")).await;
    assert_eq!(local, [item([("h", s("a")), ("r", s("1")), ("l", n(2)), ("v", n(1))])]);
    let update = updating("abc", [("h", s("a")), ("r", s("1"))], "SET g = :g REMOVE l", [(":g", s("y"))]);
    cloud.call::<UpdateItem>(update).await.unwrap();
    assert_eq!(of_index(&cloud, "all", ("g", "x")).await.len(), 1);
    assert_eq!(of_index(&cloud, "keys", ("g", "y")).await.len(), 1);
    assert!(of_index(&cloud, "local", ("h", "a")).await.is_empty());
    let delete =
        DeleteItemInput { table_name: "abc".into(), key: item([("h", s("b")), ("r", s("1"))]), ..Default::default() };
    cloud.call::<DeleteItem>(delete).await.unwrap();
    assert!(of_index(&cloud, "all", ("g", "x")).await.is_empty());
}

#[tokio::test]
async fn what_an_index_does_not_hold() {
    let cloud = cloud();
    table(&cloud).await;
    put(&cloud, "abc", [("h", s("a")), ("r", s("1")), ("g", s("x")), ("l", n(2)), ("w", n(7))]).await;
    let query = |index: &str, attribute: &str, value: &str| QueryInput {
        table_name: "abc".into(),
        index_name: Some(index.to_owned()),
        key_condition_expression: Some(format!("{attribute} = :v")),
        expression_attribute_values: Some(item([(":v", s(value))])),
        ..Default::default()
    };
    let whole = QueryInput { select: Some(Select::AllAttributes), ..query("local", "h", "a") };
    assert_eq!(cloud.call::<Query>(whole).await.unwrap().items.unwrap()[0]["w"], n(7), "fetched from the table");
    let beyond = QueryInput { projection_expression: Some("w".into()), ..query("keys", "g", "x") };
    let text = refused::<Query>(cloud.call::<Query>(beyond).await);
    assert_eq!(text, "One or more parameter values were invalid: Global secondary index keys does not project [w]");
    let whole = QueryInput { select: Some(Select::AllAttributes), ..query("keys", "g", "x") };
    let text = refused::<Query>(cloud.call::<Query>(whole).await);
    assert!(text.contains("Select type ALL_ATTRIBUTES is not supported for global secondary index keys"), "{text}");
    let consistent = QueryInput { consistent_read: Some(true), ..query("keys", "g", "x") };
    let text = refused::<Query>(cloud.call::<Query>(consistent).await);
    assert_eq!(text, "Consistent reads are not supported on global secondary indexes");
}

#[tokio::test]
async fn many_items_of_one_index_key_page_by_page() {
    let cloud = cloud();
    table(&cloud).await;
    for no in 0..25 {
        put(&cloud, "abc", [("h", s(&no.to_string())), ("r", s("1")), ("g", s("x")), ("l", n(1))]).await;
    }
    let mut input =
        ScanInput { table_name: "abc".into(), index_name: Some("all".into()), limit: Some(10), ..Default::default() };
    let mut seen = std::collections::BTreeSet::new();
    loop {
        let page = cloud.call::<Scan>(input.clone()).await.unwrap();
        seen.extend(page.items.unwrap().into_iter().map(|item| format!("{:?}", item["h"])));
        let Some(last) = page.last_evaluated_key else { break };
        assert_eq!(last.len(), 4, "keys of table and index");
        input.exclusive_start_key = Some(last);
    }
    assert_eq!(seen.len(), 25);
}

#[tokio::test]
async fn an_index_added_later_is_filled_and_one_removed_is_gone() {
    let cloud = cloud();
    create(&cloud, "abc", &["h"]).await;
    for no in 0..500 {
        put(&cloud, "abc", [("h", s(&no.to_string())), ("g", s("x"))]).await;
    }
    let index = CreateGlobalSecondaryIndexAction {
        index_name: "later".into(),
        key_schema: key(&["g"]),
        projection: projecting(ProjectionType::All, &[]),
        ..Default::default()
    };
    let update = GlobalSecondaryIndexUpdate { create: Some(index), ..Default::default() };
    let input = UpdateTableInput {
        table_name: "abc".into(),
        attribute_definitions: Some(vec![defined("g", "S")]),
        global_secondary_index_updates: Some(vec![update]),
        ..Default::default()
    };
    let shown = cloud.call::<UpdateTable>(input).await.unwrap().table_description.unwrap();
    assert_eq!(shown.global_secondary_indexes.unwrap()[0].index_status, Some(IndexStatus::Creating));
    put(&cloud, "abc", [("h", s("meanwhile")), ("g", s("x"))]).await;
    for _ in 0..10_000 {
        let indexes = describe(&cloud, "abc").await.global_secondary_indexes.unwrap();
        if indexes[0].index_status == Some(IndexStatus::Active) {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(of_index(&cloud, "later", ("g", "x")).await.len(), 501);
    let delete = DeleteGlobalSecondaryIndexAction { index_name: "later".into() };
    let update = GlobalSecondaryIndexUpdate { delete: Some(delete), ..Default::default() };
    let input = UpdateTableInput {
        table_name: "abc".into(),
        global_secondary_index_updates: Some(vec![update]),
        ..Default::default()
    };
    cloud.call::<UpdateTable>(input).await.unwrap();
    assert_eq!(describe(&cloud, "abc").await.global_secondary_indexes, None);
}

/// An element of a key.
fn element(name: &str, key_type: KeyType) -> KeySchemaElement {
    KeySchemaElement { attribute_name: name.to_owned(), key_type }
}

#[tokio::test]
async fn keys_of_several_attributes() {
    let cloud = cloud();
    let mut input = creating("abc", &["k"]);
    for (name, kind) in [("cup", "S"), ("region", "S"), ("round", "S"), ("match", "N")] {
        input.attribute_definitions.as_mut().unwrap().push(defined(name, kind));
    }
    let mut index = global("by-cup", &["cup"]);
    index.key_schema = vec![
        element("cup", KeyType::Hash),
        element("region", KeyType::Hash),
        element("round", KeyType::Range),
        element("match", KeyType::Range),
    ];
    input.global_secondary_indexes = Some(vec![index.clone()]);
    cloud.call::<CreateTable>(input.clone()).await.unwrap();
    let shown = describe(&cloud, "abc").await.global_secondary_indexes.unwrap();
    assert_eq!(shown[0].key_schema, Some(index.key_schema.clone()));
    for (k, region, round, number) in
        [("1", "west", "final", 10), ("2", "west", "final", 2), ("3", "west", "semi", 1), ("4", "east", "final", 1)]
    {
        let values = [("k", s(k)), ("cup", s("c")), ("region", s(region)), ("round", s(round)), ("match", n(number))];
        put(&cloud, "abc", values).await;
    }
    put(&cloud, "abc", [("k", s("5")), ("cup", s("c")), ("region", s("west"))]).await;
    let query = |condition: &str| QueryInput {
        table_name: "abc".into(),
        index_name: Some("by-cup".into()),
        key_condition_expression: Some(condition.to_owned()),
        expression_attribute_names: names(&[("#r", "region"), ("#m", "match")])
            .map(|all| all.into_iter().filter(|(name, _)| condition.contains(name.as_str())).collect())
            .filter(|named: &std::collections::BTreeMap<_, _>| !named.is_empty()),
        expression_attribute_values: Some(
            item([(":c", s("c")), (":w", s("west")), (":f", s("final")), (":m", n(2))])
                .into_iter()
                .filter(|(name, _)| condition.contains(name.as_str()))
                .collect(),
        ),
        ..Default::default()
    };
    let found = async |condition: &str| {
        let items = cloud.call::<Query>(query(condition)).await.unwrap().items.unwrap();
        items.iter().map(|item| item["k"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(found("cup = :c AND #r = :w").await, [s("2"), s("1"), s("3")], "numbers sort as numbers");
    assert_eq!(found("cup = :c AND #r = :w AND round = :f").await, [s("2"), s("1")]);
    assert_eq!(found("cup = :c AND #r = :w AND round = :f AND #m > :m").await, [s("1")]);
    assert_eq!(found("cup = :c AND #r = :w AND round > :f").await, [s("3")]);
    let text = refused::<Query>(cloud.call::<Query>(query("cup = :c")).await);
    assert_eq!(text, "Query condition missed key schema element: region");
    let text = refused::<Query>(cloud.call::<Query>(query("cup = :c AND #r = :w AND #m = :m")).await);
    assert_eq!(text, "Query key condition not supported");
    let mut page = query("cup = :c AND #r = :w");
    page.limit = Some(1);
    let mut all = Vec::new();
    loop {
        let got = cloud.call::<Query>(page.clone()).await.unwrap();
        all.extend(got.items.unwrap().iter().map(|item| item["k"].clone()));
        page.exclusive_start_key = got.last_evaluated_key;
        if page.exclusive_start_key.is_none() {
            break;
        }
    }
    assert_eq!(all, [s("2"), s("1"), s("3")]);
    input.table_name = "abd".into();
    input.global_secondary_indexes.as_mut().unwrap()[0].key_schema.reverse();
    refused::<CreateTable>(cloud.call::<CreateTable>(input).await);
}
