//! The codecs on a pipe. Each line in is a JSON object: a request to decode, or an output to encode. Each line out is
//! the answer: what the codec understood, or the bytes it wrote. `tests/clients/test_roundtrip.py` sits at the other end
//! with a real client and compares.
//!
//! Operations that an `apis/*` crate generates go through their generated types; all the others through [`dynamic`]
//! shapes with tables built from the same models, so that all 4,942 operations are covered and not only the built ones.

mod dynamic;
mod exchange;
mod neutral;
mod tables;
mod typed;

use std::io::{BufRead, Write};

use serde_json::{Value, json};

fn main() {
    let models = std::env::args().nth(1).expect("the folder of models is the only argument");
    let mut catalog = tables::Catalog::new(models.into());
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("lines of JSON");
        let answer = answer(&mut catalog, &line).unwrap_or_else(|reason| json!({ "error": reason }));
        writeln!(out, "{answer}").and_then(|()| out.flush()).expect("somebody reads the answers");
    }
}

fn answer(catalog: &mut tables::Catalog, line: &str) -> Result<Value, String> {
    let order: Value = serde_json::from_str(line).map_err(|e| e.to_string())?;
    let text = |key: &str| order[key].as_str().ok_or_else(|| format!("no {key}"));
    let operation = catalog.operation(text("service")?, text("operation")?)?;
    match text("do")? {
        "decode" => exchange::decode(&operation, &order),
        "encode" => exchange::encode(&operation, &order),
        other => Err(format!("cannot {other}")),
    }
}
