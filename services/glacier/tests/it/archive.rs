//! Archives at one go.

use std::sync::Arc;

use api_glacier as api;
use names::Timestamp;
use runtime::Runtime;
use service_kit::Error;
use smithy::ByteStream;
use store::Store;
use store::blobs::Blobs;
use testkit::TestCloud;

use crate::world::{archive, bytes, cloud, delete, upload, vault};

#[tokio::test]
async fn an_archive_has_the_hash_of_its_tree() {
    let cloud = cloud();
    vault(&cloud, "v").await;
    let kept = cloud.call::<api::UploadArchive>(upload(b"abc")).await.unwrap();
    let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(kept.checksum.as_deref(), Some(hash));
    let id = kept.archive_id.unwrap();
    assert_eq!(id.len(), 138);
    assert_eq!(kept.location, Some(format!("/{}/vaults/v/archives/{id}", cloud.account())));
    let right = api::UploadArchiveInput { checksum: Some(hash.to_owned()), ..upload(b"abc") };
    cloud.call::<api::UploadArchive>(right).await.unwrap();
    let wrong = api::UploadArchiveInput { checksum: Some("00".to_owned()), ..upload(b"abc") };
    let told = cloud.error::<api::UploadArchive>(wrong).await;
    assert_eq!(told.1, format!("Checksum mismatch: expected 00 server computed {hash}"));
    let wrong = api::UploadArchiveInput { archive_description: Some("é".to_owned()), ..upload(b"abc") };
    assert_eq!(cloud.error::<api::UploadArchive>(wrong).await.0, "InvalidParameterValueException");
    let told = cloud.error::<api::UploadArchive>(upload(b"")).await;
    assert_eq!(told.1, "Invalid Content-Length: 0");
    let wrong = api::UploadArchiveInput { vault_name: "no".to_owned(), ..upload(b"abc") };
    assert_eq!(cloud.error::<api::UploadArchive>(wrong).await.0, "ResourceNotFoundException");
}

#[tokio::test]
async fn a_deleted_archive_is_gone() {
    let cloud = cloud();
    vault(&cloud, "v").await;
    let id = archive(&cloud, &bytes(3_000_000)).await;
    cloud.call::<api::DeleteArchive>(delete(&id)).await.unwrap();
    let told = cloud.error::<api::DeleteArchive>(delete(&id)).await;
    assert_eq!(told, ("ResourceNotFoundException".to_owned(), format!("The archive ID was not found: {id}")));
}

#[tokio::test]
async fn files_that_nobody_names_go() {
    let (runtime, start) = (Runtime::simulated(3, Timestamp::from_secs(1_767_225_600)), bytes(3_000_000));
    let store = Store::in_memory(runtime.random.clone());
    let parts = TestCloud::parts_on(runtime, store);
    let blobs = parts.blobs.clone();
    let services = vec![svc_glacier::service(&parts)];
    let cloud = TestCloud::of(parts, services);
    vault(&cloud, "v").await;
    let (kept, gone) = (archive(&cloud, &start).await, archive(&cloud, &start).await);
    let pieces = futures_util::stream::iter([Ok(bytes::Bytes::from(start)), Err(std::io::Error::other("broken"))]);
    let input = api::UploadArchiveInput { body: ByteStream::new(None, pieces), ..upload(b"") };
    assert!(cloud.call::<api::UploadArchive>(input).await.is_err());
    cloud.call::<api::DeleteArchive>(delete(&gone)).await.unwrap();
    until(&blobs, 1).await;
    cloud.call::<api::DeleteArchive>(delete(&kept)).await.unwrap();
    until(&blobs, 0).await;
}

/// Waits until there are so many files.
async fn until(blobs: &Arc<dyn Blobs>, count: usize) {
    for _ in 0..100_000 {
        if blobs.list().await.unwrap().len() == count {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("{:?} files, never {count}", blobs.list().await.unwrap());
}

#[tokio::test]
async fn a_body_that_breaks_off_leaves_nothing() {
    let cloud = cloud();
    vault(&cloud, "v").await;
    let pieces = futures_util::stream::iter([
        Ok(bytes::Bytes::from(bytes(2_000_000))),
        Err(std::io::Error::other("the client went away")),
    ]);
    let input = api::UploadArchiveInput { body: ByteStream::new(None, pieces), ..upload(b"") };
    assert!(matches!(cloud.call::<api::UploadArchive>(input).await, Err(Error::Fault(_))));
    let input = api::DeleteVaultInput { account_id: "-".to_owned(), vault_name: "v".to_owned() };
    cloud.call::<api::DeleteVault>(input).await.unwrap();
}
