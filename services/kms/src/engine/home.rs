//! Where a key is, and the ways to name one: id, ARN, alias, alias ARN.

use names::{AccountId, Arn, Region};
use store::Scope;

use super::refusal::Refusal;

/// Where a key is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Home {
    /// Whose it is.
    pub account: AccountId,
    /// Its region.
    pub region: Region,
    /// Its id.
    pub id: String,
}

/// What a caller may write for a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Name {
    /// A key.
    Key(Home),
    /// An alias: account, region, `alias/…`.
    Alias(Place, String),
}

/// An account and a region.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    /// The account.
    pub account: AccountId,
    /// The region.
    pub region: Region,
}

impl Home {
    /// Where its records lie.
    pub(crate) fn scope(&self) -> Scope {
        Scope::Regional(self.account, self.region.clone())
    }

    /// `arn:aws:kms:…:key/…`.
    pub(crate) fn arn(&self) -> String {
        Arn::regional("kms", &self.region, self.account, format!("key/{}", self.id)).to_string()
    }

    /// The key of an ARN.
    pub(crate) fn of_arn(arn: &str) -> Option<Self> {
        let arn: Arn = arn.parse().ok().filter(|arn: &Arn| arn.service == "kms")?;
        let id = arn.resource.strip_prefix("key/")?.to_owned();
        Some(Self { account: arn.account_id()?, region: arn.region_code()?, id })
    }

    /// Account and region.
    pub(crate) fn place(&self) -> Place {
        Place { account: self.account, region: self.region.clone() }
    }

    /// The same key in another region.
    pub(crate) fn in_region(&self, region: Region) -> Self {
        Self { region, ..self.clone() }
    }
}

impl Place {
    /// Where records lie.
    pub(crate) fn scope(&self) -> Scope {
        Scope::Regional(self.account, self.region.clone())
    }

    /// The ARN of an alias, `alias/…`.
    pub(crate) fn alias_arn(&self, alias: &str) -> String {
        Arn::regional("kms", &self.region, self.account, alias).to_string()
    }

    /// The key of an id.
    pub(crate) fn key(&self, id: &str) -> Home {
        Home { account: self.account, region: self.region.clone(), id: id.to_owned() }
    }
}

impl Name {
    /// What a text means to a caller in a place. An ARN may name another account, and no other region.
    pub(crate) fn parse(text: &str, here: &Place) -> Result<Self, Refusal> {
        if text.starts_with("arn:") {
            return Self::of_arn(text, here);
        }
        if text.starts_with("alias/") {
            return Ok(Self::Alias(here.clone(), text.to_owned()));
        }
        if is_id(text) { Ok(Self::Key(here.key(text))) } else { Err(Refusal::BadKeyId(text.to_owned())) }
    }

    fn of_arn(text: &str, here: &Place) -> Result<Self, Refusal> {
        let bad = || Refusal::BadArn(text.to_owned());
        let arn: Arn = text.parse().map_err(|_| bad())?;
        if arn.service != "kms" || arn.partition != here.region.partition().as_str() {
            return Err(bad());
        }
        let account = arn.account_id().ok_or_else(bad)?;
        if arn.region != here.region.as_str() {
            return Err(Refusal::BadArn(arn.region));
        }
        let place = Place { account, region: here.region.clone() };
        match arn.resource.strip_prefix("key/") {
            Some(id) if is_id(id) => Ok(Self::Key(place.key(id))),
            None if arn.resource.starts_with("alias/") => Ok(Self::Alias(place, arn.resource)),
            _ => Err(bad()),
        }
    }
}

/// Whether a text has the form of a key's id: a UUID, or `mrk-` and 32 hexadecimal digits.
pub(crate) fn is_id(text: &str) -> bool {
    let hex = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    match text.strip_prefix("mrk-") {
        Some(rest) => rest.len() == 32 && hex(rest),
        None => {
            let parts: Vec<_> = text.split('-').collect();
            parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12]) && parts.iter().all(|part| hex(part))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here() -> Place {
        Place { account: AccountId::DEFAULT, region: Region::default_region() }
    }

    const ID: &str = "12345678-90ab-cdef-1234-567890abcdef";
    const MRK: &str = "mrk-1234567890abcdef1234567890abcdef";

    #[test]
    fn names_of_keys() {
        for id in [ID, MRK] {
            let home = here().key(id);
            assert_eq!(Name::parse(id, &here()).ok(), Some(Name::Key(home.clone())));
            assert_eq!(Name::parse(&home.arn(), &here()).ok(), Some(Name::Key(home.clone())));
            assert_eq!(Home::of_arn(&home.arn()), Some(home));
        }
        let alias = Name::Alias(here(), "alias/a/b".into());
        assert_eq!(Name::parse("alias/a/b", &here()).ok(), Some(alias.clone()));
        assert_eq!(Name::parse(&here().alias_arn("alias/a/b"), &here()).ok(), Some(alias));
    }

    #[test]
    fn what_names_no_key() {
        for text in ["", "fake-key-id", "134f2428cec14b25a1ae9048164dba47", "mrk-fake-key-id", &ID.to_uppercase()] {
            assert!(matches!(Name::parse(text, &here()), Err(Refusal::BadKeyId(_))), "{text}");
        }
        for text in ["arn:aws:sqs:us-east-1:000000000000:q", "arn:aws:kms:us-east-1:000000000000:key/x", "arn:"] {
            assert!(matches!(Name::parse(text, &here()), Err(Refusal::BadArn(_))), "{text}");
        }
        let elsewhere = format!("arn:aws:kms:eu-west-1:000000000000:key/{ID}");
        assert!(matches!(Name::parse(&elsewhere, &here()), Err(Refusal::BadArn(region)) if region == "eu-west-1"));
    }
}
