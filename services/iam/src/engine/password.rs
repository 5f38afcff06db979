//! Passwords of users: what the account asks of them, and what is kept to know them again.
//!
//! A password is kept as PBKDF2 of it (HMAC-SHA-512, 210,000 rounds, after the OWASP password storage cheat sheet). A
//! user's passwords share one salt, so that one derivation tells whether any of the former ones comes back.

use std::num::NonZeroU32;

use aws_lc_rs::{constant_time, pbkdf2};
use names::Timestamp;
use serde::{Deserialize, Serialize};

/// What counts as a symbol.
///
/// Source: `UpdateAccountPasswordPolicy` in the IAM API reference.
pub(crate) const SYMBOLS: &str = "!@#$%^&*()_+-=[]{}|'";
/// Former passwords that are kept: the most that `PasswordReusePrevention` may ask for.
pub(crate) const KEPT: usize = 24;

const ROUNDS: NonZeroU32 = NonZeroU32::new(210_000).expect("not zero");

/// What an account asks of its users' passwords.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rules {
    /// Letters at least.
    pub(crate) length: usize,
    /// One of [`SYMBOLS`] at least.
    pub(crate) symbols: bool,
    /// One of 0 to 9 at least.
    pub(crate) numbers: bool,
    /// One of A to Z at least.
    pub(crate) uppercase: bool,
    /// One of a to z at least.
    pub(crate) lowercase: bool,
    /// How many of these four kinds there must be: three, for an account that has set no policy.
    pub(crate) kinds: usize,
}

/// What is kept of a password.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Digest(Vec<u8>);

/// Passwords of one user: the one that counts and those before it, newest first.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Passwords {
    salt: [u8; 16],
    current: Digest,
    former: Vec<Digest>,
}

impl Rules {
    /// Of an account that has set no policy: eight letters of three kinds.
    ///
    /// Source: "Set an account password policy for IAM users" in the IAM user guide.
    pub(crate) const DEFAULT: Self =
        Self { length: 8, symbols: false, numbers: false, uppercase: false, lowercase: false, kinds: 3 };

    /// Whether a password is as asked.
    pub(crate) fn allow(&self, password: &str) -> bool {
        let has = |kind: &dyn Fn(char) -> bool| password.chars().any(kind);
        let symbol = has(&|c| SYMBOLS.contains(c));
        let number = has(&|c| c.is_ascii_digit());
        let upper = has(&|c| c.is_ascii_uppercase());
        let lower = has(&|c| c.is_ascii_lowercase());
        let asked = [(self.symbols, symbol), (self.numbers, number), (self.uppercase, upper), (self.lowercase, lower)];
        password.chars().count() >= self.length
            && asked.iter().all(|(needed, there)| !needed || *there)
            && asked.iter().filter(|(_, there)| *there).count() >= self.kinds
    }
}

impl Digest {
    /// Takes about a tenth of a second of the processor.
    fn of(password: &str, salt: &[u8; 16]) -> Self {
        let mut out = vec![0; 32];
        pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA512, ROUNDS, salt, password.as_bytes(), &mut out);
        Self(out)
    }

    fn is(&self, other: &Self) -> bool {
        constant_time::verify_slices_are_equal(&self.0, &other.0).is_ok()
    }
}

impl Passwords {
    /// The first password of a user. Costs a derivation.
    pub(crate) fn first(password: &str, salt: [u8; 16]) -> Self {
        Self { salt, current: Digest::of(password, &salt), former: Vec::new() }
    }

    /// Whether this is the password. Costs a derivation.
    pub(crate) fn is_current(&self, password: &str) -> bool {
        self.current.is(&Digest::of(password, &self.salt))
    }

    /// The passwords after a change; none when the new one is among the last `barred`. Costs a derivation.
    pub(crate) fn changed(&self, password: &str, barred: usize) -> Option<Self> {
        let new = Digest::of(password, &self.salt);
        let mut known = std::iter::once(&self.current).chain(&self.former);
        if known.by_ref().take(barred).any(|digest| digest.is(&new)) {
            return None;
        }
        let former = std::iter::once(&self.current).chain(&self.former).take(KEPT).cloned().collect();
        Some(Self { salt: self.salt, current: new, former })
    }
}

/// When a password set at `since` is to be replaced; `days` of the account's policy.
pub(crate) fn expires(since: Timestamp, days: Option<u32>) -> Option<Timestamp> {
    let day = std::time::Duration::from_secs(86_400);
    days.map(|days| since.plus(day * days))
}

impl std::fmt::Debug for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Digest")
    }
}

impl std::fmt::Debug for Passwords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passwords")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules() {
        let none = Rules { length: 6, kinds: 0, ..Rules::DEFAULT };
        let all = Rules { length: 14, symbols: true, numbers: true, uppercase: true, lowercase: true, kinds: 0 };
        for (rules, password, good) in [
            (Rules::DEFAULT, "Aa345678", true),
            (Rules::DEFAULT, "aa!45678", true),
            (Rules::DEFAULT, "aaaa5678", false),
            (Rules::DEFAULT, "Aa34567", false),
            (none, "aaaaaa", true),
            (none, "aaaaa", false),
            (none, "éééééé", true),
            (all, "Abcdefghijkl1!", true),
            (all, "Abcdefghijkl1~", false),
            (all, "abcdefghijkl1!", false),
            (all, "ABCDEFGHIJKL1!", false),
            (all, "Abcdefghijklm!", false),
            (all, "Abcdefghijk1!", false),
        ] {
            assert_eq!(rules.allow(password), good, "{password} {rules:?}");
        }
    }

    #[test]
    fn former_passwords_come_back_only_after_enough_others() {
        let first = Passwords::first("one", [1; 16]);
        assert!(first.is_current("one") && !first.is_current("two"));
        assert!(first.changed("one", 1).is_none());
        assert!(first.changed("one", 0).is_some(), "nothing asked");
        let third = first.changed("two", 2).unwrap().changed("three", 2).unwrap();
        assert!(third.changed("two", 2).is_none());
        assert!(third.changed("one", 2).unwrap().is_current("one"));
        assert!(third.changed("one", 3).is_none());
        assert!(!format!("{third:?}").contains('['), "nothing of it is ever shown");
    }
}
