//! The operation table: what each operation touches, and the handler that does it.

mod change_set;
mod diff;
mod drift;
mod exports;
mod find;
mod intake;
mod protection;
mod recovery;
mod resource;
mod shown;
mod stack;
mod template;
mod transforms;

use api_cloudformation as api;
use service_kit::{Access, Operations};

use find::{access, access_with};

/// All operations of the service, sorted.
pub(crate) fn table() -> Operations {
    Operations::new()
        .on::<api::CancelUpdateStack>(|ctx, i| access(ctx, &i.stack_name), recovery::cancel_update_stack)
        .on::<api::ContinueUpdateRollback>(
            |ctx, i| access_with(ctx, &i.stack_name, i.role_arn.as_deref()),
            recovery::continue_update_rollback,
        )
        .on::<api::CreateChangeSet>(change_set::access_to_create, change_set::create_change_set)
        .on::<api::CreateStack>(stack::access_to_create, stack::create_stack)
        .on::<api::DeleteChangeSet>(
            |ctx, i| change_set::access(ctx, i.stack_name.as_deref(), &i.change_set_name),
            change_set::delete_change_set,
        )
        .on::<api::DeleteStack>(|ctx, i| access_with(ctx, &i.stack_name, i.role_arn.as_deref()), stack::delete_stack)
        .on::<api::DescribeAccountLimits>(|_, _| Ok(Access::any()), protection::describe_account_limits)
        .on::<api::DescribeChangeSet>(
            |ctx, i| change_set::access(ctx, i.stack_name.as_deref(), &i.change_set_name),
            change_set::describe_change_set,
        )
        .on::<api::DescribeStackDriftDetectionStatus>(
            |_, _| Ok(Access::any()),
            drift::describe_stack_drift_detection_status,
        )
        .on::<api::DescribeStackEvents>(|ctx, i| access(ctx, &i.stack_name), resource::describe_stack_events)
        .on::<api::DescribeStackResource>(|ctx, i| access(ctx, &i.stack_name), resource::describe_stack_resource)
        .on::<api::DescribeStackResourceDrifts>(
            |ctx, i| access(ctx, &i.stack_name),
            drift::describe_stack_resource_drifts,
        )
        .on::<api::DescribeStackResources>(
            |ctx, i| find::access_to_some(ctx, i.stack_name.as_deref()),
            resource::describe_stack_resources,
        )
        .on::<api::DescribeStacks>(|ctx, i| find::access_to_some(ctx, i.stack_name.as_deref()), stack::describe_stacks)
        .on::<api::DetectStackDrift>(|ctx, i| access(ctx, &i.stack_name), drift::detect_stack_drift)
        .on::<api::DetectStackResourceDrift>(|ctx, i| access(ctx, &i.stack_name), drift::detect_stack_resource_drift)
        .on::<api::ExecuteChangeSet>(
            |ctx, i| change_set::access(ctx, i.stack_name.as_deref(), &i.change_set_name),
            change_set::execute_change_set,
        )
        .on::<api::GetStackPolicy>(|ctx, i| access(ctx, &i.stack_name), protection::get_stack_policy)
        .on::<api::GetTemplate>(|ctx, i| find::access_to_some(ctx, i.stack_name.as_deref()), template::get_template)
        .on::<api::GetTemplateSummary>(
            |ctx, i| find::access_to_some(ctx, i.stack_name.as_deref()),
            template::get_template_summary,
        )
        .on::<api::ListChangeSets>(|ctx, i| access(ctx, &i.stack_name), change_set::list_change_sets)
        .on::<api::ListExports>(|_, _| Ok(Access::any()), exports::list_exports)
        .on::<api::ListImports>(|_, _| Ok(Access::any()), exports::list_imports)
        .on::<api::ListStackResources>(|ctx, i| access(ctx, &i.stack_name), resource::list_stack_resources)
        .on::<api::ListStacks>(|_, _| Ok(Access::any()), stack::list_stacks)
        .on::<api::RollbackStack>(
            |ctx, i| access_with(ctx, &i.stack_name, i.role_arn.as_deref()),
            recovery::rollback_stack,
        )
        .on::<api::SetStackPolicy>(
            |ctx, i| Ok(find::with_policy(access(ctx, &i.stack_name)?, i.stack_policy_url.as_deref())),
            protection::set_stack_policy,
        )
        .on::<api::UpdateStack>(stack::access_to_update, stack::update_stack)
        .on::<api::UpdateTerminationProtection>(
            |ctx, i| access(ctx, &i.stack_name),
            protection::update_termination_protection,
        )
        .on::<api::ValidateTemplate>(|_, _| Ok(Access::any()), template::validate_template)
}
