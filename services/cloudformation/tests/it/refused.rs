//! What is refused, and in which words.

use api_cloudformation::{
    CreateStack, CreateStackInput, DescribeStackEvents, DescribeStackEventsInput, DescribeStacks, DescribeStacksInput,
    GetTemplate, GetTemplateInput,
};
use serde_json::json;
use service_kit::{Caller, Error, Fault, Principal};

use super::{at_rest, cloud, refusal, template};

#[tokio::test]
async fn what_is_not_there_is_told_in_aws_words() {
    let (cloud, _) = cloud();
    let name = || Some("none".to_owned());
    let (code, text) =
        refusal::<DescribeStacks>(&cloud, DescribeStacksInput { stack_name: name(), next_token: None }).await;
    assert_eq!((code.as_str(), text.as_str()), ("ValidationError", "Stack with id none does not exist"));
    let input = DescribeStackEventsInput { stack_name: "none".to_owned(), next_token: None };
    assert_eq!(refusal::<DescribeStackEvents>(&cloud, input).await.1, "Stack [none] does not exist");
    let (_, text) = refusal::<GetTemplate>(&cloud, GetTemplateInput::default()).await;
    assert_eq!(text, "StackName is required if ChangeSetName is not specified.");
}

#[tokio::test]
async fn a_name_is_taken_once() {
    let (cloud, _) = cloud();
    let input = CreateStackInput {
        stack_name: "s".to_owned(),
        template_body: template(json!({"A": {"Type": "Test::Thing"}})),
        ..CreateStackInput::default()
    };
    cloud.call::<CreateStack>(input.clone()).await.unwrap();
    at_rest(&cloud, "s").await;
    let (code, text) = refusal::<CreateStack>(&cloud, input).await;
    assert_eq!((code.as_str(), text.as_str()), ("AlreadyExistsException", "Stack [s] already exists"));
}

#[tokio::test]
async fn an_unknown_property_and_an_unknown_attribute_fail_the_stack() {
    let (cloud, things) = cloud();
    let cases = [
        json!({"Resources": {"A": {"Type": "Test::Thing", "Properties": {"Wrong": 1}}}}),
        json!({"Resources": {"A": {"Type": "Test::Thing"}}, "Outputs": {"O": {"Value": {"Fn::GetAtt": ["A", "Wrong"]}}}}),
    ];
    for (number, body) in cases.into_iter().enumerate() {
        let name = format!("s{number}");
        let input = CreateStackInput {
            stack_name: name.clone(),
            template_body: Some(body.to_string()),
            ..CreateStackInput::default()
        };
        cloud.call::<CreateStack>(input).await.unwrap();
        assert_eq!(at_rest(&cloud, &name).await.stack_status.as_str(), "ROLLBACK_COMPLETE");
    }
    assert!(things.ids().is_empty());
}

#[tokio::test]
async fn resources_are_made_in_the_name_of_whoever_asked() {
    let (cloud, _) = cloud();
    let nobody = Caller {
        principal: Principal::User { arn: "arn:aws:iam::000000000000:user/u".to_owned(), id: "AIDAU".to_owned() },
        ..Caller::root(cloud.account(), None)
    };
    let input = CreateStackInput {
        stack_name: "s".to_owned(),
        template_body: template(json!({"Q": {"Type": "AWS::SQS::Queue"}})),
        ..CreateStackInput::default()
    };
    let refused = cloud.call_as::<CreateStack>(nobody, input).await;
    assert!(matches!(refused, Err(Error::Fault(Fault::AccessDenied { .. }))));
}
