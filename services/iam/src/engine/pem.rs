//! Certificates and private keys as people upload them: PEM, really read, and really belonging together.

use aws_lc_rs::rsa;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1_SIGNING, EcdsaKeyPair,
    KeyPair,
};
use names::Timestamp;
use x509_parser::pem::Pem;
use x509_parser::prelude::{FromDer, X509Certificate};

/// What is told of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Facts {
    /// Begins to be valid.
    pub(crate) from: Timestamp,
    /// Ends being valid.
    pub(crate) until: Timestamp,
}

/// Why an upload is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// The certificate cannot be read.
    Certificate,
    /// The private key cannot be read, is encrypted, or of a kind that nobody supports.
    Key,
    /// Both can be read, and do not belong together.
    Mismatch,
    /// The chain does not lead on from the certificate; the index of the one that breaks it, -1 for the certificate itself.
    Chain(i64),
}

/// Reads one certificate: exactly one, in PEM. Gives its DER too.
pub(crate) fn certificate(text: &str) -> Result<(Facts, Vec<u8>), Unfit> {
    let der = only(text).ok_or(Unfit::Certificate)?;
    let facts = parse(&der).map(|certificate| facts(&certificate)).ok_or(Unfit::Certificate)?;
    Ok((facts, der))
}

/// Reads a server's certificate with its key and chain, and checks that they belong together.
pub(crate) fn server(body: &str, key: &str, chain: Option<&str>) -> Result<Facts, Unfit> {
    let der = only(body).ok_or(Unfit::Certificate)?;
    let certificate = parse(&der).ok_or(Unfit::Certificate)?;
    let public = public_key(key).ok_or(Unfit::Key)?;
    if certificate.public_key().subject_public_key.as_ref() != public {
        return Err(Unfit::Mismatch);
    }
    if let Some(chain) = chain {
        check_chain(&certificate, chain)?;
    }
    Ok(facts(&certificate))
}

/// The one private key in a text, whatever its form: none when it cannot be read.
pub(crate) fn is_private_key(text: &str) -> bool {
    public_key(text).is_some()
}

fn check_chain(leaf: &X509Certificate<'_>, chain: &str) -> Result<(), Unfit> {
    let ders = blocks(chain).filter(|blocks| !blocks.is_empty()).ok_or(Unfit::Chain(-1))?;
    let certificates: Option<Vec<_>> = ders.iter().map(|block| certificate_of(block).and_then(parse)).collect();
    let certificates = certificates.ok_or(Unfit::Certificate)?;
    let mut child = leaf;
    for (index, parent) in (-1..).zip(&certificates) {
        if child.issuer() != parent.subject() || child.verify_signature(Some(parent.public_key())).is_err() {
            return Err(Unfit::Chain(index));
        }
        child = parent;
    }
    Ok(())
}

fn facts(certificate: &X509Certificate<'_>) -> Facts {
    let validity = certificate.validity();
    let at = |time: x509_parser::time::ASN1Time| Timestamp::from_secs(time.timestamp());
    Facts { from: at(validity.not_before), until: at(validity.not_after) }
}

/// The blocks of a PEM text; none when one is broken.
fn blocks(text: &str) -> Option<Vec<Pem>> {
    Pem::iter_from_buffer(text.as_bytes()).collect::<Result<_, _>>().ok()
}

fn certificate_of(block: &Pem) -> Option<&[u8]> {
    (block.label == "CERTIFICATE").then_some(&block.contents)
}

fn only(text: &str) -> Option<Vec<u8>> {
    let blocks = blocks(text)?;
    let [block] = blocks.as_slice() else { return None };
    certificate_of(block).map(<[u8]>::to_vec)
}

fn parse(der: &[u8]) -> Option<X509Certificate<'_>> {
    X509Certificate::from_der(der).ok().filter(|(rest, _)| rest.is_empty()).map(|(_, certificate)| certificate)
}

/// The public half of a private key, as it stands in certificates.
fn public_key(text: &str) -> Option<Vec<u8>> {
    let blocks = blocks(text)?;
    // Tools put the curve's parameters before the key.
    let block = blocks.iter().find(|block| block.label.ends_with("PRIVATE KEY"))?;
    let der = &block.contents;
    match block.label.as_str() {
        "RSA PRIVATE KEY" => rsa::KeyPair::from_der(der).ok().map(|pair| pair.public_key().as_ref().to_vec()),
        "EC PRIVATE KEY" => curves().find_map(|curve| {
            let pair = EcdsaKeyPair::from_private_key_der(curve, der).ok()?;
            Some(pair.public_key().as_ref().to_vec())
        }),
        "PRIVATE KEY" => {
            let rsa = rsa::KeyPair::from_pkcs8(der).ok().map(|pair| pair.public_key().as_ref().to_vec());
            rsa.or_else(|| {
                curves().find_map(|curve| {
                    let pair = EcdsaKeyPair::from_pkcs8(curve, der).ok()?;
                    Some(pair.public_key().as_ref().to_vec())
                })
            })
        }
        _ => None,
    }
}

fn curves() -> impl Iterator<Item = &'static aws_lc_rs::signature::EcdsaSigningAlgorithm> {
    [&ECDSA_P256_SHA256_ASN1_SIGNING, &ECDSA_P384_SHA384_ASN1_SIGNING, &ECDSA_P521_SHA512_ASN1_SIGNING].into_iter()
}

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer};

    use super::*;

    struct Made {
        certificate: String,
        key: String,
    }

    fn authority(name: &str) -> (Issuer<'static, rcgen::KeyPair>, Made) {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).unwrap().pem();
        let made = Made { certificate, key: key.serialize_pem() };
        (Issuer::new(params, key), made)
    }

    fn leaf(issuer: &Issuer<'_, rcgen::KeyPair>) -> Made {
        let key = rcgen::KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["example.com".to_owned()]).unwrap();
        Made { certificate: params.signed_by(&key, issuer).unwrap().pem(), key: key.serialize_pem() }
    }

    #[test]
    fn certificate_key_and_chain_belong_together() {
        let (issuer, root) = authority("root");
        let (_, other) = authority("other");
        let one = leaf(&issuer);
        let facts = server(&one.certificate, &one.key, Some(&root.certificate)).unwrap();
        assert!(facts.from < facts.until);
        assert_eq!(server(&one.certificate, &one.key, None), Ok(facts));
        for (key, chain, flaw) in [
            (&root.key, None, Unfit::Mismatch),
            (&one.certificate, None, Unfit::Key),
            (&one.key, Some(&other.certificate), Unfit::Chain(-1)),
            (&one.key, Some(&one.key), Unfit::Certificate),
        ] {
            assert_eq!(server(&one.certificate, key, chain.map(String::as_str)), Err(flaw));
        }
        let long = format!("{}{}", root.certificate, other.certificate);
        assert_eq!(server(&one.certificate, &one.key, Some(&long)), Err(Unfit::Chain(0)));
        assert_eq!(server(&one.certificate, &one.key, Some("x")), Err(Unfit::Chain(-1)));
    }

    #[test]
    fn what_is_no_certificate_is_refused() {
        let (_, root) = authority("root");
        let cut = &root.certificate[..root.certificate.len() - 60];
        let two = root.certificate.repeat(2);
        let changed = root.certificate.replacen("MII", "MIX", 1);
        for text in ["", "x", cut, &two, &changed, &root.key] {
            assert_eq!(certificate(text), Err(Unfit::Certificate), "{text}");
        }
        assert!(certificate(&root.certificate).is_ok());
        assert!(is_private_key(&root.key) && !is_private_key(&root.certificate));
    }
}
