//! The only randomness: the operating system's for real, one replayable stream for a simulation.

use std::cell::RefCell;
use std::fmt::{self, Write};
use std::sync::Arc;

use parking_lot::Mutex;
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A cryptographically strong source. Clones share the same stream.
///
/// From the operating system, each thread has its own generator, so there is no contention. Seeded, there is one stream
/// behind a lock: the same calls in the same order give the same values.
#[derive(Clone)]
pub struct Random {
    seeded: Option<Arc<Mutex<ChaCha12Rng>>>,
}

thread_local! {
    static OF_THREAD: RefCell<ChaCha12Rng> = RefCell::new(ChaCha12Rng::from_seed(os_seed()));
}

fn os_seed() -> [u8; 32] {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).expect("a system without a random device cannot keep a secret: nothing may run on it");
    seed
}

const ALPHANUMERIC: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

impl Random {
    /// Seeded by the operating system, once a thread.
    pub fn from_os() -> Self {
        Self { seeded: None }
    }

    /// The stream that belongs to `seed`; not for secrets.
    pub fn seeded(seed: u64) -> Self {
        Self { seeded: Some(Arc::new(Mutex::new(ChaCha12Rng::seed_from_u64(seed)))) }
    }

    fn with<T>(&self, draw: impl FnOnce(&mut ChaCha12Rng) -> T) -> T {
        match &self.seeded {
            Some(stream) => draw(&mut stream.lock()),
            None => OF_THREAD.with_borrow_mut(draw),
        }
    }

    /// Fills `bytes`.
    pub fn fill(&self, bytes: &mut [u8]) {
        self.with(|rng| rng.fill_bytes(bytes));
    }

    /// `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// Any `u64`, each as likely.
    pub fn u64(&self) -> u64 {
        self.with(Rng::next_u64)
    }

    /// Any `u128`, each as likely.
    pub fn u128(&self) -> u128 {
        u128::from_le_bytes(self.bytes())
    }

    /// A number below `n`, each as likely; 0 when `n` is 0.
    pub fn below(&self, n: u64) -> u64 {
        self.with(|rng| below(rng, n))
    }

    /// A version 4 UUID in lower case with hyphens.
    pub fn uuid(&self) -> String {
        let random = self.u128() & !(0xf << 76) & !(0b11 << 62) | (0x4 << 76) | (0b10 << 62);
        let hex = format!("{random:032x}");
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }

    /// `n` lower-case hexadecimal digits.
    pub fn hex(&self, n: usize) -> String {
        let mut bytes = vec![0; n.div_ceil(2)];
        self.fill(&mut bytes);
        let mut text = String::with_capacity(n + 1);
        for byte in bytes {
            // Writing into a String cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        text.truncate(n);
        text
    }

    /// `n` characters of `0-9A-Za-z`.
    pub fn alphanumeric(&self, n: usize) -> String {
        self.with(|rng| (0..n).map(|_| char::from(ALPHANUMERIC[below(rng, 62) as usize])).collect())
    }
}

/// Lemire's method: the high half of a product, drawn again in the few cases that would make some values likelier.
fn below(rng: &mut ChaCha12Rng, n: u64) -> u64 {
    let unfair = if n == 0 { 0 } else { n.wrapping_neg() % n };
    loop {
        let product = u128::from(rng.next_u64()) * u128::from(n);
        if product as u64 >= unfair {
            return (product >> 64) as u64;
        }
    }
}

impl fmt::Debug for Random {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.seeded.is_some() { "Random(seeded)" } else { "Random(os)" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draws(random: &Random) -> (u64, u128, String, String, String, u64) {
        (random.u64(), random.u128(), random.uuid(), random.hex(7), random.alphanumeric(20), random.below(10))
    }

    #[test]
    fn the_same_seed_replays() {
        assert_eq!(draws(&Random::seeded(7)), draws(&Random::seeded(7)));
        assert_ne!(draws(&Random::seeded(7)), draws(&Random::seeded(8)));
        assert_ne!(draws(&Random::from_os()), draws(&Random::from_os()));
    }

    #[test]
    fn clones_share_the_stream() {
        let random = Random::seeded(1);
        let (a, b) = (random.u64(), random.clone().u64());
        let alone = Random::seeded(1);
        assert_eq!((a, b), (alone.u64(), alone.u64()));
    }

    #[test]
    fn texts_have_their_form() {
        for random in [Random::seeded(3), Random::from_os()] {
            let uuid = random.uuid();
            assert_eq!(uuid.len(), 36);
            assert_eq!(uuid.as_bytes()[14], b'4', "{uuid}");
            assert!(b"89ab".contains(&uuid.as_bytes()[19]), "{uuid}");
            assert_eq!(random.hex(9).len(), 9);
            assert_eq!(random.alphanumeric(33).len(), 33);
            assert!(random.alphanumeric(200).bytes().all(|b| b.is_ascii_alphanumeric()));
        }
    }

    #[test]
    fn below_reaches_each_value_and_no_other() {
        let random = Random::seeded(5);
        let mut seen = [0; 6];
        (0..6_000).for_each(|_| seen[random.below(6) as usize] += 1);
        assert!(seen.iter().all(|n| (800..1_200).contains(n)), "{seen:?}");
        assert_eq!((random.below(0), random.below(1)), (0, 0));
    }
}
