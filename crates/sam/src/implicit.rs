//! APIs that nobody wrote: functions and state machines name paths, and the API that has them is made, if none is named.

use std::collections::HashMap;

use crate::editor::Definition;
use crate::error::{Outcome, Problem, event, unexpected};
use crate::expect::Of;
use crate::intrinsic::{combined, when};
use crate::node::{Map, Node, Text, map};
use crate::work::of_type;

/// Gives APIs without a definition an empty one, and notes that it is the transform's to fill.
pub(crate) fn give_definitions(template: &mut Map) -> Outcome<()> {
    for (kind, is_http) in [("AWS::Serverless::Api", false), ("AWS::Serverless::HttpApi", true)] {
        for id in of_type(template, &[kind])? {
            let Some(api) = template.map_mut("Resources").and_then(|resources| resources.map_mut(&id)) else {
                continue;
            };
            if !api.has("Properties") {
                api.set("Properties", Map::default());
            }
            let Some(properties) = api.map_mut("Properties") else { continue };
            if !properties.truthy("DefinitionBody") && !properties.truthy("DefinitionUri") {
                properties.set("DefinitionBody", Definition::skeleton(is_http));
                properties.set("__MANAGE_SWAGGER", true);
            }
        }
    }
    Ok(())
}

/// REST APIs.
pub(crate) const REST: Implicit = Implicit {
    is_http: false,
    event: "Api",
    api_property: "RestApiId",
    id: "ServerlessRestApi",
    condition: "ServerlessRestApiCondition",
    kind: "AWS::Serverless::Api",
};

/// HTTP APIs.
pub(crate) const HTTP: Implicit = Implicit {
    is_http: true,
    event: "HttpApi",
    api_property: "ApiId",
    id: "ServerlessHttpApi",
    condition: "ServerlessHttpApiCondition",
    kind: "AWS::Serverless::HttpApi",
};

/// A kind of API that is made for events.
#[derive(Debug)]
pub(crate) struct Implicit {
    is_http: bool,
    /// The type of the events.
    event: &'static str,
    /// The property of an event that names its API.
    api_property: &'static str,
    /// The id of the API that is made.
    id: &'static str,
    /// The condition that it has where all its events have different ones.
    condition: &'static str,
    kind: &'static str,
}

/// What is known of an API from the resources that have events of it.
#[derive(Debug, Default)]
struct Callers {
    /// Paths, and the conditions of their methods.
    paths: Vec<(Text, Vec<(Text, Node)>)>,
    deletion: Vec<Node>,
    replacement: Vec<Node>,
}

/// A resource that has events: its id, and the attributes that its API takes over.
struct Caller {
    id: Text,
    condition: Node,
    deletion: Node,
    replacement: Node,
}

type Known = HashMap<String, Callers>;

impl Implicit {
    /// Adds the paths of all events to their APIs.
    pub(crate) fn apply(&self, template: &mut Map) -> Outcome<()> {
        let existing = resources(template)?.get(self.id).map(Node::deep_copied);
        resources(template)?.set(self.id, self.api());
        let (mut known, mut problems) = (Known::new(), Vec::new());
        for id in of_type(template, &["AWS::Serverless::Function", "AWS::Serverless::StateMachine"])? {
            match self.add_events(template, &id, &mut known) {
                Ok(()) => {}
                Err(problem @ Problem::Event { .. }) => problems.push(problem.of_resource(&id).into_cause()),
                Err(problem) => return Err(problem.ending()),
            }
        }
        if let Some(callers) = known.get(self.id) {
            self.take_over(template, callers)?;
        }
        self.add_path_conditions(template, &known)?;
        self.drop_if_empty(template, existing)?;
        if problems.is_empty() { Ok(()) } else { Err(Problem::Document(problems)) }
    }

    fn api(&self) -> Node {
        let mut properties = Map::default();
        if !self.is_http {
            properties.set("StageName", "Prod");
        }
        properties.set("DefinitionBody", Definition::skeleton(self.is_http));
        properties.set("__MANAGE_SWAGGER", true);
        map! { "Type" => self.kind, "Properties" => properties }.into()
    }

    /// Adds the events of a resource to their APIs.
    fn add_events(&self, template: &mut Map, id: &Text, known: &mut Known) -> Outcome<()> {
        let Some(body) = resources(template)?.map(id) else { return Ok(()) };
        let caller = Caller {
            id: id.clone(),
            condition: body.node("Condition"),
            deletion: body.node("DeletionPolicy"),
            replacement: body.node("UpdateReplacePolicy"),
        };
        let Some(events) = body.map("Properties").and_then(|properties| properties.map("Events")) else {
            return Ok(());
        };
        let mut mine = Map::hashed();
        let is_mine = |event: &Node| event.get("Type").is_some_and(|kind| kind.is(self.event));
        events.iter().filter(|(_, event)| is_mine(event)).for_each(|(name, event)| mine.set(name, event));
        if mine.is_empty() {
            return Ok(());
        }
        for name in mine.keys() {
            let mut event = mine.node(&name);
            self.add_event(template, &caller, &name, &mut event, known)?;
            mine.set(name, event);
        }
        let body = resources(template)?.map_mut(id);
        let events =
            body.and_then(|body| body.map_mut("Properties")).and_then(|properties| properties.map_mut("Events"));
        events.ok_or_else(unexpected)?.update(mine);
        Ok(())
    }

    fn add_event(
        &self,
        template: &mut Map,
        caller: &Caller,
        name: &str,
        event: &mut Node,
        known: &mut Known,
    ) -> Outcome<()> {
        let Some(event) = event.as_map_mut() else { return Ok(()) };
        if !event.truthy("Properties") && !self.is_http {
            return Ok(());
        }
        let properties = event.entry(&"Properties".into(), || Map::default().into());
        Of::Event(name).map_or(properties, "Properties should be a map.")?;
        let Some(properties) = properties.as_map_mut() else { return Ok(()) };
        if !properties.has(self.api_property) {
            self.add_tags(template, caller)?;
            properties.set(self.api_property, map! { "Ref" => self.id });
        }
        if self.is_http && !properties.truthy("Path") && !properties.truthy("Method") {
            properties.set("Path", "$default");
            properties.set("Method", "x-amazon-apigateway-any-method");
        }
        let (api, path, method) = self.checked(name, properties)?;
        let callers = known.entry(api.to_string()).or_default();
        callers.note(&path, &method, caller);
        self.add_path(template, name, &api, &path, &method)?;
        if self.is_http && properties.has("RouteSettings") {
            add_route_settings(template, name, &api, properties, caller)?;
        }
        Ok(())
    }

    /// Gives the API that is made the tags of a resource that passes them on.
    fn add_tags(&self, template: &mut Map, caller: &Caller) -> Outcome<()> {
        let Some(body) = resources(template)?.map(&caller.id).cloned() else { return Ok(()) };
        let kind = body.text("Type").and_then(|kind| kind.strip_prefix("AWS::Serverless::")).unwrap_or_default();
        let section = template.map("Globals").and_then(|globals| globals.map(kind)).cloned().unwrap_or_default();
        let own = body.map("Properties").cloned().unwrap_or_default();
        let either = |name: &str| own.some(name).or_else(|| section.some(name)).cloned();
        let (Some(Node::Map(tags)), Some(_)) = (either("Tags"), either("PropagateTags")) else { return Ok(()) };
        let api = resources(template)?.map_mut(self.id).and_then(|api| api.map_mut("Properties"));
        if let Some(properties) = api {
            if let Node::Map(all) = properties.entry(&"Tags".into(), || Map::default().into()) {
                all.update(tags);
            }
            properties.set("PropagateTags", true);
        }
        Ok(())
    }

    /// The API, the path and the method of an event.
    fn checked(&self, name: &str, properties: &Map) -> Outcome<(Text, Text, Text)> {
        let of = Of::Event(name);
        let path = of.present(properties.get("Path"), "Path")?;
        let method = of.present(properties.get("Method"), "Method")?;
        let api = properties.node(self.api_property);
        let api = api.as_map().and_then(|map| map.get("Ref")).cloned().unwrap_or(api);
        let text = |node: &Node, name: &str| of.text(node, name).map(|_| node.as_text().cloned().unwrap_or_default());
        Ok((text(&api, self.api_property)?, text(path, "Path")?, text(method, "Method")?))
    }

    fn add_path(&self, template: &mut Map, name: &str, id: &str, path: &Text, method: &Text) -> Outcome<()> {
        let refuse = || {
            let (property, kind) = (self.api_property, self.kind);
            event(name, format!("{property} must be a valid reference to an '{kind}' resource in same template."))
        };
        let api = resources(template)?.map_mut(id).ok_or_else(refuse)?;
        if api.text("Type").is_some_and(|kind| &**kind == HTTP.kind) && !self.is_http {
            return Err(refuse());
        }
        let Some(properties) = api.map_mut("Properties") else { return Ok(()) };
        let body = properties.node("DefinitionBody");
        if !Definition::is_valid(&body, self.is_http) || !properties.truthy("__MANAGE_SWAGGER") {
            return Ok(());
        }
        let mut definition = Definition::open(&body, self.is_http)?;
        definition.add_path(path, method)?;
        properties.set("DefinitionBody", definition.close());
        Ok(())
    }

    /// Gives the API that is made the attributes of those that call for it.
    fn take_over(&self, template: &mut Map, callers: &Callers) -> Outcome<()> {
        let conditions = callers.conditions();
        let condition = match &conditions[..] {
            [Some(one)] => Some(one.clone()),
            several if !several.is_empty() && several.iter().all(Option::is_some) => {
                add_combined(template, self.condition, several.iter().flatten().cloned().collect());
                Some(self.condition.into())
            }
            _ => None,
        };
        let Some(api) = resources(template)?.map_mut(self.id) else { return Ok(()) };
        if let Some(condition) = condition {
            api.set("Condition", condition);
        }
        let strongest = |policies: &[Node], order: &[&'static str]| {
            order.iter().find(|policy| policies.iter().any(|found| found.is(policy))).copied()
        };
        if let Some(policy) = strongest(&callers.deletion, &["Retain", "Delete"]) {
            api.set("DeletionPolicy", policy);
        }
        if let Some(policy) = strongest(&callers.replacement, &["Retain", "Snapshot", "Delete"]) {
            api.set("UpdateReplacePolicy", policy);
        }
        Ok(())
    }

    /// Makes paths conditional, all of whose methods are.
    fn add_path_conditions(&self, template: &mut Map, known: &Known) -> Outcome<()> {
        for id in of_type(template, &[self.kind])? {
            let Some(properties) = resources(template)?.map_mut(&id).and_then(|api| api.map_mut("Properties")) else {
                continue;
            };
            if !properties.truthy("__MANAGE_SWAGGER") {
                continue;
            }
            let mut definition = Definition::open(&properties.node("DefinitionBody"), self.is_http)?;
            let mut added = Vec::new();
            for path in definition.path_names() {
                let conditions = known.get(&*id).map(|callers| callers.conditions_of(&path)).unwrap_or_default();
                match &conditions[..] {
                    [Some(one)] => definition.make_conditional(&path, one),
                    several if several.len() > 1 && several.iter().all(Option::is_some) => {
                        let name = condition_of_path(&id, &path);
                        definition.make_conditional(&path, &name.as_str().into());
                        added.push((name, several.iter().flatten().cloned().collect::<Vec<_>>()));
                    }
                    _ => {}
                }
            }
            properties.set("DefinitionBody", definition.close());
            added.into_iter().for_each(|(name, conditions)| add_combined(template, &name, conditions));
        }
        Ok(())
    }

    /// Takes the API away again where no event needed it.
    fn drop_if_empty(&self, template: &mut Map, existing: Option<Node>) -> Outcome<()> {
        let api = resources(template)?.map(self.id);
        let body = api.and_then(|api| api.map("Properties")).and_then(|properties| properties.map("DefinitionBody"));
        if body.and_then(|body| body.map("paths")).is_some_and(|paths| !paths.is_empty()) {
            return Ok(());
        }
        match existing {
            Some(existing) => resources(template)?.set(self.id, existing),
            None => {
                resources(template)?.remove(self.id);
            }
        }
        Ok(())
    }
}

impl Callers {
    fn note(&mut self, path: &Text, method: &Text, caller: &Caller) {
        let at = self.paths.iter().position(|(known, _)| known == path);
        let at = at.unwrap_or_else(|| {
            self.paths.push((path.clone(), Vec::new()));
            self.paths.len() - 1
        });
        let methods = &mut self.paths[at].1;
        methods.retain(|(known, _)| known != method);
        methods.push((method.clone(), caller.condition.clone()));
        self.deletion.push(caller.deletion.clone());
        self.replacement.push(caller.replacement.clone());
    }

    /// The conditions of all methods, each once; nothing stands for none.
    fn conditions(&self) -> Vec<Option<Text>> {
        distinct(self.paths.iter().flat_map(|(_, methods)| methods))
    }

    fn conditions_of(&self, path: &str) -> Vec<Option<Text>> {
        distinct(self.paths.iter().filter(|(known, _)| **known == *path).flat_map(|(_, methods)| methods))
    }
}

fn distinct<'m>(methods: impl Iterator<Item = &'m (Text, Node)>) -> Vec<Option<Text>> {
    let mut conditions: Vec<Option<Text>> = methods.map(|(_, condition)| condition.as_text().cloned()).collect();
    conditions.sort_by(|left, right| left.as_deref().cmp(&right.as_deref()));
    conditions.dedup();
    conditions
}

fn resources(template: &mut Map) -> Outcome<&mut Map> {
    template.map_mut("Resources").ok_or_else(unexpected)
}

fn add_combined(template: &mut Map, name: &str, conditions: Vec<Text>) {
    if let Node::Map(all) = template.entry(&"Conditions".into(), || Map::default().into()) {
        combined(conditions, name).into_iter().for_each(|(name, condition)| all.set(name, condition));
    }
}

fn condition_of_path(api: &str, path: &str) -> String {
    let path = path.replace('/', "SLASH").replace('{', "OB").replace('}', "CB");
    format!("{api}{path}PathCondition")
}

/// Adds an event's settings of its route to those of its API.
fn add_route_settings(template: &mut Map, name: &str, api: &str, properties: &Map, caller: &Caller) -> Outcome<()> {
    let (path, method) = (properties.node("Path"), properties.node("Method"));
    let (path, method) = (path.as_str().unwrap_or_default(), method.as_str().unwrap_or_default());
    let route = match method {
        "x-amazon-apigateway-any-method" => path.to_owned(),
        _ => format!("{} {path}", method.to_uppercase()),
    };
    let Some(api_properties) = resources(template)?.map_mut(api).and_then(|api| api.map_mut("Properties")) else {
        return Err(unexpected());
    };
    let all = api_properties.get("RouteSettings").cloned().unwrap_or_else(|| Map::default().into());
    Of::Resource(api).map(&all, "RouteSettings").map_err(Problem::ending)?;
    let own = properties.node("RouteSettings");
    let own = if caller.condition.truthy() { when(&caller.condition, own) } else { own };
    Of::Event(name).map(&own, "RouteSettings")?;
    let (Node::Map(mut all), Node::Map(own)) = (all, own) else { return Err(unexpected()) };
    match all.entry(&route.into(), || Map::default().into()) {
        Node::Map(settings) => settings.update(own),
        _ => return Err(unexpected()),
    }
    api_properties.set("RouteSettings", all);
    Ok(())
}
