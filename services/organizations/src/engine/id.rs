//! Ids and ARNs. Every id begins with what it names: `o-`, `r-`, `ou-`, `p-`, `h-`, `car-`, `rp-`, `rt-`; an account's is
//! its twelve digits.

use names::AccountId;
use runtime::Random;

use super::kind::{Default, Kind};

/// What an id names, told by its form. It need not be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place<'a> {
    /// `r-…`
    Root(&'a str),
    /// `ou-…`
    Unit(&'a str),
    /// Twelve digits.
    Account(AccountId),
    /// `p-…`
    Policy(&'a str),
    /// `rp-…`
    ResourcePolicy(&'a str),
    /// `rt-…`
    Transfer(&'a str),
}

impl<'a> Place<'a> {
    /// What an id names; none when it names nothing of ours.
    pub(crate) fn of(id: &'a str) -> Option<Self> {
        if let Ok(account) = id.parse() {
            return Some(Self::Account(account));
        }
        let (prefix, _) = id.split_once('-')?;
        Some(match prefix {
            "r" => Self::Root(id),
            "ou" => Self::Unit(id),
            "p" => Self::Policy(id),
            "rp" => Self::ResourcePolicy(id),
            "rt" => Self::Transfer(id),
            _ => return None,
        })
    }
}

/// A new id: `prefix` and so many characters of `a-z0-9`.
pub(crate) fn fresh(random: &Random, prefix: &str, characters: usize) -> String {
    const CHARACTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let mut id = prefix.to_owned();
    id.extend((0..characters).map(|_| char::from(CHARACTERS[usize::try_from(random.below(36)).unwrap_or(0)])));
    id
}

/// A number for a new account, which nobody need have.
pub(crate) fn account(random: &Random) -> AccountId {
    let number = 100_000_000_000 + random.below(900_000_000_000);
    AccountId::from_number(number).expect("below 10^12")
}

/// The ARNs of an organization: its id and its management account.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arns<'a> {
    /// The management account.
    pub management: AccountId,
    /// `o-…`.
    pub organization: &'a str,
}

impl Arns<'_> {
    /// The organization.
    pub(crate) fn organization(&self) -> String {
        format!("arn:aws:organizations::{}:organization/{}", self.management, self.organization)
    }

    /// A root.
    pub(crate) fn root(&self, id: &str) -> String {
        self.of("root", id)
    }

    /// A unit.
    pub(crate) fn unit(&self, id: &str) -> String {
        self.of("ou", id)
    }

    /// An account.
    pub(crate) fn account(&self, account: AccountId) -> String {
        self.of("account", &account.to_string())
    }

    /// A policy: AWS's own belong to nobody.
    pub(crate) fn policy(&self, kind: Kind, id: &str) -> String {
        match Default::of_id(id) {
            Some(_) => format!("arn:aws:organizations::aws:policy/{}/{id}", kind.in_arn()),
            None => format!(
                "arn:aws:organizations::{}:policy/{}/{}/{id}",
                self.management,
                self.organization,
                kind.in_arn()
            ),
        }
    }

    /// The resource policy.
    pub(crate) fn resource_policy(&self, id: &str) -> String {
        self.of("resourcepolicy", id)
    }

    /// A handshake about `action`, as in `invite`.
    pub(crate) fn handshake(&self, action: &str, id: &str) -> String {
        self.of("handshake", &format!("{action}/{id}"))
    }

    /// A transfer, seen from this organization: `inbound` or `outbound`.
    pub(crate) fn transfer(&self, direction: &str, id: &str) -> String {
        self.of("transfer", &format!("billing/{direction}/{id}"))
    }

    fn of(&self, sort: &str, id: &str) -> String {
        format!("arn:aws:organizations::{}:{sort}/{}/{id}", self.management, self.organization)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_tell_what_they_name() {
        let account = "123456789012".parse().unwrap();
        for (id, place) in [
            ("r-ab12", Some(Place::Root("r-ab12"))),
            ("ou-ab12-12345678", Some(Place::Unit("ou-ab12-12345678"))),
            ("123456789012", Some(Place::Account(account))),
            ("p-FullAWSAccess", Some(Place::Policy("p-FullAWSAccess"))),
            ("rp-abcd", Some(Place::ResourcePolicy("rp-abcd"))),
            ("rt-12345678", Some(Place::Transfer("rt-12345678"))),
            ("12345678901", None),
            ("x-1", None),
            ("", None),
        ] {
            assert_eq!(Place::of(id), place, "{id}");
        }
    }

    #[test]
    fn arns_as_documented() {
        let arns = Arns { management: "111111111111".parse().unwrap(), organization: "o-exampleorgid" };
        let account = "222222222222".parse().unwrap();
        for (arn, text) in [
            (arns.organization(), "arn:aws:organizations::111111111111:organization/o-exampleorgid"),
            (arns.root("r-ab12"), "arn:aws:organizations::111111111111:root/o-exampleorgid/r-ab12"),
            (arns.account(account), "arn:aws:organizations::111111111111:account/o-exampleorgid/222222222222"),
            (
                arns.policy(Kind::ServiceControl, "p-FullAWSAccess"),
                "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess",
            ),
            (
                arns.policy(Kind::Tag, "p-12345678"),
                "arn:aws:organizations::111111111111:policy/o-exampleorgid/tag_policy/p-12345678",
            ),
            (
                arns.handshake("invite", "h-1"),
                "arn:aws:organizations::111111111111:handshake/o-exampleorgid/invite/h-1",
            ),
            (
                arns.transfer("inbound", "rt-1"),
                "arn:aws:organizations::111111111111:transfer/o-exampleorgid/billing/inbound/rt-1",
            ),
        ] {
            assert_eq!(arn, text);
        }
    }

    #[test]
    fn fresh_ids_have_their_form() {
        let random = Random::seeded(1);
        let id = fresh(&random, "o-", 10);
        assert_eq!(id.len(), 12);
        assert!(id[2..].bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()), "{id}");
        assert_ne!(fresh(&random, "o-", 10), id);
        assert!(account(&random).number() >= 100_000_000_000);
    }
}
