//! Encrypting and decrypting.

use api_kms::*;
use proptest::prelude::*;
use smithy::Bytes;

use crate::cloud::*;

#[tokio::test]
async fn encrypt_and_decrypt_by_every_name_of_a_key() {
    let cloud = cloud();
    let id = symmetric(&cloud).await;
    let alias = CreateAliasInput { alias_name: "alias/a".into(), target_key_id: id.clone() };
    cloud.call::<CreateAlias>(alias).await.unwrap();
    let alias_arn = "arn:aws:kms:us-east-1:000000000000:alias/a";
    for name in [&*id, &arn(&id), "alias/a", alias_arn] {
        let answer = cloud.call::<Encrypt>(encrypting(name, "secret")).await.unwrap();
        assert_eq!(answer.key_id, Some(arn(&id)));
        assert_eq!(answer.encryption_algorithm.unwrap().as_str(), "SYMMETRIC_DEFAULT");
        let blob = answer.ciphertext_blob.unwrap();
        assert!(!blob.windows(6).any(|window| window == b"secret"));
        for key_id in [None, Some(name.to_owned())] {
            let opened = cloud.call::<Decrypt>(DecryptInput { key_id, ..decrypting(&blob) }).await.unwrap();
            assert_eq!(opened.plaintext.as_deref(), Some(&b"secret"[..]));
            assert_eq!(opened.key_id, Some(arn(&id)));
            assert_eq!(opened.key_material_id, describe(&cloud, &id).await.current_key_material_id);
        }
    }
}

#[tokio::test]
async fn a_context_is_part_of_the_ciphertext() {
    let cloud = cloud();
    let id = symmetric(&cloud).await;
    let asked = context(&[("a", "1"), ("b", "2")]);
    let input = EncryptInput { encryption_context: asked.clone(), ..encrypting(&id, "x") };
    let blob = cloud.call::<Encrypt>(input).await.unwrap().ciphertext_blob.unwrap();
    let input = DecryptInput { encryption_context: asked, ..decrypting(&blob) };
    cloud.call::<Decrypt>(input).await.unwrap();
    for other in [None, context(&[]), context(&[("a", "1")]), context(&[("a", "1"), ("b", "3")])] {
        let input = DecryptInput { encryption_context: other, ..decrypting(&blob) };
        let invalid = ("InvalidCiphertextException".to_owned(), String::new());
        assert_eq!(refused::<Decrypt>(&cloud, input).await, invalid);
    }
}

#[tokio::test]
async fn ciphertexts_of_other_keys_and_no_ciphertexts() {
    let cloud = cloud();
    let (one, two) = (symmetric(&cloud).await, symmetric(&cloud).await);
    let hmac = key(&cloud, "HMAC_256", "GENERATE_VERIFY_MAC").await;
    let blob = encrypt(&cloud, &one, "x").await;
    let text = "The key ID in the request does not identify a CMK that can perform this operation.";
    let incorrect = ("IncorrectKeyException".to_owned(), text.to_owned());
    for key in [two, hmac] {
        let input = DecryptInput { key_id: Some(key), ..decrypting(&blob) };
        assert_eq!(refused::<Decrypt>(&cloud, input).await, incorrect);
    }
    let invalid = ("InvalidCiphertextException".to_owned(), String::new());
    let mut changed = blob.to_vec();
    *changed.last_mut().unwrap() ^= 1;
    for bytes in [Bytes::from(changed), Bytes::from_static(b"nothing of ours"), blob.slice(..blob.len() - 1)] {
        assert_eq!(refused::<Decrypt>(&cloud, decrypting(&bytes)).await, invalid);
        let input = DecryptInput { key_id: Some(one.clone()), ..decrypting(&bytes) };
        assert_eq!(refused::<Decrypt>(&cloud, input).await, invalid);
    }
}

#[tokio::test]
async fn rsa_encrypts_one_block() {
    let cloud = cloud();
    let id = key(&cloud, "RSA_2048", "ENCRYPT_DECRYPT").await;
    for (algorithm, most) in [("RSAES_OAEP_SHA_1", 214), ("RSAES_OAEP_SHA_256", 190)] {
        let encryption_algorithm = Some(EncryptionAlgorithmSpec::from(algorithm.to_owned()));
        let input = |size: usize| EncryptInput {
            encryption_algorithm: encryption_algorithm.clone(),
            ..encrypting(&id, &"x".repeat(size))
        };
        let blob = cloud.call::<Encrypt>(input(most)).await.unwrap().ciphertext_blob.unwrap();
        assert_eq!(blob.len(), 256);
        let decrypt = |algorithm: &str| DecryptInput {
            key_id: Some(id.clone()),
            encryption_algorithm: Some(EncryptionAlgorithmSpec::from(algorithm.to_owned())),
            ..decrypting(&blob)
        };
        let opened = cloud.call::<Decrypt>(decrypt(algorithm)).await.unwrap();
        assert_eq!(opened.plaintext.unwrap().len(), most);
        let other = if most == 214 { "RSAES_OAEP_SHA_256" } else { "RSAES_OAEP_SHA_1" };
        assert_eq!(refused::<Decrypt>(&cloud, decrypt(other)).await.0, "InvalidCiphertextException");
        let text = format!("Algorithm {algorithm} and key spec RSA_2048 cannot encrypt data larger than {most} bytes.");
        let refusal = refused::<Encrypt>(&cloud, input(most + 1)).await;
        assert_eq!(refusal, ("ValidationException".to_owned(), text));
    }
    let (code, text) = refused::<Encrypt>(&cloud, encrypting(&id, "x")).await;
    assert_eq!(code, "InvalidKeyUsageException");
    assert_eq!(text, "Algorithm SYMMETRIC_DEFAULT is incompatible with key spec RSA_2048.");
}

#[tokio::test]
async fn re_encrypt() {
    let cloud = cloud();
    let (one, two) = (symmetric(&cloud).await, symmetric(&cloud).await);
    let blob = encrypt(&cloud, &one, "x").await;
    let input = ReEncryptInput {
        ciphertext_blob: Some(blob.clone()),
        destination_key_id: two.clone(),
        destination_encryption_context: context(&[("a", "1")]),
        ..Default::default()
    };
    let answer = cloud.call::<ReEncrypt>(input.clone()).await.unwrap();
    assert_eq!((answer.source_key_id, answer.key_id), (Some(arn(&one)), Some(arn(&two))));
    let blob = answer.ciphertext_blob.unwrap();
    let input =
        DecryptInput { encryption_context: context(&[("a", "1")]), key_id: Some(two.clone()), ..decrypting(&blob) };
    assert_eq!(cloud.call::<Decrypt>(input).await.unwrap().plaintext.as_deref(), Some(&b"x"[..]));
    let wrong = ReEncryptInput {
        ciphertext_blob: Some(blob),
        source_key_id: Some(one.clone()),
        destination_key_id: one,
        ..Default::default()
    };
    assert_eq!(refused::<ReEncrypt>(&cloud, wrong.clone()).await.0, "IncorrectKeyException");
    let hmac = key(&cloud, "HMAC_224", "GENERATE_VERIFY_MAC").await;
    let wrong = ReEncryptInput { source_key_id: Some(hmac.clone()), destination_key_id: hmac.clone(), ..wrong };
    assert_eq!(refused::<ReEncrypt>(&cloud, wrong.clone()).await.0, "IncorrectKeyException");
    let wrong = ReEncryptInput { source_key_id: Some(two), ..wrong };
    let wrong = ReEncryptInput { source_encryption_context: context(&[("a", "1")]), ..wrong };
    let text = format!("{} key usage is GENERATE_VERIFY_MAC which is not valid for ReEncryptTo.", arn(&hmac));
    assert_eq!(refused::<ReEncrypt>(&cloud, wrong).await, ("InvalidKeyUsageException".to_owned(), text));
}

#[tokio::test]
async fn dry_runs_do_nothing_and_say_so() {
    let cloud = cloud();
    let id = symmetric(&cloud).await;
    let blob = encrypt(&cloud, &id, "x").await;
    let text = "The request would have succeeded, but the DryRun option is set.";
    let dry = ("DryRunOperationException".to_owned(), text.to_owned());
    let input = EncryptInput { dry_run: Some(true), ..encrypting(&id, "x") };
    assert_eq!(refused::<Encrypt>(&cloud, input).await, dry);
    let input = DecryptInput { dry_run: Some(true), ..decrypting(&blob) };
    assert_eq!(refused::<Decrypt>(&cloud, input).await, dry);
    let ignoring = DecryptInput {
        key_id: Some(id.clone()),
        dry_run: Some(true),
        dry_run_modifiers: Some(vec![DryRunModifierType::IgnoreCiphertext]),
        ..Default::default()
    };
    assert_eq!(refused::<Decrypt>(&cloud, ignoring).await, dry);
    cloud.call::<DisableKey>(DisableKeyInput { key_id: id.clone() }).await.unwrap();
    let input = EncryptInput { dry_run: Some(true), ..encrypting(&id, "x") };
    assert_eq!(refused::<Encrypt>(&cloud, input).await.0, "DisabledException");
}

#[tokio::test]
async fn nobody_can_be_a_nitro_enclave_here() {
    let cloud = cloud();
    let id = symmetric(&cloud).await;
    let blob = encrypt(&cloud, &id, "x").await;
    let input = DecryptInput { recipient: Some(RecipientInfo::default()), ..decrypting(&blob) };
    let refusal = ("NotImplemented".to_owned(), "Decrypt with a Recipient".to_owned());
    assert_eq!(refused::<Decrypt>(&cloud, input).await, refusal);
}

#[tokio::test]
async fn keys_of_other_usages_do_not_encrypt() {
    let cloud = cloud();
    let signing = key(&cloud, "ECC_NIST_P256", "SIGN_VERIFY").await;
    let text = format!("{} key usage is SIGN_VERIFY which is not valid for Encrypt.", arn(&signing));
    let refusal = ("InvalidKeyUsageException".to_owned(), text);
    assert_eq!(refused::<Encrypt>(&cloud, encrypting(&signing, "x")).await, refusal);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_is_encrypted_in_a_context_is_decrypted_in_it(
        plain in proptest::collection::vec(any::<u8>(), 1..4096),
        pairs in proptest::collection::btree_map(".{1,20}", ".{0,20}", 0..5),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let cloud = cloud();
            let id = symmetric(&cloud).await;
            let input = EncryptInput {
                key_id: id,
                plaintext: plain.clone().into(),
                encryption_context: Some(pairs.clone()),
                ..Default::default()
            };
            let blob = cloud.call::<Encrypt>(input).await.unwrap().ciphertext_blob.unwrap();
            let input = DecryptInput { encryption_context: Some(pairs), ..decrypting(&blob) };
            assert_eq!(cloud.call::<Decrypt>(input).await.unwrap().plaintext.unwrap(), plain);
        });
    }
}
