//! `AWS::Lambda::Function`. Its identifier is its name. Code that a template writes inline becomes `index.py` or `index.js`.

use api_lambda as api;
use names::Tags;
use serde_json::{Value, json};
use service_kit::properties::{Retag, give_name, show_tags, tags_of};
use service_kit::{Ctx, Error, Fault, Progress, PropertySource, ResourceFuture, ResourceType};

use super::{answer, arn_of, functions, input, only, shown, text, unless_gone};
use crate::engine::package::zip_of;
use crate::limits;
use crate::ops::absent::not_there;

/// A function.
#[derive(Debug)]
pub(crate) struct Function;

/// Properties that are read back as UpdateFunctionConfiguration and CreateFunction take them.
const SETTINGS: [&str; 17] = [
    "Architectures",
    "DeadLetterConfig",
    "Description",
    "Environment",
    "EphemeralStorage",
    "FileSystemConfigs",
    "FunctionName",
    "Handler",
    "KmsKeyArn",
    "LoggingConfig",
    "MemorySize",
    "PackageType",
    "Role",
    "Runtime",
    "Timeout",
    "TracingConfig",
    "SnapStart",
];
/// How often a change is tried that meets another one under way.
const TRIES: u32 = 50;

impl ResourceType for Function {
    fn name(&self) -> &'static str {
        "AWS::Lambda::Function"
    }

    fn properties(&self) -> &'static [&'static str] {
        &[
            "Architectures",
            "CapacityProviderConfig",
            "Code",
            "CodeSigningConfigArn",
            "DeadLetterConfig",
            "Description",
            "DurableConfig",
            "Environment",
            "EphemeralStorage",
            "FileSystemConfigs",
            "FunctionName",
            "FunctionScalingConfig",
            "Handler",
            "ImageConfig",
            "KmsKeyArn",
            "Layers",
            "LoggingConfig",
            "MemorySize",
            "PackageType",
            "PublishToLatestPublished",
            "RecursiveLoop",
            "ReservedConcurrentExecutions",
            "Role",
            "Runtime",
            "RuntimeManagementConfig",
            "SnapStart",
            "Tags",
            "TenancyConfig",
            "Timeout",
            "TracingConfig",
            "VpcConfig",
        ]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &["FunctionName", "PackageType", "TenancyConfig"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn", "SnapStartResponse", "SnapStartResponse.ApplyOn", "SnapStartResponse.OptimizationStatus"]
    }

    fn name_it(&self, properties: &mut PropertySource, invent: &dyn Fn(usize) -> String) {
        give_name(properties, "FunctionName", || invent(64));
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            check_here(&properties)?;
            let mut asked = properties.clone();
            asked.insert("Code".to_owned(), code(&properties)?);
            asked.insert("KMSKeyArn".to_owned(), properties.get("KmsKeyArn").cloned().unwrap_or_default());
            asked.remove("Tags");
            let tags = tags_of(&properties);
            let mut input: api::CreateFunctionInput = input(&asked)?;
            input.tags = (!tags.is_empty()).then_some(tags);
            let name = input.function_name.clone();
            ctx.call::<api::CreateFunction>(input).await?;
            shared(ctx, &name, &properties).await?;
            Ok(name)
        }
    }

    fn progress<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Progress> {
        answer! {
            let Some(there) = unless_gone(configuration(ctx, id).await)? else { return Ok(Progress::Settled) };
            let underway = there.state == Some(api::State::Pending)
                || there.last_update_status == Some(api::LastUpdateStatus::InProgress);
            Ok(if underway { Progress::Underway } else { Progress::Settled })
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let input = api::GetFunctionInput { function_name: id.to_owned(), qualifier: None };
            let Some(there) = unless_gone(ctx.call::<api::GetFunction>(input).await)? else { return Ok(None) };
            let configuration = there.configuration.unwrap_or_default();
            let mut properties = only(shown(&configuration), &SETTINGS);
            let mut put = |name: &str, value: Value| properties.insert(name.to_owned(), value);
            put("Arn", configuration.function_arn.into());
            let snap = configuration.snap_start.unwrap_or_default();
            let text = |value: Option<&str>| Value::from(value.unwrap_or_default());
            put("SnapStartResponse.ApplyOn", text(snap.apply_on.as_ref().map(api::SnapStartApplyOn::as_str)));
            let status = snap.optimization_status.as_ref().map(api::SnapStartOptimizationStatus::as_str);
            put("SnapStartResponse.OptimizationStatus", text(status));
            put("SnapStart", json!({"ApplyOn": text(snap.apply_on.as_ref().map(api::SnapStartApplyOn::as_str))}));
            if let Some(layers) = configuration.layers {
                put("Layers", layers.into_iter().filter_map(|layer| layer.arn).collect::<Vec<_>>().into());
            }
            if let Some(key) = configuration.kms_key_arn {
                put("KmsKeyArn", key.into());
            }
            if let Some(reserved) = there.concurrency.and_then(|one| one.reserved_concurrent_executions) {
                put("ReservedConcurrentExecutions", reserved.into());
            }
            show_tags(&mut properties, &there.tags.unwrap_or_default());
            Ok(Some(properties))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, id: &'a str, properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! {
            check_here(&properties)?;
            let mut asked = properties.clone();
            asked.insert("KMSKeyArn".to_owned(), properties.get("KmsKeyArn").cloned().unwrap_or_default());
            asked.remove("Tags");
            give_back(&mut asked);
            let config: api::UpdateFunctionConfigurationInput = input(&asked)?;
            changed(ctx, || ctx.call::<api::UpdateFunctionConfiguration>(config.clone())).await?;
            let mut source = match code(&properties)? {
                Value::Object(members) => members,
                _ => PropertySource::new(),
            };
            source.insert("FunctionName".to_owned(), id.into());
            source.insert("Architectures".to_owned(), properties.get("Architectures").cloned().unwrap_or_default());
            let code: api::UpdateFunctionCodeInput = input(&source)?;
            changed(ctx, || ctx.call::<api::UpdateFunctionCode>(code.clone())).await?;
            shared(ctx, id, &properties).await?;
            let change = Retag::between(&self.tags(ctx, id).await?, tags_of(&properties));
            let resource = self.arn(ctx, id);
            if let Some(tag_keys) = change.gone {
                let input = api::UntagResourceInput { resource: resource.clone(), tag_keys };
                ctx.call::<api::UntagResource>(input).await?;
            }
            if let Some(tags) = change.set {
                ctx.call::<api::TagResource>(api::TagResourceInput { resource, tags }).await?;
            }
            Ok(())
        }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            let input = api::DeleteFunctionInput { function_name: id.to_owned(), qualifier: None };
            unless_gone(ctx.call::<api::DeleteFunction>(input).await).map(|_| ())
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! { functions(ctx).await }
    }

    fn arn(&self, ctx: &Ctx, id: &str) -> String {
        arn_of(ctx, format!("function:{id}"))
    }

    fn tags<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Tags> {
        answer! {
            let input = api::ListTagsInput { resource: self.arn(ctx, id) };
            Ok(unless_gone(ctx.call::<api::ListTags>(input).await)?.and_then(|there| there.tags).unwrap_or_default())
        }
    }

    fn relationships<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let Some(there) = unless_gone(configuration(ctx, id).await)? else { return Ok(Vec::new()) };
            let layers = there.layers.unwrap_or_default().into_iter().filter_map(|layer| layer.arn);
            let dead = there.dead_letter_config.and_then(|config| config.target_arn);
            Ok(there.role.into_iter().chain(dead).chain(layers).collect())
        }
    }
}

async fn configuration(ctx: &Ctx, id: &str) -> Result<api::FunctionConfiguration, Error> {
    let input = api::GetFunctionConfigurationInput { function_name: id.to_owned(), qualifier: None };
    ctx.call::<api::GetFunctionConfiguration>(input).await
}

/// What a template does not name has its default again.
fn give_back(properties: &mut PropertySource) {
    for (name, value) in [
        ("DeadLetterConfig", json!({"TargetArn": ""})),
        ("Description", json!("")),
        ("Environment", json!({"Variables": {}})),
        ("EphemeralStorage", json!({"Size": 512})),
        ("Layers", json!([])),
        ("MemorySize", json!(128)),
        ("Timeout", json!(3)),
        ("TracingConfig", json!({"Mode": "PassThrough"})),
    ] {
        properties.entry(name.to_owned()).or_insert(value);
    }
}

/// A change under way is waited for.
async fn changed<T, F: Future<Output = Result<T, Error>>>(ctx: &Ctx, change: impl Fn() -> F) -> Result<T, Error> {
    for _ in 0..TRIES {
        match change().await {
            Err(Error::Modeled(told)) if told.schema.code == api::errors::RESOURCE_CONFLICT_EXCEPTION.code => {
                ctx.clock().wait_at_most(limits::SETTLES / 4).await;
            }
            answer => return answer,
        }
    }
    change().await
}

/// Properties of features that are not here.
const ABSENT: [&str; 8] = [
    "CapacityProviderConfig",
    "CodeSigningConfigArn",
    "DurableConfig",
    "FunctionScalingConfig",
    "ImageConfig",
    "PublishToLatestPublished",
    "RuntimeManagementConfig",
    "TenancyConfig",
];

/// Refuses properties that would have no effect.
fn check_here(properties: &PropertySource) -> Result<(), Error> {
    let usual = json!({"UpdateRuntimeOn": "Auto"});
    let given = |name: &&&str| properties.get(**name).is_some_and(|value| !value.is_null() && *value != usual);
    match ABSENT.iter().find(given) {
        Some(name) => Err(not_there(&format!("AWS::Lambda::Function with {name}"))),
        None => Ok(()),
    }
}

/// What is not of a version: reservations and loops.
async fn shared(ctx: &Ctx, id: &str, properties: &PropertySource) -> Result<(), Error> {
    let function_name = id.to_owned();
    match text(properties, "ReservedConcurrentExecutions").and_then(|count| count.parse().ok()) {
        Some(reserved_concurrent_executions) => {
            let input = api::PutFunctionConcurrencyInput { function_name, reserved_concurrent_executions };
            ctx.call::<api::PutFunctionConcurrency>(input).await?;
        }
        None => {
            let input = api::DeleteFunctionConcurrencyInput { function_name };
            ctx.call::<api::DeleteFunctionConcurrency>(input).await?;
        }
    }
    if let Some(kind) = text(properties, "RecursiveLoop") {
        let input = api::PutFunctionRecursionConfigInput { function_name: id.to_owned(), recursive_loop: kind.into() };
        ctx.call::<api::PutFunctionRecursionConfig>(input).await?;
    }
    Ok(())
}

/// Code as the operations take it: inline text becomes a package. Source: CloudFormation, "AWS::Lambda::Function Code",
/// `ZipFile`.
fn code(properties: &PropertySource) -> Result<Value, Error> {
    use base64::prelude::{BASE64_STANDARD, Engine as _};
    let mut code = properties.get("Code").cloned().unwrap_or_default();
    if let Some(text) = code["ZipFile"].as_str().map(str::to_owned) {
        let runtime = properties.get("Runtime").and_then(Value::as_str).unwrap_or_default();
        let name = if runtime.starts_with("nodejs") { "index.js" } else { "index.py" };
        let packed = zip_of(name, text.as_bytes()).map_err(|error| Fault::internal(error.to_string()))?;
        code["ZipFile"] = BASE64_STANDARD.encode(packed).into();
    }
    Ok(code)
}
