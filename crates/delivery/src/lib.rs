//! Messages on their way to receivers: written in the transaction that made them, delivered after it at least once, each
//! lane for itself, retried by the cloud's clock, given up in the end to where their sender says.
//!
//! A service hands a message and its lanes to [`Deliveries::enqueue`] inside its own transaction; lanes are whatever it
//! delivers to: a subscription, a target, a connection. Its [`Courier`] tells how a lane is served, carries messages, and
//! says what becomes of those given up. Receivers recognise a repetition by [`Intent::id`], which is the same at each
//! attempt.
//!
//! | file | noun |
//! |---|---|
//! | `retries.rs` | when to try again. Pure |
//! | `intent.rs`, `courier.rs` | what is carried, and by whom |
//! | `deliveries.rs` | the handle: enqueueing, waking, what a service adds |
//! | `lane.rs`, `head.rs` | one lane at work: what is due, in batches, some at a time; where it begins |
//! | `settle.rs` | outcomes of all lanes, written down together |
//! | `active.rs`, `pace.rs` | which lanes are at work; how fast each may go |
//! | `tables.rs` | what is stored |
//! | `taken.rs` | the receiver's side: what was delivered before |
//!
//! Invariants: an intent is in the store until its outcome is durable. A lane that is down, slow or crowded holds up no
//! other one. Memory grows with the lanes at work, never with what waits. While the clock is moved, each attempt on the way
//! is made at its own instant.

mod active;
mod courier;
mod deliveries;
mod head;
mod intent;
mod lane;
mod pace;
mod retries;
mod settle;
mod tables;
mod taken;

pub use courier::{Courier, Lane};
pub use deliveries::{Consignment, Deliveries, Enqueued};
pub use intent::{Failure, Intent, Verdict, Why};
pub use retries::{Curve, Next, Retries};
pub use taken::{Generations, Taken};
