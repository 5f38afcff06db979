//! Replication: what rules want arrives under its own version id, by a role whose permissions decide, and nothing else does.

use std::time::Duration;

use api_kms::{CreateKey, CreateKeyInput};
use api_s3::*;
use serde_json::{Value, json};
use testkit::TestCloud;

use crate::cloud::{bucket, putting, versioning};
use crate::roles::*;

const KIND: &str = "s3.amazonaws.com";

fn rule(id: &str, priority: i32, prefix: &str, to: &str) -> ReplicationRule {
    ReplicationRule {
        id: Some(id.to_owned()),
        priority: Some(priority),
        filter: Some(ReplicationRuleFilter { prefix: Some(prefix.to_owned()), ..Default::default() }),
        status: ReplicationRuleStatus::Enabled,
        delete_marker_replication: Some(DeleteMarkerReplication { status: Some("Enabled".into()) }),
        destination: Destination { bucket: format!("arn:aws:s3:::{to}"), ..Default::default() },
        ..Default::default()
    }
}

async fn replicate(cloud: &TestCloud, from: &str, role: &str, rules: Vec<ReplicationRule>) {
    let input = PutBucketReplicationInput {
        bucket: from.to_owned(),
        replication_configuration: ReplicationConfiguration { role: role.to_owned(), rules },
        ..Default::default()
    };
    cloud.call::<PutBucketReplication>(input).await.unwrap();
}

/// Two buckets that keep versions, and a role that may everything.
async fn pair(cloud: &TestCloud) -> String {
    for name in ["b-from", "b-to"] {
        bucket(cloud, name).await;
        versioning(cloud, name, "Enabled").await.unwrap();
    }
    role(cloud, "copier", KIND, everything()).await
}

async fn put(cloud: &TestCloud, key: &str, body: usize) -> String {
    cloud.call::<PutObject>(putting("b-from", key, body)).await.unwrap().version_id.unwrap()
}

async fn head(cloud: &TestCloud, bucket: &str, key: &str, version: Option<&str>) -> Option<HeadObjectOutput> {
    let (bucket, key, version_id) = (bucket.to_owned(), key.to_owned(), version.map(str::to_owned));
    cloud.call::<HeadObject>(HeadObjectInput { bucket, key, version_id, ..Default::default() }).await.ok()
}

fn word(head: Option<&HeadObjectOutput>) -> Option<String> {
    head?.replication_status.as_ref().map(|status| status.as_str().to_owned())
}

/// The status of a version of the source, once it is not pending any more.
async fn settled(cloud: &TestCloud, key: &str, version: &str) -> Option<String> {
    settled_in(cloud, "b-from", key, version).await
}

async fn settled_in(cloud: &TestCloud, bucket: &str, key: &str, version: &str) -> Option<String> {
    for _ in 0..100_000 {
        let status = word(head(cloud, bucket, key, Some(version)).await.as_ref());
        if status.as_deref() != Some("PENDING") {
            return status;
        }
        cloud.advance(Duration::from_millis(100)).await;
    }
    panic!("{key} stays pending");
}

async fn tags(cloud: &TestCloud, bucket: &str, key: &str) -> Vec<(String, String)> {
    let input = GetObjectTaggingInput { bucket: bucket.to_owned(), key: key.to_owned(), ..Default::default() };
    let told = cloud.call::<GetObjectTagging>(input).await.unwrap();
    told.tag_set.into_iter().map(|tag| (tag.key, tag.value)).collect()
}

async fn tag(cloud: &TestCloud, bucket: &str, key: &str, value: &str) {
    let tag = Tag { key: "k".to_owned(), value: value.to_owned() };
    let tagging = Tagging { tag_set: vec![tag] };
    let (bucket, key) = (bucket.to_owned(), key.to_owned());
    let input = PutObjectTaggingInput { bucket, key, tagging, ..Default::default() };
    cloud.call::<PutObjectTagging>(input).await.unwrap();
}

#[tokio::test]
async fn what_a_rule_wants_arrives_as_it_is() {
    let cloud = with_roles();
    let role = pair(&cloud).await;
    let before = put(&cloud, "in/before", 4).await;
    replicate(&cloud, "b-from", &role, vec![rule("r", 1, "in/", "b-to")]).await;
    let input = PutObjectInput {
        content_type: Some("text/x".to_owned()),
        metadata: Some([("a".to_owned(), "b".to_owned())].into()),
        tagging: Some("k=v".to_owned()),
        ..putting("b-from", "in/k", 70_000)
    };
    let told = cloud.call::<PutObject>(input).await.unwrap();
    let version = told.version_id.unwrap();
    let pending = head(&cloud, "b-from", "in/k", None).await;
    assert_eq!(word(pending.as_ref()).as_deref(), Some("PENDING"));
    assert_eq!(settled(&cloud, "in/k", &version).await.as_deref(), Some("COMPLETED"));
    let there = head(&cloud, "b-to", "in/k", Some(&version)).await.unwrap();
    assert_eq!(word(Some(&there)).as_deref(), Some("REPLICA"));
    let pending = pending.unwrap();
    assert_eq!((there.e_tag, there.last_modified), (pending.e_tag, pending.last_modified));
    assert_eq!((there.content_type.as_deref(), there.metadata), (Some("text/x"), pending.metadata));
    assert_eq!(tags(&cloud, "b-to", "in/k").await, [("k".to_owned(), "v".to_owned())]);
    let elsewhere = put(&cloud, "out/k", 4).await;
    assert_eq!(settled(&cloud, "out/k", &elsewhere).await, None, "no rule speaks of it");
    assert_eq!(settled(&cloud, "in/before", &before).await, None, "it was there before the rule");
    assert!(head(&cloud, "b-to", "in/before", None).await.is_none());
}

#[tokio::test]
async fn versions_stand_in_their_order_and_markers_cover_them() {
    let cloud = with_roles();
    let role = pair(&cloud).await;
    replicate(&cloud, "b-from", &role, vec![rule("r", 1, "", "b-to")]).await;
    let first = put(&cloud, "k", 1).await;
    let second = put(&cloud, "k", 2).await;
    for version in [&first, &second] {
        assert_eq!(settled(&cloud, "k", version).await.as_deref(), Some("COMPLETED"));
    }
    assert_eq!(head(&cloud, "b-to", "k", None).await.unwrap().version_id, Some(second.clone()));
    let delete = |version| DeleteObjectInput {
        bucket: "b-from".to_owned(),
        key: "k".to_owned(),
        version_id: version,
        ..Default::default()
    };
    cloud.call::<DeleteObject>(delete(Some(first.clone()))).await.unwrap();
    let marker = cloud.call::<DeleteObject>(delete(None)).await.unwrap().version_id.unwrap();
    let list = || ListObjectVersionsInput { bucket: "b-to".to_owned(), ..Default::default() };
    for _ in 0..100_000 {
        cloud.advance(Duration::from_millis(100)).await;
        let listed = cloud.call::<ListObjectVersions>(list()).await.unwrap();
        if let Some(markers) = listed.delete_markers {
            assert_eq!(markers[0].version_id.as_ref(), Some(&marker));
            assert_eq!(listed.versions.unwrap().len(), 2, "deletions of versions are not copied");
            assert!(head(&cloud, "b-to", "k", None).await.is_none());
            return;
        }
    }
    panic!("the marker did not come");
}

#[tokio::test]
async fn changes_of_what_is_said_follow_and_replicas_go_no_further() {
    let cloud = with_roles();
    let role = pair(&cloud).await;
    bucket(&cloud, "b-third").await;
    versioning(&cloud, "b-third", "Enabled").await.unwrap();
    replicate(&cloud, "b-from", &role, vec![rule("r", 1, "", "b-to")]).await;
    replicate(&cloud, "b-to", &role, vec![rule("r", 1, "", "b-third")]).await;
    let version = put(&cloud, "k", 9).await;
    assert_eq!(settled(&cloud, "k", &version).await.as_deref(), Some("COMPLETED"));
    tag(&cloud, "b-from", "k", "new").await;
    assert_eq!(settled(&cloud, "k", &version).await.as_deref(), Some("COMPLETED"));
    assert_eq!(tags(&cloud, "b-to", "k").await, [("k".to_owned(), "new".to_owned())]);
    // What is written there goes on; what was copied there does not.
    let own = cloud.call::<PutObject>(putting("b-to", "own", 1)).await.unwrap().version_id.unwrap();
    assert_eq!(settled_in(&cloud, "b-to", "own", &own).await.as_deref(), Some("COMPLETED"));
    assert!(head(&cloud, "b-third", "k", None).await.is_none());
    assert!(head(&cloud, "b-third", "own", None).await.is_some());
}

#[tokio::test]
async fn changes_of_replicas_come_back_where_a_rule_says_so() {
    let cloud = with_roles();
    let role = pair(&cloud).await;
    replicate(&cloud, "b-from", &role, vec![rule("r", 1, "", "b-to")]).await;
    let back = SourceSelectionCriteria {
        replica_modifications: Some(ReplicaModifications { status: ReplicaModificationsStatus::Enabled }),
        ..Default::default()
    };
    let back = ReplicationRule { source_selection_criteria: Some(back), ..rule("back", 1, "", "b-from") };
    replicate(&cloud, "b-to", &role, vec![back]).await;
    let version = put(&cloud, "k", 9).await;
    assert_eq!(settled(&cloud, "k", &version).await.as_deref(), Some("COMPLETED"));
    tag(&cloud, "b-to", "k", "there").await;
    for _ in 0..100_000 {
        cloud.advance(Duration::from_millis(100)).await;
        if tags(&cloud, "b-from", "k").await == [("k".to_owned(), "there".to_owned())] {
            return;
        }
    }
    panic!("the change did not come back");
}

#[tokio::test]
async fn what_the_role_may_not_is_not_done() {
    let all = |except: &str| json!([everything(), {"Effect": "Deny", "Action": except, "Resource": "*"}]);
    for (except, reason) in [
        ("s3:GetObjectVersionForReplication", "SrcGetObjectNotPermitted"),
        ("s3:ReplicateObject", "DstPutObjectNotPermitted"),
        ("s3:ReplicateTags", "DstPutTaggingNotPermitted"),
    ] {
        let cloud = with_roles();
        let role = pair(&cloud).await;
        may(&cloud, "copier", all(except)).await;
        replicate(&cloud, "b-from", &role, vec![rule("r", 1, "", "b-to")]).await;
        hear(&cloud, &["s3:Replication:*"]).await;
        let input = PutObjectInput { tagging: Some("k=v".to_owned()), ..putting("b-from", "k", 4) };
        let version = cloud.call::<PutObject>(input).await.unwrap().version_id.unwrap();
        assert_eq!(settled(&cloud, "k", &version).await.as_deref(), Some("FAILED"), "{except}");
        assert!(head(&cloud, "b-to", "k", None).await.is_none());
        let told = heard(&cloud).await;
        assert_eq!(told["eventName"], "Replication:OperationFailedReplication");
        let data = &told["replicationEventData"];
        assert_eq!((&data["failureReason"], &data["replicationRuleId"]), (&json!(reason), &json!("r")));
        assert_eq!(data["destinationBucket"], "arn:aws:s3:::b-to");
    }
}

#[tokio::test]
async fn a_role_that_does_not_trust_the_service_copies_nothing() {
    let cloud = with_roles();
    pair(&cloud).await;
    let other = role(&cloud, "other", "lambda.amazonaws.com", everything()).await;
    replicate(&cloud, "b-from", &other, vec![rule("r", 1, "", "b-to")]).await;
    let version = put(&cloud, "k", 4).await;
    assert_eq!(settled(&cloud, "k", &version).await.as_deref(), Some("FAILED"));
}

#[tokio::test]
async fn another_account_takes_what_its_policy_lets_in() {
    let cloud = with_roles();
    let role = pair(&cloud).await;
    let other = cloud.fresh_account().in_region("eu-west-1");
    bucket_in(&other, "b-other").await;
    versioning(&other, "b-other", "Enabled").await.unwrap();
    let to = rule("r", 1, "", "b-other");
    let destination = Destination {
        account: Some(other.account().to_string()),
        access_control_translation: Some(AccessControlTranslation { owner: OwnerOverride::Destination }),
        storage_class: Some("STANDARD_IA".into()),
        ..to.destination.clone()
    };
    replicate(&cloud, "b-from", &role, vec![ReplicationRule { destination, ..to }]).await;
    let refused = put(&cloud, "refused", 4).await;
    assert_eq!(settled(&cloud, "refused", &refused).await.as_deref(), Some("FAILED"));
    let policy = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": role},
        "Action": ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ObjectOwnerOverrideToBucketOwner"],
        "Resource": "arn:aws:s3:::b-other/*"}});
    let policy = policy.to_string();
    let input = PutBucketPolicyInput { bucket: "b-other".to_owned(), policy, ..Default::default() };
    other.call::<PutBucketPolicy>(input).await.unwrap();
    let taken = put(&cloud, "taken", 4).await;
    assert_eq!(settled(&cloud, "taken", &taken).await.as_deref(), Some("COMPLETED"));
    let there = head(&other, "b-other", "taken", Some(&taken)).await.unwrap();
    assert_eq!(there.storage_class.map(|class| class.as_str().to_owned()).as_deref(), Some("STANDARD_IA"));
}

async fn bucket_in(cloud: &TestCloud, name: &str) {
    let place = CreateBucketConfiguration {
        location_constraint: Some(cloud.region().as_str().to_owned().into()),
        ..Default::default()
    };
    let create_bucket_configuration = Some(place);
    let input = CreateBucketInput { bucket: name.to_owned(), create_bucket_configuration, ..Default::default() };
    cloud.call::<CreateBucket>(input).await.unwrap();
}

#[tokio::test]
async fn content_under_keys_of_kms_is_under_the_other_key_there() {
    let cloud = with_roles();
    let role = pair(&cloud).await;
    let key = || async {
        cloud.call::<CreateKey>(CreateKeyInput::default()).await.unwrap().key_metadata.unwrap().arn.unwrap()
    };
    let (here, there) = (key().await, key().await);
    let under = |key: &str, name: &str| PutObjectInput {
        server_side_encryption: Some("aws:kms".into()),
        ssekms_key_id: Some(key.to_owned()),
        ..putting("b-from", name, 200_000)
    };
    replicate(&cloud, "b-from", &role, vec![rule("r", 1, "", "b-to")]).await;
    let version = cloud.call::<PutObject>(under(&here, "not")).await.unwrap().version_id.unwrap();
    assert_eq!(settled(&cloud, "not", &version).await, None, "the rule does not speak of keys");
    let to = rule("r", 1, "", "b-to");
    let destination = Destination {
        encryption_configuration: Some(EncryptionConfiguration { replica_kms_key_id: Some(there.clone()) }),
        ..to.destination.clone()
    };
    let chosen = SourceSelectionCriteria {
        sse_kms_encrypted_objects: Some(SseKmsEncryptedObjects { status: SseKmsEncryptedObjectsStatus::Enabled }),
        ..Default::default()
    };
    let with_key = ReplicationRule { destination, source_selection_criteria: Some(chosen), ..to };
    replicate(&cloud, "b-from", &role, vec![with_key]).await;
    let version = cloud.call::<PutObject>(under(&here, "k")).await.unwrap().version_id.unwrap();
    assert_eq!(settled(&cloud, "k", &version).await.as_deref(), Some("COMPLETED"));
    let input = GetObjectInput { bucket: "b-to".to_owned(), key: "k".to_owned(), ..Default::default() };
    let read = cloud.call::<GetObject>(input).await.unwrap();
    assert_eq!(read.ssekms_key_id.as_deref(), Some(there.as_str()));
    assert_eq!(crate::objects::whole(read.body).await.unwrap(), vec![b'x'; 200_000]);
}

#[tokio::test]
async fn uploads_in_parts_keep_their_parts() {
    let cloud = with_roles();
    let role = pair(&cloud).await;
    replicate(&cloud, "b-from", &role, vec![rule("r", 1, "", "b-to")]).await;
    let version = in_parts(&cloud, "b-from", "k", &[5 << 20, 100]).await;
    assert_eq!(settled(&cloud, "k", &version).await.as_deref(), Some("COMPLETED"));
    for bucket in ["b-from", "b-to"] {
        let input = GetObjectInput { bucket: bucket.to_owned(), key: "k".to_owned(), ..Default::default() };
        let read = cloud.call::<GetObject>(input).await.unwrap();
        assert!(read.e_tag.unwrap().ends_with("-2\""));
        assert_eq!(crate::objects::whole(read.body).await.unwrap().len(), (5 << 20) + 100);
    }
    // The copy stands by itself.
    let input = DeleteObjectInput {
        bucket: "b-from".to_owned(),
        key: "k".to_owned(),
        version_id: Some(version),
        ..Default::default()
    };
    cloud.call::<DeleteObject>(input).await.unwrap();
    let part =
        GetObjectInput { bucket: "b-to".to_owned(), key: "k".to_owned(), part_number: Some(2), ..Default::default() };
    assert_eq!(crate::objects::whole(cloud.call::<GetObject>(part).await.unwrap().body).await.unwrap().len(), 100);
}

#[tokio::test]
async fn copies_that_are_late_are_told_and_told_again_when_they_come() {
    let cloud = with_roles();
    let role = pair(&cloud).await;
    let to = rule("r", 1, "", "b-to");
    let minutes = || ReplicationTimeValue { minutes: Some(15) };
    let destination = Destination {
        replication_time: Some(ReplicationTime { status: ReplicationTimeStatus::Enabled, time: minutes() }),
        metrics: Some(Metrics { status: MetricsStatus::Enabled, event_threshold: Some(minutes()) }),
        ..to.destination.clone()
    };
    replicate(&cloud, "b-from", &role, vec![ReplicationRule { destination, ..to }]).await;
    hear(&cloud, &["s3:Replication:*"]).await;
    let version = put(&cloud, "k", 4).await;
    assert_eq!(settled(&cloud, "k", &version).await.as_deref(), Some("COMPLETED"));
    let target = cloud.runtime().clock.now().plus(Duration::from_secs(3_600));
    cloud.cloud().timers().advance_through(target, |due| cloud.cloud().fire(due)).await.unwrap();
    tag(&cloud, "b-from", "k", "late").await;
    // The clock is past the promise before anybody could begin.
    cloud.runtime().clock.advance(Duration::from_secs(1_000));
    assert_eq!(settled(&cloud, "k", &version).await.as_deref(), Some("COMPLETED"));
    let told = heard(&cloud).await;
    let name = told["eventName"].as_str().unwrap();
    assert!(name.ends_with("Threshold"), "{name}");
    assert_eq!(told["replicationEventData"]["s3Operation"], "OBJECT_TAGGING");
}

/// Uploads an object in parts of so many bytes; its version.
async fn in_parts(cloud: &TestCloud, bucket: &str, key: &str, lengths: &[usize]) -> String {
    let (bucket, key) = (bucket.to_owned(), key.to_owned());
    let begin = CreateMultipartUploadInput { bucket: bucket.clone(), key: key.clone(), ..Default::default() };
    let upload_id = cloud.call::<CreateMultipartUpload>(begin).await.unwrap().upload_id.unwrap();
    let mut parts = Vec::new();
    for (part_number, length) in (1..).zip(lengths) {
        let input = UploadPartInput {
            bucket: bucket.clone(),
            key: key.clone(),
            upload_id: upload_id.clone(),
            part_number,
            body: crate::objects::noise(*length).into(),
            ..Default::default()
        };
        let e_tag = cloud.call::<UploadPart>(input).await.unwrap().e_tag;
        parts.push(CompletedPart { e_tag, part_number: Some(part_number), ..Default::default() });
    }
    let multipart_upload = Some(CompletedMultipartUpload { parts: Some(parts) });
    let input = CompleteMultipartUploadInput { bucket, key, upload_id, multipart_upload, ..Default::default() };
    cloud.call::<CompleteMultipartUpload>(input).await.unwrap().version_id.unwrap()
}

/// Lets a queue hear of events of the source.
async fn hear(cloud: &TestCloud, events: &[&str]) {
    let arn = "arn:aws:sqs:us-east-1:000000000000:q";
    let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": arn,
        "Principal": {"Service": KIND}, "Action": "sqs:SendMessage"}]});
    let attributes = Some([("Policy".to_owned(), policy.to_string())].into());
    let input = api_sqs::CreateQueueInput { queue_name: "q".to_owned(), attributes, ..Default::default() };
    cloud.call::<api_sqs::CreateQueue>(input).await.unwrap();
    let to = QueueConfiguration {
        id: None,
        queue_arn: arn.to_owned(),
        events: events.iter().map(|event| (*event).into()).collect(),
        filter: None,
    };
    let input = PutBucketNotificationConfigurationInput {
        bucket: "b-from".to_owned(),
        notification_configuration: NotificationConfiguration {
            queue_configurations: Some(vec![to]),
            ..Default::default()
        },
        skip_destination_validation: Some(true),
        ..Default::default()
    };
    cloud.call::<PutBucketNotificationConfiguration>(input).await.unwrap();
}

/// The next record that the queue hears.
async fn heard(cloud: &TestCloud) -> Value {
    for _ in 0..100_000 {
        let input = api_sqs::ReceiveMessageInput { queue_url: "/000000000000/q".to_owned(), ..Default::default() };
        let received = cloud.call::<api_sqs::ReceiveMessage>(input).await.unwrap().messages.unwrap_or_default();
        let told = received.into_iter().next().map(|message| serde_json::from_str::<Value>(&message.body.unwrap()));
        match told.transpose().unwrap() {
            Some(told) if told["Records"].is_array() => return told["Records"][0].clone(),
            _ => cloud.advance(Duration::from_millis(100)).await,
        }
    }
    panic!("nothing is heard");
}
