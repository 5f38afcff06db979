//! What is told of a finished request, with its facts on the wire: for logs that users read.

use std::net::IpAddr;
use std::time::Duration;

use http::{HeaderMap, Method, Uri};
use names::{RequestId, Timestamp};

use crate::{Caller, Cloud};

/// One finished request to a service, allowed or refused.
#[derive(Debug, Clone, Copy)]
pub struct FinishedRequest<'a> {
    /// When it came, by the cloud's clock.
    pub at: Timestamp,
    /// Its id.
    pub id: RequestId,
    /// The operation; empty when it named none.
    pub operation: &'a str,
    /// What the path named, percent-decoded: `Bucket`, `Key`.
    pub labels: &'a [(&'static str, String)],
    /// Who called; none when that was not established.
    pub caller: Option<&'a Caller>,
    /// Address of the client.
    pub peer: IpAddr,
    /// Whether it came over TLS.
    pub secure: bool,
    /// Method.
    pub method: &'a Method,
    /// Path and query.
    pub uri: &'a Uri,
    /// The request's headers.
    pub headers: &'a HeaderMap,
    /// HTTP status of the answer.
    pub status: u16,
    /// Code of the error; empty when there was none.
    pub error: &'a str,
    /// The answer's headers.
    pub answered: &'a HeaderMap,
    /// Bytes of the answer's body; none when that is not known before it is sent.
    pub sent: Option<u64>,
    /// From its head to its answer.
    pub took: Duration,
}

/// Is told of each finished request to its service.
pub trait FinishedRequests: Send + Sync {
    /// Takes note. Must be quick.
    fn finished(&self, cloud: &Cloud, request: &FinishedRequest<'_>);
}
