//! Kinds of keys: what each is for, with which algorithms. One table of facts, from "Key spec reference" in the developer
//! guide.

use serde::{Deserialize, Serialize};

/// A kind of key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Spec {
    /// AES-256-GCM.
    SymmetricDefault,
    /// RSA, 2048 bits.
    Rsa2048,
    /// RSA, 3072 bits.
    Rsa3072,
    /// RSA, 4096 bits.
    Rsa4096,
    /// NIST P-256.
    EccNistP256,
    /// NIST P-384.
    EccNistP384,
    /// NIST P-521.
    EccNistP521,
    /// secp256k1.
    EccSecgP256k1,
    /// Ed25519.
    EccNistEdwards25519,
    /// HMAC with SHA-224.
    Hmac224,
    /// HMAC with SHA-256.
    Hmac256,
    /// HMAC with SHA-384.
    Hmac384,
    /// HMAC with SHA-512.
    Hmac512,
    /// ML-DSA-44.
    MlDsa44,
    /// ML-DSA-65.
    MlDsa65,
    /// ML-DSA-87.
    MlDsa87,
}

/// What a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Usage {
    /// Encrypting and decrypting.
    EncryptDecrypt,
    /// Signing and verifying.
    SignVerify,
    /// Authentication codes.
    GenerateVerifyMac,
    /// Shared secrets.
    KeyAgreement,
}

/// What kinds of keys have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// One secret, for data.
    Symmetric,
    /// RSA pairs.
    Rsa,
    /// Pairs on curves that ECDSA and ECDH work on.
    Ecc,
    /// Ed25519 pairs.
    Edwards,
    /// One secret, for codes.
    Hmac,
    /// ML-DSA pairs.
    MlDsa,
}

const ALL: [(Spec, &str, Family); 16] = [
    (Spec::SymmetricDefault, "SYMMETRIC_DEFAULT", Family::Symmetric),
    (Spec::Rsa2048, "RSA_2048", Family::Rsa),
    (Spec::Rsa3072, "RSA_3072", Family::Rsa),
    (Spec::Rsa4096, "RSA_4096", Family::Rsa),
    (Spec::EccNistP256, "ECC_NIST_P256", Family::Ecc),
    (Spec::EccNistP384, "ECC_NIST_P384", Family::Ecc),
    (Spec::EccNistP521, "ECC_NIST_P521", Family::Ecc),
    (Spec::EccSecgP256k1, "ECC_SECG_P256K1", Family::Ecc),
    (Spec::EccNistEdwards25519, "ECC_NIST_EDWARDS25519", Family::Edwards),
    (Spec::Hmac224, "HMAC_224", Family::Hmac),
    (Spec::Hmac256, "HMAC_256", Family::Hmac),
    (Spec::Hmac384, "HMAC_384", Family::Hmac),
    (Spec::Hmac512, "HMAC_512", Family::Hmac),
    (Spec::MlDsa44, "ML_DSA_44", Family::MlDsa),
    (Spec::MlDsa65, "ML_DSA_65", Family::MlDsa),
    (Spec::MlDsa87, "ML_DSA_87", Family::MlDsa),
];

const RSA_ENCRYPTION: [&str; 2] = ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"];
const RSA_SIGNING: [&str; 6] = [
    "RSASSA_PKCS1_V1_5_SHA_256",
    "RSASSA_PKCS1_V1_5_SHA_384",
    "RSASSA_PKCS1_V1_5_SHA_512",
    "RSASSA_PSS_SHA_256",
    "RSASSA_PSS_SHA_384",
    "RSASSA_PSS_SHA_512",
];

impl Spec {
    /// The kind of this name, as in `RSA_2048`.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        ALL.iter().find(|(_, known, _)| *known == name).map(|(spec, ..)| *spec)
    }

    /// AWS's name.
    pub(crate) fn name(self) -> &'static str {
        self.row().1
    }

    /// What it has in common with others.
    pub(crate) fn family(self) -> Family {
        self.row().2
    }

    fn row(self) -> &'static (Self, &'static str, Family) {
        ALL.iter().find(|(spec, ..)| *spec == self).expect("every kind has its row")
    }

    /// Whether keys of it may be for this.
    pub(crate) fn is_for(self, usage: Usage) -> bool {
        match self.family() {
            Family::Symmetric => usage == Usage::EncryptDecrypt,
            Family::Rsa => matches!(usage, Usage::EncryptDecrypt | Usage::SignVerify),
            Family::Ecc if self == Self::EccSecgP256k1 => usage == Usage::SignVerify,
            Family::Ecc => matches!(usage, Usage::SignVerify | Usage::KeyAgreement),
            Family::Edwards | Family::MlDsa => usage == Usage::SignVerify,
            Family::Hmac => usage == Usage::GenerateVerifyMac,
        }
    }

    /// Whether a key of it has a public half.
    pub(crate) fn is_asymmetric(self) -> bool {
        !matches!(self.family(), Family::Symmetric | Family::Hmac)
    }

    /// Whether the model's older member for kinds knows it. All but the newest.
    pub(crate) fn is_old(self) -> bool {
        !matches!(self.family(), Family::Edwards | Family::MlDsa)
    }

    /// The algorithms for what a key is for.
    pub(crate) fn algorithms(self, usage: Usage) -> &'static [&'static str] {
        match (self, usage) {
            (Self::SymmetricDefault, _) => &["SYMMETRIC_DEFAULT"],
            (Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096, Usage::EncryptDecrypt) => &RSA_ENCRYPTION,
            (Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096, _) => &RSA_SIGNING,
            (_, Usage::KeyAgreement) => &["ECDH"],
            (Self::EccNistP256 | Self::EccSecgP256k1, _) => &["ECDSA_SHA_256"],
            (Self::EccNistP384, _) => &["ECDSA_SHA_384"],
            (Self::EccNistP521, _) => &["ECDSA_SHA_512"],
            (Self::EccNistEdwards25519, _) => &["ED25519_SHA_512", "ED25519_PH_SHA_512"],
            (Self::Hmac224, _) => &["HMAC_SHA_224"],
            (Self::Hmac256, _) => &["HMAC_SHA_256"],
            (Self::Hmac384, _) => &["HMAC_SHA_384"],
            (Self::Hmac512, _) => &["HMAC_SHA_512"],
            (Self::MlDsa44 | Self::MlDsa65 | Self::MlDsa87, _) => &["ML_DSA_SHAKE_256"],
        }
    }

    /// Bytes of a secret that is no pair.
    pub(crate) fn secret_bytes(self) -> Option<usize> {
        match self {
            Self::SymmetricDefault | Self::Hmac256 => Some(32),
            Self::Hmac224 => Some(28),
            Self::Hmac384 => Some(48),
            Self::Hmac512 => Some(64),
            _ => None,
        }
    }
}

impl Usage {
    /// AWS's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::EncryptDecrypt => "ENCRYPT_DECRYPT",
            Self::SignVerify => "SIGN_VERIFY",
            Self::GenerateVerifyMac => "GENERATE_VERIFY_MAC",
            Self::KeyAgreement => "KEY_AGREEMENT",
        }
    }

    /// The usage of this name.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        let all = [Self::EncryptDecrypt, Self::SignVerify, Self::GenerateVerifyMac, Self::KeyAgreement];
        all.into_iter().find(|usage| usage.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_names_and_algorithms() {
        for (spec, name, _) in ALL {
            assert_eq!(Spec::parse(name), Some(spec));
            assert_eq!(spec.name(), name);
            let usages = ["ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT"];
            let fit: Vec<_> = usages.iter().filter_map(|u| Usage::parse(u)).filter(|u| spec.is_for(*u)).collect();
            assert!(!fit.is_empty(), "{name}");
            assert!(fit.iter().all(|usage| !spec.algorithms(*usage).is_empty()));
            assert_eq!(spec.secret_bytes().is_none(), spec.is_asymmetric());
        }
        assert_eq!(Spec::parse("SM2"), None);
        assert_eq!(Usage::parse(""), None);
    }
}
