//! One request while it is on the road: its parts, and how each step sees them.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST};
use http::request::Parts;
use http::{HeaderMap, Method};
use names::RequestId;
use service_kit::Caller;

use crate::arriving::Arriving;
use crate::coming::Coming;
use crate::identify::Head;

/// The other end of a connection.
#[derive(Debug, Clone, Copy)]
pub struct Peer {
    /// Its address.
    pub address: SocketAddr,
    /// Whether it speaks TLS.
    pub secure: bool,
}

/// One request while it is on the road.
pub(crate) struct Trip<'a> {
    pub(crate) head: &'a Parts,
    /// The body; empty while it is still coming.
    pub(crate) body: &'a Bytes,
    pub(crate) coming: Option<&'a Coming>,
    pub(crate) peer: Peer,
    pub(crate) id: RequestId,
    pub(crate) id_text: &'a str,
    pub(crate) host: &'a str,
    pub(crate) bare_host: String,
    /// Who calls, once that is known.
    pub(crate) caller: OnceLock<Arc<Caller>>,
}

impl Peer {
    /// Stands for the other end where nobody asks for it.
    pub(crate) const NOBODY: Self =
        Self { address: SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0), secure: false };
}

impl<'a> Trip<'a> {
    /// A trip without an id yet.
    pub(crate) fn new(head: &'a Parts, arriving: &'a Arriving, peer: Peer) -> Self {
        let host = host_of(head);
        let (body, coming) = arriving.parts();
        let (id, id_text, caller) = (RequestId::from_random(0), "", OnceLock::new());
        Self { head, body, coming, peer, id, id_text, host, bare_host: bare(host), caller }
    }

    /// The head as the signature check sees it.
    pub(crate) fn signed(&self) -> sigv4::Request<'a> {
        sigv4::Request { method: &self.head.method, uri: &self.head.uri, headers: &self.head.headers, host: self.host }
    }

    /// The head as identification sees it.
    pub(crate) fn named<'b>(&'b self, signing_name: Option<&'b str>) -> Head<'b> {
        let is_form =
            header_text(&self.head.headers, CONTENT_TYPE.as_str()).starts_with("application/x-www-form-urlencoded");
        Head {
            method: &self.head.method,
            uri: &self.head.uri,
            headers: &self.head.headers,
            host: &self.bare_host,
            form: (is_form && self.head.method == Method::POST).then_some(self.body.as_ref()),
            signing_name,
        }
    }
}

/// The host as the client wrote it, with its port: the `Host` header, or the authority of an HTTP/2 request.
pub(crate) fn host_of(head: &Parts) -> &str {
    let header = header_text(&head.headers, HOST.as_str());
    if header.is_empty() { head.uri.authority().map_or("", |authority| authority.as_str()) } else { header }
}

/// The host without its port, lower case.
pub(crate) fn bare(host: &str) -> String {
    let end = host.rfind(':').filter(|at| host[at + 1..].bytes().all(|b| b.is_ascii_digit()));
    host[..end.unwrap_or(host.len())].to_ascii_lowercase()
}

/// The first value of a header, when it is readable text; else nothing.
pub(crate) fn header_text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
