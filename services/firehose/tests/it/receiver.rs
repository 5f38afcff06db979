//! What other services send to a delivery stream.

use std::time::Duration;

use service_kit::{Caller, Error, Parcel, Sender};

use crate::cloud::*;

#[tokio::test]
async fn parcels_become_records() {
    let (cloud, bucket) = cloud().await;
    create(&cloud, s3_config()).await;
    let caller = std::sync::Arc::new(Caller::root(cloud.account(), None));
    let sender = Sender { cloud: cloud.cloud().clone(), caller, source_arn: None };
    let parcels = ["a", "b"].map(|body| Parcel { body: body.into(), ..Parcel::default() });
    let to = |name: &str| format!("arn:aws:firehose:us-east-1:000000000000:deliverystream/{name}").parse().unwrap();
    let receipts = cloud.cloud().deliver(&sender, &to("s"), parcels.to_vec()).await;
    assert!(receipts.len() == 2 && receipts.iter().all(Result::is_ok));
    for receipt in cloud.cloud().deliver(&sender, &to("t"), parcels.to_vec()).await {
        let Err(Error::Modeled(error)) = receipt else { panic!("there is no such delivery stream") };
        assert_eq!(error.schema.code, "ResourceNotFoundException");
    }
    cloud.advance(Duration::from_secs(300)).await;
    bucket.reach(1).await;
    assert_eq!(bucket.text(), "ab");
}
