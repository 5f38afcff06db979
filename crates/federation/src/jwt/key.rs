//! The keys an issuer publishes as a JSON web key set.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RsaPublicKeyComponents, UnparsedPublicKey,
    VerificationAlgorithm,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

/// Keys of a set that are read; AWS takes 100 RSA and 100 EC keys of an issuer.
/// Source: `AssumeRoleWithWebIdentity`, quotas of OIDC providers in the IAM user guide.
const MAX_KEYS: usize = 200;

/// How a token is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// RSA PKCS #1 v1.5 over SHA-256.
    Rs256,
    /// The same over SHA-384.
    Rs384,
    /// The same over SHA-512.
    Rs512,
    /// ECDSA on P-256 over SHA-256.
    Es256,
    /// ECDSA on P-384 over SHA-384.
    Es384,
    /// ECDSA on P-521 over SHA-512.
    Es512,
}

/// The keys of an issuer.
#[derive(Debug, Clone, Default)]
pub struct KeySet(Vec<Key>);

/// One public key.
#[derive(Debug, Clone)]
pub struct Key {
    id: Option<String>,
    algorithm: Option<String>,
    material: Material,
}

#[derive(Debug, Clone)]
enum Material {
    Rsa {
        modulus: Vec<u8>,
        exponent: Vec<u8>,
    },
    /// A point on the curve of this algorithm, uncompressed.
    Point {
        curve: Algorithm,
        point: Vec<u8>,
    },
}

impl Algorithm {
    /// All that are accepted, by their names in a header.
    pub const ALL: [(&'static str, Self); 6] = [
        ("RS256", Self::Rs256),
        ("RS384", Self::Rs384),
        ("RS512", Self::Rs512),
        ("ES256", Self::Es256),
        ("ES384", Self::Es384),
        ("ES512", Self::Es512),
    ];

    /// The algorithm with a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, algorithm)| algorithm)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].0
    }

    fn is_rsa(self) -> bool {
        matches!(self, Self::Rs256 | Self::Rs384 | Self::Rs512)
    }
}

impl KeySet {
    /// Reads a key set. Keys of other kinds or uses are left out, as RFC 7517 asks.
    ///
    /// Gives none when the document is no key set.
    pub fn parse(document: &[u8]) -> Option<Self> {
        let document: Value = serde_json::from_slice(document).ok()?;
        let keys = document.get("keys")?.as_array()?;
        Some(Self(keys.iter().take(MAX_KEYS).filter_map(|key| Key::read(key.as_object()?)).collect()))
    }

    /// The keys with which a token can be signed.
    pub(super) fn meant<'s>(&'s self, id: Option<&'s str>, algorithm: Algorithm) -> impl Iterator<Item = &'s Key> + 's {
        self.0
            .iter()
            .filter(move |key| key.fits(algorithm) && (id.is_none() || key.id.is_none() || key.id.as_deref() == id))
    }
}

impl Key {
    fn read(key: &Map<String, Value>) -> Option<Self> {
        let text = |name: &str| key.get(name).and_then(Value::as_str);
        if text("use").is_some_and(|usage| usage != "sig") {
            return None;
        }
        let material = match text("kty")? {
            "RSA" => Material::Rsa { modulus: unsigned(text("n")?)?, exponent: unsigned(text("e")?)? },
            "EC" => point(text("crv")?, text("x")?, text("y")?)?,
            _ => return None,
        };
        Some(Self { id: text("kid").map(str::to_owned), algorithm: text("alg").map(str::to_owned), material })
    }

    fn fits(&self, algorithm: Algorithm) -> bool {
        let kind = match &self.material {
            Material::Rsa { .. } => algorithm.is_rsa(),
            Material::Point { curve, .. } => *curve == algorithm,
        };
        kind && self.algorithm.as_deref().is_none_or(|named| named == algorithm.name())
    }

    /// Whether this key signed a message.
    pub(super) fn signed(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        match &self.material {
            Material::Rsa { modulus, exponent } => {
                let parameters = match algorithm {
                    Algorithm::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
                    Algorithm::Rs384 => &RSA_PKCS1_2048_8192_SHA384,
                    _ => &RSA_PKCS1_2048_8192_SHA512,
                };
                RsaPublicKeyComponents { n: modulus, e: exponent }.verify(parameters, message, signature).is_ok()
            }
            Material::Point { curve, point } => {
                let parameters: &'static dyn VerificationAlgorithm = match curve {
                    Algorithm::Es256 => &ECDSA_P256_SHA256_FIXED,
                    Algorithm::Es384 => &ECDSA_P384_SHA384_FIXED,
                    _ => &ECDSA_P521_SHA512_FIXED,
                };
                UnparsedPublicKey::new(parameters, point).verify(message, signature).is_ok()
            }
        }
    }
}

/// A point from its coordinates, each as long as its field.
fn point(curve: &str, x: &str, y: &str) -> Option<Material> {
    let (curve, length) = match curve {
        "P-256" => (Algorithm::Es256, 32),
        "P-384" => (Algorithm::Es384, 48),
        "P-521" => (Algorithm::Es512, 66),
        _ => return None,
    };
    let mut point = vec![4];
    for coordinate in [x, y] {
        let coordinate = URL_SAFE_NO_PAD.decode(coordinate).ok().filter(|bytes| bytes.len() == length)?;
        point.extend_from_slice(&coordinate);
    }
    Some(Material::Point { curve, point })
}

/// A number without leading zeros, which some issuers write and RFC 7518 forbids.
fn unsigned(text: &str) -> Option<Vec<u8>> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let start = bytes.iter().position(|byte| *byte != 0)?;
    Some(bytes[start..].to_vec())
}
