//! AWS's numbers. Source: Glacier developer guide, the page named with each.

use std::time::Duration;

/// Items of a listing when nothing is said. Source: API reference, `limit` of "List Vaults", since November 2016.
pub const PAGE: usize = 10;
/// Items of a listing at most: of jobs, parts and uploads. Source: the pages of those listings.
pub const MOST: usize = 1_000;
/// Bytes of an archive at one go. Source: "Uploading an Archive".
pub const ARCHIVE: u64 = 4 << 30;
/// Bytes of a part. Source: "Uploading Large Archives in Parts".
pub const PART: u64 = 4 << 30;
/// Characters of a vault's name. Source: "Creating a Vault".
pub const NAME: usize = 255;
/// Characters of a description. Source: API reference, "Upload Archive".
pub const DESCRIPTION: usize = 1_024;
/// Tags of a vault. Source: "Tagging Amazon S3 Glacier Resources".
pub const TAGS: usize = 50;
/// Until an inventory is made: once a day. Source: "Working with Vaults".
pub const INVENTORY: Duration = Duration::from_hours(24);
/// For as long a lock can be completed. Source: "Locking a Vault by Using the API".
pub const LOCK: Duration = Duration::from_hours(24);
/// For as long what was retrieved is kept, at least. Source: "Initiate Job".
pub const OUTPUT: Duration = Duration::from_hours(24);
/// Units of provisioned capacity. Source: API reference, "Purchase Provisioned Capacity".
pub const CAPACITY: usize = 2;
/// How long a unit lasts.
pub const MONTH: Duration = Duration::from_hours(24 * 30);
/// Bytes an hour that the free tier allows: 10 GB a month, spread. Source: "Data retrieval policies".
pub const FREE_AN_HOUR: u64 = 10 * (1 << 30) / 720;

/// How long a retrieval takes: the longest time that AWS tells. Source: "Archive Retrieval Options".
pub fn tier(name: &str) -> Duration {
    match name {
        "Expedited" => Duration::from_mins(5),
        "Bulk" => Duration::from_hours(12),
        _ => Duration::from_hours(5),
    }
}
