//! Bodies that are never held whole: bytes of an object, events of a stream.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};

use crate::{ApiError, Shape};

type Boxed<T> = Pin<Box<dyn Stream<Item = T> + Send + Sync>>;

/// The bytes of a streaming body, and their number when it is known beforehand.
///
/// What a sender signed is checked on the way: nothing of a body may be kept before the stream ended without an error.
pub struct ByteStream {
    /// Total length in bytes, when known.
    pub length: Option<u64>,
    /// The bytes, in pieces of the sender's choosing.
    pub pieces: Boxed<io::Result<Bytes>>,
    /// What follows the bytes.
    pub trailers: Trailers,
}

/// Headers that follow a body: there once its stream has ended. Clones are the same trailers.
#[derive(Clone, Debug, Default)]
pub struct Trailers(Arc<OnceLock<Vec<(String, String)>>>);

impl Trailers {
    /// Trailers that came; names in lower case.
    pub fn arrived(&self, trailers: Vec<(String, String)>) {
        // Whoever ends the stream tells them once.
        let _ = self.0.set(trailers);
    }

    /// The value of a trailer, by its name in lower case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get()?.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }
}

/// Events, each sent as one frame; an error ends the stream as a modelled exception.
pub struct EventStream<E>(pub Boxed<Result<E, ApiError>>);

impl<E: Shape + 'static> EventStream<E> {
    /// The same events behind the trait, for [`Shape::take_events`].
    pub fn boxed(self) -> EventStream<Box<dyn Shape>> {
        EventStream(Box::pin(self.0.map(|event| event.map(|e| Box::new(e) as Box<dyn Shape>))))
    }
}

impl ByteStream {
    /// Bytes in pieces, without trailers.
    pub fn new(length: Option<u64>, pieces: impl Stream<Item = io::Result<Bytes>> + Send + Sync + 'static) -> Self {
        Self { length, pieces: Box::pin(pieces), trailers: Trailers::default() }
    }
}

impl Default for ByteStream {
    fn default() -> Self {
        Self::from(Bytes::new())
    }
}

impl From<Bytes> for ByteStream {
    fn from(bytes: Bytes) -> Self {
        let length = Some(bytes.len() as u64);
        Self::new(length, futures_util::stream::iter([Ok(bytes)]))
    }
}

impl fmt::Debug for ByteStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ByteStream({:?} bytes)", self.length)
    }
}

impl<E: Send + Sync + 'static> Default for EventStream<E> {
    fn default() -> Self {
        Self(Box::pin(futures_util::stream::empty()))
    }
}

impl<E> fmt::Debug for EventStream<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EventStream")
    }
}
