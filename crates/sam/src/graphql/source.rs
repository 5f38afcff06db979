//! Data sources: tables and functions, each with a role that may use it.

use crate::error::Outcome;
use crate::intrinsic::{reference, sub_with};
use crate::node::{Map, Node, Text, list, map};
use crate::resource::{Claim, Resource, trust};
use crate::work::Work;

use super::{Parts, api_id, connect, part};

/// All data sources.
pub(super) fn all(work: &mut Work<'_>, claim: &Claim, parts: &mut Parts) -> Outcome<Vec<Resource>> {
    let sources = claim.properties.map("DataSources").cloned().unwrap_or_default();
    let mut resources = Vec::new();
    for (kind, of) in [("DynamoDB", "DynamoDb"), ("Lambda", "Lambda")] {
        for (name, source) in sources.map(of).cloned().unwrap_or_default().iter() {
            let source = source.as_map().cloned().unwrap_or_default();
            resources.extend(one(work, claim, &name, &source, kind, parts)?);
        }
    }
    Ok(resources)
}

fn one(
    work: &mut Work<'_>,
    claim: &Claim,
    name: &Text,
    source: &Map,
    kind: &str,
    parts: &mut Parts,
) -> Outcome<Vec<Resource>> {
    let mut made = part(claim, &format!("{}{kind}DataSource", &**name), "AWS::AppSync::DataSource")
        .with("Name", source.some("Name").cloned().unwrap_or_else(|| name.into()))
        .with("ApiId", api_id(claim))
        .with("Description", source.node("Description"));
    if kind == "DynamoDB" {
        made.set("Type", "AMAZON_DYNAMODB");
        made.set("DynamoDBConfig", table(source));
    } else {
        made.set("Type", "AWS_LAMBDA");
        made.set("LambdaConfig", map! { "LambdaFunctionArn" => source.node("FunctionArn") });
    }
    parts.sources.set(name, made.attribute("Name"));
    if let Some(role) = source.some("ServiceRoleArn") {
        made.set("ServiceRoleArn", role);
        return Ok(vec![made]);
    }
    let mut role = claim.main("AWS::IAM::Role");
    role.id = format!("{}Role", &*made.id).into();
    role.set("AssumeRolePolicyDocument", trust("appsync.amazonaws.com"));
    made.set("ServiceRoleArn", role.attribute("Arn"));
    let from = map! {
        "Type" => "AWS::AppSync::DataSource",
        "Arn" => made.attribute("DataSourceArn"),
        "RoleName" => role.reference(),
    };
    let (suffix, to, permissions) = if kind == "DynamoDB" {
        let arn = source.some("TableArn").cloned().unwrap_or_else(|| table_arn(source));
        let permissions = source.some("Permissions").cloned().unwrap_or_else(|| list!["Read", "Write"]);
        ("ToTableConnector", map! { "Type" => "AWS::DynamoDB::Table", "Arn" => arn }, permissions)
    } else {
        let function = map! { "Type" => "AWS::Lambda::Function", "Arn" => source.node("FunctionArn") };
        ("ToLambdaConnector", function, list!["Write"])
    };
    let policies = connect(work, format!("{}{suffix}", &*made.id), from, to, permissions)?;
    let mut resources = vec![made, role];
    resources.extend(policies);
    Ok(resources)
}

fn table(source: &Map) -> Map {
    let region = source.some("Region").cloned().unwrap_or_else(|| reference("AWS::Region"));
    let mut config = map! { "AwsRegion" => region, "TableName" => source.node("TableName") };
    for name in ["UseCallerCredentials", "Versioned"] {
        config.set_some(name, source.some(name));
    }
    config.set_some("DeltaSyncConfig", source.node("DeltaSync"));
    config
}

fn table_arn(source: &Map) -> Node {
    let variables = map! {
        "__TableName__" => source.node("TableName"),
        "__Region__" => source.some("Region").cloned().unwrap_or_else(|| reference("AWS::Region")),
    };
    sub_with("arn:${AWS::Partition}:dynamodb:${__Region__}:${AWS::AccountId}:table/${__TableName__}", variables)
}
