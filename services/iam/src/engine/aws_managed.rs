//! The policies that AWS manages, packed into the program. The index is unpacked when first asked for, a document each time:
//! what has been compiled is cached elsewhere, and nothing else is worth its memory.

use std::sync::OnceLock;

use aws_lc_rs::digest::{SHA256, digest};
use miniz_oxide::inflate::decompress_to_vec;
use names::Timestamp;

use super::home::{Home, PolicyArn};

/// Documents in a block; the same in `build.rs`.
const BLOCK: usize = 32;
/// The index, then the blocks, each after its length.
static PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/managed-policies.bin"));
static INDEX: OnceLock<Vec<AwsPolicy>> = OnceLock::new();

/// A policy that AWS manages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AwsPolicy {
    number: usize,
    /// Name.
    pub name: &'static str,
    /// Path, with both slashes.
    pub path: &'static str,
    /// Its one version that is known, as in `v3`.
    pub version: &'static str,
    /// When it was created.
    pub created: Timestamp,
    /// When that version was made.
    pub updated: Timestamp,
}

/// All of them, sorted by name.
pub(crate) fn all() -> &'static [AwsPolicy] {
    INDEX.get_or_init(|| {
        let text: &'static str = unpack(0).leak();
        text.lines().enumerate().filter_map(|(number, line)| entry(number, line)).collect()
    })
}

/// The one of an ARN.
pub(crate) fn find(home: Home, arn: &str) -> Option<&'static AwsPolicy> {
    let parsed = PolicyArn::parse(arn).filter(|parsed| parsed.account.is_none())?;
    let at = all().binary_search_by(|policy| policy.name.cmp(&parsed.name)).ok()?;
    let policy = &all()[at];
    (home.aws_policy(policy.path, policy.name) == arn).then_some(policy)
}

impl AwsPolicy {
    /// Its document.
    pub(crate) fn document(&self) -> String {
        let block = unpack(1 + self.number / BLOCK);
        block.lines().nth(self.number % BLOCK).unwrap_or_default().to_owned()
    }

    /// Its id. AWS's are in no public source as a whole: these are derived from the name and of the same form.
    pub(crate) fn id(&self) -> String {
        const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let hash = digest(&SHA256, self.name.as_bytes());
        let letters = hash.as_ref().iter().take(16).map(|byte| char::from(LETTERS[usize::from(byte % 32)]));
        format!("ANPA{}", letters.collect::<String>())
    }

    /// Whether entities other than the role of one service may have it.
    pub(crate) fn attachable(&self) -> bool {
        !self.path.starts_with("/aws-service-role/")
    }
}

fn entry(number: usize, line: &'static str) -> Option<AwsPolicy> {
    let mut fields = line.split('\t');
    let mut next = || fields.next();
    let (name, path, version) = (next()?, next()?, next()?);
    let mut time = || Timestamp::parse_iso8601(next()?).ok();
    Some(AwsPolicy { number, name, path, version, created: time()?, updated: time()? })
}

/// The text of a section; empty when there is none of that number.
fn unpack(section: usize) -> String {
    let mut rest = PACKED;
    for _ in 0..section {
        rest = after(rest).map_or(&[], |(_, rest)| rest);
    }
    let bytes = after(rest).and_then(|(bytes, _)| decompress_to_vec(bytes).ok()).unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

fn after(packed: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = packed.split_first_chunk::<4>()?;
    rest.split_at_checked(u32::from_be_bytes(*length) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use names::{AccountId, Partition};
    use policy::{Kind, Policy};

    const HOME: Home = Home { account: AccountId::DEFAULT, partition: Partition::Aws };

    #[test]
    fn each_is_found_by_its_arn_and_can_decide() {
        assert!(all().len() > 1_000, "{}", all().len());
        for policy in all() {
            let arn = HOME.aws_policy(policy.path, policy.name);
            assert_eq!(find(HOME, &arn), Some(policy), "{arn}");
            let parsed = Policy::parse(&policy.document(), Kind::Identity);
            assert!(parsed.is_ok(), "{arn}: {:?}", parsed.err());
        }
        assert_eq!(find(HOME, "arn:aws:iam::aws:policy/Nothing"), None);
        assert_eq!(find(HOME, "arn:aws:iam::aws:policy/x/AdministratorAccess"), None);
    }

    #[test]
    fn documents_are_their_own() {
        let admin = find(HOME, "arn:aws:iam::aws:policy/AdministratorAccess").unwrap();
        let document: serde_json::Value = serde_json::from_str(&admin.document()).unwrap();
        assert_eq!(document["Statement"][0]["Action"], "*");
        let last = all().last().unwrap();
        assert!(last.document().starts_with('{'), "{}", last.name);
    }
}
