//! The operation table of S3 Control: access points, jobs, switches of whole accounts, tags.

mod access_point;
mod address;
mod error;
mod job;
mod job_tags;
mod policy;
mod public_access;
mod tags;

use address::{to_point, to_resource};
use api_s3control as api;
use service_kit::Operations;

/// All operations of the API, sorted.
pub(crate) fn table() -> Operations {
    Operations::new()
        .on::<api::CreateAccessPoint>(access_point::access_to_create, access_point::create_access_point)
        .on::<api::CreateJob>(job::access_to_create, job::create_job)
        .on::<api::DeleteAccessPoint>(|ctx, i| to_point(ctx, &i.account_id, &i.name), access_point::delete_access_point)
        .on::<api::DeleteAccessPointPolicy>(
            |ctx, i| to_point(ctx, &i.account_id, &i.name),
            policy::delete_access_point_policy,
        )
        .on::<api::DeleteJobTagging>(|ctx, i| job::access(ctx, &i.job_id), job_tags::delete_job_tagging)
        .on::<api::DeletePublicAccessBlock>(
            |ctx, _| public_access::access(ctx),
            public_access::delete_public_access_block,
        )
        .on::<api::DescribeJob>(|ctx, i| job::access(ctx, &i.job_id), job::describe_job)
        .on::<api::GetAccessPoint>(|ctx, i| to_point(ctx, &i.account_id, &i.name), access_point::get_access_point)
        .on::<api::GetAccessPointPolicy>(
            |ctx, i| to_point(ctx, &i.account_id, &i.name),
            policy::get_access_point_policy,
        )
        .on::<api::GetAccessPointPolicyStatus>(
            |ctx, i| to_point(ctx, &i.account_id, &i.name),
            policy::get_access_point_policy_status,
        )
        .on::<api::GetJobTagging>(|ctx, i| job::access(ctx, &i.job_id), job_tags::get_job_tagging)
        .on::<api::GetPublicAccessBlock>(|ctx, _| public_access::access(ctx), public_access::get_public_access_block)
        .on::<api::ListAccessPoints>(|ctx, _| public_access::access(ctx), access_point::list_access_points)
        .on::<api::ListJobs>(|ctx, _| public_access::access(ctx), job::list_jobs)
        .on::<api::ListTagsForResource>(|ctx, i| to_resource(ctx, &i.resource_arn), tags::list_tags_for_resource)
        .on::<api::PutAccessPointPolicy>(
            |ctx, i| to_point(ctx, &i.account_id, &i.name),
            policy::put_access_point_policy,
        )
        .on::<api::PutJobTagging>(job_tags::access_to_put, job_tags::put_job_tagging)
        .on::<api::PutPublicAccessBlock>(|ctx, _| public_access::access(ctx), public_access::put_public_access_block)
        .on::<api::TagResource>(tags::access_to_tag, tags::tag_resource)
        .on::<api::UntagResource>(tags::access_to_untag, tags::untag_resource)
        .on::<api::UpdateJobPriority>(job::access_to_reprioritise, job::update_job_priority)
        .on::<api::UpdateJobStatus>(|ctx, i| job::access(ctx, &i.job_id), job::update_job_status)
}
