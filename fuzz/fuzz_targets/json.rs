//! Any bytes as a request in Json10.
#![no_main]

#[allow(dead_code)]
mod everything;
mod rpc;

libfuzzer_sys::fuzz_target!(|body: &[u8]| rpc::run(smithy::ProtocolKind::Json10, body, true));
