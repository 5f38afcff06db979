//! Data keys, pairs, randomness.

use api_kms::*;

use crate::cloud::*;

#[tokio::test]
async fn generate_data_key_in_every_length() {
    let cloud = cloud();
    let id = symmetric(&cloud).await;
    let asked = |key_spec: Option<DataKeySpec>, number_of_bytes| GenerateDataKeyInput {
        key_id: id.clone(),
        key_spec,
        number_of_bytes,
        encryption_context: context(&[("a", "1")]),
        ..Default::default()
    };
    for (input, length) in [
        (asked(Some(DataKeySpec::Aes256), None), 32),
        (asked(Some(DataKeySpec::Aes128), None), 16),
        (asked(None, Some(64)), 64),
        (asked(None, Some(1024)), 1024),
    ] {
        let answer = cloud.call::<GenerateDataKey>(input).await.unwrap();
        let plain = answer.plaintext.unwrap();
        assert_eq!(plain.len(), length);
        let input =
            DecryptInput { encryption_context: context(&[("a", "1")]), ..decrypting(&answer.ciphertext_blob.unwrap()) };
        assert_eq!(cloud.call::<Decrypt>(input).await.unwrap().plaintext.unwrap(), plain);
    }
    let text = "Please specify either number of bytes or key spec.";
    let both = asked(Some(DataKeySpec::Aes128), Some(1));
    for input in [asked(None, None), both] {
        let refusal = ("ValidationException".to_owned(), text.to_owned());
        assert_eq!(refused::<GenerateDataKey>(&cloud, input).await, refusal);
    }
}

#[tokio::test]
async fn generate_data_key_without_plaintext() {
    let cloud = cloud();
    let id = symmetric(&cloud).await;
    let input = GenerateDataKeyWithoutPlaintextInput {
        key_id: id.clone(),
        key_spec: Some(DataKeySpec::Aes256),
        ..Default::default()
    };
    let blob = cloud.call::<GenerateDataKeyWithoutPlaintext>(input).await.unwrap().ciphertext_blob.unwrap();
    let plain = cloud.call::<Decrypt>(decrypting(&blob)).await.unwrap().plaintext.unwrap();
    assert_eq!(plain.len(), 32);
}

#[tokio::test]
async fn generate_data_key_pair_with_and_without_plaintext() {
    let cloud = cloud();
    let id = symmetric(&cloud).await;
    for spec in ["RSA_2048", "ECC_NIST_P384", "ECC_SECG_P256K1", "ECC_NIST_EDWARDS25519"] {
        let key_pair_spec = DataKeyPairSpec::from(spec.to_owned());
        let input =
            GenerateDataKeyPairInput { key_id: id.clone(), key_pair_spec: key_pair_spec.clone(), ..Default::default() };
        let pair = cloud.call::<GenerateDataKeyPair>(input).await.unwrap();
        let opened = cloud.call::<Decrypt>(decrypting(&pair.private_key_ciphertext_blob.unwrap())).await.unwrap();
        assert_eq!(opened.plaintext, pair.private_key_plaintext, "{spec}");
        assert!(!pair.public_key.unwrap().is_empty());
        let input =
            GenerateDataKeyPairWithoutPlaintextInput { key_id: id.clone(), key_pair_spec, ..Default::default() };
        let pair = cloud.call::<GenerateDataKeyPairWithoutPlaintext>(input).await.unwrap();
        assert!(pair.private_key_ciphertext_blob.is_some() && pair.public_key.is_some());
    }
    let input = GenerateDataKeyPairInput {
        key_id: id,
        key_pair_spec: DataKeyPairSpec::EccNistP256,
        dry_run: Some(true),
        ..Default::default()
    };
    assert_eq!(refused::<GenerateDataKeyPair>(&cloud, input).await.0, "DryRunOperationException");
}

#[tokio::test]
async fn generate_random() {
    let cloud = cloud();
    for bytes in [1, 91, 1024] {
        let input = GenerateRandomInput { number_of_bytes: Some(bytes), ..Default::default() };
        let random = cloud.call::<GenerateRandom>(input).await.unwrap().plaintext.unwrap();
        assert_eq!(random.len(), usize::try_from(bytes).unwrap());
    }
    let refusal = ("ValidationException".to_owned(), "NumberOfBytes is required.".to_owned());
    assert_eq!(refused::<GenerateRandom>(&cloud, GenerateRandomInput::default()).await, refusal);
}
