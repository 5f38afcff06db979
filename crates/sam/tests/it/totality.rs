//! Whatever a template is, the transform gives an answer.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::transformed;

/// Words that mean something somewhere in a template.
const WORDS: &[&str] = &[
    "AWS::Serverless::Function",
    "AWS::Serverless::Api",
    "AWS::Serverless::HttpApi",
    "AWS::Serverless::StateMachine",
    "AWS::Serverless::Connector",
    "AWS::Serverless::GraphQLApi",
    "AWS::Serverless::LayerVersion",
    "AWS::Serverless::WebSocketApi",
    "AWS::Serverless::CapacityProvider",
    "AWS::Serverless::SimpleTable",
    "AWS::Serverless::Application",
    "AWS::S3::Bucket",
    "Api",
    "HttpApi",
    "S3",
    "SNS",
    "SQS",
    "Schedule",
    "get",
    "/a/{b}",
    "A",
    "B",
    "s3://b/k",
    "live",
    "AWS_IAM",
    "NONE",
    "2.0",
    "3.0.1",
    "AWS::NoValue",
    "",
    "é",
];

/// Keys that mean something somewhere in a template.
const KEYS: &[&str] = &[
    "Ref",
    "Fn::If",
    "Fn::Sub",
    "Fn::GetAtt",
    "Type",
    "Properties",
    "Events",
    "Path",
    "Method",
    "RestApiId",
    "ApiId",
    "Bucket",
    "Key",
    "Auth",
    "Authorizers",
    "DefaultAuthorizer",
    "Authorizer",
    "FunctionArn",
    "ResourcePolicy",
    "Cors",
    "Domain",
    "DomainName",
    "CertificateArn",
    "Route53",
    "HostedZoneId",
    "DefinitionBody",
    "paths",
    "swagger",
    "openapi",
    "security",
    "StageName",
    "Policies",
    "Statement",
    "Role",
    "Tags",
    "AutoPublishAlias",
    "DeploymentPreference",
    "EventInvokeConfig",
    "DestinationConfig",
    "OnSuccess",
    "Destination",
    "Source",
    "Id",
    "Permissions",
    "Definition",
    "Routes",
    "ContentUri",
    "Location",
    "VpcConfig",
    "SubnetIds",
    "DataSources",
    "Resolvers",
    "Condition",
    "DependsOn",
    "Connectors",
    "CodeUri",
    "Handler",
    "Runtime",
    "Layers",
    "A",
    "B",
    "$default",
    "Models",
    "GatewayResponses",
    "UsagePlan",
    "CreateUsagePlan",
];

fn word() -> impl Strategy<Value = String> {
    prop_oneof![4 => proptest::sample::select(WORDS).prop_map(str::to_owned), 1 => ".{0,6}"]
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof![8 => proptest::sample::select(KEYS).prop_map(str::to_owned), 1 => "[A-Za-z0-9$:.]{0,8}"]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        word().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 48, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((key(), inner), 0..6).prop_map(|entries| Value::Object(Map::from_iter(entries))),
        ]
    })
}

/// A resource of a known type with what it may have for properties.
fn resource() -> impl Strategy<Value = Value> {
    let properties = proptest::collection::vec((key(), value()), 0..8);
    (proptest::sample::select(WORDS), properties).prop_map(|(kind, properties)| {
        let mut all = json!({
            "Handler": "h", "Runtime": "r", "CodeUri": "s3://b/k", "StageName": "s", "ContentUri": "s3://b/k",
        });
        let shared = ["AWS::Serverless::Function", "AWS::Serverless::Api", "AWS::Serverless::LayerVersion"];
        let map = all.as_object_mut().expect("it is a map");
        match shared.iter().position(|known| *known == kind) {
            Some(0) => map.retain(|name, _| ["Handler", "Runtime", "CodeUri"].contains(&name.as_str())),
            Some(1) => map.retain(|name, _| name == "StageName"),
            Some(2) => map.retain(|name, _| name == "ContentUri"),
            _ => map.clear(),
        }
        map.extend(properties);
        json!({"Type": kind, "Properties": all})
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn any_value_is_answered(template in value()) {
        let _answer = transformed(template);
    }

    #[test]
    fn any_resources_are_answered(a in resource(), b in resource(), globals in value()) {
        let _answer = transformed(json!({"Globals": globals, "Resources": {"A": a.clone(), "B": b.clone()}}));
        let _answer = transformed(json!({"Resources": {"A": a, "B": b}}));
    }

    #[test]
    fn any_events_are_answered(kind in proptest::sample::select(WORDS), properties in value(), bucket in value()) {
        let function = json!({"Type": "AWS::Serverless::Function", "Properties": {
            "Handler": "h", "Runtime": "r", "CodeUri": "s3://b/k", "Events": {"E": {"Type": kind, "Properties": properties}},
        }});
        let _answer = transformed(json!({"Resources": {"F": function, "A": bucket}}));
    }

    #[test]
    fn any_definition_of_an_api_is_answered(body in value(), auth in value(), cors in value(), paths in value()) {
        let mut body = body;
        if let Some(body) = body.as_object_mut() {
            body.insert("swagger".to_owned(), json!("2.0"));
            body.insert("paths".to_owned(), json!({"/a": paths}));
        }
        let api = json!({"StageName": "s", "DefinitionBody": body, "Auth": auth, "Cors": cors});
        let _answer = transformed(json!({"Resources": {"A": {"Type": "AWS::Serverless::Api", "Properties": api}}}));
    }
}
