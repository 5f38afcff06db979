//! Registries.

use api_schemas::{
    CreateRegistry, CreateRegistryInput, CreateRegistryOutput, DeleteRegistry, DeleteRegistryInput,
    DeleteRegistryOutput, DescribeRegistry, DescribeRegistryInput, DescribeRegistryOutput, ListRegistries,
    ListRegistriesInput, ListRegistriesOutput, RegistrySummary, UpdateRegistry, UpdateRegistryInput,
    UpdateRegistryOutput,
};
use service_kit::{Access, Ctx, Error, Outcome, paging};

use super::address::{engine, home, page, page_size, registry, registry_access};
use super::tags;
use crate::engine::home::{PUBLISHED, is_registry_name};
use crate::error::{invalid, of_registry};
use crate::store::RegistryRecord;

/// Creates a registry.
pub(crate) async fn create_registry(ctx: &Ctx, input: CreateRegistryInput) -> Outcome<CreateRegistry> {
    let id = registry(ctx, &input.registry_name);
    if !is_registry_name(&id.name) || (id.name.starts_with("aws.") && !id.is_published()) {
        return Err(invalid(format!("Registry name {} is not valid.", id.name)));
    }
    let record =
        RegistryRecord { description: input.description, tags: tags::read(input.tags)?, ..RegistryRecord::default() };
    let created = engine(ctx).create_registry(&id, record.clone()).await;
    created.map_err(|refusal| of_registry(&id, refusal))?;
    Ok(CreateRegistryOutput {
        registry_arn: Some(id.arn().to_string()),
        registry_name: Some(id.name),
        description: record.description,
        tags: Some(record.tags),
    })
}

/// What creating a registry touches; with tags, tagging it too.
pub(crate) fn access_to_create(ctx: &Ctx, input: &CreateRegistryInput) -> Result<Access, Error> {
    Ok(tags::creating(registry_access(ctx, &input.registry_name), input.tags.as_ref()))
}

/// Shows a registry.
pub(crate) async fn describe_registry(ctx: &Ctx, input: DescribeRegistryInput) -> Outcome<DescribeRegistry> {
    let id = registry(ctx, &input.registry_name);
    let record = engine(ctx).registry(&id).await.map_err(|refusal| of_registry(&id, refusal))?;
    Ok(DescribeRegistryOutput {
        registry_arn: Some(id.arn().to_string()),
        registry_name: Some(id.name),
        description: record.description,
        tags: Some(record.tags),
    })
}

/// Changes a registry's description.
pub(crate) async fn update_registry(ctx: &Ctx, input: UpdateRegistryInput) -> Outcome<UpdateRegistry> {
    let id = registry(ctx, &input.registry_name);
    let change = |record: &mut RegistryRecord| {
        if input.description.is_some() {
            record.description.clone_from(&input.description);
        }
        Ok(())
    };
    let record = engine(ctx).change_registry(&id, change).await.map_err(|refusal| of_registry(&id, refusal))?;
    Ok(UpdateRegistryOutput {
        registry_arn: Some(id.arn().to_string()),
        registry_name: Some(id.name),
        description: record.description,
        tags: Some(record.tags),
    })
}

/// Deletes a registry without schemas.
pub(crate) async fn delete_registry(ctx: &Ctx, input: DeleteRegistryInput) -> Outcome<DeleteRegistry> {
    let id = registry(ctx, &input.registry_name);
    engine(ctx).delete_registry(&id).await.map_err(|refusal| of_registry(&id, refusal))?;
    Ok(DeleteRegistryOutput {})
}

/// Lists registries: one's own, AWS's, or both.
pub(crate) async fn list_registries(ctx: &Ctx, input: ListRegistriesInput) -> Outcome<ListRegistries> {
    let scope = input.scope.unwrap_or_default().to_uppercase();
    if !["", "LOCAL", "AWS"].contains(&scope.as_str()) {
        return Err(invalid(format!("Scope {scope} is not valid. Valid values are LOCAL and AWS.")));
    }
    let prefix = input.registry_name_prefix.unwrap_or_default();
    let filters = format!("{scope}/{prefix}");
    let (limit, home) = (page_size(input.limit)?, home(ctx));
    let after = paging::position(ctx, &filters, input.next_token.as_deref())?;
    // One more than is shown tells of a next page, and one more may be AWS's.
    let mut found = engine(ctx).registries(&home, &prefix, after.as_deref(), limit + 2).await?;
    found.retain(|(name, _)| scope.is_empty() || (name == PUBLISHED) == (scope == "AWS"));
    let page = page(ctx, &filters, found, limit);
    let shown = page.items.into_iter().map(|(name, record)| RegistrySummary {
        registry_arn: Some(home.registry(name.as_str()).arn().to_string()),
        registry_name: Some(name),
        tags: Some(record.tags),
    });
    Ok(ListRegistriesOutput { registries: Some(shown.collect()), next_token: page.next_token })
}
