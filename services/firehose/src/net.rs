//! One bounded POST to an endpoint of the user's: no redirects, an answer of a megabyte at most.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, Request, Uri, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Bytes of an answer.
const LARGEST: usize = 1 << 20;

/// What is sent.
#[derive(Debug, Clone)]
pub(crate) struct Post {
    /// To where: `http://` or `https://`.
    pub url: String,
    /// Headers.
    pub headers: Vec<(HeaderName, String)>,
    /// The content.
    pub body: Bytes,
}

/// What came back.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// The status.
    pub status: u16,
    /// The content.
    pub body: Bytes,
}

/// Sends it and waits for the answer, by real time: the endpoint lives in it.
pub(crate) async fn post(post: &Post, patience: Duration) -> Result<Answer, String> {
    let answer = tokio::time::timeout(patience, connect(post)).await;
    answer.unwrap_or_else(|_| Err("the endpoint did not answer in time".to_owned()))
}

async fn connect(post: &Post) -> Result<Answer, String> {
    let uri: Uri = post.url.parse().map_err(|_| "the endpoint's address is none".to_owned())?;
    let host = uri.host().ok_or("the endpoint's address has no host")?.trim_matches(['[', ']']).to_owned();
    let secure = uri.scheme_str() == Some("https");
    let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
    let socket = TcpStream::connect((host.as_str(), port)).await.map_err(told)?;
    if !secure {
        return ask(post, &uri, socket).await;
    }
    let name = ServerName::try_from(host).map_err(told)?;
    let socket = TlsConnector::from(config()?).connect(name, socket).await.map_err(told)?;
    ask(post, &uri, socket).await
}

fn config() -> Result<Arc<ClientConfig>, String> {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    Ok(Arc::new(builder.map_err(told)?.with_root_certificates(roots).with_no_client_auth()))
}

async fn ask(
    post: &Post,
    uri: &Uri,
    socket: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
) -> Result<Answer, String> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(socket)).await.map_err(told)?;
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let host = uri.authority().map(ToString::to_string).unwrap_or_default();
    let mut request = Request::post(path)
        .header(header::HOST, host)
        .header(header::USER_AGENT, "Amazon Kinesis Data Firehose Agent/1.0");
    for (name, value) in &post.headers {
        request = request.header(name, value);
    }
    let request = request.body(Full::new(post.body.clone())).map_err(told)?;
    let answer = async {
        let response = sender.send_request(request).await.map_err(told)?;
        let status = response.status().as_u16();
        let body = Limited::new(response.into_body(), LARGEST).collect().await.map_err(told)?.to_bytes();
        Ok(Answer { status, body })
    };
    tokio::pin!(answer);
    tokio::select! {
        answer = &mut answer => answer,
        // The connection only ends first when it failed; the answer then says why.
        _ = connection => answer.await,
    }
}

fn told(error: impl std::fmt::Display) -> String {
    error.to_string()
}
