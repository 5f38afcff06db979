//! Requests as text, as the published vectors hold them, and the shortest way to verify one.

use std::sync::LazyLock;

use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use names::Timestamp;
use sigv4::{
    BodyHash, HOST_CLOCK, Presented, Request, Secret, SignatureError, SigningKeys, Style, TimeCheck, V4, Verified,
};

/// One cache for all tests, so that they also prove that it mixes nothing up.
pub(crate) static KEYS: LazyLock<SigningKeys> = LazyLock::new(SigningKeys::new);

/// A request read from its text.
#[derive(Debug, Clone)]
pub(crate) struct Raw {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) host: String,
    pub(crate) body: Vec<u8>,
}

impl Raw {
    /// Reads a request line, headers (a value may go on in indented lines) and a body. `None` when no HTTP server would take the request line.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let ends = [text.split_once("\n\n"), text.split_once("\r\n\r\n")];
        let (head, body) = ends.into_iter().flatten().min_by_key(|(head, _)| head.len()).unwrap_or((text, ""));
        let mut lines = head.lines();
        let line = lines.next()?.strip_suffix(" HTTP/1.1")?;
        let (method, target) = line.split_once(' ')?;
        let mut fields: Vec<(String, String)> = Vec::new();
        for line in lines {
            match line.strip_prefix([' ', '\t']) {
                Some(more) => fields.last_mut()?.1.push_str(&format!(" {more}")),
                None => fields.push(line.split_once(':').map(|(name, value)| (name.to_owned(), value.to_owned()))?),
            }
        }
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            let name: HeaderName = name.to_ascii_lowercase().parse().ok()?;
            headers.append(name, HeaderValue::from_str(value.trim()).ok()?);
        }
        let host = headers.get("host")?.to_str().ok()?.to_owned();
        let uri = Uri::try_from(target.as_bytes()).ok()?;
        Some(Self { method: method.parse().ok()?, uri, headers, host, body: body.as_bytes().to_vec() })
    }

    pub(crate) fn head(&self) -> Request<'_> {
        Request { method: &self.method, uri: &self.uri, headers: &self.headers, host: &self.host }
    }

    /// Identifies and verifies at an instant, on a clock that never jumped.
    pub(crate) fn verify(&self, secret: &str, now: Timestamp, style: Style) -> Result<Verified, SignatureError> {
        let time = TimeCheck { now, at_real: HOST_CLOCK };
        self.verify_with(secret, BodyHash::Bytes(&self.body), &time, style)
    }

    pub(crate) fn verify_with(
        &self,
        secret: &str,
        body: BodyHash<'_>,
        time: &TimeCheck<'_>,
        style: Style,
    ) -> Result<Verified, SignatureError> {
        let head = self.head();
        let v4 = v4(&head)?;
        sigv4::verify(&head, &v4, &Secret::new(secret), &KEYS, body, time, style)
    }
}

/// The version 4 signature of a request that has one.
pub(crate) fn v4<'a>(request: &Request<'a>) -> Result<V4<'a>, SignatureError> {
    match sigv4::identify(request)? {
        Presented::V4(v4) | Presented::V4A(v4) => Ok(v4),
        other => panic!("not signed: {other:?}"),
    }
}

pub(crate) fn at(text: &str) -> Timestamp {
    Timestamp::parse_basic(text).unwrap()
}
