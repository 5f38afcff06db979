//! Typed operations of Scheduler: generated at build time from `models/scheduler.json`, its overlay and `operations.txt`.
//!
//! An operation is a type (`CreateSchedule`) with an input (`CreateScheduleInput`) and an output (`CreateScheduleOutput`);
//! `errors` holds a constructor for each modelled exception. `cargo xtask api show scheduler` prints all of it.

#[allow(missing_docs, non_upper_case_globals, clippy::all)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/api.rs"));
}

pub use generated::*;
