//! The process dies at every commit of a life that writes, puts together, copies, deletes, ages and replicates; or a commit is
//! refused, as a full disk does. What was acknowledged is there, what was not is whole or absent, and nothing is left over.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use api_s3::*;
use names::Timestamp;
use runtime::Runtime;
use service_kit::Error;
use store::blobs::{Blobs, MemoryBlobs};
use store::{Fault, Faulty, Kv, Memory, Store};
use testkit::TestCloud;

use crate::cloud::{bucket, versioning};
use crate::objects::*;
use crate::roles::{everything, role};

const START: Timestamp = Timestamp::from_secs(1_767_225_600);

/// What each key may hold: bytes, or nothing.
type Allowed = BTreeMap<(&'static str, &'static str), Vec<Option<usize>>>;

fn start(kv: Arc<dyn Kv>, blobs: &Arc<MemoryBlobs>, at: Timestamp) -> TestCloud {
    let runtime = Runtime::simulated(7, at);
    let store = Store::new(kv, runtime.random.clone());
    let mut parts = TestCloud::parts_on(runtime, store);
    parts.blobs = blobs.clone() as Arc<dyn Blobs>;
    let services = vec![svc_s3::service(&parts), svc_iam::service(&parts), svc_sts::service(&parts)];
    TestCloud::of(parts, services)
}

/// Buckets, a role, rules.
async fn prepare(cloud: &TestCloud) {
    for name in ["b-plain", "b-from", "b-to"] {
        bucket(cloud, name).await;
    }
    for name in ["b-from", "b-to"] {
        versioning(cloud, name, "Enabled").await.unwrap();
    }
    let role = role(cloud, "copier", "s3.amazonaws.com", everything()).await;
    let rule = ReplicationRule {
        prefix: Some(String::new()),
        status: ReplicationRuleStatus::Enabled,
        destination: Destination { bucket: "arn:aws:s3:::b-to".to_owned(), ..Default::default() },
        ..Default::default()
    };
    let rules = PutBucketReplicationInput {
        bucket: "b-from".to_owned(),
        replication_configuration: ReplicationConfiguration { role, rules: vec![rule] },
        ..Default::default()
    };
    cloud.call::<PutBucketReplication>(rules).await.unwrap();
    let rule = LifecycleRule {
        filter: Some(LifecycleRuleFilter { prefix: Some("old/".to_owned()), ..Default::default() }),
        status: ExpirationStatus::Enabled,
        expiration: Some(LifecycleExpiration { days: Some(1), ..Default::default() }),
        ..Default::default()
    };
    let rules = PutBucketLifecycleConfigurationInput {
        bucket: "b-plain".to_owned(),
        lifecycle_configuration: Some(BucketLifecycleConfiguration { rules: vec![rule] }),
        ..Default::default()
    };
    cloud.call::<PutBucketLifecycleConfiguration>(rules).await.unwrap();
}

/// A life, with what each step may leave and what it must have left once it was acknowledged.
struct Life<'a> {
    cloud: &'a TestCloud,
    allowed: &'a mut Allowed,
    /// Attempts at each step.
    attempts: usize,
}

impl Life<'_> {
    async fn step<O: smithy::Operation>(
        &mut self,
        bucket: &'static str,
        key: &'static str,
        leaves: Option<usize>,
        input: impl Fn() -> O::Input,
    ) -> Result<O::Output, Error> {
        let may = self.allowed.entry((bucket, key)).or_insert_with(|| vec![None]);
        may.push(leaves);
        let mut answer = self.cloud.call::<O>(input()).await;
        for _ in 1..self.attempts {
            if answer.is_err() {
                answer = self.cloud.call::<O>(input()).await;
            }
        }
        let answer = answer?;
        self.allowed.insert((bucket, key), vec![leaves]);
        Ok(answer)
    }

    async fn put(&mut self, bucket: &'static str, key: &'static str, size: usize) -> Result<PutObjectOutput, Error> {
        self.step::<PutObject>(bucket, key, Some(size), || putting(bucket, key, noise(size))).await
    }

    async fn whole(&mut self) -> Result<(), Error> {
        let begin = || CreateMultipartUploadInput {
            bucket: "b-plain".to_owned(),
            key: "whole".to_owned(),
            ..Default::default()
        };
        let begun = self.step::<CreateMultipartUpload>("b-plain", "-", None, begin).await?;
        let upload_id = begun.upload_id.unwrap();
        let part = || UploadPartInput {
            bucket: "b-plain".to_owned(),
            key: "whole".to_owned(),
            upload_id: upload_id.clone(),
            part_number: 1,
            body: noise(90_000).into(),
            ..Default::default()
        };
        let e_tag = self.step::<UploadPart>("b-plain", "-", None, part).await?.e_tag;
        let parts = vec![CompletedPart { e_tag, part_number: Some(1), ..Default::default() }];
        let complete = || CompleteMultipartUploadInput {
            bucket: "b-plain".to_owned(),
            key: "whole".to_owned(),
            upload_id: upload_id.clone(),
            multipart_upload: Some(CompletedMultipartUpload { parts: Some(parts.clone()) }),
            ..Default::default()
        };
        self.step::<CompleteMultipartUpload>("b-plain", "whole", Some(90_000), complete).await.map(drop)
    }

    async fn live(&mut self) -> Result<(), Error> {
        self.put("b-plain", "large", 100_000).await?;
        self.put("b-plain", "large", 150_000).await?;
        self.put("b-plain", "small", 10).await?;
        self.whole().await?;
        let copy = || CopyObjectInput {
            bucket: "b-plain".to_owned(),
            key: "copy".to_owned(),
            copy_source: "b-plain/large".to_owned(),
            ..Default::default()
        };
        self.step::<CopyObject>("b-plain", "copy", Some(150_000), copy).await?;
        self.step::<DeleteObject>("b-plain", "large", None, || deleting("b-plain", "large", None)).await?;
        self.put("b-plain", "old/x", 70_000).await?;
        self.put("b-from", "r", 80_000).await?;
        for _ in 0..200 {
            self.cloud.advance(Duration::from_millis(100)).await;
        }
        self.allowed.insert(("b-plain", "old/x"), vec![None, Some(70_000)]);
        let later = START.plus(Duration::from_secs(3 * 86_400));
        let (timers, cloud) = (self.cloud.cloud().timers(), self.cloud.cloud());
        Ok(timers.advance_through(later, |due| cloud.fire(due)).await?)
    }
}

/// What a key holds.
async fn held(cloud: &TestCloud, bucket: &str, key: &str) -> Option<usize> {
    let (_, body) = read(cloud, getting(bucket, key)).await.ok()?;
    assert!(body == noise(body.len()), "{bucket}/{key} is torn");
    Some(body.len())
}

/// After another start: all is as it was acknowledged, and what is due is done.
async fn check(cloud: &TestCloud, allowed: &Allowed, name: &str) {
    for ((bucket, key), may) in allowed {
        let there = held(cloud, bucket, key).await;
        let aged = *key == "old/x" && there.is_none();
        assert!(*key == "-" || aged || may.contains(&there), "{name}: {bucket}/{key} holds {there:?}, not {may:?}");
    }
    let here = held(cloud, "b-from", "r").await;
    for turn in 0.. {
        let found = cloud.cloud().examine().await.unwrap();
        let status =
            cloud.call::<HeadObject>(heading("b-from", "r")).await.ok().and_then(|head| head.replication_status);
        let copied = status.is_none_or(|status| status == ReplicationStatus::Completed);
        let sound = found.faults.is_empty() && found.waiting == 0;
        if sound && copied && held(cloud, "b-to", "r").await == here {
            return;
        }
        // Background work goes on while the store is examined: what it changes in between is not wrong the next time.
        assert!(turn < 1_000, "{name}: {found:?}, copied: {copied}");
        cloud.advance(Duration::from_secs(40)).await;
    }
}

/// Lives until a commit, and again afterwards. Tells whether that commit was reached.
async fn one(nth: u64, fault: Fault, deadly: bool) -> bool {
    let name = format!("commit {nth}, {fault:?}, deadly: {deadly}");
    let memory = Arc::new(Memory::default());
    let (faulty, blobs) =
        (Arc::new(Faulty::new(memory.clone())), Arc::new(MemoryBlobs::new(runtime::Random::seeded(1))));
    let cloud = start(faulty.clone(), &blobs, START);
    prepare(&cloud).await;
    let (until, dying) = (faulty.commits() + nth, faulty.clone());
    faulty.plan(move |number| {
        let now = number == until;
        if now && deadly {
            dying.kill();
        }
        now.then_some(fault)
    });
    let mut allowed = Allowed::new();
    let lived = Life { cloud: &cloud, allowed: &mut allowed, attempts: if deadly { 1 } else { 3 } }.live().await;
    let reached = faulty.commits() >= until;
    assert!(deadly && reached || lived.is_ok(), "{name}: {lived:?}");
    if !deadly {
        check(&cloud, &allowed, &name).await;
        return reached;
    }
    cloud.runtime().shutdown.request();
    let again = start(memory, &blobs, START.plus(Duration::from_secs(4 * 86_400)));
    check(&again, &allowed, &name).await;
    reached
}

#[tokio::test]
async fn death_at_any_commit_loses_and_leaves_nothing() {
    for fault in [Fault::Refused, Fault::AnswerLost] {
        let mut nth = 1;
        while one(nth, fault, true).await {
            nth += 1;
        }
        assert!(nth > 20, "{nth} commits are a short life");
    }
}

#[tokio::test]
async fn a_commit_that_is_refused_is_made_again() {
    let mut nth = 1;
    while one(nth, Fault::Refused, false).await {
        nth += 1;
    }
}
