//! The life of stacks.

use api_cloudformation::{
    CreateStack, CreateStackInput, DeleteStack, DeleteStackInput, DescribeAccountLimits, DescribeAccountLimitsInput,
    DescribeStackDriftDetectionStatus, DescribeStackDriftDetectionStatusInput, DescribeStackResource,
    DescribeStackResourceDrifts, DescribeStackResourceDriftsInput, DescribeStackResourceInput, DescribeStackResources,
    DescribeStackResourcesInput, DetectStackDrift, DetectStackDriftInput, DetectStackResourceDrift,
    DetectStackResourceDriftInput, GetStackPolicy, GetStackPolicyInput, ListStackResources, ListStackResourcesInput,
    ListStacks, ListStacksInput, Parameter, SetStackPolicy, SetStackPolicyInput, Tag, UpdateStack, UpdateStackInput,
    UpdateTerminationProtection, UpdateTerminationProtectionInput,
};
use api_sns::{GetTopicAttributes, GetTopicAttributesInput};
use api_sqs::{
    ListQueueTags, ListQueueTagsInput, ListQueues, ListQueuesInput, SetQueueAttributes, SetQueueAttributesInput,
};
use serde_json::json;

use super::{at_rest, cloud, described, history, refusal, template};

fn create(name: &str, body: Option<String>) -> CreateStackInput {
    CreateStackInput { stack_name: name.to_owned(), template_body: body, ..CreateStackInput::default() }
}

#[tokio::test]
async fn a_stack_of_a_queue_and_a_topic_lives_and_goes() {
    let (cloud, _) = cloud();
    let body = "
Parameters:
  Title: {Type: String, NoEcho: true}
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      DisplayName: !Sub '${Title}-${Queue.QueueName}'
  Queue:
    Type: AWS::SQS::Queue
    Properties: {DelaySeconds: 3}
Outputs:
  Url: {Value: !Ref Queue, Description: where}
  Arn: {Value: !GetAtt Queue.Arn}
";
    let parameter = |value: &str| Parameter {
        parameter_key: Some("Title".to_owned()),
        parameter_value: Some(value.to_owned()),
        ..Parameter::default()
    };
    let input = CreateStackInput {
        parameters: Some(vec![parameter("t")]),
        tags: Some(vec![Tag { key: "team".to_owned(), value: "blue".to_owned() }]),
        ..create("app", Some(body.to_owned()))
    };
    let id = cloud.call::<CreateStack>(input).await.unwrap().stack_id.unwrap();
    assert!(id.starts_with("arn:aws:cloudformation:us-east-1:000000000000:stack/app/"), "{id}");
    let stack = at_rest(&cloud, "app").await;
    assert_eq!((stack.stack_status.as_str(), stack.stack_status_reason), ("CREATE_COMPLETE", None));
    assert_eq!(stack.parameters.unwrap()[0].parameter_value.as_deref(), Some("****"));
    let outputs = stack.outputs.unwrap();
    let url = outputs[0].output_value.clone().unwrap();
    assert!(url.contains("app-Queue-"), "{url}");
    let tags = cloud.call::<ListQueueTags>(ListQueueTagsInput { queue_url: url.clone() }).await.unwrap().tags.unwrap();
    assert_eq!(tags["team"], "blue");
    assert_eq!(history(&cloud, "app", "Queue").await, ["CREATE_IN_PROGRESS", "CREATE_IN_PROGRESS", "CREATE_COMPLETE"]);
    let one = DescribeStackResourceInput { stack_name: "app".to_owned(), logical_resource_id: "Topic".to_owned() };
    let topic = cloud.call::<DescribeStackResource>(one).await.unwrap().stack_resource_detail.unwrap();
    let topic_arn = topic.physical_resource_id.unwrap();
    let attributes = cloud.call::<GetTopicAttributes>(GetTopicAttributesInput { topic_arn: topic_arn.clone() });
    let title = attributes.await.unwrap().attributes.unwrap()["DisplayName"].clone();
    assert!(title.starts_with("t-app-Queue-"), "{title}");

    let update = UpdateStackInput {
        stack_name: "app".to_owned(),
        use_previous_template: Some(true),
        parameters: Some(vec![parameter("new")]),
        ..UpdateStackInput::default()
    };
    cloud.call::<UpdateStack>(update.clone()).await.unwrap();
    assert_eq!(at_rest(&cloud, "app").await.stack_status.as_str(), "UPDATE_COMPLETE");
    let attributes = cloud.call::<GetTopicAttributes>(GetTopicAttributesInput { topic_arn });
    assert!(attributes.await.unwrap().attributes.unwrap()["DisplayName"].starts_with("new-"));
    let (code, text) = refusal::<UpdateStack>(&cloud, update).await;
    assert_eq!((code.as_str(), text.as_str()), ("ValidationError", "No updates are to be performed."));

    let by_id = DescribeStackResourcesInput { physical_resource_id: Some(url), ..Default::default() };
    let of_queue = cloud.call::<DescribeStackResources>(by_id).await.unwrap().stack_resources.unwrap();
    assert_eq!(of_queue.len(), 2);
    let listed = ListStackResourcesInput { stack_name: id.clone(), next_token: None };
    assert_eq!(cloud.call::<ListStackResources>(listed).await.unwrap().stack_resource_summaries.unwrap().len(), 2);

    let gone = DeleteStackInput { stack_name: "app".to_owned(), ..DeleteStackInput::default() };
    cloud.call::<DeleteStack>(gone.clone()).await.unwrap();
    assert_eq!(at_rest(&cloud, &id).await.stack_status.as_str(), "DELETE_COMPLETE");
    assert!(described(&cloud, "app").await.is_none());
    assert!(cloud.call::<ListQueues>(ListQueuesInput::default()).await.unwrap().queue_urls.is_none());
    cloud.call::<DeleteStack>(gone).await.unwrap();
    let all = cloud.call::<ListStacks>(ListStacksInput::default()).await.unwrap().stack_summaries.unwrap();
    assert_eq!(all[0].stack_status.as_str(), "DELETE_COMPLETE");
}

#[tokio::test]
async fn a_property_that_cannot_change_makes_a_new_resource_and_the_old_one_goes() {
    let (cloud, things) = cloud();
    let of = |name: &str, color: &str| {
        template(json!({
            "A": {"Type": "Test::Thing", "Properties": {"Name": name, "Color": color}},
            "B": {"Type": "Test::Thing", "Properties": {"Color": {"Fn::GetAtt": ["A", "Arn"]}}},
        }))
    };
    cloud.call::<CreateStack>(create("s", of("one", "red"))).await.unwrap();
    at_rest(&cloud, "s").await;
    assert_eq!(things.made(), 2);
    let update = |body| UpdateStackInput { stack_name: "s".to_owned(), template_body: body, ..Default::default() };
    cloud.call::<UpdateStack>(update(of("two", "red"))).await.unwrap();
    assert_eq!(at_rest(&cloud, "s").await.stack_status.as_str(), "UPDATE_COMPLETE");
    let ids = things.ids();
    assert!(ids.contains(&"two".to_owned()) && !ids.contains(&"one".to_owned()) && ids.len() == 2, "{ids:?}");
    let b = ids.iter().find(|id| id.starts_with("s-B-")).unwrap();
    assert_eq!(things.property(b, "Color"), Some(json!("arn:aws:thing:::two")));
    assert_eq!(
        history(&cloud, "s", "A").await,
        [
            "CREATE_IN_PROGRESS",
            "CREATE_IN_PROGRESS",
            "CREATE_COMPLETE",
            "UPDATE_IN_PROGRESS",
            "UPDATE_IN_PROGRESS",
            "UPDATE_COMPLETE",
            "DELETE_IN_PROGRESS",
            "DELETE_COMPLETE",
        ]
    );
    // What a template drops is deleted, unless its policy keeps it.
    let kept = template(json!({
        "A": {"Type": "Test::Thing", "DeletionPolicy": "Retain", "Properties": {"Name": "two", "Color": "blue"}},
    }));
    cloud.call::<UpdateStack>(update(kept)).await.unwrap();
    at_rest(&cloud, "s").await;
    assert_eq!(things.ids(), ["two"]);
    cloud.call::<DeleteStack>(DeleteStackInput { stack_name: "s".to_owned(), ..Default::default() }).await.unwrap();
    for _ in 0..100_000 {
        if described(&cloud, "s").await.is_none() {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(things.ids(), ["two"]);
}

#[tokio::test]
async fn drift_is_found() {
    let (cloud, _) = cloud();
    let body = template(json!({"Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "q", "DelaySeconds": 3}}}));
    cloud.call::<CreateStack>(create("s", body)).await.unwrap();
    at_rest(&cloud, "s").await;
    let detect = || DetectStackDriftInput { stack_name: "s".to_owned(), ..DetectStackDriftInput::default() };
    let status = |id: String| DescribeStackDriftDetectionStatusInput { stack_drift_detection_id: id };
    let id = cloud.call::<DetectStackDrift>(detect()).await.unwrap().stack_drift_detection_id;
    let found = cloud.call::<DescribeStackDriftDetectionStatus>(status(id)).await.unwrap();
    assert_eq!(found.stack_drift_status.unwrap().as_str(), "IN_SYNC");
    let attributes = [("DelaySeconds".to_owned(), "9".to_owned())].into();
    let queue_url = "http://localhost:4566/000000000000/q".to_owned();
    cloud.call::<SetQueueAttributes>(SetQueueAttributesInput { queue_url, attributes }).await.unwrap();
    let id = cloud.call::<DetectStackDrift>(detect()).await.unwrap().stack_drift_detection_id;
    let found = cloud.call::<DescribeStackDriftDetectionStatus>(status(id)).await.unwrap();
    assert_eq!((found.stack_drift_status.unwrap().as_str(), found.drifted_stack_resource_count), ("DRIFTED", Some(1)));
    let of = DescribeStackResourceDriftsInput { stack_name: "s".to_owned(), ..Default::default() };
    let drifts = cloud.call::<DescribeStackResourceDrifts>(of).await.unwrap().stack_resource_drifts;
    let difference = &drifts[0].property_differences.as_ref().unwrap()[0];
    assert_eq!((difference.property_path.as_str(), difference.actual_value.as_str()), ("/DelaySeconds", "9"));
    let one = DetectStackResourceDriftInput { stack_name: "s".to_owned(), logical_resource_id: "Q".to_owned() };
    let drift = cloud.call::<DetectStackResourceDrift>(one).await.unwrap().stack_resource_drift;
    assert_eq!(drift.stack_resource_drift_status.as_str(), "MODIFIED");
    let stack = described(&cloud, "s").await.unwrap();
    assert_eq!(stack.drift_information.unwrap().stack_drift_status.as_str(), "DRIFTED");
}

#[tokio::test]
async fn conditions_decide_what_is_there() {
    let (cloud, things) = cloud();
    let body = json!({
        "Parameters": {"Env": {"Type": "String", "Default": "dev"}},
        "Conditions": {"Prod": {"Fn::Equals": [{"Ref": "Env"}, "prod"]}},
        "Resources": {
            "A": {"Type": "Test::Thing", "Properties": {"Name": "a", "Color": {"Fn::If": ["Prod", "red", {"Ref": "AWS::NoValue"}]}}},
            "B": {"Type": "Test::Thing", "Condition": "Prod", "Properties": {"Name": "b"}},
        },
        "Outputs": {"B": {"Condition": "Prod", "Value": {"Ref": "B"}}},
    });
    cloud.call::<CreateStack>(create("s", Some(body.to_string()))).await.unwrap();
    assert!(at_rest(&cloud, "s").await.outputs.is_none());
    assert_eq!((things.ids(), things.property("a", "Color")), (vec!["a".to_owned()], None));
    let env = Parameter {
        parameter_key: Some("Env".to_owned()),
        parameter_value: Some("prod".to_owned()),
        ..Parameter::default()
    };
    let update = UpdateStackInput {
        stack_name: "s".to_owned(),
        use_previous_template: Some(true),
        parameters: Some(vec![env]),
        ..UpdateStackInput::default()
    };
    cloud.call::<UpdateStack>(update).await.unwrap();
    assert_eq!(at_rest(&cloud, "s").await.outputs.unwrap()[0].output_value.as_deref(), Some("b"));
    assert_eq!(things.ids(), ["a", "b"]);
}

#[tokio::test]
async fn stacks_in_stacks_hand_their_outputs_up() {
    let (cloud, things) = cloud();
    let inner = json!({
        "Parameters": {"Name": {"Type": "String"}},
        "Resources": {"T": {"Type": "Test::Thing", "Properties": {"Name": {"Ref": "Name"}}}},
        "Outputs": {"Arn": {"Value": {"Fn::GetAtt": ["T", "Arn"]}}},
    });
    let body = json!({
        "Resources": {"Inner": {"Type": "AWS::CloudFormation::Stack", "Properties": {
            "TemplateBody": inner.to_string(), "Parameters": {"Name": "deep"},
        }}},
        "Outputs": {"Up": {"Value": {"Fn::GetAtt": ["Inner", "Outputs.Arn"]}}},
    });
    cloud.call::<CreateStack>(create("outer", Some(body.to_string()))).await.unwrap();
    let stack = at_rest(&cloud, "outer").await;
    assert_eq!(stack.outputs.unwrap()[0].output_value.as_deref(), Some("arn:aws:thing:::deep"));
    let id = stack.stack_id.unwrap();
    cloud.call::<DeleteStack>(DeleteStackInput { stack_name: id.clone(), ..Default::default() }).await.unwrap();
    assert_eq!(at_rest(&cloud, &id).await.stack_status.as_str(), "DELETE_COMPLETE");
    assert!(things.ids().is_empty());
}

#[tokio::test]
async fn protection_and_policies_hold() {
    let (cloud, things) = cloud();
    let of = |color: &str| template(json!({"A": {"Type": "Test::Thing", "Properties": {"Name": "a", "Color": color}}}));
    let guarded = CreateStackInput { enable_termination_protection: Some(true), ..create("s", of("red")) };
    let id = cloud.call::<CreateStack>(guarded).await.unwrap().stack_id.unwrap();
    at_rest(&cloud, "s").await;
    let delete = DeleteStackInput { stack_name: "s".to_owned(), ..DeleteStackInput::default() };
    let (_, text) = refusal::<DeleteStack>(&cloud, delete.clone()).await;
    assert_eq!(text, "Stack [s] cannot be deleted while TerminationProtection is enabled");
    let policy =
        json!({"Statement": [{"Effect": "Deny", "Action": "Update:Modify", "Principal": "*", "Resource": "*"}]});
    let set = SetStackPolicyInput {
        stack_name: "s".to_owned(),
        stack_policy_body: Some(policy.to_string()),
        stack_policy_url: None,
    };
    cloud.call::<SetStackPolicy>(set).await.unwrap();
    let told = cloud.call::<GetStackPolicy>(GetStackPolicyInput { stack_name: "s".to_owned() }).await.unwrap();
    assert_eq!(told.stack_policy_body, Some(policy.to_string()));
    let update = UpdateStackInput { stack_name: "s".to_owned(), template_body: of("blue"), ..Default::default() };
    cloud.call::<UpdateStack>(update).await.unwrap();
    let stack = at_rest(&cloud, "s").await;
    assert_eq!(stack.stack_status.as_str(), "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(things.property("a", "Color"), Some(json!("red")));
    let open = UpdateTerminationProtectionInput { stack_name: "s".to_owned(), enable_termination_protection: false };
    cloud.call::<UpdateTerminationProtection>(open).await.unwrap();
    cloud.call::<DeleteStack>(delete).await.unwrap();
    assert_eq!(at_rest(&cloud, &id).await.stack_status.as_str(), "DELETE_COMPLETE");
    let limits = cloud.call::<DescribeAccountLimits>(DescribeAccountLimitsInput::default()).await.unwrap();
    assert_eq!(limits.account_limits.unwrap()[0].value, Some(2_000));
}
