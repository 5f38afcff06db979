//! Load runs against the whole binary: how fast, per second of server CPU, and how far from a bare HTTP server on the same stack.
//!
//! `cargo run --release -p bench -- [filters]` starts the release binary `nephele` beside this one, with its default durability, in a fresh directory for
//! each workload, and prints a table. The load comes from this process, on one thread, with requests signed beforehand.
//!
//! | file | noun |
//! |---|---|
//! | `args.rs` | the command line |
//! | `session.rs`, `api.rs` | the server of one workload, and calls to set it up |
//! | `workloads/` | what is measured, one file a kind |
//! | `load.rs`, `tally.rs`, `pool.rs` | the closed loop, its counts, requests signed beforehand |
//! | `connection.rs`, `reply.rs` | HTTP/1.1 with little work |
//! | `messages.rs`, `items.rs`, `sign.rs` | the requests |
//! | `histogram.rs` | latencies |
//! | `server.rs`, `proc.rs`, `disk.rs` | the child process, what the kernel says of it, the disk alone |
//! | `bare.rs` | the limit |
//! | `report.rs`, `table.rs` | results, and their print |
//!
//! The figure to compare is requests per second of *server CPU*: the rest is the machine's. The client shares the machine, so its own CPU time is shown too.

pub mod api;
pub mod args;
pub mod bare;
pub mod connection;
pub mod disk;
pub mod histogram;
pub mod items;
pub mod load;
pub mod messages;
pub mod pool;
pub mod proc;
pub mod reply;
pub mod report;
pub mod server;
pub mod session;
pub mod sign;
pub mod table;
pub mod tally;
pub mod workloads;
