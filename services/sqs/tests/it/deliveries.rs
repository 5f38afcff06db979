//! What other services deliver: let in by the queue's policy alone, and once however often it is delivered.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use names::{AccountId, Arn, Timestamp};
use runtime::Runtime;
use service_kit::{Error, Fault, Parcel, ParcelAttribute, Sender};
use store::{Local, Options, Store};
use testkit::TestCloud;

use crate::cloud::*;

const TOPIC: &str = "arn:aws:sns:us-east-1:000000000000:t";
const POLICY: &str = r#"{"Statement":{"Effect":"Allow","Principal":{"Service":"sns.amazonaws.com"},"Action":"sqs:SendMessage",
    "Resource":"*","Condition":{"ArnEquals":{"aws:SourceArn":"arn:aws:sns:us-east-1:000000000000:t"}}}}"#;

fn arn(name: &str) -> Arn {
    format!("arn:aws:sqs:us-east-1:000000000000:{name}").parse().unwrap()
}

fn sender(cloud: &TestCloud) -> Sender {
    Sender::service(cloud.cloud(), "sns.amazonaws.com", AccountId::DEFAULT, TOPIC)
}

fn parcel(id: u128, body: &str) -> Parcel {
    Parcel { id, body: body.to_owned(), ..Parcel::default() }
}

fn in_group(id: u128, body: &str) -> Parcel {
    let (group, deduplication) = (Some("g".to_owned()), Some(body.to_owned()));
    Parcel { group, deduplication, ..parcel(id, body) }
}

async fn deliver(cloud: &TestCloud, to: &str, parcels: Vec<Parcel>) -> Vec<String> {
    let receipts = cloud.cloud().deliver(&sender(cloud), &arn(to), parcels).await;
    receipts.into_iter().map(|receipt| receipt.unwrap().id).collect()
}

#[tokio::test]
async fn the_queues_policy_decides() {
    let cloud = cloud();
    create(&cloud, "closed", &[]).await;
    let refused = cloud.cloud().deliver(&sender(&cloud), &arn("closed"), vec![parcel(1, "x")]).await;
    assert!(matches!(refused[..], [Err(Error::Fault(Fault::AccessDenied { .. }))]), "{refused:?}");
    let url = create(&cloud, "open", &[("Policy", POLICY)]).await;
    let elsewhere = Sender { source_arn: Some("arn:aws:sns:us-east-1:000000000000:other".into()), ..sender(&cloud) };
    let refused = cloud.cloud().deliver(&elsewhere, &arn("open"), vec![parcel(1, "x")]).await;
    assert!(matches!(refused[..], [Err(Error::Fault(Fault::AccessDenied { .. }))]), "{refused:?}");
    let value = |data_type: &str, value: &str| ParcelAttribute { data_type: data_type.into(), value: value.into() };
    let attributes = vec![("a".to_owned(), value("String", "1")), ("b".to_owned(), value("Binary", "AAE="))];
    deliver(&cloud, "open", vec![Parcel { attributes, ..parcel(1, "x") }]).await;
    let message = receive(&cloud, &url).await.remove(0);
    let attributes = message.message_attributes.unwrap();
    assert_eq!(attributes["a"].string_value.as_deref(), Some("1"));
    assert_eq!(attributes["b"].binary_value.as_deref(), Some(&[0, 1][..]));
}

#[tokio::test]
async fn each_for_itself_in_batches() {
    let cloud = cloud();
    let url = create(&cloud, "q", &[("Policy", POLICY)]).await;
    let mut parcels: Vec<_> = (0..25).map(|i| parcel(i, &i.to_string())).collect();
    parcels[3].body.clear();
    parcels[7].attributes = vec![("a".into(), ParcelAttribute { data_type: "Binary".into(), value: "!".into() })];
    parcels[9].body = "x".repeat(1_000_000);
    parcels[10].body = "y".repeat(1_000_000);
    let receipts = cloud.cloud().deliver(&sender(&cloud), &arn("q"), parcels).await;
    let failed: Vec<_> = receipts.iter().enumerate().filter(|(_, receipt)| receipt.is_err()).map(|(i, _)| i).collect();
    assert_eq!(failed, [3, 7]);
    assert_eq!(counts(&cloud, &url).await, (23, 0, 0));
    let nowhere = cloud.cloud().deliver(&sender(&cloud), &arn("nowhere"), vec![parcel(1, "x")]).await;
    // A queue that is not there has no policy that lets a service in.
    assert!(matches!(&nowhere[..], [Err(Error::Fault(Fault::AccessDenied { .. }))]), "{nowhere:?}");
}

const START: Timestamp = Timestamp::from_secs(1_767_225_600);

async fn life<T>(dir: &Path, seconds: u64, live: impl AsyncFnOnce(TestCloud) -> T) -> T {
    let runtime = Runtime::simulated(7, START.plus(Duration::from_secs(seconds)));
    let store = Store::new(Arc::new(Local::open(dir, &Options::default()).unwrap()), runtime.random.clone());
    let cloud = TestCloud::on(runtime, store.clone(), |parts| vec![svc_sqs::service(parts)]);
    let done = live(cloud.clone()).await;
    cloud.runtime().shutdown.request();
    store.close().await.unwrap();
    done
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repetition_is_recognised_whenever_the_sender_starts_again() {
    let dir = tempfile::tempdir().unwrap();
    let batch = || vec![parcel(1, "one"), parcel(2, "two")];
    let ordered = || vec![in_group(3, "three"), in_group(4, "four")];
    let (plain, fifo) = life(dir.path(), 0, async |cloud| {
        create(&cloud, "q", &[("Policy", POLICY)]).await;
        create(&cloud, "q.fifo", &[("Policy", POLICY), ("FifoQueue", "true")]).await;
        create(&cloud, "other", &[("Policy", POLICY)]).await;
        (deliver(&cloud, "q", batch()).await, deliver(&cloud, "q.fifo", ordered()).await)
    })
    .await;
    let week = 7 * 86_400;
    life(dir.path(), week, async |cloud| {
        assert_eq!(deliver(&cloud, "q", batch()).await, plain);
        assert_eq!(deliver(&cloud, "q", vec![parcel(2, "two")]).await, plain[1..]);
        assert_eq!(deliver(&cloud, "q.fifo", ordered()).await, fifo);
        assert_ne!(deliver(&cloud, "other", batch()).await, plain, "ids count in their queue alone");
        // The messages themselves outlived their retention: a task of the queue takes them, which may take a while.
        let url = |name: &str| format!("/000000000000/{name}");
        for (name, left) in [("q", 0), ("q.fifo", 0), ("other", 2)] {
            become_counts(&cloud, &url(name), (left, 0, 0)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_remembered_is_forgotten_in_the_end() {
    let cloud = cloud();
    create(&cloud, "q", &[("Policy", POLICY)]).await;
    let first = deliver(&cloud, "q", vec![parcel(1, "x")]).await;
    let turn = async || {
        cloud.advance(Duration::from_secs(3_700)).await;
        for _ in 0..1_000 {
            tokio::task::yield_now().await;
        }
    };
    turn().await;
    assert_eq!(deliver(&cloud, "q", vec![parcel(1, "x")]).await, first);
    turn().await;
    turn().await;
    assert_ne!(deliver(&cloud, "q", vec![parcel(1, "x")]).await, first);
}
