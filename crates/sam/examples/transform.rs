//! Transforms templates, one a line: `{"template": …, "parameters": {…}, "region": …, "partition": …, "policies": {…}}` in, what
//! became of it, or what is wrong, out. For comparisons with AWS's own transform.

use std::io::{BufRead, Write};

use serde_json::{Map, Value, json};

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let request: Value = serde_json::from_str(&line?)?;
        writeln!(out, "{}", answer(&request))?;
        out.flush()?;
    }
    Ok(())
}

fn answer(request: &Value) -> Value {
    let text = |name: &str| request[name].as_str().unwrap_or_default();
    let none = Map::new();
    let context = sam::Context {
        parameters: request["parameters"].as_object().unwrap_or(&none),
        region: text("region"),
        partition: text("partition"),
        pass_metadata: request["pass_metadata"].as_bool().unwrap_or_default(),
        now: request["now"].as_i64().unwrap_or_default(),
        managed_policy: &|name| request["policies"][name].as_str().map(str::to_owned),
        application: &|id, _| match request["applications"][id].as_str() {
            Some(problem) => Err(problem.to_owned()),
            None => Ok(text("template_url").to_owned()),
        },
    };
    match sam::transform(request["template"].clone(), &context) {
        Ok(template) => json!({ "template": template }),
        Err(problem) => json!({ "error": problem.to_string() }),
    }
}
