//! One error type for every modelled exception: a server needs no enum an operation.

use std::fmt;

use crate::{Schema, Shape};

/// Whose fault an error is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// The client's: a 4xx.
    Sender,
    /// Ours: a 5xx.
    Receiver,
}

/// The static description of an exception.
#[derive(Debug)]
pub struct ErrorSchema {
    /// Its structure.
    pub shape: &'static Schema,
    /// The code on JSON and CBOR wires: the shape's name. Before a `#` its namespace, where that is not the service's
    /// (`com.amazon.coral.service#InvalidParameterValueException`).
    pub code: &'static str,
    /// The code on query, ec2 and XML wires and in `x-amzn-query-error`.
    pub query_code: &'static str,
    /// HTTP status.
    pub status: u16,
    /// HTTP status on the query wire, where it differs.
    pub query_status: u16,
    /// Whose fault it is.
    pub party: Party,
}

/// A modelled exception on its way to a client.
pub struct ApiError {
    /// What it is.
    pub schema: &'static ErrorSchema,
    /// AWS's text for the client.
    pub message: String,
    /// Members other than the message, when it has any.
    pub details: Option<Box<dyn Shape>>,
}

impl ApiError {
    /// An exception that has only a message.
    pub fn new(schema: &'static ErrorSchema, message: impl Into<String>) -> Self {
        Self { schema, message: message.into(), details: None }
    }
}

impl fmt::Debug for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.schema.code, self.message)
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl std::error::Error for ApiError {}
