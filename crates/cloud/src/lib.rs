//! What makes the crates below one program: configuration, composition, the command line and the cloud's own endpoints.
//!
//! | file | noun |
//! |---|---|
//! | `services.rs` | the only list of services |
//! | `config/` | settings: defaults < file < environment < flags |
//! | `data_dir.rs` | what lies where on disk, and the secrets of one cloud |
//! | `running.rs` | who has a data directory open |
//! | `clock.rs` | jumps of the clock that outlive the process |
//! | `compose.rs` | data directory → engine → store → cloud → gateway |
//! | `reset.rs` | a service as if it had never been used |
//! | `admin/` | the endpoints under `/_nephele` and `/_localstack`, one file a noun |
//! | `report.rs` | what those endpoints answer, and the commands print |
//! | `client.rs` | the commands' way to a running cloud |
//! | `doctor/` | what this host offers |
//! | `duration.rs` | `1h30m` |
//! | `cli/` | the commands, one file each |
//!
//! Only here are the environment, the command line and the host's paths read; everything below is handed what it needs.

pub mod admin;
pub mod cli;
pub mod client;
pub mod clock;
pub mod compose;
pub mod config;
pub mod data_dir;
pub mod doctor;
pub mod duration;
pub mod report;
pub mod reset;
pub mod running;
pub mod services;
