//! Versions: published, listed.

use api_lambda as api;
use service_kit::{Ctx, Outcome};

use super::address::{engine, page, unqualified};
use super::function::find;
use super::shown;
use crate::engine::Refusal;
use crate::engine::function::Found;
use crate::engine::home::{Named, version_name};
use crate::error::{invalid, stale, told};

/// Publishes `$LATEST`.
pub(crate) async fn publish_version(ctx: &Ctx, input: api::PublishVersionInput) -> Outcome<api::PublishVersion> {
    let named = unqualified(ctx, &input.function_name)?;
    let (digest, revision) =
        (input.code_sha256.as_deref().filter(|text| !text.is_empty()), input.revision_id.as_deref());
    let (home, description) = (&named.home, input.description.as_deref());
    let published = engine(ctx).publish(home, &named.name, digest, revision, description).await;
    let found = published.map_err(|refusal| match refusal {
        Refusal::Stale => stale("GetFunction/GetAlias"),
        Refusal::OtherCode(present) => invalid(format!(
            "CodeSHA256 ({}) is different from current CodeSHA256 in $LATEST ({present}). Please try again with the \
             CodeSHA256 in $LATEST.",
            digest.unwrap_or_default()
        )),
        other => told(&named, other),
    })?;
    shown::whole(ctx, &named, &found)
}

/// Lists versions, `$LATEST` first.
pub(crate) async fn list_versions_by_function(
    ctx: &Ctx,
    input: api::ListVersionsByFunctionInput,
) -> Outcome<api::ListVersionsByFunction> {
    let named = unqualified(ctx, &input.function_name)?;
    let function = find(ctx, &named).await?.function;
    let all = engine(ctx).versions(&named.home, &named.name).await?;
    let window = (input.marker.as_deref(), input.max_items);
    let (items, next_marker) = page(ctx, &named.name, all, window, |(number, _)| number.to_string())?;
    let versions = items.into_iter().map(|(number, version)| {
        let named = Named { qualifier: Some(version_name(number)), ..named.clone() };
        shown::listed(ctx, &named, &Found { function: function.clone(), number, version })
    });
    Ok(api::ListVersionsByFunctionOutput { next_marker, versions: Some(versions.collect::<Result<_, _>>()?) })
}
