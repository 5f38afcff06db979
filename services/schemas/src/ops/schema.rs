//! Schemas.

use api_schemas::{
    CreateSchema, CreateSchemaInput, CreateSchemaOutput, DeleteSchema, DeleteSchemaInput, DeleteSchemaOutput,
    DescribeSchema, DescribeSchemaInput, DescribeSchemaOutput, ListSchemas, ListSchemasInput, ListSchemasOutput,
    SchemaSummary, UpdateSchema, UpdateSchemaInput, UpdateSchemaOutput,
};
use names::Timestamp;
use service_kit::{Access, Ctx, Error, Outcome, paging};

use super::address::{engine, page, page_size, registry, schema, schema_access, version};
use super::tags;
use crate::engine::document::Language;
use crate::engine::document::check;
use crate::engine::home::is_schema_name;
use crate::engine::{Change, Draft, Shown};
use crate::error::{invalid, of_registry, of_schema};

/// Creates a schema.
pub(crate) async fn create_schema(ctx: &Ctx, input: CreateSchemaInput) -> Outcome<CreateSchema> {
    let id = schema(ctx, &input.registry_name, &input.schema_name);
    if !is_schema_name(&id.name) {
        return Err(invalid(format!("Schema name {} is not valid.", id.name)));
    }
    let language = language(input.r#type.as_str())?;
    checked(language, &input.content)?;
    let (content, description) = (input.content, input.description);
    let draft = Draft { language, content, description, tags: tags::read(input.tags)? };
    let created = engine(ctx).create_schema(&id, draft).await;
    let (record, version) = created.map_err(|refusal| of_schema(&id, refusal))?;
    Ok(CreateSchemaOutput {
        schema_arn: Some(id.arn().to_string()),
        schema_name: Some(id.name),
        schema_version: Some(record.newest.to_string()),
        r#type: Some(version.language.as_str().to_owned()),
        version_created_date: shown(version.created),
        last_modified: shown(record.modified),
        description: record.description,
        tags: Some(record.tags),
    })
}

/// What creating a schema touches; with tags, tagging it too.
pub(crate) fn access_to_create(ctx: &Ctx, input: &CreateSchemaInput) -> Result<Access, Error> {
    Ok(tags::creating(schema_access(ctx, &input.registry_name, &input.schema_name), input.tags.as_ref()))
}

/// Changes a schema: another document is another version.
pub(crate) async fn update_schema(ctx: &Ctx, input: UpdateSchemaInput) -> Outcome<UpdateSchema> {
    let id = schema(ctx, &input.registry_name, &input.schema_name);
    let language = input.r#type.map(|kind| language(kind.as_str())).transpose()?;
    if let Some(content) = &input.content {
        let present = || engine(ctx).version(&id, None);
        let language = match language {
            Some(language) => language,
            None => present().await.map_err(|refusal| of_schema(&id, refusal))?.version.language,
        };
        checked(language, content)?;
    }
    let (content, description) = (input.content, input.description);
    let change = Change { language, content, description, token: input.client_token_id };
    let updated = engine(ctx).update_schema(&id, &change).await;
    let (record, version) = updated.map_err(|refusal| of_schema(&id, refusal))?;
    Ok(UpdateSchemaOutput {
        schema_arn: Some(id.arn().to_string()),
        schema_name: Some(id.name),
        schema_version: Some(record.newest.to_string()),
        r#type: Some(version.language.as_str().to_owned()),
        version_created_date: shown(version.created),
        last_modified: shown(record.modified),
        description: record.description,
        tags: Some(record.tags),
    })
}

/// Shows a version of a schema, the newest when none is named.
pub(crate) async fn describe_schema(ctx: &Ctx, input: DescribeSchemaInput) -> Outcome<DescribeSchema> {
    let id = schema(ctx, &input.registry_name, &input.schema_name);
    let found = engine(ctx).version(&id, version(input.schema_version.as_deref())?).await;
    let Shown { schema, number, version } = found.map_err(|refusal| of_schema(&id, refusal))?;
    Ok(DescribeSchemaOutput {
        content: Some(version.content),
        schema_arn: Some(id.arn().to_string()),
        schema_name: Some(id.name),
        schema_version: Some(number.to_string()),
        r#type: Some(version.language.as_str().to_owned()),
        version_created_date: shown(version.created),
        last_modified: shown(schema.modified),
        description: schema.description,
        tags: Some(schema.tags),
    })
}

/// Deletes a schema with all its versions.
pub(crate) async fn delete_schema(ctx: &Ctx, input: DeleteSchemaInput) -> Outcome<DeleteSchema> {
    let id = schema(ctx, &input.registry_name, &input.schema_name);
    engine(ctx).delete_schema(&id).await.map_err(|refusal| of_schema(&id, refusal))?;
    Ok(DeleteSchemaOutput {})
}

/// Lists the schemas of a registry, by the beginning of their names.
pub(crate) async fn list_schemas(ctx: &Ctx, input: ListSchemasInput) -> Outcome<ListSchemas> {
    let id = registry(ctx, &input.registry_name);
    let prefix = input.schema_name_prefix.unwrap_or_default();
    let filters = format!("{}/{prefix}", id.arn());
    let (limit, after) = (page_size(input.limit)?, paging::position(ctx, &filters, input.next_token.as_deref())?);
    let found = engine(ctx).schemas(&id, &prefix, after.as_deref(), limit + 1).await;
    let page = page(ctx, &filters, found.map_err(|refusal| of_registry(&id, refusal))?, limit);
    let schemas = page.items.into_iter().map(|(name, record)| SchemaSummary {
        schema_arn: Some(id.schema(name.as_str()).arn().to_string()),
        schema_name: Some(name),
        last_modified: shown(record.modified),
        version_count: i64::try_from(record.versions).ok(),
        tags: Some(record.tags),
    });
    Ok(ListSchemasOutput { schemas: Some(schemas.collect()), next_token: page.next_token })
}

/// The language of a document, by the name that the API gives it.
pub(super) fn language(named: &str) -> Result<Language, Error> {
    Language::parse(named).ok_or_else(|| invalid(format!("Schema type {named} is not valid.")))
}

fn checked(language: Language, content: &str) -> Result<(), Error> {
    let checked = check::check(language, content).map(drop);
    checked.map_err(|why| invalid(format!("Schema content is not valid {}: {why}.", language.as_str())))
}

/// Instants are shown in whole seconds.
pub(super) fn shown(instant: Timestamp) -> Option<Timestamp> {
    Some(Timestamp::from_secs(instant.secs()))
}
