//! Items at rest: sealed always, under a key of KMS where the table says so, and for those alone who may use that key.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use api_dynamodb::*;
use api_kms::{
    CreateKey, CreateKeyInput, DescribeKey, DescribeKeyInput, DisableKey, DisableKeyInput, EnableKey, EnableKeyInput,
    PutKeyPolicy, PutKeyPolicyInput,
};
use names::Timestamp;
use runtime::Runtime;
use serde_json::{Value, json};
use service_kit::{Caller, Error, Principal};
use store::{KeyRange, Local, Options, Order, Reader, Store};
use testkit::TestCloud;

use crate::cloud::*;

fn with_kms() -> TestCloud {
    TestCloud::new(|parts| vec![svc_dynamodb::service(parts), svc_dynamodb::streams(parts), svc_kms::service(parts)])
}

async fn key(cloud: &TestCloud) -> String {
    let made = cloud.call::<CreateKey>(CreateKeyInput::default()).await.unwrap();
    made.key_metadata.unwrap().arn.unwrap()
}

fn under(key: Option<&str>) -> Option<SSESpecification> {
    Some(SSESpecification { enabled: Some(true), kms_master_key_id: key.map(str::to_owned), ..Default::default() })
}

/// The input that creates a table under a key of KMS, with a stream and an index.
fn encrypted(name: &str, key: Option<&str>) -> CreateTableInput {
    let mut input = creating(name, &["k"]);
    input.attribute_definitions = Some(vec![defined("k", "S"), defined("g", "S")]);
    input.global_secondary_indexes = Some(vec![global("idx", &["g"])]);
    let view = Some(StreamViewType::NewAndOldImages);
    input.stream_specification = Some(StreamSpecification { stream_enabled: true, stream_view_type: view });
    CreateTableInput { sse_specification: under(key), ..input }
}

fn user(name: &str) -> Caller {
    let account = names::AccountId::DEFAULT;
    let arn = format!("arn:aws:iam::{account}:user/{name}");
    Caller { account, principal: Principal::User { arn, id: format!("AIDA{name}") }, access_key: None, session: None }
}

fn allowing(name: &str, action: &str) -> Value {
    let who = format!("arn:aws:iam::000000000000:user/{name}");
    json!({"Effect": "Allow", "Principal": {"AWS": who}, "Action": action, "Resource": "*"})
}

async fn set_policy(cloud: &TestCloud, key: &str, more: &[Value]) {
    let root = json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:root"}, "Action": "kms:*", "Resource": "*"});
    let statements: Vec<_> = more.iter().cloned().chain([root]).collect();
    let policy = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    let input = PutKeyPolicyInput { key_id: key.to_owned(), policy, ..Default::default() };
    cloud.call::<PutKeyPolicy>(input).await.unwrap();
}

fn getting(table: &str, key: &str) -> GetItemInput {
    GetItemInput { table_name: table.into(), key: item([("k", s(key))]), ..Default::default() }
}

fn refusal<T>(answer: Result<T, Error>) -> (&'static str, String) {
    match answer {
        Err(Error::Modeled(error)) => (error.schema.code, error.message),
        Err(Error::Fault(fault)) => panic!("{fault:?}"),
        Ok(_) => ("", String::new()),
    }
}

async fn disable(cloud: &TestCloud, key: &str) {
    cloud.call::<DisableKey>(DisableKeyInput { key_id: key.to_owned() }).await.unwrap();
}

/// Lets background work do what the clock says, until the table is told to be so.
async fn until_status(cloud: &TestCloud, table: &str, status: TableStatus) -> TableDescription {
    for _ in 0..1_000 {
        let shown = describe(cloud, table).await;
        if shown.table_status.as_ref() == Some(&status) {
            return shown;
        }
        cloud.advance(Duration::from_secs(61)).await;
        tokio::task::yield_now().await;
    }
    panic!("{table} never was {}", status.as_str());
}

#[tokio::test]
async fn a_table_under_a_key_of_kms_is_one_like_others() {
    let cloud = with_kms();
    let key = key(&cloud).await;
    let made = cloud.call::<CreateTable>(encrypted("abc", Some(&key))).await.unwrap().table_description.unwrap();
    let sse = made.sse_description.unwrap();
    assert_eq!((sse.kms_master_key_arn, sse.status), (Some(key.clone()), Some(SSEStatus::Enabled)));
    for no in 0..5 {
        put(&cloud, "abc", [("k", s(&no.to_string())), ("g", s("x")), ("v", s("secret"))]).await;
    }
    let update = updating("abc", [("k", s("0"))], "SET v = :v", [(":v", s("changed"))]);
    cloud.call::<UpdateItem>(update).await.unwrap();
    assert_eq!(get(&cloud, "abc", [("k", s("0"))]).await.unwrap()["v"], s("changed"));
    assert_eq!(everything(&cloud, "abc").await.len(), 5);
    let scan = ScanInput { table_name: "abc".into(), index_name: Some("idx".into()), ..Default::default() };
    assert_eq!(cloud.call::<Scan>(scan).await.unwrap().items.unwrap()[0].len(), 3);
    assert_eq!(stream_of(&cloud, &made.latest_stream_arn.unwrap()).await.unwrap(), 6);
}

async fn stream_of(cloud: &TestCloud, arn: &str) -> Result<usize, Error> {
    use api_dynamodbstreams as streams;
    let input = streams::DescribeStreamInput { stream_arn: arn.to_owned(), ..Default::default() };
    let shown = cloud.call::<streams::DescribeStream>(input).await?.stream_description.unwrap();
    let input = streams::GetShardIteratorInput {
        stream_arn: arn.to_owned(),
        shard_id: shown.shards.unwrap()[0].shard_id.clone().unwrap(),
        shard_iterator_type: streams::ShardIteratorType::TrimHorizon,
        sequence_number: None,
    };
    let iterator = cloud.call::<streams::GetShardIterator>(input).await?.shard_iterator.unwrap();
    let input = streams::GetRecordsInput { shard_iterator: iterator, limit: None };
    Ok(cloud.call::<streams::GetRecords>(input).await?.records.unwrap().len())
}

#[tokio::test]
async fn the_key_that_aws_manages_is_told_by_its_arn() {
    let cloud = with_kms();
    let made = cloud.call::<CreateTable>(encrypted("abc", None)).await.unwrap().table_description.unwrap();
    let arn = made.sse_description.unwrap().kms_master_key_arn.unwrap();
    let input = DescribeKeyInput { key_id: arn.clone(), ..Default::default() };
    let described = cloud.call::<DescribeKey>(input).await.unwrap().key_metadata.unwrap();
    assert_eq!(
        described.description.unwrap(),
        "Default key that protects my DynamoDB data when no other key is defined"
    );
    put(&cloud, "abc", [("k", s("1"))]).await;
    // What is said to be switched off is told as it was, and then no more.
    let off = SSESpecification { enabled: Some(false), ..Default::default() };
    let input = UpdateTableInput { table_name: "abc".into(), sse_specification: Some(off), ..Default::default() };
    let told = cloud.call::<UpdateTable>(input).await.unwrap().table_description.unwrap().sse_description.unwrap();
    assert_eq!((told.kms_master_key_arn, told.status), (Some(arn), Some(SSEStatus::Updating)));
    assert_eq!(describe(&cloud, "abc").await.sse_description, None);
    assert!(get(&cloud, "abc", [("k", s("1"))]).await.is_some());
}

#[tokio::test]
async fn a_key_that_is_none_is_refused() {
    let cloud = with_kms();
    let missing = "arn:aws:kms:us-east-1:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    let text = refused::<CreateTable>(cloud.call::<CreateTable>(encrypted("abc", Some(missing))).await);
    let start = format!(
        "KMS validation error: com.amazonaws.services.kms.model.NotFoundException: Key '{missing}' does not exist (Service: AWSKMS; Status Code: 400; Error Code: NotFoundException; Request ID: "
    );
    assert!(text.starts_with(&start) && text.ends_with("; Proxy: null)"), "{text}");
    let key = key(&cloud).await;
    disable(&cloud, &key).await;
    let text = refused::<CreateTable>(cloud.call::<CreateTable>(encrypted("abc", Some(&key))).await);
    assert!(text.contains("is disabled."), "{text}");
    assert!(cloud.call::<ListTables>(ListTablesInput::default()).await.unwrap().table_names.unwrap().is_empty());
    cloud.call::<EnableKey>(EnableKeyInput { key_id: key.clone() }).await.unwrap();
    cloud.call::<CreateTable>(encrypted("abc", Some(&key))).await.unwrap();
    let input =
        UpdateTableInput { table_name: "abc".into(), sse_specification: under(Some(&key)), ..Default::default() };
    assert_eq!(
        refused::<UpdateTable>(cloud.call::<UpdateTable>(input).await),
        "One or more parameter values were invalid: Table is already encrypted by given KMSMasterKeyId"
    );
}

#[tokio::test]
async fn whoever_may_not_use_the_key_neither_reads_nor_writes() {
    let cloud = with_kms();
    let key = key(&cloud).await;
    let open = ["ann", "bob"].map(|name| allowing(name, "dynamodb:*"));
    let policy = json!({"Version": "2012-10-17", "Statement": open}).to_string();
    let input = CreateTableInput { resource_policy: Some(policy), ..encrypted("abc", Some(&key)) };
    cloud.call::<CreateTable>(input).await.unwrap();
    set_policy(&cloud, &key, &[allowing("ann", "kms:Decrypt")]).await;
    let (ann, bob) = (user("ann"), user("bob"));
    let putting = || PutItemInput { table_name: "abc".into(), item: item([("k", s("1"))]), ..Default::default() };
    cloud.call_as::<PutItem>(ann.clone(), putting()).await.unwrap();
    let (code, text) = refusal(cloud.call_as::<PutItem>(bob.clone(), putting()).await);
    assert_eq!(code, "AccessDeniedException");
    let start = "KMS key access denied error: com.amazonaws.services.kms.model.AWSKMSException: The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access. (Service: AWSKMS; Status Code: 400; Error Code: AccessDeniedException; Request ID: ";
    assert!(text.starts_with(start), "{text}");
    assert_eq!(refusal(cloud.call_as::<GetItem>(bob, getting("abc", "1")).await).0, "AccessDeniedException");
    assert!(cloud.call_as::<GetItem>(ann.clone(), getting("abc", "1")).await.unwrap().item.is_some());
    // A permission that is taken away is so once what is remembered of it is over.
    set_policy(&cloud, &key, &[]).await;
    cloud.call_as::<GetItem>(ann.clone(), getting("abc", "1")).await.unwrap();
    cloud.advance(Duration::from_secs(301)).await;
    assert_eq!(refusal(cloud.call_as::<GetItem>(ann, getting("abc", "1")).await).0, "AccessDeniedException");
}

#[tokio::test]
async fn without_its_key_a_table_is_inaccessible_and_with_it_again_whole() {
    let cloud = with_kms();
    let key = key(&cloud).await;
    let made = cloud.call::<CreateTable>(encrypted("abc", Some(&key))).await.unwrap().table_description.unwrap();
    put(&cloud, "abc", [("k", s("1")), ("g", s("x"))]).await;
    let input = CreateBackupInput { table_name: "abc".into(), backup_name: "saved".into() };
    let backup = cloud.call::<CreateBackup>(input).await.unwrap().backup_details.unwrap().backup_arn;
    disable(&cloud, &key).await;
    let shown = until_status(&cloud, "abc", TableStatus::InaccessibleEncryptionCredentials).await;
    assert!(shown.sse_description.unwrap().inaccessible_encryption_date_time.is_some());
    let (code, text) = refusal(cloud.call::<GetItem>(getting("abc", "1")).await);
    assert_eq!(code, "AccessDeniedException");
    assert!(text.contains(&format!("DisabledException: {key} is disabled.")), "{text}");
    let scan = ScanInput { table_name: "abc".into(), ..Default::default() };
    assert_eq!(refusal(cloud.call::<Scan>(scan).await).0, "AccessDeniedException");
    let arn = made.latest_stream_arn.unwrap();
    cloud.advance(Duration::from_secs(301)).await;
    assert_eq!(refusal(stream_of(&cloud, &arn).await).0, "AccessDeniedException");
    let restore = |name: &str| RestoreTableFromBackupInput {
        target_table_name: name.into(),
        backup_arn: backup.clone(),
        sse_specification_override: Some(SSESpecification { enabled: Some(false), ..Default::default() }),
        ..Default::default()
    };
    let (code, _) = refusal(cloud.call::<RestoreTableFromBackup>(restore("restored")).await);
    assert_eq!(code, "AccessDeniedException");
    cloud.call::<EnableKey>(EnableKeyInput { key_id: key.clone() }).await.unwrap();
    let shown = until_status(&cloud, "abc", TableStatus::Active).await;
    assert_eq!(shown.sse_description.unwrap().inaccessible_encryption_date_time, None);
    assert!(get(&cloud, "abc", [("k", s("1"))]).await.is_some());
    assert_eq!(stream_of(&cloud, &arn).await.unwrap(), 1);
    cloud.call::<RestoreTableFromBackup>(restore("restored")).await.unwrap();
    disable(&cloud, &key).await;
    assert_eq!(everything(&cloud, "restored").await.len(), 1, "a table under a key of its own");
}

#[tokio::test]
async fn a_change_of_keys_takes_every_item_along() {
    let cloud = with_kms();
    let (one, other) = (key(&cloud).await, key(&cloud).await);
    create(&cloud, "abc", &["k"]).await;
    put(&cloud, "abc", [("k", s("1"))]).await;
    for key in [&one, &other] {
        let input =
            UpdateTableInput { table_name: "abc".into(), sse_specification: under(Some(key)), ..Default::default() };
        cloud.call::<UpdateTable>(input).await.unwrap();
        let told = describe(&cloud, "abc").await.sse_description.unwrap();
        assert_eq!(told.kms_master_key_arn.as_ref(), Some(key));
        assert!(get(&cloud, "abc", [("k", s("1"))]).await.is_some());
    }
    disable(&cloud, &one).await;
    cloud.advance(Duration::from_secs(301)).await;
    assert!(get(&cloud, "abc", [("k", s("1"))]).await.is_some(), "the first key is needed no more");
    disable(&cloud, &other).await;
    cloud.advance(Duration::from_secs(301)).await;
    assert_eq!(refusal(cloud.call::<GetItem>(getting("abc", "1")).await).0, "AccessDeniedException");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_item_lies_on_disk_as_it_is_and_all_are_there_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let (cloud, store) = on(dir.path(), 0);
    let key = key(&cloud).await;
    cloud.call::<CreateTable>(encrypted("under-kms", Some(&key))).await.unwrap();
    let plain = CreateTableInput { sse_specification: None, ..encrypted("under-cloud", None) };
    cloud.call::<CreateTable>(plain).await.unwrap();
    for table in ["under-kms", "under-cloud"] {
        let specification =
            PointInTimeRecoverySpecification { point_in_time_recovery_enabled: true, ..Default::default() };
        let input = UpdateContinuousBackupsInput {
            table_name: table.into(),
            point_in_time_recovery_specification: specification,
        };
        cloud.call::<UpdateContinuousBackups>(input).await.unwrap();
        for value in ["a very secret value", "another secret value"] {
            put(&cloud, table, [("k", s("1")), ("g", s("x")), ("v", s(value))]).await;
        }
        let input = CreateBackupInput { table_name: table.into(), backup_name: "saved".into() };
        cloud.call::<CreateBackup>(input).await.unwrap();
    }
    let all = KeyRange::all();
    let rows = store.read().await.unwrap().scan(all, Order::Ascending, 100_000).await.unwrap();
    assert!(rows.len() > 10);
    for (at, row) in rows {
        assert!(!row.windows(6).any(|window| window == b"secret"), "{:?}", String::from_utf8_lossy(&at));
    }
    cloud.runtime().shutdown.request();
    store.close().await.unwrap();

    let (cloud, _store) = on(dir.path(), 10);
    for table in ["under-kms", "under-cloud"] {
        assert_eq!(get(&cloud, table, [("k", s("1"))]).await.unwrap()["v"], s("another secret value"));
        let arn = describe(&cloud, table).await.latest_stream_arn.unwrap();
        assert_eq!(stream_of(&cloud, &arn).await.unwrap(), 2);
    }
}

fn on(dir: &Path, seconds: u64) -> (TestCloud, Store) {
    let start = Timestamp::from_secs(1_767_225_600).plus(Duration::from_secs(seconds));
    let runtime = Runtime::simulated(7, start);
    let store = Store::new(Arc::new(Local::open(dir, &Options::default()).unwrap()), runtime.random.clone());
    let cloud = TestCloud::on(runtime, store.clone(), |parts| {
        vec![svc_dynamodb::service(parts), svc_dynamodb::streams(parts), svc_kms::service(parts)]
    });
    (cloud, store)
}

#[tokio::test]
async fn a_replica_has_a_key_of_its_own_region() {
    let cloud = with_kms();
    let away = cloud.in_region("eu-west-1");
    let (here, there) = (key(&cloud).await, key(&away).await);
    cloud.call::<CreateTable>(encrypted("abc", Some(&here))).await.unwrap();
    put(&cloud, "abc", [("k", s("1")), ("g", s("x"))]).await;
    let replicating = |key: Option<&String>| {
        let create = CreateReplicationGroupMemberAction {
            region_name: "eu-west-1".into(),
            kms_master_key_id: key.cloned(),
            ..Default::default()
        };
        let update = ReplicationGroupUpdate { create: Some(create), ..Default::default() };
        UpdateTableInput { table_name: "abc".into(), replica_updates: Some(vec![update]), ..Default::default() }
    };
    assert_eq!(
        refused::<UpdateTable>(cloud.call::<UpdateTable>(replicating(None)).await),
        "One or more parameter values were invalid: KMSMasterKeyId must be specified for each replica."
    );
    cloud.call::<UpdateTable>(replicating(Some(&there))).await.unwrap();
    let told = describe(&away, "abc").await.sse_description.unwrap();
    assert_eq!(told.kms_master_key_arn, Some(there.clone()));
    until_held(&cloud, &away, 1).await;
    disable(&away, &there).await;
    until_status(&away, "abc", TableStatus::InaccessibleEncryptionCredentials).await;
    put(&cloud, "abc", [("k", s("2")), ("g", s("x"))]).await;
    away.call::<EnableKey>(EnableKeyInput { key_id: there }).await.unwrap();
    until_status(&away, "abc", TableStatus::Active).await;
    until_held(&cloud, &away, 2).await;
}

/// Lets replication do its work until a replica holds so many items.
async fn until_held(cloud: &TestCloud, replica: &TestCloud, count: usize) {
    for _ in 0..1_000 {
        if everything(replica, "abc").await.len() == count {
            return;
        }
        cloud.advance(Duration::from_secs(11)).await;
        tokio::task::yield_now().await;
    }
    panic!("the replica never held {count}");
}
