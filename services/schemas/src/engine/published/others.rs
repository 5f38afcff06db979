//! Events of the other services. Source: EventBridge events reference, a page for each service; the schema registry's own:
//! EventBridge user guide, "Schema registry events".

use super::Example;

/// Service, detail type, detail.
pub(super) const EVENTS: &[Example] = &[
    ("aws.events", "Scheduled Event", "{}"),
    ("aws.ec2", "EC2 Instance State-change Notification", r#"{"instance-id":"i-1","state":"pending"}"#),
    ("aws.kms", "KMS CMK Deletion", r#"{"key-id":"k"}"#),
    ("aws.kms", "KMS CMK Rotation", r#"{"key-id":"k"}"#),
    ("aws.kms", "KMS Imported Key Material Expiration", r#"{"key-id":"k"}"#),
    (
        "aws.application-autoscaling",
        "Application Auto Scaling Scaling Activity State Change",
        r#"{"startTime":"2022-06-12T23:23:40Z","endTime":"2022-06-12T23:23:40Z","newDesiredCapacity":5,
        "oldDesiredCapacity":3,"minCapacity":2,"maxCapacity":5,"resourceId":"service/c/s",
        "scalableDimension":"ecs:service:DesiredCount","serviceNamespace":"ecs","statusCode":"Successful",
        "scaledToMax":true,"direction":"scale-out"}"#,
    ),
    (
        "aws.schemas",
        "Schema Created",
        r#"{"SchemaName":"s","SchemaType":"OpenApi3","RegistryName":"r","CreationDate":"2019-05-31T00:00:00Z",
        "Version":"1"}"#,
    ),
    (
        "aws.schemas",
        "Schema Version Created",
        r#"{"SchemaName":"s","SchemaType":"OpenApi3","RegistryName":"r","CreationDate":"2019-05-31T00:00:00Z",
        "Version":"5"}"#,
    ),
];
