//! Signing with pairs: RSA (PKCS #1 v1.5 and PSS), ECDSA, Ed25519, ML-DSA.

use aws_lc_rs::digest::{self, Digest};
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256K1_SHA256_ASN1, ECDSA_P256K1_SHA256_ASN1_SIGNING,
    ECDSA_P384_SHA384_ASN1, ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1, ECDSA_P521_SHA512_ASN1_SIGNING,
    ED25519, EcdsaKeyPair, EcdsaSigningAlgorithm, EcdsaVerificationAlgorithm, Ed25519KeyPair, KeyPair, ML_DSA_44,
    ML_DSA_44_SIGNING, ML_DSA_65, ML_DSA_65_SIGNING, ML_DSA_87, ML_DSA_87_SIGNING, PqdsaKeyPair, PqdsaSigningAlgorithm,
    PqdsaVerificationAlgorithm, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512,
    RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384,
    RSA_PSS_2048_8192_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaParameters, RsaSignatureEncoding,
    UnparsedPublicKey, VerificationAlgorithm,
};

use super::super::refusal::Refusal;
use super::super::spec::{Family, Spec};
use super::Unfit;

/// What is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Message<'a> {
    /// The message itself.
    Raw(&'a [u8]),
    /// Its digest.
    Digest(&'a [u8]),
}

/// A pair that signs.
pub(crate) struct Signer {
    pair: Pair,
    der: Vec<u8>,
    verify: Vec<u8>,
}

enum Pair {
    Rsa(rsa::KeyPair),
    Ecdsa(EcdsaKeyPair, &'static Curve),
    Edwards(Ed25519KeyPair),
    MlDsa(PqdsaKeyPair, &'static PqdsaVerificationAlgorithm),
}

/// How a curve signs.
pub(crate) struct Curve {
    pub(super) signing: &'static EcdsaSigningAlgorithm,
    verifying: &'static EcdsaVerificationAlgorithm,
    digest: &'static digest::Algorithm,
}

static P256: Curve =
    Curve { signing: &ECDSA_P256_SHA256_ASN1_SIGNING, verifying: &ECDSA_P256_SHA256_ASN1, digest: &digest::SHA256 };
static P384: Curve =
    Curve { signing: &ECDSA_P384_SHA384_ASN1_SIGNING, verifying: &ECDSA_P384_SHA384_ASN1, digest: &digest::SHA384 };
static P521: Curve =
    Curve { signing: &ECDSA_P521_SHA512_ASN1_SIGNING, verifying: &ECDSA_P521_SHA512_ASN1, digest: &digest::SHA512 };
static P256K1: Curve =
    Curve { signing: &ECDSA_P256K1_SHA256_ASN1_SIGNING, verifying: &ECDSA_P256K1_SHA256_ASN1, digest: &digest::SHA256 };

/// The curve of a kind.
pub(super) fn curve(spec: Spec) -> &'static Curve {
    match spec {
        Spec::EccNistP384 => &P384,
        Spec::EccNistP521 => &P521,
        Spec::EccSecgP256k1 => &P256K1,
        _ => &P256,
    }
}

/// The strength of an ML-DSA kind.
pub(super) fn ml_dsa(spec: Spec) -> (&'static PqdsaSigningAlgorithm, &'static PqdsaVerificationAlgorithm) {
    match spec {
        Spec::MlDsa65 => (&ML_DSA_65_SIGNING, &ML_DSA_65),
        Spec::MlDsa87 => (&ML_DSA_87_SIGNING, &ML_DSA_87),
        _ => (&ML_DSA_44_SIGNING, &ML_DSA_44),
    }
}

type Rsa = (&'static RsaSignatureEncoding, &'static RsaParameters, &'static digest::Algorithm);

fn rsa_algorithm(name: &str) -> Option<Rsa> {
    Some(match name {
        "RSASSA_PKCS1_V1_5_SHA_256" => (&RSA_PKCS1_SHA256, &RSA_PKCS1_2048_8192_SHA256, &digest::SHA256),
        "RSASSA_PKCS1_V1_5_SHA_384" => (&RSA_PKCS1_SHA384, &RSA_PKCS1_2048_8192_SHA384, &digest::SHA384),
        "RSASSA_PKCS1_V1_5_SHA_512" => (&RSA_PKCS1_SHA512, &RSA_PKCS1_2048_8192_SHA512, &digest::SHA512),
        "RSASSA_PSS_SHA_256" => (&RSA_PSS_SHA256, &RSA_PSS_2048_8192_SHA256, &digest::SHA256),
        "RSASSA_PSS_SHA_384" => (&RSA_PSS_SHA384, &RSA_PSS_2048_8192_SHA384, &digest::SHA384),
        "RSASSA_PSS_SHA_512" => (&RSA_PSS_SHA512, &RSA_PSS_2048_8192_SHA512, &digest::SHA512),
        _ => return None,
    })
}

impl Signer {
    /// On a PKCS #8 document of the kind.
    pub(crate) fn new(spec: Spec, secret: &[u8]) -> Result<Self, Unfit> {
        let pair = match spec.family() {
            Family::Rsa => {
                let pair = rsa::KeyPair::from_pkcs8(secret).map_err(|_| Unfit)?;
                if pair.public_modulus_len() * 8 != super::rsa_bits(spec) {
                    return Err(Unfit);
                }
                Pair::Rsa(pair)
            }
            Family::Ecc => {
                let curve = curve(spec);
                Pair::Ecdsa(EcdsaKeyPair::from_pkcs8(curve.signing, secret).map_err(|_| Unfit)?, curve)
            }
            Family::Edwards => Pair::Edwards(Ed25519KeyPair::from_pkcs8(secret).map_err(|_| Unfit)?),
            Family::MlDsa => {
                let (signing, verifying) = ml_dsa(spec);
                Pair::MlDsa(PqdsaKeyPair::from_pkcs8(signing, secret).map_err(|_| Unfit)?, verifying)
            }
            Family::Symmetric | Family::Hmac => return Err(Unfit),
        };
        let (der, verify) = pair.public().map_err(|_| Unfit)?;
        Ok(Self { pair, der, verify })
    }

    /// The public half.
    pub(crate) fn public(&self) -> &[u8] {
        &self.der
    }

    /// Signs with an algorithm of the pair's kind.
    pub(crate) fn sign(&self, algorithm: &str, message: Message<'_>) -> Result<Vec<u8>, Refusal> {
        let random = SystemRandom::new();
        let signed = match (&self.pair, message) {
            (Pair::Rsa(pair), Message::Raw(message)) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let encoding = rsa_known(algorithm)?.0;
                pair.sign(encoding, &random, message, &mut signature).map(|()| signature)
            }
            (Pair::Rsa(pair), Message::Digest(bytes)) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let (encoding, _, kind) = rsa_known(algorithm)?;
                pair.sign_digest(encoding, &import(algorithm, kind, bytes)?, &mut signature).map(|()| signature)
            }
            (Pair::Ecdsa(pair, _), Message::Raw(message)) => {
                pair.sign(&random, message).map(|signature| signature.as_ref().to_vec())
            }
            (Pair::Ecdsa(pair, curve), Message::Digest(bytes)) => {
                let digest = import(algorithm, curve.digest, bytes)?;
                pair.sign_digest(&digest).map(|signature| signature.as_ref().to_vec())
            }
            (Pair::Edwards(pair), Message::Raw(message)) => pair.try_sign(message).map(|s| s.as_ref().to_vec()),
            (Pair::MlDsa(pair, _), Message::Raw(message)) => {
                let mut signature = vec![0; pair.algorithm().signature_len()];
                pair.sign(message, &mut signature).map(|_| signature)
            }
            (Pair::Edwards(_) | Pair::MlDsa(..), Message::Digest(_)) => return Err(no_digest(algorithm)),
        };
        Ok(signed.expect("the library signs with keys that it has read"))
    }

    /// Whether a signature is of a message.
    pub(crate) fn verify(&self, algorithm: &str, message: Message<'_>, signature: &[u8]) -> Result<bool, Refusal> {
        let public = |verifying: &'static dyn VerificationAlgorithm| UnparsedPublicKey::new(verifying, &self.verify);
        let checked = match (&self.pair, message) {
            (Pair::Rsa(_), Message::Raw(message)) => public(rsa_known(algorithm)?.1).verify(message, signature),
            (Pair::Rsa(_), Message::Digest(bytes)) => {
                let (_, verifying, kind) = rsa_known(algorithm)?;
                public(verifying).verify_digest(&import(algorithm, kind, bytes)?, signature)
            }
            (Pair::Ecdsa(_, curve), Message::Raw(message)) => public(curve.verifying).verify(message, signature),
            (Pair::Ecdsa(_, curve), Message::Digest(bytes)) => {
                public(curve.verifying).verify_digest(&import(algorithm, curve.digest, bytes)?, signature)
            }
            (Pair::Edwards(_), Message::Raw(message)) => public(&ED25519).verify(message, signature),
            (Pair::MlDsa(_, verifying), Message::Raw(message)) => public(*verifying).verify(message, signature),
            (Pair::Edwards(_) | Pair::MlDsa(..), Message::Digest(_)) => return Err(no_digest(algorithm)),
        };
        Ok(checked.is_ok())
    }
}

impl Pair {
    /// The public half as a SubjectPublicKeyInfo, and as the library verifies with it.
    fn public(&self) -> Result<(Vec<u8>, Vec<u8>), aws_lc_rs::error::Unspecified> {
        fn both<K>(key: &K) -> Result<(Vec<u8>, Vec<u8>), aws_lc_rs::error::Unspecified>
        where
            K: AsDer<PublicKeyX509Der<'static>> + AsRef<[u8]>,
        {
            Ok((key.as_der()?.as_ref().to_vec(), key.as_ref().to_vec()))
        }
        match self {
            Self::Rsa(pair) => both(pair.public_key()),
            Self::Ecdsa(pair, _) => both(pair.public_key()),
            Self::Edwards(pair) => both(pair.public_key()),
            Self::MlDsa(pair, _) => both(pair.public_key()),
        }
    }
}

fn rsa_known(algorithm: &str) -> Result<Rsa, Refusal> {
    rsa_algorithm(algorithm).ok_or(Refusal::Signature)
}

fn import(algorithm: &str, kind: &'static digest::Algorithm, bytes: &[u8]) -> Result<Digest, Refusal> {
    Digest::import_less_safe(bytes, kind).map_err(|_| Refusal::DigestLength(algorithm.to_owned()))
}

fn no_digest(algorithm: &str) -> Refusal {
    Refusal::MessageType { algorithm: algorithm.to_owned(), kind: "DIGEST" }
}
