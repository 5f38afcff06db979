//! What Lambda takes from: streams, queues, brokers and clusters. The mapping names them; the function's role may read them.

use crate::error::{Outcome, event as refuse_event};
use crate::expect::Of;
use crate::intrinsic::{is_intrinsic, sub};
use crate::node::{Map, Node, list, map};
use crate::python::names;
use crate::resource::{Resource, allow, policy};
use crate::work::{Work, as_list};

use super::{Event, Target};

/// What is taken from: the property that names it, and the managed policy that lets it be read.
const SOURCES: [(&str, &str, Option<&str>); 7] = [
    ("DocumentDB", "Cluster", None),
    ("DynamoDB", "Stream", Some("AWSLambdaDynamoDBExecutionRole")),
    ("Kinesis", "Stream", Some("AWSLambdaKinesisExecutionRole")),
    ("MQ", "Broker", None),
    ("MSK", "Stream", Some("AWSLambdaMSKExecutionRole")),
    ("SQS", "Queue", Some("AWSLambdaSQSQueueExecutionRole")),
    ("SelfManagedKafka", "", None),
];

/// Properties that a mapping has of the event as they are.
const COPIED: [&str; 21] = [
    "StartingPosition",
    "StartingPositionTimestamp",
    "BatchSize",
    "Enabled",
    "MaximumBatchingWindowInSeconds",
    "MaximumRetryAttempts",
    "BisectBatchOnFunctionError",
    "MaximumRecordAgeInSeconds",
    "ParallelizationFactor",
    "Topics",
    "Queues",
    "SourceAccessConfigurations",
    "TumblingWindowInSeconds",
    "FunctionResponseTypes",
    "FilterCriteria",
    "KmsKeyArn",
    "ScalingConfig",
    "ProvisionedPollerConfig",
    "MetricsConfig",
    "LoggingConfig",
    "EventSourceArn",
];

/// Ways to prove to a Kafka cluster who one is.
const KAFKA_PROOFS: [&str; 4] =
    ["SASL_SCRAM_256_AUTH", "SASL_SCRAM_512_AUTH", "BASIC_AUTH", "CLIENT_CERTIFICATE_TLS_AUTH"];

/// A mapping. The role gets what it needs.
pub(super) fn plain(work: &Work<'_>, event: &Event, target: &Target, role: &mut Resource) -> Outcome<Vec<Resource>> {
    let (_, source, managed) = SOURCES.iter().find(|(kind, _, _)| *kind == event.kind).copied().unwrap_or_default();
    let mut mapping = Resource::new(&event.id, "AWS::Lambda::EventSourceMapping", &target.attributes)
        .with("FunctionName", &target.name)
        .with("EventSourceArn", event.node(source));
    COPIED.iter().for_each(|name| mapping.set(name, event.node(name)));
    check_filter(event)?;
    if let Some(servers) = event.properties.some("KafkaBootstrapServers") {
        let endpoints = map! { "Endpoints" => map! { "KafkaBootstrapServers" => servers } };
        mapping.set("SelfManagedEventSource", endpoints);
    }
    add_kafka(event, &mut mapping)?;
    let failures = add_destination(event, &mut mapping)?;
    if event.kind == "DocumentDB" {
        let mut config = map! { "DatabaseName" => event.node("DatabaseName") };
        ["CollectionName", "FullDocument"].iter().for_each(|name| config.set_some(*name, event.properties.some(name)));
        mapping.set("DocumentDBEventSourceConfig", config);
    }
    let statements = needed(work, event)?;
    if let Some(name) = managed {
        let arn = work.managed_policy(&format!("service-role/{name}"));
        if let Node::List(all) = role.properties.entry(&"ManagedPolicyArns".into(), || list![])
            && !all.contains(&arn)
        {
            all.push(arn);
        }
    }
    [statements, failures].into_iter().flatten().for_each(|policy| add_policy(role, policy));
    Ok(vec![mapping])
}

/// Adds a policy, unless one says the same.
fn add_policy(role: &mut Resource, policy: Node) {
    if let Node::List(all) = role.properties.entry(&"Policies".into(), || list![])
        && !all.iter().any(|other| other.get("PolicyDocument") == policy.get("PolicyDocument"))
    {
        all.push(policy);
    }
}

fn check_filter(event: &Event) -> Outcome<()> {
    let Some(criteria) = event.properties.some("FilterCriteria").filter(|criteria| !is_intrinsic(criteria)) else {
        return Ok(());
    };
    let keys = criteria.as_map().map(Map::keys).unwrap_or_default();
    if keys.len() == 1 && &*keys[0] == "Filters" {
        return Ok(());
    }
    Err(event.refuse("FilterCriteria field has a wrong format"))
}

fn add_kafka(event: &Event, mapping: &mut Resource) -> Outcome<()> {
    let mut config = Map::default();
    config.set_some("ConsumerGroupId", event.properties.some("ConsumerGroupId"));
    let name = match event.kind.as_str() {
        "MSK" => "AmazonManagedKafkaEventSourceConfig",
        "SelfManagedKafka" => "SelfManagedKafkaEventSourceConfig",
        kind if !config.is_empty() => {
            let text = format!("Property ConsumerGroupId not defined for resource of type {kind}.");
            return Err(refuse_event(&event.id, text));
        }
        _ => return Ok(()),
    };
    config.set_some("SchemaRegistryConfig", event.properties.some("SchemaRegistryConfig"));
    if !config.is_empty() {
        mapping.set(name, config);
    }
    Ok(())
}

/// Where what failed goes, and what the role needs to send it there.
fn add_destination(event: &Event, mapping: &mut Resource) -> Outcome<Option<Node>> {
    let Some(config) = event.properties.some("DestinationConfig") else { return Ok(None) };
    let mut config = config.as_map().cloned().unwrap_or_default();
    let failures = config.node("OnFailure");
    let mut failures = Of::Event(&event.id).map(&failures, "DestinationConfig.OnFailure")?.clone();
    let kind = failures.node("Type");
    let mut needed = None;
    if kind.truthy() {
        failures.remove("Type");
        let (id, destination) = (&*event.id, failures.node("Destination"));
        needed = match kind.as_str() {
            Some("SQS") => Some(policy(format!("{id}SQSPolicy"), vec![allow("sqs:SendMessage", destination)])),
            Some("SNS") => Some(policy(format!("{id}SNSPolicy"), vec![allow("sns:publish", destination)])),
            Some("S3") => Some(to_bucket(id, &destination)),
            Some("Kafka") => None,
            _ => {
                let text = "The only valid values for 'Type' are 'SQS', 'SNS', 'S3', and 'Kafka'";
                return Err(refuse_event(&event.id, text));
            }
        };
        config.set("OnFailure", failures);
    }
    mapping.set("DestinationConfig", config);
    Ok(needed)
}

/// Leave to put objects into a bucket.
pub(crate) fn to_bucket(id: &str, bucket: &Node) -> Node {
    let objects = map! { "Fn::Join" => list!["/", list![bucket, "*"]] };
    let statements = vec![allow("s3:PutObject", objects), allow("s3:ListBucket", bucket)];
    policy(format!("{id}S3Policy"), statements)
}

/// What the role needs besides a managed policy.
fn needed(work: &Work<'_>, event: &Event) -> Outcome<Option<Node>> {
    match event.kind.as_str() {
        "MSK" => of_msk(work, event),
        "MQ" => of_broker(event).map(Some),
        "SelfManagedKafka" => of_kafka(work, event).map(Some),
        "DocumentDB" => of_cluster(event).map(Some),
        _ => Ok(None),
    }
}

fn secret(uri: &Node) -> Node {
    allow(list!["secretsmanager:GetSecretValue"], uri)
}

fn of_msk(work: &Work<'_>, event: &Event) -> Outcome<Option<Node>> {
    let mut statements = registry(work, event)?;
    for config in as_list(&event.node("SourceAccessConfigurations")) {
        let is_proof = config.get("Type").is_some_and(|kind| kind.is("CLIENT_CERTIFICATE_TLS_AUTH"));
        let uri = config.get("URI").filter(|uri| is_proof && uri.truthy());
        statements.extend(uri.map(secret));
    }
    Ok((!statements.is_empty()).then(|| policy("MSKExecutionRolePolicy", statements)))
}

fn of_broker(event: &Event) -> Outcome<Node> {
    let uri = proof(event, &["BASIC_AUTH", "VIRTUAL_HOST"])?;
    let own = event.properties.truthy("DynamicPolicyName");
    let name = if own { format!("{}AMQPolicy", &*event.id) } else { "SamAutoGeneratedAMQPolicy".to_owned() };
    let mut statements = vec![secret(&uri), allow(list!["mq:DescribeBroker"], event.node("Broker"))];
    statements.extend(key(event, "kms:Decrypt".into())?);
    Ok(policy(name, statements))
}

fn of_cluster(event: &Event) -> Outcome<Node> {
    let uri = proof(event, &["BASIC_AUTH"])?;
    let of_account =
        |what: &str| sub(format!("arn:${{AWS::Partition}}:rds:${{AWS::Region}}:${{AWS::AccountId}}:{what}:*"));
    let mut statements = vec![
        secret(&uri),
        allow(list!["rds:DescribeDBClusterParameters"], of_account("cluster-pg")),
        allow(list!["rds:DescribeDBSubnetGroups"], of_account("subgrp")),
        allow(list!["rds:DescribeDBClusters"], event.node("Cluster")),
        network(),
    ];
    statements.extend(key(event, list!["kms:Decrypt"])?);
    Ok(policy("SamAutoGeneratedDocumentDBPolicy", statements))
}

fn of_kafka(work: &Work<'_>, event: &Event) -> Outcome<Node> {
    let has = |name: &str| event.properties.truthy(name);
    if !has("KafkaBootstrapServers") {
        return Err(event.refuse("No KafkaBootstrapServers provided for self managed kafka as an event source"));
    }
    if !has("Topics") {
        return Err(event.refuse("No Topics provided for self managed kafka as an event source"));
    }
    if event.node("Topics").as_list().is_some_and(|topics| topics.len() != 1) {
        return Err(event.refuse("Topics for self managed kafka only supports single configuration entry."));
    }
    if !has("SourceAccessConfigurations") {
        return Err(event.refuse("No SourceAccessConfigurations for self managed kafka event provided."));
    }
    let mut statements = kafka_access(event)?;
    statements.extend(key(event, list!["kms:Decrypt"])?);
    statements.extend(registry(work, event)?);
    Ok(map! {
        "PolicyDocument" => map! { "Statement" => statements, "Version" => "2012-10-17" },
        "PolicyName" => "SelfManagedKafkaExecutionRolePolicy",
    }
    .into())
}

/// What reaching a Kafka cluster needs: a secret, a network.
fn kafka_access(event: &Event) -> Outcome<Vec<Node>> {
    let configs = event.node("SourceAccessConfigurations");
    let text = "SourceAccessConfigurations for self managed kafka event should be a list.";
    let configs = configs.as_list().ok_or_else(|| event.refuse(text))?;
    let (mut proof, mut certificate, mut subnet, mut group) = (None, None, false, false);
    for config in configs {
        let config = Of::Resource(&event.name).map(config, "SourceAccessConfigurations")?;
        let uri = config.node("URI");
        match config.get("Type").and_then(Node::as_str) {
            Some(kind @ ("VPC_SUBNET" | "VPC_SECURITY_GROUP")) => {
                check_uri(event, &uri, kind)?;
                if kind == "VPC_SUBNET" { subnet = true } else { group = true }
            }
            Some(kind) if KAFKA_PROOFS.contains(&kind) => {
                if proof.is_some() {
                    let text = "Multiple auth mechanism properties specified in SourceAccessConfigurations for self managed \
                                kafka event.";
                    return Err(event.refuse(text));
                }
                check_uri(event, &uri, "auth mechanism")?;
                proof = Some(uri);
            }
            Some(kind @ "SERVER_ROOT_CA_CERTIFICATE") => {
                check_uri(event, &uri, kind)?;
                certificate = Some(uri);
            }
            _ => {
                let text = "Invalid SourceAccessConfigurations Type provided for self managed kafka event.";
                return Err(event.refuse(text));
            }
        }
    }
    if subnet != group {
        let text = "VPC_SUBNET and VPC_SECURITY_GROUP in SourceAccessConfigurations for SelfManagedKafka must be both provided.";
        return Err(event.refuse(text));
    }
    let mut statements: Vec<Node> = proof.iter().map(secret).collect();
    // AWS's transform names the proof again where it would have to name the certificate.
    statements.extend(certificate.map(|_| secret(proof.as_ref().unwrap_or(&Node::Null))));
    statements.extend(subnet.then(network));
    Ok(statements)
}

fn check_uri(event: &Event, uri: &Node, what: &str) -> Outcome<()> {
    let of = "URI property specified in SourceAccessConfigurations for self managed kafka event.";
    if !uri.truthy() {
        return Err(event.refuse(format!("No {what} {of}")));
    }
    if uri.as_str().is_none() && !is_intrinsic(uri) {
        return Err(event.refuse(format!("Wrong Type for {what} {of}")));
    }
    Ok(())
}

/// Leave to be put into a network.
fn network() -> Node {
    let actions = list![
        "ec2:CreateNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeVpcs",
        "ec2:DescribeSubnets",
        "ec2:DescribeSecurityGroups",
    ];
    allow(actions, "*")
}

/// The key with which the secret is encrypted.
fn key(event: &Event, action: Node) -> Outcome<Option<Node>> {
    let Some(key) = event.properties.some("SecretsManagerKmsKeyId") else { return Ok(None) };
    let key = Of::Event(&event.name).text(key, "SecretsManagerKmsKeyId")?;
    let arn = format!("arn:${{AWS::Partition}}:kms:${{AWS::Region}}:${{AWS::AccountId}}:key/{key}");
    Ok(Some(allow(action, sub(arn))))
}

/// The secret with which to prove who one is: the one of the first of the types that may be given.
fn proof(event: &Event, kinds: &[&str]) -> Outcome<Node> {
    let configs = event.node("SourceAccessConfigurations");
    if !configs.truthy() {
        let kind = &event.kind;
        return Err(event.refuse(format!("No SourceAccessConfigurations for Amazon {kind} event provided.")));
    }
    let text = "Provided SourceAccessConfigurations cannot be parsed into a list.";
    let configs = configs.as_list().ok_or_else(|| event.refuse(text))?;
    let required = kinds[0];
    let mut found: Option<Node> = None;
    for (at, config) in configs.iter().enumerate() {
        let of = Of::Event(&event.name);
        let config = of.map(config, &format!("SourceAccessConfigurations[{at}]"))?;
        let kind = config.node("Type");
        let kind = of.text(&kind, &format!("SourceAccessConfigurations[{at}].Type"))?;
        if !kinds.contains(&kind) {
            let kinds = names(kinds);
            let text = "Invalid property Type specified in SourceAccessConfigurations. The supported values are:";
            return Err(event.refuse(format!("{text} {kinds}.")));
        }
        if kind == required {
            let text =
                |what: &str, rest: &str| format!("{what} {required} {rest} specified in SourceAccessConfigurations.");
            if found.is_some() {
                return Err(event.refuse(text("Multiple", "properties")));
            }
            let uri = config.some("URI").ok_or_else(|| event.refuse(text("No", "URI property")))?;
            found = Some(uri.clone());
        }
    }
    let text = || format!("No {required} property specified in SourceAccessConfigurations.");
    found.ok_or_else(|| event.refuse(text()))
}

/// What reading a registry of schemas needs.
fn registry(work: &Work<'_>, event: &Event) -> Outcome<Vec<Node>> {
    let Some(config) = event.properties.some("SchemaRegistryConfig") else { return Ok(Vec::new()) };
    let config = Of::Event(&event.name).map(config, "SchemaRegistryConfig")?;
    let refuse = |text: &str| Err(event.refuse(text));
    for name in ["SchemaRegistryURI", "EventRecordFormat", "SchemaValidationConfigs"] {
        if !config.has(name) {
            return refuse(&format!("Missing required field {name} in SchemaRegistryConfig"));
        }
    }
    let format = config.node("EventRecordFormat");
    if !format.is("JSON") && !format.is("SOURCE") {
        return refuse("EventRecordFormat in SchemaRegistryConfig must be either 'JSON' or 'SOURCE'");
    }
    if config.node("SchemaValidationConfigs").as_list().is_none() {
        return refuse("SchemaValidationConfigs must be a list");
    }
    let access = config.some("AccessConfigs").cloned().unwrap_or_else(|| list![]);
    let Some(access) = access.as_list() else { return refuse("AccessConfigs in SchemaRegistryConfig must be a list") };
    let mut statements = Vec::new();
    for one in access {
        match one.as_map().filter(|one| one.has("Type") && one.has("URI")) {
            Some(one) => statements.push(secret(&one.node("URI"))),
            None => return refuse("Each AccessConfig must be a dict with 'Type' and 'URI' fields"),
        }
    }
    let uri = config.node("SchemaRegistryURI");
    let arn = if uri.as_map().is_some() { Node::from(work.resolved(&uri)?.get("Fn::Sub")) } else { uri.clone() };
    if let Some(name) = arn.as_str().and_then(registry_name) {
        let schemas = format!("arn:${{AWS::Partition}}:glue:${{AWS::Region}}:${{AWS::AccountId}}:schema/{name}/*");
        statements.push(allow(list!["glue:GetRegistry"], uri));
        statements.push(allow(list!["glue:GetSchemaVersion"], list![sub(schemas)]));
    }
    Ok(statements)
}

/// The name of a registry of Glue, of its ARN.
fn registry_name(arn: &str) -> Option<&str> {
    arn.strip_prefix("arn")?.split(':').nth(5)?.strip_prefix("registry/")
}
