//! An identity provider that signs SAML responses.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_RSA_SHA256, RsaKeySize};

/// A provider with its keys.
pub struct Idp {
    /// Its entity id.
    pub entity_id: String,
    key: Key,
    certificate: Vec<u8>,
}

enum Key {
    Rsa(Box<RsaKeyPair>),
    Ecdsa(Box<EcdsaKeyPair>),
}

/// What is signed in a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signs {
    /// The assertion.
    Assertion,
    /// The response around it.
    Response,
    /// Both.
    Both,
    /// Nothing.
    Nothing,
}

/// What an assertion says. Texts go into the document as they are.
#[derive(Debug, Clone)]
pub struct Said {
    /// `NameID`.
    pub subject: String,
    /// `Format` of the `NameID`.
    pub format: String,
    /// When, in ISO 8601: `IssueInstant` and `NotBefore`.
    pub from: String,
    /// Until when.
    pub until: String,
    /// The audience.
    pub audience: String,
    /// The recipient.
    pub recipient: String,
    /// Attributes with their values.
    pub attributes: Vec<(String, Vec<String>)>,
    /// `SessionNotOnOrAfter`, when there is one.
    pub session_until: Option<String>,
}

const ASSERTION_ID: &str = "_assertion-1";
const RESPONSE_ID: &str = "_response-1";

impl Idp {
    /// A provider that signs with RSA.
    ///
    /// # Panics
    /// When the cryptography library fails.
    pub fn rsa(entity_id: &str) -> Self {
        let pair = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).expect("a key");
        let key = RsaKeyPair::from_pkcs8(&pair.serialize_der()).expect("a key");
        Self::of(entity_id, &pair, Key::Rsa(Box::new(key)))
    }

    /// A provider that signs with ECDSA on P-256.
    ///
    /// # Panics
    /// When the cryptography library fails.
    pub fn ecdsa(entity_id: &str) -> Self {
        let pair = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key");
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &pair.serialize_der()).expect("a key");
        Self::of(entity_id, &pair, Key::Ecdsa(Box::new(key)))
    }

    fn of(entity_id: &str, pair: &KeyPair, key: Key) -> Self {
        let parameters = CertificateParams::new(vec!["idp.example.test".to_owned()]).expect("a name");
        let certificate = parameters.self_signed(pair).expect("a certificate").der().to_vec();
        Self { entity_id: entity_id.to_owned(), key, certificate }
    }

    /// The metadata document.
    pub fn metadata(&self) -> String {
        let certificate = STANDARD.encode(&self.certificate);
        format!(
            "<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" entityID=\"{}\">\
             <md:IDPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">\
             <md:KeyDescriptor use=\"signing\"><ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:X509Data>\
             <ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>\
             <md:SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" \
             Location=\"https://idp.example.test/sso\"></md:SingleSignOnService>\
             </md:IDPSSODescriptor></md:EntityDescriptor>",
            self.entity_id
        )
    }

    /// A response.
    pub fn response(&self, said: &Said, signs: Signs) -> String {
        let signed = matches!(signs, Signs::Assertion | Signs::Both);
        let bare = self.assertion(said, "");
        let signature = if signed { self.signature(ASSERTION_ID, &bare) } else { String::new() };
        let assertion = self.assertion(said, &signature);
        let signed = matches!(signs, Signs::Response | Signs::Both);
        let bare = self.around(&assertion, "", &said.from);
        let signature = if signed { self.signature(RESPONSE_ID, &bare) } else { String::new() };
        self.around(&assertion, &signature, &said.from)
    }

    /// The response as AWS takes it.
    pub fn encoded(&self, said: &Said, signs: Signs) -> String {
        STANDARD.encode(self.response(said, signs))
    }

    fn around(&self, assertion: &str, signature: &str, at: &str) -> String {
        format!(
            "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" \
             Destination=\"https://signin.aws.amazon.com/saml\" ID=\"{RESPONSE_ID}\" IssueInstant=\"{at}\" Version=\"2.0\">\
             <saml:Issuer xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">{}</saml:Issuer>{signature}<samlp:Status>\
             <samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"></samlp:StatusCode></samlp:Status>\
             {assertion}</samlp:Response>",
            self.entity_id
        )
    }

    fn assertion(&self, said: &Said, signature: &str) -> String {
        let Said { subject, format, from, until, audience, recipient, .. } = said;
        let (issuer, attributes) = (&self.entity_id, attributes(said));
        let session = said.session_until.as_ref();
        let session = session.map(|end| format!(" SessionNotOnOrAfter=\"{end}\"")).unwrap_or_default();
        format!(
            "<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"{ASSERTION_ID}\" \
             IssueInstant=\"{from}\" Version=\"2.0\"><saml:Issuer>{issuer}</saml:Issuer>{signature}<saml:Subject>\
             <saml:NameID Format=\"{format}\">{subject}</saml:NameID>\
             <saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\">\
             <saml:SubjectConfirmationData NotOnOrAfter=\"{until}\" Recipient=\"{recipient}\"></saml:SubjectConfirmationData>\
             </saml:SubjectConfirmation></saml:Subject>\
             <saml:Conditions NotBefore=\"{from}\" NotOnOrAfter=\"{until}\"><saml:AudienceRestriction>\
             <saml:Audience>{audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions>\
             <saml:AuthnStatement AuthnInstant=\"{from}\"{session}><saml:AuthnContext></saml:AuthnContext>\
             </saml:AuthnStatement><saml:AttributeStatement>{attributes}</saml:AttributeStatement></saml:Assertion>"
        )
    }

    /// The signature of an element that is in canonical form, to be put into it.
    pub fn signature(&self, id: &str, element: &str) -> String {
        let method = match &self.key {
            Key::Rsa(_) => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            Key::Ecdsa(_) => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
        };
        let hash = STANDARD.encode(digest(&SHA256, element.as_bytes()));
        let info = |namespace: &str| {
            format!(
                "<ds:SignedInfo{namespace}><ds:CanonicalizationMethod \
                 Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"></ds:CanonicalizationMethod><ds:SignatureMethod \
                 Algorithm=\"{method}\"></ds:SignatureMethod><ds:Reference URI=\"#{id}\"><ds:Transforms><ds:Transform \
                 Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"></ds:Transform><ds:Transform \
                 Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"></ds:Transform></ds:Transforms><ds:DigestMethod \
                 Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"></ds:DigestMethod>\
                 <ds:DigestValue>{hash}</ds:DigestValue></ds:Reference></ds:SignedInfo>"
            )
        };
        let namespace = " xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"";
        let value = STANDARD.encode(self.sign(info(namespace).as_bytes()));
        format!("<ds:Signature{namespace}>{}<ds:SignatureValue>{value}</ds:SignatureValue></ds:Signature>", info(""))
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.key {
            Key::Ecdsa(pair) => pair.sign(&random, message).expect("a signature").as_ref().to_vec(),
            Key::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).expect("a signature");
                signature
            }
        }
    }
}

fn attributes(said: &Said) -> String {
    let attribute = |(name, values): &(String, Vec<String>)| {
        let value = |value: &String| format!("<saml:AttributeValue>{value}</saml:AttributeValue>");
        let values: String = values.iter().map(value).collect();
        format!("<saml:Attribute Name=\"{name}\">{values}</saml:Attribute>")
    };
    said.attributes.iter().map(attribute).collect()
}
