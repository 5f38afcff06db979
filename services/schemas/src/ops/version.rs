//! Versions of schemas: listed, deleted, exported, searched.

use api_schemas::{
    DeleteSchemaVersion, DeleteSchemaVersionInput, DeleteSchemaVersionOutput, ExportSchema, ExportSchemaInput,
    ExportSchemaOutput, ListSchemaVersions, ListSchemaVersionsInput, ListSchemaVersionsOutput, SchemaVersionSummary,
    SearchSchemaSummary, SearchSchemaVersionSummary, SearchSchemas, SearchSchemasInput, SearchSchemasOutput,
};
use service_kit::{Access, Ctx, Error, Outcome, paging};

use super::address::{engine, page, page_size, registry, registry_access, schema, schema_access, version};
use super::schema::{language, shown};
use crate::engine::Shown;
use crate::engine::document::Language;
use crate::engine::document::draft4;
use crate::error::{invalid, of_registry, of_schema};

/// Lists the versions of a schema, the oldest first.
pub(crate) async fn list_schema_versions(ctx: &Ctx, input: ListSchemaVersionsInput) -> Outcome<ListSchemaVersions> {
    let id = schema(ctx, &input.registry_name, &input.schema_name);
    let filters = id.arn().to_string();
    let limit = page_size(input.limit)?;
    let after = paging::position(ctx, &filters, input.next_token.as_deref())?;
    let after = after.and_then(|number| number.parse().ok()).unwrap_or_default();
    let found = engine(ctx).versions(&id, after, limit + 1).await.map_err(|refusal| of_schema(&id, refusal))?;
    let numbered = found.into_iter().map(|(number, version)| (number.to_string(), version)).collect();
    let page = page(ctx, &filters, numbered, limit);
    let versions = page.items.into_iter().map(|(number, version)| SchemaVersionSummary {
        schema_arn: Some(filters.clone()),
        schema_name: Some(id.name.clone()),
        schema_version: Some(number),
        r#type: Some(version.language.as_str().into()),
    });
    Ok(ListSchemaVersionsOutput { schema_versions: Some(versions.collect()), next_token: page.next_token })
}

/// Deletes a version of a schema.
pub(crate) async fn delete_schema_version(ctx: &Ctx, input: DeleteSchemaVersionInput) -> Outcome<DeleteSchemaVersion> {
    let id = schema(ctx, &input.registry_name, &input.schema_name);
    let number = version(Some(&input.schema_version))?.unwrap_or_default();
    engine(ctx).delete_version(&id, number).await.map_err(|refusal| of_schema(&id, refusal))?;
    Ok(DeleteSchemaVersionOutput {})
}

/// Shows a version of an OpenAPI schema as a JSON schema.
pub(crate) async fn export_schema(ctx: &Ctx, input: ExportSchemaInput) -> Outcome<ExportSchema> {
    let id = schema(ctx, &input.registry_name, &input.schema_name);
    if language(&input.r#type)? != Language::Draft4 {
        return Err(invalid("Schemas can be exported as JSONSchemaDraft4 only."));
    }
    let found = engine(ctx).version(&id, version(input.schema_version.as_deref())?).await;
    let Shown { number, version, .. } = found.map_err(|refusal| of_schema(&id, refusal))?;
    if version.language != Language::OpenApi3 {
        return Err(invalid("Only schemas of type OpenApi3 can be exported."));
    }
    let document = serde_json::from_str(&version.content).map_err(|error| invalid(error.to_string()))?;
    Ok(ExportSchemaOutput {
        content: Some(draft4::export(&document).to_string()),
        schema_arn: Some(id.arn().to_string()),
        schema_name: Some(id.name),
        schema_version: Some(number.to_string()),
        r#type: Some(Language::Draft4.as_str().to_owned()),
    })
}

/// What exporting touches.
pub(crate) fn access_to_export(ctx: &Ctx, input: &ExportSchemaInput) -> Result<Access, Error> {
    let registry = registry_access(ctx, &input.registry_name);
    let schema = schema_access(ctx, &input.registry_name, &input.schema_name);
    Ok(schema.resources.iter().fold(registry, Access::and_to))
}

/// Finds schemas by words in their names and documents.
pub(crate) async fn search_schemas(ctx: &Ctx, input: SearchSchemasInput) -> Outcome<SearchSchemas> {
    let id = registry(ctx, &input.registry_name);
    let keywords: Vec<_> = input.keywords.split_whitespace().map(str::to_lowercase).collect();
    if keywords.is_empty() {
        return Err(invalid("Keywords must not be empty."));
    }
    let filters = format!("{}/{}", id.arn(), input.keywords);
    let (limit, after) = (page_size(input.limit)?, paging::position(ctx, &filters, input.next_token.as_deref())?);
    let found = engine(ctx).search(&id, &keywords, after.as_deref(), limit + 1).await;
    let page = page(ctx, &filters, found.map_err(|refusal| of_registry(&id, refusal))?, limit);
    let schemas = page.items.into_iter().map(|(name, versions)| SearchSchemaSummary {
        registry_name: Some(id.name.clone()),
        schema_arn: Some(id.schema(name.as_str()).arn().to_string()),
        schema_name: Some(name),
        schema_versions: Some(
            versions
                .into_iter()
                .map(|(number, version)| SearchSchemaVersionSummary {
                    created_date: shown(version.created),
                    schema_version: Some(number.to_string()),
                    r#type: Some(version.language.as_str().into()),
                })
                .collect(),
        ),
    });
    Ok(SearchSchemasOutput { schemas: Some(schemas.collect()), next_token: page.next_token })
}
