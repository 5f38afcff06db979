//! The cipher that records are sealed with: AES-256-GCM, under a key of the stream's own that is derived from the cloud's, or
//! under a data key of KMS. Sealed records lie in segments; `segment.rs` says how.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use parking_lot::RwLock;
use store::{Mac, StoreError, Vault};

use crate::store::StreamNo;

/// Ciphers kept. Beyond it all are dropped: those in use are derived again.
const KEPT: usize = 10_000;

/// What makes each sealing of a key another: 96 random bits.
pub(crate) type OnceOnly = [u8; NONCE_LEN];

/// A key at work.
pub(crate) struct Cipher(LessSafeKey);

/// The ciphers of streams.
pub(crate) struct Ciphers {
    derive: Mac,
    known: RwLock<HashMap<StreamNo, Arc<Cipher>>>,
}

impl Cipher {
    /// On 32 bytes; none on fewer or more.
    pub(crate) fn new(key: &[u8]) -> Option<Self> {
        Some(Self(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).ok()?)))
    }

    /// Encrypts `content` from `at` on, in place.
    pub(crate) fn close(&self, once: OnceOnly, bound_to: &[u8], content: &mut Vec<u8>, at: usize) {
        let nonce = Nonce::assume_unique_for_key(once);
        let tag = self.0.seal_in_place_separate_tag(nonce, Aad::from(bound_to), &mut content[at..]);
        content.extend_from_slice(tag.expect("segments are far below the cipher's limit of 64 GiB").as_ref());
    }

    /// Decrypts. Fails when a byte was changed, or it was bound to something else.
    pub(crate) fn open(&self, once: OnceOnly, bound_to: &[u8], sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        let mut content = sealed.to_vec();
        let opened = self.0.open_in_place(Nonce::assume_unique_for_key(once), Aad::from(bound_to), &mut content);
        let length = opened.map_err(|_| StoreError::corrupt("the records of a stream"))?.len();
        content.truncate(length);
        Ok(content)
    }
}

impl fmt::Debug for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cipher")
    }
}

impl Ciphers {
    /// Under the cloud's keys.
    pub(crate) fn new(vault: &Vault) -> Self {
        Self { derive: vault.mac("kinesis/stream"), known: RwLock::default() }
    }

    /// The cipher of a stream, by its number: a stream made anew has another.
    pub(crate) fn of(&self, stream: StreamNo) -> Arc<Cipher> {
        if let Some(cipher) = self.known.read().get(&stream) {
            return cipher.clone();
        }
        let key = self.derive.code(&stream.to_be_bytes());
        let cipher = Arc::new(Cipher::new(&key).expect("a code has 32 bytes"));
        let mut known = self.known.write();
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(stream, cipher.clone());
        cipher
    }
}
