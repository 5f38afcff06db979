//! What the reference adds to models: names of actions, what only reads, and the statics that services are built with.

use codegen::Access;

use crate::models::{all, load};

const REFERENCE: &str = r#"{"name": "Demo", "actions": {
    "GetX": {"level": "Read", "resources": {"x*": {"conditionKeys": ["demo:Own"]}, "y": {}}, "dependentActions": ["iam:PassRole"]}},
    "resources": {"x": {"arn": "arn:x", "conditionKeys": ["demo:Tag"]}, "y": {"arn": "arn:y"}},
    "conditionKeys": {"demo:Own": "String", "demo:Tag": "String"}}"#;

#[test]
fn a_reference_is_read() {
    let mut access = Access::default();
    access.add("demo", REFERENCE).unwrap();
    let found = access.find("demo:getx").unwrap();
    assert_eq!(found.whole_name(), "demo:GetX");
    assert!(found.action.is_reading());
    assert_eq!(
        found.action.resources.iter().map(|r| (&*r.name, r.required)).collect::<Vec<_>>(),
        [("x", true), ("y", false)]
    );
    assert_eq!(found.action.dependent_actions, ["iam:PassRole"]);
    assert!(["demo:GetY", "other:GetX", "GetX"].iter().all(|name| access.find(name).is_none()));
}

#[test]
fn a_reference_of_another_form_is_refused() {
    let of = |text: &str| Access::default().add("demo", text).unwrap_err();
    assert!(of("{").starts_with("models/demo.access.json: "));
    let unknown_resource = REFERENCE.replace("\"x*\"", "\"z*\"");
    for text in ["{}", &unknown_resource, r#"{"name": "Demo", "actions": {"A": {}}}"#] {
        assert!(of(text).ends_with("is not of the known form"), "{text}");
    }
}

#[test]
fn operations_are_decided_as_aws_decides_them() {
    for (id, operation, expected) in [
        ("sqs", "SendMessageBatch", "sqs:SendMessage"),
        ("s3", "HeadObject", "s3:GetObject"),
        ("s3", "GetBucketCors", "s3:GetBucketCORS"),
        ("s3control", "CreateBucket", "s3-outposts:CreateBucket"),
        ("lambda", "Invoke", "lambda:InvokeFunction"),
        ("apigateway", "GetRestApis", "apigateway:GET"),
        ("apigatewayv2", "CreateApi", "apigateway:POST"),
        ("apigatewayv2", "CreatePortal", "apigateway:CreatePortal"),
        ("cloudwatch", "PutMetricData", "cloudwatch:PutMetricData"),
    ] {
        assert_eq!(load(id).operations[operation].action, expected, "{id} {operation}");
    }
}

#[test]
fn what_only_reads_is_the_levels_matter_unless_stated() {
    for (id, operation, expected) in [
        ("sqs", "ReceiveMessage", true),
        ("sqs", "SendMessage", false),
        ("kms", "Decrypt", true),
        ("sts", "AssumeRole", true),
        ("dynamodb", "Query", true),
        ("dynamodb", "ExecuteStatement", false),
        ("s3", "GetObject", true),
        ("iam", "GenerateCredentialReport", true),
        ("iam", "CreateUser", false),
    ] {
        assert_eq!(load(id).operations[operation].read_only, expected, "{id} {operation}");
    }
}

/// Overlays name actions by hand; each must be one that the reference has.
#[test]
fn actions_named_in_overlays_exist() {
    for model in all() {
        for operation in model.operations.values() {
            let own = format!("{}:{}", model.service.action_prefix, operation.name);
            let named = operation.actions().filter(|action| !action.eq_ignore_ascii_case(&own));
            for action in named {
                assert!(model.access.find(action).is_some(), "{} {}: {action}", model.id, operation.name);
            }
        }
    }
}

#[test]
fn facts_are_emitted_for_listed_operations_only() {
    let text = codegen::generate(&load("s3"), &["PutBucketPolicy", "UploadPartCopy"]).unwrap();
    assert!(text.contains("access: &[&A_S3_PutObject, &A_S3_GetObject, &A_S3_GetObjectVersion]"), "{text}");
    assert!(text.contains("name: \"s3:PutBucketPolicy\", level: AccessLevel::PermissionsManagement"));
    assert!(text.contains("arn: \"arn:${Partition}:s3:::${BucketName}\""));
    assert!(!text.contains("A_S3_CreateBucket"));
}
