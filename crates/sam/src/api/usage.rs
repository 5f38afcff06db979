//! Usage plans: one of an API, or one that APIs share, with a key.

use crate::error::{Outcome, Problem, resource};
use crate::intrinsic::{any_of, reference};
use crate::node::{Map, Node, Text, list, map};
use crate::python::names;
use crate::resource::{Claim, Resource};
use crate::work::Work;

const SHARED_CONDITION: &str = "SharedUsagePlanCondition";

/// The plan that APIs share, as far as they were looked at.
#[derive(Debug, Default)]
pub(crate) struct SharedPlan {
    apis: Vec<Node>,
    stages: Vec<Node>,
    keyed_stages: Vec<Node>,
    conditions: Vec<Text>,
    /// Whether an API that shares it has no condition: then neither has the plan.
    unconditional: bool,
    deletion: Node,
    replacement: Node,
}

fn add_new(all: &mut Vec<Node>, value: Node) {
    if !all.contains(&value) {
        all.push(value);
    }
}

/// The plan, its key, and what joins them.
pub(super) fn plan(work: &mut Work<'_>, claim: &Claim, stage: &Resource) -> Outcome<Vec<Resource>> {
    let auth = claim.properties.some("Auth").and_then(Node::as_map);
    let Some(plan) = auth.and_then(|auth| auth.get("UsagePlan")) else { return Ok(Vec::new()) };
    let refuse = |text: &str| resource(&claim.id, text);
    let plan = plan.as_map().ok_or_else(|| refuse("'UsagePlan' must be a dictionary"))?;
    let known = ["CreateUsagePlan", "Description", "Quota", "Tags", "Throttle", "UsagePlanName"];
    if plan.keys().iter().any(|key| !known.contains(&&**key)) {
        return Err(refuse("Invalid property for 'UsagePlan'"));
    }
    let create = plan.get("CreateUsagePlan");
    let create = create.ok_or_else(|| refuse("'CreateUsagePlan' is a required field for UsagePlan."))?;
    let mut made = match create.as_str() {
        Some("NONE") => return Ok(Vec::new()),
        Some("PER_API") => own(claim, stage),
        Some("SHARED") => shared(work, claim, stage)?,
        _ => {
            let known = names(&["SHARED", "PER_API", "NONE"]);
            return Err(refuse(&format!("'CreateUsagePlan' accepts one of {known}.")));
        }
    };
    for name in ["UsagePlanName", "Description", "Quota", "Tags", "Throttle"] {
        made[0].set(name, plan.some(name));
    }
    Ok(made)
}

/// The three resources of a plan whose ids begin with `prefix`.
fn resources(prefix: &str, attributes: &Map, apis: Vec<Node>, stages: Vec<Node>, keyed: Vec<Node>) -> Vec<Resource> {
    let plan = Resource::new(format!("{prefix}UsagePlan"), "AWS::ApiGateway::UsagePlan", attributes)
        .after(apis.into())
        .with("ApiStages", stages);
    let key = Resource::new(format!("{prefix}ApiKey"), "AWS::ApiGateway::ApiKey", attributes)
        .after(list![&plan.id])
        .with("Enabled", true)
        .with("StageKeys", keyed);
    let join = Resource::new(format!("{prefix}UsagePlanKey"), "AWS::ApiGateway::UsagePlanKey", attributes)
        .after(list![&key.id])
        .with("KeyId", key.reference())
        .with("KeyType", "API_KEY")
        .with("UsagePlanId", plan.reference());
    vec![plan, key, join]
}

fn stages_of(claim: &Claim, stage: &Resource) -> (Node, Node) {
    let (api, stage) = (reference(&claim.id), stage.reference());
    let keyed = map! { "RestApiId" => &api, "StageName" => &stage }.into();
    (map! { "ApiId" => api, "Stage" => stage }.into(), keyed)
}

fn own(claim: &Claim, stage: &Resource) -> Vec<Resource> {
    let (used, keyed) = stages_of(claim, stage);
    resources(&claim.id, &claim.passed_on(), vec![(&claim.id).into()], vec![used], vec![keyed])
}

fn shared(work: &mut Work<'_>, claim: &Claim, stage: &Resource) -> Outcome<Vec<Resource>> {
    let (used, keyed) = stages_of(claim, stage);
    let mut plan = std::mem::take(&mut work.usage_plan);
    add_new(&mut plan.apis, (&claim.id).into());
    add_new(&mut plan.stages, used);
    add_new(&mut plan.keyed_stages, keyed);
    let attributes = plan.attributes(work, &claim.passed_on());
    let (apis, stages, keyed) = (plan.apis.clone(), plan.stages.clone(), plan.keyed_stages.clone());
    work.usage_plan = plan;
    Ok(resources("Serverless", &attributes?, apis, stages, keyed))
}

impl SharedPlan {
    /// The attributes of a plan that several APIs share: the most careful of theirs.
    fn attributes(&mut self, work: &mut Work<'_>, of_api: &Map) -> Outcome<Map> {
        let deletion = of_api.node("DeletionPolicy");
        if deletion.truthy() && (!self.deletion.truthy() || deletion.is("Retain")) {
            self.deletion = deletion;
        }
        let replacement = of_api.node("UpdateReplacePolicy");
        let is_stronger = replacement.is("Retain") || (replacement.is("Snapshot") && self.replacement.is("Delete"));
        if replacement.truthy() && (!self.replacement.truthy() || is_stronger) {
            self.replacement = replacement;
        }
        self.add_condition(work, &of_api.node("Condition"))?;
        let mut attributes = Map::default();
        attributes.set_some("DeletionPolicy", &self.deletion);
        attributes.set_some("UpdateReplacePolicy", &self.replacement);
        if !self.conditions.is_empty() && !self.unconditional {
            attributes.set("Condition", SHARED_CONDITION);
        }
        Ok(attributes)
    }

    fn add_condition(&mut self, work: &mut Work<'_>, condition: &Node) -> Outcome<()> {
        if self.unconditional {
            return Ok(());
        }
        let Some(condition) = condition.as_text() else {
            self.unconditional = true;
            if let Some(all) = work.output.map_mut("Conditions") {
                all.remove(SHARED_CONDITION);
            }
            return Ok(());
        };
        if self.conditions.contains(condition) {
            return Ok(());
        }
        if work.output.map("Conditions").is_none() {
            let text = "Can't have condition without having 'Conditions' section in the template";
            return Err(Problem::Template(text.to_owned()));
        }
        self.conditions.push(condition.clone());
        let any = if self.conditions.len() == 1 { condition.into() } else { any_of(&self.conditions) };
        work.add_condition(SHARED_CONDITION, any);
        Ok(())
    }
}
