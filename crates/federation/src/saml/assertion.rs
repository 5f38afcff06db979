//! What a signed assertion says, and whether it holds now.

use names::Timestamp;
use uppsala::{Document, NodeId};

use super::xml::{PROTOCOL, SAML, attribute, below, child, children, text};
use super::{Metadata, Refusal, signature, xml};

const BEARER: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";

/// An assertion that its provider signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assertion {
    /// Who says so.
    pub issuer: String,
    /// When it was said.
    pub issued: Timestamp,
    /// `NameID` of the subject.
    pub subject: String,
    /// Format of the `NameID`, as written; empty when it says none.
    pub subject_format: String,
    /// By whom the subject is confirmed to whom.
    pub confirmations: Vec<Confirmation>,
    /// From when it holds.
    pub not_before: Option<Timestamp>,
    /// Until when it holds.
    pub not_on_or_after: Option<Timestamp>,
    /// For whom it is meant: each restriction names audiences, one of which must be met.
    pub audiences: Vec<Vec<String>>,
    /// When the session at the provider ends, if it says so.
    pub session_not_on_or_after: Option<Timestamp>,
    /// Attributes by name, in order, with their values.
    pub attributes: Vec<(String, Vec<String>)>,
}

/// A bearer's confirmation: whoever has the assertion may hand it to the recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmation {
    /// The address it was made for.
    pub recipient: String,
    /// Until when.
    pub not_on_or_after: Option<Timestamp>,
}

/// Opens a response: its one assertion, if the provider signed it.
///
/// # Errors
/// Whatever is not exactly a signed response of this provider.
pub fn open(response: &str, provider: &Metadata) -> Result<Assertion, Refusal> {
    let doc = xml::parse(response)?;
    let root = xml::root(&doc, PROTOCOL, "Response")?;
    status(&doc, root)?;
    let assertion = only_assertion(&doc, root)?;
    signature::check(&doc, root, assertion, provider)?;
    let read = read(&doc, assertion)?;
    let outer = child(&doc, root, SAML, "Issuer")?.map(|issuer| text(&doc, issuer)).transpose()?;
    if read.issuer != provider.entity_id || outer.is_some_and(|outer| outer != provider.entity_id) {
        return Err(Refusal::Issuer);
    }
    Ok(read)
}

/// The assertion that stands directly in the response; a second one, wherever it hides, is one too many.
fn only_assertion(doc: &Document<'_>, response: NodeId) -> Result<NodeId, Refusal> {
    let all = below(doc, response, SAML, "Assertion");
    let encrypted = !below(doc, response, SAML, "EncryptedAssertion").is_empty();
    match all.as_slice() {
        [] if encrypted => Err(Refusal::Encrypted),
        [] => Err(Refusal::Malformed("Assertion")),
        [one] if doc.parent(*one) == Some(response) && !encrypted => Ok(*one),
        _ => Err(Refusal::Wrapped("more than one assertion")),
    }
}

fn status(doc: &Document<'_>, response: NodeId) -> Result<(), Refusal> {
    let Some(status) = child(doc, response, PROTOCOL, "Status")? else { return Ok(()) };
    let code = child(doc, status, PROTOCOL, "StatusCode")?.ok_or(Refusal::Malformed("StatusCode"))?;
    match attribute(doc, code, "Value") {
        Some(SUCCESS) => Ok(()),
        other => Err(Refusal::Status(other.unwrap_or_default().to_owned())),
    }
}

fn read(doc: &Document<'_>, assertion: NodeId) -> Result<Assertion, Refusal> {
    let need = |node, name| child(doc, node, SAML, name)?.ok_or(Refusal::Malformed(name));
    let subject = need(assertion, "Subject")?;
    let name = need(subject, "NameID")?;
    let conditions = need(assertion, "Conditions")?;
    let issued = instant(doc, assertion, "IssueInstant")?.ok_or(Refusal::Malformed("IssueInstant"))?;
    Ok(Assertion {
        issuer: text(doc, need(assertion, "Issuer")?)?,
        issued,
        subject: text(doc, name)?,
        subject_format: attribute(doc, name, "Format").unwrap_or_default().to_owned(),
        confirmations: confirmations(doc, subject)?,
        not_before: instant(doc, conditions, "NotBefore")?,
        not_on_or_after: instant(doc, conditions, "NotOnOrAfter")?,
        audiences: audiences(doc, conditions)?,
        session_not_on_or_after: session_end(doc, assertion)?,
        attributes: attributes(doc, assertion)?,
    })
}

fn confirmations(doc: &Document<'_>, subject: NodeId) -> Result<Vec<Confirmation>, Refusal> {
    let all = children(doc, subject, SAML, "SubjectConfirmation").into_iter();
    let bearers = all.filter(|one| attribute(doc, *one, "Method") == Some(BEARER));
    let mut confirmations = Vec::new();
    for bearer in bearers {
        let data = child(doc, bearer, SAML, "SubjectConfirmationData")?;
        let data = data.ok_or(Refusal::Malformed("SubjectConfirmationData"))?;
        let recipient = attribute(doc, data, "Recipient").unwrap_or_default().to_owned();
        confirmations.push(Confirmation { recipient, not_on_or_after: instant(doc, data, "NotOnOrAfter")? });
    }
    Ok(confirmations)
}

fn audiences(doc: &Document<'_>, conditions: NodeId) -> Result<Vec<Vec<String>>, Refusal> {
    let restrictions = children(doc, conditions, SAML, "AudienceRestriction").into_iter();
    let named = |restriction| children(doc, restriction, SAML, "Audience").into_iter().map(|a| text(doc, a)).collect();
    restrictions.map(named).collect()
}

fn session_end(doc: &Document<'_>, assertion: NodeId) -> Result<Option<Timestamp>, Refusal> {
    let statements = children(doc, assertion, SAML, "AuthnStatement").into_iter();
    let ends = statements.map(|statement| instant(doc, statement, "SessionNotOnOrAfter"));
    Ok(ends.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().min())
}

fn attributes(doc: &Document<'_>, assertion: NodeId) -> Result<Vec<(String, Vec<String>)>, Refusal> {
    let statements = children(doc, assertion, SAML, "AttributeStatement").into_iter();
    let all = statements.flat_map(|statement| children(doc, statement, SAML, "Attribute"));
    all.map(|node| {
        let name = attribute(doc, node, "Name").ok_or(Refusal::Malformed("Attribute"))?.to_owned();
        let values = children(doc, node, SAML, "AttributeValue").into_iter().map(|value| text(doc, value));
        Ok((name, values.collect::<Result<_, _>>()?))
    })
    .collect()
}

fn instant(doc: &Document<'_>, node: NodeId, name: &'static str) -> Result<Option<Timestamp>, Refusal> {
    let written = attribute(doc, node, name).map(Timestamp::parse_iso8601).transpose();
    written.map_err(|_| Refusal::Malformed(name))
}

impl Assertion {
    /// The recipient to which the assertion may be handed at this instant. `accepts` tells which addresses and audiences
    /// are ours.
    ///
    /// # Errors
    /// When it is too early or too late, or meant for somebody else.
    pub fn holds(&self, at: Timestamp, accepts: impl Fn(&str) -> bool) -> Result<&str, Refusal> {
        if self.not_before.is_some_and(|from| at < from) {
            return Err(Refusal::NotYetValid);
        }
        if self.not_on_or_after.is_some_and(|end| at >= end) {
            return Err(Refusal::Expired);
        }
        let met = |audiences: &Vec<String>| audiences.iter().any(|audience| accepts(audience));
        if self.audiences.is_empty() || !self.audiences.iter().all(met) {
            return Err(Refusal::Audience);
        }
        let ours = || self.confirmations.iter().filter(|confirmation| accepts(&confirmation.recipient));
        let live = |confirmation: &&Confirmation| confirmation.not_on_or_after.is_some_and(|end| at < end);
        match ours().find(live) {
            Some(confirmation) => Ok(&confirmation.recipient),
            None if ours().next().is_some() => Err(Refusal::Expired),
            None => Err(Refusal::Recipient),
        }
    }

    /// The values of an attribute; none when there is no such attribute.
    pub fn values(&self, name: &str) -> Option<&[String]> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, values)| values.as_slice())
    }
}
