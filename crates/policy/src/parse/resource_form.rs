//! The form of a resource: `*` or an ARN, with IAM's texts for each way to miss it.

use crate::malformed::Malformed;

/// Source: the endpoints' partitions of AWS's SDKs.
const PARTITIONS: [&str; 8] =
    ["aws", "aws-cn", "aws-eusc", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-us-gov"];

/// What an ARN of IAM may begin its resource with, in the order of IAM's message.
const IAM_PATHS: [&str; 13] = [
    "user/",
    "federated-user/",
    "role/",
    "group/",
    "instance-profile/",
    "mfa/",
    "server-certificate/",
    "policy/",
    "sms-mfa/",
    "saml-provider/",
    "oidc-provider/",
    "report/",
    "access-report/",
];

/// The resources of S3 that do have a region. Source: service authorization reference, "Actions, resources, and
/// condition keys for Amazon S3".
const REGIONAL_S3: [&str; 6] =
    ["accesspoint/", "access-grants/", "async-request/", "job/", "storage-lens/", "storage-lens-group/"];

/// What is wrong with a resource, if anything.
pub(crate) fn fault(resource: &str) -> Option<Malformed> {
    if resource == "*" {
        return None;
    }
    let mut parts = resource.splitn(6, ':').skip(1);
    let Some(partition) = parts.next() else {
        return Some(Malformed::new(format!("Resource {resource} must be in ARN format or \"*\".")));
    };
    if partition != "*" && !PARTITIONS.contains(&partition) {
        return Some(wrong_partition(partition, resource));
    }
    let Some(service) = parts.next().filter(|service| !service.contains(['*', '?'])) else {
        return Some(Malformed::new("Resource vendor must be fully qualified and cannot contain regexes."));
    };
    // An ARN that ends after its service leaves region, account and resource open.
    let region = parts.next()?;
    let id = parts.nth(1).unwrap_or("");
    match service {
        "iam" if !region.is_empty() => {
            Some(Malformed::new(format!("IAM resource {resource} cannot contain region information.")))
        }
        "s3" if !region.is_empty() && !REGIONAL_S3.iter().any(|path| id.starts_with(path)) => {
            Some(Malformed::new(format!("Resource {resource} can not contain region information.")))
        }
        "iam" => wrong_path(resource, id),
        _ => None,
    }
}

/// IAM's message fills what is left out with `*`.
fn wrong_partition(partition: &str, resource: &str) -> Malformed {
    let mut rest = resource.splitn(6, ':').skip(2);
    let mut part = || rest.next().unwrap_or("*");
    let arn = format!("arn:{partition}:{}:{}:{}:{}", part(), part(), part(), part());
    Malformed::new(format!("Partition \"{partition}\" is not valid for resource \"{arn}\"."))
}

fn wrong_path(resource: &str, id: &str) -> Option<Malformed> {
    let short = resource.matches(':').count() < 5;
    // AWS's own managed policies name `root`, which the message does not.
    let known = short || matches!(id, "*" | "root") || IAM_PATHS.iter().any(|path| id.starts_with(path));
    let message = || format!("IAM resource path must either be \"*\" or start with {}.", IAM_PATHS.join(", "));
    (!known).then(|| Malformed::new(message()))
}

/// Whether IAM's older parser takes a resource whose form is right: it wants a service, and all parts once one of them
/// is empty.
pub(crate) fn is_parsed(resource: &str) -> bool {
    let complete = resource.matches(':').count() >= 5 || !resource.contains("::");
    resource == "*" || (complete && resource.split(':').nth(2).is_some_and(|service| !service.is_empty()))
}
