//! Transforms: what a template names in `Transform`, and in `Fn::Transform` where they stand.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use service_kit::{BoxFuture, Ctx, Error};

use crate::calls;
use crate::engine::document::{self, Document};
use crate::engine::evaluate::{Nothing, Pseudo, Scope};
use crate::engine::extensions;
use crate::engine::parameters::Declaration;
use crate::engine::refusal::Checked;

const EXTENSIONS: &str = "AWS::LanguageExtensions";
const INCLUDE: &str = "AWS::Include";
const SERVERLESS: &str = "AWS::Serverless-2016-10-31";

/// Whether transforms change a template.
pub(super) fn expands(template: &Value, listed: &[(String, Value)]) -> bool {
    !listed.is_empty() || holds_snippet(template)
}

fn holds_snippet(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(holds_snippet),
        Value::Object(members) => members.contains_key("Fn::Transform") || members.values().any(holds_snippet),
        _ => false,
    }
}

/// The parameters of a template whose other sections may still be transformed.
pub(super) fn declarations(template: &Value) -> Checked<Vec<Declaration>> {
    let Some(Value::Object(declared)) = template.get("Parameters") else { return Ok(Vec::new()) };
    if let Some(path) = template::first_null(template) {
        return crate::engine::refusal::Refusal::text(format!("[{path}] 'null' values are not allowed in templates"));
    }
    let alphanumeric = |name: &str| name.chars().all(|letter| letter.is_ascii_alphanumeric());
    declared
        .iter()
        .map(|(name, declared)| {
            if !alphanumeric(name) {
                let text = format!("Parameter name {name} is non alphanumeric.");
                return Err(crate::engine::refusal::Refusal::format(text));
            }
            Declaration::read(name, declared)
        })
        .collect()
}

/// Applies all transforms, those inside first; or tells why one failed.
pub(super) async fn apply(
    ctx: &Ctx,
    template: Value,
    listed: &[(String, Value)],
    parameters: &BTreeMap<String, String>,
    pseudo: &Pseudo,
) -> Result<Result<Value, String>, Error> {
    let declared = declarations(&template)?;
    let given: Given<'_> = (parameters, pseudo, &declared);
    let mut template = match snippets(ctx, template, given).await? {
        Ok(template) => template,
        Err(reason) => return Ok(Err(reason)),
    };
    if let Some(members) = template.as_object_mut() {
        members.remove("Transform");
    }
    for (name, arguments) in listed {
        let applied = match name.as_str() {
            EXTENSIONS => written_out(&template, parameters, pseudo).map_err(|refusal| refusal.0),
            INCLUDE => include(ctx, template, arguments, given).await?,
            SERVERLESS => serverless(ctx, template, parameters),
            other => Err(format!("No transform named {}::{other} found.", ctx.account())),
        };
        template = match applied {
            Ok(template) => template,
            Err(reason) => return Ok(Err(format!("Transform {name} failed with: {reason}"))),
        };
    }
    Ok(Ok(template))
}

/// What arguments of transforms may refer to: values of parameters, AWS's own, and what is declared.
type Given<'a> = (&'a BTreeMap<String, String>, &'a Pseudo, &'a [Declaration]);

/// Enough of a template to evaluate what refers to its parameters and mappings.
fn parts(template: &Value) -> Checked<Document> {
    let members = template.as_object().cloned().unwrap_or_default();
    let mut part: Map<String, Value> =
        members.into_iter().filter(|(name, _)| ["Parameters", "Mappings"].contains(&name.as_str())).collect();
    part.insert("Resources".to_owned(), serde_json::json!({"None": {"Type": "None"}}));
    Document::read(&part.into(), &|_| true)
}

/// Replaces every `Fn::Transform` by what it gives; its siblings stay.
fn snippets<'a>(ctx: &'a Ctx, value: Value, given: Given<'a>) -> BoxFuture<'a, Result<Result<Value, String>, Error>> {
    Box::pin(async move {
        match value {
            Value::Array(items) => {
                let mut plain = Vec::with_capacity(items.len());
                for item in items {
                    match snippets(ctx, item, given).await? {
                        Ok(item) => plain.push(item),
                        Err(reason) => return Ok(Err(reason)),
                    }
                }
                Ok(Ok(plain.into()))
            }
            Value::Object(members) => {
                let (mut plain, mut named) = (Map::new(), None);
                for (name, member) in members {
                    match snippets(ctx, member, given).await? {
                        Ok(member) if name == "Fn::Transform" => named = Some(member),
                        Ok(member) => {
                            plain.insert(name, member);
                        }
                        Err(reason) => return Ok(Err(reason)),
                    }
                }
                let Some(named) = named else { return Ok(Ok(plain.into())) };
                let (name, arguments) = document::transform(&named)?;
                if name != INCLUDE {
                    return Ok(Err(format!("No transform named {}::{name} found.", ctx.account())));
                }
                let included = include(ctx, plain.into(), &arguments, given).await?;
                Ok(included.map_err(|reason| format!("Transform {name} failed with: {reason}")))
            }
            other => Ok(Ok(other)),
        }
    })
}

/// An argument as text.
fn plain(argument: &Value, (parameters, pseudo, declared): Given<'_>) -> Checked<String> {
    let document = Document { parameters: declared.to_vec(), ..parts(&Value::Null)? };
    let scope = Scope { document: &document, parameters, pseudo, conditions: BTreeMap::new(), known: &Nothing };
    scope.text(argument)
}

/// What lies at `Location`, beside what was there.
async fn include(
    ctx: &Ctx,
    beside: Value,
    arguments: &Value,
    given: Given<'_>,
) -> Result<Result<Value, String>, Error> {
    let Some(location) = arguments.get("Location") else {
        return Ok(Err("The 'Location' parameter is required.".to_owned()));
    };
    let location = plain(location, given)?;
    let at = location.strip_prefix("s3://").and_then(|rest| rest.split_once('/'));
    let at = match at {
        Some((bucket, key)) => Some((bucket.to_owned(), key.to_owned())),
        None => calls::address(&location, &ctx.request.base_url).ok(),
    };
    let Some((bucket, key)) = at else {
        return Ok(Err("The location parameter is not a valid S3 uri.".to_owned()));
    };
    let text = match calls::text(ctx, bucket.clone(), key).await {
        Ok(text) => text,
        Err(Error::Modeled(error)) if error.schema.code == "NoSuchBucket" => {
            return Ok(Err(format!("S3 bucket [{bucket}] does not exist.")));
        }
        Err(Error::Modeled(error)) => return Ok(Err(error.message)),
        Err(error) => return Err(error),
    };
    let included = match template::parse_fragment(&text) {
        Ok(included) => included,
        Err(_) => return Ok(Err("The specified S3 object's content should be valid Yaml/JSON".to_owned())),
    };
    Ok(Ok(match (beside, included) {
        (Value::Object(mut members), Value::Object(more)) => {
            members.extend(more);
            members.into()
        }
        (_, included) => included,
    }))
}

fn written_out(template: &Value, parameters: &BTreeMap<String, String>, pseudo: &Pseudo) -> Checked<Value> {
    // Collections may name parameters and mappings.
    let document = parts(template)?;
    let scope = Scope { document: &document, parameters, pseudo, conditions: BTreeMap::new(), known: &Nothing };
    extensions::written_out(template, &|collection| {
        let list = scope.value(collection)?.unwrap_or(Value::Null);
        Ok(list.as_array().into_iter().flatten().map(service_kit::properties::text_of).collect())
    })
}

fn serverless(ctx: &Ctx, template: Value, parameters: &BTreeMap<String, String>) -> Result<Value, String> {
    let values: Map<_, _> = parameters.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
    let partition = ctx.partition().as_str();
    let context = sam::Context {
        parameters: &values,
        region: ctx.region.as_str(),
        partition,
        pass_metadata: false,
        now: ctx.now().as_secs_f64() as i64,
        managed_policy: &|name| Some(format!("arn:{partition}:iam::aws:policy/{name}")),
        application: &|id, version| Err(format!("Application with id {id} and version {version} is not there")),
    };
    sam::transform(template, &context).map_err(|invalid| invalid.to_string())
}
