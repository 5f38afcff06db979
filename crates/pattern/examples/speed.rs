//! What matching costs: `cargo run --release -p pattern --example speed`.

use std::hint::black_box;
use std::time::Instant;

use pattern::{Event, Pattern, Set};
use serde_json::{Value, json};

/// Kinds of rules a bus may be full of; each of its rules differs from the others in what it asks of one field.
fn rule(kind: &str, id: usize) -> Value {
    match kind {
        "exact" => json!({"source": ["shop"], "detail-type": ["Ordered"], "detail": {"customer": [format!("c-{id}")]}}),
        "prefix" => json!({"source": ["shop"], "detail": {"path": [{"prefix": format!("/{id}/")}]}}),
        "numeric" => json!({"source": ["shop"], "detail": {"amount": [{"numeric": [">", id]}]}}),
        _ => json!({"source": ["shop"], "detail": {"customer": [{"anything-but": format!("c-{id}")}]}}),
    }
}

fn main() {
    let event = json!({
        "version": "0", "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718", "source": "shop", "detail-type": "Ordered",
        "account": "111122223333", "time": "2017-12-22T18:43:48Z", "region": "us-west-1", "resources": [],
        "detail": {"customer": "c-77", "path": "/77/basket", "amount": 12, "items": ["a", "b", "c"]},
    });
    for kind in ["exact", "prefix", "numeric", "anything-but"] {
        for rules in [1, 100, 10_000] {
            let parse = |id| Pattern::parse(&rule(kind, id).to_string()).expect("a pattern");
            let patterns: Vec<_> = (0..rules).map(parse).collect();
            let start = Instant::now();
            let set = Set::new(patterns.iter().enumerate());
            let built = start.elapsed();
            let rounds = 1_000;
            let start = Instant::now();
            for _ in 0..rounds {
                black_box(set.matches(&Event::new(black_box(&event))));
            }
            let each = start.elapsed() / rounds;
            let found = set.matches(&Event::new(&event)).len();
            println!("{kind}, {rules} rules: {each:?} an event, {found} match; compiled in {built:?}");
        }
    }
}
