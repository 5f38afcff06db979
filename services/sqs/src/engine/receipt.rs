//! Receipt handles: which message was handed out, by which queue, at which of its receives. Sealed, so that garbage is told
//! from a handle that is merely old.

use names::PageTokenKey;

/// What a handle says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Receipt {
    /// The queue it was received from.
    pub queue: u64,
    /// The message.
    pub number: u64,
    /// Its receives up to and including that one.
    pub receive: u32,
}

const SCOPE: &str = "sqs/receipt";

impl Receipt {
    /// The handle for a client.
    pub(crate) fn seal(&self, key: &PageTokenKey) -> String {
        let mut bytes = [0; 20];
        bytes[..8].copy_from_slice(&self.queue.to_be_bytes());
        bytes[8..16].copy_from_slice(&self.number.to_be_bytes());
        bytes[16..].copy_from_slice(&self.receive.to_be_bytes());
        key.seal(SCOPE, &bytes)
    }

    /// Reads a handle of this cloud; none for anything else.
    pub(crate) fn open(key: &PageTokenKey, handle: &str) -> Option<Self> {
        let bytes = key.open(SCOPE, handle).ok()?;
        let (queue, rest) = bytes.split_first_chunk()?;
        let (number, rest) = rest.split_first_chunk()?;
        let receive = rest.try_into().ok()?;
        Some(Self {
            queue: u64::from_be_bytes(*queue),
            number: u64::from_be_bytes(*number),
            receive: u32::from_be_bytes(receive),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn opens_what_it_sealed_and_nothing_else(queue: u64, number: u64, receive: u32, garbage in ".{0,80}") {
            let (ours, other) = (PageTokenKey::new(&[1; 32]), PageTokenKey::new(&[2; 32]));
            let receipt = Receipt { queue, number, receive };
            let handle = receipt.seal(&ours);
            prop_assert_eq!(Receipt::open(&ours, &handle), Some(receipt));
            prop_assert_eq!(Receipt::open(&other, &handle), None);
            prop_assert_eq!(Receipt::open(&ours, &garbage), None);
        }
    }
}
