//! Where vaults are, and what things are called.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use names::{AccountId, Arn, Region, Timestamp};
use store::Scope;

/// Bytes of an id. Ids of archives in AWS's examples have 138 letters.
const ID: usize = 103;

/// An account in a region.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Home {
    pub(crate) account: AccountId,
    pub(crate) region: Region,
}

/// A vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VaultId {
    pub(crate) home: Home,
    pub(crate) name: String,
}

impl Home {
    /// Where its records lie.
    pub(crate) fn scope(&self) -> Scope {
        Scope::Regional(self.account, self.region.clone())
    }

    /// A vault of its.
    pub(crate) fn vault(&self, name: impl Into<String>) -> VaultId {
        VaultId { home: self.clone(), name: name.into() }
    }
}

impl VaultId {
    /// Its ARN.
    pub(crate) fn arn(&self) -> Arn {
        Arn::regional("glacier", &self.home.region, self.home.account, format!("vaults/{}", self.name))
    }

    /// The vault that an ARN names.
    pub(crate) fn of_arn(arn: &str) -> Option<Self> {
        let arn: Arn = arn.parse().ok().filter(|arn: &Arn| arn.service == "glacier")?;
        let home = Home { account: arn.account_id()?, region: arn.region_code()? };
        arn.resource.strip_prefix("vaults/").map(|name| home.vault(name))
    }

    /// Its address below the endpoint.
    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/{}/vaults/{}{rest}", self.home.account, self.name)
    }
}

/// A new id. It says when it was made, so that policies can tell the age of an archive before it is looked for.
pub(crate) fn new_id(now: Timestamp, mut random: impl FnMut() -> u128) -> String {
    let mut bytes: Vec<u8> = (0..6).flat_map(|_| random().to_be_bytes()).take(ID - 8).collect();
    bytes.extend(now.micros().to_be_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// When the archive of an id was made; none when it is no id.
pub(crate) fn made(id: &str) -> Option<Timestamp> {
    let bytes = URL_SAFE_NO_PAD.decode(id).ok().filter(|bytes| bytes.len() == ID)?;
    let micros: [u8; 8] = bytes[ID - 8..].try_into().ok()?;
    Some(Timestamp::from_micros(i64::from_be_bytes(micros)))
}

/// An instant as Glacier writes it: with three digits of a second.
pub(crate) fn shown(instant: Timestamp) -> String {
    let millis = instant.micros().rem_euclid(1_000_000) / 1_000;
    let seconds = Timestamp::from_secs(instant.secs()).iso8601();
    format!("{}.{millis:03}Z", seconds.trim_end_matches('Z').split('.').next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_tell_when_they_were_made() {
        let now = Timestamp::from_secs(1_767_225_600);
        let id = new_id(now, || 7);
        assert_eq!((id.len(), made(&id)), (138, Some(now)));
        assert_eq!(made("x"), None);
        assert_eq!(shown(now), "2026-01-01T00:00:00.000Z");
        assert_eq!(shown(Timestamp::from_micros(now.micros() + 120_999)), "2026-01-01T00:00:00.120Z");
    }
}
