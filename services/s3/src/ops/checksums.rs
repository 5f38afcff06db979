//! Checksums that requests bring: in a header, after the body, or computed here; and how answers show them.

use api_s3::{ErrorFacts, errors};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use service_kit::Error;
use smithy::Trailers;

use crate::engine::checksum::{Algorithm, Checksum, Hasher, Hashes, decode};
use crate::engine::refusal::Refusal;
use crate::error::{invalid_request, with};

/// The members of an input that hold checksums, with their algorithms.
macro_rules! given {
    ($input:expr) => {
        [
            ($crate::engine::checksum::Algorithm::Crc32, $input.checksum_crc32.as_deref()),
            ($crate::engine::checksum::Algorithm::Crc32c, $input.checksum_crc32_c.as_deref()),
            ($crate::engine::checksum::Algorithm::Crc64Nvme, $input.checksum_crc64_nvme.as_deref()),
            ($crate::engine::checksum::Algorithm::Sha1, $input.checksum_sha1.as_deref()),
            ($crate::engine::checksum::Algorithm::Sha256, $input.checksum_sha256.as_deref()),
            ($crate::engine::checksum::Algorithm::Sha512, $input.checksum_sha512.as_deref()),
            ($crate::engine::checksum::Algorithm::Md5, $input.checksum_md5.as_deref()),
            ($crate::engine::checksum::Algorithm::XxHash64, $input.checksum_xxhash64.as_deref()),
            ($crate::engine::checksum::Algorithm::XxHash3, $input.checksum_xxhash3.as_deref()),
            ($crate::engine::checksum::Algorithm::XxHash128, $input.checksum_xxhash128.as_deref()),
        ]
    };
}

/// Sets the member of an output that holds the checksum of an algorithm.
macro_rules! show {
    ($output:expr, $algorithm:expr, $text:expr) => {{
        use $crate::engine::checksum::Algorithm;
        let text: Option<String> = Some($text);
        match $algorithm {
            Algorithm::Crc32 => $output.checksum_crc32 = text,
            Algorithm::Crc32c => $output.checksum_crc32_c = text,
            Algorithm::Crc64Nvme => $output.checksum_crc64_nvme = text,
            Algorithm::Sha1 => $output.checksum_sha1 = text,
            Algorithm::Sha256 => $output.checksum_sha256 = text,
            Algorithm::Sha512 => $output.checksum_sha512 = text,
            Algorithm::Md5 => $output.checksum_md5 = text,
            Algorithm::XxHash64 => $output.checksum_xxhash64 = text,
            Algorithm::XxHash3 => $output.checksum_xxhash3 = text,
            Algorithm::XxHash128 => $output.checksum_xxhash128 = text,
        }
    }};
}

pub(crate) use {given, show};

/// What a request says of its body's checksum.
#[derive(Debug, Clone, Default)]
pub(crate) struct Claim {
    /// In a header.
    header: Option<(Algorithm, Vec<u8>)>,
    /// The algorithm of what comes after the body.
    announced: Option<Algorithm>,
    /// `Content-MD5`, as it was sent and decoded.
    md5: Option<(String, [u8; 16])>,
    trailers: Trailers,
}

/// The algorithms that a trailer may have without having been announced by `x-amz-sdk-checksum-algorithm`: all are so much
/// faster than MD5 that computing them costs nothing.
const ALWAYS: [Algorithm; 3] = [Algorithm::Crc32, Algorithm::Crc32c, Algorithm::Crc64Nvme];

impl Claim {
    /// From the members of a request.
    pub(crate) fn of(
        given: &[(Algorithm, Option<&str>)],
        algorithm: Option<&str>,
        md5: Option<&str>,
        trailers: Trailers,
    ) -> Result<Self, Error> {
        let header = header(given)?;
        let announced = algorithm.map(supported).transpose()?;
        if let (Some((header, _)), Some(announced)) = (&header, announced)
            && *header != announced
        {
            return Err(invalid_request("Value for x-amz-sdk-checksum-algorithm header is invalid."));
        }
        Ok(Self { header, announced, md5: md5.map(content_md5).transpose()?, trailers })
    }

    /// The algorithm that is known before the body has come.
    pub(crate) fn algorithm(&self) -> Option<Algorithm> {
        self.header.as_ref().map(|(algorithm, _)| *algorithm).or(self.announced)
    }

    /// What the body is to be hashed with. `also` is needed in any case.
    pub(crate) fn hasher(&self, also: Option<Algorithm>) -> Hasher {
        let known = self.algorithm();
        let always = ALWAYS.into_iter().filter(|_| known.is_none());
        let mut all: Vec<Algorithm> = known.into_iter().chain(always).collect();
        all.extend(also.filter(|also| !all.contains(also)));
        Hasher::new(all)
    }

    /// Whether the body is what was claimed, once it has ended.
    pub(crate) fn check(&self, hashes: &Hashes) -> Result<(), Refusal> {
        if let Some((expected, md5)) = self.md5.as_ref().filter(|(_, md5)| *md5 != hashes.md5) {
            let (expected, _) = (expected.clone(), md5);
            return Err(Refusal::BadMd5 { expected, found: hashes.md5 });
        }
        let Some((algorithm, claimed)) = self.claimed()? else { return Ok(()) };
        match hashes.sum(algorithm) {
            Some(sum) if *sum == claimed => Ok(()),
            Some(_) => Err(Refusal::BadChecksum(algorithm)),
            None => Err(Refusal::BadTrailer(algorithm)),
        }
    }

    /// The checksum that is kept with the content: the claimed one, or else one of S3's choice.
    pub(crate) fn kept(&self, hashes: &Hashes) -> Option<(Algorithm, Vec<u8>)> {
        let claimed = self.claimed().ok().flatten();
        claimed.or_else(|| Some((Algorithm::Crc64Nvme, hashes.sum(Algorithm::Crc64Nvme)?.clone())))
    }

    fn claimed(&self) -> Result<Option<(Algorithm, Vec<u8>)>, Refusal> {
        if let Some(header) = &self.header {
            return Ok(Some(header.clone()));
        }
        for algorithm in Algorithm::ALL {
            let name = format!("x-amz-checksum-{}", algorithm.as_str().to_lowercase());
            if let Some(text) = self.trailers.get(&name) {
                let value = decode(algorithm, text.trim()).ok_or(Refusal::BadTrailer(algorithm))?;
                return Ok(Some((algorithm, value)));
            }
        }
        Ok(None)
    }
}

/// The one checksum among the headers of a request.
pub(crate) fn header(given: &[(Algorithm, Option<&str>)]) -> Result<Option<(Algorithm, Vec<u8>)>, Error> {
    let mut there = given.iter().filter_map(|(algorithm, text)| Some((*algorithm, (*text)?)));
    let Some((algorithm, text)) = there.next() else { return Ok(None) };
    if there.next().is_some() {
        let text = "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.";
        return Err(invalid_request(text));
    }
    let value = decode(algorithm, text).ok_or_else(|| {
        let name = algorithm.as_str().to_lowercase();
        invalid_request(format!("Value for x-amz-checksum-{name} header is invalid."))
    });
    Ok(Some((algorithm, value?)))
}

/// The algorithm of a name.
pub(crate) fn supported(name: &str) -> Result<Algorithm, Error> {
    Algorithm::parse(name).ok_or_else(|| {
        invalid_request(
            "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, \
             CRC64NVME, SHA1, SHA256]",
        )
    })
}

fn content_md5(text: &str) -> Result<(String, [u8; 16]), Error> {
    let md5 = STANDARD.decode(text).ok().and_then(|md5| md5.try_into().ok());
    md5.map(|md5| (text.to_owned(), md5)).ok_or_else(|| {
        let facts = ErrorFacts { content_md5: Some(text.to_owned()), ..ErrorFacts::default() };
        with(errors::invalid_digest("The Content-MD5 you specified was invalid."), facts)
    })
}

/// A checksum of a content as a whole.
pub(crate) fn full(kept: Option<(Algorithm, Vec<u8>)>) -> Option<Checksum> {
    kept.map(|(algorithm, value)| Checksum::full(algorithm, value))
}
