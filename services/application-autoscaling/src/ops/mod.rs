//! The operation table: what each operation touches, and the handler that does it.

mod action;
mod activity;
mod address;
mod policy;
mod tags;
mod target;

use api_application_autoscaling as api;
use service_kit::{Access, Operations};
pub(crate) use tags::TargetTags;

use address::access;

/// All operations of the service, sorted.
pub(crate) fn table() -> Operations {
    Operations::new()
        .on::<api::DeleteScalingPolicy>(
            |ctx, i| Ok(access(ctx, &i.service_namespace, &i.scalable_dimension)),
            policy::delete_scaling_policy,
        )
        .on::<api::DeleteScheduledAction>(
            |ctx, i| Ok(access(ctx, &i.service_namespace, &i.scalable_dimension)),
            action::delete_scheduled_action,
        )
        .on::<api::DeregisterScalableTarget>(
            |ctx, i| Ok(access(ctx, &i.service_namespace, &i.scalable_dimension)),
            target::deregister_scalable_target,
        )
        .on::<api::DescribeScalableTargets>(|_, _| Ok(Access::any()), target::describe_scalable_targets)
        .on::<api::DescribeScalingActivities>(|_, _| Ok(Access::any()), activity::describe_scaling_activities)
        .on::<api::DescribeScalingPolicies>(|_, _| Ok(Access::any()), policy::describe_scaling_policies)
        .on::<api::DescribeScheduledActions>(|_, _| Ok(Access::any()), action::describe_scheduled_actions)
        .on::<api::GetPredictiveScalingForecast>(|_, _| Ok(Access::any()), policy::get_predictive_scaling_forecast)
        .on::<api::ListTagsForResource>(|_, i| Ok(Access::to(&i.resource_arn)), tags::list_tags_for_resource)
        .on::<api::PutScalingPolicy>(
            |ctx, i| Ok(access(ctx, &i.service_namespace, &i.scalable_dimension)),
            policy::put_scaling_policy,
        )
        .on::<api::PutScheduledAction>(
            |ctx, i| Ok(access(ctx, &i.service_namespace, &i.scalable_dimension)),
            action::put_scheduled_action,
        )
        .on::<api::RegisterScalableTarget>(target::access_to_register, target::register_scalable_target)
        .on::<api::TagResource>(tags::access_to_tag, tags::tag_resource)
        .on::<api::UntagResource>(
            |_, i| Ok(Access::to(&i.resource_arn).with_tag_keys(i.tag_keys.iter().map(String::as_str))),
            tags::untag_resource,
        )
}
