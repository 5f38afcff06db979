//! A function's code: inline, an archive in S3, or an image.

use crate::error::{Outcome, resource};
use crate::node::{Map, Node, map};
use crate::python::show;
use crate::resource::{Claim, Resource};
use crate::work::s3_location;

/// Where the code is.
pub(super) fn code(claim: &Claim) -> Outcome<Map> {
    let package = claim.properties.some("PackageType").cloned().unwrap_or_else(|| "Zip".into());
    let refuse = |text: &str| Err(resource(&claim.id, text));
    match package.as_str() {
        Some("Zip") => {}
        Some("Image") => return image(claim),
        _ => return refuse(&format!("invalid 'PackageType' : {}", show(&package))),
    }
    let mut code = match (claim.properties.get("InlineCode"), claim.properties.get("CodeUri")) {
        (None, None) => return refuse("Only one of 'InlineCode' or 'CodeUri' can be set."),
        (Some(inline), _) => map! { "ZipFile" => inline },
        (None, Some(uri)) => archive(uri, &claim.id, "CodeUri")?,
    };
    code.set_some("SourceKMSKeyArn", claim.properties.some("SourceKMSKeyArn"));
    Ok(code)
}

fn image(claim: &Claim) -> Outcome<Map> {
    match claim.properties.get("ImageUri") {
        None => Err(resource(&claim.id, "'ImageUri' must be set.")),
        Some(uri) if uri.truthy() => Ok(map! { "ImageUri" => uri }),
        Some(_) => {
            let text = "'ImageUri' requires that a image hosted at a registry be specified.";
            Err(resource(&claim.id, text))
        }
    }
}

/// Where an archive is, as Lambda names it.
pub(crate) fn archive(uri: &Node, id: &str, property: &str) -> Outcome<Map> {
    match uri {
        Node::Map(_) => {}
        Node::Text(text) if has_dynamic_path(text) => {
            let text = format!(
                "Unsupported dynamic reference detected in '{property}'. Please consider using alternative 'FunctionCode' \
                 object format."
            );
            return Err(resource(id, text));
        }
        Node::Text(_) => {}
        _ => return Err(resource(id, format!("'{property}' must be of type dict or string."))),
    }
    let location = s3_location(uri, id, property)?;
    let mut code = map! { "S3Bucket" => location.node("Bucket"), "S3Key" => location.node("Key") };
    if location.has("Version") {
        code.set("S3ObjectVersion", location.node("Version"));
    }
    Ok(code)
}

/// Whether a text refers to a parameter or a secret whose name is a path: that cannot be told from the path of an address.
fn has_dynamic_path(text: &str) -> bool {
    let kinds = ["{{resolve:ssm:", "{{resolve:ssm-secure:", "{{resolve:secretsmanager:"];
    kinds.iter().filter_map(|start| text.split_once(start)).any(|(_, rest)| {
        let name = &rest[..rest.find("}}").unwrap_or(0)];
        let named = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_.-/:".contains(c));
        named && name.contains('/')
    })
}

/// Checks that a function has what its kind of package needs.
pub(super) fn check_package(claim: &Claim, function: &Resource) -> Outcome<()> {
    let has = |name: &str| function.properties.truthy(name);
    let refuse = |text: &str| Err(resource(&claim.id, text));
    if function.properties.text("PackageType").is_some_and(|package| &**package == "Image") {
        if has("Handler") || has("Runtime") || has("Layers") {
            return refuse("Runtime, Handler, Layers cannot be present when PackageType is of type `Image`");
        }
        return Ok(());
    }
    if !has("Runtime") || !has("Handler") {
        return refuse("Runtime and Handler needs to be present when PackageType is of type `Zip`");
    }
    if has("ImageConfig") {
        return refuse("ImageUri or ImageConfig cannot be present when PackageType is of type `Zip`");
    }
    Ok(())
}

/// The capacity provider that a function runs on.
pub(super) fn capacity(id: &str, config: &Node) -> Outcome<Node> {
    const CONCURRENCY: &str = "PerExecutionEnvironmentMaxConcurrency";
    const MEMORY: &str = "ExecutionEnvironmentMemoryGiBPerVCpu";
    let invalid = |count: usize, text: String| {
        let errors = if count == 1 { "error" } else { "errors" };
        resource(
            id,
            format!("Invalid CapacityProviderConfig: {count} validation {errors} for CapacityProviderConfig\n{text}"),
        )
    };
    let config = config.as_map().cloned().unwrap_or_default();
    let mut problems = Vec::new();
    if config.get("Arn").is_none() {
        problems.push("Arn\n  field required (type=value_error.missing)".to_owned());
    }
    let known = ["Arn", CONCURRENCY, MEMORY];
    for key in config.keys().iter().filter(|key| !known.contains(&&***key)) {
        problems.push(format!("{}\n  extra fields not permitted (type=value_error.extra)", &**key));
    }
    if !problems.is_empty() {
        return Err(invalid(problems.len(), problems.join("\n")));
    }
    let mut made = map! { "CapacityProviderArn" => config.node("Arn") };
    [CONCURRENCY, MEMORY].iter().for_each(|name| made.set_some(*name, config.node(name)));
    Ok(map! { "LambdaManagedInstancesCapacityProviderConfig" => made }.into())
}
