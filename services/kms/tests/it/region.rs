//! Keys of several regions.

use api_kms::*;
use testkit::TestCloud;

use crate::cloud::*;
use crate::import::{OAEP, importing, take};

async fn primary(cloud: &TestCloud) -> String {
    let id = make(cloud, CreateKeyInput { multi_region: Some(true), ..Default::default() }).await.key_id;
    assert!(id.starts_with("mrk-"));
    id
}

fn replicating(id: &str, region: &str) -> ReplicateKeyInput {
    ReplicateKeyInput { key_id: id.to_owned(), replica_region: region.to_owned(), ..Default::default() }
}

fn regions(key: &KeyMetadata) -> (String, String, Vec<String>) {
    let regions = key.multi_region_configuration.clone().unwrap();
    let replicas = regions.replica_keys.unwrap().into_iter().map(|key| key.region.unwrap());
    let kind = regions.multi_region_key_type.unwrap().as_str().to_owned();
    (kind, regions.primary_key.unwrap().region.unwrap(), replicas.collect())
}

#[tokio::test]
async fn replicate_key_and_decrypt_anywhere() {
    let cloud = cloud();
    let there = cloud.in_region("eu-west-1");
    let id = primary(&cloud).await;
    let blob = encrypt(&cloud, &id, "x").await;
    cloud.call::<RotateKeyOnDemand>(RotateKeyOnDemandInput { key_id: id.clone() }).await.unwrap();
    let answer = cloud.call::<ReplicateKey>(replicating(&id, "eu-west-1")).await.unwrap();
    let shown = answer.replica_key_metadata.unwrap();
    assert_eq!((shown.key_state.unwrap().as_str(), shown.enabled), ("Creating", Some(false)));
    assert_eq!(state(&there, &id).await, "Enabled");
    assert_eq!(decrypt(&there, &blob).await, "x");
    let back = encrypt(&there, &id, "y").await;
    assert_eq!(decrypt(&cloud, &back).await, "y");
    let kind = |name: &str| (name.to_owned(), "us-east-1".to_owned(), vec!["eu-west-1".to_owned()]);
    assert_eq!(regions(&describe(&cloud, &id).await), kind("PRIMARY"));
    assert_eq!(regions(&describe(&there, &id).await), kind("REPLICA"));
    let arn = describe(&there, &id).await.arn.unwrap();
    let text = format!("{arn} is not a multi-region primary key.");
    let refusal = refused::<ReplicateKey>(&there, replicating(&id, "ap-south-1")).await;
    assert_eq!(refusal, ("UnsupportedOperationException".to_owned(), text));
    assert_eq!(refused::<ReplicateKey>(&cloud, replicating(&id, "eu-west-1")).await.0, "AlreadyExistsException");
    let single = symmetric(&cloud).await;
    let refusal = refused::<ReplicateKey>(&cloud, replicating(&single, "eu-west-1")).await;
    assert_eq!(refusal.0, "UnsupportedOperationException");
}

#[tokio::test]
async fn rotation_reaches_every_region_and_the_rest_stays_in_its_own() {
    let cloud = cloud();
    let there = cloud.in_region("eu-west-1");
    let id = primary(&cloud).await;
    cloud.call::<ReplicateKey>(replicating(&id, "eu-west-1")).await.unwrap();
    let enable = EnableKeyRotationInput { key_id: id.clone(), rotation_period_in_days: None };
    assert_eq!(refused::<EnableKeyRotation>(&there, enable.clone()).await.0, "UnsupportedOperationException");
    cloud.call::<EnableKeyRotation>(enable).await.unwrap();
    pass(&cloud, DAY * 366).await;
    let (here_now, there_now) = (describe(&cloud, &id).await, describe(&there, &id).await);
    assert_eq!(here_now.current_key_material_id, there_now.current_key_material_id);
    let status = there.call::<GetKeyRotationStatus>(GetKeyRotationStatusInput { key_id: id.clone() }).await.unwrap();
    assert_eq!(status.key_rotation_enabled, Some(true));
    let blob = encrypt(&cloud, &id, "x").await;
    there.call::<DisableKey>(DisableKeyInput { key_id: id.clone() }).await.unwrap();
    assert_eq!(refused::<Decrypt>(&there, decrypting(&blob)).await.0, "DisabledException");
    assert_eq!(decrypt(&cloud, &blob).await, "x");
}

#[tokio::test]
async fn imported_material_is_wanted_in_every_region() {
    let cloud = cloud();
    let there = cloud.in_region("eu-west-1");
    let input =
        CreateKeyInput { multi_region: Some(true), origin: Some(OriginType::External), ..CreateKeyInput::default() };
    let id = make(&cloud, input).await.key_id;
    take(&cloud, &id, &[1; 32]).await;
    cloud.call::<ReplicateKey>(replicating(&id, "eu-west-1")).await.unwrap();
    assert_eq!(state(&there, &id).await, "PendingImport");
    take(&there, &id, &[1; 32]).await;
    let old = encrypt(&cloud, &id, "old").await;
    assert_eq!(decrypt(&there, &old).await, "old");
    let fresh = |input| ImportKeyMaterialInput { import_type: Some(ImportType::NewKeyMaterial), ..input };
    let second = fresh(importing(&cloud, &id, OAEP, &[2; 32]).await);
    cloud.call::<ImportKeyMaterial>(second).await.unwrap();
    let rotate = RotateKeyOnDemandInput { key_id: id.clone() };
    assert_eq!(refused::<RotateKeyOnDemand>(&cloud, rotate.clone()).await.0, "KMSInvalidStateException");
    let strange = fresh(importing(&there, &id, OAEP, &[3; 32]).await);
    assert_eq!(refused::<ImportKeyMaterial>(&there, strange).await.0, "IncorrectKeyMaterialException");
    let second = fresh(importing(&there, &id, OAEP, &[2; 32]).await);
    there.call::<ImportKeyMaterial>(second).await.unwrap();
    cloud.call::<RotateKeyOnDemand>(rotate).await.unwrap();
    let new = encrypt(&cloud, &id, "new").await;
    assert_eq!((decrypt(&there, &new).await, decrypt(&there, &old).await), ("new".into(), "old".into()));
}

#[tokio::test]
async fn update_primary_region() {
    let cloud = cloud();
    let there = cloud.in_region("eu-west-1");
    let id = primary(&cloud).await;
    let input = UpdatePrimaryRegionInput { key_id: id.clone(), primary_region: "eu-west-1".into() };
    assert_eq!(refused::<UpdatePrimaryRegion>(&cloud, input.clone()).await.0, "NotFoundException");
    cloud.call::<ReplicateKey>(replicating(&id, "eu-west-1")).await.unwrap();
    cloud.call::<UpdatePrimaryRegion>(input.clone()).await.unwrap();
    let kind = |name: &str| (name.to_owned(), "eu-west-1".to_owned(), vec!["us-east-1".to_owned()]);
    assert_eq!(regions(&describe(&cloud, &id).await), kind("REPLICA"));
    assert_eq!(regions(&describe(&there, &id).await), kind("PRIMARY"));
    assert_eq!(refused::<UpdatePrimaryRegion>(&cloud, input).await.0, "UnsupportedOperationException");
}

#[tokio::test]
async fn a_primary_waits_for_its_replicas_to_go() {
    let cloud = cloud();
    let there = cloud.in_region("eu-west-1");
    let id = primary(&cloud).await;
    cloud.call::<ReplicateKey>(replicating(&id, "eu-west-1")).await.unwrap();
    let input = ScheduleKeyDeletionInput { key_id: id.clone(), pending_window_in_days: Some(7) };
    let answer = cloud.call::<ScheduleKeyDeletion>(input.clone()).await.unwrap();
    assert_eq!((answer.key_state.unwrap().as_str(), answer.deletion_date), ("PendingReplicaDeletion", None));
    pass(&cloud, DAY * 30).await;
    assert_eq!(state(&cloud, &id).await, "PendingReplicaDeletion");
    there.call::<ScheduleKeyDeletion>(input).await.unwrap();
    pass(&cloud, DAY * 7).await;
    let left = describe(&cloud, &id).await;
    assert_eq!(left.key_state.as_ref().unwrap().as_str(), "PendingDeletion");
    assert_eq!(regions(&left).2, Vec::<String>::new());
    pass(&cloud, DAY * 7).await;
    let input = DescribeKeyInput { key_id: id, ..Default::default() };
    assert_eq!(refused::<DescribeKey>(&cloud, input).await.0, "NotFoundException");
}
