//! TLS without set-up: a certificate authority of one's own, and a certificate for whatever host a client asks for.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use parking_lot::Mutex;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, SanType};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio_rustls::TlsAcceptor;

/// Most hosts whose certificates are kept; beyond it all are made anew.
const KEPT: usize = 1_000;

/// Valid from and to: wide, so that a cloud whose clock is moved still has valid certificates.
const YEARS: (i32, i32) = (2020, 2120);

/// Signs the certificates of one cloud. Its key never leaves the data directory.
pub struct CertificateAuthority {
    certificate_pem: String,
    key_pem: String,
    acceptor: TlsAcceptor,
}

/// The authority's files are damaged, or a certificate could not be made.
#[derive(Debug)]
pub struct CertificateError(String);

/// Makes the certificate for the host in a client's hello.
struct ByHost {
    issuer: Issuer<'static, KeyPair>,
    made: Mutex<HashMap<String, Arc<CertifiedKey>>>,
}

impl CertificateAuthority {
    /// A new authority.
    pub fn create() -> Result<Self, CertificateError> {
        let key = KeyPair::generate()?;
        let certificate = own_params().self_signed(&key)?;
        Self::load(&certificate.pem(), &key.serialize_pem())
    }

    /// An authority made earlier.
    pub fn load(certificate_pem: &str, key_pem: &str) -> Result<Self, CertificateError> {
        // The certificate was made from these very parameters, so it need not be parsed to issue in its name.
        let issuer = Issuer::new(own_params(), KeyPair::from_pem(key_pem)?);
        let resolver = Arc::new(ByHost { issuer, made: Mutex::default() });
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let versions = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let mut config = versions?.with_no_client_auth().with_cert_resolver(resolver);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Ok(Self { certificate_pem: certificate_pem.to_owned(), key_pem: key_pem.to_owned(), acceptor })
    }

    /// The certificate that clients must trust, as PEM.
    pub fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }

    /// The authority's private key, as PEM, for keeping it.
    pub fn key_pem(&self) -> &str {
        &self.key_pem
    }

    pub(crate) fn acceptor(&self) -> &TlsAcceptor {
        &self.acceptor
    }
}

impl ByHost {
    fn certificate(&self, host: &str) -> Option<Arc<CertifiedKey>> {
        if let Some(made) = self.made.lock().get(host) {
            return Some(made.clone());
        }
        let fresh = Arc::new(self.make(host).inspect_err(|e| tracing::warn!(%e, host, "no certificate")).ok()?);
        let mut made = self.made.lock();
        if made.len() >= KEPT {
            made.clear();
        }
        made.insert(host.to_owned(), fresh.clone());
        Some(fresh)
    }

    fn make(&self, host: &str) -> Result<CertifiedKey, CertificateError> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(vec![host.to_owned()])?;
        params.distinguished_name.push(DnType::CommonName, host.chars().take(64).collect::<String>());
        if host == "localhost" {
            params
                .subject_alt_names
                .extend(["127.0.0.1", "::1"].map(|ip| SanType::IpAddress(ip.parse().expect("an address"))));
        }
        make_valid(&mut params);
        let certificate = params.signed_by(&key, &self.issuer)?;
        let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let signing = rustls::crypto::aws_lc_rs::sign::any_supported_type(&private)?;
        Ok(CertifiedKey::new(vec![certificate.der().clone()], signing))
    }
}

impl ResolvesServerCert for ByHost {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.certificate(&hello.server_name().unwrap_or("localhost").to_ascii_lowercase())
    }
}

impl fmt::Debug for ByHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ByHost")
    }
}

/// What the authority says of itself.
fn own_params() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "Nephele local certificate authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    make_valid(&mut params);
    params
}

fn make_valid(params: &mut CertificateParams) {
    params.not_before = rcgen::date_time_ymd(YEARS.0, 1, 1);
    params.not_after = rcgen::date_time_ymd(YEARS.1, 1, 1);
}

impl<E: std::error::Error> From<E> for CertificateError {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

impl fmt::Display for CertificateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "certificate authority: {}", self.0)
    }
}
