//! Operations on what a bucket is configured to be, one noun a file.

mod acl;
mod analytics;
mod collected;
mod cors;
mod destination;
mod encryption;
mod intelligent_tiering;
mod inventory;
mod kept;
mod lifecycle;
mod logging;
mod metrics;
mod notification;
mod object_lock;
mod ownership;
mod policy;
mod public_access;
mod refused;
mod replication;
mod switches;
mod tagging;
mod versioning;
mod website;

use api_s3 as api;
use service_kit::Operations;

use crate::access::bucket as access;

/// Adds them to the table, sorted.
pub(super) fn add(table: Operations) -> Operations {
    writes(reads(deletes(table)))
}

fn deletes(table: Operations) -> Operations {
    table
        .on::<api::DeleteBucketAnalyticsConfiguration>(
            |ctx, i| access::any(ctx, &i.bucket),
            analytics::delete_bucket_analytics_configuration,
        )
        .on::<api::DeleteBucketCors>(|ctx, i| access::any(ctx, &i.bucket), cors::delete_bucket_cors)
        .on::<api::DeleteBucketEncryption>(|ctx, i| access::any(ctx, &i.bucket), encryption::delete_bucket_encryption)
        .on::<api::DeleteBucketIntelligentTieringConfiguration>(
            |ctx, i| access::any(ctx, &i.bucket),
            intelligent_tiering::delete_bucket_intelligent_tiering_configuration,
        )
        .on::<api::DeleteBucketInventoryConfiguration>(
            |ctx, i| access::any(ctx, &i.bucket),
            inventory::delete_bucket_inventory_configuration,
        )
        .on::<api::DeleteBucketLifecycle>(|ctx, i| access::any(ctx, &i.bucket), lifecycle::delete_bucket_lifecycle)
        .on::<api::DeleteBucketMetricsConfiguration>(
            |ctx, i| access::any(ctx, &i.bucket),
            metrics::delete_bucket_metrics_configuration,
        )
        .on::<api::DeleteBucketOwnershipControls>(
            |ctx, i| access::any(ctx, &i.bucket),
            ownership::delete_bucket_ownership_controls,
        )
        .on::<api::DeleteBucketPolicy>(|ctx, i| access::any(ctx, &i.bucket), policy::delete_bucket_policy)
        .on::<api::DeleteBucketReplication>(
            |ctx, i| access::any(ctx, &i.bucket),
            replication::delete_bucket_replication,
        )
        .on::<api::DeleteBucketTagging>(|ctx, i| access::any(ctx, &i.bucket), tagging::delete_bucket_tagging)
        .on::<api::DeleteBucketWebsite>(|ctx, i| access::any(ctx, &i.bucket), website::delete_bucket_website)
        .on::<api::DeletePublicAccessBlock>(
            |ctx, i| access::any(ctx, &i.bucket),
            public_access::delete_public_access_block,
        )
}

fn reads(table: Operations) -> Operations {
    table
        .on::<api::GetBucketAbac>(|ctx, i| access::any(ctx, &i.bucket), switches::get_bucket_abac)
        .on::<api::GetBucketAccelerateConfiguration>(
            |ctx, i| access::any(ctx, &i.bucket),
            switches::get_bucket_accelerate_configuration,
        )
        .on::<api::GetBucketAcl>(|ctx, i| access::any(ctx, &i.bucket), acl::get_bucket_acl)
        .on::<api::GetBucketAnalyticsConfiguration>(
            |ctx, i| access::any(ctx, &i.bucket),
            analytics::get_bucket_analytics_configuration,
        )
        .on::<api::GetBucketCors>(|ctx, i| access::any(ctx, &i.bucket), cors::get_bucket_cors)
        .on::<api::GetBucketEncryption>(|ctx, i| access::any(ctx, &i.bucket), encryption::get_bucket_encryption)
        .on::<api::GetBucketIntelligentTieringConfiguration>(
            |ctx, i| access::any(ctx, &i.bucket),
            intelligent_tiering::get_bucket_intelligent_tiering_configuration,
        )
        .on::<api::GetBucketInventoryConfiguration>(
            |ctx, i| access::any(ctx, &i.bucket),
            inventory::get_bucket_inventory_configuration,
        )
        .on::<api::GetBucketLifecycleConfiguration>(
            |ctx, i| access::any(ctx, &i.bucket),
            lifecycle::get_bucket_lifecycle_configuration,
        )
        .on::<api::GetBucketLogging>(|ctx, i| access::any(ctx, &i.bucket), logging::get_bucket_logging)
        .on::<api::GetBucketMetricsConfiguration>(
            |ctx, i| access::any(ctx, &i.bucket),
            metrics::get_bucket_metrics_configuration,
        )
        .on::<api::GetBucketNotificationConfiguration>(
            |ctx, i| access::any(ctx, &i.bucket),
            notification::get_bucket_notification_configuration,
        )
        .on::<api::GetBucketOwnershipControls>(
            |ctx, i| access::any(ctx, &i.bucket),
            ownership::get_bucket_ownership_controls,
        )
        .on::<api::GetBucketPolicy>(|ctx, i| access::any(ctx, &i.bucket), policy::get_bucket_policy)
        .on::<api::GetBucketPolicyStatus>(|ctx, i| access::any(ctx, &i.bucket), policy::get_bucket_policy_status)
        .on::<api::GetBucketReplication>(|ctx, i| access::any(ctx, &i.bucket), replication::get_bucket_replication)
        .on::<api::GetBucketRequestPayment>(|ctx, i| access::any(ctx, &i.bucket), switches::get_bucket_request_payment)
        .on::<api::GetBucketTagging>(|ctx, i| access::any(ctx, &i.bucket), tagging::get_bucket_tagging)
        .on::<api::GetBucketVersioning>(|ctx, i| access::any(ctx, &i.bucket), versioning::get_bucket_versioning)
        .on::<api::GetBucketWebsite>(|ctx, i| access::any(ctx, &i.bucket), website::get_bucket_website)
        .on::<api::GetObjectLockConfiguration>(
            |ctx, i| access::any(ctx, &i.bucket),
            object_lock::get_object_lock_configuration,
        )
        .on::<api::GetPublicAccessBlock>(|ctx, i| access::any(ctx, &i.bucket), public_access::get_public_access_block)
        .on::<api::ListBucketAnalyticsConfigurations>(
            |ctx, i| access::any(ctx, &i.bucket),
            analytics::list_bucket_analytics_configurations,
        )
        .on::<api::ListBucketIntelligentTieringConfigurations>(
            |ctx, i| access::any(ctx, &i.bucket),
            intelligent_tiering::list_bucket_intelligent_tiering_configurations,
        )
        .on::<api::ListBucketInventoryConfigurations>(
            |ctx, i| access::any(ctx, &i.bucket),
            inventory::list_bucket_inventory_configurations,
        )
        .on::<api::ListBucketMetricsConfigurations>(
            |ctx, i| access::any(ctx, &i.bucket),
            metrics::list_bucket_metrics_configurations,
        )
}

fn writes(table: Operations) -> Operations {
    table
        .on::<api::PutBucketAbac>(|ctx, i| access::any(ctx, &i.bucket), switches::put_bucket_abac)
        .on::<api::PutBucketAccelerateConfiguration>(
            |ctx, i| access::any(ctx, &i.bucket),
            switches::put_bucket_accelerate_configuration,
        )
        .on::<api::PutBucketAcl>(access::put_acl, acl::put_bucket_acl)
        .on::<api::PutBucketAnalyticsConfiguration>(
            |ctx, i| access::any(ctx, &i.bucket),
            analytics::put_bucket_analytics_configuration,
        )
        .on::<api::PutBucketCors>(|ctx, i| access::any(ctx, &i.bucket), cors::put_bucket_cors)
        .on::<api::PutBucketEncryption>(|ctx, i| access::any(ctx, &i.bucket), encryption::put_bucket_encryption)
        .on::<api::PutBucketIntelligentTieringConfiguration>(
            |ctx, i| access::any(ctx, &i.bucket),
            intelligent_tiering::put_bucket_intelligent_tiering_configuration,
        )
        .on::<api::PutBucketInventoryConfiguration>(
            |ctx, i| access::any(ctx, &i.bucket),
            inventory::put_bucket_inventory_configuration,
        )
        .on::<api::PutBucketLifecycleConfiguration>(
            |ctx, i| access::any(ctx, &i.bucket),
            lifecycle::put_bucket_lifecycle_configuration,
        )
        .on::<api::PutBucketLogging>(|ctx, i| access::any(ctx, &i.bucket), logging::put_bucket_logging)
        .on::<api::PutBucketMetricsConfiguration>(
            |ctx, i| access::any(ctx, &i.bucket),
            metrics::put_bucket_metrics_configuration,
        )
        .on::<api::PutBucketNotificationConfiguration>(
            |ctx, i| access::any(ctx, &i.bucket),
            notification::put_bucket_notification_configuration,
        )
        .on::<api::PutBucketOwnershipControls>(
            |ctx, i| access::any(ctx, &i.bucket),
            ownership::put_bucket_ownership_controls,
        )
        .on::<api::PutBucketPolicy>(|ctx, i| access::any(ctx, &i.bucket), policy::put_bucket_policy)
        .on::<api::PutBucketReplication>(access::put_replication, replication::put_bucket_replication)
        .on::<api::PutBucketRequestPayment>(|ctx, i| access::any(ctx, &i.bucket), switches::put_bucket_request_payment)
        .on::<api::PutBucketTagging>(access::put_tagging, tagging::put_bucket_tagging)
        .on::<api::PutBucketVersioning>(|ctx, i| access::any(ctx, &i.bucket), versioning::put_bucket_versioning)
        .on::<api::PutBucketWebsite>(|ctx, i| access::any(ctx, &i.bucket), website::put_bucket_website)
        .on::<api::PutObjectLockConfiguration>(
            |ctx, i| access::any(ctx, &i.bucket),
            object_lock::put_object_lock_configuration,
        )
        .on::<api::PutPublicAccessBlock>(|ctx, i| access::any(ctx, &i.bucket), public_access::put_public_access_block)
}
