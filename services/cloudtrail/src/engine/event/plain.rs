//! Instants, accounts, addresses and ids as records show them, without the cost of a general formatter: every call leaves
//! some of each.

use std::net::IpAddr;

use names::{AccountId, Partition};

use crate::store::EventId;

/// Seconds of a day.
const DAY: i64 = 86_400;
/// Days from March 1 of year 0 to the epoch.
const TO_EPOCH: i64 = 719_468;
/// Days of 400 years, after which the calendar repeats.
const CYCLE: i64 = 146_097;

/// `2026-11-23T06:52:23Z`. Years have four digits.
pub(super) fn seconds(secs: i64) -> String {
    let (year, month, day) = date(secs.div_euclid(DAY));
    let time = secs.rem_euclid(DAY);
    let mut text = String::with_capacity(20);
    let mut put = |number: i64, after: char| {
        for digit in [number / 10 % 10, number % 10] {
            text.push(char::from(b'0' + u8::try_from(digit).unwrap_or(0)));
        }
        if after != '\0' {
            text.push(after);
        }
    };
    put(year / 100, '\0');
    put(year % 100, '-');
    put(month, '-');
    put(day, 'T');
    put(time / 3_600, ':');
    put(time / 60 % 60, ':');
    put(time % 60, 'Z');
    text
}

/// `123456789012`.
pub(super) fn account(account: AccountId) -> String {
    let (mut rest, mut digits) = (account.number(), [b'0'; 12]);
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
    }
    digits.into_iter().map(char::from).collect()
}

/// `arn:aws:iam::123456789012:root`.
pub(super) fn root(partition: Partition, of: AccountId) -> String {
    ["arn:", partition.as_str(), ":iam::", &account(of), ":root"].concat()
}

/// `127.0.0.1`, `::1`.
pub(super) fn address(address: IpAddr) -> String {
    let IpAddr::V4(address) = address else { return address.to_string() };
    let mut text = String::with_capacity(15);
    for octet in address.octets() {
        if !text.is_empty() {
            text.push('.');
        }
        let digits = [octet / 100, octet / 10 % 10, octet % 10];
        let first = digits[..2].iter().position(|digit| *digit > 0).unwrap_or(2);
        text.extend(digits[first..].iter().map(|digit| char::from(b'0' + digit)));
    }
    text
}

/// An id as text: a UUID of version 4, made of random bits.
pub(crate) fn uuid(id: &EventId) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let bits = u128::from_be_bytes(*id) & !(0xf << 76) & !(0b11 << 62) | (0x4 << 76) | (0b10 << 62);
    let mut text = String::with_capacity(36);
    for (index, byte) in bits.to_be_bytes().into_iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push(DIGITS[usize::from(byte >> 4)].into());
        text.push(DIGITS[usize::from(byte & 0xf)].into());
    }
    text
}

/// Year, month and day of a day since the epoch. Years begin in March here, so that the leap day is the last.
/// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
fn date(day: i64) -> (i64, i64, i64) {
    let day = day + TO_EPOCH;
    let (cycle, of_cycle) = (day.div_euclid(CYCLE), day.rem_euclid(CYCLE));
    let year = (of_cycle - of_cycle / 1_460 + of_cycle / 36_524 - of_cycle / 146_096) / 365;
    let of_year = of_cycle - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let (day, month) = (of_year - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    (year + cycle * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use names::{Arn, Timestamp};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ids_are_uuids_of_version_4() {
        assert_eq!(uuid(&[0; 16]), "00000000-0000-4000-8000-000000000000");
        assert_eq!(uuid(&[0xff; 16]), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    }

    proptest! {
        #[test]
        fn as_the_general_formatter_writes_them(secs in -62_000_000_000i64..253_402_300_799) {
            let at = Timestamp::from_secs(secs);
            prop_assume!(!at.iso8601().starts_with('-'));
            prop_assert_eq!(seconds(secs), at.iso8601());
        }

        #[test]
        fn numbers_as_others_write_them(number in 0..1_000_000_000_000u64, four: u32, six: u128, v4: bool) {
            let of = AccountId::from_number(number).unwrap();
            prop_assert_eq!(account(of), of.to_string());
            for partition in [Partition::Aws, Partition::China] {
                prop_assert_eq!(root(partition, of), Arn::global(partition, "iam", of, "root").to_string());
            }
            let from = if v4 { IpAddr::V4(four.into()) } else { IpAddr::V6(six.into()) };
            prop_assert_eq!(address(from), from.to_string());
        }
    }
}
