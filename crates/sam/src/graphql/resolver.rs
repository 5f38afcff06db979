//! Functions of a GraphQL API, and the resolvers that are pipelines of them.

use crate::error::{Outcome, resource};
use crate::node::{Map, Node, Text, list, map};
use crate::resource::{Claim, Resource};
use crate::work::as_list;

use super::{Parts, api_id, entries, part};

/// The code of a resolver that has none: what the last function gives.
const PASS_ON: &str = "
export function request(ctx) {
    return {};
}

export function response(ctx) {
    return ctx.prev.result;
}
";

/// The functions that are not named by an id that there is already.
pub(super) fn functions(claim: &Claim, parts: &mut Parts) -> Outcome<Vec<Resource>> {
    let mut made = Vec::new();
    for (name, function) in entries(claim, "Functions") {
        if let Some(id) = function.some("Id") {
            if function.keys().iter().filter(|key| function.get(key).is_some()).count() != 1 {
                return Err(resource(&name, "'Id' cannot be defined with other properties in Function."));
            }
            parts.functions.set(&name, id);
            continue;
        }
        let mut one = part(claim, &name, "AWS::AppSync::FunctionConfiguration")
            .with("ApiId", api_id(claim))
            .with("Name", function.some("Name").cloned().unwrap_or_else(|| (&name).into()));
        let code = code(&name, &function)?;
        if code == (Node::Null, Node::Null) {
            return Err(resource(&name, "One of 'InlineCode' or 'CodeUri' must be set."));
        }
        one.set("Code", code.0);
        one.set("CodeS3Location", code.1);
        one.set("DataSourceName", source(claim, &name, &function, parts)?);
        one.set("MaxBatchSize", function.node("MaxBatchSize"));
        one.set("Description", function.node("Description"));
        one.set("Runtime", runtime(&name, &function)?);
        one.set("SyncConfig", function.node("Sync"));
        parts.functions.set(&name, one.attribute("FunctionId"));
        made.push(one);
    }
    Ok(made)
}

/// Code in the template, or where it is.
fn code(name: &str, given: &Map) -> Outcome<(Node, Node)> {
    let of = |name: &str| Node::from(given.some(name));
    match (of("InlineCode"), of("CodeUri")) {
        (inline, uri) if !inline.is_null() && !uri.is_null() => {
            Err(resource(name, "Both 'InlineCode' and 'CodeUri' cannot be defined at the same time."))
        }
        code => Ok(code),
    }
}

fn runtime(name: &str, given: &Map) -> Outcome<Map> {
    let missing = || resource(name, format!("'Runtime' must be defined as a property in {name}."));
    let runtime = given.map("Runtime").ok_or_else(missing)?;
    Ok(map! { "Name" => runtime.node("Name"), "RuntimeVersion" => runtime.node("Version") })
}

/// The name of a function's data source.
fn source(claim: &Claim, name: &str, function: &Map, parts: &mut Parts) -> Outcome<Node> {
    let Some(source) = function.some("DataSource") else {
        return Err(resource(name, "'DataSource' must be set."));
    };
    let Some(given) = source.as_str() else { return Ok(source.clone()) };
    if given.eq_ignore_ascii_case("none") {
        let none = parts.none.get_or_insert_with(|| {
            let none = part(claim, "NoneDataSource", "AWS::AppSync::DataSource").with("ApiId", api_id(claim));
            let id = none.id.clone();
            none.with("Name", id).with("Type", "NONE")
        });
        return Ok(none.attribute("Name"));
    }
    parts.sources.get(given).cloned().ok_or_else(|| {
        let text = format!(
            "Either define DataSource '{given}' in 'DataSources' or use intrinsic function like GetAtt, ImportValue, Sub or \
             another one to reference a DataSource defined outside of this GraphQLApi resource."
        );
        resource(name, text)
    })
}

/// The resolvers, by types and fields.
pub(super) fn resolvers(claim: &Claim, parts: &Parts, schema: &Text) -> Outcome<Vec<Resource>> {
    let mut made = Vec::new();
    for (of, resolvers) in entries(claim, "Resolvers") {
        for (name, resolver) in resolvers.iter() {
            let resolver = resolver.as_map().cloned().unwrap_or_default();
            made.push(one(claim, parts, schema, &of, &name, &resolver)?);
        }
    }
    Ok(made)
}

fn one(claim: &Claim, parts: &Parts, schema: &Text, of: &Text, name: &Text, resolver: &Map) -> Outcome<Resource> {
    let (inline, uri) = code(name, resolver)?;
    let (inline, runtime) = if inline.is_null() && uri.is_null() {
        (PASS_ON.into(), map! { "Name" => "APPSYNC_JS", "RuntimeVersion" => "1.0.0" })
    } else {
        (inline, runtime(name, resolver)?)
    };
    let mut functions = Vec::new();
    for function in as_list(&resolver.node("Pipeline")) {
        let function = crate::python::show(&function);
        let known = parts.functions.get(&function).cloned();
        functions.push(known.ok_or_else(|| resource(name, format!("Function '{function}' does not exist.")))?);
    }
    if functions.is_empty() {
        let text = format!(
            "Resolver '{}' must have Pipeline defined. Unit resolvers are not supported. If you need a Unit resolver you can \
             use AppSync resource.",
            &**name
        );
        return Err(resource(name, text));
    }
    Ok(part(claim, &format!("{}{}", &**of, &**name), "AWS::AppSync::Resolver")
        .after(list![schema])
        .with("Code", inline)
        .with("CodeS3Location", uri)
        .with("Runtime", runtime)
        .with("ApiId", api_id(claim))
        .with("FieldName", resolver.some("FieldName").cloned().unwrap_or_else(|| name.into()))
        .with("TypeName", of)
        .with("Kind", "PIPELINE")
        .with("PipelineConfig", map! { "Functions" => functions })
        .with("CachingConfig", resolver.node("Caching"))
        .with("MaxBatchSize", resolver.some("MaxBatchSize")))
}
