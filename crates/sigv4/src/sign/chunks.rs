//! Writing `aws-chunked` bodies.

use crate::chunked::{Chain, canonical_trailers};
use crate::payload::sha256;

/// Signs the chunks that follow a signed request, in order.
#[derive(Debug, Clone)]
pub struct ChunkSigner(Chain);

impl ChunkSigner {
    pub(super) fn new(chain: Chain) -> Self {
        Self(chain)
    }

    /// One chunk, framed: size, signature, data. All but the last have at least 8,192 bytes.
    pub fn chunk(&mut self, data: &[u8]) -> Vec<u8> {
        let mut out = self.head(data).into_bytes();
        out.extend_from_slice(data);
        out.extend_from_slice(b"\r\n");
        out
    }

    /// The end of a body without trailers.
    pub fn end(mut self) -> Vec<u8> {
        self.chunk(b"")
    }

    /// The end of a body with trailers; names in lower case.
    pub fn end_with_trailers(mut self, trailers: &[(String, String)]) -> Vec<u8> {
        let mut out = self.head(b"");
        for (name, value) in trailers {
            out.push_str(&format!("{name}:{value}\r\n"));
        }
        let signature = self.0.sign_trailers(canonical_trailers(trailers).as_bytes());
        out.push_str(&format!("x-amz-trailer-signature:{signature}\r\n\r\n"));
        out.into_bytes()
    }

    fn head(&mut self, data: &[u8]) -> String {
        format!("{:x};chunk-signature={}\r\n", data.len(), self.0.sign_chunk(&sha256(data)))
    }
}
