//! Who an identity provider says a caller is: the `userIdentity` of calls that bring an assertion or a token instead of a
//! signature. Source: "Values for AWS STS APIs with SAML and web identity federation" in the CloudTrail user guide.

use serde_json::Value;

use super::identity::Identity;

/// The bearer of an assertion or a token that STS took.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Bearer {
    kind: &'static str,
    principal_id: String,
    pub(super) user: String,
    provider: Option<String>,
}

impl Bearer {
    /// As the answer of an operation tells; none of other operations, and of calls that failed.
    pub(super) fn of(operation: &str, answer: Option<&str>) -> Option<Self> {
        let read: fn(&Value) -> Option<Self> = match operation {
            "AssumeRoleWithSAML" => saml,
            "AssumeRoleWithWebIdentity" => web_identity,
            _ => return None,
        };
        read(&serde_json::from_str(answer?).ok()?)
    }

    /// The element.
    pub(super) fn identity(&self) -> Identity<'_> {
        Identity {
            kind: self.kind,
            principal_id: Some(self.principal_id.as_str().into()),
            user_name: Some(self.user.as_str().into()),
            identity_provider: self.provider.clone(),
            ..Identity::default()
        }
    }
}

/// `saml:namequalifier` names the provider, `saml:sub` the user.
fn saml(answer: &Value) -> Option<Bearer> {
    let (user, provider) = (text(answer, "subject")?, text(answer, "nameQualifier"));
    let principal_id = joined([provider.as_deref(), Some(&user)]);
    Some(Bearer { kind: "SAMLUser", principal_id, user, provider })
}

/// The issuer names the provider; issuer, application and user make the id.
fn web_identity(answer: &Value) -> Option<Bearer> {
    let (user, provider) = (text(answer, "subjectFromWebIdentityToken")?, text(answer, "provider"));
    let principal_id = joined([provider.as_deref(), text(answer, "audience").as_deref(), Some(&user)]);
    Some(Bearer { kind: "WebIdentityUser", principal_id, user, provider })
}

fn text(answer: &Value, name: &str) -> Option<String> {
    answer[name].as_str().map(str::to_owned)
}

fn joined<const N: usize>(parts: [Option<&str>; N]) -> String {
    parts.into_iter().flatten().collect::<Vec<_>>().join(":")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_and_what_is_not() {
        let google = r#"{"subjectFromWebIdentityToken":"u","provider":"accounts.google.com","audience":"app"}"#;
        for (operation, answer, id) in [
            ("AssumeRoleWithWebIdentity", Some(google), Some("accounts.google.com:app:u")),
            ("AssumeRoleWithSAML", Some(r#"{"subject":"s","nameQualifier":"q="}"#), Some("q=:s")),
            ("AssumeRoleWithSAML", Some(r#"{"subject":"s"}"#), Some("s")),
            ("AssumeRoleWithSAML", Some("{}"), None),
            ("AssumeRoleWithSAML", None, None),
            ("AssumeRole", Some(google), None),
        ] {
            assert_eq!(Bearer::of(operation, answer).map(|bearer| bearer.principal_id).as_deref(), id, "{operation}");
        }
    }
}
