//! Plain HTTP to the world outside: API destinations, and the servers that authorize connections to them.
//!
//! | file | noun |
//! |---|---|
//! | `client.rs` | one bounded request |
//! | `destination.rs` | an event as a request to an API destination, and what its answer means |
//! | `oauth.rs` | a token for client credentials |
//! | `parameters.rs` | headers, query and body that connections and targets add |

mod client;
pub(crate) mod destination;
pub(crate) mod oauth;
mod parameters;
