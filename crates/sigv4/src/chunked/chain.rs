//! The chain of signatures: each chunk's string to sign holds the signature before it, the first one the request's own.

use std::fmt;

use crate::payload::sha256;
use crate::signature::{PADDED, PADDING, SigningKey};
use crate::{Algorithm, ChunkError, Mismatch, hex};

/// SHA-256 of nothing, the fifth line of every chunk's string to sign.
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Where a chain stands.
#[derive(Clone)]
pub(crate) struct Chain {
    key: SigningKey,
    access_key: String,
    date: String,
    scope: String,
    previous: String,
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chain").field("scope", &self.scope).field("previous", &self.previous).finish_non_exhaustive()
    }
}

impl Chain {
    /// A chain that begins with the signature of a request.
    pub(crate) fn new(key: SigningKey, access_key: String, date: String, scope: String, seed: &str) -> Self {
        Self { key, access_key, date, scope, previous: seed.trim_end_matches(PADDING).to_owned() }
    }

    /// Takes the signature of a chunk with that SHA-256.
    pub(crate) fn accept_chunk(&mut self, signature: &str, hash: &[u8]) -> Result<(), ChunkError> {
        self.accept(signature, self.chunk_text(hash))
    }

    /// Takes the signature of the trailers, written `name:value\n` each.
    pub(crate) fn accept_trailers(&mut self, signature: &str, canonical: &[u8]) -> Result<(), ChunkError> {
        self.accept(signature, self.trailer_text(canonical))
    }

    /// Signs a chunk.
    pub(crate) fn sign_chunk(&mut self, hash: &[u8]) -> String {
        self.extend(self.chunk_text(hash))
    }

    /// Signs the trailers.
    pub(crate) fn sign_trailers(&mut self, canonical: &[u8]) -> String {
        self.extend(self.trailer_text(canonical))
    }

    fn accept(&mut self, signature: &str, string_to_sign: String) -> Result<(), ChunkError> {
        if !self.key.fits(&string_to_sign, signature) {
            return Err(ChunkError::Mismatch(Box::new(Mismatch {
                access_key: self.access_key.clone(),
                provided: signature.to_owned(),
                string_to_sign,
                canonical_request: None,
            })));
        }
        signature.trim_end_matches(PADDING).clone_into(&mut self.previous);
        Ok(())
    }

    fn extend(&mut self, string_to_sign: String) -> String {
        self.previous = self.key.sign(&string_to_sign);
        match self.key.algorithm() {
            Algorithm::HmacSha256 => self.previous.clone(),
            Algorithm::EcdsaP256Sha256 => format!("{:*<PADDED$}", self.previous),
        }
    }

    fn chunk_text(&self, hash: &[u8]) -> String {
        format!("{}\n{EMPTY}\n{}", self.head("PAYLOAD"), hex::text(hash))
    }

    fn trailer_text(&self, canonical: &[u8]) -> String {
        format!("{}\n{}", self.head("TRAILER"), hex::text(&sha256(canonical)))
    }

    fn head(&self, of: &str) -> String {
        format!("{}-{of}\n{}\n{}\n{}", self.key.algorithm().name(), self.date, self.scope, self.previous)
    }
}
