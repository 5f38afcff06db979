//! S3 in process, typed, by a clock that stands still until it is moved; and over the wire where the wire matters.

#![allow(clippy::unwrap_used, reason = "what fails here is a test")]

mod access;
mod access_log;
mod ageing;
mod cloud;
mod collected;
mod crash;
mod documents;
mod fsck;
mod inventory;
mod jobs;
mod listing;
mod notices;
mod object;
mod objects;
mod replication;
mod resources;
mod roles;
mod sealing;
mod settings;
mod upload;
mod version;
