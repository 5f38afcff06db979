//! Every request that names a service is resolved to it; what is ambiguous in AWS is ambiguous here and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use api_catalog::{
    NAMESPACES, SERVICES, action, by_id, by_query, by_rpc_name, by_signing_name, by_target_prefix, namespace,
};
use smithy::{AccessLevel, ProtocolKind};

#[test]
fn every_service_and_operation_is_found_by_its_own_name() {
    for service in SERVICES {
        assert_eq!(by_id(service.schema.id).map(|s| s.schema.id), Some(service.schema.id));
        assert!(by_signing_name(service.schema.signing_name).any(|s| s.schema.id == service.schema.id));
        for operation in service.operations() {
            assert_eq!(service.operation(operation.name), Some(operation));
        }
    }
    assert_eq!(SERVICES.len(), 77);
    assert_eq!(SERVICES.iter().map(|s| s.operations().len()).sum::<usize>(), 4942);
}

#[test]
fn target_prefixes_decide_alone() {
    let targeted: Vec<_> = SERVICES.iter().filter(|s| !s.schema.target_prefix.is_empty()).collect();
    assert_eq!(targeted.len(), 37);
    for service in targeted {
        assert_eq!(by_target_prefix(service.schema.target_prefix).unwrap().schema.id, service.schema.id);
        assert_eq!(by_rpc_name(service.schema.target_prefix).unwrap().schema.id, service.schema.id);
    }
    assert_eq!(by_rpc_name("CloudTrail_20131101").unwrap().schema.id, "cloudtrail");
    assert!(by_target_prefix("").is_none());
    assert!(by_rpc_name("NoSuchService").is_none());
}

#[test]
fn shared_signing_names_are_the_known_ones() {
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    SERVICES.iter().for_each(|s| *names.entry(s.schema.signing_name).or_default() += 1);
    let shared: Vec<&str> = names.iter().filter(|(_, count)| **count > 1).map(|(name, _)| *name).collect();
    assert_eq!(shared, ["apigateway", "dynamodb", "es", "kinesisanalytics", "kinesisvideo", "rds", "s3"]);
    assert_eq!(by_signing_name("s3").map(|s| s.schema.id).collect::<Vec<_>>(), ["s3", "s3control"]);
    assert_eq!(by_signing_name("nobody").count(), 0);
}

#[test]
fn only_rds_and_neptune_share_actions_of_one_version() {
    let mut ambiguous = BTreeSet::new();
    for service in SERVICES.iter().filter(|s| s.speaks(ProtocolKind::Query) || s.speaks(ProtocolKind::Ec2)) {
        for operation in service.operations() {
            let found: Vec<_> = by_query(operation.name, service.schema.api_version).map(|s| s.schema.id).collect();
            assert!(found.contains(&service.schema.id));
            if found.len() > 1 {
                ambiguous.insert((operation.name, found));
            }
        }
    }
    assert_eq!(ambiguous.len(), 70);
    assert!(ambiguous.iter().all(|(_, services)| services == &["neptune", "rds"]));
}

#[test]
fn overlays_flow_in() {
    let sqs = by_id("sqs").unwrap();
    assert_eq!(sqs.schema.protocols, [ProtocolKind::Json10, ProtocolKind::Query, ProtocolKind::RpcV2Cbor]);
    assert_eq!(sqs.schema.namespace, "com.amazonaws.sqs");
    assert_eq!(by_id("cloudwatch").unwrap().action_prefix, "cloudwatch");
}

#[test]
fn addresses_keep_what_tells_operations_apart() {
    let s3 = by_id("s3").unwrap();
    let create = s3.operation("CreateMultipartUpload").unwrap();
    assert_eq!((create.method, create.path), ("POST", "/{Bucket}/{Key+}"));
    assert_eq!(create.query_literals, [("uploads", None)]);
    let part = s3.operation("UploadPart").unwrap();
    assert_eq!(part.required_query, ["partNumber", "uploadId"]);
    assert!(part.input_streaming && !part.unsigned);
    assert_eq!(s3.operation("CopyObject").unwrap().required_headers, ["x-amz-copy-source"]);
    let glacier = by_id("cloudfront").unwrap().operation("TagResource").unwrap();
    assert_eq!(glacier.query_literals, [("Operation", Some("Tag"))]);
    assert!(by_id("sts").unwrap().operation("AssumeRoleWithSAML").unwrap().unsigned);
    assert_eq!(by_id("s3control").unwrap().operation("CreateJob").unwrap().host_prefix, Some("{AccountId}."));
}

#[test]
fn every_service_has_its_actions() {
    for service in SERVICES {
        assert!(namespace(service.action_prefix).is_some(), "{}", service.schema.id);
    }
    assert!(NAMESPACES.is_sorted_by_key(|one| one.prefix));
    for one in NAMESPACES {
        assert!(one.actions().count() > 0 && one.actions().is_sorted_by_key(|action| action.name), "{}", one.prefix);
    }
    assert_eq!(namespace("sqs").unwrap().name, "Amazon SQS");
    assert_eq!(namespace("sqs").unwrap().actions().count(), 20);
}

#[test]
fn actions_are_found_in_any_case() {
    for (name, level) in [
        ("sqs:SendMessage", AccessLevel::Write),
        ("SQS:sendmessage", AccessLevel::Write),
        ("s3:GetBucketCors", AccessLevel::Read),
        ("s3:ListBucket", AccessLevel::List),
        ("iam:AttachRolePolicy", AccessLevel::PermissionsManagement),
        ("iam:TagRole", AccessLevel::Tagging),
    ] {
        assert_eq!(action(name).unwrap().level, level, "{name}");
    }
    assert_eq!(action("s3:GetBucketCors").unwrap().name, "GetBucketCORS");
    assert!(["sqs:Send", "nobody:Get", "sqs", ""].iter().all(|name| action(name).is_none()));
}
