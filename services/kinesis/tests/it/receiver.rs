//! What other services send to a stream.

use service_kit::{Error, Fault, Parcel, Sender};
use testkit::TestCloud;

use crate::cloud::*;

fn parcel(id: u128, body: &str, key: Option<&str>) -> Parcel {
    Parcel { id, body: body.to_owned(), partition_key: key.map(str::to_owned), ..Parcel::default() }
}

fn sender(cloud: &TestCloud) -> Sender {
    let caller = std::sync::Arc::new(service_kit::Caller::root(cloud.account(), None));
    Sender { cloud: cloud.cloud().clone(), caller, source_arn: None }
}

#[tokio::test]
async fn parcels_become_records() {
    let cloud = cloud();
    create(&cloud, "s", 1).await;
    let parcels = vec![parcel(1, "one", Some("k")), parcel(2, "two", None)];
    let receipts = cloud.cloud().deliver(&sender(&cloud), &arn("s").parse().unwrap(), parcels).await;
    assert_eq!(receipts.iter().map(|receipt| receipt.as_ref().unwrap().id.len()).collect::<Vec<_>>(), [56, 56]);
    let start = iterator(&cloud, from("s", FIRST, api_kinesis::ShardIteratorType::TrimHorizon)).await;
    let got = get(&cloud, &start).await.records;
    assert_eq!(texts(&got), ["one", "two"]);
    assert_eq!(got[0].partition_key, "k");
    assert_eq!(got[1].partition_key, "00000000-0000-0000-0000-000000000002");
}

#[tokio::test]
async fn each_parcel_is_told_what_became_of_it() {
    let cloud = cloud();
    create(&cloud, "s", 1).await;
    let parcels = (0..1_003).map(|id| parcel(id, "x", None)).collect();
    let receipts = cloud.cloud().deliver(&sender(&cloud), &arn("s").parse().unwrap(), parcels).await;
    assert_eq!(receipts.len(), 1_003);
    assert_eq!(receipts.iter().filter(|receipt| receipt.is_ok()).count(), 1_000);
    assert!(matches!(receipts[1_002], Err(Error::Fault(Fault::Throttled { .. }))));
    let nowhere = arn("t").parse().unwrap();
    let receipts =
        cloud.cloud().deliver(&sender(&cloud), &nowhere, vec![parcel(1, "x", None), parcel(2, "y", None)]).await;
    for receipt in receipts {
        let Err(Error::Modeled(error)) = receipt else { panic!("there is no such stream") };
        assert_eq!(error.schema.code, "ResourceNotFoundException");
    }
}
