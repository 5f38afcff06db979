//! The engine against a small model in memory: random writes, then everything that can be read of them.

use std::collections::BTreeMap;

use api_dynamodb::*;
use proptest::prelude::*;
use testkit::TestCloud;

use crate::cloud::*;

#[derive(Debug, Clone)]
enum Step {
    Put { hash: u8, range: i32, group: Option<u8>, value: i32 },
    Add { hash: u8, range: i32, value: i32 },
    Leave { hash: u8, range: i32 },
    Delete { hash: u8, range: i32 },
}

/// Items by key: the group that a secondary index sorts by, and a number.
type Model = BTreeMap<(u8, i32), (Option<u8>, Option<i32>)>;

fn step() -> impl Strategy<Value = Step> {
    let key = (0_u8..4, -3_i32..4);
    prop_oneof![
        (key.clone(), proptest::option::of(0_u8..3), -9_i32..9).prop_map(|((hash, range), group, value)| Step::Put {
            hash,
            range,
            group,
            value
        }),
        (key.clone(), -9_i32..9).prop_map(|((hash, range), value)| Step::Add { hash, range, value }),
        key.clone().prop_map(|(hash, range)| Step::Leave { hash, range }),
        key.prop_map(|(hash, range)| Step::Delete { hash, range }),
    ]
}

fn key_of(hash: u8, range: i32) -> [(&'static str, AttributeValue); 2] {
    [("h", s(&hash.to_string())), ("r", n(range))]
}

async fn apply(cloud: &TestCloud, model: &mut Model, step: &Step) {
    match *step {
        Step::Put { hash, range, group, value } => {
            model.insert((hash, range), (group, Some(value)));
            let mut whole = item(key_of(hash, range));
            whole.insert("v".into(), n(value));
            whole.extend(group.map(|group| ("g".to_owned(), s(&group.to_string()))));
            let input = PutItemInput { table_name: "abc".into(), item: whole, ..Default::default() };
            cloud.call::<PutItem>(input).await.unwrap();
        }
        Step::Add { hash, range, value } => {
            let (_, number) = model.entry((hash, range)).or_insert((None, None));
            *number = Some(number.unwrap_or(0) + value);
            let input = updating("abc", key_of(hash, range), "ADD v :v", [(":v", n(value))]);
            cloud.call::<UpdateItem>(input).await.unwrap();
        }
        Step::Leave { hash, range } => {
            model.entry((hash, range)).or_insert((None, None)).0 = None;
            cloud.call::<UpdateItem>(updating("abc", key_of(hash, range), "REMOVE g", [])).await.unwrap();
        }
        Step::Delete { hash, range } => {
            model.remove(&(hash, range));
            let input =
                DeleteItemInput { table_name: "abc".into(), key: item(key_of(hash, range)), ..Default::default() };
            cloud.call::<DeleteItem>(input).await.unwrap();
        }
    }
}

fn read(item: &BTreeMap<String, AttributeValue>) -> ((u8, i32), (Option<u8>, Option<i32>)) {
    let text = |name: &str| match item.get(name) {
        Some(AttributeValue::S(text) | AttributeValue::N(text)) => Some(text.clone()),
        _ => None,
    };
    let number = |name: &str| text(name).map(|text| text.parse::<i32>().unwrap());
    let small = |name: &str| text(name).map(|text| text.parse::<u8>().unwrap());
    ((small("h").unwrap(), number("r").unwrap()), (small("g"), number("v")))
}

async fn query(cloud: &TestCloud, index: Option<&str>, condition: &str, value: u8, forward: bool) -> Vec<(u8, i32)> {
    let mut input = QueryInput {
        table_name: "abc".into(),
        index_name: index.map(str::to_owned),
        key_condition_expression: Some(condition.to_owned()),
        expression_attribute_values: Some(item([(":x", s(&value.to_string()))])),
        scan_index_forward: Some(forward),
        limit: Some(2),
        ..Default::default()
    };
    let mut keys = Vec::new();
    loop {
        let page = cloud.call::<Query>(input.clone()).await.unwrap();
        keys.extend(page.items.unwrap().iter().map(|item| read(item).0));
        input.exclusive_start_key = page.last_evaluated_key;
        if input.exclusive_start_key.is_none() {
            return keys;
        }
    }
}

async fn check(cloud: &TestCloud, model: &Model) {
    let all: Model = everything(cloud, "abc").await.iter().map(read).collect();
    assert_eq!(all, *model);
    for hash in 0..4 {
        let expected: Vec<_> = model.keys().filter(|(h, _)| *h == hash).copied().collect();
        assert_eq!(query(cloud, None, "h = :x", hash, true).await, expected);
        let mut backward = query(cloud, None, "h = :x", hash, false).await;
        backward.reverse();
        assert_eq!(backward, expected);
    }
    for group in 0..3 {
        let mut expected: Vec<_> = model.iter().filter(|(_, (g, _))| *g == Some(group)).map(|(key, _)| *key).collect();
        let found = query(cloud, Some("idx"), "g = :x", group, true).await;
        assert!(found.windows(2).all(|pair| pair[0].1 <= pair[1].1), "by the index's sort key");
        let mut found = found;
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn reads_are_those_of_the_model(steps in proptest::collection::vec(step(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (cloud, mut model) = (cloud(), Model::new());
            let mut input = creating("abc", &["h", "r"]);
            input.attribute_definitions = Some(vec![defined("h", "S"), defined("r", "N"), defined("g", "S")]);
            input.global_secondary_indexes = Some(vec![global("idx", &["g", "r"])]);
            cloud.call::<CreateTable>(input).await.unwrap();
            for step in &steps {
                apply(&cloud, &mut model, step).await;
            }
            check(&cloud, &model).await;
        });
    }
}
