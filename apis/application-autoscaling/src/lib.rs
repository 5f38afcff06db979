//! Typed operations of Application Auto Scaling: generated at build time from `models/application-autoscaling.json`, its overlay and `operations.txt`.
//!
//! An operation is a type (`DeleteScalingPolicy`) with an input (`DeleteScalingPolicyInput`) and an output (`DeleteScalingPolicyOutput`);
//! `errors` holds a constructor for each modelled exception. `cargo xtask api show application-autoscaling` prints all of it.

#[allow(missing_docs, non_upper_case_globals, clippy::all)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/api.rs"));
}

pub use generated::*;
