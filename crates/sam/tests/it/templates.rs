//! What each kind of resource and event becomes: types and ids, and of each something that only it has.

use serde_json::{Value, json};

use crate::{function, merge, of_type, resources, transformed, transformed_with};

/// Events of a function, and the types of what each adds to it.
#[test]
fn events_become_what_calls_the_function() {
    let bucket = json!({"Bucket": {"Type": "AWS::S3::Bucket"}});
    let pool = json!({"Pool": {"Type": "AWS::Cognito::UserPool"}});
    let auth = json!([{"Type": "BASIC_AUTH", "URI": "arn:secret"}]);
    let cases: [(&str, Value, Value, &[&str]); 18] = [
        ("AlexaSkill", json!({}), json!({}), &["Lambda::Permission"]),
        ("CloudWatchEvent", json!({"Pattern": {"source": ["a"]}}), json!({}), &["Events::Rule", "Lambda::Permission"]),
        ("EventBridgeRule", json!({"Pattern": {"source": ["a"]}}), json!({}), &["Events::Rule", "Lambda::Permission"]),
        (
            "CloudWatchLogs",
            json!({"LogGroupName": "g", "FilterPattern": "p"}),
            json!({}),
            &["Logs::SubscriptionFilter"],
        ),
        ("Cognito", json!({"UserPool": {"Ref": "Pool"}, "Trigger": "PreSignUp"}), pool, &["Cognito::UserPool"]),
        (
            "DocumentDB",
            json!({"Cluster": "c", "DatabaseName": "d", "SourceAccessConfigurations": auth}),
            json!({}),
            &["Lambda::EventSourceMapping"],
        ),
        ("DynamoDB", json!({"Stream": "s", "StartingPosition": "LATEST"}), json!({}), &["Lambda::EventSourceMapping"]),
        ("IoTRule", json!({"Sql": "SELECT 1"}), json!({}), &["IoT::TopicRule", "Lambda::Permission"]),
        ("Kinesis", json!({"Stream": "s", "StartingPosition": "LATEST"}), json!({}), &["Lambda::EventSourceMapping"]),
        (
            "MQ",
            json!({"Broker": "b", "Queues": ["q"], "SourceAccessConfigurations": auth}),
            json!({}),
            &["Lambda::EventSourceMapping"],
        ),
        ("MSK", json!({"Stream": "s", "StartingPosition": "LATEST"}), json!({}), &["Lambda::EventSourceMapping"]),
        ("S3", json!({"Bucket": {"Ref": "Bucket"}, "Events": "s3:ObjectCreated:*"}), bucket, &["S3::Bucket"]),
        ("SNS", json!({"Topic": "arn:topic"}), json!({}), &["SNS::Subscription", "Lambda::Permission"]),
        (
            "SNS",
            json!({"Topic": "arn:topic", "SqsSubscription": true}),
            json!({}),
            &["SQS::Queue", "SQS::QueuePolicy", "SNS::Subscription", "Lambda::EventSourceMapping"],
        ),
        ("SQS", json!({"Queue": "arn:queue"}), json!({}), &["Lambda::EventSourceMapping"]),
        ("Schedule", json!({"Schedule": "rate(1 minute)"}), json!({}), &["Events::Rule", "Lambda::Permission"]),
        ("ScheduleV2", json!({"ScheduleExpression": "rate(1 minute)"}), json!({}), &["Scheduler::Schedule"]),
        (
            "SelfManagedKafka",
            json!({"KafkaBootstrapServers": ["k:1"], "Topics": ["t"], "SourceAccessConfigurations": auth}),
            json!({}),
            &["Lambda::EventSourceMapping"],
        ),
    ];
    for (kind, properties, others, made) in cases {
        let mut template = json!({"F": function(json!({"Events": {"E": {"Type": kind, "Properties": properties}}}))});
        merge(&mut template, others);
        let found = resources(template);
        for part in made.iter().chain(&["Lambda::Function", "IAM::Role"]) {
            let count = of_type(&found, &format!("AWS::{part}")).len();
            assert!(count >= 1, "{kind} makes no {part}: {found}");
        }
    }
}

#[test]
fn a_path_makes_an_api_with_a_deployment_of_its_definition() {
    let api = |path: &str| {
        let events = json!({"Get": {"Type": "Api", "Properties": {"Path": path, "Method": "get"}}});
        resources(json!({"F": function(json!({"Events": events}))}))
    };
    let (one, other) = (api("/a"), api("/b"));
    let deployment = |found: &Value| of_type(found, "AWS::ApiGateway::Deployment")[0].to_owned();
    assert_eq!(deployment(&one), deployment(&api("/a")));
    assert_ne!(deployment(&one), deployment(&other));
    assert_eq!(of_type(&one, "AWS::ApiGateway::Stage"), ["ServerlessRestApiProdStage"]);
    let method = &one["ServerlessRestApi"]["Properties"]["Body"]["paths"]["/a"]["get"];
    let uri = &method["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"];
    let expected = "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${F.Arn}/invocations";
    assert_eq!(uri, expected);
    assert_eq!(one["FGetPermissionProd"]["Properties"]["Principal"], "apigateway.amazonaws.com");
}

#[test]
fn a_route_makes_an_http_api() {
    let found = resources(json!({"F": function(json!({"Events": {"E": {"Type": "HttpApi"}}}))}));
    assert_eq!(of_type(&found, "AWS::ApiGatewayV2::Stage"), ["ServerlessHttpApiApiGatewayDefaultStage"]);
    let any = &found["ServerlessHttpApi"]["Properties"]["Body"]["paths"]["$default"]["x-amazon-apigateway-any-method"];
    assert_eq!(any["isDefaultRoute"], true);
}

#[test]
fn a_new_version_is_published_when_the_code_changes() {
    let version = |key: &str| {
        let properties = json!({"CodeUri": format!("s3://bucket/{key}"), "AutoPublishAlias": "live"});
        let found = resources(json!({"F": function(properties)}));
        assert_eq!(of_type(&found, "AWS::Lambda::Alias"), ["FAliaslive"]);
        of_type(&found, "AWS::Lambda::Version")[0].to_owned()
    };
    assert_eq!(version("a"), version("a"));
    assert_ne!(version("a"), version("b"));
}

#[test]
fn traffic_is_shifted_by_code_deploy() {
    let preference = json!({"AutoPublishAlias": "live", "DeploymentPreference": {"Type": "Canary10Percent5Minutes"}});
    let found = resources(json!({"F": function(preference)}));
    assert_eq!(of_type(&found, "AWS::CodeDeploy::DeploymentGroup"), ["FDeploymentGroup"]);
    let update = &found["FAliaslive"]["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"];
    assert_eq!(update["ApplicationName"], json!({"Ref": "ServerlessDeploymentApplication"}));
}

#[test]
fn policies_are_names_statements_and_templates() {
    let policies = json!([
        "Known",
        "AWSLambdaRole",
        "arn:aws:iam::123456789012:policy/own",
        {"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]},
        {"DynamoDBReadPolicy": {"TableName": "t"}},
    ]);
    let found = resources(json!({"F": function(json!({"Policies": policies}))}));
    let role = &found["FRole"]["Properties"];
    let managed: Vec<_> = role["ManagedPolicyArns"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!(
        managed[1..],
        [
            "arn:aws:iam::aws:policy/Known",
            "arn:aws:iam::aws:policy/service-role/AWSLambdaRole",
            "arn:aws:iam::123456789012:policy/own",
        ]
    );
    assert_eq!(role["Policies"].as_array().unwrap().len(), 2);
    assert_eq!(role["Policies"][1]["PolicyName"], "FRolePolicy4");
}

#[test]
fn globals_are_merged_under_what_a_resource_says() {
    let globals = json!({"Function": {
        "Runtime": "python3.12", "Timeout": 3, "Layers": ["a"], "Environment": {"Variables": {"A": "1", "B": "1"}},
    }});
    let own = json!({"Timeout": 5, "Layers": ["b"], "Environment": {"Variables": {"B": "2"}}});
    let mut body = function(own);
    body["Properties"].as_object_mut().unwrap().remove("Runtime");
    let found = transformed(json!({"Globals": globals, "Resources": {"F": body}})).unwrap();
    assert_eq!(found.get("Globals"), None);
    let properties = &found["Resources"]["F"]["Properties"];
    assert_eq!(properties["Runtime"], "python3.12");
    assert_eq!(properties["Timeout"], 5);
    assert_eq!(properties["Layers"], json!(["a", "b"]));
    assert_eq!(properties["Environment"]["Variables"], json!({"A": "1", "B": "2"}));
}

#[test]
fn parameters_are_looked_into_where_ids_depend_on_them() {
    let template = json!({
        "Parameters": {"Key": {"Type": "String", "Default": "one"}},
        "Resources": {"F": function(json!({"CodeUri": {"Bucket": "b", "Key": {"Ref": "Key"}}, "AutoPublishAlias": "live"}))},
    });
    let version = |parameters: Value| {
        let found = transformed_with(template.clone(), parameters).unwrap();
        of_type(&found["Resources"], "AWS::Lambda::Version")[0].to_owned()
    };
    assert_eq!(version(json!({})), version(json!({"Key": "one"})));
    assert_ne!(version(json!({})), version(json!({"Key": "two"})));
}

#[test]
fn references_follow_layers_and_stages() {
    let found = transformed(json!({
        "Resources": {
            "L": {"Type": "AWS::Serverless::LayerVersion", "Properties": {"ContentUri": "s3://b/k"}},
            "F": function(json!({"Layers": [{"Ref": "L"}]})),
            "A": {"Type": "AWS::Serverless::Api", "Properties": {"StageName": "prod"}},
        },
        "Outputs": {"Stage": {"Value": {"Ref": "A.Stage"}}},
    }))
    .unwrap();
    let layer = of_type(&found["Resources"], "AWS::Lambda::LayerVersion")[0];
    assert!(layer.len() == 11 && layer.starts_with('L'), "{layer}");
    assert_eq!(found["Resources"]["F"]["Properties"]["Layers"], json!([{"Ref": layer}]));
    assert_eq!(found["Outputs"]["Stage"]["Value"], json!({"Ref": "AprodStage"}));
}

#[test]
fn state_machines_substitute_what_their_definition_refers_to() {
    let found = resources(json!({"M": {"Type": "AWS::Serverless::StateMachine", "Properties": {
        "Definition": {"StartAt": "S", "States": {"S": {"Type": "Task", "Resource": {"Ref": "X"}, "End": true}}},
        "Events": {"E": {"Type": "Schedule", "Properties": {"Schedule": "rate(1 day)"}}},
        "AutoPublishAlias": "live",
    }}}));
    let properties = &found["M"]["Properties"];
    assert_eq!(properties["DefinitionSubstitutions"], json!({"definition_substitution_1": {"Ref": "X"}}));
    for kind in
        ["AWS::Events::Rule", "AWS::StepFunctions::StateMachineVersion", "AWS::StepFunctions::StateMachineAlias"]
    {
        assert_eq!(of_type(&found, kind).len(), 1, "{kind}");
    }
}

#[test]
fn connectors_become_policies_wherever_they_stand() {
    let table = json!({"Type": "AWS::Serverless::SimpleTable"});
    let permissions = json!({"Destination": {"Id": "T"}, "Permissions": ["Read"]});
    let mut within = function(json!({}));
    within["Connectors"] = json!({"C": {"Properties": permissions.clone()}});
    let mut apart = permissions;
    apart["Source"] = json!({"Id": "F"});
    let apart = json!({"Type": "AWS::Serverless::Connector", "Properties": apart});
    for template in
        [json!({"F": within, "T": table.clone()}), json!({"F": function(json!({})), "T": table, "FC": apart})]
    {
        let found = resources(template);
        let policy = &found["FCPolicy"];
        assert_eq!(policy["Type"], "AWS::IAM::ManagedPolicy");
        assert_eq!(policy["Properties"]["Roles"], json!([{"Ref": "FRole"}]));
        let connector = &policy["Metadata"]["aws:sam:connectors"]["FC"];
        assert_eq!(connector["Destination"]["Type"], "AWS::Serverless::SimpleTable");
    }
}

#[test]
fn tables_applications_and_sockets_become_theirs() {
    let routes = json!({"$connect": {"FunctionArn": "arn:f"}});
    let found = resources(json!({
        "T": {"Type": "AWS::Serverless::SimpleTable", "Properties": {"PrimaryKey": {"Name": "n", "Type": "Number"}}},
        "A": {"Type": "AWS::Serverless::Application", "Properties": {
            "Location": {"ApplicationId": "app", "SemanticVersion": "1.0.0"},
        }},
        "S": {"Type": "AWS::Serverless::Application", "Properties": {"Location": "https://example.com/t"}},
        "W": {"Type": "AWS::Serverless::WebSocketApi", "Properties": {
            "Routes": routes, "RouteSelectionExpression": "$request.body.action",
        }},
        "C": {"Type": "AWS::Serverless::CapacityProvider", "Properties": {"VpcConfig": {"SubnetIds": ["s"]}}},
        "G": {"Type": "AWS::Serverless::GraphQLApi", "Properties": {"Auth": {"Type": "API_KEY"}, "SchemaInline": "type Q"}},
    }));
    let keys = json!([{"AttributeName": "n", "AttributeType": "N"}]);
    assert_eq!(found["T"]["Properties"]["AttributeDefinitions"], keys);
    assert_eq!(found["A"]["Properties"]["TemplateURL"], "https://example.com/app/1.0.0");
    assert_eq!(found["S"]["Properties"]["TemplateURL"], "https://example.com/t");
    assert_eq!(found["WConnectRoute"]["Properties"]["RouteKey"], "$connect");
    assert_eq!(found["C"]["Type"], "AWS::Lambda::CapacityProvider");
    assert_eq!(found["GSchema"]["Properties"]["Definition"], "type Q");
}

#[test]
fn what_is_not_serverless_is_left_alone() {
    let template = json!({"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Ref": "N"}}}}});
    assert_eq!(transformed(template.clone()).unwrap(), template);
}
