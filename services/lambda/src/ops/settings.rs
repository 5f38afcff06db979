//! What a function is told to be: read from calls, with AWS's defaults, and held against its rules.

use std::collections::BTreeMap;

use api_lambda as api;
use service_kit::{Ctx, Error};

use super::address::{engine, home};
use crate::error::invalid;
use crate::limits;
use crate::run::layer_of;
use crate::store::Settings;

/// Runtimes that functions can be created with, in the order in which AWS lists them. Source: AWS's own text, recorded.
const RUNTIMES: [&str; 26] = [
    "nodejs20.x",
    "python3.14",
    "provided.al2023",
    "python3.12",
    "python3.13",
    "nodejs24.x",
    "nodejs22.x",
    "java25",
    "python3.10",
    "python3.11",
    "java21",
    "ruby3.3",
    "ruby3.4",
    "ruby3.2",
    "python3.8",
    "python3.9",
    "java17",
    "nodejs16.x",
    "dotnet10",
    "dotnet8",
    "java11",
    "dotnet6",
    "nodejs18.x",
    "provided.al2",
    "java8.al2",
    "ruby4.0",
];
/// Runtimes that functions could be created with once.
const RETIRED: [&str; 19] = [
    "java8",
    "go1.x",
    "provided",
    "ruby2.5",
    "ruby2.7",
    "nodejs",
    "nodejs4.3",
    "nodejs4.3-edge",
    "nodejs6.10",
    "nodejs8.10",
    "nodejs10.x",
    "nodejs12.x",
    "nodejs14.x",
    "python2.7",
    "python3.6",
    "python3.7",
    "dotnetcore2.1",
    "dotnetcore3.1",
    "dotnetcore1.0",
];
/// Names that functions may not give variables. Source: "Defined runtime environment variables", "Reserved".
const RESERVED: [&str; 14] = [
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_DEFAULT_REGION",
    "AWS_REGION",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_LAMBDA_RUNTIME_API",
];

/// What calls that create and change functions have in common.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub(super) runtime: Option<String>,
    pub(super) role: Option<String>,
    pub(super) handler: Option<String>,
    pub(super) description: Option<String>,
    pub(super) timeout: Option<i32>,
    pub(super) memory: Option<i32>,
    pub(super) environment: Option<api::Environment>,
    pub(super) kms_key: Option<String>,
    pub(super) dead_letters: Option<api::DeadLetterConfig>,
    pub(super) tracing: Option<api::TracingConfig>,
    pub(super) layers: Option<Vec<String>>,
    pub(super) architecture: Option<String>,
    pub(super) ephemeral: Option<api::EphemeralStorage>,
    pub(super) snap_start: Option<api::SnapStart>,
    pub(super) vpc: Option<api::VpcConfig>,
    pub(super) file_systems: Option<Vec<api::FileSystemConfig>>,
    pub(super) logging: Option<api::LoggingConfig>,
}

/// What a function is that nobody said anything of.
pub(super) fn usual() -> Settings {
    Settings {
        timeout: 3,
        memory: 128,
        tracing: "PassThrough".to_owned(),
        architecture: "x86_64".to_owned(),
        ephemeral: 512,
        ..Settings::default()
    }
}

/// The settings after what was asked is put over them.
pub(super) async fn over(ctx: &Ctx, mut now: Settings, asked: Asked) -> Result<Settings, Error> {
    if let Some(runtime) = asked.runtime {
        check_runtime(&runtime)?;
        now.runtime = Some(runtime);
    }
    now.role = asked.role.unwrap_or(now.role);
    now.handler = asked.handler.or(now.handler);
    now.description = asked.description.unwrap_or(now.description);
    now.timeout = asked.timeout.and_then(|n| u32::try_from(n).ok()).unwrap_or(now.timeout);
    now.memory = asked.memory.and_then(|n| u32::try_from(n).ok()).unwrap_or(now.memory);
    if let Some(environment) = asked.environment {
        let variables = environment.variables.unwrap_or_default();
        check_variables(&variables)?;
        now.variables = Some(variables);
    }
    now.kms_key = asked.kms_key.map_or(now.kms_key, some);
    if let Some(config) = asked.dead_letters {
        now.dead_letters = config.target_arn.and_then(some);
        check_dead_letters(now.dead_letters.as_deref())?;
    }
    now.tracing = asked.tracing.and_then(|tracing| tracing.mode).map_or(now.tracing, |mode| mode.to_string());
    if let Some(layers) = asked.layers {
        now.layers = read_layers(ctx, &layers).await?;
    }
    now.architecture = asked.architecture.unwrap_or(now.architecture);
    now.ephemeral = asked.ephemeral.and_then(|one| u32::try_from(one.size).ok()).unwrap_or(now.ephemeral);
    if let Some(snap) = asked.snap_start {
        now.snap_start = snap.apply_on == Some(api::SnapStartApplyOn::PublishedVersions);
    }
    if let Some(vpc) = asked.vpc {
        let (subnets, groups) = (vpc.subnet_ids.unwrap_or_default(), vpc.security_group_ids.unwrap_or_default());
        let none = subnets.is_empty() && groups.is_empty();
        now.vpc = (!none).then(|| (subnets, groups, vpc.ipv6_allowed_for_dual_stack.unwrap_or_default()));
    }
    if let Some(mounts) = asked.file_systems {
        now.file_systems = mounts.into_iter().map(|mount| (mount.arn, mount.local_mount_path)).collect();
    }
    if let Some(logging) = asked.logging {
        log_settings(&mut now, logging)?;
    }
    Ok(now)
}

/// An empty text takes a setting away.
fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

fn check_runtime(runtime: &str) -> Result<(), Error> {
    if RETIRED.contains(&runtime) {
        return Err(invalid(format!(
            "The runtime parameter of {runtime} is no longer supported for creating or updating AWS Lambda functions. We \
             recommend you use a supported runtime while creating or updating functions."
        )));
    }
    if RUNTIMES.contains(&runtime) {
        return Ok(());
    }
    Err(invalid(format!(
        "Value {runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [{}] or be a valid \
         ARN",
        RUNTIMES.join(", ")
    )))
}

fn check_variables(variables: &BTreeMap<String, String>) -> Result<(), Error> {
    let reserved: Vec<&str> = variables.keys().map(String::as_str).filter(|name| RESERVED.contains(name)).collect();
    if !reserved.is_empty() {
        return Err(invalid(format!(
            "Lambda was unable to configure your environment variables because the environment variables you have provided \
             contains reserved keys that are currently not supported for modification. Reserved keys used in this request: {}",
            reserved.join(", ")
        )));
    }
    let measured = serde_json::to_string(variables).unwrap_or_default();
    if measured.len() > limits::VARIABLES {
        return Err(invalid(format!(
            "Lambda was unable to configure your environment variables because the environment variables you have provided \
             exceeded the 4KB limit. String measured: {measured}"
        )));
    }
    Ok(())
}

fn check_dead_letters(target: Option<&str>) -> Result<(), Error> {
    let service = target.and_then(|arn| arn.split(':').nth(2));
    match service {
        None | Some("sqs" | "sns") => Ok(()),
        Some(_) => Err(invalid("The target ARN of a dead letter queue must be of an SQS queue or an SNS topic.")),
    }
}

async fn read_layers(ctx: &Ctx, layers: &[String]) -> Result<Vec<(String, u64)>, Error> {
    if layers.len() > limits::LAYERS {
        return Err(invalid(format!("Cannot reference more than {} layers.", limits::LAYERS)));
    }
    let mut read: Vec<(String, u64)> = Vec::with_capacity(layers.len());
    for arn in layers {
        let gone = || invalid(format!("Layer version {arn} does not exist."));
        let (at, name, number) = layer_of(arn).ok_or_else(gone)?;
        if at.region != home(ctx).region {
            return Err(invalid(format!(
                "Layers are not in the same region as the function. Layers are expected to be in region {}.",
                ctx.region
            )));
        }
        let of_layer = |other: &&(String, u64)| layer_of(&other.0).is_some_and(|(_, known, _)| known == name);
        if let Some((other, _)) = read.iter().find(of_layer) {
            return Err(invalid(format!(
                "Two different versions of the same layer are not allowed to be referenced in the same function. {other} and \
                 {arn} are versions of the same layer."
            )));
        }
        let layer = engine(ctx).layer_version(&at, &name, number).await?.ok_or_else(gone)?;
        read.push((arn.clone(), layer.size));
    }
    Ok(read)
}

/// JSON logs have levels, those of text do not.
fn log_settings(now: &mut Settings, asked: api::LoggingConfig) -> Result<(), Error> {
    if let Some(format) = asked.log_format {
        now.json_logs = format == api::LogFormat::Json;
        (now.application_level, now.system_level) = match now.json_logs {
            true => (
                now.application_level.take().or_else(|| Some("INFO".to_owned())),
                now.system_level.take().or_else(|| Some("INFO".to_owned())),
            ),
            false => (None, None),
        };
    }
    let leveled = asked.application_log_level.is_some() || asked.system_log_level.is_some();
    if leveled && !now.json_logs {
        return Err(invalid("To set log levels for your function, you must set the log format to JSON."));
    }
    now.application_level =
        asked.application_log_level.map_or(now.application_level.take(), |level| Some(level.to_string()));
    now.system_level = asked.system_log_level.map_or(now.system_level.take(), |level| Some(level.to_string()));
    now.log_group = asked.log_group.map_or(now.log_group.take(), some);
    Ok(())
}
