//! One connection: TLS when its first byte says so, then HTTP/1.1 or HTTP/2.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use runtime::Shutdown;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use super::tls::CertificateAuthority;
use crate::road::Gateway;
use crate::trip::Peer;

/// First byte of a TLS handshake record.
const HANDSHAKE: u8 = 0x16;

/// Most requests at once on one HTTP/2 connection.
const STREAMS: u32 = 256;

pub(super) struct Connection {
    gateway: Gateway,
    authority: Option<Arc<CertificateAuthority>>,
    address: SocketAddr,
}

impl Connection {
    pub(super) fn new(gateway: Gateway, authority: Option<Arc<CertificateAuthority>>, address: SocketAddr) -> Self {
        Self { gateway, authority, address }
    }

    /// Serves the connection to its end. Whatever goes wrong on it is the client's affair.
    pub(super) async fn run(self, stream: TcpStream, shutdown: Shutdown) {
        let _ = stream.set_nodelay(true);
        let head = self.gateway.limits().head;
        let Some(authority) = self.authority.clone() else { return self.http(stream, false, shutdown).await };
        let mut first = [0];
        match tokio::time::timeout(head, stream.peek(&mut first)).await {
            Ok(Ok(1)) if first[0] == HANDSHAKE => {
                let handshake = authority.acceptor().accept(stream);
                if let Ok(Ok(stream)) = tokio::time::timeout(head, handshake).await {
                    self.http(stream, true, shutdown).await;
                }
            }
            Ok(Ok(1)) => self.http(stream, false, shutdown).await,
            _ => {}
        }
    }

    async fn http<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
        self,
        stream: S,
        secure: bool,
        shutdown: Shutdown,
    ) {
        let peer = Peer { address: self.address, secure };
        let gateway = self.gateway.clone();
        let service = service_fn(move |request| {
            let gateway = gateway.clone();
            async move { Ok::<_, Infallible>(gateway.serve(request, peer).await) }
        });
        let builder = self.builder();
        let mut connection = pin!(builder.serve_connection_with_upgrades(TokioIo::new(stream), service));
        tokio::select! {
            ended = connection.as_mut() => return note(ended),
            () = shutdown.requested() => connection.as_mut().graceful_shutdown(),
        }
        note(connection.await);
    }

    fn builder(&self) -> auto::Builder<TokioExecutor> {
        let limits = self.gateway.limits();
        let mut builder = auto::Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.head)
            .max_buf_size(limits.head_bytes)
            .pipeline_flush(true);
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(STREAMS)
            .max_header_list_size(u32::try_from(limits.head_bytes).unwrap_or(u32::MAX))
            .keep_alive_interval(Some(limits.head));
        builder
    }
}

fn note(ended: Result<(), Box<dyn std::error::Error + Send + Sync>>) {
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}
