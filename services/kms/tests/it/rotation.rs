//! Rotation by the clock and on demand.

use api_kms::*;
use testkit::TestCloud;

use crate::cloud::*;

async fn status(cloud: &TestCloud, id: &str) -> GetKeyRotationStatusOutput {
    let input = GetKeyRotationStatusInput { key_id: id.to_owned() };
    cloud.call::<GetKeyRotationStatus>(input).await.unwrap()
}

async fn rotations(cloud: &TestCloud, id: &str, which: Option<IncludeKeyMaterial>) -> Vec<RotationsListEntry> {
    let input = ListKeyRotationsInput { key_id: id.to_owned(), include_key_material: which, ..Default::default() };
    cloud.call::<ListKeyRotations>(input).await.unwrap().rotations.unwrap()
}

fn enabling(id: &str, days: Option<i32>) -> EnableKeyRotationInput {
    EnableKeyRotationInput { key_id: id.to_owned(), rotation_period_in_days: days }
}

#[tokio::test]
async fn enable_key_rotation_by_the_clock() {
    let cloud = cloud();
    let id = symmetric(&cloud).await;
    assert_eq!(status(&cloud, &id).await.key_rotation_enabled, Some(false));
    let first = describe(&cloud, &id).await.current_key_material_id;
    let blob = encrypt(&cloud, &id, "old").await;
    let start = cloud.runtime().clock.now();
    cloud.call::<EnableKeyRotation>(enabling(&id, Some(90))).await.unwrap();
    let planned = status(&cloud, &id).await;
    assert_eq!((planned.key_rotation_enabled, planned.rotation_period_in_days), (Some(true), Some(90)));
    assert_eq!(planned.next_rotation_date, Some(start.plus(DAY * 90)));
    pass(&cloud, DAY * 200).await;
    let done = rotations(&cloud, &id, None).await;
    let dates: Vec<_> = done.iter().map(|rotation| rotation.rotation_date.unwrap()).collect();
    assert_eq!(dates, [start.plus(DAY * 90), start.plus(DAY * 180)]);
    assert!(done.iter().all(|rotation| rotation.rotation_type == Some(RotationType::Automatic)));
    assert_eq!(status(&cloud, &id).await.next_rotation_date, Some(start.plus(DAY * 270)));
    let second = describe(&cloud, &id).await.current_key_material_id;
    assert_ne!(first, second);
    assert_eq!(decrypt(&cloud, &blob).await, "old");
    let opened = cloud.call::<Decrypt>(decrypting(&blob)).await.unwrap();
    assert_eq!(opened.key_material_id, first);
    let all = rotations(&cloud, &id, Some(IncludeKeyMaterial::AllKeyMaterial)).await;
    let states: Vec<_> =
        all.iter().map(|entry| entry.key_material_state.clone().unwrap().as_str().to_owned()).collect();
    assert_eq!(states, ["NON_CURRENT", "NON_CURRENT", "CURRENT"]);
    cloud.call::<DisableKeyRotation>(DisableKeyRotationInput { key_id: id.clone() }).await.unwrap();
    pass(&cloud, DAY * 400).await;
    assert_eq!(rotations(&cloud, &id, None).await.len(), 2);
}

#[tokio::test]
async fn a_rotation_missed_while_off_comes_when_on_again() {
    let cloud = cloud();
    let id = symmetric(&cloud).await;
    cloud.call::<EnableKeyRotation>(enabling(&id, None)).await.unwrap();
    assert_eq!(status(&cloud, &id).await.rotation_period_in_days, Some(365));
    cloud.call::<DisableKey>(DisableKeyInput { key_id: id.clone() }).await.unwrap();
    pass(&cloud, DAY * 400).await;
    assert!(rotations(&cloud, &id, None).await.is_empty());
    cloud.call::<EnableKey>(EnableKeyInput { key_id: id.clone() }).await.unwrap();
    pass(&cloud, DAY).await;
    assert_eq!(rotations(&cloud, &id, None).await.len(), 1);
}

#[tokio::test]
async fn rotate_key_on_demand_up_to_its_limit() {
    let cloud = cloud();
    let id = symmetric(&cloud).await;
    let input = RotateKeyOnDemandInput { key_id: id.clone() };
    let mut blobs = Vec::new();
    for i in 0..25 {
        blobs.push(encrypt(&cloud, &id, &i.to_string()).await);
        assert_eq!(cloud.call::<RotateKeyOnDemand>(input.clone()).await.unwrap().key_id, Some(arn(&id)));
    }
    for (i, blob) in blobs.iter().enumerate() {
        assert_eq!(decrypt(&cloud, blob).await, i.to_string());
    }
    let text = format!(
        "The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be performed for this key: {}",
        arn(&id)
    );
    assert_eq!(refused::<RotateKeyOnDemand>(&cloud, input).await, ("LimitExceededException".to_owned(), text));
    let done = rotations(&cloud, &id, None).await;
    assert!(done.iter().all(|rotation| rotation.rotation_type == Some(RotationType::OnDemand)));
    let (mut seen, mut marker) = (0, None);
    loop {
        let input = ListKeyRotationsInput { key_id: id.clone(), limit: Some(10), marker, ..Default::default() };
        let page = cloud.call::<ListKeyRotations>(input).await.unwrap();
        seen += page.rotations.unwrap().len();
        marker = page.next_marker;
        if marker.is_none() {
            break;
        }
    }
    assert_eq!(seen, 25);
}

#[tokio::test]
async fn keys_that_do_not_rotate() {
    let cloud = cloud();
    let rsa = key(&cloud, "RSA_2048", "SIGN_VERIFY").await;
    let external = CreateKeyInput { origin: Some(OriginType::External), ..Default::default() };
    let external = make(&cloud, external).await.key_id;
    let off = symmetric(&cloud).await;
    cloud.call::<DisableKey>(DisableKeyInput { key_id: off.clone() }).await.unwrap();
    let unsupported = ("UnsupportedOperationException".to_owned(), String::new());
    let demand = |id: &str| RotateKeyOnDemandInput { key_id: id.to_owned() };
    assert_eq!(refused::<RotateKeyOnDemand>(&cloud, demand(&rsa)).await, unsupported);
    assert_eq!(refused::<EnableKeyRotation>(&cloud, enabling(&rsa, None)).await, unsupported);
    cloud.call::<DisableKey>(DisableKeyInput { key_id: rsa.clone() }).await.unwrap();
    assert_eq!(refused::<RotateKeyOnDemand>(&cloud, demand(&rsa)).await.0, "DisabledException");
    let text = format!("{} is disabled.", arn(&off));
    assert_eq!(refused::<RotateKeyOnDemand>(&cloud, demand(&off)).await, ("DisabledException".to_owned(), text));
    let text = format!("{} is pending import.", arn(&external));
    let refusal = refused::<RotateKeyOnDemand>(&cloud, demand(&external)).await;
    assert_eq!(refusal, ("KMSInvalidStateException".to_owned(), text));
    let text = format!("{} origin is EXTERNAL which is not valid for this operation.", arn(&external));
    let refusal = refused::<EnableKeyRotation>(&cloud, enabling(&external, None)).await;
    assert_eq!(refusal, ("UnsupportedOperationException".to_owned(), text));
}
