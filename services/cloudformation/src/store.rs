//! Tables, keys and records. Everything lies in the scope of the stack's account and region. What templates and parameters
//! bring with them may be secret: such records are sealed, each to its own key.
//!
//! | table | key | holds |
//! |---|---|---|
//! | `stack` | stack | what a stack is; sealed |
//! | `name` | name | the stack that has it, until it is deleted |
//! | `resource` | stack, logical id | a resource as it is; sealed |
//! | `before` | stack, logical id | the same as it was before the update that changed it; sealed |
//! | `leftover` | stack, number | resources that were replaced, until they are deleted; sealed |
//! | `event` | stack, number | what happened |
//! | `tail` | stack | how many numbers of events and leftovers were given |
//! | `work` | stack | the operation under way; sealed |
//! | `pending` | stack (everywhere) | where the stacks are that have one |
//! | `change-set` | stack, change set | sealed |
//! | `export` | name | who exports what |
//! | `drift` | stack, logical id | what drift detection last found; sealed |
//! | `detection` | detection | drift detections |
//! | `import` | name, stack | who imports it |

use std::collections::BTreeMap;
use std::marker::PhantomData;

use names::{AccountId, Region, Tags, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
use service_kit::Caller;
use store::{Key, KeyLike, Raw, RawTable, Reader, Record, Scope, Seal, Span, StoreError, Table, Writer};

const SERVICE: &str = "cloudformation";

/// Stacks by their number, a UUID.
pub(crate) const STACKS: Sealed<String, StackRecord> = Sealed::new("stack");
/// Names of stacks that are not deleted.
pub(crate) const NAMES: Table<String, Named> = Table::new(SERVICE, "name");
/// Resources.
pub(crate) const RESOURCES: Sealed<(String, String), ResourceRecord> = Sealed::new("resource");
/// Resources before an update.
pub(crate) const BEFORE: Sealed<(String, String), ResourceRecord> = Sealed::new("before");
/// Resources that were replaced.
pub(crate) const LEFTOVERS: Sealed<(String, u64), ResourceRecord> = Sealed::new("leftover");
/// Events, in their order.
pub(crate) const EVENTS: Table<(String, u64), EventRecord> = Table::new(SERVICE, "event");
/// The last number given in a stack.
pub(crate) const TAILS: Table<String, Tail> = Table::new(SERVICE, "tail");
/// Operations under way.
pub(crate) const WORK: Sealed<String, Work> = Sealed::new("work");
/// Where they are.
pub(crate) const PENDING: Table<String, Place> = Table::new(SERVICE, "pending");
/// Change sets.
pub(crate) const CHANGE_SETS: Sealed<(String, String), ChangeSetRecord> = Sealed::new("change-set");
/// Exports by name.
pub(crate) const EXPORTS: Table<String, ExportRecord> = Table::new(SERVICE, "export");
/// Who imports.
pub(crate) const IMPORTS: Table<(String, String), Named> = Table::new(SERVICE, "import");

/// What drift detection last found of resources.
pub(crate) const DRIFTS: Sealed<(String, String), DriftRecord> = Sealed::new("drift");
/// Drift detections.
pub(crate) const DETECTIONS: Table<String, DetectionRecord> = Table::new(SERVICE, "detection");

/// A table whose records are sealed, each to its own key.
pub(crate) struct Sealed<K, V>(RawTable<K>, PhantomData<fn() -> V>);

impl<K: Key + KeyLike<K>, V: Record + Serialize + DeserializeOwned> Sealed<K, V> {
    const fn new(name: &'static str) -> Self {
        Self(Table::new(SERVICE, name), PhantomData)
    }

    /// The record under a key.
    pub(crate) async fn get(
        &self,
        vault: &Vaulted,
        reader: &impl Reader,
        scope: &Scope,
        key: &impl KeyLike<K>,
    ) -> Result<Option<V>, StoreError> {
        let context = self.0.key(scope, key);
        let stored = self.0.get(reader, scope, key).await?;
        stored.map(|Raw(sealed)| opened(vault, &context, &sealed)).transpose()
    }

    /// Sets the record under a key.
    pub(crate) fn put(
        &self,
        vault: &Vaulted,
        writer: &impl Writer,
        scope: &Scope,
        key: &impl KeyLike<K>,
        value: &V,
    ) -> Result<(), StoreError> {
        let plain = store::encode_record(value)?;
        let sealed = vault.seal.close(&vault.random, &self.0.key(scope, key), &plain);
        self.0.put(writer, scope, key, &Raw(sealed.into()))
    }

    /// Removes the record under a key.
    pub(crate) fn delete(&self, writer: &impl Writer, scope: &Scope, key: &impl KeyLike<K>) {
        self.0.delete(writer, scope, key);
    }

    /// All records of a span.
    pub(crate) async fn all(
        &self,
        vault: &Vaulted,
        reader: &impl Reader,
        scope: &Scope,
        span: &Span,
    ) -> Result<Vec<(K, V)>, StoreError> {
        let rows = self.0.scan_all(reader, scope, span).await?;
        let open = |(key, Raw(sealed)): (K, Raw)| {
            let value = opened(vault, &self.0.key(scope, &key), &sealed)?;
            Ok((key, value))
        };
        rows.into_iter().map(open).collect()
    }
}

fn opened<V: Record>(vault: &Vaulted, context: &[u8], sealed: &[u8]) -> Result<V, StoreError> {
    store::decode_record("a sealed table of cloudformation", &vault.seal.open(context, sealed)?)
}

/// What seals and opens records.
#[derive(Clone)]
pub(crate) struct Vaulted {
    /// The key.
    pub seal: Seal,
    /// For sealing.
    pub random: runtime::Random,
}

/// JSON in a record.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Json(pub Map<String, Value>);

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        serde_json::to_string(&self.0).map_err(serde::ser::Error::custom)?.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        serde_json::from_str(&text).map(Self).map_err(serde::de::Error::custom)
    }
}

/// Who has a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Named {
    /// The stack.
    pub stack: String,
}

/// How many numbers were given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tail {
    /// The last one.
    pub last: u64,
}

/// Where a stack is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Place {
    /// Its account.
    pub account: AccountId,
    /// Its region.
    pub region: Region,
}

impl Place {
    /// Where its records lie.
    pub(crate) fn scope(&self) -> Scope {
        Scope::Regional(self.account, self.region.clone())
    }
}

/// What is deployed, or shall be.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Deployment {
    /// The template as it was given.
    pub template: String,
    /// The same as JSON, after its transforms.
    pub processed: Json,
    /// Whether there were any.
    pub transformed: bool,
    /// Values of parameters.
    pub parameters: BTreeMap<String, String>,
    /// Tags.
    pub tags: Tags,
    /// Capabilities acknowledged.
    pub capabilities: Vec<String>,
    /// The role that acts.
    pub role: Option<String>,
    /// Topics told of events.
    pub notifications: Vec<String>,
    /// Alarms watched, by ARN and type, and for how many minutes: kept and shown.
    pub triggers: Vec<(String, String)>,
    /// See there.
    pub monitoring: Option<i32>,
}

/// A stack.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct StackRecord {
    /// Its number.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Its status.
    pub status: String,
    /// Why.
    pub reason: Option<String>,
    /// When it was created.
    pub created: Timestamp,
    /// When it was last updated.
    pub updated: Option<Timestamp>,
    /// When it was deleted.
    pub deleted: Option<Timestamp>,
    /// What is deployed, or about to be; nothing while only change sets wait.
    pub deployment: Option<Deployment>,
    /// What was deployed before the update under way, or the one that failed.
    pub previous: Option<Deployment>,
    /// Outputs.
    pub outputs: Vec<OutputRecord>,
    /// The change set last executed.
    pub change_set: Option<String>,
    /// Whether failures stay as they are.
    pub disable_rollback: bool,
    /// Whether it may not be deleted.
    pub protected: bool,
    /// The stack policy.
    pub policy: Option<String>,
    /// ARN of the stack that made it.
    pub parent: Option<String>,
    /// ARN of the stack at the top of those.
    pub root: Option<String>,
    /// How long creation may take.
    pub timeout: Option<i32>,
    /// The operation under way or last done.
    pub operation: String,
    /// What drift detection last found, and when.
    pub drift: Option<(String, Timestamp)>,
}

/// An output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OutputRecord {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: String,
    /// What it is.
    pub description: Option<String>,
    /// The name under which it is exported.
    pub export: Option<String>,
}

/// How far a resource is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Stage {
    /// About to be made: whether it was is not known.
    #[default]
    Making,
    /// Made, and underway still.
    Made,
    /// About to be changed.
    Changing,
    /// As it shall be.
    Settled,
    /// Not made, or not as it shall be.
    Failed,
    /// Gone, or left alone.
    Gone,
}

/// A resource.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct ResourceRecord {
    /// Its logical id.
    pub name: String,
    /// Its type.
    pub kind: String,
    /// Its physical id, once there is one.
    pub physical: Option<String>,
    /// How far it is.
    pub stage: Stage,
    /// Its status.
    pub status: String,
    /// Why.
    pub reason: Option<String>,
    /// Its properties as the template has them, without functions.
    pub properties: Json,
    /// The same as they are sent: with a name invented, with the stack's tags.
    pub sent: Json,
    /// The same as they may be shown.
    pub shown: Json,
    /// What `Fn::GetAtt` gives.
    pub attributes: Json,
    /// Its metadata.
    pub metadata: Option<Json>,
    /// The resources that it builds on.
    pub on: Vec<String>,
    /// `DeletionPolicy`.
    pub deletion_policy: Option<String>,
    /// `UpdateReplacePolicy`.
    pub replace_policy: Option<String>,
    /// When its status changed.
    pub at: Timestamp,
    /// The operation that last brought it where it is.
    pub operation: String,
    /// The operation that made it.
    pub made_in: String,
    /// What drift detection last found.
    pub drift: Option<(String, Timestamp)>,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct EventRecord {
    /// Its id.
    pub id: String,
    /// The logical id.
    pub name: String,
    /// The physical id.
    pub physical: String,
    /// The type.
    pub kind: String,
    /// The status.
    pub status: String,
    /// Why.
    pub reason: Option<String>,
    /// Properties as they may be shown, as JSON.
    pub properties: Option<String>,
    /// When.
    pub at: Timestamp,
    /// `ClientRequestToken`.
    pub token: Option<String>,
    /// In which operation.
    pub operation: String,
}

/// What to do when an operation fails.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum OnFailure {
    /// Back to what was.
    #[default]
    Rollback,
    /// Nothing.
    Nothing,
    /// The new stack is deleted.
    Delete,
}

/// What an operation is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Phase {
    /// Making and changing what the template has.
    Forward,
    /// Deleting what it has no more.
    Cleanup,
    /// Deleting what a creation made before it failed.
    Undo,
    /// Changing back what an update changed before it failed.
    Restore,
    /// Deleting what that update had made.
    RestoreCleanup,
    /// Deleting everything.
    Remove,
}

/// An operation under way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Work {
    /// What it is at.
    pub phase: Phase,
    /// Whether it creates the stack.
    pub creates: bool,
    /// The operation.
    pub operation: String,
    /// Who asked for it, and in whose name it acts unless the stack has a role.
    pub caller: Caller,
    /// `ClientRequestToken`.
    pub token: Option<String>,
    /// When it is too late.
    pub deadline: Option<Timestamp>,
    /// What to do when it fails.
    pub on_failure: OnFailure,
    /// Resources that are not deleted.
    pub retain: Vec<String>,
    /// Resources that are not changed back.
    pub skip: Vec<String>,
    /// Whether somebody cancelled it.
    pub cancelled: bool,
    /// The stack policy while it lasts.
    pub policy: Option<String>,
    /// Why it failed before it began.
    pub broken: Option<String>,
    /// Whether resources made in it are deleted when it fails, whatever their policy.
    pub retain_except_on_create: bool,
}

/// A change set.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct ChangeSetRecord {
    /// Its number.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// `CREATE`, `UPDATE`.
    pub kind: String,
    /// What it tells of itself.
    pub description: Option<String>,
    /// Its status.
    pub status: String,
    /// Why.
    pub reason: Option<String>,
    /// Whether it can be executed.
    pub execution: String,
    /// When it was created.
    pub created: Timestamp,
    /// What it deploys.
    pub deployment: Deployment,
    /// Its changes.
    pub changes: Vec<ChangeRecord>,
    /// What to do when its execution fails, as it was given.
    pub on_failure: Option<String>,
    /// `IncludeNestedStacks`, as it was given.
    pub nested: Option<bool>,
    /// `ImportExistingResources`, as it was given.
    pub import_existing: Option<bool>,
    /// Parameters that were to stay.
    pub previous: Vec<String>,
    /// `ClientToken`.
    pub token: Option<String>,
}

/// A change of one resource.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct ChangeRecord {
    /// `Add`, `Modify`, `Remove`.
    pub action: String,
    /// Its logical id.
    pub name: String,
    /// Its type.
    pub kind: String,
    /// Its physical id.
    pub physical: Option<String>,
    /// `True`, `False`, `Conditional`; none where AWS tells none.
    pub replacement: Option<String>,
    /// What becomes of what is replaced or removed.
    pub policy: Option<String>,
    /// Which parts change.
    pub scope: Vec<String>,
    /// Why.
    pub details: Vec<DetailRecord>,
    /// All of it before, as JSON.
    pub before: Option<String>,
    /// All of it afterwards, as JSON.
    pub after: Option<String>,
}

/// Why a property changes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DetailRecord {
    /// `Properties`, `Tags`, …
    pub attribute: String,
    /// The property.
    pub name: Option<String>,
    /// `Never`, `Conditionally`, `Always`.
    pub recreation: String,
    /// `Static`, `Dynamic`.
    pub evaluation: String,
    /// `DirectModification`, …
    pub source: String,
    /// What causes it.
    pub cause: Option<String>,
    /// Its value before.
    pub before: Option<String>,
    /// Its value afterwards.
    pub after: Option<String>,
}

/// An export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ExportRecord {
    /// The stack that exports it.
    pub stack: String,
    /// Its ARN.
    pub arn: String,
    /// The value.
    pub value: String,
}

/// What drift detection found of a resource.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DriftRecord {
    /// `IN_SYNC`, `MODIFIED`, `DELETED`, `NOT_CHECKED`.
    pub status: String,
    /// The type.
    pub kind: String,
    /// The physical id.
    pub physical: String,
    /// As it was made, as JSON.
    pub expected: String,
    /// As it is, as JSON; empty when it is gone.
    pub actual: String,
    /// Where, as it was made, as it is, and how they differ.
    pub differences: Vec<(String, String, String, String)>,
    /// When.
    pub at: Timestamp,
}

/// A drift detection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DetectionRecord {
    /// Its id.
    pub id: String,
    /// The stack.
    pub stack: String,
    /// Its ARN.
    pub arn: String,
    /// `DRIFTED`, `IN_SYNC`.
    pub status: String,
    /// How many resources drifted.
    pub drifted: i32,
    /// When.
    pub at: Timestamp,
}

macro_rules! records {
    ($($record:ty),* $(,)?) => { $(impl Record for $record { const VERSION: u8 = 1; })* };
}

records!(
    Named,
    Tail,
    Place,
    StackRecord,
    ResourceRecord,
    EventRecord,
    Work,
    ChangeSetRecord,
    ExportRecord,
    DetectionRecord,
    DriftRecord
);

/// What belongs to a stack, in a table whose key begins with it.
pub(crate) fn of(stack: &str) -> Span {
    Span::prefix(&stack.to_owned())
}
