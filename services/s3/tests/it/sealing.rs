//! Encryption: under the cloud's keys, KMS's, the customer's; what lies on disk; what is left there.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use api_kms::{CreateKey, CreateKeyInput, ScheduleKeyDeletion, ScheduleKeyDeletionInput};
use api_s3::*;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::FutureExt as _;
use runtime::Random;
use store::blobs::{Blob, BlobId, BlobKey, BlobReader, BlobWriter, Blobs, FileBlobs};
use store::{BoxFuture, StoreError};
use testkit::TestCloud;

use crate::cloud::{bucket, code};
use crate::objects::*;

/// A cloud whose large content lies in files of a directory.
fn on_files(directory: &Path) -> TestCloud {
    let mut parts = TestCloud::parts();
    parts.blobs = Arc::new(FileBlobs::open(directory, [3; 32], Random::seeded(3)).unwrap());
    let services = vec![svc_s3::service(&parts), svc_kms::service(&parts)];
    TestCloud::of(parts, services)
}

fn files(directory: &Path) -> Vec<std::path::PathBuf> {
    let folders = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    folders.flat_map(|folder| std::fs::read_dir(folder).unwrap()).map(|entry| entry.unwrap().path()).collect()
}

/// Lets background work run until only so many files are left.
async fn until_files(directory: &Path, count: usize) {
    for _ in 0..100_000 {
        if files(directory).len() == count {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("{} files are left, not {count}", files(directory).len());
}

fn with_key(bucket: &str, key: &str, secret: [u8; 32], body: Bytes) -> PutObjectInput {
    PutObjectInput {
        sse_customer_algorithm: Some("AES256".into()),
        sse_customer_key: Some(STANDARD.encode(secret)),
        ..putting(bucket, key, body)
    }
}

#[tokio::test]
async fn keys_of_customers_are_needed_again_and_kept_nowhere() {
    let directory = tempfile::tempdir().unwrap();
    let cloud = on_files(directory.path());
    let b = bucket(&cloud, "b-customer").await;
    for size in [10, 1_000_000] {
        let told = cloud.call::<PutObject>(with_key(&b, "k", [7; 32], noise(size))).await.unwrap();
        assert_eq!(told.sse_customer_algorithm.as_deref(), Some("AES256"));
        assert_eq!(told.server_side_encryption, None);
        assert_eq!(code::<GetObject>(&cloud, getting(&b, "k")).await, "InvalidRequest");
        let reading = |secret: [u8; 32]| GetObjectInput {
            sse_customer_algorithm: Some("AES256".into()),
            sse_customer_key: Some(STANDARD.encode(secret)),
            ..getting(&b, "k")
        };
        assert_eq!(code::<GetObject>(&cloud, reading([8; 32])).await, "AccessDenied");
        assert!(read(&cloud, reading([7; 32])).await.unwrap().1 == noise(size));
        let head = HeadObjectInput {
            sse_customer_algorithm: Some("AES256".into()),
            sse_customer_key: Some(STANDARD.encode([7; 32])),
            ..heading(&b, "k")
        };
        cloud.call::<HeadObject>(head).await.unwrap();
    }
    let plain = GetObjectInput { sse_customer_algorithm: Some("AES256".into()), ..getting(&b, "k") };
    assert_eq!(code::<GetObject>(&cloud, plain).await, "InvalidArgument");
    let short =
        PutObjectInput { sse_customer_key: Some(STANDARD.encode([1; 16])), ..with_key(&b, "k", [0; 32], noise(1)) };
    assert_eq!(code::<PutObject>(&cloud, short).await, "InvalidArgument");
    let other_md5 = PutObjectInput { sse_customer_key_md5: Some("x".into()), ..with_key(&b, "k", [0; 32], noise(1)) };
    assert_eq!(code::<PutObject>(&cloud, other_md5).await, "InvalidArgument");
}

#[tokio::test]
async fn a_bucket_may_refuse_keys_of_customers() {
    let directory = tempfile::tempdir().unwrap();
    let cloud = on_files(directory.path());
    let b = bucket(&cloud, "b-blocks").await;
    let rule = ServerSideEncryptionRule {
        blocked_encryption_types: Some(BlockedEncryptionTypes { encryption_type: Some(vec![EncryptionType::SseC]) }),
        ..Default::default()
    };
    let input = PutBucketEncryptionInput {
        bucket: b.clone(),
        server_side_encryption_configuration: ServerSideEncryptionConfiguration { rules: vec![rule] },
        ..Default::default()
    };
    cloud.call::<PutBucketEncryption>(input).await.unwrap();
    assert_eq!(code::<PutObject>(&cloud, with_key(&b, "k", [7; 32], noise(1))).await, "AccessDenied");
    put(&cloud, &b, "k", noise(1)).await;
}

#[tokio::test]
async fn keys_of_kms_open_what_they_closed_and_no_more_when_they_are_gone() {
    let directory = tempfile::tempdir().unwrap();
    let cloud = on_files(directory.path());
    let b = bucket(&cloud, "b-kms").await;
    let key = cloud.call::<CreateKey>(CreateKeyInput::default()).await.unwrap().key_metadata.unwrap();
    let (id, arn) = (key.key_id, key.arn.unwrap());
    for (name, method, bucket_key) in
        [("a", "aws:kms", None), ("b", "aws:kms", Some(true)), ("c", "aws:kms:dsse", None)]
    {
        for size in [10, 500_000] {
            let input = PutObjectInput {
                server_side_encryption: Some(method.to_owned().into()),
                ssekms_key_id: Some(id.clone()),
                bucket_key_enabled: bucket_key,
                ..putting(&b, name, noise(size))
            };
            let told = cloud.call::<PutObject>(input).await.unwrap();
            assert_eq!(told.ssekms_key_id.as_ref(), Some(&arn));
            let (head, body) = read(&cloud, getting(&b, name)).await.unwrap();
            assert!(body == noise(size));
            assert_eq!(head.server_side_encryption.unwrap().as_str(), method);
            assert_eq!(head.bucket_key_enabled, bucket_key);
        }
    }
    let copy =
        CopyObjectInput { bucket: b.clone(), key: "plain".into(), copy_source: format!("{b}/a"), ..Default::default() };
    cloud.call::<CopyObject>(copy).await.unwrap();
    let input = ScheduleKeyDeletionInput { key_id: id, ..Default::default() };
    cloud.call::<ScheduleKeyDeletion>(input).await.unwrap();
    assert_eq!(code::<GetObject>(&cloud, getting(&b, "a")).await, "KMSInvalidState");
    assert!(get(&cloud, &b, "plain").await == noise(500_000));
    let unknown = PutObjectInput {
        server_side_encryption: Some(ServerSideEncryption::AwsKms),
        ssekms_key_id: Some("none".into()),
        ..putting(&b, "x", "x")
    };
    assert_eq!(code::<PutObject>(&cloud, unknown).await, "KMSNotFound");
}

#[tokio::test]
async fn nothing_lies_in_the_clear_and_a_flipped_bit_is_never_served() {
    let directory = tempfile::tempdir().unwrap();
    let cloud = on_files(directory.path());
    let b = bucket(&cloud, "b-disk").await;
    let body = noise(300_000);
    put(&cloud, &b, "k", body.clone()).await;
    let [file] = &files(directory.path())[..] else { panic!("one file") };
    let mut stored = std::fs::read(file).unwrap();
    assert!(!stored.windows(32).any(|window| window == &body[..32]));
    let middle = stored.len() / 2;
    stored[middle] ^= 1;
    std::fs::write(file, stored).unwrap();
    assert!(cloud.call::<GetObject>(getting(&b, "k")).await.is_err());
}

#[tokio::test]
async fn files_go_with_the_last_object_that_names_them() {
    let directory = tempfile::tempdir().unwrap();
    let cloud = on_files(directory.path());
    let b = bucket(&cloud, "b-files").await;
    put(&cloud, &b, "a", noise(100_000)).await;
    let copy =
        CopyObjectInput { bucket: b.clone(), key: "b".into(), copy_source: format!("{b}/a"), ..Default::default() };
    cloud.call::<CopyObject>(copy).await.unwrap();
    assert_eq!(files(directory.path()).len(), 1, "a copy shares its bytes");
    cloud.call::<DeleteObject>(deleting(&b, "a", None)).await.unwrap();
    assert!(get(&cloud, &b, "b").await == noise(100_000));
    put(&cloud, &b, "b", noise(200_000)).await;
    until_files(directory.path(), 1).await;
    // What is refused after its bytes were written leaves none.
    let refused = PutObjectInput { if_none_match: Some("*".into()), ..putting(&b, "b", noise(300_000)) };
    assert_eq!(code::<PutObject>(&cloud, refused).await, "PreconditionFailed");
    until_files(directory.path(), 1).await;
    cloud.call::<DeleteObject>(deleting(&b, "b", None)).await.unwrap();
    until_files(directory.path(), 0).await;
}

/// Blobs whose writers stop for good once a file is durable: where a crash would have to be to leave one.
struct Stuck(FileBlobs);

struct StuckWriter(Box<dyn BlobWriter>);

impl BlobWriter for StuckWriter {
    fn id(&self) -> BlobId {
        self.0.id()
    }

    fn write(&mut self, bytes: Bytes) -> BoxFuture<'_, Result<(), StoreError>> {
        self.0.write(bytes)
    }

    fn finish(self: Box<Self>) -> BoxFuture<'static, Result<Blob, StoreError>> {
        Box::pin(async move {
            self.0.finish().await?;
            std::future::pending().await
        })
    }
}

impl Blobs for Stuck {
    fn create(&self, key: Option<BlobKey>) -> BoxFuture<'_, Result<Box<dyn BlobWriter>, StoreError>> {
        Box::pin(async move { Ok(Box::new(StuckWriter(self.0.create(key).await?)) as Box<dyn BlobWriter>) })
    }

    fn open(
        &self,
        id: BlobId,
        key: Option<BlobKey>,
        range: Range<u64>,
    ) -> BoxFuture<'_, Result<Box<dyn BlobReader>, StoreError>> {
        self.0.open(id, key, range)
    }

    fn seal(&self, key: Option<&BlobKey>, content: &[u8]) -> Result<Bytes, StoreError> {
        self.0.seal(key, content)
    }

    fn unseal(&self, key: Option<&BlobKey>, sealed: Bytes) -> Result<Bytes, StoreError> {
        self.0.unseal(key, sealed)
    }

    fn delete(&self, id: BlobId) -> BoxFuture<'_, Result<(), StoreError>> {
        self.0.delete(id)
    }

    fn list(&self) -> BoxFuture<'_, Result<Vec<BlobId>, StoreError>> {
        self.0.list()
    }
}

#[tokio::test]
async fn a_file_that_a_crash_left_is_found_by_its_row() {
    let directory = tempfile::tempdir().unwrap();
    let parts = TestCloud::parts();
    let (runtime, store) = (parts.runtime.clone(), parts.store.clone());
    let start = |blobs: Arc<dyn Blobs>| {
        let mut parts = TestCloud::parts_on(runtime.clone(), store.clone());
        parts.blobs = blobs;
        let services = vec![svc_s3::service(&parts)];
        TestCloud::of(parts, services)
    };
    let open = |seed| FileBlobs::open(directory.path(), [3; 32], Random::seeded(seed)).unwrap();
    let first = start(Arc::new(open(1)));
    let b = bucket(&first, "b-crash").await;
    put(&first, &b, "kept", noise(100_000)).await;
    let crashing = start(Arc::new(Stuck(open(2))));
    let mut writing =
        Box::pin(async move { crashing.call::<PutObject>(putting("b-crash", "lost", noise(200_000))).await });
    while files(directory.path()).len() < 2 {
        assert!((&mut writing).now_or_never().is_none());
        tokio::task::yield_now().await;
    }
    // Not even dropped: the process is gone.
    std::mem::forget(writing);
    let after = start(Arc::new(open(3)));
    until_files(directory.path(), 1).await;
    assert_eq!(keys(&after, &b).await, ["kept"]);
    assert!(get(&after, &b, "kept").await == noise(100_000));
}
