//! Keys that sign digests: one a region at a time, made when first needed, sealed in the store.
//!
//! RSA keys are made by the cryptographic library from the system's randomness, also where all else is simulated: no other
//! source can be handed to it.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use md5::{Digest as _, Md5};
use names::{Region, Timestamp};
use store::{Scope, Span, StoreError};

use super::log_file::hex;
use crate::engine::Engine;
use crate::limits::SIGNING_KEY;
use crate::store::{SIGNING_KEYS, SigningKey};

/// A key, ready to sign.
pub(crate) struct Signer {
    pair: KeyPair,
    fingerprint: String,
}

impl Signer {
    /// MD5 of its public half, in hexadecimal.
    pub(crate) fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// SHA256withRSA of a text, in hexadecimal.
    pub(crate) fn sign(&self, text: &str) -> Result<String, StoreError> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        let signed = self.pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature);
        signed.map_err(|_| StoreError::corrupt("a signing key that cannot sign"))?;
        Ok(hex(&signature))
    }
}

impl Engine {
    /// The keys of a region, oldest first, with the instants from which they sign.
    pub(crate) async fn signing_keys(&self, region: &Region) -> Result<Vec<(Timestamp, SigningKey)>, StoreError> {
        let (view, span) = (self.store().read().await?, Span::prefix::<(Region,)>(&(region.clone(),)));
        let keys = SIGNING_KEYS.scan_all(&view, &Scope::Global, &span).await?;
        Ok(keys.into_iter().map(|((_, from), key)| (from, key)).collect())
    }

    /// The key that signs in a region now; made when there is none.
    pub(super) async fn signer(&self, region: &Region, now: Timestamp) -> Result<Signer, StoreError> {
        let current = self.signing_keys(region).await?.pop().filter(|(_, key)| key.ends > now);
        let key = match current {
            Some((_, key)) => key,
            None => self.new_key(region, now).await?,
        };
        let private = self.keys().open(region.as_str().as_bytes(), &key.private)?;
        let pair = KeyPair::from_pkcs8(&private).map_err(|_| StoreError::corrupt("a signing key"))?;
        Ok(Signer { pair, fingerprint: key.fingerprint })
    }

    async fn new_key(&self, region: &Region, now: Timestamp) -> Result<SigningKey, StoreError> {
        let failed = |_| StoreError::unavailable("no signing key could be made");
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
        let private: Pkcs8V1Der<'_> = pair.as_der().map_err(failed)?;
        let public = pair.public_key().as_ref().to_vec();
        let private = self.keys().close(&self.runtime().random, region.as_str().as_bytes(), private.as_ref());
        let fingerprint = hex(&Md5::digest(&public));
        let key = SigningKey { private, public, fingerprint, ends: now.plus(SIGNING_KEY) };
        let (kept, id) = (&key, (region.clone(), now));
        let put = self.store().transact(|tx| {
            let id = id.clone();
            async move { SIGNING_KEYS.put(&tx, &Scope::Global, &id, kept) }
        });
        put.await?;
        Ok(key)
    }
}
