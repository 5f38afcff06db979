//! Custom key stores: there are none, and each call says so.

use api_kms::*;

use crate::cloud::*;

#[tokio::test]
async fn no_key_store_is_here() {
    let cloud = cloud();
    let missing = "CustomKeyStoreNotFoundException";
    let custom_key_store_id = "cks-1".to_owned();
    let all = cloud.call::<DescribeCustomKeyStores>(DescribeCustomKeyStoresInput::default()).await.unwrap();
    assert_eq!(all.custom_key_stores, Some(vec![]));
    let one = DescribeCustomKeyStoresInput { custom_key_store_id: Some("cks-1".into()), ..Default::default() };
    assert_eq!(refused::<DescribeCustomKeyStores>(&cloud, one).await.0, missing);
    let input = ConnectCustomKeyStoreInput { custom_key_store_id: custom_key_store_id.clone() };
    assert_eq!(refused::<ConnectCustomKeyStore>(&cloud, input).await.0, missing);
    let input = DisconnectCustomKeyStoreInput { custom_key_store_id: custom_key_store_id.clone() };
    assert_eq!(refused::<DisconnectCustomKeyStore>(&cloud, input).await.0, missing);
    let input = UpdateCustomKeyStoreInput { custom_key_store_id: custom_key_store_id.clone(), ..Default::default() };
    assert_eq!(refused::<UpdateCustomKeyStore>(&cloud, input).await.0, missing);
    let input = DeleteCustomKeyStoreInput { custom_key_store_id };
    assert_eq!(refused::<DeleteCustomKeyStore>(&cloud, input).await.0, missing);
    let hsm = CreateCustomKeyStoreInput {
        custom_key_store_name: "s".into(),
        cloud_hsm_cluster_id: Some("cluster-1234567890a".into()),
        ..Default::default()
    };
    assert_eq!(refused::<CreateCustomKeyStore>(&cloud, hsm.clone()).await.0, "CloudHsmClusterNotFoundException");
    let xks = CreateCustomKeyStoreInput { custom_key_store_type: Some(CustomKeyStoreType::ExternalKeyStore), ..hsm };
    assert_eq!(refused::<CreateCustomKeyStore>(&cloud, xks).await.0, "NotImplemented");
    let key = CreateKeyInput {
        origin: Some(OriginType::AwsCloudhsm),
        custom_key_store_id: Some("cks-1".into()),
        ..Default::default()
    };
    assert_eq!(refused::<CreateKey>(&cloud, key).await.0, missing);
}
