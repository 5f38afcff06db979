//! What browsers may do. Pages served from this machine may call every API; other origins only when the configuration
//! names them, since any page a user visits could otherwise act with the keys that need no set-up.

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, HeaderValue, ORIGIN, VARY,
};
use http::request::Parts;
use http::{HeaderMap, Method, Response, StatusCode};

use service_kit::{Cloud, PageRequest, PageVerdict, Service};

use crate::body::{ResponseBody, full, stream};
use crate::identify::HostParts;
use crate::trip::{bare, host_of};

const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, POST, PUT, DELETE, PATCH, OPTIONS");
const EXPOSED: HeaderValue = HeaderValue::from_static(
    "etag, x-amz-version-id, x-amz-request-id, x-amzn-requestid, x-amzn-errortype, x-amz-id-2, x-amzn-query-error",
);
const DAY: HeaderValue = HeaderValue::from_static("86400");

/// Origins besides this machine's own that browsers may call from.
#[derive(Debug, Clone, Default)]
pub struct Origins {
    /// Exact origins (`https://app.example.com`); `*` stands for all.
    pub also: Vec<String>,
}

impl Origins {
    /// The origin of a request, when it may call.
    pub fn allowed(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let origin = headers.get(ORIGIN)?;
        let text = origin.to_str().ok()?;
        let named = self.also.iter().any(|also| also == "*" || also == text);
        (named || is_local(text)).then(|| origin.clone())
    }
}

/// What pages may do, here and now: by the configuration, and by what owners of resources say.
pub(crate) struct Pages<'a> {
    pub(crate) cloud: &'a Cloud,
    pub(crate) origins: &'a Origins,
}

impl Pages<'_> {
    /// Answers a preflight: the rules of what it is about, when there are any, else the configuration's.
    pub(crate) async fn preflight(&self, head: &Parts) -> Response<ResponseBody> {
        let asked = head.headers.get(ACCESS_CONTROL_REQUEST_METHOD).map(HeaderValue::as_bytes).unwrap_or_default();
        let method = Method::from_bytes(asked).unwrap_or(Method::OPTIONS);
        let bucket = HostParts::read(&bare(host_of(head))).bucket();
        for rules in self.cloud.services().filter_map(Service::page_rules) {
            let asked =
                PageRequest { prefix: bucket.as_deref(), uri: &head.uri, method: &method, headers: &head.headers };
            if let Some(answer) = rules.preflight(self.cloud, asked).await {
                return answer.map(stream);
            }
        }
        preflight(self.origins, &head.headers)
    }

    /// Headers that let the page of a request read its answer, none when no page asks; nothing when it may not even ask.
    pub(crate) async fn allowed(&self, head: &Parts) -> Option<HeaderMap> {
        if !head.headers.contains_key(ORIGIN) {
            return (!is_forged(head)).then(HeaderMap::new);
        }
        let bucket = HostParts::read(&bare(host_of(head))).bucket();
        for rules in self.cloud.services().filter_map(Service::page_rules) {
            let asked =
                PageRequest { prefix: bucket.as_deref(), uri: &head.uri, method: &head.method, headers: &head.headers };
            match rules.allow(self.cloud, asked).await {
                PageVerdict::Allowed(headers) => return Some(headers),
                PageVerdict::Silent if self.origins.allowed(&head.headers).is_some() => return Some(HeaderMap::new()),
                PageVerdict::Silent | PageVerdict::Elsewhere => {}
            }
        }
        match self.origins.allowed(&head.headers) {
            Some(origin) => Some(allow(origin)),
            None => (!is_forged(head)).then(HeaderMap::new),
        }
    }
}

/// Whether a request only asks what it may do.
pub(crate) fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
    method == Method::OPTIONS && headers.contains_key(ORIGIN) && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// Answers that question.
fn preflight(origins: &Origins, headers: &HeaderMap) -> Response<ResponseBody> {
    let mut response = Response::new(full(Vec::new()));
    let Some(origin) = origins.allowed(headers) else {
        *response.status_mut() = StatusCode::FORBIDDEN;
        return response;
    };
    let answer = response.headers_mut();
    answer.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    answer.insert(ACCESS_CONTROL_MAX_AGE, DAY);
    if let Some(asked) = headers.get(ACCESS_CONTROL_REQUEST_HEADERS) {
        answer.insert(ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
    }
    answer.extend(allow(origin));
    response
}

/// Whether a page elsewhere makes a user's browser act: anything but reading an object by its address. The keys that need
/// no set-up are known to everyone, so a signature alone does not tell a user's wish from a page's.
fn is_forged(head: &Parts) -> bool {
    let cross_site = head.headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site");
    let reads =
        matches!(head.method, Method::GET | Method::HEAD) && !head.uri.query().unwrap_or_default().contains("Action=");
    (cross_site || head.headers.contains_key(ORIGIN)) && !reads
}

/// What such a request is told.
pub(crate) fn refusal() -> Response<ResponseBody> {
    let text = "Pages of this origin may not call this cloud; name the origin in cors_origins to let them.\n";
    let mut response = Response::new(full(text));
    *response.status_mut() = StatusCode::FORBIDDEN;
    response
}

/// Lets a page of `origin` read an answer.
fn allow(origin: HeaderValue) -> HeaderMap {
    let mut answer = HeaderMap::new();
    answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    answer.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    answer.append(VARY, HeaderValue::from_static("Origin"));
    answer
}

fn is_local(origin: &str) -> bool {
    let Some((scheme, authority)) = origin.split_once("://") else { return false };
    let host = authority
        .rsplit_once(':')
        .map_or(authority, |(host, port)| if port.bytes().all(|b| b.is_ascii_digit()) { host } else { authority });
    let local = ["localhost", "127.0.0.1", "[::1]"].contains(&host) || host.ends_with(".localhost");
    matches!(scheme, "http" | "https") && local
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_and_named_origins() {
        let origins = Origins { also: vec!["https://app.example.com".to_owned()] };
        for (origin, allowed) in [
            ("http://localhost:3000", true),
            ("http://127.0.0.1", true),
            ("http://[::1]:8080", true),
            ("https://console.localhost", true),
            ("https://app.example.com", true),
            ("https://evil.example.com", false),
            ("http://localhost.evil.com", false),
            ("null", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ORIGIN, HeaderValue::from_static(origin));
            assert_eq!(origins.allowed(&headers).is_some(), allowed, "{origin}");
        }
    }
}
