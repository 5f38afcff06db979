//! All of Glacier examined: what is sound is found so; a flipped bit, a lost file and one that nobody knows are each told.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use runtime::Random;
use service_kit::WrongKind as Kind;
use store::blobs::FileBlobs;
use testkit::TestCloud;

use crate::world::{archive, bytes, retrieval, vault};

fn files(directory: &Path) -> Vec<PathBuf> {
    let folders = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    folders.flat_map(|folder| std::fs::read_dir(folder).unwrap()).map(|entry| entry.unwrap().path()).collect()
}

async fn kinds(cloud: &TestCloud) -> Vec<Kind> {
    cloud.cloud().examine().await.unwrap().faults.into_iter().map(|wrong| wrong.kind).collect()
}

#[tokio::test]
async fn archives_and_what_jobs_hold_are_read_to_their_ends() {
    let directory = tempfile::tempdir().unwrap();
    let mut parts = TestCloud::parts();
    parts.blobs = Arc::new(FileBlobs::open(directory.path(), [3; 32], Random::seeded(3)).unwrap());
    let services = vec![svc_glacier::service(&parts), svc_sns::service(&parts)];
    let cloud = TestCloud::of(parts, services);
    vault(&cloud, "v").await;
    archive(&cloud, b"small").await;
    let large = archive(&cloud, &bytes(3_000_000)).await;
    cloud.call::<api_glacier::InitiateJob>(retrieval(&large, "Bulk")).await.unwrap();
    let found = cloud.cloud().examine().await.unwrap();
    assert_eq!((found.contents, found.files, &found.faults[..]), (3, 1, &[][..]), "the job names the archive's file");
    assert_eq!(found.bytes, 5 + 2 * 3_000_000);
    let [file] = &files(directory.path())[..] else { panic!("one file") };
    let good = std::fs::read(file).unwrap();
    let mut flipped = good.clone();
    flipped[good.len() / 2] ^= 1;
    std::fs::write(file, &flipped).unwrap();
    assert_eq!(kinds(&cloud).await, [Kind::Damaged, Kind::Damaged]);
    std::fs::remove_file(file).unwrap();
    assert_eq!(kinds(&cloud).await, [Kind::Missing, Kind::Missing, Kind::Missing], "the file, and what it held twice");
    std::fs::write(file, &good).unwrap();
    std::fs::copy(file, file.with_file_name(format!("{:032x}", 7))).unwrap();
    assert_eq!(kinds(&cloud).await, [Kind::Orphan]);
}
