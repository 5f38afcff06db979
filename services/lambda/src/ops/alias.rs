//! Aliases.

use api_lambda as api;
use service_kit::{Ctx, Error, Outcome};

use super::address::{engine, page, unqualified};
use super::function::find;
use super::shown;
use crate::engine::Refusal;
use crate::engine::alias::NewAlias;
use crate::engine::home::{LATEST, Named, version_number};
use crate::error::{conflict, invalid, invalid_bare, missing, no_alias, no_function, stale, told};

/// Creates an alias.
pub(crate) async fn create_alias(ctx: &Ctx, input: api::CreateAliasInput) -> Outcome<api::CreateAlias> {
    let named = unqualified(ctx, &input.function_name)?;
    let new = read(Some(&input.function_version), input.description, input.routing_config.as_ref())?;
    let created = engine(ctx).create_alias(&named.home, &named.name, &input.name, &new).await;
    let record = created.map_err(|refusal| match refusal {
        Refusal::Taken => conflict(format!("Alias already exists: {}", named.home.qualified(&named.name, &input.name))),
        Refusal::NoFunction => no_function(&named.home.qualified(&named.name, &input.function_version)),
        other => told(&named, other),
    })?;
    Ok(shown::alias(&named, &input.name, &record))
}

/// Changes an alias.
pub(crate) async fn update_alias(ctx: &Ctx, input: api::UpdateAliasInput) -> Outcome<api::UpdateAlias> {
    let named = unqualified(ctx, &input.function_name)?;
    let new = read(input.function_version.as_deref(), input.description, input.routing_config.as_ref())?;
    let seen = input.revision_id.as_deref();
    let changed = engine(ctx).change_alias(&named.home, &named.name, &input.name, seen, &new).await;
    let record = changed.map_err(|refusal| match refusal {
        Refusal::NoAlias => missing(format!("Alias not found: {}", named.home.qualified(&named.name, &input.name))),
        Refusal::Stale => stale("GetFunction/GetAlias"),
        Refusal::NoFunction => {
            let version = input.function_version.as_deref().unwrap_or(LATEST);
            no_function(&named.home.qualified(&named.name, version))
        }
        other => told(&named, other),
    })?;
    Ok(shown::alias(&named, &input.name, &record))
}

/// Shows an alias.
pub(crate) async fn get_alias(ctx: &Ctx, input: api::GetAliasInput) -> Outcome<api::GetAlias> {
    let named = unqualified(ctx, &input.function_name)?;
    let record = engine(ctx).alias(&named.home, &named.name, &input.name).await?;
    let record = record.ok_or_else(|| no_alias(&named.home.qualified(&named.name, &input.name)))?;
    Ok(shown::alias(&named, &input.name, &record))
}

/// Lists aliases, those that stand for a version where one is named.
pub(crate) async fn list_aliases(ctx: &Ctx, input: api::ListAliasesInput) -> Outcome<api::ListAliases> {
    let named = unqualified(ctx, &input.function_name)?;
    find(ctx, &named).await?;
    let mut all = engine(ctx).aliases(&named.home, &named.name).await?;
    if let Some(number) = input.function_version.as_deref().and_then(version_number) {
        all.retain(|(_, alias)| alias.version == number || alias.other.is_some_and(|(other, _)| other == number));
    }
    let window = (input.marker.as_deref(), input.max_items);
    let (items, next_marker) = page(ctx, &named.name, all, window, |(name, _)| name.clone())?;
    let aliases = items.iter().map(|(name, record)| shown::alias(&named, name, record)).collect();
    Ok(api::ListAliasesOutput { next_marker, aliases: Some(aliases) })
}

/// Deletes an alias.
pub(crate) async fn delete_alias(ctx: &Ctx, input: api::DeleteAliasInput) -> Outcome<api::DeleteAlias> {
    let named: Named = unqualified(ctx, &input.function_name)?;
    let deleted = engine(ctx).delete_alias(&named.home, &named.name, &input.name).await;
    deleted.map_err(|refusal| told(&named, refusal))?;
    Ok(api::DeleteAliasOutput {})
}

fn read(
    version: Option<&str>,
    description: Option<String>,
    routing: Option<&api::AliasRoutingConfiguration>,
) -> Result<NewAlias, Error> {
    let number = |text: &str| version_number(text).ok_or_else(|| invalid(format!("{text} is no version.")));
    let version = version.map(number).transpose()?;
    let weights = routing.map(|routing| routing.additional_version_weights.clone().unwrap_or_default());
    let other = match weights {
        None => None,
        Some(weights) if weights.len() > 1 => {
            return Err(invalid("Number of items in AdditionalVersionWeights cannot be greater than 1"));
        }
        Some(weights) => match weights.into_iter().next() {
            None => Some(None),
            Some((other, weight)) => Some(Some((number(&other)?, weight))),
        },
    };
    if let (Some(version), Some(Some((other, _)))) = (version, other) {
        if version == other {
            return Err(invalid(format!(
                "Invalid function version {version}. Function version {version} is already included in routing configuration."
            )));
        }
        if version == 0 {
            return Err(invalid_bare("$LATEST is not supported for an alias pointing to more than 1 version"));
        }
    }
    Ok(NewAlias { version, description, other })
}
