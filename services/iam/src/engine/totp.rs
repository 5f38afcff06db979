//! Time-based one-time passwords (RFC 6238, six digits, thirty seconds, SHA-1): what a virtual MFA device shows, told apart
//! from what it showed before and from what it never shows.

use aws_lc_rs::hmac;
use names::Timestamp;
use serde::{Deserialize, Serialize};

/// Seconds for which one code is shown.
const STEP: i64 = 30;
/// Codes of six digits.
const DIGITS: u32 = 1_000_000;
/// Bytes of a fresh seed: 64 letters in base 32, as AWS gives.
pub(crate) const SEED_BYTES: usize = 40;
/// Steps a device's clock may be away from where it was last seen, when it signs in.
const SIGN_IN: i64 = 1;
/// Steps a device's clock may be away from ours when it is enabled or synchronised: ten minutes.
const SYNCHRONISE: i64 = 20;

/// A six-digit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Code(u32);

/// Where a device's clock stands and which of its codes are used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pace {
    /// Steps by which the device is ahead of us.
    pub(crate) drift: i64,
    /// The step of the last code that was accepted: it and all before it count no more.
    pub(crate) spent: i64,
}

impl Code {
    /// Reads six digits.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let digits = text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| text.parse().ok().map(Self)).flatten()
    }

    /// The code of a seed in a step.
    fn of(seed: &[u8], step: i64) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, seed);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let bytes = tag.as_ref();
        let at = usize::from(bytes[bytes.len() - 1] & 15);
        let word = u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        Self((word & 0x7fff_ffff) % DIGITS)
    }
}

/// The pace of a device that showed these two codes one right after the other; none when it did not, or not near `now`.
/// `spent` is the step of the last code accepted before.
pub(crate) fn synchronise(seed: &[u8], first: Code, second: Code, now: Timestamp, spent: Option<i64>) -> Option<Pace> {
    let present = step_of(now);
    nearest(present, SYNCHRONISE)
        .filter(|step| spent.is_none_or(|spent| step - 1 > spent))
        .find(|step| Code::of(seed, *step) == second && Code::of(seed, step - 1) == first)
        .map(|step| Pace { drift: step - present, spent: step })
}

/// The pace after a code was accepted; none when the device does not show it now, or showed it to us before.
pub(crate) fn accept(seed: &[u8], pace: Pace, code: Code, now: Timestamp) -> Option<Pace> {
    let present = step_of(now);
    nearest(present + pace.drift, SIGN_IN)
        .filter(|step| *step > pace.spent)
        .find(|step| Code::of(seed, *step) == code)
        .map(|step| Pace { drift: step - present, spent: step })
}

/// The seed as people type it into their device.
pub(crate) fn base32(seed: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut out = String::with_capacity(seed.len().div_ceil(5) * 8);
    for chunk in seed.chunks(5) {
        let mut group = [0; 8];
        group[3..3 + chunk.len()].copy_from_slice(chunk);
        let group = u64::from_be_bytes(group);
        let letters = (chunk.len() * 8).div_ceil(5);
        out.extend((0..letters).map(|at| char::from(ALPHABET[(group >> (35 - 5 * at)) as usize & 31])));
    }
    out
}

/// What the picture says to the device.
///
/// Source: `VirtualMFADevice` in the IAM API reference.
pub(crate) fn address(device: &str, account: &str, base32: &str) -> String {
    format!("otpauth://totp/{device}@{account}?secret={base32}")
}

fn step_of(at: Timestamp) -> i64 {
    at.secs().div_euclid(STEP)
}

/// Steps around one, the nearest first.
fn nearest(step: i64, width: i64) -> impl Iterator<Item = i64> {
    (0..=width).flat_map(move |away| [step - away, step + away].into_iter().take(if away == 0 { 1 } else { 2 }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEED: &[u8] = b"12345678901234567890";

    fn at(step: i64) -> Timestamp {
        Timestamp::from_secs(step * STEP + 7)
    }

    /// The vectors of RFC 6238, appendix B, cut to six digits.
    #[test]
    fn vectors_of_the_rfc() {
        for (seconds, code) in [
            (59, 287_082),
            (1_111_111_109, 81_804),
            (1_111_111_111, 50_471),
            (1_234_567_890, 5_924),
            (2_000_000_000, 279_037),
            (20_000_000_000, 353_130),
        ] {
            assert_eq!(Code::of(SEED, step_of(Timestamp::from_secs(seconds))), Code(code), "{seconds}");
        }
    }

    /// The vectors of RFC 4648, section 10, without padding.
    #[test]
    fn base32_of_the_rfc() {
        for (plain, text) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(plain.as_bytes()), text);
        }
        assert_eq!(base32(&[7; SEED_BYTES]).len(), 64);
    }

    #[test]
    fn codes_are_six_digits() {
        for (text, code) in [("000000", Some(0)), ("081804", Some(81_804)), ("12345", None), ("1234567", None)] {
            assert_eq!(Code::parse(text), code.map(Code), "{text}");
        }
        for text in ["", "12345a", "-12345", "+12345", "１２"] {
            assert_eq!(Code::parse(text), None, "{text}");
        }
    }

    #[test]
    fn two_codes_in_a_row_tell_the_pace() {
        let code = |step| Code::of(SEED, step);
        let pace = |first, second| synchronise(SEED, code(first), code(second), at(1_000), None);
        assert_eq!(pace(999, 1_000), Some(Pace { drift: 0, spent: 1_000 }));
        assert_eq!(pace(1_010, 1_011), Some(Pace { drift: 11, spent: 1_011 }));
        assert_eq!(pace(1_000, 999), None, "the other way round");
        assert_eq!(pace(1_000, 1_000), None, "the same code twice");
        assert_eq!(pace(998, 1_000), None, "one between them");
        assert_eq!(pace(900, 901), None, "long ago");
        let again = synchronise(SEED, code(999), code(1_000), at(1_000), Some(999));
        assert_eq!(again, None, "the first code is spent");
    }

    #[test]
    fn a_code_counts_once() {
        let start = Pace { drift: 0, spent: 1_000 };
        assert_eq!(accept(SEED, start, Code::of(SEED, 1_000), at(1_000)), None, "spent when it was enabled");
        let next = accept(SEED, start, Code::of(SEED, 1_001), at(1_001)).unwrap();
        assert_eq!(next, Pace { drift: 0, spent: 1_001 });
        assert_eq!(accept(SEED, next, Code::of(SEED, 1_001), at(1_001)), None, "replayed");
        assert_eq!(accept(SEED, next, Code::of(SEED, 1_004), at(1_002)), None, "too far ahead");
        assert_eq!(accept(SEED, next, Code(0), at(1_002)), None, "of nobody");
    }

    #[test]
    fn a_slow_clock_is_followed() {
        let mut pace = Pace { drift: 0, spent: 0 };
        for tick in 1..50 {
            let (now, shown) = (1_000 + 100 * tick, 1_000 + 99 * tick);
            let before = Pace { drift: 1 - tick, ..pace };
            pace = accept(SEED, before, Code::of(SEED, shown), at(now)).unwrap();
            assert_eq!(pace.drift, -tick);
        }
    }
}
