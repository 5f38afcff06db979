//! How functions and their parts are shown.

use std::collections::BTreeMap;

use api_lambda as api;
use names::Timestamp;
use service_kit::{Ctx, Error};

use super::address::engine;
use crate::engine::function::Found;
use crate::engine::home::{Named, version_name};
use crate::store::{AliasRecord, Settings};

/// `2026-11-23T06:52:23.123+0000`.
pub(super) fn instant(at: Timestamp) -> String {
    let text = at.iso8601();
    let (second, rest) = text.split_at(19.min(text.len()));
    let millis = rest.strip_prefix('.').map_or("000", |rest| rest.trim_end_matches('Z'));
    format!("{second}.{millis:0<3}+0000")
}

/// A function's version as it is listed: without its state.
pub(super) fn listed(ctx: &Ctx, named: &Named, found: &Found) -> Result<api::FunctionConfiguration, Error> {
    let settings = engine(ctx).settings(&found.version)?;
    let arn = match (&named.qualifier, found.number) {
        (Some(qualifier), _) => named.home.qualified(&named.name, qualifier),
        (None, 0) => named.home.function(&named.name),
        (None, number) => named.home.qualified(&named.name, &number.to_string()),
    };
    let passing = found.version.updated > ctx.now() || found.version.ready > ctx.now();
    let revision = if passing { &found.version.passing_revision } else { &found.version.revision };
    Ok(api::FunctionConfiguration {
        function_name: Some(named.name.clone()),
        function_arn: Some(arn),
        code_size: i64::try_from(found.version.size).ok(),
        last_modified: Some(instant(found.version.modified)),
        code_sha256: Some(found.version.digest.clone()),
        version: Some(version_name(found.number)),
        revision_id: Some(revision.clone()),
        package_type: Some(api::PackageType::Zip),
        snap_start: Some(snap_start(&settings, found.number)),
        logging_config: Some(logging(&settings, &named.name)),
        ..of_settings(settings)
    })
}

fn of_settings(settings: Settings) -> api::FunctionConfiguration {
    let layers = settings.layers.iter().map(|(arn, size)| api::Layer {
        arn: Some(arn.clone()),
        code_size: i64::try_from(*size).ok(),
        ..api::Layer::default()
    });
    let layers: Vec<_> = layers.collect();
    let mounts = settings.file_systems.into_iter();
    let mounts: Vec<_> =
        mounts.map(|(arn, local_mount_path)| api::FileSystemConfig { arn, local_mount_path }).collect();
    api::FunctionConfiguration {
        runtime: settings.runtime.map(Into::into),
        role: Some(settings.role),
        handler: settings.handler,
        description: Some(settings.description),
        timeout: i32::try_from(settings.timeout).ok(),
        memory_size: i32::try_from(settings.memory).ok(),
        environment: settings.variables.map(environment),
        kms_key_arn: settings.kms_key,
        dead_letter_config: settings.dead_letters.map(|arn| api::DeadLetterConfig { target_arn: Some(arn) }),
        tracing_config: Some(api::TracingConfigResponse { mode: Some(settings.tracing.into()) }),
        layers: (!layers.is_empty()).then_some(layers),
        architectures: Some(vec![settings.architecture.into()]),
        ephemeral_storage: Some(api::EphemeralStorage { size: i32::try_from(settings.ephemeral).unwrap_or(512) }),
        vpc_config: settings.vpc.map(|(subnets, groups, ipv6)| api::VpcConfigResponse {
            subnet_ids: Some(subnets),
            security_group_ids: Some(groups),
            vpc_id: Some(String::new()),
            ipv6_allowed_for_dual_stack: Some(ipv6),
        }),
        file_system_configs: (!mounts.is_empty()).then_some(mounts),
        ..api::FunctionConfiguration::default()
    }
}

fn environment(variables: BTreeMap<String, String>) -> api::EnvironmentResponse {
    api::EnvironmentResponse { variables: Some(variables), error: None }
}

fn snap_start(settings: &Settings, number: u64) -> api::SnapStartResponse {
    let on = settings.snap_start && number > 0;
    api::SnapStartResponse {
        apply_on: Some(match settings.snap_start {
            true => api::SnapStartApplyOn::PublishedVersions,
            false => api::SnapStartApplyOn::None,
        }),
        optimization_status: Some(match on {
            true => api::SnapStartOptimizationStatus::On,
            false => api::SnapStartOptimizationStatus::Off,
        }),
    }
}

fn logging(settings: &Settings, name: &str) -> api::LoggingConfig {
    let group = settings.log_group.clone().unwrap_or_else(|| format!("/aws/lambda/{name}"));
    api::LoggingConfig {
        log_format: Some(if settings.json_logs { api::LogFormat::Json } else { api::LogFormat::Text }),
        application_log_level: settings.application_level.clone().map(Into::into),
        system_log_level: settings.system_level.clone().map(Into::into),
        log_group: Some(group),
    }
}

/// A version with its state.
pub(super) fn whole(ctx: &Ctx, named: &Named, found: &Found) -> Result<api::FunctionConfiguration, Error> {
    let mut shown = listed(ctx, named, found)?;
    let digest = engine(ctx).runtime_digest(shown.runtime.as_ref().map(api::Runtime::as_str).unwrap_or_default());
    let arn = format!("arn:{}:lambda:{}::runtime:{digest}", ctx.partition().as_str(), ctx.region);
    shown.runtime_version_config = Some(api::RuntimeVersionConfig { runtime_version_arn: Some(arn), error: None });
    if found.version.ready > ctx.now() {
        shown.state = Some(api::State::Pending);
        shown.state_reason = Some("The function is being created.".to_owned());
        shown.state_reason_code = Some(api::StateReasonCode::Creating);
        return Ok(shown);
    }
    shown.state = Some(api::State::Active);
    shown.last_update_status = Some(api::LastUpdateStatus::Successful);
    if found.version.updated > ctx.now() {
        shown.last_update_status = Some(api::LastUpdateStatus::InProgress);
        shown.last_update_status_reason = Some("The function is being created.".to_owned());
        shown.last_update_status_reason_code = Some("Creating".into());
    }
    Ok(shown)
}

/// An alias.
pub(super) fn alias(named: &Named, name: &str, record: &AliasRecord) -> api::AliasConfiguration {
    let weights = record.other.map(|(number, weight)| api::AliasRoutingConfiguration {
        additional_version_weights: Some([(number.to_string(), weight)].into()),
    });
    api::AliasConfiguration {
        alias_arn: Some(named.home.qualified(&named.name, name)),
        name: Some(name.to_owned()),
        function_version: Some(version_name(record.version)),
        description: Some(record.description.clone()),
        routing_config: weights,
        revision_id: Some(record.revision.clone()),
    }
}
