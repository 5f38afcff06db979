//! Properties of all models: everything can be generated, no name clashes, no type contains itself.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use codegen::Model;
use codegen::model::Kind;

/// The workspace's folder.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// A model with its overlay and what the reference says of its actions.
pub(crate) fn load(id: &str) -> Model {
    codegen::load(&root().join("models"), id, |_| ()).unwrap()
}

pub(crate) fn all() -> impl Iterator<Item = Model> {
    let source = fs::read_to_string(root().join("models/SOURCE")).unwrap();
    let ids: Vec<String> = source.lines().skip(1).map(str::to_owned).collect();
    ids.into_iter().map(|id| load(&id))
}

/// Top-level names of one kind, as the generated text declares them.
fn declared<'a>(text: &'a str, word: &str) -> Vec<&'a str> {
    let names = text.lines().filter_map(|line| line.trim_start().strip_prefix(word));
    names.filter_map(|rest| rest.split([' ', ':', ';', '(', '{', '<', ',', ')']).next()).collect()
}

#[test]
fn every_operation_can_be_generated_and_no_name_clashes() {
    for model in all() {
        let operations: Vec<&str> = model.operations.keys().map(String::as_str).collect();
        let text = codegen::generate(&model, &operations).unwrap();
        let kinds = ["pub struct ", "pub enum ", "pub type ", "smithy::enumeration! { ", "smithy::text!("];
        let types: Vec<&str> = kinds.iter().flat_map(|word| declared(&text, word)).collect();
        let distinct: BTreeSet<&str> = types.iter().copied().collect();
        assert_eq!(types.len(), distinct.len(), "{}", model.id);
        let functions = declared(&text, "pub fn ");
        assert_eq!(functions.len(), functions.iter().collect::<BTreeSet<_>>().len(), "{}", model.id);
    }
}

#[test]
fn names_do_not_depend_on_what_is_listed() {
    let model = load("dynamodb");
    let whole = codegen::generate(&model, &model.operations.keys().map(String::as_str).collect::<Vec<_>>()).unwrap();
    let whole: BTreeSet<&str> = declared(&whole, "pub struct ").into_iter().collect();
    let one = codegen::generate(&model, &["PutItem"]).unwrap();
    let one = declared(&one, "pub struct ");
    assert!(one.len() > 5 && one.iter().all(|name| whole.contains(name)), "{one:?}");
}

#[test]
fn unknown_operations_are_refused() {
    assert!(codegen::generate(&load("sts"), &["AssumeRole", "AssumeRule"]).unwrap_err().contains("AssumeRule"));
}

#[test]
fn queries_of_sqs_keep_their_old_names() {
    let sqs = load("sqs");
    let send = sqs.shape("SendMessageRequest");
    let attributes = send.members.iter().find(|m| m.name == "MessageAttributes").unwrap();
    assert_eq!(
        (attributes.query_name.as_str(), attributes.json_name.as_str()),
        ("MessageAttribute", "MessageAttributes")
    );
    assert!(attributes.flattened);
    let batch = sqs.shape("SendMessageBatchRequest").members.iter().find(|m| m.name == "Entries").unwrap();
    assert_eq!(batch.query_name, "SendMessageBatchRequestEntry");
    let map = sqs.shape("QueueAttributeMap");
    assert_eq!([&map.members[0].query_name, &map.members[1].query_name], ["Name", "Value"]);
}

#[test]
fn required_and_kinds_follow_the_model() {
    let s3 = load("s3");
    let put = s3.shape("PutObjectRequest");
    let body = put.members.iter().find(|m| m.name == "Body").unwrap();
    assert_eq!(s3.kind(body), Kind::ByteStream);
    assert_eq!(body.location.as_ref().unwrap().0, "Payload");
    let ec2 = load("ec2");
    let run = ec2.shape("RunInstancesRequest").members.iter().find(|m| m.name == "BlockDeviceMappings").unwrap();
    assert_eq!(run.query_name, "BlockDeviceMapping");
}

#[test]
fn trails_record_messages_and_items_only_when_asked_to() {
    let event = |id: &str, operation: &str| load(id).operations[operation].data_event.clone();
    for (id, operation, expected) in [
        ("sqs", "SendMessage", Some("AWS::SQS::Queue")),
        ("sqs", "CreateQueue", None),
        ("dynamodb", "PutItem", Some("AWS::DynamoDB::Table")),
        ("dynamodbstreams", "DescribeStream", None),
        ("s3", "PutObject", Some("AWS::S3::Object")),
        ("s3", "PutBucketPolicy", None),
        ("kms", "Encrypt", None),
    ] {
        assert_eq!(event(id, operation).as_deref(), expected, "{id} {operation}");
    }
    let source = |id: &str| load(id).service.event_source;
    assert_eq!(source("sqs"), "sqs.amazonaws.com");
    assert_eq!(source("cloudwatch"), "monitoring.amazonaws.com");
    assert_eq!(source("rds-data"), "rdsdata.amazonaws.com");
}
