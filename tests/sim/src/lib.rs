//! Crash and fault runs over the whole system: what a cloud promised is held against what it then does.
//!
//! | file | noun |
//! |---|---|
//! | `world.rs` | a cloud in one process, whose store fails and which is killed and started again |
//! | `act.rs` | one call of a client, and what came of it |
//! | `script.rs` | what happens, drawn from a seed |
//! | `ledger.rs` | what was promised so far, and every answer held against it |
//! | `run.rs` | one seed from beginning to end |
//! | `process.rs` | the real binary: started, killed, started again |
//! | `wire.rs` | signed calls to it on a connection that is kept |
//! | `journal.rs` | what the real binary promised, and what is found of it after a kill |
//! | `dynamo/` | the same of DynamoDB: what many clients saw is explained by one order of what they did |
//!
//! The ledger knows nothing of how the service works. An answer that did not come may mean that the call happened or that
//! it did not, and the ledger then allows both.

mod act;
pub mod dynamo;
pub mod journal;
mod ledger;
pub mod process;
mod run;
mod script;
pub mod wire;
mod world;

pub use run::{Report, run};
