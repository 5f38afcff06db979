//! IAM in process, typed, by a clock that stands still until it is moved; and over the wire where the wire matters.

#![allow(clippy::unwrap_used, reason = "what fails here is a test")]

mod access_key;
mod account;
mod attachment;
mod authorization;
mod certificate;
mod cloud;
mod concurrency;
mod enforced;
mod group;
mod inline;
mod insight;
mod instance_profile;
mod linked_role;
mod login_profile;
mod mfa_device;
mod model;
mod organization;
mod paging;
mod policy;
mod provider;
mod resources;
mod restart;
mod role;
mod service_credential;
mod simulate;
mod ssh_key;
mod tags;
mod used;
mod user;
mod wire;
