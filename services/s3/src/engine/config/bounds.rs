//! What several kinds of configurations have in common: lengths, and how they name buckets.

/// Bytes of a key, and so of a prefix. Source: S3 user guide, "Object key naming guidelines".
pub(crate) const KEY_BYTES: usize = 1_024;
/// Characters of a tag's key. Source: S3 user guide, "Categorizing your objects using tags".
pub(crate) const TAG_KEY: usize = 128;
/// Characters of a tag's value. Source: the same.
pub(crate) const TAG_VALUE: usize = 256;

/// The bucket's name in its ARN.
pub(crate) fn bucket_of_arn(arn: &str) -> Option<&str> {
    let mut parts = arn.splitn(6, ':');
    let head = [parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?];
    let name = parts.next()?;
    let of_s3 = head[0] == "arn" && head[1].starts_with("aws") && head[2] == "s3" && head[3..] == ["", ""];
    (of_s3 && !name.is_empty() && !name.contains(['/', ':'])).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::bucket_of_arn;

    #[test]
    fn arns_of_buckets_name_nothing_else() {
        assert_eq!(bucket_of_arn("arn:aws:s3:::b.c"), Some("b.c"));
        for other in
            ["b", "arn:aws:s3:::", "arn:aws:s3:::b/k", "arn:aws:s3:us-east-1:1:accesspoint/x", "arn:aws:sqs:::b"]
        {
            assert_eq!(bucket_of_arn(other), None, "{other}");
        }
    }
}
