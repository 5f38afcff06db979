//! What becomes of stacks whose resources fail.

use api_cloudformation::{
    CancelUpdateStack, CancelUpdateStackInput, ContinueUpdateRollback, ContinueUpdateRollbackInput, CreateStack,
    CreateStackInput, DeleteStack, DeleteStackInput, OnFailure, RollbackStack, RollbackStackInput, UpdateStack,
    UpdateStackInput,
};
use serde_json::{Value, json};

use super::{at_rest, cloud, described, history, refusal, template};

fn thing(name: &str, color: &str, fail: &str) -> Value {
    json!({"Type": "Test::Thing", "Properties": {"Name": name, "Color": color, "Fail": fail}})
}

fn after(mut thing: Value, other: &str) -> Value {
    thing["DependsOn"] = other.into();
    thing
}

fn create(body: Option<String>) -> CreateStackInput {
    CreateStackInput { stack_name: "s".to_owned(), template_body: body, ..CreateStackInput::default() }
}

fn update(body: Option<String>) -> UpdateStackInput {
    UpdateStackInput { stack_name: "s".to_owned(), template_body: body, ..UpdateStackInput::default() }
}

#[tokio::test]
async fn a_creation_that_fails_goes_back() {
    let (cloud, things) = cloud();
    let body = template(json!({"A": thing("a", "", ""), "B": after(thing("b", "", "create"), "A")}));
    cloud.call::<CreateStack>(create(body)).await.unwrap();
    let stack = at_rest(&cloud, "s").await;
    assert_eq!(stack.stack_status.as_str(), "ROLLBACK_COMPLETE");
    assert!(things.ids().is_empty() && things.made() == 1);
    assert_eq!(history(&cloud, "s", "B").await, ["CREATE_IN_PROGRESS", "CREATE_FAILED", "DELETE_COMPLETE"]);
    let (_, text) = refusal::<UpdateStack>(&cloud, update(template(json!({"A": thing("a", "", "")})))).await;
    assert_eq!(
        text,
        format!("Stack:{} is in ROLLBACK_COMPLETE state and can not be updated.", stack.stack_id.unwrap())
    );
}

#[tokio::test]
async fn what_a_failed_creation_leaves_is_for_its_policy_to_say() {
    for (policy, stays) in [("Delete", false), ("RetainExceptOnCreate", false), ("Retain", true)] {
        let (cloud, things) = cloud();
        let mut kept = thing("a", "", "");
        kept["DeletionPolicy"] = policy.into();
        let body = template(json!({"A": kept, "B": after(thing("b", "", "create"), "A")}));
        cloud.call::<CreateStack>(create(body)).await.unwrap();
        assert_eq!(at_rest(&cloud, "s").await.stack_status.as_str(), "ROLLBACK_COMPLETE");
        assert_eq!(things.ids() == ["a"], stays, "{policy}");
    }
    let (cloud, things) = cloud();
    let mut kept = thing("a", "", "");
    kept["DeletionPolicy"] = "RetainExceptOnCreate".into();
    let id = cloud.call::<CreateStack>(create(template(json!({"A": kept})))).await.unwrap().stack_id.unwrap();
    at_rest(&cloud, "s").await;
    cloud.call::<DeleteStack>(DeleteStackInput { stack_name: "s".to_owned(), ..Default::default() }).await.unwrap();
    assert_eq!(at_rest(&cloud, &id).await.stack_status.as_str(), "DELETE_COMPLETE");
    assert_eq!(things.ids(), ["a"], "it was made long ago");
}

#[tokio::test]
async fn a_creation_that_fails_stays_or_goes_as_it_was_told() {
    let (cloud, things) = cloud();
    let body = || template(json!({"A": thing("a", "", ""), "B": after(thing("b", "", "create"), "A")}));
    let stays = CreateStackInput { on_failure: Some(OnFailure::DoNothing), ..create(body()) };
    cloud.call::<CreateStack>(stays).await.unwrap();
    let stack = at_rest(&cloud, "s").await;
    assert_eq!(stack.stack_status.as_str(), "CREATE_FAILED");
    assert_eq!(stack.stack_status_reason.unwrap(), "The following resource(s) failed to create: [B]. ");
    assert_eq!(things.ids(), ["a"]);
    let rolled = RollbackStackInput { stack_name: "s".to_owned(), ..RollbackStackInput::default() };
    cloud.call::<RollbackStack>(rolled).await.unwrap();
    assert_eq!(at_rest(&cloud, "s").await.stack_status.as_str(), "ROLLBACK_COMPLETE");
    assert!(things.ids().is_empty());
    cloud.call::<DeleteStack>(DeleteStackInput { stack_name: "s".to_owned(), ..Default::default() }).await.unwrap();
    while described(&cloud, "s").await.is_some() {
        tokio::task::yield_now().await;
    }
    let goes = CreateStackInput { on_failure: Some(OnFailure::Delete), ..create(body()) };
    let id = cloud.call::<CreateStack>(goes).await.unwrap().stack_id.unwrap();
    assert_eq!(at_rest(&cloud, &id).await.stack_status.as_str(), "DELETE_COMPLETE");
    assert!(things.ids().is_empty());
}

#[tokio::test]
async fn an_update_that_fails_goes_back_to_what_was() {
    let (cloud, things) = cloud();
    let before = template(json!({"A": thing("a", "red", ""), "B": thing("b", "red", ""), "D": thing("d", "", "")}));
    cloud.call::<CreateStack>(create(before)).await.unwrap();
    at_rest(&cloud, "s").await;
    // A is changed, B made anew, N made, D dropped; then C fails.
    let last =
        json!({"Type": "Test::Thing", "DependsOn": ["A", "B", "N"], "Properties": {"Name": "c", "Fail": "create"}});
    let wanted = json!({"A": thing("a", "blue", ""), "B": thing("b2", "red", ""), "N": thing("n", "", ""), "C": last});
    cloud.call::<UpdateStack>(update(template(wanted))).await.unwrap();
    let stack = at_rest(&cloud, "s").await;
    assert_eq!(stack.stack_status.as_str(), "UPDATE_ROLLBACK_COMPLETE", "{:?}", stack.stack_status_reason);
    assert_eq!(things.ids(), ["a", "b", "d"]);
    assert_eq!(things.property("a", "Color"), Some(json!("red")));
    // And from there it can be updated again.
    let wanted = json!({"A": thing("a", "green", ""), "B": thing("b", "red", "")});
    cloud.call::<UpdateStack>(update(template(wanted))).await.unwrap();
    assert_eq!(at_rest(&cloud, "s").await.stack_status.as_str(), "UPDATE_COMPLETE");
    assert_eq!(things.ids(), ["a", "b"]);
    assert_eq!(things.property("a", "Color"), Some(json!("green")));
}

#[tokio::test]
async fn a_way_back_that_fails_is_gone_on_with() {
    let (cloud, things) = cloud();
    cloud.call::<CreateStack>(create(template(json!({"A": thing("a", "red", "")})))).await.unwrap();
    at_rest(&cloud, "s").await;
    let early = UpdateStackInput {
        disable_rollback: Some(true),
        ..update(template(json!({"A": thing("a", "blue", "update")})))
    };
    cloud.call::<UpdateStack>(early).await.unwrap();
    assert_eq!(at_rest(&cloud, "s").await.stack_status.as_str(), "UPDATE_FAILED");
    cloud.call::<RollbackStack>(RollbackStackInput { stack_name: "s".to_owned(), ..Default::default() }).await.unwrap();
    assert_eq!(at_rest(&cloud, "s").await.stack_status.as_str(), "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(things.property("a", "Color"), Some(json!("red")));
    let (_, text) = refusal::<ContinueUpdateRollback>(
        &cloud,
        ContinueUpdateRollbackInput { stack_name: "s".to_owned(), ..Default::default() },
    )
    .await;
    assert!(text.ends_with("is in UPDATE_ROLLBACK_COMPLETE state and can not continue rollback."), "{text}");
}

#[tokio::test]
async fn what_cannot_be_deleted_keeps_its_stack() {
    let (cloud, things) = cloud();
    let body = template(json!({"A": thing("a", "", "delete"), "B": after(thing("b", "", ""), "A")}));
    let id = cloud.call::<CreateStack>(create(body)).await.unwrap().stack_id.unwrap();
    at_rest(&cloud, "s").await;
    let delete = DeleteStackInput { stack_name: "s".to_owned(), ..DeleteStackInput::default() };
    cloud.call::<DeleteStack>(delete.clone()).await.unwrap();
    let stack = at_rest(&cloud, "s").await;
    assert_eq!(stack.stack_status.as_str(), "DELETE_FAILED");
    assert_eq!(stack.stack_status_reason.unwrap(), "The following resource(s) failed to delete: [A]. ");
    assert_eq!(things.ids(), ["a"]);
    let retaining = DeleteStackInput { retain_resources: Some(vec!["A".to_owned()]), ..delete };
    cloud.call::<DeleteStack>(retaining).await.unwrap();
    assert_eq!(at_rest(&cloud, &id).await.stack_status.as_str(), "DELETE_COMPLETE");
    assert_eq!(things.ids(), ["a"]);
}

#[tokio::test]
async fn an_update_can_be_cancelled() {
    let (cloud, things) = cloud();
    cloud.call::<CreateStack>(create(template(json!({"A": thing("a", "red", "")})))).await.unwrap();
    at_rest(&cloud, "s").await;
    let slow = json!({"Type": "Test::Thing", "Properties": {"Name": "slow", "Never": true}});
    let wanted = json!({"A": thing("a", "blue", ""), "Slow": slow});
    cloud.call::<UpdateStack>(update(template(wanted))).await.unwrap();
    while !things.ids().contains(&"slow".to_owned()) {
        tokio::task::yield_now().await;
    }
    let cancel = CancelUpdateStackInput { stack_name: "s".to_owned(), client_request_token: None };
    cloud.call::<CancelUpdateStack>(cancel.clone()).await.unwrap();
    let stack = loop {
        let stack = described(&cloud, "s").await.unwrap();
        if !stack.stack_status.as_str().ends_with("_IN_PROGRESS") {
            break stack;
        }
        cloud.advance(std::time::Duration::from_secs(1)).await;
        tokio::task::yield_now().await;
    };
    assert_eq!(stack.stack_status.as_str(), "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!((things.ids(), things.property("a", "Color")), (vec!["a".to_owned()], Some(json!("red"))));
    let (_, text) = refusal::<CancelUpdateStack>(&cloud, cancel).await;
    assert_eq!(text, "CancelUpdateStack cannot be called from current stack status");
}
