//! The transform from outside: what templates become, what is said of those that are wrong, and that nothing ends it.

mod refusals;
mod templates;
mod totality;

use serde_json::{Map, Value, json};

/// Transforms a template in `us-east-1`.
fn transformed(template: Value) -> Result<Value, sam::InvalidTemplate> {
    transformed_with(template, json!({}))
}

/// The same with values of parameters.
fn transformed_with(template: Value, parameters: Value) -> Result<Value, sam::InvalidTemplate> {
    let none = Map::new();
    let context = sam::Context {
        parameters: parameters.as_object().unwrap_or(&none),
        region: "us-east-1",
        partition: "aws",
        pass_metadata: false,
        now: 13,
        managed_policy: &|name| (name == "Known").then(|| "arn:aws:iam::aws:policy/Known".to_owned()),
        application: &|id, version| match id {
            "missing" => Err("Cannot access application: missing.".to_owned()),
            _ => Ok(format!("https://example.com/{id}/{version}")),
        },
    };
    sam::transform(template, &context)
}

/// A function with these properties besides what it must have.
fn function(properties: Value) -> Value {
    let mut all = json!({"Handler": "index.handler", "Runtime": "nodejs20.x", "CodeUri": "s3://bucket/key"});
    merge(&mut all, properties);
    json!({"Type": "AWS::Serverless::Function", "Properties": all})
}

fn merge(value: &mut Value, more: Value) {
    if let (Some(value), Value::Object(more)) = (value.as_object_mut(), more) {
        value.extend(more);
    }
}

/// What a template of these resources becomes.
fn resources(resources: Value) -> Value {
    transformed(json!({"Resources": resources})).expect("the template is right")["Resources"].clone()
}

/// The ids of the resources of a type.
fn of_type<'r>(resources: &'r Value, kind: &str) -> Vec<&'r str> {
    let all = resources.as_object().expect("resources are a map");
    all.iter().filter(|(_, resource)| resource["Type"] == kind).map(|(id, _)| id.as_str()).collect()
}
