//! Checksums: which there are, what they are of, how those of parts become one. Pure but for the hashing itself.
//! Source: S3 user guide, "Checking object integrity in Amazon S3".

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crc_fast::{CrcAlgorithm, Digest as Crc};
use md5::{Digest as _, Md5};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3;
use xxhash_rust::xxh64::Xxh64;

/// An algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub(crate) enum Algorithm {
    Crc32,
    Crc32c,
    Crc64Nvme,
    Sha1,
    Sha256,
    Sha512,
    Md5,
    XxHash64,
    XxHash3,
    XxHash128,
}

/// What a checksum of several parts is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Extent {
    /// The content as a whole.
    Full,
    /// The checksums of the parts.
    Composite,
}

/// A checksum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Checksum {
    /// By which algorithm.
    pub algorithm: Algorithm,
    /// Of what.
    pub extent: Extent,
    /// Its bytes.
    pub value: Vec<u8>,
    /// Of how many parts, when it is one of checksums.
    pub parts: Option<u16>,
}

impl Algorithm {
    /// All of them.
    pub(crate) const ALL: [Self; 10] = [
        Self::Crc32,
        Self::Crc32c,
        Self::Crc64Nvme,
        Self::Sha1,
        Self::Sha256,
        Self::Sha512,
        Self::Md5,
        Self::XxHash64,
        Self::XxHash3,
        Self::XxHash128,
    ];

    /// AWS's word: that of headers in capitals.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Crc32 => "CRC32",
            Self::Crc32c => "CRC32C",
            Self::Crc64Nvme => "CRC64NVME",
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
            Self::Sha512 => "SHA512",
            Self::Md5 => "MD5",
            Self::XxHash64 => "XXHASH64",
            Self::XxHash3 => "XXHASH3",
            Self::XxHash128 => "XXHASH128",
        }
    }

    /// From AWS's word, in capitals or not.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str().eq_ignore_ascii_case(text))
    }

    /// Bytes of a checksum.
    pub(crate) fn length(self) -> usize {
        match self {
            Self::Crc32 | Self::Crc32c => 4,
            Self::Crc64Nvme | Self::XxHash64 | Self::XxHash3 => 8,
            Self::Md5 | Self::XxHash128 => 16,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }

    /// What an upload's checksum is of when nothing was said, and whether the other can be had.
    pub(crate) fn extents(self) -> (Extent, bool) {
        match self {
            Self::Crc32 | Self::Crc32c => (Extent::Composite, true),
            Self::Crc64Nvme => (Extent::Full, false),
            _ => (Extent::Composite, false),
        }
    }

    fn crc(self) -> Option<CrcAlgorithm> {
        match self {
            Self::Crc32 => Some(CrcAlgorithm::Crc32IsoHdlc),
            Self::Crc32c => Some(CrcAlgorithm::Crc32Iscsi),
            Self::Crc64Nvme => Some(CrcAlgorithm::Crc64Nvme),
            _ => None,
        }
    }

    /// The checksum of a whole from those of two parts that follow each other; only those of cyclic redundancy can.
    pub(crate) fn joined(self, first: &[u8], second: &[u8], second_length: u64) -> Option<Vec<u8>> {
        let joined = crc_fast::checksum_combine(self.crc()?, number(first), number(second), second_length);
        Some(joined.to_be_bytes()[8 - self.length()..].to_vec())
    }
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

impl Extent {
    /// AWS's word.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Full => "FULL_OBJECT",
            Self::Composite => "COMPOSITE",
        }
    }

    /// From AWS's word.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Full, Self::Composite].into_iter().find(|extent| extent.as_str() == text)
    }
}

impl Checksum {
    /// Of a content as a whole.
    pub(crate) fn full(algorithm: Algorithm, value: Vec<u8>) -> Self {
        Self { algorithm, extent: Extent::Full, value, parts: None }
    }

    /// As headers and documents have it: base64, with the number of parts where it is one of checksums.
    pub(crate) fn text(&self) -> String {
        match self.parts {
            Some(parts) => format!("{}-{parts}", STANDARD.encode(&self.value)),
            None => STANDARD.encode(&self.value),
        }
    }
}

/// The value that a client wrote in base64; none when it is no checksum of this algorithm.
pub(crate) fn decode(algorithm: Algorithm, text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok().filter(|value| value.len() == algorithm.length())
}

/// A checksum being computed.
enum Running {
    Crc(Box<Crc>),
    Sha(Box<digest::Context>),
    Md5(Md5),
    Xx64(Xxh64),
    Xx3(Box<Xxh3>),
}

impl Running {
    fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Sha1 => Self::sha(&digest::SHA1_FOR_LEGACY_USE_ONLY),
            Algorithm::Sha256 => Self::sha(&digest::SHA256),
            Algorithm::Sha512 => Self::sha(&digest::SHA512),
            Algorithm::Md5 => Self::Md5(Md5::new()),
            Algorithm::XxHash64 => Self::Xx64(Xxh64::new(0)),
            Algorithm::XxHash3 | Algorithm::XxHash128 => Self::Xx3(Box::default()),
            Algorithm::Crc32 => Self::crc(CrcAlgorithm::Crc32IsoHdlc),
            Algorithm::Crc32c => Self::crc(CrcAlgorithm::Crc32Iscsi),
            Algorithm::Crc64Nvme => Self::crc(CrcAlgorithm::Crc64Nvme),
        }
    }

    fn crc(algorithm: CrcAlgorithm) -> Self {
        Self::Crc(Box::new(Crc::new(algorithm)))
    }

    fn sha(algorithm: &'static digest::Algorithm) -> Self {
        Self::Sha(Box::new(digest::Context::new(algorithm)))
    }

    fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Crc(running) => running.update(bytes),
            Self::Sha(running) => running.update(bytes),
            Self::Md5(running) => running.update(bytes),
            Self::Xx64(running) => running.update(bytes),
            Self::Xx3(running) => running.update(bytes),
        }
    }

    fn finish(self, algorithm: Algorithm) -> Vec<u8> {
        match self {
            Self::Crc(running) => running.finalize().to_be_bytes()[8 - algorithm.length()..].to_vec(),
            Self::Sha(running) => running.finish().as_ref().to_vec(),
            Self::Md5(running) => running.finalize().to_vec(),
            Self::Xx64(running) => running.digest().to_be_bytes().to_vec(),
            Self::Xx3(running) if algorithm == Algorithm::XxHash128 => running.digest128().to_be_bytes().to_vec(),
            Self::Xx3(running) => running.digest().to_be_bytes().to_vec(),
        }
    }
}

/// Hashes content in one pass: MD5 for the entity tag, and checksums.
pub(crate) struct Hasher {
    md5: Md5,
    sums: Vec<(Algorithm, Running)>,
    length: u64,
}

/// What a [`Hasher`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hashes {
    /// MD5 of the content.
    pub md5: [u8; 16],
    /// The checksums asked for.
    pub sums: Vec<(Algorithm, Vec<u8>)>,
    /// Bytes.
    pub length: u64,
}

impl Hasher {
    /// With these checksums.
    pub(crate) fn new(algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        let sums = algorithms.into_iter().map(|algorithm| (algorithm, Running::new(algorithm))).collect();
        Self { md5: Md5::new(), sums, length: 0 }
    }

    /// The next bytes.
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.length += bytes.len() as u64;
        self.md5.update(bytes);
        self.sums.iter_mut().for_each(|(_, running)| running.update(bytes));
    }

    /// Bytes so far.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// The end.
    pub(crate) fn finish(self) -> Hashes {
        let sums = self.sums.into_iter().map(|(algorithm, running)| (algorithm, running.finish(algorithm))).collect();
        Hashes { md5: self.md5.finalize().into(), sums, length: self.length }
    }
}

impl Hashes {
    /// The checksum by an algorithm, when it was asked for.
    pub(crate) fn sum(&self, algorithm: Algorithm) -> Option<&Vec<u8>> {
        self.sums.iter().find(|(of, _)| *of == algorithm).map(|(_, sum)| sum)
    }
}

/// The checksum of these bytes.
pub(crate) fn of(algorithm: Algorithm, bytes: &[u8]) -> Vec<u8> {
    let mut running = Running::new(algorithm);
    running.update(bytes);
    running.finish(algorithm)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Check values of the algorithms' own specifications, of "123456789".
    #[test]
    fn each_algorithm_gives_its_check_value() {
        let hex = |bytes: Vec<u8>| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        for (algorithm, value) in [
            (Algorithm::Crc32, "cbf43926"),
            (Algorithm::Crc32c, "e3069283"),
            (Algorithm::Crc64Nvme, "ae8b14860a799888"),
            (Algorithm::Sha1, "f7c3bc1d808e04732adf679965ccc34ca7ae3441"),
            (Algorithm::Sha256, "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"),
            (Algorithm::Md5, "25f9e794323b453885f5181f1b624d0b"),
            (Algorithm::XxHash64, "8cb841db40e6ae83"),
        ] {
            assert_eq!(hex(of(algorithm, b"123456789")), value, "{algorithm:?}");
        }
        for algorithm in Algorithm::ALL {
            assert_eq!(of(algorithm, b"").len(), algorithm.length());
            assert_eq!(Algorithm::parse(&algorithm.as_str().to_lowercase()), Some(algorithm));
        }
    }

    #[test]
    fn cyclic_sums_of_parts_join() {
        for algorithm in [Algorithm::Crc32, Algorithm::Crc32c, Algorithm::Crc64Nvme] {
            let (first, second) = (of(algorithm, b"1234"), of(algorithm, b"56789"));
            assert_eq!(algorithm.joined(&first, &second, 5), Some(of(algorithm, b"123456789")), "{algorithm:?}");
        }
        assert_eq!(Algorithm::Sha1.joined(&[], &[], 0), None);
    }

    #[test]
    fn one_pass_gives_all() {
        let mut hasher = Hasher::new([Algorithm::Crc32, Algorithm::Sha256]);
        hasher.update(b"1234");
        hasher.update(b"56789");
        let hashes = hasher.finish();
        assert_eq!(hashes.length, 9);
        assert_eq!(hashes.md5.to_vec(), of(Algorithm::Md5, b"123456789"));
        assert_eq!(hashes.sum(Algorithm::Sha256), Some(&of(Algorithm::Sha256, b"123456789")));
        assert_eq!(hashes.sum(Algorithm::Crc32c), None);
    }
}
