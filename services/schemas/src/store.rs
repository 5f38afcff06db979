//! Tables, keys and records. Everything lies in the scope of an account and region; what belongs to a registry begins with
//! its name.
//!
//! | table | key | holds |
//! |---|---|---|
//! | `registry` | name | what a registry is, and its policy |
//! | `schema` | registry, schema | what a schema is |
//! | `version` | registry, schema, number | a document |
//! | `binding` | registry, schema, number, language | since when there is code for it |
//! | `discoverer` | id | what a discoverer is |
//! | `learnt` | schema | what discovery knows of the events that a schema describes |

use names::{Tags, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Record, Table};

use crate::engine::document::Language;
use crate::engine::document::learnt::Learnt;

const SERVICE: &str = "schemas";

/// Registries by name.
pub(crate) const REGISTRIES: Table<String, RegistryRecord> = Table::new(SERVICE, "registry");
/// Schemas by registry and name.
pub(crate) const SCHEMAS: Table<(String, String), SchemaRecord> = Table::new(SERVICE, "schema");
/// Documents by registry, schema and number.
pub(crate) const VERSIONS: Table<(String, String, u64), VersionRecord> = Table::new(SERVICE, "version");
/// Code bindings by registry, schema, number and language.
pub(crate) const BINDINGS: Table<(String, String, u64, String), BindingRecord> = Table::new(SERVICE, "binding");
/// Discoverers by id.
pub(crate) const DISCOVERERS: Table<String, DiscovererRecord> = Table::new(SERVICE, "discoverer");
/// What discovery knows, by schema.
pub(crate) const LEARNT: Table<String, LearntRecord> = Table::new(SERVICE, "learnt");

/// What a registry is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RegistryRecord {
    /// For people.
    pub description: Option<String>,
    /// Its tags.
    pub tags: Tags,
    /// Its policy, and the policy's revision.
    pub policy: Option<(String, String)>,
}

/// What a schema is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SchemaRecord {
    /// For people.
    pub description: Option<String>,
    /// Its tags.
    pub tags: Tags,
    /// When it last changed.
    pub modified: Timestamp,
    /// The newest version.
    pub newest: u64,
    /// The highest number that a version had.
    pub last: u64,
    /// How many versions there are.
    pub versions: u64,
    /// The token of the last change, and the version that it made or left.
    pub token: Option<String>,
}

/// A document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct VersionRecord {
    /// What it is written in.
    pub language: Language,
    /// Its text.
    pub content: String,
    /// When it was created.
    pub created: Timestamp,
}

/// Code for a schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BindingRecord {
    /// When it was asked for.
    pub created: Timestamp,
}

/// What a discoverer is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DiscovererRecord {
    /// The bus.
    pub bus: String,
    /// For people.
    pub description: Option<String>,
    /// Whether it learns from events of other accounts.
    pub cross_account: bool,
    /// Whether it learns at all.
    pub started: bool,
    /// Whether it goes away.
    pub gone: bool,
    /// Whether the bus's rule is as this record says.
    pub settled: bool,
    /// Its tags.
    pub tags: Tags,
}

/// What discovery knows of the events that a schema describes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LearntRecord {
    /// What it knows.
    pub learnt: Learnt,
}

macro_rules! records {
    ($($type:ty),* $(,)?) => {$(
        impl Record for $type {
            const VERSION: u8 = 1;
        }
    )*};
}

records!(RegistryRecord, SchemaRecord, VersionRecord, BindingRecord, DiscovererRecord, LearntRecord);
