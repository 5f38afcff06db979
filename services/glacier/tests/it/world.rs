//! What the tests share: a cloud with vaults, topics and queues, and archives to put into them.

use std::time::Duration;

use api_glacier as api;
use bytes::Bytes;
use futures_util::StreamExt as _;
use smithy::ByteStream;
use testkit::TestCloud;

/// A cloud with Glacier, topics, queues and users, in an account of the test's own.
pub(crate) fn cloud() -> TestCloud {
    let services = |parts: &_| {
        vec![svc_glacier::service(parts), svc_sns::service(parts), svc_sqs::service(parts), svc_iam::service(parts)]
    };
    TestCloud::new(services).fresh_account()
}

/// A vault.
pub(crate) async fn vault(cloud: &TestCloud, name: &str) {
    let input = api::CreateVaultInput { account_id: "-".to_owned(), vault_name: name.to_owned() };
    cloud.call::<api::CreateVault>(input).await.unwrap();
}

/// The ARN of a vault.
pub(crate) fn arn(cloud: &TestCloud, name: &str) -> String {
    format!("arn:aws:glacier:us-east-1:{}:vaults/{name}", cloud.account())
}

/// An upload of an archive into the vault `v`.
pub(crate) fn upload(content: &[u8]) -> api::UploadArchiveInput {
    api::UploadArchiveInput {
        account_id: "-".to_owned(),
        vault_name: "v".to_owned(),
        archive_description: Some("d".to_owned()),
        checksum: None,
        body: ByteStream::from(Bytes::copy_from_slice(content)),
    }
}

/// An archive in the vault `v`; its id.
pub(crate) async fn archive(cloud: &TestCloud, content: &[u8]) -> String {
    cloud.call::<api::UploadArchive>(upload(content)).await.unwrap().archive_id.unwrap()
}

/// Deletes an archive of the vault `v`.
pub(crate) fn delete(archive_id: &str) -> api::DeleteArchiveInput {
    let (account_id, vault_name) = ("-".to_owned(), "v".to_owned());
    api::DeleteArchiveInput { account_id, vault_name, archive_id: archive_id.to_owned() }
}

/// A retrieval of an archive of the vault `v`.
pub(crate) fn retrieval(archive_id: &str, tier: &str) -> api::InitiateJobInput {
    job(api::JobParameters {
        r#type: Some("archive-retrieval".to_owned()),
        archive_id: Some(archive_id.to_owned()),
        tier: Some(tier.to_owned()),
        ..Default::default()
    })
}

/// A job on the vault `v`.
pub(crate) fn job(parameters: api::JobParameters) -> api::InitiateJobInput {
    let (account_id, vault_name) = ("-".to_owned(), "v".to_owned());
    api::InitiateJobInput { account_id, vault_name, job_parameters: Some(parameters) }
}

/// What a job of the vault `v` retrieved.
pub(crate) fn output(job_id: &str, range: Option<&str>) -> api::GetJobOutputInput {
    api::GetJobOutputInput {
        account_id: "-".to_owned(),
        vault_name: "v".to_owned(),
        job_id: job_id.to_owned(),
        range: range.map(str::to_owned),
    }
}

/// All bytes of a stream.
pub(crate) async fn read(body: ByteStream) -> Vec<u8> {
    let mut pieces = body.pieces;
    let mut all = Vec::new();
    while let Some(piece) = pieces.next().await {
        all.extend_from_slice(&piece.unwrap());
    }
    all
}

/// Moves the clock through every timer on the way.
pub(crate) async fn pass(cloud: &TestCloud, time: Duration) {
    let (whole, target) = (cloud.cloud(), cloud.runtime().clock.now().plus(time));
    whole.timers().advance_through(target, |due| whole.fire(due)).await.unwrap();
    tokio::task::yield_now().await;
}

/// So many different bytes.
pub(crate) fn bytes(count: usize) -> Vec<u8> {
    (0..count).map(|place| u8::try_from(place / 1_000 % 251).unwrap()).collect()
}
