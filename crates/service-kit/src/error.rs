//! What a handler answers when it cannot do what was asked.

use smithy::{ApiError, Operation};
use store::StoreError;

use crate::{BodyFault, Fault};

/// What a handler gives.
pub type Outcome<O> = Result<<O as Operation>::Output, Error>;

/// A modelled exception in AWS's words, or a fault that every service has in common.
#[derive(Debug)]
pub enum Error {
    /// From the model.
    Modeled(ApiError),
    /// From the closed set.
    Fault(Fault),
}

impl Error {
    /// Why a streaming body could not be read to its end. What the gateway found says so itself; anything else ended it early.
    pub fn from_body(error: std::io::Error) -> Self {
        let fault = error.into_inner().and_then(|inner| inner.downcast::<Self>().ok());
        fault.map_or(Self::Fault(Fault::Body(BodyFault::Incomplete)), |fault| *fault)
    }
}

impl From<ApiError> for Error {
    fn from(error: ApiError) -> Self {
        Self::Modeled(error)
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::Fault(Fault::Unavailable { internal: error.to_string() })
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Modeled(error) => error.fmt(f),
            Self::Fault(fault) => write!(f, "{fault:?}"),
        }
    }
}

impl std::error::Error for Error {}
