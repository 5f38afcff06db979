//! Encrypting with an RSA pair: OAEP, with SHA-1 or SHA-256 throughout.

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rsa::{
    OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepAlgorithm, OaepPrivateDecryptingKey, OaepPublicEncryptingKey,
    PrivateDecryptingKey,
};
use zeroize::Zeroizing;

use super::{Secret, Unfit};

/// A pair that encrypts and decrypts.
pub(crate) struct RsaCipher {
    private: OaepPrivateDecryptingKey,
    public: OaepPublicEncryptingKey,
    der: Vec<u8>,
}

/// The padding of an algorithm, `RSAES_OAEP_SHA_1` or `…_256`; those of wrapping keys end alike.
pub(crate) fn padding(algorithm: &str) -> &'static OaepAlgorithm {
    if algorithm.ends_with("SHA_1") { &OAEP_SHA1_MGF1SHA1 } else { &OAEP_SHA256_MGF1SHA256 }
}

impl RsaCipher {
    /// On a PKCS #8 document with a key of so many bits.
    pub(crate) fn new(secret: &[u8], bits: usize) -> Result<Self, Unfit> {
        let private = PrivateDecryptingKey::from_pkcs8(secret).map_err(|_| Unfit)?;
        if private.key_size_bits() != bits {
            return Err(Unfit);
        }
        let public = private.public_key();
        let der: PublicKeyX509Der<'_> = public.as_der().map_err(|_| Unfit)?;
        let der = der.as_ref().to_vec();
        let public = OaepPublicEncryptingKey::new(public).map_err(|_| Unfit)?;
        let private = OaepPrivateDecryptingKey::new(private).map_err(|_| Unfit)?;
        Ok(Self { private, public, der })
    }

    /// The public half.
    pub(crate) fn public(&self) -> &[u8] {
        &self.der
    }

    /// Bytes that one block takes.
    pub(crate) fn most(&self, algorithm: &str) -> usize {
        self.public.max_plaintext_size(padding(algorithm))
    }

    /// Encrypts up to [`Self::most`] bytes.
    pub(crate) fn encrypt(&self, algorithm: &str, plain: &[u8]) -> Result<Vec<u8>, Unfit> {
        let mut out = vec![0; self.public.ciphertext_size()];
        let length = self.public.encrypt(padding(algorithm), plain, &mut out, None).map_err(|_| Unfit)?.len();
        out.truncate(length);
        Ok(out)
    }

    /// Decrypts.
    pub(crate) fn decrypt(&self, algorithm: &str, cipher: &[u8]) -> Result<Secret, Unfit> {
        let mut out = Zeroizing::new(vec![0; self.private.min_output_size()]);
        let length = self.private.decrypt(padding(algorithm), cipher, &mut out, None).map_err(|_| Unfit)?.len();
        out.truncate(length);
        Ok(out)
    }
}
