//! Code to be fetched: the addresses that GetFunction and GetLayerVersion tell, `/_aws/lambda/code/…`. An address carries
//! what it is of and until when, sealed: whoever has it needs no key, as with those of S3 that AWS answers.

use std::time::Duration;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use http::{Response, StatusCode, header};
use names::Timestamp;
use service_kit::{BoxFuture, Cloud, Web, WebRequest, WebResponse};
use smithy::ByteStream;
use store::StoreError;

use crate::engine::Engine;
use crate::engine::home::Home;

/// How long an address holds. Source: API reference, GetFunction.
const VALID: Duration = Duration::from_secs(600);
/// What addresses begin with.
const PATH: &str = "/_aws/lambda/code/";

/// The pages.
pub(crate) struct Pages(pub(crate) Engine);

impl Engine {
    /// An address under which a package can be fetched for ten minutes.
    pub(crate) fn location(&self, home: &Home, digest: &str, base_url: &str) -> String {
        let until = self.now().plus(VALID).millis();
        let plain = format!("{}|{}|{until}|{digest}", home.account, home.region);
        format!("{base_url}{PATH}{}", BASE64_URL_SAFE_NO_PAD.encode(self.seal_text(b"location", &plain)))
    }

    async fn fetch(&self, token: &str) -> Result<Option<bytes::Bytes>, StoreError> {
        let Some((home, until, digest)) = self.read_location(token) else { return Ok(None) };
        if until < self.now() || self.code(&home, &digest).await?.is_none() {
            return Ok(None);
        }
        self.code_bytes(&home, &digest).await.map(Some)
    }

    fn read_location(&self, token: &str) -> Option<(Home, Timestamp, String)> {
        let plain = self.open_text(b"location", &BASE64_URL_SAFE_NO_PAD.decode(token).ok()?)?;
        let mut parts = plain.split('|');
        let home = Home { account: parts.next()?.parse().ok()?, region: names::Region::parse(parts.next()?)? };
        let until = Timestamp::from_millis(parts.next()?.parse().ok()?);
        Some((home, until, parts.next()?.to_owned()))
    }
}

impl Web for Pages {
    fn serves(&self, host: &str) -> bool {
        host == "_aws/lambda"
    }

    fn answer<'a>(&'a self, _cloud: &'a Cloud, request: WebRequest) -> BoxFuture<'a, WebResponse> {
        Box::pin(async move {
            let token = request.request.uri().path().strip_prefix(PATH).unwrap_or_default();
            match self.0.fetch(token).await {
                Ok(Some(bytes)) => {
                    let mut response = Response::new(ByteStream::from(bytes));
                    let zip = header::HeaderValue::from_static("application/zip");
                    response.headers_mut().insert(header::CONTENT_TYPE, zip);
                    response
                }
                Ok(None) => empty(StatusCode::FORBIDDEN),
                Err(error) => {
                    tracing::warn!(%error, "a package cannot be read");
                    empty(StatusCode::SERVICE_UNAVAILABLE)
                }
            }
        })
    }
}

fn empty(status: StatusCode) -> WebResponse {
    let mut response = Response::new(ByteStream::default());
    *response.status_mut() = status;
    response
}
