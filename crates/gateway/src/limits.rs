//! What one client can cost, at most.

use std::time::Duration;

/// Longest pause a client may make within a body.
const PAUSE: Duration = Duration::from_secs(30);

/// Bounds on what one client can cost.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Largest body of a request that is not streamed, in bytes.
    pub body_bytes: u64,
    /// Longest pause within a body.
    pub pause: Duration,
    /// Time from a connection's first byte, or its last answer, to the end of the next request's head.
    pub head: Duration,
    /// Largest head in bytes.
    pub head_bytes: usize,
    /// Most connections at once; further ones wait to be accepted.
    pub connections: usize,
    /// How long a stop waits for requests in flight.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 64 * 1024 * 1024,
            pause: PAUSE,
            head: Duration::from_secs(75),
            head_bytes: 64 * 1024,
            connections: 10_000,
            drain: Duration::from_secs(5),
        }
    }
}
