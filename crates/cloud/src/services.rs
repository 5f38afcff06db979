//! The only list of services.

use service_kit::{CloudParts, Service};

/// Every service of this build.
pub fn all(parts: &CloudParts) -> Vec<Service> {
    vec![
        // One sorted line each.
        svc_application_autoscaling::service(parts),
        svc_cloudformation::service(parts),
        svc_cloudtrail::service(parts),
        svc_dynamodb::service(parts),
        svc_dynamodb::streams(parts),
        svc_events::service(parts),
        svc_firehose::service(parts),
        svc_glacier::service(parts),
        svc_iam::service(parts),
        svc_kinesis::service(parts),
        svc_kms::service(parts),
        svc_lambda::service(parts),
        svc_logs::service(parts),
        svc_organizations::service(parts),
        svc_pipes::service(parts),
        svc_s3::control(parts),
        svc_s3::service(parts),
        svc_scheduler::service(parts),
        svc_schemas::service(parts),
        svc_sns::service(parts),
        svc_sqs::service(parts),
        svc_sts::service(parts),
    ]
}
