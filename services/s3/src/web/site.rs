//! Visits to a bucket's website: at `BUCKET.s3-website.localhost`, and at AWS's own names as `Host`. A visitor is nobody:
//! the bucket's policy or access lists must let everyone read.

use std::sync::Arc;

use api_s3::{GetObject, GetObjectInput, HeadObject, HeadObjectInput, WebsiteConfiguration};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderValue, Method, StatusCode};
use names::{AccountId, Region};
use service_kit::{BoxFuture, Caller, Cloud, Error, Fault, RequestInfo, Web, WebRequest, WebResponse, answer_of};
use smithy::ByteStream;

use super::{Edge, Told, escaped};
use crate::engine::config::document::Document;
use crate::engine::config::website::{self, Step, Visit};
use crate::error::no_such_bucket;

/// Domains of website endpoints: AWS's, and those under which a local cloud is reached.
const DOMAINS: [&str; 5] =
    ["amazonaws.com", "amazonaws.com.cn", "localhost", "localhost.localstack.cloud", "nephele.localhost"];

/// One visit.
struct Visitor<'a> {
    cloud: &'a Cloud,
    bucket: &'a str,
    region: Region,
    info: RequestInfo,
    head_only: bool,
}

impl Web for Edge {
    fn serves(&self, host: &str) -> bool {
        bucket_of(host).is_some()
    }

    fn answer<'a>(&'a self, cloud: &'a Cloud, request: WebRequest) -> BoxFuture<'a, WebResponse> {
        Box::pin(async move {
            let info = request.info(cloud);
            let bucket = bucket_of(&request.host).unwrap_or_default();
            let region = cloud.default_region().clone();
            let head_only = request.request.method() == Method::HEAD;
            let visitor = Visitor { cloud, bucket, region, info, head_only };
            if !matches!(*request.request.method(), Method::GET | Method::HEAD) {
                let message = "The specified method is not allowed against this resource.".to_owned();
                let told = Told { status: 405, code: "MethodNotAllowed".to_owned(), message };
                return visitor.page_of(&told, "");
            }
            self.visit(&visitor, &request).await.unwrap_or_else(|error| visitor.told(&error, ""))
        })
    }
}

impl Edge {
    async fn visit(&self, visitor: &Visitor<'_>, request: &WebRequest) -> Result<WebResponse, Error> {
        let bucket = self.0.lookup_bucket(visitor.bucket).await?.ok_or_else(|| no_such_bucket(visitor.bucket))?;
        let site = self.0.config::<Document<WebsiteConfiguration>>(bucket.no()).await?;
        let Some(Document(site)) = site else {
            let text = "The specified bucket does not have a website configuration";
            return Err(api_s3::errors::no_such_website_configuration(text).into());
        };
        let path = request.request.uri().path();
        let key = decoded(path.strip_prefix('/').unwrap_or(path))?;
        let host = request.request.headers().get("host").and_then(|host| host.to_str().ok());
        let scheme = if request.secure { "https" } else { "http" };
        let visit = Visit { scheme, host: host.unwrap_or(&request.host), key: &key };
        match website::arrive(&site, visit) {
            Step::Redirect { status, location } => Ok(redirect(status, &location)),
            Step::Error(page) => visitor.error(not_found(&key), &key, page).await,
            Step::Show(page) => match visitor.object(&page).await {
                Ok(answer) => Ok(answer),
                Err(error) => self.failed(visitor, &site, visit, error).await,
            },
        }
    }

    /// What follows when a page is not there, or not for everyone.
    async fn failed(
        &self,
        visitor: &Visitor<'_>,
        site: &WebsiteConfiguration,
        visit: Visit<'_>,
        error: Error,
    ) -> Result<WebResponse, Error> {
        let status = Told::of(visitor.cloud, &error).status;
        let has_index = match website::index_of(site, visit.key) {
            Some(index) => visitor.is_there(&index).await,
            None => false,
        };
        match website::fail(site, visit, status, has_index) {
            Step::Redirect { status, location } => Ok(redirect(status, &location)),
            Step::Error(page) => visitor.error(error, visit.key, page).await,
            Step::Show(page) => visitor.object(&page).await,
        }
    }
}

impl Visitor<'_> {
    fn nobody() -> Arc<Caller> {
        Arc::new(Caller::anonymous(AccountId::DEFAULT))
    }

    /// The object of a key as a page; one that leads elsewhere sends the visitor there.
    async fn object(&self, key: &str) -> Result<WebResponse, Error> {
        let input = GetObjectInput { bucket: self.bucket.to_owned(), key: key.to_owned(), ..Default::default() };
        let (region, info) = (self.region.clone(), self.info.clone());
        let found = self.cloud.call_within::<GetObject>(Self::nobody(), region, info, input).await?;
        if let Some(location) = &found.website_redirect_location {
            return Ok(redirect(301, location));
        }
        let mut answer = answer_of::<GetObject>(&self.info.id.to_string(), found);
        if self.head_only {
            *answer.body_mut() = ByteStream::default();
        }
        Ok(answer)
    }

    async fn is_there(&self, key: &str) -> bool {
        let input = HeadObjectInput { bucket: self.bucket.to_owned(), key: key.to_owned(), ..Default::default() };
        let (region, info) = (self.region.clone(), self.info.clone());
        self.cloud.call_within::<HeadObject>(Self::nobody(), region, info, input).await.is_ok()
    }

    /// The site's own page for errors, with the error's status; S3's when there is none or it cannot be shown.
    async fn error(&self, error: Error, key: &str, page: Option<String>) -> Result<WebResponse, Error> {
        let Some(page) = page else { return Ok(self.told(&error, key)) };
        match self.object(&page).await {
            Ok(mut answer) => {
                let status = Told::of(self.cloud, &error).status;
                *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::NOT_FOUND);
                Ok(answer)
            }
            Err(_) => Ok(self.told(&error, key)),
        }
    }

    fn told(&self, error: &Error, key: &str) -> WebResponse {
        self.page_of(&Told::of(self.cloud, error), key)
    }

    /// S3's page for an error.
    fn page_of(&self, told: &Told, key: &str) -> WebResponse {
        let status = StatusCode::from_u16(told.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let title = format!("{} {}", status.as_u16(), status.canonical_reason().unwrap_or_default());
        let about = match told.code.as_str() {
            "NoSuchBucket" | "NoSuchWebsiteConfiguration" => format!("<li>BucketName: {}</li>\n", escaped(self.bucket)),
            "NoSuchKey" => format!("<li>Key: {}</li>\n", escaped(key)),
            _ => String::new(),
        };
        let (code, message, id) = (escaped(&told.code), escaped(&told.message), self.info.id);
        let html = format!(
            "<html>\n<head><title>{title}</title></head>\n<body>\n<h1>{title}</h1>\n<ul>\n<li>Code: {code}</li>\n\
             <li>Message: {message}</li>\n{about}<li>RequestId: {id}</li>\n<li>HostId: {id}</li>\n</ul>\n<hr/>\n\
             </body>\n</html>\n"
        );
        let mut answer = WebResponse::new(ByteStream::from(Bytes::from(html)));
        *answer.status_mut() = status;
        answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        if let Ok(code) = HeaderValue::from_str(&told.code) {
            answer.headers_mut().insert("x-amz-error-code", code);
        }
        answer
    }
}

fn not_found(key: &str) -> Error {
    crate::engine::refusal::Refusal::NoSuchKey { key: key.to_owned(), marker: None }.into()
}

fn redirect(status: u16, location: &str) -> WebResponse {
    let mut answer = WebResponse::new(ByteStream::from(Bytes::new()));
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::MOVED_PERMANENTLY);
    if let Ok(location) = HeaderValue::from_str(location) {
        answer.headers_mut().insert(LOCATION, location);
    }
    answer
}

/// The bucket of a website's host: `BUCKET.s3-website-REGION.DOMAIN`, `BUCKET.s3-website.REGION.DOMAIN`,
/// `BUCKET.s3-website.DOMAIN`.
fn bucket_of(host: &str) -> Option<&str> {
    let before =
        DOMAINS.iter().filter_map(|domain| host.strip_suffix(domain)?.strip_suffix('.')).min_by_key(|b| b.len())?;
    let at = before.find(".s3-website")?;
    let (bucket, rest) = before.split_at(at);
    let region = rest.strip_prefix(".s3-website")?;
    let region = region.strip_prefix(['-', '.']).unwrap_or(region);
    let known = region.is_empty() || Region::parse(region).is_some();
    (known && !bucket.is_empty()).then_some(bucket)
}

/// A path without its percent signs.
fn decoded(path: &str) -> Result<String, Fault> {
    let wrong = || Fault::Malformed { reason: "Could not parse the specified URI.".to_owned() };
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let (byte, after) = match (byte, after) {
            (b'%', [high, low, after @ ..]) => {
                let digits = [*high, *low];
                let text = std::str::from_utf8(&digits).map_err(|_| wrong())?;
                (u8::from_str_radix(text, 16).map_err(|_| wrong())?, after)
            }
            (byte, after) => (*byte, after),
        };
        bytes.push(byte);
        rest = after;
    }
    String::from_utf8(bytes).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_sites() {
        for (host, bucket) in [
            ("b.s3-website.localhost", Some("b")),
            ("a.b.s3-website-us-east-1.amazonaws.com", Some("a.b")),
            ("b.s3-website.eu-central-1.amazonaws.com", Some("b")),
            ("b.s3-website.localhost.localstack.cloud", Some("b")),
            ("b.s3.localhost", None),
            ("s3-website.localhost", None),
            ("b.s3-website.example.com", None),
        ] {
            assert_eq!(bucket_of(host), bucket, "{host}");
        }
    }

    #[test]
    fn paths_are_decoded() {
        assert_eq!(decoded("a%20b/%C3%A9%2").unwrap_or_default(), "a b/é%2");
        assert!(decoded("%zz").is_err() && decoded("%ff").is_err());
    }
}
