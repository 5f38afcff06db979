//! Keys: created, described, listed, switched on and off, deleted.

use api_kms::*;

use crate::cloud::*;

#[tokio::test]
async fn create_key_and_describe_key() {
    let cloud = cloud();
    let made = make(&cloud, CreateKeyInput { description: Some("mine".into()), ..Default::default() }).await;
    let id = made.key_id.clone();
    assert_eq!(describe(&cloud, &id).await, made);
    assert_eq!(describe(&cloud, &arn(&id)).await, made);
    assert_eq!(made.arn, Some(arn(&id)));
    assert_eq!(made.description.as_deref(), Some("mine"));
    assert_eq!(made.key_manager.unwrap().as_str(), "CUSTOMER");
    assert_eq!(made.key_spec.unwrap().as_str(), "SYMMETRIC_DEFAULT");
    assert_eq!(made.encryption_algorithms.unwrap()[0].as_str(), "SYMMETRIC_DEFAULT");
    assert_eq!((made.enabled, made.multi_region), (Some(true), Some(false)));
    assert_eq!(made.current_key_material_id.unwrap().len(), 64);
    assert_eq!(made.origin.unwrap().as_str(), "AWS_KMS");
    assert_eq!(made.expiration_model, None);
}

#[tokio::test]
async fn every_kind_shows_its_algorithms() {
    let cloud = cloud();
    for (spec, usage, algorithms) in [
        ("RSA_2048", "ENCRYPT_DECRYPT", "RSAES_OAEP_SHA_1 RSAES_OAEP_SHA_256"),
        ("ECC_NIST_P256", "SIGN_VERIFY", "ECDSA_SHA_256"),
        ("ECC_NIST_P521", "KEY_AGREEMENT", "ECDH"),
        ("ECC_SECG_P256K1", "SIGN_VERIFY", "ECDSA_SHA_256"),
        ("HMAC_384", "GENERATE_VERIFY_MAC", "HMAC_SHA_384"),
        ("ML_DSA_65", "SIGN_VERIFY", "ML_DSA_SHAKE_256"),
        ("ECC_NIST_EDWARDS25519", "SIGN_VERIFY", "ED25519_SHA_512 ED25519_PH_SHA_512"),
    ] {
        let made = make(&cloud, asked(spec, usage)).await;
        let mut shown = Vec::new();
        shown.extend(made.encryption_algorithms.iter().flatten().map(|a| a.as_str().to_owned()));
        shown.extend(made.signing_algorithms.iter().flatten().map(|a| a.as_str().to_owned()));
        shown.extend(made.mac_algorithms.iter().flatten().map(|a| a.as_str().to_owned()));
        shown.extend(made.key_agreement_algorithms.iter().flatten().map(|a| a.as_str().to_owned()));
        assert_eq!(shown.join(" "), algorithms, "{spec}");
        assert_eq!(made.current_key_material_id, None, "{spec}");
    }
}

#[tokio::test]
async fn keys_that_cannot_be() {
    let cloud = cloud();
    let no_usage = CreateKeyInput { key_usage: None, ..asked("HMAC_256", "") };
    let both = CreateKeyInput {
        customer_master_key_spec: Some(CustomerMasterKeySpec::Rsa2048),
        ..asked("RSA_2048", "SIGN_VERIFY")
    };
    for (input, code, text) in [
        (
            no_usage,
            "ValidationException",
            "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.",
        ),
        (
            asked("RSA_2048", "KEY_AGREEMENT"),
            "ValidationException",
            "KeyUsage KEY_AGREEMENT is not compatible with KeySpec RSA_2048",
        ),
        (
            both,
            "ValidationException",
            "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.",
        ),
        (asked("SM2", "SIGN_VERIFY"), "UnsupportedOperationException", "KeySpec SM2 is not supported in this Region."),
    ] {
        assert_eq!(refused::<CreateKey>(&cloud, input).await, (code.to_owned(), text.to_owned()));
    }
}

#[tokio::test]
async fn names_that_mean_no_key() {
    let cloud = cloud();
    let id = symmetric(&cloud).await;
    let none = "00000000-0000-4000-8000-000000000000";
    let elsewhere = format!("arn:aws:kms:eu-west-1:000000000000:key/{id}");
    for (name, code, text) in [
        ("fake-key-id", "NotFoundException", "Invalid keyId 'fake-key-id'".to_owned()),
        ("mrk-fake-key-id", "NotFoundException", "Invalid keyId 'mrk-fake-key-id'".to_owned()),
        (none, "NotFoundException", format!("Key '{}' does not exist", arn(none))),
        (&arn(none), "NotFoundException", format!("Key '{}' does not exist", arn(none))),
        (&elsewhere, "NotFoundException", "Invalid arn eu-west-1".to_owned()),
        (
            "alias/none",
            "NotFoundException",
            "Alias arn:aws:kms:us-east-1:000000000000:alias/none is not found.".to_owned(),
        ),
    ] {
        let input = DescribeKeyInput { key_id: name.to_owned(), ..Default::default() };
        assert_eq!(refused::<DescribeKey>(&cloud, input).await, (code.to_owned(), text), "{name}");
    }
    let other = cloud.in_region("eu-west-1");
    let input = DescribeKeyInput { key_id: id.clone(), ..Default::default() };
    let text = format!("Key 'arn:aws:kms:eu-west-1:000000000000:key/{id}' does not exist");
    assert_eq!(refused::<DescribeKey>(&other, input).await, ("NotFoundException".to_owned(), text));
}

#[tokio::test]
async fn list_keys_in_pages() {
    let cloud = cloud().fresh_account();
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(symmetric(&cloud).await);
    }
    made.sort();
    let (mut seen, mut marker) = (Vec::new(), None);
    loop {
        let page = cloud.call::<ListKeys>(ListKeysInput { limit: Some(2), marker }).await.unwrap();
        let keys = page.keys.unwrap();
        assert!(keys.len() <= 2);
        seen.extend(keys.into_iter().map(|key| key.key_id.unwrap()));
        assert_eq!(page.truncated, Some(page.next_marker.is_some()));
        marker = page.next_marker;
        if marker.is_none() {
            break;
        }
    }
    assert_eq!(seen, made);
}

#[tokio::test]
async fn disable_key_enable_key_update_key_description() {
    let cloud = cloud();
    let id = symmetric(&cloud).await;
    let blob = encrypt(&cloud, &id, "x").await;
    cloud.call::<DisableKey>(DisableKeyInput { key_id: id.clone() }).await.unwrap();
    assert_eq!(state(&cloud, &id).await, "Disabled");
    let disabled = ("DisabledException".to_owned(), format!("{} is disabled.", arn(&id)));
    assert_eq!(refused::<Encrypt>(&cloud, encrypting(&id, "x")).await, disabled);
    assert_eq!(refused::<Decrypt>(&cloud, decrypting(&blob)).await, disabled);
    cloud.call::<EnableKey>(EnableKeyInput { key_id: id.clone() }).await.unwrap();
    assert_eq!(decrypt(&cloud, &blob).await, "x");
    let input = UpdateKeyDescriptionInput { key_id: id.clone(), description: "other".into() };
    cloud.call::<UpdateKeyDescription>(input).await.unwrap();
    assert_eq!(describe(&cloud, &id).await.description.as_deref(), Some("other"));
}

#[tokio::test]
async fn schedule_key_deletion_and_what_is_left() {
    let cloud = cloud();
    let id = symmetric(&cloud).await;
    let blob = encrypt(&cloud, &id, "x").await;
    let alias = CreateAliasInput { alias_name: "alias/a".into(), target_key_id: id.clone() };
    cloud.call::<CreateAlias>(alias).await.unwrap();
    let input = ScheduleKeyDeletionInput { key_id: id.clone(), pending_window_in_days: Some(7) };
    let answer = cloud.call::<ScheduleKeyDeletion>(input.clone()).await.unwrap();
    assert_eq!(answer.key_id, Some(arn(&id)));
    assert_eq!(answer.deletion_date, Some(cloud.runtime().clock.now().plus(DAY * 7)));
    assert_eq!(answer.key_state.unwrap().as_str(), "PendingDeletion");
    let pending = ("KMSInvalidStateException".to_owned(), format!("{} is pending deletion.", arn(&id)));
    assert_eq!(refused::<Decrypt>(&cloud, decrypting(&blob)).await, pending);
    assert_eq!(refused::<ScheduleKeyDeletion>(&cloud, input).await, pending);
    assert_eq!(refused::<EnableKey>(&cloud, EnableKeyInput { key_id: id.clone() }).await, pending);
    pass(&cloud, DAY * 7 - std::time::Duration::from_secs(1)).await;
    assert_eq!(state(&cloud, &id).await, "PendingDeletion");
    pass(&cloud, std::time::Duration::from_secs(1)).await;
    let input = DescribeKeyInput { key_id: id.clone(), ..Default::default() };
    assert_eq!(refused::<DescribeKey>(&cloud, input).await.0, "NotFoundException");
    let (code, text) = refused::<Decrypt>(&cloud, decrypting(&blob)).await;
    assert_eq!(code, "AccessDeniedException");
    assert!(text.contains("on the resource associated with this ciphertext"), "{text}");
    let aliases = cloud.call::<ListAliases>(ListAliasesInput::default()).await.unwrap().aliases.unwrap();
    assert!(aliases.is_empty());
}

#[tokio::test]
async fn cancel_key_deletion() {
    let cloud = cloud();
    let id = symmetric(&cloud).await;
    let not_pending = ("KMSInvalidStateException".to_owned(), format!("{} is not pending deletion.", arn(&id)));
    let cancel = CancelKeyDeletionInput { key_id: id.clone() };
    assert_eq!(refused::<CancelKeyDeletion>(&cloud, cancel.clone()).await, not_pending);
    let schedule = ScheduleKeyDeletionInput { key_id: id.clone(), pending_window_in_days: None };
    let answer = cloud.call::<ScheduleKeyDeletion>(schedule).await.unwrap();
    assert_eq!(answer.pending_window_in_days, Some(30));
    assert_eq!(cloud.call::<CancelKeyDeletion>(cancel).await.unwrap().key_id, Some(arn(&id)));
    assert_eq!(state(&cloud, &id).await, "Disabled");
    pass(&cloud, DAY * 60).await;
    assert_eq!(state(&cloud, &id).await, "Disabled");
}

#[tokio::test]
async fn get_key_last_usage() {
    let cloud = cloud();
    let id = symmetric(&cloud).await;
    let input = GetKeyLastUsageInput { key_id: id.clone() };
    assert_eq!(cloud.call::<GetKeyLastUsage>(input.clone()).await.unwrap().key_last_usage, None);
    let blob = encrypt(&cloud, &id, "x").await;
    pass(&cloud, DAY).await;
    decrypt(&cloud, &blob).await;
    let used = cloud.runtime().clock.now();
    pass(&cloud, DAY).await;
    let last = cloud.call::<GetKeyLastUsage>(input).await.unwrap().key_last_usage.unwrap();
    assert_eq!((last.operation.unwrap().as_str(), last.timestamp), ("Decrypt", Some(used)));
    assert!(last.kms_request_id.is_some());
}
