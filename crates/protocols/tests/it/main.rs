//! The protocols over a small hand-written service: what real clients send is read, what AWS answers is written.

mod checks;
mod demo;
mod dynamic;
mod leaked;
mod properties;
mod rest;
mod rpc;
mod vectors;
mod xml_text;
