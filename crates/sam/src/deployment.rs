//! Traffic that is shifted gradually to new versions of functions: an application of CodeDeploy, its role, and a group a function.

use crate::Context;
use crate::error::{Outcome, Problem, resource};
use crate::intrinsic::{attribute, branches, combined, is_if, is_intrinsic, is_no_value, reference, sub_with};
use crate::node::{Map, Node, Text, list, map};
use crate::resource::{Resource, tag_list, trust};

const ROLE: &str = "CodeDeployServiceRole";
const APPLICATION: &str = "ServerlessDeploymentApplication";
const CONDITION: &str = "ServerlessCodeDeployCondition";

/// Ways to shift traffic that CodeDeploy has configurations for.
const CONFIGURATIONS: [&str; 9] = [
    "Canary10Percent5Minutes",
    "Canary10Percent10Minutes",
    "Canary10Percent15Minutes",
    "Canary10Percent30Minutes",
    "Linear10PercentEvery1Minute",
    "Linear10PercentEvery2Minutes",
    "Linear10PercentEvery3Minutes",
    "Linear10PercentEvery10Minutes",
    "AllAtOnce",
];

/// A function whose traffic is shifted.
#[derive(Debug)]
struct Preference {
    function: Text,
    kind: Node,
    alarms: Node,
    role: Node,
    triggers: Node,
    condition: Node,
    tags: Option<Map>,
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Deployments {
    enabled: Vec<Preference>,
}

/// Whether a function's condition is that of its deployment too.
pub(crate) fn passes_condition(id: &str, preference: &Map) -> Outcome<bool> {
    match preference.get("PassthroughCondition") {
        None => Ok(false),
        Some(Node::Bool(passes)) => Ok(*passes),
        Some(Node::Text(text)) if matches!(&**text, "true" | "True") => Ok(true),
        Some(Node::Text(text)) if matches!(&**text, "false" | "False") => Ok(false),
        Some(other) if is_intrinsic(other) => {
            let text = "Unsupported intrinsic: the only intrinsic functions supported for property PassthroughCondition are \
                        FindInMap and parameter Refs.";
            Err(resource(id, text))
        }
        Some(_) => Err(resource(id, "Invalid value for property PassthroughCondition.")),
    }
}

impl Deployments {
    /// Notes a function, if its traffic is to be shifted: then its alias gets the update policy that is given.
    pub(crate) fn add(
        &mut self,
        id: &Text,
        preference: &Map,
        condition: Node,
        tags: Option<Map>,
    ) -> Outcome<Option<Map>> {
        let enabled = preference.get("Enabled").is_none_or(|on| on.truthy() && !on.is("false") && !on.is("False"));
        if !enabled {
            return Ok(None);
        }
        let text = "'DeploymentPreference' is missing required Property 'Type'";
        let kind = if preference.has("Type") { preference.node("Type") } else { return Err(resource(id, text)) };
        let none = Node::Map(Map::default());
        let text = "'Hooks' property of 'DeploymentPreference' must be a dictionary";
        let hooks = preference.get("Hooks").unwrap_or(&none).as_map().ok_or_else(|| resource(id, text))?;
        let mut update = map! {
            "ApplicationName" => reference(APPLICATION),
            "DeploymentGroupName" => reference(group_id(id)),
        };
        for (name, hook) in [("BeforeAllowTrafficHook", "PreTraffic"), ("AfterAllowTrafficHook", "PostTraffic")] {
            update.set_some(name, hooks.node(hook));
        }
        self.enabled.push(Preference {
            function: id.clone(),
            kind,
            alarms: preference.node("Alarms"),
            role: preference.node("Role"),
            triggers: preference.node("TriggerConfigurations"),
            condition,
            tags,
        });
        Ok(Some(map! { "CodeDeployLambdaAliasUpdate" => update }))
    }

    /// What they become, with the conditions they need.
    pub(crate) fn finish(&self, context: &Context<'_>) -> (Vec<Resource>, Vec<(String, Node)>, Vec<Problem>) {
        if self.enabled.is_empty() {
            return (Vec::new(), Vec::new(), Vec::new());
        }
        let conditions = self.conditions();
        let mut attributes = Map::default();
        match &conditions[..] {
            [] => {}
            [one] => attributes.set("Condition", one),
            _ => attributes.set("Condition", CONDITION),
        }
        let mut resources = vec![self.application(&attributes)];
        if self.enabled.iter().any(|preference| !preference.role.truthy()) {
            resources.push(self.role(&attributes, context));
        }
        let mut problems = Vec::new();
        for preference in &self.enabled {
            match preference.group() {
                Ok(group) => resources.push(group),
                Err(problem) => problems.push(problem),
            }
        }
        (resources, combined(conditions, CONDITION), problems)
    }

    /// The conditions of all functions, each once; none where a function has none.
    fn conditions(&self) -> Vec<Text> {
        let mut conditions: Vec<Text> = Vec::new();
        for preference in &self.enabled {
            match preference.condition.as_text() {
                None => return Vec::new(),
                Some(condition) if conditions.contains(condition) => {}
                Some(condition) => conditions.push(condition.clone()),
            }
        }
        conditions
    }

    fn tags(&self) -> Node {
        let mut tags = Map::default();
        self.enabled.iter().filter_map(|preference| preference.tags.clone()).for_each(|own| tags.update(own));
        if tags.is_empty() { Node::Null } else { tag_list(&tags).into() }
    }

    fn application(&self, attributes: &Map) -> Resource {
        Resource::new(APPLICATION, "AWS::CodeDeploy::Application", attributes)
            .with("ComputePlatform", "Lambda")
            .with("Tags", self.tags())
    }

    fn role(&self, attributes: &Map, context: &Context<'_>) -> Resource {
        let limited = if ["aws-iso", "aws-iso-b"].contains(&context.partition) { "Limited" } else { "" };
        let policy =
            format!("arn:{}:iam::aws:policy/service-role/AWSCodeDeployRoleForLambda{limited}", context.partition);
        Resource::new(ROLE, "AWS::IAM::Role", attributes)
            .with("AssumeRolePolicyDocument", trust("codedeploy.amazonaws.com"))
            .with("ManagedPolicyArns", list![policy])
            .with("Tags", self.tags())
    }
}

fn group_id(function: &str) -> String {
    format!("{function}DeploymentGroup")
}

impl Preference {
    /// The group of a function's deployments.
    fn group(&self) -> Outcome<Resource> {
        let alarms = self.alarms().map_err(|text| resource(&self.function, text))?;
        let events = list!["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"];
        let role = if self.role.truthy() { self.role.clone() } else { attribute(&ROLE.into(), "Arn") };
        let style = map! { "DeploymentType" => "BLUE_GREEN", "DeploymentOption" => "WITH_TRAFFIC_CONTROL" };
        let mut attributes = Map::default();
        attributes.set_some("Condition", &self.condition);
        let mut group = Resource::new(group_id(&self.function), "AWS::CodeDeploy::DeploymentGroup", &attributes)
            .with("AlarmConfiguration", alarms)
            .with("ApplicationName", reference(APPLICATION))
            .with("AutoRollbackConfiguration", map! { "Enabled" => true, "Events" => events })
            .with("DeploymentConfigName", configuration(&self.kind, false))
            .with("DeploymentStyle", style)
            .with("ServiceRoleArn", role);
        if self.triggers.truthy() {
            group.set("TriggerConfigurations", &self.triggers);
        }
        if let Some(tags) = &self.tags {
            group.set("Tags", tag_list(tags));
        }
        Ok(group)
    }

    fn alarms(&self) -> Result<Node, &'static str> {
        if !self.alarms.truthy() || is_no_value(&self.alarms) {
            return Ok(Node::Null);
        }
        if is_if(&self.alarms) {
            let [condition, then, other] = branches(&self.alarms)?;
            return Ok(map! { "Fn::If" => list![condition, watched(then)?, watched(other)?] }.into());
        }
        watched(&self.alarms)
    }
}

/// Alarms that stop a deployment.
fn watched(alarms: &Node) -> Result<Node, &'static str> {
    let alarms = alarms.as_list().ok_or("Alarms must be a list")?;
    if alarms.first().is_none_or(is_no_value) {
        return Ok(Map::default().into());
    }
    let alarms: Vec<Node> = alarms.iter().map(|alarm| map! { "Name" => alarm }.into()).collect();
    Ok(map! { "Enabled" => true, "Alarms" => alarms }.into())
}

/// A way to shift traffic as CodeDeploy calls it, within intrinsic functions too.
fn configuration(kind: &Node, in_sub: bool) -> Node {
    if let Some((name, argument)) = crate::intrinsic::call(kind) {
        return map! { &name => configuration(argument, &*name == "Fn::Sub") }.into();
    }
    match kind {
        Node::List(items) => Node::List(items.iter().map(|item| configuration(item, false)).collect()),
        Node::Text(text) if CONFIGURATIONS.contains(&&**text) => {
            let variables = map! { "ConfigName" => text };
            let pattern = "CodeDeployDefault.Lambda${ConfigName}";
            if in_sub { list![pattern, variables] } else { sub_with(pattern, variables) }
        }
        _ => kind.clone(),
    }
}
