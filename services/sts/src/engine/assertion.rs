//! What a SAML assertion asks for, and the condition keys it brings.
//!
//! Source: "Configure SAML assertions for the authentication response" and "Available keys for SAML-based federation" in the
//! IAM user guide.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use federation::saml::Assertion;
use names::{AccountId, Arn};
use service_kit::Error;

use super::role::is_session_name;
use crate::error::{invalid_token, not_authorized};

const ATTRIBUTES: &str = "https://aws.amazon.com/SAML/Attributes/";
const PRINCIPAL_TAG: &str = "https://aws.amazon.com/SAML/Attributes/PrincipalTag:";
const FORMATS: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:";

/// What the assertion asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) session_name: String,
    pub(crate) source_identity: Option<String>,
    pub(crate) duration: Option<i64>,
    pub(crate) tags: Vec<(String, String)>,
    pub(crate) transitive: Vec<String>,
}

impl Asked {
    /// Reads the attributes that AWS knows.
    ///
    /// # Errors
    /// When the role is not among those the user may have, or something is not of its form.
    pub(crate) fn of(assertion: &Assertion, provider: &str, role: &str) -> Result<Self, Error> {
        let attribute = |name: &str| assertion.values(&format!("{ATTRIBUTES}{name}"));
        let first = |name: &str| attribute(name).and_then(<[String]>::first);
        let pairs = attribute("Role").ok_or_else(|| not_authorized("sts:AssumeRoleWithSAML"))?;
        if !pairs.iter().any(|pair| is_pair(pair, provider, role)) {
            return Err(not_authorized("sts:AssumeRoleWithSAML"));
        }
        let name =
            first("RoleSessionName").ok_or_else(|| invalid_token("RoleSessionName is required in AuthnResponse"))?;
        if !is_session_name(name) {
            return Err(invalid_token("RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}"));
        }
        let source_identity = first("SourceIdentity").cloned();
        let reserved = |identity: &String| identity.to_ascii_lowercase().starts_with("aws:");
        if source_identity.as_ref().is_some_and(|identity| !is_session_name(identity) || reserved(identity)) {
            let text = "Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with \"aws:\"";
            return Err(invalid_token(text));
        }
        let duration = first("SessionDuration").map(|seconds| seconds.parse::<i64>()).transpose();
        Ok(Self {
            session_name: name.clone(),
            source_identity,
            duration: duration.map_err(|_| invalid_token("SessionDuration in AuthnResponse must be a number"))?,
            tags: tags(assertion),
            transitive: attribute("TransitiveTagKeys").unwrap_or_default().to_vec(),
        })
    }
}

/// A pair of role and provider, in either order.
fn is_pair(pair: &str, provider: &str, role: &str) -> bool {
    let Some((one, two)) = pair.split_once(',') else { return false };
    let (one, two) = (one.trim(), two.trim());
    (one, two) == (role, provider) || (two, one) == (role, provider)
}

fn tags(assertion: &Assertion) -> Vec<(String, String)> {
    let tag = |(name, values): &(String, Vec<String>)| {
        let key = name.strip_prefix(PRINCIPAL_TAG)?;
        Some((key.to_owned(), values.first().cloned().unwrap_or_default()))
    };
    assertion.attributes.iter().filter_map(tag).collect()
}

/// The format of a subject, as `SubjectType` and `saml:sub_type` show it.
pub(crate) fn subject_type(assertion: &Assertion) -> &str {
    let format = assertion.subject_format.as_str();
    format.strip_prefix(FORMATS).unwrap_or(format)
}

/// A hash of issuer, account and provider that with the subject tells one user from all others.
pub(crate) fn name_qualifier(issuer: &str, account: AccountId, provider: &Arn) -> String {
    let name = provider.resource.rsplit('/').next().unwrap_or_default();
    STANDARD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, format!("{issuer}{account}/{name}").as_bytes()))
}

/// The condition keys.
pub(crate) fn keys(
    assertion: &Assertion,
    recipient: &str,
    account: AccountId,
    provider: &Arn,
) -> BTreeMap<String, Vec<String>> {
    let name = provider.resource.rsplit('/').next().unwrap_or_default();
    let mut keys = lasting_keys(assertion, account, provider);
    keys.insert("saml:aud".to_owned(), vec![recipient.to_owned()]);
    keys.insert("saml:iss".to_owned(), vec![assertion.issuer.clone()]);
    keys.insert("saml:doc".to_owned(), vec![format!("{account}/{name}")]);
    for (attribute, values) in &assertion.attributes {
        let known = DIRECTORY.iter().filter(|(_, names)| names.contains(&attribute.as_str()));
        for (key, _) in known {
            keys.entry(format!("saml:{key}")).or_default().extend(values.iter().cloned());
        }
    }
    keys
}

/// Those that stay with the session.
pub(crate) fn lasting_keys(assertion: &Assertion, account: AccountId, provider: &Arn) -> BTreeMap<String, Vec<String>> {
    BTreeMap::from([
        ("saml:namequalifier".to_owned(), vec![name_qualifier(&assertion.issuer, account, provider)]),
        ("saml:sub".to_owned(), vec![assertion.subject.clone()]),
        ("saml:sub_type".to_owned(), vec![subject_type(assertion).to_owned()]),
    ])
}

/// Attributes of directories, by the key they go under.
const DIRECTORY: [(&str, &[&str]); 26] = [
    ("cn", &["urn:oid:2.5.4.3"]),
    ("commonName", &["http://schemas.xmlsoap.org/claims/CommonName"]),
    ("eduorghomepageuri", &["urn:oid:1.3.6.1.4.1.5923.1.2.1.2"]),
    ("eduorgidentityauthnpolicyuri", &["urn:oid:1.3.6.1.4.1.5923.1.2.1.3"]),
    ("eduorglegalname", &["urn:oid:1.3.6.1.4.1.5923.1.2.1.4"]),
    ("eduorgsuperioruri", &["urn:oid:1.3.6.1.4.1.5923.1.2.1.5"]),
    ("eduorgwhitepagesuri", &["urn:oid:1.3.6.1.4.1.5923.1.2.1.6"]),
    ("edupersonaffiliation", &["urn:oid:1.3.6.1.4.1.5923.1.1.1.1"]),
    ("edupersonassurance", &["urn:oid:1.3.6.1.4.1.5923.1.1.1.11"]),
    ("edupersonentitlement", &["urn:oid:1.3.6.1.4.1.5923.1.1.1.7"]),
    ("edupersonnickname", &["urn:oid:1.3.6.1.4.1.5923.1.1.1.2"]),
    ("edupersonorgdn", &["urn:oid:1.3.6.1.4.1.5923.1.1.1.3"]),
    ("edupersonorgunitdn", &["urn:oid:1.3.6.1.4.1.5923.1.1.1.4"]),
    ("edupersonprimaryaffiliation", &["urn:oid:1.3.6.1.4.1.5923.1.1.1.5"]),
    ("edupersonprimaryorgunitdn", &["urn:oid:1.3.6.1.4.1.5923.1.1.1.8"]),
    ("edupersonprincipalname", &["urn:oid:1.3.6.1.4.1.5923.1.1.1.6"]),
    ("edupersonscopedaffiliation", &["urn:oid:1.3.6.1.4.1.5923.1.1.1.9"]),
    ("edupersontargetedid", &["urn:oid:1.3.6.1.4.1.5923.1.1.1.10"]),
    ("givenName", &["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname"]),
    (
        "mail",
        &["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress", "urn:oid:0.9.2342.19200300.100.1.3"],
    ),
    ("name", &["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name"]),
    ("organizationStatus", &["urn:oid:0.9.2342.19200300.100.1.45"]),
    ("primaryGroupSID", &["http://schemas.microsoft.com/ws/2008/06/identity/claims/primarygroupsid"]),
    ("surname", &["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname"]),
    ("uid", &["urn:oid:0.9.2342.19200300.100.1.1"]),
    ("x500UniqueIdentifier", &["urn:oid:2.5.4.45"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_in_either_order() {
        let (provider, role) = ("arn:aws:iam::1:saml-provider/p", "arn:aws:iam::1:role/r");
        for (pair, good) in [
            (format!("{role},{provider}"), true),
            (format!(" {provider} , {role} "), true),
            (format!("{role},{role}"), false),
            (role.to_owned(), false),
            (format!("{role}x,{provider}"), false),
        ] {
            assert_eq!(is_pair(&pair, provider, role), good, "{pair}");
        }
    }

    /// BASE64(SHA1("https://example.com/saml" + "123456789012" + "/MySAMLIdP")), as the API reference has it.
    #[test]
    fn qualifiers() {
        let provider: Arn = "arn:aws:iam::123456789012:saml-provider/MySAMLIdP".parse().unwrap();
        let qualifier = name_qualifier("https://example.com/saml", provider.account_id().unwrap(), &provider);
        let expected = digest(&SHA1_FOR_LEGACY_USE_ONLY, b"https://example.com/saml123456789012/MySAMLIdP");
        assert_eq!(qualifier, STANDARD.encode(expected));
    }
}
