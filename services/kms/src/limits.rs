//! Every number KMS promises or refuses by, with where AWS says so.
//!
//! Sources: [resource quotas](https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html), and the pages of
//! the operations named below in the [API reference](https://docs.aws.amazon.com/kms/latest/APIReference/).

use std::ops::RangeInclusive;
use std::time::Duration;

/// Aliases of one key (resource quotas).
pub const ALIASES_PER_KEY: usize = 50;
/// Grants of one key (resource quotas).
pub const GRANTS_PER_KEY: usize = 50_000;
/// Bytes of a key policy (resource quotas).
pub const POLICY_BYTES: usize = 32_768;
/// Tags of one key (`TagResource`).
pub const TAGS_PER_KEY: usize = 50;
/// Rotations on demand of one key, ever (`RotateKeyOnDemand`).
pub const ROTATIONS_ON_DEMAND: u32 = 25;
/// Days between automatic rotations when nobody says how many (`EnableKeyRotation`).
pub const ROTATION_DAYS: i32 = 365;
/// Days between scheduling a deletion and deleting (`ScheduleKeyDeletion`).
pub const DELETION_DAYS: RangeInclusive<i32> = 7..=30;
/// The same when nobody says how many.
pub const DEFAULT_DELETION_DAYS: i32 = 30;
/// How long an import token and its public key are good for (`GetParametersForImport`).
pub const IMPORT_TOKEN: Duration = Duration::from_secs(24 * 60 * 60);
/// Farthest expiry of imported material (`ImportKeyMaterial`).
pub const IMPORT_VALIDITY: Duration = Duration::from_secs(365 * 24 * 60 * 60);
/// Keys shown at once when nobody says how many, and at most (`ListKeys`, `ListKeyRotations`, `ListKeyPolicies`).
pub const KEYS_SHOWN: (usize, usize) = (100, 1_000);
/// The same for aliases, grants (`ListAliases`, `ListGrants`, `ListRetirableGrants`).
pub const FEW_SHOWN: (usize, usize) = (50, 100);
/// The same for tags (`ListResourceTags`).
pub const TAGS_SHOWN: (usize, usize) = (50, 50);
/// One day.
pub const DAY: Duration = Duration::from_secs(24 * 60 * 60);
