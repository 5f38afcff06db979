//! Tables, keys and records. All but the addresses of function URLs lies in the scope of an account and region.
//!
//! | table | key | holds |
//! |---|---|---|
//! | `function` | name | what all versions of a function have in common |
//! | `version` | function, number (0 is `$LATEST`) | a version: its settings, sealed, and its code |
//! | `alias` | function, name | which versions it stands for |
//! | `policy` | kind, name, qualifier | statements about a function, a version, an alias or a layer version |
//! | `async` | function, qualifier | what becomes of asynchronous invocations |
//! | `url` | function, qualifier | a function URL |
//! | `address` (global) | id of a URL | whose it is |
//! | `warm` | function, qualifier | provisioned concurrency |
//! | `layer` | name | the number of its newest version |
//! | `layer-version` | layer, number | a version of a layer |
//! | `mapping` | uuid | an event source mapping, sealed where it names secrets |
//! | `checkpoint` | uuid, shard | how far a mapping has read a shard |
//! | `code` | digest | where the bytes of a package are, and how many name it |
//! | `loose` | id of a blob | bytes that nobody names: being written, or to be removed |

use std::collections::BTreeMap;

use names::{AccountId, Region, Tags, Timestamp};
use serde::{Deserialize, Serialize};
use store::blobs::Blob;
use store::{Record, Table};

const SERVICE: &str = "lambda";

/// Functions by name.
pub(crate) const FUNCTIONS: Table<String, FunctionRecord> = Table::new(SERVICE, "function");
/// Versions by function and number.
pub(crate) const VERSIONS: Table<(String, u64), VersionRecord> = Table::new(SERVICE, "version");
/// Aliases by function and name.
pub(crate) const ALIASES: Table<(String, String), AliasRecord> = Table::new(SERVICE, "alias");
/// Policies by what kind of thing carries them, its name, and its qualifier.
pub(crate) const POLICIES: Table<(String, String, String), PolicyRecord> = Table::new(SERVICE, "policy");
/// Settings of asynchronous invocations by function and qualifier.
pub(crate) const ASYNC: Table<(String, String), AsyncRecord> = Table::new(SERVICE, "async");
/// Function URLs by function and qualifier (`$LATEST` without one).
pub(crate) const URLS: Table<(String, String), UrlRecord> = Table::new(SERVICE, "url");
/// Function URLs by their ids, globally.
pub(crate) const ADDRESSES: Table<String, AddressRecord> = Table::new(SERVICE, "address");
/// Provisioned concurrency by function and qualifier.
pub(crate) const WARM: Table<(String, String), WarmRecord> = Table::new(SERVICE, "warm");
/// Layers by name.
pub(crate) const LAYERS: Table<String, LayerRecord> = Table::new(SERVICE, "layer");
/// Versions of layers.
pub(crate) const LAYER_VERSIONS: Table<(String, u64), LayerVersionRecord> = Table::new(SERVICE, "layer-version");
/// Event source mappings by uuid.
pub(crate) const MAPPINGS: Table<String, MappingRecord> = Table::new(SERVICE, "mapping");
/// How far mappings have read, by uuid and shard.
pub(crate) const CHECKPOINTS: Table<(String, String), Checkpoint> = Table::new(SERVICE, "checkpoint");
/// Packages by digest.
pub(crate) const CODES: Table<String, CodeRecord> = Table::new(SERVICE, "code");
/// Blobs that no package names, by their ids.
pub(crate) const LOOSE: Table<u128, Loose> = Table::new(SERVICE, "loose");

/// What all versions of a function have in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FunctionRecord {
    /// Of no other function, not even of an earlier one of this name.
    pub no: u128,
    /// The number of the newest version that was published; 0 before the first.
    pub newest: u64,
    /// Its tags.
    pub tags: Tags,
    /// How many run at once at most, and how many always may.
    pub reserved: Option<u32>,
    /// Whether loops through it are let run.
    pub loops: bool,
    /// The code signing configuration, by ARN.
    pub signing: Option<String>,
}

/// A version of a function. `$LATEST` is the one that changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct VersionRecord {
    /// A [`Settings`], sealed: variables are secrets.
    pub settings: Vec<u8>,
    /// The digest of its code: base64 of SHA-256.
    pub digest: String,
    /// The size of its code, packed, in bytes.
    pub size: u64,
    /// Changes with each change, and again when that is done.
    pub revision: String,
    /// Shown until the last change is done.
    pub passing_revision: String,
    /// When it last changed.
    pub modified: Timestamp,
    /// From when on it can be invoked.
    pub ready: Timestamp,
    /// From when on its last update counts as done.
    pub updated: Timestamp,
    /// When runtimes are updated, and to which version: `Auto`, `Manual`, `FunctionUpdate`.
    pub runtime_updates: (String, Option<String>),
}

/// What a function was told to be. Names are AWS's.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Settings {
    pub runtime: Option<String>,
    pub role: String,
    pub handler: Option<String>,
    pub description: String,
    /// Seconds.
    pub timeout: u32,
    /// MB.
    pub memory: u32,
    /// None where none were ever given.
    pub variables: Option<BTreeMap<String, String>>,
    pub kms_key: Option<String>,
    pub dead_letters: Option<String>,
    /// `Active` or `PassThrough`.
    pub tracing: String,
    /// ARNs of versions of layers, with the sizes of their packages in bytes.
    pub layers: Vec<(String, u64)>,
    pub architecture: String,
    /// MB of `/tmp`.
    pub ephemeral: u32,
    /// Whether snapshots are made of published versions.
    pub snap_start: bool,
    /// Subnets, security groups, whether IPv6 goes out.
    pub vpc: Option<(Vec<String>, Vec<String>, bool)>,
    /// ARNs of access points and where they are mounted.
    pub file_systems: Vec<(String, String)>,
    pub json_logs: bool,
    pub application_level: Option<String>,
    pub system_level: Option<String>,
    pub log_group: Option<String>,
    /// The key that the package is encrypted with.
    pub source_kms_key: Option<String>,
}

/// What an alias stands for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct AliasRecord {
    /// 0 is `$LATEST`.
    pub version: u64,
    pub description: String,
    /// Another version, and the part of invocations that goes there.
    pub other: Option<(u64, f64)>,
    pub revision: String,
}

/// A resource policy.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PolicyRecord {
    /// Each as JSON, by their ids, in the order in which they were added.
    pub statements: Vec<(String, String)>,
    pub revision: String,
}

/// What becomes of asynchronous invocations.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AsyncRecord {
    pub retries: Option<u32>,
    /// Seconds.
    pub age: Option<u32>,
    pub on_success: Option<String>,
    pub on_failure: Option<String>,
    /// Whether destinations were spoken of at all.
    pub destinations: bool,
    pub modified: Timestamp,
}

/// A function URL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UrlRecord {
    pub id: String,
    /// Whether callers must sign.
    pub signed: bool,
    pub streams: bool,
    pub cors: Option<CorsRecord>,
    pub created: Timestamp,
    pub modified: Timestamp,
}

/// What pages of other origins may do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CorsRecord {
    pub credentials: Option<bool>,
    pub headers: Option<Vec<String>>,
    pub methods: Option<Vec<String>>,
    pub origins: Option<Vec<String>>,
    pub expose: Option<Vec<String>>,
    pub max_age: Option<i32>,
}

/// Whose URL it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AddressRecord {
    pub account: AccountId,
    pub region: Region,
    pub function: String,
    pub qualifier: String,
}

/// Provisioned concurrency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WarmRecord {
    pub wanted: u32,
    pub modified: Timestamp,
    /// From when on it is ready.
    pub ready: Timestamp,
}

/// A layer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LayerRecord {
    /// The number of its newest version; numbers are never given twice.
    pub newest: u64,
}

/// A version of a layer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LayerVersionRecord {
    pub description: Option<String>,
    pub license: Option<String>,
    pub runtimes: Option<Vec<String>>,
    pub architectures: Option<Vec<String>>,
    pub created: Timestamp,
    pub digest: String,
    pub size: u64,
}

/// An event source mapping.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MappingRecord {
    /// The function as it was named: ARN, with a qualifier where one was given.
    pub function: String,
    pub source: String,
    pub batch: u32,
    /// Seconds.
    pub window: u32,
    pub parallel: Option<u32>,
    /// `TRIM_HORIZON`, `LATEST`, `AT_TIMESTAMP`.
    pub start: Option<String>,
    pub start_at: Option<Timestamp>,
    /// Patterns of EventBridge, any of which lets a record through.
    pub filters: Vec<String>,
    pub on_failure: Option<String>,
    /// Seconds; none for as long as the stream keeps them.
    pub max_age: Option<u32>,
    pub bisect: bool,
    /// None for without end.
    pub retries: Option<u32>,
    /// Seconds of a tumbling window.
    pub tumbling: u32,
    /// Whether the function names the records that failed.
    pub partial: bool,
    pub max_concurrency: Option<u32>,
    pub kms_key: Option<String>,
    pub metrics: bool,
    pub enabled: bool,
    pub state: MappingState,
    /// From when on the state that it is on its way to holds.
    pub settles: Timestamp,
    pub reason: String,
    pub result: String,
    pub modified: Timestamp,
    pub tags: Tags,
    /// Changes with each change: what works on an older one stops.
    pub turn: u64,
}

/// On its way, or there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum MappingState {
    #[default]
    Creating,
    Updating,
    Enabling,
    Disabling,
    Enabled,
    Disabled,
    Deleting,
}

/// How far a mapping has read a shard.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Checkpoint {
    /// The number of the last record that is done with.
    pub number: Option<String>,
    /// Where to begin before there is one.
    pub start: Option<String>,
    /// Whether the shard is read to its end.
    pub ended: bool,
}

/// A package: the bytes of a zip file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CodeRecord {
    pub blob: Blob,
    /// How many versions of functions and layers name it.
    pub uses: u32,
    /// Size of what it unpacks to, in bytes.
    pub unpacked: u64,
}

/// A blob that is being written, or is to be removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Loose {
    /// Since when.
    pub since: Timestamp,
}

macro_rules! records {
    ($($type:ty),* $(,)?) => {$(
        impl Record for $type {
            const VERSION: u8 = 1;
        }
    )*};
}

records!(
    FunctionRecord,
    VersionRecord,
    Settings,
    AliasRecord,
    PolicyRecord,
    AsyncRecord,
    UrlRecord,
    AddressRecord,
    WarmRecord,
    LayerRecord,
    LayerVersionRecord,
    MappingRecord,
    Checkpoint,
    CodeRecord,
    Loose,
);
