//! What DynamoDB promises of many clients at once, crashes included, held against everything they saw.
//!
//! | file | noun |
//! |---|---|
//! | `act.rs` | one call: what is asked, its request, and what came of it |
//! | `item.rs` | single items are linearizable: every deed happens at one moment between its call and its answer |
//! | `list.rs` | transactions are serializable in real time: no cycle of who saw what before whom |
//! | `graph.rs` | cycles in a graph |
//! | `history.rs` | all calls of a run, and the checks of all of it |
//! | `script.rs` | what clients do, drawn from a seed |
//! | `door.rs` | tables, and what is read of them whole: indexes and streams tell what tables hold |
//! | `run.rs` | one seed in one process, from beginning to end |
//!
//! Time is a counter: a call's moments lie between the number drawn before it was sent and the one drawn after its answer.
//! A call without an answer happened, or it did not, and the checks allow both; a process that was killed does nothing more.

mod act;
mod door;
mod graph;
mod history;
mod item;
mod list;
mod run;
mod script;

pub use act::{Act, Answer, Append, Deed, Place};
pub use door::{Door, Request, make, whole};
pub use history::{Event, History};
pub use run::{Report, run};
pub use script::Script;
