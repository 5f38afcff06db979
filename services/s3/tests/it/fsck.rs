//! A store examined: what is sound is found so, and a flipped bit, a lost file and one that nobody knows are each told.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use api_s3::*;
use runtime::Random;
use service_kit::WrongKind as Kind;
use store::blobs::FileBlobs;
use testkit::TestCloud;

use crate::cloud::{bucket, versioning};
use crate::objects::*;

fn on_files(directory: &Path) -> TestCloud {
    let mut parts = TestCloud::parts();
    parts.blobs = Arc::new(FileBlobs::open(directory, [3; 32], Random::seeded(3)).unwrap());
    let services = vec![svc_s3::service(&parts), svc_s3::control(&parts), svc_kms::service(&parts)];
    TestCloud::of(parts, services)
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let folders = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    folders.flat_map(|folder| std::fs::read_dir(folder).unwrap()).map(|entry| entry.unwrap().path()).collect()
}

async fn kinds(cloud: &TestCloud) -> Vec<Kind> {
    cloud.cloud().examine().await.unwrap().faults.into_iter().map(|wrong| wrong.kind).collect()
}

/// Objects of every kind: small, large, copied, in versions, under a key of KMS and of a customer, half uploaded.
async fn filled(cloud: &TestCloud) -> String {
    let b = bucket(cloud, "b-examined").await;
    versioning(cloud, &b, "Enabled").await.unwrap();
    put(cloud, &b, "small", noise(100)).await;
    put(cloud, &b, "large", noise(300_000)).await;
    put(cloud, &b, "large", noise(200_000)).await;
    let copy = CopyObjectInput {
        bucket: b.clone(),
        key: "copy".to_owned(),
        copy_source: format!("{b}/large"),
        ..Default::default()
    };
    cloud.call::<CopyObject>(copy).await.unwrap();
    let kms = PutObjectInput { server_side_encryption: Some("aws:kms".into()), ..putting(&b, "kms", noise(150_000)) };
    cloud.call::<PutObject>(kms).await.unwrap();
    cloud.call::<DeleteObject>(deleting(&b, "small", None)).await.unwrap();
    let begin = CreateMultipartUploadInput { bucket: b.clone(), key: "half".to_owned(), ..Default::default() };
    let upload_id = cloud.call::<CreateMultipartUpload>(begin).await.unwrap().upload_id.unwrap();
    let part = UploadPartInput {
        bucket: b.clone(),
        key: "half".to_owned(),
        upload_id,
        part_number: 1,
        body: noise(100_000).into(),
        ..Default::default()
    };
    cloud.call::<UploadPart>(part).await.unwrap();
    b
}

#[tokio::test]
async fn what_is_sound_is_found_so_and_every_kind_of_harm_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let cloud = on_files(directory.path());
    filled(&cloud).await;
    let found = cloud.cloud().examine().await.unwrap();
    assert_eq!((found.contents, found.unread, &found.faults[..]), (6, 0, &[][..]));
    assert_eq!(found.bytes, 100 + 300_000 + 200_000 * 2 + 150_000 + 100_000);
    let all = files(directory.path());
    assert_eq!(found.files, all.len() as u64);
    for file in &all {
        let good = std::fs::read(file).unwrap();
        let mut flipped = good.clone();
        let middle = flipped.len() / 2;
        flipped[middle] ^= 1;
        std::fs::write(file, &flipped).unwrap();
        let told = kinds(&cloud).await;
        assert!(!told.is_empty() && told.iter().all(|kind| *kind == Kind::Damaged), "{told:?}");
        std::fs::remove_file(file).unwrap();
        let told = kinds(&cloud).await;
        assert!(told.len() >= 2 && told.iter().all(|kind| *kind == Kind::Missing), "{told:?}");
        std::fs::write(file, &good).unwrap();
        assert_eq!(kinds(&cloud).await, []);
    }
    let stranger = all[0].with_file_name(format!("{:032x}", 7));
    std::fs::copy(&all[0], &stranger).unwrap();
    assert_eq!(kinds(&cloud).await, [Kind::Orphan]);
}
