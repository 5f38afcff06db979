//! What stacks export to each other.

use api_cloudformation::{
    CreateStack, CreateStackInput, DeleteStack, DeleteStackInput, ListExports, ListExportsInput, ListImports,
    ListImportsInput, UpdateStack, UpdateStackInput,
};
use serde_json::json;

use super::{at_rest, cloud, refusal};

#[tokio::test]
async fn an_export_in_use_keeps_its_stack() {
    let (cloud, things) = cloud();
    let giver = json!({
        "Resources": {"A": {"Type": "Test::Thing", "Properties": {"Name": "a"}}},
        "Outputs": {"O": {"Value": {"Fn::GetAtt": ["A", "Arn"]}, "Export": {"Name": {"Fn::Sub": "${AWS::StackName}-arn"}}}},
    });
    let taker = json!({
        "Resources": {"B": {"Type": "Test::Thing", "Properties": {"Name": "b", "Color": {"Fn::ImportValue": "giver-arn"}}}},
    });
    for (name, body) in [("giver", giver.clone()), ("taker", taker)] {
        let input = CreateStackInput {
            stack_name: name.to_owned(),
            template_body: Some(body.to_string()),
            ..Default::default()
        };
        cloud.call::<CreateStack>(input).await.unwrap();
        assert_eq!(at_rest(&cloud, name).await.stack_status.as_str(), "CREATE_COMPLETE");
    }
    assert_eq!(things.property("b", "Color"), Some(json!("arn:aws:thing:::a")));
    let exports = cloud.call::<ListExports>(ListExportsInput::default()).await.unwrap().exports.unwrap();
    assert_eq!(exports[0].name.as_deref(), Some("giver-arn"));
    let of = ListImportsInput { export_name: "giver-arn".to_owned(), next_token: None };
    assert_eq!(cloud.call::<ListImports>(of.clone()).await.unwrap().imports.unwrap(), ["taker"]);
    let updated = async |colour: &str, name: &str, export: bool| {
        let mut body = giver.clone();
        body["Resources"]["A"]["Properties"] = json!({"Name": name, "Color": colour});
        if !export {
            body["Outputs"] = json!({"P": {"Value": "x"}});
        }
        let input = UpdateStackInput {
            stack_name: "giver".to_owned(),
            template_body: Some(body.to_string()),
            ..UpdateStackInput::default()
        };
        cloud.call::<UpdateStack>(input).await.unwrap();
        at_rest(&cloud, "giver").await.stack_status.as_str().to_owned()
    };
    assert_eq!(updated("red", "a", true).await, "UPDATE_COMPLETE", "what is exported stays the same");
    for (name, export) in [("a2", true), ("a", false)] {
        assert_eq!(updated("red", name, export).await, "UPDATE_ROLLBACK_COMPLETE");
        let exports = cloud.call::<ListExports>(ListExportsInput::default()).await.unwrap().exports.unwrap();
        assert_eq!(exports[0].value.as_deref(), Some("arn:aws:thing:::a"));
    }
    let delete = |name: &str| DeleteStackInput { stack_name: name.to_owned(), ..DeleteStackInput::default() };
    cloud.call::<DeleteStack>(delete("giver")).await.unwrap();
    let stack = at_rest(&cloud, "giver").await;
    assert_eq!(stack.stack_status.as_str(), "DELETE_FAILED");
    assert_eq!(
        stack.stack_status_reason.unwrap(),
        "Delete canceled. Cannot delete export giver-arn as it is in use by taker."
    );
    let id = at_rest(&cloud, "taker").await.stack_id.unwrap();
    cloud.call::<DeleteStack>(delete("taker")).await.unwrap();
    at_rest(&cloud, &id).await;
    let (_, text) = refusal::<ListImports>(&cloud, of).await;
    assert_eq!(text, "Export 'giver-arn' is not imported by any stack.");
    let id = at_rest(&cloud, "giver").await.stack_id.unwrap();
    cloud.call::<DeleteStack>(delete("giver")).await.unwrap();
    assert_eq!(at_rest(&cloud, &id).await.stack_status.as_str(), "DELETE_COMPLETE");
}
