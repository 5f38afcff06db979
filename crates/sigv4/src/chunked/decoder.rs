//! The decoder: a state machine that is fed pieces of the body and hands out data without copying it.

use aws_lc_rs::digest::{Context, SHA256};
use bytes::Bytes;

use super::line::Line;
use super::{Chain, ChunkError};
use crate::{ChunkedForm, hex};

/// Chunks before the last one have at least this many bytes.
const SMALLEST: u64 = 8192;
/// All trailers together are at most this long.
const LONGEST_TRAILERS: usize = 16 * 1024;
/// The name the signature of the trailers travels under.
const TRAILER_SIGNATURE: &str = "x-amz-trailer-signature";

/// Names in lower case and values of the headers that followed the body, in the order they came, without the signature.
pub type Trailers = Vec<(String, String)>;

/// Decodes one `aws-chunked` body, verifying the signature of each chunk as it ends.
///
/// Memory is flat: one line of framing and the trailers, each bounded. Data is handed out before the end of its chunk has come, so the caller keeps it
/// provisional until [`ChunkDecoder::finish`]; the last piece of a chunk is only handed out once the chunk's signature fits.
pub struct ChunkDecoder {
    form: ChunkedForm,
    chain: Option<Chain>,
    state: State,
    line: Line,
    hash: Context,
    signature: String,
    promised: u64,
    decoded: u64,
    chunks: u64,
    last_size: u64,
    trailers: Trailers,
    trailer_bytes: usize,
    trailers_signed: bool,
    after_end: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// At the line that begins a chunk.
    Head,
    /// In its data, so many bytes before the end.
    Data(u64),
    /// At the line break after its data.
    DataEnd,
    /// After the last chunk.
    Trailers,
    /// After the last line.
    Done,
}

impl ChunkDecoder {
    /// A decoder for a body whose chunks are not signed (`STREAMING-UNSIGNED-PAYLOAD-TRAILER`), as anonymous requests may send. `decoded_length` is
    /// `x-amz-decoded-content-length`. Signed bodies get theirs from [`Verified::into_decoder`](crate::Verified::into_decoder).
    pub fn unsigned(decoded_length: u64) -> Self {
        Self::new(ChunkedForm { signed: None, trailer: true }, decoded_length, None)
    }

    pub(crate) fn new(form: ChunkedForm, decoded_length: u64, chain: Option<Chain>) -> Self {
        Self {
            form,
            chain,
            state: State::Head,
            line: Line::default(),
            hash: Context::new(&SHA256),
            signature: String::new(),
            promised: decoded_length,
            decoded: 0,
            chunks: 0,
            last_size: SMALLEST,
            trailers: Vec::new(),
            trailer_bytes: 0,
            trailers_signed: false,
            after_end: 0,
        }
    }

    /// The next piece of data in `input`, which loses what was read of it. `None` when all of it was.
    ///
    /// # Errors
    /// The body is not what was signed or promised; the decoder must not be used again.
    pub fn next(&mut self, input: &mut Bytes) -> Result<Option<Bytes>, ChunkError> {
        while !input.is_empty() {
            match self.state {
                State::Data(left) => return self.data(left, input).map(Some),
                State::Done => self.after_end(input)?,
                _ => {
                    let line = self.line.take(input).map_err(|_| self.too_long())?;
                    let Some(line) = line else { return Ok(None) };
                    self.line(&line)?;
                }
            }
        }
        Ok(None)
    }

    /// Says that the body has ended; gives its trailers.
    ///
    /// # Errors
    /// It ended too early.
    pub fn finish(self) -> Result<Trailers, ChunkError> {
        let signed = self.chain.is_none() || !self.form.trailer || self.trailers_signed;
        match self.state {
            State::Done => Ok(self.trailers),
            // Some clients leave out the line break at the very end.
            State::Trailers if signed && self.line.is_empty() => Ok(self.trailers),
            State::Trailers if !signed => Err(ChunkError::MalformedTrailer("the trailers are not signed")),
            State::Trailers => Err(ChunkError::MalformedTrailer("the body ended inside the trailers")),
            _ => Err(ChunkError::WrongLength { expected: self.promised, actual: self.decoded }),
        }
    }

    fn too_long(&self) -> ChunkError {
        match self.state {
            State::Trailers => ChunkError::MalformedTrailer("a trailer is too long"),
            _ => ChunkError::Malformed("the line that begins a chunk is too long"),
        }
    }

    fn data(&mut self, left: u64, input: &mut Bytes) -> Result<Bytes, ChunkError> {
        let length = usize::try_from(left).unwrap_or(usize::MAX).min(input.len());
        let piece = input.split_to(length);
        if self.chain.is_some() {
            self.hash.update(&piece);
        }
        let left = left - length as u64;
        self.decoded += length as u64;
        self.state = State::Data(left);
        if left == 0 {
            self.check_chunk()?;
            self.state = State::DataEnd;
        }
        Ok(piece)
    }

    /// One line break more is harmless: AWS's own example ends with two.
    fn after_end(&mut self, input: &mut Bytes) -> Result<(), ChunkError> {
        self.after_end += input.len();
        let harmless = self.after_end <= 2 && input.iter().all(|byte| matches!(byte, b'\r' | b'\n'));
        input.clear();
        harmless.then_some(()).ok_or(ChunkError::Malformed("bytes after the end of the body"))
    }

    fn check_chunk(&mut self) -> Result<(), ChunkError> {
        let Some(chain) = &mut self.chain else { return Ok(()) };
        let hash = std::mem::replace(&mut self.hash, Context::new(&SHA256)).finish();
        chain.accept_chunk(&self.signature, hash.as_ref())
    }

    fn line(&mut self, line: &[u8]) -> Result<(), ChunkError> {
        match self.state {
            State::Head => self.head(line),
            State::DataEnd if line == b"\r\n" => {
                self.state = State::Head;
                Ok(())
            }
            State::DataEnd => Err(ChunkError::Malformed("no line break after the data of a chunk")),
            _ => self.trailer(line),
        }
    }

    /// `size;chunk-signature=…`, the size hexadecimal.
    fn head(&mut self, line: &[u8]) -> Result<(), ChunkError> {
        let line =
            line.strip_suffix(b"\r\n").ok_or(ChunkError::Malformed("no carriage return after a chunk's size"))?;
        let line =
            str::from_utf8(line).map_err(|_| ChunkError::Malformed("the line that begins a chunk is not text"))?;
        let (size, extension) = line.split_once(';').unwrap_or((line, ""));
        let size = hexadecimal(size).ok_or(ChunkError::Malformed("the size of a chunk is no number"))?;
        if self.chain.is_some() {
            let signature = extension.strip_prefix("chunk-signature=");
            signature.ok_or(ChunkError::Malformed("a chunk is not signed"))?.clone_into(&mut self.signature);
        }
        self.begin(size)
    }

    fn begin(&mut self, size: u64) -> Result<(), ChunkError> {
        let total = self.decoded.saturating_add(size);
        if total > self.promised || (size == 0 && total != self.promised) {
            return Err(ChunkError::WrongLength { expected: self.promised, actual: total });
        }
        if size == 0 {
            self.state = State::Trailers;
            return self.check_chunk();
        }
        if self.last_size < SMALLEST {
            return Err(ChunkError::SmallChunk { chunk: self.chunks, size: self.last_size });
        }
        self.chunks += 1;
        self.last_size = size;
        self.state = State::Data(size);
        Ok(())
    }

    /// `name:value`, or the empty line at the end. An empty line before the signature is passed over, since AWS's own example has one.
    fn trailer(&mut self, line: &[u8]) -> Result<(), ChunkError> {
        let text = str::from_utf8(line).map_err(|_| ChunkError::MalformedTrailer("a trailer is not text"))?.trim();
        let awaits_signature = self.form.trailer && self.chain.is_some() && !self.trailers_signed;
        if text.is_empty() {
            if !awaits_signature {
                self.state = State::Done;
            }
            return self.count(line.len());
        }
        if !self.form.trailer {
            return Err(ChunkError::Malformed("trailers that were not announced"));
        }
        if self.trailers_signed {
            return Err(ChunkError::MalformedTrailer("a trailer after the signature"));
        }
        self.count(line.len())?;
        let (name, value) = text.split_once(':').ok_or(ChunkError::MalformedTrailer("a trailer without a colon"))?;
        let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
        match name == TRAILER_SIGNATURE {
            true => self.check_trailers(value),
            false => {
                self.trailers.push((name, value.to_owned()));
                Ok(())
            }
        }
    }

    fn count(&mut self, bytes: usize) -> Result<(), ChunkError> {
        self.trailer_bytes += bytes;
        match self.trailer_bytes <= LONGEST_TRAILERS {
            true => Ok(()),
            false => Err(ChunkError::MalformedTrailer("the trailers are too long")),
        }
    }

    fn check_trailers(&mut self, signature: &str) -> Result<(), ChunkError> {
        let canonical = canonical_trailers(&self.trailers);
        self.trailers_signed = true;
        self.chain.as_mut().map_or(Ok(()), |chain| chain.accept_trailers(signature, canonical.as_bytes()))
    }
}

/// `name:value\n` each, sorted by name.
pub(crate) fn canonical_trailers(trailers: &[(String, String)]) -> String {
    let mut sorted: Vec<&(String, String)> = trailers.iter().collect();
    sorted.sort_by_key(|(name, _)| name);
    sorted.into_iter().map(|(name, value)| format!("{name}:{value}\n")).collect()
}

/// One to sixteen hexadecimal digits.
fn hexadecimal(text: &str) -> Option<u64> {
    if text.is_empty() || text.len() > 16 {
        return None;
    }
    text.bytes().try_fold(0, |sum, byte| Some(sum << 4 | u64::from(hex::digit(byte)?)))
}
