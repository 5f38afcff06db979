//! Material from outside, wrapped as a client wraps it.

use std::time::Duration;

use api_kms::*;
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::key_wrap::{AES_256, AesKek, KeyWrapPadded};
use aws_lc_rs::rsa::{self, OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey, PublicEncryptingKey};
use smithy::Bytes;
use testkit::TestCloud;

use crate::cloud::*;

async fn external(cloud: &TestCloud, spec: &str, usage: &str) -> String {
    let input = CreateKeyInput { origin: Some(OriginType::External), ..asked(spec, usage) };
    let made = make(cloud, input).await;
    assert_eq!(made.key_state.unwrap().as_str(), "PendingImport");
    assert_eq!(made.enabled, Some(false));
    made.key_id
}

async fn parameters(cloud: &TestCloud, id: &str, algorithm: &str) -> GetParametersForImportOutput {
    let input = GetParametersForImportInput {
        key_id: id.to_owned(),
        wrapping_algorithm: AlgorithmSpec::from(algorithm.to_owned()),
        wrapping_key_spec: WrappingKeySpec::Rsa2048,
    };
    cloud.call::<GetParametersForImport>(input).await.unwrap()
}

fn wrap(public: &[u8], algorithm: &str, secret: &[u8]) -> Bytes {
    let public = OaepPublicEncryptingKey::new(PublicEncryptingKey::from_der(public).unwrap()).unwrap();
    let padding = if algorithm.ends_with("SHA_1") { &OAEP_SHA1_MGF1SHA1 } else { &OAEP_SHA256_MGF1SHA256 };
    let block = |plain: &[u8]| {
        let mut out = vec![0; public.ciphertext_size()];
        let length = public.encrypt(padding, plain, &mut out, None).unwrap().len();
        out.truncate(length);
        out
    };
    if !algorithm.starts_with("RSA_AES_KEY_WRAP") {
        return block(secret).into();
    }
    let kek = [9; 32];
    let mut wrapped = vec![0; secret.len() + 16];
    let length = AesKek::new(&AES_256, &kek).unwrap().wrap_with_padding(secret, &mut wrapped).unwrap().len();
    wrapped.truncate(length);
    [block(&kek), wrapped].concat().into()
}

/// The input that imports a secret that never ends.
pub(crate) async fn importing(cloud: &TestCloud, id: &str, algorithm: &str, secret: &[u8]) -> ImportKeyMaterialInput {
    let parameters = parameters(cloud, id, algorithm).await;
    ImportKeyMaterialInput {
        key_id: id.to_owned(),
        import_token: parameters.import_token.unwrap(),
        encrypted_key_material: wrap(&parameters.public_key.unwrap(), algorithm, secret),
        expiration_model: Some(ExpirationModelType::KeyMaterialDoesNotExpire),
        ..Default::default()
    }
}

/// The usual wrapping.
pub(crate) const OAEP: &str = "RSAES_OAEP_SHA_256";

#[tokio::test]
async fn get_parameters_for_import_and_import_key_material_in_every_wrapping() {
    let cloud = cloud();
    for algorithm in ["RSAES_OAEP_SHA_1", OAEP, "RSA_AES_KEY_WRAP_SHA_1", "RSA_AES_KEY_WRAP_SHA_256"] {
        let id = external(&cloud, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT").await;
        let pending = ("KMSInvalidStateException".to_owned(), format!("{} is pending import.", arn(&id)));
        assert_eq!(refused::<Encrypt>(&cloud, encrypting(&id, "x")).await, pending);
        let input = importing(&cloud, &id, algorithm, &[7; 32]).await;
        let answer = cloud.call::<ImportKeyMaterial>(input).await.unwrap();
        let now = describe(&cloud, &id).await;
        assert_eq!(now.current_key_material_id, answer.key_material_id);
        assert_eq!(now.expiration_model.unwrap().as_str(), "KEY_MATERIAL_DOES_NOT_EXPIRE");
        let blob = encrypt(&cloud, &id, "x").await;
        assert_eq!(decrypt(&cloud, &blob).await, "x", "{algorithm}");
    }
}

#[tokio::test]
async fn pairs_and_codes_are_imported_too() {
    let cloud = cloud();
    let hmac = external(&cloud, "HMAC_384", "GENERATE_VERIFY_MAC").await;
    let input = importing(&cloud, &hmac, OAEP, &[7; 48]).await;
    cloud.call::<ImportKeyMaterial>(input).await.unwrap();
    let input = GenerateMacInput {
        key_id: hmac.clone(),
        message: Bytes::from_static(b"m"),
        mac_algorithm: MacAlgorithmSpec::HmacSha384,
        ..Default::default()
    };
    let mac = cloud.call::<GenerateMac>(input).await.unwrap().mac.unwrap();
    let known = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA384, &[7; 48]);
    aws_lc_rs::hmac::verify(&known, b"m", &mac).unwrap();

    let id = external(&cloud, "RSA_2048", "SIGN_VERIFY").await;
    let pair = rsa::KeyPair::generate(rsa::KeySize::Rsa2048).unwrap();
    let der: Pkcs8V1Der<'_> = pair.as_der().unwrap();
    let input = importing(&cloud, &id, "RSA_AES_KEY_WRAP_SHA_256", der.as_ref()).await;
    cloud.call::<ImportKeyMaterial>(input).await.unwrap();
    assert_eq!(state(&cloud, &id).await, "Enabled");
    let unfit = external(&cloud, "ECC_NIST_P256", "SIGN_VERIFY").await;
    let input = importing(&cloud, &unfit, "RSA_AES_KEY_WRAP_SHA_256", der.as_ref()).await;
    assert_eq!(refused::<ImportKeyMaterial>(&cloud, input).await.0, "IncorrectKeyMaterialException");
}

#[tokio::test]
async fn delete_imported_key_material_and_the_same_comes_again() {
    let cloud = cloud();
    let id = external(&cloud, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT").await;
    let first = importing(&cloud, &id, OAEP, &[7; 32]).await;
    cloud.call::<ImportKeyMaterial>(first).await.unwrap();
    let blob = encrypt(&cloud, &id, "x").await;
    let delete = DeleteImportedKeyMaterialInput { key_id: id.clone(), key_material_id: None };
    cloud.call::<DeleteImportedKeyMaterial>(delete).await.unwrap();
    assert_eq!(state(&cloud, &id).await, "PendingImport");
    assert_eq!(refused::<Decrypt>(&cloud, decrypting(&blob)).await.0, "KMSInvalidStateException");
    let other = importing(&cloud, &id, OAEP, &[8; 32]).await;
    assert_eq!(refused::<ImportKeyMaterial>(&cloud, other).await.0, "IncorrectKeyMaterialException");
    let same = importing(&cloud, &id, OAEP, &[7; 32]).await;
    cloud.call::<ImportKeyMaterial>(same).await.unwrap();
    assert_eq!(decrypt(&cloud, &blob).await, "x");
}

#[tokio::test]
async fn material_expires_by_the_clock() {
    let cloud = cloud();
    let id = external(&cloud, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT").await;
    let end = cloud.runtime().clock.now().plus(DAY);
    let expiring =
        |input: ImportKeyMaterialInput, valid_to| ImportKeyMaterialInput { expiration_model: None, valid_to, ..input };
    let input = importing(&cloud, &id, OAEP, &[7; 32]).await;
    let text = "A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES";
    let refusal = refused::<ImportKeyMaterial>(&cloud, expiring(input.clone(), None)).await;
    assert_eq!(refusal, ("ValidationException".to_owned(), text.to_owned()));
    cloud.call::<ImportKeyMaterial>(expiring(input, Some(end))).await.unwrap();
    let now = describe(&cloud, &id).await;
    assert_eq!((now.valid_to, now.expiration_model.unwrap().as_str()), (Some(end), "KEY_MATERIAL_EXPIRES"));
    let blob = encrypt(&cloud, &id, "x").await;
    pass(&cloud, DAY - Duration::from_secs(1)).await;
    assert_eq!(decrypt(&cloud, &blob).await, "x");
    pass(&cloud, Duration::from_secs(1)).await;
    assert_eq!(state(&cloud, &id).await, "PendingImport");
    assert_eq!(refused::<Decrypt>(&cloud, decrypting(&blob)).await.0, "KMSInvalidStateException");
}

#[tokio::test]
async fn tokens_are_of_one_key_for_one_day() {
    let cloud = cloud();
    let (one, two) = (
        external(&cloud, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT").await,
        external(&cloud, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT").await,
    );
    let input = importing(&cloud, &one, OAEP, &[7; 32]).await;
    let elsewhere = ImportKeyMaterialInput { key_id: two, ..input.clone() };
    assert_eq!(refused::<ImportKeyMaterial>(&cloud, elsewhere).await.0, "InvalidImportTokenException");
    let made_up = ImportKeyMaterialInput { import_token: Bytes::from_static(b"token"), ..input.clone() };
    assert_eq!(refused::<ImportKeyMaterial>(&cloud, made_up).await.0, "InvalidImportTokenException");
    let garbled = ImportKeyMaterialInput { encrypted_key_material: Bytes::from_static(&[1; 256]), ..input.clone() };
    assert_eq!(refused::<ImportKeyMaterial>(&cloud, garbled).await.0, "InvalidCiphertextException");
    pass(&cloud, DAY).await;
    assert_eq!(refused::<ImportKeyMaterial>(&cloud, input).await.0, "ExpiredImportTokenException");
    let own = symmetric(&cloud).await;
    let ask = GetParametersForImportInput {
        key_id: own.clone(),
        wrapping_algorithm: AlgorithmSpec::RsaesOaepSha256,
        wrapping_key_spec: WrappingKeySpec::Rsa2048,
    };
    let text = format!("{} origin is AWS_KMS which is not valid for this operation.", arn(&own));
    let refusal = refused::<GetParametersForImport>(&cloud, ask).await;
    assert_eq!(refusal, ("UnsupportedOperationException".to_owned(), text));
}

#[tokio::test]
async fn imported_material_is_rotated_in_on_demand() {
    let cloud = cloud();
    let id = external(&cloud, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT").await;
    let demand = RotateKeyOnDemandInput { key_id: id.clone() };
    let fresh = |input: ImportKeyMaterialInput| ImportKeyMaterialInput {
        import_type: Some(ImportType::NewKeyMaterial),
        ..input
    };
    let first = importing(&cloud, &id, OAEP, &[1; 32]).await;
    let first = cloud.call::<ImportKeyMaterial>(first).await.unwrap().key_material_id;
    let blob = encrypt(&cloud, &id, "old").await;
    let text = format!("No available key material pending rotation for the key: {}.", arn(&id));
    let refusal = refused::<RotateKeyOnDemand>(&cloud, demand.clone()).await;
    assert_eq!(refusal, ("KMSInvalidStateException".to_owned(), text));
    let second = fresh(importing(&cloud, &id, OAEP, &[2; 32]).await);
    let second = cloud.call::<ImportKeyMaterial>(second).await.unwrap().key_material_id;
    assert_eq!(describe(&cloud, &id).await.current_key_material_id, first);
    let third = fresh(importing(&cloud, &id, OAEP, &[3; 32]).await);
    let (code, text) = refused::<ImportKeyMaterial>(&cloud, third).await;
    assert_eq!(code, "KMSInvalidStateException");
    let pending = format!("because another key material (id: {}) is pending rotation.", second.clone().unwrap());
    assert!(text.ends_with(&pending), "{text}");
    cloud.call::<RotateKeyOnDemand>(demand).await.unwrap();
    assert_eq!(describe(&cloud, &id).await.current_key_material_id, second);
    assert_eq!(decrypt(&cloud, &blob).await, "old");
    let delete = DeleteImportedKeyMaterialInput { key_id: id.clone(), key_material_id: first.clone() };
    assert_eq!(cloud.call::<DeleteImportedKeyMaterial>(delete).await.unwrap().key_material_id, first);
    assert_eq!(state(&cloud, &id).await, "PendingImport");
    let again = importing(&cloud, &id, OAEP, &[1; 32]).await;
    cloud.call::<ImportKeyMaterial>(again).await.unwrap();
    assert_eq!(decrypt(&cloud, &blob).await, "old");
}

/// Imports a secret that never ends.
pub(crate) async fn take(cloud: &TestCloud, id: &str, secret: &[u8]) {
    let input = importing(cloud, id, OAEP, secret).await;
    cloud.call::<ImportKeyMaterial>(input).await.unwrap();
}
