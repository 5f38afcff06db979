//! Canonical user ids: the sixty-four letters by which access lists name an account. Pure; nothing is kept.
//!
//! An id is a digest of the account with the account's twelve digits hidden at its end, so that an id can be read back
//! without a table, and a text that is no id is told from one that is.

use aws_lc_rs::digest::{SHA256, digest};
use names::AccountId;

const DIGITS: usize = 12;
const LENGTH: usize = 64;
/// Changing it would make all ids others.
const SALT: &str = "canonical user id of account ";

/// The canonical id of an account.
pub(crate) fn id(account: AccountId) -> String {
    let account = account.to_string();
    let mut id = head(&account);
    let mask: Vec<u8> = id.bytes().take(DIGITS).filter_map(value).collect();
    let hidden = account.bytes().zip(mask).map(|(digit, mask)| hex((digit - b'0' + mask) % 16));
    id.extend(hidden);
    id
}

/// The account of a canonical id; none when it is nobody's.
pub(crate) fn account(canonical: &str) -> Option<AccountId> {
    if canonical.len() != LENGTH || !canonical.is_ascii() {
        return None;
    }
    let (mask, tail) = (&canonical[..DIGITS], &canonical[LENGTH - DIGITS..]);
    let digit = |(hidden, mask): (u8, u8)| {
        let digit = (value(hidden)? + 16 - value(mask)?) % 16;
        (digit < 10).then(|| char::from(b'0' + digit))
    };
    let digits: String = tail.bytes().zip(mask.bytes()).map(digit).collect::<Option<_>>()?;
    let account = digits.parse().ok()?;
    (id(account) == canonical).then_some(account)
}

fn head(account: &str) -> String {
    let digest = digest(&SHA256, format!("{SALT}{account}").as_bytes());
    let bytes = &digest.as_ref()[..(LENGTH - DIGITS) / 2];
    bytes.iter().flat_map(|byte| [hex(byte >> 4), hex(byte & 15)]).collect()
}

fn hex(value: u8) -> char {
    char::from_digit(u32::from(value), 16).expect("four bits are a hexadecimal digit")
}

fn value(letter: u8) -> Option<u8> {
    char::from(letter).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_id_is_read_back(number in 0u64..1_000_000_000_000) {
            let own = AccountId::from_number(number).unwrap();
            let id = id(own);
            prop_assert_eq!(id.len(), LENGTH);
            prop_assert_eq!(account(&id), Some(own));
        }

        #[test]
        fn other_texts_are_nobodys(text in "[0-9a-f]{64}|wrong-id|.{0,70}") {
            prop_assert_eq!(account(&text), None);
        }
    }
}
