//! The limit: a hyper server on the same stack that reads the same requests and answers the same bytes, and does nothing in between.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

use crate::tally::Sample;

/// Header fields that hyper writes itself.
const HYPERS: [&str; 4] = ["connection", "content-length", "date", "transfer-encoding"];

/// Answers by operation, as `bench bare` reads them from its standard input.
pub type Answers = BTreeMap<String, Sample>;

/// What every connection shares.
struct Bare {
    by_operation: Vec<(String, Canned)>,
    key: Option<hmac::Key>,
}

/// An answer that costs two reference counts.
#[derive(Clone)]
struct Canned {
    headers: HeaderMap,
    body: Bytes,
}

/// Serves on a free port of the loopback interface until the process is killed. `hash` adds the cryptography that SigV4 asks for: SHA-256 of the body
/// and an HMAC.
///
/// # Errors
/// There are no answers, or no free port.
pub async fn serve(answers: &Answers, hash: bool) -> io::Result<()> {
    let bare = Arc::new(Bare::new(answers, hash)?);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!("{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(connection(bare.clone(), stream));
    }
}

async fn connection(bare: Arc<Bare>, stream: TcpStream) {
    let service = service_fn(|request| {
        let bare = bare.clone();
        async move { Ok::<_, Infallible>(bare.answer(request).await) }
    });
    // A client that goes away ends its connection, which is no error here.
    let _ = http1::Builder::new().pipeline_flush(true).serve_connection(TokioIo::new(stream), service).await;
}

impl Bare {
    fn new(answers: &Answers, hash: bool) -> io::Result<Self> {
        if answers.is_empty() {
            return Err(io::Error::other("there is nothing to answer"));
        }
        let by_operation = answers.iter().map(|(name, sample)| (name.clone(), Canned::of(sample))).collect();
        Ok(Self { by_operation, key: hash.then(|| hmac::Key::new(hmac::HMAC_SHA256, b"a signing key")) })
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (head, incoming) = request.into_parts();
        // A body that does not arrive is answered like an empty one: the client is gone.
        let body = incoming.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
        if let Some(key) = &self.key {
            std::hint::black_box(hmac::sign(key, digest(&SHA256, &body).as_ref()));
        }
        let canned = self.find(&head.headers).clone();
        let mut response = Response::new(Full::new(canned.body));
        *response.headers_mut() = canned.headers;
        response
    }

    /// The answer to the operation in `X-Amz-Target`, or the first.
    fn find(&self, headers: &HeaderMap) -> &Canned {
        let target = headers.get("x-amz-target").map_or(&b""[..], HeaderValue::as_bytes);
        let operation = target.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
        let found = self.by_operation.iter().find(|(name, _)| name.as_bytes() == operation);
        &found.unwrap_or(&self.by_operation[0]).1
    }
}

impl Canned {
    fn of(sample: &Sample) -> Self {
        let mut headers = HeaderMap::new();
        for (name, value) in sample.headers.iter().filter(|(name, _)| !HYPERS.contains(&name.as_str())) {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                headers.append(name, value);
            }
        }
        Self { headers, body: Bytes::copy_from_slice(sample.body.as_bytes()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(body: &str) -> Sample {
        let headers = [("content-type", "text/plain"), ("content-length", "3"), ("x-amzn-requestid", "r")];
        Sample { headers: headers.map(|(n, v)| (n.to_owned(), v.to_owned())).into(), body: body.to_owned(), wire: 0 }
    }

    #[test]
    fn answers_by_operation_and_otherwise_with_the_first() {
        let answers = Answers::from([("Delete".to_owned(), sample("d")), ("Send".to_owned(), sample("s"))]);
        let bare = Bare::new(&answers, false).unwrap();
        for (target, body) in
            [(Some("AmazonSQS.Send"), "s"), (Some("AmazonSQS.Delete"), "d"), (Some("X"), "d"), (None, "d")]
        {
            let headers: HeaderMap = target
                .map(|target| (HeaderName::from_static("x-amz-target"), HeaderValue::from_static(target)))
                .into_iter()
                .collect();
            assert_eq!(bare.find(&headers).body, body, "{target:?}");
        }
    }

    #[test]
    fn leaves_to_hyper_what_hyper_writes() {
        let canned = Canned::of(&sample("abc"));
        assert_eq!(canned.headers.len(), 2);
        assert!(!canned.headers.contains_key("content-length"));
    }

    #[test]
    fn needs_an_answer() {
        assert!(Bare::new(&Answers::new(), true).is_err());
    }
}
