//! Versions: each write, deletion and promotion, held against a small model; delete markers; what is locked.

use std::collections::BTreeMap;
use std::time::Duration;

use api_s3::*;
use proptest::prelude::*;

use crate::cloud::{bucket, cloud, code, pair, refused, versioning};
use crate::objects::*;

/// What the model knows of a version.
#[derive(Debug, Clone, PartialEq)]
struct Version {
    id: String,
    body: Option<String>,
}

#[derive(Debug, Clone)]
enum Step {
    Put(u8),
    Delete(u8),
    DeleteVersion(u8, usize),
    Switch(bool),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0u8..3).prop_map(Step::Put),
        2 => (0u8..3).prop_map(Step::Delete),
        3 => ((0u8..3), 0usize..4).prop_map(|(key, index)| Step::DeleteVersion(key, index)),
        1 => any::<bool>().prop_map(Step::Switch),
    ]
}

/// What a bucket holds: of each key its versions, the newest first.
#[derive(Default)]
struct Model {
    keeps: Option<bool>,
    keys: BTreeMap<String, Vec<Version>>,
}

impl Model {
    fn write(&mut self, key: &str, id: Option<&str>, body: Option<String>) {
        let versions = self.keys.entry(key.to_owned()).or_default();
        let id = id.unwrap_or("null").to_owned();
        if self.keeps != Some(true) {
            versions.retain(|version| version.id != "null");
        }
        versions.insert(0, Version { id, body });
    }
}

fn run(steps: &[Step]) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let cloud = cloud();
        let b = bucket(&cloud, "b-model").await;
        let mut model = Model::default();
        for (n, step) in steps.iter().enumerate() {
            take(&cloud, &b, &mut model, n, step).await;
            compare(&cloud, &b, &model).await;
        }
    });
}

async fn take(cloud: &testkit::TestCloud, b: &str, model: &mut Model, n: usize, step: &Step) {
    let name = |key: u8| format!("k{key}");
    match step {
        Step::Switch(on) => {
            versioning(cloud, b, if *on { "Enabled" } else { "Suspended" }).await.unwrap();
            model.keeps = Some(*on);
        }
        Step::Put(key) => {
            let written = put(cloud, b, &name(*key), n.to_string()).await;
            assert_eq!(written.version_id.is_some(), model.keeps == Some(true));
            model.write(&name(*key), written.version_id.as_deref(), Some(n.to_string()));
        }
        Step::Delete(key) => {
            let removed = cloud.call::<DeleteObject>(deleting(b, &name(*key), None)).await.unwrap();
            match model.keeps {
                None => {
                    model.keys.remove(&name(*key));
                }
                Some(_) => model.write(&name(*key), removed.version_id.as_deref(), None),
            }
        }
        Step::DeleteVersion(key, index) => {
            let versions = model.keys.entry(name(*key)).or_default();
            if let Some(version) = versions.get(*index).cloned() {
                versions.remove(*index);
                cloud.call::<DeleteObject>(deleting(b, &name(*key), Some(&version.id))).await.unwrap();
            }
        }
    }
}

async fn compare(cloud: &testkit::TestCloud, b: &str, model: &Model) {
    let mut current = Vec::new();
    for (key, expected) in &model.keys {
        let listed = versions(cloud, b, key).await;
        let mut ids: Vec<_> = listed.iter().map(|(id, _, marker)| (id.clone(), *marker)).collect();
        let mut wanted: Vec<_> = expected.iter().map(|v| (v.id.clone(), v.body.is_none())).collect();
        assert_eq!(ids.first(), wanted.first(), "the newest of {key}");
        ids.sort();
        wanted.sort();
        assert_eq!(ids, wanted, "{key}");
        assert_eq!(listed.iter().filter(|(_, latest, _)| *latest).count(), usize::from(!listed.is_empty()));
        for version in expected.iter().filter(|version| version.body.is_some()) {
            let input = GetObjectInput { version_id: Some(version.id.clone()), ..getting(b, key) };
            let (_, body) = read(cloud, input).await.unwrap();
            assert_eq!(Some(String::from_utf8(body).unwrap()), version.body);
        }
        match expected.first().and_then(|version| version.body.as_ref()) {
            Some(body) => {
                assert_eq!(get(cloud, b, key).await, body.as_bytes());
                current.push(key.clone());
            }
            None => assert_eq!(code::<GetObject>(cloud, getting(b, key)).await, "NoSuchKey"),
        }
    }
    assert_eq!(keys(cloud, b).await, current);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn versions_are_what_a_small_model_says(steps in proptest::collection::vec(step(), 1..24)) {
        run(&steps);
    }
}

#[tokio::test]
async fn delete_markers_hide_and_answer_so() {
    let cloud = cloud();
    let b = bucket(&cloud, "b-markers").await;
    versioning(&cloud, &b, "Enabled").await.unwrap();
    put(&cloud, &b, "k", "1").await;
    let marker = cloud.call::<DeleteObject>(deleting(&b, "k", None)).await.unwrap();
    assert_eq!(marker.delete_marker, Some(true));
    assert_eq!(code::<GetObject>(&cloud, getting(&b, "k")).await, "NoSuchKey");
    let asked = GetObjectInput { version_id: marker.version_id.clone(), ..getting(&b, "k") };
    assert_eq!(code::<GetObject>(&cloud, asked).await, "MethodNotAllowed");
    let bad = GetObjectInput { version_id: Some("nothing".into()), ..getting(&b, "k") };
    let told = refused::<GetObject>(&cloud, bad).await;
    assert_eq!(told, pair("InvalidArgument", "Invalid version id specified"));
    cloud.call::<DeleteObject>(deleting(&b, "k", marker.version_id.as_deref())).await.unwrap();
    assert_eq!(get(&cloud, &b, "k").await, b"1");
    let gone = GetObjectInput { version_id: marker.version_id, ..getting(&b, "k") };
    assert_eq!(code::<GetObject>(&cloud, gone).await, "NoSuchVersion");
}

async fn locking_bucket(cloud: &testkit::TestCloud) -> String {
    let input = CreateBucketInput {
        bucket: "b-locked".into(),
        object_lock_enabled_for_bucket: Some(true),
        ..Default::default()
    };
    cloud.call::<CreateBucket>(input).await.unwrap();
    "b-locked".into()
}

#[tokio::test]
async fn retentions_and_holds_keep_versions() {
    let cloud = cloud();
    let b = locking_bucket(&cloud).await;
    let until = cloud.runtime().clock.now().plus(Duration::from_secs(3_600));
    let locked = |mode| PutObjectInput {
        object_lock_mode: Some(mode),
        object_lock_retain_until_date: Some(until),
        ..putting(&b, "k", "x")
    };
    let delete =
        |id: &str, bypass| DeleteObjectInput { bypass_governance_retention: bypass, ..deleting(&b, "k", Some(id)) };
    let governed = cloud.call::<PutObject>(locked(ObjectLockMode::Governance)).await.unwrap().version_id.unwrap();
    let kept = cloud.call::<PutObject>(locked(ObjectLockMode::Compliance)).await.unwrap().version_id.unwrap();
    assert_eq!(code::<DeleteObject>(&cloud, delete(&governed, None)).await, "AccessDenied");
    cloud.call::<DeleteObject>(delete(&governed, Some(true))).await.unwrap();
    assert_eq!(code::<DeleteObject>(&cloud, delete(&kept, Some(true))).await, "AccessDenied");
    let retention = |mode, until| PutObjectRetentionInput {
        bucket: b.clone(),
        key: "k".into(),
        retention: Some(ObjectLockRetention { mode: Some(mode), retain_until_date: Some(until) }),
        bypass_governance_retention: Some(true),
        ..Default::default()
    };
    let weaker = retention(ObjectLockRetentionMode::Governance, until);
    assert_eq!(code::<PutObjectRetention>(&cloud, weaker).await, "AccessDenied");
    let longer = until.plus(Duration::from_secs(60));
    cloud.call::<PutObjectRetention>(retention(ObjectLockRetentionMode::Compliance, longer)).await.unwrap();
    let input = GetObjectRetentionInput { bucket: b.clone(), key: "k".into(), ..Default::default() };
    let told = cloud.call::<GetObjectRetention>(input).await.unwrap().retention.unwrap();
    assert_eq!(told.retain_until_date, Some(longer));
    cloud.advance(Duration::from_secs(3_661)).await;
    let hold = |status| PutObjectLegalHoldInput {
        bucket: b.clone(),
        key: "k".into(),
        legal_hold: Some(ObjectLockLegalHold { status: Some(status) }),
        ..Default::default()
    };
    cloud.call::<PutObjectLegalHold>(hold(ObjectLockLegalHoldStatus::On)).await.unwrap();
    assert_eq!(code::<DeleteObject>(&cloud, delete(&kept, Some(true))).await, "AccessDenied");
    let input = GetObjectLegalHoldInput { bucket: b.clone(), key: "k".into(), ..Default::default() };
    let told = cloud.call::<GetObjectLegalHold>(input).await.unwrap().legal_hold.unwrap();
    assert_eq!(told.status, Some(ObjectLockLegalHoldStatus::On));
    cloud.call::<PutObjectLegalHold>(hold(ObjectLockLegalHoldStatus::Off)).await.unwrap();
    cloud.call::<DeleteObject>(delete(&kept, None)).await.unwrap();
}

#[tokio::test]
async fn delete_objects_tells_of_each() {
    let cloud = cloud();
    let b = bucket(&cloud, "b-many").await;
    for key in ["a", "b", "c"] {
        put(&cloud, &b, key, "x").await;
    }
    let named = |key: &str, tag: Option<&str>| ObjectIdentifier {
        key: key.to_owned(),
        e_tag: tag.map(str::to_owned),
        ..Default::default()
    };
    let deleting = |objects, quiet| DeleteObjectsInput {
        bucket: b.clone(),
        delete: Delete { objects, quiet },
        ..Default::default()
    };
    let objects = vec![named("a", None), named("b", Some("other")), named("none", None)];
    let told = cloud.call::<DeleteObjects>(deleting(objects, None)).await.unwrap();
    let deleted: Vec<_> = told.deleted.unwrap().into_iter().filter_map(|deleted| deleted.key).collect();
    assert_eq!(deleted, ["a", "none"]);
    assert_eq!(told.errors.unwrap()[0].code.as_deref(), Some("PreconditionFailed"));
    assert_eq!(keys(&cloud, &b).await, ["b", "c"]);
    let quiet = cloud.call::<DeleteObjects>(deleting(vec![named("b", None)], Some(true))).await.unwrap();
    assert_eq!(quiet.deleted, None);
    assert_eq!(code::<DeleteObjects>(&cloud, deleting(vec![], None)).await, "MalformedXML");
    let many = (0..1_001).map(|n| named(&n.to_string(), None)).collect();
    assert_eq!(code::<DeleteObjects>(&cloud, deleting(many, None)).await, "MalformedXML");
}

#[tokio::test]
async fn restore_object_brings_archived_content_back_for_a_while() {
    let cloud = cloud();
    let b = bucket(&cloud, "b-archive").await;
    let input = PutObjectInput { storage_class: Some(StorageClass::Glacier), ..putting(&b, "k", "cold") };
    cloud.call::<PutObject>(input).await.unwrap();
    assert_eq!(code::<GetObject>(&cloud, getting(&b, "k")).await, "InvalidObjectState");
    let asking = |tier: Tier| RestoreObjectInput {
        bucket: b.clone(),
        key: "k".into(),
        restore_request: Some(RestoreRequest {
            days: Some(1),
            glacier_job_parameters: Some(GlacierJobParameters { tier }),
            ..Default::default()
        }),
        ..Default::default()
    };
    assert_eq!(cloud.call::<RestoreObject>(asking(Tier::Standard)).await.unwrap().status, Some(202));
    assert_eq!(code::<RestoreObject>(&cloud, asking(Tier::Standard)).await, "RestoreAlreadyInProgress");
    let head = cloud.call::<HeadObject>(heading(&b, "k")).await.unwrap();
    assert_eq!(head.restore.as_deref(), Some("ongoing-request=\"true\""));
    cloud.advance(Duration::from_secs(5 * 3_600)).await;
    assert_eq!(get(&cloud, &b, "k").await, b"cold");
    assert_eq!(cloud.call::<RestoreObject>(asking(Tier::Standard)).await.unwrap().status, Some(200));
    let head = cloud.call::<HeadObject>(heading(&b, "k")).await.unwrap();
    let restored = "ongoing-request=\"false\", expiry-date=\"Sat, 03 Jan 2026 00:00:00 GMT\"";
    assert_eq!(head.restore.as_deref(), Some(restored));
    cloud.advance(Duration::from_secs(3 * 86_400)).await;
    assert_eq!(code::<GetObject>(&cloud, getting(&b, "k")).await, "InvalidObjectState");
    put(&cloud, &b, "warm", "x").await;
    let warm = RestoreObjectInput { key: "warm".into(), ..asking(Tier::Bulk) };
    assert_eq!(code::<RestoreObject>(&cloud, warm).await, "InvalidObjectState");
}
