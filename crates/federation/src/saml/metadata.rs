//! An identity provider as its metadata document describes it: what it is called and with which keys it signs.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bergshamra_keys::{Key, loader};
use names::Timestamp;
use uppsala::{Document, NodeId};

use super::xml::{METADATA, SIGNATURE, attribute, below, children, parse, text};
use super::{Refusal, xml};

/// An identity provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// Its `entityID`: the issuer of its assertions.
    pub entity_id: String,
    /// The certificates it signs with, DER.
    pub certificates: Vec<Vec<u8>>,
    /// Until when the document holds, when it says so.
    pub valid_until: Option<Timestamp>,
}

impl Metadata {
    /// Reads an `EntityDescriptor` that describes an identity provider.
    ///
    /// # Errors
    /// When it is none, or has no certificate of a kind that signatures are checked with (RSA, ECDSA).
    pub fn parse(document: &str) -> Result<Self, Refusal> {
        let doc = parse(document)?;
        let root = xml::root(&doc, METADATA, "EntityDescriptor")?;
        let entity_id = attribute(&doc, root, "entityID").filter(|id| !id.is_empty());
        let entity_id = entity_id.ok_or(Refusal::Malformed("entityID"))?.to_owned();
        let valid_until = attribute(&doc, root, "validUntil").map(Timestamp::parse_iso8601).transpose();
        let valid_until = valid_until.map_err(|_| Refusal::Malformed("validUntil"))?;
        let certificates = certificates(&doc, root)?;
        if certificates.is_empty() {
            return Err(Refusal::Malformed("no signing certificate"));
        }
        Ok(Self { entity_id, certificates, valid_until })
    }

    /// The keys of the certificates.
    pub(super) fn keys(&self) -> impl Iterator<Item = Key> + '_ {
        self.certificates.iter().filter_map(|certificate| loader::load_x509_cert_der(certificate).ok())
    }
}

/// Of the key descriptors of an identity provider, those that are for signing or for anything.
fn certificates(doc: &Document<'_>, root: NodeId) -> Result<Vec<Vec<u8>>, Refusal> {
    let roles = children(doc, root, METADATA, "IDPSSODescriptor");
    if roles.is_empty() {
        return Err(Refusal::Malformed("IDPSSODescriptor"));
    }
    let keys = roles.into_iter().flat_map(|role| children(doc, role, METADATA, "KeyDescriptor"));
    let signing = keys.filter(|key| attribute(doc, *key, "use").is_none_or(|usage| usage == "signing"));
    let mut all = Vec::new();
    for certificate in signing.flat_map(|key| below(doc, key, SIGNATURE, "X509Certificate")) {
        let der = decode(&text(doc, certificate)?)?;
        loader::load_x509_cert_der(&der).map_err(|_| Refusal::Malformed("X509Certificate"))?;
        all.push(der);
    }
    Ok(all)
}

fn decode(text: &str) -> Result<Vec<u8>, Refusal> {
    let dense: String = text.split_ascii_whitespace().collect();
    STANDARD.decode(dense).map_err(|_| Refusal::Malformed("X509Certificate"))
}
