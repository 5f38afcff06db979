//! Change sets: what they tell, and what comes of them.

use api_cloudformation::{
    ChangeSetType, CreateChangeSet, CreateChangeSetInput, DeleteChangeSet, DeleteChangeSetInput, DescribeChangeSet,
    DescribeChangeSetInput, ExecuteChangeSet, ExecuteChangeSetInput, ListChangeSets, ListChangeSetsInput,
};
use serde_json::json;

use super::{at_rest, cloud, described, refusal, template};

fn create(name: &str, body: Option<String>, kind: ChangeSetType) -> CreateChangeSetInput {
    CreateChangeSetInput {
        stack_name: "s".to_owned(),
        change_set_name: name.to_owned(),
        template_body: body,
        change_set_type: Some(kind),
        ..CreateChangeSetInput::default()
    }
}

fn describe(name: &str) -> DescribeChangeSetInput {
    DescribeChangeSetInput {
        change_set_name: name.to_owned(),
        stack_name: Some("s".to_owned()),
        include_property_values: Some(true),
        next_token: None,
    }
}

fn execute(name: &str) -> ExecuteChangeSetInput {
    let (change_set_name, stack_name) = (name.to_owned(), Some("s".to_owned()));
    ExecuteChangeSetInput { change_set_name, stack_name, ..ExecuteChangeSetInput::default() }
}

#[tokio::test]
async fn a_change_set_tells_what_it_does_and_does_it() {
    let (cloud, things) = cloud();
    let of = |name: &str, color: &str| {
        template(json!({
            "A": {"Type": "Test::Thing", "Properties": {"Name": name, "Color": color}},
            "B": {"Type": "Test::Thing", "Properties": {"Color": {"Fn::GetAtt": ["A", "Color"]}}},
        }))
    };
    cloud.call::<CreateChangeSet>(create("c1", of("one", "red"), ChangeSetType::Create)).await.unwrap();
    assert_eq!(described(&cloud, "s").await.unwrap().stack_status.as_str(), "REVIEW_IN_PROGRESS");
    let told = cloud.call::<DescribeChangeSet>(describe("c1")).await.unwrap();
    let added = told.changes.unwrap().into_iter().map(|change| change.resource_change.unwrap()).collect::<Vec<_>>();
    assert_eq!(added.len(), 2);
    assert_eq!(added[0].action.as_ref().unwrap().as_str(), "Add");
    assert_eq!(
        added[1].after_context.as_deref(),
        Some(r#"{"Properties":{"Color":"{{changeSet:KNOWN_AFTER_APPLY}}"}}"#)
    );
    cloud.call::<ExecuteChangeSet>(execute("c1")).await.unwrap();
    assert_eq!(at_rest(&cloud, "s").await.stack_status.as_str(), "CREATE_COMPLETE");
    assert_eq!(things.made(), 2);

    cloud.call::<CreateChangeSet>(create("c2", of("two", "blue"), ChangeSetType::Update)).await.unwrap();
    let told = cloud.call::<DescribeChangeSet>(describe("c2")).await.unwrap();
    let changes = told.changes.unwrap();
    let a = changes[0].resource_change.clone().unwrap();
    assert_eq!((a.replacement.unwrap().as_str(), a.policy_action.unwrap().as_str()), ("True", "ReplaceAndDelete"));
    let details: Vec<_> = a.details.unwrap().into_iter().map(|detail| detail.target.unwrap()).collect();
    assert_eq!(details[0].name.as_deref(), Some("Color"));
    assert_eq!(details[1].requires_recreation.as_ref().unwrap().as_str(), "Always");
    let b = changes[1].resource_change.clone().unwrap();
    let causes: Vec<_> = b.details.unwrap().into_iter().filter_map(|detail| detail.causing_entity).collect();
    assert_eq!(causes, ["A.Color"]);
    let listed = ListChangeSetsInput { stack_name: "s".to_owned(), next_token: None };
    assert_eq!(cloud.call::<ListChangeSets>(listed).await.unwrap().summaries.unwrap().len(), 1);
    cloud.call::<ExecuteChangeSet>(execute("c2")).await.unwrap();
    at_rest(&cloud, "s").await;
    assert_eq!(things.property("two", "Color"), Some(json!("blue")));
    let told = cloud.call::<DescribeChangeSet>(describe("c2")).await.unwrap();
    assert_eq!(told.execution_status.unwrap().as_str(), "EXECUTE_COMPLETE");

    cloud.call::<CreateChangeSet>(create("c3", of("two", "blue"), ChangeSetType::Update)).await.unwrap();
    let told = cloud.call::<DescribeChangeSet>(describe("c3")).await.unwrap();
    assert_eq!(told.status.unwrap().as_str(), "FAILED");
    assert_eq!(
        told.status_reason.unwrap(),
        "The submitted information didn't contain changes. Submit different information to create a change set."
    );
    let (code, _) = refusal::<ExecuteChangeSet>(&cloud, execute("c3")).await;
    assert_eq!(code, "InvalidChangeSetStatusException");
    let gone = DeleteChangeSetInput { change_set_name: "c3".to_owned(), stack_name: Some("s".to_owned()) };
    cloud.call::<DeleteChangeSet>(gone).await.unwrap();
    let (code, text) = refusal::<DescribeChangeSet>(&cloud, describe("c3")).await;
    assert_eq!((code.as_str(), text.as_str()), ("ChangeSetNotFoundException", "ChangeSet [c3] does not exist"));
}

#[tokio::test]
async fn a_change_set_is_of_a_stack_in_the_right_state() {
    let (cloud, _) = cloud();
    let body = || template(json!({"A": {"Type": "Test::Thing"}}));
    let (_, text) = refusal::<CreateChangeSet>(&cloud, create("c", body(), ChangeSetType::Update)).await;
    assert_eq!(text, "Stack [s] does not exist");
    cloud.call::<CreateChangeSet>(create("c", body(), ChangeSetType::Create)).await.unwrap();
    cloud.call::<ExecuteChangeSet>(execute("c")).await.unwrap();
    at_rest(&cloud, "s").await;
    let (_, text) = refusal::<CreateChangeSet>(&cloud, create("d", body(), ChangeSetType::Create)).await;
    assert_eq!(text, "Stack [s] already exists and cannot be created again with the changeSet [d].");
}
