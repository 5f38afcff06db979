//! Jobs: what a manifest or a filter names is done, one by one, as the role; and a report tells how it went.

use std::time::Duration;

use api_s3::*;
use api_s3control as control;
use api_s3control::JobStatus;
use serde_json::{Value, json};
use testkit::TestCloud;

use crate::cloud::{bucket, put, versioning};
use crate::objects::{get, keys};
use crate::roles::*;

const KIND: &str = "batchoperations.s3.amazonaws.com";

async fn world() -> (TestCloud, String) {
    let cloud = with_roles();
    bucket(&cloud, "b-jobs").await;
    bucket(&cloud, "b-reports").await;
    let role = role(&cloud, "worker", KIND, everything()).await;
    (cloud, role)
}

fn job(cloud: &TestCloud, role: &str, operation: control::JobOperation) -> control::CreateJobInput {
    control::CreateJobInput {
        account_id: cloud.account().to_string(),
        operation,
        report: control::JobReport {
            bucket: Some("arn:aws:s3:::b-reports".to_owned()),
            format: Some("Report_CSV_20180820".into()),
            enabled: true,
            prefix: Some("r".to_owned()),
            report_scope: Some("AllTasks".into()),
            ..Default::default()
        },
        client_request_token: "token".to_owned(),
        priority: 10,
        role_arn: role.to_owned(),
        ..Default::default()
    }
}

/// A manifest of these lines.
async fn manifest(cloud: &TestCloud, lines: &str, fields: &[&str]) -> Option<control::JobManifest> {
    let told = crate::objects::put(cloud, "b-jobs", "manifest.csv", lines.to_owned()).await;
    Some(control::JobManifest {
        spec: control::JobManifestSpec {
            format: "S3BatchOperations_CSV_20180820".into(),
            fields: Some(fields.iter().map(|field| (*field).into()).collect()),
        },
        location: control::JobManifestLocation {
            object_arn: "arn:aws:s3:::b-jobs/manifest.csv".to_owned(),
            object_version_id: None,
            e_tag: told.e_tag.unwrap(),
        },
    })
}

async fn create(cloud: &TestCloud, input: control::CreateJobInput) -> String {
    cloud.call::<control::CreateJob>(input).await.unwrap().job_id.unwrap()
}

async fn told(cloud: &TestCloud, id: &str) -> control::JobDescriptor {
    let input = control::DescribeJobInput { account_id: cloud.account().to_string(), job_id: id.to_owned() };
    cloud.call::<control::DescribeJob>(input).await.unwrap().job.unwrap()
}

/// The job, once it has this status.
async fn until(cloud: &TestCloud, id: &str, status: JobStatus) -> control::JobDescriptor {
    let mut last = None;
    for _ in 0..20_000 {
        let told = told(cloud, id).await;
        if told.status == Some(status.clone()) {
            return told;
        }
        last = Some((told.status, told.failure_reasons));
        cloud.advance(Duration::from_millis(100)).await;
    }
    panic!("it is {last:?}");
}

fn counts(told: &control::JobDescriptor) -> (i64, i64, i64) {
    let progress = told.progress_summary.clone().unwrap();
    let count = Option::unwrap_or_default;
    (
        count(progress.total_number_of_tasks),
        count(progress.number_of_tasks_succeeded),
        count(progress.number_of_tasks_failed),
    )
}

fn tagging(value: &str) -> control::JobOperation {
    let tag = control::S3Tag { key: "k".to_owned(), value: value.to_owned() };
    control::JobOperation {
        s3_put_object_tagging: Some(control::S3SetObjectTaggingOperation { tag_set: Some(vec![tag]) }),
        ..Default::default()
    }
}

async fn tags(cloud: &TestCloud, key: &str) -> usize {
    let input = GetObjectTaggingInput { bucket: "b-jobs".to_owned(), key: key.to_owned(), ..Default::default() };
    cloud.call::<GetObjectTagging>(input).await.unwrap().tag_set.len()
}

#[tokio::test]
async fn create_job_tags_what_a_manifest_names_and_reports() {
    let (cloud, role) = world().await;
    for key in ["a b", "c"] {
        put(&cloud, "b-jobs", key).await;
    }
    let lines = "b-jobs,a%20b\nb-jobs,c\nb-jobs,none";
    let manifest = manifest(&cloud, lines, &["Bucket", "Key"]).await;
    let input = control::CreateJobInput { manifest, ..job(&cloud, &role, tagging("v")) };
    let id = create(&cloud, input.clone()).await;
    assert_eq!(create(&cloud, input.clone()).await, id, "the same token makes nothing new");
    let other = control::CreateJobInput { priority: 11, ..input };
    assert_eq!(cloud.error::<control::CreateJob>(other).await.0, "IdempotencyException");
    let told = until(&cloud, &id, JobStatus::Complete).await;
    assert_eq!(counts(&told), (3, 2, 1));
    assert_eq!((tags(&cloud, "a b").await, tags(&cloud, "c").await), (1, 1));
    let folder = format!("r/job-{id}/");
    let document: Value =
        serde_json::from_slice(&get(&cloud, "b-reports", &format!("{folder}manifest.json")).await).unwrap();
    assert_eq!(document["Format"], "Report_CSV_20180820");
    let mut lines = Vec::new();
    for result in document["Results"].as_array().unwrap() {
        let text = get(&cloud, "b-reports", result["Key"].as_str().unwrap()).await;
        lines.extend(String::from_utf8(text).unwrap().lines().map(str::to_owned));
    }
    let expected = [
        "b-jobs,a%20b,,succeeded,,200,Successful",
        "b-jobs,c,,succeeded,,200,Successful",
        "b-jobs,none,,failed,NoSuchKey,404,The specified key does not exist.",
    ];
    assert_eq!(lines, expected);
}

#[tokio::test]
async fn what_the_role_may_not_fails_task_by_task() {
    let (cloud, role) = world().await;
    put(&cloud, "b-jobs", "k").await;
    may(&cloud, "worker", json!([everything(), {"Effect": "Deny", "Action": "s3:PutObjectTagging", "Resource": "*"}]))
        .await;
    let manifest = manifest(&cloud, "b-jobs,k\n", &["Bucket", "Key"]).await;
    let id = create(&cloud, control::CreateJobInput { manifest, ..job(&cloud, &role, tagging("v")) }).await;
    assert_eq!(counts(&until(&cloud, &id, JobStatus::Complete).await), (1, 0, 1));
    assert_eq!(tags(&cloud, "k").await, 0);
}

#[tokio::test]
async fn jobs_wait_for_their_confirmation_and_can_be_cancelled() {
    let (cloud, role) = world().await;
    put(&cloud, "b-jobs", "k").await;
    let manifest = manifest(&cloud, "b-jobs,k\n", &["Bucket", "Key"]).await;
    let made = |token: &str| control::CreateJobInput {
        confirmation_required: Some(true),
        manifest: manifest.clone(),
        client_request_token: token.to_owned(),
        ..job(&cloud, &role, tagging("v"))
    };
    let (first, second) = (create(&cloud, made("1")).await, create(&cloud, made("2")).await);
    assert!(until(&cloud, &first, JobStatus::Suspended).await.suspended_date.is_some());
    until(&cloud, &second, JobStatus::Suspended).await;
    let account_id = cloud.account().to_string();
    let update = |id: &str, status: &str| control::UpdateJobStatusInput {
        account_id: account_id.clone(),
        job_id: id.to_owned(),
        requested_job_status: status.into(),
        status_update_reason: Some("so".to_owned()),
    };
    cloud.call::<control::UpdateJobStatus>(update(&first, "Ready")).await.unwrap();
    cloud.call::<control::UpdateJobStatus>(update(&second, "Cancelled")).await.unwrap();
    assert_eq!(counts(&until(&cloud, &first, JobStatus::Complete).await), (1, 1, 0));
    until(&cloud, &second, JobStatus::Cancelled).await;
    assert_eq!(cloud.error::<control::UpdateJobStatus>(update(&second, "Ready")).await.0, "JobStatusException");
    let hurry = |id: &str| control::UpdateJobPriorityInput {
        account_id: account_id.clone(),
        job_id: id.to_owned(),
        priority: 99,
    };
    assert_eq!(cloud.error::<control::UpdateJobPriority>(hurry(&first)).await.0, "JobStatusException");
    let nowhere = "00000000-0000-0000-0000-000000000000";
    assert_eq!(cloud.error::<control::UpdateJobPriority>(hurry(nowhere)).await.0, "NoSuchJobException");
    let list = control::ListJobsInput {
        account_id: account_id.clone(),
        job_statuses: Some(vec![JobStatus::Complete]),
        ..Default::default()
    };
    let listed = cloud.call::<control::ListJobs>(list).await.unwrap().jobs.unwrap();
    assert_eq!(listed.iter().map(|job| job.job_id.as_deref()).collect::<Vec<_>>(), [Some(first.as_str())]);
    let page = |next_token| control::ListJobsInput {
        account_id: account_id.clone(),
        max_results: Some(1),
        next_token,
        ..Default::default()
    };
    let one = cloud.call::<control::ListJobs>(page(None)).await.unwrap();
    let two = cloud.call::<control::ListJobs>(page(one.next_token)).await.unwrap();
    assert_eq!((one.jobs.unwrap()[0].job_id.as_ref(), two.next_token), (Some(&second), None));
}

#[tokio::test]
async fn put_job_tagging_and_get_job_tagging_and_delete_job_tagging() {
    let (cloud, role) = world().await;
    let manifest = manifest(&cloud, "b-jobs,k\n", &["Bucket", "Key"]).await;
    let job_id = create(&cloud, control::CreateJobInput { manifest, ..job(&cloud, &role, tagging("v")) }).await;
    let account_id = cloud.account().to_string();
    let tags = vec![control::S3Tag { key: "a".to_owned(), value: "b".to_owned() }];
    let put =
        control::PutJobTaggingInput { account_id: account_id.clone(), job_id: job_id.clone(), tags: tags.clone() };
    cloud.call::<control::PutJobTagging>(put).await.unwrap();
    let get = || control::GetJobTaggingInput { account_id: account_id.clone(), job_id: job_id.clone() };
    assert_eq!(cloud.call::<control::GetJobTagging>(get()).await.unwrap().tags, Some(tags));
    let delete = control::DeleteJobTaggingInput { account_id: account_id.clone(), job_id: job_id.clone() };
    cloud.call::<control::DeleteJobTagging>(delete).await.unwrap();
    assert_eq!(cloud.call::<control::GetJobTagging>(get()).await.unwrap().tags, Some(Vec::new()));
}

#[tokio::test]
async fn copies_restores_lists_and_locks_are_done_too() {
    let (cloud, role) = world().await;
    let lock = CreateBucketInput {
        bucket: "b-locked".to_owned(),
        object_lock_enabled_for_bucket: Some(true),
        ..Default::default()
    };
    cloud.call::<CreateBucket>(lock).await.unwrap();
    put(&cloud, "b-locked", "k").await;
    let class = PutObjectInput { storage_class: Some("GLACIER".into()), ..crate::cloud::putting("b-jobs", "cold", 4) };
    cloud.call::<PutObject>(class).await.unwrap();
    put(&cloud, "b-jobs", "k").await;
    let copy = control::S3CopyObjectOperation {
        target_resource: Some("arn:aws:s3:::b-reports".to_owned()),
        target_key_prefix: Some("copies".to_owned()),
        storage_class: Some("STANDARD_IA".into()),
        ..Default::default()
    };
    let hold = control::S3SetObjectLegalHoldOperation {
        legal_hold: control::S3ObjectLockLegalHold { status: control::S3ObjectLockLegalHoldStatus::On },
    };
    let until_when = cloud.runtime().clock.now().plus(Duration::from_secs(86_400));
    let retention = control::S3SetObjectRetentionOperation {
        bypass_governance_retention: None,
        retention: control::S3Retention { retain_until_date: Some(until_when), mode: Some("GOVERNANCE".into()) },
    };
    let restore = control::S3InitiateRestoreObjectOperation {
        expiration_in_days: Some(1),
        glacier_job_tier: Some(control::S3GlacierJobTier::Bulk),
    };
    let none = control::JobOperation::default;
    let operations = [
        ("b-jobs,k", control::JobOperation { s3_put_object_copy: Some(copy), ..none() }),
        ("b-jobs,cold", control::JobOperation { s3_initiate_restore_object: Some(restore), ..none() }),
        ("b-locked,k", control::JobOperation { s3_put_object_legal_hold: Some(hold), ..none() }),
        ("b-locked,k", control::JobOperation { s3_put_object_retention: Some(retention), ..none() }),
        ("b-jobs,k", tagging("v")),
        (
            "b-jobs,k",
            control::JobOperation {
                s3_delete_object_tagging: Some(control::S3DeleteObjectTaggingOperation {}),
                ..none()
            },
        ),
    ];
    for (number, (line, operation)) in operations.into_iter().enumerate() {
        let manifest = manifest(&cloud, line, &["Bucket", "Key"]).await;
        let client_request_token = number.to_string();
        let input = control::CreateJobInput { manifest, client_request_token, ..job(&cloud, &role, operation) };
        let id = create(&cloud, input).await;
        assert_eq!(counts(&until(&cloud, &id, JobStatus::Complete).await), (1, 1, 0), "{number}");
    }
    assert!(keys(&cloud, "b-reports").await.contains(&"copies/k".to_owned()));
    let head = |bucket: &str, key: &str| {
        let input = HeadObjectInput { bucket: bucket.to_owned(), key: key.to_owned(), ..Default::default() };
        cloud.call::<HeadObject>(input)
    };
    let locked = head("b-locked", "k").await.unwrap();
    assert!(locked.object_lock_legal_hold_status.is_some() && locked.object_lock_mode.is_some());
    assert!(head("b-jobs", "cold").await.unwrap().restore.unwrap().contains("ongoing-request=\"true\""));
    assert_eq!(tags(&cloud, "k").await, 0);
}

#[tokio::test]
async fn what_was_there_before_a_rule_is_replicated_by_a_job() {
    let (cloud, role) = world().await;
    let copier = crate::roles::role(&cloud, "copier", "s3.amazonaws.com", everything()).await;
    bucket(&cloud, "b-to").await;
    for name in ["b-jobs", "b-to"] {
        versioning(&cloud, name, "Enabled").await.unwrap();
    }
    for key in ["in/1", "in/1", "in/2", "out/3"] {
        put(&cloud, "b-jobs", key).await;
    }
    let rule = ReplicationRule {
        priority: Some(1),
        filter: Some(ReplicationRuleFilter { prefix: Some("in/".to_owned()), ..Default::default() }),
        status: ReplicationRuleStatus::Enabled,
        delete_marker_replication: Some(DeleteMarkerReplication { status: Some("Disabled".into()) }),
        destination: Destination { bucket: "arn:aws:s3:::b-to".to_owned(), ..Default::default() },
        ..Default::default()
    };
    let rules = PutBucketReplicationInput {
        bucket: "b-jobs".to_owned(),
        replication_configuration: ReplicationConfiguration { role: copier, rules: vec![rule] },
        ..Default::default()
    };
    cloud.call::<PutBucketReplication>(rules).await.unwrap();
    let filter = control::JobManifestGeneratorFilter {
        eligible_for_replication: Some(true),
        object_replication_statuses: Some(vec![control::ReplicationStatus::None]),
        ..Default::default()
    };
    let generator = control::S3JobManifestGenerator {
        source_bucket: "arn:aws:s3:::b-jobs".to_owned(),
        filter: Some(filter),
        enable_manifest_output: true,
        manifest_output_location: Some(control::S3ManifestOutputLocation {
            bucket: "arn:aws:s3:::b-reports".to_owned(),
            manifest_format: "S3InventoryReport_CSV_20211130".into(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let operation = control::JobOperation {
        s3_replicate_object: Some(control::S3ReplicateObjectOperation {}),
        ..Default::default()
    };
    let input = control::CreateJobInput {
        manifest_generator: Some(control::JobManifestGenerator::S3JobManifestGenerator(generator)),
        ..job(&cloud, &role, operation.clone())
    };
    let id = create(&cloud, input).await;
    let told = until(&cloud, &id, JobStatus::Complete).await;
    assert_eq!(counts(&told), (3, 3, 0), "each version that rules speak of");
    assert_eq!(keys(&cloud, "b-to").await, ["in/1", "in/2"]);
    assert_eq!(crate::objects::versions(&cloud, "b-to", "in/1").await.len(), 2);
    // The manifest that was made is one that another job takes.
    let location = told.generated_manifest_descriptor.unwrap().location.unwrap();
    let manifest = control::JobManifest {
        spec: control::JobManifestSpec { format: "S3InventoryReport_CSV_20161130".into(), fields: None },
        location,
    };
    let input = control::CreateJobInput {
        manifest: Some(manifest),
        client_request_token: "again".to_owned(),
        ..job(&cloud, &role, operation)
    };
    let id = create(&cloud, input).await;
    assert_eq!(counts(&until(&cloud, &id, JobStatus::Complete).await), (3, 3, 0));
}

#[tokio::test]
async fn manifests_that_cannot_be_read_fail_the_job() {
    let (cloud, role) = world().await;
    for (token, lines, fields) in [("1", "b-jobs\n", &["Bucket", "Key"][..]), ("2", "b-jobs,k,v,w", &["Bucket", "Key"])]
    {
        let manifest = manifest(&cloud, lines, fields).await;
        let client_request_token = token.to_owned();
        let input = control::CreateJobInput { manifest, client_request_token, ..job(&cloud, &role, tagging("v")) };
        let told = until(&cloud, &create(&cloud, input).await, JobStatus::Failed).await;
        assert_eq!(told.failure_reasons.unwrap()[0].failure_code.as_deref(), Some("ManifestFailed"));
    }
    let invoke = control::LambdaInvokeOperation::default();
    let operation = control::JobOperation { lambda_invoke: Some(invoke), ..Default::default() };
    let refused = cloud.call::<control::CreateJob>(job(&cloud, &role, operation)).await;
    assert!(matches!(refused, Err(service_kit::Error::Fault(service_kit::Fault::NotImplemented { .. }))));
    let nothing = job(&cloud, &role, tagging("v"));
    assert_eq!(cloud.error::<control::CreateJob>(nothing).await.0, "BadRequestException");
}
