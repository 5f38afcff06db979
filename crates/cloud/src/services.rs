//! The only list of services.

use service_kit::{CloudParts, Service};

/// Every service of this build.
pub fn all(parts: &CloudParts) -> Vec<Service> {
    vec![
        // One sorted line each.
        svc_cloudtrail::service(parts),
        svc_dynamodb::service(parts),
        svc_dynamodb::streams(parts),
        svc_iam::service(parts),
        svc_kms::service(parts),
        svc_organizations::service(parts),
        svc_sqs::service(parts),
        svc_sts::service(parts),
    ]
}
