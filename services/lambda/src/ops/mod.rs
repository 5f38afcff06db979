//! The operation table: what each operation touches, and the handler that does it. Reading from wires and writing to them
//! is not done here.

pub(crate) mod absent;
mod address;
mod alias;
mod code;
mod concurrency;
mod event_invoke;
mod function;
mod invoke;
mod layer;
mod mapping;
mod permission;
mod policies;
mod settings;
mod shown;
mod tags;
mod version;

use address::{access, function_access};
use api_lambda as api;
pub(crate) use policies::FunctionPolicies;
use service_kit::{Access, Operations};

/// All operations of the service, sorted.
pub(crate) fn table() -> Operations {
    let table = Operations::new()
        .on::<api::AddLayerVersionPermission>(
            |ctx, i| layer::access(ctx, &i.layer_name, i.version_number),
            layer::add_layer_version_permission,
        )
        .on::<api::AddPermission>(permission::access_to_add, permission::add_permission)
        .on::<api::CreateAlias>(|ctx, i| function_access(ctx, &i.function_name), alias::create_alias)
        .on::<api::CreateEventSourceMapping>(mapping::access_to_create, mapping::create_event_source_mapping)
        .on::<api::CreateFunction>(function::access_to_create, function::create_function)
        .on::<api::DeleteAlias>(|ctx, i| function_access(ctx, &i.function_name), alias::delete_alias)
        .on::<api::DeleteEventSourceMapping>(
            |ctx, i| mapping::access(ctx, &i.uuid),
            mapping::delete_event_source_mapping,
        )
        .on::<api::DeleteFunction>(
            |ctx, i| access(ctx, &i.function_name, i.qualifier.as_deref()),
            function::delete_function,
        )
        .on::<api::DeleteFunctionConcurrency>(
            |ctx, i| function_access(ctx, &i.function_name),
            concurrency::delete_function_concurrency,
        )
        .on::<api::DeleteFunctionEventInvokeConfig>(
            |ctx, i| function_access(ctx, &i.function_name),
            event_invoke::delete_function_event_invoke_config,
        )
        .on::<api::DeleteLayerVersion>(
            |ctx, i| layer::access(ctx, &i.layer_name, i.version_number),
            layer::delete_layer_version,
        );
    gets(lists(table))
        .on::<api::Invoke>(
            |ctx, i| Ok(access(ctx, &i.function_name, i.qualifier.as_deref())?.as_action("lambda:InvokeFunction")),
            invoke::invoke,
        )
        .on::<api::InvokeAsync>(|ctx, i| access(ctx, &i.function_name, None), invoke::invoke_async)
        .on::<api::InvokeWithResponseStream>(
            |ctx, i| Ok(access(ctx, &i.function_name, i.qualifier.as_deref())?.as_action("lambda:InvokeFunction")),
            invoke::invoke_with_response_stream,
        )
        .on::<api::PublishLayerVersion>(layer::access_to_publish, layer::publish_layer_version)
        .on::<api::PublishVersion>(|ctx, i| function_access(ctx, &i.function_name), version::publish_version)
        .on::<api::PutFunctionConcurrency>(
            |ctx, i| function_access(ctx, &i.function_name),
            concurrency::put_function_concurrency,
        )
        .on::<api::PutFunctionEventInvokeConfig>(
            |ctx, i| function_access(ctx, &i.function_name),
            event_invoke::put_function_event_invoke_config,
        )
        .on::<api::PutFunctionRecursionConfig>(
            |ctx, i| function_access(ctx, &i.function_name),
            concurrency::put_function_recursion_config,
        )
        .on::<api::RemoveLayerVersionPermission>(
            |ctx, i| layer::access(ctx, &i.layer_name, i.version_number),
            layer::remove_layer_version_permission,
        )
        .on::<api::RemovePermission>(
            |ctx, i| access(ctx, &i.function_name, i.qualifier.as_deref()),
            permission::remove_permission,
        )
        .on::<api::TagResource>(tags::access_to_tag, tags::tag_resource)
        .on::<api::UntagResource>(tags::access_to_untag, tags::untag_resource)
        .on::<api::UpdateAlias>(|ctx, i| function_access(ctx, &i.function_name), alias::update_alias)
        .on::<api::UpdateEventSourceMapping>(
            |ctx, i| mapping::access(ctx, &i.uuid),
            mapping::update_event_source_mapping,
        )
        .on::<api::UpdateFunctionCode>(|ctx, i| function_access(ctx, &i.function_name), function::update_function_code)
        .on::<api::UpdateFunctionConfiguration>(function::access_to_configure, function::update_function_configuration)
        .on::<api::UpdateFunctionEventInvokeConfig>(
            |ctx, i| function_access(ctx, &i.function_name),
            event_invoke::update_function_event_invoke_config,
        )
}

fn gets(table: Operations) -> Operations {
    table
        .on::<api::GetAccountSettings>(|_, _| Ok(Access::any()), concurrency::get_account_settings)
        .on::<api::GetAlias>(|ctx, i| function_access(ctx, &i.function_name), alias::get_alias)
        .on::<api::GetEventSourceMapping>(|ctx, i| mapping::access(ctx, &i.uuid), mapping::get_event_source_mapping)
        .on::<api::GetFunction>(|ctx, i| access(ctx, &i.function_name, i.qualifier.as_deref()), function::get_function)
        .on::<api::GetFunctionConcurrency>(
            |ctx, i| function_access(ctx, &i.function_name),
            concurrency::get_function_concurrency,
        )
        .on::<api::GetFunctionConfiguration>(
            |ctx, i| access(ctx, &i.function_name, i.qualifier.as_deref()),
            function::get_function_configuration,
        )
        .on::<api::GetFunctionEventInvokeConfig>(
            |ctx, i| function_access(ctx, &i.function_name),
            event_invoke::get_function_event_invoke_config,
        )
        .on::<api::GetFunctionRecursionConfig>(
            |ctx, i| function_access(ctx, &i.function_name),
            concurrency::get_function_recursion_config,
        )
        .on::<api::GetLayerVersion>(
            |ctx, i| layer::access(ctx, &i.layer_name, i.version_number),
            layer::get_layer_version,
        )
        .on::<api::GetLayerVersionByArn>(
            |_, i| Ok(Access::to(&i.arn).as_action("lambda:GetLayerVersion")),
            layer::get_layer_version_by_arn,
        )
        .on::<api::GetLayerVersionPolicy>(
            |ctx, i| layer::access(ctx, &i.layer_name, i.version_number),
            layer::get_layer_version_policy,
        )
        .on::<api::GetPolicy>(|ctx, i| access(ctx, &i.function_name, i.qualifier.as_deref()), permission::get_policy)
}

fn lists(table: Operations) -> Operations {
    table
        .on::<api::ListAliases>(|ctx, i| function_access(ctx, &i.function_name), alias::list_aliases)
        .on::<api::ListEventSourceMappings>(|_, _| Ok(Access::any()), mapping::list_event_source_mappings)
        .on::<api::ListFunctionEventInvokeConfigs>(
            |ctx, i| function_access(ctx, &i.function_name),
            event_invoke::list_function_event_invoke_configs,
        )
        .on::<api::ListFunctions>(|_, _| Ok(Access::any()), function::list_functions)
        .on::<api::ListLayerVersions>(|_, _| Ok(Access::any()), layer::list_layer_versions)
        .on::<api::ListLayers>(|_, _| Ok(Access::any()), layer::list_layers)
        .on::<api::ListTags>(|_, i| Ok(Access::to(&i.resource)), tags::list_tags)
        .on::<api::ListVersionsByFunction>(
            |ctx, i| function_access(ctx, &i.function_name),
            version::list_versions_by_function,
        )
}
