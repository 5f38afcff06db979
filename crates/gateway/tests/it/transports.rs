//! HTTP/1.1, HTTP/2 without TLS, and TLS with both, on one port; and what browsers are told.

use std::sync::Arc;

use gateway::Limits;
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::server::{Server, call};

async fn over_tls(server: &Server, protocol: &[u8]) -> TlsStream<TcpStream> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(server.authority.certificate_pem().as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    let stream = TcpStream::connect(server.address).await.unwrap();
    let name = ServerName::try_from("sqs.eu-west-1.localhost").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap()
}

async fn over_http2(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> (u16, String) {
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let request = Request::builder()
        .method("POST")
        .uri("http://localhost/")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Full::new(Bytes::from_static(b"Action=GetCallerIdentity&Version=2011-06-15")))
        .unwrap();
    let answer = sender.send_request(request).await.unwrap();
    let status = answer.status().as_u16();
    (status, String::from_utf8(answer.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap())
}

#[tokio::test]
async fn http_2_without_tls() {
    let server = Server::start(Limits::default()).await;
    let (status, body) = over_http2(TcpStream::connect(server.address).await.unwrap()).await;
    assert_eq!(status, 403);
    assert!(body.contains("MissingAuthenticationToken"), "{body}");
}

#[tokio::test]
async fn http_2_with_tls() {
    let server = Server::start(Limits::default()).await;
    let (status, body) = over_http2(over_tls(&server, b"h2").await).await;
    assert_eq!(status, 403, "{body}");
}

#[tokio::test]
async fn http_1_with_tls_for_any_host() {
    let server = Server::start(Limits::default()).await;
    let mut stream = over_tls(&server, b"http/1.1").await;
    stream.write_all(call("good", "connection: close\r\n").as_bytes()).await.unwrap();
    let mut answer = String::new();
    // A peer that closes without goodbye is fine once the answer is there.
    let _ = stream.read_to_string(&mut answer).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

#[tokio::test]
async fn pages_of_this_machine_may_call_and_others_may_not() {
    let server = Server::start(Limits::default()).await;
    let preflight = |origin: &str| {
        format!(
            "OPTIONS / HTTP/1.1\r\nhost: localhost\r\norigin: {origin}\r\naccess-control-request-method: POST\r\n\
             access-control-request-headers: x-amz-target\r\nconnection: close\r\n\r\n"
        )
    };
    let near = server.exchange(preflight("http://localhost:3000").as_bytes()).await;
    assert!(near.starts_with("HTTP/1.1 200 "), "{near}");
    assert!(near.contains("access-control-allow-origin: http://localhost:3000"), "{near}");
    assert!(near.contains("access-control-allow-headers: x-amz-target"), "{near}");
    let far = server.exchange(preflight("https://evil.example.com").as_bytes()).await;
    assert!(far.starts_with("HTTP/1.1 403 ") && !far.contains("access-control-allow-origin"), "{far}");
}

#[tokio::test]
async fn the_date_follows_the_clock() {
    let server = Server::start(Limits::default()).await;
    server.runtime.clock.advance(std::time::Duration::from_secs(86_400));
    let answer = server.exchange(call("good", "connection: close\r\n").as_bytes()).await;
    assert!(answer.contains("date: Sat, 16 Jan 2027 08:00:00 GMT"), "{answer}");
}

#[tokio::test]
async fn a_head_request_gets_no_body() {
    let server = Server::start(Limits::default()).await;
    let answer = server.exchange(b"HEAD /bucket/key HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
    assert!(answer.ends_with("\r\n\r\n"), "{answer}");
}

#[tokio::test]
async fn a_page_elsewhere_cannot_act_through_its_visitors_browser() {
    let server = Server::start(Limits::default()).await;
    for forged in ["origin: https://evil.example.com\r\n", "origin: null\r\n", "sec-fetch-site: cross-site\r\n"] {
        let answer = server.exchange(call("good", &format!("connection: close\r\n{forged}")).as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 403 "), "{forged}{answer}");
    }
    let near = "connection: close\r\norigin: http://localhost:3000\r\nsec-fetch-site: same-site\r\n";
    let answer = server.exchange(call("good", near).as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}
