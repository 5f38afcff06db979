//! Bodies that are read while they come: what is signed is checked on the way, what is promised must come, and a client that
//! is refused early still reads why.

use std::sync::Arc;
use std::time::Duration;

use api_s3::{PutObject, PutObjectInput, PutObjectOutput};
use futures_util::StreamExt;
use gateway::Limits;
use http::{HeaderMap, HeaderValue, Method};
use service_kit::{
    Access, BoxFuture, Cloud, CrossOrigin, Ctx, Error, Fault, FormPost, FormUploads, Operations, Outcome, PageRequest,
    PageVerdict, Service, Web, WebRequest, WebResponse,
};
use sigv4::sign::{SignBody, Signer};
use sigv4::{Algorithm, ChunkedForm, Secret, Style};
use smithy::ByteStream;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::server::{Gate, NOW, Server};

/// Answers how many bytes came and the checksum after them, as the ETag; a key `refused` is refused unread.
async fn put(_: &Ctx, input: PutObjectInput) -> Outcome<PutObject> {
    if input.key == "refused" {
        return Err(Fault::Invalid { message: "not this one".to_owned() }.into());
    }
    let told = tell(input.body).await?;
    Ok(PutObjectOutput { e_tag: Some(told), ..PutObjectOutput::default() })
}

async fn tell(mut body: ByteStream) -> Result<String, Error> {
    let (announced, trailers, mut length) = (body.length, body.trailers.clone(), 0);
    while let Some(piece) = body.pieces.next().await {
        length += piece.map_err(Error::from_body)?.len();
    }
    Ok(format!("{length} of {announced:?} {}", trailers.get("x-amz-checksum-crc32").unwrap_or("-")))
}

/// A bucket that has a website, takes forms and lets one page in.
struct Bucket;

impl Web for Bucket {
    fn serves(&self, host: &str) -> bool {
        host.ends_with(".s3-website.localhost")
    }
    fn answer<'a>(&'a self, _: &'a Cloud, request: WebRequest) -> BoxFuture<'a, WebResponse> {
        let text = format!("page {} of {}", request.request.uri().path(), request.host);
        Box::pin(async move { WebResponse::new(ByteStream::from(bytes::Bytes::from(text))) })
    }
}

impl FormUploads for Bucket {
    fn upload<'a>(&'a self, _: &'a Cloud, form: FormPost) -> BoxFuture<'a, Result<WebResponse, Error>> {
        Box::pin(async move {
            let file = tell(form.file).await?;
            let text = format!("{} {:?} {} {file}", form.target, form.fields, form.file_name);
            Ok(WebResponse::new(ByteStream::from(bytes::Bytes::from(text))))
        })
    }
}

impl CrossOrigin for Bucket {
    fn preflight<'a>(&'a self, _: &'a Cloud, asked: PageRequest<'a>) -> BoxFuture<'a, Option<WebResponse>> {
        let mut answer = WebResponse::new(ByteStream::default());
        answer.headers_mut().insert("x-asked", HeaderValue::from_str(asked.method.as_str()).unwrap());
        Box::pin(async move { Some(answer).filter(|_| asked.uri.path().starts_with("/open")) })
    }
    fn allow<'a>(&'a self, _: &'a Cloud, asked: PageRequest<'a>) -> BoxFuture<'a, PageVerdict> {
        let headers =
            HeaderMap::from_iter([("access-control-allow-origin".parse().unwrap(), HeaderValue::from_static("*"))]);
        let open = asked.uri.path().starts_with("/open");
        Box::pin(async move { if open { PageVerdict::Allowed(headers) } else { PageVerdict::Elsewhere } })
    }
}

async fn server(limits: Limits) -> Server {
    let operations = Operations::new().on::<PutObject>(|_, _| Ok(Access::any()), put);
    let bucket = Arc::new(Bucket);
    let service = Service::new(&api_s3::SERVICE, operations).open_to_anonymous();
    let service = service.web(bucket.clone()).form_uploads(bucket.clone()).cross_origin(bucket);
    Server::of(limits, Arc::new(Gate::new()), service).await
}

/// A signed PUT of `key` as bytes, its body framed as `form` says.
fn signed(key: &str, body: &[u8], form: Option<ChunkedForm>, announced: usize) -> Vec<u8> {
    let (uri, secret) = (format!("/bucket/{key}").parse().unwrap(), Secret::new("test"));
    let mut headers = HeaderMap::new();
    headers.insert("host", HeaderValue::from_static("localhost"));
    if form.is_some() {
        headers.insert("x-amz-decoded-content-length", HeaderValue::from(body.len()));
    }
    let (style, algorithm) = (Style::S3, Algorithm::HmacSha256);
    let (access_key, region, service) = ("test", "us-east-1", "s3");
    let signer = Signer { access_key, secret: &secret, session_token: None, region, service, style, algorithm };
    let what = form.map_or(SignBody::Bytes(body), SignBody::Chunked);
    let mut chunks = signer.sign(&Method::PUT, &uri, &mut headers, "localhost", what, NOW).unwrap();
    let framed = match form {
        None => body.to_vec(),
        Some(ChunkedForm { trailer, .. }) => {
            let mut framed: Vec<u8> = body.chunks(8_192).flat_map(|piece| chunks.chunk(piece)).collect();
            let trailers = [("x-amz-checksum-crc32".to_owned(), "sum".to_owned())];
            framed.extend(if trailer { chunks.end_with_trailers(&trailers) } else { chunks.end() });
            framed
        }
    };
    let mut bytes =
        format!("PUT {uri} HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n", framed.len() + announced);
    for (name, value) in &headers {
        bytes.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
    }
    [bytes.as_bytes(), b"\r\n", &framed].concat()
}

const SIGNED: ChunkedForm = ChunkedForm { signed: Some(Algorithm::HmacSha256), trailer: true };

#[tokio::test]
async fn a_body_larger_than_any_that_is_held_whole_goes_through() {
    let server = server(Limits { body_bytes: 1_000, ..Limits::default() }).await;
    let body = vec![7; 3_000_000];
    for (form, told) in [(None, "-"), (Some(SIGNED), "sum"), (Some(ChunkedForm { trailer: false, ..SIGNED }), "-")] {
        let answer = server.exchange(&signed("large", &body, form, 0)).await;
        assert!(answer.contains(&format!("etag: 3000000 of Some(3000000) {told}")), "{answer}");
    }
}

#[tokio::test]
async fn one_changed_byte_is_found_before_the_end() {
    let server = server(Limits::default()).await;
    let body = vec![7; 100_000];
    for (form, code) in [(None, "XAmzContentSHA256Mismatch"), (Some(SIGNED), "SignatureDoesNotMatch")] {
        let mut request = signed("changed", &body, form, 0);
        let at = request.len() - 50_000;
        assert_eq!(std::mem::replace(&mut request[at], 8), 7, "inside the data");
        let answer = server.exchange(&request).await;
        assert!(answer.contains(code) || answer.contains("x-amz-content-sha256"), "{answer}");
        assert!(!answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}

#[tokio::test]
async fn a_body_that_ends_early_or_stops_is_told_so() {
    let server = server(Limits { pause: Duration::from_millis(100), ..Limits::default() }).await;
    let request = signed("short", b"abc", None, 5);
    let stalled = server.exchange(&request).await;
    assert!(stalled.contains("RequestTimeout"), "{stalled}");
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(&request).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = String::new();
    // The server may have nobody to answer any more.
    let _ = stream.read_to_string(&mut answer).await;
    assert!(answer.is_empty() || answer.contains("IncompleteBody"), "{answer}");
}

#[tokio::test]
async fn who_is_refused_early_reads_why() {
    let server = server(Limits::default()).await;
    let answer = server.exchange(&signed("refused", &vec![7; 5_000_000], None, 0)).await;
    assert!(answer.contains("not this one"), "{answer}");
}

#[tokio::test]
async fn who_asks_for_leave_is_not_made_to_send() {
    let server = server(Limits::default()).await;
    let request = signed("refused", b"abc", None, 0);
    let head = &request[..request.len() - 3];
    let text = String::from_utf8(head.to_vec()).unwrap().replacen("\r\n", "\r\nexpect: 100-continue\r\n", 1);
    let answer = server.exchange(text.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 400") && !answer.contains("100 Continue"), "{answer}");
    assert!(
        answer.to_lowercase().contains("connection: close"),
        "what comes next would be taken for the body: {answer}"
    );
    let asked = text.replace("/refused", "/taken");
    let answer = server.exchange(asked.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 403"), "the signature is of another key: {answer}");
}

#[tokio::test]
async fn a_form_is_handed_over_with_its_file() {
    let server = server(Limits::default()).await;
    let part = |head: &str, text: &str| format!("--XX\r\nContent-Disposition: form-data; {head}\r\n\r\n{text}\r\n");
    let file = "x".repeat(200_000);
    let body =
        part("name=\"Key\"", "a/${filename}") + &part("name=\"file\"; filename=\"me.txt\"", &file) + "--XX--\r\n";
    let head = format!(
        "POST /bucket HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: multipart/form-data; boundary=XX\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    let answer = server.exchange((head + &body).as_bytes()).await;
    assert!(answer.ends_with("bucket [(\"key\", \"a/${filename}\")] me.txt 200000 of None -"), "{answer}");
}

#[tokio::test]
async fn a_host_of_its_own_answers_plain_requests() {
    let server = server(Limits::default()).await;
    let answer = server
        .exchange(b"GET /a.html HTTP/1.1\r\nhost: b.s3-website.localhost:4566\r\nconnection: close\r\n\r\n")
        .await;
    assert!(answer.ends_with("page /a.html of b.s3-website.localhost"), "{answer}");
}

#[tokio::test]
async fn pages_may_what_the_owner_says() {
    let server = server(Limits::default()).await;
    let ask = |method: &str, path: &str| {
        format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\norigin: https://elsewhere.example\r\n\
             access-control-request-method: PUT\r\ncontent-length: 0\r\n\r\n"
        )
    };
    for (method, path, told) in [
        ("OPTIONS", "/open/x", "x-asked: PUT"),
        ("OPTIONS", "/closed/x", "HTTP/1.1 403"),
        ("PUT", "/open/x", "access-control-allow-origin: *"),
        ("PUT", "/closed/x", "may not call this cloud"),
    ] {
        let answer = server.exchange(ask(method, path).as_bytes()).await;
        assert!(answer.contains(told), "{method} {path}: {answer}");
    }
}
