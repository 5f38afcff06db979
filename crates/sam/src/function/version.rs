//! Versions and aliases. A version's id is made of the code, and of what else makes a new version: so a new one is published
//! when that changes, and only then.

use crate::error::{Outcome, resource};
use crate::event::Target;
use crate::id;
use crate::intrinsic::named_resource;
use crate::node::{Node, Text, list, map};
use crate::python::show;
use crate::resource::{Claim, Resource, passed_on};
use crate::work::Work;

/// An alias, and the version that it points to.
#[derive(Debug)]
pub(super) struct Alias {
    pub(super) name: Node,
    pub(super) version: Resource,
    pub(super) resource: Resource,
}

impl Alias {
    /// The alias as what events call.
    pub(super) fn target(&self, claim: &Claim) -> Target {
        let arn = self.resource.reference();
        let attributes = passed_on(&claim.attributes);
        Target { id: self.resource.id.clone(), attributes, name: arn.clone(), arn }
    }
}

/// The alias that a function is published under, if any.
pub(super) fn publish(work: &Work<'_>, claim: &mut Claim, function: &mut Resource) -> Outcome<Option<Alias>> {
    let Some(name) = claim.properties.some("AutoPublishAlias").cloned() else { return Ok(None) };
    let name = work.resolved(&name)?;
    let text = "'AutoPublishAlias' must be a string or a Ref to a template parameter";
    let name = name.as_text().cloned().ok_or_else(|| resource(&claim.id, text))?;
    let hash = given_hash(work, claim, function)?;
    let version = version(work, claim, function, hash.as_deref())?;
    let resource = alias(claim, function, &version, &name)?;
    Ok(Some(Alias { name: name.into(), version, resource }))
}

/// The hash of the code that the author gives. It is shown in the function's description.
fn given_hash(work: &Work<'_>, claim: &mut Claim, function: &mut Resource) -> Outcome<Option<String>> {
    let Some(hash) = claim.properties.some("AutoPublishCodeSha256").cloned() else { return Ok(None) };
    let hash = work.resolved(&hash)?;
    let Some(hash) = hash.as_str() else { return Err(resource(&claim.id, "AutoPublishCodeSha256 must be a string")) };
    let mut description = claim.node("Description");
    let description = work.parameters.resolve(&mut description)?;
    let described: Node = match &description {
        Node::Text(text) if !text.is_empty() => format!("{} {hash}", &**text).into(),
        other if other.truthy() => map! { "Fn::Join" => list![" ", list![other, hash]] }.into(),
        _ => hash.into(),
    };
    function.set("Description", described);
    Ok(Some(hash.to_owned()))
}

fn version(work: &Work<'_>, claim: &Claim, function: &mut Resource, hash: Option<&str>) -> Outcome<Resource> {
    let mut code = function.properties.node("Code");
    work.parameters.resolve_in_place(&mut code)?;
    function.set("Code", &code);
    let prefix = format!("{}Version", &*claim.id);
    let id = match hash.filter(|hash| !hash.is_empty()) {
        Some(hash) => id::given(&prefix, hash),
        None => id::of(&prefix, &depends_on(work, claim, function, code)),
    };
    let mut attributes = claim.passed_on();
    if !attributes.has("DeletionPolicy") {
        let on_capacity = claim.properties.get("CapacityProviderConfig").is_some();
        let default = if on_capacity { "Delete" } else { "Retain" };
        let policy = claim.properties.get("VersionDeletionPolicy").cloned();
        attributes.set("DeletionPolicy", policy.unwrap_or_else(|| default.into()));
    }
    let mut version = Resource::new(id, "AWS::Lambda::Version", &attributes)
        .with("FunctionName", function.reference())
        .with("Description", claim.node("VersionDescription"));
    if claim.properties.get("CapacityProviderConfig").is_some() {
        version.set("FunctionScalingConfig", claim.node("FunctionScalingConfig"));
    }
    Ok(version)
}

/// What a version's id is made of.
fn depends_on(work: &Work<'_>, claim: &Claim, function: &Resource, code: Node) -> Node {
    if claim.properties.truthy("AutoPublishAliasAllProperties") {
        return all_properties(work, function);
    }
    let Node::Map(mut data) = code else { return Node::Null };
    if let Some(environment) = function.properties.some("Environment").and_then(Node::as_map) {
        data.update(environment.clone());
    }
    data.set_some("MemorySize", function.properties.some("MemorySize"));
    let snap = function.properties.some("SnapStart");
    if snap.and_then(|snap| snap.get("ApplyOn")).is_some_and(|on| !on.is("None")) {
        data.set_some("SnapStart", snap);
    }
    data.into()
}

/// All properties, and those of layers of the template that a new version is published for.
fn all_properties(work: &Work<'_>, function: &Resource) -> Node {
    let mut data = function.properties.clone();
    for layer in crate::work::as_list(&function.properties.node("Layers")) {
        let Some(id) = named_resource(&layer) else { continue };
        let resources = work.output.map("Resources");
        let properties = resources.and_then(|all| all.map(id)).and_then(|layer| layer.map("Properties"));
        if let Some(properties) = properties.filter(|properties| properties.truthy("PublishLambdaVersion")) {
            data.update(map! { id => properties.clone() });
        }
    }
    data.into()
}

fn alias(claim: &Claim, function: &Resource, version: &Resource, name: &Text) -> Outcome<Resource> {
    if name.is_empty() {
        return Err(resource(&claim.id, "Alias name is required to create an alias"));
    }
    let is_allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if !name.bytes().all(is_allowed) || name.bytes().all(|b| b.is_ascii_digit()) {
        let name = show(&name.into());
        let text = format!(
            "AutoPublishAlias name ('{name}') must contain only alphanumeric characters, hyphens, or underscores matching \
             (?!^[0-9]+$)([a-zA-Z0-9-_]+) pattern."
        );
        return Err(resource(&claim.id, text));
    }
    let id = format!("{}Alias{}", &*claim.id, name.replace('-', "D").replace('_', "U"));
    Ok(Resource::new(id, "AWS::Lambda::Alias", &claim.passed_on())
        .with("Name", name)
        .with("FunctionName", function.reference())
        .with("FunctionVersion", version.attribute("Version"))
        .with("ProvisionedConcurrencyConfig", claim.properties.some("ProvisionedConcurrencyConfig")))
}
