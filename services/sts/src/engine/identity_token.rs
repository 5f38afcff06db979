//! What an identity token says of its bearer, for services outside. Pure.
//!
//! Source of the claims: IAM user guide, "Understanding token claims".

use names::{Partition, Region, Tags, Timestamp};
use serde_json::{Map, Value, json};
use service_kit::{Caller, Membership, Principal};

/// What all claims of AWS's own stand under.
const NAMESPACE: &str = "https://sts.amazonaws.com/";

/// A token in the making.
pub(crate) struct IdentityToken<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) audience: &'a [String],
    pub(crate) caller: &'a Caller,
    pub(crate) region: &'a Region,
    pub(crate) membership: Option<&'a Membership>,
    /// Tags of the user or role, and of the session.
    pub(crate) principal_tags: Tags,
    /// Given with the call.
    pub(crate) request_tags: Tags,
    pub(crate) issued: Timestamp,
    pub(crate) expires: Timestamp,
    /// What tells it from others.
    pub(crate) id: String,
}

impl IdentityToken<'_> {
    /// Its claims.
    pub(crate) fn claims(&self) -> Value {
        let audience = match self.audience {
            [one] => json!(one),
            many => json!(many),
        };
        json!({
            "iss": self.issuer,
            "aud": audience,
            "sub": subject(self.caller, self.region.partition()),
            "iat": self.issued.secs(),
            "exp": self.expires.secs(),
            "jti": self.id,
            NAMESPACE: self.of_aws(),
        })
    }

    fn of_aws(&self) -> Map<String, Value> {
        let mut claims = Map::new();
        claims.insert("aws_account".to_owned(), self.caller.account.to_string().into());
        claims.insert("source_region".to_owned(), self.region.as_str().into());
        if let Some(membership) = self.membership {
            claims.insert("org_id".to_owned(), membership.organization.as_str().into());
            claims.insert("ou_path".to_owned(), membership.path.as_str().into());
        }
        for (name, tags) in [("principal_tags", &self.principal_tags), ("request_tags", &self.request_tags)] {
            if !tags.is_empty() {
                claims.insert(name.to_owned(), json!(tags.iter().collect::<std::collections::BTreeMap<_, _>>()));
            }
        }
        claims
    }
}

/// Whom a token is about: of a session of a role the role.
fn subject(caller: &Caller, partition: Partition) -> String {
    match &caller.principal {
        Principal::RoleSession { role, .. } => role.clone(),
        _ => caller.arn(partition),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_tells_who_and_in_which_organization() {
        let role = "arn:aws:iam::111122223333:role/r".to_owned();
        let caller = Caller {
            account: "111122223333".parse().unwrap(),
            principal: Principal::RoleSession {
                arn: "arn:aws:sts::111122223333:assumed-role/r/s".into(),
                id: "AROAEXAMPLE:s".into(),
                role: role.clone(),
            },
            access_key: None,
            session: None,
        };
        let token = IdentityToken {
            issuer: "https://i",
            audience: &["a".to_owned()],
            caller: &caller,
            region: &Region::default_region(),
            membership: None,
            principal_tags: Tags::from([("team".to_owned(), "x".to_owned())]),
            request_tags: Tags::new(),
            issued: Timestamp::from_secs(10),
            expires: Timestamp::from_secs(310),
            id: "j".into(),
        };
        let claims = token.claims();
        assert_eq!((&claims["sub"], &claims["aud"]), (&json!(role), &json!("a")));
        let expected =
            json!({"aws_account": "111122223333", "source_region": "us-east-1", "principal_tags": {"team": "x"}});
        assert_eq!(claims[NAMESPACE], expected);
        let many = IdentityToken { audience: &["a".to_owned(), "b".to_owned()], ..token };
        assert_eq!(many.claims()["aud"], json!(["a", "b"]));
    }
}
