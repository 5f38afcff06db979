//! Which actions an operation needs, on what, and under which circumstances.
//!
//! | file | what |
//! |---|---|
//! | `aim.rs` | what a request names: a bucket, or an access point, and a key in it |
//! | `bucket.rs` | operations on buckets |
//! | `object.rs` | operations on objects |
//! | `headers.rs` | condition keys that come of headers |
//! | `probe.rs` | what those who may not list are told of keys that are not there |
//! | `policies.rs` | what buckets, objects and access points say of themselves: policies, lists, switches, tags |
//! | `statements.rs` | an access control list as statements of a policy. Pure |
//!
//! Condition keys: service authorization reference, "Actions, resources, and condition keys for Amazon S3".

pub(crate) mod aim;
pub(crate) mod bucket;
mod headers;
pub(crate) mod object;
mod policies;
mod probe;
mod statements;

pub(crate) use policies::BucketPolicies;
pub(crate) use probe::hide;
