//! The protocols over a small hand-written service: what real clients send is read, what AWS answers is written.

// What a test's helper unwraps fails the test, as it should.
#![allow(clippy::unwrap_used)]

mod checks;
mod demo;
mod dynamic;
mod leaked;
mod properties;
mod rest;
mod rpc;
mod vectors;
mod xml_text;
