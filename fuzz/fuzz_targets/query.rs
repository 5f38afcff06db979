//! Any bytes as a request in Query.
#![no_main]

#[allow(dead_code)]
mod everything;
mod rpc;

libfuzzer_sys::fuzz_target!(|body: &[u8]| rpc::run(smithy::ProtocolKind::Query, body, false));
