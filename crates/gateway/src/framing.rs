//! How a body's bytes are wrapped, and what they are held against: nothing, one hash, or signed chunks.

use bytes::{Bytes, BytesMut};
use service_kit::{BodyFault, Fault};
use sigv4::{
    BodyHasher, ChunkDecoder, ChunkError, Payload, Request, SignatureError, Style, Verified, unverified_decoder,
};

use crate::authenticate::refused;

/// The headers after a body.
type Trailers = Vec<(String, String)>;

/// How the bytes of one body come.
pub(crate) enum Framing {
    /// As they are, checked already or by nobody.
    Plain,
    /// As they are, held against the hash that was signed.
    Hashed(Box<BodyHasher>),
    /// In `aws-chunked` form.
    Chunked(Box<ChunkDecoder>, Option<u64>),
}

impl Framing {
    /// The framing of a body whose head is verified. A body that was there to be hashed is checked already.
    pub(crate) fn verified(request: &Request<'_>, verified: Verified, whole: bool) -> Self {
        match verified.payload {
            Payload::Hash(_) if !whole => {
                verified.hasher().map_or(Self::Plain, |hasher| Self::Hashed(Box::new(hasher)))
            }
            _ => verified.into_decoder().map_or(Self::Plain, |decoder| Self::chunked(request, decoder)),
        }
    }

    /// The framing of a body whose signature nobody can check.
    ///
    /// # Errors
    /// The length of a chunked body is not told.
    pub(crate) fn unverified(request: &Request<'_>) -> Result<Self, Fault> {
        let decoder = unverified_decoder(request).map_err(|error| refused(&error, Style::S3))?;
        Ok(decoder.map_or(Self::Plain, |decoder| Self::chunked(request, decoder)))
    }

    fn chunked(request: &Request<'_>, decoder: ChunkDecoder) -> Self {
        let length = request.headers.get("x-amz-decoded-content-length");
        let length = length.and_then(|length| length.to_str().ok()?.trim().parse().ok());
        Self::Chunked(Box::new(decoder), length)
    }

    /// How many bytes the frames hold, when the head told.
    pub(crate) fn length(&self) -> Option<u64> {
        match self {
            Self::Chunked(_, length) => *length,
            _ => None,
        }
    }

    /// The next bytes within `raw`, which loses what was read; `None` when all of it was.
    pub(crate) fn next(&mut self, raw: &mut Bytes) -> Result<Option<Bytes>, Fault> {
        match self {
            Self::Chunked(decoder, _) => decoder.next(raw).map_err(|error| chunk(&error)),
            Self::Hashed(hasher) => {
                hasher.update(raw);
                Ok(Some(std::mem::take(raw)).filter(|piece| !piece.is_empty()))
            }
            Self::Plain => Ok(Some(std::mem::take(raw)).filter(|piece| !piece.is_empty())),
        }
    }

    /// Says that the body has ended.
    pub(crate) fn finish(self) -> Result<Trailers, Fault> {
        match self {
            Self::Chunked(decoder, _) => decoder.finish().map_err(|error| chunk(&error)),
            Self::Hashed(hasher) => hasher.finish().map(|()| Vec::new()).map_err(|e| refused(&e, Style::S3)),
            Self::Plain => Ok(Vec::new()),
        }
    }

    /// A whole body without its framing.
    pub(crate) fn strip(mut self, mut raw: Bytes) -> Result<(Bytes, Trailers), Fault> {
        if matches!(self, Self::Plain) {
            return Ok((raw, Vec::new()));
        }
        let mut data = BytesMut::with_capacity(raw.len());
        while let Some(piece) = self.next(&mut raw)? {
            data.extend_from_slice(&piece);
        }
        Ok((data.freeze(), self.finish()?))
    }
}

fn chunk(error: &ChunkError) -> Fault {
    match error {
        ChunkError::Malformed(_) | ChunkError::WrongLength { .. } => Fault::Body(BodyFault::Incomplete),
        ChunkError::SmallChunk { chunk, size } => Fault::Body(BodyFault::SmallChunk { chunk: *chunk, size: *size }),
        ChunkError::MalformedTrailer(_) => Fault::Body(BodyFault::Trailer),
        ChunkError::Mismatch(mismatch) => refused(&SignatureError::Mismatch(mismatch.clone()), Style::S3),
    }
}
