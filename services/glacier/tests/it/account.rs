//! What holds for a whole account.

use std::time::Duration;

use api_glacier as api;

use crate::world::{archive, bytes, cloud, pass, retrieval, vault};

fn policy(strategy: &str, bytes_per_hour: Option<i64>) -> api::SetDataRetrievalPolicyInput {
    let rule = api::DataRetrievalRule { strategy: Some(strategy.to_owned()), bytes_per_hour };
    let policy = Some(api::DataRetrievalPolicy { rules: Some(vec![rule]) });
    api::SetDataRetrievalPolicyInput { account_id: "-".to_owned(), policy }
}

#[tokio::test]
async fn a_policy_bounds_what_is_retrieved_in_an_hour() {
    let cloud = cloud();
    vault(&cloud, "v").await;
    let id = archive(&cloud, &bytes(600_000)).await;
    let shown = api::GetDataRetrievalPolicyInput { account_id: "-".to_owned() };
    let found = cloud.call::<api::GetDataRetrievalPolicy>(shown.clone()).await.unwrap();
    assert_eq!(found.policy.unwrap().rules.unwrap()[0].strategy.as_deref(), Some("None"));
    cloud.call::<api::SetDataRetrievalPolicy>(policy("BytesPerHour", Some(1_000_000))).await.unwrap();
    let found = cloud.call::<api::GetDataRetrievalPolicy>(shown).await.unwrap();
    assert_eq!(found.policy.unwrap().rules.unwrap()[0].bytes_per_hour, Some(1_000_000));
    cloud.call::<api::InitiateJob>(retrieval(&id, "Standard")).await.unwrap();
    let told = cloud.error::<api::InitiateJob>(retrieval(&id, "Standard")).await;
    assert_eq!(told.0, "PolicyEnforcedException");
    cloud.call::<api::InitiateJob>(retrieval(&id, "Expedited")).await.unwrap();
    pass(&cloud, Duration::from_hours(1)).await;
    cloud.call::<api::InitiateJob>(retrieval(&id, "Standard")).await.unwrap();
    for (strategy, rate) in [("BytesPerHour", None), ("FreeTier", Some(1)), ("Some", None)] {
        let told = cloud.error::<api::SetDataRetrievalPolicy>(policy(strategy, rate)).await;
        assert_eq!(told.0, "InvalidParameterValueException");
    }
}

#[tokio::test]
async fn capacity_is_bought_for_a_month() {
    let cloud = cloud();
    let buy = || api::PurchaseProvisionedCapacityInput { account_id: "-".to_owned() };
    for _ in 0..2 {
        cloud.call::<api::PurchaseProvisionedCapacity>(buy()).await.unwrap();
    }
    assert_eq!(cloud.error::<api::PurchaseProvisionedCapacity>(buy()).await.0, "LimitExceededException");
    let list = || api::ListProvisionedCapacityInput { account_id: "-".to_owned() };
    let found = cloud.call::<api::ListProvisionedCapacity>(list()).await.unwrap().provisioned_capacity_list.unwrap();
    assert_eq!((found.len(), found[0].start_date.as_deref()), (2, Some("2026-01-01T00:00:00.000Z")));
    pass(&cloud, Duration::from_hours(24 * 30)).await;
    let found = cloud.call::<api::ListProvisionedCapacity>(list()).await.unwrap().provisioned_capacity_list.unwrap();
    assert!(found.is_empty());
}
