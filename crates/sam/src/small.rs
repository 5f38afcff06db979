//! Resources that become one or two plain ones: tables, applications, layers, capacity providers.

use crate::error::{Outcome, resource};
use crate::expect::Of;
use crate::function::{archive, tags};
use crate::graphql::model::{self, Type};
use crate::id;
use crate::intrinsic::is_intrinsic;
use crate::node::{Map, Node, list, map};
use crate::python::names;
use crate::resource::{Claim, Resource, propagate, tag_list, trust};
use crate::role::Role;
use crate::work::Work;

/// A table of one key.
pub(crate) fn table(claim: &Claim) -> Outcome<Vec<Resource>> {
    let mut table = claim.main("AWS::DynamoDB::Table");
    let (name, kind) = match claim.properties.some("PrimaryKey").and_then(Node::as_map) {
        None => ("id".into(), "S"),
        Some(key) => {
            let of = Of::Resource(&claim.id);
            let name = of.present(key.get("Name"), "PrimaryKey.Name")?.clone();
            let kind = of.present(key.get("Type"), "PrimaryKey.Type")?;
            let kind = match kind.as_str() {
                Some("String") => "S",
                Some("Number") => "N",
                Some("Binary") => "B",
                _ => {
                    let kind = crate::python::show(kind);
                    return Err(resource(&claim.id, format!("Invalid 'Type' \"{kind}\".")));
                }
            };
            (name, kind)
        }
    };
    table.set("AttributeDefinitions", list![map! { "AttributeName" => &name, "AttributeType" => kind }]);
    table.set("KeySchema", list![map! { "AttributeName" => name, "KeyType" => "HASH" }]);
    for name in ["PointInTimeRecoverySpecification", "ProvisionedThroughput", "SSESpecification", "TableName"] {
        table.set(name, claim.properties.some(name));
    }
    if !claim.properties.truthy("ProvisionedThroughput") {
        table.set("BillingMode", "PAY_PER_REQUEST");
    }
    if let Some(tags) = claim.properties.some("Tags").and_then(Node::as_map) {
        table.set("Tags", tag_list(tags));
    }
    Ok(vec![table])
}

/// An application: a stack of its own.
pub(crate) fn application(claim: &Claim) -> Outcome<Vec<Resource>> {
    let mut stack = Resource::new(&claim.id, "AWS::CloudFormation::Stack", &claim.passed_on());
    stack.depends_on = claim.depends_on.clone();
    for name in ["Parameters", "NotificationARNs", "TimeoutInMinutes"] {
        stack.set(name, claim.node(name));
    }
    let mut of_repository = Map::default();
    if let Some(location) = claim.properties.map("Location") {
        of_repository.set_some("serverlessrepo:applicationId", location.node("ApplicationId"));
        of_repository.set_some("serverlessrepo:semanticVersion", location.node("SemanticVersion"));
    }
    stack.set("Tags", tags(claim, &of_repository)?);
    stack.set("TemplateURL", claim.properties.some("TemplateUrl").cloned().unwrap_or_else(|| "".into()));
    Ok(vec![stack])
}

/// A layer. It cannot be changed, so its id is a hash of all that it is: another one is another layer.
pub(crate) fn layer(work: &Work<'_>, mut claim: Claim) -> Outcome<Vec<Resource>> {
    for name in ["LayerName", "LicenseInfo", "Description", "RetentionPolicy"] {
        let Some(value) = claim.properties.get_mut(name).filter(|value| value.truthy()) else { continue };
        let resolved = work.parameters.resolve(value)?;
        if resolved.as_str().is_none() && resolved.as_map().is_none() {
            let text = format!("Could not resolve parameter for '{name}' or parameter is not a String.");
            return Err(resource(&claim.id, text));
        }
        *value = resolved;
    }
    let mut attributes = claim.passed_on();
    if !attributes.has("DeletionPolicy") {
        attributes.set("DeletionPolicy", "Retain");
    }
    if let Some(policy) = retention(&claim)? {
        attributes.set("DeletionPolicy", policy);
    }
    let id = id::of(&claim.id, &hashed_of(&claim));
    let mut layer = Resource::new(id, "AWS::Lambda::LayerVersion", &attributes).after(claim.depends_on.clone());
    let name = claim.properties.some("LayerName").cloned().unwrap_or_else(|| (&claim.id).into());
    layer.set("LayerName", name);
    layer.set("Content", archive(&claim.node("ContentUri"), &layer.id, "ContentUri")?);
    for name in ["Description", "CompatibleArchitectures", "CompatibleRuntimes", "LicenseInfo"] {
        layer.set(name, claim.node(name));
    }
    let known = |kind: &Node| is_intrinsic(kind) || kind.is("arm64") || kind.is("x86_64");
    let kinds = claim.node("CompatibleArchitectures");
    if !is_intrinsic(&kinds) && kinds.as_list().is_some_and(|kinds| !kinds.iter().all(known)) {
        let text = "CompatibleArchitectures needs to be a list of 'x86_64' or 'arm64'";
        return Err(resource(&layer.id, text));
    }
    Ok(vec![layer])
}

/// What a layer's id is made of: all but what becomes of it when it is deleted.
fn hashed_of(claim: &Claim) -> Node {
    let mut properties = Map::default();
    claim.properties.iter().filter(|(_, value)| !value.is_null()).for_each(|(name, value)| properties.set(name, value));
    let mut body = map! { "Type" => "AWS::Serverless::LayerVersion" };
    if claim.depends_on.truthy() {
        body.set("DependsOn", &claim.depends_on);
    }
    for name in ["UpdatePolicy", "Condition"] {
        body.set_some(name, claim.attributes.node(name));
    }
    body.set("Properties", properties);
    map! { &claim.id => body }.into()
}

/// What becomes of a layer when it is deleted.
fn retention(claim: &Claim) -> Outcome<Option<&'static str>> {
    let known = ["Retain", "Delete"];
    let options = names(&known);
    let refuse = |text: String| Err(resource(&claim.id, text));
    match claim.properties.get("RetentionPolicy") {
        None => Ok(None),
        Some(policy) if is_intrinsic(policy) => refuse(format!(
            "'RetentionPolicy' does not accept intrinsic functions, please use one of the following options: {options}"
        )),
        Some(Node::Text(text)) => match known.iter().find(|known| known.eq_ignore_ascii_case(text)) {
            Some(policy) => Ok(Some(policy)),
            None => refuse(format!("'RetentionPolicy' must be one of the following options: {options}.")),
        },
        Some(_) => {
            refuse(format!("Invalid 'RetentionPolicy' type, please use one of the following options: {options}"))
        }
    }
}

const TEXTS: Type = Type::Any2(&Type::Map, &Type::List(&Type::Any2(&Type::Map, &Type::Text)));

const CAPACITY: &[model::Field] = &[
    ("CapacityProviderName", Type::Any, false),
    ("VpcConfig", Type::Model(&[("SecurityGroupIds", TEXTS, false), ("SubnetIds", TEXTS, true)]), true),
    ("OperatorRole", Type::Any, false),
    ("Tags", Type::Map, false),
    ("PropagateTags", Type::Bool, false),
    (
        "InstanceRequirements",
        Type::Model(&[
            ("Architectures", TEXTS, false),
            ("AllowedTypes", TEXTS, false),
            ("ExcludedTypes", TEXTS, false),
        ]),
        false,
    ),
    (
        "ScalingConfig",
        Type::Model(&[
            ("MaxVCpuCount", Type::Any2(&Type::Map, &Type::Integer), false),
            ("AverageCPUUtilization", Type::Any2(&Type::Map, &Type::Number), false),
        ]),
        false,
    ),
    ("KmsKeyArn", Type::Any, false),
];

/// A capacity provider, and the role with which it manages instances.
pub(crate) fn capacity_provider(work: &Work<'_>, claim: &Claim) -> Outcome<Vec<Resource>> {
    let problems = model::check(CAPACITY, &claim.properties);
    if !problems.is_empty() {
        return Err(resource(&claim.id, model::describe(&problems)));
    }
    let requirements = claim.properties.map("InstanceRequirements").cloned().unwrap_or_default();
    if requirements.get("AllowedTypes").is_some() && requirements.get("ExcludedTypes").is_some() {
        let text =
            "Cannot specify 'InstanceRequirements.AllowedTypes' and 'InstanceRequirements.ExcludedTypes' together.";
        return Err(resource(&claim.id, text));
    }
    let own = claim.properties.map("Tags").cloned();
    let with_own = |tags: Option<&Map>| {
        let mut tags = tags.cloned().unwrap_or_default();
        tags.set("lambda:createdBy", "SAM");
        tag_list(&tags)
    };
    let mut resources = Vec::new();
    let mut role = claim.node("OperatorRole");
    if !role.truthy() {
        let made = Role {
            attributes: claim.passed_on(),
            trust: trust("lambda.amazonaws.com"),
            managed: vec![work.managed_policy("AWSLambdaManagedEC2ResourceOperator")],
            tags: with_own(None),
            ..Role::default()
        };
        let mut made = made.make(work, &claim.id)?;
        made.id = format!("{}OperatorRole", &*claim.id).into();
        role = made.attribute("Arn");
        resources.push(made);
    }
    let mut provider = claim.main("AWS::Lambda::CapacityProvider");
    provider.set("CapacityProviderName", claim.properties.some("CapacityProviderName"));
    if let Some(network) = claim.properties.map("VpcConfig") {
        let mut config = map! { "SubnetIds" => network.node("SubnetIds") };
        config.set_some("SecurityGroupIds", network.node("SecurityGroupIds"));
        provider.set("VpcConfig", config);
    }
    provider.set("PermissionsConfig", map! { "CapacityProviderOperatorRoleArn" => role });
    provider.set("Tags", with_own(own.as_ref()));
    let mut instances = Map::default();
    for (name, property) in [
        ("Architectures", "Architectures"),
        ("AllowedInstanceTypes", "AllowedTypes"),
        ("ExcludedInstanceTypes", "ExcludedTypes"),
    ] {
        instances.set_some(name, requirements.node(property));
    }
    if !instances.is_empty() {
        provider.set("InstanceRequirements", instances);
    }
    if let Some(scaling) = claim.properties.map("ScalingConfig").filter(|scaling| !scaling.is_empty()) {
        provider.set("CapacityProviderScalingConfig", scaled(scaling));
    }
    provider.set("KmsKeyArn", claim.properties.some("KmsKeyArn"));
    resources.push(provider);
    if claim.properties.truthy("PropagateTags")
        && let Some(tags) = own
    {
        add_tags(&mut resources, &tags);
    }
    Ok(resources)
}

fn scaled(scaling: &Map) -> Map {
    let mut config = Map::default();
    config.set_some("MaxVCpuCount", scaling.node("MaxVCpuCount"));
    match scaling.get("AverageCPUUtilization") {
        None => config.set("ScalingMode", "Auto"),
        Some(average) => {
            let policy = map! {
                "PredefinedMetricType" => "LambdaCapacityProviderAverageCPUUtilization",
                "TargetValue" => model::as_real(average),
            };
            config.set("ScalingMode", "Manual");
            config.set("ScalingPolicies", list![policy]);
        }
    }
    config
}

/// Gives resources tags besides their own.
fn add_tags(resources: &mut [Resource], tags: &Map) {
    for resource in resources {
        let mut all = Map::default();
        for tag in crate::work::as_list(&resource.properties.node("Tags")) {
            if let Some(key) = tag.get("Key").and_then(Node::as_text) {
                all.set(key, Node::from(tag.get("Value")));
            }
        }
        all.update(tags.clone());
        propagate(std::slice::from_mut(resource), Some(&all), true);
    }
}
