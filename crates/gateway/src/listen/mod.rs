//! Sockets: one port for HTTP/1.1, h2c and TLS. A connection costs a task; a client that dawdles, floods or never ends
//! its head is cut off; a stop lets requests in flight finish.

mod connection;
pub(crate) mod tls;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::road::Gateway;
use connection::Connection;
use tls::CertificateAuthority;

/// A bound port.
pub struct Listener {
    socket: TcpListener,
    gateway: Gateway,
    authority: Option<Arc<CertificateAuthority>>,
}

impl Listener {
    /// Binds a port. Without an authority there is no TLS on it.
    ///
    /// # Errors
    /// When the address is taken or not this machine's.
    pub async fn bind(
        address: SocketAddr,
        gateway: Gateway,
        authority: Option<Arc<CertificateAuthority>>,
    ) -> io::Result<Self> {
        Ok(Self { socket: TcpListener::bind(address).await?, gateway, authority })
    }

    /// Serves a port that is bound already. Without an authority there is no TLS on it.
    pub fn on(socket: TcpListener, gateway: Gateway, authority: Option<Arc<CertificateAuthority>>) -> Self {
        Self { socket, gateway, authority }
    }

    /// The address really bound, its port chosen when it was 0.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Serves until the runtime is asked to shut down, then drains.
    pub async fn serve(self) {
        let runtime = self.gateway.cloud().runtime().clone();
        let limits = self.gateway.limits().clone();
        let places = Arc::new(Semaphore::new(limits.connections));
        let everyone = u32::try_from(limits.connections).unwrap_or(u32::MAX);
        loop {
            let place = tokio::select! {
                biased;
                () = runtime.shutdown.requested() => break,
                place = Arc::clone(&places).acquire_owned() => place.expect("the semaphore is never closed"),
            };
            let (stream, address) = tokio::select! {
                () = runtime.shutdown.requested() => break,
                accepted = self.socket.accept() => match accepted {
                    Ok(accepted) => accepted,
                    Err(error) => { pause_after(&error).await; continue }
                },
            };
            let connection = Connection::new(self.gateway.clone(), self.authority.clone(), address);
            let shutdown = runtime.shutdown.clone();
            tokio::spawn(async move {
                connection.run(stream, shutdown).await;
                drop(place);
            });
        }
        drop(self.socket);
        let drained = tokio::time::timeout(limits.drain, places.acquire_many(everyone)).await;
        if drained.is_err() {
            tracing::warn!("stopped with requests in flight after {:?}", limits.drain);
        }
    }
}

/// Too many open files ends by itself; anything else was one client's.
async fn pause_after(error: &io::Error) {
    tracing::debug!(%error, "a connection could not be accepted");
    tokio::time::sleep(Duration::from_millis(10)).await;
}
