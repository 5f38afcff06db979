//! Plain HTTP beside the APIs: hosts that a service answers at itself (websites of buckets, addresses of functions), and
//! what browsers are let do with a service's resources. Requests here name no operation; what they lead to is called as
//! everything is.

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, Uri};
use smithy::ByteStream;

use crate::{BoxFuture, Caller, Cloud, Error, RequestInfo};

/// The answer to a plain request. A body of known length tells it.
pub type WebResponse = Response<ByteStream>;

/// A plain request.
#[derive(Debug)]
pub struct WebRequest {
    /// Host without port, lower case.
    pub host: String,
    /// Head and body.
    pub request: Request<Bytes>,
    /// Address of the client.
    pub peer: IpAddr,
    /// Whether it came over TLS.
    pub secure: bool,
}

impl WebRequest {
    /// The request as calls that are made for it tell of it.
    pub fn info(&self, cloud: &Cloud) -> RequestInfo {
        let headers = self.request.headers();
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        RequestInfo {
            source_ip: Some(self.peer),
            secure: self.secure,
            user_agent: text("user-agent"),
            referer: text("referer"),
            ..cloud.inner_request()
        }
    }
}

/// Answers plain requests at hosts of its own.
pub trait Web: Send + Sync {
    /// Whether a host, without port and in lower case, is its.
    fn serves(&self, host: &str) -> bool;
    /// Answers.
    fn answer<'a>(&'a self, cloud: &'a Cloud, request: WebRequest) -> BoxFuture<'a, WebResponse>;
}

/// The head of a request that a browser makes for a page of another origin.
#[derive(Debug, Clone, Copy)]
pub struct PageRequest<'a> {
    /// What stands before the service's endpoint in the host: the bucket of a virtual-hosted request.
    pub prefix: Option<&'a str>,
    /// Path and query.
    pub uri: &'a Uri,
    /// The method; of a preflight the one asked for.
    pub method: &'a Method,
    /// All headers.
    pub headers: &'a HeaderMap,
}

/// What pages of other origins may do with a service's resources, where their owners say so.
pub trait CrossOrigin: Send + Sync {
    /// Answers a preflight; none when nothing at that address has rules.
    fn preflight<'a>(&'a self, cloud: &'a Cloud, asked: PageRequest<'a>) -> BoxFuture<'a, Option<WebResponse>>;
    /// What a page may have of the answer to a request that it makes.
    fn allow<'a>(&'a self, cloud: &'a Cloud, asked: PageRequest<'a>) -> BoxFuture<'a, PageVerdict>;
}

/// What a page of another origin may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageVerdict {
    /// Nothing of this service is at the address.
    Elsewhere,
    /// Its owner has no rule for the page: browsers will not show it the answer.
    Silent,
    /// The answer, by these headers.
    Allowed(HeaderMap),
}

/// A file that a browser's form posts.
#[derive(Debug)]
pub struct FormPost {
    /// What stands before the service's endpoint in the host, or else the path without its slashes: the bucket.
    pub target: String,
    /// Who signed its policy; anonymous without one.
    pub caller: Caller,
    /// The policy that was signed, in base64.
    pub policy: Option<String>,
    /// The fields before the file, names in lower case, in their order.
    pub fields: Vec<(String, String)>,
    /// The name of the file, as the browser tells it.
    pub file_name: String,
    /// The file, read while it comes.
    pub file: ByteStream,
    /// The region of the signature or the host.
    pub region: names::Region,
    /// The request.
    pub request: Arc<RequestInfo>,
}

/// Takes files that browsers' forms post.
pub trait FormUploads: Send + Sync {
    /// Keeps the file as the form says, if its policy allows it. Signatures are verified already.
    fn upload<'a>(&'a self, cloud: &'a Cloud, form: FormPost) -> BoxFuture<'a, Result<WebResponse, Error>>;
}
