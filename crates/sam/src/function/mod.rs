//! Functions: the function itself, its versions, its address, its role, where what it answers goes, and its events.

mod code;
mod destination;
mod url;
mod version;

use crate::error::{Outcome, resource};
use crate::event::{self, Target};
use crate::expect::Of;
use crate::intrinsic::{branches, choose, is_if, is_no_value, not};
use crate::node::{Map, Node, list, map};
use crate::python::{names, show};
use crate::resource::{Claim, Resource, allow, propagate, tag_list, trust};
use crate::role::Role;
use crate::work::{References, Work};

pub(crate) use code::archive;
use version::Alias;

/// What a template may refer to of a function.
pub(crate) const REFERENCES: References = &[
    ("Alias", "AWS::Lambda::Alias"),
    ("Version", "AWS::Lambda::Version"),
    ("DestinationTopic", "AWS::SNS::Topic"),
    ("DestinationQueue", "AWS::SQS::Queue"),
];

/// Properties that the plain function has as they are.
const COPIED: [&str; 24] = [
    "Handler",
    "Runtime",
    "Description",
    "MemorySize",
    "Timeout",
    "VpcConfig",
    "Role",
    "Environment",
    "KmsKeyArn",
    "ReservedConcurrentExecutions",
    "Layers",
    "FileSystemConfigs",
    "ImageConfig",
    "PackageType",
    "Architectures",
    "SnapStart",
    "EphemeralStorage",
    "CodeSigningConfigArn",
    "RuntimeManagementConfig",
    "LoggingConfig",
    "TenancyConfig",
    "RecursiveLoop",
    "DurableConfig",
    "PublishToLatestPublished",
];

/// Queues and topics of dead letters, and what sending to them is called.
const DEAD_LETTERS: [(&str, &str); 2] = [("SQS", "sqs:SendMessage"), ("SNS", "sns:Publish")];

/// Tags that are the transform's own.
const RESERVED: [&str; 3] = ["lambda:createdBy", "serverlessrepo:applicationId", "serverlessrepo:semanticVersion"];

/// What a function becomes.
pub(crate) fn plain(work: &mut Work<'_>, mut claim: Claim) -> Outcome<Vec<Resource>> {
    work.note_function_name(&claim)?;
    let events =
        event::read_all(work, &claim.id, &claim.node("Events")).map_err(|problem| problem.of_resource(&claim.id))?;
    check_together(&claim)?;
    check_dead_letters(&claim)?;
    check_tenancy(&claim)?;
    let mut function = lambda_function(work, &mut claim)?;
    let provisioned = claim.properties.truthy("ProvisionedConcurrencyConfig");
    if provisioned && !claim.properties.truthy("AutoPublishAlias") {
        let text = "To set ProvisionedConcurrencyConfig AutoPublishALias must be defined on the function";
        return Err(resource(&claim.id, text));
    }
    let mut resources = Vec::new();
    let mut alias = version::publish(work, &mut claim, &mut function)?;
    url::add(&claim, &function, alias.as_ref(), &mut resources)?;
    add_deployment(work, &mut claim, alias.as_mut())?;
    let destinations = destination::add(work, &mut claim, alias.as_ref(), &mut resources)?;
    let mut role = execution_role(work, &claim, destinations)?;
    let makes_role = settle_role(work, &claim, &mut function, &mut role)?;
    let target = match &alias {
        Some(alias) => alias.target(&claim),
        None => Target {
            id: claim.id.clone(),
            attributes: claim.passed_on(),
            name: function.reference(),
            arn: function.attribute("Arn"),
        },
    };
    let mut of_events = Vec::new();
    for event in &events {
        let made = event::plain(work, event, &target, &mut role).map_err(|problem| problem.of_resource(&claim.id))?;
        of_events.extend(made);
    }
    let mut all = vec![function];
    all.extend(alias.map(|alias| [alias.version, alias.resource]).into_iter().flatten());
    all.append(&mut resources);
    if makes_role {
        all.push(role);
    }
    all.append(&mut of_events);
    propagate(&mut all, claim.properties.map("Tags"), claim.properties.truthy("PropagateTags"));
    Ok(all)
}

/// Properties that exclude or need each other.
fn check_together(claim: &Claim) -> Outcome<()> {
    let has = |name: &str| claim.properties.get(name).is_some();
    let mut problems = Vec::new();
    for other in ["ProvisionedConcurrencyConfig", "VpcConfig"] {
        if has("CapacityProviderConfig") && has(other) {
            problems.push(format!("Cannot specify 'CapacityProviderConfig' and '{other}' together."));
        }
    }
    for (name, needed) in
        [("FunctionScalingConfig", "CapacityProviderConfig"), ("VersionDeletionPolicy", "AutoPublishAlias")]
    {
        if has(name) && !has(needed) {
            problems.push(format!("'{name}' requires '{needed}'."));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(resource(&claim.id, problems.join("\n"))) }
}

fn check_dead_letters(claim: &Claim) -> Outcome<()> {
    let Some(queue) = claim.properties.some("DeadLetterQueue") else { return Ok(()) };
    let kind = Node::from(queue.get("Type"));
    if !kind.truthy() || !queue.get("TargetArn").is_some_and(Node::truthy) {
        let text = "'DeadLetterQueue' requires Type and TargetArn properties to be specified.";
        return Err(resource(&claim.id, text));
    }
    let kind = Of::Resource(&claim.id).text(&kind, "DeadLetterQueue.Type")?;
    if DEAD_LETTERS.iter().any(|(known, _)| *known == kind) {
        return Ok(());
    }
    let known = names(&DEAD_LETTERS.map(|(kind, _)| kind));
    Err(resource(&claim.id, format!("'DeadLetterQueue' requires Type of {known}")))
}

/// What a function of tenants cannot have.
fn check_tenancy(claim: &Claim) -> Outcome<()> {
    if !claim.properties.truthy("TenancyConfig") {
        return Ok(());
    }
    let excluded = [
        ("ProvisionedConcurrencyConfig", "Provisioned concurrency"),
        ("FunctionUrlConfig", "Function URL"),
        ("SnapStart", "SnapStart"),
    ];
    if let Some((_, what)) = excluded.iter().find(|(name, _)| claim.properties.truthy(name)) {
        let text = format!("{what} is not supported for functions enabled with tenancy configuration.");
        return Err(resource(&claim.id, text));
    }
    for (_, event) in claim.properties.map("Events").into_iter().flat_map(Map::iter) {
        let kind = Node::from(event.get("Type"));
        if !kind.is("Api") && !kind.is("HttpApi") {
            let kind = show(&kind);
            let text = format!(
                "Event source '{kind}' is not supported for functions enabled with tenancy configuration. Only Api and \
                 HttpApi event sources are supported."
            );
            return Err(resource(&claim.id, text));
        }
    }
    Ok(())
}

/// The tags of what is made of a function: the transform's own first.
pub(crate) fn tags(claim: &Claim, added: &Map) -> Outcome<Vec<Node>> {
    let own = claim.properties.map("Tags").cloned().unwrap_or_default();
    if let Some(reserved) = RESERVED.iter().find(|name| own.has(name)) {
        let text =
            "is a reserved Tag key name and cannot be set on your resource. Please change the tag key in the input.";
        return Err(resource(&claim.id, format!("{reserved} {text}")));
    }
    let mut tags = tag_list(&map! { RESERVED[0] => "SAM" });
    tags.extend(tag_list(added));
    tags.extend(tag_list(&own));
    Ok(tags)
}

/// Whether the function is traced.
fn is_traced(work: &Work<'_>, claim: &mut Claim) -> Outcome<bool> {
    let Some(tracing) = claim.properties.get_mut("Tracing") else { return Ok(false) };
    let resolved = work.parameters.resolve(tracing)?;
    Ok(tracing.truthy() && !resolved.is("Disabled"))
}

fn lambda_function(work: &Work<'_>, claim: &mut Claim) -> Outcome<Resource> {
    let mut function = claim.main("AWS::Lambda::Function");
    function.set("FunctionName", claim.properties.some("FunctionName"));
    COPIED.iter().for_each(|name| function.set(name, claim.node(name)));
    function.set("Code", code::code(claim)?);
    function.set("Tags", tags(claim, &Map::default())?);
    if is_traced(work, claim)? {
        function.set("TracingConfig", map! { "Mode" => claim.node("Tracing") });
    }
    if let Some(queue) = claim.properties.some("DeadLetterQueue") {
        function.set("DeadLetterConfig", map! { "TargetArn" => queue.get("TargetArn") });
    }
    if let Some(config) = claim.properties.some("CapacityProviderConfig") {
        function.set("CapacityProviderConfig", code::capacity(&claim.id, config)?);
    }
    function.set("FunctionScalingConfig", claim.properties.some("FunctionScalingConfig"));
    code::check_package(claim, &function)?;
    Ok(function)
}

fn execution_role(work: &Work<'_>, claim: &Claim, destinations: Vec<Node>) -> Outcome<Resource> {
    let mut claim = claim.clone();
    let basic = if claim.properties.truthy("DurableConfig") {
        "service-role/AWSLambdaBasicDurableExecutionRolePolicy"
    } else {
        "service-role/AWSLambdaBasicExecutionRole"
    };
    let mut managed = vec![work.managed_policy(basic)];
    if is_traced(work, &mut claim)? {
        managed.push(work.managed_policy(work.tracing_policy()));
    }
    if claim.properties.truthy("VpcConfig") {
        managed.push(work.managed_policy("service-role/AWSLambdaVPCAccessExecutionRole"));
    }
    let mut documents = Vec::new();
    if let Some(queue) = claim.properties.some("DeadLetterQueue") {
        let kind = queue.get("Type").and_then(Node::as_str).unwrap_or_default();
        let action = DEAD_LETTERS.iter().find(|(known, _)| *known == kind).map_or("", |(_, action)| action);
        let statement = allow(action, Node::from(queue.get("TargetArn")));
        let document = map! { "Version" => "2012-10-17", "Statement" => list![statement] };
        documents.push(map! { "PolicyName" => "DeadLetterQueuePolicy", "PolicyDocument" => document }.into());
    }
    documents.extend(destinations);
    let trust =
        claim.properties.get("AssumeRolePolicyDocument").cloned().unwrap_or_else(|| trust("lambda.amazonaws.com"));
    let role = Role {
        attributes: claim.passed_on(),
        trust,
        policies: claim.node("Policies"),
        managed,
        documents,
        path: claim.node("RolePath"),
        boundary: claim.node("PermissionsBoundary"),
        tags: tags(&claim, &Map::default())?,
    };
    role.make(work, &claim.id)
}

/// Gives the function its role, and tells whether that is made: a template may name one, or name one on a condition.
fn settle_role(work: &mut Work<'_>, claim: &Claim, function: &mut Resource, role: &mut Resource) -> Outcome<bool> {
    let arn = role.attribute("Arn");
    let own = function.properties.node("Role");
    if own.is_null() {
        function.set("Role", arn);
        return Ok(true);
    }
    if !is_if(&own) {
        return Ok(false);
    }
    let own = work.resolved(&own)?;
    function.set("Role", &own);
    let malformed = |text: &str| resource(&claim.id, format!("Malformed 'Role' property: {text}."));
    let [condition, then, other] = branches(&own).map_err(malformed)?;
    match (is_no_value(then), is_no_value(other)) {
        (true, true) => function.set("Role", arn),
        (true, false) => {
            function.set("Role", choose(condition, arn, other));
            role.attributes.set("Condition", condition);
        }
        (false, true) => {
            let name = format!("NOT{}", show(condition));
            function.set("Role", choose(condition, then, arn));
            role.attributes.set("Condition", name.as_str());
            work.add_condition(&name, not(condition));
        }
        (false, false) => return Ok(false),
    }
    Ok(true)
}

/// Notes how traffic is shifted to new versions.
fn add_deployment(work: &mut Work<'_>, claim: &mut Claim, alias: Option<&mut Alias>) -> Outcome<()> {
    if !claim.properties.truthy("DeploymentPreference") {
        return Ok(());
    }
    let Node::Map(mut preference) = claim.node("DeploymentPreference") else { return Ok(()) };
    for name in ["Enabled", "Type", "PassthroughCondition"] {
        if preference.has(name) {
            let mut value = work.resolved(&preference.node(name))?;
            crate::resolve::find_in_map(&mut value, &work.mappings)?;
            preference.set(name, value);
        }
    }
    let passes = crate::deployment::passes_condition(&claim.id, &preference)?;
    let condition = if passes { claim.attributes.node("Condition") } else { Node::Null };
    let shares_tags = claim.properties.truthy("PropagateTags");
    let tags = claim.properties.map("Tags").filter(|tags| shares_tags && !tags.is_empty()).cloned();
    let policy = work.deployments.add(&claim.id, &preference, condition, tags)?;
    let Some(policy) = policy else { return Ok(()) };
    if !claim.properties.truthy("AutoPublishAlias") {
        let text = "'DeploymentPreference' requires AutoPublishAlias property to be specified.";
        return Err(resource(&claim.id, text));
    }
    if let Some(alias) = alias {
        alias.resource.attributes.set("UpdatePolicy", policy);
    }
    Ok(())
}

impl Work<'_> {
    /// Notes a function's name for the deployments of the APIs that call it: another name is another integration.
    fn note_function_name(&mut self, claim: &Claim) -> Outcome<()> {
        let name = self.resolved(&claim.node("FunctionName"))?;
        for (_, event) in claim.properties.map("Events").into_iter().flat_map(Map::iter) {
            let api = event.get("Properties").and_then(|properties| properties.get("RestApiId"));
            let api = api.map(|api| api.get("Ref").unwrap_or(api)).and_then(Node::as_str);
            if let Some(api) = api.filter(|_| event.get("Type").is_some_and(|kind| kind.is("Api")) && name.truthy()) {
                self.function_names.entry(api.to_owned()).or_default().push_str(&show(&name));
            }
        }
        Ok(())
    }
}
