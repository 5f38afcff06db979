//! Which names a bucket may have. Pure. Source: S3 user guide, "General purpose bucket naming rules".

use crate::limits::BUCKET_NAME;

const FORBIDDEN_STARTS: [&str; 3] = ["xn--", "sthree-", "amzn-s3-demo-"];
const FORBIDDEN_ENDS: [&str; 5] = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];

/// Whether a bucket may have this name.
pub(crate) fn is_valid(name: &str) -> bool {
    let letters = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.'));
    let ends = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    BUCKET_NAME.contains(&name.len())
        && letters
        && ends(name.chars().next())
        && ends(name.chars().last())
        && !name.contains("..")
        && !looks_like_an_address(name)
        && !FORBIDDEN_STARTS.iter().any(|start| name.starts_with(start))
        && !FORBIDDEN_ENDS.iter().any(|end| name.ends_with(end))
}

fn looks_like_an_address(name: &str) -> bool {
    let parts: Vec<_> = name.split('.').collect();
    parts.len() == 4 && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_held_to_the_rules() {
        for good in ["abc", "a.b", "1-2", "my-bucket.v1", &"a".repeat(63), "1.2.3", "a1.2.3.4"] {
            assert!(is_valid(good), "{good}");
        }
        let bad =
            ["ab", "", "A-b", "a_b", "-ab", "ab-", ".ab", "a..b", "192.168.5.4", "xn--a", "sthree-a", "a-s3alias"];
        for bad in bad.into_iter().chain(["a--ol-s3", "a.mrap", "a--x-s3", "amzn-s3-demo-a", &"a".repeat(64)]) {
            assert!(!is_valid(bad), "{bad}");
        }
    }
}
