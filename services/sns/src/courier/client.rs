//! One bounded POST: no redirects, fifteen seconds for the whole, and of the answer only the status.

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, StatusCode, Uri, header};
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use runtime::Clock;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{WebPkiSupportedAlgorithms, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::limits;

/// Why nothing was sent, or no answer came.
#[derive(Debug)]
pub(super) enum Unsent {
    /// The address cannot be posted to at all.
    Address,
    /// Nobody answered.
    Silent(String),
}

/// Posts, and answers the status.
pub(super) async fn post(clock: &Clock, url: &str, headers: HeaderMap, body: String) -> Result<StatusCode, Unsent> {
    let uri: Uri = url.parse().map_err(|_| Unsent::Address)?;
    tokio::select! {
        answer = connect(&uri, headers, body) => answer,
        () = clock.wait_at_most(limits::HTTP_PATIENCE) => Err(Unsent::Silent("no answer in 15 seconds".to_owned())),
    }
}

async fn connect(uri: &Uri, headers: HeaderMap, body: String) -> Result<StatusCode, Unsent> {
    let secure = match uri.scheme_str() {
        Some("https") => true,
        Some("http") => false,
        _ => return Err(Unsent::Address),
    };
    let host = uri.host().ok_or(Unsent::Address)?.trim_start_matches('[').trim_end_matches(']').to_owned();
    let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
    let socket = TcpStream::connect((host.as_str(), port)).await.map_err(silent)?;
    if !secure {
        return ask(uri, socket, headers, body).await;
    }
    let name = ServerName::try_from(host.clone()).map_err(|_| Unsent::Address)?;
    let socket = TlsConnector::from(Arc::new(config(&host)?)).connect(name, socket).await.map_err(silent)?;
    ask(uri, socket, headers, body).await
}

async fn ask(
    uri: &Uri,
    socket: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    mut headers: HeaderMap,
    body: String,
) -> Result<StatusCode, Unsent> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(socket)).await.map_err(silent)?;
    let host = uri.authority().map(|authority| authority.as_str()).unwrap_or_default();
    headers.insert(header::HOST, HeaderValue::from_str(host).map_err(|_| Unsent::Address)?);
    headers.insert(header::CONNECTION, HeaderValue::from_static("Keep-Alive"));
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let mut request = Request::post(path).body(Full::new(Bytes::from(body))).map_err(|_| Unsent::Address)?;
    *request.headers_mut() = headers;
    // The connection is driven beside the answer, which tells by itself when it broke.
    let driven = async {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a subscriber's connection broke");
        }
        std::future::pending().await
    };
    tokio::select! {
        answer = sender.send_request(request) => Ok(answer.map_err(silent)?.status()),
        never = driven => never,
    }
}

/// Certificates of names that anybody can have are verified; for those of this machine nobody issues any.
fn config(host: &str) -> Result<ClientConfig, Unsent> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions();
    let builder = builder.map_err(silent)?;
    if is_here(host) {
        let trusting = Arc::new(Trusting(provider.signature_verification_algorithms));
        return Ok(builder.dangerous().with_custom_certificate_verifier(trusting).with_no_client_auth());
    }
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

fn is_here(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Takes any certificate, and holds its owner to it.
#[derive(Debug)]
struct Trusting(WebPkiSupportedAlgorithms);

impl ServerCertVerifier for Trusting {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}

fn silent(error: impl std::fmt::Display) -> Unsent {
    Unsent::Silent(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine() {
        for (host, here) in [
            ("localhost", true),
            ("api.localhost", true),
            ("127.0.0.2", true),
            ("::1", true),
            ("localhost.example.com", false),
            ("10.0.0.1", false),
        ] {
            assert_eq!(is_here(host), here, "{host}");
        }
    }
}
