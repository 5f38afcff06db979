//! Everything is in the store, and no secret is in it in the clear.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use api_kms::*;
use names::Timestamp;
use runtime::Runtime;
use smithy::Bytes;
use store::{KeyRange, Local, Options, Order, Reader, Store};
use testkit::TestCloud;

use crate::cloud::*;

const START: Timestamp = Timestamp::from_secs(1_767_225_600);

async fn life(dir: &Path, seconds: u64) -> (TestCloud, Store) {
    let runtime = Runtime::simulated(7 + seconds, START.plus(Duration::from_secs(seconds)));
    let engine = Local::open(dir, &Options::default()).unwrap();
    let store = Store::new(Arc::new(engine), runtime.random.clone());
    let cloud = TestCloud::on(runtime, store.clone(), |parts| vec![svc_kms::service(parts)]);
    (cloud, store)
}

async fn end((cloud, store): (TestCloud, Store)) {
    cloud.runtime().shutdown.request();
    store.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_grants_and_ciphertexts_outlive_the_process() {
    let dir = tempfile::tempdir().unwrap();
    let first = life(dir.path(), 0).await;
    let cloud = &first.0;
    let id = symmetric(cloud).await;
    let signing = key(cloud, "ECC_NIST_P256", "SIGN_VERIFY").await;
    let old = encrypt(cloud, &id, "old").await;
    cloud.call::<RotateKeyOnDemand>(RotateKeyOnDemandInput { key_id: id.clone() }).await.unwrap();
    let new = encrypt(cloud, &id, "new").await;
    let grant = CreateGrantInput {
        key_id: id.clone(),
        grantee_principal: "arn:aws:iam::000000000000:user/ann".into(),
        operations: vec![GrantOperation::Encrypt],
        ..Default::default()
    };
    cloud.call::<CreateGrant>(grant).await.unwrap();
    let sign = SignInput {
        key_id: signing.clone(),
        message: Bytes::from_static(b"m"),
        signing_algorithm: SigningAlgorithmSpec::EcdsaSha256,
        ..Default::default()
    };
    let signature = cloud.call::<Sign>(sign.clone()).await.unwrap().signature.unwrap();
    let doomed = symmetric(cloud).await;
    let schedule = ScheduleKeyDeletionInput { key_id: doomed.clone(), pending_window_in_days: Some(7) };
    cloud.call::<ScheduleKeyDeletion>(schedule).await.unwrap();
    end(first).await;

    let second = life(dir.path(), 100).await;
    let cloud = &second.0;
    assert_eq!(decrypt(cloud, &old).await, "old");
    assert_eq!(decrypt(cloud, &new).await, "new");
    assert_eq!(tried::<Encrypt>(cloud, &user(cloud, "ann"), encrypting(&id, "x")).await, "ok");
    let verify = VerifyInput {
        key_id: signing,
        message: sign.message,
        signature,
        signing_algorithm: sign.signing_algorithm,
        ..Default::default()
    };
    cloud.call::<Verify>(verify).await.unwrap();
    assert_eq!(state(cloud, &doomed).await, "PendingDeletion");
    pass(cloud, DAY * 8).await;
    let input = DescribeKeyInput { key_id: doomed, ..Default::default() };
    assert_eq!(refused::<DescribeKey>(cloud, input).await.0, "NotFoundException");
    end(second).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn last_uses_are_written_down() {
    let dir = tempfile::tempdir().unwrap();
    let first = life(dir.path(), 0).await;
    let id = symmetric(&first.0).await;
    encrypt(&first.0, &id, "x").await;
    let input = GetKeyLastUsageInput { key_id: id };
    let used = first.0.call::<GetKeyLastUsage>(input.clone()).await.unwrap().key_last_usage;
    assert!(used.is_some());
    // The task writes once a minute of the cloud's clock, in its own time: wait for the row itself.
    loop {
        first.0.advance(Duration::from_secs(60)).await;
        let view = first.1.read().await.unwrap();
        let rows = view.scan(KeyRange::all(), Order::Ascending, 1_000).await.unwrap();
        if rows.iter().any(|(key, _)| key.windows(4).any(|window| window == b"used")) {
            break;
        }
    }
    end(first).await;
    let second = life(dir.path(), 100_000).await;
    assert_eq!(second.0.call::<GetKeyLastUsage>(input).await.unwrap().key_last_usage, used);
    end(second).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_lies_on_disk() {
    let dir = tempfile::tempdir().unwrap();
    let one = life(dir.path(), 0).await;
    let cloud = &one.0;
    let input = CreateKeyInput {
        origin: Some(OriginType::External),
        description: Some("no secret at all".into()),
        ..asked("HMAC_256", "GENERATE_VERIFY_MAC")
    };
    let id = make(cloud, input).await.key_id;
    let secret = *b"this is thirty-two bytes secret!";
    crate::import::take(cloud, &id, &secret).await;
    end(one).await;
    assert_eq!(holding(dir.path(), &secret), Vec::<String>::new());
    // What is no secret is found: the search can fail.
    assert!(!holding(dir.path(), b"no secret at all").is_empty());
}

/// The files below a folder that hold a text.
fn holding(folder: &Path, text: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if std::fs::read(&path).unwrap().windows(text.len()).any(|window| window == text) {
                found.push(path.display().to_string());
            }
        }
    }
    found
}
