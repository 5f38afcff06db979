//! Content at rest: sealed always, with keys of KMS where the queue says so, and read by those who may use the key.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use api_kms::{
    CreateKey, CreateKeyInput, DescribeKey, DescribeKeyInput, DisableKey, DisableKeyInput, EnableKey, EnableKeyInput,
    PutKeyPolicy, PutKeyPolicyInput,
};
use api_sqs::*;
use names::Timestamp;
use runtime::Runtime;
use serde_json::{Value, json};
use service_kit::{Caller, Error, Principal};
use store::{KeyRange, Local, Options, Order, Reader, Store};
use testkit::TestCloud;

use crate::cloud::*;

fn with_kms() -> TestCloud {
    TestCloud::new(|parts| vec![svc_sqs::service(parts), svc_kms::service(parts)])
}

async fn key(cloud: &TestCloud) -> String {
    cloud.call::<CreateKey>(CreateKeyInput::default()).await.unwrap().key_metadata.unwrap().key_id
}

fn user(name: &str) -> Caller {
    let account = names::AccountId::DEFAULT;
    let arn = format!("arn:aws:iam::{account}:user/{name}");
    let principal = Principal::User { arn, id: format!("AIDA{name}") };
    Caller { account, principal, access_key: None, session: None }
}

fn allowing(name: &str, action: &str) -> Value {
    let who = format!("arn:aws:iam::000000000000:user/{name}");
    json!({"Effect": "Allow", "Principal": {"AWS": who}, "Action": action, "Resource": "*"})
}

/// A queue that two users may use, encrypted with a key that they may use as said.
async fn shared(cloud: &TestCloud, key: &str, actions: &[(&str, &str)]) -> String {
    let open = ["ann", "bob"].map(|name| allowing(name, "sqs:*"));
    let policy = json!({"Version": "2012-10-17", "Statement": open}).to_string();
    let url =
        create(cloud, "q", &[("KmsMasterKeyId", key), ("Policy", &policy), ("KmsDataKeyReusePeriodSeconds", "60")])
            .await;
    let root = json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:root"}, "Action": "kms:*", "Resource": "*"});
    let mut statements = vec![root];
    statements.extend(actions.iter().map(|(name, action)| allowing(name, action)));
    let policy = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    let input = PutKeyPolicyInput { key_id: key.to_owned(), policy, ..Default::default() };
    cloud.call::<PutKeyPolicy>(input).await.unwrap();
    url
}

fn refusal<T>(answer: Result<T, Error>) -> (&'static str, String) {
    match answer {
        Err(Error::Modeled(error)) => (error.schema.query_code, error.message),
        Err(Error::Fault(fault)) => panic!("{fault:?}"),
        Ok(_) => ("", String::new()),
    }
}

#[tokio::test]
async fn messages_under_a_key_of_kms_come_back_whole() {
    let cloud = with_kms();
    let key = key(&cloud).await;
    for (name, more) in [("q", None), ("q.fifo", Some(("FifoQueue", "true")))] {
        let mut attributes = vec![("KmsMasterKeyId", &*key)];
        attributes.extend(more);
        let url = create(&cloud, name, &attributes).await;
        let value =
            MessageAttributeValue { data_type: "String".into(), string_value: Some("v".into()), ..Default::default() };
        let input = SendMessageInput {
            message_attributes: Some(BTreeMap::from([("a".to_owned(), value)])),
            message_group_id: more.map(|_| "g".to_owned()),
            message_deduplication_id: more.map(|_| "d".to_owned()),
            ..sending(&url, "secret")
        };
        let sent = cloud.call::<SendMessage>(input).await.unwrap();
        let input = ReceiveMessageInput { message_attribute_names: Some(vec!["All".into()]), ..receiving(&url) };
        let got = cloud.call::<ReceiveMessage>(input).await.unwrap().messages.unwrap();
        assert_eq!(bodies(&got), ["secret"]);
        assert_eq!(got[0].md5_of_body, sent.md5_of_message_body);
        assert_eq!(got[0].md5_of_message_attributes, sent.md5_of_message_attributes);
        assert_eq!(got[0].message_attributes.as_ref().unwrap()["a"].string_value.as_deref(), Some("v"));
    }
}

#[tokio::test]
async fn the_key_that_aws_manages_serves_the_queue_and_nobody_directly() {
    let cloud = with_kms();
    let url = create(&cloud, "q", &[("KmsMasterKeyId", "alias/aws/sqs")]).await;
    send(&cloud, &url, "x").await;
    assert_eq!(bodies(&receive(&cloud, &url).await), ["x"]);
    let input = DescribeKeyInput { key_id: "alias/aws/sqs".into(), ..Default::default() };
    let key = cloud.call::<DescribeKey>(input).await.unwrap().key_metadata.unwrap();
    assert_eq!(key.key_manager.unwrap().as_str(), "AWS");
}

#[tokio::test]
async fn senders_and_receivers_need_the_key() {
    let cloud = with_kms();
    let key = key(&cloud).await;
    let url = shared(&cloud, &key, &[("ann", "kms:GenerateDataKey"), ("ann", "kms:Decrypt")]).await;
    let (ann, bob) = (user("ann"), user("bob"));
    let (code, text) = refusal(cloud.call_as::<SendMessage>(bob.clone(), sending(&url, "x")).await);
    assert_eq!(code, "KMS.AccessDeniedException");
    let start = format!(
        "User: arn:aws:iam::000000000000:user/bob is not authorized to perform: kms:GenerateDataKey on resource: arn:aws:kms:us-east-1:000000000000:key/{key} because"
    );
    assert!(text.starts_with(&start), "{text}");
    cloud.call_as::<SendMessage>(ann.clone(), sending(&url, "x")).await.unwrap();
    let (code, _) = refusal(cloud.call_as::<ReceiveMessage>(bob, receiving(&url)).await);
    assert_eq!(code, "KMS.AccessDeniedException");
    // Bob's receive left no trace.
    let all = Some(vec![MessageSystemAttributeName::ApproximateReceiveCount]);
    let input = ReceiveMessageInput { message_system_attribute_names: all, ..receiving(&url) };
    let got = cloud.call_as::<ReceiveMessage>(ann, input).await.unwrap().messages.unwrap();
    assert_eq!(bodies(&got), ["x"]);
    assert_eq!(got[0].attributes.as_ref().unwrap()["ApproximateReceiveCount"], "1");
}

#[tokio::test]
async fn sending_takes_the_right_to_decrypt_too() {
    let cloud = with_kms();
    let key = key(&cloud).await;
    let url = shared(&cloud, &key, &[("ann", "kms:GenerateDataKey")]).await;
    let (code, text) = refusal(cloud.call_as::<SendMessage>(user("ann"), sending(&url, "x")).await);
    assert_eq!(code, "KMS.AccessDeniedException");
    assert!(text.contains("kms:Decrypt"), "{text}");
}

#[tokio::test]
async fn data_keys_are_used_again_as_long_as_the_queue_says() {
    let cloud = with_kms();
    let key = key(&cloud).await;
    let url = create(
        &cloud,
        "q",
        &[("KmsMasterKeyId", &key), ("KmsDataKeyReusePeriodSeconds", "60"), ("VisibilityTimeout", "0")],
    )
    .await;
    send(&cloud, &url, "x").await;
    cloud.call::<DisableKey>(DisableKeyInput { key_id: key.clone() }).await.unwrap();
    send(&cloud, &url, "y").await;
    assert_eq!(receive(&cloud, &url).await.len(), 2);
    cloud.advance(Duration::from_secs(60)).await;
    let (code, text) = refusal(cloud.call::<SendMessage>(sending(&url, "z")).await);
    assert_eq!(code, "KMS.DisabledException");
    assert!(
        text.starts_with(&format!("arn:aws:kms:us-east-1:000000000000:key/{key} is disabled. (Service: AWSKMS")),
        "{text}"
    );
    assert_eq!(refusal(cloud.call::<ReceiveMessage>(receiving(&url)).await).0, "KMS.DisabledException");
    cloud.call::<EnableKey>(EnableKeyInput { key_id: key }).await.unwrap();
    assert_eq!(receive(&cloud, &url).await.len(), 2);
}

#[tokio::test]
async fn a_key_that_is_not_there() {
    let cloud = with_kms();
    let url = create(&cloud, "q", &[("KmsMasterKeyId", "none")]).await;
    assert_eq!(refusal(cloud.call::<SendMessage>(sending(&url, "x")).await).0, "KMS.NotFoundException");
}

#[tokio::test]
async fn dead_letters_keep_their_seal() {
    let cloud = with_kms();
    let key = key(&cloud).await;
    let dlq = create(&cloud, "dlq", &[]).await;
    let policy = r#"{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dlq","maxReceiveCount":1}"#;
    let settings = [("KmsMasterKeyId", &*key), ("RedrivePolicy", policy), ("VisibilityTimeout", "0")];
    let url = create(&cloud, "q", &settings).await;
    let own = create(&cloud, "own", &settings[1..]).await;
    send(&cloud, &url, "under kms").await;
    send(&cloud, &own, "under sqs").await;
    for url in [&url, &own] {
        assert_eq!(receive(&cloud, url).await.len(), 1);
        assert!(receive(&cloud, url).await.is_empty());
    }
    assert_eq!(bodies(&receive(&cloud, &dlq).await), ["under kms", "under sqs"]);
}

/// Bytes of a store of this program's first form: a message of version 1 in place of one of version 2.
#[tokio::test]
async fn messages_of_a_time_before_seals_are_read() {
    let runtime = Runtime::simulated(7, Timestamp::from_secs(1_767_225_600));
    let store = Store::in_memory(runtime.random.clone());
    let cloud = TestCloud::on(runtime, store.clone(), |parts| vec![svc_sqs::service(parts)]);
    let url = create(&cloud, "q", &[]).await;
    send(&cloud, &url, "new").await;
    let view = store.read().await.unwrap();
    let rows = view.scan(KeyRange::all(), Order::Ascending, 1_000).await.unwrap();
    let (row, _) = rows.iter().find(|(key, _)| key.windows(8).any(|part| part == b"message\0")).unwrap();
    let first = First {
        id: 7,
        body: "old".into(),
        body_md5: [9; 16],
        sent_at: cloud.runtime().clock.now(),
        ..First::default()
    };
    let mut bytes = vec![1];
    bytes.extend(postcard::to_stdvec(&first).unwrap());
    let batch = store::Batch::new();
    store::Writer::put(&batch, row.clone(), bytes.into());
    store.write(batch).await.unwrap();
    // A new process reads what is stored.
    let runtime = Runtime::simulated(8, cloud.runtime().clock.now());
    let cloud = TestCloud::on(runtime, store, |parts| vec![svc_sqs::service(parts)]);
    let got = receive(&cloud, &url).await;
    assert_eq!(bodies(&got), ["old"]);
    assert_eq!(got[0].md5_of_body.as_deref(), Some("09090909090909090909090909090909"));
}

/// A message of version 1, field by field.
#[derive(Default, serde::Serialize)]
struct First {
    id: u128,
    body: String,
    body_md5: [u8; 16],
    attributes: BTreeMap<String, (String, u8)>,
    trace: Option<String>,
    sent_at: Timestamp,
    sender: String,
    group: Option<String>,
    deduplication: Option<String>,
    past: Option<u8>,
}

#[tokio::test(flavor = "multi_thread")]
async fn no_body_and_no_attribute_lies_on_disk() {
    let dir = tempfile::tempdir().unwrap();
    let runtime = Runtime::simulated(7, Timestamp::from_secs(1_767_225_600));
    let engine = Local::open(dir.path(), &Options::default()).unwrap();
    let store = Store::new(Arc::new(engine), runtime.random.clone());
    let cloud = TestCloud::on(runtime, store.clone(), |parts| vec![svc_sqs::service(parts), svc_kms::service(parts)]);
    let key = key(&cloud).await;
    let (body, attribute) = ("a body that nobody else may read", "an attribute that nobody else may read");
    for (name, settings) in [
        ("managed", vec![]),
        ("off", vec![("SqsManagedSseEnabled", "false")]),
        ("kms", vec![("KmsMasterKeyId", &*key)]),
        ("q.fifo", vec![("FifoQueue", "true"), ("ContentBasedDeduplication", "true")]),
    ] {
        let url = create(&cloud, name, &settings).await;
        let value = MessageAttributeValue {
            data_type: "String".into(),
            string_value: Some(attribute.into()),
            ..Default::default()
        };
        let input = SendMessageInput {
            message_attributes: Some(BTreeMap::from([("a".to_owned(), value)])),
            message_group_id: Some("g".into()),
            ..sending(&url, body)
        };
        cloud.call::<SendMessage>(input).await.unwrap();
        assert_eq!(bodies(&receive(&cloud, &url).await), [body]);
    }
    cloud.runtime().shutdown.request();
    store.close().await.unwrap();
    assert_eq!(holding(dir.path(), &[body.as_bytes(), attribute.as_bytes()]), Vec::<String>::new());
    // What is no secret is found: the search can fail.
    assert!(!holding(dir.path(), &[b"q.fifo"]).is_empty());
}

/// The files below a folder that hold one of the texts.
fn holding(folder: &Path, texts: &[&[u8]]) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            if texts.iter().any(|text| bytes.windows(text.len()).any(|window| window == *text)) {
                found.push(path.display().to_string());
            }
        }
    }
    found
}
