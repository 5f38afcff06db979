//! Layers.

use api_lambda as api;
use serde_json::json;
use service_kit::{Access, Ctx, Error, Outcome};

use super::address::{engine, home, page};
use super::code::{Source, package};
use super::permission::principal;
use super::shown::instant;
use crate::engine::Refusal;
use crate::engine::home::Home;
use crate::engine::policy::{Bearer, LAYER, document};
use crate::error::{conflict, invalid, missing, stale};
use crate::run::layer_of;
use crate::store::LayerVersionRecord;

/// A layer as calls name it: by name, or by ARN.
fn read(ctx: &Ctx, layer: &str) -> Result<(Home, String), Error> {
    if !layer.starts_with("arn:") {
        return Ok((home(ctx), layer.to_owned()));
    }
    let read = layer_of(&format!("{layer}:1"));
    read.map(|(home, name, _)| (home, name)).ok_or_else(|| invalid(format!("{layer} is no layer.")))
}

/// What a call on a version touches.
pub(super) fn access(ctx: &Ctx, layer: &str, number: i64) -> Result<Access, Error> {
    let (home, name) = read(ctx, layer)?;
    Ok(Access::to(home.arn(format!("layer:{name}:{number}"))))
}

/// What publishing touches.
pub(super) fn access_to_publish(ctx: &Ctx, input: &api::PublishLayerVersionInput) -> Result<Access, Error> {
    let (home, name) = read(ctx, &input.layer_name)?;
    Ok(Access::to(home.layer(&name)))
}

fn gone(home: &Home, name: &str, number: i64) -> Error {
    missing(format!("Layer version {} does not exist.", home.arn(format!("layer:{name}:{number}"))))
}

fn told(refusal: Refusal) -> Error {
    match refusal {
        Refusal::Store(error) => error.into(),
        Refusal::NoRoom => api::errors::code_storage_exceeded_exception("Code storage limit exceeded.").into(),
        Refusal::Stale => stale("GetLayerPolicy"),
        other => service_kit::Fault::internal(format!("{other:?} was not told with its layer")).into(),
    }
}

/// Publishes a version.
pub(crate) async fn publish_layer_version(
    ctx: &Ctx,
    input: api::PublishLayerVersionInput,
) -> Outcome<api::PublishLayerVersion> {
    let (home, name) = read(ctx, &input.layer_name)?;
    let package = package(ctx, "PublishLayerVersion", Source::from(input.content)).await?;
    let record = LayerVersionRecord {
        description: input.description,
        license: input.license_info,
        runtimes: input.compatible_runtimes.map(|all| all.iter().map(ToString::to_string).collect()),
        architectures: input.compatible_architectures.map(|all| all.iter().map(ToString::to_string).collect()),
        created: ctx.now(),
        digest: package.digest.clone(),
        size: package.bytes.len() as u64,
    };
    let code = engine(ctx).write_code(&home, package).await.map_err(told)?;
    let number = engine(ctx).publish_layer(&home, &name, &code, &record).await.map_err(told)?;
    let shown = shown(ctx, &home, &name, number, record);
    Ok(api::PublishLayerVersionOutput {
        content: shown.content,
        layer_arn: shown.layer_arn,
        layer_version_arn: shown.layer_version_arn,
        description: shown.description.or_else(|| Some(String::new())),
        created_date: shown.created_date,
        version: shown.version,
        compatible_runtimes: shown.compatible_runtimes,
        license_info: shown.license_info,
        compatible_architectures: shown.compatible_architectures,
    })
}

fn shown(ctx: &Ctx, home: &Home, name: &str, number: u64, record: LayerVersionRecord) -> api::GetLayerVersionOutput {
    let location = engine(ctx).location(home, &record.digest, &ctx.request.base_url);
    let listed = listed(home, name, number, record.clone());
    api::GetLayerVersionOutput {
        content: Some(api::LayerVersionContentOutput {
            location: Some(location),
            code_sha256: Some(record.digest),
            code_size: i64::try_from(record.size).ok(),
            ..api::LayerVersionContentOutput::default()
        }),
        layer_arn: Some(home.layer(name)),
        layer_version_arn: listed.layer_version_arn,
        description: listed.description,
        created_date: listed.created_date,
        version: listed.version,
        compatible_runtimes: listed.compatible_runtimes,
        license_info: listed.license_info,
        compatible_architectures: listed.compatible_architectures,
    }
}

fn listed(home: &Home, name: &str, number: u64, record: LayerVersionRecord) -> api::LayerVersionsListItem {
    api::LayerVersionsListItem {
        layer_version_arn: Some(home.layer_version(name, number)),
        version: i64::try_from(number).ok(),
        description: Some(record.description.unwrap_or_default()),
        created_date: Some(instant(record.created)),
        compatible_runtimes: record.runtimes.map(|all| all.into_iter().map(Into::into).collect()),
        license_info: record.license,
        compatible_architectures: record.architectures.map(|all| all.into_iter().map(Into::into).collect()),
    }
}

/// Shows a version.
pub(crate) async fn get_layer_version(ctx: &Ctx, input: api::GetLayerVersionInput) -> Outcome<api::GetLayerVersion> {
    let (home, name) = read(ctx, &input.layer_name)?;
    let (number, record) = find(ctx, &home, &name, input.version_number).await?;
    Ok(shown(ctx, &home, &name, number, record))
}

async fn find(ctx: &Ctx, home: &Home, name: &str, number: i64) -> Result<(u64, LayerVersionRecord), Error> {
    let wanted = u64::try_from(number).ok().filter(|number| *number > 0);
    let wanted = wanted.ok_or_else(|| invalid("Layer Version Cannot be less than 1"))?;
    match engine(ctx).layer_version(home, name, wanted).await? {
        Some(record) => Ok((wanted, record)),
        None => Err(missing("The resource you requested does not exist.")),
    }
}

/// Shows a version by its ARN.
pub(crate) async fn get_layer_version_by_arn(
    ctx: &Ctx,
    input: api::GetLayerVersionByArnInput,
) -> Outcome<api::GetLayerVersionByArn> {
    let (home, name, number) = layer_of(&input.arn).ok_or_else(|| invalid(format!("{} is no layer.", input.arn)))?;
    let (number, record) = find(ctx, &home, &name, i64::try_from(number).unwrap_or_default()).await?;
    Ok(shown(ctx, &home, &name, number, record))
}

/// Deletes a version.
pub(crate) async fn delete_layer_version(
    ctx: &Ctx,
    input: api::DeleteLayerVersionInput,
) -> Outcome<api::DeleteLayerVersion> {
    let (home, name) = read(ctx, &input.layer_name)?;
    let number = u64::try_from(input.version_number).ok().filter(|number| *number > 0);
    let number = number.ok_or_else(|| invalid("Layer Version Cannot be less than 1"))?;
    engine(ctx).delete_layer_version(&home, &name, number).await.map_err(told)?;
    Ok(api::DeleteLayerVersionOutput {})
}

/// Whether a version goes with what was asked for.
fn fits(record: &LayerVersionRecord, runtime: Option<&str>, architecture: Option<&str>) -> bool {
    let has = |list: &Option<Vec<String>>, wanted: Option<&str>| {
        wanted.is_none_or(|wanted| list.as_ref().is_some_and(|list| list.iter().any(|one| one == wanted)))
    };
    has(&record.runtimes, runtime) && has(&record.architectures, architecture)
}

/// Lists versions, the newest first.
pub(crate) async fn list_layer_versions(
    ctx: &Ctx,
    input: api::ListLayerVersionsInput,
) -> Outcome<api::ListLayerVersions> {
    let (home, name) = read(ctx, &input.layer_name)?;
    let mut all = engine(ctx).layer_versions(&home, Some(&name)).await?;
    let runtime = input.compatible_runtime.as_ref().map(api::Runtime::as_str);
    let architecture = input.compatible_architecture.as_ref().map(api::Architecture::as_str);
    all.retain(|(_, record)| fits(record, runtime, architecture));
    let window = (input.marker.as_deref(), input.max_items);
    let (items, next_marker) = page(ctx, &name, all, window, |((_, number), _)| number.to_string())?;
    let versions = items.into_iter().map(|((name, number), record)| listed(&home, &name, number, record));
    Ok(api::ListLayerVersionsOutput { next_marker, layer_versions: Some(versions.collect()) })
}

/// Lists layers, each with its newest version.
pub(crate) async fn list_layers(ctx: &Ctx, input: api::ListLayersInput) -> Outcome<api::ListLayers> {
    let home = home(ctx);
    let mut all = engine(ctx).layer_versions(&home, None).await?;
    let runtime = input.compatible_runtime.as_ref().map(api::Runtime::as_str);
    let architecture = input.compatible_architecture.as_ref().map(api::Architecture::as_str);
    all.retain(|(_, record)| fits(record, runtime, architecture));
    all.dedup_by(|((later, _), _), ((first, _), _)| later == first);
    let window = (input.marker.as_deref(), input.max_items);
    let (items, next_marker) = page(ctx, "layers", all, window, |((name, _), _)| name.clone())?;
    let layers = items.into_iter().map(|((name, number), record)| api::LayersListItem {
        layer_arn: Some(home.layer(&name)),
        latest_matching_version: Some(listed(&home, &name, number, record)),
        layer_name: Some(name),
    });
    Ok(api::ListLayersOutput { next_marker, layers: Some(layers.collect()) })
}

/// Lets somebody use a version.
pub(crate) async fn add_layer_version_permission(
    ctx: &Ctx,
    input: api::AddLayerVersionPermissionInput,
) -> Outcome<api::AddLayerVersionPermission> {
    let (home, name) = read(ctx, &input.layer_name)?;
    let qualifier = exists(ctx, &home, &name, input.version_number).await?;
    let bearer = Bearer { home: &home, kind: LAYER, name: &name, qualifier: &qualifier };
    let mut statement = json!({
        "Sid": input.statement_id,
        "Effect": "Allow",
        "Principal": principal(ctx, &input.principal)?,
        "Action": input.action,
        "Resource": home.arn(format!("layer:{name}:{qualifier}")),
    });
    if let Some(organization) = &input.organization_id {
        statement["Condition"] = json!({"StringEquals": {"aws:PrincipalOrgID": organization}});
    }
    let seen = input.revision_id.as_deref();
    let added = engine(ctx).add_statement(&bearer, &input.statement_id, &statement, seen).await;
    let revision = added.map_err(|refusal| match refusal {
        Refusal::Taken => conflict(format!(
            "The statement id ({}) provided already exists. Please provide a new statement id, or remove the existing \
             statement.",
            input.statement_id
        )),
        other => told(other),
    })?;
    Ok(api::AddLayerVersionPermissionOutput { statement: Some(statement.to_string()), revision_id: Some(revision) })
}

async fn exists(ctx: &Ctx, home: &Home, name: &str, number: i64) -> Result<String, Error> {
    let there = match u64::try_from(number) {
        Ok(wanted) => engine(ctx).layer_version(home, name, wanted).await?,
        Err(_) => None,
    };
    there.map(|_| number.to_string()).ok_or_else(|| gone(home, name, number))
}

/// Takes a permission back.
pub(crate) async fn remove_layer_version_permission(
    ctx: &Ctx,
    input: api::RemoveLayerVersionPermissionInput,
) -> Outcome<api::RemoveLayerVersionPermission> {
    let (home, name) = read(ctx, &input.layer_name)?;
    let qualifier = exists(ctx, &home, &name, input.version_number).await?;
    let bearer = Bearer { home: &home, kind: LAYER, name: &name, qualifier: &qualifier };
    let removed = engine(ctx).remove_statement(&bearer, &input.statement_id, input.revision_id.as_deref()).await;
    removed.map_err(|refusal| match refusal {
        Refusal::Nothing => missing(format!("Statement {} is not found in resource policy.", input.statement_id)),
        other => told(other),
    })?;
    Ok(api::RemoveLayerVersionPermissionOutput {})
}

/// Shows who may use a version.
pub(crate) async fn get_layer_version_policy(
    ctx: &Ctx,
    input: api::GetLayerVersionPolicyInput,
) -> Outcome<api::GetLayerVersionPolicy> {
    let (home, name) = read(ctx, &input.layer_name)?;
    let qualifier = exists(ctx, &home, &name, input.version_number).await?;
    let bearer = Bearer { home: &home, kind: LAYER, name: &name, qualifier: &qualifier };
    let policy = engine(ctx).policy(&bearer).await?;
    let policy = policy.ok_or_else(|| missing("No policy is associated with the given resource."))?;
    Ok(api::GetLayerVersionPolicyOutput { policy: Some(document(&policy)), revision_id: Some(policy.revision) })
}
