//! How long a request takes from bytes to typed input and its answer from typed output to bytes, in nanoseconds:
//! `cargo run --release -p protocols --example speed`.

use std::hint::black_box;
use std::time::Instant;

use protocols::{protocol, validate};
use smithy::ProtocolKind;

#[allow(dead_code)]
#[path = "../tests/it/demo.rs"]
mod demo;

/// The product's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROUNDS: u32 = 200;
const BATCHES: u32 = 2_000;

fn main() {
    let body = "x".repeat(256);
    let json = format!(
        r#"{{"QueueUrl":"https://sqs.us-east-1.amazonaws.com/123456789012/orders","MessageBody":"{body}","DelaySeconds":5,"MessageAttributes":{{"TraceId":{{"StringValue":"1-67891233-abcdef012345678912345678","DataType":"String"}},"Source":{{"StringValue":"checkout-service","DataType":"String"}},"Blob":{{"BinaryValue":"AAECAwQFBgcICQ==","DataType":"Binary"}}}},"AttributeNames":["All"]}}"#
    );
    let form = format!(
        "Action=SendMessage&Version=2012-11-05&QueueUrl=https%3A%2F%2Fsqs.us-east-1.amazonaws.com%2F123456789012%2Forders&MessageBody={body}&DelaySeconds=5&MessageAttribute.1.Name=TraceId&MessageAttribute.1.Value.StringValue=1-67891233-abcdef012345678912345678&MessageAttribute.1.Value.DataType=String&MessageAttribute.2.Name=Source&MessageAttribute.2.Value.StringValue=checkout-service&MessageAttribute.2.Value.DataType=String&AttributeName.1=All"
    );
    let (mut input, _) = demo::decode(ProtocolKind::Json10, json.as_bytes()).expect("it is a request");
    let cbor = demo::bytes(&protocol(ProtocolKind::RpcV2Cbor).encode(&demo::SEND, "id", &mut input));
    for (kind, body) in [
        (ProtocolKind::Json10, json.as_bytes()),
        (ProtocolKind::Query, form.as_bytes()),
        (ProtocolKind::RpcV2Cbor, &cbor),
    ] {
        run(kind, body);
    }
}

fn run(kind: ProtocolKind, body: &[u8]) {
    let mut output = demo::SendMessageResult {
        message_id: Some("5fea7756-0ea4-451a-a703-a558b933e274".into()),
        names: Some(vec!["fafb00f5732ab283681e124bf8747ed1".into()]),
        ..demo::SendMessageResult::default()
    };
    let read = per_round(|| drop(black_box(demo::decode(kind, black_box(body)))));
    let (input, _) = demo::decode(kind, body).expect("it is a request");
    let check = per_round(|| drop(black_box(validate(&demo::SEND, black_box(&input), Vec::new()))));
    let write =
        per_round(|| drop(black_box(protocol(kind).encode(&demo::SEND, "5fea7756-0ea4", black_box(&mut output)))));
    println!("{kind:?}: {} bytes, read {read:.0} ns, validate {check:.0} ns, write {write:.0} ns", body.len());
}

/// The best of many short batches: most of them are over before other work on the machine interrupts.
fn per_round(mut work: impl FnMut()) -> f64 {
    let batch = |_| {
        let start = Instant::now();
        (0..ROUNDS).for_each(|_| work());
        start.elapsed().as_nanos() as f64 / f64::from(ROUNDS)
    };
    (0..BATCHES).map(batch).fold(f64::INFINITY, f64::min)
}
