//! The content of a message, which only its receivers read: sealed as it is stamped, opened as it is shown. In between, in
//! memory and on disk and wherever the message is moved, it stays as its sender's call sealed it.

use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use store::{Cipher, OnceOnly, StoreError};

use super::Engine;
use super::message::Attributes;
use crate::store::{MessageNo, QueueId};

/// What queues' own keys are derived by. What lies in stores was sealed under them: it never changes.
pub(crate) const KIND: &str = "sqs/queue";

/// What a receiver is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Text {
    /// The text.
    pub body: String,
    /// MD5 of the text.
    pub body_md5: [u8; 16],
    /// Attributes.
    pub attributes: Attributes,
}

/// A message's content as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Content {
    /// In the clear: messages of a time before content was sealed.
    Plain(Text),
    /// Sealed.
    Sealed(Sealed),
}

/// Sealed content, with all that opening it needs but the key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sealed {
    /// Whose key.
    pub by: SealedBy,
    /// The queue it was sent to. A message that is moved keeps it.
    queue: QueueId,
    once: OnceOnly,
    bytes: Bytes,
}

/// Whose key content is sealed with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum SealedBy {
    /// The queue's own.
    Queue,
    /// A data key of KMS.
    Kms {
        /// The data key, encrypted.
        key: Bytes,
        /// The ARN of the queue it was made for: its encryption context.
        arn: String,
    },
}

/// What content is sealed with.
#[derive(Debug, Clone)]
pub(crate) struct Sealing {
    /// The key at work.
    pub cipher: Arc<Cipher>,
    /// Whose it is.
    pub by: SealedBy,
}

impl Sealing {
    /// Seals the content of one message. Its number is one message's alone; `random` tells it from a message of the same
    /// number in a store that was put back to an earlier state.
    pub(crate) fn close(&self, queue: QueueId, number: MessageNo, random: u32, text: &Text) -> Content {
        let mut once = OnceOnly::default();
        once[..8].copy_from_slice(&number.to_be_bytes());
        once[8..].copy_from_slice(&random.to_be_bytes());
        let room = Vec::with_capacity(text.body.len() + 128);
        let mut bytes = postcard::to_extend(text, room).expect("content has only plain data");
        self.cipher.close(once, &queue.to_be_bytes(), &mut bytes, 0);
        Content::Sealed(Sealed { by: self.by.clone(), queue, once, bytes: bytes.into() })
    }
}

impl Sealed {
    /// Opens it.
    pub(crate) fn open(&self, cipher: &Cipher) -> Result<Text, StoreError> {
        let text = cipher.open(self.once, &self.queue.to_be_bytes(), &self.bytes)?;
        postcard::from_bytes(&text).map_err(|_| StoreError::corrupt("the content of a message"))
    }
}

impl Content {
    /// Roughly the bytes it takes in memory.
    pub(crate) fn weight(&self) -> usize {
        match self {
            Self::Sealed(sealed) => sealed.bytes.len() + 128,
            Self::Plain(text) => text.body.len() + text.attributes.len() * 256,
        }
    }
}

impl Engine {
    /// What a queue seals with by itself.
    pub(crate) fn own_sealing(&self, queue: QueueId) -> Sealing {
        Sealing { cipher: self.0.ciphers.of(queue), by: SealedBy::Queue }
    }

    /// Opens what a queue sealed by itself.
    pub(crate) fn open(&self, sealed: &Sealed) -> Result<Text, StoreError> {
        sealed.open(&self.0.ciphers.of(sealed.queue))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_contents_are_sealed_to_different_bytes() {
        let cipher = Arc::new(Cipher::new(&[1; 32]).unwrap());
        let sealing = Sealing { cipher, by: SealedBy::Queue };
        let text = Text { body: "same".into(), body_md5: [0; 16], attributes: Attributes::new() };
        let seal = |number, random| match sealing.close(7, number, random, &text) {
            Content::Sealed(sealed) => sealed,
            Content::Plain(_) => panic!("it is sealed"),
        };
        assert_eq!(seal(1, 0).open(&sealing.cipher).unwrap(), text);
        assert_ne!(seal(1, 0).bytes, seal(2, 0).bytes);
        assert_ne!(seal(1, 0).bytes, seal(1, 1).bytes);
        let elsewhere = Sealed { queue: 8, ..seal(1, 0) };
        assert!(elsewhere.open(&sealing.cipher).is_err());
    }

    /// Computed apart from this code: HKDF and HMAC with SHA-256, AES-256-GCM.
    #[test]
    fn what_was_sealed_before_opens() {
        let cipher = store::Ciphers::new(&store::Vault::new(&[7; 32]), KIND).of(42);
        let sealing = Sealing { cipher: cipher.clone(), by: SealedBy::Queue };
        let text = Text { body: "hello".into(), body_md5: [0; 16], attributes: Attributes::new() };
        let content = sealing.close(42, 1, 2, &text);
        let hex: String = postcard::to_allocvec(&content).unwrap().iter().map(|byte| format!("{byte:02x}")).collect();
        let sealed = "275ca27e9a17f557c3ca10f8e4d7335c1dddab8ab105f0a472f3e089938983b640e345d93300ebbd";
        assert_eq!(hex, format!("01002a000000000000000100000002{sealed}"));
        let Content::Sealed(sealed) = content else { panic!("it is sealed") };
        assert_eq!(sealed.open(&cipher).unwrap(), text);
    }
}
