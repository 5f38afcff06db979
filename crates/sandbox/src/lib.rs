//! Foreign code, run apart from the machine and from each other, without a daemon and without a line of `unsafe`.
//!
//! ```text
//! nephele ──spawns──▶ keeper ──spawns──▶ init (PID 1 of its own world) ──spawns──▶ the processes of the guest
//!    │                  │ unshares, listens,   │ builds the root, gives up
//!    └── one socket ────┴─ ends all of it ─────┴─ every right, then starts what it is told
//! ```
//!
//! Namespaces can only be entered by a process of one thread, and code between `fork` and `exec` would be `unsafe`. So the
//! binary starts itself again, twice, and those two do with safe calls what is needed. Both hold the other end of one
//! socket: when it closes, by whatever death, the keeper thaws and kills all that is inside.
//!
//! | file | noun |
//! |---|---|
//! | `plan.rs` | what a sandbox is made of, and what it is told and tells |
//! | `wire.rs` | messages and file descriptors over that socket |
//! | `launcher.rs` | starting one |
//! | `handle.rs` | one that runs: processes, their output and end, freezing, ending |
//! | `root.rs` | which parts of the host a guest sees |
//! | `cgroups/` | limits, freezer and figures, version 1 and 2 |
//! | `surroundings.rs` | where this process finds itself |
//! | `probe.rs` | what this host offers, by trying |
//! | `inside/` | the keeper and the init |

mod cgroups;
mod handle;
mod inside;
mod launcher;
mod plan;
mod probe;
mod root;
mod surroundings;
mod wire;

pub use cgroups::Hierarchy;
pub use handle::{Exit, Process, Sandbox};
pub use inside::inside;
pub use launcher::{Launcher, StartError};
pub use plan::{Bind, Command, Level, Limits, Network, Overlay, Plan};
pub use probe::Offer;
pub use root::host_parts;
pub use surroundings::Surroundings;
