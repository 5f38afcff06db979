//! Answers to preflight requests: a mock `OPTIONS` of a REST API, a setting of an HTTP API.

use crate::error::{Outcome, Problem, document};
use crate::intrinsic::{contents, is_intrinsic};
use crate::node::{Map, Node, hashed, list, map};
use crate::python::{Json, json};

use super::{ANY_METHOD, Definition, INTEGRATION, not_a_path};

/// Methods that `any` stands for.
const ALL_METHODS: [&str; 7] = ["OPTIONS", "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"];
const CORS: &str = "x-amazon-apigateway-cors";

/// What other origins may do.
#[derive(Debug, Default)]
pub(crate) struct Cors {
    pub(crate) origins: Node,
    pub(crate) headers: Node,
    pub(crate) methods: Node,
    /// Headers that scripts may read; of HTTP APIs.
    pub(crate) exposed: Node,
    pub(crate) max_age: Node,
    pub(crate) credentials: Node,
}

impl Definition {
    /// Adds an answer to preflight requests of a path of a REST API.
    pub(crate) fn add_preflight(&mut self, path: &str, cors: &Cors) -> Outcome<()> {
        let item = self.paths_mut().get_mut(path).ok_or_else(|| not_a_path(path))?;
        // AWS's transform goes on with the methods of the first of a path's alternatives.
        let mut methods = cors.methods.clone();
        for item in contents(item)? {
            let item = item.as_map_mut().ok_or_else(|| not_a_path(path))?;
            if item.has("options") {
                continue;
            }
            if !cors.origins.truthy() {
                let text = "Invalid input. Value for AllowedOrigins is required";
                return Err(Problem::Template(text.to_owned()));
            }
            if !methods.truthy() {
                methods = allowed_methods(item).into();
            }
            item.set("options", preflight(cors, &methods));
        }
        Ok(())
    }

    /// Sets what other origins may do with an HTTP API.
    pub(crate) fn set_cors(&mut self, cors: &Cors) -> Outcome<()> {
        let mut all = match self.doc.get(CORS) {
            None => Map::default(),
            Some(Node::Map(all)) => all.clone(),
            Some(_) => {
                return Err(document(format!("Value of '{CORS}' must be a dictionary according to Swagger spec.")));
            }
        };
        if is_intrinsic(&cors.origins) {
            all.update(with_small_names(&cors.origins));
        } else {
            let values = [
                ("allowOrigins", &cors.origins),
                ("allowHeaders", &cors.headers),
                ("allowMethods", &cors.methods),
                ("exposeHeaders", &cors.exposed),
            ];
            values.into_iter().filter(|(_, value)| value.truthy()).for_each(|(name, value)| all.set(name, value));
            all.set_some("maxAge", &cors.max_age);
            if cors.credentials.is_bool(true) {
                all.set("allowCredentials", true);
            }
        }
        self.doc.set(CORS, all);
        Ok(())
    }
}

/// A choice of settings with OpenAPI's names: those of SAM with a small first letter.
fn with_small_names(choice: &Node) -> Map {
    let mut text = json(choice, Json::Spaced);
    for name in ["allowOrigins", "allowHeaders", "allowMethods", "exposeHeaders", "maxAge", "allowCredentials"] {
        let (first, rest) = name.split_at(1);
        text = text.replace(&format!("{}{rest}", first.to_uppercase()), name);
    }
    let read = serde_json::from_str(&text).map(|value: serde_json::Value| Node::from(value));
    read.ok().and_then(|node| node.as_map().cloned()).unwrap_or_default()
}

/// The methods of a path and `OPTIONS`, in quotes.
fn allowed_methods(item: &Map) -> String {
    let mut methods: Vec<String> = if item.has(ANY_METHOD) {
        ALL_METHODS.iter().map(|method| (*method).to_owned()).collect()
    } else {
        let methods = item.keys().iter().map(|method| method.to_uppercase()).collect::<Vec<_>>();
        methods.into_iter().chain(["OPTIONS".to_owned()]).collect()
    };
    methods.sort();
    methods.dedup();
    format!("'{}'", methods.join(","))
}

fn preflight(cors: &Cors, methods: &Node) -> Map {
    let (mut parameters, mut headers) = (Map::hashed(), Map::hashed());
    let mut add = |name: &str, value: &Node, kind: &str| {
        parameters.set(format!("method.response.header.Access-Control-{name}"), value);
        headers.set(format!("Access-Control-{name}"), map! { "type" => kind });
    };
    add("Allow-Origin", &cors.origins, "string");
    if cors.headers.truthy() {
        add("Allow-Headers", &cors.headers, "string");
    }
    if methods.truthy() {
        add("Allow-Methods", methods, "string");
    }
    if !cors.max_age.is_null() {
        add("Max-Age", &cors.max_age, "integer");
    }
    if cors.credentials.is_bool(true) {
        add("Allow-Credentials", &"'true'".into(), "string");
    }
    let answer = hashed! {
        "statusCode" => "200",
        "responseParameters" => parameters,
        "responseTemplates" => map! { "application/json" => "{}\n" },
    };
    hashed! {
        "summary" => "CORS support",
        "consumes" => list!["application/json"],
        "produces" => list!["application/json"],
        INTEGRATION => hashed! {
            "type" => "mock",
            "requestTemplates" => map! { "application/json" => "{\n  \"statusCode\" : 200\n}\n" },
            "responses" => hashed! { "default" => answer },
        },
        "responses" => hashed! {
            "200" => hashed! { "description" => "Default response for CORS method", "headers" => headers },
        },
    }
}
