//! Signing, codes, shared secrets.

use api_kms::*;
use aws_lc_rs::agreement::{self, ECDH_P256, PrivateKey};
use aws_lc_rs::digest;
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::signature::{self, UnparsedPublicKey, VerificationAlgorithm};
use smithy::Bytes;
use testkit::TestCloud;

use crate::cloud::*;

fn signing(id: &str, algorithm: &str, kind: &str, message: &[u8]) -> SignInput {
    SignInput {
        key_id: id.to_owned(),
        message: Bytes::copy_from_slice(message),
        message_type: Some(MessageType::from(kind.to_owned())),
        signing_algorithm: SigningAlgorithmSpec::from(algorithm.to_owned()),
        ..Default::default()
    }
}

fn verifying(sign: &SignInput, signature: &Bytes) -> VerifyInput {
    VerifyInput {
        key_id: sign.key_id.clone(),
        message: sign.message.clone(),
        message_type: sign.message_type.clone(),
        signature: signature.clone(),
        signing_algorithm: sign.signing_algorithm.clone(),
        ..Default::default()
    }
}

async fn public(cloud: &TestCloud, id: &str) -> Bytes {
    let input = GetPublicKeyInput { key_id: id.to_owned(), ..Default::default() };
    cloud.call::<GetPublicKey>(input).await.unwrap().public_key.unwrap()
}

#[tokio::test]
async fn sign_verify_and_get_public_key_agree_with_any_library() {
    let cloud = cloud();
    let rsa = key(&cloud, "RSA_2048", "SIGN_VERIFY").await;
    let p256 = key(&cloud, "ECC_NIST_P256", "SIGN_VERIFY").await;
    let p384 = key(&cloud, "ECC_NIST_P384", "SIGN_VERIFY").await;
    let p521 = key(&cloud, "ECC_NIST_P521", "SIGN_VERIFY").await;
    let k256 = key(&cloud, "ECC_SECG_P256K1", "SIGN_VERIFY").await;
    let edwards = key(&cloud, "ECC_NIST_EDWARDS25519", "SIGN_VERIFY").await;
    let ml_dsa = key(&cloud, "ML_DSA_44", "SIGN_VERIFY").await;
    let cases: [(&str, &str, &'static dyn VerificationAlgorithm, Option<&'static digest::Algorithm>); 11] = [
        (&rsa, "RSASSA_PKCS1_V1_5_SHA_256", &signature::RSA_PKCS1_2048_8192_SHA256, Some(&digest::SHA256)),
        (&rsa, "RSASSA_PKCS1_V1_5_SHA_512", &signature::RSA_PKCS1_2048_8192_SHA512, Some(&digest::SHA512)),
        (&rsa, "RSASSA_PSS_SHA_256", &signature::RSA_PSS_2048_8192_SHA256, Some(&digest::SHA256)),
        (&rsa, "RSASSA_PSS_SHA_384", &signature::RSA_PSS_2048_8192_SHA384, Some(&digest::SHA384)),
        (&rsa, "RSASSA_PSS_SHA_512", &signature::RSA_PSS_2048_8192_SHA512, Some(&digest::SHA512)),
        (&p256, "ECDSA_SHA_256", &signature::ECDSA_P256_SHA256_ASN1, Some(&digest::SHA256)),
        (&p384, "ECDSA_SHA_384", &signature::ECDSA_P384_SHA384_ASN1, Some(&digest::SHA384)),
        (&p521, "ECDSA_SHA_512", &signature::ECDSA_P521_SHA512_ASN1, Some(&digest::SHA512)),
        (&k256, "ECDSA_SHA_256", &signature::ECDSA_P256K1_SHA256_ASN1, Some(&digest::SHA256)),
        (&edwards, "ED25519_SHA_512", &signature::ED25519, None),
        (&ml_dsa, "ML_DSA_SHAKE_256", &signature::ML_DSA_44, None),
    ];
    for (id, algorithm, outside, digest) in cases {
        let raw = signing(id, algorithm, "RAW", b"message");
        let signature = cloud.call::<Sign>(raw.clone()).await.unwrap().signature.unwrap();
        let there = UnparsedPublicKey::new(outside, public(&cloud, id).await.to_vec());
        there.verify(b"message", &signature).unwrap_or_else(|_| panic!("{algorithm}"));
        let answer = cloud.call::<Verify>(verifying(&raw, &signature)).await.unwrap();
        assert_eq!((answer.signature_valid, answer.key_id), (Some(true), Some(arn(id))));
        let other = verifying(&signing(id, algorithm, "RAW", b"massage"), &signature);
        let invalid = ("KMSInvalidSignatureException".to_owned(), String::new());
        assert_eq!(refused::<Verify>(&cloud, other).await, invalid);
        let Some(digest) = digest else { continue };
        let sum = digest::digest(digest, b"message");
        let digested = signing(id, algorithm, "DIGEST", sum.as_ref());
        cloud.call::<Verify>(verifying(&digested, &signature)).await.unwrap();
        let signature = cloud.call::<Sign>(digested).await.unwrap().signature.unwrap();
        there.verify(b"message", &signature).unwrap();
        let text = format!("Digest is invalid length for algorithm {algorithm}.");
        let short = signing(id, algorithm, "DIGEST", b"short");
        assert_eq!(refused::<Sign>(&cloud, short).await, ("ValidationException".to_owned(), text));
    }
}

#[tokio::test]
async fn algorithms_of_other_kinds_and_forms_that_are_not_here() {
    let cloud = cloud();
    let p256 = key(&cloud, "ECC_NIST_P256", "SIGN_VERIFY").await;
    let refusal = refused::<Sign>(&cloud, signing(&p256, "ECDSA_SHA_384", "RAW", b"x")).await;
    let text = "Algorithm ECDSA_SHA_384 is incompatible with key spec ECC_NIST_P256.";
    assert_eq!(refusal, ("InvalidKeyUsageException".to_owned(), text.to_owned()));
    let hmac = key(&cloud, "HMAC_224", "GENERATE_VERIFY_MAC").await;
    let refusal = refused::<Sign>(&cloud, signing(&hmac, "RSASSA_PSS_SHA_256", "RAW", b"x")).await;
    let text = format!("{} key usage is GENERATE_VERIFY_MAC which is not valid for Sign.", arn(&hmac));
    assert_eq!(refusal, ("InvalidKeyUsageException".to_owned(), text));
    let ml_dsa = key(&cloud, "ML_DSA_44", "SIGN_VERIFY").await;
    let refusal = refused::<Sign>(&cloud, signing(&ml_dsa, "ML_DSA_SHAKE_256", "EXTERNAL_MU", &[0; 64])).await;
    assert_eq!(refusal.0, "NotImplemented");
    let symmetric = GetPublicKeyInput { key_id: symmetric(&cloud).await, ..Default::default() };
    assert_eq!(refused::<GetPublicKey>(&cloud, symmetric).await.0, "UnsupportedOperationException");
}

#[tokio::test]
async fn generate_mac_and_verify_mac() {
    let cloud = cloud();
    for (spec, algorithm, length) in [
        ("HMAC_224", "HMAC_SHA_224", 28),
        ("HMAC_256", "HMAC_SHA_256", 32),
        ("HMAC_384", "HMAC_SHA_384", 48),
        ("HMAC_512", "HMAC_SHA_512", 64),
    ] {
        let id = key(&cloud, spec, "GENERATE_VERIFY_MAC").await;
        let message = Bytes::from_static(b"message");
        let mac_algorithm = MacAlgorithmSpec::from(algorithm.to_owned());
        let input = GenerateMacInput {
            key_id: id.clone(),
            message: message.clone(),
            mac_algorithm: mac_algorithm.clone(),
            ..Default::default()
        };
        let mac = cloud.call::<GenerateMac>(input).await.unwrap().mac.unwrap();
        assert_eq!(mac.len(), length);
        let verify = VerifyMacInput { key_id: id.clone(), message, mac_algorithm, mac, ..Default::default() };
        assert_eq!(cloud.call::<VerifyMac>(verify.clone()).await.unwrap().mac_valid, Some(true));
        let other = VerifyMacInput { message: Bytes::from_static(b"massage"), ..verify.clone() };
        let invalid = ("KMSInvalidMacException".to_owned(), String::new());
        assert_eq!(refused::<VerifyMac>(&cloud, other).await, invalid);
        let wrong = if algorithm == "HMAC_SHA_512" { "HMAC_SHA_256" } else { "HMAC_SHA_512" };
        let other = VerifyMacInput { mac_algorithm: MacAlgorithmSpec::from(wrong.to_owned()), ..verify };
        let text = format!("Algorithm {wrong} is incompatible with key spec {spec}.");
        assert_eq!(refused::<VerifyMac>(&cloud, other).await, ("InvalidKeyUsageException".to_owned(), text));
    }
}

#[tokio::test]
async fn derive_shared_secret_as_the_other_side_does() {
    let cloud = cloud();
    let id = key(&cloud, "ECC_NIST_P256", "KEY_AGREEMENT").await;
    let mine = PrivateKey::generate(&ECDH_P256).unwrap();
    let der: PublicKeyX509Der<'_> = mine.compute_public_key().unwrap().as_der().unwrap();
    let input = DeriveSharedSecretInput {
        key_id: id.clone(),
        key_agreement_algorithm: KeyAgreementAlgorithmSpec::Ecdh,
        public_key: Bytes::copy_from_slice(der.as_ref()),
        ..Default::default()
    };
    let answer = cloud.call::<DeriveSharedSecret>(input.clone()).await.unwrap();
    let theirs = agreement::UnparsedPublicKey::new(&ECDH_P256, public(&cloud, &id).await);
    let here = agreement::agree(&mine, theirs, (), |secret| Ok(secret.to_vec())).unwrap();
    assert_eq!(answer.shared_secret.unwrap(), here);
    assert_eq!(answer.key_origin.unwrap().as_str(), "AWS_KMS");
    let other = DeriveSharedSecretInput { public_key: Bytes::from_static(b"no key"), ..input.clone() };
    assert_eq!(refused::<DeriveSharedSecret>(&cloud, other).await, ("ValidationException".into(), String::new()));
    let signing = key(&cloud, "ECC_NIST_P256", "SIGN_VERIFY").await;
    let other = DeriveSharedSecretInput { key_id: signing.clone(), ..input };
    let text = format!("{} key usage is SIGN_VERIFY which is not valid for DeriveSharedSecret.", arn(&signing));
    assert_eq!(refused::<DeriveSharedSecret>(&cloud, other).await, ("InvalidKeyUsageException".into(), text));
}
