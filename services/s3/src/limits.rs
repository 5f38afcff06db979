//! AWS's numbers, each with its source.

use std::ops::RangeInclusive;

/// Characters of a bucket's name. Source: user guide, "Bucket naming rules".
pub(crate) const BUCKET_NAME: RangeInclusive<usize> = 3..=63;
/// Buckets of an account. Source: user guide, "Bucket quotas, limitations, and restrictions" (10,000 since November 2024).
pub(crate) const BUCKETS: usize = 10_000;
/// Bytes of a key. Source: user guide, "Object key naming guidelines".
pub(crate) const KEY: usize = 1_024;
/// Bytes of user metadata, names and values together. Source: user guide, "Working with object metadata".
pub(crate) const METADATA: usize = 2 * 1_024;
/// Tags of an object. Source: user guide, "Categorizing your objects using tags".
pub(crate) const OBJECT_TAGS: usize = 10;
/// Bytes of one PUT or part. Source: user guide, "Amazon S3 multipart upload limits".
pub(crate) const PUT: u64 = 5 * 1_024 * 1_024 * 1_024;
/// Bytes of an object: 50 TB since December 2025. Source: user guide, "Amazon S3 multipart upload limits".
pub(crate) const OBJECT: u64 = 50 * 1_024 * 1_024 * 1_024 * 1_024;
/// Bytes of a part that is not the last. Source: the same.
pub(crate) const LEAST_PART: u64 = 5 * 1_024 * 1_024;
/// Numbers of parts. Source: the same.
pub(crate) const PARTS: RangeInclusive<i32> = 1..=10_000;
/// Keys, versions, uploads or parts on a page. Source: API reference, `ListObjectsV2`.
pub(crate) const PAGE: usize = 1_000;
/// Keys in one `DeleteObjects`. Source: API reference, `DeleteObjects`.
pub(crate) const DELETED_AT_ONCE: usize = 1_000;
