//! An OpenID Connect issuer on this machine: signs tokens, publishes its keys over HTTP or HTTPS, and counts who asks.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use federation::jwt::{Algorithm, SigningKey};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer as CertificateIssuer, KeyPair};
use rustls::ServerConfig;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// A running issuer; it stops with the test's runtime.
pub(crate) struct Issuer {
    pub(crate) url: String,
    published: Arc<Mutex<Published>>,
    asked: Arc<AtomicUsize>,
    key: SigningKey,
}

#[derive(Default)]
struct Published {
    keys: Vec<Value>,
    issuer: String,
}

impl Issuer {
    /// Over plain HTTP.
    pub(crate) async fn plain() -> Self {
        Self::start("http", "127.0.0.1", None).await
    }

    /// Over HTTPS under a certificate authority of its own; with the thumbprint of that.
    pub(crate) async fn secure() -> (Self, String) {
        let authority_key = KeyPair::generate().expect("a key");
        let mut authority = CertificateParams::new(Vec::<String>::new()).expect("parameters");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let top = authority.self_signed(&authority_key).expect("a certificate");
        let key = KeyPair::generate().expect("a key");
        let server = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
        let signed = server.signed_by(&key, &CertificateIssuer::new(authority, authority_key)).expect("a certificate");
        let chain = vec![signed.der().clone(), top.der().clone()];
        let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, top.der());
        let thumbprint = hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.expect("versions").with_no_client_auth().with_single_cert(chain, private);
        (Self::start("https", "localhost", Some(Arc::new(config.expect("a certificate")))).await, thumbprint)
    }

    async fn start(scheme: &str, host: &str, tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let url = format!("{scheme}://{host}:{}", listener.local_addr().expect("an address").port());
        let key = SigningKey::generate("one", Algorithm::Es256).expect("a key");
        let published = Published { keys: vec![key.public()], issuer: url.clone() };
        let issuer = Self { url, published: Arc::new(Mutex::new(published)), asked: Arc::default(), key };
        let (published, asked, base) = (issuer.published.clone(), issuer.asked.clone(), issuer.url.clone());
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (published, asked, base) = (published.clone(), asked.clone(), base.clone());
                let tls = tls.clone();
                tokio::spawn(async move {
                    match tls {
                        None => answer(socket, &published, &asked, &base).await,
                        Some(tls) => {
                            if let Ok(socket) = TlsAcceptor::from(tls).accept(socket).await {
                                answer(socket, &published, &asked, &base).await;
                            }
                        }
                    }
                });
            }
        });
        issuer
    }

    /// Its name without the scheme, as IAM's ARNs have it.
    pub(crate) fn name(&self) -> &str {
        self.url.split_once("://").map_or("", |(_, name)| name)
    }

    /// A token of these claims.
    pub(crate) fn token(&self, claims: &Value) -> String {
        self.key.token(claims).expect("a token")
    }

    /// Signs with a new key from now on, and publishes only that.
    pub(crate) fn rotate(&mut self, id: &str) {
        self.key = SigningKey::generate(id, Algorithm::Rs256).expect("a key");
        self.published.lock().expect("nobody panicked").keys = vec![self.key.public()];
    }

    /// Says in its discovery document to be somebody else.
    pub(crate) fn pretend(&self, issuer: &str) {
        self.published.lock().expect("nobody panicked").issuer = issuer.to_owned();
    }

    /// How often somebody asked.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

async fn answer(
    mut socket: impl AsyncRead + AsyncWrite + Unpin,
    published: &Mutex<Published>,
    asked: &AtomicUsize,
    base: &str,
) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        match socket.read(&mut byte).await {
            Ok(1) => request.push(byte[0]),
            _ => return,
        }
    }
    asked.fetch_add(1, Ordering::SeqCst);
    let text = String::from_utf8_lossy(&request).into_owned();
    let (body, status) = {
        let published = published.lock().expect("nobody panicked");
        match text.split(' ').nth(1) {
            Some("/.well-known/openid-configuration") => {
                (json!({"issuer": published.issuer, "jwks_uri": format!("{base}/keys")}).to_string(), "200 OK")
            }
            Some("/keys") => (json!({"keys": published.keys}).to_string(), "200 OK"),
            _ => (String::new(), "404 Not Found"),
        }
    };
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    let written = socket.write_all(format!("{head}{body}").as_bytes()).await;
    if written.is_ok() {
        drop(socket.shutdown().await);
    }
}
