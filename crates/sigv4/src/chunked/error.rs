//! What is wrong with an `aws-chunked` body, in S3's words.

use std::fmt;

use crate::{Mismatch, SignatureError, Style};

/// A body that must not be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChunkError {
    /// The framing is broken.
    Malformed(&'static str),
    /// The body ends too early, or its data is not as long as `x-amz-decoded-content-length`.
    WrongLength {
        /// What was promised.
        expected: u64,
        /// What came, or would have.
        actual: u64,
    },
    /// A chunk below 8 KB that is not the last one.
    SmallChunk {
        /// Its number, from one.
        chunk: u64,
        /// Its size in bytes.
        size: u64,
    },
    /// The trailers are broken, too long, or not expected.
    MalformedTrailer(&'static str),
    /// A chunk or the trailers are not signed by the secret.
    Mismatch(Box<Mismatch>),
}

impl ChunkError {
    /// S3's error code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) | Self::WrongLength { .. } => "IncompleteBody",
            Self::SmallChunk { .. } => "InvalidChunkSizeError",
            Self::MalformedTrailer(_) => "MalformedTrailerError",
            Self::Mismatch(_) => "SignatureDoesNotMatch",
        }
    }

    /// S3's HTTP status.
    pub fn status(&self) -> u16 {
        if matches!(self, Self::Mismatch(_)) { 403 } else { 400 }
    }

    /// S3's text.
    pub fn message(&self) -> String {
        match self {
            Self::Malformed(_) => "The request body terminated unexpectedly".into(),
            Self::WrongLength { .. } => {
                "You did not provide the number of bytes specified by the Content-Length HTTP header".into()
            }
            Self::SmallChunk { .. } => "Only the last chunk is allowed to have a size less than 8192 bytes".into(),
            Self::MalformedTrailer(_) => {
                "The request contained trailing data that was not well-formed or did not conform to our published schema.".into()
            }
            Self::Mismatch(mismatch) => SignatureError::Mismatch(mismatch.clone()).message(Style::S3),
        }
    }

    /// The members S3 adds to the error's XML.
    pub fn members(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::SmallChunk { chunk, size } => vec![("Chunk", chunk.to_string()), ("BadChunkSize", size.to_string())],
            Self::Mismatch(mismatch) => SignatureError::Mismatch(mismatch.clone()).members(),
            _ => Vec::new(),
        }
    }
}

impl fmt::Display for ChunkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(what) | Self::MalformedTrailer(what) => f.write_str(what),
            Self::WrongLength { expected, actual } => {
                write!(f, "{actual} bytes of data where {expected} were promised")
            }
            other => f.write_str(&other.message()),
        }
    }
}

impl std::error::Error for ChunkError {}
