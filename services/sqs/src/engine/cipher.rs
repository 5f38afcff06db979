//! The cipher that content is sealed with: AES-256-GCM, under a key of the queue's own that is derived from the cloud's, or
//! under a data key of KMS.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use parking_lot::RwLock;
use store::{Mac, StoreError, Vault};

use crate::store::QueueId;

/// Ciphers kept. Beyond it all are dropped: those in use are derived again.
const KEPT: usize = 10_000;

/// What makes each sealing of a key another.
pub(crate) type OnceOnly = [u8; NONCE_LEN];

/// A key at work.
pub(crate) struct Cipher(LessSafeKey);

/// The ciphers of queues.
pub(crate) struct Ciphers {
    derive: Mac,
    known: RwLock<HashMap<QueueId, Arc<Cipher>>>,
}

impl Cipher {
    /// On 32 bytes; none on fewer or more.
    pub(crate) fn new(key: &[u8]) -> Option<Self> {
        Some(Self(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).ok()?)))
    }

    /// Encrypts in place. `once` must be another for each content of a key.
    pub(crate) fn close(&self, once: OnceOnly, bound_to: &[u8], content: &mut Vec<u8>) {
        let sealed = self.0.seal_in_place_append_tag(Nonce::assume_unique_for_key(once), Aad::from(bound_to), content);
        sealed.expect("messages are far below the cipher's limit of 64 GiB");
    }

    /// Decrypts. Fails when a byte was changed, or it was bound to something else.
    pub(crate) fn open(&self, once: OnceOnly, bound_to: &[u8], sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        let mut content = sealed.to_vec();
        let opened = self.0.open_in_place(Nonce::assume_unique_for_key(once), Aad::from(bound_to), &mut content);
        let length = opened.map_err(|_| StoreError::corrupt("the content of a message"))?.len();
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
        Self { derive: vault.mac("sqs/queue"), known: RwLock::default() }
    }

    /// The cipher of a queue, by its number: a queue made anew has another.
    pub(crate) fn of(&self, queue: QueueId) -> Arc<Cipher> {
        if let Some(cipher) = self.known.read().get(&queue) {
            return cipher.clone();
        }
        let key = self.derive.code(&queue.to_be_bytes());
        let cipher = Arc::new(Cipher::new(&key).expect("a code has 32 bytes"));
        let mut known = self.known.write();
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(queue, cipher.clone());
        cipher
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_what_it_closed_where_it_is_bound_to() {
        let ciphers = Ciphers::new(&Vault::new(&[7; 32]));
        let mut sealed = b"content".to_vec();
        ciphers.of(1).close([1; 12], b"q", &mut sealed);
        assert!(!sealed.windows(7).any(|window| window == b"content"));
        assert_eq!(ciphers.of(1).open([1; 12], b"q", &sealed).unwrap(), b"content");
        assert!(ciphers.of(2).open([1; 12], b"q", &sealed).is_err());
        assert!(ciphers.of(1).open([2; 12], b"q", &sealed).is_err());
        assert!(ciphers.of(1).open([1; 12], b"r", &sealed).is_err());
        assert!(Cipher::new(&[0; 31]).is_none());
    }
}
