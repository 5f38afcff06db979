//! Shared secrets: ECDH on the NIST curves. The answer is the raw x coordinate, as AWS's is.

use aws_lc_rs::agreement::{
    self, ECDH_P256, ECDH_P384, ECDH_P521, ParsedPublicKeyFormat, PrivateKey, UnparsedPublicKey,
};
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use zeroize::Zeroizing;

use super::super::spec::Spec;
use super::{Secret, Unfit};

/// A pair that agrees on secrets.
pub(crate) struct Agreement {
    private: PrivateKey,
    der: Vec<u8>,
}

impl Agreement {
    /// On a PKCS #8 document of the kind.
    pub(crate) fn new(spec: Spec, secret: &[u8]) -> Result<Self, Unfit> {
        let algorithm = match spec {
            Spec::EccNistP256 => &ECDH_P256,
            Spec::EccNistP384 => &ECDH_P384,
            Spec::EccNistP521 => &ECDH_P521,
            _ => return Err(Unfit),
        };
        let private = PrivateKey::from_private_key_der(algorithm, secret).map_err(|_| Unfit)?;
        let public = private.compute_public_key().map_err(|_| Unfit)?;
        let der: PublicKeyX509Der<'_> = public.as_der().map_err(|_| Unfit)?;
        let der = der.as_ref().to_vec();
        Ok(Self { private, der })
    }

    /// The public half.
    pub(crate) fn public(&self) -> &[u8] {
        &self.der
    }

    /// The secret shared with the holder of another pair, given its public half as a SubjectPublicKeyInfo.
    pub(crate) fn agree(&self, public: &[u8]) -> Result<Secret, Unfit> {
        let peer = UnparsedPublicKey::new(self.private.algorithm(), public);
        let peer = agreement::ParsedPublicKey::try_from(peer).map_err(|_| Unfit)?;
        if peer.format() != ParsedPublicKeyFormat::X509 {
            return Err(Unfit);
        }
        agreement::agree(&self.private, peer, Unfit, |secret| Ok(Zeroizing::new(secret.to_vec())))
    }
}
