//! What `x-amz-content-sha256` says of a body.

use aws_lc_rs::digest::{self, SHA256};

use crate::{Algorithm, hex};

/// The literal of a body that is not signed.
pub(crate) const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

/// What is known of a body once its head is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payload {
    /// Its SHA-256 is signed: [`BodyHasher`](crate::BodyHasher) checks it while it is read.
    Hash([u8; 32]),
    /// Nothing: the body may be anything.
    Unsigned,
    /// It comes in `aws-chunked` form: a [`ChunkDecoder`](crate::ChunkDecoder) reads it.
    Chunked(ChunkedForm),
    /// It is a stream of events, each with its own signature.
    Events,
}

/// The form of an `aws-chunked` body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChunkedForm {
    /// The algorithm that signs each chunk; `None` when chunks are not signed.
    pub signed: Option<Algorithm>,
    /// Whether headers follow the last chunk.
    pub trailer: bool,
}

/// The forms and their literals, as S3 lists them.
const LITERALS: [(&str, Payload); 7] = [
    (UNSIGNED, Payload::Unsigned),
    ("STREAMING-UNSIGNED-PAYLOAD-TRAILER", chunked(None, true)),
    ("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", chunked(Some(Algorithm::HmacSha256), false)),
    ("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", chunked(Some(Algorithm::HmacSha256), true)),
    ("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD", chunked(Some(Algorithm::EcdsaP256Sha256), false)),
    ("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER", chunked(Some(Algorithm::EcdsaP256Sha256), true)),
    ("STREAMING-AWS4-HMAC-SHA256-EVENTS", Payload::Events),
];

const fn chunked(signed: Option<Algorithm>, trailer: bool) -> Payload {
    Payload::Chunked(ChunkedForm { signed, trailer })
}

impl Payload {
    /// Reads the value of `x-amz-content-sha256`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if let Some((_, payload)) = LITERALS.iter().find(|(literal, _)| *literal == text) {
            return Some(*payload);
        }
        hex::parse(text.as_bytes())?.try_into().ok().map(Self::Hash)
    }

    /// The value of `x-amz-content-sha256` that says this; a chunked form S3 does not know has none.
    pub(crate) fn literal(&self) -> Option<String> {
        match self {
            Self::Hash(hash) => Some(hex::text(hash)),
            other => LITERALS.iter().find(|(_, payload)| payload == other).map(|(literal, _)| (*literal).to_owned()),
        }
    }
}

/// The SHA-256 of `bytes`.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    digest::digest(&SHA256, bytes).as_ref().try_into().expect("SHA-256 has 32 bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_literal_reads_back() {
        for (literal, payload) in LITERALS {
            assert_eq!(Payload::parse(literal), Some(payload));
            assert_eq!(payload.literal().as_deref(), Some(literal));
        }
        let hash = hex::text(&sha256(b""));
        assert_eq!(hash, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(Payload::parse(&hash), Some(Payload::Hash(sha256(b""))));
        for bad in ["", "unsigned-payload", "e3b0", &hash[..62], &format!("{hash}00"), &hash.replace('e', "g")] {
            assert_eq!(Payload::parse(bad), None, "{bad}");
        }
    }
}
