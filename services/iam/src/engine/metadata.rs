//! Metadata of SAML identity providers: read so far as to know that assertions can be checked by it.

use names::Timestamp;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::{NsReader, XmlVersion};
use x509_parser::prelude::{FromDer, X509Certificate};

/// The namespace of metadata (SAML 2.0 metadata, section 1.1.2).
const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
/// The namespace of keys (XML signatures).
const SIGNATURES: &str = "http://www.w3.org/2000/09/xmldsig#";
/// Elements within each other: what is deeper is nobody's metadata.
const DEPTH: usize = 64;

/// What metadata says of an identity provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Metadata {
    /// `entityID`: the issuer of its assertions.
    pub(crate) entity: String,
    /// When it stops being valid, when it says so.
    pub(crate) until: Option<Timestamp>,
}

/// The document is no metadata of an identity provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoMetadata;

/// Where the reader stands and what it found.
#[derive(Default)]
struct Walk {
    path: Vec<Place>,
    begun: bool,
    entity: Option<String>,
    until: Option<Timestamp>,
    certificate: String,
    certificates: usize,
    sign_on: bool,
}

/// The elements that matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Entity,
    Provider,
    Key,
    Certificate,
    Other,
}

impl Metadata {
    /// Reads the metadata of one identity provider with a place to sign on and a key to check signatures by.
    pub(crate) fn parse(text: &str) -> Result<Self, NoMetadata> {
        let mut reader = NsReader::from_str(text);
        let mut walk = Walk::default();
        loop {
            match reader.read_resolved_event().map_err(|_| NoMetadata)? {
                (namespace, Event::Start(start)) => walk.enter(&namespace, &start)?,
                (namespace, Event::Empty(start)) => {
                    walk.enter(&namespace, &start)?;
                    walk.leave()?;
                }
                (_, Event::End(_)) => walk.leave()?,
                (_, Event::Text(text)) => walk.text(&text)?,
                // Entities of its own could make a small document a large one.
                (_, Event::DocType(_)) => return Err(NoMetadata),
                (_, Event::Eof) => return walk.end(),
                _ => {}
            }
        }
    }
}

impl Walk {
    fn enter(&mut self, namespace: &ResolveResult<'_>, start: &BytesStart<'_>) -> Result<(), NoMetadata> {
        let place = self.place(namespace, start.local_name().as_ref());
        // One document has one root.
        if self.path.is_empty() && std::mem::replace(&mut self.begun, true) {
            return Err(NoMetadata);
        }
        if place == Place::Entity {
            self.entity = attribute(start, "entityID")?.filter(|id| !id.is_empty());
        }
        if matches!(place, Place::Entity | Place::Provider)
            && let Some(until) = attribute(start, "validUntil")?
        {
            let until = Timestamp::parse_iso8601(&until).map_err(|_| NoMetadata)?;
            self.until = Some(self.until.map_or(until, |known| known.min(until)));
        }
        self.sign_on |= self.path.last() == Some(&Place::Provider)
            && is(namespace, METADATA)
            && start.local_name().as_ref() == "SingleSignOnService";
        if self.path.len() == DEPTH {
            return Err(NoMetadata);
        }
        self.path.push(place);
        Ok(())
    }

    fn place(&self, namespace: &ResolveResult<'_>, name: &str) -> Place {
        let metadata = is(namespace, METADATA);
        match (self.path.last(), name) {
            (None, "EntityDescriptor") if metadata => Place::Entity,
            (Some(Place::Entity), "IDPSSODescriptor") if metadata => Place::Provider,
            (Some(Place::Provider), "KeyDescriptor") if metadata => Place::Key,
            (Some(_), "X509Certificate") if is(namespace, SIGNATURES) && self.path.contains(&Place::Key) => {
                Place::Certificate
            }
            _ => Place::Other,
        }
    }

    fn leave(&mut self) -> Result<(), NoMetadata> {
        if self.path.pop() == Some(Place::Certificate) {
            let letters: String = self.certificate.split_ascii_whitespace().collect();
            if !is_certificate(&letters) {
                return Err(NoMetadata);
            }
            self.certificates += 1;
            self.certificate.clear();
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), NoMetadata> {
        match self.path.last() {
            Some(Place::Certificate) => self.certificate.push_str(text),
            // Text beside the one root element.
            None if !text.trim().is_empty() => return Err(NoMetadata),
            _ => {}
        }
        Ok(())
    }

    fn end(self) -> Result<Metadata, NoMetadata> {
        let whole = self.path.is_empty() && self.certificates > 0 && self.sign_on;
        let entity = self.entity.filter(|_| whole).ok_or(NoMetadata)?;
        Ok(Metadata { entity, until: self.until })
    }
}

fn is(namespace: &ResolveResult<'_>, expected: &str) -> bool {
    matches!(namespace, ResolveResult::Bound(Namespace(bound)) if *bound == expected)
}

fn attribute(start: &BytesStart<'_>, name: &str) -> Result<Option<String>, NoMetadata> {
    let found = start.try_get_attribute(name).map_err(|_| NoMetadata)?;
    found
        .map(|value| value.normalized_value(XmlVersion::Implicit1_0).map(String::from).map_err(|_| NoMetadata))
        .transpose()
}

fn is_certificate(base64: &str) -> bool {
    use base64::Engine;
    let der = base64::engine::general_purpose::STANDARD.decode(base64);
    der.is_ok_and(|der| X509Certificate::from_der(&der).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> String {
        let key = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new(vec!["idp.example.com".to_owned()]).unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        let certificate: String = pem.lines().filter(|line| !line.starts_with('-')).collect::<Vec<_>>().join("\n");
        format!(
            r#"<?xml version="1.0"?>
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example.com/a&amp;b"
    validUntil="2030-01-01T00:00:00Z">
  <md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>
      <ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp/sso"/>
  </md:IDPSSODescriptor>
</md:EntityDescriptor>"#
        )
    }

    #[test]
    fn reads_what_a_provider_says() {
        let metadata = Metadata::parse(&document()).unwrap();
        assert_eq!(metadata.entity, "https://idp.example.com/a&b");
        assert_eq!(metadata.until.unwrap().iso8601(), "2030-01-01T00:00:00Z");
        let forever = document().replace("validUntil=\"2030-01-01T00:00:00Z\"", "");
        assert_eq!(Metadata::parse(&forever).unwrap().until, None);
        let other_prefix = document().replace("md:", "").replace(":md=", "=");
        assert!(Metadata::parse(&other_prefix).is_ok());
    }

    #[test]
    fn what_is_no_metadata_is_refused() {
        let good = document();
        let without = |from: &str, to: &str| good.replace(from, to);
        let deep = format!("{}{}", "<a>".repeat(100), "</a>".repeat(100));
        for text in [
            String::new(),
            "x".to_owned(),
            "<a/>".to_owned(),
            good[..good.len() - 5].to_owned(),
            without("entityID", "id"),
            without("IDPSSODescriptor", "SPSSODescriptor"),
            without("X509Certificate>", "X509Data>"),
            without("SingleSignOnService", "SingleLogoutService"),
            without("SAML:2.0:metadata", "SAML:1.0:metadata"),
            without("MII", "XXX"),
            without("2030-01-01", "soon"),
            without("<md:Entity", "<!DOCTYPE x [<!ENTITY a \"b\">]><md:Entity"),
            without("<md:KeyDescriptor", &format!("{deep}<md:KeyDescriptor")),
            format!("{good}{good}"),
        ] {
            assert_eq!(Metadata::parse(&text), Err(NoMetadata), "{text}");
        }
    }
}
