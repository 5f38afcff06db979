//! The examples of AWS's documentation, with the outcomes it gives for them.

use policy::{Attached, Kind, MapContext, Policies, Policy, Request, ResourceRule, Who, evaluate};

use crate::support::{account, alice, allows, parse};

/// IAM User Guide, "Policy evaluation for requests within a single account": Carlos, his policy and the bucket's.
#[test]
fn carlos_and_the_bucket() {
    let identity = parse(
        r#"{"Version": "2012-10-17", "Statement": [
            {"Sid": "AllowS3ListRead", "Effect": "Allow", "Action": ["s3:GetBucketLocation", "s3:GetAccountPublicAccessBlock",
             "s3:ListAccessPoints", "s3:ListAllMyBuckets"], "Resource": "arn:aws:s3:::*"},
            {"Sid": "AllowS3Self", "Effect": "Allow", "Action": ["s3:*"],
             "Resource": ["arn:aws:s3:::carlossalazar/*", "arn:aws:s3:::carlossalazar"]},
            {"Sid": "DenyS3Logs", "Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::*log*"}]}"#,
        Kind::Identity,
    );
    let bucket = parse(
        r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::111111111111:user/carlossalazar"}, "Action": "s3:*",
            "Resource": ["arn:aws:s3:::carlossalazar/*", "arn:aws:s3:::carlossalazar"]}]}"#,
        Kind::Resource,
    );
    let identities = [Attached { name: "p", policy: &identity }];
    let carlos = Who::user(account(1), "arn:aws:iam::111111111111:user/carlossalazar", "");
    for (action, resource, bucket, expected) in [
        ("s3:PutObject", "arn:aws:s3:::carlossalazar/data.txt", Some(&bucket), "allowed"),
        ("s3:PutObject", "arn:aws:s3:::carlossalazar-logs/data.txt", Some(&bucket), "explicitDeny"),
        ("s3:ListAllMyBuckets", "arn:aws:s3:::*", None, "allowed"),
        ("s3:PutObject", "arn:aws:s3:::other/data.txt", None, "implicitDeny"),
    ] {
        let policies = Policies {
            identity: &identities,
            resource: bucket.map(|policy| Attached { name: "b", policy }),
            resource_account: Some(account(1)),
            ..Policies::default()
        };
        let request = Request { principal: carlos, action, resource, context: &() };
        assert_eq!(evaluate(&policies, &request).reason.simulated(), expected, "{action} {resource}");
    }
}

/// IAM User Guide, "Policy variables with no value": the denial holds when the principal has no such tag.
#[test]
fn a_team_that_is_not_set() {
    let deny = parse(
        r#"{"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "*", "Resource": "*"},
            {"Effect": "Deny", "Action": "s3:*", "Resource": "*",
             "Condition": {"StringNotEquals": {"s3:ExistingObjectTag/Team": "${aws:PrincipalTag/Team}"}}}]}"#,
        Kind::Identity,
    );
    let identity = [Attached { name: "p", policy: &deny }];
    let policies = Policies { identity: &identity, ..Policies::default() };
    let object = MapContext::new().with("s3:ExistingObjectTag/Team", "a");
    for (context, allowed) in [(object.clone(), false), (object.with("aws:PrincipalTag/Team", "a"), true)] {
        let request =
            Request { principal: alice(), action: "s3:GetObject", resource: "arn:aws:s3:::b/k", context: &context };
        assert_eq!(evaluate(&policies, &request).allowed, allowed);
    }
}

/// IAM User Guide, "AWS: Allows MFA-authenticated IAM users to manage their own credentials".
#[test]
fn all_but_a_few_actions_need_mfa() {
    let policy = parse(
        r#"{"Version": "2012-10-17", "Statement": [
            {"Sid": "AllowManageOwnAccessKeys", "Effect": "Allow", "Action": ["iam:CreateAccessKey", "iam:ListMFADevices"],
             "Resource": "arn:aws:iam::*:user/${aws:username}"},
            {"Sid": "DenyAllExceptListedIfNoMFA", "Effect": "Deny", "NotAction": ["iam:ListMFADevices", "sts:GetSessionToken"],
             "Resource": "*", "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}]}"#,
        Kind::Identity,
    );
    let identity = [Attached { name: "p", policy: &policy }];
    let policies = Policies { identity: &identity, ..Policies::default() };
    let name = MapContext::new().with("aws:username", "alice");
    let mfa = |present| name.clone().with("aws:MultiFactorAuthPresent", present);
    for (action, user, context, expected) in [
        ("iam:CreateAccessKey", "alice", mfa("true"), "allowed"),
        ("iam:CreateAccessKey", "alice", mfa("false"), "explicitDeny"),
        ("iam:CreateAccessKey", "alice", name.clone(), "explicitDeny"),
        ("iam:CreateAccessKey", "bob", mfa("true"), "implicitDeny"),
        ("iam:ListMFADevices", "alice", mfa("false"), "allowed"),
    ] {
        let resource = format!("arn:aws:iam::111111111111:user/{user}");
        let request = Request { principal: alice(), action, resource: &resource, context: &context };
        assert_eq!(evaluate(&policies, &request).reason.simulated(), expected, "{action} {user}");
    }
}

/// IAM User Guide, "Multivalued context keys": tag keys limited to a set, and required.
#[test]
fn tag_keys_within_a_set() {
    let elements = r#""Action": "ec2:CreateTags", "Resource": "*", "Condition": {
        "ForAllValues:StringEquals": {"aws:TagKeys": ["environment", "webserver"]}, "Null": {"aws:TagKeys": "false"}}"#;
    for (keys, expected) in [
        (vec!["environment"], true),
        (vec!["environment", "webserver"], true),
        (vec!["environment", "cost-center"], false),
        (vec![], false),
    ] {
        let mut context = MapContext::new();
        context.insert("aws:TagKeys", keys.clone());
        assert_eq!(allows(elements, "ec2:CreateTags", "*", &context), expected, "{keys:?}");
    }
}

/// SNS Developer Guide: the policy that lets a topic write to a queue, in both forms AWS has documented.
#[test]
fn a_topic_writes_to_a_queue() {
    let topic = "arn:aws:sns:us-east-2:111111111111:MyTopic";
    for principal in [r#"{"Service": "sns.amazonaws.com"}"#, r#"{"AWS": "*"}"#] {
        let queue = parse(
            &format!(
                r#"{{"Statement": [{{"Effect": "Allow", "Principal": {principal}, "Action": "sqs:SendMessage",
                    "Resource": "arn:aws:sqs:us-east-2:111111111111:MyQueue",
                    "Condition": {{"ArnEquals": {{"aws:SourceArn": "{topic}"}}}}}}]}}"#
            ),
            Kind::Resource,
        );
        for (source, allowed) in [(topic, true), ("arn:aws:sns:us-east-2:222222222222:MyTopic", false)] {
            let context = MapContext::new().with("aws:SourceArn", source);
            let policies = Policies {
                resource: Some(Attached { name: "q", policy: &queue }),
                resource_account: Some(account(1)),
                ..Policies::default()
            };
            let request = Request {
                principal: Who::service("sns.amazonaws.com", "us-east-2"),
                action: "sqs:SendMessage",
                resource: "arn:aws:sqs:us-east-2:111111111111:MyQueue",
                context: &context,
            };
            assert_eq!(evaluate(&policies, &request).allowed, allowed, "{principal} {source}");
        }
    }
}

/// KMS Developer Guide, "Default key policy": it gives the key to the account, whose identity policies then count.
#[test]
fn the_default_key_policy() {
    let key = parse(
        r#"{"Version": "2012-10-17", "Statement": {"Sid": "Enable IAM User Permissions", "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::111111111111:root"}, "Action": "kms:*", "Resource": "*"}}"#,
        Kind::Resource,
    );
    let use_it = parse(
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}}"#,
        Kind::Identity,
    );
    let identity = [Attached { name: "p", policy: &use_it }];
    let decide = |identity: &[Attached<'_>], key: Option<&Policy>| {
        let policies = Policies {
            identity,
            resource: key.map(|policy| Attached { name: "k", policy }),
            resource_rule: ResourceRule::Required,
            resource_account: Some(account(1)),
            ..Policies::default()
        };
        let resource = "arn:aws:kms:eu-west-1:111111111111:key/1";
        evaluate(&policies, &Request { principal: alice(), action: "kms:Decrypt", resource, context: &() }).allowed
    };
    assert!(decide(&identity, Some(&key)));
    assert!(!decide(&[], Some(&key)));
    assert!(!decide(&identity, None));
}

/// IAM User Guide, "Confused deputy": the external id that a third party has to give.
#[test]
fn a_third_party_gives_its_external_id() {
    let trust = parse(
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "111111111111"},
            "Action": "sts:AssumeRole", "Condition": {"StringEquals": {"sts:ExternalId": "12345"}}}}"#,
        Kind::Trust,
    );
    let assume = parse(
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}}"#,
        Kind::Identity,
    );
    let identity = [Attached { name: "p", policy: &assume }];
    let policies = Policies {
        identity: &identity,
        resource: Some(Attached { name: "t", policy: &trust }),
        resource_rule: ResourceRule::Required,
        resource_account: Some(account(2)),
        ..Policies::default()
    };
    for (context, allowed) in [
        (MapContext::new().with("sts:ExternalId", "12345"), true),
        (MapContext::new().with("sts:ExternalId", "54321"), false),
        (MapContext::new(), false),
    ] {
        let resource = "arn:aws:iam::222222222222:role/r";
        let request = Request { principal: alice(), action: "sts:AssumeRole", resource, context: &context };
        assert_eq!(evaluate(&policies, &request).allowed, allowed);
    }
}
