//! Access control lists as requests send them: a canned name, headers of grants, or a document; each checked in AWS's
//! words. What a list means to the evaluator is said in `crate::access`.

use api_s3 as api;

use super::refusal::{Checked, NOT_WELL_FORMED, Refusal};
use crate::engine::canonical;
use crate::engine::grants::{Grant, Grantee, Permission, canned};

/// Most grants of a list. Source: S3 user guide, "Access control list (ACL) overview".
const MOST: usize = 100;

/// The headers of a request that speak of access.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Headers<'a> {
    /// `x-amz-acl`.
    pub(crate) canned: Option<&'a str>,
    /// `x-amz-grant-full-control`.
    pub(crate) full_control: Option<&'a str>,
    /// `x-amz-grant-read`.
    pub(crate) read: Option<&'a str>,
    /// `x-amz-grant-read-acp`.
    pub(crate) read_acp: Option<&'a str>,
    /// `x-amz-grant-write`.
    pub(crate) write: Option<&'a str>,
    /// `x-amz-grant-write-acp`.
    pub(crate) write_acp: Option<&'a str>,
}

/// Who owns what the list is of, and the bucket it is in: canonical ids.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Owners<'a> {
    /// The owner of the bucket or object.
    pub(crate) own: &'a str,
    /// The owner of the bucket.
    pub(crate) bucket: &'a str,
}

impl<'a> Headers<'a> {
    /// Whether any of them is there.
    pub(crate) fn any(&self) -> bool {
        self.canned.is_some() || self.grants().next().is_some()
    }

    /// The headers of grants that are there.
    pub(crate) fn grants(&self) -> impl Iterator<Item = (&'static str, Permission, &'a str)> + use<'a> {
        let all = [
            ("x-amz-grant-full-control", Permission::FullControl, self.full_control),
            ("x-amz-grant-read", Permission::Read, self.read),
            ("x-amz-grant-read-acp", Permission::ReadAcp, self.read_acp),
            ("x-amz-grant-write", Permission::Write, self.write),
            ("x-amz-grant-write-acp", Permission::WriteAcp, self.write_acp),
        ];
        all.into_iter().filter_map(|(name, permission, value)| Some((name, permission, value?)))
    }
}

/// The list that headers ask for; none when they ask for none.
pub(crate) fn of_headers(headers: &Headers<'_>, owners: Owners<'_>) -> Checked<Option<Vec<Grant>>> {
    let grants = headers.grants().map(|(name, permission, value)| granted(name, permission, value));
    let grants: Vec<_> = grants.collect::<Checked<Vec<_>>>()?.into_iter().flatten().collect();
    match headers.canned {
        Some(_) if headers.grants().next().is_some() => {
            Err(Refusal::request("Specifying both Canned ACLs and Header Grants is not allowed"))
        }
        Some(name) => {
            let list = canned(name, owners.own, owners.bucket);
            list.map(Some).ok_or_else(|| Refusal::argument("").about("x-amz-acl", name))
        }
        None => Ok(headers.grants().next().is_some().then_some(grants)),
    }
}

/// The list of a request to set one: by headers or by a document, and by one of them only.
pub(crate) fn of_request(
    headers: &Headers<'_>,
    document: Option<&api::AccessControlPolicy>,
    owners: Owners<'_>,
) -> Checked<Vec<Grant>> {
    let by_headers = of_headers(headers, owners)?;
    match (by_headers, document) {
        (Some(_), Some(_)) => Err(Refusal::new("UnexpectedContent", 400, "This request does not support content")),
        (Some(list), None) => Ok(list),
        (None, Some(document)) => of_document(document, owners),
        (None, None) => {
            let text = "Your request was missing a required header";
            Err(Refusal::new("MissingSecurityHeader", 400, text).with("MissingHeaderName", "x-amz-acl"))
        }
    }
}

/// As in `id="…", uri="…"`.
fn granted(header: &'static str, permission: Permission, value: &str) -> Checked<Vec<Grant>> {
    let unknown = || Refusal::argument("Argument format not recognized").about(header, value);
    let one = |part: &str| {
        let (kind, text) = part.split_once('=').ok_or_else(unknown)?;
        let text = text.trim().trim_matches(['"', '\'']);
        let grantee = match kind.trim().to_ascii_lowercase().as_str() {
            "id" => account(text, "id")?,
            "uri" => group(text, "uri")?,
            "emailaddress" => return Err(by_email()),
            _ => return Err(unknown()),
        };
        Ok(Grant { grantee, permission })
    };
    value.split(',').map(str::trim).filter(|part| !part.is_empty()).map(one).collect()
}

fn account(id: &str, argument: &str) -> Checked<Grantee> {
    match canonical::account(id) {
        Some(_) => Ok(Grantee::Account(id.to_owned())),
        None => Err(Refusal::argument("Invalid id").about(argument, id)),
    }
}

fn group(uri: &str, argument: &str) -> Checked<Grantee> {
    Grantee::of_uri(uri).ok_or_else(|| Refusal::argument("Invalid group uri").about(argument, uri))
}

/// Since October 2025 AWS takes no grants by e-mail address. Source: API reference, `PutBucketAcl`.
fn by_email() -> Refusal {
    Refusal::new("MethodNotAllowed", 405, "The specified method is not allowed against this resource.")
}

fn malformed() -> Refusal {
    Refusal::new("MalformedACLError", 400, NOT_WELL_FORMED)
}

fn of_document(document: &api::AccessControlPolicy, owners: Owners<'_>) -> Checked<Vec<Grant>> {
    let owner = document.owner.as_ref().and_then(|owner| owner.id.as_deref()).ok_or_else(malformed)?;
    let sent = document.grants.as_deref().unwrap_or_default();
    if sent.len() > MOST {
        return Err(malformed());
    }
    let permissions = sent.iter().map(|grant| grant.permission.as_ref().and_then(|p| Permission::parse(p.as_str())));
    let permissions: Vec<_> = permissions.map(|known| known.ok_or_else(malformed)).collect::<Checked<_>>()?;
    account(owner, "CanonicalUser/ID")?;
    let grants = sent.iter().zip(permissions).map(|(grant, permission)| {
        Ok(Grant { grantee: grantee(grant.grantee.as_ref().ok_or_else(malformed)?)?, permission })
    });
    let grants = grants.collect::<Checked<Vec<_>>>()?;
    if owner != owners.own {
        return Err(Refusal::new("AccessDenied", 403, "Access Denied"));
    }
    Ok(grants)
}

fn grantee(sent: &api::Grantee) -> Checked<Grantee> {
    match sent.r#type {
        api::Type::CanonicalUser => account(sent.id.as_deref().ok_or_else(malformed)?, "CanonicalUser/ID"),
        api::Type::Group => group(sent.uri.as_deref().ok_or_else(malformed)?, "Group/URI"),
        api::Type::AmazonCustomerByEmail => Err(by_email()),
        api::Type::Unknown(_) => Err(malformed()),
    }
}

/// Whether the public gets anything by a list.
pub(crate) fn is_public(grants: &[Grant]) -> bool {
    grants.iter().any(|grant| matches!(grant.grantee, Grantee::Everyone | Grantee::Authenticated))
}

/// Whether anybody gets something by a list but the owner, who gets everything.
pub(crate) fn grants_to_others(grants: &[Grant], owner: names::AccountId) -> bool {
    let owner = canonical::id(owner);
    let own = |grant: &Grant| grant.grantee == Grantee::Account(owner.clone());
    grants.iter().any(|grant| !own(grant) || grant.permission != Permission::FullControl)
}

/// A list as answers tell it.
pub(crate) fn shown(grants: &[Grant]) -> Vec<api::Grant> {
    grants.iter().map(shown_grant).collect()
}

fn shown_grant(grant: &Grant) -> api::Grant {
    let grantee = match (&grant.grantee, grant.grantee.uri()) {
        (Grantee::Account(id), _) => {
            api::Grantee { r#type: api::Type::CanonicalUser, id: Some(id.clone()), ..Default::default() }
        }
        (_, uri) => api::Grantee { r#type: api::Type::Group, uri: uri.map(str::to_owned), ..Default::default() },
    };
    api::Grant { grantee: Some(grantee), permission: Some(grant.permission.as_str().into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner() -> String {
        canonical::id(names::AccountId::DEFAULT)
    }

    fn checked(headers: Headers<'_>, document: Option<&api::AccessControlPolicy>) -> Checked<Vec<Grant>> {
        let owner = owner();
        of_request(&headers, document, Owners { own: &owner, bucket: &owner })
    }

    #[test]
    fn headers_grant() {
        let read = format!("id=\"{}\", uri=\"http://acs.amazonaws.com/groups/global/AllUsers\"", owner());
        let grants = checked(Headers { read: Some(&read), ..Default::default() }, None).unwrap();
        assert_eq!(grants.len(), 2);
        assert!(is_public(&grants));
        assert!(!is_public(&checked(Headers { canned: Some("private"), ..Default::default() }, None).unwrap()));
    }

    #[test]
    fn headers_are_refused_in_awss_words() {
        let write = |write| Headers { write: Some(write), ..Default::default() };
        for (headers, code, text) in [
            (Headers { canned: Some("fake-acl"), ..Default::default() }, "InvalidArgument", ""),
            (write("uri=\"http://acs.amazonaws.com/groups/s3/FakeGroup\""), "InvalidArgument", "Invalid group uri"),
            (write("fakekey=\"1234\""), "InvalidArgument", "Argument format not recognized"),
            (write("id=\"wrong-id\""), "InvalidArgument", "Invalid id"),
            (Headers::default(), "MissingSecurityHeader", "Your request was missing a required header"),
            (
                Headers {
                    canned: Some("private"),
                    read: Some("uri=\"http://acs.amazonaws.com/groups/s3/LogDelivery\""),
                    ..Default::default()
                },
                "InvalidRequest",
                "Specifying both Canned ACLs and Header Grants is not allowed",
            ),
        ] {
            let refusal = checked(headers, None).unwrap_err();
            assert_eq!((refusal.code, refusal.message.as_ref()), (code, text));
        }
    }

    #[test]
    fn documents_are_refused_in_awss_words() {
        let group =
            |uri: &str| api::Grantee { r#type: "Group".into(), uri: Some(uri.to_owned()), ..Default::default() };
        let document = |owner: Option<&str>, grantee: api::Grantee, permission: &str| api::AccessControlPolicy {
            owner: owner.map(|id| api::Owner { id: Some(id.to_owned()), display_name: None }),
            grants: Some(vec![api::Grant { grantee: Some(grantee), permission: Some(permission.into()) }]),
        };
        let logs = || group("http://acs.amazonaws.com/groups/s3/LogDelivery");
        let own = owner();
        let wrong =
            api::Grantee { r#type: "CanonicalUser".into(), id: Some("wrong-id".to_owned()), ..Default::default() };
        for (document, code) in [
            (document(None, logs(), "WRITE"), "MalformedACLError"),
            (document(Some(&own), logs(), "WRONG-PERMISSION"), "MalformedACLError"),
            (document(Some("wrong-id"), logs(), "FULL_CONTROL"), "InvalidArgument"),
            (document(Some(&own), group("http://x"), "FULL_CONTROL"), "InvalidArgument"),
            (document(Some(&own), wrong, "FULL_CONTROL"), "InvalidArgument"),
            (
                document(Some(&own), api::Grantee { r#type: "BadType".into(), ..Default::default() }, "READ"),
                "MalformedACLError",
            ),
        ] {
            assert_eq!(checked(Headers::default(), Some(&document)).unwrap_err().code, code, "{document:?}");
        }
        assert!(checked(Headers::default(), Some(&document(Some(&own), logs(), "WRITE"))).is_ok());
        let both = Headers { canned: Some("private"), ..Default::default() };
        let refusal = checked(both, Some(&document(Some(&own), logs(), "WRITE"))).unwrap_err();
        assert_eq!(refusal.code, "UnexpectedContent");
    }
}
