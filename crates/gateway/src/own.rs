//! The seam for the cloud's own endpoints: health, clock, reset, console. They live under reserved prefixes that no
//! bucket can be called, and are answered before any service is thought of.

use bytes::Bytes;
use http::{Request, Response};
use service_kit::BoxFuture;

use crate::body::ResponseBody;

/// Paths that are never a service's: `_` cannot start a bucket's name.
const PREFIXES: [&str; 3] = ["/_nephele", "/_localstack", "/_aws"];

/// Answers requests under the reserved prefixes.
pub trait OwnEndpoints: Send + Sync {
    /// Answers one request; its body is bounded as every other, and its extensions hold the [`Peer`](crate::Peer).
    fn serve<'a>(&'a self, request: Request<Bytes>) -> BoxFuture<'a, Response<ResponseBody>>;
}

/// No endpoints: everything under the prefixes is not found.
#[derive(Debug, Clone, Copy)]
pub struct NoEndpoints;

impl OwnEndpoints for NoEndpoints {
    fn serve<'a>(&'a self, _request: Request<Bytes>) -> BoxFuture<'a, Response<ResponseBody>> {
        let mut response = Response::new(crate::body::full(Bytes::from_static(b"not found\n")));
        *response.status_mut() = http::StatusCode::NOT_FOUND;
        Box::pin(std::future::ready(response))
    }
}

/// Whether a path is the cloud's own.
pub(crate) fn is_own(path: &str) -> bool {
    path.starts_with("/_")
        && PREFIXES
            .iter()
            .any(|prefix| path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_prefixes_are_whole_segments() {
        for (path, own) in [
            ("/_nephele", true),
            ("/_nephele/health", true),
            ("/_localstack/health", true),
            ("/_nephelex", false),
            ("/bucket/_nephele", false),
            ("/", false),
        ] {
            assert_eq!(is_own(path), own, "{path}");
        }
    }
}
