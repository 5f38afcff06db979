//! What is said of templates that are wrong.

use serde_json::{Value, json};

use crate::{function, transformed};

fn refused(template: Value) -> String {
    let problem = transformed(template).expect_err("the template is wrong").to_string();
    let start = "Invalid Serverless Application Specification document. Number of errors found: ";
    problem.strip_prefix(start).expect("every refusal starts so").to_owned()
}

#[test]
fn templates_are_refused_in_the_words_of_aws() {
    let of = |properties: Value| json!({"Resources": {"F": function(properties)}});
    let event = |kind: &str, properties: Value| of(json!({"Events": {"E": {"Type": kind, "Properties": properties}}}));
    for (template, told) in [
        (json!([]), "1. Structure of the SAM template is invalid. 'Resources' section is required"),
        (json!({"Resources": {}}), "1. Structure of the SAM template is invalid. 'Resources' section is required"),
        (
            json!({"Resources": {"F": 1}}),
            "1. Structure of the SAM template is invalid. All 'Resources' must be Objects. If you're using YAML, this may be an \
             indentation issue.",
        ),
        (
            json!({"Globals": {"Queue": {}}, "Resources": {"F": function(json!({}))}}),
            "1. 'Globals' section is invalid. 'Queue' is not supported. Must be one of the following values - ['Api', \
             'CapacityProvider', 'Function', 'HttpApi', 'LayerVersion', 'SimpleTable', 'StateMachine', 'WebSocketApi']",
        ),
        (
            of(json!({"Unknown": 1})),
            "1. Resource with id [F] is invalid. property Unknown not defined for resource of type AWS::Serverless::Function",
        ),
        (of(json!({"Tags": "a"})), "1. Resource with id [F] is invalid. Property 'Tags' should be a map."),
        (
            of(json!({"CodeUri": "key"})),
            "1. Resource with id [F] is invalid. 'CodeUri' is not a valid S3 Uri of the form 's3://bucket/key' with optional \
             versionId query parameter.",
        ),
        (
            of(json!({"DeadLetterQueue": {"Type": "SES", "TargetArn": "a"}})),
            "1. Resource with id [F] is invalid. 'DeadLetterQueue' requires Type of ['SQS', 'SNS']",
        ),
        (
            event("S3", json!({"Bucket": {"Ref": "None"}, "Events": "e"})),
            "1. Resource with id [F] is invalid. Event with id [E] is invalid. S3 events must reference an S3 bucket in the same \
             template.",
        ),
        (
            event("Nothing", json!({})),
            "1. Resource with id [F] is invalid. Event with id [E] is invalid. Resource dict has missing or invalid value for \
             key Type. Event Type is: Nothing.",
        ),
        (event("SQS", json!({})), "1. Resource with id [FE] is invalid. Missing required property 'Queue'."),
        (
            event("Kinesis", json!({"Stream": "s"})),
            "1. Resource with id [FE] is invalid. Missing required property 'StartingPosition'.",
        ),
        (event("MQ", json!({})), "1. Resource with id [FE] is invalid. Missing required property 'Broker'."),
        (
            event("SQS", json!({"Queue": "q", "Stream": "s"})),
            "1. Resource with id [FE] is invalid. property Stream not defined for resource of type SQS",
        ),
        (
            json!({"Resources": {"A": {"Type": "AWS::Serverless::Application", "Properties": {
                "Location": {"ApplicationId": "missing", "SemanticVersion": "1"},
            }}}}),
            "1. Resource with id [A] is invalid. Cannot access application: missing.",
        ),
    ] {
        assert_eq!(refused(template), told);
    }
}

#[test]
fn everything_that_is_wrong_is_told_by_ids() {
    let wrong = function(json!({"Unknown": 1}));
    let told = refused(json!({"Resources": {"B": wrong.clone(), "A": wrong}}));
    assert!(told.starts_with("2. Resource with id [A]"), "{told}");
    assert!(told.contains("Resource with id [B]"), "{told}");
}

#[test]
fn an_id_that_is_taken_is_not_taken_again() {
    let taken = json!({"Type": "AWS::SNS::Topic"});
    let told = refused(json!({"Resources": {"F": function(json!({})), "FRole": taken}}));
    let start = "1. Transforming resource with id [F] attempts to create a new resource with id [FRole] and type \"AWS::IAM::Role\"";
    assert!(told.starts_with(start), "{told}");
}
