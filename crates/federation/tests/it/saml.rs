//! Responses: signed in each place, tampered with, wrapped in every way that is known.

use std::sync::LazyLock;

use federation::saml::{Metadata, Refusal, open};
use federation::testing::{Idp, Said, Signs};
use names::Timestamp;

static IDP: LazyLock<Idp> = LazyLock::new(|| Idp::rsa("https://idp.example.test"));
static OTHER: LazyLock<Idp> = LazyLock::new(|| Idp::ecdsa("https://idp.example.test"));

const HOME: &str = "https://signin.aws.amazon.com/saml";

fn said() -> Said {
    Said {
        subject: "alice".to_owned(),
        format: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent".to_owned(),
        from: "2026-01-01T00:00:00Z".to_owned(),
        until: "2026-01-01T00:05:00Z".to_owned(),
        audience: HOME.to_owned(),
        recipient: HOME.to_owned(),
        attributes: vec![("a".to_owned(), vec!["1".to_owned(), "2".to_owned()])],
        session_until: Some("2026-01-01T08:00:00Z".to_owned()),
    }
}

fn metadata() -> Metadata {
    Metadata::parse(&IDP.metadata()).expect("metadata")
}

fn refused(response: &str) -> Refusal {
    open(response, &metadata()).expect_err("a refusal")
}

#[test]
fn signed_in_each_place() {
    for idp in [&*IDP, &*OTHER] {
        let metadata = Metadata::parse(&idp.metadata()).unwrap();
        for signs in [Signs::Assertion, Signs::Response, Signs::Both] {
            let assertion = open(&idp.response(&said(), signs), &metadata).unwrap();
            assert_eq!((assertion.subject.as_str(), assertion.issuer.as_str()), ("alice", idp.entity_id.as_str()));
            assert_eq!(assertion.values("a").unwrap(), ["1", "2"]);
            assert_eq!(assertion.session_not_on_or_after.unwrap().iso8601(), "2026-01-01T08:00:00Z");
        }
    }
    assert!(matches!(refused(&IDP.response(&said(), Signs::Nothing)), Refusal::Signature(_)));
    assert!(matches!(refused(&OTHER.response(&said(), Signs::Both)), Refusal::Signature(_)));
}

/// Every byte of what is signed, one after the other. (Outside it, as in the status, changes may do no harm.)
#[test]
fn whatever_was_changed_is_not_believed() {
    let response = IDP.response(&said(), Signs::Assertion);
    let original = open(&response, &metadata()).unwrap();
    let start = response.find("<saml:Assertion").unwrap();
    for index in start..response.find("</samlp:Response>").unwrap() {
        let mut changed = response.clone().into_bytes();
        changed[index] = if changed[index] == b'x' { b'y' } else { b'x' };
        let Ok(changed) = String::from_utf8(changed) else { continue };
        let believed = open(&changed, &metadata());
        assert!(believed.is_err(), "byte {index}: {:?}", believed.map(|read| read == original));
    }
}

#[test]
fn one_signature_that_does_not_hold_is_enough() {
    let response = IDP.response(&said(), Signs::Both);
    let inner = response.rfind("<ds:SignatureValue>").unwrap() + 30;
    let mut changed = response.into_bytes();
    changed[inner] = if changed[inner] == b'A' { b'B' } else { b'A' };
    assert!(matches!(refused(&String::from_utf8(changed).unwrap()), Refusal::Signature(_)));
}

/// The eight known forms of signature wrapping (Somorovsky and others, "On Breaking SAML: Be Whoever You Want to Be"), made
/// of a forged assertion and the signed original.
#[test]
fn wrapped_signatures_are_refused() {
    let response = IDP.response(&said(), Signs::Assertion);
    let start = response.find("<saml:Assertion").unwrap();
    let end = response.find("</samlp:Response>").unwrap();
    let (head, original, tail) = (&response[..start], &response[start..end], &response[end..]);
    let from = original.find("<ds:Signature ").unwrap();
    let to = original.find("</ds:Signature>").unwrap() + "</ds:Signature>".len();
    let signature = &original[from..to];
    let bare = format!("{}{}", &original[..from], &original[to..]);
    let evil = bare.replace("alice", "mallory").replace("_assertion-1", "_evil");
    let evil_same_id = bare.replace("alice", "mallory");
    let after_issuer =
        |assertion: &str, put: &str| assertion.replacen("</saml:Issuer>", &format!("</saml:Issuer>{put}"), 1);
    let object =
        |put: &str| signature.replace("</ds:Signature>", &format!("<ds:Object>{put}</ds:Object></ds:Signature>"));
    let cases = [
        ("evil before", format!("{evil}{original}")),
        ("evil after", format!("{original}{evil}")),
        ("evil around, signature inside the original", after_issuer(&evil, original)),
        ("evil around, signature in the evil one", after_issuer(&evil, &format!("{signature}{bare}"))),
        ("original in an object of the signature", after_issuer(&evil, &object(&bare))),
        ("same id twice", format!("{evil_same_id}{original}")),
        ("same id, original inside", after_issuer(&evil_same_id, original)),
        ("original in extensions", format!("<samlp:Extensions>{original}</samlp:Extensions>{evil}")),
        ("signature moved to the evil one", after_issuer(&evil, signature)),
        ("evil with the same id and the signature", after_issuer(&evil_same_id, signature)),
        ("signature beside", format!("{evil}{signature}{bare}")),
        ("evil alone beside a signature", format!("{signature}{evil}")),
        ("two signatures in one", after_issuer(&bare, &format!("{signature}{signature}"))),
    ];
    for (name, inside) in cases {
        let refusal = refused(&format!("{head}{inside}{tail}"));
        assert!(!matches!(refusal, Refusal::Issuer), "{name}: {refusal:?}");
    }
    // The whole response in an evil response.
    let evil_response = format!("{}{evil}{tail}", head.replace("_response-1", "_r"));
    let hidden = evil_response.replacen(
        "<samlp:Status>",
        &format!("<samlp:Extensions>{response}</samlp:Extensions><samlp:Status>"),
        1,
    );
    assert!(matches!(refused(&hidden), Refusal::Wrapped(_)));
}

#[test]
fn signatures_of_another_form_are_refused() {
    let response = IDP.response(&said(), Signs::Assertion);
    for (what, with) in [
        ("xmldsig-more#rsa-sha256", "xmldsig-more#rsa-md5"),
        ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2000/09/xmldsig#rsa-sha1"),
        ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2000/09/xmldsig#hmac-sha1"),
        ("http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2000/09/xmldsig#sha1"),
        ("URI=\"#_assertion-1\"", "URI=\"\""),
        ("URI=\"#_assertion-1\"", "URI=\"file:///etc/passwd\""),
        ("URI=\"#_assertion-1\"", "URI=\"passwd\""),
        ("URI=\"#_assertion-1\"", "URI=\"#xpointer(id('_assertion-1'))\""),
        ("http://www.w3.org/2000/09/xmldsig#enveloped-signature", "http://www.w3.org/TR/1999/REC-xslt-19991116"),
        ("http://www.w3.org/2000/09/xmldsig#enveloped-signature", "http://www.w3.org/TR/1999/REC-xpath-19991116"),
    ] {
        assert!(response.contains(what), "{what}");
        let refusal = refused(&response.replace(what, with));
        assert!(matches!(refusal, Refusal::Signature(_) | Refusal::Wrapped(_)), "{with}: {refusal:?}");
    }
}

/// Canonical XML leaves comments out, so that one can be put into a signed value. The value stays whole.
#[test]
fn a_comment_does_not_cut_a_subject() {
    let mut said = said();
    said.subject = "admin@example.com.evil.test".to_owned();
    let response = IDP.response(&said, Signs::Both);
    let commented = response.replace("admin@example.com.evil", "admin@example.com<!-- -->.evil");
    assert_ne!(response, commented);
    assert_eq!(open(&commented, &metadata()).unwrap().subject, said.subject);
}

#[test]
fn other_documents_are_refused() {
    let response = IDP.response(&said(), Signs::Both);
    assert_eq!(
        refused(&response.replace("status:Success", "status:Responder")),
        Refusal::Status("urn:oasis:names:tc:SAML:2.0:status:Responder".to_owned())
    );
    let entity = format!("<!DOCTYPE r [<!ENTITY a \"b\">]>{response}");
    assert!(matches!(refused(&entity), Refusal::Malformed(_)));
    let start = response.find("<saml:Assertion").unwrap();
    let end = response.find("</samlp:Response>").unwrap();
    assert!(matches!(refused(&response[start..end]), Refusal::Malformed(_)));
    let encrypted = format!(
        "{}<saml:EncryptedAssertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"/>{}",
        &response[..start],
        &response[end..]
    );
    assert_eq!(refused(&encrypted), Refusal::Encrypted);
    let stranger = Idp::rsa("https://other.example.test");
    let metadata = Metadata { entity_id: IDP.entity_id.clone(), ..Metadata::parse(&stranger.metadata()).unwrap() };
    assert_eq!(open(&stranger.response(&said(), Signs::Both), &metadata).unwrap_err(), Refusal::Issuer);
}

#[test]
fn holds_in_its_time_and_for_its_audience() {
    let assertion = open(&IDP.response(&said(), Signs::Both), &metadata()).unwrap();
    let at = |text| Timestamp::parse_iso8601(text).unwrap();
    let now = at("2026-01-01T00:01:00Z");
    assert_eq!(assertion.holds(now, |who| who == HOME), Ok(HOME));
    assert_eq!(assertion.holds(at("2025-12-31T23:59:59Z"), |_| true), Err(Refusal::NotYetValid));
    assert_eq!(assertion.holds(at("2026-01-01T00:05:00Z"), |_| true), Err(Refusal::Expired));
    assert_eq!(assertion.holds(now, |_| false), Err(Refusal::Audience));
    let mut elsewhere = said();
    elsewhere.recipient = "https://elsewhere.example.test".to_owned();
    let assertion = open(&IDP.response(&elsewhere, Signs::Both), &metadata()).unwrap();
    assert_eq!(assertion.holds(now, |who| who == HOME), Err(Refusal::Recipient));
}

#[test]
fn metadata_of_other_forms_is_refused() {
    let good = IDP.metadata();
    for bad in [
        String::new(),
        "<a/>".to_owned(),
        good.replace("IDPSSODescriptor", "SPSSODescriptor"),
        good.replace("use=\"signing\"", "use=\"encryption\""),
        good.replace("entityID=\"https://idp.example.test\"", "entityID=\"\""),
        good.replace("<ds:X509Certificate>", "<ds:X509Certificate>AAAA"),
    ] {
        assert!(Metadata::parse(&bad).is_err(), "{bad:.120}");
    }
}
