//! One bounded request: no redirects, a megabyte of answer at most. Real time, since the other side lives in it.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode, Uri, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Bytes of an answer that are read.
const LARGEST: usize = 1 << 20;

/// What was answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: Bytes,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Unanswered {
    /// Not in time.
    Late,
    /// No connection, or it broke.
    Broken(String),
}

/// Sends a request to an absolute address.
pub(super) async fn send(request: Request<Bytes>, patience: Duration) -> Result<Answer, Unanswered> {
    tokio::time::timeout(patience, connect(request)).await.unwrap_or(Err(Unanswered::Late))
}

async fn connect(request: Request<Bytes>) -> Result<Answer, Unanswered> {
    let uri = request.uri().clone();
    let host = uri.host().ok_or_else(|| Unanswered::Broken("the address has no host".to_owned()))?.to_owned();
    let secure = uri.scheme_str() != Some("http");
    let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let socket = TcpStream::connect((bare, port)).await.map_err(broken)?;
    let request = relative(request, &uri)?;
    if !secure {
        return ask(request, socket).await;
    }
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().map_err(broken)?;
    let config = config.with_root_certificates(roots).with_no_client_auth();
    let name = ServerName::try_from(bare.to_owned()).map_err(broken)?;
    let socket = TlsConnector::from(Arc::new(config)).connect(name, socket).await.map_err(broken)?;
    ask(request, socket).await
}

/// The request as it is written to the server itself: path and query, and the host beside them.
fn relative(request: Request<Bytes>, uri: &Uri) -> Result<Request<Full<Bytes>>, Unanswered> {
    let (mut parts, body) = request.into_parts();
    parts.uri =
        uri.path_and_query().map_or_else(|| Ok(Uri::from_static("/")), |path| path.as_str().parse()).map_err(broken)?;
    let authority = uri.authority().map(|authority| authority.as_str()).unwrap_or_default();
    parts.headers.insert(header::HOST, authority.parse().map_err(broken)?);
    Ok(Request::from_parts(parts, Full::new(body)))
}

async fn ask(
    request: Request<Full<Bytes>>,
    socket: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
) -> Result<Answer, Unanswered> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(socket)).await.map_err(broken)?;
    let answer = async {
        let response = sender.send_request(request).await.map_err(broken)?;
        let (parts, body) = response.into_parts();
        let body = Limited::new(body, LARGEST).collect().await.map_err(broken)?.to_bytes();
        Ok(Answer { status: parts.status, body })
    };
    // The connection is driven beside the answer, and ends with it.
    let driven = async {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection broke");
        }
        std::future::pending().await
    };
    tokio::select! {
        answer = answer => answer,
        never = driven => never,
    }
}

fn broken(error: impl std::fmt::Display) -> Unanswered {
    Unanswered::Broken(error.to_string())
}
