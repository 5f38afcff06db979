//! Any bytes as a document of REST-XML.
#![no_main]

#[allow(dead_code)]
mod everything;
#[allow(dead_code)]
mod rpc;

libfuzzer_sys::fuzz_target!(|body: &[u8]| rpc::run(smithy::ProtocolKind::RestXml, body, false));
