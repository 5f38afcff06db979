//! Tables, keys and records. Everything lies in the scope of a key's account and region.
//!
//! | table | key | holds |
//! |---|---|---|
//! | `key` | key | what a key is |
//! | `material` | key, number | the secret of a key, sealed; a key that was rotated has several |
//! | `policy` | key | its key policy |
//! | `alias` | name | the key it stands for |
//! | `grant` | key, grant | what a grant allows to whom |
//! | `retirable` | principal, key, grant | grants by who may retire them |
//! | `used` | key | its last use in cryptography |
//!
//! A multi-Region key has a record, a policy and its material in each of its regions, as in AWS: each region works alone.

use std::collections::{BTreeMap, BTreeSet};

use names::{Tags, Timestamp};
use serde::{Deserialize, Serialize};
use store::{RawTable, Record, Table};

use crate::engine::spec::{Spec, Usage};

const SERVICE: &str = "kms";

/// The number of a piece of material within its key, from 1 in the order of coming.
pub(crate) type MaterialNo = u32;
/// What identifies a piece of material: 32 bytes that tell nothing about it.
pub(crate) type MaterialId = [u8; 32];

/// Keys.
pub(crate) const KEYS: Table<String, KeyRecord> = Table::new(SERVICE, "key");
/// The secrets of keys.
pub(crate) const MATERIALS: Table<(String, MaterialNo), MaterialRecord> = Table::new(SERVICE, "material");
/// Key policies.
pub(crate) const POLICIES: Table<String, PolicyRecord> = Table::new(SERVICE, "policy");
/// Aliases.
pub(crate) const ALIASES: Table<String, AliasRecord> = Table::new(SERVICE, "alias");
/// Grants.
pub(crate) const GRANTS: Table<(String, String), GrantRecord> = Table::new(SERVICE, "grant");
/// Grants by retiring principal.
pub(crate) const RETIRABLE: RawTable<(String, String, String)> = Table::new(SERVICE, "retirable");
/// Last uses.
pub(crate) const USED: Table<String, UseRecord> = Table::new(SERVICE, "used");

/// What a key is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeyRecord {
    /// When it was created.
    pub created: Timestamp,
    /// What its owner says of it.
    pub description: String,
    /// Its kind.
    pub spec: Spec,
    /// What it is for.
    pub usage: Usage,
    /// Whether its material comes from outside.
    pub external: bool,
    /// The AWS service that manages it, as in `sqs`; none for a customer's key.
    pub managed_by: Option<String>,
    /// Whether its owner has it switched on.
    pub enabled: bool,
    /// Its end, when that is planned.
    pub deletion: Option<Deletion>,
    /// The material in use; none before the first import.
    pub current: Option<Current>,
    /// Pieces of material it ever had: the number of the newest.
    pub materials: MaterialNo,
    /// Whether all material that belongs to it is there; imported material can be deleted and can expire.
    pub complete: bool,
    /// Until when imported material is good: the earliest end of all of it.
    pub valid_to: Option<Timestamp>,
    /// Automatic rotation, when it is on.
    pub rotation: Option<Rotation>,
    /// Rotations on demand so far.
    pub rotated_on_demand: u32,
    /// The regions it is in, of a multi-Region key.
    pub regions: Option<Regions>,
    /// Its aliases.
    pub aliases: BTreeSet<String>,
    /// Its tags.
    pub tags: Tags,
    /// Goes up with each change of its policy or its grants: whoever holds what they say can tell that it is old.
    pub rules: u64,
}

/// The planned end of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Deletion {
    /// At an instant.
    At {
        /// When.
        at: Timestamp,
        /// Days asked for.
        days: i32,
    },
    /// So many days after the last replica is gone.
    AfterReplicas {
        /// Days asked for.
        days: i32,
    },
}

/// The material in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Current {
    /// Its number.
    pub number: MaterialNo,
    /// Its id.
    pub id: MaterialId,
}

/// Automatic rotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rotation {
    /// Days between rotations.
    pub days: i32,
    /// The next one; in the past when the key could not be rotated then.
    pub next: Timestamp,
}

/// The regions of a multi-Region key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Regions {
    /// Where the primary key is.
    pub primary: String,
    /// Where its replicas are.
    pub replicas: BTreeSet<String>,
}

/// A secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MaterialRecord {
    /// Its id.
    pub id: MaterialId,
    /// The secret, sealed; none when it was deleted or has expired and can be imported again.
    pub sealed: Option<Vec<u8>>,
    /// When it became the one in use, and why; none of the first.
    pub rotated: Option<(Timestamp, RotatedBy)>,
    /// Until when it is good, of imported material.
    pub valid_to: Option<Timestamp>,
    /// What its owner says of it.
    pub description: Option<String>,
}

/// Why material was rotated in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum RotatedBy {
    /// Its time had come.
    Period,
    /// Somebody asked.
    Demand,
}

/// A key policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PolicyRecord {
    /// The document as it was put.
    pub text: String,
}

/// What an alias stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AliasRecord {
    /// The key.
    pub key: String,
    /// When it was created.
    pub created: Timestamp,
    /// When it last changed.
    pub updated: Timestamp,
}

/// What a grant allows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct GrantRecord {
    /// Its name; what makes asking twice give the same grant.
    pub name: Option<String>,
    /// When it was created.
    pub created: Timestamp,
    /// Who may.
    pub grantee: String,
    /// Who may end it.
    pub retiring: Option<String>,
    /// The account that made it.
    pub issuer: String,
    /// Which operations.
    pub operations: BTreeSet<String>,
    /// Pairs that an encryption context must have.
    pub subset: Option<BTreeMap<String, String>>,
    /// What an encryption context must be.
    pub equals: Option<BTreeMap<String, String>>,
}

/// The last use of a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UseRecord {
    /// The operation.
    pub operation: String,
    /// When.
    pub at: Timestamp,
    /// The request.
    pub request: String,
}

macro_rules! records {
    ($($type:ty),* $(,)?) => {$(
        impl Record for $type {
            const VERSION: u8 = 1;
        }
    )*};
}

records!(KeyRecord, MaterialRecord, PolicyRecord, AliasRecord, GrantRecord, UseRecord);
