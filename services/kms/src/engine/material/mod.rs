//! Secrets at work. A secret is bytes only while it is made, sealed or opened; what works with it keeps it inside the
//! cryptographic library, which overwrites it when done.
//!
//! | file | what |
//! |---|---|
//! | `symmetric.rs` | encrypting data |
//! | `rsa.rs` | encrypting with a public key |
//! | `signer.rs` | signing |
//! | `agreement.rs` | shared secrets |

mod agreement;
mod rsa;
mod signer;
mod symmetric;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{EcdsaKeyPair, Ed25519KeyPair, PqdsaKeyPair};
use aws_lc_rs::{hmac, rsa as lc_rsa};
use runtime::Random;
use zeroize::Zeroizing;

pub(crate) use agreement::Agreement;
pub(crate) use rsa::{RsaCipher, padding};
pub(crate) use signer::{Message, Signer};
pub(crate) use symmetric::Symmetric;

use super::spec::{Family, Spec, Usage};

/// A secret in the clear, overwritten when it is dropped.
pub(crate) type Secret = Zeroizing<Vec<u8>>;

/// Bytes that are no secret of the kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unfit;

/// A secret ready to work.
pub(crate) enum Material {
    /// Encrypts data.
    Symmetric(Symmetric),
    /// Encrypts to, and decrypts with, a pair.
    Rsa(Box<RsaCipher>),
    /// Signs.
    Signer(Box<Signer>),
    /// Makes codes.
    Mac(hmac::Key),
    /// Agrees on secrets.
    Agreement(Box<Agreement>),
}

/// Makes a secret: bytes, or a pair as PKCS #8. Secrets that are bytes, and pairs that grow from a seed, come from
/// `random`; RSA and curve pairs from the library's own generator, which it lets nobody replace. Takes up to a second for
/// RSA.
pub(crate) fn generate(spec: Spec, random: &Random) -> Secret {
    let made = match spec.family() {
        Family::Symmetric | Family::Hmac => {
            let mut secret = Zeroizing::new(vec![0; spec.secret_bytes().unwrap_or_default()]);
            random.fill(&mut secret);
            return secret;
        }
        Family::Rsa => lc_rsa::KeyPair::generate(rsa_size(spec)).and_then(|pair| {
            let der: Pkcs8V1Der<'_> = pair.as_der()?;
            Ok(der.as_ref().to_vec())
        }),
        Family::Ecc => EcdsaKeyPair::generate(signer::curve(spec).signing)
            .and_then(|pair| Ok(pair.to_pkcs8v1()?.as_ref().to_vec())),
        Family::Edwards => {
            let seed = Zeroizing::new(random.bytes::<32>());
            let pair = Ed25519KeyPair::from_seed_unchecked(&seed[..]).expect("a seed is any 32 bytes");
            pair.to_pkcs8v1().map(|der| der.as_ref().to_vec())
        }
        Family::MlDsa => {
            let seed = Zeroizing::new(random.bytes::<32>());
            let pair = PqdsaKeyPair::from_seed(signer::ml_dsa(spec).0, &seed[..]).expect("a seed is any 32 bytes");
            pair.to_pkcs8v1().map(|der| der.as_ref().to_vec())
        }
    };
    Zeroizing::new(made.expect("the library makes keys of the kinds it has"))
}

/// Makes ready a secret of a kind, for a usage that the kind has.
pub(crate) fn prepare(spec: Spec, usage: Usage, secret: &[u8]) -> Result<Material, Unfit> {
    if spec.secret_bytes().is_some_and(|bytes| bytes != secret.len()) {
        return Err(Unfit);
    }
    Ok(match (spec.family(), usage) {
        (Family::Symmetric, _) => Material::Symmetric(Symmetric::new(secret)),
        (Family::Hmac, _) => Material::Mac(hmac::Key::new(mac_algorithm(spec), secret)),
        (Family::Rsa, Usage::EncryptDecrypt) => Material::Rsa(Box::new(RsaCipher::new(secret, rsa_bits(spec))?)),
        (_, Usage::KeyAgreement) => Material::Agreement(Box::new(Agreement::new(spec, secret)?)),
        _ => Material::Signer(Box::new(Signer::new(spec, secret)?)),
    })
}

impl Material {
    /// The public half as a SubjectPublicKeyInfo.
    pub(crate) fn public(&self) -> Option<&[u8]> {
        match self {
            Self::Symmetric(_) | Self::Mac(_) => None,
            Self::Rsa(cipher) => Some(cipher.public()),
            Self::Signer(signer) => Some(signer.public()),
            Self::Agreement(agreement) => Some(agreement.public()),
        }
    }
}

fn mac_algorithm(spec: Spec) -> hmac::Algorithm {
    match spec {
        Spec::Hmac224 => hmac::HMAC_SHA224,
        Spec::Hmac384 => hmac::HMAC_SHA384,
        Spec::Hmac512 => hmac::HMAC_SHA512,
        _ => hmac::HMAC_SHA256,
    }
}

fn rsa_size(spec: Spec) -> KeySize {
    match spec {
        Spec::Rsa3072 => KeySize::Rsa3072,
        Spec::Rsa4096 => KeySize::Rsa4096,
        _ => KeySize::Rsa2048,
    }
}

/// Bits of an RSA kind.
pub(crate) fn rsa_bits(spec: Spec) -> usize {
    match spec {
        Spec::Rsa3072 => 3072,
        Spec::Rsa4096 => 4096,
        _ => 2048,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_can_be_used() {
        let random = Random::seeded(1);
        for (name, usage) in [
            ("SYMMETRIC_DEFAULT", Usage::EncryptDecrypt),
            ("RSA_2048", Usage::EncryptDecrypt),
            ("RSA_2048", Usage::SignVerify),
            ("ECC_NIST_P256", Usage::SignVerify),
            ("ECC_NIST_P384", Usage::KeyAgreement),
            ("ECC_NIST_P521", Usage::SignVerify),
            ("ECC_SECG_P256K1", Usage::SignVerify),
            ("ECC_NIST_EDWARDS25519", Usage::SignVerify),
            ("HMAC_224", Usage::GenerateVerifyMac),
            ("HMAC_512", Usage::GenerateVerifyMac),
            ("ML_DSA_44", Usage::SignVerify),
            ("ML_DSA_87", Usage::SignVerify),
        ] {
            let spec = Spec::parse(name).unwrap();
            let secret = generate(spec, &random);
            let material = prepare(spec, usage, &secret).ok().unwrap();
            assert_eq!(material.public().is_some(), spec.is_asymmetric(), "{name}");
            assert!(prepare(spec, usage, &secret[1..]).is_err(), "{name}");
        }
    }

    #[test]
    fn a_pair_of_another_kind_does_not_fit() {
        let random = Random::seeded(1);
        let p256 = generate(Spec::EccNistP256, &random);
        assert!(prepare(Spec::EccNistP384, Usage::SignVerify, &p256).is_err());
        assert!(prepare(Spec::EccNistP384, Usage::KeyAgreement, &p256).is_err());
        assert!(prepare(Spec::Rsa2048, Usage::SignVerify, &p256).is_err());
        let rsa = generate(Spec::Rsa2048, &random);
        assert!(prepare(Spec::Rsa3072, Usage::SignVerify, &rsa).is_err());
        assert!(prepare(Spec::Rsa3072, Usage::EncryptDecrypt, &rsa).is_err());
    }
}
