//! The body of a request as it reaches the road: whole, still coming, or broken before anyone read it.

use std::time::Duration;

use bytes::Bytes;
use service_kit::Fault;
use smithy::ByteStream;

use crate::coming::Coming;
use crate::framing::Framing;
use crate::trip::Trip;

/// What stands for a body that is not there.
static NOTHING: Bytes = Bytes::new();

/// The body of a request.
pub(crate) enum Arriving {
    /// Read already.
    Whole(Bytes),
    /// To be read by the handler.
    Coming(Coming),
    /// It could not be read.
    Broken(Fault),
}

impl Arriving {
    /// The bytes that are there, and the body that is coming.
    pub(crate) fn parts(&self) -> (&Bytes, Option<&Coming>) {
        match self {
            Self::Whole(bytes) => (bytes, None),
            Self::Coming(coming) => (&NOTHING, Some(coming)),
            Self::Broken(_) => (&NOTHING, None),
        }
    }

    /// Why it could not be read.
    pub(crate) fn broken(&self) -> Option<Fault> {
        match self {
            Self::Broken(fault) => Some(fault.clone()),
            _ => None,
        }
    }
}

/// A body without its framing.
pub(crate) enum Content {
    /// All of it, and the headers that followed it.
    Whole(Bytes, Vec<(String, String)>),
    /// On its way.
    Coming(ByteStream),
}

impl Content {
    /// Takes the framing off the body of a trip.
    pub(crate) fn read(trip: &Trip<'_>, framing: Framing, pause: Duration) -> Result<Self, Fault> {
        if let Some(coming) = trip.coming {
            return Ok(Self::Coming(coming.clone().stream(framing, pause)));
        }
        let (bytes, trailers) = framing.strip(trip.body.clone())?;
        Ok(Self::Whole(bytes, trailers))
    }

    /// The bytes that are there.
    pub(crate) fn bytes(&self) -> &Bytes {
        match self {
            Self::Whole(bytes, _) => bytes,
            Self::Coming(_) => &NOTHING,
        }
    }

    /// The same as a stream.
    pub(crate) fn into_stream(self) -> ByteStream {
        match self {
            Self::Whole(bytes, trailers) => {
                let stream = ByteStream::from(bytes);
                stream.trailers.arrived(trailers);
                stream
            }
            Self::Coming(stream) => stream,
        }
    }
}
