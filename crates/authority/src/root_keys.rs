//! The keys that exist without anyone making them: zero set-up.
//!
//! `test` is the root of the default account and a 12-digit number the root of that account, both with the secret `test`
//! (or the key itself, or what the configuration says). A key that looks like one of AWS's (`AKIA…`, `ASIA…`) must have
//! been issued here. Any other key has no secret to check against and counts as the default account's root, unless the
//! configuration refuses it.

use names::AccountId;
use service_kit::{Caller, KeyOwner};
use sigv4::Secret;

/// The keys that exist without anyone making them.
pub struct RootKeys {
    secret: Option<Secret>,
    conventional: Secret,
    open: bool,
}

impl RootKeys {
    /// `secret` replaces the conventional ones; `open` lets keys of no known form in as root.
    pub fn new(secret: Option<&str>, open: bool) -> Self {
        Self { secret: secret.map(Secret::new), conventional: Secret::new("test"), open }
    }

    /// The owner of a key that nobody issued.
    pub(crate) fn owner(&self, access_key: &str) -> KeyOwner {
        if let Some(account) = account_of(access_key) {
            let caller = Caller::root(account, Some(access_key.to_owned()));
            return KeyOwner::Known { secrets: self.secrets(access_key), caller };
        }
        if !self.open || looks_issued(access_key) {
            return KeyOwner::Unknown;
        }
        KeyOwner::Unchecked(Caller::root(AccountId::DEFAULT, Some(access_key.to_owned())))
    }

    fn secrets(&self, access_key: &str) -> Vec<Secret> {
        match &self.secret {
            Some(secret) => vec![secret.clone()],
            None if access_key == "test" => vec![self.conventional.clone()],
            None => vec![self.conventional.clone(), Secret::new(access_key)],
        }
    }
}

fn account_of(access_key: &str) -> Option<AccountId> {
    if access_key == "test" { Some(AccountId::DEFAULT) } else { access_key.parse().ok() }
}

/// The form of the keys that IAM (`AKIA`) and STS (`ASIA`) issue: 16 to 128 upper-case letters and digits.
pub(crate) fn looks_issued(access_key: &str) -> bool {
    let issued = access_key.starts_with("AKIA") || access_key.starts_with("ASIA");
    issued && access_key.len() >= 16 && access_key.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn describe(keys: &RootKeys, key: &str) -> String {
        match keys.owner(key) {
            KeyOwner::Known { caller, secrets, .. } => format!("{} {}", caller.account, secrets.len()),
            KeyOwner::Unchecked(caller) => format!("{} open", caller.account),
            _ => "unknown".to_owned(),
        }
    }

    #[test]
    fn root_without_set_up() {
        let keys = RootKeys::new(None, true);
        for (key, expected) in [
            ("test", "000000000000 1"),
            ("111122223333", "111122223333 2"),
            ("anything", "000000000000 open"),
            ("AKIAIOSFODNN7EXAMPLE", "unknown"),
            ("ASIAIOSFODNN7EXAMPLE", "unknown"),
        ] {
            assert_eq!(describe(&keys, key), expected, "{key}");
        }
    }

    #[test]
    fn a_closed_cloud_knows_only_its_accounts() {
        let keys = RootKeys::new(Some("s3cret"), false);
        assert_eq!(describe(&keys, "anything"), "unknown");
        assert_eq!(describe(&keys, "test"), "000000000000 1");
    }
}
