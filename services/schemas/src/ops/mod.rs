//! The operation table: what each operation touches, and the handler that does it. Reading from wires and writing to them
//! is not done here.

mod address;
mod code;
mod discoverer;
mod discovery;
mod permission;
mod policies;
mod registry;
mod schema;
mod tags;
mod version;

use address::{discoverer_access, registry_access, schema_access, schemas_access};
use api_schemas as api;
pub(crate) use policies::RegistryPolicies;
use service_kit::{Access, Operations};

/// All operations of the service, sorted.
pub(crate) fn table() -> Operations {
    Operations::new()
        .on::<api::CreateDiscoverer>(discoverer::access_to_create, discoverer::create_discoverer)
        .on::<api::CreateRegistry>(registry::access_to_create, registry::create_registry)
        .on::<api::CreateSchema>(schema::access_to_create, schema::create_schema)
        .on::<api::DeleteDiscoverer>(
            |ctx, i| {
                discoverer::access_to_change(ctx, &i.discoverer_id, &["events:RemoveTargets", "events:DeleteRule"])
            },
            discoverer::delete_discoverer,
        )
        .on::<api::DeleteRegistry>(|ctx, i| Ok(registry_access(ctx, &i.registry_name)), registry::delete_registry)
        .on::<api::DeleteResourcePolicy>(
            |ctx, i| Ok(permission::access(ctx, i.registry_name.as_deref())),
            permission::delete_resource_policy,
        )
        .on::<api::DeleteSchema>(
            |ctx, i| Ok(schema_access(ctx, &i.registry_name, &i.schema_name)),
            schema::delete_schema,
        )
        .on::<api::DeleteSchemaVersion>(
            |ctx, i| Ok(schema_access(ctx, &i.registry_name, &i.schema_name)),
            version::delete_schema_version,
        )
        .on::<api::DescribeCodeBinding>(
            |ctx, i| Ok(schema_access(ctx, &i.registry_name, &i.schema_name)),
            code::describe_code_binding,
        )
        .on::<api::DescribeDiscoverer>(
            |ctx, i| Ok(discoverer_access(ctx, &i.discoverer_id)),
            discoverer::describe_discoverer,
        )
        .on::<api::DescribeRegistry>(|ctx, i| Ok(registry_access(ctx, &i.registry_name)), registry::describe_registry)
        .on::<api::DescribeSchema>(
            |ctx, i| Ok(schema_access(ctx, &i.registry_name, &i.schema_name)),
            schema::describe_schema,
        )
        .on::<api::ExportSchema>(version::access_to_export, version::export_schema)
        .on::<api::GetCodeBindingSource>(
            |ctx, i| Ok(schema_access(ctx, &i.registry_name, &i.schema_name)),
            code::get_code_binding_source,
        )
        .on::<api::GetDiscoveredSchema>(|_, _| Ok(Access::any()), discovery::get_discovered_schema)
        .on::<api::GetResourcePolicy>(
            |ctx, i| Ok(permission::access(ctx, i.registry_name.as_deref())),
            permission::get_resource_policy,
        )
        .on::<api::ListDiscoverers>(|ctx, _| Ok(discoverer_access(ctx, "*")), discoverer::list_discoverers)
        .on::<api::ListRegistries>(|ctx, _| Ok(registry_access(ctx, "*")), registry::list_registries)
        .on::<api::ListSchemaVersions>(
            |ctx, i| Ok(schema_access(ctx, &i.registry_name, &i.schema_name)),
            version::list_schema_versions,
        )
        .on::<api::ListSchemas>(|ctx, i| Ok(schemas_access(ctx, &i.registry_name)), schema::list_schemas)
        .on::<api::ListTagsForResource>(|_, i| Ok(Access::to(&i.resource_arn)), tags::list_tags_for_resource)
        .on::<api::PutCodeBinding>(
            |ctx, i| Ok(schema_access(ctx, &i.registry_name, &i.schema_name)),
            code::put_code_binding,
        )
        .on::<api::PutResourcePolicy>(
            |ctx, i| Ok(permission::access(ctx, i.registry_name.as_deref())),
            permission::put_resource_policy,
        )
        .on::<api::SearchSchemas>(|ctx, i| Ok(schemas_access(ctx, &i.registry_name)), version::search_schemas)
        .on::<api::StartDiscoverer>(
            |ctx, i| discoverer::access_to_change(ctx, &i.discoverer_id, &["events:EnableRule"]),
            discoverer::start_discoverer,
        )
        .on::<api::StopDiscoverer>(
            |ctx, i| discoverer::access_to_change(ctx, &i.discoverer_id, &["events:DisableRule"]),
            discoverer::stop_discoverer,
        )
        .on::<api::TagResource>(tags::access_to_tag, tags::tag_resource)
        .on::<api::UntagResource>(tags::access_to_untag, tags::untag_resource)
        .on::<api::UpdateDiscoverer>(
            |ctx, i| discoverer::access_to_change(ctx, &i.discoverer_id, &["events:PutRule"]),
            discoverer::update_discoverer,
        )
        .on::<api::UpdateRegistry>(|ctx, i| Ok(registry_access(ctx, &i.registry_name)), registry::update_registry)
        .on::<api::UpdateSchema>(
            |ctx, i| Ok(schema_access(ctx, &i.registry_name, &i.schema_name)),
            schema::update_schema,
        )
}
