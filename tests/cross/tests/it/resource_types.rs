//! Every resource type against AWS's schema of it (`models/resource-types.json`): a service that contributes one type contributes
//! all, each with all its properties and attributes. What is not so stands in `resource-types.txt`, which may only shrink (where AWS's
//! documentation contradicts its schema, as it does on what is only for creating, the line stays).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;
use service_kit::{PropertySource, ResourceType};

const SCHEMAS: &str = include_str!("../../../../models/resource-types.json");
const KNOWN: &str = include_str!("resource-types.txt");

/// All registered, by name.
fn registered() -> BTreeMap<&'static str, Arc<dyn ResourceType>> {
    let cloud = testkit::TestCloud::new(cloud::services::all);
    cloud.cloud().resource_types().map(|one| (one.name(), one.clone())).collect()
}

/// `AWS::SQS` of `AWS::SQS::Queue`.
fn namespace(name: &str) -> &str {
    name.rsplit_once("::").map_or(name, |(namespace, _)| namespace)
}

fn names<'a>(schema: &'a Value, list: &str) -> BTreeSet<&'a str> {
    schema[list].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// How a type differs from its schema, a line each.
fn differences(ours: &dyn ResourceType, schema: &Value) -> Vec<String> {
    let (read_only, create_only) = (names(schema, "read_only"), names(schema, "create_only"));
    let (properties, attributes) = (ours.properties(), ours.attributes());
    let fixed = ours.create_only();
    let written = names(schema, "properties").into_iter().filter(|name| !read_only.contains(name));
    let lacking = written.filter(|name| !properties.contains(name)).map(|name| format!("lacks property {name}"));
    let unread =
        read_only.iter().filter(|name| !attributes.contains(name)).map(|name| format!("lacks attribute {name}"));
    let changeable = create_only.iter().filter(|name| properties.contains(name) && !fixed.contains(name));
    let changeable = changeable.map(|name| format!("takes {name} to be changeable"));
    let perhaps = names(schema, "at_times_create_only");
    let unchangeable = fixed.iter().filter(|name| !create_only.contains(*name) && !perhaps.contains(*name));
    let unchangeable = unchangeable.map(|name| format!("takes {name} to be only for creating"));
    lacking.chain(unread).chain(changeable).chain(unchangeable).collect()
}

#[tokio::test]
async fn every_type_of_a_service_is_there_whole() {
    let registered = registered();
    let ours: BTreeSet<&str> = registered.keys().map(|name| namespace(name)).collect();
    let schemas: Value = serde_json::from_str(SCHEMAS).unwrap();
    let mut found = BTreeSet::new();
    for schema in schemas["types"].as_array().unwrap() {
        let name = schema["name"].as_str().unwrap();
        match registered.get(name) {
            Some(one) => found.extend(differences(&**one, schema).into_iter().map(|line| format!("{name} {line}"))),
            None if ours.contains(namespace(name)) => drop(found.insert(format!("{name} is missing"))),
            None => {}
        }
    }
    let known: BTreeSet<String> = KNOWN.lines().map(str::to_owned).collect();
    let news: Vec<_> = found.difference(&known).collect();
    assert!(
        news.is_empty(),
        "not as AWS's schemas have it:\n{}",
        news.iter().map(|line| format!("{line}\n")).collect::<String>()
    );
    let done: Vec<_> = known.difference(&found).collect();
    assert!(done.is_empty(), "take off resource-types.txt, it is done: {done:#?}");
}

#[tokio::test]
async fn an_invented_name_is_a_property() {
    for (name, one) in registered() {
        let mut properties = PropertySource::new();
        one.name_it(&mut properties, &|most| {
            assert!((32..=1_024).contains(&most), "{name}: a name of at most {most} characters");
            "stack-Logical-1ABC".to_owned()
        });
        assert!(properties.len() <= 1, "{name} has one name");
        for (member, value) in properties {
            assert!(one.properties().contains(&&*member), "{name} is named by {member}, which templates do not know");
            assert!(value.as_str().unwrap().to_lowercase().starts_with("stack-logical-1abc"), "{name}: {value}");
        }
    }
}
