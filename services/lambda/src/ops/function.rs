//! Functions: created, shown, listed, changed, deleted.

use api_lambda as api;
use service_kit::{Access, Ctx, Error, Outcome};

use super::absent::{not_there, refuse};
use super::address::{engine, function_access, home, named, page, unqualified};
use super::code::{Source, package};
use super::settings::{Asked, over, usual};
use super::{shown, tags};
use crate::engine::Refusal;
use crate::engine::function::{Change, Expected, Found};
use crate::engine::home::{LATEST, Named, version_number};
use crate::error::{invalid, no_alias, no_function, stale, told};
use crate::limits;

/// Creates a function.
pub(crate) async fn create_function(ctx: &Ctx, input: api::CreateFunctionInput) -> Outcome<api::CreateFunction> {
    let named = unqualified(ctx, &input.function_name)?;
    check_name(&named.name)?;
    if input.package_type == Some(api::PackageType::Image) || input.code.image_uri.is_some() {
        return Err(not_there("CreateFunction of container images"));
    }
    refuse(
        ctx,
        &[
            ("CapacityProviderConfig", input.capacity_provider_config.is_some()),
            ("CodeSigningConfigArn", input.code_signing_config_arn.is_some()),
            ("DurableConfig", input.durable_config.is_some()),
            ("ImageConfig", input.image_config.is_some()),
            ("PublishTo", input.publish_to.is_some()),
            ("TenancyConfig", input.tenancy_config.is_some()),
        ],
    )?;
    let asked = Asked {
        runtime: input.runtime.map(|runtime| runtime.to_string()),
        role: Some(input.role),
        handler: input.handler,
        description: input.description,
        timeout: input.timeout,
        memory: input.memory_size,
        environment: input.environment,
        kms_key: input.kms_key_arn,
        dead_letters: input.dead_letter_config,
        tracing: input.tracing_config,
        layers: input.layers,
        architecture: first(input.architectures),
        ephemeral: input.ephemeral_storage,
        snap_start: input.snap_start,
        vpc: input.vpc_config,
        file_systems: input.file_system_configs,
        logging: input.logging_config,
    };
    let mut settings = over(ctx, usual(), asked).await?;
    settings.source_kms_key.clone_from(&input.code.source_kms_key_arn);
    if settings.runtime.is_none() || settings.handler.is_none() {
        return Err(invalid(
            "Runtime and Handler are mandatory parameters for functions created with deployment packages.",
        ));
    }
    let tags = input.tags.unwrap_or_default();
    tags::check(&tags)?;
    let package = package(ctx, "CreateFunction", Source::from(input.code)).await?;
    if engine(ctx).function(&named.home, &named.name).await?.is_some() {
        return Err(told(&named, Refusal::Taken));
    }
    check_unpacked(ctx, package.unpacked, &settings).await?;
    trusted(ctx, &named, &settings.role).await?;
    let engine = engine(ctx);
    let code = engine.write_code(&named.home, package).await.map_err(|refusal| told(&named, refusal))?;
    let publish = input.publish.unwrap_or_default();
    let created = engine.create_function(&named.home, &named.name, &settings, &code, &tags, publish).await;
    let found = created.map_err(|refusal| told(&named, refusal))?;
    let mut shown = shown::whole(ctx, &named, &found)?;
    // What is created is shown by the function's own ARN, whatever was published of it.
    shown.function_arn = Some(named.home.function(&named.name));
    Ok(shown)
}

/// What creating a function touches: it, its role, its layers.
pub(crate) fn access_to_create(ctx: &Ctx, input: &api::CreateFunctionInput) -> Result<Access, Error> {
    let mut access = function_access(ctx, &input.function_name)?;
    for layer in input.layers.iter().flatten() {
        access = access.with("lambda:Layer", layer);
    }
    if let Some(vpc) = &input.vpc_config {
        access = with_vpc(access, vpc);
    }
    let tags = input.tags.iter().flatten().map(|(key, value)| (key.as_str(), value.as_str()));
    let access = access.with_request_tags(tags).passing_role(&input.role, crate::run::PRINCIPAL);
    let layers = input.layers.iter().flatten();
    Ok(layers.fold(access, |access, layer| access.and(Access::to(layer).as_action("lambda:GetLayerVersion"))))
}

fn with_vpc(access: Access, vpc: &api::VpcConfig) -> Access {
    let access = vpc.subnet_ids.iter().flatten().fold(access, |access, id| access.with("lambda:SubnetIds", id));
    vpc.security_group_ids.iter().flatten().fold(access, |access, id| access.with("lambda:SecurityGroupIds", id))
}

/// Shows a function, with where its code can be fetched.
pub(crate) async fn get_function(ctx: &Ctx, input: api::GetFunctionInput) -> Outcome<api::GetFunction> {
    let named = named(ctx, &input.function_name, input.qualifier.as_deref())?;
    let found = find(ctx, &named).await?;
    let location = engine(ctx).location(&named.home, &found.version.digest, &ctx.request.base_url);
    let tags = (!found.function.tags.is_empty()).then(|| found.function.tags.clone());
    let reserved = found
        .function
        .reserved
        .map(|count| api::Concurrency { reserved_concurrent_executions: i32::try_from(count).ok() });
    Ok(api::GetFunctionOutput {
        configuration: Some(shown::whole(ctx, &named, &found)?),
        code: Some(api::FunctionCodeLocation {
            repository_type: Some("S3".to_owned()),
            location: Some(location),
            ..api::FunctionCodeLocation::default()
        }),
        tags,
        tags_error: None,
        concurrency: reserved,
    })
}

/// Shows the settings of a function.
pub(crate) async fn get_function_configuration(
    ctx: &Ctx,
    input: api::GetFunctionConfigurationInput,
) -> Outcome<api::GetFunctionConfiguration> {
    let named = named(ctx, &input.function_name, input.qualifier.as_deref())?;
    let found = find(ctx, &named).await?;
    shown::whole(ctx, &named, &found)
}

/// Lists functions, or all their versions.
pub(crate) async fn list_functions(ctx: &Ctx, input: api::ListFunctionsInput) -> Outcome<api::ListFunctions> {
    let (home, engine) = (home(ctx), engine(ctx));
    let mut all = Vec::new();
    for (name, function) in engine.functions(&home).await? {
        for (number, version) in engine.versions(&home, &name).await? {
            if number == 0 || input.function_version.is_some() {
                let found = Found { function: function.clone(), number, version };
                let qualifier = input.function_version.is_some().then(|| crate::engine::home::version_name(number));
                let named = Named { home: home.clone(), name: name.clone(), qualifier };
                all.push((format!("{name}:{number:020}"), named, found));
            }
        }
    }
    let window = (input.marker.as_deref(), input.max_items);
    let (items, next_marker) = page(ctx, "functions", all, window, |(key, ..)| key.clone())?;
    let functions = items.iter().map(|(_, named, found)| shown::listed(ctx, named, found)).collect::<Result<_, _>>()?;
    Ok(api::ListFunctionsOutput { next_marker, functions: Some(functions) })
}

/// Changes the code of `$LATEST`.
pub(crate) async fn update_function_code(
    ctx: &Ctx,
    input: api::UpdateFunctionCodeInput,
) -> Outcome<api::UpdateFunctionCode> {
    let named = unqualified(ctx, &input.function_name)?;
    let found = find(ctx, &named).await?;
    if input.image_uri.is_some() {
        return Err(invalid("Please don't provide ImageUri when updating a function with packageType Zip."));
    }
    refuse(ctx, &[("PublishTo", input.publish_to.is_some())])?;
    let source =
        Source { zip: input.zip_file, bucket: input.s3_bucket, key: input.s3_key, version: input.s3_object_version };
    let package = package(ctx, "UpdateFunctionCode", source).await?;
    let engine = engine(ctx);
    check_unpacked(ctx, package.unpacked, &engine.settings(&found.version)?).await?;
    let architecture = first(input.architectures);
    if input.dry_run.unwrap_or_default() {
        let mut version = found.version.clone();
        (version.digest, version.size) = (package.digest, package.bytes.len() as u64);
        return shown::whole(ctx, &named, &Found { version, ..found });
    }
    let refused = |refusal| changed(&named, refusal);
    let code = engine.write_code(&named.home, package).await.map_err(refused)?;
    let (expected, change) =
        (Expected { revision: input.revision_id }, Change::Code(&code, architecture, input.source_kms_key_arn));
    let found = engine.change(&named.home, &named.name, &expected, &change).await.map_err(refused)?;
    engine.sweeps().signal();
    if input.publish.unwrap_or_default() {
        let published = engine.publish(&named.home, &named.name, None, None, None).await.map_err(refused)?;
        return shown::whole(ctx, &named, &published);
    }
    shown::whole(ctx, &named, &found)
}

/// Changes the settings of `$LATEST`.
pub(crate) async fn update_function_configuration(
    ctx: &Ctx,
    input: api::UpdateFunctionConfigurationInput,
) -> Outcome<api::UpdateFunctionConfiguration> {
    let named = unqualified(ctx, &input.function_name)?;
    let found = find(ctx, &named).await?;
    refuse(
        ctx,
        &[
            ("CapacityProviderConfig", input.capacity_provider_config.is_some()),
            ("DurableConfig", input.durable_config.is_some()),
            ("ImageConfig", input.image_config.is_some()),
        ],
    )?;
    let (engine, role) = (engine(ctx), input.role.clone());
    let asked = Asked {
        runtime: input.runtime.map(|runtime| runtime.to_string()),
        role: input.role,
        handler: input.handler,
        description: input.description,
        timeout: input.timeout,
        memory: input.memory_size,
        environment: input.environment,
        kms_key: input.kms_key_arn,
        dead_letters: input.dead_letter_config,
        tracing: input.tracing_config,
        layers: input.layers,
        architecture: None,
        ephemeral: input.ephemeral_storage,
        snap_start: input.snap_start,
        vpc: input.vpc_config,
        file_systems: input.file_system_configs,
        logging: input.logging_config,
    };
    let settings = over(ctx, engine.settings(&found.version)?, asked).await?;
    let unpacked = engine.code(&named.home, &found.version.digest).await?.map_or(0, |code| code.unpacked);
    check_unpacked(ctx, unpacked, &settings).await?;
    if let Some(role) = role {
        trusted(ctx, &named, &role).await?;
    }
    let (expected, change) = (Expected { revision: input.revision_id }, Change::Settings(&settings));
    let found = engine.change(&named.home, &named.name, &expected, &change).await;
    shown::whole(ctx, &named, &found.map_err(|refusal| changed(&named, refusal))?)
}

/// What changing settings touches: the function, and the role that it is handed.
pub(crate) fn access_to_configure(ctx: &Ctx, input: &api::UpdateFunctionConfigurationInput) -> Result<Access, Error> {
    let mut access = function_access(ctx, &input.function_name)?;
    for layer in input.layers.iter().flatten() {
        access = access.with("lambda:Layer", layer).and(Access::to(layer).as_action("lambda:GetLayerVersion"));
    }
    if let Some(vpc) = &input.vpc_config {
        access = with_vpc(access, vpc);
    }
    Ok(match &input.role {
        Some(role) => access.passing_role(role, crate::run::PRINCIPAL),
        None => access,
    })
}

/// Deletes a function, or one of its versions.
pub(crate) async fn delete_function(ctx: &Ctx, input: api::DeleteFunctionInput) -> Outcome<api::DeleteFunction> {
    let named = named(ctx, &input.function_name, input.qualifier.as_deref())?;
    let engine = engine(ctx);
    let deleted = match named.qualifier.as_deref() {
        None => engine.delete_function(&named.home, &named.name).await,
        Some(LATEST) => return Err(invalid("$LATEST version cannot be deleted without deleting the function.")),
        Some(qualifier) => match version_number(qualifier) {
            Some(number) => engine.delete_version(&named.home, &named.name, number).await,
            None => return Err(invalid("Deletion of aliases is not currently supported.")),
        },
    };
    deleted.map_err(|refusal| told(&Named { qualifier: None, ..named }, refusal))?;
    Ok(api::DeleteFunctionOutput { status_code: Some(204) })
}

/// The version that is meant.
pub(super) async fn find(ctx: &Ctx, named: &Named) -> Result<Found, Error> {
    engine(ctx).find(named).await.map_err(|refusal| told(named, refusal))
}

/// The version or alias that is meant, where AWS names an alias that is missing.
pub(super) async fn find_qualified(ctx: &Ctx, named: &Named) -> Result<Found, Error> {
    engine(ctx).find(named).await.map_err(|refusal| match refusal {
        Refusal::NoAlias => no_alias(&named.arn()),
        Refusal::NoFunction if named.qualifier.as_deref().is_some_and(|q| version_number(q).is_none()) => {
            no_alias(&named.arn())
        }
        other => told(named, other),
    })
}

fn changed(named: &Named, refusal: Refusal) -> Error {
    match refusal {
        Refusal::Stale => stale("GetFunction/GetAlias"),
        Refusal::NoFunction => no_function(&named.arn()),
        other => told(named, other),
    }
}

fn first(architectures: Option<Vec<api::Architecture>>) -> Option<String> {
    architectures.and_then(|list| list.into_iter().next()).map(|one| one.to_string())
}

fn check_name(name: &str) -> Result<(), Error> {
    if name.len() > 64 {
        return Err(invalid(format!(
            "1 validation error detected: Value '{name}' at 'functionName' failed to satisfy constraint: Member must have \
             length less than or equal to 64"
        )));
    }
    Ok(())
}

/// With all layers a function unpacks to no more than its limit.
async fn check_unpacked(ctx: &Ctx, unpacked: u64, settings: &crate::store::Settings) -> Result<(), Error> {
    let mut total = unpacked;
    for (arn, _) in &settings.layers {
        let Some((home, name, number)) = crate::run::layer_of(arn) else { continue };
        let Some(layer) = engine(ctx).layer_version(&home, &name, number).await? else { continue };
        total += engine(ctx).code(&home, &layer.digest).await?.map_or(0, |code| code.unpacked);
    }
    if total > limits::UNZIPPED {
        return Err(invalid(format!(
            "Function code combined with layers exceeds the maximum allowed size of {} bytes. The actual size is {total} bytes.",
            limits::UNZIPPED
        )));
    }
    Ok(())
}

async fn trusted(ctx: &Ctx, named: &Named, role: &str) -> Result<(), Error> {
    match engine(ctx).trusts(ctx.cloud(), &named.home, role, &named.name).await {
        true => Ok(()),
        false => Err(invalid("The role defined for the function cannot be assumed by Lambda.")),
    }
}

/// Refuses what an alias or a version cannot have.
pub(super) fn functions_only(named: &Named) -> Result<(), Error> {
    match named.qualifier {
        None => Ok(()),
        Some(_) => Err(invalid(
            "This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please \
             specify either a function name or an unqualified function ARN.",
        )),
    }
}
