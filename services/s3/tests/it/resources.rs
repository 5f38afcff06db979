//! Resource types: a bucket, its policy and its access point as a stack makes them, from inside an operation of another service.

use std::sync::Arc;

use api_sts::{GetCallerIdentity, GetCallerIdentityInput, GetCallerIdentityOutput};
use serde_json::{Value, json};
use service_kit::{Access, Ctx, Operations, Outcome, PropertySource, ResourceType, Service};
use testkit::TestCloud;

fn properties(value: Value) -> PropertySource {
    serde_json::from_value(value).unwrap()
}

fn resource(ctx: &Ctx, name: &str) -> Arc<dyn ResourceType> {
    ctx.cloud().resource_types().find(|resource| resource.name() == name).unwrap().clone()
}

/// Stands for CloudFormation: its one operation is a stack's life. A panic in it fails the call.
async fn stack(operation: Operations) {
    let cloud = TestCloud::new(|parts| {
        vec![svc_s3::service(parts), svc_s3::control(parts), Service::new(&api_sts::SERVICE, operation)]
    });
    cloud.call::<GetCallerIdentity>(GetCallerIdentityInput::default()).await.unwrap();
}

/// Everything that a bucket may be told.
fn everything(target: &str) -> Value {
    let arn = format!("arn:aws:s3:::{target}");
    let all = json!({"Key": "k", "Value": "v"});
    json!({
        "AccelerateConfiguration": {"AccelerationStatus": "Enabled"},
        "AnalyticsConfigurations": [{"Id": "a", "Prefix": "p", "StorageClassAnalysis": {}}],
        "BucketEncryption": {"ServerSideEncryptionConfiguration": [
            {"BucketKeyEnabled": false, "ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}},
        ]},
        "BucketName": "b-whole",
        "CorsConfiguration": {"CorsRules": [
            {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "ExposedHeaders": ["x-a"], "Id": "c", "MaxAge": 3},
        ]},
        "IntelligentTieringConfigurations": [
            {"Id": "t", "Prefix": "p", "Status": "Enabled", "Tierings": [{"AccessTier": "ARCHIVE_ACCESS", "Days": 90}]},
        ],
        "InventoryConfigurations": [{
            "Destination": {"BucketArn": arn, "Format": "CSV"}, "Enabled": true, "Id": "i", "IncludedObjectVersions": "All",
            "ScheduleFrequency": "Daily",
        }],
        "LifecycleConfiguration": {"Rules": [
            {"ExpirationInDays": 30, "Id": "l", "Prefix": "p", "Status": "Enabled", "TagFilters": [all]},
            {"Id": "n", "NoncurrentVersionExpiration": {"NoncurrentDays": 3}, "Status": "Enabled"},
            {"ExpirationDate": "2030-01-01T00:00:00Z", "Id": "d", "Prefix": "d", "Status": "Enabled"},
        ]},
        "LoggingConfiguration": {"DestinationBucketName": target, "LogFilePrefix": "log/"},
        "MetricsConfigurations": [{"Id": "m", "Prefix": "p", "TagFilters": [all]}],
        "NotificationConfiguration": {"EventBridgeConfiguration": {"EventBridgeEnabled": true}},
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]},
        "PublicAccessBlockConfiguration": {
            "BlockPublicAcls": true, "BlockPublicPolicy": false, "IgnorePublicAcls": true, "RestrictPublicBuckets": false,
        },
        "Tags": [{"Key": "a", "Value": "1"}],
        "VersioningConfiguration": {"Status": "Enabled"},
        "WebsiteConfiguration": {
            "ErrorDocument": "e.html", "IndexDocument": "i.html",
            "RoutingRules": [
                {"RedirectRule": {"HostName": "h"}, "RoutingRuleCondition": {"KeyPrefixEquals": "old/"}},
            ],
        },
    })
}

async fn bucket_life(ctx: &Ctx, _: GetCallerIdentityInput) -> Outcome<GetCallerIdentity> {
    let bucket = resource(ctx, "AWS::S3::Bucket");
    let target =
        json!({"BucketName": "b-target", "OwnershipControls": {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}});
    let target = bucket.create(ctx, properties(target)).await.unwrap();
    let wanted = everything(&target);
    let id = bucket.create(ctx, properties(wanted.clone())).await.unwrap();
    assert_eq!(id, "b-whole");
    let read = bucket.read(ctx, &id).await.unwrap().unwrap();
    for (name, value) in wanted.as_object().unwrap() {
        assert_eq!(read.get(name), Some(value), "{name}");
    }
    assert_eq!(read["Arn"], "arn:aws:s3:::b-whole");
    assert_eq!(read["RegionalDomainName"], "b-whole.s3.us-east-1.amazonaws.com");
    assert_eq!(read["WebsiteURL"], "http://b-whole.s3-website-us-east-1.amazonaws.com");
    assert_eq!(bucket.relationships(ctx, &id).await.unwrap(), [bucket.arn(ctx, &target)]);

    let changed = json!({
        "BucketName": "b-whole",
        "CorsConfiguration": {"CorsRules": [{"AllowedMethods": ["PUT"], "AllowedOrigins": ["*"]}]},
        "MetricsConfigurations": [{"Id": "other"}],
        "Tags": [{"Key": "b", "Value": "2"}],
    });
    bucket.update(ctx, &id, properties(changed.clone())).await.unwrap();
    let read = bucket.read(ctx, &id).await.unwrap().unwrap();
    for (name, value) in changed.as_object().unwrap() {
        assert_eq!(read.get(name), Some(value), "{name}");
    }
    let gone = [
        "AnalyticsConfigurations",
        "IntelligentTieringConfigurations",
        "InventoryConfigurations",
        "LifecycleConfiguration",
        "LoggingConfiguration",
        "NotificationConfiguration",
        "WebsiteConfiguration",
    ];
    gone.iter().for_each(|name| assert_eq!(read.get(*name), None, "{name}"));
    assert_eq!(read["VersioningConfiguration"]["Status"], "Suspended");
    assert_eq!(read["PublicAccessBlockConfiguration"]["RestrictPublicBuckets"], true);
    assert_eq!(read["OwnershipControls"]["Rules"][0]["ObjectOwnership"], "BucketOwnerEnforced");

    assert_eq!(bucket.list(ctx).await.unwrap(), ["b-target", "b-whole"]);
    bucket.delete(ctx, &id).await.unwrap();
    bucket.delete(ctx, &id).await.unwrap();
    assert_eq!(bucket.read(ctx, &id).await.unwrap(), None);
    Ok(GetCallerIdentityOutput::default())
}

async fn bucket_births(ctx: &Ctx, _: GetCallerIdentityInput) -> Outcome<GetCallerIdentity> {
    let bucket = resource(ctx, "AWS::S3::Bucket");
    let mut unnamed = properties(json!({}));
    bucket.name_it(&mut unnamed, &|longest| "Stack-Bucket-ABC".chars().take(longest).collect());
    assert_eq!(unnamed["BucketName"], "stack-bucket-abc");

    let locked = json!({
        "BucketName": "b-locked", "ObjectLockEnabled": true,
        "ObjectLockConfiguration": {
            "ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}},
        },
    });
    let id = bucket.create(ctx, properties(locked.clone())).await.unwrap();
    let read = bucket.read(ctx, &id).await.unwrap().unwrap();
    assert_eq!(read["ObjectLockConfiguration"], locked["ObjectLockConfiguration"]);
    assert_eq!(read["ObjectLockEnabled"], true);

    let open = json!({
        "BucketName": "b-open", "AccessControl": "LogDeliveryWrite",
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "ObjectWriter"}]},
    });
    bucket.create(ctx, properties(open)).await.unwrap();

    let wrong = json!({"BucketName": "b-wrong", "CorsConfiguration": {"CorsRules": [
        {"AllowedMethods": ["FLY"], "AllowedOrigins": ["*"]},
    ]}});
    assert!(bucket.create(ctx, properties(wrong)).await.is_err());
    assert_eq!(bucket.read(ctx, "b-wrong").await.unwrap(), None);
    Ok(GetCallerIdentityOutput::default())
}

fn document(resource: &str) -> Value {
    let statement = json!({
        "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:root"}, "Action": "s3:GetObject",
        "Resource": resource,
    });
    json!({"Version": "2012-10-17", "Statement": [statement]})
}

async fn policy_life(ctx: &Ctx, _: GetCallerIdentityInput) -> Outcome<GetCallerIdentity> {
    let (bucket, policy) = (resource(ctx, "AWS::S3::Bucket"), resource(ctx, "AWS::S3::BucketPolicy"));
    bucket.create(ctx, properties(json!({"BucketName": "b-policy"}))).await.unwrap();
    let of = |resource: &str| properties(json!({"Bucket": "b-policy", "PolicyDocument": document(resource)}));
    let id = policy.create(ctx, of("arn:aws:s3:::b-policy/a")).await.unwrap();
    assert_eq!(policy.read(ctx, &id).await.unwrap(), Some(of("arn:aws:s3:::b-policy/a")));
    policy.update(ctx, &id, of("arn:aws:s3:::b-policy/b")).await.unwrap();
    assert_eq!(policy.read(ctx, &id).await.unwrap(), Some(of("arn:aws:s3:::b-policy/b")));
    assert_eq!(policy.list(ctx).await.unwrap(), std::slice::from_ref(&id));
    assert_eq!(policy.relationships(ctx, &id).await.unwrap(), ["arn:aws:s3:::b-policy"]);
    policy.delete(ctx, &id).await.unwrap();
    assert_eq!(policy.read(ctx, &id).await.unwrap(), None);
    bucket.delete(ctx, "b-policy").await.unwrap();
    policy.delete(ctx, &id).await.unwrap();
    Ok(GetCallerIdentityOutput::default())
}

async fn point_life(ctx: &Ctx, _: GetCallerIdentityInput) -> Outcome<GetCallerIdentity> {
    let (bucket, point) = (resource(ctx, "AWS::S3::Bucket"), resource(ctx, "AWS::S3::AccessPoint"));
    bucket.create(ctx, properties(json!({"BucketName": "b-point"}))).await.unwrap();
    let arn = point.arn(ctx, "point");
    let wanted = json!({"Bucket": "b-point", "Name": "point", "Policy": document(&format!("{arn}/object/*"))});
    let id = point.create(ctx, properties(wanted.clone())).await.unwrap();
    let read = point.read(ctx, &id).await.unwrap().unwrap();
    for (name, value) in wanted.as_object().unwrap() {
        assert_eq!(read.get(name), Some(value), "{name}");
    }
    assert_eq!((&read["Arn"], &read["NetworkOrigin"]), (&json!(arn), &json!("Internet")));
    assert!(read["Alias"].as_str().unwrap().ends_with("-s3alias"));
    point.update(ctx, &id, properties(json!({"Bucket": "b-point", "Name": "point"}))).await.unwrap();
    assert_eq!(point.read(ctx, &id).await.unwrap().unwrap().get("Policy"), None);
    assert_eq!(point.list(ctx).await.unwrap(), ["point"]);
    assert_eq!(point.relationships(ctx, &id).await.unwrap(), ["arn:aws:s3:::b-point"]);
    point.delete(ctx, &id).await.unwrap();
    point.delete(ctx, &id).await.unwrap();
    assert_eq!(point.read(ctx, &id).await.unwrap(), None);
    Ok(GetCallerIdentityOutput::default())
}

#[tokio::test]
async fn a_bucket_of_a_stack() {
    stack(Operations::new().on::<GetCallerIdentity>(|_, _| Ok(Access::any()), bucket_life)).await;
}

#[tokio::test]
async fn buckets_are_whole_or_not_at_all() {
    stack(Operations::new().on::<GetCallerIdentity>(|_, _| Ok(Access::any()), bucket_births)).await;
}

#[tokio::test]
async fn a_policy_of_a_stack() {
    stack(Operations::new().on::<GetCallerIdentity>(|_, _| Ok(Access::any()), policy_life)).await;
}

#[tokio::test]
async fn an_access_point_of_a_stack() {
    stack(Operations::new().on::<GetCallerIdentity>(|_, _| Ok(Access::any()), point_life)).await;
}
