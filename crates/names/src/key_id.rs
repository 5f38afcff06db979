//! Access key ids and unique ids of IAM: a prefix that tells the kind, then base 32. As in AWS, an access key id holds the
//! account it was issued in, so that its owner's account is known without looking anything up.

use crate::AccountId;

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// Bits below the account in the first six of an id's ten bytes.
const BELOW_ACCOUNT: u32 = 7;
/// Bits of the account: twelve digits need forty.
const ACCOUNT_BITS: u64 = (1 << 40) - 1;

/// What an id names, told by its first four letters.
///
/// Source: "Unique identifiers" in the IAM user guide, reference for identifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdKind {
    /// `AKIA`: a long-lived access key.
    AccessKey,
    /// `ASIA`: a temporary access key of STS.
    TemporaryKey,
    /// `AIDA`: a user.
    User,
    /// `AROA`: a role.
    Role,
    /// `AGPA`: a group.
    Group,
    /// `AIPA`: an instance profile.
    InstanceProfile,
    /// `ANPA`: a managed policy.
    Policy,
    /// `ASCA`: a certificate.
    Certificate,
    /// `APKA`: a public key.
    PublicKey,
    /// `ACCA`: a service-specific credential.
    ServiceCredential,
}

impl IdKind {
    /// The four letters.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::AccessKey => "AKIA",
            Self::TemporaryKey => "ASIA",
            Self::User => "AIDA",
            Self::Role => "AROA",
            Self::Group => "AGPA",
            Self::InstanceProfile => "AIPA",
            Self::Policy => "ANPA",
            Self::Certificate => "ASCA",
            Self::PublicKey => "APKA",
            Self::ServiceCredential => "ACCA",
        }
    }
}

/// An id of 20 letters and digits in an account, unique by its 39 random bits or more. `random` is 80 fresh bits.
pub fn issue(kind: IdKind, account: AccountId, random: [u8; 10]) -> String {
    let mut bytes = random;
    let head = u64::from_be_bytes([0, 0, bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5]]);
    let others = head & !(ACCOUNT_BITS << BELOW_ACCOUNT);
    let head = (others | (account.number() << BELOW_ACCOUNT)) | (1 << 47);
    bytes[..6].copy_from_slice(&head.to_be_bytes()[2..]);
    format!("{}{}", kind.prefix(), base32(bytes))
}

/// The account in an access key id; none when it is not of AWS's form.
pub fn account_of(key_id: &str) -> Option<AccountId> {
    let body = key_id.get(4..).filter(|body| body.len() >= 10)?;
    let mut head: u64 = 0;
    for byte in body.bytes().take(10) {
        let digit = ALPHABET.iter().position(|letter| *letter == byte)?;
        head = (head << 5) | digit as u64;
    }
    // Ten letters are 50 bits; the account stands in the first 48.
    AccountId::from_number((head >> 2 >> BELOW_ACCOUNT) & ACCOUNT_BITS)
}

fn base32(bytes: [u8; 10]) -> String {
    let all = bytes.iter().fold(0u128, |all, byte| (all << 8) | u128::from(*byte));
    (0..16).rev().map(|at| char::from(ALPHABET[(all >> (5 * at)) as usize & 31])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_tell_their_account() {
        for number in [0, 1, 123_456_789_012, 999_999_999_999] {
            let account = AccountId::from_number(number).unwrap();
            for random in [[0; 10], [255; 10], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]] {
                let id = issue(IdKind::AccessKey, account, random);
                assert_eq!((id.len(), &id[..4]), (20, "AKIA"));
                assert_eq!(account_of(&id), Some(account), "{id}");
            }
        }
    }

    /// A key of the form AWS issues, with the account its forty bits hold.
    #[test]
    fn reads_keys_of_aws() {
        assert_eq!(account_of("ASIAY34FZKBOKMUTVV7A").unwrap().to_string(), "609629065308");
        assert_eq!(account_of("test"), None);
        assert_eq!(account_of("AKIA????????????????"), None);
    }
}
