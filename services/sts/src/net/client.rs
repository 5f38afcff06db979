//! One bounded GET: no redirects, a document of a megabyte at most, five seconds for the whole.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode, header};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use names::Timestamp;
use rustls_pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::address::Address;
use super::{Unreached, tls};

/// Bytes of a document.
const LARGEST: usize = 1 << 20;
/// How long the whole may take. Real time: the provider lives in it.
const PATIENCE: Duration = Duration::from_secs(5);

/// Gets a document. `at` is the real instant, for certificates.
pub(super) async fn get(address: &Address, thumbprints: &[String], at: Timestamp) -> Result<Bytes, Unreached> {
    let answer = tokio::time::timeout(PATIENCE, connect(address, thumbprints, at)).await;
    answer.unwrap_or_else(|_| Err(Unreached::Silent("no answer in time".to_owned())))
}

async fn connect(address: &Address, thumbprints: &[String], at: Timestamp) -> Result<Bytes, Unreached> {
    let socket = TcpStream::connect((address.host.as_str(), address.port)).await.map_err(silent)?;
    if !address.secure {
        return ask(address, socket).await;
    }
    let untrusted = |error: rustls::Error| Unreached::Untrusted(error.to_string());
    let config = tls::config(thumbprints, at).map_err(untrusted)?;
    let name = ServerName::try_from(address.host.clone()).map_err(silent)?;
    let socket = TlsConnector::from(Arc::new(config)).connect(name, socket).await;
    let socket = socket.map_err(|error| match error.get_ref().and_then(|inner| inner.downcast_ref()) {
        Some(rustls::Error::InvalidCertificate(why)) => Unreached::Untrusted(format!("{why:?}")),
        _ => silent(error),
    })?;
    ask(address, socket).await
}

async fn ask(
    address: &Address,
    socket: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
) -> Result<Bytes, Unreached> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(socket)).await.map_err(silent)?;
    let request = Request::get(&address.path)
        .header(header::HOST, &address.authority)
        .header(header::ACCEPT, "application/json")
        .header(header::USER_AGENT, "nephele");
    let request = request.body(Empty::<Bytes>::new()).map_err(silent)?;
    let answer = async {
        let response = sender.send_request(request).await.map_err(silent)?;
        if response.status() != StatusCode::OK {
            return Err(Unreached::Silent(format!("status {}", response.status())));
        }
        let body = Limited::new(response.into_body(), LARGEST).collect().await;
        body.map(http_body_util::Collected::to_bytes).map_err(|error| Unreached::Silent(error.to_string()))
    };
    // The connection is driven beside the answer, and ends with it.
    let driven = async {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a provider's connection broke");
        }
        std::future::pending().await
    };
    tokio::select! {
        answer = answer => answer,
        never = driven => never,
    }
}

fn silent(error: impl std::fmt::Display) -> Unreached {
    Unreached::Silent(error.to_string())
}
