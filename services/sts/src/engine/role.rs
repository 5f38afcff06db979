//! A role as STS needs it, and the ARNs of roles and of their sessions.

use names::{AccountId, Arn, Tags};
use service_kit::{Error, Principal};

use crate::error::{constraint, invalid};
use crate::limits;

/// A role that IAM keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Role {
    pub(crate) arn: Arn,
    pub(crate) account: AccountId,
    pub(crate) name: String,
    /// `AROA…`.
    pub(crate) id: String,
    /// The trust policy, as JSON.
    pub(crate) trust: String,
    /// Seconds that its sessions may last.
    pub(crate) longest: i64,
    pub(crate) tags: Tags,
}

/// The account and name of the role with an ARN; none when the ARN is of something else.
pub(crate) fn of_arn(arn: &Arn) -> Option<(AccountId, &str)> {
    let path = arn.resource.strip_prefix("role/").filter(|_| arn.service == "iam" && arn.region.is_empty())?;
    let name = path.rsplit('/').next().filter(|name| !name.is_empty())?;
    Some((arn.account_id()?, name))
}

/// An ARN as a client writes it.
///
/// # Errors
/// AWS's words when it is none.
pub(crate) fn parse(arn: &str) -> Result<Arn, Error> {
    arn.parse().map_err(|_| invalid(format!("{arn} is invalid")))
}

impl Role {
    /// A session of this role under a name.
    pub(crate) fn session(&self, name: &str) -> Principal {
        let Arn { partition, account, .. } = &self.arn;
        Principal::RoleSession {
            arn: format!("arn:{partition}:sts::{account}:assumed-role/{}/{name}", self.name),
            id: format!("{}:{name}", self.id),
            role: self.arn.to_string(),
        }
    }
}

/// Whether a text may name a session or a source identity: 2 to 64 letters, digits and `_+=,.@-`.
pub(crate) fn is_session_name(name: &str) -> bool {
    let letters = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_+=,.@-".contains(&b));
    letters && limits::SESSION_NAME.contains(&name.len())
}

/// A source identity that a caller sets.
///
/// # Errors
/// When it begins with what AWS keeps to itself.
pub(crate) fn check_source_identity(identity: Option<&str>) -> Result<(), Error> {
    match identity.filter(|identity| identity.to_ascii_lowercase().starts_with("aws:")) {
        Some(reserved) => Err(constraint("sourceIdentity", reserved, "Member must not begin with aws:")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_of_roles() {
        for (arn, expected) in [
            ("arn:aws:iam::111122223333:role/r", Some("r")),
            ("arn:aws:iam::111122223333:role/a/b/r", Some("r")),
            ("arn:aws:iam::111122223333:role/", None),
            ("arn:aws:iam::111122223333:user/r", None),
            ("arn:aws:sts::111122223333:role/r", None),
            ("arn:aws:iam:us-east-1:111122223333:role/r", None),
            ("arn:aws:iam::nobody:role/r", None),
        ] {
            assert_eq!(of_arn(&parse(arn).unwrap()).map(|(_, name)| name), expected, "{arn}");
        }
    }

    /// Recorded from AWS: LocalStack's `test_sts_invalid_parameters`.
    #[test]
    fn what_is_no_arn() {
        for arn in [
            "nothing-valid-in-here",
            "arn::b:::something/test-role",
            "arn:a::::something/test-role",
            "arn:a:::something/test-role",
            "arn:a:a::aaaaaaaaaa:",
        ] {
            let Err(Error::Modeled(error)) = parse(arn) else { panic!("{arn}") };
            assert_eq!((error.schema.query_code, error.message), ("ValidationError", format!("{arn} is invalid")));
        }
    }

    #[test]
    fn session_names() {
        for (name, good) in
            [("ab", true), ("a", false), ("a_+=,.@-Z9", true), ("a:b", false), ("a b", false), ("é_", false)]
        {
            assert_eq!(is_session_name(name), good, "{name}");
        }
        assert!(is_session_name(&"x".repeat(64)) && !is_session_name(&"x".repeat(65)));
    }
}
