//! Pages of other origins, by a bucket's cross-origin rules. A preflight for a bucket without rules is refused, as AWS does.

use api_s3::CORSConfiguration;
use bytes::Bytes;
use http::header::{ACCESS_CONTROL_REQUEST_HEADERS, ORIGIN};
use http::{HeaderMap, HeaderName, HeaderValue};
use names::RequestId;
use service_kit::{BoxFuture, Cloud, CrossOrigin, PageRequest, PageVerdict, WebResponse};
use smithy::ByteStream;
use store::StoreError;

use super::{Edge, escaped};
use crate::engine::bucket::Bucket;
use crate::engine::config::cors::{self, Asked, Headers};
use crate::engine::config::document::Document;

/// A bucket's say on a page.
struct Say {
    /// Whether the bucket has rules at all.
    has_rules: bool,
    /// Whether it is asked for an object, or for itself.
    of_object: bool,
    /// Headers for the page, when a rule lets it.
    headers: Option<Headers>,
}

impl Edge {
    /// What the bucket at an address says; none when there is no bucket.
    async fn say(&self, asked: PageRequest<'_>) -> Result<Option<Say>, StoreError> {
        let path = asked.uri.path().trim_start_matches('/');
        let (bucket, key) = match asked.prefix {
            Some(bucket) => (bucket, path),
            None => path.split_once('/').unwrap_or((path, "")),
        };
        let Some(bucket) = self.0.lookup_bucket(bucket).await? else { return Ok(None) };
        let rules = self.rules(&bucket).await?;
        let text = |name| asked.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let question = Asked {
            origin: text(ORIGIN).unwrap_or_default(),
            method: asked.method.as_str(),
            headers: text(ACCESS_CONTROL_REQUEST_HEADERS),
        };
        let headers = rules.as_ref().and_then(|rules| cors::answer(&rules.cors_rules, question));
        Ok(Some(Say { has_rules: rules.is_some(), of_object: !key.is_empty(), headers }))
    }

    async fn rules(&self, bucket: &Bucket) -> Result<Option<CORSConfiguration>, StoreError> {
        let found = self.0.config::<Document<CORSConfiguration>>(bucket.no()).await?;
        Ok(found.map(|Document(rules)| rules))
    }
}

impl CrossOrigin for Edge {
    fn preflight<'a>(&'a self, cloud: &'a Cloud, asked: PageRequest<'a>) -> BoxFuture<'a, Option<WebResponse>> {
        Box::pin(async move {
            let say = self.say(asked).await.ok().flatten()?;
            let id = RequestId::from_random(cloud.runtime().random.u128()).to_string();
            Some(match say.headers {
                Some(headers) => {
                    let mut answer = WebResponse::new(ByteStream::from(Bytes::new()));
                    answer.headers_mut().extend(as_map(headers));
                    answer
                }
                None => refusal(&say, asked.method.as_str(), &id),
            })
        })
    }

    fn allow<'a>(&'a self, _: &'a Cloud, asked: PageRequest<'a>) -> BoxFuture<'a, PageVerdict> {
        Box::pin(async move {
            match self.say(asked).await {
                Ok(Some(Say { headers: Some(headers), .. })) => PageVerdict::Allowed(as_map(headers)),
                Ok(Some(_)) => PageVerdict::Silent,
                Ok(None) | Err(_) => PageVerdict::Elsewhere,
            }
        })
    }
}

fn as_map(headers: Headers) -> HeaderMap {
    let entry = |(name, value): (&'static str, String)| {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        Some((name, HeaderValue::from_str(&value).ok()?))
    };
    headers.into_iter().filter_map(entry).collect()
}

/// The refusal of a preflight. "evalution" is AWS's.
fn refusal(say: &Say, method: &str, id: &str) -> WebResponse {
    let (text, kind) = match say.has_rules {
        false => ("CORSResponse: CORS is not enabled for this bucket.", "BUCKET"),
        true => (
            "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request \
             method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the \
             resource's CORS spec.",
            if say.of_object { "OBJECT" } else { "BUCKET" },
        ),
    };
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessForbidden</Code><Message>{text}</Message>\
         <Method>{}</Method><ResourceType>{kind}</ResourceType><RequestId>{id}</RequestId><HostId>{id}</HostId></Error>",
        escaped(method)
    );
    let mut answer = WebResponse::new(ByteStream::from(Bytes::from(xml)));
    *answer.status_mut() = http::StatusCode::FORBIDDEN;
    answer.headers_mut().insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    answer
}
