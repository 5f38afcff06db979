//! Which certificates are believed: those that chain to a public root, and else those that an account registered a
//! thumbprint for (`docs/decisions/0004-web-identity.md`).

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use names::Timestamp;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, aws_lc_rs as cryptography};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

/// TLS towards a provider, at a real instant.
pub(super) fn config(thumbprints: &[String], at: Timestamp) -> Result<ClientConfig, Error> {
    let provider = Arc::new(cryptography::default_provider());
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let public = verifier(roots, &provider)?;
    let since = Duration::from_secs(u64::try_from(at.secs()).unwrap_or(0));
    let (thumbprints, at) = (thumbprints.to_vec(), UnixTime::since_unix_epoch(since));
    let believes = Believes { public, thumbprints, provider: provider.clone(), at };
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(config.dangerous().with_custom_certificate_verifier(Arc::new(believes)).with_no_client_auth())
}

#[derive(Debug)]
struct Believes {
    public: Arc<WebPkiServerVerifier>,
    thumbprints: Vec<String>,
    provider: Arc<CryptoProvider>,
    at: UnixTime,
}

impl ServerCertVerifier for Believes {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verified = self.public.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, self.at);
        match verified {
            Err(Error::InvalidCertificate(_)) if self.is_registered(end_entity, intermediates) => {
                self.pinned(end_entity, intermediates, server_name)
            }
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.public.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.public.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.public.supported_verify_schemes()
    }
}

impl Believes {
    /// Whether the last certificate that the server sent is one an account registered.
    fn is_registered(&self, end_entity: &CertificateDer<'_>, intermediates: &[CertificateDer<'_>]) -> bool {
        let top = intermediates.last().unwrap_or(end_entity);
        let thumbprint = thumbprint(top);
        self.thumbprints.iter().any(|registered| registered.eq_ignore_ascii_case(&thumbprint))
    }

    /// A chain below a registered certificate. One that stands alone need only name the host: its key is what was registered.
    fn pinned(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
    ) -> Result<ServerCertVerified, Error> {
        let Some((top, below)) = intermediates.split_last() else {
            verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
            return Ok(ServerCertVerified::assertion());
        };
        let mut roots = RootCertStore::empty();
        roots.add(top.clone().into_owned())?;
        verifier(roots, &self.provider)?.verify_server_cert(end_entity, below, server_name, &[], self.at)
    }
}

fn verifier(roots: RootCertStore, provider: &Arc<CryptoProvider>) -> Result<Arc<WebPkiServerVerifier>, Error> {
    let builder = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone());
    builder.build().map_err(|_| Error::InvalidCertificate(CertificateError::UnknownIssuer))
}

/// SHA-1 of a certificate in hexadecimal, as IAM keeps it.
fn thumbprint(certificate: &CertificateDer<'_>) -> String {
    let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, certificate);
    hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
