//! The protocols over a small hand-written service: what real clients send is read, what AWS answers is written.

mod demo;
mod rpc;
