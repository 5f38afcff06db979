//! Ordered transactional tables that keep what they acknowledged, behind one small contract any engine can fulfil.
//!
//! | file | noun |
//! |---|---|
//! | `kv.rs` | the contract of an engine: snapshots, commits, watches |
//! | `resolver.rs`, `watch.rs`, `held.rs` | what engines on one machine share: conflicts, who waits for what, who still reads |
//! | `memory.rs` | the engine without a disk |
//! | `local/` | the durable engine on one machine: log, group commit, sorted files |
//! | `store.rs`, `tx.rs` | what services use: transactions, batches, views |
//! | `sequence.rs`, `outbox.rs`, `timers.rs` | numbers that only grow, effects after a commit, durable alarms |
//! | `scope.rs`, `key.rs`, `record.rs`, `table.rs` | typed tables: whose, where, what |
//! | `blobs/` | object bytes, encrypted at rest |
//! | `cipher.rs` | what services seal content with |
//! | `vault.rs` | secrets in records, sealed under keys derived from the root key |
//! | `conformance/`, `faulty.rs` | what every engine must pass, and one that fails on purpose |
//!
//! Invariants: what a reader sees is durable; a transaction is serializable or it did not happen; no key is written that
//! does not begin with a [`Scope`]; nothing here reads the system's time or randomness.

pub mod blobs;
mod cipher;
#[doc(hidden)]
pub mod conformance;
mod error;
mod faulty;
mod held;
pub mod key;
mod kv;
pub mod local;
mod memory;
mod outbox;
mod record;
mod resolver;
mod scope;
mod sequence;
mod store;
mod table;
mod timers;
mod tx;
mod vault;
mod watch;

pub use cipher::{Cipher, Ciphers, OnceOnly};
pub use error::{CommitError, StoreError};
pub use faulty::{Fault, Faulty};
pub use key::{Key, KeyLike, KeyPart};
pub use kv::{
    BoxFuture, Commit, KeyRange, Kv, MAX_KEY, MAX_VALUE, Order, Rows, Snapshot, Version, Write, after_key, after_prefix,
};
pub use local::{Durability, Local, Options};
pub use memory::Memory;
pub use outbox::{Delivery, Outbox};
pub use record::{Record, decode_record, encode_record};
pub use scope::Scope;
pub use sequence::Sequence;
pub use store::{Batch, ReadView, Reader, Store, Writer};
pub use table::{Raw, RawTable, Span, Table, Value};
pub use timers::{Due, Timers};
pub use tx::Tx;
pub use vault::{Mac, Seal, Vault};
pub use watch::Watch;
