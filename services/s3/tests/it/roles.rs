//! Clouds with roles that S3 may take on.

use api_iam::{CreateRole, CreateRoleInput, PutRolePolicy, PutRolePolicyInput};
use serde_json::{Value, json};
use testkit::TestCloud;

/// A cloud with S3, keys, queues and roles.
pub(crate) fn with_roles() -> TestCloud {
    TestCloud::new(|parts| {
        vec![
            svc_s3::service(parts),
            svc_s3::control(parts),
            svc_kms::service(parts),
            svc_sqs::service(parts),
            svc_iam::service(parts),
            svc_sts::service(parts),
        ]
    })
}

/// A role that a service may take on, with a policy of this statement; its ARN.
pub(crate) async fn role(cloud: &TestCloud, name: &str, service: &str, statement: Value) -> String {
    let trust = json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole",
        // S3 says on account of what it acts: a bucket, or a job.
        "Condition": {"StringLike": {"aws:SourceArn": "arn:aws:s3*"}},
    }});
    let input = CreateRoleInput {
        role_name: name.to_owned(),
        assume_role_policy_document: trust.to_string(),
        ..CreateRoleInput::default()
    };
    let arn = cloud.call::<CreateRole>(input).await.unwrap().role.arn;
    may(cloud, name, statement).await;
    arn
}

/// Gives a role another policy.
pub(crate) async fn may(cloud: &TestCloud, name: &str, statement: Value) {
    let input = PutRolePolicyInput {
        role_name: name.to_owned(),
        policy_name: "p".to_owned(),
        policy_document: json!({"Version": "2012-10-17", "Statement": statement}).to_string(),
    };
    cloud.call::<PutRolePolicy>(input).await.unwrap();
}

/// Whatever is asked for.
pub(crate) fn everything() -> Value {
    json!({"Effect": "Allow", "Action": "*", "Resource": "*"})
}
