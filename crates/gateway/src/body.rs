//! Bodies. A request's is read whole up to a limit, and must keep coming; an answer's is whole or a stream.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use http_body::Body as _;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};

/// The body of an answer.
pub type ResponseBody = BoxBody<Bytes, std::io::Error>;

/// Why a request's body could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyError {
    /// Longer than the limit in bytes.
    TooLarge(u64),
    /// Nothing came for as long as a client may pause.
    Stalled,
    /// The connection ended, or the framing is broken.
    Broken,
}

/// Reads a body of at most `limit` bytes whose pieces come less than `pause` apart.
pub(crate) async fn read(mut body: Incoming, limit: u64, pause: Duration) -> Result<Bytes, BodyError> {
    let announced = body.size_hint().lower();
    if announced > limit {
        return Err(BodyError::TooLarge(limit));
    }
    let mut first: Option<Bytes> = None;
    let mut rest = BytesMut::new();
    while let Some(piece) = next(&mut body, pause).await? {
        let length = first.as_ref().map_or(0, Bytes::len) + rest.len() + piece.len();
        if length as u64 > limit {
            return Err(BodyError::TooLarge(limit));
        }
        match &first {
            None => first = Some(piece),
            Some(_) => rest.extend_from_slice(&piece),
        }
    }
    Ok(join(first.unwrap_or_default(), rest))
}

/// Most bodies come in one piece, which is then passed on as it is.
fn join(first: Bytes, rest: BytesMut) -> Bytes {
    if rest.is_empty() {
        return first;
    }
    let mut whole = BytesMut::with_capacity(first.len() + rest.len());
    whole.extend_from_slice(&first);
    whole.extend_from_slice(&rest);
    whole.freeze()
}

/// The next piece of data; trailers are passed over.
async fn next(body: &mut Incoming, pause: Duration) -> Result<Option<Bytes>, BodyError> {
    loop {
        if body.is_end_stream() {
            return Ok(None);
        }
        let frame = match tokio::time::timeout(pause, body.frame()).await {
            Err(_) => return Err(BodyError::Stalled),
            Ok(None) => return Ok(None),
            Ok(Some(frame)) => frame.map_err(|_| BodyError::Broken)?,
        };
        if let Ok(data) = frame.into_data() {
            return Ok(Some(data));
        }
    }
}

/// A body held whole.
pub fn full(bytes: impl Into<Bytes>) -> ResponseBody {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed()
}

/// A body that is made while it is sent.
pub(crate) fn stream(stream: smithy::ByteStream) -> ResponseBody {
    BodyExt::boxed(StreamBody::new(stream.pieces.map(|piece| piece.map(Frame::data))))
}
