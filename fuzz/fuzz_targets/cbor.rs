//! Any bytes as a request in RpcV2Cbor.
#![no_main]

#[allow(dead_code)]
mod everything;
mod rpc;

libfuzzer_sys::fuzz_target!(|body: &[u8]| rpc::run(smithy::ProtocolKind::RpcV2Cbor, body, true));
