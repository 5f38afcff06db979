//! Which element of a response is signed. The library checks digests and signatures; here is what a SAML signature may look
//! like at all, so narrow that nothing is left to wrap:
//!
//! - signatures stand in the response or in its one assertion, and nowhere else;
//! - each has one reference, by id, to the element it stands in;
//! - transforms are the enveloped-signature one and exclusive canonicalization, no others;
//! - algorithms are RSA or ECDSA over SHA-2: SHA-1 can be forged, and an HMAC's key is no secret here;
//! - every signature in the document must hold, and hold the node that is read afterwards.

use bergshamra_dsig::verify::verify_all_document;
use bergshamra_dsig::{DsigContext, VerifyResult};
use bergshamra_keys::KeysManager;
use uppsala::{Document, NodeId};

use super::xml::{SIGNATURE, attribute, below, child, children};
use super::{Metadata, Refusal};

const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const EXCLUSIVE: [&str; 2] =
    ["http://www.w3.org/2001/10/xml-exc-c14n#", "http://www.w3.org/2001/10/xml-exc-c14n#WithComments"];
const DIGESTS: [&str; 3] = [
    "http://www.w3.org/2001/04/xmlenc#sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512",
];
const METHODS: [&str; 6] = [
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512",
];

/// Holds when the assertion is signed by the provider: itself, or with the response it stands in.
pub(super) fn check(
    doc: &Document<'_>,
    response: NodeId,
    assertion: NodeId,
    provider: &Metadata,
) -> Result<(), Refusal> {
    let signed = [response, assertion];
    let all = below(doc, response, SIGNATURE, "Signature");
    if all.is_empty() {
        return Err(Refusal::Signature("nothing is signed".to_owned()));
    }
    for signature in &all {
        let parent = doc.parent(*signature).filter(|parent| signed.contains(parent));
        let parent = parent.ok_or(Refusal::Wrapped("a signature outside response and assertion"))?;
        form(doc, *signature, parent)?;
    }
    let twice = |node| children(doc, node, SIGNATURE, "Signature").len() > 1;
    if signed.into_iter().any(twice) {
        return Err(Refusal::Wrapped("two signatures in one element"));
    }
    verified(doc, all.len(), &signed, provider)
}

/// What the library says of each signature: valid, and of the element that it stands in.
fn verified(doc: &Document<'_>, count: usize, signed: &[NodeId], provider: &Metadata) -> Result<(), Refusal> {
    let mut keys = KeysManager::new();
    keys.add_keys(provider.keys());
    let context = DsigContext::new(keys);
    let results = verify_all_document(&context, doc).map_err(|error| Refusal::Signature(error.to_string()))?;
    if results.len() != count {
        return Err(Refusal::Wrapped("a signature outside response and assertion"));
    }
    results.into_iter().try_for_each(|result| match result {
        VerifyResult::Invalid { reason } => Err(Refusal::Signature(reason)),
        VerifyResult::Valid { signature_node, references, .. } => {
            let parent = doc.parent(signature_node).filter(|parent| signed.contains(parent));
            let holds = |r: &bergshamra_dsig::VerifiedReference| r.digest_verified && r.resolved_node == parent;
            let covered = parent.is_some() && references.len() == 1 && references.iter().all(holds);
            if covered { Ok(()) } else { Err(Refusal::Wrapped("a signature of another element")) }
        }
    })
}

/// The form of one signature that stands in `parent`.
fn form(doc: &Document<'_>, signature: NodeId, parent: NodeId) -> Result<(), Refusal> {
    if !children(doc, signature, SIGNATURE, "Object").is_empty() {
        return Err(Refusal::Wrapped("a signature that holds objects"));
    }
    let info = only(doc, signature, "SignedInfo")?;
    algorithm(doc, only(doc, info, "CanonicalizationMethod")?, &EXCLUSIVE)?;
    algorithm(doc, only(doc, info, "SignatureMethod")?, &METHODS)?;
    let reference = only(doc, info, "Reference")?;
    algorithm(doc, only(doc, reference, "DigestMethod")?, &DIGESTS)?;
    let id = attribute(doc, parent, "ID").filter(|id| !id.is_empty());
    let target = attribute(doc, reference, "URI").and_then(|uri| uri.strip_prefix('#'));
    if id.is_none() || id != target {
        return Err(Refusal::Wrapped("a signature of another element"));
    }
    transforms(doc, only(doc, reference, "Transforms")?)
}

/// The enveloped-signature transform first, then at most one canonicalization.
fn transforms(doc: &Document<'_>, transforms: NodeId) -> Result<(), Refusal> {
    let all = children(doc, transforms, SIGNATURE, "Transform");
    let (first, rest) = all.split_first().ok_or_else(|| unsupported("no transform"))?;
    algorithm(doc, *first, &[ENVELOPED])?;
    match rest {
        [] => Ok(()),
        [canonical] => algorithm(doc, *canonical, &EXCLUSIVE),
        _ => Err(unsupported("more transforms than a SAML signature has")),
    }
}

fn only(doc: &Document<'_>, node: NodeId, name: &'static str) -> Result<NodeId, Refusal> {
    child(doc, node, SIGNATURE, name)?.ok_or(Refusal::Malformed(name))
}

fn algorithm(doc: &Document<'_>, node: NodeId, known: &[&str]) -> Result<(), Refusal> {
    let algorithm = attribute(doc, node, "Algorithm").unwrap_or_default();
    if known.contains(&algorithm) { Ok(()) } else { Err(unsupported(algorithm)) }
}

fn unsupported(what: &str) -> Refusal {
    Refusal::Signature(format!("not accepted: {what}"))
}
