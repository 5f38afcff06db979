//! Signing what subscribers are told, with a key that a cloud makes at its first message and keeps; and the certificate that
//! they verify it with.

use std::collections::HashMap;
use std::sync::Arc;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use parking_lot::Mutex;
use rcgen::{CertificateParams, DnType, PKCS_RSA_SHA256};
use runtime::Random;
use store::{Scope, Seal, Store, StoreError, Vault};
use tokio::sync::OnceCell;

use super::rsa::PrivateKey;
use crate::store::{SIGNING, SigningRecord};

/// Signatures remembered: those of messages that are on their way to many subscribers.
const REMEMBERED: usize = 1_000;
/// What the sealed key is bound to.
const CONTEXT: &[u8] = b"sns/signing";

/// A signature that somebody makes, and others wait for.
type Made = Arc<OnceCell<String>>;

/// Signs, and knows the certificate.
pub(crate) struct Signer {
    store: Store,
    random: Random,
    seal: Seal,
    key: Mutex<Arc<OnceCell<Arc<Key>>>>,
    made: Mutex<HashMap<(u8, String), Made>>,
}

/// The key at work.
pub(crate) struct Key {
    pair: KeyPair,
    legacy: PrivateKey,
    /// What the certificate's file is called: `SimpleNotificationService-….pem`.
    pub file: String,
    /// The certificate, in PEM.
    pub certificate: String,
}

impl Signer {
    /// Keeps the key in `store`, sealed with a key of `vault`.
    pub(crate) fn new(store: &Store, random: &Random, vault: &Vault) -> Self {
        let seal = vault.seal("sns/signing");
        Self { store: store.clone(), random: random.clone(), seal, key: Mutex::default(), made: Mutex::default() }
    }

    /// The key: read, or made when there is none.
    pub(crate) async fn key(&self) -> Result<Arc<Key>, StoreError> {
        let cell = self.key.lock().clone();
        cell.get_or_try_init(|| self.open()).await.cloned()
    }

    /// The signature of a text in base64: version 1 is over SHA-1, version 2 over SHA-256.
    pub(crate) async fn sign(&self, version: u8, text: String) -> Result<String, StoreError> {
        let key = self.key().await?;
        let cell = {
            let mut made = self.made.lock();
            if made.len() >= REMEMBERED {
                made.clear();
            }
            made.entry((version, text.clone())).or_default().clone()
        };
        cell.get_or_try_init(|| async move { key.sign(version, text.as_bytes()) }).await.cloned()
    }

    /// Reads anew: the store was emptied.
    pub(crate) fn forget(&self) {
        *self.key.lock() = Arc::default();
        self.made.lock().clear();
    }

    async fn open(&self) -> Result<Arc<Key>, StoreError> {
        let stored = SIGNING.get(&self.store.read().await?, &Scope::Global, &0).await?;
        let record = match stored {
            Some(record) => record,
            None => self.make().await?,
        };
        let der = self.seal.open(CONTEXT, &record.key)?;
        Key::new(&der, record).map(Arc::new)
    }

    async fn make(&self) -> Result<SigningRecord, StoreError> {
        let made = tokio::task::spawn_blocking(make).await;
        let (der, certificate) = made.map_err(StoreError::unavailable)??;
        let (key, name) = (self.seal.close(&self.random, CONTEXT, &der), self.random.hex(32));
        let record = SigningRecord { key, certificate, name };
        // Whoever comes first decides.
        let keep = |tx| {
            let record = &record;
            async move {
                if let Some(first) = SIGNING.get(&tx, &Scope::Global, &0).await? {
                    return Ok(first);
                }
                SIGNING.put(&tx, &Scope::Global, &0, record)?;
                Ok::<_, StoreError>(record.clone())
            }
        };
        self.store.transact(keep).await
    }
}

impl Key {
    fn new(der: &[u8], record: SigningRecord) -> Result<Self, StoreError> {
        let broken = || StoreError::corrupt("the key that messages are signed with");
        let pair = KeyPair::from_pkcs8(der).map_err(|_| broken())?;
        let legacy = PrivateKey::from_pkcs8(der).ok_or_else(broken)?;
        let file = format!("SimpleNotificationService-{}.pem", record.name);
        Ok(Self { pair, legacy, file, certificate: record.certificate })
    }

    fn sign(&self, version: u8, text: &[u8]) -> Result<String, StoreError> {
        let broken = || StoreError::corrupt("the key that messages are signed with");
        if version < 2 {
            return self.legacy.sign_sha1(text).map(|signature| BASE64_STANDARD.encode(signature)).ok_or_else(broken);
        }
        let mut signature = vec![0; self.pair.public_modulus_len()];
        let signed = self.pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text, &mut signature);
        signed.map_err(|_| broken())?;
        Ok(BASE64_STANDARD.encode(signature))
    }
}

/// A fresh key, in PKCS #8, and its certificate, valid as long as certificates can be: the clock may be moved anywhere.
fn make() -> Result<(Vec<u8>, String), StoreError> {
    let pair = KeyPair::generate(KeySize::Rsa2048).map_err(StoreError::unavailable)?;
    let der: Pkcs8V1Der<'_> = pair.as_der().map_err(StoreError::unavailable)?;
    let key = rustls_pki_types::PrivatePkcs8KeyDer::from(der.as_ref());
    let key = rcgen::KeyPair::from_pkcs8_der_and_sign_algo(&key, &PKCS_RSA_SHA256).map_err(StoreError::unavailable)?;
    let mut params = CertificateParams::new(vec!["sns.amazonaws.com".to_owned()]).map_err(StoreError::unavailable)?;
    params.distinguished_name.push(DnType::CommonName, "sns.amazonaws.com");
    let certificate = params.self_signed(&key).map_err(StoreError::unavailable)?;
    Ok((der.as_ref().to_vec(), certificate.pem()))
}
