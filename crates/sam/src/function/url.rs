//! The address of a function that anyone can call over HTTP, and the leave that takes.

use crate::error::{Outcome, resource};
use crate::expect::Of;
use crate::intrinsic::is_intrinsic;
use crate::node::{Map, Node};
use crate::resource::{Claim, Resource};

use super::version::Alias;

/// Settings for other origins, and what Python calls their types.
const CORS: [(&str, &str); 6] = [
    ("AllowOrigins", "list"),
    ("AllowMethods", "list"),
    ("AllowCredentials", "bool"),
    ("AllowHeaders", "list"),
    ("ExposeHeaders", "list"),
    ("MaxAge", "int"),
];

/// Adds the address of a function or its alias.
pub(super) fn add(claim: &Claim, function: &Resource, alias: Option<&Alias>, all: &mut Vec<Resource>) -> Outcome<()> {
    let Some(config) = claim.properties.some("FunctionUrlConfig") else { return Ok(()) };
    let is_call = is_intrinsic(config);
    let config_map = config.as_map().cloned().unwrap_or_default();
    if !is_call {
        check(claim, &config_map)?;
    }
    let called = alias.map_or_else(|| function.reference(), |alias| alias.resource.reference());
    let id = &*claim.id;
    let kind = config_map.node("AuthType");
    let url = Resource::new(format!("{id}Url"), "AWS::Lambda::Url", &claim.passed_on())
        .with("Cors", config_map.some("Cors"))
        .with("AuthType", &kind)
        .with("TargetFunctionArn", &called)
        .with("InvokeMode", config_map.node("InvokeMode"));
    all.push(url);
    if kind.is("NONE") && !is_call {
        let leave = |suffix: &str, action: &str| {
            Resource::new(format!("{id}{suffix}"), "AWS::Lambda::Permission", &claim.passed_on())
                .with("Action", action)
                .with("FunctionName", &called)
                .with("Principal", "*")
        };
        all.push(leave("UrlPublicPermissions", "lambda:InvokeFunctionUrl").with("FunctionUrlAuthType", kind));
        all.push(leave("URLInvokeAllowPublicAccess", "lambda:InvokeFunction").with("InvokedViaFunctionUrl", true));
    }
    Ok(())
}

fn check(claim: &Claim, config: &Map) -> Outcome<()> {
    let kind = config.node("AuthType");
    if !is_intrinsic(&kind) && !kind.is("AWS_IAM") && !kind.is("NONE") {
        let text = "AuthType is required to configure function property `FunctionUrlConfig`. Please provide either AWS_IAM or NONE.";
        return Err(resource(&claim.id, text));
    }
    let Some(cors) = config.some("Cors").filter(|cors| !is_intrinsic(cors)) else { return Ok(()) };
    for (name, value) in Of::Resource(&claim.id).map(cors, "FunctionUrlConfig.Cors")?.iter() {
        let Some((name, kind)) = CORS.iter().find(|(known, _)| *known == &*name) else {
            let text = format!("{} is not a valid property for configuring Cors.", &*name);
            return Err(resource(&claim.id, text));
        };
        let is = match *kind {
            "list" => value.as_list().is_some(),
            "bool" => matches!(value, Node::Bool(_)),
            _ => matches!(value, Node::Bool(_)) || matches!(value, Node::Number(number) if !number.is_f64()),
        };
        if !is && !is_intrinsic(value) {
            return Err(resource(&claim.id, format!("{name} must be of type {kind}.")));
        }
    }
    Ok(())
}
