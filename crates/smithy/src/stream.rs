//! Bodies that are never held whole: bytes of an object, events of a stream.

use std::fmt;
use std::io;
use std::pin::Pin;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};

use crate::{ApiError, Shape};

type Boxed<T> = Pin<Box<dyn Stream<Item = T> + Send + Sync>>;

/// The bytes of a streaming body, and their number when it is known beforehand.
pub struct ByteStream {
    /// Total length in bytes, when known.
    pub length: Option<u64>,
    /// The bytes, in pieces of the sender's choosing.
    pub pieces: Boxed<io::Result<Bytes>>,
}

/// Events, each sent as one frame; an error ends the stream as a modelled exception.
pub struct EventStream<E>(pub Boxed<Result<E, ApiError>>);

impl<E: Shape + 'static> EventStream<E> {
    /// The same events behind the trait, for [`Shape::take_events`].
    pub fn boxed(self) -> EventStream<Box<dyn Shape>> {
        EventStream(Box::pin(self.0.map(|event| event.map(|e| Box::new(e) as Box<dyn Shape>))))
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
        Self { length, pieces: Box::pin(futures_util::stream::iter([Ok(bytes)])) }
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
