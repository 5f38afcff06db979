//! The deployment of a REST API and its stage. A deployment cannot be changed, so its id is a hash of the definition: another
//! definition is another deployment.

use crate::error::Outcome;
use crate::id;
use crate::intrinsic::reference;
use crate::node::Node;
use crate::python::{Json, json, print, show};
use crate::resource::{Claim, Resource, tag_list};
use crate::work::Work;

/// Properties that a stage has of the API as they are.
const COPIED: [&str; 8] = [
    "StageName",
    "CacheClusterEnabled",
    "CacheClusterSize",
    "Variables",
    "MethodSettings",
    "AccessLogSetting",
    "CanarySetting",
    "TracingEnabled",
];

/// The deployment and the stage.
pub(super) fn make(work: &Work<'_>, claim: &Claim, api: &Resource) -> Outcome<(Resource, Resource)> {
    let attributes = claim.passed_on();
    let mut deployment = Resource::new(format!("{}Deployment", &*claim.id), "AWS::ApiGateway::Deployment", &attributes)
        .with("RestApiId", api.reference());
    if !claim.properties.truthy("OpenApiVersion") {
        deployment.set("StageName", "Stage");
    }
    let body = api.properties.get("Body").or_else(|| api.properties.get("BodyS3Location"));
    if let Some(body) = body.filter(|body| body.truthy()) {
        let digits = id::hash(&depends_on(work, claim, body));
        deployment.id = id::given(&deployment.id, &digits).into();
        deployment.set("Description", format!("RestApi deployment id: {digits}"));
    }
    let name = claim.node("StageName");
    let prefix = name.as_str().unwrap_or_default();
    let id = if id::is_alphanumeric(prefix) {
        format!("{}{prefix}Stage", &*claim.id)
    } else {
        id::of(&format!("{}Stage", &*claim.id), &prefix.into())
    };
    let mut stage = Resource::new(id, "AWS::ApiGateway::Stage", &attributes)
        .with("RestApiId", reference(&claim.id))
        .with("DeploymentId", deployment.reference());
    COPIED.iter().for_each(|name| stage.set(name, claim.node(name)));
    if let Some(tags) = claim.properties.map("Tags") {
        stage.set("Tags", tag_list(tags));
    }
    Ok((deployment, stage))
}

/// What a deployment's id is made of: the definition, the version of OpenAPI, the domain, the names of functions.
fn depends_on(work: &Work<'_>, claim: &Claim, body: &Node) -> String {
    if claim.properties.truthy("AlwaysDeploy") {
        return work.context.now.to_string();
    }
    let mut parts = vec![print(body)];
    parts.extend(claim.properties.some("OpenApiVersion").map(show));
    parts.extend(claim.properties.some("Domain").map(|domain| json(domain, Json::Spaced)));
    parts.extend(work.function_names.get(&*claim.id).filter(|names| !names.is_empty()).cloned());
    parts.join("||")
}
